"""The recipes for Windows, macOS and CI, as far as they can be read here."""

from __future__ import annotations

import plistlib
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from build_steps import visual_studio, windows
from build_steps.weights import WeightsFile
from support.platforms import BASH, MAKENSIS, lacks

ROOT = Path(__file__).parents[3]
SETUP = windows.SCRIPT.read_text(encoding="utf-8")
SENTENCES = (windows.SCRIPT.parent / "sentences.nsh").read_text(encoding="utf-8")


def program_folder(tmp_path: Path, files: dict[str, bytes]) -> Path:
    for place, content in files.items():
        path = tmp_path / "program" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "program"


@pytest.mark.parametrize("large", [False, True])
def test_the_setup_s_script_uses_all_that_it_is_given(tmp_path: Path, large: bool) -> None:
    files = [WeightsFile(tmp_path, "model.gguf", 5_000_000_000, "0" * 64)] if large else []
    arguments = windows.arguments(program_folder(tmp_path, {"a": b"a" * 5000}), tmp_path, tmp_path, files)
    given = dict(match.groups() for each in arguments if (match := re.match(r"-D(\w+)=(.*)", each)))
    used = set(re.findall(r"\$\{([A-Z_]+)\}|!ifdef ([A-Z_]+)", SETUP))
    assert set(given) <= {name for pair in used for name in pair}
    assert ("MODELS_BESIDE" in given) is large
    assert int(given["NEEDED_KB"]) > int(given["PROGRAM_KB"]) + (4_800_000 if large else 0)
    assert "-WX" in arguments  # a sentence without a translation is a warning


def function(name: str) -> str:
    return SETUP.split(f"Function {name}", 1)[1].split("FunctionEnd", 1)[0]


def test_telling_how_far_the_copying_is_leaves_the_handles_of_the_step_alone() -> None:
    """Closing a number that is no handle of ours closes whatever has it."""
    before, after = function("${UN}RunStep").split("Call ${UN}ShowProgress")
    handles = set(re.findall(r"\(p (R\d)", before + after))
    closed_before = set(re.findall(r"CloseHandle\(p (R\d)\)", before))
    changed = set(re.findall(r"^ +(?:IntOp|StrCpy|FindWindow|GetDlgItem|FileOpen|FileRead) \$(R\d)",
                             function("${UN}ShowProgress"), re.MULTILINE))  # fmt: skip
    assert handles == {"R4", "R5"}
    assert changed >= {"R3", "R5"}
    assert not changed & (handles - closed_before)
    assert set(re.findall(r"CloseHandle\(p (R\d)\)", after)) == handles - closed_before


def test_every_sentence_of_the_setup_is_there_is_used_and_has_two_languages() -> None:
    used = set(re.findall(r"\$\((\w+)\)", SETUP))
    written = re.findall(r'^\$\{Sentence\} (\w+) "([^"]+)" "([^"]+)"$', SENTENCES, re.MULTILINE)
    assert used == {name for name, _, _ in written}
    assert len(written) == SENTENCES.count("\n${Sentence}")
    for name, english, german in written:
        assert english != german, name
        for variable in set(re.findall(r"\$\w+", english + german)):
            assert english.count(variable) == german.count(variable), (name, variable)


def test_exit_codes_and_switches_of_the_setup_are_documented() -> None:
    page = (ROOT / "packaging/README.md").read_text(encoding="utf-8")
    codes = set(re.findall(r"^!define [A-Z_]+ (\d)\b", SETUP[: SETUP.index("UNINSTALL_KEY")], re.MULTILINE))
    assert {"0", "2", *codes} == set(re.findall(r"^\| (\d) \|", page, re.MULTILINE))
    for switch in {"/S", "/D=", *re.findall(r'GetOptions\} \$R0 "(/\w+=?)"', SETUP)}:
        assert f"`{switch}" in page, switch


