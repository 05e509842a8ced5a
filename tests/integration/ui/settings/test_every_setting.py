"""Every setting does the same for the command line and for the running program, seen at what their workers are given.

Both look at the same window: once with the usual settings, once with all of them changed, and twice with other ones of
how much is spoken. What only one side has stands in ONE_SIDED, with the reason. A new setting belongs into a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.both_sides import Desk, Looks, Seen
from support.desktops import XDesktop, scene, x_desktop
from support.recording import said, tones

from edge_assistant.hotkeys.actions import READING_ACTIONS
from edge_assistant.settings.schema import Settings, Value, entries, get_value
from edge_assistant.system.cpu import on_battery
from edge_assistant.tuning.profile import default_threads

TITLE = "Invoice 1042, Writer"
SCREEN = (1600, 900)
ACTIONS = [each.name for each in entries() if each.info.group == "hotkeys"]

# All at once, each to something that is not usual. Those of the models are of the folder of `folder_of_weights`.
CHANGED: dict[str, Value] = {
    "language": "de",
    "start_at_login": True,
    "text_size": 150,
    "theme": "dark",
    "output": "screen-reader",
    "voice": "English (America)",
    "rate": 180,
    "volume": 60,
    "verbosity": "brief",
    "tones": False,
    "ticks": False,
    "tone_volume": 20,
    "monitor": 1,
    "camera": "Front",
    "glance_tokens": 128,
    "detail_tokens": 300,
    "read_tokens": 200,
    "reader": "model",
    "glance_text": False,
    "text_in_glance": True,
    "glance_seconds": 9,
    "encode_ahead": False,
    "thinking_tokens": 33,
    "thinking_seconds": 7,
    "model": "own",
    "weights_folder": "…",
    "load": "first-use",
    "unload_minutes": 0,
    "context": 1024,
    "threads": default_threads() - 1 or default_threads() + 1,
    "gpu_layers": 0,
    "quick_tower": False,
    **{
        # From F5 on: the window manager has the first four with Super.
        name: f"{('ctrl', 'alt+shift', 'super')[number // 12]}+F{number % 12 + (5 if number >= 24 else 1)}"
        for number, name in enumerate(ACTIONS)
    },
}


Look = Callable[[Seen], Any]


@dataclass(frozen=True)
class Both:
    """`see` is what is seen of it. `usual` and `new` are what that must be, where it is not the setting itself."""

    see: Look
    usual: Any = None
    new: Any = None


@dataclass(frozen=True)
class OneSided:
    """Why there is only one, and what is seen of it there; without `see` the test that `reason` names shows it."""

    reason: str
    see: Look | None = None
    usual: Any = None
    new: Any = None


def tokens(look: str) -> Look:
    """How many image tokens were sent."""
    return lambda seen: seen.asks[look].width * seen.asks[look].height // 32**2


def thinking(what: str) -> Look:
    """What reasoning may cost."""
    return lambda seen: getattr(seen.asks["think"].thinking, what)


BOTH: dict[str, Both] = {
    "language": Both(
        lambda seen: ("nur auf Deutsch" in seen.load.system, seen.voice and seen.voice.language),
        (False, None),
        (True, "de"),
    ),
    "voice": Both(lambda seen: seen.voice and seen.voice.voice),
    "rate": Both(lambda seen: seen.voice and seen.voice.rate),
    "volume": Both(lambda seen: seen.voice and seen.voice.volume),
    "verbosity": Both(lambda seen: TITLE in said(seen.records), True, False),
    "camera": Both(lambda seen: seen.camera),
    "glance_tokens": Both(tokens("glance"), 240, 126),
    "detail_tokens": Both(tokens("detail"), 640, 294),
    "read_tokens": Both(tokens("read"), 640, 198),
    "thinking_tokens": Both(thinking("tokens")),
    "thinking_seconds": Both(thinking("seconds")),
    "model": Both(lambda seen: Path(seen.load.model).stem, "tiny-qwen3vl-instruct-f16", "own-instruct"),
    "weights_folder": Both(lambda seen: Path(seen.load.model).parent.name, "demo", "stick"),
    "context": Both(lambda seen: seen.load.context),
    "threads": Both(lambda seen: seen.load.threads, default_threads()),
    "gpu_layers": Both(lambda seen: seen.load.tuning.gpu_layers),
    "quick_tower": Both(lambda seen: Path(seen.load.mmproj).parent.name == "towers"),
}

_ONE_ANSWER = "a command answers once and ends"
_NO_SOUNDS = "a command is not called by a key, and what it writes shows that it works"
ONE_SIDED: dict[str, OneSided] = {
    "start_at_login": OneSided(_ONE_ANSWER, lambda seen: seen.starts_at_login),
    "output": OneSided(
        "only a program with a window reaches a screen reader; without one that is said",
        lambda seen: any("Screenreader" in each for each in said(seen.records)),
        False,
        True,
    ),
    "tones": OneSided(_NO_SOUNDS, lambda seen: "heard" in tones(seen.records)),
    "ticks": OneSided(f"{_NO_SOUNDS}; one is due after two seconds, see tests/unit/controller/test_event_loop.py"),
    "tone_volume": OneSided(_NO_SOUNDS, lambda seen: seen.voice and seen.voice.tone_volume),
    "monitor": OneSided(
        "it is what the key looks at; describe --screen says itself which one, and without a number means all",
        lambda seen: seen.asks["screen"].width > seen.asks["screen"].height,
        True,
        False,
    ),
    "glance_seconds": OneSided("both use what tune finds out, which aims at it: tests/unit/cli/test_tune.py"),
    "encode_ahead": OneSided(
        _ONE_ANSWER, lambda seen: any(type(each).__name__ == "EncodeAhead" for _, each in seen.records)
    ),
    "load": OneSided(_ONE_ANSWER, lambda seen: seen.loaded_at_start, True, False),
    "unload_minutes": OneSided(f"{_ONE_ANSWER}; minutes are too long here: tests/unit/controller/test_worker.py"),
    **{
        name: OneSided("keys call a program that runs", lambda seen, name=name: name in seen.keys, False, True)
        for name in ACTIONS
        if name.removeprefix("hotkeys.") not in READING_ACTIONS
    },
}
# What is seen only while a text is read, or while a model works for longer than the demo does.
ELSEWHERE = {
    "reader": "tests/integration/cli/test_read.py, tests/unit/controller/test_reading.py",
    "text_size": "tests/unit/ui/test_look.py",
    "theme": "tests/unit/ui/test_look.py",
    "glance_text": "tests/unit/assistant/test_glance_text.py",
    "text_in_glance": "tests/unit/engine/test_quoted_text.py",
    **{f"hotkeys.{action}": "tests/integration/controller/test_read_aloud_on_x11.py" for action in READING_ACTIONS},
}
# Each has runs of its own, since it changes what is spoken of all the others.
SPOKEN = {"speak", "verbosity"}


def test_every_setting_is_classified() -> None:
    names = [each.name for each in entries()]
    assert sorted({*BOTH, *ONE_SIDED, *ELSEWHERE, *SPOKEN}) == sorted(names), "say above what a new setting does"
    assert not set(BOTH) & set(ONE_SIDED)
    usual = Settings()
    assert [name for name in names if name != "speak" and CHANGED[name] == get_value(usual, name)] == []


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[XDesktop]:
    picture = tmp_path_factory.mktemp("picture") / "large.png"
    with Image.open(scene().picture) as image:
        image.resize((1024, 640), Image.Resampling.NEAREST).save(picture)
    with x_desktop(SCREEN, manager=True) as result:
        for name, left in (("left", 0), ("right", 800)):
            result.output(
                "xrandr", "--setmonitor", name, f"800/200x900/225+{left}+0", "screen" if left == 0 else "none"
            )
        result.show(picture, TITLE, "300", "100")
        result.wait_until_active(TITLE)
        yield result


COMMANDS: Looks = {
    "glance": ("--window",),
    "detail": ("--window", "--mode", "detail"),
    "read": ("--window", "--mode", "read"),
    "think": ("--window", "--think"),
    "camera": ("--camera", "--delay", "0"),
}
TRIGGERS: Looks = {
    "glance": ("window",),
    "detail": ("window",),
    "read": ("read",),
    "screen": ("screen",),
    "think": ("think", "window"),
    "camera": ("camera",),
}
LOOKS = ("glance", "detail", "read", "think")
RUNS: dict[str, dict[str, Value]] = {
    "usual": {"reader": "model"},
    "changed": CHANGED,
    "silent": {"speak": False},
    "full": {"verbosity": "full"},
}
Sides = dict[str, Seen]
"""What the command line and the running program made of one run's settings."""


