"""Getting a data set that is not on this machine yet."""

from collections.abc import Callable

import streamlit as st

from cnnviz.data import DatasetInfo, load_dataset
from cnnviz.download import DownloadError
from cnnviz.errors import CnnvizError
from cnnviz.ui.address import go
from cnnviz.ui.data.images import extent
from cnnviz.ui.guard import permitted
from cnnviz.ui.loaders import SAMPLE, home
from cnnviz.ui.messages import plain, problem

__all__ = ["offer_dataset"]


def offer_dataset(info: DatasetInfo) -> None:
    """Say why a data set cannot be shown yet and what to do; get it on request."""
    if info.problem:
        problem(CnnvizError(info.problem), way_back=None)
        _offer_sample()
        return
    st.subheader(f"{plain(info.name)} is not on this machine yet")
    st.markdown(
        f"{extent(info.n_train, info.n_test, len(info.classes), info.shape, info.n_validation)}. Get it once; "
        "afterwards it needs no network. A download that stops goes on where it was."
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
