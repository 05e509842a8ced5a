"""What the C library's allocator keeps of freed memory, and how it is made to give that back to the system."""

from __future__ import annotations

import contextlib
import ctypes
import sys

_M_MMAP_THRESHOLD = -3  # malloc.h of glibc
_LARGE_BLOCK = 1 << 20


def release_large_blocks() -> None:
    """Make the allocator of this process return blocks of a mebibyte and more to the system once they are freed.

    glibc's allocator otherwise learns from each large block that is freed to keep blocks of that size, and has a heap
    for each of many threads: 150 pictures of a 3840 x 2160 screen, each from a thread of its own, left 400 MB behind
    instead of 120. Does nothing with another C library.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library, which does not need it
            ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BLOCK)


def release_free_memory() -> None:
    """Return to the system what the allocator of this process keeps for later, in all its heaps; takes a millisecond.

    glibc otherwise returns only what is free at the end of a heap, and each thread may have one. Does nothing with
    another C library.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
