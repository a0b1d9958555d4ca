"""Every page: server time, bytes of its elements, first content and DOM nodes in a real browser, the server's memory.

    python benchmarks/pages.py [--rounds N] [--quick] [--json]

Server time is that of app.py run as Streamlit's AppTest does: the script in a thread of a process of its own, first in
a process that has imported nothing, then again and again with TensorFlow imported, and for pages with something to
choose with another choice each time. What a visitor waits for is timed in Chromium on a server that was just started,
whose first visitor this is, and the server's memory is read afterwards; without Chromium these columns stay empty. The
home holds one finished run.
"""

import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.measure import ROOT, Process, Result, repeated, run, spread, temporary_home
from benchmarks.training import make_spec
from cnnviz.ui.pages import HOME, KERNELS, PAGES, TRAIN
from tests.conftest import BROWSERS, LAUNCH_ARGUMENTS
from tests.dashboard import READY, Dashboard, processes_of

APP = ROOT / "app.py"
ALLOWED_MS = 150
_TIMEOUT_S = 120

# What is chosen anew at each run, as text to format with the run's number.
CHOICES = {
    "kernels": {"filter": "{}"},
    "feature_maps": {"image": "test-{}"},
    "convolution": {"image": "test-{}"},
    "attribution": {"image": "test-{}"},
}
# The widget whose picture is the page's first content; of other pages it is all that the script writes.
FIRST = {"kernels": "kernels-wall", "feature_maps": "maps-network-0"}

COLUMNS = (
    "page",
    "server, first (ms)",
    "again (ms)",
    "another choice (ms)",
    "again, CPU (ms)",
    "sent (kB)",
    "first content (ms)",
    "all of it (ms)",
    "DOM nodes",
    "memory (MB)",
)

WATCH = """(key) => {
  const pictured = (root) => [...root.querySelectorAll("*")].some((node) =>
    (["canvas", "img"].includes(node.localName) && node.getBoundingClientRect().width > 0) ||
    (node.shadowRoot && pictured(node.shadowRoot)));
  const there = () => (key ? [...document.querySelectorAll(".st-key-" + key)].some(pictured)
    : document.querySelector("READY"));
  window.firstContent = new Promise((resolve) => {
    const look = () => (there() ? resolve(performance.now()) : requestAnimationFrame(look));
    look();
  });
}""".replace("READY", READY)
WHOLE = """() => document.querySelector("READY") && !document.body.innerText.includes("TensorFlow is")""".replace(
    "READY", READY
)
NODES = """() => {
  const count = (root) => [...root.querySelectorAll("*")].reduce(
    (sum, node) => sum + 1 + (node.shadowRoot ? count(node.shadowRoot) : 0), 0);
  return count(document);
}"""


def pages(quick: bool) -> list[str]:
    """The pages' files, in the order of the sidebar; of a quick run one of each kind."""
    return [page.path for page in ((HOME, TRAIN, KERNELS) if quick else PAGES)]


def address(page: str) -> str:
    """Where the dashboard has a page."""
    name = Path(page).stem
    return "/" if name == "home" else f"/{name}"


def run_page(page: str, again: str) -> None:
    """In a process of its own: run a page, import TensorFlow, run it again and again, then with other choices."""
    from streamlit.testing.v1 import AppTest, local_script_runner

    from cnnviz.ui.components.live_chart.plotly_script import plotly_routes

    plotly_routes()  # as on a server; without it, charts are drawn as `st.plotly_chart` does
    sent: list[int] = []
    parse = local_script_runner.parse_tree_from_messages

    def counted(messages):
        sent.append(sum(message.ByteSize() for message in messages))
        return parse(messages)

    local_script_runner.parse_tree_from_messages = counted
    app = AppTest.from_file(str(APP), default_timeout=_TIMEOUT_S)
    app.switch_page(page)

    def timed() -> tuple[float, float]:
        began, cpu_began = time.perf_counter(), time.process_time()
        app.run()
        if app.exception:
            raise SystemExit(f"{page} raised: {app.exception[0].message}")
        return time.perf_counter() - began, time.process_time() - cpu_began

    first = timed()
    import_tensorflow()
    timed()  # what is computed once, such as the model
    same = [timed() for _ in range(int(again))]
    kilobytes = sent[-1]
    chosen = []
    for number in range(int(again) if Path(page).stem in CHOICES else 0):
        query = CHOICES[Path(page).stem]
        app.query_params.update({name: text.format(number + 1) for name, text in query.items()})
        chosen.append(timed())
    found = {"first": first[0], "bytes": kilobytes}
    for name, times in (("again", same), ("chosen", chosen)):
        found |= {name: median_of(times, 0), f"{name}_cpu": median_of(times, 1)} if times else {}
    print(json.dumps(found), flush=True)
    os._exit(0)  # what a page computes in the background is not waited for


def median_of(times: list[tuple[float, float]], part: int) -> float:
    return statistics.median(one[part] for one in times)


def import_tensorflow() -> None:
    """As the server does in the background."""
    import gc
    from importlib import import_module

    from cnnviz.ui.network.models import NEEDED
    from cnnviz.ui.sparing import spare_modules

    for name in NEEDED:
        import_module(name)
    gc.collect()
    spare_modules()


@contextmanager
def first_visitor(browser: Browser, home: Path) -> Iterator[tuple[str, Page]]:
    """Start a server; gives its address and a tab with nothing in its cache."""
    with tempfile.TemporaryDirectory(prefix="cnnviz-benchmark-") as folder:
        dashboard = Dashboard(home, Path(folder) / "log")
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        context.set_default_timeout(_TIMEOUT_S * 1000)
        try:
            dashboard.start()
            yield dashboard.address, context.new_page()
        finally:
            context.close()
            dashboard.end()


