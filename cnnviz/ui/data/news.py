"""What an import made, said once where the new data set is shown."""

from collections.abc import Sequence

import streamlit as st

from cnnviz.data import Imported
from cnnviz.ui.messages import plain

__all__ = ["is_news", "passed_over", "sentences", "set_news", "tell_news"]

_NEWS = "cnnviz.data.news"  # session state: what was imported last
_MOST_SHOWN = 100  # sentences about what was passed over


def set_news(made: Imported) -> None:
    """Keep what was made, to be said by the page that shows it."""
    st.session_state[_NEWS] = made


def is_news(name: str) -> bool:
    """Whether a data set is what this session imported last."""
    made: Imported | None = st.session_state.get(_NEWS)
    return made is not None and made.info.name == name


def tell_news(name: str) -> None:
    """Say what was made, where that data set is shown; somebody who looks at another has read it."""
    made: Imported | None = st.session_state.get(_NEWS)
    if made is None or made.info.name != name:
        st.session_state.pop(_NEWS, None)
        return
    st.success(plain(made.sentence), icon=":material/check:")
    sentences(made.notes, made.doubts)
    passed_over(made.skipped)


def sentences(notes: Sequence[str], doubts: Sequence[str]) -> None:
    """Draw what was converted or supposed, and what is probably not meant."""
    for doubt in doubts:
        st.warning(plain(doubt), icon=":material/help:")
    if notes:
        st.caption("  \n".join(map(plain, notes)))


def passed_over(skipped: Sequence[str], n_skipped: int = 0) -> None:
    """Draw what was passed over, each with its cure, in a fold; nothing where there is nothing."""
    number = max(n_skipped, len(skipped))
    if not number:
        return
    notes = "1 note" if number == 1 else f"{number:,} notes"
    with st.expander(f"What was passed over: {notes}", icon=":material/visibility_off:"):
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in skipped[:_MOST_SHOWN]))
        if number > _MOST_SHOWN:
            st.caption(f"and {number - _MOST_SHOWN:,} more")
