"""`cnnviz serve` as a real process, and what its answers must be."""

import http.client
import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cnnviz.runs import Run
from tests.dashboard import ROOT, free_port

START_S = 120
BOUNDARY = "cnnviz"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


@dataclass(frozen=True)
class Answer:
    status: int
    kind: str
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def command(run: Run, port: int, *options: str) -> list[str]:
    return [
        *(sys.executable, "-m", "cnnviz", "serve", run.id, "--home", str(run.home), "--port", str(port)),
        *options,
    ]


class Server:
    """`cnnviz serve` with small limits."""

    def __init__(self, run: Run, log: Path, *options: str, environment: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self.log = log
        with log.open("wb") as stream:
            self.process = subprocess.Popen(
                command(run, self.port, "--max-mib", "1", "--max-photos", "5", *options),
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                stdout=stream,
                stderr=stream,
            )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            with suppress(OSError):
                if self.ask("GET", "/healthz").status == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"no answer within {START_S} s: {self.log.read_text()}")

    def end(self) -> None:
        """End it politely, having seen that it never lost its composure."""
        self.process.terminate()
        assert self.process.wait(timeout=30) in (0, -15)
        assert "Traceback" not in self.log.read_text()

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body or None, {**({"Content-Type": kind} if kind else {}), **headers})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers.get_content_type(), answer.read())
        finally:
            connection.close()

    def arrays(self, values: Any, path: str = "/v1/classify") -> Answer:
        body = values if isinstance(values, bytes) else json.dumps(values).encode()
        return self.ask("POST", path, body, "application/json")

    def files(self, *files: tuple[str, bytes], path: str = "/v1/classify") -> Answer:
        return self.ask("POST", path, form(*files), FORM)

    def raw(self, sent: bytes) -> Answer:
        """Send bytes as they are, and return the answer to them; the server may close before all are sent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            with suppress(OSError):
                connection.sendall(sent)
            return answer_on(connection)


def answer_on(connection: socket.socket) -> Answer:
    """Read one answer from a connection; one of status 0 where it is closed without."""
    answer = http.client.HTTPResponse(connection)
    try:
        answer.begin()
        return Answer(answer.status, answer.headers.get_content_type(), answer.read())
    except (http.client.BadStatusLine, ConnectionError):
        return Answer(0, "", b"")
    finally:
        answer.close()


def form(*files: tuple[str, bytes]) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name, content in files
    ]
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def photo(seed: int = 0) -> tuple[bytes, np.ndarray[Any, Any]]:
    pixels = np.random.default_rng(seed).integers(0, 256, (20, 30, 3), np.uint8)
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue(), pixels


def problem(answer: Answer, status: int, said: str) -> None:
    """The answer is a problem document of that status, which says so in a sentence."""
    assert (answer.status, answer.kind) == (status, "application/problem+json"), answer.body
    document = answer.json
    assert document.keys() >= {"type", "title", "status", "detail"}
    assert document["status"] == status
    assert said in document["detail"]
    assert "\n" not in document["detail"]
    assert "Traceback" not in document["detail"]
