"""The Compare page: a table to choose runs in, then what tells them apart."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.evaluation import Evaluation, only_seeds_differ, seed_spread, values_that_differ
from cnnviz.figures.kernel_wall import kernel_pictures
from cnnviz.figures.theme import RUN_ROLES
from cnnviz.runs import Run, Weights
from cnnviz.spec import RunSpec
from cnnviz.ui import loaders
from cnnviz.ui.address import page_link
from cnnviz.ui.bar import BAR_STYLE
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.invitation import invite_to_train
from cnnviz.ui.judge.compare.cards import cards
from cnnviz.ui.judge.compare.curves import curves
from cnnviz.ui.judge.compare.disagreements import Pair, choose_pair, draw_disagreements, verdict, why_no_pair
from cnnviz.ui.judge.compare.results import Judgement, all_same_images, judgements, numbers
from cnnviz.ui.judge.compare.selection import ComparedRun, Selection, choose, choosing, selected, set_choosing
from cnnviz.ui.judge.compare.table import narrowed, run_table
from cnnviz.ui.judge.readings import metrics_ready, wait_for_metrics
from cnnviz.ui.messages import plain
from cnnviz.ui.network.models import arrays_of
from cnnviz.ui.pages import KERNELS, TRAIN
from cnnviz.ui.styles import style
from cnnviz.words import joined, percent

__all__ = ["differences_in_words", "seeds_in_words", "show_compare"]

_HEIGHT = 640  # of what is told of the test images, kept free while scikit-learn is imported
_ROLES = "\n".join(f".compare-{place} {{ --run: var(--cnnviz-{role}); }}" for place, role in enumerate(RUN_ROLES))
_MOST_SETTINGS = 3
_LONGEST = 40  # letters
_VERSION = "version of "
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
        st.info(why_no_pair(judged), icon=":material/info:")
    specs = [one.run.spec for one in now.runs]
    comparable = all_same_images(judged)
    seeds = seeds_in_words(specs, [one.report if comparable else None for one in judged])
    st.markdown(plain(seeds or differences_in_words(specs)))


# --- words --------------------------------------------------------------------------------------------------------


def differences_in_words(specs: Sequence[RunSpec]) -> str:
    """Say which settings runs do not share, as "They differ in learning rate (0.001 and 0.003)".

    Args:
        specs: of two or more runs, in the order of their letters.

    Returns:
        One sentence, not escaped; the versions of packages count only where nothing else differs.
    """
    table = values_that_differ(specs)
    settings = {what: values for what, values in table.items() if not what.startswith(_VERSION)} or table
    if not settings:
        return "They have the same settings, seed included."
    told = [what + _values_in_words(values) for what, values in list(settings.items())[:_MOST_SETTINGS]]
    more = len(settings) - len(told)
    return f"They differ in {joined([*told, f'{more} more'] if more else told)}."


def _values_in_words(values: Sequence[str]) -> str:
    """Return the values behind their setting; nothing where one is too long for a sentence, such as layers."""
    return f" ({joined(values)})" if max(map(len, values)) <= _LONGEST else ""


def seeds_in_words(specs: Sequence[RunSpec], reports: Sequence[Evaluation | None]) -> str:
    """Say what runs that differ only in their seed show.

    Args:
        specs: of two or more runs.
        reports: on each, None where it was not measured; of the same test images.

    Returns:
        Two sentences; nothing where anything else differs.
    """
    if not only_seeds_differ(specs):
        return ""
    told = "These runs differ only in their seed, so this is how much one training differs from the next."
    accuracies = [report.accuracy for report in reports if report]
    if len(accuracies) < 2:
        return told
    spread = seed_spread(accuracies)
    return (
        f"{told} Mean test accuracy {percent(spread.mean)}, from {percent(spread.least)} to {percent(spread.largest)}; "
        f"standard deviation {100 * spread.deviation:.2g} points over {spread.count} seeds."
    )


# --- first kernels ------------------------------------------------------------------------------------------------


def _draw_kernels(runs: Sequence[ComparedRun]) -> None:
    """Draw every run's first kernels; one scale for all, so that stronger ones look stronger."""
    found = [_first_kernels(one.run) for one in runs]
    limit = max((float(np.nan_to_num(abs(values)).max()) for _, values in found if values is not None), default=0.0)
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


def _draw_layer(chosen: ComparedRun, told: str, values: np.ndarray | None, limit: float) -> None:
    if values is None:
        st.markdown(f"**{chosen.letter}**")
        st.caption(plain(told))
        return
    number = values.shape[3]
    shown = values[..., :_MOST_KERNELS]
    more = f"; the first {_MOST_KERNELS} of {number}" if number > _MOST_KERNELS else ""
    size = f"{values.shape[0]}×{values.shape[1]}"
    tiles(
        kernel_pictures(shown, limit or None),
        key=f"compare-kernels-{chosen.letter}",
        caption=f"{chosen.letter}: the {size} kernels of {told}, {_how(values.shape[2])}{more}.",
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
