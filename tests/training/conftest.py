"""Homes with a tiny data set, and the runs that several tests look at."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from cnnviz.runs import Run
from tests.dashboard import processes_of
from tests.training.helpers import busy_spec, write_tiny


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that several tests read runs from."""
    folder = tmp_path_factory.mktemp("shared") / "home"
    write_tiny(folder)
    return folder


@pytest.fixture(scope="session")
def busy(shared_home: Path) -> Run:
    """A completed run with everything random in it, trained in this process without a break."""
    from cnnviz.training.execute import train

    return train(busy_spec(), shared_home)


@pytest.fixture
def home(home: Path) -> Iterator[Path]:
    """The test's own home, with the tiny data set; whatever still trains there at the end is killed."""
    write_tiny(home)
    yield home
    left = processes_of(home)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=10)


@pytest.fixture
def step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step is a chunk of its own, so that a stop can come between any two."""
    monkeypatch.setattr("cnnviz.training.pace._CHUNK_S", 0.0)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Makes a disk of a given size; skipped where this user may not mount one."""
    mounted: list[Path] = []

    def make(size: str) -> Path:
        folder = tmp_path / f"disk{len(mounted)}"
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("NOT TESTED: a full and a read-only disk need the right to mount (root)")
        mounted.append(folder)
        return folder

    yield make
    for folder in mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
