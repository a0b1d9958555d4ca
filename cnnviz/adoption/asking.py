"""A process of its own that is asked about a stranger's file; what it answers is taken for a stranger's too."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from cnnviz.adoption.archive import parsed
from cnnviz.adoption.hdf5 import MOST_CONFIG
from cnnviz.errors import DataError

__all__ = ["OnWait", "asked", "content", "too_much"]

OnWait = Callable[[], None]

_ROOT = Path(__file__).resolve().parents[2]
_TICK_S = 0.2
_SLOW = 4 * 2**20  # bytes of weights that a slow disk may take a second for


def asked(
    command: list[str], path: Path, answer: Path, shown: str, patience_s: float, on_wait: OnWait
) -> dict[str, Any]:
    """Let another process look at the model; its answer is checked as a stranger's."""
    # Without oneDNN TensorFlow convolves no channels first, and on older processors it leaves that out by itself.
    usual = {"TF_ENABLE_ONEDNN_OPTS": "1"}
    environment = {**usual, **os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    nothing = subprocess.DEVNULL
    patience_s += path.stat().st_size / _SLOW
    with subprocess.Popen(
        command, cwd=_ROOT, env=environment, start_new_session=True, stdin=nothing, stdout=nothing, stderr=nothing
    ) as process:
        try:
            _wait(process, patience_s, on_wait)
        except subprocess.TimeoutExpired:
            raise DataError(
                f"the model {shown} takes longer than {patience_s:.0f} s to open; give a smaller one"
            ) from None
        finally:
            _end(process)
    try:
        values = parsed(content(answer, 2 * MOST_CONFIG, shown), shown)
    except DataError:
        raise DataError(too_much(shown)) from None
    if values.get("problem"):
        raise DataError(f"the model {shown} cannot be used: {str(values['problem'])[:400]}")
    return values


def too_much(shown: str) -> str:
    """Say that a process ended without an answer, for whatever reason."""
    return (
        f"the model {shown} could not be opened within the memory and the time that its size allows (4 GiB and a "
        "minute of computing, and more with its weights); give a smaller one"
    )


def _wait(process: "subprocess.Popen[bytes]", patience_s: float, on_wait: OnWait) -> None:
    until = time.monotonic() + patience_s
    while True:
        on_wait()
        left = until - time.monotonic()
        try:
            process.wait(timeout=max(min(left, _TICK_S), 0))
            return
        except subprocess.TimeoutExpired:
            if left <= _TICK_S:
                raise


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process and what it may have started."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def content(path: Path, most: int, shown: str) -> bytes:
    """Read what the other process wrote, which may be anything."""
    try:
        if path.is_symlink() or path.stat().st_size > most:
            raise OSError("too large")
        return path.read_bytes()
    except OSError as error:
        raise DataError(too_much(shown)) from error
