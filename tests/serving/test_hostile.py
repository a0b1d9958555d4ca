"""Requests that mean no good, byte by byte: each gets a problem document, and the server goes on."""

import json
import socket
import struct
import threading
import zlib
from collections.abc import Iterator

import psutil
import pytest

from tests.data.heif import COLOURED, EXACT, encoded, grid
from tests.data.photos import chunk
from tests.serving.served import FORM, Server, form, photo, problem

POST = b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = POST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
MOST_MEMORY = 700 * 2**20


@pytest.fixture(autouse=True)
def unshaken(server: Server) -> Iterator[None]:
    """Afterwards the server answers as before, and has not grown without bounds."""
    yield
    assert server.ask("GET", "/healthz").json == {"status": "ok"}
    assert psutil.Process(server.process.pid).memory_info().rss < MOST_MEMORY
    assert "Traceback" not in server.log.read_text()


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 TLS\r\n\r\n",
        b"GET /healthz\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /ü HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(),
        GET + b"".join(b"X-%d: y\r\n" % number for number in range(50_000)) + b"\r\n",
        GET + b"X: " + b"a" * 300_000 + b"\r\n\r\n",
        POST + b"Content-Length: abc\r\n\r\n",
        POST + b"Content-Length: -5\r\n\r\n",
        POST + b"Content-Length: 99999999999999999999999\r\n\r\nx",
        POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n[]x",
        POST + b"Transfer-Encoding: gzip\r\n\r\n[]",
        CHUNKED + b"zz\r\n[]\r\n",
        CHUNKED + b"1;" + b"a" * 300_000 + b"\r\n[\r\n",
        CHUNKED + b"1\r\n[\r\n0\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
        CHUNKED + b"1\r\n \r\n" * 50_000 + b"0\r\n\r\n",  # a body in crumbs
    ],
)
def test_what_is_no_request_is_told_so(server: Server, sent: bytes) -> None:
    problem(server.raw(sent), 400, "no HTTP/1.1 request")


def test_http_1_0_and_requests_in_a_row_are_answered(server: Server) -> None:
    assert server.raw(b"GET /healthz HTTP/1.0\r\n\r\n").status == 200
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall((GET + b"\r\n") * 50 + GET + b"Connection: close\r\n\r\n")
        answers = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answers.count(b'{"status":"ok"}') == answers.count(b"HTTP/1.1 200") == 51


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "localhost.evil.example", "[::2]", "127.0.0.2"])
def test_a_page_elsewhere_cannot_ask_by_its_own_name(server: Server, host: str) -> None:
    problem(server.ask("GET", "/v1/model", Host=host), 421, "ask for localhost, or start it with --allow-host")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1234", "127.0.0.1", "[::1]:80"])
def test_this_machine_has_several_names(server: Server, host: str) -> None:
    assert server.ask("GET", "/v1/model", Host=host).status == 200


@pytest.mark.parametrize(
    "path", ["/v1/model/", "/V1/model", "/%2e%2e/%2e%2e/etc/passwd", "/<script>", "/%00%0d%0aX:%20y"]
)
def test_other_paths_are_nowhere(server: Server, path: str) -> None:
    problem(server.ask("GET", path), 404, "there is nothing at '/")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "BREW", "TRACE", "OPTIONS", "PROPFIND"])
def test_other_methods_are_named(server: Server, method: str) -> None:
    problem(server.ask(method, "/v1/classify"), 405, f"was asked by '{method}'; use POST")


def test_wrong_lengths(server: Server) -> None:
    problem(server.raw(POST + b"Expect: 100-continue\r\nContent-Length: 9999999999\r\n\r\n"), 413, "more than 1 MiB")
    cut = POST + b'Content-Type: application/json\r\nContent-Length: 5\r\n\r\n{"images": [1]}'
    problem(server.raw(cut), 422, "not JSON")
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:  # promises more, and goes
        connection.sendall(POST + b"Content-Type: application/json\r\nContent-Length: 500\r\n\r\n[1]")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"a":' * 5000, "nested too deeply"),
        (b"[" * 200 + b"]" * 200, "not numbers in arrays of one size"),
        (b"[" + b"9" * 5000 + b"]", "a number has too many digits"),
        (b"[" + b"9" * 400 + b"]", "not numbers in arrays of one size"),
        (b'["\xff\xfe"]', "it is not in UTF-8"),
        (b"[[[true]]]", "not numbers in arrays of one size"),
        (b"[null]", "not numbers in arrays of one size"),
        (b'[["1", "2"]]', "not numbers in arrays of one size"),
        (b'[1, "a", [2]]', "not numbers in arrays of one size"),
        (json.dumps([[[[1e308]] * 8] * 8]).encode(), "outside of 0..255"),
        (json.dumps([[[[1e308]] * 8] * 8]).replace("1e+308", "1e999").encode(), "outside of 0..255"),
        (json.dumps([[[[0.5]] * 8] * 8]).replace("0.5", "Infinity").encode(), "Infinity is no number"),
    ],
)
def test_json_that_is_refused(server: Server, body: bytes, said: str) -> None:
    problem(server.arrays(body), 422, said)
    assert "Warning" not in server.log.read_text()


