"""How many photos are shown: in which order, which of them, as a gallery or a table. The URL decides."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from cnnviz.errors import SpecError
from cnnviz.ui.classify.address import ADDRESS
from cnnviz.ui.classify.answers import Row

__all__ = ["Choices", "asked_choices", "choices_bar", "chosen_rows"]

_SORTS = {
    "sure": "Surest first",
    "unsure": "Least sure first",
    "name": "By name",
    "class": "By class",
    "came": "As they came",
}
_SHOWN = {"all": "All", "answered": "Answered", "abstained": "Not answered", "differ": "Differ"}
_OF_TWO = "differ"  # only where two networks are asked
_EVERY = "All classes"


@dataclass(frozen=True)
class Choices:
    """What the URL asks for.

    Attributes:
        sort: a key of the orders.
        predicted: only photos with this predicted class; None for all.
        show: "all", "answered", "abstained", or "differ" for photos of which two networks say something else.
        table: whether a table is drawn, instead of a gallery.
        whole: whether the network gets all of each photo, with grey bars, instead of its centre.
    """

    sort: str = "sure"
    predicted: str | None = None
    show: str = "all"
    table: bool = False
    whole: bool = False


def asked_choices() -> Choices:
    """Read the URL.

    Raises:
        SpecError: it asks for an order or a choice that there is not.
    """
    asked = ADDRESS.asked()
    return Choices(
        _one_of("order", asked.get("sort", "sure"), _SORTS),
        asked.get("class"),
        _one_of("choice", asked.get("show", "all"), _SHOWN),
        _one_of("view", asked.get("view", "gallery"), ("gallery", "table")) == "table",
        asked.get("crop") == "whole",
    )


def _one_of(what: str, text: str, known: Sequence[str] | dict[str, str]) -> str:
    if text not in known:
        raise SpecError(f"the link asks for the {what} {text[:40]!r}; choose one of {', '.join(known)}")
    return text


def chosen_rows(rows: Sequence[Row], choices: Choices) -> list[Row]:
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


def choices_bar(rows: Sequence[Row], choices: Choices, *, abstains: bool, two: bool = False) -> None:
    """Draw the choices; each of them changes the URL.

    Args:
        rows: all photos.
        choices: what is asked for.
        abstains: whether the network may abstain.
        two: whether two networks are asked.
    """
    _set("view", "table" if choices.table else "gallery")
    st.segmented_control(
        "As", ["gallery", "table"], key="classify-view", required=True, label_visibility="collapsed",
        format_func={"gallery": ":material/grid_view: Gallery", "table": ":material/table_rows: Table"}.__getitem__,
        on_change=_write, args=("view", "gallery"),
    )  # fmt: skip
    _set("sort", choices.sort)
    st.selectbox(
        "Order", list(_SORTS), key="classify-sort", format_func=_SORTS.__getitem__, label_visibility="collapsed",
        width=134, on_change=_write, args=("sort", "sure"),
    )  # fmt: skip
    counts = Counter(row.predicted for row in rows)
    names = [_EVERY, *sorted({*counts, *([choices.predicted] if choices.predicted else [])})]
    _set("class", choices.predicted or _EVERY)
    st.selectbox(
        "Class", names, key="classify-class", label_visibility="collapsed", width=134, on_change=_write,
        args=("class", _EVERY),
    )  # fmt: skip
    offered = [
        show for show in _SHOWN
        if show in ("all", choices.show) or (two if show == _OF_TWO else abstains)
    ]  # fmt: skip
    if len(offered) > 1:
        _set("show", choices.show)
        st.segmented_control(
            "Which", offered, key="classify-show", required=True, label_visibility="collapsed",
            format_func=_SHOWN.__getitem__, on_change=_write, args=("show", "all"),
        )  # fmt: skip
    _set("whole", choices.whole)
    st.toggle("Whole photos", key="classify-whole", on_change=_whole)


def _set(name: str, value: object) -> None:
    st.session_state[f"classify-{name}"] = value


def _write(name: str, usual: str) -> None:
    value = st.session_state[f"classify-{name}"]
    ADDRESS.change(**{name: None if value == usual else value})


def _whole() -> None:
    ADDRESS.change(crop="whole" if st.session_state["classify-whole"] else None)
