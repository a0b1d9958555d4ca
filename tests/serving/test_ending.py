"""How a server begins and ends: what it says at once, who else is heard, and what becomes of requests under way."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cnnviz.runs import Run
from tests.dashboard import ROOT, free_port
from tests.serving.served import Server, answer_on, command, form, photo

POST = b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\n"


@contextmanager
def started(run: Run, *options: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Give a server whose streams are pipes; it is gone afterwards."""
    process = subprocess.Popen(
        command(run, free_port(), *options),
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str], number: int) -> tuple[int, str]:
    """Send a signal; return the exit code and what was said on standard error."""
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors
    return process.returncode, errors


def test_its_address_is_said_at_once_and_is_true(run: Run) -> None:
    with started(run, "--json") as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())  # a pipe gets it while the server runs
        assert (told["run_id"], told["engine"]) == (run.id, "onnxruntime")
        port = int(told["address"].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert answer_on(connection).json == {"status": "ok"}
        code, said = ended(process, signal.SIGINT)
    assert (code, said.splitlines()[-1]) == (130, "interrupted")


def test_who_listens_to_all_is_told_what_that_means(run: Run) -> None:
    with started(run, "--host", "0.0.0.0") as process:
        assert process.stdout is not None
        assert "answers at http://0.0.0.0:" in process.stdout.readline()
        code, said = ended(process, signal.SIGTERM)
    assert code in (0, -signal.SIGTERM)
    assert said.splitlines()[-1] == (
        "there is no passcode: everybody who reaches 0.0.0.0 may use it; 127.0.0.1 is this machine alone"
    )


def test_a_name_may_be_allowed_besides(run: Run, tmp_path: Path) -> None:
    server = Server(run, tmp_path / "log", "--allow-host", "Photos.Example")
    assert server.ask("GET", "/v1/model", Host="photos.example:443").status == 200
    assert server.ask("GET", "/v1/model", Host="other.example").status == 421
    server.end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_requests_under_way_are_answered_and_halves_are_not_waited_for(
    run: Run, tmp_path: Path, number: signal.Signals
) -> None:
    server = Server(run, tmp_path / "log")
    body = form(("a.png", photo()[0]))
    head = POST + f"Content-Type: multipart/form-data; boundary=cnnviz\r\nContent-Length: {len(body)}\r\n".encode()
    address = ("127.0.0.1", server.port)
    with (
        socket.create_connection(address, timeout=60) as whole,
        socket.create_connection(address, timeout=60) as half,
        socket.create_connection(address, timeout=60) as silent,
    ):
        half.sendall(head + b"Expect: 100-continue\r\n\r\n")
        assert b" 100 " in half.recv(100)  # it waits for the body
        half.sendall(body[:200])
        whole.sendall(head + b"\r\n" + body)
        assert answer_on(whole).status == 200
        server.process.send_signal(number)
        assert [one.recv(100) for one in (half, silent, whole)] == [b"", b"", b""]
    assert server.process.wait(timeout=30) == (130 if number == signal.SIGINT else -signal.SIGTERM)
    assert "Traceback" not in server.log.read_text()


def test_ended_while_it_converts_it_leaves_nothing_torn(run: Run, tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    os.utime(run.folder / "model.keras", (1, 1))  # as if it were another: it has to be converted
    with started(run, TMPDIR=str(tmp_path / "temporary")) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "converting the network to ONNX, once; this takes some seconds\n"
        assert process.stderr.readline() == "opening the network\n"
        assert ended(process, signal.SIGINT) == (130, "interrupted\n")
    assert list((tmp_path / "temporary").iterdir()) == []
    assert not list(run.folder.glob(".*.part"))
    server = Server(run, tmp_path / "log")  # and the next one converts it
    assert "converting the network to ONNX, once" in server.log.read_text()
    server.end()