@lacks(MAKENSIS)
def test_the_setup_s_script_can_be_compiled(tmp_path: Path) -> None:
    icon = tmp_path / "edge-assistant.ico"
    from PIL import Image

    Image.new("RGBA", (32, 32)).save(icon)
    program = program_folder(tmp_path, {"edge-assistant.exe": b"MZ", "models/catalog.toml": b"#"})
    large = [WeightsFile(tmp_path, "model.gguf", 1, "0" * 64)]
    for name, files in (("without", []), ("with", large)):
        target = tmp_path / f"{name}.exe"
        command = [windows.compiler().command, *windows.arguments(program, tmp_path, target, files, test=True)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
        assert target.read_bytes()[:2] == b"MZ"


def test_large_models_lie_beside_the_setup_with_their_checksums(tmp_path: Path) -> None:
    program = program_folder(tmp_path, {"models/demo/demo.gguf": b"demo", "models/model.gguf": b"large"})
    windows.take_out(program / "models", [WeightsFile(tmp_path, "model.gguf", 5, "ab" * 32)], tmp_path / "out/models")
    assert (tmp_path / "out/models/model.gguf").read_bytes() == b"large"
    assert (tmp_path / "out/models/SHA256SUMS").read_text() == f"{'ab' * 32}  model.gguf\n"
    assert [path.name for path in (program / "models").rglob("*.gguf")] == ["demo.gguf"]


def test_the_portable_folder_says_what_it_is_and_is_the_same_each_time(tmp_path: Path) -> None:
    program = program_folder(tmp_path, {"edge-assistantw.exe": b"MZ", "models/demo/demo.gguf": b"demo" * 100})
    made = [windows.pack_portable(program, tmp_path / f"{number}.zip") for number in (1, 2)]
    assert made[0].read_bytes() == made[1].read_bytes()
    with zipfile.ZipFile(made[0]) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {
            "Edge Assistant/portable.txt",
            "Edge Assistant/edge-assistantw.exe",
            "Edge Assistant/models/demo/demo.gguf",
        }
        assert archive.read("Edge Assistant/models/demo/demo.gguf") == b"demo" * 100


class VisualStudio:
    """vswhere and cmd; `path` is what vswhere finds."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self.commands: list[list[str] | str] = []

    def __call__(self, command: list[str] | str, **_: object) -> subprocess.CompletedProcess[str]:
        self.commands.append(command)
        if isinstance(command, list):
            if self._path is None:
                raise FileNotFoundError(2, "The system cannot find the file specified", command[0])
            return subprocess.CompletedProcess(command, 0, f"{self._path}\n", "")
        return subprocess.CompletedProcess(command, 0, "Path=C:\\VC\\bin;C:\\Windows\nINCLUDE=C:\\VC\\include\n\n", "")


def test_the_compiler_is_visual_studio_s() -> None:
    system = VisualStudio(r"C:\VS 2022")
    environment = visual_studio.build_environment({"ProgramFiles(x86)": r"D:\Programs"}, system)
    assert environment == {"Path": r"C:\VC\bin;C:\Windows", "INCLUDE": r"C:\VC\include"}
    first, second = system.commands
    assert first[0] == r"D:\Programs\Microsoft Visual Studio\Installer\vswhere.exe"
    assert isinstance(second, str)
    assert "vcvars64.bat" in second


@pytest.mark.parametrize("found", ["", None])
def test_without_visual_studio_it_is_named_as_missing(found: str | None) -> None:
    with pytest.raises(LookupError, match="Visual Studio"):
        visual_studio.build_environment({}, VisualStudio(found))


def test_the_mac_s_entitlements_can_be_read() -> None:
    with (ROOT / "packaging/macos/entitlements.plist").open("rb") as file:
        assert plistlib.load(file)["com.apple.security.device.camera"] is True


@lacks(BASH)
def test_the_mac_s_shell_can_be_read() -> None:
    subprocess.run(["sh", "-n", str(ROOT / "packaging/macos/dmg.sh")], check=True)
