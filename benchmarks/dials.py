"""Classify's dials in a real browser: from a dial's move to the new probabilities on the screen.

    python benchmarks/dials.py [--rounds N] [--quick] [--json]

One example photo, every bundled network, every dial; needs Chromium and the development requirements. A round is a
server just started and a new tab; the dials are moved when TensorFlow is imported and the first verdict stands.
"""

import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.measure import Result, repeated, spread, temporary_home
from benchmarks.pages import first_visitor
from cnnviz.inference import DIALS, Dials
from cnnviz.inference.dials import Dial
from cnnviz.runs import RunStore
from tests.conftest import LAUNCH_ARGUMENTS
from tests.dashboard import READY

ALLOWED_MS = 150
PHOTO = "example-cat"
_TIMEOUT_MS = 180_000
_MOVES, _QUICK_MOVES = 6, 1

# Moves a dial through some values, one a frame, and gives the milliseconds from the last move to the verdict's last
# change, which a second without any other follows. The dial's own element and the verdict are in shadow roots.
TURN = """async ({ name, values }) => {
  const all = (root, what) => [...root.querySelectorAll("*")].flatMap((node) =>
    [...(node.matches(what) ? [node] : []), ...(node.shadowRoot ? all(node.shadowRoot, what) : [])]);
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const [input] = all(document, `input[data-dial=${name}]`);
  const [verdict] = all(document, ".verdict");
  const shares = () => [...verdict.querySelectorAll(".bar")].map((bar) => bar.title).join();
  input.focus();
  let moved;
  for (const value of values) {
    await frame();
    input.value = value;
    moved = performance.now();
    input.dispatchEvent(new Event("input"));
  }
  let shown = shares(), changed = null;
  for (let now = moved; now - (changed ?? moved) < (changed === null ? 10000 : 1000); now = performance.now()) {
    await frame();
    if (shares() !== shown) [shown, changed] = [shares(), performance.now()];
  }
  input.dispatchEvent(new Event("change"));
  return changed === null ? null : changed - moved;
}"""


def places(dial: Dial, number: int, moves: int) -> list[float]:
    """Values to move a dial to: at the other side of its rest each time, and never its rest."""
    rest = getattr(Dials(), dial.name)
    side = dial.most if number % 2 or dial.least == rest else dial.least
    reach = (0.3 + 0.1 * (number % 6)) * (side - rest)
    return [rest + reach * (move + 1) / moves for move in range(moves)]


def turned(page: Page, dial: Dial, values: list[float]) -> float:
    """Turn a dial and return the milliseconds from the last move to the new probabilities.

    Raises:
        SystemExit: they never came.
    """
    page.wait_for_selector(READY, state="attached")
    page.wait_for_timeout(300)  # what the move before it left to be done
    took = page.evaluate(TURN, {"name": dial.name, "values": values})
    if took is None:
        raise SystemExit(f"the probabilities did not follow {dial.name} at {values[-1]:.3g}")
    return float(took)


def turn_all(page: Page, address: str, moves: int) -> dict[str, list[float]]:
    """Open a photo and turn every dial some times; returns milliseconds."""
    page.goto(address)
    page.wait_for_selector(".verdict[data-state=answered]", timeout=_TIMEOUT_MS)
    page.get_by_text("Turn the dials").click()
    page.wait_for_selector(f"input[data-dial={DIALS[0].name}]")
    turned(page, DIALS[0], places(DIALS[0], 1, 1))  # what is computed once for a photo and a network
    found = {dial.title: [turned(page, dial, places(dial, n, 1)) for n in range(moves)] for dial in DIALS}
    dragged = [turned(page, dial, places(dial, n, 40)) for n, dial in enumerate(DIALS)]
    return found | {"while it is dragged": dragged}


def of_networks(browser: Browser, home: Path, moves: int, most: int | None) -> dict[str, dict[str, list[float]]]:
    """One round: all dials of all bundled networks, or of so many of them, with a server just started."""
    found: dict[str, dict[str, list[float]]] = {}
    with first_visitor(browser, home) as (server, page):
        for run in map(RunStore(home).get, RunStore(home).ids()[:most]):
            address = f"{server}/classify?run={run.id}&image={PHOTO}"
            found[str(run.spec.preset)] = turn_all(page, address, moves)
    return found


def measure(rounds: int, quick: bool) -> Result:
    moves = _QUICK_MOVES if quick else _MOVES
    found: list[dict[str, dict[str, list[float]]]] = []
    with temporary_home() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=LAUNCH_ARGUMENTS)
        for number in range(rounds):
            found.append(of_networks(browser, home, moves, 1 if quick else None))
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
        browser.close()
    return result(found, rounds)


def result(found: list[dict[str, Any]], rounds: int) -> Result:
    """The table: a row for each dial, a column for each network."""

    def together(network: str, dial: str) -> list[float]:
        return [one for round_ in found for one in round_[network][dial]]

    networks, dials = list(found[0]), list(found[0][next(iter(found[0]))])
    medians = {(network, dial): statistics.median(together(network, dial)) for network in networks for dial in dials}
    slowest = {network: max(medians[network, dial] for dial in dials) for network in networks}
    return Result(
        title=f"Turning a dial of Classify, {rounds} rounds",
        columns=("dial", *(f"{network} (ms)" for network in networks)),
        rows=[(dial, *(spread(together(network, dial), 0) for network in networks)) for dial in dials],
        ratios={
            f"of the {ALLOWED_MS} ms that are allowed, {network}'s slowest dial": f"{took / ALLOWED_MS:.2f}x"
            for network, took in slowest.items()
        },
        notes=[
            "In Chromium, from the dial's move to the frame with all new probabilities in it; median "
            "(smallest–largest). The curve of the dial that is turned is in the browser already and follows at once.",
            "While it is dragged: forty moves, one a frame, of every dial; from the last of them.",
        ],
    )


if __name__ == "__main__":
    repeated(__doc__, measure, rounds=3)
