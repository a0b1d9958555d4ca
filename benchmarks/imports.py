"""What it takes to import cnnviz and to ask its commands, against an empty Python.

python benchmarks/imports.py [--rounds N] [--quick] [--json]
"""

import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import Result, arguments, in_turn, run, show, spread, temporary_home

COMMANDS = {
    "python -c pass": ("-c", "pass"),
    "import cnnviz": ("-c", "import cnnviz"),
    "cnnviz --help": ("-m", "cnnviz", "--help"),
    "cnnviz train --help": ("-m", "cnnviz", "train", "--help"),
    "cnnviz runs list, empty home": ("-m", "cnnviz", "runs", "list", "--json"),
    "cnnviz data list, empty home": ("-m", "cnnviz", "data", "list", "--json"),
}


def measure(rounds: int) -> Result:
    with temporary_home() as home:
        variants = {name: lambda command=command: run(*command, home=home) for name, command in COMMANDS.items()}
        in_turn(variants, 1)  # writes the byte code, fills the disk's cache
        found = {name: [one.seconds * 1e3 for one in runs] for name, runs in in_turn(variants, rounds).items()}
    empty = statistics.median(found["python -c pass"])
    help_ms = statistics.median(found["cnnviz --help"])
    return Result(
        title=f"Starting cnnviz, whole processes, {rounds} rounds",
        columns=("", "milliseconds", "more than Python itself"),
        rows=[(name, spread(values, 0), f"{statistics.median(values) - empty:.0f}") for name, values in found.items()],
        ratios={
            "cnnviz --help against an empty Python": f"{help_ms / empty:.1f}x",
            "cnnviz --help against its limit of 400 ms": f"{help_ms / 400:.2f}x",
        },
        notes=["Median (smallest–largest) of whole processes in turn, byte code and disk cache warm."],
    )


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    show(options, lambda: measure(1 if options.quick else options.rounds))


if __name__ == "__main__":
    main()
