"""What the words on the pages mean: the entries of docs/glossary.md, as help texts and as a list to open."""

import re
from functools import cache
from pathlib import Path

import streamlit as st

__all__ = ["meaning", "words"]

_GLOSSARY = Path(__file__).parent.parent.parent / "docs" / "glossary.md"
_ENTRY = re.compile(r"^### (.+)\n\n((?:(?!#).+\n?|\n)+)", re.MULTILINE)


def meaning(term: str) -> str:
    """Return what a term means, in one or two sentences, as a help text.

    Args:
        term: a heading of docs/glossary.md, in any case, such as "feature map".

    Returns:
        Markdown, which the glossary is; nothing for a term that it does not have.
    """
    return _entries().get(term.lower(), "")


def words(*terms: str, key: str) -> None:
    """Draw a small button that opens what some terms mean; it draws nothing where there is no glossary.

    Args:
        terms: headings of docs/glossary.md, in the order in which they help.
        key: unique on the page.
    """
    known = [term for term in terms if meaning(term)]
    if not known:
        return
    with st.popover("Words", icon=":material/dictionary:", type="tertiary", key=key):
        st.markdown("\n\n".join(f"**{term[0].upper()}{term[1:]}**: {meaning(term)}" for term in known))


@cache
def _entries() -> dict[str, str]:
    try:
        text = _GLOSSARY.read_text(encoding="utf-8")
    except OSError:  # only the package was installed
        return {}
    return {term.lower(): " ".join(entry.split()) for term, entry in _ENTRY.findall(text)}
