"""Plotly's own JavaScript, out of the Python package."""

import gzip
from pathlib import Path

import plotly
import pytest
from starlette.requests import Request
from starlette.responses import Response

from cnnviz.ui.components.live_chart import plotly_script
from cnnviz.ui.components.live_chart.plotly_script import plotly_address, plotly_routes

SCRIPT = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plotly_script, "_served", False)


def answered(encoding: str) -> Response:
    headers = [(b"accept-encoding", encoding.encode())]
    return plotly_script._answer(Request({"type": "http", "method": "GET", "path": "/", "headers": headers}))


def test_there_is_no_address_without_a_server_of_ours() -> None:
    assert plotly_address() is None


@pytest.mark.parametrize(("base", "path"), [("", "/plotly.min.js"), ("/lab/", "/lab/plotly.min.js")])
def test_the_address_is_the_routes(monkeypatch: pytest.MonkeyPatch, base: str, path: str) -> None:
    monkeypatch.setattr("cnnviz.ui.routes.st.get_option", lambda _: base)
    [route] = plotly_routes()
    assert route.path == path
    assert plotly_address() == f"{path}?v={plotly.__version__}"


def test_the_packages_file_is_sent_small_where_the_browser_takes_that() -> None:
    plain, packed = answered("identity"), answered("gzip, br")
    assert plain.headers["content-type"].startswith("text/javascript")
    assert "immutable" in plain.headers["cache-control"]
    assert bytes(plain.body) == SCRIPT.read_bytes()
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(bytes(packed.body)) == bytes(plain.body)
    assert len(packed.body) < len(plain.body) / 2
