"""The gallery of mistakes over 10,000 test images: filtering and sorting on the server, the first screen in a browser.

    python benchmarks/mistakes.py [--rounds N] [--quick] [--json]

A run with predictions at 15 snapshots is made by hand; its images are CIFAR-10's where the home has it, else noise,
which is larger to send. Needs Chromium and the development requirements.
"""

import json
import shutil
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, sync_playwright

from benchmarks.measure import Result, repeated, run, spread, temporary_home
from tests.conftest import LAUNCH_ARGUMENTS
from tests.dashboard import ROOT, Dashboard

IMAGES, QUICK_IMAGES, SNAPSHOTS, CLASSES = 10_000, 500, 15, 10
APP, PAGE = ROOT / "app.py", "pages/judge/mistakes.py"
ALLOWED_MS, ALLOWED_S = 100, 1.0

# Timed in the browser itself: the grid marks the moment when everything in sight is drawn.
DRAWN = """() => new Promise((resolve) => {
  const look = (list) => {
    const mark = list.getEntriesByName("cnnviz-image-grid-drawn").at(-1);
    if (mark) resolve(mark.startTime - (window.clicked ?? 0));
  };
  new PerformanceObserver(look).observe({ type: "mark", buffered: true });
})"""
CLICKED = "() => document.addEventListener('click', () => (window.clicked = performance.now()), { capture: true })"


def make_home(home: Path, count: int) -> None:
    """Put a completed run and, where there is none, its data set into a home."""
    import numpy as np

    from cnnviz.data import list_datasets
    from cnnviz.runs import EventLog, RunStore, Status
    from cnnviz.spec import preset

    rng = np.random.default_rng(0)
    real = count == IMAGES and any(info.name == "cifar10" and info.available for info in list_datasets(home))
    labels = rng.integers(0, CLASSES, count)
    if not real:
        images = rng.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
        (home / "datasets").mkdir(exist_ok=True)
        few = slice(0, 100)
        arrays = {"x_train": images[few], "y_train": np.arange(100) % 10, "x_test": images, "y_test": labels}
        np.savez(home / "datasets" / "noise.npz", **arrays)
    spec = preset("two-conv").for_data("cifar10" if real else "noise", (32, 32, 3), CLASSES)
    made = RunStore(home).create(spec, Status("completed", epoch=10, epochs=10))
    (made.folder / "predictions").mkdir()
    (made.folder / "snapshots").mkdir()
    log = EventLog(made.folder / "events.jsonl")
    for number in range(SNAPSHOTS):
        logits = rng.normal(size=(count, CLASSES))
        logits[np.arange(count), labels] += number / 5
        powers = np.exp(logits)
        chances = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
        found = {"predicted": chances.argmax(1).astype(np.uint16), "confidence": chances.max(1)}
        np.savez(made.folder / "predictions" / f"{number:04d}.npz", **found)
        np.savez(made.folder / "snapshots" / f"{number:04d}.npz", kernel=np.zeros(1))
        log.append("snapshot", number=number, position=number * 10 / (SNAPSHOTS - 1), step=number * 704)
    log.close()
    final = {**found, "probabilities": chances, "labels": labels.astype(np.uint16)}
    np.savez(made.folder / "predictions" / "final.npz", **final)


def choices() -> dict[str, dict[str, str]]:
    """What is chosen in the filter bar, one after the other."""
    from cnnviz.ui.judge.mistakes.place import SORTS

    shown = {"mistakes": {}, "correct": {"show": "correct"}, "suspect labels": {"show": "suspects"}}
    sorts = {f"all, {order.label.lower()}": {"show": "all", "sort": name} for name, order in SORTS.items()}
    pairs = {"all, by pair": {"show": "all", "group": "pair"}}
    filters = {"one pair, a range": {"show": "all", "true": "3", "predicted": "5", "confidence": "20-90"}}
    return {**shown, **sorts, **pairs, **filters}


