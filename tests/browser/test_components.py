"""The components in a real browser: nodes stay, zoom and hover survive new data, both themes, a phone."""

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

import cnnviz.ui
from cnnviz.figures.theme import Mode, palette
from cnnviz.figures.tiles import kernel_pictures
from cnnviz.ui.components.scripts import bundled
from tests.dashboard import START_TIMEOUT_S, free_port

PAGE = """
from types import SimpleNamespace
import numpy as np
import streamlit as st
from cnnviz.figures import loss_and_accuracy
from cnnviz.figures.tiles import kernel_pictures
from cnnviz.ui.components import live_chart, watched
from cnnviz.ui.live_view import LiveKernels

@st.fragment(run_every=1.0)
def live():
    st.session_state.tick = tick = st.session_state.get("tick", 0) + 1
    position = np.arange(1, 40 + tick) / 100
    batches = {"position": list(position), "loss": list(2 - position / 4), "accuracy": list(position / 20)}
    history = SimpleNamespace(epochs={"loss": [1.9], "accuracy": [0.3]}, batches=batches)
    loss, accuracy = loss_and_accuracy(history, 10, "light", classes=10)
    live_chart(loss, key="loss", alt="the loss")
    live_chart(accuracy, key="accuracy", alt="the accuracy")
    weights = np.linspace(-1, 1, 3 * 3 * 3 * 8).reshape(3, 3, 3, 8) * (1 if tick % 2 else -1)
    LiveKernels(kernel_pictures(weights), "Each tile is one 3×3 kernel.").draw(key="kernels")
    images = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), dtype=np.uint8)
    chances = np.full((8, 2), 0.5) + np.array([1, -1]) * (0.25 if tick % 2 else -0.25)
    watched(images, np.zeros(8, dtype=int), chances, ["<b class=injected>cat</b>", "dog"], key="watched")
    st.write(f"tick {tick}")

if st.toggle("show", value=True):
    live()
"""
# As in app.py: imported once as the server, then run as the page.
SERVER = f"""
import streamlit as st
if __name__ == "app":
    from cnnviz.ui.components.live_chart.plotly_script import plotly_routes
    from cnnviz.ui.components.scripts import script_routes
    app = st.App(__file__, routes=[*plotly_routes(), *script_routes()])
else:
    exec({PAGE!r}, globals())
"""

Open = Callable[..., "Opened"]
UI = Path(cnnviz.ui.__file__).parent
ENTRIES = sorted(path for path in UI.rglob("*.js") if "\nexport default " in path.read_text(encoding="utf-8"))

CHART = "document.querySelector('.cnnviz-live-chart')"
POINTS = f"{CHART}.calcdata[1].length"
BOTH_DRAWN = "document.querySelectorAll('.cnnviz-live-chart .main-svg:first-child').length === 2"


def _answers(address: str) -> bool:
    try:
        with closing(urllib.request.urlopen(f"{address}/_stcore/health", timeout=5)):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


@contextmanager
def _serving(folder: Path, script: str) -> Iterator[str]:
    """A real server on a script of its own; yields its address."""
    (folder / "app.py").write_text(script, encoding="utf-8")
    port = free_port()
    options = {
        "server.port": str(port),
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *flags]
    with (folder / "server.log").open("w") as log:
        environment = {**os.environ, "CNNVIZ_HOME": str(folder)}
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + START_TIMEOUT_S
        while not _answers(address):
            assert server.poll() is None, (folder / "server.log").read_text()
            assert time.monotonic() < deadline, "the server did not answer"
            time.sleep(0.05)
        yield address
    finally:
        server.terminate()
        server.wait(15)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with _serving(tmp_path_factory.mktemp("served"), SERVER) as served:
        yield served


