"""Calling commands: in this process for speed, in a real one for streams and exit codes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cnnviz.cli import main
from cnnviz.runs import Run, RunStore, Status, write_status
from cnnviz.spec import DataSpec, RunSpec, preset
from tests.dashboard import ROOT


@dataclass(frozen=True)
class Done:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Done]


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str]) -> Call:
    """Run a command in this process."""

    def run(*arguments: str) -> Done:
        capfd.readouterr()
        code = main(arguments)
        out, err = capfd.readouterr()
        return Done(code, out, err)

    return run


@pytest.fixture
def process(home: Path) -> Call:
    """Run a command in a process of its own."""

    def run(*arguments: str, stdin: str = "", **environment: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "cnnviz", *arguments],
            cwd=ROOT,
            input=stdin,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=180,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def spec() -> RunSpec:
    """The smallest training: one-conv on some of the digits, for one epoch."""
    small = preset("one-conv")
    return small.changed(
        data=DataSpec(name="digits", train_images=100, validation=0.2),
        train=small.train.changed(epochs=1, batch_size=16, seed=3),
    )


@pytest.fixture
def ended(spec: RunSpec) -> Run:
    """A run that was stopped before it began."""
    run = RunStore().create(spec.changed(name="The first"), Status("queued", epochs=1))
    write_status(run.folder, Status("stopped", epochs=1, message="Stopped before its turn came."))
    return run


def mistake(done: Done) -> str:
    """Return the sentence of a user's mistake, having checked that it is all there is."""
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 1
    return done.err.removeprefix("error: ").removesuffix("\n")
