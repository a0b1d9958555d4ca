"""How this process asks the system for memory, where Linux' C library gives it."""

import ctypes
import sys
from contextlib import suppress

__all__ = ["keep_freed_memory", "return_freed_memory", "share_memory"]

# glibc's malloc.h
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_KEPT_BYTES = 64 * 2**20
_LARGEST_KEPT_BYTES = 8 * 2**20  # larger blocks are given back at once
_SHARED_BYTES = 2**20


def keep_freed_memory() -> None:
    """Keep what will be needed again in a moment.

    Decoding a photo takes and frees blocks of a megabyte. They would be given back at once, and the next photo's pages
    fetched and cleared anew: a quarter to a third of all that serving a photo costs.
    """
    _tell({_ARENA_MAX: 1, _MMAP_THRESHOLD: _LARGEST_KEPT_BYTES, _TRIM_THRESHOLD: _KEPT_BYTES})


def share_memory() -> None:
    """Let all threads take from two stores, and give large blocks back at once; before there are many of them.

    Otherwise each has a store of its own, in which it keeps what it freed: every run of a page is a new thread. And the
    C library learns to keep ever larger blocks, such as the feature maps of a photo of 224x224 pixels, 80 MB.
    """
    _tell({_ARENA_MAX: 2, _MMAP_THRESHOLD: _SHARED_BYTES})


def return_freed_memory() -> None:
    """Give back to the system what was freed, such as after a large import."""
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def _tell(options: dict[int, int]) -> None:
    """Set options of malloc, where the C library is one that can be told."""
    if not sys.platform.startswith("linux"):
        return
    with suppress(OSError, AttributeError):  # another C library, such as Alpine's
        mallopt = ctypes.CDLL(None).mallopt
        for option, value in options.items():
            mallopt(option, value)
