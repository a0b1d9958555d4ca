"""A table of odd requests: each gets one answer of the right kind, and nothing that it names is read or fetched."""

import gzip
import json
from collections.abc import Iterator

import pytest

from tests.data.photos import chunk
from tests.serving.served import Server, photo
from tests.serving.test_hostile import unshaken

__all__ = ["unshaken"]

PHOTO = photo()[0]
ARRAYS = json.dumps([[[0] * 8] * 8]).encode()
JSON = b"Content-Type: application/json"
PNG = b"Content-Type: image/png"
FORM = b"Content-Type: multipart/form-data; boundary=cnnviz"
FILE = b'Content-Disposition: form-data; name="files"; filename='
NO_REQUEST = "no HTTP/1.1 request"

Row = tuple[str, bytes, int, str]  # what is odd, what is sent, the status, what the answer says


def request(method: bytes, path: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    length = [b"Content-Length: %d" % len(body)] if body else []
    lines = [
        method + b" " + path + b" HTTP/1.1",
        b"Host: localhost",
        *headers,
        *length,
        b"Connection: close",
        b"",
        body,
    ]
    return b"\r\n".join(lines)


def get(path: bytes, *headers: bytes) -> bytes:
    return request(b"GET", path, *headers)


def post(body: bytes, *headers: bytes, query: bytes = b"") -> bytes:
    return request(b"POST", b"/v1/classify" + query, *headers, body=body)


def chunked(body: bytes, *headers: bytes) -> bytes:
    return request(b"POST", b"/v1/classify", JSON, *(headers or (b"Transfer-Encoding: chunked",))) + body


def form(head: bytes, content: bytes = PHOTO) -> bytes:
    return b"--cnnviz\r\n" + head + b"\r\n\r\n" + content + b"\r\n--cnnviz--\r\n"


def lines() -> Iterator[Row]:
    """The request's first lines and headers."""
    upgrade = (b"Upgrade: websocket", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", b"Sec-WebSocket-Version: 13")
    yield "a WebSocket", get(b"/v1/classify", *upgrade), 405, "use POST"
    yield "HTTP/2 instead", get(b"/healthz", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk"), 200, "ok"
    yield "HTTP/2 at once", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 404, "nothing at '/*'"
    yield "a proxy's request", get(b"http://evil.example/healthz"), 404, "nothing at '/http://evil.example/healthz'"
    yield "a tunnel", request(b"CONNECT", b"evil.example:443"), 404, "nothing at '/evil.example:443'"
    yield "options of all", request(b"OPTIONS", b"*"), 404, "nothing at '/*'"
    yield "a method in small letters", request(b"get", b"/healthz"), 405, "was asked by 'get'; use GET"
    yield "nothing", b"\r\n\r\n", 400, NO_REQUEST
    yield "another method in a header", get(b"/v1/classify", b"X-HTTP-Method-Override: POST"), 405, "use POST"
    yield "another method", request(b"PATCH", b"/v1/classify", JSON, body=ARRAYS), 405, "use POST"
    yield "a body where none belongs", request(b"GET", b"/healthz", body=b"hello"), 200, "ok"
    yield "a zero byte", get(b"/healthz", b"X: a\0b"), 400, NO_REQUEST
    yield "half a line break", get(b"/healthz", b"X: a\rY: b"), 400, NO_REQUEST
    yield "no colon", get(b"/healthz", b"nonsense"), 400, NO_REQUEST
    yield "a space in a name", get(b"/healthz", b"bad name: x"), 400, NO_REQUEST
    yield "many biscuits", get(b"/healthz", b"Cookie: " + b"a=b;" * 5000), 200, "ok"
    yield "many ranges", get(b"/docs", b"Range: bytes=0-,0-,0-,0-"), 200, "cnnviz"
    yield "an expectation", post(ARRAYS, JSON, b"Expect: the unexpected"), 200, "probability"
    for path in (
        b"//evil.example/",
        b"/v1/model;x",
        b"/v1/./model",
        b"/v1\\model",
        b"/healthz#x",
        b"/%ff%fe",
        b"/%zz",
        b"/docs/../metrics",
        b"/" + b"a" * 60_000,
    ):
        yield f"the path {path[:20].decode()}", get(path), 404, "there is nothing at '/"


def bodies() -> Iterator[Row]:
    """How long a body is, how it is packed, and what JSON it holds."""
    both = (b"Content-Length: 4", b"Transfer-Encoding: chunked")
    yield "two lengths", chunked(b"2\r\n[]\r\n0\r\n\r\n", *both), 422, "has no images"
    yield "a space before the colon", chunked(b"0\r\n\r\n", b"Transfer-Encoding : chunked"), 400, NO_REQUEST
    yield "two codings", chunked(b"0\r\n\r\n", b"Transfer-Encoding: chunked, identity"), 400, NO_REQUEST
    yield "a negative piece", chunked(b"-1\r\n[]\r\n0\r\n\r\n"), 400, NO_REQUEST
    yield "a length that comes late", chunked(b"2\r\n[]\r\n0\r\nContent-Length: 99\r\n\r\n"), 422, "has no images"
    packed = b"Content-Encoding: gzip"
    yield "packed", post(gzip.compress(ARRAYS), JSON, packed), 422, "not JSON (it is not in UTF-8)"
    yield "packed without end", post(gzip.compress(bytes(10**8)), JSON, packed), 413, "send fewer images"
    yield "a byte order mark", post(b"\xef\xbb\xbf" + ARRAYS, JSON), 200, "probability"
    yield "UTF-16", post(ARRAYS.decode().encode("utf-16"), JSON), 200, "probability"
    yield "images twice", post(b'{"images": "x", "images": [1]}', JSON), 422, "have the shape (1,)"
    yield "half a letter", post(b'["\\ud800"]', JSON), 422, "not numbers"
    yield "no rows", post(b"[[],[]]", JSON), 422, "have the shape (1, 2, 0, 1)"
    for body in (b'{"images": {"a": [1]}}', b"7", b'"images"', b"null", b"true", b"{}"):
        yield f"the JSON {body.decode()}", post(body, JSON), 422, "has no images"
    yield "numbers as text", post(ARRAYS.replace(b"0", b'"0"'), JSON), 422, "not numbers"
    yield "true and false", post(ARRAYS.replace(b"0", b"false"), JSON), 422, "not numbers"
    yield (
        "a page elsewhere",
        post(ARRAYS, b"Content-Type: text/plain", b"Origin: https://evil.example"),
        415,
        "text/plain",
    )
    yield "no kind", post(PHOTO), 415, "of no kind"
    yield "a senseless kind", post(PHOTO, b"Content-Type: ;;;=\xff"), 415, "of no kind"
    for query, said in (
        (b"top=1&top=500", "top is '500'"),
        (b"top=1e1", "top is '1e1'"),
        (b"top=", "top is ''"),
        (b"top=%EF%BC%95", "top is '\\\\uff15'"),
        (b"top=-1", "top is '-1'"),
    ):
        yield f"the query {query.decode()}", post(PHOTO, PNG, query=b"?" + query), 422, said
    yield "a model's path", post(PHOTO, PNG, query=b"?model=../../etc/passwd&path=/etc/passwd"), 200, "probability"
    yield "many questions", post(PHOTO, PNG, query=b"?" + b"a=1&" * 3000), 200, "probability"


def photos() -> Iterator[Row]:
    """Forms, names, and photos that are something else besides."""
    yield "another form", post(form(FILE + b'"a"'), FORM.replace(b"form-data", b"mixed")), 415, "multipart/mixed"
    yield "an open quote", post(form(FILE + b'"a"'), FORM.replace(b"=c", b'="c')), 400, "ends before its last boundary"
    yield "a pattern", post(form(FILE + b'"a"'), FORM.replace(b"cnnviz", b".*")), 400, "ends before its last boundary"
    star = b"Content-Disposition: form-data; name=files; filename*="
    for name in (b"UTF-8''%2e%2e%2fa.png", b"klingon''%ff", b"x"):
        yield f"the name {name.decode()}", post(form(star + name), FORM), 422, "the form has no files"
    long = b'"' + b"a" * 7000 + b'"'
    for name, shown in (
        (b'"C:\\\\..\\\\a\0.png"', '"a .png"'),
        (long, '"' + "a" * 120 + '"'),
        (b'""', '"photo"'),
        (b'"\xff\xfe.png"', ".png"),
        (b'"%0d%0aX: y.png"', '"%0d%0aX: y.png"'),
    ):
        yield f"the name {name[:20]!r}", post(form(FILE + name), FORM), 200, shown
    yield "a form within", post(form(FILE + b'"a"', b"--y\r\n\r\nx\r\n--y--"), FORM), 422, "holds text"
    encoded = FILE + b'"a"\r\nContent-Transfer-Encoding: base64'
    yield "a coding of its own", post(form(encoded, b"iVBORw0KGgo="), FORM), 422, "holds text"
    yield (
        "a drawing with a program",
        post(b"<svg onload='alert(1)'/>", b"Content-Type: image/svg+xml"),
        422,
        "holds SVG",
    )
    yield "a photo and an archive", post(PHOTO + b"<script>PK\3\4", PNG), 200, "probability"
    yield "a text within", post(PHOTO[:33] + chunk(b"tEXt", b"a\0<script>") + PHOTO[33:], PNG), 200, "probability"
    yield "no bytes", post(b"", b"Content-Type: image/png", b"Content-Length: 0"), 422, "is empty"


ROWS = [*lines(), *bodies(), *photos()]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_an_odd_request_has_one_answer(server: Server, row: Row) -> None:
    _, sent, status, said = row
    answer = server.raw(sent)
    assert answer.status == status, answer
    assert said in answer.body.decode()
    if status >= 400:
        assert answer.kind == "application/problem+json"
        assert answer.json.keys() >= {"type", "title", "status", "detail"}
        assert "\n" not in answer.json["detail"]


def test_who_says_to_be_somebody_else_is_told_nothing_else(server: Server) -> None:
    spoofed = (b"X-Forwarded-Host: evil.example", b"Forwarded: host=evil.example", b"X-Original-URL: /metrics")
    assert server.raw(get(b"/v1/model", *spoofed)).body == server.ask("GET", "/v1/model").body
    assert b"evil.example" not in server.raw(get(b"/openapi.json", *spoofed)).body
