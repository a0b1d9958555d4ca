import json
import math

import numpy as np
import pytest

from cnnviz.figures.curves import in_words, learning_rate, loss_and_accuracy
from cnnviz.figures.learning_curve import MAX_POINTS, Metric, curve, loss_bound
from cnnviz.figures.theme import palette
from cnnviz.runs import History


def history(done: float, epochs: int = 10, per_epoch: int = 704, validation: bool = True) -> History:
    """A run of falling loss, stopped after `done` epochs."""
    position = (np.arange(round(done * per_epoch)) + 1) / per_epoch
    noise = np.random.default_rng(0).normal(size=epochs * per_epoch)[: len(position)] * 0.1
    loss, accuracy = 0.7 + 1.6 * np.exp(-position / 3) + noise, 0.7 - 0.6 * np.exp(-position / 3)
    ends = range(int(done))
    by_epoch = {"loss": [2.0 - i / 10 for i in ends], "accuracy": [0.3 + i / 20 for i in ends]}
    if validation:
        by_epoch |= {"val_loss": [2.1 - i / 10 for i in ends], "val_accuracy": [0.28 + i / 20 for i in ends]}
    by_epoch["learning_rate"] = [0.001 * 0.5**i for i in ends]
    batches = {"position": position.tolist(), "loss": loss.tolist(), "accuracy": accuracy.tolist()}
    return History(by_epoch, batches)


def test_an_empty_history_has_its_axes_already() -> None:
    loss, accuracy = loss_and_accuracy(History(), 10, classes=10)
    assert loss.layout.xaxis.range == accuracy.layout.xaxis.range == (0, 10)
    assert loss.layout.yaxis.range == (0, 2.5)  # guessing one of ten costs ln(10) = 2.30
    assert accuracy.layout.yaxis.range == (0, 1)
    assert accuracy.layout.yaxis.tickformat == ".0%"
    assert [len(trace.x) for trace in loss.data] == [0, 0, 0, 0]


def test_axes_and_traces_stay_while_a_run_grows() -> None:
    drawn = [loss_and_accuracy(history(done), 10, classes=10) for done in (0.01, 0.5, 3.2, 10)]
    for figures in zip(*drawn, strict=True):
        assert len({figure.layout.xaxis.range for figure in figures}) == 1
        assert len({figure.layout.yaxis.range for figure in figures}) == 1
        assert len({figure.layout.uirevision for figure in figures}) == 1
        assert len({tuple(trace.name for trace in figure.data) for figure in figures}) == 1


def test_another_revision_gives_up_the_zoom() -> None:
    assert loss_and_accuracy(History(), 3, revision="a")[0].layout.uirevision == "a"


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_points_that_were_drawn_do_not_move(metric: Metric) -> None:
    early, late = (curve(history(done), metric, 10) for done in (2.5, 9.0))
    whole = len(early.position) - 1  # the newest bin may still fill
    for name in ("position", "batch", "smoothed"):
        np.testing.assert_allclose(getattr(early, name)[:whole], getattr(late, name)[:whole])


def test_long_runs_stay_light() -> None:
    record = curve(history(10, per_epoch=5000), "loss", 10)
    assert len(record.position) == MAX_POINTS
    assert record.position[-1] == 10
    assert record.batch.mean() == pytest.approx(np.mean(history(10, per_epoch=5000).batches["loss"]), abs=1e-3)


def test_short_runs_keep_every_batch() -> None:
    given = history(1, per_epoch=20)
    record = curve(given, "loss", 2)
    assert record.position.tolist() == given.batches["position"]
    assert record.batch.tolist() == given.batches["loss"]


def test_smoothing_starts_at_the_first_value_and_keeps_constants() -> None:
    flat = History(batches={"position": [0.1, 0.2, 0.3], "loss": [2.0, 2.0, 2.0]})
    assert curve(flat, "loss", 1).smoothed.tolist() == pytest.approx([2.0, 2.0, 2.0])
    given = history(3)
    record = curve(given, "loss", 10)
    assert np.abs(np.diff(record.smoothed)).mean() < np.abs(np.diff(record.batch)).mean() / 3


def test_by_epoch_values_stand_at_the_end_of_their_epoch() -> None:
    loss, _ = loss_and_accuracy(history(3.2), 10)
    train, validation = loss.data[2], loss.data[3]
    assert list(train.x) == list(validation.x) == [1, 2, 3]
    assert list(train.y) == pytest.approx([2.0, 1.9, 1.8])
    assert list(validation.y) == pytest.approx([2.1, 2.0, 1.9])
    assert (train.marker.color, validation.marker.color) == (
        palette("light").train,
        palette("light").validation,
    )
    assert train.marker.symbol != validation.marker.symbol


