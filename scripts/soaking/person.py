"""A person who uses the running program at random: presses, questions, readings, searches, mistakes, accidents."""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from support.apps import AppRun
from support.desktops import XDesktop

from edge_assistant.system import ipc
from edge_assistant.system.errors import EngineError, NotRunningError

TITLE = "Soak"
"""The title of the window that is described."""

PATIENCE_S = 120.0
"""Seconds after which the program counts as standing still."""

KNOWN_ANSWERS = {
    "save-dialog": "A dialog titled Music. Buttons: Cancel on the left, Save on the right.",
    "error-notification": "An error message at the bottom: Printer offline.",
    "red-and-green-apples": "Apples: red and green ones.",
    "coloured-shapes": "3 shapes: small green circle at the top left, large orange triangle at the top right, large "
    "blue circle at the bottom left.",
}
"""What the demo model says of its samples at a glance."""

_QUESTIONS = ("What is on the left?", "Which colours are there?", "Is there a button?", "What does it say?")
_KEYS = {"window": "ctrl+shift+F9", "read": "ctrl+shift+F10", "screen": "ctrl+shift+F11", "ask": "ctrl+shift+F5"}
_WORKERS = ("edge-engine", "edge-ocr", "edge-speech", "edge-pictures")


class StandstillError(Exception):
    """The program is not done with something after PATIENCE_S seconds, or has ended."""


