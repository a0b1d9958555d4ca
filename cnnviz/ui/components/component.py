"""A component from the files beside its Python: JavaScript modules become one text, and no build step is needed."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from cnnviz.figures.theme import css_variables

__all__ = ["bundled", "component", "modules_of", "nothing_more"]

_HERE = Path(__file__).parent
_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";$', re.MULTILINE)
_BETWEEN = re.compile(r">\s*\n\s*<")  # the lines of an HTML file are no spaces in the page
_TYPES = re.compile(r"^ */\*\*(?:(?!\*/).)*\*/\n", re.MULTILINE | re.DOTALL)  # they are for tools, a third of the text
_EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const|let) (\w+))", re.MULTILINE)


def component(
    file: str, part: str | None = None, *, styles: str = "", isolate_styles: bool = True
) -> Callable[..., Any]:
    """Make a Streamlit component of `<part>.js` beside a Python file.

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
    html = entry.with_suffix(".html")
    sheets = (module.with_suffix(".css") for module in modules_of(entry))
    css = [css_variables(), styles, *(sheet.read_text(encoding="utf-8") for sheet in sheets if sheet.is_file())]
    return st.components.v2.component(
        f"cnnviz_{entry.stem}",
        html=_BETWEEN.sub("><", html.read_text(encoding="utf-8")) if html.is_file() else None,
        css="".join(css),
        js=bundled(entry),
        isolate_styles=isolate_styles,
    )


def nothing_more() -> None:
    """What happens when a component tells something that the page reads itself."""


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
            for other in _imported(module):
                visit(other, (*waiting, module))
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
def _imported(module: Path) -> list[Path]:
    return [(module.parent / path).resolve() for _, path in _IMPORT.findall(module.read_text(encoding="utf-8"))]


@cache
def _scoped(module: Path) -> str:
    text = _TYPES.sub("", module.read_text(encoding="utf-8"))
    exported = [name for _, name in _EXPORT.findall(text)]
    text = _EXPORT.sub(r"\1", text)
    if "\nexport default " in text:
        text = text.replace("\nexport default ", "\nconst $default = ")
        exported.append("default: $default")
    text = _IMPORT.sub(lambda found: _taken(found[1], (module.parent / found[2]).resolve()), text)
    return f"const {_name(module)} = (() => {{\n{text}\nreturn {{ {', '.join(exported)} }};\n}})();"


def _taken(names: str, module: Path) -> str:
    return f"const {{{names.replace(' as ', ': ')}}} = {_name(module)};"


def _name(module: Path) -> str:
    return "$" + re.sub(r"\W", "_", module.with_suffix("").relative_to(_HERE.parent).as_posix())
