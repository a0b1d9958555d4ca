"""Listing runs: `RunStore.list()` over 10, 500 and 10,000 of them, the first time and again.

python benchmarks/listing.py [--quick] [--json]
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import Result, arguments, run, show, temporary_home

COUNTS = (10, 500, 10_000)
QUICK_COUNTS = (2, 5)


def make_runs(home: Path, first: int, last: int) -> None:
    """Fill a home with finished runs that differ in their ids only."""
    from cnnviz.runs import RunStore, Status
    from cnnviz.spec import preset

    store = RunStore(home, bundled=home / "no-bundled-runs")
    made = store.create(preset("two-conv"), Status("completed", epoch=10, epochs=10, step=7040, steps=7040))
    files = {path.name: path.read_bytes() for path in made.folder.iterdir() if path.is_file()}
    files["evaluation.json"] = b'{"n_test": 1000, "n_mistakes": 300, "accuracy": 0.7, "loss": 0.9}\n'
    store.delete(made.id)
    for number in range(first, last):
        folder = store.folder / f"20260101-{number:06d}-two-conv-{number:04x}"
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)


def list_them(home: str) -> None:
    """In a process of its own, so that the first call is the first."""
    import json

    from cnnviz.runs import RunStore

    store = RunStore(home)
    values = {}
    for call in ("first", "second"):
        began = time.perf_counter()
        values["runs"] = len(store.list())
        values[call] = time.perf_counter() - began
    began = time.perf_counter()
    store.ids()
    values["ids"] = time.perf_counter() - began
    print(json.dumps(values))


def measure(counts: tuple[int, ...]) -> Result:
    rows, each = [], {}
    with temporary_home() as home:
        there = 0
        for count in counts:
            make_runs(home, there, count)
            there = count
            values = run(__file__, "--child", str(home)).values
            each[count] = values["second"] / count
            times = (f"{values[name] * 1e3:,.1f}" for name in ("first", "second", "ids"))
            rows.append((f"{count:,} runs", *times, f"{each[count] * 1e6:,.0f}"))
    few, many = counts[0], counts[-1]
    return Result(
        title="Listing finished runs",
        columns=("", "list() first (ms)", "list() again (ms)", "ids() (ms)", "µs a run, again"),
        rows=rows,
        ratios={f"time a run with {many:,} runs against {few:,}": f"{each[many] / each[few]:.2f}x"},
        notes=[
            "Each count in a process of its own; the files are in the system's cache.",
            "Bundled runs are listed too.",
        ],
    )


def main() -> None:
    options = arguments(__doc__).parse_args()
    if options.child:
        list_them(*options.child)
    else:
        show(options, lambda: measure(QUICK_COUNTS if options.quick else COUNTS))


if __name__ == "__main__":
    main()
