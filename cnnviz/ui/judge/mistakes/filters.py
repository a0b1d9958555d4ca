"""The filter bar: which images, of which classes, how confident, in which order. The URL decides what it shows."""

from collections.abc import Mapping

import streamlit as st

from cnnviz.evaluation import Mark
from cnnviz.ui.judge.bar import JudgedRun
from cnnviz.ui.judge.mistakes.marking import export
from cnnviz.ui.judge.mistakes.view import ADDRESS, SORTS, View
from cnnviz.ui.styles import style

__all__ = ["filter_bar", "orders_of"]

_SHOWN = {"mistakes": "Mistakes", "correct": "Correct", "all": "All", "suspects": "Suspects"}
_EVERY = -1


def filter_bar(shown: JudgedRun, view: View, marks: Mapping[int, Mark]) -> None:
    """Draw the choices; each of them changes the URL.

    Args:
        shown: what is judged.
        view: what the URL asks for.
        marks: what people say of labels.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="mistakes-bar"):
        st.html(style(__file__))
        _set("show", view.show)
        st.segmented_control(
            "Show", list(_SHOWN), key="mistakes-show", required=True, format_func=_SHOWN.__getitem__,
            label_visibility="collapsed", on_change=_show,
        )  # fmt: skip
        _class_chooser("true", "Any true class", view.true, shown.judged.class_names)
        _class_chooser("predicted", "Any prediction", view.predicted, shown.judged.class_names)
        _confidence(view)
        if view.show != "suspects":  # these have an order of their own
            _order(shown, view)
            _set("group", view.by_pair)
            st.toggle("By pair", key="mistakes-group", on_change=_group)
        else:
            export(shown, marks)
        if view.filtered:
            st.button("Clear", key="mistakes-clear", icon=":material/filter_alt_off:", on_click=_clear)


def _set(name: str, value: object) -> None:
    st.session_state[f"mistakes-{name}"] = value


def _value(name: str) -> object:
    return st.session_state[f"mistakes-{name}"]


def _show() -> None:
    show = _value("show")
    ADDRESS.change(show=None if show == "mistakes" else show, image=None)


def _class_chooser(name: str, every: str, label: int | None, names: tuple[str, ...]) -> None:
    _set(name, _EVERY if label is None else label)
    st.selectbox(
        name.capitalize(), [_EVERY, *range(len(names))], key=f"mistakes-{name}",
        format_func=lambda one: every if one == _EVERY else names[one],
        label_visibility="collapsed", width=140, on_change=_choose_class, args=(name, names),
    )  # fmt: skip


def _choose_class(name: str, names: tuple[str, ...]) -> None:
    label = _value(name)
    assert isinstance(label, int)
    ADDRESS.change(**{name: None if label == _EVERY else names[label]})


def _confidence(view: View) -> None:
    words = "Confidence" if (view.least, view.most) == (0, 100) else f"{view.least}–{view.most} %"
    with st.popover(words, key="mistakes-confidences", width=130):
        _set("confidence", (view.least, view.most))
        st.slider(
            "Confidence of the predicted class", 0, 100, key="mistakes-confidence", format="%d %%",
            on_change=_choose_confidence,
        )  # fmt: skip


def _choose_confidence() -> None:
    chosen = _value("confidence")
    assert isinstance(chosen, tuple)
    ADDRESS.change(confidence=None if chosen == (0, 100) else f"{chosen[0]}-{chosen[1]}")


def orders_of(shown: JudgedRun) -> list[str]:
    """Return the keys of SORTS for which a run kept what they need."""
    lacks = set() if shown.run.predicted_snapshots() else {"learned"}
    lacks |= set() if shown.complete else {"loss", "margin"}
    return [name for name, order in SORTS.items() if order.sort not in lacks]


def _order(shown: JudgedRun, view: View) -> None:
    _set("sort", view.sort)
    st.selectbox(
        "Order", orders_of(shown), key="mistakes-sort", format_func=lambda name: SORTS[name].label,
        label_visibility="collapsed", width=168, on_change=lambda: ADDRESS.change(sort=_value("sort")),
    )  # fmt: skip


def _clear() -> None:
    ADDRESS.change(true=None, predicted=None, confidence=None)


def _group() -> None:
    ADDRESS.change(group="pair" if _value("group") else None)
