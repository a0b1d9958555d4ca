"""The Compare page: a table to choose runs in, then what tells them apart."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.evaluation.comparison import why_not_compared
from cnnviz.evaluation.differences import differences_in_words
from cnnviz.evaluation.seeds import seeds_in_words
from cnnviz.figures.kernel_wall import kernel_pictures
from cnnviz.figures.theme import RUN_ROLES
from cnnviz.runs import Run, Weights
from cnnviz.ui import loaders
from cnnviz.ui.address import page_link
from cnnviz.ui.bar import BAR_STYLE
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.invitation import invite_to_train
from cnnviz.ui.judge.compare.cards import cards
from cnnviz.ui.judge.compare.curves import curves
from cnnviz.ui.judge.compare.disagreements import Pair, choose_pair, draw_disagreements, verdict
from cnnviz.ui.judge.compare.results import Judgement, all_same_images, judgements, numbers
from cnnviz.ui.judge.compare.selection import ComparedRun, Selection, choose, choosing, selected, set_choosing
from cnnviz.ui.judge.compare.table import narrowed, run_table
from cnnviz.ui.judge.readings import metrics_ready, wait_for_metrics
from cnnviz.ui.messages import plain
from cnnviz.ui.network.models import arrays_of
from cnnviz.ui.pages import KERNELS, TRAIN
from cnnviz.ui.styles import style

__all__ = ["show_compare"]

_HEIGHT = 640  # of what is told of the test images, kept free while scikit-learn is imported
_ROLES = "\n".join(f".compare-{place} {{ --run: var(--cnnviz-{role}); }}" for place, role in enumerate(RUN_ROLES))
_MOST_TIMES = 5  # as strong as another network's kernels: on one scale, those would be hardly seen
_MOST_KERNELS = 64  # of a layer; more would not fit beside another run's
_SMALLEST, _LARGEST, _ROOM = 32, 72, 330


def show_compare() -> None:
    """Draw the page: the table while fewer than two runs are chosen or others are wanted, else the comparison."""
    st.html(f"{BAR_STYLE}<style>{_ROLES}</style>{style(__file__)}")
    now = selected()
    if choosing(now):
        _draw_choice(now)
    else:
        _draw_comparison(now)


def _draw_choice(now: Selection) -> None:
    rows = loaders.overviews()
    if not rows:
        invite_to_train(
            "There are no runs to compare yet. Train two, with one setting changed between them, and this page says "
            "what the change did.",
            icon=":material/compare_arrows:",
        )
        return
    metrics_ready()  # begins the import of what a comparison needs
    head = st.container(horizontal=True, vertical_alignment="center", gap="small", key="compare-head")
    shown = narrowed(rows)
    ids = run_table(shown, now)
    if ids != list(now.ids):
        choose(ids)
        now = selected()
    with head:
        _invite(len(rows), now)
    _remarks(now)
    st.caption(
        f"{len(shown):,} of {len(rows):,} runs. Tick the ones to compare; click the head of a column to sort by it."
        if shown
        else "No run is like that; widen what is looked for above."
    )
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
        f"Compare {len(now.runs)} runs" if ready else "Compare",
        key="compare-go",
        type="primary",
        disabled=not ready,
        icon=":material/compare_arrows:",
        on_click=set_choosing,
        args=(False,),
    )


def _remarks(now: Selection) -> None:
    for remark in now.remarks:
        st.caption(f":material/info: {plain(remark)}")


def _draw_comparison(now: Selection) -> None:
    ready = metrics_ready()
    judged = judgements(now.runs) if ready else ()
    with st.container(horizontal=True, gap="small", key="compare-head"):
        with st.container(gap="xsmall", width="stretch", key="compare-words"):
            pair = choose_pair(judged)
            if ready:
                _draw_verdict(now, judged, pair)
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
    _draw_kernels(now.runs)


def _draw_verdict(now: Selection, judged: tuple[Judgement, ...], pair: Pair | None) -> None:
    """Say which run is better, and what differs between them."""
    if pair:
        verdict(pair)
    else:
        st.info(why_not_compared({one.letter: one.judged for one in judged}), icon=":material/info:")
    specs = [one.run.spec for one in now.runs]
    comparable = all_same_images(judged)
    seeds = seeds_in_words(specs, [one.report if comparable else None for one in judged])
    st.markdown(plain(seeds or differences_in_words(specs)))


# --- first kernels ------------------------------------------------------------------------------------------------


def _draw_kernels(runs: Sequence[ComparedRun]) -> None:
    """Draw every run's first kernels; one scale for all, so that stronger ones look stronger, where all can be seen."""
    found = [_first_kernels(one.run) for one in runs]
    strongest = [float(np.nan_to_num(abs(values)).max()) for _, values in found if values is not None]
    together = max(strongest, default=0.0) <= _MOST_TIMES * min(strongest, default=0.0)
    limit = max(strongest, default=0.0) if together else None
    across = 2 if len(runs) in (2, 4) else len(runs)
    for start in range(0, len(runs), across):
        for column, place in zip(st.columns(across, gap="medium"), range(start, start + across), strict=True):
            with column:
                _draw_layer(runs[place], *found[place], limit)


def _first_kernels(run: Run) -> tuple[str, np.ndarray | None]:
    """Return a run's first layer and its kernels (height, width, channels in, filters), or why there are none."""
    layer = next((row.name for row in run.spec.model.rows if row.kind == "convolution"), None)
    if layer is None:
        return "Its network has no convolution, so it has no kernels.", None
    try:
        return layer, arrays_of(Weights(run))[f"{layer}/kernel"]
    except CnnvizError as error:
        return error.sentence, None
    except KeyError:
        return "Its newest snapshot lacks the first layer's kernels.", None


def _draw_layer(chosen: ComparedRun, told: str, values: np.ndarray | None, limit: float | None) -> None:
    """Draw a layer's kernels up to a limit in full colour; without one, on a scale of their own, which is said."""
    if values is None:
        st.markdown(f"**{chosen.letter}**")
        st.caption(plain(told))
        return
    number = values.shape[3]
    shown = values[..., :_MOST_KERNELS]
    more = f"; the first {_MOST_KERNELS} of {number}" if number > _MOST_KERNELS else ""
    scale = "; on a scale of its own, since one for all would show the weaker ones grey" if limit is None else ""
    size = f"{values.shape[0]}×{values.shape[1]}"
    tiles(
        kernel_pictures(shown, limit or None),
        key=f"compare-kernels-{chosen.letter}",
        caption=f"{chosen.letter}: the {size} kernels of {told}, {_how(values.shape[2])}{more}{scale}.",
        names=[f"filter {place}" for place in range(shown.shape[3])],
        smallest=_SMALLEST,
        largest=_LARGEST,
        room=_ROOM,
    )
    page_link(KERNELS, f"Look at all of {chosen.letter}", run=chosen.run.id, layer=told)


def _how(channels: int) -> str:
    if channels == 3:
        return "their three input channels drawn as red, green and blue; grey is zero"
    what = "" if channels == 1 else f"the mean over {channels} input channels, "
    return f"{what}white is zero, blue negative, red positive"
