"""Clients that are slow, or say nothing, or never listen, or are too many."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NoReturn

import h11
import numpy as np
import pytest
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from cnnviz.cli.serve import _protocol
from cnnviz.serving import Card, Limits
from cnnviz.serving.application import make_application
from cnnviz.serving.patience import TRIED, patient_protocol
from tests.dashboard import free_port
from tests.serving.served import answer_on, problem

PATIENCE_S = 2.0  # a busy machine needs some of it for the requests that are in time
MOST_CONNECTIONS = 12


class Coin:
    """An engine that answers at once."""

    card = Card("coin", "run", ("heads", "tails"), (2, 2, 1), "test")

    def probabilities(self, images: Any) -> Any:
        return np.full((len(images), 2), 0.5, np.float32)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    chosen = free_port()
    limits = Limits(
        receive_s=PATIENCE_S, most_bytes=2**20, most_held_bytes=3 * 2**19, most_connections=MOST_CONNECTIONS
    )
    settings = uvicorn.Config(
        make_application(Coin(), limits), port=chosen, log_level="warning", http=patient_protocol(limits), ws="none"
    )
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield chosen
    server.should_exit = True
    thread.join(20)
    assert not thread.is_alive()


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


HEAD = b"POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
BODY = b'{"images": [[[1, 2], [3, 4]]]}'
WHOLE = HEAD.replace(b"100", str(len(BODY)).encode()) + BODY


def test_a_body_that_does_not_arrive_is_given_up(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(HEAD + b"[")
        problem(answer_on(connection), 408, "did not arrive within 2 s")


@pytest.mark.parametrize("said", [b"", b"POST /v1/cl"])
def test_a_connection_that_says_nothing_is_closed(port: int, said: bytes) -> None:
    with connected(port) as connection:
        connection.sendall(said)
        assert connection.recv(4096) == b""


@pytest.mark.parametrize("before", [b"", GET + b"\r\n"])
def test_a_head_that_trickles_is_given_up_for_the_next_request_too(port: int, before: bytes) -> None:
    with connected(port) as connection:
        if before:
            connection.sendall(before)
            assert answer_on(connection).status == 200
        connection.sendall(GET)
        assert trickled(connection, b"X: y\r\n") == b""


def test_a_body_that_nobody_asked_for_is_given_up(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(GET + b"Transfer-Encoding: chunked\r\n\r\n")
        assert answer_on(connection).status == 200
        assert trickled(connection, b"400\r\n" + bytes(0x400) + b"\r\n") == b""


def trickled(connection: socket.socket, crumb: bytes) -> bytes:
    """Send a crumb a tenth of a second until the other side closes, and return what it said."""
    connection.settimeout(0.1)
    said = b""
    for _ in range(600):
        try:
            connection.sendall(crumb)
            received = connection.recv(4096)
        except TimeoutError:
            continue
        except OSError:
            return said
        if not received:
            return said
        said += received
    raise AssertionError("the connection is still open")


def ask_for_ever(connection: socket.socket) -> NoReturn:
    while True:
        connection.sendall(GET.replace(b"healthz", b"openapi.json") + b"\r\n")


def test_who_never_listens_is_cut_off(port: int) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(60)
        connection.connect(("127.0.0.1", port))
        with pytest.raises(ConnectionError):
            ask_for_ever(connection)
    with connected(port) as connection:
        connection.sendall(WHOLE)
        assert answer_on(connection).status == 200


def test_who_goes_away_leaves_no_trace(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(HEAD + b"[")
    with connected(port) as connection:
        connection.sendall(WHOLE)
        answer = answer_on(connection)
    assert answer.status == 200
    assert answer.json["results"][0]["top"][0] == {"class": "heads", "probability": 0.5}


def test_bodies_have_a_limit_together(port: int) -> None:
    large = b"POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: 1048576\r\n\r\n"
    with connected(port) as first, connected(port) as second:
        for one in (first, second):
            one.sendall(large + bytes(2**20 - 1))
        answers = [answer_on(first), answer_on(second)]  # one of them is too much; the other never ends
    late, too_much = sorted(answers, key=lambda answer: answer.status)
    problem(late, 408, "did not arrive within 2 s")
    problem(too_much, 503, "too much is being received at once")
    with connected(port) as connection:
        connection.sendall(WHOLE)
        assert answer_on(connection).status == 200


def test_connections_have_a_limit(port: int) -> None:
    with ExitStack() as stack:
        idle = [stack.enter_context(connected(port)) for _ in range(MOST_CONNECTIONS)]
        one_more = stack.enter_context(connected(port))
        one_more.sendall(GET + b"\r\n")
        problem(answer_on(one_more), 503, "too many connections are open")
        idle[0].sendall(GET + b"\r\n")
        assert answer_on(idle[0]).status == 200


def test_what_is_installed_was_tried() -> None:
    """A newer version: run all tests, then write its number into `TRIED`."""
    versions = {"uvicorn": uvicorn.__version__, "h11": h11.__version__}
    assert {name: ".".join(version.split(".")[:2]) for name, version in versions.items()} == TRIED


def test_where_uvicorn_has_changed_it_serves_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delattr(H11Protocol, "on_response_complete")
    assert _protocol(Limits()) == "h11"
    assert "uvicorn's protocol has no on_response_complete" in capsys.readouterr().err