def test_without_validation_it_is_not_announced() -> None:
    loss, accuracy = loss_and_accuracy(history(2, validation=False), 10)
    assert "validation" not in loss.layout.title.text + accuracy.layout.title.text
    assert "validation" in loss_and_accuracy(history(2), 10)[0].layout.title.text


def test_without_batches_the_epochs_are_joined() -> None:
    bundled = History(history(3).epochs, {})
    assert loss_and_accuracy(bundled, 3)[0].data[2].mode == "lines+markers"
    assert loss_and_accuracy(history(3), 3)[0].data[2].mode == "markers"


def test_hover_speaks_in_words() -> None:
    loss, accuracy = loss_and_accuracy(history(2), 10)
    assert loss.data[1].hovertemplate == "epoch %{x:.1f} · loss %{y:.3f}<extra></extra>"
    assert accuracy.data[3].hovertemplate == "epoch %{x:.0f} · validation accuracy %{y:.1%}<extra></extra>"
    assert loss.data[0].hoverinfo == "skip"


def test_values_that_are_not_finite_and_torn_histories_are_drawn_as_far_as_they_go() -> None:
    torn = History(
        {"loss": [1.0, math.nan], "accuracy": [0.5]},
        {"position": [0.1, 0.2, 0.3, 0.4], "loss": [2.0, math.inf, 1.5]},
    )
    record = curve(torn, "loss", 2)
    assert record.position.tolist() == [0.1, 0.3]
    assert np.isnan(record.train).tolist() == [False, True]
    assert record.bound == 2.0
    figures = loss_and_accuracy(torn, 2)
    assert all(json.loads(figure.to_json()) for figure in figures)


def test_a_run_longer_than_planned_widens_the_axis() -> None:
    assert curve(history(4), "loss", 3).epochs == 4


def test_batches_done_twice_are_put_in_order() -> None:
    again = History(batches={"position": [0.1, 0.2, 0.3, 0.2, 0.3, 0.4], "loss": [3.0, 2.0, 1.0, 2.0, 1.0, 0.5]})
    assert (np.diff(curve(again, "loss", 1).position) > 0).all()


@pytest.mark.parametrize(
    ("losses", "bound"),
    [
        ([], 1.0),
        ([0.05], 0.1),
        ([0.6], 0.6),
        ([0.61], 0.8),
        ([2.3], 2.5),
        ([9.0, math.nan], 10),
        ([11], 15),
        ([1e5], 1e5),
    ],
)
def test_loss_bound_is_a_step(losses: list[float], bound: float) -> None:
    assert loss_bound(losses) == pytest.approx(bound)


def test_loss_bound_covers_and_never_shrinks() -> None:
    losses = np.geomspace(0.01, 1e7, 997).tolist()
    bounds = [loss_bound(losses[: end + 1]) for end in range(len(losses))]
    assert all(bound >= loss for bound, loss in zip(bounds, losses, strict=True))
    assert (np.diff(bounds) >= 0).all()
    assert len(set(bounds)) < 140


def test_learning_rate_is_drawn_as_steps() -> None:
    figure = learning_rate(history(3), 10)
    assert figure.layout.xaxis.range == (0, 10)
    assert figure.layout.yaxis.rangemode == "tozero"
    assert figure.data[0].line.shape == "hv"
    assert list(figure.data[0].y) == pytest.approx([0.001, 0.0005, 0.00025])


def test_in_words() -> None:
    assert in_words(History(), 10) == "Loss and accuracy of the run; no epoch is finished yet."
    assert in_words(history(3), 10) == (
        "Loss and accuracy of the run after epoch 3 of 10: training loss 1.80, validation loss 1.90, "
        "training accuracy 40%, validation accuracy 38%."
    )


def test_dark_figures_use_the_dark_palette() -> None:
    loss, _ = loss_and_accuracy(history(1), 10, "dark")
    assert loss.data[1].line.color == palette("dark").train
    assert loss.layout.template.layout.font.color == palette("dark").text


def test_the_last_mark_is_whole() -> None:
    loss, _ = loss_and_accuracy(history(10), 10)
    assert loss.layout.xaxis.range == (0, 10)
    assert [loss.data[index].cliponaxis for index in (2, 3)] == [False, False]


def test_many_epochs_are_lines_without_marks() -> None:
    long = history(70, epochs=70, per_epoch=10)
    loss, _ = loss_and_accuracy(long, 70)
    assert [loss.data[index].marker.opacity for index in (2, 3)] == [0, 0]
    assert "●" not in loss.layout.title.text
    few, _ = loss_and_accuracy(history(10), 60)
    assert few.data[3].marker.opacity is None
    assert "●" in few.layout.title.text
