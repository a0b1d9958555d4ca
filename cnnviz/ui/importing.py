"""Large packages on pages: imported in the background of the server; what needs none of them is drawn at once."""

import gc
import sys
import threading
from collections.abc import Sequence
from importlib import import_module

from cnnviz.allocation import return_freed_memory
from cnnviz.errors import MissingExtraError
from cnnviz.ui.sparing import spare_modules

__all__ = ["BackgroundImport"]


class BackgroundImport:
    """An import in the background of this server process; it begins when somebody asks for the first time.

    Args:
        package: what people call it, for messages.
        names: of all modules that are needed; importing them again costs nothing.
        after_s: seconds to wait before it begins, for what should be drawn first.
    """

    def __init__(self, package: str, names: Sequence[str], after_s: float = 0.0) -> None:
        self._package, self._names, self._after_s = package, names, after_s
        self._failure: Exception | None = None
        self._begun = threading.Lock()

    def ready(self) -> bool:
        """Say whether all of it can be used at once; never waits.

        Raises:
            MissingExtraError: it cannot be imported.
        """
        if all(map(_imported, self._names)):
            return True
        if self._failure:
            raise MissingExtraError(
                f"{self._package} could not be imported ({self._failure}); install it again with "
                "`pip install -r requirements.txt`"
            ) from self._failure
        if self._begun.acquire(blocking=False):
            timer = threading.Timer(self._after_s, self._import)
            timer.daemon = True
            timer.start()
        return False

    def _import(self) -> None:
        try:
            for name in self._names:
                import_module(name)
            gc.collect()  # what the import itself left behind
            return_freed_memory()
            spare_modules(anyway=True)
        except Exception as error:  # noqa: BLE001 - whatever it is, the page says it
            self._failure = error


def _imported(name: str) -> bool:
    """Whether a module is imported to its end; while it is being imported, it is in sys.modules too."""
    module = sys.modules.get(name)
    return module is not None and not getattr(module.__spec__, "_initializing", False)
