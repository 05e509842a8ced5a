"""Drives the real command line over the sample screens: what it answers, line by line, and how long that took.

Every line makes sense read aloud; nothing depends on colour or position.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = (sys.executable, "-m", "edge_assistant")
_SAMPLES = _ROOT / "models" / "demo" / "samples"
_PATIENCE_S = 300.0  # a step that takes longer hangs: the demo model answers in seconds

_STAGES = (
    ("load", "loading the model"),
    ("prepare", "preparing the picture"),
    ("encode", "looking at it"),
    ("prefill", "reading the question"),
    ("first_token", "first word after"),
    ("first_sentence", "first sentence after"),
    ("total", "in all"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One run of `edge-assistant describe`: what it shows, on which sample, with which options and questions."""

    title: str
    sample: str
    questions: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    @property
    def answers(self) -> int:
        """How many answers have to come: one for the mode's own question, or one for each question asked."""
        return max(1, len(self.questions))

    def command(self) -> list[str]:
        """The command line, ready to run."""
        asked = [word for question in self.questions for word in ("--ask", question)]
        return [
            *_PROGRAM,
            "describe",
            str(_SAMPLES / self.sample),
            "--json",
            "--model",
            "demo",
            *self.options,
            *asked,
        ]


_STEPS = (
    Step("A dialog, at a glance", "save-dialog.png"),
    Step("A notification, at a glance", "error-notification.png"),
    Step("A drawing, at a glance", "coloured-shapes.png"),
    Step(
        "Counting apples, thinking harder",
        "red-and-green-apples.png",
        ("How many apples are in this image?",),
        ("--think", "--seed", "3"),  # of the answers it may draw, always the same
    ),
    Step(
        "A question and a follow-up on the same picture",
        "error-notification.png",
        ("What is on the screen?", "Read the text."),
    ),
)
_READ, _READ_SAMPLE = "Its text, recognised without the model", "error-notification.png"


class StepReport:
    """Prints the events of one step as they stream; `answers` are the `done` objects, `problems` what went wrong."""

    def __init__(self, step: Step, told: set[str]) -> None:
        self.step = step
        self.answers: list[dict[str, Any]] = []
        self.problems: list[str] = []
        self._told = told  # notices that an earlier step has given already
        self._streaming: str | None = None  # the kind of the tokens whose line is not ended yet
        self._held: list[str] = []  # notices that wait until the streaming line ends
        self._next_question = 0

    def show(self, event: dict[str, Any]) -> None:
        """Print one event of the JSON stream."""
        kind, index = event["event"], event["index"]
        if self.step.questions and index == self._next_question:
            print(f"Question: {self.step.questions[index]}", flush=True)
            self._next_question += 1
        if kind == "token":
            self._stream(event["kind"], event["text"])
        elif kind == "notice" and event["message"] not in self._told:
            self._told.add(event["message"])
            self._held.append(f"Notice: {event['message']}")
            if self._streaming is None:
                self._end_line()
        elif kind == "error":
            self._end_line()
            self.problems.append(event["message"])
        elif kind == "done":
            self._end_line()
            self._finish(event)

    def _stream(self, kind: str, text: str) -> None:
        if kind != self._streaming:
            text = text.lstrip()
            if not text:
                return
            self._end_line()
            print("Reasoning: " if kind == "thinking" else "Answer: ", end="")
            self._streaming = kind
        print(text.replace("\n", " "), end="", flush=True)

    def _end_line(self) -> None:
        if self._streaming is not None:
            print(flush=True)
            self._streaming = None
        for line in self._held:
            print(line, flush=True)
        self._held.clear()

    def _finish(self, done: dict[str, Any]) -> None:
        self.answers.append(done)
        if not done["answer"].strip():
            self.problems.append(f"no answer to “{done['question']}”")
        if done["stop"] == "cancelled":
            self.problems.append(f"“{done['question']}” was cancelled")
        if done["reused"] and done["reused"]["image"]:
            print("The picture was still in memory: it was not looked at again.")
        print(f"Took: {spoken_times(done['timings_s'])}.", flush=True)


