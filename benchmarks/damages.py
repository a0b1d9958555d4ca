"""Damaged run folders: random damages to a run's files, each read in every way there is.

Whatever somebody, or a power cut, did to a run's folder, reading it ends in a value or in a sentence for a person
(`CnnvizError`), and nothing that is planted in it is ever carried out.

python benchmarks/damages.py [--quick] [--json] [--damages N] [--seed N]
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.damaging import DAMAGE
from benchmarks.measure import Result, arguments, show
from benchmarks.readings import Wrong, damaged_readings, make_run, ways

DAMAGES, QUICK_DAMAGES = 2440, 12
ENDS = ("value", "sentence", "exception")


def measure(damages: int, seed: int) -> Result:
    ends: dict[str, Counter[str]] = {kind: Counter() for kind in DAMAGE}
    wrong: list[Wrong] = []
    read = ways()
    with tempfile.TemporaryDirectory(prefix="cnnviz-damages-") as home:
        for kind, ended, found in damaged_readings(make_run(Path(home)), damages, seed, read):
            ends[kind][ended] += 1
            if found:
                wrong.append(found)
                print(found, file=sys.stderr, flush=True)
    rows = []
    for kind, counter in ends.items():
        counts = (counter.total() // len(read), counter.total(), *(counter[end] for end in ENDS))
        rows.append((kind, *(f"{count:,}" for count in counts)))
    readings = sum(counter.total() for counter in ends.values())
    return Result(
        title="Damaged run folders, read in every way",
        columns=("damage", "damages", "readings", "a value", "a sentence", "another exception"),
        rows=rows,
        ratios={"readings that ended as they should": f"{readings - len(wrong):,} of {readings:,}"},
        notes=[
            f"Seed {seed}; {damages:,} damages of one file each, read in {len(read)} ways: {', '.join(read)}.",
            *sorted({f"{one.damage}; {one.way}: {one.said}" for one in wrong}),
        ],
    )


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--damages", type=int, default=DAMAGES)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    show(options, lambda: measure(QUICK_DAMAGES if options.quick else options.damages, options.seed))


if __name__ == "__main__":
    main()
