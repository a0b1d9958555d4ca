"""A component's JavaScript and CSS: files beside its Python, read as text when the module is imported."""

from pathlib import Path

__all__ = ["read_asset"]


def read_asset(name: str) -> str:
    """The text of a file beside this one, such as `watched.js`."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
