"""Which class, which methods, which check: chosen by widgets, kept in the URL."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnnviz.errors import SpecError
from cnnviz.ui.attribution.words import TITLES
from cnnviz.ui.look import Pinned
from cnnviz.ui.messages import plain

__all__ = ["Choices", "asked_choices", "choose_check", "choose_class", "choose_methods", "explain_class"]

DEFAULT = ("gradcam", "integrated-gradients", "occlusion")

_PREDICTED = -1
_TRUE = -2
_KEPT = "cnnviz.attribution.methods"  # session state: the methods looked at last, for a page opened anew


@dataclass(frozen=True)
class Choices:
    """What the URL asks for.

    Attributes:
        methods: names of methods, at least one.
        option: -1 for the predicted class, -2 for the true one, else a class.
        class_index: the class to explain; None for the predicted one.
        check: the method whose randomised-weights check is shown; None for none.
    """

    methods: tuple[str, ...]
    option: int
    class_index: int | None
    check: str | None


def asked_choices(pinned: Pinned) -> Choices:
    """Read the URL.

    Raises:
        SpecError: it asks for a class or a method that there is not.
    """
    option = _asked_option(pinned)
    label = pinned.label
    index = {_PREDICTED: None, _TRUE: label}.get(option, option)
    check = st.query_params.get("check")
    if check is not None:
        _known("check", check)
    return Choices(_asked_methods(), option, index, check)


def _asked_option(pinned: Pinned) -> int:
    text = st.query_params.get("class", "predicted")
    if text == "predicted" or (text == "true" and pinned.label is None):
        return _PREDICTED
    if text == "true":
        return _TRUE
    if text not in pinned.class_names:
        raise _refused(
            "class",
            f"the link asks for the class {text[:60]!r}, which the run {pinned.run.name} does not know; choose one of "
            f"{', '.join(pinned.class_names[:12])}",
        )
    return pinned.class_names.index(text)


def _asked_methods() -> tuple[str, ...]:
    text = st.query_params.get("methods")
    if text is None:
        kept: tuple[str, ...] = st.session_state.get(_KEPT, DEFAULT)
        return kept
    asked = [_known("methods", name) for name in text.split(",") if name]
    return tuple(name for name in TITLES if name in asked) or DEFAULT


def _known(parameter: str, name: str) -> str:
    if name not in TITLES:
        raise _refused(parameter, f"the link asks for the method {name[:40]!r}; choose one of {', '.join(TITLES)}")
    return name


def _refused(parameter: str, why: str) -> SpecError:
    """Take what cannot be out of the URL, which would else stand in the way of the next look."""
    st.query_params.pop(parameter, None)
    return SpecError(why)


def choose_class(pinned: Pinned, choices: Choices) -> None:
    """Draw the chooser of the class that is explained.

    Args:
        pinned: what is looked at.
        choices: what is chosen now.
    """
    names = pinned.class_names
    # Labels must not change from run to run: the browser answers with the label, and an old one is no option.
    special = {_PREDICTED: "the predicted class", _TRUE: "the true class"}
    if pinned.label is None:
        del special[_TRUE]
    st.session_state["attribution-class"] = choices.option  # the URL decides, at every run of the page
    st.selectbox(
        "Explained class", [*special, *range(len(names))], key="attribution-class", width=230,
        label_visibility="collapsed",
        format_func=lambda option: f"explain {special.get(option) or plain(names[option])}",
        on_change=lambda: _write_class(names, st.session_state["attribution-class"]),
    )  # fmt: skip


def choose_methods(choices: Choices) -> None:
    """Draw the chooser of methods."""
    st.session_state["attribution-methods"] = list(choices.methods)
    st.pills(
        "Methods", list(TITLES), selection_mode="multi", key="attribution-methods", label_visibility="collapsed",
        format_func=TITLES.__getitem__, on_change=_write_methods,
    )  # fmt: skip


def choose_check(choices: Choices) -> None:
    """Draw the chooser of the method that is checked with random weights."""
    st.session_state["attribution-check"] = choices.check
    st.pills(
        "Does the picture depend on what was learned? Check it with random weights:",
        [name for name in TITLES if name in choices.methods or name == choices.check],
        key="attribution-check", format_func=TITLES.__getitem__, on_change=_write_check,
    )  # fmt: skip


def explain_class(pinned: Pinned, index: int) -> None:
    """Explain another class, from the next run of the page on."""
    _write_class(pinned.class_names, index)


def _write_class(names: tuple[str, ...], option: Any) -> None:
    if not isinstance(option, int) or option >= len(names):  # of a run with other classes, looked at before
        return
    if option == _PREDICTED:
        st.query_params.pop("class", None)
    else:
        st.query_params["class"] = "true" if option == _TRUE else names[option]


def _write_methods() -> None:
    chosen = [name for name in TITLES if name in st.session_state["attribution-methods"]]
    if not chosen:  # the last one stays: a page without a heatmap shows nothing
        return
    st.session_state[_KEPT] = tuple(chosen)
    st.query_params["methods"] = ",".join(chosen)


def _write_check() -> None:
    name = st.session_state["attribution-check"]
    if name is None:
        st.query_params.pop("check", None)
    else:
        st.query_params["check"] = name
