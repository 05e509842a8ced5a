"""What workers are given by the command line and by the running program for one person's settings, on one desktop."""

from __future__ import annotations

import contextlib
import hashlib
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from Xlib import XK, X, display, error

from edge_assistant.engine.messages import AskQuestion, EngineConfig
from edge_assistant.hotkeys import key as keys
from edge_assistant.settings.schema import Settings, Value, with_values
from edge_assistant.settings.store import save
from edge_assistant.system.errors import AssistantError, EngineError
from edge_assistant.system.ipc import default_endpoint, send
from edge_assistant.tuning.quantize_process import make_tower
from support.describing import DEMO, MMPROJ, ROOT, user_environment
from support.desktops import XDesktop
from support.recorded_program import TOWER
from support.recording import Records, Voice, asks, command, finished, loads, quiet_player, read, voices
from support.waiting import PATIENCE, until

_TRIES = 5
"""On a busy machine it may take the person for gone, and look anew instead of giving the detail."""

Looks = Mapping[str, tuple[str, ...]]
"""By the name of a look: what a command is given, or the triggers that lead to it."""


@dataclass(repr=False)
class Seen:
    """What came of one side's looks at the window."""

    asks: dict[str, AskQuestion] = field(default_factory=dict)
    records: Records = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    loaded_at_start: bool = False
    starts_at_login: bool = False

    def add(self, look: str, records: Records) -> None:
        """One look's records."""
        for ask in asks(records):
            self.asks[look] = ask
        self.records += records

    @property
    def load(self) -> EngineConfig:
        """What the first engine was started with."""
        return loads(self.records)[0]

    @property
    def voice(self) -> Voice | None:
        """The one voice there was."""
        found = set(voices(self.records))
        assert len(found) <= 1
        return found.pop() if found else None

    @property
    def camera(self) -> Any:
        """The camera that was wanted."""
        return next(given[0] for name, given in self.records if name == "qt" and len(given) == 2)


@dataclass
class Desk:
    """Runs both sides on a desktop; `watched` are the keys of actions that somebody may have."""

    desktop: XDesktop
    place: Path
    watched: Mapping[str, str]

    def person(self, name: str, chosen: Mapping[str, Value], *, tower: bool) -> dict[str, str]:
        """The environment of somebody new with these settings; fills in weights_folder, makes the quicker `tower`."""
        home = self.place / name
        home.mkdir()
        environment = next(user_environment(home)) | {"XDG_CACHE_HOME": str(home / "cache"), "LC_ALL": "C.UTF-8"}
        (home / "run").chmod(0o700)
        stick = home / "stick"
        folder_of_weights(stick)
        values = {**chosen, **({"weights_folder": str(stick)} if "weights_folder" in chosen else {})}
        save(Path(environment["XDG_CONFIG_HOME"]) / "edge-assistant" / "settings.toml", with_values(Settings(), values))
        with pytest.MonkeyPatch.context() as patch:
            for variable, value in environment.items():
                patch.setenv(variable, value)
            parent = stick / MMPROJ.name if "weights_folder" in chosen else MMPROJ
            if tower:
                make_tower(parent, TOWER, lambda _: None, lambda: False)
        return {**self.desktop.environment, **environment, **quiet_player(home / "player")}

    def described(self, name: str, environment: dict[str, str], looks: Looks) -> Seen:
        """What commands make of the settings."""
        seen = Seen()
        for look, arguments in looks.items():
            file = self.place / f"{name}-{look}"
            finished(file, environment, "describe", *arguments, "--seed", "1")
            seen.add(look, read(file))
        return seen

    def listened(self, name: str, environment: dict[str, str], looks: Looks) -> Seen:
        """What the program that runs makes of them."""
        file, seen = self.place / f"{name}-listen", Seen()
        door = default_endpoint(environ=environment)
        program = subprocess.Popen(
            command(file, "listen", "--seed", "1"),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

        def is_idle() -> bool:
            time.sleep(0.3)  # while it works, the answer is said
            try:
                return send(door, "status") in ("Ready.", "Bereit.")
            except AssistantError:  # it does not listen yet, or is slow
                assert program.poll() is None, "it has ended"
                return False

        try:
            until(is_idle, "its readiness")
            seen.loaded_at_start = bool(loads(read(file)))
            seen.starts_at_login = any(Path(environment["XDG_CONFIG_HOME"]).glob("autostart/*"))
            seen.keys = self.taken()
            for look, actions in looks.items():
                for _ in range(_TRIES):
                    for action in actions:
                        before = len(read(file))
                        with contextlib.suppress(EngineError):  # it is slow to answer, and does it all the same
                            send(door, action)
                        until(is_idle, f"the end of {action}")
                        seen.add(look, read(file)[before:])
                    if look != "detail" or seen.asks["detail"].question != seen.asks["glance"].question:
                        break
            send(door, "quit")
            program.wait(PATIENCE)
        finally:
            program.kill()
            program.wait()
        seen.records = read(file)
        return seen

    def taken(self) -> set[str]:
        """The watched actions whose keys somebody has."""
        other = display.Display(self.desktop.environment["DISPLAY"])
        found = set()
        for action, text in self.watched.items():
            key = keys.parse_key(text)
            masks = {"ctrl": X.ControlMask, "shift": X.ShiftMask, "alt": X.Mod1Mask, "super": X.Mod4Mask}
            bits = sum(masks[each] for each in key.modifiers)
            catch = error.CatchError(error.BadAccess)
            code, root = other.keysym_to_keycode(XK.string_to_keysym(key.name)), other.screen().root
            root.grab_key(code, bits, False, X.GrabModeAsync, X.GrabModeAsync, onerror=catch)
            other.sync()
            if catch.get_error() is not None:
                found.add(action)
        other.close()
        return found


def folder_of_weights(stick: Path) -> None:
    """A folder with two pairs of its own, of which "own" is not the one that would be taken untold."""
    stick.mkdir()
    (stick / MMPROJ.name).symlink_to(MMPROJ)
    text = ""
    for variant in ("instruct", "thinking"):
        text += f'[[source]]\nvariant = "{variant}"\nlicence = "Apache-2.0"\nsource = "here"\n'
        for name, ram in (("better", 2), ("own", 1)):
            file = f"{name}-{variant}.gguf"
            (stick / file).symlink_to(DEMO / f"tiny-qwen3vl-{variant}-f16.gguf")
            text += f'[[source.model]]\nname = "{name}"\nram_bytes = {ram}\n{entry_of(stick / file)}'
        text += f"[[source.mmproj]]\n{entry_of(stick / MMPROJ.name)}"
    (stick / "catalog.toml").write_text(text)


def entry_of(file: Path) -> str:
    data = file.read_bytes()
    checksum = hashlib.sha256(data).hexdigest()
    return f'file = "{file.name}"\nquantisation = "F16"\nbytes = {len(data)}\nsha256 = "{checksum}"\n'
