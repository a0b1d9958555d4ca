"""Several JavaScript modules as one: a Streamlit component takes one text, and there is no build step."""

import re

from cnnviz.ui.components.assets import read_asset

__all__ = ["bundled"]

_IMPORT = re.compile(r"^import .*?;\n", re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def bundled(*names: str) -> str:
    """Join modules that import only from one another.

    Args:
        names: files beside this one, each after those it imports from; the last has the default export. Names at the
            top of a file are unique among them all.

    Returns:
        One module without imports.
    """
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", read_asset(name))) for name in names)
