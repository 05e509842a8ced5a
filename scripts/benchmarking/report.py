"""From measurements to what people read: tables of comparisons, goals, growth and of a graphics processor."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarking import text_report
from benchmarking.measurements import Measurements, Results, sizes
from benchmarking.units import gigabytes, in_gigabytes, milliseconds, number, seconds, speed

_BEGIN, _END = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"
GRAPHICS_PARTS = ("gpu", "gpu-picture", "gpu-processor", "gpu-server", "gpu-bench")


def tables(results: Results) -> str:
    """The Markdown between the marks of docs/performance.md."""
    figures = Measurements(results)
    parts = results["parts"]
    others = not parts or any(name not in GRAPHICS_PARTS for name in parts)
    lines = [_BEGIN, "", _measured_on(results)]
    if others:
        lines += [
            "",
            "| figure | product | plain handler | llama-server, defaults | llama-server, 256 tokens | command |",
            "|---|---|---|---|---|---|",
            *_compared(figures),
            "",
            "| vision tower | file | made from F16 in "
            "| encode, 252 tokens | encode, 920 tokens | least cosine to F16 |",
            "|---|---|---|---|---|---|",
            *_towers(figures),
            "",
            "| goal | wanted | measured | |",
            "|---|---|---|---|",
            *_goals(figures),
            "",
            "| image tokens | encode | prefill | first token | peak PSS of the engine |",
            "|---|---|---|---|---|",
            *_growth(figures),
            *text_report.tables(figures),
        ]
    lines += _graphics_tables(figures, [name for name in GRAPHICS_PARTS if name in parts], alone=not others)
    return "\n".join([*lines, "", _END])


def _measured_on(results: Results) -> str:
    machine = results["machine"]
    cards = f"graphics processor {machine['graphics']}, " if "graphics" in machine else ""
    return (
        f"Measured {_dates(results)} on: {machine['processor']}, best instructions {machine['instructions']}, "
        f"{machine['cores']} cores of which {machine['threads_used']} compute, "
        f"{machine['memory_bytes'] / 1e9:.0f} GB of memory, {cards}{machine['system']}, Python {machine['python']}, "
        f"llama-cpp-python {machine['llama_cpp_python']}. "
        f"Load average of the machine when the parts began: {_loads(results)}."
    )


def put_into(document: str, results: Results) -> str:
    """The document with new tables between its marks; they are put at its end when it has no marks."""
    before, mark, rest = document.partition(_BEGIN)
    after = rest.partition(_END)[2] if mark else ""
    return f"{before.rstrip()}\n\n{tables(results)}\n{after.strip()}".rstrip() + "\n"


def _dates(results: Results) -> str:
    dates = sorted({part["date"] for part in results["parts"].values() if "date" in part})
    return " to ".join(dict.fromkeys((dates[0], dates[-1]))) if dates else "on no day"


def _loads(results: Results) -> str:
    loads = [part["load_average"] for part in results["parts"].values() if "load_average" in part]
    return f"{min(loads):.1f} to {max(loads):.1f}" if loads else "unknown"


def _compared(figures: Measurements) -> Iterator[str]:
    def row(name: str, unit: Callable[[list[float]], str], product: str, name_elsewhere: str | None, only: str) -> str:
        paths = [product, *(f"{part}/{name_elsewhere}" for part in ("plain", "server-defaults", "server-informed"))]
        cells = [unit(figures.values(path)) if path == product or name_elsewhere else "" for path in paths]
        return f"| {name} | {' | '.join(cells)} | `--only {only}` |"

    yield row("first token, new picture, 256 image tokens", seconds, "glance/first_token", "first_token", "glance")
    yield row("first token, follow-up", seconds, "glance/follow_up.first_token", "follow_up.first_token", "glance")
    same = "same_screen.first_token"
    yield row("first token, same screen, new conversation", seconds, f"glance/{same}", same, "glance")
    yield row("first token, detail after the glance", seconds, "detail/first_token", "first_token", "detail")
    yield row("first sentence (16 tokens) handed to speech", seconds, "sound/first_sentence", None, "sound")
    yield row("from there to its first sample", seconds, "sound/sentence_to_sample", None, "sound")
    yield row("key to tone, resident program", seconds, "listen/tone", None, "listen")
    yield row("key to first word shown, resident program", seconds, "listen/first_token", None, "listen")
    yield row("key to tone, desktop app", seconds, "app/tone", None, "app")
    yield row("key to first word shown, desktop app", seconds, "app/first_token", None, "app")
    yield row("choice in the palette to first word shown", seconds, "app/chosen", None, "app")
    yield row("desktop app: longest time its event loop was away", seconds, "app/gap_longest", None, "app")
    yield row("load to ready, page cache warm", seconds, "load/warm", "load", "load")
    yield row("load to ready, files on disk", seconds, "load/cold", None, "load")
    yield row("think harder: swap, warm", seconds, "swap/warm", None, "swap")
    yield row("think harder: to first token, warm", seconds, "swap/warm.to_first_token", None, "swap")
    yield row("think harder: swap, cold", seconds, "swap/cold", None, "swap")
    yield row("think harder: to first token, cold", seconds, "swap/cold.to_first_token", None, "swap")
    yield row("decoding", speed, "decode/product", None, "decode")
    yield row("decoding, llama-bench, not repacked", speed, "decode/llama_bench", None, "decode")
    yield row("decoding, llama-bench, repacked", speed, "decode/llama_bench_repacked", None, "decode")
    yield row("peak PSS, describe at a glance", gigabytes, "memory/describe.glance.pss", "pss", "memory")
    yield row("peak PSS, describe in detail", gigabytes, "memory/describe.detail.pss", None, "memory")
    yield row("peak PSS, resident program, all processes", gigabytes, "listen/pss", None, "listen")
    yield row("detail, encoded ahead for 8 s", seconds, "ahead/after_8_s.first_token", None, "ahead")
    yield row("detail, encoded ahead to its end", seconds, "ahead/after_60_s.first_token", None, "ahead")
    for name in ("low", "normal"):
        yield row(f"first token, engine at {name} priority", seconds, f"priority/{name}.first_token", None, "priority")
        late = [figures.median(f"priority/{name}.desktop_late_{share}") for share in ("p50", "p95")]
        cell = f"p50 {milliseconds(late[0])}, p95 {milliseconds(late[1])}"
        yield f"| a desktop program gets its core late, engine at {name} priority | {cell} | | | | `--only priority` |"
    yield row("peak PSS, desktop app, all processes", gigabytes, "app/pss", None, "app")
    for stage, words in _STAGES.items():
        cell = f"p50 {number(figures.median(f'cancel/{stage}'))}, p95 {number(figures.p95(f'cancel/{stage}'))} s"
        if lost := figures.values(f"cancel/{stage}.lost"):
            cell += f", engine lost in {sum(lost):.0f} of {len(lost)}"
        yield f"| cancel while it is at {words} | {cell} | | | | `--only cancel` |"


def _graphics_tables(figures: Measurements, parts: list[str], *, alone: bool) -> Iterator[str]:
    """Nothing where none of these parts has figures, unless they stand alone; then why."""
    missing = [part for part in parts if not figures.measured(part)]
    if len(missing) < len(parts):
        yield from (
            "",
            "| figure | product | product, processor alone | llama-server, 256 tokens | llama-bench |",
            "|---|---|---|---|---|",
            *_graphics(figures),
            "",
            "| graphics processor | wanted | measured | |",
            "|---|---|---|---|",
            *_graphics_goals(figures),
        )
    elif not alone:
        return
    if missing:
        yield from ("", *(f"- `{part}`: {figures.reason(part)}." for part in missing))


def _graphics(figures: Measurements) -> Iterator[str]:
    """One row a figure: the product with a graphics processor, without, llama-server and llama-bench with it."""

    def row(name: str, unit: Callable[[list[float]], str], *paths: str) -> str:
        cells = [unit(figures.values(path)) if path else "" for path in (*paths, *([""] * (4 - len(paths))))]
        return f"| {name} | {' | '.join(cells)} |"

    def answer(name: str, figure: str) -> str:
        return row(name, seconds, *(f"{part}/{figure}" for part in ("gpu", "gpu-processor", "gpu-server")))

    yield f"| what is on the graphics processor | {_placed(figures)} | nothing | | |"
    yield row("load to ready, page cache warm", seconds, "gpu/load", "gpu-processor/load", "gpu-server/load")
    yield row("the same, first load on this machine", seconds, "gpu/first_load")
    yield answer("first token, new picture, 256 image tokens", "first_token")
    yield row("of it the encode", seconds, "gpu/encode", "gpu-processor/encode")
    yield row("of it the prefill", seconds, "gpu/prefill", "gpu-processor/prefill")
    yield row("first token, first picture after loading", seconds, "gpu/first_picture.first_token")
    yield row("first token, with the published vision tower", seconds, "gpu/published.first_token")
    yield row("of it the encode", seconds, "gpu/published.encode")
    yield answer("first token, follow-up", "follow_up.first_token")
    yield answer("first token, same screen, new conversation", "same_screen.first_token")
    yield row("first token, detail after the glance", seconds, "gpu/detail.first_token")
    yield row("decoding", speed, "gpu/decode", "gpu-processor/decode", "", "gpu-bench/tg128")
    yield row("prefill of 512 tokens of text", speed, "", "", "", "gpu-bench/pp512")
    yield row("text model's file", gigabytes, "gpu/model.bytes")
    yield row("vision tower's file", gigabytes, "gpu/tower.bytes")
    yield row("KV cache, 4,096 tokens", gigabytes, "gpu/cache.bytes")
    yield row("device memory after loading", gigabytes, "gpu/device.loaded", "gpu-processor/device")
    yield row("device memory after glances and details", gigabytes, "gpu/device.after_detail", "", "gpu-server/device")
    for name, words in _PAGES.items():
        path = f"gpu-picture/{name}"
        tokens = f"{number(figures.median(f'{path}.image_tokens'))} image tokens"
        yield row(f"picture of 1680 x 2240, {words}, {tokens}: first token", seconds, f"{path}.first_token")
        yield row("of it the encode", seconds, f"{path}.encode")
        yield row("of it the prefill", seconds, f"{path}.prefill")
        yield row("decoding behind it", speed, f"{path}.decode")
        yield row("first such picture after loading: first token", seconds, f"{path}.first.first_token")
        yield row("device memory beyond that after loading, peak", gigabytes, f"{path}.extra")
    yield row("peak PSS of the engine while loading", gigabytes, "gpu/loading.pss")
    yield row("PSS of the engine after all answers", gigabytes, "gpu/pss", "", "gpu-server/pss")


def _placed(figures: Measurements) -> str:
    layers, most, tower = (figures.median(f"gpu/{name}") for name in ("layers", "all_layers", "tower"))
    if layers is None or most is None:
        return "not measured"
    return f"{layers:.0f} of {most:.0f} layers, {'' if tower else 'not '}the vision tower"


def _graphics_goals(figures: Measurements) -> Iterator[str]:
    limits = (
        ("device memory after loading, GB", 4.0, "gpu/device.loaded"),
        *((f"1680 x 2240, {words}: beyond it, GB", 1.5, f"gpu-picture/{page}.extra") for page, words in _PAGES.items()),
    )
    for name, most, path in limits:
        yield _goal(name, f"at most {most:g}", in_gigabytes(figures.median(path)), most.__ge__)
    ratios = (
        ("first token to processor alone", "gpu/first_token", "gpu-processor/first_token"),
        ("first token to llama-server with 256 tokens", "gpu/first_token", "gpu-server/first_token"),
        ("decoding to processor alone", "gpu/decode", "gpu-processor/decode"),
        ("decoding to llama-bench", "gpu/decode", "gpu-bench/tg128"),
    )
    for name, one, other in ratios:
        ratio = figures.ratio(one, other)
        yield f"| {name} | | {'not measured' if ratio is None else f'{ratio:.3g}'} | |"


def _goals(figures: Measurements) -> Iterator[str]:
    ratios = (
        ("glance to plain handler", 1 / 40, "glance/first_token", "plain/first_token"),
        ("glance to llama-server with 256 tokens", 0.6, "glance/first_token", "server-informed/first_token"),
        ("detail to plain handler", 1 / 8, "detail/first_token", "plain/first_token"),
        ("detail to llama-server's defaults", 1 / 5, "detail/first_token", "server-defaults/first_token"),
        ("follow-up to plain handler", 1 / 250, "glance/follow_up.first_token", "plain/follow_up.first_token"),
        (
            "follow-up to llama-server",
            1 / 4,
            "glance/follow_up.first_token",
            "server-informed/follow_up.first_token",
        ),
        (
            "same screen to llama-server",
            1.0,
            "glance/same_screen.first_token",
            "server-informed/same_screen.first_token",
        ),
    )
    for name, wanted, one, other in ratios:
        yield _goal(name, f"at most {wanted:.3g}", figures.ratio(one, other), lambda value, most=wanted: value <= most)
    limits = (
        ("peak PSS of describe, GB", 4.0, in_gigabytes(figures.median("memory/describe.glance.pss"))),
        ("peak PSS of describe in detail, GB", 4.0, in_gigabytes(figures.median("memory/describe.detail.pss"))),
        ("peak PSS of the desktop app, GB", 4.3, in_gigabytes(figures.median("app/pss"))),
        ("longest absence of the desktop app's event loop, s", 0.05, figures.median("app/gap_longest")),
        ("load to ready, page cache warm, s", 2.0, figures.median("load/warm")),
        ("think harder, page cache warm, s", 3.0, figures.median("swap/warm")),
        *((f"cancel at {words}, p95, s", 0.3, figures.p95(f"cancel/{stage}")) for stage, words in _STAGES.items()),
    )
    for name, most, value in limits:
        yield _goal(name, f"at most {most:g}", value, lambda value, most=most: value <= most)
    yield _goal(
        "decoding to llama-bench, not repacked",
        "at least 0.95",
        figures.ratio("decode/product", "decode/llama_bench"),
        lambda value: value >= 0.95,
    )


_STAGES = {
    "load": "load",
    "encode": "encode",
    "encode_detail": "encode in detail",
    "prefill": "prefill",
    "answer": "answer",
}


_PAGES = {"read": "budget of reading", "page": "largest budget"}


def _goal(name: str, wanted: str, value: float | None, met: Callable[[float], bool]) -> str:
    if value is None:
        return f"| {name} | {wanted} | not measured | |"
    return f"| {name} | {wanted} | {value:.3g} | {'met' if met(value) else 'missed'} |"


def _towers(figures: Measurements) -> Iterator[str]:
    for name in ("F16", "Q8_0", "Q6_K", "BF16"):
        path = f"towers/{name}"
        cosines = [value for size in (256, 920) for value in figures.values(f"{path}.{size}.cosine")]
        cells = [
            gigabytes(figures.values(f"{path}.bytes")),
            "" if name == "F16" else seconds(figures.values(f"{path}.making")),
            seconds(figures.values(f"{path}.256.encode")),
            seconds(figures.values(f"{path}.920.encode")),
            f"{min(cosines):.5f}" if cosines else "not measured",
        ]
        yield f"| {name} | {' | '.join(cells)} |"


def _growth(figures: Measurements) -> Iterator[str]:
    for tokens, prefix in sizes(figures):
        cells = [seconds(figures.values(f"growth/{prefix}.{name}")) for name in ("encode", "prefill", "first_token")]
        yield f"| {tokens} | {' | '.join(cells)} | {gigabytes(figures.values(f'growth/{prefix}.pss'))} |"
