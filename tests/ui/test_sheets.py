"""Sheets of images, as the browser gets them."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from starlette.requests import Request

from cnnviz.errors import DataError
from cnnviz.ui import sheets
from cnnviz.ui.sheets import MOST_IMAGES, SHEET_COLUMNS, Sheets, serve_images, sheet_routes, thumbnail_shape

IMAGES = np.random.default_rng(0).integers(0, 256, (400, 5, 7, 3), dtype=np.uint8)


def opened(content: bytes) -> NDArray[np.uint8]:
    picture = Image.open(io.BytesIO(content))
    assert picture.format == "WEBP"
    return np.asarray(picture.convert("RGB"))


def answered(path: str, query: str) -> tuple[int, bytes, dict[str, str]]:
    token = path.rpartition("/")[2]
    scope = {"type": "http", "method": "GET", "path": path, "path_params": {"token": token}, "headers": []}
    answer = sheets._answer(Request({**scope, "query_string": query.encode()}))
    return answer.status_code, bytes(answer.body), dict(answer.headers)


def test_a_sheet_holds_the_asked_for_images_in_order_and_without_loss() -> None:
    wanted = [17, 3, 399, *range(100, 120)]
    path = serve_images("some", lambda: IMAGES)
    status, content, headers = answered(path, f"n={','.join(map(str, wanted))}")
    assert (status, headers["content-type"]) == (200, "image/webp")
    assert "immutable" in headers["cache-control"]
    sheet = opened(content)
    assert sheet.shape == (2 * 5, SHEET_COLUMNS * 7, 3)
    for place, number in enumerate(wanted):
        row, column = divmod(place, SHEET_COLUMNS)
        found = sheet[row * 5 : row * 5 + 5, column * 7 : column * 7 + 7]
        np.testing.assert_array_equal(found, IMAGES[number])


def test_grey_images_are_grey_and_large_ones_are_made_smaller() -> None:
    large = np.full((3, 130, 70, 1), 90, np.uint8)
    few = Sheets()
    content = few.sheet(few.name("large", lambda: large), "2")
    assert content is not None
    height, width = thumbnail_shape(130, 70)
    assert (height, width) == (43, 23)  # every third pixel: 130 is more than twice 64
    np.testing.assert_array_equal(opened(content), np.full((43, 23, 3), 90))


@pytest.mark.parametrize(
    "numbers",
    ["", "400", "-1", "1,,2", "1;2", "x", "../etc", "1" * 9, ",".join(["1"] * (MOST_IMAGES + 1)), "1," * 9000 + "1"],
)
def test_what_is_no_list_of_images_is_not_found(numbers: str) -> None:
    path = serve_images("some", lambda: IMAGES)
    assert answered(path, f"n={numbers}")[0] == 404


def test_an_address_that_no_page_gave_is_not_found() -> None:
    assert answered("/sheets/0123456789abcdef0123456789abcdef", "n=1")[0] == 404


def test_images_that_are_gone_meanwhile_are_not_found() -> None:
    def gone() -> NDArray[np.uint8]:
        raise DataError("the data set is gone; get it again")

    assert answered(serve_images("gone", gone), "n=1")[0] == 404


def test_the_address_is_the_same_for_the_same_images_and_cannot_be_guessed() -> None:
    one = Sheets()
    assert one.name("a", lambda: IMAGES) == one.name("a", lambda: IMAGES) != one.name("b", lambda: IMAGES)
    assert Sheets().name("a", lambda: IMAGES) != one.name("a", lambda: IMAGES)


def test_the_oldest_names_are_forgotten() -> None:
    few = Sheets(most=2)
    tokens = [few.name(key, lambda: IMAGES) for key in "abc"]
    assert few.sheet(tokens[0], "1") is None
    assert few.sheet(tokens[2], "1") is not None


def test_the_route_is_below_the_servers_base_path() -> None:
    assert [route.path for route in sheet_routes()] == ["/sheets/{token:str}"]
