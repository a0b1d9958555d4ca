"""What every settings object shares: frozen, validated, and refused in one sentence."""

import json
import re
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from cnnviz.errors import SpecError

__all__ = ["Settings", "one_line"]


def _sentence(error: ValidationError) -> str:
    """Say the first thing pydantic found wrong as one sentence."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])[:120] or "the settings"
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, SpecError):  # a nested settings object has said it already
        layer = re.fullmatch(r"layers\.(\d+)\.(\w+)", place)
        return f"layer {int(layer[1]) + 1} ({layer[2]}): {cause}" if layer else str(cause)
    given = first.get("input")
    shown = "" if isinstance(given, dict | list | tuple) else f" (given: {_shown(given)})"
    if first["type"] == "extra_forbidden":
        return f"there is no setting called {place}; remove it or correct its name"
    if first["type"] == "missing":
        return f"the setting {place} is missing; give it a value"
    message = str(cause) if cause is not None else first["msg"][0].lower() + first["msg"][1:]
    return f"the setting {place} cannot be used: {message}{shown}; give another value"


def _shown(given: Any) -> str:
    """Return the beginning of a value as Python writes it."""
    try:
        return f"{given!r:.80}"
    except ValueError:  # Python does not write numbers of more than 4,300 digits
        return "a number of thousands of digits"


def one_line(text: str, longest: int = 500) -> str:
    """Return what may hold anything from a file as one line of readable length."""
    readable = "".join(character if character.isprintable() else " " for character in text)
    line = " ".join(readable.split())
    return line if len(line) <= longest else f"{line[: longest - 3]}..."


class Settings(BaseModel):
    """Base of the settings: frozen, unknown names refused, not-a-number refused.

    Raises:
        SpecError: in one sentence, where pydantic would give a list.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, /, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SpecError(one_line(_sentence(error))) from error

    def changed(self, **values: Any) -> Self:
        """Return a copy with some settings changed, validated as a whole.

        Args:
            values: new values by setting name.

        Returns:
            A new object; this one stays as it is.

        Raises:
            SpecError: the new combination cannot work.
        """
        kept = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self)(**{**kept, **values})

    def to_json(self) -> str:
        """Return the settings as indented JSON, which `from_json` reads back."""
        return self.model_dump_json(indent=2)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read settings from JSON.

        Args:
            text: one JSON object.

        Raises:
            SpecError: not JSON, not an object, or settings that cannot work.
        """
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise SpecError(f"these settings are not JSON ({error}); give one JSON object") from error
        if not isinstance(values, dict):
            raise SpecError(f"these settings are a JSON {type(values).__name__}; give one JSON object")
        return cls(**values)
