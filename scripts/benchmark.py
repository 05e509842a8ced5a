#!/usr/bin/env python3
"""Measures how long the product takes and how much memory, beside other ways to run the same weights.

    benchmark.py [--quick] [--only PART ...] [--continue] [--peer-server PATH]    time and memory, part by part
    benchmark.py memory MODEL MMPROJ [MODEL MMPROJ ...]     a table of the engine's peak memory and of the estimate
    benchmark.py random-model FOLDER                        random weights of the 4B's shape, as all parts use them

The random weights are made once in a cache folder (4 GB). Each part is written to the JSON file as soon as it is
measured; --continue leaves out what is in there, after a run that was cut off, and --only measures parts anew. Figures
of another machine are never kept. At the end docs/performance.md has new tables, docs/performance.svg a new plot.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

from benchmarking import plot, report
from benchmarking.figures import NotMeasured
from benchmarking.machine import Place, description, same_machine
from benchmarking.measurements import Measurements, sizes
from benchmarking.parts import PARTS

from edge_assistant.system import paths
from edge_assistant.tuning.profile import default_threads

_ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Do what the command line asks for; a file that cannot be read or written ends it with a sentence."""
    options = _parser().parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program does not compile itself at each start
    try:
        options.run(options)
    except OSError as error:
        raise SystemExit(str(error)) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.set_defaults(run=_measure_parts)
    parser.add_argument("--quick", action="store_true", help="the product and the informed llama-server only")
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--continue", action="store_true", dest="continues", help="only what was not measured yet")
    parser.add_argument("--peer-server", type=Path, help="llama-server; llama-bench is looked for beside it")
    parser.add_argument("--repeats", type=int, help="how often each part is measured (default: it depends)")
    parser.add_argument("--threads", type=int, help="for the product and llama-bench (default: as the product)")
    parser.add_argument(
        "--cache", type=Path, default=paths.cache_dir() / "benchmark", help="the folder for the random weights"
    )
    parser.add_argument("--json", type=Path, default=_ROOT / "docs/performance.json", help="the figures' file")
    parser.add_argument("--document", type=Path, default=_ROOT / "docs/performance.md", help="gets the tables")
    commands = parser.add_subparsers(title="other commands", metavar="COMMAND")

    memory = commands.add_parser("memory", help="the engine's peak memory beside its estimate, as a Markdown table")
    memory.add_argument("files", metavar="MODEL MMPROJ", type=Path, nargs="+")
    memory.add_argument("--modes", nargs="+", choices=("glance", "detail", "read"), default=["glance", "detail"])
    memory.add_argument("--context", type=int, default=4096, help="tokens (default 4096)")
    memory.set_defaults(run=lambda options: _measure_memory(memory, options))

    model = commands.add_parser("random-model", help="write a pair with random weights of the 4B's shape")
    model.add_argument("folder", type=Path)
    model.add_argument("--text", choices=("q4_k_m", "q8_0"), default="q4_k_m", help="the model's format")
    model.add_argument("--mmproj", choices=("q8_0", "f16"), default="q8_0", help="the vision tower's format")
    model.add_argument("--variant", choices=("instruct", "thinking"), default="instruct")
    model.set_defaults(run=_write_random_model)
    return parser


def _measure_parts(options: argparse.Namespace) -> None:
    """Measure what is asked for and write it down, part by part."""
    server: Path | None = options.peer_server
    bench = server.with_name("llama-bench") if server else None
    place = Place(
        options.cache,
        server,
        bench if bench and bench.exists() else None,
        options.threads or default_threads(),
    )
    results = _earlier(options.json, description(place.threads))
    for name in options.only or PARTS:
        part = PARTS[name]
        if options.quick and not part.quick and not options.only:
            continue
        if options.continues and "figures" in results["parts"].get(name, {}):
            print(f"{name}: measured already", flush=True)
            continue
        results["parts"][name] = _measured(name, place, options.repeats or part.repeats)
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    _write(results, options.document)
    print(report.tables(results))


def _measure_memory(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    from benchmarking import memory_table

    if len(options.files) % 2:
        parser.error("an mmproj is missing: give model and mmproj by turns")
    pairs = list(zip(options.files[::2], options.files[1::2], strict=True))
    for line in memory_table.lines(pairs, options.modes, options.context):
        print(line, flush=True)


def _write_random_model(options: argparse.Namespace) -> None:
    from benchmarking import random_model

    options.folder.mkdir(parents=True, exist_ok=True)
    shape = random_model.Shape()
    for path in random_model.write_pair(options.folder, shape, options.text, options.mmproj, options.variant):
        print(f"{path}: {path.stat().st_size:,} bytes")


def _earlier(path: Path, machine: dict[str, Any]) -> dict[str, Any]:
    """What the file has of this machine; of another one, or with other versions, nothing."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    same = same_machine(found.get("machine", {}), machine)
    if found and not same:
        print("The figures in the file are another machine's, or of other versions: they are left out.", flush=True)
    return {"machine": machine, "parts": found["parts"] if same else {}}


def _measured(name: str, place: Place, repeats: int) -> dict[str, Any]:
    print(f"{name}: measuring", flush=True)
    start, load = time.perf_counter(), os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    taken: dict[str, Any] = {"date": time.strftime("%Y-%m-%d"), "load_average": round(load, 2)}
    try:
        figures = PARTS[name].measure(place, repeats)
        taken["figures"] = {key: [round(value, 4) for value in values] for key, values in figures.items()}
    except NotMeasured as reason:
        taken["not_measured"] = str(reason)
    taken["took"] = round(time.perf_counter() - start, 1)
    print(f"{name}: {json.dumps(taken)}", flush=True)
    return taken


def _write(results: dict[str, Any], document: Path) -> None:
    text = document.read_text(encoding="utf-8") if document.exists() else "# How fast it is\n"
    document.write_text(report.put_into(text, results), encoding="utf-8")
    if sizes(Measurements(results)):
        document.with_suffix(".svg").write_text(plot.plot(results), encoding="utf-8")


if __name__ == "__main__":
    main()
