import json
from pathlib import Path

import numpy as np
import pytest

from cnnviz.runs import Run, Status, Weights, write_status
from cnnviz.ui.network.models import arrays_of
from tests.compared import LABELS, drawn, fresh, opened, pages, pair, ran, trained_pair, words
from tests.components import data_of
from tests.evaluation.made import ended_run, guesses
from tests.runs.folders import make_run
from tests.ui.made import failed_run, running_run

__all__ = ["fresh", "pair", "trained_pair"]


def test_the_comparison_says_what_differs_and_which_is_better(pair: list[Run]) -> None:
    at = opened(*pair)
    final = [run.predictions() for run in pair]
    right = [found.predicted == found.labels for found in final]
    only_a, only_b = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    better, worse = max(only_a, only_b), min(only_a, only_b)
    told = words(at)
    assert (f"is better on {better} image" in told and f"worse on {worse};" in told) or only_a == only_b
    assert "These runs differ only in their seed" in told
    accuracies = [float(found.mean()) for found in right]
    assert f"Mean test accuracy {100 * np.mean(accuracies):.1f} %" in told
    for accuracy in accuracies:
        assert f"{100 * accuracy:.1f} %" in pages(at)
    assert "<th>seed</th><td>5</td><td>6</td>" in pages(at)
    assert f"**Only A is right** · {only_a}" in told
    assert f"**Only B is right** · {only_b}" in told
    assert "Validation accuracy" in drawn(at)
    assert "A: the 3×3 kernels of conv2d_1" in drawn(at)


def test_both_first_layers_have_one_scale(pair: list[Run]) -> None:
    kernels = [run.weights(run.snapshots()[-1].number)["conv2d_1/kernel"] for run in pair]
    limit = float(np.abs(np.stack(kernels)).max())
    shown = [data_of(one) for one in opened(*pair).get("bidi_component")]
    scales = {tuple(one["highs"]) for one in shown if "the 3×3 kernels" in one.get("caption", "")}
    assert scales == {(round(limit, 6),) * 4}


def test_first_kernels_of_very_different_strengths_each_have_their_own_scale(
    pair: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stronger(weights: Weights) -> dict[str, np.ndarray]:
        times = 20 if weights.run.id == pair[1].id else 1
        return {name: times * array for name, array in arrays_of(weights).items()}

    monkeypatch.setattr("cnnviz.ui.judge.compare.page.arrays_of", stronger)
    shown = [data_of(one) for one in opened(*pair).get("bidi_component")]
    walls = [one for one in shown if "the 3×3 kernels" in one.get("caption", "")]
    assert walls[1]["highs"][0] > 5 * walls[0]["highs"][0]
    assert all("; on a scale of its own, since" in one["caption"] for one in walls)


def test_curves_by_steps_and_of_training(pair: list[Run]) -> None:
    at = opened(*pair, by="steps", of="training")
    assert "Training accuracy" in drawn(at)
    data = [data_of(one) for one in at.get("bidi_component")]
    figures = [json.loads(one["figure"]) for one in data if "figure" in one]
    curves = next(one for one in figures if "Training accuracy" in str(one["layout"].get("title")))
    assert curves["layout"]["xaxis"]["title"]["text"] == "step"
    assert curves["layout"]["xaxis"]["range"][1] == pair[0].snapshots()[-1].step
    at.segmented_control(key="compare-axis").set_value("seconds")
    assert "seconds of training" in drawn(ran(at))


def test_of_three_runs_two_are_chosen(home: Path) -> None:
    runs = [ended_run(home, LABELS, guesses(LABELS, 3, seed, skill=seed + 1.0)) for seed in range(3)]
    at = opened(*runs)
    told = {}
    for both in ("A and B", "A and C", "B and C"):
        at.segmented_control(key="compare-pair").set_value(both)
        told[both] = words(ran(at))
        one, other = both[0], both[-1]
        assert f"**Only {one} is right**" not in told[both]  # the data set is nowhere, so no images are drawn
        assert f"{other} is better on" in told[both] or f"{one} is better on" in told[both]
    assert len(set(told.values())) == 3
    assert "is not on this machine" in told["A and B"]


def test_other_test_images_are_said_and_the_rest_compared(home: Path) -> None:
    ten = np.arange(40) % 4
    at = opened(ended_run(home, LABELS, guesses(LABELS, 3)), ended_run(home, ten, guesses(ten, 4)))
    assert "different test images (A 60 of nowhere and B 40 of nowhere)" in words(at)
    assert "They differ in classes" in words(at)
    assert "number of classes" in pages(at)
    assert "60 of 3 classes" in pages(at)
    assert " is better on " not in words(at)


def test_a_run_stopped_early_is_judged_at_its_newest_snapshot(pair: list[Run]) -> None:
    (pair[1].folder / "predictions" / "final.npz").unlink()
    write_status(pair[1].folder, Status("stopped", epoch=1, epochs=2))
    at = opened(*pair)
    assert "after epoch 2" in pages(at)
    assert " is better on " in words(at) or "the same images" in words(at)


def test_runs_that_never_got_anywhere(home: Path, pair: list[Run]) -> None:
    failed, diverged = failed_run(home), make_run(home, Status("diverged", epochs=3))
    at = opened(pair[0], failed, running_run(home), diverged)
    told = words(at)
    assert "has not predicted the test images yet" in told
    assert "B, C and D have no predictions that can be judged" in told
    assert "B, C and D have no such curve" in told
    assert "has no snapshot yet" in told


def test_weights_and_curves_that_are_no_numbers(pair: list[Run]) -> None:
    newest = pair[0].snapshots()[-1].number
    arrays = {name: np.full_like(array, np.nan) for name, array in pair[0].weights(newest).items()}
    path = pair[0].folder / "snapshots" / f"{newest:04d}.npz"
    np.savez(path, **arrays)
    write_status(pair[0].folder, Status("diverged", epoch=2, epochs=2))
    assert "B: the 3×3 kernels of conv2d_1" in drawn(opened(*pair))
