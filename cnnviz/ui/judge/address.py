"""What a page keeps in the URL beside run and snapshot: read, written, and kept from reruns that began before."""

import math
import time
from typing import Any

import streamlit as st

from cnnviz.errors import SpecError

__all__ = ["Address", "asked_label"]

_SETTLING_S = 1.5  # longer, and the browser's way back would not work


class Address:
    """A page's own query parameters.

    Args:
        page: a word for the page, unique among all.
        names: of the parameters.
    """

    def __init__(self, page: str, names: tuple[str, ...]) -> None:
        self.names = names
        self._switched = f"cnnviz.{page}.switched"  # session state: (when, the URL before, the URL wanted)

    def asked(self) -> dict[str, str]:
        """Return what the URL asks for; empty values are left out."""
        return {name: st.query_params[name] for name in self.names if st.query_params.get(name)}

    def change(self, **values: Any) -> None:
        """Ask for something else: in a callback, or before the page runs again.

        Args:
            values: of the parameters, as the URL has them; None or an empty text takes one away.
        """
        before = self.asked()
        for name, value in values.items():
            if value is None or value == "":
                st.query_params.pop(name, None)
            else:
                st.query_params[name] = str(value)
        st.session_state[self._switched] = (time.monotonic(), before, self.asked())

    def settle(self) -> None:
        """Keep a change that a rerun which began before it would take back; called before the URL is read.

        A fragment that waits or polls runs the page again with the URL as the browser knew it a moment ago.
        """
        when, before, wanted = st.session_state.get(self._switched, (-math.inf, None, {}))
        if time.monotonic() - when < _SETTLING_S and self.asked() == before:
            for name in self.names:
                if name in wanted:
                    st.query_params[name] = wanted[name]
                else:
                    st.query_params.pop(name, None)


def asked_label(what: str, text: str | None, names: tuple[str, ...]) -> int | None:
    """Return the class that a link asks for by its name or its number; None where it asks for none.

    Args:
        what: what is asked for, such as "true class".
        text: from the URL.
        names: of the classes, by label.

    Raises:
        SpecError: there is no such class.
    """
    if text is None:
        return None
    if text in names:
        return names.index(text)
    if text.isdecimal() and len(text) < 7 and int(text) < len(names):
        return int(text)
    some = ", ".join(names[:10]) + (" and others" if len(names) > 10 else "")
    raise SpecError(f"the link asks for the {what} {text[:40]!r}, but the classes are {some}; choose one of these")
