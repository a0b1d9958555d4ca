"""Clients that are slow, or say nothing, or go away."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import uvicorn

from cnnviz.serving import Card, Limits
from cnnviz.serving.application import make_application
from cnnviz.serving.patience import patient_protocol
from tests.dashboard import free_port

PATIENCE_S = 2.0  # a busy machine needs some of it for the requests that are in time


class Coin:
    """An engine that answers at once."""

    card = Card("coin", "run", ("heads", "tails"), (2, 2, 1), "test")

    def probabilities(self, images: Any) -> Any:
        return np.full((len(images), 2), 0.5, np.float32)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    chosen = free_port()
    application = make_application(Coin(), Limits(receive_s=PATIENCE_S))
    server = uvicorn.Server(
        uvicorn.Config(application, port=chosen, log_level="warning", http=patient_protocol(PATIENCE_S), ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield chosen
    server.should_exit = True
    thread.join(20)
    assert not thread.is_alive()


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


HEAD = b"POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"


def test_a_body_that_does_not_arrive_is_given_up(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(HEAD + b"[")
        answer = connection.recv(4096)
        assert b" 408 " in answer
        assert b"did not arrive within 2 s" in answer


@pytest.mark.parametrize("said", [b"", b"POST /v1/cl"])
def test_a_connection_that_says_nothing_is_closed(port: int, said: bytes) -> None:
    with connected(port) as connection:
        connection.sendall(said)
        assert connection.recv(4096) == b""


def test_who_goes_away_leaves_no_trace(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(HEAD + b"[")
    body = b'{"images": [[[1, 2], [3, 4]]]}'
    with connected(port) as connection:
        connection.sendall(HEAD.replace(b"100", str(len(body)).encode()) + body)
        answer = connection.recv(4096)
    assert b" 200 " in answer
    assert b'"heads","probability":0.5' in answer
