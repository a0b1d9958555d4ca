"""A component from the files beside its Python: JavaScript modules become one text, and no build step is needed."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from cnnviz.figures.theme import css_variables

__all__ = ["bundled", "component", "modules_of", "nothing_more", "when_told"]

_HERE = Path(__file__).parent
_BASE = _HERE / "kit" / "base.css"
_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";$', re.MULTILINE)
_BETWEEN = re.compile(r">\s*\n\s*<")  # the lines of an HTML file are no spaces in the page
# What is for those who read the files, a third of the text: types and other comments, and the room before a line.
_LEFT_OUT = re.compile(r"""/\*.*?\*/|^\s*//[^\n]*\n|^\s+| +// [^\n"'`]*$""", re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const|let) (\w+))", re.MULTILINE)


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
        css = [css_variables(), styles, *(_text(sheet) for sheet in sheets if sheet.is_file())]
        return st.components.v2.component(
            f"cnnviz_{entry.stem}",
            html=_BETWEEN.sub("><", html.read_text(encoding="utf-8")) if html.is_file() else None,
            css="".join(css),
            js=bundled(entry),
            isolate_styles=isolate_styles,
        )

    return lambda **told: made()(**told)


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


def modules_of(entry: Path) -> list[Path]:
    """Return a module and all that it imports, each after those that it imports from.

    Args:
        entry: a JavaScript file.

    Raises:
        ValueError: modules import each other in a circle.
    """
    found: list[Path] = []

    def visit(module: Path, waiting: tuple[Path, ...]) -> None:
        if module in waiting:
            raise ValueError(f"{module} imports itself, by way of {', '.join(one.name for one in waiting)}")
        if module not in found:
            for _, path in _IMPORT.findall(_text(module)):
                visit((module.parent / path).resolve(), (*waiting, module))
            found.append(module)

    visit(entry.resolve(), ())
    return found


def bundled(entry: Path) -> str:
    """Join a module with all that it imports; each keeps a scope of its own, so that names may be alike.

    Args:
        entry: a JavaScript file with a default export.

    Returns:
        One module without imports.
    """
    modules = modules_of(entry)
    return "\n".join(map(_scoped, modules)) + f"\nexport default {_name(modules[-1])}.default;\n"


@cache
def _text(file: Path) -> str:
    return _LEFT_OUT.sub("", file.read_text(encoding="utf-8"))


@cache
def _scoped(module: Path) -> str:
    text = _text(module)
    exported = [name for _, name in _EXPORT.findall(text)]
    text = _EXPORT.sub(r"\1", text)
    if "\nexport default " in text:
        text = text.replace("\nexport default ", "\nconst $default = ")
        exported.append("default: $default")
    text = _IMPORT.sub(lambda found: _taken(found[1], (module.parent / found[2]).resolve()), text)
    return f"const {_name(module)} = (() => {{\n{text}return {{ {', '.join(exported)} }};\n}})();"


def _taken(names: str, module: Path) -> str:
    return f"const {{{names.replace(' as ', ': ')}}} = {_name(module)};"


def _name(module: Path) -> str:
    return "$" + re.sub(r"\W", "_", module.with_suffix("").relative_to(_HERE.parent).as_posix())
