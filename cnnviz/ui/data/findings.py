"""What is wrong with a data set: each finding with its pictures, and keeping it without what is marked."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data import Dataset, Imported, about_dataset
from cnnviz.data.again import keep_without
from cnnviz.data.doubts import doubts_of
from cnnviz.data.findings import AT_ONCE, Examined, Finding, Place, kept_examined, look_through
from cnnviz.data.findings.records import splits_of
from cnnviz.data.importing import free_name
from cnnviz.ui.address import go
from cnnviz.ui.components.gallery import GalleryRow, gallery
from cnnviz.ui.data.labels import ask_label
from cnnviz.ui.data.news import is_news, set_news
from cnnviz.ui.guard import permitted
from cnnviz.ui.jobs import Job, Report, again, counted, forget, known_job, show_job
from cnnviz.ui.loaders import dataset as load
from cnnviz.ui.loaders import dataset_changed, home
from cnnviz.ui.messages import plain
from cnnviz.ui.naming import ask_name

__all__ = ["show_findings"]

_MOST_SHOWN = 16  # pictures of a finding
_SIDE = 72
_GAP = 0.12  # of a picture's width, between two that are compared
_GREY = 128
_ALL = "all"  # in place of the kind of a finding: of every one
_IN_WORDS = {"train": "training", "validation": "validation", "test": "test"}


def show_findings(dataset: Dataset) -> None:
    """Draw the fold: a button that looks, how far that is, or what was found.

    What was just imported is looked through without being asked to, where that takes no minutes.
    """
    new = is_news(dataset.name) and len(dataset.train) + len(dataset.test) <= AT_ONCE
    fold = st.expander(
        "What is wrong with it",
        expanded=new,
        icon=":material/troubleshoot:",
        key="data-findings-new" if new else "data-findings",
        on_change="rerun",
    )
    if not fold.open:
        return
    with fold:
        _show_doubts(dataset)
        examined = kept_examined(dataset.name, home())
        key = f"examine|{home()}|{dataset.name}|{dataset_changed(dataset.name)}"
        looking = known_job(key)
        if new and examined is None and looking is None:
            looking = _examine(dataset, key)
        if examined is None and looking is None:
            st.caption(
                "Looks for images that are there twice or turned, test images among the training images, the same "
                "picture in two classes, images that show nothing, are dark, bright, blurred, of another size or on "
                "their side, and classes that cannot be learned."
            )
            asked = st.button("Look through it", key="data-examine", icon=":material/search:")
            if asked and permitted("look through a data set"):  # what is found is kept in the home
                _examine(dataset, key)
                st.rerun()
        elif examined is None and looking is not None:
            examined = show_job(looking, f"Looking through {dataset.name}")
        if examined is not None:
            _show(dataset, examined)


def _show_doubts(dataset: Dataset) -> None:
    """Say what is doubtful about a data set that was put into the home as it is; an import says it by itself."""
    own = dataset_changed(dataset.name)
    if own and about_dataset(dataset.name, home()) is None and len(dataset.train) <= AT_ONCE:
        for doubt in _doubts(str(home()), dataset.name, own):
            st.warning(plain(doubt), icon=":material/help:")


@st.cache_data(max_entries=8, show_spinner="Reading every image once")
def _doubts(home: str, name: str, modified: int) -> tuple[str, ...]:
    return doubts_of(load(name))


def _examine(dataset: Dataset, key: str) -> Job:
    folder = home()

    def work(report: Report) -> Examined:
        return look_through(dataset, folder, lambda done, of: report(done / of, "comparing its images"))

    return again(key, work)


def _show(dataset: Dataset, examined: Examined) -> None:
    if not examined.findings:
        st.success(f"Nothing was found that is wrong with {plain(dataset.name)}.", icon=":material/check:")
        return
    leave_out: dict[str, frozenset[Place]] = {
        found.kind: frozenset(found.leave_out) for found in examined.findings if found.leave_out
    }
    if len(leave_out) > 1:
        leave_out[_ALL] = frozenset().union(*leave_out.values())
    clean = _ask_clean(dataset, leave_out) if leave_out else None
    for found in examined.findings:
        with st.container(border=True, key=f"data-found-{found.kind}"):
            _show_one(dataset, found)
            if clean is not None and found.kind in leave_out:
                _leave_out(dataset, found.kind, leave_out[found.kind], clean)
    if clean is not None and _ALL in leave_out:
        _leave_out(dataset, _ALL, leave_out[_ALL], clean)


def _show_one(dataset: Dataset, found: Finding) -> None:
    """Draw a finding: what it is, and its pictures."""
    st.markdown(f"**{plain(found.title)}**")
    st.markdown(plain(found.sentence))
    if found.images:
        images, names = _pictures(dataset, found.images[:_MOST_SHOWN], found.beside[:_MOST_SHOWN])
        picked = gallery(
            images,
            [GalleryRow(range(len(images)))],
            key=f"data-found-{dataset.name}-{found.kind}-images",
            pickable=True,
            side=_SIDE * (2 if found.beside else 1),
            lines=None,
            names=names,
            alt=found.title,
        )
        more = f" The first {_MOST_SHOWN} of {len(found.images):,}." if len(found.images) > _MOST_SHOWN else ""
        pair = (
            "Each tile is a pair: on the left what is left out, on the right what it is like." if found.beside else ""
        )
        st.caption(f"{pair}{more} Click one to see its label, and to correct it.".strip())
        if picked is not None and picked < min(len(found.images), _MOST_SHOWN):
            _show_labels(dataset, [some[picked] for some in (found.images, found.beside) if some], found.kind)


def _show_labels(dataset: Dataset, places: Sequence[Place], kind: str) -> None:
    """Draw the labels of the image that was clicked, or of both of a pair."""
    with st.container(horizontal=True, key=f"data-labels-{kind}"):
        for place in places:
            with st.container(width=240):
                st.markdown(f"**{_IN_WORDS[place.split].capitalize()} image {place.position:,}**")
                ask_label(dataset, place, kind)


def _pictures(
    dataset: Dataset, places: Sequence[Place], beside: Sequence[Place]
) -> tuple[NDArray[np.uint8], list[str]]:
    """Return the images of a finding, side by side where they are pairs, and what each is called."""
    splits = splits_of(dataset)

    def image(place: Place) -> NDArray[np.uint8]:
        return np.asarray(splits[place.split].images[place.position])

    def name(place: Place) -> str:
        label = dataset.class_names[splits[place.split].labels[place.position]]
        return f"{label}, {_IN_WORDS[place.split]} image {place.position}"

    if not beside:
        return np.stack([image(one) for one in places]), [name(one) for one in places]
    height, width, channels = dataset.shape
    gap = np.full((height, max(1, round(_GAP * width)), channels), _GREY, np.uint8)
    pairs = [np.concatenate([image(one), gap, image(other)], axis=1) for one, other in zip(places, beside, strict=True)]
    return np.stack(pairs), [f"{name(one)}; {name(other)}" for one, other in zip(places, beside, strict=True)]


# --- keeping it without them ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Clean:
    """As what the data set is kept without some images.

    Attributes:
        name: empty where it cannot be one.
        replace: whether it takes the place of another.
        running: whether one is being made.
    """

    name: str
    replace: bool
    running: bool


def _ask_clean(dataset: Dataset, kinds: Iterable[str]) -> _Clean:
    """Ask for the name of what is left."""
    jobs = [known_job(_key(dataset, kind)) for kind in kinds]
    running = any(one is not None and not one.progress.ended for one in jobs)
    st.caption(f"What is left is kept under another name; {plain(dataset.name)} stays as it is.")
    stem = re.sub(r"-clean(-\d+)?$", "", dataset.name)
    with st.container(width=420):
        name, replace = ask_name(
            free_name(f"{stem}-clean", home()), f"data-name-without-{dataset.name}", disabled=running
        )
    return _Clean(name, replace, running)


def _key(dataset: Dataset, kind: str) -> str:
    return f"without|{home()}|{dataset.name}|{kind}"


def _leave_out(dataset: Dataset, kind: str, places: frozenset[Place], clean: _Clean) -> None:
    """Draw the button that keeps the data set without some images, or how far that is."""
    one = known_job(_key(dataset, kind))
    if one is None:
        these = "this image" if len(places) == 1 else f"these {len(places):,} images"
        pressed = st.button(
            f"Leave out {these}" if kind != _ALL else f"Leave out all {len(places):,} images found",
            key=f"data-leave-{kind}",
            icon=":material/playlist_remove:",
            disabled=clean.running or not clean.name,
        )
        if pressed and permitted("import a data set"):
            _begin(dataset, kind, places, clean)
            st.rerun()
        return
    made: Imported | None = show_job(one, f"Keeping {dataset.name} without them")
    if made is not None:
        forget(one)
        set_news(made)
        go(data=made.info.name)
        st.rerun()


def _begin(dataset: Dataset, kind: str, places: frozenset[Place], clean: _Clean) -> None:
    folder = home()

    def work(report: Report) -> Imported:
        return keep_without(dataset, places, clean.name, folder, counted(report, "images"), replace=clean.replace)

    again(_key(dataset, kind), work)
