"""What check-model tells while it runs: each trial on the screen and for programs, the progress aloud now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from edge_assistant.cli.output_models import ModelsOutput
from edge_assistant.drawn_screens.truth import SkippedLanguage
from edge_assistant.model_check.candidates import Candidate
from edge_assistant.model_check.check import ModelCheck
from edge_assistant.model_check.report import CheckReport
from edge_assistant.model_check.results import TrialResult
from edge_assistant.model_check.summary import Spread, SummaryRow
from edge_assistant.model_check.towers import TowerDifference
from edge_assistant.model_check.trials import Trial
from edge_assistant.model_check.wording import condition_words, measure_words
from edge_assistant.speech.language_names import language_name
from edge_assistant.system.errors import AssistantError
from edge_assistant.system.i18n import tr, tr_count

_ALOUD_S = 60.0
"""Seconds between two spoken sentences of progress."""


class CheckOutput:
    """The listener of a check (a CheckListener); `notes` are sentences for the report."""

    def __init__(self, output: ModelsOutput, clock: Callable[[], float] = time.monotonic) -> None:
        self.notes: list[str] = []
        self.check: ModelCheck | None = None
        self._output = output
        self._clock = clock
        self._aloud_at = clock() + _ALOUD_S
        self._number = 0

    def candidate(self, candidate: Candidate) -> None:
        """See CheckListener."""
        self._output.step(tr("Now {name}.", name=candidate.name))

    def trial(self, candidate: Candidate, trial: Trial) -> None:
        """See CheckListener."""
        self._number += 1
        of = self.check.expected_trials() if self.check else None
        words = ", ".join(
            filter(None, (candidate.name, measure_words(trial.measure), condition_words(trial.condition)))
        )
        self._output.event("step", number=self._number, of=of, what=words)
        if of is None:
            self._output.show_line(tr("Trial {number}: {what}.", number=self._number, what=words))
        else:
            self._output.show_line(
                tr("Trial {number} of about {of}: {what}.", number=self._number, of=max(of, self._number), what=words)
            )
        self.speak_progress()

    def speak_progress(self) -> None:
        """Say how far it is, once a minute; also to be called during a trial, which may take minutes."""
        if self._clock() >= self._aloud_at:
            self._aloud_at = self._clock() + _ALOUD_S
            self._output.step(self._progress(self.check.expected_trials() if self.check else None))

    def result(self, result: TrialResult) -> None:
        """See CheckListener."""
        self._output.event(
            "trial",
            candidate=result.candidate,
            measure=result.measure,
            condition=result.condition,
            screen=result.screen,
            language=result.language,
            task=result.task,
            question=result.question,
            answer=result.raw,
            text=result.text,
            stop=result.stop,
            code=result.error,
            scores={name: [right, of] for name, (right, of) in result.scores.items()},
            flags=sorted(result.flags),
            image_tokens=result.image_tokens,
            generated_tokens=result.generated_tokens,
            first_token_s=_rounded(result.first_token_s),
            total_s=_rounded(result.total_s),
            peak_bytes=result.peak_bytes,
        )

    def skipped(self, skipped: SkippedLanguage) -> None:
        """See CheckListener."""
        self._note("language-skipped", f"{language_name(skipped.language)}: {skipped.reason}")

    def failed(self, candidate: Candidate, error: AssistantError) -> None:
        """See CheckListener."""
        self._note("candidate-failed", f"{candidate.name}: {error}")

    def problem(self, error: AssistantError) -> None:
        """Report a model that cannot be checked."""
        self._note("weights-passed-over", str(error))

    def note(self, code: str, message: str) -> None:
        """Report something that the report says, too."""
        self._note(code, message)

    def report(self, report: CheckReport) -> None:
        """Tell programs what the report has."""
        for row in report.rows:
            self._row(row)
        for each in report.towers:
            self._tower(each)
        for proposal in report.proposals.changes:
            self._output.event("proposal", entry=proposal.entry, value=proposal.value, reason=proposal.reason)

    def _note(self, code: str, message: str) -> None:
        self.notes.append(message)
        self._output.notice(code, message)

    def _progress(self, of: int | None) -> str:
        minutes = max(1, round((self.check.seconds_left if self.check else 0.0) / 60))
        left = tr_count("{number} minute is left.", "{number} minutes are left.", minutes)
        if of is None:
            return left
        trial = tr("Trial {number} of about {of}.", number=self._number, of=max(of, self._number))
        return f"{trial} {left}"

    def _row(self, row: SummaryRow) -> None:
        shares = {
            name: {
                "right": share.right,
                "of": share.of,
                "trials": share.trials,
                "low": round(share.bounds()[0], 4),
                "high": round(share.bounds()[1], 4),
                "enough": share.enough,
            }
            for name, share in row.shares.items()
        }
        self._output.event(
            "row",
            candidate=row.candidate,
            measure=row.measure,
            condition=row.condition,
            trials=row.trials,
            errors=row.errors,
            answers=row.answered,
            shares=shares,
            flags={name: round(share.right) for name, share in row.flags.items()},
            rates={name: _spread(spread) for name, spread in row.rates.items()},
            first_token_s=_spread(row.first_token),
            total_s=_spread(row.total),
            peak_bytes=row.peak_bytes,
        )

    def _tower(self, difference: TowerDifference) -> None:
        self._output.event(
            "encoder",
            candidate=difference.candidate,
            format=difference.tower,
            against=difference.reference,
            pictures=difference.pictures,
            tokens=difference.tokens,
            median=round(difference.median, 6),
            least=round(difference.least, 6),
        )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 4)


def _spread(spread: Spread | None) -> Sequence[float] | None:
    """Return median, least, most and count."""
    return (
        None
        if spread is None
        else [round(spread.median, 4), round(spread.least, 4), round(spread.most, 4), spread.count]
    )
