"""Write docs/performance.md from what the benchmarks found.

    python benchmarks/training.py --json > benchmarks/results/training.json     (and so on, for each)
    python benchmarks/report.py [--check]

--check writes nothing and fails where the document is not what the results say.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import ROOT, table

RESULTS = ROOT / "benchmarks" / "results"
DOCUMENT = ROOT / "docs" / "performance.md"
ORDER = (
    *("training", "rates", "step", "live_cost", "evaluating", "looking"),
    *("starting", "first_point", "first_click", "pages", "mistakes", "dials", "imports", "listing", "serving"),
    *("from_disk", "importing"),
)

_BUSY = 2.5  # a training alone gives a load of about 2 on two cores

_HEAD = """# Performance

Measured by the scripts in [benchmarks/](../benchmarks/README.md) and written by `python benchmarks/report.py`: change
the measurements, not this page. Each table says under which load it was taken; on a machine that does other work,
ratios hold better than seconds.
"""


def section(result: dict[str, Any]) -> str:
    """The part of the document about one benchmark: ratios first."""
    lines = [f"## {result['title']}", "", f"`python benchmarks/{result['name']}.py`", ""]
    lines += [f"- **{ratio}** {what}" for what, ratio in result["ratios"].items()]
    lines += ["", *table(result["columns"], result["rows"]), ""]
    lines += [f"- {note}" for note in result["notes"]]
    busy = max(float(result["machine"][when]) for when in ("load before", "load after")) > _BUSY
    lines += ["", "**Taken on a busy machine; measure again on a quiet one.**"] if busy else []
    machine = ", ".join(f"{key} {value}" for key, value in result["machine"].items())
    return "\n".join([*lines, "", f"Machine: {machine}.", ""])


def document(folder: Path) -> str:
    """The whole document.

    Raises:
        SystemExit: a result comes from --quick.
    """
    results = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")]
    if quick := [result["name"] for result in results if result["quick"]]:
        raise SystemExit(f"error: {', '.join(quick)} was measured with --quick; measure it again without")
    results.sort(key=lambda result: ORDER.index(result["name"]) if result["name"] in ORDER else len(ORDER))
    return "\n".join([_HEAD, *map(section, results)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the document is not up to date")
    options = parser.parse_args()
    text = document(RESULTS)
    if not options.check:
        DOCUMENT.write_text(text, encoding="utf-8")
    elif not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != text:
        raise SystemExit(f"error: {DOCUMENT} is not what the results say; write it with: python benchmarks/report.py")


if __name__ == "__main__":
    main()
