"""Parts that measure the product's own answers, in one Assistant: times, growth, cancelling, loading, decoding."""

from __future__ import annotations

import os
import time

from benchmarking import peer
from benchmarking.figures import Figures, add, add_answer, add_screen
from benchmarking.machine import (
    PICTURE_SEED,
    SCREEN,
    WINDOW,
    Place,
    drop_from_page_cache,
    read_into_page_cache,
    screenshot,
)
from benchmarking.memory import Peak
from benchmarking.product import QUESTION, Cut, Product
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.engine.task_table import load_table
from edge_assistant.ocr.client import TextReader

_PATIENCE_S = 60.0

SIZES = (64, 128, 192, 256, 512, 920, 1024, 2048)


def glance(place: Place, repeats: int) -> Figures:
    """New picture, follow-up, the same screen in a new conversation: 256 image tokens, the usual budget."""
    figures: Figures = {}
    with Product(place.model(), place.threads) as product:
        add(figures, "load", product.load())
        for number in range(repeats):
            add_screen(figures, product, screenshot(PICTURE_SEED + number))
    return figures


def detail(place: Place, repeats: int) -> Figures:
    """The detail of a picture after its glance."""
    figures: Figures = {}
    with Product(place.model(), place.threads) as product:
        product.load()
        for number in range(repeats):
            image = screenshot(PICTURE_SEED + number)
            product.look_at(image)
            product.ask()
            product.look_at(image, mode="detail")
            add_answer(figures, "", product.ask())
    return figures


def growth(place: Place, repeats: int) -> Figures:
    """How the cost grows with the image tokens; each size in an engine of its own, for its memory."""
    figures: Figures = {}
    for size in SIZES:
        with Product(place.model(), place.threads, tokens=4) as product, Peak(os.getpid(), without_top=True) as peak:
            product.load()
            for number in range(repeats):
                product.look_at(screenshot(PICTURE_SEED + number), image_tokens=size)
                add_answer(figures, f"{size}.", product.ask())
        add(figures, f"{size}.pss", float(peak.bytes))
    return figures


def cancel(place: Place, repeats: int) -> Figures:
    """Seconds from a cancel, at moments all over each stage, until the question has ended; and whether the engine was
    lost by it."""
    figures: Figures = {}
    detail = load_table(None).settings("qwen3-vl", "detail", "instruct", None)
    stages = {"encode": 256, "encode_detail": detail.image_tokens, "prefill": 128, "answer": 64}
    with Product(place.model(), place.threads) as product:
        loading = product.load()
        for name, size in stages.items():
            stage = name.partition("_")[0]
            product.look_at(screenshot(PICTURE_SEED), image_tokens=size)
            times = product.ask().timings_s
            lasts = {"encode": times.encode, "prefill": times.prefill}.get(stage) or 0.5
            for number in range(repeats):
                product.look_at(screenshot(2 + PICTURE_SEED + number), image_tokens=size)
                pid = product.assistant.engine_pid
                seconds = product.cancelled(Cut(stage, lasts * (number + 0.5) / repeats))
                if seconds is not None:
                    add(figures, name, seconds)
                product.look_at(screenshot(PICTURE_SEED), image_tokens=64)
                product.ask()  # finds the engine that was there, or a new one
                add(figures, f"{name}.lost", float(product.assistant.engine_pid != pid))
    for number in range(repeats):
        with Product(place.model(), place.threads) as product:
            product.look_at(screenshot(PICTURE_SEED), image_tokens=64)
            if (seconds := product.cancelled(Cut("load", loading * (number + 0.5) / repeats))) is not None:
                add(figures, "load", seconds)
    return figures


def load(place: Place, repeats: int) -> Figures:
    """From starting the engine until it is ready, with the files in the page cache and with them on the disk."""
    figures: Figures = {}
    files = place.loaded()
    for number in range(2 * repeats):
        warm = number % 2 == 0
        if warm:
            read_into_page_cache(*files)
        elif not drop_from_page_cache(*files):
            break
        with Product(place.model(), place.threads) as product:
            add(figures, "warm" if warm else "cold", product.load())
    return figures


