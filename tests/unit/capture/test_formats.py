"""What is loaded to decode a picture: for usual ones little, since a new worker is waited for."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image

from edge_assistant.capture import decode, formats
from edge_assistant.system.errors import InputError

_WORKER = """
import io, multiprocessing, sys, threading
from edge_assistant.capture import decode_worker
here, there = multiprocessing.Pipe()
threading.Thread(target=decode_worker.serve, args=(there, None), daemon=True).start()
assert here.recv() == (decode_worker.READY,)
data = sys.stdin.buffer.read()
here.send(("shot", len(data)))
here.send(data)
assert here.recv()[0] == "picture"
print(*sys.modules)
"""

HEAVY = ("psutil", "pi_heif", "numpy", "PySide6", "xml", "PIL.TiffImagePlugin", "PIL.AvifImagePlugin", "PIL.ImageCms")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_worker_loads_for_a_usual_picture_only_what_that_takes(kind: str) -> None:
    data = io.BytesIO()
    Image.new("RGB", (8, 8)).save(data, kind)
    done = subprocess.run([sys.executable, "-c", _WORKER], input=data.getvalue(), capture_output=True, check=True)
    loaded = done.stdout.decode().split()
    assert "PIL.PngImagePlugin" in loaded
    assert [each for each in HEAVY if each in loaded] == []
    assert not any(each.startswith("edge_assistant.settings") for each in loaded)


def test_a_program_that_lacks_what_decodes_a_rare_format_does_not_call_the_picture_damaged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lack() -> tuple[str, ...]:
        raise ModuleNotFoundError

    monkeypatch.setattr(formats, "load_all", lack)
    data = io.BytesIO()
    Image.new("RGB", (8, 8)).save(data, "GIF")
    data.seek(0)
    with pytest.raises(InputError, match="opens pictures cannot be started") as error:
        decode.decode(data, "shot")
    assert error.value.code == "not-installed"
