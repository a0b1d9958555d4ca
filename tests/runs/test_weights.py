"""A run at a moment: which file, what it is called, and what changes when its file does."""

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from cnnviz.arrays import pack_arrays
from cnnviz.errors import RunError
from cnnviz.runs import Run, Weights
from tests.runs.folders import SPEC, epoch, make_run, snapshot, write_events

KERNELS = {"conv2d_1/kernel": np.arange(9, dtype=np.float32).reshape(3, 3, 1, 1)}


@pytest.fixture
def run(home: Path) -> Run:
    made = make_run(home)
    losses = {1: 0.5, 2: 0.2, 3: 0.9}
    moments = [snapshot(0, 0), snapshot(1, 0.5), *(snapshot(number + 1, number) for number in losses)]
    write_events(made, *moments, *(epoch(number, val_loss=loss) for number, loss in losses.items()))
    (made.folder / "snapshots").mkdir()
    for number in range(5):
        arrays = {name: array + number for name, array in KERNELS.items()}
        (made.folder / "snapshots" / f"{number:04d}.npz").write_bytes(pack_arrays(arrays))
    (made.folder / "model.keras").write_bytes(b"a model")
    return made


def test_they_name_their_file_and_their_moment(run: Run) -> None:
    moments = {None: "trained model", 0: "before training", 1: "after step 5", 2: "after epoch 1"}
    files = {None: "model.keras", 0: "snapshots/0000.npz", 1: "snapshots/0001.npz", 2: "snapshots/0002.npz"}
    for number, moment in moments.items():
        weights = run.at(number)
        assert weights.path == run.folder / files[number]
        assert weights.name == weights.path.stem
        assert weights.title == f"one-conv, {moment}"
    assert Weights(run, 7).title == "one-conv, snapshot 7"


def test_the_digest_is_of_the_content_and_the_stamp_tells_that_it_changed(run: Run) -> None:
    weights = run.at()
    stamp, key = weights.stamp, weights.key
    assert weights.digest == hashlib.blake2b(b"a model", digest_size=16).hexdigest()
    other = run.folder / "other"
    other.write_bytes(b"b model")  # as long, and replaced as a training replaces it
    os.utime(other, ns=(weights.path.stat().st_atime_ns, weights.path.stat().st_mtime_ns))
    os.replace(other, weights.path)
    assert weights.stamp != stamp
    assert weights.key != key
    assert weights.digest == hashlib.blake2b(b"b model", digest_size=16).hexdigest()
    weights.path.unlink()
    assert (weights.stamp, weights.digest, weights.exists) == ((), "none", False)


def test_the_model_has_the_weights_of_the_last_snapshot_or_of_the_best(run: Run) -> None:
    assert run.at().number == 4
    assert run.at(1).number == 1
    best = Run(run.folder)
    best.__dict__["spec"] = SPEC.changed(train=SPEC.train.changed(keep="best"))
    assert best.at().number == 3  # the second epoch's
    np.testing.assert_array_equal(best.at().arrays()["conv2d_1/kernel"], KERNELS["conv2d_1/kernel"] + 3)


def test_what_there_is_not_is_refused_before_anybody_uses_it(run: Run) -> None:
    with pytest.raises(RunError, match=r"has no snapshot 9 yet; wait for it, or choose one that exists$"):
        run.at(9)
    (run.folder / "model.keras").unlink()
    with pytest.raises(RunError, match=r"has no model yet; wait until it is completed, or open one of its snapshots$"):
        run.at()
    for path in (run.folder / "snapshots").iterdir():
        path.unlink()
    with pytest.raises(RunError, match="has no snapshot yet"):
        _ = Weights(run).number


def test_the_kernels_of_a_network_from_elsewhere_stand_for_its_weights(run: Run) -> None:
    rows = SPEC.model.rows
    run.__dict__["spec"] = SPEC.changed(model=SPEC.model.changed(layers=(), foreign=rows))
    with pytest.raises(RunError, match=r"kernels of the run .* are missing or damaged; bring it in again"):
        run.at().arrays()
    (run.folder / "kernels.npz").write_bytes(pack_arrays(KERNELS))
    np.testing.assert_array_equal(run.at().arrays()["conv2d_1/kernel"], KERNELS["conv2d_1/kernel"])
