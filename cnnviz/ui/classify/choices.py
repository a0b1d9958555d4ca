"""How many photos are shown: in which order, which of them, as a gallery or a table. The URL decides."""

from collections import Counter
from collections.abc import Callable, Sequence

import streamlit as st

from cnnviz.inference import Crop
from cnnviz.ui.address import bind
from cnnviz.ui.choosers import dropdown, segments
from cnnviz.ui.classify.address import ORDERS, SHOWN, ClassifyPlace
from cnnviz.ui.classify.answers import Row

__all__ = ["choices_bar", "chosen_rows"]

_OF_TWO = "differ"  # only where two networks are asked
_VIEWS = {False: ":material/grid_view: Gallery", True: ":material/table_rows: Table"}


def chosen_rows(rows: Sequence[Row], choices: ClassifyPlace) -> list[Row]:
    """Return the photos that are to be shown, in order.

    Args:
        rows: in the order in which they came.
        choices: what is asked for.
    """
    wanted: dict[str, Callable[[Row], bool]] = {
        "all": lambda row: True,
        "answered": lambda row: not row.answer.abstained,
        "abstained": lambda row: row.answer.abstained,
        "differ": lambda row: row.differs,
    }
    found = [row for row in rows if wanted[choices.show](row) and choices.predicted in (None, row.predicted)]
    order: dict[str, Callable[[Row], object]] = {
        "sure": lambda row: -row.confidence,
        "unsure": lambda row: row.confidence,
        "name": lambda row: row.item.name.casefold(),
        "class": lambda row: (row.answer.abstained, row.predicted, -row.confidence),
        "came": lambda row: 0,
    }
    return sorted(found, key=order[choices.sort])  # type: ignore[arg-type]  # each order compares with itself


def choices_bar(rows: Sequence[Row], choices: ClassifyPlace, *, abstains: bool, two: bool = False) -> None:
    """Draw the choices; each of them changes the URL.

    Args:
        rows: all photos.
        choices: what is asked for.
        abstains: whether the network may abstain.
        two: whether two networks are asked.
    """
    segments("As", "table", choices.table, _VIEWS)
    dropdown("Order", "sort", choices.sort, ORDERS, width=134)
    counts = Counter(row.predicted for row in rows)
    names = sorted({*counts, *([choices.predicted] if choices.predicted else [])})
    dropdown("Class", "predicted", choices.predicted, names, every="All classes", width=134)
    offered = {
        show: words for show, words in SHOWN.items()
        if show in ("all", choices.show) or (two if show == _OF_TWO else abstains)
    }  # fmt: skip
    if len(offered) > 1:
        segments("Which", "show", choices.show, offered)
    whole = {True: Crop(mode="whole"), False: None}
    st.toggle(
        "Whole photos", **bind("crop", choices.whole, key="classify-whole", change=lambda on: {"crop": whole[on]})
    )
