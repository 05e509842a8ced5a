"""The check of a model from drawn screens to the report: with the demo model, and with recorded answers."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from support.processes import Program, send_signals
from support.replay_engine import Replay, pair_of_4b
from support.waiting import PATIENCE

from edge_assistant.cli import main
from edge_assistant.drawn_screens.drawing import draw_screens
from edge_assistant.engine.task_table import load_table, overrides_path
from edge_assistant.model_check import check
from edge_assistant.model_check import trials as planned_trials
from edge_assistant.model_check.trials import Trial, kinds_of_a_round, plan_round

DEMO = ("--model", "demo", "--no-speak")
Events = list[dict[str, Any]]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "edge_assistant", "check-model", *arguments]


def of(events: Events, kind: str) -> Events:
    return [event for event in events if event["event"] == kind]


@pytest.mark.slow
def test_the_demo_model_is_right_on_its_own_samples_and_a_blank_screen_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "report.md"
    monkeypatch.setattr(planned_trials, "ROUND", (("glance", "dialog"), ("blank", "blank")))
    one_round(monkeypatch)
    assert main.main(["check-model", *DEMO, "--minutes", "60", "--json", "--report", str(path)]) == 0
    events: Events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    trials, (last,) = of(events, "trial"), of(events, "checked")
    assert last["trials"] == len(trials)
    assert len(of(events, "step")) == len(trials) > 7, "the samples, and those of the round"
    samples = [trial for trial in trials if trial["measure"] == "sample"]
    assert len(samples) == 7
    assert [trial for trial in samples if trial["task"] == "glance" and trial["scores"]["facts"][0] < 2] == []
    assert all(trial["scores"]["answers"] == [1, 1] for trial in samples if trial["task"] == "question")
    assert all(trial["text"] and trial["peak_bytes"] for trial in samples)
    assert all(0 < trial["first_token_s"] <= trial["total_s"] for trial in samples if trial["task"] == "glance")
    assert {trial["language"] for trial in trials} == {"en"}
    assert "place" not in {trial["measure"] for trial in trials}
    rows = of(events, "row")
    assert sum(row["trials"] for row in rows) == len(trials)
    (sample,) = (row for row in rows if row["measure"] == "sample")
    facts = sample["shares"]["facts"]
    assert (facts["right"], facts["of"], facts["enough"]) == (9, 9, False)
    (blank,) = (trial for trial in trials if trial["measure"] == "blank")
    assert (blank["scores"], blank["code"], blank["answer"]) == ({"refused": [1, 1]}, "", "")
    assert any("not made for these screens" in sentence for sentence in last["sentences"])
    assert "demo, F16" in path.read_text(encoding="utf-8")
    assert not overrides_path().exists()


@pytest.mark.slow
def test_a_cancel_ends_it_soon_and_keeps_what_was_found(repository: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    arguments = command(*DEMO, "--minutes", "30", "--json", "--report", str(path))
    with Program(arguments, cwd=repository, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                 env=os.environ) as run:  # fmt: skip
        assert run.stdout is not None
        for line in run.stdout:
            if json.loads(line)["event"] == "trial":
                break
        start = time.monotonic()
        send_signals(run, signal.SIGINT)
        assert run.wait(PATIENCE) == 130
        took = time.monotonic() - start
        assert run.stderr is not None
        assert "Traceback" not in run.stderr.read()
    assert took < 5
    assert "It was cancelled" in path.read_text(encoding="utf-8")
    assert not list(tmp_path.glob(".report*"))


@pytest.fixture(scope="module")
def trials() -> list[Trial]:
    """The first round of the check, which asks in this order."""
    drawn = draw_screens(kinds_of_a_round(), seed=1, languages=("en",))
    screens = {screen.kind: screen for screen in drawn}
    return [trial for trial in plan_round(screens, "qwen3-vl", "instruct") if not trial.screen.truth.blank]


def good(trial: Trial) -> str:
    """What a perfect model answers."""
    truth = trial.screen.truth
    if trial.measure == "place":
        return json.dumps([{"point_2d": middle(box, trial), "label": label} for label, box in truth.places.items()])
    if not truth.readable:
        return "" if trial.task == "read" else "A window. Its text cannot be read."
    if trial.question:
        return ", ".join(fact[0] for fact in trial.question.facts) + "."
    if trial.task == "read":
        return truth.reading
    return "What is seen: " + "; ".join(fact[0] for fact in truth.key_facts) + "."


def middle(box: tuple[int, int, int, int], trial: Trial) -> list[int]:
    """The middle of a box in the model's coordinates; these screens fill theirs."""
    width, height = trial.screen.image.size
    return [round(500 * (box[0] + box[2]) / width), round(500 * (box[1] + box[3]) / height)]


def bad(trial: Trial) -> str:
    """What a bad model answers: it begins with an introduction, writes Markdown, and invents."""
    if trial.measure == "place":
        return '[{"bbox_2d": [0, 0, 1, 1], "label": "Nothing"}]'
    asked = trial.question.ask if trial.question else ""
    invented = next(each for each in trial.screen.truth.absent if each not in asked)
    return f"Of course. Here is a description of the image.\n\n**There is {invented}.**"


def one_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the check end behind its first round."""
    plan = functools.partial(check.CheckPlan, rounds=1)
    monkeypatch.setattr("edge_assistant.cli.check_model.CheckPlan", plan)


def checked(
    replay: Replay, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> Events:
    """Check a model whose answers are recorded, for one round."""
    replay.install(monkeypatch)
    one_round(monkeypatch)
    pair = pair_of_4b(folder)
    options = ("--languages", "en", "--minutes", "60", "--json", "--no-speak")
    assert main.main(["check-model", *pair, *options, *arguments]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.slow
def test_a_good_model_is_called_good(
    trials: list[Trial], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replay = Replay(tmp_path)
    for trial in trials:
        replay.says(good(trial))
    events = checked(replay, tmp_path, monkeypatch, capsys)
    assert len(of(events, "trial")) == len(trials) + 1, "and the blank screen, about which no model is asked"
    wrong = [
        (trial["measure"], trial["screen"], name, score, trial["text"])
        for trial in of(events, "trial")
        for name, score in trial["scores"].items()
        if name != "character-errors" and score[0] < score[1]
    ]
    assert not [each for each in wrong if each[0] != "read"], wrong
    assert {flag for trial in of(events, "trial") for flag in trial["flags"]} == set()
    (last,) = of(events, "checked")
    end = " ".join(last["sentences"])
    assert "Mostly right: " in end
    assert "Mostly wrong" not in end
    assert not of(events, "proposal")


@pytest.mark.slow
def test_a_bad_model_is_called_bad(
    trials: list[Trial], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replay = Replay(tmp_path)
    for trial in trials:
        replay.says(bad(trial))
    events = checked(replay, tmp_path, monkeypatch, capsys, "--apply")
    answers = [trial for trial in of(events, "trial") if trial["measure"] not in ("blank", "place")]
    assert all({"markup", "claim"} <= set(trial["flags"]) for trial in answers)
    assert all("introduction" in trial["flags"] for trial in answers if trial["task"] != "read")
    assert all("markup-heard" not in trial["flags"] for trial in answers)
    (last,) = of(events, "checked")
    end = " ".join(last["sentences"])
    assert "Mostly wrong: glances (0 of " in end
    assert "markup" in end
    assert "introductions" in end
    assert load_table(overrides_path()).entries == load_table(None).entries, "it has nothing to propose"
