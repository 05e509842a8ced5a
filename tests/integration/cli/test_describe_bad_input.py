"""Tests of describe with bad pictures, bad models and full disks: one sentence, the right code, no traceback."""

from __future__ import annotations

import os
import random
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from support.describing import DIALOG, MMPROJ, MODEL, ROOT, Describe, check_stream, describe, done, user_environment
from support.platforms import NAMES, OTHER_ACCOUNTS, lacks, skip_without
from support.waiting import PATIENCE

from edge_assistant.system import paths


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    yield from user_environment(tmp_path_factory.mktemp("user"))


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A copy of the demo weights, to be damaged."""
    return Path(shutil.copy(MODEL, tmp_path)), Path(shutil.copy(MMPROJ, tmp_path))


def failed(run: Describe, exit_code: int) -> str:
    """The one sentence that a run of one question failed with."""
    assert run.wait() == exit_code, run.text + run.complaints
    check_stream(run, 1)
    message: str = run.of("error")[0]["message"]
    assert message.endswith(".")
    assert len(message) < 400
    assert "\n" not in message
    return message


def run_pair(pair: tuple[Path, Path], environment: dict[str, str]) -> Describe:
    return describe(
        DIALOG, "--model", pair[0], "--mmproj", pair[1], "--max-tokens", "8", "--seed", "1", environment=environment
    )


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("part", [0.0, 0.00001, 0.01, 0.5, 0.999])
def test_truncated_weights_are_named(
    which: int, part: float, pair: tuple[Path, Path], environment: dict[str, str]
) -> None:
    size = pair[which].stat().st_size
    os.truncate(pair[which], int(size * part))
    assert pair[which].name in failed(run_pair(pair, environment), 3)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("which", [0, 1])
def test_a_damaged_header_never_ends_in_a_traceback(
    which: int, seed: int, pair: tuple[Path, Path], environment: dict[str, str]
) -> None:
    chance = random.Random(seed)
    data = bytearray(pair[which].read_bytes())
    for _ in range(8):
        data[chance.randrange(4, 3000)] ^= 1 << chance.randrange(8)
    pair[which].write_bytes(data)
    run = run_pair(pair, environment)
    if run.wait() == 0:
        assert done(run)["answer"]
    else:
        failed(run, 3 if run.wait() != 6 else 6)


@pytest.mark.parametrize("which", [0, 1])
def test_damaged_numbers_give_an_answer_or_an_error(
    which: int, pair: tuple[Path, Path], environment: dict[str, str]
) -> None:
    chance = random.Random(1)
    data = bytearray(pair[which].read_bytes())
    for _ in range(20_000):
        data[chance.randrange(len(data) // 2, len(data))] = chance.randrange(256)
    pair[which].write_bytes(data)
    run = run_pair(pair, environment)
    if run.wait() == 0:
        assert done(run)["answer"]
    else:
        failed(run, 6 if run.wait() == 6 else 3)


def put(path: Path, key: str, value: bytes) -> None:
    """Exchange a value of a GGUF header for one of the same length; only numbers and texts."""
    data = bytearray(path.read_bytes())
    start = data.index(key.encode()) + len(key)
    start += 12 if data[start] == 8 else 4  # after the type, and of a text its length
    data[start : start + len(value)] = value
    path.write_bytes(data)


def test_a_chat_template_that_would_never_end_is_not_run(pair: tuple[Path, Path], environment: dict[str, str]) -> None:
    put(pair[0], "tokenizer.chat_template", b"{% for i in range(10**12) %}{% for j in range(10**12) %}x{% endfor %}")
    run = run_pair(pair, environment)
    assert run.wait() == 0
    assert done(run)


def test_numbers_that_crash_the_engine_are_told_as_a_damaged_model(
    pair: tuple[Path, Path], environment: dict[str, str]
) -> None:
    good = pair[0].read_bytes()
    put(pair[0], "qwen3vl.context_length", struct.pack("<I", 1))
    assert failed(run_pair(pair, environment), 3) == (
        f"The engine crashed while loading {MODEL.name}: the model is damaged, or its files do not match. Download it "
        "again."
    )
    pair[0].write_bytes(good)
    put(pair[1], "clip.vision.attention.layer_norm_epsilon", struct.pack("<f", float("nan")))
    assert failed(run_pair(pair, environment), 6) == (
        "The engine stopped at its first question. Ask again. If it stops again, the model is damaged: download it "
        "again."
    )


def test_weights_that_are_something_else_are_refused(
    pair: tuple[Path, Path], tmp_path: Path, environment: dict[str, str]
) -> None:
    model, mmproj = pair
    folder = tmp_path / "folder.gguf"
    folder.mkdir()
    (tmp_path / "empty.gguf").touch()
    cases = [
        ((mmproj, mmproj), "is an mmproj"),
        ((model, model), "not an mmproj"),
        ((folder, mmproj), "a folder"),
        ((model, folder), "a folder"),
        ((tmp_path / "empty.gguf", mmproj), "empty"),
        ((tmp_path / "none.gguf", mmproj), "no file"),
        ((DIALOG, mmproj), "not a GGUF file"),
    ]
    for files, words in cases:
        assert words in failed(run_pair(files, environment), 3)
    unknown = describe(DIALOG, "--model", "gpt-7", environment=environment)
    assert "There is no model called gpt-7" in failed(unknown, 3)


def test_an_mmproj_of_another_size_is_refused(pair: tuple[Path, Path], environment: dict[str, str]) -> None:
    data = pair[1].read_bytes()
    key = b"clip.vision.projection_dim"
    at = data.index(key) + len(key) + 4
    assert int.from_bytes(data[at : at + 4], "little") == 128
    pair[1].write_bytes(data[:at] + (256).to_bytes(4, "little") + data[at + 4 :])
    assert "does not fit" in failed(run_pair(pair, environment), 3)


def test_a_tower_that_lacks_the_layers_it_names_is_explained(
    pair: tuple[Path, Path], environment: dict[str, str]
) -> None:
    # The header stays plausible for us, so only llama.cpp finds out.
    data = pair[1].read_bytes()
    key = b"clip.vision.block_count"
    at = data.index(key) + len(key) + 4
    pair[1].write_bytes(data[:at] + (9).to_bytes(4, "little") + data[at + 4 :])
    failed(run_pair(pair, environment), 3)


def test_a_blank_picture_is_refused_before_the_model_runs(tmp_path: Path, environment: dict[str, str]) -> None:
    blank = tmp_path / "blank.png"
    Image.new("RGB", (800, 600), "navy").save(blank)
    run = describe(blank, environment=environment)
    assert "blank" in failed(run, 4)
    assert {each["stage"] for each in run.of("stage")} == {"prepare"}


def test_a_blank_picture_on_standard_input_stays_blank_for_every_question(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    blank = tmp_path / "blank.png"
    Image.new("RGB", (800, 600), "navy").save(blank)
    run = describe("-", "--ask", "One?", "--ask", "Two?", stdin=blank.read_bytes(), environment=environment)
    assert run.wait() == 4
    check_stream(run, 2)
    assert len({each["message"] for each in run.of("error")}) == 1


def test_files_that_are_no_pictures_are_told_apart(tmp_path: Path, environment: dict[str, str]) -> None:
    text = tmp_path / "text.png"
    text.write_text("This is no picture.")
    cut = tmp_path / "cut.png"
    cut.write_bytes(DIALOG.read_bytes()[:900])
    for path in (tmp_path / "none.png", tmp_path, text, cut):
        failed(describe(path, environment=environment), 5)
    failed(describe("-", environment=environment), 5)


def test_a_picture_that_does_not_fit_names_a_context_that_works(tmp_path: Path, environment: dict[str, str]) -> None:
    large = tmp_path / "large.png"
    with Image.open(DIALOG) as dialog:
        dialog.resize((1024, 640)).save(large)
    small = (large, "--mode", "detail", "--max-tokens", "8", "--seed", "1")
    message = failed(describe(*small, "--context", "512", environment=environment), 7)
    (number,) = set(re.findall(r"context of (\d+) tokens", message))
    assert describe(*small, "--context", number, environment=environment).wait() == 0
    failed(describe(*small, "--context", str(int(number) - 256), environment=environment), 7)


def test_a_long_conversation_drops_its_oldest_turns_and_says_so(environment: dict[str, str]) -> None:
    long = "Describe this screen. " * 12
    asks = [part for number in range(6) for part in ("--ask", f"{number} {long}")]
    run = describe(DIALOG, *asks, "--context", "512", "--max-tokens", "20", environment=environment)
    assert run.wait() == 0
    check_stream(run, 6)
    dropped = [each["index"] for each in run.of("notice") if each["code"] == "turns-dropped"]
    assert dropped
    assert dropped == list(range(dropped[0], 6))
    assert done(run, 5)["reused"]["image"] is True
    assert done(run, 5)["timings_s"]["encode"] == 0


def test_a_question_that_is_too_long_is_told_so(environment: dict[str, str]) -> None:
    message = failed(describe(DIALOG, "--ask", "ž" * 30_000, environment=environment), 7)
    assert "shorter question" in message
    assert "image tokens" not in message


def test_too_little_memory_is_told_before_anything_is_loaded(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import psutil\nreal = psutil.virtual_memory\n"
        "psutil.virtual_memory = lambda: real()._replace(available=200_000_000)\n"
    )
    run = describe(DIALOG, environment={**environment, "PYTHONPATH": str(tmp_path)})
    assert "memory" in failed(run, 7)
    assert {each["stage"] for each in run.of("stage")} == {"prepare"}


def test_a_broken_settings_file_is_named(tmp_path: Path) -> None:
    (environment,) = user_environment(tmp_path)
    folder = paths.config_dir(environ=environment)
    folder.mkdir(parents=True)
    for text in ("context = ", "no_such_thing = 1", 'context = "much"', "context = -5", "threads = 0"):
        (folder / "settings.toml").write_text(text)
        assert "settings.toml" in failed(describe(DIALOG, environment=environment), 2)


def others_may_enter(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents)


@lacks(OTHER_ACCOUNTS)
def test_an_account_without_a_home_gets_an_answer() -> None:
    if os.geteuid() != 0:
        skip_without("the right to become somebody else")
    if not (others_may_enter(ROOT / "models") and others_may_enter(Path(sys.executable))):
        skip_without("the right of other accounts to enter this checkout")
    command = ["env", "-u", "HOME", "-u", "XDG_CONFIG_HOME", "-u", "XDG_DATA_HOME", sys.executable, "-B", "-m"]
    process = subprocess.run(
        [*command, "edge_assistant", "describe", str(DIALOG), "--no-speak"],
        user=54_321,
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert process.returncode == 0, process.stderr
    assert process.stdout.startswith(b"A dialog titled Music.")


def test_a_home_that_cannot_be_written_does_not_matter(tmp_path: Path) -> None:
    (environment,) = user_environment(tmp_path)
    blocked = tmp_path / "file"
    blocked.touch()
    data = "LOCALAPPDATA" if sys.platform == "win32" else "XDG_DATA_HOME"
    assert describe(DIALOG, environment={**environment, data: str(blocked)}).wait() == 0


def test_another_locale_does_not_matter(environment: dict[str, str]) -> None:
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    run = describe(DIALOG, "--ask", "Wo ist das Menü? \udcff", environment={**environment, **locale})
    assert run.wait() == 0
    assert done(run)["question"] == "Wo ist das Menü? \ufffd"


HOSTILE_NAMES = {
    "escapes": (b"evil\x1b]0;owned\x07\x1b[2J.png", "evil.png"),
    "no UTF-8": (b"bad\xff\x9b.png", "bad\ufffd\ufffd.png"),
    "an override": ("\u202egnp.exe".encode(), "gnp.exe"),
    "joiners": ("می\u200cخواهم.png".encode(), "می\u200cخواهم.png"),
    "lines": (b"two\nlines\xc2\x85.png", "two lines .png"),
}


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=lacks(NAMES) if case in ("escapes", "no UTF-8", "lines") else ())
        for case in HOSTILE_NAMES
    ],
)
def test_a_file_with_a_hostile_name_is_named_harmless(case: str, tmp_path: Path, environment: dict[str, str]) -> None:
    name, shown = HOSTILE_NAMES[case]
    picture = tmp_path / os.fsdecode(name)
    picture.write_text("no picture")
    sentence = f"{shown} is not a picture that can be read."
    run = describe(picture, environment=environment)
    assert failed(run, 5) == sentence
    assert run.complaints == f"{sentence}\n"
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", run.text)
    if case == "no UTF-8":
        shutil.copy(DIALOG, picture)
        assert describe(picture, environment=environment).wait() == 0
