"""Style sheets of pages: CSS files beside the Python that needs them.

They name parts of Streamlit's own pages by `:--vertical-block` and the like, which `streamlit.css` alone translates.
"""

import re
from functools import cache
from pathlib import Path

from cnnviz.figures.theme import css_variables

__all__ = ["shared_style", "style"]

_HERE = Path(__file__).parent
_DEFINED = re.compile(r"^@custom-selector (:--[\w-]+) (.+);$", re.MULTILINE)
_NAMED = re.compile(r":--[\w-]+")


@cache
def style(file: str, *names: str) -> str:
    """Return sheets as a `<style>` element, for `st.html`.

    Args:
        file: `__file__` of a Python module.
        names: of files beside it, without `.css`; none for the module's own name.

    Raises:
        KeyError: a sheet names a part of the page that `streamlit.css` does not know.
    """
    sheets = [Path(file).with_name(f"{name}.css") for name in names or (Path(file).stem,)]
    text = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    return f"<style>{_NAMED.sub(lambda found: _selectors()[found[0]], text)}</style>"


@cache
def shared_style() -> str:
    """Return what every page needs: the palette as variables, and the sidebar."""
    sheet = style(__file__, "sidebar")
    return sheet.replace("<style>", f"<style>{css_variables(_selectors()[':--app'])}", 1)


@cache
def _selectors() -> dict[str, str]:
    return dict(_DEFINED.findall((_HERE / "streamlit.css").read_text(encoding="utf-8")))
