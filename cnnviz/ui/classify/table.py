"""Many photos as a table: a row each, with what one or two networks say of it; a row that is clicked is opened."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from cnnviz.figures.guesses import percent
from cnnviz.inference import Classification
from cnnviz.ui import styles
from cnnviz.ui.address import go
from cnnviz.ui.classify.answers import Row
from cnnviz.ui.classify.words import NONE_OF_MY_CLASSES
from cnnviz.ui.styles import style

__all__ = ["show_table"]

_SERIAL = "classify-tables"  # session state: counts up with every row that is opened
# Streamlit's own download writes a file called =1+1 as a formula; the page's does not.


def show_table(rows: Sequence[Row]) -> None:
    """Draw the table.

    Args:
        rows: photos with answers, in order.
    """
    if not rows:
        return
    st.html(style(styles.__file__, "no_export"))
    serial = st.session_state.get(_SERIAL, 0)
    shares = ["probability", "other probability"]
    event = st.dataframe(
        _columns(rows),
        column_config={
            "photo": st.column_config.ImageColumn("photo", width="small"),
            **{
                name: st.column_config.ProgressColumn(name, min_value=0, max_value=1, format="percent")
                for name in shares
            },
        },
        row_height=56,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"classify-table-{serial}",
    )
    chosen = event["selection"]["rows"]
    if chosen and chosen[0] < len(rows):
        st.session_state[_SERIAL] = serial + 1  # back from the photo nothing is chosen
        go(image=rows[chosen[0]].item.key)
        st.rerun()


def _columns(rows: Sequence[Row]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {
        "photo": [row.item.thumbnail for row in rows],
        "class": [_word(row.answer) for row in rows],
        "probability": [row.confidence for row in rows],
        "then": [_then(row) for row in rows],
    }
    if any(row.other is not None for row in rows):
        columns |= {
            "the other says": [row.other and _word(row.other) for row in rows],
            "other probability": [row.other and row.other.top[0].probability for row in rows],
        }
    return {**columns, "file": [row.item.name for row in rows]}


def _word(answer: Classification) -> str:
    return NONE_OF_MY_CLASSES if answer.abstained else answer.top[0].class_name


def _then(row: Row) -> str:
    others = row.answer.top if row.answer.abstained else row.answer.top[1:]
    return ", ".join(f"{one.class_name} {percent(one.probability)}" for one in others[:2])
