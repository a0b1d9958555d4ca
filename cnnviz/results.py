"""What was computed last, kept for whoever asks for it again."""

import threading
from collections.abc import Callable
from typing import Any

from cachetools import LRUCache

from cnnviz.errors import CnnvizError

__all__ = ["Results"]


class Results:
    """A bounded number of results, those asked for last; any thread may ask.

    Args:
        most: how many are kept.
    """

    def __init__(self, most: int) -> None:
        self._kept: LRUCache[Any, Any] = LRUCache(most)
        self._lock = threading.Lock()

    def __contains__(self, key: Any) -> bool:
        with self._lock:
            return key in self._kept

    def get(self, key: Any, compute: Callable[[], Any]) -> Any:
        """Return what is kept under a key, computed where there is nothing; a refusal is kept like a result.

        Raises:
            CnnvizError: what computing it raised.
        """
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            found = _computed(compute)
            with self._lock:
                self._kept[key] = found
        if isinstance(found, CnnvizError):
            raise type(found)(str(found))  # a fresh one: raising the kept one again would grow its traceback
        return found


def _computed(compute: Callable[[], Any]) -> Any:
    try:
        return compute()
    except CnnvizError as error:
        return type(error)(str(error))
