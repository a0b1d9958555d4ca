"""Every page: server time, bytes, first content and DOM nodes in a real browser, the server's memory.

    python benchmarks/pages.py [--rounds N] [--quick] [--json]
    python benchmarks/pages.py --against PATH [--pages NAME ...] [--server]
    python benchmarks/pages.py --large [--server]

Server time is that of app.py run as Streamlit's AppTest does: the script in a thread of a process of its own, first in
a process that has imported nothing but what the server does, then again and again with TensorFlow imported, and for
pages with something to choose with another choice each time. What a visitor waits for is timed in Chromium on a server
that was just started, whose first visitor this is, with what the server sends to it, and the server's memory is read
afterwards; without Chromium, or with --server, these columns stay empty. The home holds one finished run, of the
embedded sample; with --large of 20,000 images of 96x96 pixels that stay on the disk, which the Data page shows then.

PATH is a checkout of another commit (`git worktree add PATH COMMIT`): both are measured in turn, run by run, and the
table has the ratios.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlparse

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, Page, Request, sync_playwright

from benchmarks.from_disk import make
from benchmarks.measure import ROOT, Result, arguments, environment, median_ratio, run, show, spread, temporary_home
from cnnviz.ui.pages import HOME, KERNELS, PAGES, TRAIN
from tests.conftest import BROWSERS, LAUNCH_ARGUMENTS
from tests.dashboard import READY, Dashboard, processes_of

ALLOWED_MS = 150
TIMES = 20  # how often a process runs its page again
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

# The measures: what each is called, and how much of its unit is one of the table's.
MEASURES = {
    "first": ("server, first (ms)", 1e-3),
    "again": ("again (ms)", 1e-3),
    "chosen": ("another choice (ms)", 1e-3),
    "again_cpu": ("again, CPU (ms)", 1e-3),
    "bytes": ("elements (kB)", 1e3),
    "sent": ("sent (kB)", 1e3),
    "fetched": ("fetched (kB)", 1e3),
    "content": ("first content (ms)", 1),
    "whole": ("all of it (ms)", 1),
    "nodes": ("DOM nodes", 1),
    "memory": ("memory (MB)", 1e6),
}
PLAIN = ("again_cpu", "bytes", "sent", "fetched", "nodes")  # told without their spread
CHOSEN = "TensorFlow is imported then. Another choice is another filter on Kernels, and elsewhere another image."
NOTES = [
    "First includes importing what the page needs and the server does not, without TensorFlow, which comes in the "
    "background. AppTest works out the elements after each run, so a real server is a little faster.",
    "Elements: the bytes of all that a run writes. Sent: what comes over the connection until the page stands there, "
    "for a tab with nothing in its cache; fetched: what the page asks for by address besides, packed where it is, "
    "without what is Streamlit's own.",
    "First content and all of it: from opening the address to what stands there, for the first visitor of a "
    "server just started; all of it includes importing TensorFlow where the page needs it. On Kernels the "
    "first content is the kernels, on Feature maps the image and the layers' places, else what the script "
    "writes. Nodes include those inside components.",
    "Memory: resident, of that server afterwards.",
]

# Written by the checkout itself: settings come and go.
SPEC = """import sys; from benchmarks.training import make_spec
open(sys.argv[1], "w").write(make_spec("cifar10-sample", 1, "quick" in sys.argv).to_json())"""

LARGE = 20_000, 96  # images, and pixels of a side
_LEARNED = 2_000  # of them; looking and judging cost the same for a run that learned from all

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

Values = dict[str, list[float]]


@dataclass
class State:
    """A checkout, a home of its own, and what was measured: for every page the values of each measure, in order.

    `data` is the data set that the Data page shows; empty for the one that it begins with.
    """

    root: Path
    home: Path
    data: str = ""
    found: dict[str, Values] = field(default_factory=dict)
    toured: list[float] = field(default_factory=list)

    def add(self, page: str, **values: float) -> None:
        for name, value in values.items():
            self.found.setdefault(page, {}).setdefault(name, []).append(value)


def chosen_pages(options: argparse.Namespace) -> list[str]:
    """The pages' files, in the order of the sidebar: those that were named and both checkouts have."""
    named = options.pages or [Path(page.path).stem for page in ((HOME, TRAIN, KERNELS) if options.quick else PAGES)]
    pages = [page.path for page in PAGES if Path(page.path).stem in named]
    if options.against:
        options.against = options.against.resolve()
        pages = [page for page in pages if (options.against / page).is_file()]
    if not pages:
        raise SystemExit(f"no page to measure: there are {', '.join(Path(page.path).stem for page in PAGES)}")
    return pages