class Opened:
    """A tab on the script, with what it asked for and complained about."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", lambda told: self.complaints.append(told.text) if told.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(address)
        self.page.wait_for_selector(".tile")

    def wait_for_charts(self) -> None:
        self.page.wait_for_function(BOTH_DRAWN)

    def wait_for_points(self, more: int = 2) -> None:
        """Until the loss chart has grown by that many points."""
        now = self.page.evaluate(POINTS)
        self.page.wait_for_function(f"{POINTS} >= {now + more}")

    def bundles(self) -> list[str]:
        return [url for url in self.requests if "plotly.min.js" in url]

    def fetched(self) -> list[str]:
        """The scripts of components."""
        return [url for url in self.requests if "/scripts/" in url]

    def area(self) -> tuple[float, float]:
        """The upper left corner of the loss chart's plot."""
        box = self.page.locator(".cnnviz-live-chart .nsewdrag").first.bounding_box()
        assert box is not None
        return box["x"], box["y"]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens the script; in the end no tab may have had an error in its console or asked another host."""
    contexts: list[BrowserContext] = []
    tabs: list[Opened] = []

    def open_at(address: str, width: int = 1280, height: int = 900, scheme: Mode = "light") -> Opened:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme))
        tabs.append(Opened(contexts[-1], address))
        return tabs[-1]

    yield open_at
    for context in contexts:
        context.close()
    for tab in tabs:
        assert not tab.complaints
        assert not [url for url in tab.requests if not re.match(r"(https?://127\.0\.0\.1:|data:|blob:)", url)]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda path: path.stem)
def test_a_component_is_one_module(page: Page, entry: Path) -> None:
    load = """text => import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })))
        .then(({ default: component }) => typeof component)"""
    assert page.evaluate(load, bundled(entry)) == "function"


def test_chart_keeps_node_zoom_and_hover_while_it_grows(address: str, open_page: Open) -> None:
    tab = open_page(address)
    page = tab.page
    tab.wait_for_charts()
    page.evaluate(f"window.kept = {CHART}.querySelector('.main-svg')")
    left, top = tab.area()
    page.mouse.move(left + 5, top + 10)
    page.mouse.down()
    page.mouse.move(left + 150, top + 100, steps=5)
    page.mouse.up()
    page.wait_for_function(f"{CHART}.layout.xaxis.range[1] < 5")
    zoomed = page.evaluate(f"[{CHART}.layout.xaxis.range, {CHART}.layout.yaxis.range]")
    page.mouse.move(left + 60, top + 20)
    page.wait_for_selector(".cnnviz-live-chart .hovertext")
    tab.wait_for_points(3)
    assert page.evaluate(f"window.kept === {CHART}.querySelector('.main-svg')")
    assert page.evaluate(f"[{CHART}.layout.xaxis.range, {CHART}.layout.yaxis.range]") == zoomed
    label = page.locator(".cnnviz-live-chart .hovertext").first.text_content()
    assert label
    assert re.fullmatch(r"epoch \d+\.\d · loss \d\.\d{3}", label)


def test_a_tick_during_a_drag_does_not_end_it(address: str, open_page: Open) -> None:
    tab = open_page(address)
    page = tab.page
    tab.wait_for_charts()
    left, top = tab.area()
    page.mouse.move(left + 60, top + 20)
    page.mouse.down()
    page.mouse.move(left + 200, top + 30, steps=5)
    now = int(page.get_by_text(re.compile(r"^tick \d+$")).inner_text().split()[1])
    page.get_by_text(f"tick {now + 3}", exact=True).wait_for()
    page.mouse.move(left + 300, top + 30, steps=5)
    page.mouse.up()
    page.wait_for_function(f"{CHART}.layout.xaxis.range[0] > 0.5")
    tab.wait_for_points()


def test_plotly_is_loaded_once_as_javascript(address: str, open_page: Open) -> None:
    tab = open_page(address)
    tab.wait_for_charts()
    (bundle,) = tab.bundles()
    reply = tab.page.request.get(bundle)
    assert reply.status == 200
    assert "javascript" in reply.headers["content-type"]


def test_a_script_is_fetched_once_and_no_message_holds_it(address: str, open_page: Open) -> None:
    tab = open_page(address)
    messages: list[str | bytes] = []
    tab.page.on("websocket", lambda socket: socket.on("framereceived", lambda one: messages.append(one)))
    tab.page.reload()
    tab.requests.clear()
    tab.wait_for_charts()
    tab.wait_for_points()
    assert messages
    assert not [one for one in messages if b"Plotly.react" in (one.encode() if isinstance(one, str) else one)]
    names = sorted(url.rpartition("/")[2].partition("?")[0] for url in tab.fetched())
    assert names == ["live_chart.js", "tiles.js", "watched.js"]


def test_chart_follows_the_browsers_theme(address: str, open_page: Open) -> None:
    tab = open_page(address, scheme="dark")  # the script makes its figures for the light one
    tab.wait_for_charts()
    color = f"{CHART}?.data?.[1]?.line.color"  # a new theme may mount the chart anew: no data yet
    assert tab.page.evaluate(color) == palette("dark").train
    tab.page.emulate_media(color_scheme="light")
    tab.page.wait_for_function(f"{color} === '{palette('light').train}'")


def test_charts_say_what_they_show_and_have_their_height(address: str, open_page: Open) -> None:
    tab = open_page(address)
    chart = tab.page.get_by_role("figure", name="the loss", exact=True)
    chart.wait_for()
    box = chart.bounding_box()
    assert box is not None
    assert box["height"] == 260


def test_charts_resize_with_the_window(address: str, open_page: Open) -> None:
    tab = open_page(address)
    tab.wait_for_charts()
    tab.page.set_viewport_size({"width": 390, "height": 844})
    tab.page.wait_for_function(
        "[...document.querySelectorAll('.cnnviz-live-chart')].every(n => n.clientWidth < 390 &&"
        " n.querySelector('.main-svg').getBoundingClientRect().width === n.clientWidth)"
    )
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_charts_come_and_go(address: str, open_page: Open) -> None:
    tab = open_page(address)
    tab.wait_for_charts()
    tab.page.get_by_text("show").click()
    tab.page.wait_for_function(f"!{CHART}")
    tab.page.get_by_text("show").click()
    tab.wait_for_charts()
    tab.wait_for_points()
    assert len(tab.bundles()) == 1


def test_watched_changes_in_place_and_shows_names_as_text(address: str, open_page: Open) -> None:
    page = open_page(address).page
    tile = page.locator(".tile").first.element_handle()
    for state, name in (("right", "<b class=injected>cat</b>"), ("wrong", "dog")):
        # State and words in one reading, so that the next tick cannot come between.
        told = f"""tile => tile.className === 'tile {state}' &&
            ['.guess', '.percent'].map(one => tile.querySelector(one).textContent)"""
        assert page.wait_for_function(told, arg=tile).json_value() == [name, "75 %"]
        assert tile.evaluate("tile => tile.isConnected")
    assert page.locator(".injected").count() == 0


def test_frame_colour_and_mark_of_a_watched_image_change_at_once(address: str, open_page: Open) -> None:
    tile = open_page(address).page.locator(".tile").first
    moving = """tile => [tile, ...tile.querySelectorAll('*')].map(one => getComputedStyle(one))
        .filter(one => one.transitionDuration !== '0s').map(one => one.transitionProperty)"""
    assert tile.evaluate(moving) == ["transform"]  # the width of the bar


@pytest.mark.parametrize("width", [1280, 390])
def test_images_are_enlarged_by_whole_numbers_and_fit(address: str, open_page: Open, width: int) -> None:
    page = open_page(address, width=width).page
    sizes = page.locator(".tile .image").evaluate_all("all => all.map(one => one.offsetWidth)")
    assert len(sizes) == 8
    assert all(size % 32 == 0 and size >= 64 for size in sizes)
    columns = page.locator(".tile").evaluate_all("all => new Set(all.map(one => one.offsetLeft)).size")
    assert 8 % columns == 0
    edges = page.locator(".tile, canvas").evaluate_all("all => all.map(n => n.getBoundingClientRect().right)")
    assert max(edges) <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_kernels_are_sharp_and_arrive_at_the_exact_colours(address: str, open_page: Open) -> None:
    page = open_page(address).page
    weights = np.linspace(-1, 1, 3 * 3 * 3 * 8).reshape(3, 3, 3, 8)
    canvas = page.locator("canvas").element_handle()
    read = "[...canvas.getContext('2d').getImageData(4, 4, 1, 1).data].slice(0, 3).join()"
    for sign in (1, -1):  # every other tick turns them round; in between the colours fade
        corner = kernel_pictures(sign * weights).pixels[0, 0, 0]
        wanted = ",".join(str(value) for value in corner)
        page.wait_for_function(f"canvas => {read} === '{wanted}'", arg=canvas, polling="raf")
    # The first weight's whole square has one colour: nothing is smoothed.
    square = "canvas => [...canvas.getContext('2d').getImageData(4, 4, 10, 10).data]"
    pixels = np.array(canvas.evaluate(square)).reshape(-1, 4)
    assert (pixels == pixels[0]).all()
    assert canvas.evaluate("canvas => canvas.isConnected")
    label = canvas.get_attribute("aria-label")
    assert label
    assert label.startswith("Each tile is one 3×3 kernel")


def test_without_a_route_to_plotly_streamlit_draws_the_chart(tmp_path: Path, open_page: Open) -> None:
    with _serving(tmp_path, PAGE) as address:
        tab = open_page(address)
        tab.page.wait_for_selector("[data-testid='stPlotlyChart'] .main-svg")
        assert tab.page.locator(".cnnviz-live-chart").count() == 0
        assert not tab.fetched()  # the messages hold what the tiles are made of
        tab.page.goto("about:blank")
