"""Correcting what files were understood as: what makes sense for their form, and nothing else."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from cnnviz.data.brought import Brought
from cnnviz.data.sources import Reading, Understood, renamed
from cnnviz.errors import CnnvizError
from cnnviz.ui.data.understanding import reading_of, set_reading, understanding_key
from cnnviz.ui.messages import plain

__all__ = ["correct"]

_COLUMNS = {
    "label": "Which holds the labels",
    "image": "Which holds the pictures",
    "part": "Which says train, validation, test",
    "group": "Which says what belongs together",
}
_PATTERN = r"What belongs together, as a regular expression for names: (patient\d+)"
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", " ": "blank"}
_BLIND = frozenset(
    {"label", "image", "part", "group", "delimiter", "shape"}
)  # what helps where nothing could be understood
_MOST_NAMES = 200  # classes that are renamed on a page; those of more come in a file
_NAMES_MB = 2


def correct(brought: Brought, understood: Understood | None) -> None:
    """Draw the form; nothing is understood anew before it is sent."""
    fields = understood.correctable if understood else _BLIND
    told = understood.reading if understood else reading_of(brought)
    columns = list(understood.columns) if understood else []
    form = _Form(hashlib.blake2b(understanding_key(brought).encode(), digest_size=6).hexdigest())
    fold = st.expander("Not what you meant? Correct it", icon=":material/edit:", key=f"data-correct-{brought.token}")
    with fold, st.form(f"data-form-{brought.token}", border=False):
        asked: dict[str, tuple[Any, Any]] = {}  # by field: what was shown, and what stands there now
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for field, words in _COLUMNS.items():
                if field in fields:
                    asked[field] = form.column(field, words, getattr(told, field), columns)
            if "delimiter" in fields:
                asked["delimiter"] = form.one("delimiter", "Between values", told.delimiter, _DELIMITERS)
            if "header" in fields:
                asked["header"] = form.flag("header", "The first line names the columns", told.header)
            if "channels_first" in fields:
                asked["channels_first"] = form.flag(
                    "channels-first", "All of a channel comes before the next", told.channels_first
                )
            if "invert" in fields:
                asked["invert"] = form.flag("invert", "Turn dark into bright", told.invert)
        if "shape" in fields:
            asked["shape"] = form.shape(told.shape)
        if "window" in fields:
            asked["window"] = form.window(told.window)
        shown = understood.class_names if understood else ()
        typed = form.names(shown) if len(shown) <= _MOST_NAMES else form.names_in_a_file(shown)
        sent = st.form_submit_button("Read it anew", icon=":material/refresh:", key=f"data-reread-{brought.token}")
    if sent:
        _take(brought, asked, shown, typed)
    if understood and len(understood.class_names) > _MOST_NAMES:
        fold.download_button(
            "Save the class names as they are",
            "\n".join(understood.class_names),
            f"{brought.stem or 'class'}-names.txt",
            "text/plain",
            key="data-names-save",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )
    if reading_of(brought) != Reading():
        st.button(
            "Read it as if nothing was said",
            key="data-reading-undo",
            icon=":material/undo:",
            type="tertiary",
            on_click=set_reading,
            args=(brought, Reading()),
        )


def _take(brought: Brought, asked: Mapping[str, tuple[Any, Any]], shown: tuple[str, ...], typed: str) -> None:
    said = reading_of(brought)
    changed = {field: now for field, (before, now) in asked.items() if now != before}
    try:
        names = renamed(said.names, shown, typed.splitlines()) if typed else said.names
    except CnnvizError as error:
        st.error(plain(error.sentence), icon=":material/error:")
        return
    set_reading(brought, replace(said, names=names, **changed))
    st.rerun()


@dataclass(frozen=True)
class _Form:
    """The fields of the form, each of which returns what it showed and what stands there now.

    Attributes:
        tag: of what is shown: after another reading the fields begin with what that found out.
    """

    tag: str

    def _key(self, name: str) -> str:
        return f"data-{name}-{self.tag}"

    def column(self, field: str, words: str, told: str | None, columns: list[str]) -> tuple[Any, Any]:
        if not columns:
            typed = st.text_input(_PATTERN if field == "group" else words, told or "", key=self._key(field))
            return told, typed.strip() or None
        options = [None, *columns]
        at = options.index(told) if told in options else 0
        now = st.selectbox(
            words, options, index=at, key=self._key(field), format_func=lambda one: one or "found out", width=260
        )
        return options[at], now

    def one(self, name: str, words: str, told: str | None, offered: Mapping[str, str]) -> tuple[Any, Any]:
        options = [*offered, *([told] if told and told not in offered else [])]
        now = st.selectbox(
            words,
            options,
            index=options.index(told) if told else None,
            key=self._key(f"{name}"),
            format_func=lambda one: offered.get(one, one),
            width=160,
        )
        return told, now

    def flag(self, name: str, words: str, told: bool | None) -> tuple[Any, Any]:
        return bool(told), st.checkbox(words, bool(told), key=self._key(f"{name}"), width="content")

    def shape(self, told: tuple[int, int, int] | None) -> tuple[Any, Any]:
        height, width, channels = told or (None, None, 1)
        with st.container(horizontal=True):
            now = (
                st.number_input("Height of a picture", 1, None, height, 1, key=self._key("shape-height"), width=160),
                st.number_input("Width", 1, None, width, 1, key=self._key("shape-width"), width=160),
                st.selectbox(
                    "Colours",
                    (1, 3, 4),
                    index=(1, 3, 4).index(channels),
                    key=self._key("shape-channels"),
                    format_func={1: "grey", 3: "red, green, blue", 4: "with transparency"}.__getitem__,
                    width=200,
                ),
            )
        return told, now if None not in now else told

    def window(self, told: tuple[float, float] | None) -> tuple[Any, Any]:
        low, high = told or (None, None)
        with st.container(horizontal=True):
            now = (
                st.number_input("This value is black", value=low, key=self._key("window-low"), width=200, format="%g"),
                st.number_input(
                    "This value is white", value=high, key=self._key("window-high"), width=200, format="%g"
                ),
            )
        return told, now if None not in now else told

    def names(self, shown: tuple[str, ...]) -> str:
        if not shown:
            return ""
        return st.text_area(
            "Class names, one a line; two of the same name become one",
            "\n".join(shown),
            key=self._key("names"),
            height=min(max(34 * len(shown), 68), 270),
        )

    def names_in_a_file(self, shown: tuple[str, ...]) -> str:
        """Ask for the names of more classes than anybody types."""
        sent = st.file_uploader(
            f"Class names: a text file of {len(shown):,} lines, one name a line; two of the same name become one",
            type=["txt", "csv"],
            max_upload_size=_NAMES_MB,
            key=self._key("names-file"),
        )
        return sent.getvalue().decode("utf-8-sig", "replace") if sent is not None else ""
