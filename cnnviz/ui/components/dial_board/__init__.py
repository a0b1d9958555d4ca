"""Dials that are turned in the browser, and the curve of probabilities against one of them."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnnviz.errors import SpecError
from cnnviz.figures.saving import Saving, saving_data
from cnnviz.inference import DIALS, Dials
from cnnviz.ui.components.component import component

__all__ = ["Line", "dial_board", "told_dials"]

_STEPS = {"contrast": 0.05, "blur": 0.1, "rotation": 1.0}
_STEP = 0.01
_AT_REST = Dials()

_component = component(__file__)


@dataclass(frozen=True)
class Line:
    """The probability of a class along a dial.

    Attributes:
        name: of the class.
        colors: of the line in the light and in the dark theme.
        shares: its probability at each place, 0 to 1.
    """

    name: str
    colors: tuple[str, str]
    shares: Sequence[float]


def dial_board(
    dials: Dials,
    charted: str,
    places: Sequence[float],
    lines: Sequence[Line],
    stamp: str,
    *,
    key: str,
    caption: str,
    threshold: float | None = None,
    saved: Saving | None = None,
    on_turn: Callable[[Dials, str, bool], None],
) -> None:
    """Draw the dials and the curve; a dial that is turned tells the server while it moves.

    Args:
        dials: how they stand.
        charted: which of them the curve is drawn against.
        places: values of that dial, ascending; empty while the probabilities are still to come.
        lines: the classes worth a line, one share for each place.
        stamp: a new one takes the place of what was turned in the browser.
        key: unique on the page.
        caption: how to read the curve, one sentence.
        threshold: the least probability that is answered, a dotted line; None for none.
        saved: what the figure is called when it is saved; None where it cannot be.
        on_turn: called with the dials, the one that was turned last, and whether it was let go of, before the page
            runs again.
    """
    _component(
        key=key,
        data={
            "dials": [
                {**vars(dial), "rest": getattr(_AT_REST, dial.name), "step": _STEPS.get(dial.name, _STEP)}
                for dial in DIALS
            ],
            "values": dials.model_dump(),
            "charted": charted,
            "places": list(places),
            "lines": [{"name": line.name, "colors": line.colors, "shares": list(line.shares)} for line in lines],
            "stamp": stamp,
            "caption": caption,
            "threshold": threshold,
            "saved": saving_data(saved),
        },
        on_turned_change=lambda: _tell(key, stamp, on_turn),
    )


def _tell(key: str, stamp: str, on_turn: Callable[[Dials, str, bool], None]) -> None:
    told: Any = st.session_state[key].get("turned")
    dials = told_dials(told)
    if dials is not None and told.get("stamp") == stamp:  # not of the photo before
        on_turn(dials, told["charted"], told.get("settled") is True)


def told_dials(told: object) -> Dials | None:
    """Return the dials that a browser names, or None where they are none.

    Args:
        told: anything.
    """
    names = {dial.name for dial in DIALS}
    if not isinstance(told, dict) or told.get("charted") not in names:
        return None
    values = told.get("values")
    if not isinstance(values, Mapping) or not set(values) <= names:
        return None
    if not all(isinstance(value, int | float) and math.isfinite(value) for value in values.values()):
        return None
    try:
        return Dials(**values)
    except SpecError:
        return None
