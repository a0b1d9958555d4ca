"""The Compare page: a table to choose runs in, then what tells them apart."""

import streamlit as st

from cnnviz.figures.theme import RUN_ROLES
from cnnviz.ui import loaders
from cnnviz.ui.address import page_link
from cnnviz.ui.bar import BAR_STYLE
from cnnviz.ui.invitation import invite_to_train
from cnnviz.ui.judge.compare.cards import cards
from cnnviz.ui.judge.compare.chosen import Selection, choose, choosing, selected, set_choosing
from cnnviz.ui.judge.compare.curves import curves
from cnnviz.ui.judge.compare.disagreements import Pair, choose_pair, draw_disagreements, verdict, why_no_pair
from cnnviz.ui.judge.compare.kernels import kernels
from cnnviz.ui.judge.compare.measured import Judgement, judgements, same_images
from cnnviz.ui.judge.compare.numbers import numbers
from cnnviz.ui.judge.compare.table import filters, kept, run_table
from cnnviz.ui.judge.compare.words import differences_in_words, seeds_in_words
from cnnviz.ui.judge.metrics import metrics_ready, wait_for_metrics
from cnnviz.ui.messages import plain
from cnnviz.ui.pages import TRAIN
from cnnviz.ui.styles import style

__all__ = ["compare_view"]

_HEIGHT = 640  # of what is told of the test images, kept free while scikit-learn is imported

_ROLES = "\n".join(f".compare-{place} {{ --run: var(--cnnviz-{role}); }}" for place, role in enumerate(RUN_ROLES))


def compare_view() -> None:
    """Draw the page: the table while fewer than two runs are chosen or others are wanted, else the comparison."""
    st.html(f"{BAR_STYLE}<style>{_ROLES}</style>{style(__file__, 'compare')}")
    now = selected()
    if choosing(now):
        _choose(now)
    else:
        _compare(now)


def _choose(now: Selection) -> None:
    rows = loaders.overviews()
    if not rows:
        _nothing_yet()
        return
    metrics_ready()  # begins the import of what a comparison needs
    head = st.container(horizontal=True, vertical_alignment="center", gap="small", key="compare-head")
    shown = kept(rows, filters(rows))
    ids = run_table(shown, now)
    if ids != list(now.ids):
        choose(ids)
        now = selected()
    with head:
        _invite(len(rows), now)
    _remarks(now)
    st.caption(
        f"{len(shown):,} of {len(rows):,} runs. Tick the ones to compare; click the head of a column to sort by it."
        if shown else "No run is like that; widen what is looked for above."
    )  # fmt: skip
    if now.runs:
        cards(now.runs)


def _invite(count: int, now: Selection) -> None:
    if count == 1:
        st.markdown("There is one run so far: train another one, and compare them here.")
        st.space("stretch")
        page_link(TRAIN, "Go to Train")
        return
    st.markdown("**Choose two to four runs** to see what differs, which is better, and whether that may be chance.")
    st.space("stretch")
    ready = len(now.runs) > 1
    st.button(
        f"Compare {len(now.runs)} runs" if ready else "Compare", key="compare-go", type="primary", disabled=not ready,
        icon=":material/compare_arrows:", on_click=set_choosing, args=(False,),
    )  # fmt: skip


def _nothing_yet() -> None:
    invite_to_train(
        "There are no runs to compare yet. Train two, with one setting changed between them, and this page says what "
        "the change did.",
        icon=":material/compare_arrows:",
    )


def _remarks(now: Selection) -> None:
    for remark in now.remarks:
        st.caption(f":material/info: {plain(remark)}")


def _compare(now: Selection) -> None:
    ready = metrics_ready()
    judged = judgements(now.runs) if ready else ()
    with st.container(horizontal=True, gap="small", key="compare-head"):
        with st.container(gap="xsmall", width="stretch", key="compare-words"):
            pair = choose_pair(judged)
            if ready:
                _verdict(now, judged, pair)
            else:
                st.caption("What differs will be here in a moment.")
        st.button("Choose runs", key="compare-choose", icon=":material/checklist:", on_click=set_choosing, args=(True,))
    _remarks(now)
    if ready:
        cards(now.runs, judged)
        numbers(judged)
    else:
        wait_for_metrics(_HEIGHT)
    st.subheader("Curves", anchor=False)
    curves(now.runs)
    if pair:
        st.subheader(f"Where {pair[0].letter} and {pair[1].letter} disagree", anchor=False)
        draw_disagreements(pair)
    st.subheader("First kernels", anchor=False)
    kernels(now.runs)


def _verdict(now: Selection, judged: tuple[Judgement, ...], pair: Pair | None) -> None:
    """Say which run is better, and what differs between them."""
    if pair:
        verdict(pair)
    else:
        st.info(why_no_pair(judged), icon=":material/info:")
    specs = [one.run.spec for one in now.runs]
    comparable = all(same_images(judged[0], other) for other in judged[1:])
    seeds = seeds_in_words(specs, [one.report if comparable else None for one in judged])
    st.markdown(plain(seeds or differences_in_words(specs)))
