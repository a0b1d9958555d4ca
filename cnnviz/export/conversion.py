"""Having a model converted in a process of its own, and hearing how it goes."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from cnnviz import errors
from cnnviz.errors import CnnvizError
from cnnviz.export.checking import CheckImages
from cnnviz.files import storage_errors
from cnnviz.spec.base import one_line

__all__ = ["Job", "convert"]

_TIMEOUT_S = 600.0

# Without a graphics processor: a training may be using all of it, and its arithmetic rounds differently.
_SETTINGS = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"}

Job = Mapping[str, Any]


def convert(
    job: Job,
    images: CheckImages,
    folder: Path,
    on_step: Callable[[str], None],
    timeout_s: float = _TIMEOUT_S,
) -> dict[str, Any]:
    """Have one job done.

    Args:
        job: what `cnnviz.export.converter` reads: format, run and snapshot or model, to, script, about.
        images: what to check the file with.
        folder: a private folder for the files of the job.
        on_step: called with what is being done, in words.
        timeout_s: when to give up.

    Returns:
        The converter's result: largest_difference; output, which is softmax, sigmoid or independent.

    Raises:
        CnnvizError: or the child of it that the converter reports; it failed, crashed or took too long.
        StorageError: the folder cannot be written.
    """
    with storage_errors(folder):
        np.save(folder / "images.npy", images.images)
        (folder / "job.json").write_text(json.dumps({**job, "images": str(folder / "images.npy")}), encoding="utf-8")
        log = open(folder / "converter.log", "wb")  # noqa: SIM115 - closed below, when the process has it
    with log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cnnviz.export.converter", str(folder / "job.json")],
            stdin=subprocess.PIPE,  # open for as long as this process lives
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=folder,
            env={**os.environ, **_SETTINGS, "PYTHONPATH": _python_path(), "TMPDIR": str(folder)},
            text=True,
            encoding="utf-8",
        )
    late = threading.Timer(timeout_s, process.kill)
    late.start()
    try:
        assert process.stdout is not None
        last = _listen(process.stdout, on_step)
    finally:
        timed_out = not late.is_alive()
        late.cancel()
        process.kill()
        process.communicate()
    return _result(last, str(job["format"]), folder / "converter.log", timeout_s if timed_out else None)


def _python_path() -> str:
    """Let the process find this very cnnviz when it runs from a checkout."""
    here = str(Path(__file__).parent.parent.parent)
    return os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))


def _listen(report: IO[str], on_step: Callable[[str], None]) -> dict[str, Any]:
    """Pass on the steps, and return the last message."""
    message: dict[str, Any] = {}
    for line in report:
        if line.endswith("\n"):  # else it was cut off with the process
            message = json.loads(line)
        if "step" in message:
            on_step(message["step"])
    return message


def _result(last: dict[str, Any], format_name: str, log: Path, timed_out_s: float | None) -> dict[str, Any]:
    if "result" in last:
        return dict(last["result"])
    if "error" in last:
        raise getattr(errors, last["kind"])(last["error"])
    if timed_out_s is not None:
        raise CnnvizError(
            f"writing the network as {format_name} took more than {timed_out_s:.0f} s and was given up; try again when "
            "this machine has less to do, or export it in another format"
        )
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    said = f" ({one_line(lines[-1], 160)})" if lines else ""
    raise CnnvizError(
        f"the process that writes the network as {format_name} ended in the middle{said}; try again, or export it in "
        "another format"
    )
