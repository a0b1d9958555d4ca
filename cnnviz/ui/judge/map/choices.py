"""What the map shows: how the points are laid out, what their colours stand for, which are hidden. The URL decides.

Beside `?run=` and `?snapshot=`, which are the bar's: `plane=` pca (the usual) or tsne; `colour=` true (the usual),
predicted or right; `hide=right.3.5`, marks and labels that the legend has switched off; `lasso=`, see `line`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import streamlit as st

from cnnviz.evaluation.plane import Projection
from cnnviz.ui.address import bind
from cnnviz.ui.choosers import segments
from cnnviz.ui.components.point_map import Colour
from cnnviz.ui.glossary import words
from cnnviz.ui.judge.map.line import Line, read_line
from cnnviz.ui.place import Codec, Known, Place, choice, param

__all__ = ["MapPlace", "controls", "wants_tsne"]

_PLANES = {"pca": "PCA", "tsne": "t-SNE"}
_COLOURS = {"true": "True class", "predicted": "Predicted class", "right": "Right or wrong"}
_MODEL = -1
_ASKED = "cnnviz.map.tsne"  # session state: somebody chose t-SNE just now, and did not merely come to it


def _read_hidden(said: str, known: Known) -> tuple[str, ...]:
    tokens = {"right", "wrong", *map(str, range(len(known.classes)))}
    return tuple(dict.fromkeys(one for one in said.split(".") if one in tokens))


@dataclass(frozen=True)
class MapPlace(Place):
    """What is shown; what makes no sense in a link is passed over: nothing is lost but a choice of colours.

    Attributes:
        method: how the points are laid out.
        colour: what the colours stand for.
        hidden: "right", "wrong" and labels as text.
        line: drawn round points; None for none.
    """

    method: Projection = param(choice("layout", tuple(_PLANES)), "pca", name="plane", lenient=True)
    colour: Colour = param(choice("colours", get_args(Colour)), "true", lenient=True)
    hidden: tuple[str, ...] = param(Codec(_read_hidden, lambda tokens, _: ".".join(tokens)), (), name="hide", per="run")
    line: Line | None = param(Codec(lambda said, _: read_line(said)), name="lasso", per="run")


def controls(view: MapPlace, snapshots: Mapping[int | None, str], snapshot: int | None) -> None:
    """Draw the choices; each of them changes the URL.

    Args:
        view: what the URL asks for.
        snapshots: what each snapshot is called, None being the run's model, oldest first.
        snapshot: the one that is shown.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="map-controls"):
        segments("Layout", "method", view.method, _PLANES, change=_layout)
        segments("Colours", "colour", view.colour, _COLOURS)
        if len(snapshots) > 1:
            _travel(snapshots, snapshot)
        words("PCA", "t-SNE", "Confidence", "Snapshot", key="map-words")


def _layout(method: Projection) -> dict[str, Any]:
    st.session_state[_ASKED] = method == "tsne"
    return {"method": method}


def _travel(snapshots: Mapping[int | None, str], snapshot: int | None) -> None:
    """A slider over the run's snapshots: the points move with it."""
    names = {_MODEL if number is None else number: name for number, name in snapshots.items()}
    now = _MODEL if snapshot is None else snapshot
    st.select_slider(
        "Moment of the run", list(names), format_func=names.__getitem__, label_visibility="collapsed",
        **bind("snapshot", now if now in names else list(names)[-1], key="map-moment",
               change=lambda number: {"snapshot": None if number == _MODEL else number}),
    )  # fmt: skip


def wants_tsne() -> bool:
    """Say, once, whether somebody chose t-SNE just now: a link or another snapshot starts no work of a minute."""
    return bool(st.session_state.pop(_ASKED, False))
