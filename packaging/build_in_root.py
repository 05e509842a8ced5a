#!/usr/bin/env python3
"""Builds the Linux installers in a bare root of a Debian release, with that release's own Python, and tries them there.

    sudo .venv/bin/python packaging/build_in_root.py --suite bookworm --weights demo

What debootstrap makes gets the packages of build_steps/build_packages.txt and nothing else; then a plain person runs
packaging/build.py in a copy of this checkout's files. pip is set up as it is here. The products come into
dist/SUITE and, unless --no-smoke is given, packaging/smoke_test.py tries them in clean roots of the same release.
Options that are not named here go to packaging/build.py. Needs root and debootstrap. The roots and the engine are made
once, and kept in the cache.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
for folder in ("packaging", "tests"):
    sys.path.insert(0, str(ROOT / folder))

from build_steps.paths import DIST, wheel_cache  # noqa: E402 (found only now)
from build_steps.product import BUILD_PACKAGES, source_date  # noqa: E402
from support.clean_root import HOME, PERSON, CleanRoot, FailedError, clean_base, clean_root  # noqa: E402

_CHECKOUT = f"{HOME}/edge-assistant"


def main() -> int:
    """Build in a root of the release that is named; 0 when all of it worked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", default="bookworm", help="Debian's release (bookworm)")
    parser.add_argument("--no-smoke", action="store_true", help="build only; do not try what was built")
    parsed, passed_on = parser.parse_known_args()
    if os.geteuid() != 0:
        parser.error("making roots and namespaces needs root")
    if shutil.which("debootstrap") is None:
        parser.error("debootstrap is missing: install it")
    try:
        products = build(parsed.suite, passed_on, DIST / parsed.suite)
        tested = [str(path) for path in products if path.suffix in (".run", ".deb")]
        if tested and not parsed.no_smoke:
            smoke = [sys.executable, str(ROOT / "packaging/smoke_test.py"), "--suite", parsed.suite, *tested]
            subprocess.run(smoke, check=True)
    except (FailedError, OSError, subprocess.CalledProcessError) as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    return 0


def build(suite: str, arguments: Sequence[str], target: Path) -> list[Path]:
    """Run build.py with these arguments in a root of that release; the products, in the folder `target`."""
    cache = wheel_cache().with_name("build-roots")
    base = build_base(suite, cache)
    kept = cache / f"wheels-{suite}"
    kept.mkdir(exist_ok=True)
    for path in (kept, *kept.rglob("*")):
        os.chown(path, int(PERSON), int(PERSON))
    with tempfile.TemporaryDirectory(prefix="build-root-", dir=cache) as work, clean_root(base, Path(work)) as clean:
        clean.as_root("install", "-d", "-o", "person", "-g", "person", _CHECKOUT, f"{HOME}/.cache/edge-assistant")
        clean.mount_folder(kept, f"{HOME}/.cache/edge-assistant/wheels", writable=True)
        set_up_pip(clean)
        copy_checkout(clean.root / _CHECKOUT[1:])
        clean.environment["SOURCE_DATE_EPOCH"] = str(source_date())
        command = ("python3", "packaging/build.py", *arguments)
        subprocess.run(clean.command(*command, folder=_CHECKOUT, network=True), stdin=subprocess.DEVNULL, check=True)
        return copy_products(clean.root / f"{_CHECKOUT}/dist"[1:], target)


def copy_products(source: Path, target: Path) -> list[Path]:
    """Put what was built into `target`, in place of what was there; --engine-only leaves nothing to be put there."""
    if not source.is_dir():
        return []
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    return sorted(target.iterdir())


def build_base(suite: str, cache: Path) -> Path:
    """A minimal Debian with what building needs in the folder `cache`, made once for each list of packages."""
    packages = BUILD_PACKAGES.read_text(encoding="utf-8").split()
    base = cache / f"{suite}-{hashlib.sha256(' '.join(packages).encode()).hexdigest()[:8]}"
    if base.exists():
        return base
    plain = clean_base(suite, wheel_cache().with_name("smoke"))
    cache.mkdir(parents=True, exist_ok=True)
    making = cache / f".{suite}.{os.getpid()}"
    with tempfile.TemporaryDirectory(prefix="making-", dir=cache) as work, clean_root(plain, Path(work)) as clean:
        clean.as_root("apt-get", "-q", "update")
        clean.as_root("apt-get", "-q", "-y", "--no-install-recommends", "install", *packages)
        clean.as_root("userdel", "person")  # each use makes its own
        clean.as_root("rm", "-rf", HOME)
        subprocess.run(["cp", "-a", "--one-file-system", str(clean.root), str(making)], check=True)
    making.rename(base)
    return base


def set_up_pip(clean: CleanRoot) -> None:
    """pip in the root takes its packages from where pip here does: the same settings, and the local places in them."""
    told = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
    ).stdout
    values: dict[str, str] = {}
    for line in sorted(told.splitlines(), reverse=True):  # what the environment sets (":env:") comes last, and wins
        name, _, value = line.partition("=")
        values[name.rpartition(".")[2]] = ast.literal_eval(value)
    for value in values.values():
        for place in _places(value):
            if place.is_dir():
                clean.mount_folder(place, str(place), writable=False)
            else:
                inside = clean.root / str(place)[1:]
                inside.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(place, inside)
    lines = "".join(f"{name} = {value}\n" for name, value in values.items())
    (clean.root / "etc/pip.conf").write_text(f"[global]\n{lines}", encoding="utf-8")


def _places(value: str) -> Iterator[Path]:
    """The local files and folders that a setting of pip names."""
    for word in value.split():
        place = Path(word.removeprefix("file://"))
        if place.is_absolute() and place.exists():
            # Packages lie beside their index.
            yield place.parent if word.startswith("file://") else place


def copy_checkout(target: Path) -> None:
    """The files that git knows, as they are now, as the person's."""
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        source, copy = ROOT / name, target / name
        if source.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy, follow_symlinks=False)
    subprocess.run(["chown", "-R", f"{PERSON}:{PERSON}", str(target)], check=True)


if __name__ == "__main__":
    sys.exit(main())
