"""What people say about a run: its name, tags and notes. Kept apart from its settings, which never change."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnviz.errors import SpecError
from cnnviz.files import read_json
from cnnviz.spec.base import one_line

__all__ = [
    "ABOUT",
    "LONGEST_NAME",
    "LONGEST_NOTES",
    "LONGEST_TAG",
    "MOST_TAGS",
    "About",
    "checked_notes",
    "checked_tags",
    "read_about",
]

ABOUT = "about.json"
LONGEST_NAME = 80
LONGEST_TAG = 30
MOST_TAGS = 12  # what fits a row of a table, and what a person keeps in mind
LONGEST_NOTES = 5_000


@dataclass(frozen=True)
class About:
    """What people say about a run.

    Attributes:
        name: at most 80 characters; empty where it was given none.
        tags: at most 12 of 1 to 30 characters, each once, in the order in which they were given.
        notes: at most 5,000 characters, perhaps several lines.
    """

    name: str = ""
    tags: tuple[str, ...] = ()
    notes: str = ""


def read_about(folder: Path) -> About:
    """Read what people say about a run.

    Args:
        folder: where it is kept, the folder of its additions.

    Returns:
        What can be read: whatever else somebody may have written into the file is left out.
    """
    values = read_json(folder / ABOUT) or {}
    name, notes = values.get("name"), values.get("notes")
    return About(
        name=one_line(name, LONGEST_NAME) if isinstance(name, str) else "",
        tags=_readable_tags(values.get("tags")),
        notes=_lines(notes)[:LONGEST_NOTES] if isinstance(notes, str) else "",
    )


def checked_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return tags as they are kept: each in one line and once, whichever way it is capitalised.

    Args:
        tags: at most 12 texts of 1 to 30 characters.

    Raises:
        SpecError: more of them, or one that is empty or too long.
    """
    given = [tags] if isinstance(tags, str) else list(tags)
    for tag in given:
        if not isinstance(tag, str) or not 1 <= len(one_line(tag, len(tag))) <= LONGEST_TAG:
            raise SpecError(f"a tag was given as {tag!r:.60}; give each 1 to {LONGEST_TAG} characters")
    kept = _each_once(one_line(tag, len(tag)) for tag in given)
    if len(kept) > MOST_TAGS:
        raise SpecError(f"{len(kept)} tags were given, and a run has at most {MOST_TAGS}; leave some out")
    return kept


def checked_notes(notes: str) -> str:
    """Return notes as they are kept: without control characters, and without space round them.

    Args:
        notes: at most 5,000 characters.

    Raises:
        SpecError: they are longer.
    """
    kept = _lines(notes)
    if len(kept) > LONGEST_NOTES:
        raise SpecError(f"the notes have {len(kept):,} characters; give at most {LONGEST_NOTES:,}")
    return kept


def _readable_tags(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list):
        return ()
    lines = (one_line(value[:200], 200) for value in values if isinstance(value, str))
    return _each_once(line for line in lines if 1 <= len(line) <= LONGEST_TAG)[:MOST_TAGS]


def _each_once(tags: Iterable[str]) -> tuple[str, ...]:
    """Leave out tags that are there already, capitals or not."""
    kept: dict[str, str] = {}
    for tag in tags:
        kept.setdefault(tag.casefold(), tag)
    return tuple(kept.values())


def _lines(text: str) -> str:
    """Return a text whose lines hold nothing but readable characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    return "\n".join("".join(letter for letter in line if letter.isprintable()).rstrip() for line in lines).strip()
