"""NVIDIA's graphics processors as nvidia-smi tells them: their names, and how much of their memory is in use."""

from __future__ import annotations

import subprocess

_PATIENCE = 20.0  # the first call may have to wake the driver
_MEBIBYTE = 2**20


def names() -> list[str]:
    """Each one with its driver; empty where nvidia-smi is not here or finds none."""
    return names_in(_asked("name,driver_version"))


def names_in(output: str) -> list[str]:
    """As nvidia-smi prints them, one a line: "Name, driver"."""
    told = (line.rpartition(",") for line in output.splitlines())
    return [f"{name.strip()}, driver {driver.strip()}" for name, _, driver in told if name.strip()]


def used_bytes() -> int | None:
    """What is in use of the memory of all of them together, by all programs; None where that is not told."""
    return used_bytes_in(_asked("memory.used"))


def used_bytes_in(output: str) -> int | None:
    """As nvidia-smi prints it, a number of mebibytes a line; None for anything else, such as "[N/A]"."""
    numbers = output.split()
    return sum(map(int, numbers)) * _MEBIBYTE if numbers and all(map(str.isdecimal, numbers)) else None


def _asked(fields: str) -> str:
    command = ["nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader,nounits"]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
