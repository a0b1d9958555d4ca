"""Server time of each page's run: the first in a new server, and again; and the bytes it sends to the browser.

    python benchmarks/pages.py [--rounds N] [--quick] [--json]

Runs app.py as Streamlit's AppTest does: the script in a thread of this process, without a browser. Every page of its
navigation is measured in a process of its own, with a home that holds one finished run; a page that shows a run is
measured with it, too.
"""

import json
import re
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import ROOT, Process, Result, arguments, run, show, spread, temporary_home
from benchmarks.training import make_spec

APP = ROOT / "app.py"
_PAGE = re.compile(r"[\"'](pages/[\w/]+\.py)[\"']")
_TIMEOUT_S = 120


def pages() -> list[str]:
    """The pages that app.py names, in its order."""
    return list(dict.fromkeys(_PAGE.findall(APP.read_text(encoding="utf-8"))))


def takes_run(page: str) -> bool:
    """Whether a page shows the run that its address names."""
    return "chosen_run" in (ROOT / page).read_text(encoding="utf-8")


def run_page(page: str, run_id: str, again: str) -> None:
    """In a process of its own: run a page, then again and again."""
    from streamlit.testing.v1 import AppTest, local_script_runner

    sent: list[int] = []
    parse = local_script_runner.parse_tree_from_messages

    def counted(messages):
        sent.append(sum(message.ByteSize() for message in messages))
        return parse(messages)

    local_script_runner.parse_tree_from_messages = counted
    app = AppTest.from_file(str(APP), default_timeout=_TIMEOUT_S)
    app.switch_page(page)
    if run_id:
        app.query_params["run"] = run_id
    times, cpu = [], []
    for _ in range(1 + int(again)):
        began, cpu_began = time.perf_counter(), time.process_time()
        app.run()
        times.append(time.perf_counter() - began)
        cpu.append(time.process_time() - cpu_began)
        if app.exception:
            raise SystemExit(f"{page} raised: {app.exception[0].message}")
    again_s, again_cpu_s = statistics.median(times[1:]), statistics.median(cpu[1:])
    print(json.dumps({"first": times[0], "again": again_s, "again_cpu": again_cpu_s, "bytes": sent[-1]}))


def train_one(home: Path, quick: bool) -> str:
    """Leave one finished run in the home; returns its id."""
    spec = home / "spec.json"
    spec.write_text(make_spec("cifar10-sample", 1, quick).to_json())
    command = ("-m", "cnnviz", "train", "--spec", str(spec), "--json", "--home", str(home))
    run(*command, home=home)
    from cnnviz.runs import RunStore

    return RunStore(home).ids()[0]


def measure(rounds: int, quick: bool) -> Result:
    with temporary_home() as home:
        run_id = train_one(home, quick)
        views = [(page, with_run) for page in pages() for with_run in ("", run_id) if not with_run or takes_run(page)]
        found: dict[str, list[Process]] = {}
        for _ in range(rounds):
            for page, with_run in views:
                name = f"{page}{' with a run' if with_run else ''}"
                done = run(__file__, "--child", page, with_run, "3" if quick else "20", home=home)
                found.setdefault(name, []).append(done)
                print(f"{name}, {done.seconds:.1f} s", file=sys.stderr)
    rows = [
        (
            name,
            spread([one.values["first"] * 1e3 for one in processes], 0),
            spread([one.values["again"] * 1e3 for one in processes], 0),
            f"{statistics.median(one.values['again_cpu'] for one in processes) * 1e3:.0f}",
            f"{processes[-1].values['bytes'] / 1e3:,.0f}",
        )
        for name, processes in found.items()
    ]
    slowest = max(found, key=lambda name: statistics.median(one.values["again"] for one in found[name]))
    slowest_s = statistics.median(one.values["again"] for one in found[slowest])
    return Result(
        title=f"Server time of a page's run, {rounds} rounds",
        columns=("page", "first (ms)", "again (ms)", "again, CPU (ms)", "sent (kB)"),
        rows=rows,
        ratios={f"the slowest, {slowest}, against 150 ms": f"{slowest_s / 0.15:.2f}x"},
        notes=[
            "Median (smallest–largest) of processes; again is each process's median of 20 runs.",
            "First includes importing what the page needs, but not Streamlit itself.",
            "AppTest works out the elements after each run, so a real server is a little faster. Sent is without the "
            "pictures, which a browser fetches by address.",
        ],
    )


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.child:
        run_page(*options.child)
    else:
        show(options, lambda: measure(1 if options.quick else options.rounds, options.quick))


if __name__ == "__main__":
    main()
