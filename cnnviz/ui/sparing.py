"""Modules live as long as the server: taking them out of the garbage collector's reach.

Streamlit collects all garbage after each run of a page and after each tick of a fragment, and so walks over every
object of every module: a tenth of a second each time with Plotly imported, a quarter with TensorFlow and its half a
million objects, several times a second while somebody watches a run.
"""

import gc
import sys

__all__ = ["spare_modules"]

_seen = 0  # how many modules there were when somebody called last


def spare_modules(*, anyway: bool = False) -> bool:
    """Keep what is alive now out of later collections, if modules were imported since the last call.

    Objects are still freed when their last reference goes; only circles among those that lived at this moment stay,
    and modules are imported a few times in a server's life.

    Args:
        anyway: whether there is no need to look: a module was just imported.

    Returns:
        Whether there was anything new.
    """
    global _seen
    if len(sys.modules) == _seen and not anyway:
        return False
    _seen = len(sys.modules)
    gc.freeze()
    return True
