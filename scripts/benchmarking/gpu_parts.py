"""What a graphics processor gains the product and holds of its memory, beside the processor alone and llama.cpp's own
programs. The product chooses by itself what goes there; only what it says of that tells these figures from others."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator

from benchmarking import peer
from benchmarking.figures import Figures, NotMeasured, add, add_answer, add_screen
from benchmarking.machine import PICTURE_SEED, Place, read_into_page_cache, screenshot
from benchmarking.memory import INTERVAL, Peak, Watch
from benchmarking.nvidia_smi import used_bytes
from benchmarking.product import HEARING_S, QUESTION, Product
from edge_assistant.assistant.events import DoneEvent
from edge_assistant.engine.task_table import load_table
from edge_assistant.imaging import token_budget
from edge_assistant.models.resolver import ResolvedModel

PAGE = (1680, 2240)
PAGE_QUESTION = (
    "Name each thing that you can see here, and where it is, and what it says, in full and in the order of it."
)
"""64 tokens of the random pair's vocabulary, which has hardly any words."""
_LONG = 128  # tokens of an answer
_CONTEXT = 4096
_LEAST = 2**29  # bytes: whoever holds less of the device's memory has no weights there
_STEP = 32  # image tokens between two budgets that are tried
_FAILED = "the engine failed on the graphics processor while it was measured"

Used = Callable[[], int]


def screens(place: Place, repeats: int) -> Figures:
    """Loads, pictures of a screen, decoding, and what is in memory, as the product does it by itself."""
    return _screens(place, repeats, _device_memory())


def picture(place: Place, repeats: int) -> Figures:
    """One picture of 1680 x 2240 pixels, with 64 tokens asked and 128 answered: extra memory, and first token."""
    return _picture(place, repeats, _device_memory())


def processor_alone(place: Place, repeats: int) -> Figures:
    """The same weights on the same machine, with nothing on the graphics processor."""
    return _processor_alone(place, repeats, _device_memory())


def server(place: Place, repeats: int) -> Figures:
    """llama-server with everything there, by someone who knows --image-max-tokens."""
    used = _device_memory()
    if place.server is None:
        raise NotMeasured("llama-server was not named with --peer-server")
    before = used()
    with Watch(used, HEARING_S) as peak:  # no more often, since it is timed; it gives nothing back before its end
        figures = peer.served(place.server, place.pair(), repeats, "--image-max-tokens", "256", "-ngl", "99")
    if peak.bytes - before < _LEAST:
        raise NotMeasured("this llama-server computes on the processor alone")
    add(figures, "device", float(peak.bytes - before))
    return figures


def bench(place: Place, repeats: int) -> Figures:
    """llama-bench with everything there."""
    _device_memory()
    if place.bench is None:
        raise NotMeasured("there is no llama-bench beside what --peer-server names")
    figures = peer.bench_device(place.bench, place.pair()[0], repeats)
    if not figures:
        raise NotMeasured("this llama-bench computes on the processor alone")
    return figures


def _screens(place: Place, repeats: int, used: Used) -> Figures:
    figures: Figures = {}
    weights = place.model()
    read_into_page_cache(*place.loaded())
    with (
        Peak(os.getpid(), without_top=True) as loading,
        _loaded(figures, "first_load", Product(weights, place.threads)),
    ):
        time.sleep(2 * INTERVAL)  # so that what it comes to is seen, too
    add(figures, "loading.pss", float(loading.bytes))
    for _ in range(repeats - 2):  # two more come with the questions
        with _loaded(figures, "load", Product(weights, place.threads)):
            pass
    before = used()
    with _loaded(figures, "load", Product(weights, place.threads)) as product:
        add(figures, "device.loaded", float(used() - before))
        _add_sizes(figures, product, weights)
        product.look_at(screenshot(0))
        add_answer(figures, "first_picture.", product.ask())
        for number in range(repeats):
            _add_screen(figures, product, PICTURE_SEED + number)
        add(figures, "device.after_detail", float(used() - before))
        with Peak(os.getpid(), without_top=True) as now:
            pass
        add(figures, "pss", float(now.bytes))
    with _loaded(figures, "load", Product(weights, place.threads, tokens=_LONG)) as product:
        product.look_at(screenshot(0))
        product.ask()
        for _ in range(repeats):
            done = product.ask(QUESTION)
            add(figures, "decode", done.tokens_per_s or 0.0)
            add(figures, "decode.tokens", float(done.generated_tokens))
            product.look_at(screenshot(0))
    with _loaded(figures, "published.load", Product(weights, place.threads, quick_tower=False)) as product:
        for number in range(repeats + 1):
            product.look_at(screenshot(number))
            done = product.ask()
            if number:  # the first one makes ready what all need
                add_answer(figures, "published.", done)
    return figures


