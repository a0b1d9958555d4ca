"""The pinned bar: run, snapshot, image, layer and filter, the same on every page that looks at a network.

The URL holds them, so that a link shows the same; a session carries them from page to page.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.errors import CnnvizError, SpecError
from cnnviz.runs import Run, Weights
from cnnviz.ui.copies import tell_copies
from cnnviz.ui.invitation import no_network_yet
from cnnviz.ui.loaders import class_names
from cnnviz.ui.look.images import Chosen, any_image, choose_image, read_image
from cnnviz.ui.look.models import finite_weights
from cnnviz.ui.look.run_bar import BAR_STYLE, asked_run, run_chooser, snapshot_chooser
from cnnviz.ui.look.stops import Stop, lookable, snapshot_labels, stops_of
from cnnviz.ui.look.travel import asked, asked_filter, last_shown, link, remember, settle, switch, write
from cnnviz.ui.messages import plain
from cnnviz.ui.preferred import preferred_id
from cnnviz.ui.session import arrived

__all__ = ["Pinned", "link", "pinned_bar", "switch"]


@dataclass(frozen=True, eq=False)
class Pinned:
    """What is looked at.

    Attributes:
        run: the run.
        snapshot: its snapshot's number; None for the run's model.
        image: (height, width, channels) uint8, in the size the network takes.
        photo: (height, width, 1 or 3) uint8, the photo it was made from; None for a test image.
        label: the image's class; None where nobody knows.
        image_key: "test-17" or "upload-1a2b3c4d".
        layer: a layer's name; None on a page without one, and for the last maps of a network from elsewhere.
        filter: a filter's number; None on a page without one.
        class_names: by label.
    """

    run: Run
    snapshot: int | None
    image: NDArray[np.uint8]
    photo: NDArray[np.uint8] | None
    label: int | None
    image_key: str
    layer: str | None
    filter: int | None
    class_names: tuple[str, ...]

    @property
    def weights(self) -> Weights:
        """The network: the run at that snapshot."""
        return Weights(self.run, self.snapshot)

    @property
    def image_in_words(self) -> str:
        """`ship, test image 17`; "a photo" for one."""
        if self.label is None:
            return "a photo"
        return f"{self.class_names[self.label]}, test image {self.image_key.removeprefix('test-')}"


def pinned_bar(
    *,
    layer: Literal["convolution", "maps", "any"] | None = None,
    filter: bool = False,  # noqa: A002 - the vocabulary's word
    snapshot: bool = True,
) -> Pinned:
    """Draw the bar and return what is pinned; where there is no run yet, say what to do and end the page.

    Args:
        layer: which layers may be chosen: those with kernels, those with feature maps (of a network from elsewhere
            also its last maps, whichever layer makes them), or all; None for a page that shows none or all.
        filter: whether a filter of the layer may be chosen.
        snapshot: whether a snapshot may be chosen; False for a page that shows all of them, or the run's model.

    Raises:
        CnnvizError: the URL asks for something that there is not; one sentence.
    """
    settle()
    offered = lookable()
    run = _run(offered)
    stops = stops_of(run, layer) if layer else ()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="pinned"):
        st.html(BAR_STYLE)
        run_chooser(run, offered, lambda run_id: switch(run=run_id))
        number = _snapshot_chooser(run) if snapshot else None
        chosen = _image_chooser(run)
        stop = _stop(run, stops) if stops else None
        if stop:
            _layer_chooser(stop, stops)
        unit = _filter_chooser(stop) if stop and filter else None
    if chosen.photo is not None:
        _tell_photo(chosen)
    elif chosen.compressed:
        tell_copies(run, "looked at")
    if snapshot:
        _tell_broken(run, number)
    values = {
        "run": run.id,
        "snapshot": number,
        "image": chosen.key,
        "layer": (stop and stop.name) or None,
        "filter": unit,
    }
    shown = {name: str(value) for name, value in values.items() if value is not None}
    remember(_unseen(run, shown, snapshot) | shown)
    if arrived():
        write(shown)
    return Pinned(
        run=run,
        snapshot=number,
        image=chosen.image,
        photo=chosen.photo,
        label=chosen.label,
        image_key=chosen.key,
        layer=(stop and stop.name) or None,
        filter=unit,
        class_names=class_names(run),
    )


def _unseen(run: Run, shown: dict[str, str], snapshot: bool) -> dict[str, str]:
    """Return what this page does not show and the next one may want again."""
    last = last_shown(run)
    gone = {"snapshot"} if snapshot else set()
    if "layer" in shown and shown["layer"] != last.get("layer"):
        gone.add("filter")
    return {name: value for name, value in last.items() if name not in gone}


# --- the run ----------------------------------------------------------------------------------------------------


def _run(offered: tuple[str, ...]) -> Run:
    run = asked_run(offered, preferred_id("look"))
    if run is None or not (offered or run.snapshots()):
        no_network_yet(
            "There is no trained network to look into yet. Train one: it takes a minute, and every page under Look "
            "then shows what it sees.",
            icon=":material/visibility:",
        )
    return run


def _snapshot_chooser(run: Run) -> int | None:
    has_model = (run.folder / "model.keras").exists()
    return snapshot_chooser(run, snapshot_labels(run), lambda number: switch(snapshot=number), model=has_model)


def _tell_broken(run: Run, number: int | None) -> None:
    """Say where weights are no numbers any more: what is drawn of them looks like something, and means nothing."""
    with suppress(CnnvizError):  # none that can be read here: whoever draws them says so
        if not finite_weights(Weights(run, number)):
            st.warning(
                "These weights are not all finite numbers: the training diverged. Choose an earlier snapshot, or train "
                "again with a lower learning rate.",
                icon=":material/warning:",
            )


# --- the image --------------------------------------------------------------------------------------------------


def _image_chooser(run: Run) -> Chosen:
    text, linked = asked(run, "image")
    failure: CnnvizError | None = None
    try:
        chosen = read_image(run, text)
    except CnnvizError as error:
        failure = error
        if linked or text is None:
            chosen = None
        else:
            chosen, failure = read_image(run, None), None  # carried from a run on other images
    label = _image_label(run, chosen) if chosen else "Choose an image"
    fold = st.popover(label, icon=":material/image:", key="pinned-images", on_change="rerun", wrap=False, width=180)
    if fold.open:
        with fold:
            choose_image(run, chosen.key if chosen else "", lambda key: switch(image=key), fold="pinned-images")
    st.button(
        "", key="pinned-surprise", icon=":material/casino:", help="Surprise me: another test image",
        on_click=_surprise, args=(run,),
    )  # fmt: skip
    if failure or chosen is None:
        raise failure or SpecError("there is no image; choose one")
    return chosen


def _surprise(run: Run) -> None:
    with suppress(CnnvizError):  # no data set here: the chooser says so
        switch(image=any_image(run))


def _tell_photo(chosen: Chosen) -> None:
    """Say what was done to a photo: the network does not see it as the person does."""
    height, width = chosen.image.shape[:2]
    whose = "A photo" if chosen.key.startswith("example-") else "Your photo"
    st.caption(f"{whose}: the network sees its centre, made {width}×{height} pixels. {plain(chosen.note)}")


def _image_label(run: Run, chosen: Chosen) -> str:
    if chosen.label is None:
        return "example photo" if chosen.key.startswith("example-") else "your photo"
    return f"{plain(class_names(run)[chosen.label])} · test image {chosen.key.removeprefix('test-')}"


# --- layer and filter -------------------------------------------------------------------------------------------


def _stop(run: Run, stops: tuple[Stop, ...]) -> Stop:
    """Find the layer that the URL asks for; the first one where it asks for none."""
    text, linked = asked(run, "layer")
    if text is None and not stops[0].name:
        return stops[0]
    if text is None:  # a network from elsewhere may begin with what has no windows
        return next((stop for stop in stops if stop.kind == "convolution"), stops[0])
    found = next((stop for stop in stops if stop.name == text), None)
    if found is None and linked and text not in [stop.name for stop in stops_of(run, "any")]:
        raise SpecError(
            f"the link asks for the layer {text[:80]!r} of the run {run.name}, which has "
            f"{', '.join([stop.name for stop in stops if stop.name][:12])}; choose one of these"
        )
    return found or stops[0]


def _layer_chooser(stop: Stop, stops: tuple[Stop, ...]) -> None:
    st.session_state["pinned-layer"] = stop.name
    words = {one.name: f"{one.name} · {one.shape_in_words}" if one.name else "the last maps" for one in stops}
    st.selectbox(
        "Layer", list(words), key="pinned-layer", format_func=lambda name: words[name], label_visibility="collapsed",
        width=240, on_change=lambda: switch(layer=st.session_state["pinned-layer"] or None),
    )  # fmt: skip


def _filter_chooser(stop: Stop) -> int:
    text, linked = asked_filter(stop.name)
    number = int(text) if text and text.isdecimal() and len(text) < 8 else None
    if number is None or number >= stop.units:
        if text is not None and linked:
            raise SpecError(
                f"the link asks for filter {text[:40]!r} of {stop.name}, which has the filters 0 to {stop.units - 1}; "
                "choose one of these"
            )
        number = 0
    st.session_state["pinned-filter"] = number
    st.selectbox(
        "Filter", range(stop.units), key="pinned-filter", format_func=lambda unit: f"filter {unit}",
        label_visibility="collapsed", width=100,
        on_change=lambda: switch(filter=st.session_state["pinned-filter"]),
    )  # fmt: skip
    return number
