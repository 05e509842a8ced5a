"""The check-model command without a model: what it refuses, tells, writes, and keeps after a cancel."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from support.model_checks import candidate, result

from edge_assistant.cli import check_model, main
from edge_assistant.cli.argument_types import language_codes, minutes
from edge_assistant.cli.check_model import CheckOptions
from edge_assistant.engine.task_table import load_table, overrides_path
from edge_assistant.model_check.check import CheckPlan
from edge_assistant.model_check.results import TrialResult
from edge_assistant.model_check.towers import TowerDifference, TowerOutputs
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import CancelledError, EngineError, InputError, UsageError
from edge_assistant.system.ipc import IpcServer, default_endpoint

OPTIONS = CheckOptions(
    None, None, think=False, minutes=1.0, languages=None, seed=1, make_towers=False, apply=False, report=None,
    speak=False, as_json=False,
)  # fmt: skip
BETTER = {"qwen3-vl.question.instruct.presence_penalty": 0.0}


def numbers() -> list[TrialResult]:
    """Results that a penalty of 0 follows from."""
    return [
        result("number", f"presence-{penalty:g}", scores={"numbers": (float(number < right), 1.0)})
        for penalty, right in ((0, 12), (0.5, 3), (1.5, 0))
        for number in range(12)
    ]


class FakeCheck:
    """Stands for a ModelCheck: has `results`, and ends with `end`."""

    results: ClassVar[list[TrialResult]] = []
    end: BaseException | None = None
    plan: CheckPlan | None = None

    def __init__(self, candidates: Any, plan: CheckPlan, _: Any, __: Any, listener: Any, *___: Any):
        type(self).plan = plan
        self.seconds_left = 60.0
        self.towers = TowerOutputs(candidates)
        self.towers.differences = lambda: iter((TowerDifference("a", "Q6_K", "F16", 1, 2, 0.5, 0.5),))  # type: ignore[method-assign]
        self._listener = listener
        self._candidate = candidates[0]

    def expected_trials(self) -> int:
        return 90

    def run(self) -> None:
        self._listener.candidate(self._candidate)
        for each in self.results:
            self._listener.result(each)
        if self.end is not None:
            raise self.end


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> type[FakeCheck]:
    made = type("OwnCheck", (FakeCheck,), {"results": numbers()})
    one = replace(candidate(), model=replace(candidate().model, notices=("A better one is damaged.",)))
    monkeypatch.setattr(check_model, "ModelCheck", made)
    monkeypatch.setattr(check_model, "resolve_model", lambda *_, **__: one.model)
    monkeypatch.setattr(check_model, "find_candidates", lambda *_, **__: [one])
    return made


def run(**options: Any) -> int:
    return check_model.run(replace(OPTIONS, **options), Cancellation())


def test_the_report_is_printed_and_said_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run() == 0
    printed = capsys.readouterr()
    assert printed.out.startswith(
        "The check takes about 1 minute. Ctrl-C ends it and keeps what was found. Nothing leaves"
    )
    assert "# Check of a model" in printed.out
    assert printed.out.count("36 trials with m, F16.") == 1, "what is said behind the report does not stand in it"
    assert "1 change of the table of tasks is proposed." in printed.out
    assert f"with --apply to use what it proposes, or write it into {overrides_path()}" in printed.out
    assert "A better one is damaged." in printed.err
    assert not overrides_path().exists()
    assert not list(tmp_path.glob("*.md"))


def test_only_apply_writes_what_is_proposed(capsys: pytest.CaptureFixture[str]) -> None:
    run(apply=True)
    assert f"The changes were written to {overrides_path()}. Delete them there" in capsys.readouterr().out
    table = load_table(overrides_path())
    assert not table.problem
    assert table.settings("qwen3-vl", "question", "instruct", "de").sampling.presence_penalty == 0
    assert load_table(None).settings("qwen3-vl", "question", "instruct", "de").sampling.presence_penalty == 0.5


def test_apply_writes_nothing_where_nothing_is_proposed(fake: type[FakeCheck]) -> None:
    fake.results = [result()]
    run(apply=True)
    assert not overrides_path().exists()


def test_the_report_goes_into_the_file_that_was_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report.md"
    run(report=path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Check of a model\n\n36 trials with m, F16.")
    printed = capsys.readouterr().out
    assert "# Check of a model" not in printed
    assert f"The report is in {path}." in printed


def test_a_report_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path, fake: type[FakeCheck]) -> None:
    (tmp_path / "old.md").write_text("old")
    with pytest.raises(UsageError, match="exists already"):
        run(report=tmp_path / "old.md")
    with pytest.raises(InputError, match="There is no folder"):
        run(report=tmp_path / "nowhere" / "new.md")
    assert fake.plan is None
    assert (tmp_path / "old.md").read_text() == "old"


def test_a_report_that_fails_in_the_end_is_printed_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(check_model, "replace_file", full)
    with pytest.raises(InputError, match="No space left"):
        run(report=tmp_path / "report.md")
    assert "# Check of a model" in capsys.readouterr().out


def test_apply_is_refused_before_the_work_where_the_file_is_broken(fake: type[FakeCheck]) -> None:
    overrides_path().parent.mkdir(parents=True, exist_ok=True)
    overrides_path().write_text("[nonsense]\n")
    with pytest.raises(UsageError, match="is ignored"):
        run(apply=True)
    assert fake.plan is None


def test_programs_get_every_trial_row_and_proposal(capsys: pytest.CaptureFixture[str]) -> None:
    run(as_json=True)
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds.count("trial") == 36
    assert kinds.count("row") == 3
    assert kinds.count("encoder") == 1
    (proposal,) = (event for event in events if event["event"] == "proposal")
    assert {proposal["entry"]: proposal["value"]} == BETTER
    last = events[-1]
    assert (last["event"], last["trials"], last["applied"], last["report"]) == ("checked", 36, False, None)
    assert "" not in last["sentences"]


def test_a_cancel_reports_what_was_found_until_then_and_applies_nothing(
    fake: type[FakeCheck], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.end = CancelledError()
    with pytest.raises(CancelledError):
        run(report=tmp_path / "report.md", apply=True, as_json=True)
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "It was cancelled, so this is only what was found until then." in text
    assert "0 of 12" in text
    assert not overrides_path().exists()
    assert '"event": "checked"' not in capsys.readouterr().out


def test_a_cancel_before_the_first_answer_leaves_nothing(fake: type[FakeCheck], tmp_path: Path) -> None:
    fake.end, fake.results = CancelledError(), []
    with pytest.raises(CancelledError):
        run(report=tmp_path / "report.md")
    assert not list(tmp_path.glob("*.md"))


def test_a_failing_check_is_an_error_with_its_sentence(fake: type[FakeCheck]) -> None:
    fake.end = EngineError("The engine died.")
    with pytest.raises(EngineError, match="The engine died"):
        run()


def test_languages_that_cannot_be_drawn_are_an_error(fake: type[FakeCheck]) -> None:
    fake.results = []
    with pytest.raises(UsageError, match="--languages en"):
        run(languages=("de",))


def test_languages_that_are_never_drawn_are_refused_before_the_work(fake: type[FakeCheck]) -> None:
    with pytest.raises(UsageError, match="only: en, de, fr"):
        run(languages=("th", "xx"))
    assert fake.plan is None
    run(languages=("th", "de"))


def test_a_running_app_is_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    server = IpcServer(default_endpoint(), lambda _: "")
    try:
        run()
    finally:
        server.close()
    assert "The app is running: its model takes memory" in capsys.readouterr().err
    run()
    assert "The app is running" not in capsys.readouterr().err


def test_a_table_of_ones_own_that_is_broken_is_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    overrides_path().parent.mkdir(parents=True, exist_ok=True)
    overrides_path().write_text("[nonsense]\n")
    run()
    assert "is ignored" in capsys.readouterr().err


def test_encoders_that_were_made_for_the_check_are_removed_behind_it(
    monkeypatch: pytest.MonkeyPatch, fake: type[FakeCheck]
) -> None:
    made, removed = [], []
    monkeypatch.setattr(check_model, "less_exact", lambda _: ("Q8_0", "Q6_K"))
    monkeypatch.setattr(check_model, "make_tower", lambda parent, name, *_: made.append((parent, name)))

    class Towers:
        def find(self, parent: Path, name: str) -> Path | None:
            return parent if name == "Q8_0" else None

        def remove(self, parent: Path, name: str) -> None:
            removed.append((parent, name))

    monkeypatch.setattr(check_model, "VisionTowers", Towers)
    fake.end = EngineError("The engine died.")
    with pytest.raises(EngineError):
        run(make_towers=True)
    assert made == removed == [(Path("f16"), "Q6_K")]


@pytest.mark.parametrize(
    ("own", "languages", "expected"),
    [
        (None, None, ("en",)),
        ("de", None, ("de", "en")),
        ("pt-BR", None, ("en",)),
        ("de", ("fr",), ("fr",)),
        ("zh-TW", None, ("zh", "en")),
    ],
)
def test_the_languages_are_the_persons_and_english(
    own: str | None,
    languages: tuple[str, ...] | None,
    expected: tuple[str, ...],
    fake: type[FakeCheck],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = replace(check_model.schema.Settings(), language=own)
    monkeypatch.setattr(check_model.schema, "load", lambda _: settings)
    run(languages=languages)
    assert fake.plan is not None
    assert fake.plan.languages == expected


@pytest.mark.parametrize("text", ["", "0", "0.05", "1441", "nan", "x"])
def test_minutes_that_are_none(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        minutes(text)


@pytest.mark.parametrize("text", ["", ",", "e", "en,,de", "english", "e1", "de;en"])
def test_languages_that_are_none(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        language_codes(text)


def test_what_minutes_and_languages_mean() -> None:
    assert minutes("0.5") == 0.5
    assert language_codes("EN, de-AT,pt_BR,en") == ("en", "de", "pt")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--minutes", "0"], "0 is not a number of minutes from 0.1 to 1440"),
        (["--languages", "x"], "x is not a list of language codes such as en,de"),
        (["--seed", "-1"], "is not a whole number"),
    ],
)
def test_bad_options_get_a_sentence(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["check-model", *arguments]) == 2
    assert message in capsys.readouterr().err
