"""llama.cpp's own programs on the same files: llama-server for answers, llama-bench for the bare speed of decoding."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarking.figures import Figures, add
from benchmarking.machine import PICTURE_SEED, screenshot
from benchmarking.memory import Peak
from benchmarking.product import HEARING_S, QUESTION
from edge_assistant.engine.task_table import load_table

_PATIENCE = 900.0  # seconds for one answer: the server's defaults take minutes
_TOKENS = 8


class Server:
    """A running llama-server and one conversation with it."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, load: float) -> None:
        self.pid = process.pid
        self.load = load
        self._url = url
        self._messages: list[dict[str, Any]] = []

    def begin(self, image: Image.Image) -> None:
        """A new conversation about this picture."""
        data = io.BytesIO()
        image.save(data, "PNG", compress_level=1)
        url = f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode()}"
        self._messages = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]

    def ask(self, question: str) -> float:
        """Put one more question; seconds to its first token."""
        part = {"type": "text", "text": question}
        if len(self._messages) == 1:
            self._messages[0]["content"].append(part)
        else:
            self._messages.append({"role": "user", "content": [part]})
        body = {"messages": self._messages, "stream": True, "max_tokens": _TOKENS, "ignore_eos": True}
        request = urllib.request.Request(
            f"{self._url}/v1/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        start, first, answer = time.perf_counter(), 0.0, ""
        with urllib.request.urlopen(request, timeout=_PATIENCE) as reply:
            for line in reply:
                if not line.startswith(b"data: {"):
                    continue
                delta = json.loads(line[6:])["choices"][0]["delta"]
                if piece := delta.get("content") or delta.get("reasoning_content"):
                    first = first or time.perf_counter() - start
                    answer += piece
        self._messages.append({"role": "assistant", "content": answer})
        return first or time.perf_counter() - start


@contextlib.contextmanager
def serving(program: Path, pair: tuple[Path, Path], *options: str) -> Iterator[Server]:
    """Run llama-server with this pair and a context of 4096 on a free local port until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(program), "-m", str(pair[0]), "--mmproj", str(pair[1]), "-c", "4096", "--port", str(port), *options]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        while not _healthy(url):
            if process.poll() is not None:
                raise SystemExit(f"llama-server ended at once: {' '.join(command)}")
            time.sleep(0.05)
        yield Server(process, url, time.perf_counter() - start)
    finally:
        process.terminate()
        process.wait()


def served(program: Path, pair: tuple[Path, Path], repeats: int, *options: str) -> Figures:
    """What llama-server takes for a new picture, a follow-up, and the same screen in a new conversation."""
    figures: Figures = {}
    question = load_table(None).settings("qwen3-vl", "glance", "instruct", None).question
    with serving(program, pair, *options) as server, Peak(server.pid) as peak:
        add(figures, "load", server.load)
        for number in range(repeats):
            image = screenshot(PICTURE_SEED + number)
            server.begin(image)
            add(figures, "first_token", server.ask(question))
            time.sleep(HEARING_S)
            add(figures, "follow_up.first_token", server.ask(QUESTION))
            server.begin(image)
            add(figures, "same_screen.first_token", server.ask(QUESTION))
    add(figures, "pss", float(peak.bytes))
    return figures


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=5) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def bench_decode(
    program: Path, model: Path, threads: int, *, repack: bool, tokens: int, repeats: int, depth: int
) -> Sequence[float]:
    """llama-bench's decoding speeds in tokens a second behind `depth` tokens, one a repetition."""
    command = [str(program), "-m", str(model), "-p", "0", "-n", str(tokens), "-r", str(repeats), "-t", str(threads)]
    command += ["-d", str(depth), "-fa", "1", "-ctk", "f16", "-ctv", "f16", "--repack", str(int(repack)), "-o", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(speed) for speed in json.loads(done.stdout)[0]["samples_ts"]]


def bench_device(program: Path, model: Path, repeats: int) -> dict[str, list[float]]:
    """llama-bench's speeds in tokens a second with all layers on a graphics processor: `pp512` and `tg128`.

    Empty where it computed on the processor alone.
    """
    command = [str(program), "-m", str(model), "-p", "512", "-n", "128", "-r", str(repeats), "-ngl", "99"]
    command += ["-fa", "1", "-ctk", "f16", "-ctv", "f16", "-ub", "512", "-o", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return device_speeds(done.stdout)


def device_speeds(output: str) -> dict[str, list[float]]:
    """The speeds in llama-bench's JSON by test, without those of the processor alone."""
    speeds = {}
    for test in json.loads(output):
        if test["gpu_info"]:
            name = f"tg{test['n_gen']}" if test["n_gen"] else f"pp{test['n_prompt']}"
            speeds[name] = [float(speed) for speed in test["samples_ts"]]
    return speeds
