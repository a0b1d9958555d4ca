"""The benchmarks run and print their tables; how long anything takes is nobody's test."""

import json
import subprocess
import sys
from collections.abc import Sequence

import pytest

from benchmarks.measure import median_ratio, spread, table
from tests.dashboard import ROOT

QUICK = {
    "imports": ("-m", "benchmarks.imports"),
    "listing": ("benchmarks/listing.py",),
}
SLOW = {
    "damages": ("benchmarks/damages.py",),
    "evaluating": ("benchmarks/evaluating.py",),
    "explaining": ("benchmarks/explaining.py",),
    "findings": ("benchmarks/findings.py", "--looks"),
    "first_point": ("benchmarks/first_point.py",),
    "from_disk": ("benchmarks/from_disk.py",),
    "importing": ("benchmarks/importing.py",),
    "live_cost": ("-m", "benchmarks.live_cost"),
    "looking": ("benchmarks/looking.py",),
    "networks": ("benchmarks/networks.py",),
    "pages": ("benchmarks/pages.py",),
    "rates": ("benchmarks/rates.py",),
    "serving": ("benchmarks/serving.py",),
    "small_data": ("benchmarks/small_data.py",),
    "step": ("benchmarks/step.py",),
    "training": ("benchmarks/training.py",),
    "transfer": ("benchmarks/transfer.py",),
    "tuning": ("benchmarks/tuning.py",),
}
IN_THE_BROWSER = ("dials", "first_click", "mistakes", "starting")


def run(*command: str) -> str:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("command", QUICK.values(), ids=QUICK)
def test_a_quick_benchmark_prints_its_table(command: Sequence[str]) -> None:
    output = run(*command, "--quick")
    assert "the numbers mean nothing" in output
    assert "\n|--" in output
    assert "x  " in output  # a ratio
    assert "processor: " in output


@pytest.mark.slow
@pytest.mark.parametrize("command", SLOW.values(), ids=SLOW)
def test_a_training_benchmark_prints_its_table(command: Sequence[str]) -> None:
    found = json.loads(run(*command, "--quick", "--json"))
    assert found["quick"]
    assert found["ratios"]
    assert all(len(row) == len(found["columns"]) for row in found["rows"])
    assert {"processor", "cores", "tensorflow", "load before"} <= set(found["machine"])


@pytest.mark.slow
def test_pages_are_measured_against_another_checkout() -> None:
    found = json.loads(
        run("benchmarks/pages.py", "--against", ".", "--pages", "home", "data", "--server", "--quick", "--json")
    )
    assert [row[0] for row in found["rows"]] == ["start/home.py", "prepare/data.py"]
    assert all(" of " in cell for row in found["rows"] for cell in row[1:])
    assert found["ratios"]["elements (kB), of all pages together"] == "1.00x"


@pytest.mark.slow
@pytest.mark.usefixtures("chromium")
@pytest.mark.parametrize("name", IN_THE_BROWSER)
def test_a_benchmark_in_the_browser_prints_its_table(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CNNVIZ_KEEP_WARM")
    found = json.loads(run(f"benchmarks/{name}.py", "--quick", "--json"))
    assert found["quick"]
    assert found["rows"]


def test_every_benchmark_is_tried_and_explained() -> None:
    helpers = {
        "measure",
        "plain_script",
        "report",
        "damaging",
        "readings",
        "page_runs",
        "presets",
    }  # presets has tests of its own
    scripts = {path.stem for path in (ROOT / "benchmarks").glob("*.py")} - helpers
    assert scripts == set(QUICK) | set(SLOW) | set(IN_THE_BROWSER)
    text = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}.py`" in text for name in scripts)


def test_the_performance_document_is_what_the_results_say() -> None:
    run("benchmarks/report.py", "--check")


def test_the_record_of_where_to_explain_is_what_the_results_say() -> None:
    found = json.loads((ROOT / "benchmarks/results/explaining/cifar10-sample.json").read_text(encoding="utf-8"))
    record = (ROOT / "docs/decisions/0011-where-to-explain.md").read_text(encoding="utf-8")
    assert not found["quick"]
    differences = list(found["ratios"].values())
    for row, insertion, deletion in zip(found["rows"], differences[::2], differences[1::2], strict=True):
        network, _, other = row[0].partition(", ")
        assert f"| {network} | {row[1]} | {other} | {insertion} | {deletion} |" in record


def test_a_table_is_aligned() -> None:
    lines = list(table(("what", "s"), [("longer than that", "1.0"), ("b", "10.0")]))
    assert len({len(line) for line in lines}) == 1
    assert lines[3].endswith("| 10.0 |")


def test_a_ratio_is_that_of_the_rounds() -> None:
    # the third round met a busy machine: both were slow
    assert median_ratio([2.0, 2.2, 40.0], [1.0, 1.1, 20.0]) == pytest.approx(2.0)
    assert spread([3.0, 1.0, 2.0]) == "2.0 (1.0–3.0)"
