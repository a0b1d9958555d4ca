"""What has to start before there is something to see: a training's parts, the home page, and the server's memory.

    python benchmarks/starting.py [--rounds N] [--quick] [--json]

A training: `cnnviz train` in a process of its own, from its start to its first steps; the same from the click on a page
is in `first_point.py`. The home page: from the request to the first content, on a server that has just started, in
Chromium and by the websocket that the browser uses. Memory: the server's resident memory with nothing open, with the
home page, and after a visit to every look page and Classify with each of the two largest runs that come with cnnviz.
Needs Chromium.
"""

import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil
from playwright.sync_api import Browser, sync_playwright

from benchmarks.measure import Result, repeated, run, spread, temporary_home
from benchmarks.pages import WHOLE, first_visitor, train_one
from tests.conftest import BROWSERS, LAUNCH_ARGUMENTS
from tests.dashboard import READY, Dashboard

LOOKED_AT = ("kernels", "feature_maps", "convolution", "attribution", "classify")
ALLOWED_S = 1.0
# The megabytes that the server may take with a run on all look pages and Classify: with the largest preset that comes
# along, and with the network of 224x224 pixels and 1,000 classes.
ALLOWED_MB = {"bundled-strong": 900, "efficientnet-lite0": 900}
_TIMEOUT_S = 120

# The first words or picture of the page itself, at the first frame that has them.
FIRST_SEEN = """() => {
  const there = () => [...document.querySelectorAll("[data-testid='stMain'] [data-testid='stElementContainer']")].some(
    (one) => one.getBoundingClientRect().height > 0 && (one.innerText.trim() || one.querySelector("img, canvas, svg")));
  window.firstSeen = new Promise((resolve) => {
    const look = () => (there() ? resolve(performance.now()) : requestAnimationFrame(look));
    look();
  });
}"""
COMPUTED = """() => !document.body.innerText.includes("is computed")"""  # heatmaps of several seconds
_SETTLED_S = 1.0


def child(spec_json: str, home: str, began: str) -> None:
    """In a process of its own: train until the first point and print the seconds of every part."""
    marks = [("Python starts", time.time())]
    import cnnviz.training.execute as execute
    from cnnviz.spec import RunSpec
    from cnnviz.training.fit import Fit
    from cnnviz.training.step import TrainingStep

    marks.append(("imports, TensorFlow's above all", time.time()))
    spec = RunSpec.from_json(spec_json)

    def after(owner: Any, name: str, text: str) -> None:
        original = getattr(owner, name)

        def marked(*values: Any, **named: Any) -> Any:
            found = original(*values, **named)
            if all(known != text for known, _ in marks):
                marks.append((text, time.time()))
            return found

        setattr(owner, name, marked)

    after(execute, "load_for", "data set read and divided")
    after(Fit, "__init__", "network and optimiser built")
    after(TrainingStep, "__call__", "first steps, compiled")

    def on_event(event: Any) -> None:
        if event["kind"] == "batch":
            raise KeyboardInterrupt

    try:
        execute.train(spec, home, on_event)
    except KeyboardInterrupt:
        marks.append(("first snapshot and first point written", time.time()))
    times = [float(began), *(when for _, when in marks)]
    print(json.dumps({text: times[number + 1] - times[number] for number, (text, _) in enumerate(marks)}))


def first_in_chromium(browser: Browser, home: Path) -> tuple[float, float]:
    """Return the seconds from the request to the home page's first words, and until all of it has come."""
    with first_visitor(browser, home) as (server, tab):
        tab.add_init_script(f"({FIRST_SEEN})()")
        tab.goto(server, wait_until="commit")
        first = float(tab.evaluate("() => window.firstSeen"))
        tab.wait_for_selector(READY, state="attached")
        return first / 1e3, float(tab.evaluate("() => performance.now()")) / 1e3


def first_by_websocket(home: Path) -> float:
    """Return the seconds from the request to the home page's first element, asked as the browser's script asks."""
    with tempfile.TemporaryDirectory(prefix="cnnviz-benchmark-") as folder:
        dashboard = Dashboard(home, Path(folder) / "log")
        try:
            dashboard.start()
            return _first_element(dashboard.address.replace("http", "ws") + "/_stcore/stream")
        finally:
            dashboard.end()


def _first_element(address: str) -> float:
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from websockets.sync.client import connect

    began = time.perf_counter()
    with connect(address, subprotocols=["streamlit"], max_size=None) as socket:
        ask = BackMsg()
        ask.rerun_script.query_string = ""
        socket.send(ask.SerializeToString())
        while time.perf_counter() - began < _TIMEOUT_S:
            told = ForwardMsg.FromString(socket.recv(timeout=_TIMEOUT_S))
            main = told.metadata.delta_path[:1] == [0]  # the page itself, not its sidebar
            if told.WhichOneof("type") == "delta" and main and told.delta.WhichOneof("type") == "new_element":
                return time.perf_counter() - began
    raise SystemExit("the server showed nothing by the websocket")