def serve_choices(home: str, again: str) -> None:
    """In a process of its own: the page's own functions for every choice, then whole runs of the page."""
    from streamlit.testing.v1 import AppTest

    from cnnviz.evaluation import find_suspects, judge, learning_order
    from cnnviz.evaluation.gallery import gallery_images
    from cnnviz.runs import RunStore
    from cnnviz.ui.judge.mistakes.place import MistakesPlace
    from cnnviz.ui.place import Known, decoded

    found = RunStore(home).get("latest")
    judged, order = judge(found, None, home), learning_order(found, home)
    suspects = find_suspects(judged)
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.switch_page(PAGE)
    values: dict[str, list[float]] = {}
    known = Known(judged.class_names, len(judged))
    for name, query in choices().items():
        view, alone = decoded(MistakesPlace, {name: [said] for name, said in query.items()}, known), []
        for _ in range(int(again)):
            began = time.perf_counter()
            gallery_images(judged, view.query(), order, suspects if view.show == "suspects" else None)
            alone.append(time.perf_counter() - began)
        whole = []
        for _ in range(int(again)):
            app.query_params.clear()
            app.query_params.update(query)
            began = time.perf_counter()
            app.run()
            whole.append(time.perf_counter() - began)
            if app.exception:
                raise SystemExit(f"{name} raised: {app.exception[0].message}")
        values[name] = [statistics.median(alone) * 1e3, statistics.median(whole[1:] or whole) * 1e3]
    print(json.dumps(values))


def first_screen(browser: Browser, dashboard: Dashboard, *, by_click: bool) -> float:
    """Return the seconds to the first screen in a new tab: from the click in the navigation, or of opening a link."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})  # nothing in its cache
    page = context.new_page()
    if by_click:
        dashboard.open(page, "/data")
        page.evaluate(CLICKED)
        page.get_by_test_id("stSidebarNavLink").filter(has_text="Mistakes").click()
    else:
        page.goto(f"{dashboard.address}/mistakes")
    seconds = float(page.evaluate(DRAWN)) / 1000
    context.close()
    return seconds


def screens(home: Path, rounds: int) -> dict[str, list[float]]:
    """Return the seconds to the first screen for a fresh server's first visitor, and for later ones."""
    found: dict[str, list[float]] = {"first, by a click": [], "again, by a click": [], "again, by a link": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=LAUNCH_ARGUMENTS)
        for number in range(rounds):
            dashboard = Dashboard(home, home / "log")
            try:
                dashboard.start()
                found["first, by a click"].append(first_screen(browser, dashboard, by_click=True))
                found["again, by a click"].append(first_screen(browser, dashboard, by_click=True))
                found["again, by a link"].append(first_screen(browser, dashboard, by_click=False))
            finally:
                dashboard.end()
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
        browser.close()
    return found


def measure(rounds: int, quick: bool) -> Result:
    from cnnviz.home import resolve_home

    count = QUICK_IMAGES if quick else IMAGES
    with temporary_home(None if quick else resolve_home()) as home:
        make_home(home, count)
        served = run(__file__, "--child", str(home), "2" if quick else "20", home=home).values
        drawn = screens(home, rounds)
    rows = [(name, f"{alone:.1f}", f"{whole:.0f}", "") for name, (alone, whole) in served.items()]
    rows += [(f"first screen, {name}", "", "", spread(seconds, 2)) for name, seconds in drawn.items()]
    slowest = max(whole for _, whole in served.values())
    opened = statistics.median(drawn["again, by a click"])
    return Result(
        title=f"The gallery of mistakes over {count:,} test images, {rounds} rounds",
        columns=("what", "filter and sort (ms)", "the page's run (ms)", "in the browser (s)"),
        rows=rows,
        ratios={
            f"of the {ALLOWED_MS} ms that are allowed, the slowest choice's whole run": f"{slowest / ALLOWED_MS:.2f}x",
            f"of the {ALLOWED_S:.0f} s that is allowed, the first screen": f"{opened / ALLOWED_S:.2f}x",
        },
        notes=[
            "Filter and sort, and the page's run (AppTest, with what is sent to the browser): median of 20.",
            "First screen: from the mouse's click in the navigation, or from opening a link, which loads Streamlit's "
            "own scripts too, to every image in sight drawn; timed in the browser, median (smallest–largest), a new "
            "tab without a cache each time, a fresh server each round.",
        ],
    )


if __name__ == "__main__":
    repeated(__doc__, measure, rounds=5, child=serve_choices)
