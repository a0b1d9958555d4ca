"""What the map shows: how the points are laid out, what their colours stand for, which are hidden. The URL decides.

Beside `?run=` and `?snapshot=`, which are the bar's: `plane=` pca (the usual) or tsne; `colour=` true (the usual),
predicted or right; `hide=right.3.5`, marks and labels that the legend has switched off; `lasso=`, see `line`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import streamlit as st

from cnnviz.evaluation.plane import Projection
from cnnviz.ui.components.point_map import Colour
from cnnviz.ui.glossary import words
from cnnviz.ui.judge.address import Address
from cnnviz.ui.judge.bar import switch_snapshot
from cnnviz.ui.judge.map.line import Line, read_line

__all__ = ["PARAMETERS", "View", "asked_view", "change", "controls", "wants_tsne"]

PARAMETERS = ("plane", "colour", "hide", "lasso")
_PLANES = {"pca": "PCA", "tsne": "t-SNE"}
_COLOURS = {"true": "True class", "predicted": "Predicted class", "right": "Right or wrong"}
_MODEL = -1
_ASKED = "cnnviz.map.tsne"  # session state: somebody chose t-SNE just now, and did not merely come to it

_address = Address("map", PARAMETERS)
change = _address.change


@dataclass(frozen=True)
class View:
    """What is shown.

    Attributes:
        method: how the points are laid out.
        colour: what the colours stand for.
        hidden: "right", "wrong" and labels as text.
        line: drawn round points; None for none.
    """

    method: Projection = "pca"
    colour: Colour = "true"
    hidden: tuple[str, ...] = ()
    line: Line | None = None


def asked_view(classes: int) -> View:
    """Read the URL; what makes no sense there is passed over, since nothing is lost but a choice of colours.

    Args:
        classes: how many classes there are.
    """
    _address.settle()
    asked = _address.asked()
    tokens = {"right", "wrong", *map(str, range(classes))}
    return View(
        method="tsne" if asked.get("plane") == "tsne" else "pca",
        colour=next((one for one in get_args(Colour) if one == asked.get("colour")), "true"),
        hidden=tuple(dict.fromkeys(one for one in asked.get("hide", "").split(".") if one in tokens)),
        line=read_line(asked.get("lasso")),
    )


def controls(view: View, snapshots: Mapping[int | None, str], snapshot: int | None) -> None:
    """Draw the choices; each of them changes the URL.

    Args:
        view: what the URL asks for.
        snapshots: what each snapshot is called, None being the run's model, oldest first.
        snapshot: the one that is shown.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="map-controls"):
        _choose("plane", view.method, _PLANES, "Layout", "pca")
        _choose("colour", view.colour, _COLOURS, "Colours", "true")
        if len(snapshots) > 1:
            _travel(snapshots, snapshot)
        words("PCA", "t-SNE", "Confidence", "Snapshot", key="map-words")


def _choose(name: str, now: str, offered: Mapping[str, str], label: str, usual: str) -> None:
    key = f"map-{name}"
    st.session_state[key] = now

    def chosen() -> None:
        choice = st.session_state[key]
        st.session_state[_ASKED] = choice == "tsne"
        change(**{name: None if choice == usual else choice})

    st.segmented_control(
        label, list(offered), key=key, required=True, format_func=offered.__getitem__, label_visibility="collapsed",
        on_change=chosen,
    )  # fmt: skip


def _travel(snapshots: Mapping[int | None, str], snapshot: int | None) -> None:
    """A slider over the run's snapshots: the points move with it."""
    names = {_MODEL if number is None else number: name for number, name in snapshots.items()}
    now = _MODEL if snapshot is None else snapshot
    st.session_state["map-moment"] = now if now in names else list(names)[-1]

    def chosen() -> None:
        number: int = st.session_state["map-moment"]
        switch_snapshot(None if number == _MODEL else number)

    st.select_slider(
        "Moment of the run", list(names), key="map-moment", format_func=names.__getitem__,
        label_visibility="collapsed", on_change=chosen,
    )  # fmt: skip


def wants_tsne() -> bool:
    """Say, once, whether somebody chose t-SNE just now: a link or another snapshot starts no work of a minute."""
    return bool(st.session_state.pop(_ASKED, False))