@pytest.fixture(scope="module")
def runs(desktop: XDesktop, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sides]:
    watched = {action: str(CHANGED[action]) for action in ACTIONS}
    desk = Desk(desktop, tmp_path_factory.mktemp("runs"), watched)
    whole = ("usual", "changed")
    people = {name: desk.person(name, chosen, tower=name in whole) for name, chosen in RUNS.items()}

    def wanted(name: str, looks: Looks) -> Looks:
        return looks if name in whole else {"glance": looks["glance"]}

    with ThreadPoolExecutor(1) as one_by_one, ThreadPoolExecutor(1) as beside:
        commands = [one_by_one.submit(desk.described, name, people[name], wanted(name, COMMANDS)) for name in RUNS]
        listening = [beside.submit(desk.listened, name, people[name], wanted(name, TRIGGERS)) for name in RUNS]
        return {
            name: {"describe": one.result(), "listen": other.result()}
            for name, one, other in zip(RUNS, commands, listening, strict=True)
        }


def values(name: str, row: Both | OneSided) -> dict[str, Any]:
    """What must be seen in each run."""
    usual = get_value(Settings(), name) if row.usual is None else row.usual
    return {"usual": usual, "changed": CHANGED[name] if row.new is None else row.new}


@pytest.mark.parametrize("name", list(BOTH))
def test_the_command_line_and_the_running_program_do_the_same(name: str, runs: dict[str, Sides]) -> None:
    row = BOTH[name]
    for run, value in values(name, row).items():
        assert {side: row.see(seen) for side, seen in runs[run].items()} == {"describe": value, "listen": value}, run


