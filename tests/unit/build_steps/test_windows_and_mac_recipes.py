"""The recipes for Windows, macOS and CI, as far as they can be read here."""

from __future__ import annotations

import plistlib
import re
import subprocess
from pathlib import Path

import yaml
from build_steps import weights, windows

ROOT = Path(__file__).parents[3]
SETUP = (ROOT / "packaging/windows/edge-assistant.iss").read_text(encoding="utf-8")


def test_inno_setup_is_given_all_that_its_script_asks_for(tmp_path: Path) -> None:
    for form in weights.FORMS:
        arguments = windows.inno_arguments(tmp_path, tmp_path, tmp_path, "setup", form)
        given = {match[1] for each in arguments if (match := re.match(r"/D(\w+)=", each))}
        assert set(re.findall(r"\{#(\w+)\}", SETUP)) <= given
        assert ("Span" in given) is (form in ("instruct", "both"))
        assert Path(arguments[-1]).is_file()


def test_every_message_of_the_setup_is_there_in_every_language() -> None:
    used = set(re.findall(r"CustomMessage\('(\w+)'\)|\{cm:(\w+)\}", SETUP))
    names = {name for pair in used for name in pair if name}
    for language in re.findall(r'^Name: "(\w\w)"; MessagesFile', SETUP, re.MULTILINE):
        assert names == set(re.findall(rf"^{language}\.(\w+)=", SETUP, re.MULTILINE))


def test_the_mac_s_entitlements_and_shell_can_be_read() -> None:
    with (ROOT / "packaging/macos/entitlements.plist").open("rb") as file:
        assert plistlib.load(file)["com.apple.security.device.camera"] is True
    subprocess.run(["sh", "-n", str(ROOT / "packaging/macos/dmg.sh")], check=True)


def test_the_recipe_of_ci_names_files_that_exist() -> None:
    text = (ROOT / ".github/workflows/installers.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    assert set(jobs) == {"linux", "windows", "macos"}
    named = set(re.findall(r"(?:packaging|scripts)/\w+(?:\.py)?", text)) | {"models/demo/samples/save-dialog.png"}
    assert len(named) >= 4
    assert all((ROOT / name).exists() for name in named)
