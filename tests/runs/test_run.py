"""What a run's folder says, whatever happened to its files."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from cnnviz.arrays import pack_arrays
from cnnviz.errors import RunError
from cnnviz.runs import Run, RunStore, load_checkpoint
from tests.runs.folders import make_run


@pytest.fixture
def run(home: Path) -> Run:
    return make_run(home)


def sentence(caught: pytest.ExceptionInfo[RunError]) -> str:
    text = str(caught.value)
    assert text.isprintable()
    return text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no readable spec.json"),
        (b"", "no readable spec.json"),
        (b'{"format": 1, "mod', "no readable spec.json"),
        (b"[]", "no readable spec.json"),
        (b"{}", "has format None and this cnnviz reads format 1"),
        (b'{"format": 2, "model": {}}', "has format 2 and this cnnviz reads format 1; update cnnviz"),
        (b'{"format": {"a": "very long thing indeed"}}', "reads format 1"),
        (b'{"format": 1}', "the setting model is missing"),
        (b'{"format": 1, "model": {"classes": 1}}', "classes"),
        (b'{"format": 1, "model": {}, "self": 1}', "no setting called self"),
        (b'{"format": 1, "model": {}, "a\\nb": 1}', "no setting called a b"),
    ],
)
def test_a_spec_that_cannot_be_read(home: Path, run: Run, content: bytes | None, said: str) -> None:
    path = run.folder / "spec.json"
    path.unlink() if content is None else path.write_bytes(content)
    damaged = Run(run.folder)
    with pytest.raises(RunError) as caught:
        _ = damaged.spec
    assert said in sentence(caught)
    row = RunStore(home).list()[0]
    assert said in row.problem
    assert (row.run_id, row.name, row.dataset, row.state) == (run.id, run.id, "", "completed")


def test_a_name_is_the_one_given_last(run: Run) -> None:
    assert run.name == "one-conv"
    run.rename("  My \n best\trun ")
    assert run.name == "My best run"
    assert Run(run.folder).name == "My best run"
    run.rename("=SUM(A1) <b>bold</b> größer")
    assert run.name == "=SUM(A1) <b>bold</b> größer"


def test_renaming_keeps_what_else_is_known(run: Run) -> None:
    (run.folder / "about.json").write_text('{"note": "by hand"}')
    run.rename("new")
    assert json.loads((run.folder / "about.json").read_text()) == {"note": "by hand", "name": "new"}


@pytest.mark.parametrize("name", ["", "   ", "\n\t", "\x1b\x00", "x" * 81, "x" * 5000])
def test_a_name_too_short_or_too_long(run: Run, name: str) -> None:
    with pytest.raises(RunError, match=r"the name has \d+ characters; give 1 to 80"):
        run.rename(name)
    assert run.name == "one-conv"


@pytest.mark.parametrize("planted", ['{"name": 3}', '{"name": ""}', "[]", "{", '{"name": "\\u0000\\n"}'])
def test_a_planted_name_that_is_none(run: Run, planted: str) -> None:
    (run.folder / "about.json").write_text(planted)
    assert run.name == "one-conv"


def test_a_planted_name_stays_one_line(run: Run) -> None:
    (run.folder / "about.json").write_text(json.dumps({"name": "a\x1b[2Jb\nc" + "d" * 500}))
    assert run.name.startswith("a [2Jb c")
    assert len(run.name) <= 80


def test_a_deleted_run_is_not_brought_back_by_renaming(home: Path, run: Run) -> None:
    RunStore(home).delete(run.id)
    with pytest.raises(RunError, match="does not exist any more"):
        run.rename("ghost")
    assert RunStore(home).ids() == ()


def write(run: Run, path: str, **arrays: object) -> None:
    target = run.folder / path
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(pack_arrays({name: np.asarray(array) for name, array in arrays.items()}))


def test_predictions_of_a_snapshot_and_of_the_model(run: Run) -> None:
    write(run, "predictions/0003.npz", predicted=[1, 0], confidence=[0.5, 0.75])
    write(run, "predictions/final.npz", predicted=[1], confidence=[0.9], probabilities=[[0.1, 0.9]])
    assert run.predictions(3).predicted.tolist() == [1, 0]
    assert run.predictions(3).probabilities is None
    final = run.predictions().probabilities
    assert final is not None
    assert final.tolist() == [[0.1, 0.9]]


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        ("predictions", "has no final predictions yet"),
        ("predictions 7", "has no predictions of snapshot 7 yet"),
        ("weights 7", "has no snapshot 7 yet"),
        ("weights -1", "has no snapshot -1 yet"),
    ],
)
def test_what_is_not_there_yet_is_one_sentence(run: Run, ask: str, said: str) -> None:
    what, *number = ask.split()
    with pytest.raises(RunError) as caught:
        getattr(run, what)(*map(int, number))
    assert said in sentence(caught)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x04\x95.", b"\x93NUMPY", b"<html>"])
def test_a_damaged_file_is_one_sentence(run: Run, content: bytes) -> None:
    for path in ("predictions/final.npz", "snapshots/0000.npz"):
        (run.folder / path).parent.mkdir()
        (run.folder / path).write_bytes(content)
    for ask in (run.predictions, lambda: run.weights(0)):
        with pytest.raises(RunError) as caught:
            ask()
        assert "cannot be read" in sentence(caught)


def test_predictions_that_lack_something(run: Run) -> None:
    write(run, "predictions/final.npz", predicted=[1])
    with pytest.raises(RunError, match="lack 'confidence'; train it again"):
        run.predictions()


def test_a_folder_in_the_place_of_a_file(run: Run) -> None:
    (run.folder / "predictions" / "final.npz").mkdir(parents=True)
    (run.folder / "events.jsonl").mkdir()
    (run.folder / "evaluation.json").mkdir()
    with pytest.raises(RunError, match="cannot be read"):
        run.predictions()
    assert run.history().n_epochs == 0
    assert run.evaluation() is None


LIVE = {
    "position": 1.5,
    "watched": [3],
    "images": np.zeros((1, 8, 8, 1), np.uint8),
    "labels": [1],
    "probabilities": [[0.1] * 10],
}


KERNELS = np.ones((3, 3, 1, 16), np.float32)


def test_the_live_view(run: Run) -> None:
    assert run.live() is None
    write(run, "live.npz", **LIVE)
    view = run.live()
    assert view is not None
    assert (view.position, view.kernels, view.watched.tolist()) == (1.5, None, [3])
    write(run, "live.npz", **LIVE, kernels=KERNELS)
    view = run.live()
    assert view is not None
    assert view.kernels is not None
    assert view.kernels.shape == (3, 3, 1, 16)


@pytest.mark.parametrize("missing", LIVE)
def test_a_live_view_that_lacks_something_is_none(run: Run, missing: str) -> None:
    write(run, "live.npz", **{name: value for name, value in LIVE.items() if name != missing})
    assert run.live() is None


WRONG: dict[str, dict[str, object]] = {
    "two positions": {"position": [1.0, 2.0]},
    "a position in words": {"position": "here"},
    "no position": {"position": np.nan},
    "a position before the start": {"position": -1.0},
    "images in a row": {"images": np.zeros(64, np.uint8)},
    "no images": {"images": np.zeros((0, 8, 8, 1), np.uint8)},
    "more images than labels": {"images": np.zeros((3, 8, 8, 1), np.uint8)},
    "images of floats": {"images": np.zeros((1, 8, 8, 1))},
    "five channels": {"images": np.zeros((1, 8, 8, 5), np.uint8)},
    "images of another size": {"images": np.zeros((1, 9, 9, 1), np.uint8)},
    "a label of no class": {"labels": [10]},
    "a negative label": {"labels": [-1]},
    "half a label": {"labels": [0.5]},
    "labels in a table": {"labels": [[1, 1]]},
    "watched below 0": {"watched": [-1]},
    "watched in words": {"watched": ["three"]},
    "probabilities in a row": {"probabilities": [0.1]},
    "three classes of ten": {"probabilities": [[0.1] * 3]},
    "no probability": {"probabilities": [[np.nan] * 10]},
    "more than certain": {"probabilities": [[2.0] * 10]},
    "probabilities in words": {"probabilities": [["a"] * 10]},
    "no kernels": {"kernels": np.zeros((0, 3, 1, 16), np.float32)},
    "flat kernels": {"kernels": np.zeros((3, 3), np.float32)},
    "too many kernels": {"kernels": np.zeros((64, 64, 3, 64), np.float32)},
    "kernels that are no numbers": {"kernels": np.full((3, 3, 1, 16), np.nan, np.float32)},
    "kernels in words": {"kernels": ["x"]},
    "complex kernels": {"kernels": np.ones((3, 3, 1, 16), complex)},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_live_view_that_makes_no_sense_is_none(run: Run, wrong: dict[str, object]) -> None:
    write(run, "live.npz", **{**LIVE, "kernels": KERNELS, **wrong})
    assert run.live() is None


def test_a_live_view_without_readable_settings_is_checked_in_itself(run: Run) -> None:
    (run.folder / "spec.json").write_text("{")
    write(run, "live.npz", **LIVE, kernels=np.ones((5, 5, 3, 7), np.float32))
    assert Run(run.folder).live() is not None
    write(run, "live.npz", **{**LIVE, "labels": [10]})
    assert Run(run.folder).live() is None


REPORT = {"n_test": 10, "n_mistakes": 3, "accuracy": 0.7, "loss": 1.5}


@pytest.mark.parametrize(
    "wrong",
    [
        *({key: value} for key in REPORT for value in (None, "x", [1], {"a": 1}, True, float("nan"), float("inf"))),
        *({"n_test": 2.5}, {"n_mistakes": 11}, {"n_mistakes": -1}, {"accuracy": 7}, {"loss": 10**400}),
    ],
    ids=str,
)
def test_a_report_that_is_no_numbers_is_none(run: Run, wrong: dict[str, object]) -> None:
    path = run.folder / "evaluation.json"
    path.write_text(json.dumps({**REPORT, "more": "of a newer version"}))
    assert run.evaluation() == REPORT
    path.write_text(json.dumps({**REPORT, **wrong}))
    assert run.evaluation() is None
    path.write_text(json.dumps({key: value for key, value in REPORT.items() if key not in wrong}))
    assert run.evaluation() is None


def test_pipes_in_the_place_of_files_keep_nobody_waiting(home: Path, run: Run) -> None:
    names = [f"{name}.json" for name in ("spec", "about", "status", "evaluation")]
    names += ["events.jsonl", "live.npz", "model.keras"]
    names += ["predictions/final.npz", "snapshots/0000.npz", "checkpoint/0000000001.ckpt"]
    for name in names:
        path = run.folder / name
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        os.mkfifo(path)
    run = Run(run.folder)
    assert (run.state, run.evaluation(), run.live(), run.history().batches) == ("interrupted", None, None, {})
    assert load_checkpoint(run.folder / "checkpoint") is None
    for ask in (run.predictions, lambda: run.weights(0), lambda: run.spec):
        with pytest.raises(RunError, match=r"not a regular file|no readable spec.json"):
            ask()
    assert "no readable spec.json" in RunStore(home).list()[0].problem
    with pytest.raises(RunError, match="has no model yet"):
        run.model()


def test_a_reader_needs_no_right_to_write(run: Run) -> None:
    before = {path: os.stat(path).st_mtime_ns for path in run.folder.rglob("*")}
    _ = (run.spec, run.state, run.history(), run.snapshots(), run.live(), run.evaluation(), run.name)
    assert {path: os.stat(path).st_mtime_ns for path in run.folder.rglob("*")} == before
