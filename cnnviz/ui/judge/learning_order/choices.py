"""What the page shows: all groups or one of them, of all classes or of one. The URL decides.

Beside `?run=`, which is the bar's: `group=` first, late, forgotten or never; none for all four side by side; `class=`,
a class's name or number.
"""

from dataclasses import dataclass

import streamlit as st

from cnnviz.evaluation.learning import GROUPS, Group
from cnnviz.ui.choosers import dropdown, segments
from cnnviz.ui.place import Place, choice, label, param
from cnnviz.ui.styles import style

__all__ = ["TITLES", "OrderPlace", "controls"]

TITLES: dict[Group, str] = {
    "first": "Learned first",
    "late": "Learned late",
    "forgotten": "Forgotten",
    "never": "Never learned",
}
_ALL = "all"


@dataclass(frozen=True)
class OrderPlace(Place):
    """What is shown.

    Attributes:
        group: one group; None for all four.
        label: of the class that is shown; None for all.
    """

    group: Group | None = param(choice("group", GROUPS))
    label: int | None = param(label("class"), name="class", per="run")


def controls(view: OrderPlace, class_names: tuple[str, ...], counts: dict[Group, int]) -> None:
    """Draw the choices; each of them changes the URL.

    Args:
        view: what the URL asks for.
        class_names: by label.
        counts: how many images each group has, of the classes that are shown.
    """
    words = {_ALL: "All four"} | {group: f"{TITLES[group]} · {counts[group]:,}" for group in GROUPS}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="order-bar"):
        st.html(style(__file__))
        segments(
            "Group", "group", view.group or _ALL, words, change=lambda one: {"group": None if one == _ALL else one}
        )
        dropdown("Class", "label", view.label, dict(enumerate(class_names)), every="All classes", width=170)
