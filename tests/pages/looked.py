"""What the tests of the pages that look inside share: a page opened with a link, and what it says."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from cnnviz.runs import Run
from cnnviz.ui.loaders import class_names
from cnnviz.ui.network import test_split
from tests.components import data_of
from tests.dashboard import ROOT

WAY_BACK = "Look at the newest run"


def opened(page: str, **query: str) -> AppTest:
    """Open a page of the dashboard as a link does; nothing of it may raise."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.switch_page(page)
    at.query_params.update(query)
    at.run()
    assert not at.exception
    return at


def words(at: AppTest) -> str:
    """What Streamlit itself writes."""
    return "\n".join(str(element.value) for element in (*at.markdown, *at.caption))


def figures(at: AppTest) -> list[dict[str, Any]]:
    """What the figures are given, in their order on the page."""
    return [data_of(one) for one in at.get("bidi_component")]


def captions(at: AppTest) -> str:
    """What the figures are given as one text: their words, and much besides."""
    return "\n".join(json.dumps(data, ensure_ascii=False) for data in figures(at))


def image_name(run: Run, number: int) -> str:
    """What a test image is called in a file's name."""
    return f"{class_names(run)[test_split(run).labels[number]]}-test-image-{number}"


def refused(at: AppTest) -> str:
    """The one sentence of a page that could not be drawn, which offers a way back."""
    assert [link.proto.label for link in at.main.get("page_link")] == [WAY_BACK]
    [error] = at.error
    return str(error.value)


def asked(at: AppTest, name: str) -> str:
    """What stands in the URL."""
    value = at.query_params[name]
    return value if isinstance(value, str) else value[-1]
