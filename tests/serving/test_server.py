"""The server as a real process, asked by real requests: what it answers, and what it refuses."""

import io
import socket
from typing import Any

import numpy as np
import pytest
from PIL import Image

import cnnviz
from cnnviz.data import fit
from cnnviz.runs import Run
from tests.handwriting import on_paper
from tests.serving.served import FORM, Server, answer_on, photo, problem


def test_it_says_what_it_is(server: Server, run: Run) -> None:
    model = server.ask("GET", "/v1/model").json
    assert (model["run_id"], model["input"], model["engine"]) == (run.id, [8, 8, 1], "onnxruntime")
    assert model["output"] == "softmax"
    assert model["classes"] == [str(digit) for digit in range(10)]
    assert server.ask("GET", "/healthz").json == {"status": "ok"}
    described = server.ask("GET", "/openapi.json").json
    assert set(described["paths"]) == {"/v1/classify", "/v1/model", "/healthz"}
    page = server.ask("GET", "/docs")
    assert (page.status, page.kind) == (200, "text/html")
    assert b"http:" not in page.body.replace(b"http://www.w3.org", b"")  # nothing is fetched from elsewhere
    assert b"https:" not in page.body


def test_whoever_looks_after_it_may_ask_for_the_head_alone(server: Server) -> None:
    answer = server.ask("HEAD", "/healthz")
    assert (answer.status, answer.body) == (200, b"")
    assert server.ask("HEAD", "/v1/classify").status == 405


def test_arrays_get_the_networks_own_probabilities(server: Server, run: Run) -> None:
    images = cnnviz.load_dataset("digits").test.images[:4]
    expected = run.model().predict(images.astype("float32"), verbose=0)
    answer = server.arrays({"images": images.tolist()}, "/v1/classify?top=10")
    assert answer.status == 200
    assert answer.json["model"] == run.id
    for result, row in zip(answer.json["results"], expected, strict=True):
        found = {one["class"]: one["probability"] for one in result["top"]}
        assert [found[str(digit)] for digit in range(10)] == pytest.approx(row, abs=1e-4)
    alone = server.arrays(images[0, :, :, 0].tolist()).json["results"]
    assert [one["class"] for one in alone[0]["top"]] == [str(index) for index in np.argsort(-expected[0])[:5]]


def test_photos_are_prepared_as_everywhere(server: Server, run: Run) -> None:
    (first, pixels), (second, _) = photo(0), photo(1)
    answer = server.files(("one.png", first), ("../../etc/<b>two</b>.png", second)).json["results"]
    assert [result["file"] for result in answer] == ["one.png", "../../etc/<b>two</b>.png"]
    expected = run.model().predict(fit(pixels, (8, 8, 1))[None].astype("float32"), verbose=0)[0]
    assert answer[0]["top"][0]["probability"] == pytest.approx(expected.max(), abs=1e-4)
    body = server.ask("POST", "/v1/classify?top=1", first, "image/png").json["results"]
    assert body[0]["top"] == answer[0]["top"][:1]
    whole = server.ask("POST", "/v1/classify?top=1&whole=true", first, "image/png").json["results"]
    assert whole[0]["top"] != body[0]["top"]


def test_writing_on_paper_is_hinted_at_and_can_be_inverted(server: Server) -> None:
    paper, board = on_paper(3), on_paper(3, bright_on_dark=True)
    (plain,) = server.files(("3.png", paper)).json["results"]
    assert plain["note"].endswith("so its answer means little; ask with invert=true.")
    expected = server.files(("3.png", board)).json["results"]
    assert expected[0]["note"] is None
    assert server.files(("3.png", paper), path="/v1/classify?invert=true").json["results"] == expected
    assert (
        server.files(("3.png", board), path="/v1/classify?invert=true")
        .json["results"][0]["note"]
        .endswith("ask without invert=true.")
    )
    image = cnnviz.load_dataset("digits").test.images[3]
    inverted = server.arrays((255 - image[None].astype(int)).tolist(), "/v1/classify?invert=true").json["results"]
    assert inverted[0]["top"] == server.arrays([image.tolist()]).json["results"][0]["top"]


def test_a_picture_with_nothing_in_it_is_answered_and_said(server: Server) -> None:
    images = [np.zeros((8, 8, 1)), np.eye(8)[:, :, None], np.full((8, 8, 1), 255), np.arange(64).reshape(8, 8, 1)]
    notes = [one["note"] for one in server.arrays([image.tolist() for image in images]).json["results"]]
    assert [note and note.partition(",")[0] for note in notes] == [
        "The picture is nothing but black",
        "The picture is nothing but black",
        "The picture is nothing but white",
        None,
    ]
    assert [("multiply them by 255" in (note or "")) for note in notes] == [False, True, False, False]
    black = io.BytesIO()
    Image.new("L", (20, 20)).save(black, "PNG")
    (result,) = server.files(("black.png", black.getvalue())).json["results"]
    assert (result["note"] or "").startswith("The picture is nothing but black")