@dataclass
class Person:
    """Does one thing after the other to the app, waits until that is over, and compares the answers that are known.

    `samples` are the demo model's pictures by name; `broken` is a picture file that cannot be decoded.
    """

    app: AppRun
    desktop: XDesktop
    window: subprocess.Popen[bytes]
    samples: Mapping[str, Path]
    broken: Path
    rng: random.Random
    kills: bool = True  # and "forget", which ends the engine as well
    only: Sequence[str] | None = None
    ends: Counter[str] = field(default_factory=Counter)
    """How the questions ended."""
    done: Counter[str] = field(default_factory=Counter)
    """How often each thing was done."""
    faults: list[str] = field(default_factory=list)
    _shown: str = "save-dialog"
    _asked: str | None = None  # the picture that is to be described or asked about, None where nobody knows
    _described: str | None = None  # the picture that was described last by the present deed
    _glance: str = ""  # what the model is asked at a glance
    _answers: dict[tuple[str, str, str], str] = field(default_factory=dict)  # by deed, picture and question
    _deed: str = ""
    _read: int = 0  # so many lines of the app were looked at
    _copied: subprocess.Popen[bytes] | None = None

    @property
    def questions(self) -> int:
        """How many questions are over."""
        return self.ends.total()

    def act(self) -> str:
        """Do something at random, and wait until it is over; return its name. Raises StandstillError."""
        deeds = {name: deed for name, deed in self._deeds().items() if not self.only or name in self.only}
        (name,) = self.rng.choices(list(deeds), [weight for weight, _ in deeds.values()])
        self.done[name] += 1
        self._asked, self._described, self._deed = None, None, name
        deeds[name][1]()
        self.settle()
        self._put_windows_away()
        return name

    def look_at_samples(self) -> None:
        """Have each of the samples described, whose answers are known."""
        for name in self.samples:
            self.look_at(name)

    def fill_up(self) -> None:
        """Have the longest conversation that there is: what a process takes up once, it takes up now."""
        self._asked = None
        for action in ("screen", "screen"):  # the same key again asks for all details
            self._press(action)
            self.settle()
        for question in _QUESTIONS:
            self._hook(f"question {question}")
            self.settle()
        self._press("read")
        self.settle()

    def look_at(self, name: str) -> None:
        """Have a sample described: what is kept is the same then, whatever was done before."""
        self._asked = name
        self._hook(f"describe {self.samples[name]}")
        self.settle()

    def settle(self) -> None:
        """Wait until the program has nothing to do. Raises StandstillError."""
        deadline = time.monotonic() + PATIENCE_S
        idle = 0
        while idle < 2:  # a key may still be on its way
            if self.app.process.poll() is not None:
                raise StandstillError(f"The program ended with exit code {self.app.process.returncode}.")
            if time.monotonic() > deadline:
                raise StandstillError(f"The program was not done after {PATIENCE_S:.0f} seconds: {self._state()}.")
            state = self._state()
            idle = idle + 1 if state.startswith("idle") else 0
            if " palette" in state or " region" in state or " find" in state:
                self._key("Escape")
            time.sleep(0.05)
        self._look_at_ends()

    def close(self) -> None:
        """End what was copied."""
        if self._copied is not None:
            self._copied.kill()
            self._copied.wait()

    def _deeds(self) -> dict[str, tuple[int, Callable[[], None]]]:
        """Return what can be done, each with how likely it is."""
        return {
            "window": (24, self._describe_window),
            "detail": (6, self._look_twice),
            "screen": (3, lambda: self._press("screen")),
            "file": (8, self._describe_file),
            "read": (8, lambda: self._press("read")),
            "question": (12, self._ask),
            "typed question": (3, self._type_question),
            "more": (2, lambda: self._trigger("more")),
            "find": (4, self._find),
            "spell": (3, lambda: self._look_through("spell")),
            "history": (3, lambda: self._look_through("history")),
            "lines": (3, lambda: self._look_through("lines")),
            "palette": (3, self._choose),
            "copied": (4, self._describe_copied),
            "broken": (3, self._describe_broken),
            "missing": (2, lambda: self._hook("describe /nonexistent/picture.png")),
            "unknown": (2, lambda: self._trigger(self.rng.choice(("nonsense", "question nobody", "\x1b[2J")))),
            "status": (4, lambda: self._trigger("status")),
            "repeat": (2, lambda: self._trigger("repeat")),
            "stop": (3, self._stop_midway),
            "twice": (3, self._press_two),
            "voice": (2, self._change_voice),
            "change picture": (8, self._show_other),
            **({"kill": (1, self._kill_worker), "forget": (1, lambda: self._hook("forget"))} if self.kills else {}),
        }

    def _describe_window(self) -> None:
        self._asked = self._shown
        self._press("window")

    def _look_twice(self) -> None:
        self._describe_window()
        self.settle()
        self._press("window")

    def _describe_file(self) -> None:
        self._asked = self.rng.choice(list(self.samples))
        self._hook(f"describe {self.samples[self._asked]}")

    def _ask(self) -> None:
        """Ask about a file, so that it is known what the answer is about."""
        self._describe_file()
        self.settle()
        self._hook(f"question {self.rng.choice(_QUESTIONS)}")

    def _type_question(self) -> None:
        self._asked = self._shown
        self._press("ask")
        self._wait_for_window("Edge Assistant")
        self.desktop.output("xdotool", "type", self.rng.choice(_QUESTIONS))
        self._key("Return")

    def _find(self) -> None:
        self._trigger("find")
        self._wait_for_window("Find a text")
        self.desktop.output("xdotool", "type", self.rng.choice(("can", "music", "printer", "zzz")))
        time.sleep(self.rng.random())
        self._key("Down")
        self._key("Escape")

    def _look_through(self, action: str) -> None:
        self._trigger(action)
        self.settle()
        for _ in range(self.rng.randrange(4)):
            self._key("Down")
        if action != "lines":
            self._key("Return")
            self.settle()
        self._key("Escape")

    def _choose(self) -> None:
        self._press_key("ctrl+shift+F12")
        self._wait_for_window("Edge Assistant, choices")
        self._key(self.rng.choice(("Escape", "w", "s", "r")))

    def _describe_copied(self) -> None:
        name = self.rng.choice(list(self.samples))
        self._copy("image/png", self.samples[name].read_bytes())
        self._asked = name
        self._trigger("clipboard")

    def _describe_broken(self) -> None:
        self._copy("text/uri-list", f"{self.broken.as_uri()}\n".encode())
        self._trigger("clipboard")

    def _stop_midway(self) -> None:
        self._press("window")
        time.sleep(self.rng.random() / 2)
        self._trigger("stop")

    def _press_two(self) -> None:
        self._press("window")
        time.sleep(self.rng.random() / 2)
        self._press(self.rng.choice(("read", "screen")))

    def _change_voice(self) -> None:
        self._trigger(action := self.rng.choice(("slower", "quieter")))
        self.settle()
        self._trigger({"slower": "faster", "quieter": "louder"}[action])

    def _show_other(self) -> None:
        self._shown = self.rng.choice(list(self.samples))
        self.desktop.change(self.window, self.samples[self._shown])
        time.sleep(0.2)

    def _kill_worker(self) -> None:
        name = self.rng.choice(_WORKERS)
        for each in psutil.Process(self.app.process.pid).children(recursive=True):
            if each.name() == name:
                each.kill()

    def _press(self, action: str) -> None:
        """Press the key of an action, and wait until it was heard of."""
        self._press_key(_KEYS[action])

    def _press_key(self, key: str) -> None:
        before = self._request_number()
        self._key(key)
        deadline = time.monotonic() + 2  # a key that only stops something makes no request
        while self._request_number() == before and time.monotonic() < deadline:
            time.sleep(0.02)

    def _key(self, key: str) -> None:
        self.desktop.output("xdotool", "key", key)

    def _trigger(self, action: str) -> None:
        try:
            ipc.send(ipc.default_endpoint(), action)
        except (EngineError, NotRunningError) as error:
            self.faults.append(f"trigger {action}: {error}")

    def _hook(self, line: str) -> None:
        """Have soak_app.py do something."""
        assert self.app.process.stdin is not None
        self.app.process.stdin.write(f"{line}\n")
        self.app.process.stdin.flush()

    def _state(self) -> str:
        return self.app.ask("state")

    def _request_number(self) -> str:
        return self._state().split()[2]

    def _copy(self, kind: str, content: bytes) -> None:
        self.close()
        command = ["xclip", "-quiet", "-selection", "clipboard", "-t", kind]
        self._copied = subprocess.Popen(
            command,
            env=self.desktop.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert self._copied.stdin is not None
        self._copied.stdin.write(content)
        self._copied.stdin.close()
        time.sleep(0.2)

    def _wait_for_window(self, title: str) -> None:
        deadline = time.monotonic() + 10  # an overlay may be refused: that is told, and no fault of this
        while self.desktop.active() != title and time.monotonic() < deadline:
            time.sleep(0.05)

    def _put_windows_away(self) -> None:
        """Close the program's windows, so that the described one is in front again."""
        for _ in range(6):
            if self.desktop.active() == TITLE:
                return
            self._key("Escape")
            time.sleep(0.2)
        self.desktop.output("xdotool", "search", "--name", f"^{TITLE}$", "windowactivate", "--sync")

    def _look_at_ends(self) -> None:
        """Count the questions that are over, and compare what is known of their answers."""
        lines = self.app.lines
        new, self._read = lines[self._read : len(lines)], len(lines)
        for _, line in new:
            if line.startswith("end: "):
                self._note_end(json.loads(line.removeprefix("end: ")))
            elif "Traceback" in line or line.startswith(("Qt", "QObject")):
                self.faults.append(f"It printed: {line}")

    def _note_end(self, end: dict[str, Any]) -> None:
        self.ends[end["kind"] if end["stop"] != "cancelled" else "cancelled"] += 1
        if end["kind"] != "DoneEvent" or end["stop"] == "cancelled":
            return
        asked = str(end["question"])
        self._glance = self._glance or asked  # the first one is of look_at_samples
        if asked == self._glance:
            self._described = self._asked
        # The same key again describes the former picture in detail, whatever the window shows by now.
        picture = self._asked if asked == self._glance or asked in _QUESTIONS else self._described
        if picture is None:
            return
        right = KNOWN_ANSWERS[picture] if asked == self._glance else str(end["text"])
        known = self._answers.setdefault((self._deed, picture, asked), right)
        if end["text"] != known:
            told = f"Of {picture} it said {end['text']!r} and not {known!r}"
            self.faults.append(f"{told}, asked {asked!r} for {self._deed}.")
