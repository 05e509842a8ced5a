"""A minimal Debian in which nothing of this checkout is, with one person in it; making one needs root."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

PATIENCE = 540.0  # seconds for one command; machines that build are busy
PERSON = "1000"
HOME = "/srv/person"


class FailedError(Exception):
    """Something does not work; the text says what was seen."""


def clean_base(suite: str, cache: Path) -> Path:
    """A minimal Debian of that release in the folder `cache`, made once, with the network."""
    base = cache / suite
    if not base.exists():
        making = base.with_name(f".{suite}.{os.getpid()}")
        making.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["debootstrap", "--variant=minbase", suite, str(making)], check=True)
        making.rename(base)
    return base


class CleanRoot:
    """A root that was just installed, with one person in it; `shared` is the same folder inside and outside."""

    def __init__(self, root: Path, shared: Path) -> None:
        self.root, self.shared = root, shared
        self.mounts: list[Path] = []
        self.environment = {
            "HOME": HOME,
            "PATH": f"{HOME}/.local/bin:/usr/bin:/bin",
            "XDG_RUNTIME_DIR": "/run/person",
            "ALSA_CONFIG_PATH": str(shared / "asound.conf"),
            "EDGE_ASSISTANT_LOG": str(shared / "log"),
        }

    def as_root(self, *command: str) -> None:
        """Prepare the root, with the network."""
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
        done = subprocess.run(
            ["chroot", str(self.root), *command], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise FailedError(f"{' '.join(command)}: {(done.stdout + done.stderr)[-2000:]}")

    def command(self, *command: str, folder: str = HOME, network: bool = False) -> list[str]:
        """A command as the person runs it; without `network` in a network namespace of its own that has no route."""
        set_to = [f"{name}={value}" for name, value in self.environment.items()]
        return [
            *(() if network else ("unshare", "--net")),
            *("chroot", f"--userspec={PERSON}:{PERSON}", str(self.root)),
            *("/usr/bin/env", "-i", "-C", folder, *set_to, *command),
        ]

    def mount_folder(self, source: Path, place: str, *, writable: bool) -> None:
        """Show a folder of this machine at `place` in the root, as long as the root is there."""
        target = self.root / place[1:]
        target.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "--bind", str(source), str(target)], check=True)
        self.mounts.append(target)
        if not writable:
            subprocess.run(["mount", "-o", "remount,bind,ro", str(target)], check=True)

    def run(self, *command: str, expect: int = 0) -> str:
        """What a command of the person prints on both streams."""
        done = subprocess.run(
            self.command(*command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode != expect:
            raise FailedError(f"{' '.join(command)} ended with {done.returncode}: {done.stdout[-3000:]}")
        return done.stdout


@contextlib.contextmanager
def clean_root(base: Path, work: Path) -> Iterator[CleanRoot]:
    """A copy of the base by overlay, mounted, with a person, and without anything of this checkout."""
    root, shared = work / "root", work / "shared"
    for name in ("root", "upper", "overlay", "shared"):
        (work / name).mkdir()
    work.chmod(0o755)
    shared.chmod(0o777)
    mounts: list[Path] = []

    def mount(*arguments: str, target: Path) -> None:
        target.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", *arguments, str(target)], check=True)
        mounts.append(target)

    try:
        layers = f"lowerdir={base},upperdir={work / 'upper'},workdir={work / 'overlay'}"
        mount("-t", "overlay", "overlay", "-o", layers, target=root)
        mount("-t", "proc", "proc", target=root / "proc")
        mount("--bind", "/dev", target=root / "dev")
        mount("-t", "tmpfs", "tmpfs", "-o", "mode=700,uid=1000,gid=1000", target=root / "run/person")
        mount("--bind", "/tmp/.X11-unix", target=root / "tmp/.X11-unix")
        mount("--bind", str(shared), target=root / str(shared)[1:])
        shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
        clean = CleanRoot(root, shared)
        clean.mounts = mounts
        clean.as_root("useradd", "--create-home", "--uid", PERSON, "--home-dir", HOME, "person")
        yield clean
    finally:
        for target in reversed(mounts):
            subprocess.run(["umount", "--lazy", str(target)], check=False)
