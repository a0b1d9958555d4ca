"""Choosing a data set, and getting one that is not on this machine yet."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from cnnviz.data import DatasetInfo, load_dataset
from cnnviz.data.download import DownloadError
from cnnviz.errors import CnnvizError
from cnnviz.ui.address import bind, go, read
from cnnviz.ui.guard import permitted
from cnnviz.ui.loaders import SAMPLE, datasets, home
from cnnviz.ui.messages import plain, problem
from cnnviz.ui.place import Place, choice, param, text

__all__ = ["DataPlace", "choose_dataset", "offer_dataset"]


@dataclass(frozen=True)
class DataPlace(Place):
    """Which images of which data set are shown.

    Attributes:
        data: the data set's name.
        split: "train" or "test".
        label: the name of a class; None for all.
    """

    data: str = param(text, SAMPLE)
    split: str = param(choice("split", ("train", "test")), "train", kept=True, lenient=True)
    label: str | None = param(text, name="class", per="data", kept=True)


def choose_dataset() -> DatasetInfo:
    """Draw the choice of data sets, `?data=NAME` in the URL; a name that does not exist is said, the sample shown."""
    known = {info.name: info for info in datasets()}
    asked = read(DataPlace).data
    if asked not in known:
        st.warning(
            f"There is no data set called {plain(repr(asked[:80]))}; choose one of these. Below is {plain(SAMPLE)}.",
            icon=":material/link_off:",
        )
    shown = asked if asked in known else SAMPLE
    name = st.segmented_control(
        "Data set",
        list(known),
        required=True,
        format_func=lambda name: plain(name) + ("" if known[name].available else " :material/download:"),
        label_visibility="collapsed",
        **bind("data", shown, key="data-set"),
    )
    return known.get(name or SAMPLE, known[SAMPLE])


def offer_dataset(info: DatasetInfo) -> None:
    """Say why a data set cannot be shown yet and what to do; get it on request."""
    if info.problem:
        problem(CnnvizError(info.problem), way_back=None)
        _offer_sample()
        return
    height, width, channels = info.shape
    colour = "colour" if channels == 3 else "grey"
    st.subheader(f"{plain(info.name)} is not on this machine yet")
    st.markdown(
        f"{info.n_train:,} training and {info.n_test:,} test images in {len(info.classes)} classes, {width}×{height} "
        f"pixels, {colour}. Get it once; afterwards it needs no network. A download that stops goes on where it was."
    )
    with st.container(horizontal=True):
        asked = st.button(f"Get {plain(info.name)}", key="data-get", type="primary", icon=":material/download:")
        _offer_sample()
    if asked and permitted(f"get {info.name}"):
        _get(info.name)
    st.caption(
        f"Without a network: copy {plain(info.name)}.npz, or the archive its authors publish, into "
        f"{plain(str(home() / 'datasets'))}. {plain(info.source)}."
    )


def _offer_sample() -> None:
    st.button(
        "Look at the sample meanwhile",
        key="data-sample",
        on_click=go,
        kwargs={"data": SAMPLE},
        icon=":material/photo_library:",
    )


def _get(name: str) -> None:
    """Download a data set into the home, then show it."""
    bar = st.progress(0.0, text="Asking for it")
    try:
        load_dataset(name, home(), on_progress=_reporter(bar.progress))
    except CnnvizError as error:
        bar.empty()
        if isinstance(error.__cause__, DownloadError):  # what else can be done stands on this page already
            what = f"the data set {name} could not be downloaded"
            error = CnnvizError(f"{what}: {error.__cause__}; try again, or do as said below")
        problem(error, way_back=None)
    else:
        st.rerun()


def _reporter(draw: Callable[..., object]) -> Callable[[int, int | None], None]:
    """Make a function that draws progress, at most once a per cent."""
    drawn = -1

    def report(done: int, total: int | None) -> None:
        nonlocal drawn
        share = min(done / total, 1.0) if total else 0.0
        step = int(100 * share) if total else done // 1_000_000
        if step == drawn:
            return
        drawn = step
        of = f" of {total / 1e6:,.0f}" if total else ""
        draw(share, text="Checking and unpacking" if share == 1 else f"{done / 1e6:,.0f}{of} MB")

    return report
