"""Writing many networks in one converter's process; each job is done as in a process of its own.

    python -m tests.export.writer DESCRIPTOR

reads the paths of jobs from a descriptor, a line each; standard input stays open, since the converter ends with it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.export import conversion, converter, exporting
from cnnviz.export.checking import CheckImages
from tests.dashboard import ROOT

__all__ = ["written_together"]


@contextmanager
def written_together() -> Iterator[None]:
    """Have exports written by one process meanwhile."""
    environment = {**os.environ, **conversion._SETTINGS}
    theirs, ours = os.pipe()
    with (
        open(ours, "w", encoding="utf-8", buffering=1) as jobs,
        subprocess.Popen(
            [sys.executable, "-m", __name__, str(theirs)],
            cwd=ROOT,
            env=environment,
            text=True,
            pass_fds=(theirs,),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as writer,
        pytest.MonkeyPatch.context() as patch,
    ):
        os.close(theirs)

        def convert(
            job: conversion.Job, images: CheckImages, folder: Path, on_step: Callable[[str], None]
        ) -> dict[str, Any]:
            np.save(folder / "images.npy", images.images)
            (folder / "job.json").write_text(json.dumps({**job, "images": str(folder / "images.npy")}))
            jobs.write(f"{folder / 'job.json'}\n")
            assert writer.stdout is not None
            last: dict[str, Any] = {"step": "asking"}
            while "step" in last:
                last = json.loads(writer.stdout.readline())
            return conversion._result(last, str(job["format"]), folder / "converter.log", None)

        patch.setattr(exporting, "convert", convert)
        try:
            yield
        finally:
            jobs.close()  # so that it ends


def main() -> None:
    """Do the jobs one after the other."""
    report = os.dup(1)
    with open(int(sys.argv[1]), encoding="utf-8") as jobs:
        for job in jobs:
            os.dup2(report, 1)  # which the converter lends to what it calls
            converter.main([job.strip()])


if __name__ == "__main__":
    main()
