import math

import numpy as np
import pytest

from cnnviz.figures.compared_curves import DASHES, Learned, compared_curves, curves_caption, draw_compared
from cnnviz.figures.theme import RUN_ROLES, run_colors
from cnnviz.runs import History


def history(val: list[float], *, batches: bool = True, seconds: float = 10.0) -> History:
    count = len(val)
    epochs = {
        "loss": [1 / n for n in range(1, count + 1)],
        "accuracy": [0.5] * count,
        "val_loss": [2 / n for n in range(1, count + 1)],
        "val_accuracy": val,
        "seconds": [seconds * n for n in range(1, count + 1)],
    }
    position = [n / 4 for n in range(1, 4 * count + 1)] if batches else []
    return History(
        epochs,
        {
            "position": position,
            "loss": [1.0] * len(position),
            "accuracy": [0.25] * len(position),
            "seconds": [seconds * at for at in position],
        },
    )


A = Learned("A", history([0.25, 0.5]), 2, steps=100)
B = Learned("B", history([0.25, 0.5, 0.75], seconds=40), 3, steps=50)


def test_validation_by_epochs_steps_and_seconds() -> None:
    ends = {"epochs": ([1, 2], [1, 2, 3]), "steps": ([100, 200], [50, 100, 150]), "seconds": ([10, 20], [40, 80, 120])}
    for axis, (of_a, of_b) in ends.items():
        record = compared_curves([A, B], "accuracy", "validation", axis)  # type: ignore[arg-type]
        assert [line.letter for line in record.lines] == ["A", "B"]
        assert record.lines[0].x.tolist() == of_a
        assert record.lines[1].x.tolist() == of_b
        assert record.lines[1].y.tolist() == [0.25, 0.5, 0.75]
        assert record.end == max(of_a[-1], of_b[-1])


def test_training_is_by_batch_and_its_seconds_are_those_of_its_batches() -> None:
    record = compared_curves([A], "accuracy", "training", "seconds")
    (line,) = record.lines
    assert line.x.tolist() == [2.5 * n for n in range(1, 9)]
    np.testing.assert_allclose(line.y, 0.25)


def test_training_without_batches_is_by_epoch() -> None:
    bare = Learned("A", history([0.5, 0.5], batches=False), 2)
    (line,) = compared_curves([bare], "accuracy", "training", "epochs").lines
    assert (line.x.tolist(), line.y.tolist()) == ([1, 2], [0.5, 0.5])


def test_a_run_without_what_is_asked_for_has_no_line_and_keeps_the_others_place() -> None:
    empty = Learned("A", History(), 5)
    record = compared_curves([empty, B], "loss", "validation", "epochs")
    assert [(line.place, line.letter) for line in record.lines] == [(1, "B")]
    nameless = Learned("A", A.history, 2, steps=None)
    assert [line.letter for line in compared_curves([nameless, B], "loss", "validation", "steps").lines] == ["B"]
    assert compared_curves([empty], "loss", "training", "seconds").lines == ()
    draw_compared(compared_curves([empty], "loss", "training", "seconds"))


def test_what_was_not_validated_has_no_validation_curve() -> None:
    plain = Learned("A", History({"loss": [1.0], "accuracy": [0.5]}, {}), 1)
    assert compared_curves([plain], "accuracy", "validation", "epochs").lines == ()
    assert len(compared_curves([plain], "accuracy", "training", "epochs").lines) == 1


def test_a_run_that_went_astray_does_not_flatten_the_others() -> None:
    astray = History({"loss": [1.0, 1e9], "val_loss": [2.0, 1e9], "accuracy": [0.1, 0.1]}, {})
    record = compared_curves([A, Learned("B", astray, 2)], "loss", "validation", "epochs")
    assert record.beyond == ("B",)
    assert 2 <= record.bound <= 8  # A's largest is 2
    assert compared_curves([A, B], "loss", "validation", "epochs").beyond == ()


def test_the_axis_is_near_what_the_curves_reach() -> None:
    close = [Learned("A", history([0.61, 0.64]), 2), Learned("B", history([0.62, 0.67]), 2)]
    record = compared_curves(close, "accuracy", "validation", "epochs")
    assert (record.low, record.bound) == (0.6, 0.7)
    assert tuple(draw_compared(record).layout.yaxis.range) == (0.6, 0.7)
    perfect = compared_curves([Learned("A", history([1.0]), 1)], "accuracy", "validation", "epochs")
    assert (perfect.low, perfect.bound) == (0.9, 1.0)
    losses = compared_curves([A, B], "loss", "validation", "epochs")  # from 2 down to 2/3
    assert 0 <= losses.low <= 2 / 3
    assert losses.bound >= 2


def test_numbers_that_are_none_leave_gaps() -> None:
    broken = History({"loss": [1.0, 1.0], "accuracy": [0.1, 0.1], "val_loss": [1.0, math.nan]}, {})
    (line,) = compared_curves([Learned("A", broken, 2)], "loss", "validation", "epochs").lines
    assert line.y[0] == 1.0
    assert math.isnan(line.y[1])
    nothing = History({"loss": [1.0], "accuracy": [0.1], "val_loss": [math.nan]}, {})
    assert compared_curves([Learned("A", nothing, 1)], "loss", "validation", "epochs").lines == ()


def test_four_runs_are_told_apart_without_colours() -> None:
    runs = [Learned(letter, A.history, 2, 100) for letter in "ABCD"]
    figure = draw_compared(compared_curves(runs, "accuracy", "validation", "epochs"), "dark", revision="x")
    assert [trace.name for trace in figure.data] == list("ABCD")
    assert len({trace.line.dash for trace in figure.data}) == len(DASHES) == len(RUN_ROLES) == 4
    assert len({trace.marker.symbol for trace in figure.data}) == 4
    assert tuple(trace.line.color for trace in figure.data) == run_colors("dark")
    assert figure.layout.uirevision == "x-epochs"
    assert all(letter in figure.layout.title.text for letter in "ABCD")


@pytest.mark.parametrize(("axis", "title"), [("steps", "step"), ("seconds", "seconds of training")])
def test_the_axis_says_what_it_counts(axis: str, title: str) -> None:
    figure = draw_compared(compared_curves([A], "loss", "validation", axis))  # type: ignore[arg-type]
    assert figure.layout.xaxis.title.text == title
    assert tuple(figure.layout.xaxis.range) == (0, {"steps": 200, "seconds": 20}[axis])


def test_the_caption_says_which_runs_have_no_curve() -> None:
    none = Learned("C", history([]), 3)
    told = [compared_curves([A, B, none], metric, "validation", "epochs") for metric in ("accuracy", "loss")]  # type: ignore[arg-type]
    assert curves_caption(["A", "B", "C"], *told).endswith("everywhere on this page. C has no such curve.")
    empty = [compared_curves([none], metric, "validation", "epochs") for metric in ("accuracy", "loss")]  # type: ignore[arg-type]
    assert curves_caption(["C"], *empty).startswith("None of the runs has a validation curve yet")
