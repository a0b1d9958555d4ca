"""The part of a replay that its files tell."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import Prepared
from cnnviz.errors import DataError, RunError, SpecError
from cnnviz.replay import choose_frames, replay
from cnnviz.runs import Run, RunStore, Snapshot
from tests.ui.made import failed_run


def test_frames_are_the_snapshots_with_their_kernels(run: Run, data: Prepared) -> None:
    frames = replay(run, data.test.labels)
    assert frames.snapshots == run.snapshots()
    assert frames.numbers == tuple(range(len(frames.numbers)))
    assert frames.kernel_layer == "conv2d_1"
    assert frames.kernels is not None
    for index, number in enumerate(frames.numbers):
        np.testing.assert_array_equal(frames.kernels[index], run.weights(number)["conv2d_1/kernel"])
    assert frames.kernel_limit == np.abs(frames.kernels).max()
    assert frames.epochs == 2


def test_confusion_counts_every_test_image_by_its_true_class(run: Run, data: Prepared) -> None:
    frames = replay(run, data.test.labels)
    assert frames.confusion is not None
    assert frames.accuracy is not None
    assert frames.measured.all()
    classes = len(data.class_names)
    for index, number in enumerate(frames.numbers):
        predicted = run.predictions(number).predicted
        expected = np.zeros((classes, classes), int)
        for label, taken_for in zip(data.test.labels, predicted, strict=True):
            expected[label, taken_for] += 1
        np.testing.assert_array_equal(frames.confusion[index], expected)
        assert frames.accuracy[index] == pytest.approx(np.trace(expected) / len(predicted))


def test_without_labels_everything_else_is_there(run: Run) -> None:
    frames = replay(run)
    assert frames.confusion is None
    assert frames.accuracy is None
    assert frames.kernels is not None
    assert frames.history.n_epochs == 2


def test_labels_of_other_images_are_refused(run: Run) -> None:
    with pytest.raises(DataError, match="60 test images and its data set has 3 now; restore"):
        replay(run, np.zeros(3, np.int64))


def test_damaged_and_unmeasured_snapshots_do_not_stop_it(run: Run, data: Prepared, tmp_path: Path) -> None:
    folder = shutil.copytree(run.folder, tmp_path / run.id)
    (folder / "snapshots" / "0001.npz").write_bytes(b"torn")
    (folder / "predictions" / "0002.npz").unlink()
    frames = replay(Run(folder), data.test.labels)
    assert frames.numbers == tuple(number for number in range(frames.announced) if number != 1)
    assert frames.measured.tolist() == [number != 2 for number in frames.numbers]
    assert frames.confusion is not None
    assert frames.confusion[1].sum() == 0
    assert frames.accuracy is not None
    assert np.isnan(frames.accuracy[1])


def test_a_run_without_snapshots_says_so(home: Path) -> None:
    with pytest.raises(RunError, match="no snapshot to replay yet; wait for its first"):
        replay(failed_run(home))
    assert RunStore(home).ids()


def test_nearest_finds_the_frame_of_a_snapshot_that_is_left_out(run: Run) -> None:
    frames = replay(run, most=3)
    assert len(frames.numbers) == 3
    assert frames.numbers[0] == 0
    assert frames.numbers[-1] == run.snapshots()[-1].number
    assert frames.numbers[frames.nearest(frames.numbers[1])] == frames.numbers[1]
    assert frames.nearest(10_000) == 2


def test_many_snapshots_keep_the_early_ones_and_the_last() -> None:
    early = [Snapshot(number, number / 5, number) for number in range(6)]
    later = [Snapshot(number, float(number - 4), number * 10) for number in range(6, 500)]
    chosen = choose_frames([*early, *later], 60)
    assert 50 <= len(chosen) <= 60
    assert [one.number for one in chosen[:6]] == [0, 1, 2, 3, 4, 5]
    assert chosen[-1].number == 499
    assert list(chosen) == sorted(chosen, key=lambda one: one.number)
    with pytest.raises(SpecError, match="2 frames; give at least 3"):
        choose_frames(early, 2)
