#!/usr/bin/env python3
"""Asks the portable engine a question on emulated old processors, and has a line of text recognised on them.

None may meet an illegal instruction. Needs qemu-user, and what packaging/build.py left in build/; --text can do with
the .venv of scripts/setup. Slow: minutes a processor. Prints the backend that was chosen, the answer and the line;
ends with 1 when one is wrong.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from build_steps.paths import BUILD, ROOT, python_in

# Models of qemu, and the backend that each must choose: Nehalem has SSE 4.2 and no AVX, Haswell AVX2 and no AVX-512.
EXPECTED = {"Nehalem": "sse42", "SandyBridge": "sandybridge", "Haswell": "haswell"}

# In one process: what the program spawns would run on the real processor.
_ASK = """
import re, sys
from pathlib import Path
from PIL import Image
root = Path(sys.argv[1])
sys.path.insert(0, str(root))
from edge_assistant.engine import llama_model
from edge_assistant.engine.messages import Sampling
models = root / "models/demo"
model = llama_model.LlamaModel(
    str(models / "tiny-qwen3vl-instruct-f16.gguf"), str(models / "mmproj-tiny-qwen3vl-f16.gguf"),
    context=512, threads=1, vision_layers=0, interrupted=lambda: False, on_load=lambda _: None)
backends = sorted(set(re.findall(r"libggml-cpu-(\\w+)\\.so", Path("/proc/self/maps").read_text())))
picture = Image.open(models / "samples/save-dialog.png").convert("RGB")
picture.thumbnail((256, 256))
width, height = (side // 32 * 32 for side in picture.size)
picture = picture.resize((width, height))
start = model.tokenize("<|im_start|>user\\n<|vision_start|>", special=True)
end = model.tokenize("<|vision_end|>What is on the screen?<|im_end|>\\n<|im_start|>assistant\\n", special=True)
chunk = model.image_chunk(picture.tobytes(), width, height)
model.decode(start, 0)
model.decode_image(chunk, model.encode(chunk, lambda _: None), len(start), lambda _: None)
position = len(start) + chunk.positions
model.decode(end, position)
position += len(end)
greedy = Sampling(temperature=0, top_p=1, top_k=0, presence=0)
sampler, answer = model.sampler(greedy, 1), b""
for _ in range(30):
    token = sampler.sample()
    if model.ends(token):
        break
    answer += model.piece(token)
    model.decode([token], position)
    position += 1
print(*backends, sep=",")
print(answer.decode())
"""


_LINE = "Invoice 4711"
# The same of text recognition.
_READ = """
import sys
sys.path.insert(0, sys.argv[1])
from PIL import Image, ImageDraw, ImageFont
from edge_assistant.ocr import model_files
from edge_assistant.ocr.messages import NetworkPaths
from edge_assistant.ocr.page_reader import PageReader
picture = Image.new("RGB", (320, 64), "white")
ImageDraw.Draw(picture).text((20, 14), sys.argv[2], "black", ImageFont.load_default(28))
reader = PageReader(NetworkPaths(*map(model_files.find, model_files.FILES)))
print(*(line.text for line in reader.read(picture, "screen", lambda _: None).lines))
"""


def main() -> int:
    """Ask on every model; 0 when all chose as expected, gave one answer and read the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path, default=python_in(BUILD / "venv"), help="default: the build's")
    parser.add_argument("--text", action="store_true", help="only have the line recognised")
    parser.add_argument(
        "expected", nargs="*", metavar="MODEL=BACKEND", help="qemu's name of a processor, and what it is to choose"
    )
    parsed = parser.parse_args()
    if not all(each.count("=") == 1 for each in parsed.expected):
        parser.error("write a processor and its backend as Nehalem=sse42")
    if shutil.which("qemu-x86_64") is None:
        parser.error("qemu-x86_64 is missing: install qemu-user")
    if not parsed.python.is_file():
        parser.error(f"{parsed.python} is not there: run packaging/build.py first")
    expected = dict(each.split("=") for each in parsed.expected) or EXPECTED
    read = [_reads(["qemu-x86_64", "-cpu", model], parsed.python) for model in expected]
    if parsed.text or not all(read):
        return 0 if all(read) else 1
    answers = {_ask(["qemu-x86_64", "-cpu", model], parsed.python, wanted) for model, wanted in expected.items()}
    answers.add(_ask([], parsed.python, None))
    return 0 if len(answers) == 1 and None not in answers else 1


def _reads(emulator: list[str], python: Path) -> bool:
    """Whether the line is recognised as it is."""
    command = [*emulator, str(python), "-c", _READ, str(ROOT), _LINE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"{emulator[-1]}: ended with {done.returncode}: {done.stderr[-500:]}")
        return False
    print(f"{emulator[-1]}: read {done.stdout.strip()!r}", flush=True)
    return done.stdout.strip() == _LINE


def _ask(emulator: list[str], python: Path, wanted: str | None) -> str | None:
    """The answer; None when there was none, or of another backend than `wanted`."""
    command = [*emulator, str(python), "-c", _ASK, str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    name = emulator[-1] if emulator else "this processor"
    if done.returncode != 0:
        print(f"{name}: ended with {done.returncode}: {done.stderr[-500:]}")
        return None
    backend, _, answer = done.stdout.strip().partition("\n")
    print(f"{name}: {backend}: {answer}", flush=True)
    return answer if wanted in (None, backend) else None


if __name__ == "__main__":
    sys.exit(main())
