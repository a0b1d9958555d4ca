"""What all benchmarks share: whole processes in turn, medians, tables, and facts about the machine.

Standard library and psutil only, so that measuring costs nothing of what is measured.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent

_PACKAGES = ("numpy", "tensorflow", "keras", "streamlit")


@dataclass
class Result:
    """What a benchmark found: a table, and what it comes to.

    Attributes:
        title: what was measured, one line.
        columns: the table's head.
        rows: the table, text; the first column is a name, the others are numbers.
        ratios: what each ratio compares, and the ratio.
        notes: how it was counted, a sentence each.
    """

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    ratios: dict[str, str]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Process:
    """A whole process that ended well.

    Attributes:
        seconds: from its start to its end, by the wall clock.
        values: the JSON object on its last line of output; empty where there is none.
    """

    seconds: float
    values: dict[str, Any]


def arguments(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with what every benchmark takes."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="tiny data, once: to see that it works; means nothing")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    return parser


def in_rounds(
    description: str | None, measure: Callable[..., Result], children: dict[str, Callable[..., None]], rounds: int
) -> None:
    """Carry out a benchmark that trains in whole processes of its own, round by round."""
    parser = arguments(description)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=rounds)
    options = parser.parse_args()
    if options.child:
        kind, *values = options.child
        children[kind](*values)
    elif options.quick:
        show(options, lambda: measure(1, 1, quick=True))
    else:
        show(options, lambda: measure(options.epochs, options.rounds, quick=False))


def repeated(
    description: str | None,
    measure: Callable[[int, bool], Result],
    rounds: int,
    child: Callable[..., None] | None = None,
) -> None:
    """Carry out a benchmark of some rounds.

    Args:
        description: of the script.
        measure: takes the number of rounds, and whether it is only to see that it works.
        rounds: how many where nobody says.
        child: what runs in a process of its own, with the values after `--child`.
    """
    parser = arguments(description)
    parser.add_argument("--rounds", type=int, default=rounds)
    options = parser.parse_args()
    if options.child and child is not None:
        child(*options.child)
    else:
        show(options, lambda: measure(1 if options.quick else options.rounds, options.quick))


def show(options: argparse.Namespace, measure: Callable[[], Result]) -> None:
    """Measure, and print the table or JSON, with the machine and how busy it was before and after."""
    before = psutil.getloadavg()[0]
    result = measure()
    facts = {
        **machine(),
        "load before": f"{before:.1f}",
        "load after": f"{psutil.getloadavg()[0]:.1f}",
        "date": time.strftime("%Y-%m-%d"),
    }
    if options.json:
        name = Path(sys.argv[0]).stem
        print(json.dumps({"name": name, "quick": options.quick, **asdict(result), "machine": facts}, indent=1))
        return
    print(result.title + (" (--quick: the numbers mean nothing)" if options.quick else ""))
    print()
    print("\n".join(table(result.columns, result.rows)))
    print()
    for what, ratio in result.ratios.items():
        print(f"{ratio}  {what}")
    print()
    for note in result.notes:
        print(f"- {note}")
    print(f"- {', '.join(f'{key}: {value}' for key, value in facts.items())}")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a Markdown table, aligned for a terminal; the first column to the left."""
    widths = [max(len(row[number]) for row in (columns, *rows)) for number in range(len(columns))]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.ljust(width) if number == 0 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return f"| {' | '.join(padded)} |"

    yield line(columns)
    yield f"|{'|'.join('-' * (width + 2) if n == 0 else '-' * (width + 1) + ':' for n, width in enumerate(widths))}|"
    yield from map(line, rows)


def machine() -> dict[str, str]:
    """Return what a number depends on: processor, memory, system, versions."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": platform.system(),
        "python": platform.python_version(),
        **{package: _version(package) for package in _PACKAGES},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def environment(home: Path | None = None, root: Path = ROOT) -> dict[str, str]:
    """Return what a process that is measured finds in its environment: a checkout, and a home where one is given."""
    return {
        **os.environ,
        "PYTHONPATH": str(root),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **({} if home is None else {"CNNVIZ_HOME": str(home)}),
    }


def run(*command: str, home: Path | None = None, root: Path = ROOT) -> Process:
    """Run a whole process of this Python and time it.

    Args:
        command: what follows the interpreter.
        home: its CNNVIZ_HOME.
        root: the checkout it is of.

    Raises:
        SystemExit: it failed; what it said is shown.
    """
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *command], cwd=root, env=environment(home, root), capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    last = done.stdout.strip().rpartition("\n")[2]
    return Process(took, json.loads(last) if last.startswith("{") else {})


def in_turn(variants: dict[str, Callable[[], Process]], rounds: int) -> dict[str, list[Process]]:
    """Run every variant once a round, so that a machine that gets slower slows all of them.

    Args:
        variants: what to run, by name.
        rounds: how often.

    Returns:
        The processes of every variant, in the order of the rounds. Every other round runs backwards.
    """
    found: dict[str, list[Process]] = {name: [] for name in variants}
    for number in range(rounds):
        for name in list(variants)[:: -1 if number % 2 else 1]:
            found[name].append(variants[name]())
            print(f"round {number + 1} of {rounds}: {name}, {found[name][-1].seconds:.1f} s", file=sys.stderr)
    return found


def median_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """Return the median of the ratios of what ran in the same round."""
    return statistics.median(one / other for one, other in zip(above, below, strict=True))


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Return the median with the smallest and largest value."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:,.{digits}f} ({low:,.{digits}f}–{high:,.{digits}f})"


@contextmanager
def temporary_home(datasets_of: Path | None = None) -> Iterator[Path]:
    """Give an empty home that is removed afterwards; beside it are the runs that come with cnnviz, and no others.

    Args:
        datasets_of: a home whose data sets it shares.
    """
    with tempfile.TemporaryDirectory(prefix="cnnviz-benchmark-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        (home / "runs").mkdir()
        os.environ.pop("CNNVIZ_BUNDLED", None)
        if datasets_of is not None and (datasets_of / "datasets").is_dir():
            (home / "datasets").symlink_to((datasets_of / "datasets").resolve(), target_is_directory=True)
        yield home