def spoken_times(timings: dict[str, float | None]) -> str:
    """The stages that ran, as one sentence part; stages that were skipped or not reached are left out."""
    return ", ".join(f"{name} {timings[key]:.2f} seconds" for key, name in _STAGES if timings.get(key))


def summary(answers: list[dict[str, Any]]) -> str:
    """The times of all `done` objects in one sentence."""
    times = [done["timings_s"] for done in answers]
    parts = [f"{len(times)} answers"]
    for key, name in (("load", "the longest loading took"), ("first_token", "the slowest first word came after")):
        parts += [f"{name} {max(known):.2f} seconds" for known in [[t[key] for t in times if t[key]]] if known]
    if times:
        parts.append(f"the longest answer took {max(t['total'] for t in times):.2f} seconds")
    return ", ".join(parts) + "."


def run_step(step: Step, told: set[str]) -> StepReport:
    """Run one step to its end, showing what it says; a hang is ended and reported as a problem."""
    report = StepReport(step, told)
    with subprocess.Popen(
        step.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        watchdog = threading.Timer(_PATIENCE_S, process.kill)
        watchdog.start()
        try:
            for line in process.stdout:
                report.show(json.loads(line))
        except (ValueError, KeyError) as error:
            process.kill()
            report.problems.append(f"the program wrote what is no event: {error!r}")
        finally:
            watchdog.cancel()
    report._end_line()
    if process.returncode != 0:
        report.problems.append(f"edge-assistant ended with exit code {process.returncode}")
    if len(report.answers) != step.answers:
        report.problems.append(f"{len(report.answers)} of {step.answers} answers came")
    return report


def read_lines(sample: str) -> str | None:
    """Print the lines of a sample as they are recognised, without the model; return what went wrong, if anything did.

    That text recognition is not installed is told, and is no failure: everything else works without it.
    """
    command = [*_PROGRAM, "read", str(_SAMPLES / sample), "--json", "--reader", "text"]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding="utf-8", timeout=_PATIENCE_S, check=False
    )
    try:
        for event in map(json.loads, done.stdout.splitlines()):
            if event["event"] == "line":
                print(f"Line: {event['text']}", flush=True)
            elif event["event"] == "done":
                print(f"Took: {event['timings_s']['total']:.2f} seconds.", flush=True)
            elif event["event"] == "error":
                print(event["message"], flush=True)
                if event["code"] == "text-missing":
                    return None
    except (ValueError, KeyError) as error:
        return f"the program wrote what is no event: {error!r}"
    return f"edge-assistant read ended with exit code {done.returncode}" if done.returncode else None


def report() -> int:
    """Run all steps, print the times together, and say whether everything was answered; 0 when it was."""
    missing = sorted({step.sample for step in _STEPS if not (_SAMPLES / step.sample).is_file()})
    if missing:
        print(f"The sample screens {', '.join(missing)} are missing from {_SAMPLES}.", file=sys.stderr)
        return 1
    print("\nDemo of edge_assistant with its small demo model. Everything runs on this computer; nothing is sent.")
    told: set[str] = set()
    reports = []
    for number, step in enumerate(_STEPS, 1):
        print(f"\n{number} of {len(_STEPS) + 1}. {step.title}: {step.sample}", flush=True)
        reports.append(run_step(step, told))
    print(f"\n{len(_STEPS) + 1} of {len(_STEPS) + 1}. {_READ}: {_READ_SAMPLE}", flush=True)
    problem = read_lines(_READ_SAMPLE)

    print(f"\n{summary([done for report in reports for done in report.answers])}")
    problems = [(report.step.title, problem) for report in reports for problem in report.problems]
    problems += [(_READ, problem)] if problem is not None else []
    if problems:
        print("\nThe demo failed.")
        for title, problem in problems:
            print(f"{title}: {problem}.", file=sys.stderr)
        return 1
    print(
        "The demo is complete: every question was answered. The demo model knows only simple drawn screens like these."
    )
    return 0
