"""Damaged run folders, the short form: `benchmarks/damages.py` does many more."""

from collections.abc import Iterator

import pytest

from benchmarks.damaging import DAMAGE
from benchmarks.readings import Way, Wrong, damaged_readings, make_run, ways
from cnnviz.runs import Run

SLOW = {"model", "model of a snapshot", "abstention"}  # Keras takes its time to find out


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make_run(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def read() -> dict[str, Way]:
    return ways()


@pytest.mark.parametrize("kind", DAMAGE)
def test_whatever_happens_to_a_file_is_a_value_or_a_sentence(whole: Run, read: dict[str, Way], kind: str) -> None:
    quick = {name: way for name, way in read.items() if name not in SLOW}
    assert wrong(damaged_readings(whole, 4, 11, quick, (kind,))) == []


def test_so_it_is_with_what_takes_keras(whole: Run, read: dict[str, Way]) -> None:
    assert wrong(damaged_readings(whole, 10, 12, {name: read[name] for name in SLOW})) == []


def test_a_run_that_nothing_happened_to_is_read_whole(whole: Run, read: dict[str, Way]) -> None:
    for name, way in read.items():
        assert (way(Run(whole.folder)) is None) == (name == "showcase"), name  # only bundled ones have it


def test_a_reading_that_raises_something_else_is_found_out(whole: Run) -> None:
    def clumsy(run: Run) -> object:
        return (run.folder / "spec.json").read_text(encoding="ascii")

    found = wrong(damaged_readings(whole, 120, 13, {"clumsy": clumsy}, ("deleted", "bits flipped")))
    assert {one.way for one in found} == {"clumsy"}


def wrong(readings: Iterator[tuple[str, str, Wrong | None]]) -> list[Wrong]:
    return [found for _, _, found in readings if found]
