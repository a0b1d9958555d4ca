"""A component from the files beside its Python; no build step is needed."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from cnnviz.figures.theme import css_variables
from cnnviz.ui.components.scripts import module_text, modules_of, script_of

__all__ = ["component", "nothing_more", "when_told"]

_BASE = Path(__file__).parent / "kit" / "base.css"
_BETWEEN = re.compile(r">\s*\n\s*<")  # the lines of an HTML file are no spaces in the page


def component(
    file: str, part: str | None = None, *, styles: str = "", isolate_styles: bool = True
) -> Callable[..., Any]:
    """Make a Streamlit component of `<part>.js` beside a Python file; the files are read when it is first drawn.

    Its HTML is `<part>.html`, where there is one. Its styles are those of every module that it imports: a module
    `x.js` has them in `x.css` beside it.

    Args:
        file: `__file__` of the Python file.
        part: name of the module with the default export; None for the name of the folder, or of a single file.
        styles: CSS that comes before all others.
        isolate_styles: whether the component is apart from the page, with styles of its own only.
    """
    here = Path(file)
    entry = here.with_name(f"{part or (here.parent.name if here.stem == '__init__' else here.stem)}.js")

    @cache
    def made() -> Callable[..., Any]:
        html = entry.with_suffix(".html")
        sheets = [*([_BASE] if isolate_styles else []), *(one.with_suffix(".css") for one in modules_of(entry))]
        css = [css_variables(), styles, *(module_text(sheet) for sheet in sheets if sheet.is_file())]
        return st.components.v2.component(
            f"cnnviz_{entry.stem}",
            html=_BETWEEN.sub("><", html.read_text(encoding="utf-8")) if html.is_file() else None,
            css="".join(css),
            js=script_of(entry),
            isolate_styles=isolate_styles,
        )

    def drawn(*, data: Any = None, **told: Any) -> Any:
        # In a list: of each value of a dictionary, Streamlit would ask pandas whether it is a data frame. That takes 70
        # MB and half a second of a server that needs no pandas. `mount` of the kit takes it out again.
        return made()(data=[data], **told)

    return drawn


def nothing_more() -> None:
    """What happens when a component tells something that the page reads itself."""


def when_told(
    key: str, name: str, then: Callable[[Any], object] | None, holds: Callable[[Any], bool]
) -> Callable[[], None]:
    """Return what a component's `on_<name>_change` is to be.

    Args:
        key: the component's.
        name: of what it tells.
        then: called with that, before the page runs again; None where nobody listens.
        holds: whether it can be: it comes from a browser.
    """

    def tell() -> None:
        value = st.session_state[key].get(name)
        if then is not None and holds(value):
            then(value)

    return tell
