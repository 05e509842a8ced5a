"""A whole day in one run, with every system call watched: nothing of what was seen, asked or told is left anywhere.

Not on the disk, not in the words or the environment of a program that is started, not in the log, and no packet.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from support import SUPPORT
from support.apps import AppRun
from support.describing import DIALOG, ROOT
from support.desktops import XDesktop, scene, x_desktop
from support.left_behind import forms_of_picture, forms_of_text, found_in, found_in_files
from support.listening import WINDOW, private_folders
from support.platforms import LINUX_DESKTOP, lacks
from support.sound_card import SoundCard
from support.system_calls import SystemCalls, read_calls, traced
from support.waiting import PATIENCE, until

from edge_assistant.system.ipc import default_endpoint, send

SCENE = scene()
TITLE, TYPED, LOOKED_FOR, PRINTED = "Quagga 4711 Ledger", "where is the wombat", "okapi", "OKAPI HARBOUR"
ASK, FIND = "ctrl+shift+F5", "Edge Assistant, find"

# What the program writes, as SECURITY.md and docs/security.md name it; all in folders of the person's own.
_OWN_FILES = re.compile(
    r"(data|cache|config)/edge-assistant/\.?(prompts/[0-9a-f]{32}\.kv|prompts/[0-9a-f]{32}\.\d+\.new"
    r"|(verified|measurements|first-run|device-checks|tuned|login)\.json(\.\w{8})?)"
    r"|run-[^/]+/edge-assistant/listen-\w+\.(lock|socket)"
    r"|(cache|config)/(fontconfig|mesa_shader_cache\w*|pulse|qtshadercache[^/]*)/.*"  # libraries' own; searched, too
)
# Files that are none: a sound in memory, a device, what the kernel shows of a process; and the test's own.
_NO_FILES = re.compile(
    r"/dev/(null|tty|dri/\w+|nvidia\w*)|/proc/self/(fd/\d+|autogroup|coredump_filter|oom_score_adj)|.*\.pyc(\.\d+)?"
)


def check(calls: SystemCalls, folder: Path, run: str, secrets: dict[str, set[bytes]], own: set[str]) -> None:
    """Nothing of the secrets is left; `own` are files that the test asked for, or watches with."""
    wrong = []
    for path in calls.written - own:
        inside = path.removeprefix(f"{folder}/").removeprefix(str(Path(run).parent) + "/")
        if not (_OWN_FILES.fullmatch(inside) or _NO_FILES.fullmatch(path)):
            wrong.append(f"written: {path}")
    kept = [path for path in map(Path, calls.written) if path.is_file()]
    kept += [path for path in folder.rglob("*") if path.is_file() and path.name not in ("trace", "page.png")]
    wrong += found_in_files(kept, secrets)
    for words, environment in calls.programs[1:]:  # the first is what the person started
        for name in found_in("\0".join([*words, *environment]).encode(errors="surrogateescape"), secrets):
            wrong.append(f"{words[0]} was told: {name}")
    assert not wrong, "\n".join(wrong)
    assert calls.sockets <= {"AF_UNIX", "AF_NETLINK"}, "without another socket there is no packet; that is the kernel's"
    assert calls.shared <= {"0600"}, "memory that is shared is shared with nobody else"
    assert not calls.rings, "whose files and sockets would not be seen"


def draw_page(path: Path) -> None:
    """A page of the size of the scene, with a text of its own."""
    image = Image.new("RGB", SCENE.size, "white")
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 24)
    ImageDraw.Draw(image).text((20, 60), PRINTED, fill=(20, 40, 90), font=font)
    image.save(path)


@pytest.fixture
def desktop() -> Iterator[XDesktop]:
    with x_desktop((1600, 900), manager=True) as result:
        yield result


def use(app: AppRun, desktop: XDesktop, other: subprocess.Popen[bytes], page: Path) -> None:
    """Describe, ask, read, find, describe what was copied, look back, quit: as a person does."""

    def say(action: str) -> None:
        assert send(default_endpoint(environ=app._environment), action) == ""

    def wait_for_answer(words: str, times: int) -> None:
        app.wait_for(lambda _: sum(words in each for each in app.told) >= times, f"{words} for the {times}. time")
        app.wait_until("ready")

    app.wait_until_told("Ready.")
    app.press(WINDOW)
    wait_for_answer(SCENE.facts[0], 1)
    app.press(ASK)
    app.wait_for_line("heard: What do you want to know?")
    until(lambda: desktop.active() == "Edge Assistant", "the window")
    desktop.output("xdotool", "type", TYPED)
    desktop.output("xdotool", "key", "Return")
    wait_for_answer("There is no", 1 + sum("There is no" in each for each in app.told))
    desktop.output("xdotool", "key", "Escape")
    desktop.wait_until_active(TITLE)

    desktop.change(other, page)
    say("read")
    wait_for_answer(PRINTED, 1)
    say("find")
    desktop.wait_until_active(FIND)
    desktop.output("xdotool", "type", LOOKED_FOR)
    until(lambda: app.ask("found").startswith(PRINTED), "what was looked for")
    desktop.output("xdotool", "key", "Escape")
    desktop.wait_until_active(TITLE)

    copied = desktop.start(sys.executable, SUPPORT / "copy_picture.py", SCENE.picture, stdout=subprocess.PIPE)
    assert copied.stdout is not None
    copied.stdout.readline()
    say("clipboard")
    wait_for_answer(SCENE.facts[0], 2)
    for action, title in (("spell", "Spell a word"), ("history", "Last answers")):
        say(action)
        desktop.wait_until_active(title)
        desktop.output("xdotool", "key", "Escape")
        desktop.wait_until_active(TITLE)
    say("quit")
    assert app.process.wait(PATIENCE) == 0


@lacks(LINUX_DESKTOP)
def test_after_a_day_with_the_app_nothing_of_it_is_left_and_nothing_was_sent(desktop: XDesktop, tmp_path: Path) -> None:
    page, trace, log = (tmp_path / name for name in ("page.png", "trace", "log"))
    draw_page(page)
    other = desktop.show(SCENE.picture, TITLE, "1000", "400")
    desktop.wait_until_active(TITLE)
    folders = private_folders(tmp_path)
    folders |= {"EDGE_ASSISTANT_LOG": str(log), "PATH": "/usr/bin:/bin"}
    card = SoundCard(tmp_path, speed=50.0)
    try:
        with AppRun(desktop, prefix=traced(trace), ALSA_CONFIG_PATH=str(card.configuration), **folders) as app:
            use(app, desktop, other, page)
    finally:
        card.close()
    assert len(card.samples()) > 22050, "it spoke"
    answers = [each for each in app.told if SCENE.facts[0] in each or SCENE.facts[1] in each]
    texts = (TITLE, TYPED, LOOKED_FOR, PRINTED, *answers)
    assert len(answers) >= 2
    secrets = {each: forms_of_text(each) for each in texts}
    secrets |= {path.name: forms_of_picture(path) for path in (page, SCENE.picture)}
    calls = read_calls(trace)
    assert log.stat().st_size > 500, "it was written at its most talkative"
    check(calls, tmp_path, folders["XDG_RUNTIME_DIR"], secrets, {str(log), str(tmp_path / "card")})
    assert any("spawn_main" in " ".join(words) for words, _ in calls.programs), "workers were seen"
    assert any(words[0] == "aplay" for words, _ in calls.programs), "and a player"
    left = sorted(path.name for path in Path(folders["XDG_RUNTIME_DIR"]).rglob("*") if path.is_file())
    assert [name for name in left if not name.endswith(".lock")] == []


@lacks(LINUX_DESKTOP)
def test_a_command_leaves_nothing_but_the_report_that_was_asked_for(tmp_path: Path) -> None:
    page, report = tmp_path / "page.png", tmp_path / "report.txt"
    draw_page(page)
    folders = private_folders(tmp_path)
    secrets = {each: forms_of_text(each) for each in (TYPED, LOOKED_FOR, PRINTED, "titled Music", str(page), page.name)}
    secrets |= {path.name: forms_of_picture(path) for path in (page, DIALOG)}
    log = tmp_path / "log"
    for arguments in (
        ("describe", str(DIALOG), "--seed", "1", "--ask", TYPED, "--no-speak"),
        ("read", str(page), "--no-speak"),
        ("doctor", "--no-speak"),
        ("report", str(report)),
    ):
        trace = tmp_path / "trace"
        done = subprocess.run(
            [*traced(trace), sys.executable, "-m", "edge_assistant", *arguments],
            cwd=ROOT,
            env={"LC_ALL": "C.UTF-8", **folders, "EDGE_ASSISTANT_LOG": str(log), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode in (0, 1), (arguments, done.stderr)
        assert arguments[0] != "read" or PRINTED.encode() in done.stdout
        calls = read_calls(trace)
        assert calls.programs
        own = {path for path in calls.written if Path(path).name.lstrip(".").startswith(report.name)}
        check(calls, tmp_path, folders["XDG_RUNTIME_DIR"], secrets, {str(log), *own})
    assert report.stat().st_size > 100


_LEAKS = """
import os, socket, subprocess, sys
folder = sys.argv[1]
with open(folder + "/a.tmp", "w", encoding="utf-16") as file:
    file.write("the secret words of somebody")
os.remove(folder + "/a.tmp")
with open(folder + "/cache/edge-assistant/prompts/" + "0" * 32 + ".kv", "w", encoding="utf-16") as file:
    file.write("the secret words of somebody")
subprocess.run(["true", "the secret words of somebody"])
if sys.argv[2] == "network":
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
"""


@lacks(LINUX_DESKTOP)
@pytest.mark.parametrize("way", ["none", "network"])
def test_whatever_leaks_is_noticed(way: str, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    (tmp_path / "cache/edge-assistant/prompts").mkdir(parents=True)
    subprocess.run([*traced(trace), sys.executable, "-c", _LEAKS, str(tmp_path), way], check=True)
    calls, secrets = read_calls(trace), {"secret": forms_of_text("secret words")}
    with pytest.raises(AssertionError) as caught:
        check(calls, tmp_path, "/run", secrets, set())
    for told in ("written: ", "a.tmp", "0.kv: secret", "true was told: secret"):
        assert told in str(caught.value)
    assert ("AF_INET" in calls.sockets) is (way == "network")
