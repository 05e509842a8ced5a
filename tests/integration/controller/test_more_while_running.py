"""`listen` on a real X server: an answer is cut off, and who only hears it finds the way to the rest of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.desktops import XDesktop, scene, x_desktop
from support.listening import REPEAT, WINDOW, Listen, private_folders
from support.replay_engine import Replay
from support.waiting import until

SCENE = scene()
TITLE = "Invoice 1042, Writer"
NO_ANSWER = "There is no answer to go on with. Describe something, or ask a question first."


@pytest.fixture(scope="module")
def desktop() -> Iterator[XDesktop]:
    with x_desktop((1600, 900), manager=True) as desktop:
        desktop.show(SCENE.picture, TITLE)
        desktop.wait_until_active(TITLE)
        yield desktop


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    return private_folders(tmp_path)


def endings(lines: list[str]) -> int:
    """How many parts of answers have ended."""
    ends = ("There is more.", "The answer was cut off", "The answer is complete.")
    return sum(line.startswith(ends) or SCENE.facts[-1] in line for line in lines)


def settings_folder(folders: dict[str, str]) -> Path:
    place = Path(folders["XDG_CONFIG_HOME"]) / "edge-assistant"
    place.mkdir()
    return place


def test_the_real_demo_model_goes_on_at_the_command_that_was_heard(desktop: XDesktop, folders: dict[str, str]) -> None:
    (settings_folder(folders) / "tasks.toml").write_text(
        "".join(f"[demo.{task}]\nmax_tokens = 7\ngrace_tokens = 0\n" for task in ("glance", "more"))
    )
    way = "There is more. To go on, use the command edge-assistant trigger more."
    with Listen(desktop, "--no-speak", **folders) as listen:
        listen.wait_for_line("Ready.")
        assert listen.trigger("more") == (0, "")
        listen.wait_for_line(NO_ANSWER)
        listen.press(WINDOW)
        listen.wait_for_line(way)
        parts = 1
        while SCENE.facts[-1] not in "\n".join(listen.said):
            until(lambda: listen.tell("status") == "Ready.", "the end of the last part")
            listen.tell("more")
            parts += 1
            assert parts < 20, listen.said
            listen.wait_for(lambda lines, parts=parts: endings(lines) == parts, "the end of a part")
        assert parts > 1
        heard = "\n".join(listen.said)
        assert all(heard.count(fact) == 1 for fact in SCENE.facts), heard


def test_a_key_of_ones_own_is_named_and_goes_on_and_what_is_repeated_is_what_was_said_last(
    desktop: XDesktop, folders: dict[str, str], tmp_path: Path
) -> None:
    (settings_folder(folders) / "settings.toml").write_text('[hotkeys]\nmore = "ctrl+shift+F3"\n')
    place = tmp_path / "replay"
    place.mkdir()
    replay = Replay(place)
    replay.says("A dialog.", " Two", " buttons", cut=True)
    replay.says(" and a list.", " It is", cut=True)
    replay.says(" red.")
    replay.says("A menu.")
    way = "There is more. To go on, press ctrl shift F3."
    with Listen(desktop, "--no-speak", program=replay.program(), **folders) as listen:
        listen.wait_for_line("Ready.")
        listen.press(WINDOW)
        listen.wait_for_line(way)
        listen.press("ctrl+shift+F3")
        listen.wait_for_line("Two buttons and a list.")
        listen.wait_for_line(way, 2)
        listen.tell("repeat")
        listen.press(REPEAT)
        listen.press("ctrl+shift+F3")
        listen.wait_for_line("It is red.")
        assert listen.trigger("status") == (0, "Ready.\n")
        listen.tell("more")
        listen.wait_for_line("A menu.")
    assert [each.continues for each in replay.requests()] == [False, True, True, False]
    assert not [line for line in listen.said if "Traceback" in line or "in the program" in line]


def test_the_answer_is_spelled_aloud_where_there_is_no_window(desktop: XDesktop, folders: dict[str, str]) -> None:
    with Listen(desktop, "--no-speak", **folders) as listen:
        listen.wait_for_line("Ready.")
        assert listen.tell("spell") == ""
        listen.press(WINDOW)
        listen.wait_for(lambda lines: any(SCENE.facts[0] in line for line in lines), "the answer")
        assert listen.tell("spell") == ""
        assert listen.tell("stop") == ""
    assert not [line for line in listen.said if "Traceback" in line or "in the program" in line]