def visit(browser: Browser, page: str, home: Path) -> dict[str, float]:
    """Open a page on a server that was just started; returns milliseconds, nodes and the server's bytes."""
    with first_visitor(browser, home) as (server, tab):
        tab.add_init_script(f"({WATCH})({json.dumps(FIRST.get(Path(page).stem, ''))})")
        tab.goto(server + address(page), wait_until="commit")
        first = float(tab.evaluate("() => window.firstContent"))
        tab.wait_for_function(WHOLE, polling=100)
        whole = float(tab.evaluate("() => performance.now()"))
        tab.wait_for_timeout(500)  # what is drawn after the script has run
        return {"content": first, "whole": whole, "nodes": float(tab.evaluate(NODES)), "memory": memory(home)}


def visit_all(browser: Browser, home: Path, pages: list[str]) -> float:
    """Open pages one after the other, on a server that was just started; returns the bytes of the server."""
    with first_visitor(browser, home) as (server, tab):
        for page in pages:
            tab.goto(server + address(page), wait_until="commit")
            tab.wait_for_selector(READY, state="attached")
            tab.wait_for_function(WHOLE, polling=100)
            tab.wait_for_timeout(500)
        return memory(home)


def memory(home: Path) -> float:
    """The server's resident memory in bytes; a worker that waits for a run is another process."""
    (server,) = processes_of(home, "streamlit")
    return float(server.memory_info().rss)


def train_one(home: Path, quick: bool) -> None:
    """Leave one finished run in the home."""
    spec = home / "spec.json"
    spec.write_text(make_spec("cifar10-sample", 1, quick).to_json())
    run("-m", "cnnviz", "train", "--spec", str(spec), "--json", "--home", str(home), home=home)


def measure(rounds: int, quick: bool) -> Result:
    served: dict[str, list[Process]] = {}
    visited: dict[str, list[dict[str, float]]] = {}
    toured: list[float] = []
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    with temporary_home() as home, sync_playwright() as playwright:
        train_one(home, quick)
        for number in range(rounds):
            for page in pages(quick):
                served.setdefault(page, []).append(run(__file__, "--child", page, "3" if quick else "20", home=home))
                print(f"round {number + 1} of {rounds}: {page}", file=sys.stderr)
            if chromium:
                browser = playwright.chromium.launch(executable_path=chromium, args=LAUNCH_ARGUMENTS)
                for page in pages(quick):
                    visited.setdefault(page, []).append(visit(browser, page, home))
                    print(f"round {number + 1} of {rounds}: {page} in the browser", file=sys.stderr)
                toured.append(visit_all(browser, home, pages(quick)))
                browser.close()
    return result(served, visited, toured, rounds)


def result(
    served: dict[str, list[Process]], visited: dict[str, list[dict[str, float]]], toured: list[float], rounds: int
) -> Result:
    def milliseconds(page: str, name: str) -> str:
        values = [one.values[name] * 1e3 for one in served[page] if name in one.values]
        return spread(values, 0) if values else ""

    def seen(page: str, name: str) -> str:
        return spread([one[name] for one in visited[page]], 0) if page in visited else ""

    rows = [
        (
            page.removeprefix("pages/"),
            *(milliseconds(page, name) for name in ("first", "again", "chosen")),
            milliseconds(page, "again_cpu").partition(" ")[0],
            f"{served[page][-1].values['bytes'] / 1e3:,.0f}",
            *(seen(page, name) for name in ("content", "whole")),
            seen(page, "nodes").partition(" ")[0],
            spread([one["memory"] / 1e6 for one in visited[page]], 0) if page in visited else "",
        )
        for page in served
    ]
    slowest, slowest_s = max(
        (
            (f"{page}{what}", statistics.median(one.values[name] for one in processes if name in one.values))
            for page, processes in served.items()
            for name, what in (("again", ""), ("chosen", " with another choice"))
            if name in processes[0].values
        ),
        key=lambda found: found[1],
    )
    return Result(
        title=f"Pages: server time, bytes, first content and DOM nodes, {rounds} rounds",
        columns=COLUMNS,
        rows=rows,
        ratios={f"the slowest, {slowest}, against {ALLOWED_MS} ms": f"{slowest_s * 1e3 / ALLOWED_MS:.2f}x"},
        notes=[
            "Median (smallest–largest) of processes; again and another choice are each process's median of 20 runs, "
            "with TensorFlow imported. Another choice is another filter on Kernels, and elsewhere another image.",
            "First includes importing what the page needs, but not Streamlit itself, nor TensorFlow, which comes in "
            "the background.",
            "AppTest works out the elements after each run, so a real server is a little faster. Sent is without the "
            "pictures, which a browser fetches by address.",
            "First content and all of it: from opening the address to what stands there, for the first visitor of a "
            "server just started; all of it includes importing TensorFlow where the page needs it. On Kernels the "
            "first content is the kernels, on Feature maps the image and the layers' places, else what the script "
            "writes. Nodes include those inside components.",
            "Memory: resident, of that server afterwards."
            + (f" With every page opened in turn, {spread([one / 1e6 for one in toured], 0)} MB." if toured else ""),
        ],
    )


if __name__ == "__main__":
    repeated(__doc__, measure, rounds=3, child=run_page)
