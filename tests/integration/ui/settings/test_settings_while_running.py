"""Settings that change while the program runs, and a settings file that is broken when it starts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.apps import AppRun
from support.describing import ROOT
from support.desktops import XDesktop, scene, x_desktop
from support.listening import WINDOW, Listen, private_folders
from support.waiting import PATIENCE, until
from Xlib import XK, X, display

SCENE = scene()
TITLE = "Invoice 1042, Writer"


@pytest.fixture(scope="module")
def desktop() -> Iterator[XDesktop]:
    with x_desktop((1600, 900), manager=True) as result:
        result.show(SCENE.picture, TITLE, "1000", "500")
        result.wait_until_active(TITLE)
        yield result


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    return private_folders(tmp_path)


def file_in(folders: dict[str, str]) -> Path:
    return Path(folders["XDG_CONFIG_HOME"]) / "edge-assistant" / "settings.toml"


def set_by_command(desktop: XDesktop, folders: dict[str, str], name: str, value: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "edge_assistant", "settings", "set", name, value],
        cwd=ROOT,
        env={**desktop.environment, **folders},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    return done.stdout


def test_another_key_works_at_once_and_the_old_one_no_longer(desktop: XDesktop, folders: dict[str, str]) -> None:
    with Listen(desktop, "--no-speak", **folders) as listen:
        listen.wait_for_line("Ready.")
        told = set_by_command(desktop, folders, "hotkeys.window", "ctrl+shift+F4")
        assert told == "hotkeys.window is now: ctrl+shift+F4.\nSettings applied.\n"
        listen.wait_for_line("Settings applied.")
        listen.press(WINDOW)
        listen.press("ctrl+shift+F4")
        listen.wait_for(lambda lines: any(SCENE.facts[0] in line for line in lines), "the answer")
        assert listen.said.count(TITLE) == 1


def test_a_key_that_somebody_else_has_is_told(desktop: XDesktop, folders: dict[str, str]) -> None:
    other = display.Display(desktop.environment["DISPLAY"])
    code = other.keysym_to_keycode(XK.string_to_keysym("F3"))
    other.screen().root.grab_key(code, X.ControlMask | X.ShiftMask, False, X.GrabModeAsync, X.GrabModeAsync)
    other.sync()
    with Listen(desktop, "--no-speak", **folders) as listen:
        listen.wait_for_line("Ready.")
        told = set_by_command(desktop, folders, "hotkeys.camera", "ctrl+shift+F3")
        assert (
            "ctrl shift F3 is used by another program. Here it counts to three and describes what the camera sees."
            in told
        )
    other.close()


def test_it_speaks_german_at_once_and_answers_in_it(desktop: XDesktop, folders: dict[str, str]) -> None:
    with Listen(desktop, "--no-speak", **folders) as listen:
        listen.wait_for_line("Ready.")
        set_by_command(desktop, folders, "language", "de")
        listen.wait_for(lambda lines: any("Das Modell wird neu geladen." in line for line in lines), "German")
        listen.wait_for_line("Bereit.")
        listen.press(WINDOW)
        listen.wait_for(lambda lines: any("nur das Demomodell" in line for line in lines), "the warning")


def test_a_broken_file_is_put_aside_and_told_and_the_program_starts(desktop: XDesktop, folders: dict[str, str]) -> None:
    path = file_in(folders)
    path.parent.mkdir()
    path.write_text("rate = fast\n", encoding="utf-8")
    with Listen(desktop, "--no-speak", **folders) as listen:
        listen.wait_for_line("Ready.")
        (kept,) = path.parent.glob("settings.toml.broken-*")
        assert kept.read_text(encoding="utf-8") == "rate = fast\n"
        listen.wait_for(lambda lines: any(kept.name in line for line in lines), "the sentence")
    assert not path.exists()


def test_start_at_login_that_was_written_by_hand_holds_from_the_next_start(
    desktop: XDesktop, folders: dict[str, str]
) -> None:
    path = file_in(folders)
    path.parent.mkdir()
    path.write_text("start_at_login = true\n", encoding="utf-8")
    with Listen(desktop, "--no-speak", **folders):
        until((path.parent.parent / "autostart" / "edge-assistant.desktop").exists, "the entry")


def test_the_dialog_opens_by_keyboard_and_what_is_chosen_there_is_written_down(
    desktop: XDesktop, folders: dict[str, str]
) -> None:
    with AppRun(desktop, "--no-speak", **folders) as app:
        app.wait_until_told("Ready.")
        assert app.start_another()[0] == 0
        until(lambda: desktop.active() == "Edge Assistant", "the window")
        for key in ("alt+t", "s"):
            desktop.output("xdotool", "key", key)
        until(lambda: desktop.active() == "Edge Assistant settings", "the dialog")
        app.ask("no tray")  # found so late, it takes the keyboard from nobody
        for key in ("ctrl+f", *"tones", "Tab", "space", "alt+a"):
            desktop.output("xdotool", "key", key)
        app.wait_until_told("Settings applied.")
        assert "\ntones = false\n" in file_in(folders).read_text(encoding="utf-8")
        for _ in ("the search's end", "the dialog's end"):
            desktop.output("xdotool", "key", "Escape")
        until(lambda: desktop.active() != "Edge Assistant settings", "the dialog's end")


def test_all_is_german_and_in_high_contrast_at_once(desktop: XDesktop, folders: dict[str, str]) -> None:
    with AppRun(desktop, "--no-speak", **folders) as app:
        app.wait_until_told("There is no system tray, so the window of Edge Assistant stays.")
        until(lambda: desktop.active() == "Edge Assistant", "the window")
        for key in ("alt+t", "s"):
            desktop.output("xdotool", "key", key)
        until(lambda: desktop.active() == "Edge Assistant settings", "the dialog")
        app.wait_until_told("Ready.")
        set_by_command(desktop, folders, "language", "de")
        until(lambda: desktop.active() == "Einstellungen von Edge Assistant", "the dialog in German")
        assert app.ask("menus") == "&Datei, A&nsehen, &Antwort, &Werkzeuge, Hi&lfe"
        assert app.ask("focus") == "Kategorien"
        app.wait_until_told("Bereit.")
        until(lambda: app.ask("tooltip") == "Edge Assistant: Bereit", "the tooltip")
        set_by_command(desktop, folders, "theme", "high-contrast")
        until(lambda: app.ask("ground") == "#000000", "the other theme")
        desktop.output("xdotool", "key", "Escape")
        until(lambda: desktop.active() == "Edge Assistant", "the window again")


def test_the_open_list_of_weights_is_that_of_another_folder_at_once(
    desktop: XDesktop, folders: dict[str, str], tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    lines = ["[[source]]", 'variant = "instruct"', 'licence = "Apache-2.0"', 'source = "here"']
    for kind in ("model", "mmproj"):
        lines += [f"[[source.{kind}]]", f'file = "{kind}.gguf"', 'quantisation = "F16"', "bytes = 1"]
        lines += [f'sha256 = "{"0" * 64}"', *(['name = "pair"', "ram_bytes = 1"] if kind == "model" else [])]
    (stick / "catalog.toml").write_text("\n".join(lines), encoding="utf-8")
    with AppRun(desktop, "--no-speak", **folders) as app:
        app.wait_until_told("There is no system tray, so the window of Edge Assistant stays.")
        until(lambda: desktop.active() == "Edge Assistant", "the window")
        app.wait_until_told("Ready.")
        for key in app.ask("weights keys").split():
            desktop.output("xdotool", "key", key)
        until(lambda: desktop.active() == "Models", "the list")
        until(lambda: int(app.ask("rows")) > 0, "what it lists")
        usual = int(app.ask("rows"))
        set_by_command(desktop, folders, "weights_folder", str(stick))
        until(lambda: int(app.ask("rows")) == usual + 1, "what is in the folder")
        set_by_command(desktop, folders, "weights_folder", "")
        until(lambda: int(app.ask("rows")) == usual, "what was there before")
