"""What a run takes over from a trained network: which of its layers are frozen, and how the others learn."""

import streamlit as st

from cnnviz.figures.network_blocks import shown_shape
from cnnviz.spec import ALL, NONE, Beginning, Body
from cnnviz.ui.glossary import meaning
from cnnviz.ui.messages import plain
from cnnviz.ui.train.editor import Editor

__all__ = ["beginning_panel"]

_WORDS = {ALL: "all of them", NONE: "none of them"}


def beginning_panel(editor: Editor) -> None:
    """Draw what is taken over, which of it is frozen, and how many copies or which rate goes with that."""
    beginning, body = editor.draft.beginning, editor.draft.body
    if beginning is None or body is None:
        return
    st.caption(_in_words(beginning, body, editor.draft.shape))
    fields = editor.fields(beginning, editor.set_beginning, "beginning")
    words = {**_WORDS, **{row.name: f"up to {row.name}" for row in body.rows if row.parameters}}
    words.setdefault(beginning.frozen, f"up to {beginning.frozen}")
    with st.container(horizontal=True):
        fields.choice("Frozen layers", "frozen", words, tip=meaning("frozen layer"))
        if beginning.frozen == ALL:
            copies = "What the frozen layers make of each image, and of this many changed copies, is computed once."
            fields.number("Copies", "copies", tip=copies)
        else:
            share = "Of the learning rate; the layers between it and the last one get rates between."
            fields.percentage("First layer's rate", "early_rate", tip=share)


def _in_words(beginning: Beginning, body: Body, shape: tuple[int, int, int]) -> str:
    """Say what is taken over."""
    parameters = sum(row.parameters for row in body.rows)
    height, width, _ = body.input_shape
    told = f"{len(body.rows)} layers of {plain(beginning.title or beginning.network)} with {parameters:,} parameters."
    if (height, width) != shape[:2]:
        told += f" Images of {shown_shape(shape[:2])} are brought to {height}×{width} for them."
    if beginning.head == "kept":
        told += " Its last layer is kept, since it is for the very same classes."
    return told
