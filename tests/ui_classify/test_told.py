"""What a browser tells is checked: it may be anything."""

import math
from typing import Any

import pytest

from cnnviz.inference import Crop, Dials
from cnnviz.ui.components.dial_board import told_dials
from cnnviz.ui.components.photo_crop import told_crop


@pytest.mark.parametrize(
    ("told", "crop"),
    [
        ({"mode": "centre", "box": [0, 0, 1, 1]}, Crop()),
        ({"mode": "whole"}, Crop(mode="whole")),
        ({"mode": "box", "box": [0.1, 0, 0.5, 1]}, Crop(mode="box", box=(0.1, 0, 0.5, 1))),
        ({"mode": "box", "box": [-0.2, 0, 0.5, 1.0001]}, Crop(mode="box", box=(0, 0, 0.5, 1))),
        ({"mode": "box", "box": [0.5, 0, 0.5, 1]}, None),
        ({"mode": "box", "box": [0.1, 0, 0.5]}, None),
        ({"mode": "box", "box": [0.1, 0, "0.5", 1]}, None),
        ({"mode": "box", "box": [0.1, 0, math.nan, 1]}, None),
        ({"mode": "box"}, None),
        ({"mode": "../etc"}, None),
        ({}, None),
        (None, None),
        ([1], None),
    ],
)
def test_a_part_of_a_photo(told: Any, crop: Crop | None) -> None:
    assert told_crop(told) == crop


@pytest.mark.parametrize(
    ("values", "charted", "dials"),
    [
        ({"blur": 2, "rotation": -30.5}, "blur", Dials(blur=2, rotation=-30.5)),
        ({}, "noise", Dials()),
        ({"blur": 99}, "blur", None),
        ({"blur": "2"}, "blur", None),
        ({"blur": math.inf}, "blur", None),
        ({"colour": 1}, "blur", None),
        ({"blur": 2}, "colour", None),
        ([], "blur", None),
    ],
)
def test_dials(values: Any, charted: str, dials: Dials | None) -> None:
    assert told_dials({"values": values, "charted": charted}) == dials


def test_anything_else_is_no_dials() -> None:
    for told in (None, [], "rotation", {"values": {}}):
        assert told_dials(told) is None
