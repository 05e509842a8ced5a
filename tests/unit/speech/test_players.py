"""Players: the meaning of their exit statuses, and which are tried on each platform."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from support.platforms import KILLED_BY_SIGNAL, MEMORY_FILES, lacks
from support.waiting import PATIENCE, until

from edge_assistant.speech.players import (
    CommandPlayer,
    NoSoundError,
    Sound,
    WinsoundPlayer,
    for_system_programs,
    players,
)

_SOUND = Sound("sentence.wav", 0.1)


def program(code: str) -> CommandPlayer:
    """A player that is a line of Python; its arguments are sys.argv[1:]."""
    return CommandPlayer(sys.executable, "-c", f"import os, sys, time; {code}", "-q")


class TestCommandPlayer:
    def test_a_program_that_ends_well_has_played_the_file_it_was_given(self, tmp_path: Path) -> None:
        told = tmp_path / "arguments"
        player = program(f"open({str(told)!r}, 'w').write(' '.join(sys.argv[1:]))")

        assert player.play(_SOUND).wait(PATIENCE) is True
        assert told.read_text() == "-q sentence.wav"

    @lacks(MEMORY_FILES)
    def test_a_file_without_a_name_reaches_the_program(self, tmp_path: Path) -> None:
        heard = tmp_path / "heard"
        player = program(f"open({str(heard)!r}, 'w').write(open(sys.argv[2]).read())")
        with (tmp_path / "sound").open("w+") as file:
            file.write("sound")
            file.flush()
            descriptor = file.fileno()

            assert player.play(Sound(f"/proc/self/fd/{descriptor}", 0.1, descriptor)).wait(PATIENCE)

        assert heard.read_text() == "sound"

    def test_the_last_line_of_a_program_that_fails_says_why(self) -> None:
        player = program(r"sys.stderr.write('first\nno such card\n'); sys.exit(1)")

        with pytest.raises(NoSoundError, match="no such card"):
            player.play(_SOUND).wait(PATIENCE)

    def test_a_program_that_fails_without_a_word_is_an_error_too(self) -> None:
        with pytest.raises(NoSoundError, match="unknown reason"):
            program("sys.exit(3)").play(_SOUND).wait(PATIENCE)

    @lacks(KILLED_BY_SIGNAL)
    def test_a_program_that_is_killed_has_not_played_all(self) -> None:
        assert program("os.kill(os.getpid(), 9)").play(_SOUND).wait(PATIENCE) is False

    @lacks(KILLED_BY_SIGNAL)
    def test_stop_ends_the_program_and_may_come_twice(self) -> None:
        playing = program("time.sleep(100)").play(_SOUND)
        playing.stop()

        assert playing.wait(PATIENCE) is False
        playing.stop()

    def test_a_program_that_is_stuck_is_ended_and_is_an_error(self) -> None:
        with pytest.raises(NoSoundError, match="the audio output hangs"):
            program("time.sleep(100)").play(_SOUND).wait(0)

    def test_a_program_that_may_have_slept_with_the_machine_is_given_its_time_once_more(self, tmp_path: Path) -> None:
        begun = tmp_path / "begun"
        playing = program(f"open({str(begun)!r}, 'w').close(); time.sleep(1.5)").play(_SOUND)
        until(begun.exists)
        assert playing.wait(1.0) is True

    def test_a_program_that_does_not_exist_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(NoSoundError, match="cannot be started"):
            CommandPlayer(str(tmp_path / "nothing")).play(_SOUND)


class FakeWinsound:
    SND_FILENAME, SND_ASYNC, SND_NODEFAULT = 1, 2, 4

    def __init__(self, *, fails: bool = False) -> None:
        self.calls: list[tuple[str | None, int]] = []
        self._fails = fails

    def PlaySound(self, path: str | None, flags: int) -> None:
        if self._fails:
            raise RuntimeError("Failed to play sound")
        self.calls.append((path, flags))


class TestWinsoundPlayer:
    def test_it_plays_the_file_without_waiting_and_ends_when_the_sound_does(self) -> None:
        winsound = FakeWinsound()

        playing = WinsoundPlayer(winsound, lambda: 1).play(Sound("sentence.wav", 0.0))

        assert winsound.calls == [("sentence.wav", 7)]
        assert playing.wait(10) is True

    def test_stop_is_silence_and_the_sound_was_not_played(self) -> None:
        winsound = FakeWinsound()
        playing = WinsoundPlayer(winsound, lambda: 1).play(Sound("sentence.wav", 100.0))

        playing.stop()

        assert winsound.calls[-1] == (None, 0)
        assert playing.wait(10) is False

    def test_no_output_and_a_refused_sound_are_errors(self) -> None:
        with pytest.raises(NoSoundError, match="no audio output"):
            WinsoundPlayer(FakeWinsound(), lambda: 0).play(_SOUND)
        with pytest.raises(NoSoundError, match="Failed to play"):
            WinsoundPlayer(FakeWinsound(fails=True), lambda: 1).play(_SOUND)


@pytest.mark.parametrize(
    ("platform", "installed", "tried"),
    [
        ("linux", {"aplay", "pw-play", "paplay"}, [("aplay", "-q"), ("pw-play",), ("paplay",)]),
        ("linux", {"paplay"}, [("paplay",)]),
        ("linux", {"afplay"}, []),
        ("darwin", {"afplay", "aplay"}, [("afplay",)]),
        ("darwin", set(), []),
    ],
)
def test_each_platform_tries_the_players_it_has(
    platform: str, installed: set[str], tried: list[tuple[str, ...]]
) -> None:
    found = players(platform, lambda name: f"/bin/{name}" if name in installed else None)

    assert [player._command for player in found if isinstance(player, CommandPlayer)] == tried
    assert len(found) == len(tried)


def test_windows_plays_through_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "winsound", ModuleType("winsound"))

    assert [type(player) for player in players("win32")] == [WinsoundPlayer]


def test_programs_of_the_system_do_not_get_the_frozen_program_s_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = {"A": "1", "LD_LIBRARY_PATH": "/program/_internal"}
    assert for_system_programs(frozen) == frozen
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert for_system_programs(frozen) == {"A": "1"}
    persons = for_system_programs({**frozen, "LD_LIBRARY_PATH_ORIG": "/own"})
    assert persons == {"A": "1", "LD_LIBRARY_PATH": "/own"}
