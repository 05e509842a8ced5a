"""What check-model tells while it runs."""

from __future__ import annotations

import json

import pytest
from support.model_checks import candidate, screen

from edge_assistant.cli.check_model_output import CheckOutput
from edge_assistant.cli.output_models import ModelsOutput
from edge_assistant.drawn_screens.truth import SkippedLanguage
from edge_assistant.model_check.trials import Trial
from edge_assistant.settings.schema import Settings
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import DoesNotFitError


class Check:
    """Stands for a ModelCheck."""

    expected: int | None = None
    seconds_left = 840.0

    def expected_trials(self) -> int | None:
        return self.expected


class Bench:
    """An output whose clock and check are the test's own."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.now = 0.0
        self.steps: list[str] = []
        self.models = ModelsOutput(Settings(), Cancellation(), speak=False, as_json=as_json)
        self.models.step = self.steps.append  # type: ignore[method-assign]
        self.output = CheckOutput(self.models, lambda: self.now)
        self.check = Check()
        self.output.check = self.check  # type: ignore[assignment]

    def trial(self) -> None:
        self.output.trial(candidate(), Trial("place", screen(), "places", "image-tokens-512"))


def test_each_trial_is_shown_and_the_progress_is_said_once_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    bench = Bench()
    bench.trial()
    bench.check.expected = 90
    bench.now = 59
    bench.trial()
    assert capsys.readouterr().out == (
        "Trial 1: m, F16, places, 512 image tokens.\nTrial 2 of about 90: m, F16, places, 512 image tokens.\n"
    )
    assert bench.steps == []
    bench.now = 60
    bench.trial()
    bench.now = 61
    bench.output.speak_progress()
    assert bench.steps == ["Trial 3 of about 90. 14 minutes are left."]
    bench.now = 121
    bench.check.seconds_left = 70.0
    bench.output.speak_progress()
    assert bench.steps[-1] == "Trial 3 of about 90. 1 minute is left."


def test_before_anything_is_known_only_the_minutes_are_said() -> None:
    bench = Bench()
    bench.now = 61
    bench.output.speak_progress()
    assert bench.steps == ["14 minutes are left."]


def test_more_trials_than_expected_are_no_contradiction(capsys: pytest.CaptureFixture[str]) -> None:
    bench = Bench()
    bench.check.expected = 1
    bench.trial()
    bench.trial()
    assert "Trial 2 of about 2" in capsys.readouterr().out


def test_programs_get_each_step(capsys: pytest.CaptureFixture[str]) -> None:
    bench = Bench(as_json=True)
    bench.trial()
    event = json.loads(capsys.readouterr().out)
    assert event == {"event": "step", "number": 1, "of": None, "what": "m, F16, places, 512 image tokens"}


def test_what_could_not_be_checked_is_said_and_in_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    bench = Bench()
    bench.output.skipped(SkippedLanguage("ja", "No font here has its letters."))
    bench.output.failed(candidate(), DoesNotFitError("It needs 5 GB."))
    bench.output.problem(DoesNotFitError("It is damaged."))
    assert bench.output.notes == ["Japanese: No font here has its letters.", "m, F16: It needs 5 GB.", "It is damaged."]
    assert all(note in capsys.readouterr().err for note in bench.output.notes[:1])
