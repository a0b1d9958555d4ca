"""What pages say to people: errors in one sentence, and names from elsewhere as plain text."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.ui.pages import HOME, Page

__all__ = ["ASTRAY", "plain", "problem", "reported"]

ASTRAY = "cnnviz.astray"  # session state: whether a way back was offered; `address.arrive` then clears the address

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# Links, addresses, emoji, icons and arrows are found after the escapes are undone: something invisible parts them.
_FOUND_LATER = re.compile(r"(?i)(https?|www|@|:(?=\w)|<(?=[-=])|-(?=[->])|[>~](?==))")
_WORD_JOINER = "\u2060"


def plain(text: str) -> str:
    """Escape a text that came from a file, a URL or a person, so that Markdown shows it as it is.

    Args:
        text: anything; line breaks and control characters become spaces.

    Returns:
        Markdown without formatting, links, HTML, formulas, colours, emoji or icons, for every Streamlit element that
        takes Markdown.
    """
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    parted = _FOUND_LATER.sub(lambda match: match[0] + _WORD_JOINER, line)
    return _PUNCTUATION.sub(r"\\\1", parted)


def problem(error: CnnvizError, way_back: Page | None = HOME, label: str = "Go to Home") -> None:
    """Show an error as one sentence, and the way out of it.

    Args:
        error: what went wrong.
        way_back: the page to offer, opened without a query; None offers none.
        label: what the offer is called.
    """
    st.error(plain(error.sentence), icon=":material/error:")
    if way_back is not None:
        st.session_state[ASTRAY] = True
        st.page_link(way_back.path, label=label, icon=":material/arrow_back:")


@contextmanager
def reported(way_back: Page | None = HOME, label: str = "Go to Home") -> Iterator[None]:
    """Turn a CnnvizError into one sentence on the page, and end the page's or the fragment's run there.

    `with reported():` around a part of a page, or `@reported()` on a function, inside `@st.fragment`. What is no
    CnnvizError is a bug of ours and left to Streamlit, which shows its own words and logs the traceback.

    Args:
        way_back: as for `problem`.
        label: as for `problem`.
    """
    try:
        yield
    except CnnvizError as error:
        problem(error, way_back, label)
        st.stop()