def address(page: str, state: State) -> str:
    """Where the dashboard has a page, with what it is asked for."""
    name, query = Path(page).stem, urlencode(asked(page, state))
    return ("/" if name == "home" else f"/{name}") + (f"?{query}" if query else "")


def asked(page: str, state: State) -> dict[str, str]:
    """The query with which a page is opened."""
    return {"data": state.data} if state.data and Path(page).stem == "data" else {}


class Runs:
    """A process that runs a page of a checkout whenever it is told."""

    def __init__(self, page: str, state: State) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(ROOT / "benchmarks" / "page_runs.py"), page],
            cwd=state.root,
            env=environment(state.home, state.root) | {"CNNVIZ_KEEP_WARM": "0"},  # no worker starts meanwhile
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def answer(self) -> dict[str, float]:
        try:
            return json.loads(self._process.stdout.readline())
        except json.JSONDecodeError:
            raise SystemExit(self._process.stderr.read()[-4000:]) from None

    def tell(self, order: dict[str, object]) -> dict[str, float]:
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self.answer()

    def end(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.stderr.close()
        self._process.wait()


def serve(page: str, states: list[State], turn: int, quick: bool) -> None:
    """Run a page again and again, in all states in turn, so that a machine that gets slower slows all of them."""
    with ExitStack() as ending:
        started = [(state, Runs(page, state)) for state in states]
        for _, process in started:
            ending.callback(process.end)
            process.answer()

        def in_turn(name: str, number: int, query: dict[str, str]) -> None:
            for state, process in started[:: -1 if number % 2 else 1]:
                found = process.tell({"query": query})
                state.add(page, **{name: found["seconds"], f"{name}_cpu": found["cpu"]})
                if name == "again":
                    state.add(page, bytes=found["bytes"])

        in_turn("first", turn, asked(page, states[0]))
        for _, process in started:
            process.tell({})
        for number in range(3 if quick else TIMES):
            in_turn("again", number, asked(page, states[0]))
        query = CHOICES.get(Path(page).stem, {})
        for number in range((3 if quick else TIMES) if query else 0):
            in_turn("chosen", number, {name: text.format(number + 1) for name, text in query.items()})


@contextmanager
def first_visitor(browser: Browser, home: Path, root: Path = ROOT) -> Iterator[tuple[str, Page]]:
    """Start a server of a checkout with a home; gives its address and a tab with nothing in its cache."""
    with tempfile.TemporaryDirectory(prefix="cnnviz-benchmark-") as folder:
        dashboard = Dashboard(home, Path(folder) / "log", root=root)
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        context.set_default_timeout(_TIMEOUT_S * 1000)
        try:
            dashboard.start()
            yield dashboard.address, context.new_page()
        finally:
            context.close()
            dashboard.end()


def visit(browser: Browser, page: str, state: State) -> None:
    """Open a page on a server that was just started."""
    with first_visitor(browser, state.home, state.root) as (server, tab):
        messages: list[int] = []
        requests: list[Request] = []
        tab.on("websocket", lambda socket: socket.on("framereceived", lambda one: messages.append(len(one))))
        tab.on("requestfinished", lambda request: requests.append(request))
        tab.add_init_script(f"({WATCH})({json.dumps(FIRST.get(Path(page).stem, ''))})")
        tab.goto(server + address(page, state), wait_until="commit")
        content = float(tab.evaluate("() => window.firstContent"))
        tab.wait_for_function(WHOLE, polling=100)
        whole = float(tab.evaluate("() => performance.now()"))
        tab.wait_for_timeout(500)  # what is drawn after the script has run
        state.add(
            page,
            content=content,
            whole=whole,
            nodes=float(tab.evaluate(NODES)),
            sent=sum(messages),
            fetched=sum(one.sizes()["responseBodySize"] for one in requests if of_the_dashboard(one)),
            memory=memory(state.home),
        )


def of_the_dashboard(request: Request) -> bool:
    """Whether something is not Streamlit's own part of every page."""
    path = urlparse(request.url).path
    return request.resource_type != "document" and not path.startswith(("/static/", "/_stcore/"))


def visit_all(browser: Browser, pages: list[str], state: State) -> None:
    """Open pages one after the other, on a server that was just started."""
    with first_visitor(browser, state.home, state.root) as (server, tab):
        for page in pages:
            tab.goto(server + address(page, state), wait_until="commit")
            tab.wait_for_selector(READY, state="attached")
            tab.wait_for_function(WHOLE, polling=100)
            tab.wait_for_timeout(500)
        state.toured.append(memory(state.home))


def memory(home: Path) -> float:
    """The server's resident memory in bytes; a worker that waits for a run is another process."""
    (server,) = processes_of(home, "streamlit")
    return float(server.memory_info().rss)


def train_one(home: Path, quick: bool, root: Path = ROOT) -> None:
    """Leave one finished run in a home, trained by a checkout."""
    spec = home / "spec.json"
    run("-c", SPEC, str(spec), *(["quick"] if quick else []), home=home, root=root)
    command = ("-m", "cnnviz", "train", "--spec", str(spec), "--json", "--home", str(home))
    run(*command, home=home, root=root)


def train_on_large(home: Path, quick: bool) -> str:
    """Leave a large data set in a home, and a run that was trained on some of it; returns the data set's name."""
    from cnnviz.data import list_datasets
    from cnnviz.spec import preset

    make(home, *((300, 32) if quick else LARGE))
    info = next(one for one in list_datasets(home) if one.name == "drawn")
    spec = preset("two-conv").for_data(info.name, info.shape, info.classes)
    some = min(_LEARNED, info.n_train // 2)
    spec = spec.changed(data=spec.data.changed(train_images=some), train=spec.train.changed(epochs=1))
    file = home / "spec.json"
    file.write_text(spec.to_json())
    run("-m", "cnnviz", "train", "--spec", str(file), "--json", "--home", str(home), home=home)
    return info.name


def measure(rounds: int, pages: list[str], against: Path | None, *, quick: bool, server: bool, large: bool) -> Result:
    chromium = None if server else next(filter(None, map(shutil.which, BROWSERS)), None)
    with ExitStack() as ending:
        roots = [ROOT, *([against] if against else [])]
        states = [State(root, ending.enter_context(temporary_home())) for root in roots]
        playwright = ending.enter_context(sync_playwright())
        for state in states:
            if large:
                state.data = train_on_large(state.home, quick)
            else:
                train_one(state.home, quick, state.root)
        for number in range(rounds):
            for page in pages:
                serve(page, states, number, quick)
                print(f"round {number + 1} of {rounds}: {page}", file=sys.stderr)
            if chromium:
                browser = playwright.chromium.launch(executable_path=chromium, args=LAUNCH_ARGUMENTS)
                turned = states[:: -1 if number % 2 else 1]
                for page in pages:
                    for state in turned:
                        visit(browser, page, state)
                    print(f"round {number + 1} of {rounds}: {page} in the browser", file=sys.stderr)
                for state in turned:
                    visit_all(browser, pages, state)
                browser.close()
    title = f"Pages: server time, bytes, first content and DOM nodes, {rounds} rounds"
    if large:
        count, side = LARGE
        title += f", a run of {count:,} images of {side}x{side} pixels"
    return Result(title, *(compared if against else described)(*states))


def table_of(state: State, told: Callable[[str, str], str]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The columns and rows of all that was measured; `told` writes a page's measure."""
    names = [name for name in MEASURES if any(name in values for values in state.found.values())]
    columns = ("page", *(MEASURES[name][0] for name in names))
    return columns, [(page.removeprefix("pages/"), *(told(page, name) for name in names)) for page in state.found]


def described(state: State) -> tuple[tuple[str, ...], list[tuple[str, ...]], dict[str, str], list[str]]:
    def told(page: str, name: str) -> str:
        values = [value / MEASURES[name][1] for value in state.found[page].get(name, [])]
        return "" if not values else f"{statistics.median(values):,.0f}" if name in PLAIN else spread(values, 0)

    slowest, slowest_s = max(
        (
            (f"{page}{what}", statistics.median(values[name]))
            for page, values in state.found.items()
            for name, what in (("again", ""), ("chosen", " with another choice"))
            if name in values
        ),
        key=lambda found: found[1],
    )
    ratios = {f"the slowest, {slowest}, against {ALLOWED_MS} ms": f"{slowest_s * 1e3 / ALLOWED_MS:.2f}x"}
    notes = [f"Median (smallest–largest); a process runs its page again {TIMES} times. {CHOSEN}", *NOTES]
    if state.toured:
        notes.append(f"Memory with every page opened in turn: {spread([one / 1e6 for one in state.toured], 0)} MB.")
    return *table_of(state, told), ratios, notes


def compared(here: State, there: State) -> tuple[tuple[str, ...], list[tuple[str, ...]], dict[str, str], list[str]]:
    ratios: dict[str, list[float]] = {}

    def told(page: str, name: str) -> str:
        above, below = (state.found[page].get(name, []) for state in (here, there))
        if not above:
            return ""
        middle, other = (statistics.median(values) / MEASURES[name][1] for values in (above, below))
        if not other:
            return f"{middle:,.0f}, not 0"
        ratio = median_ratio(above, below) if all(below) else middle / other
        ratios.setdefault(name, []).append(ratio)
        return f"{ratio:.2f}x of {other:,.0f}"

    columns, rows = table_of(here, told)
    summed = {f"{MEASURES[name][0]}, median of the pages": statistics.median(found) for name, found in ratios.items()}
    for name in ("bytes", "sent"):
        sums = [
            sum(statistics.median(values[name]) for values in state.found.values() if name in values)
            for state in (here, there)
        ]
        if all(sums):
            summed[f"{MEASURES[name][0]}, of all pages together"] = sums[0] / sums[1]
    if here.toured:
        summed["memory with every page opened in turn"] = median_ratio(here.toured, there.toured)
    notes = [
        f"Here against {there.root}: the median of the ratios of runs that came in turn, of what the median was there. "
        f"A process runs its page again {TIMES} times, both processes alternately. {CHOSEN}",
        *NOTES,
    ]
    return columns, rows, {what: f"{ratio:.2f}x" for what, ratio in summed.items()}, notes


if __name__ == "__main__":
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--against", type=Path, metavar="PATH", help="a checkout of another commit, measured in turn")
    parser.add_argument("--pages", nargs="+", metavar="NAME", help="only these, such as train")
    parser.add_argument("--server", action="store_true", help="without the browser")
    parser.add_argument("--large", action="store_true", help="a large data set; not with --against")
    options = parser.parse_args()
    if options.large and options.against:
        parser.error("--large and --against do not go together")
    rounds = 1 if options.quick else options.rounds
    how = {"quick": options.quick, "server": options.server, "large": options.large}
    show(options, lambda: measure(rounds, chosen_pages(options), options.against, **how))
