"""A home that version 0.1 left, under the real program: it goes on where that ended, and writes nothing anew."""

from __future__ import annotations

import hashlib
import json

import pytest
from support.describing import APPLES, describe, done
from support.desktops import Programs, environment
from support.home_before import Home, put_home
from support.listening import Listen
from support.local_hub import LocalHub
from support.model_commands import models
from support.waiting import until


@pytest.fixture
def home() -> Home:
    return put_home()


def test_the_commands_find_everything_and_change_nothing(home: Home) -> None:
    listed = {each["name"]: each["state"] for each in models("list").of("weights") if each["variant"] == "instruct"}
    assert {name: listed[name] for name in ("seeing-tiny-q8_0", "whole", "half", "demo")} == {
        "seeing-tiny-q8_0": "verified",
        "whole": "verified",
        "half": "partial",
        "demo": "verified",
    }
    run = describe(APPLES, "--seed", "1", "--temperature", "0")
    assert run.wait() == 0
    assert (done(run)["model"], done(run)["stop"]) == ("demo", "end")
    assert [each["code"] for each in run.of("notice")] == ["after"]  # the settings say "full"
    assert home.changed() == set()


def test_the_waiting_program_starts_with_it_asks_nothing_and_knows_what_thinking_costs(home: Home) -> None:
    with Programs(environment()) as nowhere, Listen(nowhere, "--no-speak") as running:
        until(lambda: running.trigger("status")[0] == 0, "the door")
        assert running.trigger("think")[0] == 0
        # In the language of the settings, with the figures of the record.
        running.wait_for_line(
            "Das Einschalten hat 0,6 Sekunden gedauert. Die letzte Antwort hat 0,9 Sekunden gedauert."
        )
        assert running.trigger("quit")[0] == 0
        assert running.wait() == 0
    assert not any("settings.toml" in line for line in running.said)
    assert home.changed() == set()


def test_a_download_that_was_cancelled_goes_on_from_where_it_was(home: Home, hub: LocalHub) -> None:
    folder = home.data / "models"
    part = (folder / "half-Q4_K_M.gguf.part").read_bytes()
    meant = json.loads((folder / "half-Q4_K_M.gguf.part.json").read_text())["meant"]
    whole = part + bytes(meant["size"] - len(part))
    assert hashlib.sha256(whole).hexdigest() == meant["sha256"]
    vision = (folder / "mmproj-Seeing-Tiny-Q8_0-F16.gguf").read_bytes()
    hub.files = {("someone/half", "half-Q4_K_M.gguf"): whole, ("someone/half", "mmproj-half-Q8_0.gguf"): vision}
    run = models("pull", "half", "--trust-new", HF_ENDPOINT=hub.endpoint)  # its checksum is in no list that ships
    assert run.wait() == 0, run.errors
    assert [each.start for each in hub.gets() if each.path.endswith("/half-Q4_K_M.gguf")] == [len(part)]
    assert (folder / "half-Q4_K_M.gguf").read_bytes() == whole
    assert home.changed() == {
        f".local/share/edge-assistant/{name}"
        for name in (
            "verified.json",
            "trusted.json",
            "models/half-Q4_K_M.gguf",
            "models/half-Q4_K_M.gguf.part",
            "models/half-Q4_K_M.gguf.part.json",
            "models/mmproj-half-Q8_0.gguf",
        )
    }
