"""Memory of the whole process tree."""

from __future__ import annotations

import subprocess
import sys

from edge_assistant.footprint import PeakMemory, available


def test_a_child_of_this_process_counts() -> None:
    code = "x = bytearray(b'x') * 80_000_000; print(flush=True); input()"
    with PeakMemory() as alone:
        pass
    with PeakMemory() as peak:
        command = [sys.executable, "-c", code]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdin is not None
            process.stdout.readline()
            with PeakMemory() as inner:
                pass  # samples at its end
            process.stdin.close()
    assert inner.rss_bytes > alone.rss_bytes + 70_000_000
    if sys.platform == "linux":
        assert inner.pss_bytes is not None
        assert alone.pss_bytes is not None
        assert inner.pss_bytes > alone.pss_bytes + 70_000_000
        assert inner.pss_bytes <= inner.rss_bytes
    assert peak.rss_bytes > 0


def test_there_is_some_memory_left() -> None:
    assert 10_000_000 < available() < 2**50
