"""What a run predicted beside what is true: from its own files, else from the data set, else a sentence."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.errors import RunError
from cnnviz.evaluation import judge, judge_snapshots
from cnnviz.evaluation.judged import cross_entropies
from cnnviz.runs import Run, Status
from tests.evaluation.made import (
    ended_run,
    from_elsewhere,
    guesses,
    judged,
    stopped_run,
    with_snapshots,
    write,
    write_dataset,
)
from tests.runs.folders import make_run
from tests.ui.made import finished_run

LABELS = [0, 1, 2, 1, 0]
CHANCES = guesses(LABELS, 3)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return finished_run(tmp_path_factory.mktemp("trained"))


def test_a_trained_run_keeps_the_true_classes(trained: Run) -> None:
    with np.load(trained.folder / "predictions" / "final.npz") as raw:
        arrays = dict(raw)
    assert arrays["labels"].dtype == np.uint16
    found = judge(trained)
    assert (found.run_id, found.snapshot, found.dataset) == (trained.id, None, "digits")
    assert found.class_names == tuple("0123456789")
    np.testing.assert_array_equal(found.labels, arrays["labels"])
    np.testing.assert_array_equal(found.probabilities, arrays["probabilities"])
    report = trained.evaluation()
    assert report is not None
    assert int((~found.right).sum()) == report["n_mistakes"]
    assert found.losses is not None
    assert found.losses.mean() == pytest.approx(report["loss"], rel=1e-5)


def test_without_kept_classes_those_of_the_data_set_are_the_same(trained: Run) -> None:
    path = trained.folder / "predictions" / "final.npz"
    content, found = path.read_bytes(), judge(trained)
    with np.load(path) as raw:
        arrays = dict(raw)
    try:
        write(trained, "final", {name: array for name, array in arrays.items() if name != "labels"})
        np.testing.assert_array_equal(judge(trained, home=trained.home).labels, found.labels)
    finally:
        path.write_bytes(content)


def test_a_run_that_kept_its_classes_needs_no_data_set(home: Path) -> None:
    found = judge(ended_run(home, LABELS, CHANCES))
    assert found.labels.tolist() == LABELS
    assert found.labels.dtype == found.predicted.dtype == np.int64
    assert found.right.tolist() == [row.argmax() == label for row, label in zip(CHANCES, LABELS, strict=True)]
    assert len(found) == 5


def test_losses_and_margins_by_hand() -> None:
    found = judged([0, 1], [[0.5, 0.3, 0.2], [0.6, 0.1, 0.3]])
    assert found.losses is not None
    assert found.margins is not None
    assert found.losses.tolist() == pytest.approx([np.log(2), np.log(10)])
    assert found.margins.tolist() == pytest.approx([0.2, -0.5])


def test_of_independent_classes_the_loss_is_keras_binary_cross_entropy() -> None:
    import keras

    shares, labels = np.random.default_rng(0).uniform(0.01, 0.99, (6, 4)), np.array([0, 1, 2, 3, 0, 1])
    expected = keras.losses.binary_crossentropy(np.eye(4)[labels], shares)
    found = cross_entropies(shares, labels, independent=True)
    np.testing.assert_allclose(found, np.asarray(expected), atol=1e-5)
    np.testing.assert_allclose(cross_entropies(shares, labels), -np.log(shares[np.arange(6), labels]))
    assert np.isfinite(cross_entropies(np.array([[1.0, 1.0, 0.0]]), np.array([2]), independent=True)).all()


def test_a_snapshot_has_no_losses(home: Path) -> None:
    run = with_snapshots(ended_run(home, LABELS, CHANCES), [CHANCES, CHANCES])
    found = judge(run, 1)
    assert (found.snapshot, found.probabilities, found.losses, found.margins) == (1, None, None, None)
    assert found.labels.tolist() == LABELS
    assert [(item.number, one.snapshot) for item, one in judge_snapshots(run)] == [(0, 0), (1, 1)]


def test_a_run_that_was_stopped_is_judged_by_its_newest_predictions(home: Path) -> None:
    run = stopped_run(home, 3, [CHANCES, CHANCES[:, ::-1]])
    write_dataset(home, LABELS, 3)
    found = judge(run)
    assert (found.snapshot, found.labels.tolist()) == (1, LABELS)
    assert found.predicted.tolist() == CHANCES[:, ::-1].argmax(1).tolist()


def test_snapshots_without_predictions_do_not_count(home: Path) -> None:
    write_dataset(home, LABELS, 3)
    run = with_snapshots(make_run(home, spec=ended_run(home, LABELS, CHANCES).spec), [CHANCES] * 3, missing=2)
    assert judge(run).snapshot == 0
    assert [item.number for item in run.predicted_snapshots()] == [0]


def test_predictions_count_without_the_weights_that_made_them(home: Path) -> None:
    run = with_snapshots(ended_run(home, LABELS, CHANCES), [CHANCES] * 3)
    (run.folder / "snapshots" / "0001.npz").unlink()
    assert [item.number for item in run.snapshots()] == [0, 2]
    assert [item.number for item in run.predicted_snapshots()] == [0, 1, 2]
    assert [item.number for item, _ in judge_snapshots(run)] == [0, 1, 2]
    with pytest.raises(RunError, match="has no snapshot 1 yet; wait for it, or choose one that exists"):
        run.weights(1)


def test_where_nothing_was_predicted_one_sentence_says_so(home: Path) -> None:
    run = make_run(home)
    for look in (judge, judge_snapshots):
        with pytest.raises(RunError, match=r"has not predicted the test images yet; .* resume the run"):
            look(run)
    with pytest.raises(RunError, match="no predictions of snapshot 7 yet"):
        judge(with_snapshots(ended_run(home, LABELS, CHANCES), [CHANCES]), 7)


def test_a_run_that_will_never_predict_is_not_waited_for(home: Path) -> None:
    with pytest.raises(RunError, match=r"so train again with a lower learning rate$"):
        judge(make_run(home, Status("diverged", epochs=3)))
    unmeasured = make_run(home, spec=from_elsewhere(3))
    with pytest.raises(RunError, match="came from elsewhere and was measured on no test images; bring it in again"):
        judge(unmeasured)
    write(unmeasured, "final", {"predicted": LABELS, "confidence": np.ones(5), "labels": LABELS})
    with pytest.raises(RunError, match="came from elsewhere, so nobody knows how it learned"):
        judge_snapshots(unmeasured)


def test_a_data_set_that_is_gone_is_not_downloaded(home: Path) -> None:
    with pytest.raises(RunError, match="the data set nowhere, which is not on this machine; import it again with"):
        judge(stopped_run(home, 3, [CHANCES]))


def test_another_data_set_of_that_name_is_refused(home: Path) -> None:
    write_dataset(home, [*LABELS, 0], 3)
    with pytest.raises(RunError, match="predicted 5 images and the data set nowhere has 6 test images now"):
        judge(stopped_run(home, 3, [CHANCES]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"labels": [0, 1, 2, 1, 3]},
        {"labels": [0, 1, 2, 1]},
        {"labels": [0.5, 1, 2, 1, 0]},
        {"predicted": [0, 1, 2, 1, 9]},
        {"predicted": [0, 1, 2, 1, -1]},
        {"predicted": [[0, 1, 2, 1, 0]], "labels": [[0, 1, 2, 1, 0]]},
        {"confidence": [0.5] * 4},
        {"confidence": ["a"] * 5},
        {"probabilities": CHANCES[:, :2]},
        {"probabilities": CHANCES.astype(str)},
        {"predicted": np.zeros(0, int), "labels": np.zeros(0, int), "confidence": np.zeros(0), "probabilities": None},
    ],
)
def test_predictions_that_cannot_be_are_refused(wrong: dict[str, Any], home: Path) -> None:
    run = ended_run(home, LABELS, CHANCES)
    right = dict(np.load(run.folder / "predictions" / "final.npz"))
    changed = {name: None if value is None else np.asarray(value) for name, value in wrong.items()}
    write(run, "final", {name: array for name, array in (right | changed).items() if array is not None})
    with pytest.raises(RunError, match=r"train (it )?again"):
        judge(run)


def test_a_torn_file_is_one_sentence(home: Path) -> None:
    run = ended_run(home, LABELS, CHANCES)
    path = run.folder / "predictions" / "final.npz"
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(RunError, match=r"final predictions of the run .* cannot be read"):
        judge(run)


def test_what_is_no_number_becomes_one(home: Path) -> None:
    chances = CHANCES.copy()
    chances[0] = np.nan
    chances[1, LABELS[1]] = 0
    found = judge(ended_run(home, LABELS, chances, predicted=np.zeros(5, np.uint16), confidence=chances[:, 0]))
    assert found.losses is not None
    assert found.margins is not None
    for values in (found.confidence, found.probabilities, found.losses, found.margins):
        assert np.isfinite(values).all()


def test_half_precision_is_read_too(home: Path) -> None:
    half = CHANCES.astype(np.float16)
    found = judge(ended_run(home, LABELS, CHANCES, probabilities=half, confidence=half.max(1)))
    assert found.probabilities is not None
    np.testing.assert_array_equal(found.probabilities, half.astype(np.float64))
