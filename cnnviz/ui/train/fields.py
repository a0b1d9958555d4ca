"""Fields: widgets that show one setting each and write it back when it changes."""

from collections.abc import Callable, Mapping
from typing import Any, get_args

import streamlit as st

from cnnviz.spec import Settings

__all__ = ["Fields"]


class Fields:
    """Widgets for the settings of one object.

    A widget takes its value from the settings when it appears and hands every change to `change`; with another
    prefix it appears anew. Numbers have no limits here: the browser would keep one that is too large to itself, and the
    run would start with the value before. The settings refuse it, in a sentence.

    Args:
        settings: what is shown.
        change: called with one setting's name and new value.
        prefix: of the widgets' keys.
    """

    def __init__(self, settings: Settings, change: Callable[..., None], prefix: str) -> None:
        self.settings = settings
        self.change = change
        self.prefix = prefix

    def number(
        self, label: str, name: str, *, step: float | None = None, empty: str = "off", tip: str | None = None
    ) -> None:
        """Show a number; one that may be None is empty then."""
        value = getattr(self.settings, name)
        whole = isinstance(value, int) or (value is None and int in _types(self.settings, name))
        kind: type[int] | type[float] = int if whole else float
        shown = _as(kind, value)
        st.number_input(
            label,
            value=shown,
            step=_as(kind, step if step is not None else (1 if whole else 0.05)),
            format=None if whole else "%g",
            placeholder=empty if type(None) in _types(self.settings, name) else None,
            help=tip,
            **self._bound(name),
        )

    def percentage(self, label: str, name: str, *, step: float = 5.0, tip: str | None = None) -> None:
        """Show a share, 0 to 1 in the settings, as a percentage."""
        bound = self._bound(name)
        key = bound["key"]

        def change() -> None:
            asked = st.session_state[key]
            self.change(**{name: asked if asked is None else asked / 100})

        shown = round(100 * float(getattr(self.settings, name)), 6)  # 100 x 0.29 is 28.999999999999996
        st.number_input(f"{label} (%)", value=shown, step=step, format="%g", help=tip, key=key, on_change=change)

    def choice(self, label: str, name: str, words: Mapping[Any, str], *, tip: str | None = None) -> None:
        """Show a choice of a few values, each in a word."""
        options = list(words)
        value = getattr(self.settings, name)
        index = options.index(value) if value in options else 0
        st.selectbox(label, options, index=index, format_func=lambda one: words[one], help=tip, **self._bound(name))

    def toggle(self, label: str, name: str, *, tip: str | None = None) -> None:
        """Show yes or no."""
        st.toggle(label, value=bool(getattr(self.settings, name)), help=tip, **self._bound(name))

    def _bound(self, name: str) -> dict[str, Any]:
        key = f"{self.prefix}-{name}"
        return {"key": key, "on_change": self._changed, "args": (key, name)}

    def _changed(self, key: str, name: str) -> None:
        self.change(**{name: st.session_state[key]})


def _as(kind: type[int] | type[float], number: float | None) -> Any:
    return None if number is None else kind(number)


def _types(settings: Settings, name: str) -> tuple[Any, ...]:
    """The types a setting may have."""
    annotation = type(settings).model_fields[name].annotation
    return get_args(annotation) or (annotation,)
