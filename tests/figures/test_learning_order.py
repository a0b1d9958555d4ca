"""Stacked bars of what was learned when: their heights, what is told of each, and which classes are shown."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from cnnviz.evaluation import LearningOrder, Stages
from cnnviz.figures.learning_order import (
    class_groups,
    draw_class_groups,
    draw_stages,
    group_sentence,
    snapshot_ticks,
    stages_caption,
)

MOMENTS = ("before training", "after epoch 1")


@pytest.fixture
def stages() -> Stages:
    counts = {"first": [1, 4], "late": [0, 2], "passing": [3, 0], "forgotten": [0, 1], "unlearned": [6, 3]}
    arrays = {name: np.array(values) for name, values in counts.items()}
    return Stages(positions=np.array([0.0, 1.0]), count=10, middle=0, **arrays)


def boxes(drawing: object) -> dict[str, tuple[float, float, float, float]]:
    """x, y, width and height of each box that tells something."""
    found = {}
    for box in ElementTree.fromstring(str(drawing)).iter("{http://www.w3.org/2000/svg}rect"):
        title = box.find("{http://www.w3.org/2000/svg}title")
        if title is not None and title.text:
            x, y, width, height = (float(box.attrib[name]) for name in ("x", "y", "width", "height"))
            found[title.text] = (x, y, width, height)
    return found


def test_each_bar_is_as_high_as_its_share(stages: Stages) -> None:
    found = boxes(draw_stages(stages, MOMENTS, ["0", "1"]))
    assert len(found) == 7  # three stages at first, four at the end
    first = found["after epoch 1: 4 of 10 learned for good, among the first"]
    late = found["after epoch 1: 2 of 10 learned for good, among the late ones"]
    assert first[3] == pytest.approx(2 * late[3], abs=0.05)
    assert late[1] + late[3] == pytest.approx(first[1], abs=0.05)  # one on the other
    total = [sum(box[3] for words, box in found.items() if words.startswith(moment)) for moment in MOMENTS]
    assert total[0] == pytest.approx(total[1], abs=0.1)


def test_the_caption_has_the_numbers(stages: Stages) -> None:
    told = stages_caption(stages, MOMENTS)
    assert "At the last one 6 of 10 test images are right (4 of them for good before training or before)" in told
    assert told.endswith("; 1 was right once and is forgotten.")


def test_one_snapshot_says_what_is_missing(stages: Stages) -> None:
    arrays = {name: getattr(stages, name)[:1] for name in ("first", "late", "passing", "forgotten", "unlearned")}
    one = Stages(positions=np.zeros(1), count=10, middle=0, **arrays)
    assert stages_caption(one, MOMENTS[:1]).startswith(
        "One snapshot was measured, before training: 4 of 10 test images"
    )


def test_classes_learned_first_stand_at_the_top() -> None:
    counts = np.array([[1, 1, 1, 1], [4, 0, 0, 0], [0, 0, 0, 0], [0, 4, 0, 4]])
    groups = class_groups(counts, ("a", "b<i>", "absent", "d"))
    assert groups.names == ("b<i>", "a", "d")  # d: nothing among the first; the class without images is left out
    found = boxes(draw_class_groups(groups))
    assert found["d: 4 of 8 learned for good, among the late ones"][2] == pytest.approx(
        2 * found["a: 1 of 4 never right"][2], abs=0.05
    )
    assert not re.search("<i>", str(draw_class_groups(groups)))


def test_of_many_classes_the_hardest_are_shown() -> None:
    counts = np.array([[100 - label, label, 0, 0] for label in range(100)])
    groups = class_groups(counts, [f"c{label}" for label in range(100)])
    assert groups.names[0] == "c88"
    assert groups.names[-1] == "c99"
    assert "The 12 of which least was learned, of 100 classes." in groups.caption


def test_an_axis_names_whole_epochs_and_not_too_many() -> None:
    positions = np.array([0, 0.5, *range(1, 41)], np.float64)
    predicted = np.zeros((len(positions), 1), np.int64)
    order = LearningOrder("r", ("a",), predicted[0], np.arange(len(positions)), positions, predicted, predicted + 1.0)
    ticks = snapshot_ticks(order)
    assert (ticks[0], ticks[1], ticks[2], ticks[4]) == ("0", "", "", "3")
    assert sum(map(bool, ticks)) <= 16


def test_a_group_is_said_in_a_sentence(stages: Stages) -> None:
    assert group_sentence("first", stages, MOMENTS) == "Right before training or before, and at every snapshot since."
    assert group_sentence("never", stages, MOMENTS).startswith("Right at no snapshot")