def memory_of(browser: Browser, home: Path, run_id: str) -> dict[str, float]:
    """Return the server's resident megabytes with nothing open, with the home page, and after a run's look pages."""
    with tempfile.TemporaryDirectory(prefix="cnnviz-benchmark-") as folder:
        dashboard = Dashboard(home, Path(folder) / "log")
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        context.set_default_timeout(_TIMEOUT_S * 1000)
        try:
            dashboard.start()
            found = {"server started, nothing open": resident(dashboard)}
            tab = context.new_page()
            for page in ("", *LOOKED_AT):
                query = f"?run={run_id}&image=example-cat" if page else ""
                tab.goto(f"{dashboard.address}/{page}{query}", wait_until="commit")
                tab.wait_for_function(WHOLE, polling=100)
                tab.wait_for_function(COMPUTED, polling=100)
                tab.wait_for_timeout(_SETTLED_S * 1000)
                name = f"after {page.replace('_', ' ').capitalize()}" if page else "home page open"
                found[name] = resident(dashboard)
            return found
        finally:
            context.close()
            dashboard.end()


def resident(dashboard: Dashboard) -> float:
    """Megabytes of the server, the worker that waits left out: it ends with the run that it trains."""
    port = dashboard.address.rpartition(":")[2]
    (server,) = (one for one in psutil.Process().children() if port in one.cmdline())
    return server.memory_info().rss / 1e6


def measure(rounds: int, quick: bool) -> Result:
    from cnnviz.spec import preset

    spec = preset("two-conv").changed(data=preset("two-conv").data.changed(name="cifar10-sample")).to_json()
    parts: list[dict[str, float]] = []
    chromium: list[tuple[float, float]] = []
    socket: list[float] = []
    memory: dict[str, list[dict[str, float]]] = {run_id: [] for run_id in [*ALLOWED_MB][: 1 if quick else None]}
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    with temporary_home() as home, sync_playwright() as playwright:
        train_one(home, quick)
        browser = playwright.chromium.launch(executable_path=path, args=LAUNCH_ARGUMENTS)
        for number in range(rounds):
            with temporary_home() as empty:
                process = run(__file__, "--child", spec, str(empty), str(time.time()), home=empty)
            parts.append(process.values)
            chromium.append(first_in_chromium(browser, home))
            socket.append(first_by_websocket(home))
            for run_id, found in memory.items():
                found.append(memory_of(browser, home, run_id))
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
        browser.close()
    return result(parts, chromium, socket, memory, rounds)


def result(
    parts: list[dict[str, float]],
    chromium: list[tuple[float, float]],
    socket: list[float],
    memory: dict[str, list[dict[str, float]]],
    rounds: int,
) -> Result:
    rows = [(f"cnnviz train: {name}", spread([one[name] for one in parts], 2), "") for name in parts[0]]
    rows.append(("cnnviz train: all of it", spread([sum(one.values()) for one in parts], 2), ""))
    first, ready = ([one[number] for one in chromium] for number in range(2))
    rows.append(("home page: first content in Chromium", spread(first, 2), ""))
    rows.append(("home page: its script has run", spread(ready, 2), ""))
    rows.append(("home page: first element by the websocket", spread(socket, 2), ""))
    for run_id, found in memory.items():
        rows += [(f"server, {run_id}: {name}", "", spread([one[name] for one in found], 0)) for name in found[0]]
    return Result(
        title=f"Starting: a training, the home page, the server's memory, {rounds} rounds",
        columns=("", "seconds", "resident (MB)"),
        rows=rows,
        ratios={
            "home page's first content in Chromium, of the 1 s that is allowed": (
                f"{statistics.median(first) / ALLOWED_S:.2f}x"
            ),
            "home page's first element by the websocket, of the 1 s that is allowed": (
                f"{statistics.median(socket) / ALLOWED_S:.2f}x"
            ),
            **{
                f"server's memory with {run_id} on all look pages and Classify, of the {most} MB that are allowed": (
                    f"{statistics.median(max(one.values()) for one in memory[run_id]) / most:.2f}x"
                )
                for run_id, most in ALLOWED_MB.items()
                if run_id in memory
            },
        },
        notes=[
            "Median (smallest–largest) of fresh processes and fresh servers.",
            "A training: two-conv on cifar10-sample with everything cold; each line begins where the one before ends.",
            "The first content in Chromium is the first frame with words or a picture of the page itself; loading "
            "Streamlit's scripts is in it, nothing is in the browser's cache.",
            "Resident memory is the server's alone, TensorFlow's import included, with one of the two largest runs "
            "that come with cnnviz and a home without the full CIFAR-10, whose 60,000 images are 184 MB where it is "
            "opened. A worker that waits takes its own; CNNVIZ_KEEP_WARM=0 spares it.",
        ],
    )


if __name__ == "__main__":
    repeated(__doc__, measure, rounds=3, child=child)
