"""Two runs image by image: which is better in words, and the images on which they disagree."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.errors import CnnvizError
from cnnviz.evaluation import disagreements
from cnnviz.evaluation.comparison import Which
from cnnviz.figures.pictures import shrunk
from cnnviz.figures.tiles import photo_tiles
from cnnviz.ui.address import leave, read
from cnnviz.ui.choosers import segments
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.copies import tell_copies, tell_missing
from cnnviz.ui.glossary import meaning
from cnnviz.ui.judge.compare.results import Judgement, compared, same_images
from cnnviz.ui.judge.compare.selection import ComparePlace
from cnnviz.ui.loaders import held_images
from cnnviz.ui.messages import plain, problem
from cnnviz.ui.network import test_split
from cnnviz.ui.pages import MISTAKES
from cnnviz.words import percent

__all__ = ["Pair", "choose_pair", "draw_disagreements", "verdict"]

Pair = tuple[Judgement, Judgement]

_PAGE = 28  # four rows on a projector
_SIDE = 64


def choose_pair(judged: Sequence[Judgement]) -> Pair | None:
    """Let choose two of the runs measured on the same images, where there are more; None where no two of them were."""
    pairs = {f"{a.letter} and {b.letter}": (a, b) for a, b in combinations(judged, 2) if same_images(a, b)}
    if len(pairs) < 2:
        return next(iter(pairs.values()), None)
    first, asked = next(iter(pairs)), read(ComparePlace).pair
    wanted = asked if asked in pairs else first
    segments("Which two", "pair", wanted, tuple(pairs), change=lambda one: {"pair": None if one == first else one})
    return pairs[wanted]


def verdict(pair: Pair) -> None:
    """Draw which of two runs is better, and whether that may be chance.

    Raises:
        CnnvizError: they cannot be compared.
    """
    found = compared(*pair)
    if found.difference < 0:  # the better one is what the sentence is about
        found = compared(*reversed(pair))
    told, _, more = found.sentence.replace(" -", " −").partition(". ")
    st.markdown(f"#### {plain(told.removesuffix('.'))}.")
    if more:
        st.caption(plain(more), help=meaning("McNemar test"))


def draw_disagreements(pair: Pair) -> None:
    """Draw the images that one of two runs gets right and the other does not; a click opens one on Mistakes."""
    a, b = pair
    if a.judged is None or b.judged is None:
        return
    groups: dict[Which, NDArray[np.int64]] = {
        which: disagreements(a.judged, b.judged, which) for which in ("only_a", "only_b", "both_wrong")
    }
    if not any(map(len, groups.values())):
        st.caption(f"{a.letter} and {b.letter} predict the same class for every test image.")
        return
    if held_images(a.chosen.run) is None:
        tell_missing(a.chosen.run)
        return
    try:
        images = test_split(a.chosen.run).images
    except CnnvizError as error:
        problem(error, way_back=None)
        return
    tell_copies(a.chosen.run)
    left, right = st.columns(2, gap="medium")
    with left:
        _group(pair, groups["only_a"], images, f"Only {a.letter} is right", "a")
    with right:
        _group((b, a), groups["only_b"], images, f"Only {b.letter} is right", "b")
    both = groups["both_wrong"]
    if len(both):
        fold = st.expander(f"Both wrong, each in its way ({len(both):,})", key="compare-both", on_change="rerun")
        if fold.open:
            with fold:
                _group(pair, both, images, "", "both")


def _group(pair: Pair, indices: NDArray[np.int64], images: NDArray[np.uint8], title: str, key: str) -> None:
    """Draw a page of images; the second run of the pair is wrong on all of them."""
    one, other = pair
    if title:
        st.markdown(f"**{title}** · {len(indices):,}")
    if not len(indices):
        st.caption("There is no such image.")
        return
    pages = -(-len(indices) // _PAGE)
    name = f"compare-page-{key}-{one.chosen.run.id}-{other.chosen.run.id}"  # other runs begin with the first page
    page = min(st.session_state.get(name, 1), pages)
    guesses = other.judged
    shown = indices[(page - 1) * _PAGE : page * _PAGE]
    tiles(
        photo_tiles(shrunk(images[shown], _SIDE)),
        key=f"compare-images-{key}",
        caption=_caption(one, other, key),
        ids=[int(index) for index in shown],
        names=[_name(one, other, int(index)) for index in shown],
        labels=[guesses.class_names[label] for label in guesses.predicted[shown]] if guesses and key != "both" else [],
        on_pick=lambda index: leave(MISTAKES, run=other.chosen.run.id, image=f"test-{index}"),
        smallest=48,
        largest=_SIDE,
        room=360,
    )
    if pages > 1:
        st.pagination(pages, key=name, max_visible_pages=5)


def _caption(one: Judgement, other: Judgement, key: str) -> str:
    if key == "both":
        return f"Test images that {one.letter} and {other.letter} take for different classes, both wrong. Click one."
    return f"Under each, what {other.letter} takes it for; first those where both are sure. Click one to look into it."


def _name(one: Judgement, other: Judgement, index: int) -> str:
    told = []
    for each in sorted((one, other), key=lambda each: each.letter):
        judged = each.judged
        if judged:
            predicted = judged.class_names[judged.predicted[index]]
            told.append(f"{each.letter} {predicted} {percent(judged.confidence[index])}")
    true = one.judged.class_names[one.judged.labels[index]] if one.judged else ""
    return f"{true}, test image {index}: {', '.join(told)}"
