"""The table of presets: recorded run by run, never trained twice, and its means."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import presets
from cnnviz.runs import Run
from cnnviz.spec import RunSpec
from cnnviz.training.execute import train
from tests.training.helpers import PLAIN, stop_at, tiny_spec, write_tiny


@pytest.fixture(autouse=True)
def own_places(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tiny(home)
    monkeypatch.setattr(presets, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(presets, "DOCUMENT", tmp_path / "presets.md")
    monkeypatch.setattr(presets, "spec_of", tiny)


def tiny(preset: str, seed: int) -> RunSpec:
    return tiny_spec(PLAIN, epochs=1, seed=seed).changed(name=f"{preset}, seed {seed}")


def test_each_run_is_recorded_and_none_trained_twice(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in (0, 3):
        presets.record("small", seed, home)
    kept = presets.recorded("small")["seeds"]
    assert list(kept) == ["0", "3"]
    for figures in kept.values():
        run = Run(home / "runs" / figures["run_id"])
        report = run.evaluation()
        assert report is not None
        assert figures["accuracy"] == report["accuracy"]
        assert figures["views"] == json.loads((run.folder / "views.json").read_text())["scores"][0]["accuracy"]
        assert (figures["epochs"], figures["parameters"]) == (1, sum(row.parameters for row in run.spec.model.rows))
    monkeypatch.setattr(presets, "trained", lambda *_: pytest.fail("recorded already"))
    presets.record("small", 3, home)


def test_what_was_cut_off_goes_on(home: Path) -> None:
    stopped = train(tiny("small", 1), home, stop_at(home, 2))
    assert stopped.state == "stopped"
    presets.record("small", 1, home)
    assert presets.recorded("small")["seeds"]["1"]["run_id"] == stopped.id


def test_a_preset_that_changed_is_measured_anew(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    presets.record("small", 0, home)
    monkeypatch.setattr(presets, "spec_of", lambda name, seed: tiny(name, seed + 7))
    presets.record("small", 1, home)
    assert list(presets.recorded("small")["seeds"]) == ["1"]


def seed_of(accuracy: float, views: float, seconds: float) -> dict[str, Any]:
    return {"accuracy": accuracy, "views": views, "seconds": seconds, "epochs": 9, "parameters": 12345, "machine": {}}


def test_the_table_has_means_and_the_spread() -> None:
    several = {"0": seed_of(0.94, 0.946, 1500.4), "1": seed_of(0.943, 0.949, 1490), "2": seed_of(0.938, 0.94, 1700)}
    text = presets.document(
        [
            {"preset": "a", "seeds": several},
            {"preset": "b", "seeds": {"0": seed_of(0.7, 0.71, 60)}},
            {"preset": "c", "seeds": {}},
        ]
    )
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]
    assert rows[1:] == [
        ["a", "94.03 % (93.80–94.30)", "94.50 % (94.00–94.90)", "1,500", "9", "12,345", "3"],
        ["b", "70.00 %", "71.00 %", "60", "9", "12,345", "1"],
    ]


def test_every_preset_of_the_page_fits_the_full_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for name in presets.PRESETS:
        spec = presets.spec_of(name, 2)
        assert (spec.data.name, spec.model.classes, spec.train.seed) == ("cifar10", 10, 2)
