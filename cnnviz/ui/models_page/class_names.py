"""What a network's outputs stand for: names of one's own, or for each output a class of a data set."""

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.data.class_matching import alike, fitting, mapped, names_of, swapped
from cnnviz.ui.loaders import datasets
from cnnviz.ui.messages import plain
from cnnviz.ui.models_page.uploading import Upload

if TYPE_CHECKING:
    from cnnviz.adoption import Facts

__all__ = ["ask_classes"]

_OWN = ""
_MOST_CHOSEN = 100  # outputs that are chosen one by one; more are typed or pasted
_FEW = 10  # outputs whose choices need no scrolling
_HEIGHT = 420


def ask_classes(upload: Upload, facts: "Facts") -> tuple[tuple[str, ...], str]:
    """Draw the question.

    Returns:
        The classes by the network's outputs, and the data set whose classes they are; empty for names of one's own.
    """
    which = f"{upload.token}-{facts.classes}"
    kept, choice = f"cnnviz.models.names.{which}", f"models-classes-{which}"
    given = facts.class_names or tuple(f"class {number}" for number in range(facts.classes))
    names = st.session_state.get(kept, ())
    if not names:
        names = st.session_state[kept] = given
    known = {info.name: tuple(info.classes) for info in datasets() if info.available and not info.problem}
    known = known if facts.classes <= _MOST_CHOSEN else {}
    offered = fitting(names if len(names) == facts.classes else given, known)
    if choice not in st.session_state:
        same = offered[:1] if offered and alike(names, known[offered[0]]) == facts.classes else ()
        st.session_state[choice] = same[0] if same else _OWN
        _take(kept, choice, known)
    if offered:
        st.selectbox(
            "What its outputs stand for",
            [_OWN, *offered],
            key=choice,
            on_change=_take,
            args=(kept, choice, known),
            format_func=lambda name: f"classes of the data set {name}" if name else "names of your own",
        )
    chosen = st.session_state[choice] if offered else _OWN
    if chosen in known:
        _choose(kept, upload, known[chosen], facts, chosen)
    else:
        _type(kept, upload, facts)
    if facts.units == 1:
        st.caption("The network gives one number: the probability of the second class.")
    return st.session_state[kept], chosen


def _take(kept: str, choice: str, known: dict[str, tuple[str, ...]]) -> None:
    """Name the outputs after a data set's classes, those first that are spelled alike."""
    taken = mapped(st.session_state[kept], known.get(st.session_state[choice], ()))
    if taken is not None:
        st.session_state[kept] = taken


def _choose(kept: str, upload: Upload, wanted: tuple[str, ...], facts: "Facts", dataset: str) -> None:
    names = st.session_state[kept]
    with (
        st.container(border=True, height=_HEIGHT if facts.classes > _FEW else "content", key="models-outputs"),
        st.container(horizontal=True, gap="small"),
    ):
        for output, name in enumerate(names):
            key = f"models-output-{upload.token}-{output}"
            st.session_state[key] = name
            said = f": {facts.class_names[output]}" if facts.class_names else ""
            st.selectbox(
                plain(f"Output {output}{said}"), wanted, key=key, width=170, on_change=_swap, args=(kept, key, output)
            )
    st.caption(
        plain(f"Which class of {dataset} each output stands for; outputs that are called like one have it already. ")
        + "Choose a class that another output has, and the two change places."
    )


def _swap(kept: str, key: str, output: int) -> None:
    st.session_state[kept] = swapped(st.session_state[kept], output, st.session_state[key])


def _type(kept: str, upload: Upload, facts: "Facts") -> None:
    key = f"models-names-{upload.token}-{facts.classes}"
    st.session_state[key] = "\n".join(st.session_state[kept])
    st.text_area(
        "Class names, one a line, in the order of the network's outputs",
        key=key,
        height=min(max(34 * facts.classes, 68), 270),
        on_change=_typed,
        args=(kept, key),
    )


def _typed(kept: str, key: str) -> None:
    st.session_state[kept] = names_of(st.session_state[key])
