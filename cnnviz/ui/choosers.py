"""Lists and rows of buttons that show a field of the page's place, and change it."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import streamlit as st

from cnnviz.ui.address import bind

__all__ = ["dropdown", "segments"]

Offered = Mapping[Any, str] | Collection[Any]  # values, with what each is called where that is not the value itself
Change = Callable[[Any], Mapping[str, Any]]


def segments(
    title: str, field: str, value: Any, offered: Offered, *, change: Change | None = None, **more: Any
) -> None:
    """Draw a row of buttons, one of which is chosen.

    Args:
        title: for those who do not see the row.
        field: of the page's place.
        value: the one that is chosen.
        offered: what may be chosen.
        change: as for `cnnviz.ui.address.bind`.
        more: for `st.segmented_control`.
    """
    st.segmented_control(
        title,
        list(offered),
        required=True,
        label_visibility="collapsed",
        format_func=_named(offered),
        **bind(field, value, options=offered, change=change),
        **more,
    )


def dropdown(
    title: str,
    field: str,
    value: Any,
    offered: Offered,
    *,
    every: str = "",
    key: str = "",
    change: Change | None = None,
    **more: Any,
) -> None:
    """Draw a list, one line of which is chosen.

    Args:
        title: as for `segments`.
        field: as for `segments`.
        value: as for `segments`.
        offered: as for `segments`.
        every: the first line, which stands for None; empty for none.
        key: as for `cnnviz.ui.address.bind`.
        change: as for `segments`.
        more: for `st.selectbox`.
    """
    options, named = [*([every] if every else []), *offered], _named(offered)
    change = change or (lambda one: {field: None if every and one == every else one})
    st.selectbox(
        title,
        options,
        label_visibility="collapsed",
        format_func=lambda one: every if every and one == every else named(one),
        **bind(field, every if value is None else value, key=key, options=options, change=change),
        **more,
    )


def _named(offered: Offered) -> Callable[[Any], str]:
    return offered.__getitem__ if isinstance(offered, Mapping) else str
