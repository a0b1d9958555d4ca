"""The table of all runs: found, filtered and sorted; those that are to be compared are ticked in it."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any
from zlib import crc32

import pandas as pd
import streamlit as st

from cnnviz.runs import RunOverview
from cnnviz.spec.words import changes_in_words
from cnnviz.ui.address import bind, read
from cnnviz.ui.judge.compare.selection import ComparePlace, Selection

__all__ = ["narrowed", "run_table"]

_HEIGHT = 362  # pixels: what people say about the runs is seen below it
_ROUND = "cnnviz.compare-round"  # session state: counts how often the ticks were set from outside
_TICKED = "cnnviz.compare-ticked"  # session state: what the table's ticks said last
_ID_PART = 4  # letters; fewer digits are in every id
_SPARKS = 40  # values of a spark-line; more are finer than its pixels


def narrowed(rows: Sequence[RunOverview]) -> list[RunOverview]:
    """Draw what the table can be narrowed by, which the URL keeps, and return the rows that are like that.

    What somebody looks for is found in a run's name, id, data set, tags, or what it does differently from its preset.
    """
    place = read(ComparePlace)
    with st.container(horizontal=True, gap="small", key="compare-filters"):
        st.text_input(
            "Find",
            placeholder="Find a run",
            icon=":material/search:",
            label_visibility="collapsed",
            width=200,
            **bind("find", place.find),
        )
        states = _any_of("State", "states", place.states, (_state(row) for row in rows))
        datasets = _any_of("Data set", "datasets", place.datasets, (row.summary.dataset for row in rows))
        tags = _any_of("Tag", "tags", place.tags, (tag for row in rows for tag in row.summary.tags))
    words = place.find[:100].casefold().split()
    return [
        row
        for row in rows
        if (not states or _state(row) in states)
        and (not datasets or row.summary.dataset in datasets)
        and (not tags or set(tags) & set(row.summary.tags))
        and all(word in _searched(row) or (len(word) >= _ID_PART and word in row.summary.run_id) for word in words)
    ]


def _any_of(label: str, field: str, asked: tuple[str, ...], values: Iterable[str]) -> tuple[str, ...]:
    options = sorted({value for value in values if value}, key=str.casefold)
    if len(options) < (1 if field == "tags" else 2):
        return ()  # nothing to choose from
    chosen = [one for one in asked if one in options]
    st.multiselect(
        label,
        options,
        placeholder=label,
        width=170,
        label_visibility="collapsed",
        **bind(field, chosen, change=lambda some: {field: tuple(some)}),
    )
    return tuple(chosen)


def _state(row: RunOverview) -> str:
    return "damaged" if row.summary.problem else row.summary.state


def _searched(row: RunOverview) -> str:
    summary = row.summary
    return "\n".join((summary.name, summary.dataset, _special(row), *summary.tags)).casefold()


@lru_cache(maxsize=20_000)  # rows are the same objects as long as nothing changes
def _special(row: RunOverview) -> str:
    return changes_in_words(row.spec) if row.spec else row.summary.problem


def run_table(rows: Sequence[RunOverview], now: Selection) -> list[str]:
    """Draw the table, the chosen runs ticked, and return the ids of those that are chosen now.

    First come those that were, then the new ones; one that is not among the rows stays chosen.
    """
    shown = [row.summary.run_id for row in rows]
    if list(now.ids) != st.session_state.get(_TICKED):  # by a link, or by a button elsewhere on the page
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    key = f"compare-table-{st.session_state.get(_ROUND, 0)}-{crc32('|'.join(shown).encode()):08x}"
    event: Any = st.dataframe(
        _frame(rows),
        key=key,
        on_select="rerun",
        selection_mode="multi-row",
        hide_index=True,
        selection_default={"selection": {"rows": [shown.index(run_id) for run_id in now.ids if run_id in shown]}},
        column_config=_columns(),
        height=min(_HEIGHT, 35 * (len(rows) + 1) + 2),
        placeholder="",
        alt="All runs, one a row; tick two to four of them to compare them.",
    )
    ticked = [shown[row] for row in event["selection"]["rows"] if 0 <= row < len(shown)]
    ids = [run_id for run_id in now.ids if run_id in ticked or run_id not in shown]
    ids += [run_id for run_id in ticked if run_id not in ids]
    st.session_state[_TICKED] = ids
    return ids


def _frame(rows: Sequence[RunOverview]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": [row.summary.name for row in rows],
            "test": [None if row.summary.test_accuracy is None else 100 * row.summary.test_accuracy for row in rows],
            "curve": [_thinned(row.accuracies) for row in rows],
            "state": [_state(row) for row in rows],
            "special": [_special(row) for row in rows],
            "dataset": [row.summary.dataset for row in rows],
            "tags": [list(row.summary.tags) for row in rows],
            "epochs": [row.summary.epochs_done for row in rows],
            "seconds": [row.seconds for row in rows],
            "parameters": [row.parameters for row in rows],
            "started": pd.Series([row.started for row in rows], dtype="datetime64[s]"),
        }
    )


def _thinned(values: Sequence[float]) -> list[float]:
    """Return at most so many values as a spark-line can show, the last one among them."""
    step = max(1, -(-len(values) // _SPARKS))
    return list(values[::-1][::step][::-1])


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "name": column.TextColumn("Run", width=170),
        "test": column.NumberColumn("Test", format="%.1f %%", width=70, help="Share of test images that are right."),
        "curve": column.LineChartColumn(
            "Validation",
            y_min=0,
            y_max=1,
            width=110,
            color="orange",
            help="Validation accuracy by epoch, from 0 to 100 %; training accuracy of runs without validation images.",
        ),
        "state": column.TextColumn("State", width=90),
        "special": column.TextColumn("Its own", width=150, help="What it does differently from its preset."),
        "dataset": column.TextColumn("Data set", width=110),
        "tags": column.ListColumn("Tags", width=130),
        "epochs": column.NumberColumn("Epochs", width=65),
        "seconds": column.NumberColumn("Seconds", format="%.0f", width=75, help="Of training, finished epochs only."),
        "parameters": column.NumberColumn("Parameters", format="localized", width=95),
        "started": column.DatetimeColumn("Started", format="D MMM YYYY, HH:mm", width=140),
    }
