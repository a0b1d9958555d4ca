"""The whole bar, on every page that looks into a network: run, snapshot, image, layer and filter."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.errors import CnnvizError, SpecError
from cnnviz.runs import Run, Weights
from cnnviz.ui.address import asked, bind, go, remember
from cnnviz.ui.bar.network import asked_run, choose_network, container
from cnnviz.ui.copies import tell_copies
from cnnviz.ui.invitation import no_network_yet
from cnnviz.ui.loaders import class_names, lookable
from cnnviz.ui.messages import plain
from cnnviz.ui.network.images import Chosen, any_image, choose_image, read_image
from cnnviz.ui.network.layers import Stop, last_maps, stops_of
from cnnviz.ui.network.models import finite_weights
from cnnviz.ui.preferred import preferred_id

__all__ = ["Pinned", "looked_run", "pinned_bar"]

_FOLD = "pinned-images"


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


def looked_run() -> tuple[Run, tuple[str, ...]]:
    """Return the run to look into, and the ids of those on offer; where there is none, say so and end the page.

    Raises:
        CnnvizError: the URL asks for a run that there is not.
    """
    offered = lookable()
    run = asked_run(offered, preferred_id("look"))
    if run is None or not (offered or run.snapshots()):
        no_network_yet(
            "There is no trained network to look into yet. Train one: it takes a minute, and every page under Look "
            "then shows what it sees.",
            icon=":material/visibility:",
        )
    return run, offered


def pinned_bar(
    *,
    layer: Literal["convolution", "maps", "any"] | None = None,
    filter: bool = False,  # noqa: A002 - the vocabulary's word
    snapshot: bool = True,
) -> Pinned:
    """Draw the bar and return what is pinned; where there is no run yet, say what to do and end the page.

    Args:
        layer: which layers may be chosen: those with kernels, those with feature maps (of a network from elsewhere
            also its last maps, whichever layer makes them; these come first), or all; None for a page that shows none
            or all.
        filter: whether a filter of the layer may be chosen.
        snapshot: whether a snapshot may be chosen; False for a page that shows all of them, or the run's model.

    Raises:
        CnnvizError: the URL asks for something that there is not; one sentence.
    """
    run, offered = looked_run()
    stops = stops_of(run, layer) if layer else ()
    with container():
        number = choose_network(run, offered, "weights" if snapshot else None).snapshot
        chosen = _image_chooser(run)
        stop = _layer_chooser(run, stops, last=layer == "maps") if stops else None
        unit = _filter_chooser(stop) if stop and filter else None
    if chosen.photo is not None:
        _tell_photo(chosen)
    elif chosen.compressed:
        tell_copies(run, "looked at")
    if snapshot:
        _tell_broken(run, number)
    name = (stop and stop.name) or None
    offers = {"snapshot": (snapshot, number), "layer": (bool(stops), name), "filter": (filter, unit)}
    remember(run=run.id, image=chosen.key, **{what: value for what, (there, value) in offers.items() if there})
    return Pinned(
        run=run,
        snapshot=number,
        image=chosen.image,
        photo=chosen.photo,
        label=chosen.label,
        image_key=chosen.key,
        layer=name,
        filter=unit,
        class_names=class_names(run),
    )


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
    said, linked = asked("image")
    failure: CnnvizError | None = None
    try:
        chosen = read_image(run, said)
    except CnnvizError as error:
        failure = error
        if linked or said is None:
            chosen = None
        else:
            chosen, failure = read_image(run, None), None  # carried from a run on other images
    label = _image_label(run, chosen) if chosen else "Choose an image"
    fold = st.popover(label, icon=":material/image:", key=_FOLD, on_change="rerun", wrap=False, width=180)
    if fold.open:
        with fold:
            choose_image(run, chosen.key if chosen else "", lambda key: go(image=key), fold=_FOLD)
    st.button(
        "", key="pinned-surprise", icon=":material/casino:", help="Surprise me: another test image",
        on_click=_surprise, args=(run,),
    )  # fmt: skip
    if failure or chosen is None:
        raise failure or SpecError("there is no image; choose one")
    return chosen


def _surprise(run: Run) -> None:
    with suppress(CnnvizError):  # no data set here: the chooser says so
        go(image=any_image(run))


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


def _layer_chooser(run: Run, stops: tuple[Stop, ...], *, last: bool) -> Stop:
    """Draw the list of layers and return the one that is shown: unless asked, the first, or that of the last maps."""
    stop = _asked_stop(run, stops) or _usual_stop(run, stops, last=last)
    words = {one.name: f"{one.name} · {one.shape_in_words}" if one.name else "the last maps" for one in stops}
    st.selectbox(
        "Layer", list(words), format_func=words.__getitem__, label_visibility="collapsed", width=240,
        **bind("layer", stop.name, key="pinned-layer", options=words),
    )  # fmt: skip
    return stop


def _asked_stop(run: Run, stops: tuple[Stop, ...]) -> Stop | None:
    said, linked = asked("layer")
    found = next((stop for stop in stops if stop.name == said), None)
    if said and found is None and linked and said not in [stop.name for stop in stops_of(run, "any")]:
        raise SpecError(
            f"the link asks for the layer {said[:80]!r} of the run {run.name}, which has "
            f"{', '.join([stop.name for stop in stops if stop.name][:12])}; choose one of these"
        )
    return found if found or said is None else stops[0]


def _usual_stop(run: Run, stops: tuple[Stop, ...], *, last: bool) -> Stop:
    if last:
        return next(stop for stop in stops if stop.name == last_maps(run).name)
    # A network from elsewhere may begin with what has no windows.
    return next((stop for stop in stops if stop.kind == "convolution"), stops[0])


def _filter_chooser(stop: Stop) -> int:
    said, linked = asked("filter")
    if not linked and asked("layer")[0] not in (None, stop.name):  # carried with another layer
        said = None
    number = int(said) if said and said.isdecimal() and len(said) < 8 else None
    if number is None or number >= stop.units:
        if said is not None and linked:
            raise SpecError(
                f"the link asks for filter {said[:40]!r} of {stop.name}, which has the filters 0 to {stop.units - 1}; "
                "choose one of these"
            )
        number = 0
    st.selectbox(
        "Filter", range(stop.units), format_func=lambda unit: f"filter {unit}", label_visibility="collapsed",
        width=100, **bind("filter", number, key="pinned-filter", options=range(stop.units)),
    )  # fmt: skip
    return number
