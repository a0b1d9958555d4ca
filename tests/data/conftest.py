"""Fixtures: small data sets, a small published one, and a server."""

import dataclasses
import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.data.known import KNOWN, KnownSet
from cnnviz.download import RemoteFile
from tests.data.helpers import Arrays, Server, make_arrays, make_cifar10_tar


@pytest.fixture
def arrays() -> Arrays:
    return make_arrays()


@pytest.fixture
def datasets(tmp_path: Path) -> Path:
    folder = tmp_path / "home" / "datasets"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def small_cifar10(tmp_path: Path, arrays: Arrays, monkeypatch: pytest.MonkeyPatch) -> tuple[KnownSet, Path]:
    """Make a small set the published CIFAR-10 for one test; return it and its archive."""
    archive = make_cifar10_tar(tmp_path / "published.tar.gz", arrays)
    content = archive.read_bytes()
    remote = dataclasses.replace(
        KNOWN["cifar10"].files[0], size=len(content), sha256=hashlib.sha256(content).hexdigest()
    )
    known = dataclasses.replace(
        KNOWN["cifar10"],
        files=(remote,),
        sha256={key: hashlib.sha256(array.tobytes()).hexdigest() for key, array in arrays.items()},
    )
    monkeypatch.setattr("cnnviz.data.catalogue.KNOWN", {**KNOWN, "cifar10": known})
    return known, archive


@pytest.fixture
def server() -> Iterator[Server]:
    serving = Server()
    thread = threading.Thread(target=lambda: serving.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    yield serving
    serving.wake.set()
    serving.shutdown()
    serving.server_close()
    thread.join()


@pytest.fixture
def remote(server: Server, monkeypatch: pytest.MonkeyPatch) -> RemoteFile:
    """Publish 300 kB of gzip-like bytes on the server."""
    server.content = b"\x1f\x8b" + np.random.default_rng(3).bytes(300_000)
    monkeypatch.setenv("CNNVIZ_CIFAR10_URL", server.address)
    return RemoteFile(
        "file.tar.gz",
        "http://unused.invalid/",
        len(server.content),
        hashlib.sha256(server.content).hexdigest(),
        "CNNVIZ_CIFAR10_URL",
    )


@pytest.fixture
def save(datasets: Path) -> Callable[..., Path]:
    """Return a function that saves arrays, some replaced, as <home>/datasets/NAME.npz."""

    def write(name: str = "mine", **changed: Any) -> Path:
        content = {**make_arrays(shape=(8, 8, 3)), **changed}
        path = datasets / f"{name}.npz"
        np.savez(path, **{key: value for key, value in content.items() if value is not None})
        return path

    return write
