"""What the page shows: all groups or one of them, of all classes or of one. The URL decides.

Beside `?run=`, which is the bar's: `group=` first, late, forgotten or never; none for all four side by side; `class=`,
a class's name or number.
"""

from dataclasses import dataclass

import streamlit as st

from cnnviz.errors import SpecError
from cnnviz.evaluation.learning import GROUPS, Group
from cnnviz.ui.judge.address import Address, asked_label
from cnnviz.ui.styles import style

__all__ = ["PARAMETERS", "TITLES", "View", "asked_view", "change", "controls"]

PARAMETERS = ("group", "class")
TITLES: dict[Group, str] = {
    "first": "Learned first",
    "late": "Learned late",
    "forgotten": "Forgotten",
    "never": "Never learned",
}
_ALL = "all"
_EVERY = -1

_address = Address("learning-order", PARAMETERS)
change = _address.change


@dataclass(frozen=True)
class View:
    """What is shown.

    Attributes:
        group: one group; None for all four.
        label: of the class that is shown; None for all.
    """

    group: Group | None = None
    label: int | None = None


def asked_view(class_names: tuple[str, ...]) -> View:
    """Read the URL.

    Args:
        class_names: by label.

    Raises:
        SpecError: it asks for a group or a class that there is not.
    """
    _address.settle()
    asked = _address.asked()
    group = next((one for one in GROUPS if one == asked.get("group")), None)
    if group is None and "group" in asked:
        raise SpecError(f"the link asks for the group {asked['group'][:40]!r}; choose one of {', '.join(GROUPS)}")
    return View(group, asked_label("class", asked.get("class"), class_names))


def controls(view: View, class_names: tuple[str, ...], counts: dict[Group, int]) -> None:
    """Draw the choices; each of them changes the URL.

    Args:
        view: what the URL asks for.
        class_names: by label.
        counts: how many images each group has, of the classes that are shown.
    """
    st.session_state["order-group"] = view.group or _ALL
    st.session_state["order-class"] = _EVERY if view.label is None else view.label
    words = {_ALL: "All four"} | {group: f"{TITLES[group]} · {counts[group]:,}" for group in GROUPS}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="order-bar"):
        st.html(style(__file__))
        st.segmented_control(
            "Group", list(words), key="order-group", required=True, format_func=words.__getitem__,
            label_visibility="collapsed", on_change=_choose_group,
        )  # fmt: skip
        st.selectbox(
            "Class", [_EVERY, *range(len(class_names))], key="order-class",
            format_func=lambda label: "All classes" if label == _EVERY else class_names[label],
            label_visibility="collapsed", width=170, on_change=_choose_class, args=(class_names,),
        )  # fmt: skip


def _choose_group() -> None:
    group = st.session_state["order-group"]
    change(group=None if group == _ALL else group)


def _choose_class(class_names: tuple[str, ...]) -> None:
    label: int = st.session_state["order-class"]
    change(**{"class": None if label == _EVERY else class_names[label]})
