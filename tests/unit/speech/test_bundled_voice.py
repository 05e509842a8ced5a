"""The bundled voice is used only where the system has none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from edge_assistant.speech import bundled_voice, worker
from edge_assistant.speech.speech_engine import VoiceSettings
from edge_assistant.system import paths


def test_without_a_voice_beside_the_program_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESPEAK_DATA_PATH", raising=False)
    before = dict(os.environ)
    bundled_voice.enable()
    assert dict(os.environ) == before


def test_the_system_s_voice_and_player_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESPEAK_DATA_PATH", raising=False)
    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.setattr(bundled_voice, "_SYSTEM_LIBRARY", "libc.so.6")
    bundled_voice.enable(tmp_path)
    assert os.environ["PATH"] == f"/usr/bin:{tmp_path}/bin"
    assert "ESPEAK_DATA_PATH" not in os.environ


def test_a_damaged_voice_is_told_in_the_log_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ESPEAK_DATA_PATH", raising=False)
    monkeypatch.setattr(bundled_voice, "_SYSTEM_LIBRARY", "libnowhere.so.7")
    bundled_voice.enable(tmp_path)
    assert "own voice:" in capfd.readouterr().out
    assert "ESPEAK_DATA_PATH" not in os.environ


def test_where_the_system_has_none_its_library_is_found_by_the_usual_name(tmp_path: Path) -> None:
    """In a process of its own: what is loaded stays loaded."""
    systems = {"libsonic.so.0": "libm.so.6", "libpcaudio.so.0": "libdl.so.2", "libespeak-ng.so.1": "libresolv.so.2"}
    (tmp_path / "lib").mkdir()
    for name, like in systems.items():
        found = next((folder / like for folder in map(Path, ("/lib/x86_64-linux-gnu", "/lib64", "/usr/lib"))
                      if (folder / like).exists()), None)  # fmt: skip
        if found is None:
            pytest.skip(f"{like} is in no usual place")
        (tmp_path / "lib" / name).symlink_to(found)
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom edge_assistant.speech import bundled_voice\n"
        "bundled_voice._SYSTEM_LIBRARY = 'libnowhere.so.7'\n"
        f"bundled_voice.enable(Path({str(tmp_path)!r}))\n"
        "print(os.environ['ESPEAK_DATA_PATH'])\n"
        "print('libresolv' in Path('/proc/self/maps').read_text())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [str(tmp_path), "True"]


def test_a_bundled_player_is_found_where_the_system_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    player = tmp_path / "bin" / "aplay"
    player.parent.mkdir()
    player.write_text("#!/bin/sh\n", encoding="utf-8")
    player.chmod(0o755)
    monkeypatch.setattr(paths, "program_voice_dir", lambda: tmp_path)
    monkeypatch.setattr(bundled_voice, "_SYSTEM_LIBRARY", "libc.so.6")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    engine = worker._create_engine(VoiceSettings(), None, lambda _: None, "linux")
    assert engine._playback._players, "no player was found"  # type: ignore[union-attr]
