"""The Classify page without a browser, for its tests: opened, given files, and what it shows."""

import io
from functools import partial
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnviz.ui import jobs
from tests.components import data_of
from tests.pages import looked

PAGE = "pages/use/classify.py"
FILES = "classify-files-0"
RNG = np.random.default_rng(0)

Uploads = list[tuple[str, bytes, str]]


@pytest.fixture(autouse=True)
def jobs_of_its_own() -> None:
    """Work that another test's home began is not waited for."""
    jobs._jobs.clear()


opened = partial(looked.opened, PAGE)


def components(at: AppTest, key: str) -> list[dict[str, Any]]:
    """What the browser is given for the components of a kind."""
    found = [one.proto for one in at.get("bidi_component")]
    return [data_of(one) for one in found if f"-{key}" in one.id]


def shown(at: AppTest, key: str) -> dict[str, Any]:
    [data] = components(at, key)
    return data


def query(at: AppTest, name: str) -> str | None:
    value = at.query_params.get(name)
    return value[0] if isinstance(value, list) else value


def said(at: AppTest) -> str:
    return " ".join(
        str(one.value) for kind in ("caption", "markdown", "warning", "error", "info") for one in at.get(kind)
    )


def unescaped(text: str) -> str:
    return text.replace("\\", "").replace("\u2060", "")


def picture(pixels: np.ndarray, kind: str = "PNG", **settings: Any) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels[:, :, 0] if pixels.shape[-1] == 1 else pixels).save(content, kind, **settings)
    return content.getvalue()


def photos(count: int, side: int = 24) -> Uploads:
    return [
        (f"photo {number}.png", picture(RNG.integers(0, 256, (side, side + 8, 3), np.uint8)), "image/png")
        for number in range(count)
    ]


def uploaded(at: AppTest, files: Uploads, key: str = FILES) -> AppTest:
    at.file_uploader(key=key).set_value(files).run()
    assert not at.exception
    for _ in range(40):  # the work goes on in the background
        if not any(one.key == "classify-stop" for one in at.button):
            break
        for job in list(jobs._jobs()._known.values()):
            job.wait(5)
        at.run()
    return at


def settled(at: AppTest) -> AppTest:
    """Wait until what is measured in the background is known, and shown."""
    for _ in range(40):
        known = [*jobs._jobs()._known.values()]
        for one in known:
            assert one.wait(60).ended
        at.run()
        if known == [*jobs._jobs()._known.values()]:  # the page asked for nothing new
            return at
    raise AssertionError("the work does not end")
