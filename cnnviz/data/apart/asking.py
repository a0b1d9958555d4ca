"""Asking a process of its own for a picture, and ending it where that takes too much.

On Linux the system holds the process to its memory and its computing time. Elsewhere the sizes that the file and the
decoder's header say are checked, and the process is watched: a look every 50 ms, which bounds it everywhere.
"""

import atexit
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock, Thread
from typing import IO

import psutil

from cnnviz.data.apart.decoder import ANSWER, DAMAGED, MODES, PICTURE, READY, REQUEST, TOO_MUCH
from cnnviz.data.essence import TooMuchError

__all__ = ["Bounds", "Decoded", "FailedError", "decoded_apart"]

_DECODER = Path(__file__).with_name("decoder.py")
_TICK_S = 0.05
_WALL = 15.0  # times the computing time: others may be busy, too
_START_S = 60.0  # on a slow disk
_LONGEST = 400  # bytes of what it says


class FailedError(Exception):
    """What a decoder could not decode; the message names why, in a few words."""


@dataclass(frozen=True)
class Bounds:
    """What decoding one file may take.

    Attributes:
        pixels: of the picture.
        memory: bytes, those of the decoder's program included.
        seconds: of computing.
    """

    pixels: int
    memory: int
    seconds: int


@dataclass(frozen=True, eq=False)
class Decoded:
    """A picture as it is stored.

    Attributes:
        mode: Pillow's word for the channels: "L", "LA", "RGB", "RGBA" or "RGBa".
        size: (width, height) in pixels.
        data: the rows, a byte a value.
        orientation: how it is to be turned, as EXIF counts: 1 for not at all.
        more: whether further pictures or frames follow.
    """

    mode: str
    size: tuple[int, int]
    data: bytearray
    orientation: int
    more: bool


def decoded_apart(kind: str, content: bytes, bounds: Bounds) -> Decoded:
    """Decode a photo in another process, which is started for the first and waits for the next.

    Args:
        kind: "AVIF" or "HEIC".
        content: the file.
        bounds: beyond them the process is ended.

    Raises:
        TooMuchError: it takes more than that.
        FailedError: it is damaged, or its decoder cannot be started.
    """
    return _DECODERS[kind].decode(content, bounds)


class _Decoder:
    """A process that decodes one kind of file, one at a time."""

    def __init__(self, kind: str) -> None:
        self._kind, self._lock, self._parent = kind, Lock(), 0
        self._process: subprocess.Popen[bytes] | None = None

    def decode(self, content: bytes, bounds: Bounds) -> Decoded:
        with self._lock:
            process = self._started(bounds)
            assert process.stdin
            assert process.stdout
            with _watched(process, bounds, bounds.seconds * _WALL):
                with suppress(OSError):  # it ended, which shows when nothing comes from it
                    process.stdin.write(REQUEST.pack(len(content), bounds.pixels, bounds.memory, bounds.seconds))
                    process.stdin.write(content)
                    process.stdin.flush()
                try:
                    return _answer(process.stdout, bounds)
                except (TooMuchError, FailedError):
                    raise
                except EOFError:
                    self.end()
                    raise TooMuchError("more memory or time than its picture needs") from None
                except BaseException:  # the rest of the answer must not be taken for that to another file
                    self.end()
                    raise

    def end(self) -> None:
        """End the process, if there is one and it is this one's."""
        process, self._process = self._process, None
        if process is not None and self._parent == os.getpid():
            process.kill()
            process.communicate()

    def _started(self, bounds: Bounds) -> "subprocess.Popen[bytes]":
        """Return the process, started where there is none, or none any more, or that of the process this came from."""
        if self._process is not None and self._parent == os.getpid() and self._process.poll() is None:
            return self._process
        self.end()
        self._parent = os.getpid()
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_DECODER), self._kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "MALLOC_ARENA_MAX": "1"},
            start_new_session=True,  # what is typed to end this program ends it through the pipe
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self._process.stdout
        with _watched(self._process, bounds, _START_S):
            ready = self._process.stdout.read(ANSWER.size)
        if len(ready) < ANSWER.size or ready[0] != READY:
            self.end()
            raise FailedError(f"the decoder for {self._kind} does not start")
        return self._process


def _answer(stream: IO[bytes], bounds: Bounds) -> Decoded:
    """Read an answer, which is taken for a stranger's as the file is.

    Raises:
        EOFError: the process ended, or answered what is no answer.
        TooMuchError, FailedError: as it said.
    """
    kind, length, mode, width, height, orientation, more = ANSWER.unpack(_exactly(stream, ANSWER.size))
    if kind in (DAMAGED, TOO_MUCH) and length <= _LONGEST:
        text = " ".join(_exactly(stream, length).decode("utf-8", "replace").split())
        said = "".join(letter for letter in text if letter.isprintable())
        raise (FailedError if kind == DAMAGED else TooMuchError)(said[:80])
    if kind != PICTURE or mode >= len(MODES) or not 0 < width * height <= bounds.pixels or orientation not in range(9):
        raise EOFError
    name = MODES[mode]
    return Decoded(name, (width, height), _exactly(stream, width * height * len(name)), orientation, bool(more))


def _exactly(stream: IO[bytes], length: int) -> bytearray:
    found = bytearray(length)
    if stream.readinto(found) < length:  # type: ignore[attr-defined]  # a buffered reader fills what it is given
        raise EOFError
    return found


@contextmanager
def _watched(process: "subprocess.Popen[bytes]", bounds: Bounds, patience_s: float) -> Iterator[None]:
    """End the process when it takes too much, which ends the waiting for it."""
    done = Event()
    watcher = Thread(target=_watch, args=(process, bounds, patience_s, done), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _watch(process: "subprocess.Popen[bytes]", bounds: Bounds, patience_s: float, done: Event) -> None:
    until = time.monotonic() + patience_s
    with suppress(psutil.Error):  # it ended
        looked_at = psutil.Process(process.pid)
        before = sum(looked_at.cpu_times()[:2])
        while not done.wait(_TICK_S):
            used = sum(looked_at.cpu_times()[:2]) - before
            if looked_at.memory_info().rss > bounds.memory or used > bounds.seconds or time.monotonic() > until:
                process.kill()
                return


_DECODERS = {kind: _Decoder(kind) for kind in ("AVIF", "HEIC")}


@atexit.register
def _end_all() -> None:
    for decoder in _DECODERS.values():
        decoder.end()