def swap(place: Place, repeats: int) -> Figures:
    """From Instruct to Thinking, as think harder does it: the old engine ends, the new one loads and answers."""
    figures: Figures = {}
    instruct, thinking = place.model(), place.model(variant="thinking")
    image = screenshot(PICTURE_SEED)
    for number in range(repeats + 1):
        warm = number < repeats
        old = Product(instruct, place.threads)
        old.load()
        old.look_at(image)
        old.ask()
        if warm:
            read_into_page_cache(*place.loaded("thinking"))
        elif not drop_from_page_cache(*place.loaded("thinking")):
            old.assistant.close()
            break
        start = time.perf_counter()
        old.assistant.close()
        with Product(thinking, place.threads) as new:
            new.load()
            ready = time.perf_counter() - start
            new.look_at(image)
            done = new.ask()
        name = "warm" if warm else "cold"
        add(figures, name, ready)
        add(figures, f"{name}.to_first_token", ready + (done.timings_s.first_token or 0.0))
    return figures


def decode(place: Place, repeats: int) -> Figures:
    """Tokens a second, in turn with llama-bench on the same file where it was named."""
    figures: Figures = {}
    tokens = 64
    with Product(place.model(), place.threads, tokens=tokens) as product:
        product.load()
        product.look_at(screenshot(PICTURE_SEED), image_tokens=64)
        product.ask()
        for _ in range(repeats):
            done = product.ask(QUESTION)
            add(figures, "product", done.tokens_per_s or 0.0)
            product.look_at(screenshot(PICTURE_SEED), image_tokens=64)
            if place.bench:
                depth = int((done.reused or {}).get("prefix_tokens", 0))  # the question itself comes on top
                one = {"threads": place.threads, "tokens": tokens, "repeats": 1, "depth": depth}
                for name, repack in (("llama_bench", False), ("llama_bench_repacked", True)):
                    speeds = peer.bench_decode(place.bench, place.pair()[0], repack=repack, **one)  # type: ignore[arg-type]
                    add(figures, name, *speeds)
    return figures


def ahead(place: Place, repeats: int) -> Figures:
    """The detail of a picture that was encoded while its glance was spoken, for 8 and for 60 seconds."""
    figures: Figures = {}
    with Product(place.model(), place.threads) as product:
        product.load()
        for seconds in (8, 60):
            for number in range(repeats):
                image = screenshot(PICTURE_SEED + number)
                product.look_at(screenshot(2000 + number), image_tokens=64)
                product.ask()
                product.look_at(image)
                product.ask()
                # With the budget that the resident program asks with, so that nothing holds it back.
                product.assistant.encode_detail_ahead(AnswerOptions(task="detail"))
                time.sleep(seconds)
                product.look_at(image, mode="detail")
                add_answer(figures, f"after_{seconds}_s.", product.ask())
    return figures


def beside_text(place: Place, repeats: int) -> Figures:
    """A glance at a window and at a screen: alone, and while the text worker reads the same picture beside it.

    The pictures are full of small text, which takes ten times as long to read as that of usual windows.
    """
    figures: Figures = {}
    reader = TextReader()
    try:
        with Product(place.model(), place.threads) as product:
            product.load()
            reader.read(screenshot(PICTURE_SEED).crop(WINDOW))
            for number in range(repeats):
                for name, area in (("window", WINDOW), ("screen", (0, 0, *SCREEN))):
                    product.look_at(screenshot(PICTURE_SEED + number).crop(area))
                    add_answer(figures, f"{name}.alone.", product.ask())
                    image = screenshot(PICTURE_SEED + 1000 + number).crop(area)  # not one that is known by now
                    text = PictureText(reader, image)
                    text.start(beside_model=True, yields=True)
                    product.look_at(image)
                    add_answer(figures, f"{name}.beside.", product.ask())
                    text.wait(_PATIENCE_S)
    finally:
        reader.close()
    return figures