@pytest.mark.parametrize("name", [name for name, row in ONE_SIDED.items() if row.see is not None])
def test_what_only_the_running_program_has(name: str, runs: dict[str, Sides]) -> None:
    row = ONE_SIDED[name]
    if name == "encode_ahead" and on_battery():
        pytest.skip("nothing is encoded ahead on battery")
    assert row.see is not None
    for run, value in values(name, row).items():
        assert row.see(runs[run]["listen"]) == value, run


@pytest.mark.parametrize("run", ["usual", "changed"])
@pytest.mark.parametrize("look", LOOKS)
def test_the_engine_is_asked_the_same(look: str, run: str, runs: dict[str, Sides]) -> None:
    # The text is what was recognised until then.
    one, other = (replace(seen.asks[look], id=0, embeddings=None, text=()) for seen in runs[run].values())
    assert one == other


def test_who_wants_to_hear_nothing_hears_nothing(runs: dict[str, Sides]) -> None:
    for name, spoken in (("usual", True), ("silent", False)):
        for seen in runs[name].values():
            assert (seen.voice is not None, bool(said(seen.records))) == (spoken, spoken)
            assert "glance" in seen.asks


def test_who_wants_to_hear_everything_hears_how_long_it_took(runs: dict[str, Sides]) -> None:
    for name, told in (("usual", False), ("full", True)):
        for seen in runs[name].values():
            assert any(sentence.startswith("This took ") for sentence in said(seen.records)) is told
