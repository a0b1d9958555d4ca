"""Small real data sets, CIFAR archives made of them, and an HTTP server that misbehaves on request."""

import io
import pickle
import struct
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.data import load_dataset
from cnnviz.home import datasets_folder, resolve_home

Arrays = dict[str, np.ndarray]

# the home of whoever runs the tests, before a fixture gives each test its own: it may hold the full CIFAR-10
REAL_HOME = resolve_home()
HAS_CIFAR10 = (REAL_HOME / "datasets" / "cifar10.npz").is_file()


def make_arrays(n_train: int = 50, n_test: int = 20, shape: tuple[int, ...] = (32, 32, 3)) -> Arrays:
    random = np.random.default_rng(7)
    return {
        "x_train": random.integers(0, 256, (n_train, *shape), np.uint8),
        "y_train": (np.arange(n_train) % 10).astype(np.uint8),
        "x_test": random.integers(0, 256, (n_test, *shape), np.uint8),
        "y_test": (np.arange(n_test) % 10).astype(np.uint8),
    }


def python2_batch(data: np.ndarray, labels: list[int]) -> bytes:
    """Write a batch the way Python 2 wrote CIFAR's: 8-bit strings, numpy.core, protocol 2."""
    raw = data.tobytes()
    shape = struct.pack("<cici", b"J", data.shape[0], b"J", data.shape[1]) + b"\x86"
    dtype = b"cnumpy\ndtype\n(U\x02u1K\x00K\x01tR(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    state = b"(K\x01" + shape + dtype + b"\x89T" + struct.pack("<i", len(raw)) + raw + b"t"
    array = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85U\x01btR" + state + b"b"
    numbers = b"](" + b"".join(b"K" + bytes([label]) for label in labels) + b"e"
    return b"\x80\x02}(U\x04data" + array + b"U\x06labels" + numbers + b"u."


def make_batch(images: np.ndarray, labels: np.ndarray, protocol: int, key: str = "labels") -> bytes:
    rows = np.ascontiguousarray(images.transpose(0, 3, 1, 2)).reshape(len(images), -1)
    values = [int(label) for label in labels]
    if protocol == 0:  # stands for Python 2 here
        return python2_batch(rows, values)
    return pickle.dumps({"data": rows, key: values, "filenames": ["a.png"] * len(values)}, protocol)


def make_tar(path: Path, members: dict[str, bytes], folder: str = "cifar-10-batches-py") -> Path:
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(f"{folder}/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def make_cifar10_tar(path: Path, arrays: Arrays, protocol: int = 0) -> Path:
    members = {"batches.meta": b"not read"}
    for number, chosen in enumerate(np.array_split(np.arange(len(arrays["x_train"])), 5), 1):
        members[f"data_batch_{number}"] = make_batch(arrays["x_train"][chosen], arrays["y_train"][chosen], protocol)
    members["test_batch"] = make_batch(arrays["x_test"], arrays["y_test"], protocol)
    return make_tar(path, members)


class Server(ThreadingHTTPServer):
    """Serves one file with ranges; its settings make it misbehave."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = b""
        self.ranges = True  # False: the whole file, whatever was asked for
        self.cut_after: list[int] = []  # for each request in turn, close after so many bytes
        self.silent_after: list[int] = []  # for each request in turn, fall silent; -1: before the answer
        self.status = 200
        self.location = ""
        self.length = True  # False: no Content-Length, the end of the connection is the end
        self.shift = 0  # answer a range that begins so much later
        self.asked: list[str] = []
        self.wake = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/file.tar.gz"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hung up."""


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        server = self.server
        asked = self.headers.get("Range", "")
        server.asked.append(asked)
        silent = server.silent_after.pop(0) if server.silent_after else None
        if silent == -1:
            server.wake.wait(30)
            return
        if server.status != 200:
            self.send_response(server.status)
            self.send_header("Location", server.location)
            self.end_headers()
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and server.ranges else 0
        if start and start >= len(server.content):
            self.send_response(416)
            self.end_headers()
            return
        body = server.content[start:]
        self.send_response(206 if start else 200)
        if start:
            first = start + server.shift
            self.send_header("Content-Range", f"bytes {first}-{len(server.content) - 1}/{len(server.content)}")
        if server.length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut = server.cut_after.pop(0) if server.cut_after else len(body)
        if silent is not None:
            self.wfile.write(body[:silent])
            self.wfile.flush()
            server.wake.wait(30)
            return
        self.wfile.write(body[:cut])


def write_three_parts(home: Path) -> dict[str, Any]:
    """Put some of the digits into a home as "mine": 400 to learn from, 50 for validation, 200 for testing.

    Returns:
        The arrays, as the file has them.
    """
    digits = load_dataset("digits")
    parts = {"train": slice(0, 400), "validation": slice(400, 450), "test": slice(450, 650)}
    arrays = {f"x_{part}": digits.train.images[which] for part, which in parts.items()}
    arrays |= {f"y_{part}": digits.train.labels[which] for part, which in parts.items()}
    datasets_folder(home).mkdir(parents=True)
    np.savez(datasets_folder(home) / "mine.npz", **arrays, class_names=np.array(digits.class_names))
    return arrays
