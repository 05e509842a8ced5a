"""One sound at a time, by the first player that can; a stop works at any time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge_assistant.speech.playback import Playback
from edge_assistant.speech.players import NoSoundError, RunningPlayback, Sound

_SOUND = Sound("sentence.wav", 2.0)


class ScriptedPlayer:
    """Ends as told: True, False, or by an error when it is opened or while it plays."""

    def __init__(self, *, opens: bool = True, ends: bool | None = True, during: Callable[[], None] = lambda: None):
        self.opens = opens
        self.ends = ends
        self.during = during
        self.played = 0
        self.stops = 0
        self.timeout = 0.0

    def play(self, sound: Sound) -> RunningPlayback:
        assert sound == _SOUND
        self.played += 1
        if not self.opens:
            raise NoSoundError("cannot open")
        return self

    def wait(self, timeout: float) -> bool:
        self.timeout = timeout
        self.during()
        if self.stops:
            return False
        if self.ends is None:
            raise NoSoundError("broke off")
        return self.ends

    def stop(self) -> None:
        self.stops += 1


def test_a_sound_is_played_to_its_end_with_a_limit_to_its_time() -> None:
    player, starts = ScriptedPlayer(), []

    assert Playback([player]).play(1, _SOUND, lambda: starts.append(1)) == "played"
    assert starts == [1]
    assert 2.0 < player.timeout < 10.0


def test_a_sound_that_something_outside_ended_is_cut() -> None:
    assert Playback([ScriptedPlayer(ends=False)]).play(1, _SOUND, lambda: None) == "interrupted"


def test_a_stop_while_it_plays_stops_the_player() -> None:
    player = ScriptedPlayer()
    playback = Playback([player])
    player.during = lambda: playback.stop(1)

    assert playback.play(1, _SOUND, lambda: None) == "stopped"
    assert player.stops == 1


def test_a_stop_before_the_sound_keeps_it_from_being_played_and_later_ones_are_heard() -> None:
    player = ScriptedPlayer()
    playback = Playback([player])

    playback.stop(2)
    playback.stop(1)

    assert [playback.play(id, _SOUND, lambda: None) for id in (1, 2, 3)] == ["stopped", "stopped", "played"]
    assert player.played == 1


def test_a_late_stop_for_an_older_sentence_leaves_no_trace_on_an_ended_player() -> None:
    player = ScriptedPlayer()
    playback = Playback([player])
    playback.play(1, _SOUND, lambda: None)

    playback.stop(1)

    assert player.stops == 0


def test_a_player_that_cannot_open_the_output_is_replaced_for_good_and_the_start_is_told_once() -> None:
    broken, works, starts = ScriptedPlayer(ends=None), ScriptedPlayer(), []
    playback = Playback([ScriptedPlayer(opens=False), broken, works], clock=lambda: 0.0)

    assert playback.play(1, _SOUND, lambda: starts.append(1)) == "played"
    assert playback.play(2, _SOUND, lambda: None) == "played"
    assert (broken.played, works.played, starts) == (1, 2, [1])


def test_a_sound_that_was_heard_before_the_player_failed_is_not_repeated_by_another_player() -> None:
    now = [0.0]
    broken = ScriptedPlayer(ends=None, during=lambda: now.__setitem__(0, 1.0))
    other = ScriptedPlayer()

    with pytest.raises(NoSoundError, match="output cannot be opened"):
        Playback([broken, other], clock=lambda: now[0]).play(1, _SOUND, lambda: None)
    assert other.played == 0


def test_without_a_player_that_works_the_error_says_what_to_do() -> None:
    with pytest.raises(NoSoundError, match="sound settings"):
        Playback([ScriptedPlayer(opens=False)]).play(1, _SOUND, lambda: None)
    with pytest.raises(NoSoundError, match="alsa-utils"):
        Playback([]).play(1, _SOUND, lambda: None)
