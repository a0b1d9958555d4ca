"""What is wrong with a data set: each finding with its pictures, and keeping it without what is marked."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data import Dataset, Imported, about_dataset
from cnnviz.data.again import positions_of, understood_again
from cnnviz.data.doubts import doubts_of
from cnnviz.data.findings import Examined, Finding, Place, examine, keep_examined, kept_examined
from cnnviz.data.findings.records import places_of, splits_of
from cnnviz.data.importing import free_name, keep
from cnnviz.data.originals import originals_of
from cnnviz.data.sources import Keeping
from cnnviz.ui.address import go
from cnnviz.ui.components.gallery import GalleryRow, gallery
from cnnviz.ui.data.keeping import ask_name
from cnnviz.ui.data.labels import ask_label
from cnnviz.ui.data.news import is_news, set_news
from cnnviz.ui.guard import permitted
from cnnviz.ui.jobs import Job, Report, again, forget, known_job, show_job
from cnnviz.ui.loaders import dataset as load
from cnnviz.ui.loaders import dataset_changed, home
from cnnviz.ui.messages import plain

__all__ = ["show_findings"]

_MOST_SHOWN = 16  # pictures of a finding
_MOST_DOUBTED = 60_000  # images that are read while somebody waits
_SIDE = 72
_GAP = 0.12  # of a picture's width, between two that are compared
_GREY = 128
_IN_WORDS = {"train": "training", "validation": "validation", "test": "test"}


def show_findings(dataset: Dataset) -> None:
    """Draw the fold: a button that looks, how far that is, or what was found.

    What was just imported is looked through without being asked to, where that takes no minutes.
    """
    new = is_news(dataset.name) and len(dataset.train) + len(dataset.test) <= _MOST_DOUBTED
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
    if own and about_dataset(dataset.name, home()) is None and len(dataset.train) <= _MOST_DOUBTED:
        for doubt in _doubts(str(home()), dataset.name, own):
            st.warning(plain(doubt), icon=":material/help:")


@st.cache_data(max_entries=8, show_spinner="Reading every image once")
def _doubts(home: str, name: str, modified: int) -> tuple[str, ...]:
    return doubts_of(load(name))


def _examine(dataset: Dataset, key: str) -> Job:
    folder = home()

    def work(report: Report) -> Examined:
        originals = originals_of(dataset.name, len(places_of(dataset)), folder)
        found = examine(dataset, lambda done, of: report(done / of, "comparing its images"), originals=originals)
        keep_examined(dataset.name, found, folder)
        return found

    return again(key, work)


def _show(dataset: Dataset, examined: Examined) -> None:
    if not examined.findings:
        st.success(f"Nothing was found that is wrong with {plain(dataset.name)}.", icon=":material/check:")
        return
    marked: set[Place] = set()
    for found in examined.findings:
        with st.container(border=True, key=f"data-found-{found.kind}"):
            marked |= _show_one(dataset, found)
    if any(found.leave_out for found in examined.findings):
        _keep_without(dataset, marked)


def _show_one(dataset: Dataset, found: Finding) -> set[Place]:
    """Draw a finding; returns what is to be left out because of it."""
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
    n_images = len(found.leave_out)
    if not n_images:
        return set()
    words = f"Leave out {'this image' if n_images == 1 else f'these {n_images:,} images'}"
    return set(found.leave_out) if st.toggle(words, key=f"data-leave-{dataset.name}-{found.kind}") else set()


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


def _keep_without(dataset: Dataset, marked: set[Place]) -> None:
    key = f"without|{home()}|{dataset.name}"
    one = known_job(key)
    running = one is not None and not one.progress.ended
    n_images = len(marked)
    if not marked:
        st.caption("Mark what is to be left out; what is left can then be kept under another name.")
    if marked or running:
        with st.container(width=420):
            tag = f"without-{dataset.name}"
            name, replace = ask_name(free_name(f"{dataset.name}-clean", home()), tag, disabled=running)
            words = f"Keep without {'this image' if n_images == 1 else f'these {n_images:,} images'}"
            pressed = st.button(words, key="data-without", type="primary", disabled=running or not name)
            if pressed and permitted("import a data set"):
                _begin(dataset, marked, name, key, replace)
                st.rerun()
    if one is None:
        return
    made: Imported | None = show_job(one, f"Keeping {dataset.name} without them")
    if made is not None:
        forget(one)
        set_news(made)
        go(data=made.info.name)
        st.rerun()


def _begin(dataset: Dataset, marked: set[Place], name: str, key: str, replace: bool) -> None:
    folder = home()
    keeping = Keeping(left_out=positions_of(dataset, marked))

    def work(report: Report) -> Imported:
        def on_progress(done: int, total: int | None) -> None:
            report(done / total if total else 0.0, f"{done:,} of {total or 0:,} images")

        return keep(understood_again(dataset, folder), name, folder, keeping, on_progress, replace=replace)

    again(key, work)