def test_queries_that_are_refused(server: Server) -> None:
    for query, said in (
        ("top=%f0%28", "top is '"),
        ("top=99999999999999999999", "top is '99999999999999999999'; it should be less than or equal to 100"),
        ("whole=<script>", "whole is '<script>'"),
    ):
        problem(server.ask("POST", f"/v1/classify?{query}", b"[1]", "application/json"), 422, said)


def test_no_address_is_fetched_for_a_client(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as trap:
        address = f"http://127.0.0.1:{trap.getsockname()[1]}/x.png"
        for name in (address, "file:///etc/passwd"):
            problem(server.arrays({"images": [name], "url": name}), 422, "not numbers")
            problem(server.files((name, name.encode())), 422, "holds text")
            problem(server.ask("POST", f"/v1/classify?url={name}", b"x", "text/uri-list"), 415, "'text/uri-list'")
        trap.setblocking(False)
        with pytest.raises(BlockingIOError):
            trap.accept()


def png(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that says it has a size, with or without the pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + (chunk(b"IDAT", data) if data else b"") + chunk(b"IEND", b"")


BAD_PHOTOS = {
    "bomb.png": (png(20_000, 20_000), "has 20000x20000 pixels, more than 25 megapixels"),
    "just-under.png": (png(13_300, 13_300), "more than 25 megapixels"),
    "strip.png": (png(65_500, 1), "at most 20 times as long as it is wide"),
    "cut.png": (photo()[0][:-400], "cut off or damaged"),
    "heic.jpg": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "is a damaged or unusual HEIC"),
    "svg.png": (b"<svg></svg>", "holds SVG"),
    "page.png": (b"<!doctype html><script>", "holds HTML"),
    "eps.png": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "holds PostScript (EPS)"),
    "empty.png": (b"", "is empty"),
}


@pytest.mark.parametrize("name", BAD_PHOTOS)
def test_bad_photos_are_named_beside_a_good_one(server: Server, name: str) -> None:
    content, said = BAD_PHOTOS[name]
    problem(server.files((name, content)), 422, said)
    problem(server.ask("POST", "/v1/classify", content or b" ", "image/png"), 422, said if content else "holds text")
    good, bad = server.files(("good.png", photo()[0]), (name, content)).json["results"]
    assert (good["error"], len(good["top"])) == (None, 5)
    assert said in bad["error"]
    assert name in bad["error"]


@pytest.mark.parametrize("kind", ["AVIF", "HEIC"])
def test_photos_of_newer_formats_are_read_and_hostile_ones_stop_nobody(server: Server, kind: str) -> None:
    evil = grid(kind, tile=1024, rows=100, columns=100, size=3200, said=32)
    bad, good, plain = server.files(
        ("evil", evil), ("good", encoded(kind, COLOURED, **EXACT[kind])), ("plain.png", photo()[0])
    ).json["results"]
    assert bad["error"]
    assert (good["error"], len(good["top"])) == (None, 5)
    assert (plain["error"], len(plain["top"])) == (None, 5)
    children = psutil.Process(server.process.pid).children()
    assert sum(child.memory_info().rss for child in children) < MOST_MEMORY


def test_names_are_shown_as_text_and_cannot_steer_a_terminal(server: Server) -> None:
    name = "ü\x1b[31m\u202e日本<script>../../x.png"
    (result,) = server.files((name, photo()[0])).json["results"]
    assert result["file"] == "ü [31m 日本<script>../../x.png"


def test_ten_thousand_files_in_one_request(server: Server) -> None:
    body = form(*((str(number), b"x") for number in range(10_000)))
    problem(server.ask("POST", "/v1/classify", body[:1_000_000], FORM), 400, "more than 5 files")


def test_who_goes_away_in_the_middle_harms_nobody(server: Server) -> None:
    content = png(4000, 4000, zlib.compress(bytes(4000 * 12_001)))
    body = form(*((str(number), content) for number in range(5)))
    head = POST + f"Content-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    for sent in (head, head + body[:-1000], head + body):
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
            connection.sendall(sent)
    assert server.files(("good.png", photo()[0])).status == 200


def test_many_at_once_all_get_their_own_answer(server: Server) -> None:
    photos = [photo(seed)[0] for seed in range(24)]
    alone = [server.files(("a", content)).json["results"][0]["top"] for content in photos]
    together: dict[int, object] = {}

    def ask(number: int) -> None:
        together[number] = server.files(("a", photos[number])).json["results"][0]["top"]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(photos))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for number, top in enumerate(alone):
        found = together[number]
        assert isinstance(found, list)
        assert [one["class"] for one in found] == [one["class"] for one in top]
        assert [one["probability"] for one in found] == pytest.approx([one["probability"] for one in top], abs=1e-5)