def _picture(place: Place, repeats: int, used: Used) -> Figures:
    figures: Figures = {}
    before = used()
    with _loaded(figures, "load", Product(place.model(), place.threads, tokens=_LONG)) as product:
        loaded = used()
        add(figures, "device.loaded", float(loaded - before))
        reading = load_table(None).settings("qwen3-vl", "read", "instruct", None)
        for name, most in (("read", reading.image_tokens), ("page", _CONTEXT)):
            tokens, done = _largest(product, most)
            _add_page(figures, f"{name}.first.", done)
            _check_there(product)  # on the processor, the rest would take minutes
            add(figures, f"{name}.extra", float(used() - loaded))  # the peak: llama.cpp keeps what it took
            for number in range(repeats):
                _look_at_page(product, 1 + number, tokens)
                _add_page(figures, f"{name}.", product.ask(PAGE_QUESTION))
                _check_there(product)
        add(figures, "device.at_end", float(used() - before))
    return figures


def _processor_alone(place: Place, repeats: int, used: Used) -> Figures:
    figures: Figures = {}
    read_into_page_cache(*place.loaded())
    before = used()
    with Product(place.model(), place.threads, tokens=32, gpu_layers=0) as product:
        add(figures, "load", product.load())
        for number in range(repeats):
            done = add_screen(figures, product, screenshot(PICTURE_SEED + number))
            add(figures, "decode", done.tokens_per_s or 0.0)
        add(figures, "device", float(used() - before))
    return figures


def _device_memory() -> Used:
    """How the device's memory in use is told. NotMeasured where it is not."""
    if used_bytes() is None:
        raise NotMeasured("no nvidia-smi tells here how much memory of a graphics processor is in use")

    def used() -> int:
        told = used_bytes()
        if told is None:
            raise NotMeasured("nvidia-smi no longer tells how much memory is in use")
        return told

    return used


@contextlib.contextmanager
def _loaded(figures: Figures, name: str, product: Product) -> Iterator[Product]:
    """The product with its weights loaded. NotMeasured where a graphics processor does not help, or fails meanwhile."""
    with product:
        seconds = product.load()
        if product.offload.device is None:
            raise NotMeasured("the engine finds no graphics processor here: all is computed on the processor")
        add(figures, name, seconds)
        offload = product.offload
        yield product
        if product.offload != offload:
            raise NotMeasured(_FAILED)


def _check_there(product: Product) -> None:
    if product.offload.device is None:
        raise NotMeasured(_FAILED)


def _add_sizes(figures: Figures, product: Product, weights: ResolvedModel) -> None:
    """What is on the device, in the product's words and in numbers."""
    offload, files = product.offload, product.assistant.model
    print(f"The product says: {offload.describe()}", flush=True)
    add(figures, "layers", float(offload.layers))
    add(figures, "all_layers", float(offload.total_layers))
    add(figures, "tower", float(offload.tower))
    add(figures, "model.bytes", float(files.model.stat().st_size))
    add(figures, "tower.bytes", float(files.mmproj.stat().st_size))
    add(figures, "cache.bytes", float(weights.kv_bytes_per_token * _CONTEXT))


def _add_screen(figures: Figures, product: Product, seed: int) -> None:
    image = screenshot(seed)
    add_screen(figures, product, image)
    product.look_at(image)
    product.ask()
    product.look_at(image, mode="detail")
    add_answer(figures, "detail.", product.ask())


def _add_page(figures: Figures, prefix: str, done: DoneEvent) -> None:
    add_answer(figures, prefix, done)
    add(figures, f"{prefix}tokens", float(done.generated_tokens))
    add(figures, f"{prefix}decode", done.tokens_per_s or 0.0)


def _look_at_page(product: Product, seed: int, image_tokens: int) -> None:
    product.look_at(screenshot(seed, PAGE), image_tokens=image_tokens)


def _largest(product: Product, most: int) -> tuple[int, DoneEvent]:
    """The page at the largest budget up to `most` that the product takes: what it has of image tokens, and the answer.

    The product itself says what does not fit, before it computes anything.
    """
    tokens = token_budget.plan(PAGE, max_tokens=most).tokens
    while tokens > 0:
        _look_at_page(product, 0, tokens)
        done = product.assistant.ask(0, PAGE_QUESTION)
        if isinstance(done, DoneEvent):
            return tokens, done
        if done.code != "context":
            raise NotMeasured(f"the product gave no answer: {done.message}")
        tokens -= _STEP
    raise NotMeasured("no picture fits the context")