def test_a_bad_photo_does_not_stop_the_others(server: Server) -> None:
    answer = server.files(("good.png", photo()[0]), ("bad.png", b"hello"))
    assert answer.status == 200
    good, bad = answer.json["results"]
    assert (good["error"], bad["top"]) == (None, [])
    assert "'bad.png' holds text" in bad["error"]


def test_everything_is_counted(server: Server) -> None:
    server.ask("GET", "/nowhere")
    told = server.ask("GET", "/metrics").body.decode()
    assert 'cnnviz_requests_total{path="other",status="404"}' in told
    assert 'cnnviz_request_seconds_count{path="/v1/classify"}' in told
    images = next(line for line in told.splitlines() if line.startswith("cnnviz_images "))
    assert float(images.split()[1]) >= 4


IMAGE = np.zeros((8, 8, 1)).tolist()


@pytest.mark.parametrize(
    ("values", "status", "said"),
    [
        (b"", 422, "not JSON"),
        (b"{", 422, "not JSON"),
        (b"[" * 60_000, 422, "not JSON"),
        (b"{}", 422, "has no images"),
        (b'{"images": []}', 422, "has no images"),
        (b'{"images": "photo"}', 422, "has no images"),
        (b"[NaN]", 422, "NaN is no number"),
        (b"[1e999]", 422, "the images have the shape (1,)"),
        ([1, 2, 3], 422, "the images have the shape (3,)"),
        ([[[1, 2], [3]]], 422, "not numbers in arrays of one size"),
        (["a"], 422, "not numbers in arrays of one size"),
        ([{"a": 1}], 422, "not numbers in arrays of one size"),
        ([np.zeros((9, 8, 1)).tolist()], 422, "with 8x8x1 each"),
        ([np.zeros((8, 8, 3)).tolist()], 422, "with 8x8x1 each"),
        ([np.full((8, 8, 1), 256).tolist()], 422, "outside of 0..255"),
        ([np.full((8, 8, 1), -1).tolist()], 422, "outside of 0..255"),
        ([np.full((8, 8, 1), 0.5).tolist()], 422, "if 0 to 1 is meant, multiply them by 255"),
        ([np.full((8, 8, 1), -0.5).tolist()], 422, "outside of 0..255"),
        ([IMAGE] * 6, 413, "6 images were sent; send 1 to 5 at a time"),
        ([0] * 20_000, 422, "the images have the shape (20000,)"),
        ([0] * 300_000, 413, "the JSON has 900,000 bytes; send fewer images"),
        ([IMAGE] * 6_000, 413, "more than 1 MiB"),
    ],
)
def test_arrays_that_are_refused(server: Server, values: Any, status: int, said: str) -> None:
    problem(server.arrays(values), status, said)


def test_files_that_are_refused(server: Server) -> None:
    content = photo()[0]
    problem(server.files(("bad.png", b"hello")), 422, "'bad.png' holds text")
    problem(server.files(("empty.png", b"")), 422, "is empty")
    problem(server.files(*[(f"{n}.png", content) for n in range(6)]), 400, "more than 5 files; send 1 to 5 at a time")
    problem(server.files(("large.png", bytes(2 * 2**20))), 413, "more than 1 MiB")
    problem(server.files(), 422, "the form has no files")
    problem(server.ask("POST", "/v1/classify", b"x", "text/plain"), 415, "the body is 'text/plain'")
    problem(server.ask("POST", "/v1/classify", content, "multipart/form-data"), 400, "boundary")
    fields = b"".join(
        f'--cnnviz\r\nContent-Disposition: form-data; name="{n}"\r\n\r\nx\r\n'.encode() for n in range(100)
    )
    problem(server.ask("POST", "/v1/classify", fields + b"--cnnviz--", FORM), 400, "fields")


def test_requests_that_are_refused(server: Server) -> None:
    for path in ("/nowhere", "/v1/../../etc/passwd", "/v1/model/../../x"):
        problem(server.ask("GET", path), 404, "there is nothing at ")
    problem(server.ask("GET", "/v1/classify"), 405, "'/v1/classify' was asked by 'GET'; use POST")
    for query in ("top=0", "top=1000", "top=x", "whole=perhaps"):
        problem(server.ask("POST", f"/v1/classify?{query}", photo()[0], "image/png"), 422, query.split("=")[0])


def test_a_body_that_grows_without_end_is_cut_off(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(
            b"POST /v1/classify HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
        try:
            for _ in range(100):
                connection.sendall(chunk)
        except OSError:
            pass  # cut off while it was sending
        problem(answer_on(connection), 413, "more than 1 MiB")
    assert server.ask("GET", "/healthz").status == 200
