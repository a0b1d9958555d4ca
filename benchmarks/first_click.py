"""From the mouse's click on Start to the first point in the chart, in a real browser, with a worker waiting.

    python benchmarks/first_click.py [--rounds N] [--quick] [--json]

Beside `first_point.py`, which ends at the file, this has what a person waits for: the click's way to the server, the
page's change to the run, the next tick, and the drawing. Needs Chromium and the development requirements.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, sync_playwright

from benchmarks.first_point import IMPORTED_S, cpu_seconds, wait_for
from benchmarks.measure import Result, arguments, show, spread
from tests.conftest import LAUNCH_ARGUMENTS
from tests.dashboard import Dashboard, processes_of

_RESTING_S = 0.1  # processor time in a second

# The click is timed in the browser itself, the point by looking at the chart at every frame it draws.
WATCH = """() => {
  const button = [...document.querySelectorAll("button")].find((one) => one.innerText.includes("Start training"));
  const points = () => {
    const chart = document.querySelector(".cnnviz-live-chart");
    const run = new URLSearchParams(location.search).get("run"); // a run that was shown before has points, too
    const x = run && chart?.layout?.uirevision === run ? chart.data?.[1]?.x : null;
    return x?.length ?? x?._inputArray?.length ?? 0;
  };
  window.clickToPoint = new Promise((resolve) => {
    button.addEventListener("click", () => {
      const began = performance.now();
      const look = () => (points() > 0 ? resolve(performance.now() - began) : requestAnimationFrame(look));
      look();
    }, {capture: true, once: true});
  });
}"""


def one_click(browser: Browser) -> float:
    """Return the seconds from the click to the first point, with a fresh server, home, worker and tab."""
    with tempfile.TemporaryDirectory(prefix="cnnviz-benchmark-") as folder:
        dashboard = Dashboard(Path(folder) / "home", Path(folder) / "log")
        try:
            dashboard.start()
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            dashboard.open(page, "/train")
            page.get_by_role("button", name="Start training").wait_for()
            wait_until_warm(dashboard)
            page.evaluate(WATCH)
            page.get_by_role("button", name="Start training").click()
            milliseconds = page.evaluate("() => window.clickToPoint")
            page.close()
        finally:
            dashboard.end()
    return float(milliseconds) / 1000


def wait_until_warm(dashboard: Dashboard) -> None:
    """Wait until the dashboard's own worker has imported TensorFlow and rests."""

    def workers() -> list[float]:
        return [cpu_seconds(one) for one in processes_of(dashboard.home, "cnnviz.training.worker")]

    wait_for(lambda: any(spent > IMPORTED_S for spent in workers()), "a worker")
    before, now = 0.0, sum(workers())
    while now - before > _RESTING_S:  # it looks at the queue thirty times a second, and does nothing else
        time.sleep(1.0)
        before, now = now, sum(workers())


def measure(rounds: int) -> Result:
    seconds = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=LAUNCH_ARGUMENTS)
        for number in range(rounds):
            seconds.append(one_click(browser))
            print(f"round {number + 1} of {rounds}: {seconds[-1]:.2f} s", file=sys.stderr)
        browser.close()
    return Result(
        title=f"Click on Start to the first point in the chart, two-conv on cifar10-sample, {rounds} rounds",
        columns=("", "seconds"),
        rows=[("warm: a worker waits", spread(seconds, 2))],
        ratios={"of the 1.5 s that are allowed": f"{sorted(seconds)[len(seconds) // 2] / 1.5:.2f}x"},
        notes=["Median (smallest–largest) of fresh servers, homes, workers and tabs; timed in the browser."],
    )


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    show(options, lambda: measure(1 if options.quick else options.rounds))


if __name__ == "__main__":
    main()
