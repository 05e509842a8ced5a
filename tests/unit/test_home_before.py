"""What version 0.1 wrote into a person's home holds: settings, added weights, records; and nothing is written anew."""

from __future__ import annotations

import shutil
import tomllib
from typing import Any

import pytest
from support.home_before import KEPT, Home, put_home

from edge_assistant.assistant import advice
from edge_assistant.controller import settings_applier
from edge_assistant.controller.latency import LatencyRecords, VariantLatency, thinking_cost
from edge_assistant.engine.messages import Tuning
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.models.summary import model_facts
from edge_assistant.settings import schema, store
from edge_assistant.settings.schema import Settings
from edge_assistant.system import autostart, paths
from edge_assistant.system.json_store import JsonStore
from edge_assistant.tuning import profile
from edge_assistant.tuning.profile import TuningProfile

ENTRIES = 42
"""So many has version 0.1; the file sets each to what is not its default."""


@pytest.fixture
def home() -> Home:
    return put_home()


@pytest.fixture
def chosen(home: Home) -> Settings:
    assert schema.path() == home.settings
    return schema.load(schema.path())


def found(name: str, chosen: Settings) -> ResolvedModel:
    """Weights by their name. Fails where a byte is hashed for that."""

    def hashed(_: float) -> None:
        pytest.fail(f"{name} was hashed anew")

    return resolve(
        model=name, mmproj=None, think=False, preferred=None, weights_dir=chosen.weights_dir, on_progress=hashed
    )


def as_set() -> dict[str, Any]:
    """What the settings file says, read without the product."""
    values = tomllib.loads((KEPT / ".config/edge-assistant/settings.toml").read_text(encoding="utf-8"))
    of_keys = values.pop("hotkeys")
    return values | {f"hotkeys.{action}": key for action, key in of_keys.items()}


def test_every_setting_is_as_it_was_set_and_the_file_is_not_put_aside(home: Home, chosen: Settings) -> None:
    said = as_set()
    assert len(said) == ENTRIES
    here = {name: value for name, value in said.items() if name not in schema.RETIRED}
    assert {name: schema.get_value(chosen, name) for name in here} == here
    assert all(value != schema.find_entry(name).default for name, value in here.items())
    assert store.load_or_back_up(schema.path()) == (chosen, "")
    assert store.retired_notice(schema.path()) == (
        "The settings file has an entry that is no longer used, and is ignored: skip_blank."
    )
    assert home.changed() == set()


def test_a_setting_that_is_changed_leaves_every_other_line(home: Home, chosen: Settings) -> None:
    before = home.settings.read_text(encoding="utf-8").splitlines()
    store.save(schema.path(), schema.with_values(chosen, {"rate": 300}))
    after = home.settings.read_text(encoding="utf-8").splitlines()
    assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == [("rate = 260", "rate = 300")]
    assert home.changed() == {".config/edge-assistant/settings.toml"}


@pytest.mark.parametrize(
    ("name", "folder"), [("seeing-tiny-q8_0", ".local/share/edge-assistant/models"), ("whole", "weights")]
)
def test_added_weights_are_found_where_they_are_and_not_hashed_again(
    name: str, folder: str, home: Home, chosen: Settings
) -> None:
    shelf = ModelLibrary(chosen.weights_dir)
    listed = model_facts(shelf, shelf.named(name, "instruct"))
    assert shelf.problems == []
    assert listed["state"] == "verified"
    weights = found(name, chosen)
    assert {weights.model.parent, weights.mmproj.parent} == {home.folder / folder}
    assert weights.notices == ()
    assert home.changed() == set()


def test_what_the_first_download_brought_still_decides(chosen: Settings) -> None:
    shelf = ModelLibrary(chosen.weights_dir)
    listed: Any = model_facts(shelf, shelf.named("whole", "instruct"))
    assert [(each["trust"], each["commit"], each["sha256"][:8]) for each in listed["files"]] == [
        ("first-download-recorded", "0123456789abcdef0123456789abcdef01234567", "6acf9432"),
        ("first-download-recorded", "0123456789abcdef0123456789abcdef01234567", "962b7dd2"),
    ]


def test_a_download_that_was_cancelled_is_still_partly_here(chosen: Settings) -> None:
    shelf = ModelLibrary(chosen.weights_dir)
    listed: Any = model_facts(shelf, shelf.named("half", "instruct"))
    assert [(each["state"], each["here_bytes"]) for each in listed["files"]] == [("partial", 10_400), ("missing", 0)]


def test_what_tune_found_out_is_used(home: Home, chosen: Settings) -> None:
    weights = found("demo", chosen)
    assert profile.is_tuned(weights)
    assert profile.load_profile(weights) == TuningProfile(
        2, Tuning(repack=True, flash_attention=True, batch=512), None, 1024
    )
    assert home.changed() == set()


def test_what_was_measured_is_known(home: Home) -> None:
    measured = LatencyRecords(JsonStore(paths.data_dir() / "measurements.json"))
    written = JsonStore(home.data / "measurements.json").read()
    assert set(written) == {"instruct", "thinking"}
    assert measured.of("thinking") == VariantLatency(**written["thinking"])
    assert measured.of("instruct") == VariantLatency(**written["instruct"])
    assert "not measured yet" not in thinking_cost(measured)


def test_the_first_run_is_over(home: Home) -> None:
    shutil.rmtree(home.data / "models")  # a person with weights is not asked anyway
    assert not advice.is_first_run(ModelLibrary(None))
    (home.data / "first-run.json").unlink()
    assert advice.is_first_run(ModelLibrary(None))


def test_the_start_at_login_is_known_and_can_be_turned_off(home: Home, chosen: Settings) -> None:
    assert chosen.start_at_login
    assert autostart.get_autostart().is_enabled()
    assert settings_applier.sync_autostart(chosen.start_at_login) == ""
    assert home.changed() == set()
    assert settings_applier.sync_autostart(False) == ""
    assert not autostart.get_autostart().is_enabled()
    assert home.changed() == {".config/autostart/edge-assistant.desktop", ".local/share/edge-assistant/login.json"}
