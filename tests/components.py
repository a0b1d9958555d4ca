"""What pages give to their components."""

import json
from typing import Any

__all__ = ["data_of"]


def data_of(element: Any, **options: Any) -> Any:
    """Return what a component was given, as the browser reads it.

    Args:
        element: of `AppTest.get("bidi_component")`, or its proto.
        options: for `json.loads`.
    """
    (data,) = json.loads(getattr(element, "proto", element).json, **options)
    return data
