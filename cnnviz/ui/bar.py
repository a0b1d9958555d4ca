"""The bar above a page: which run, which of its snapshots, and where a page shows them, image, layer and filter."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from cnnviz.errors import CnnvizError, RunError, SpecError
from cnnviz.figures.saving import Saving
from cnnviz.runs import Run, Weights
from cnnviz.runs.choosing import Purpose
from cnnviz.runs.layers import NetworkLayer, last_maps, shown_layers
from cnnviz.runs.weights import TRAINED_MODEL
from cnnviz.runs.words import Snapshots, no_such_snapshot, snapshot_labels
from cnnviz.ui.address import asked, chosen_run, go, remember
from cnnviz.ui.choosers import dropdown
from cnnviz.ui.copies import tell_copies
from cnnviz.ui.invitation import invite_to_train
from cnnviz.ui.loaders import class_names, lookable, open_run, run_ids, run_label
from cnnviz.ui.messages import plain
from cnnviz.ui.network.images import ChosenImage, any_image, image_in_words, image_popover, plain_image, read_image
from cnnviz.ui.network.models import finite_weights
from cnnviz.ui.preferred import preferred_id
from cnnviz.ui.styles import style

__all__ = ["BAR_STYLE", "Pinned", "ShownRun", "asked_run", "looked_run", "network_run", "pinned_bar", "run_bar"]

_FINAL = -1  # the snapshot chooser's value for the run's model

BAR_STYLE = style(__file__)


@dataclass(frozen=True, eq=False)
class ShownRun:
    """A run at a moment.

    Attributes:
        run: the run.
        snapshot: its snapshot's number; None for the run's model, and where none is on offer.
        follows: whether that is merely the newest one of a run without a model: where the run trains, the page goes on
            with it, and links do not name it.
        labels: what each snapshot on offer is called, by its number, oldest first.
    """

    run: Run
    snapshot: int | None
    follows: bool = False
    labels: Mapping[int, str] = field(default_factory=dict)

    @property
    def pinned(self) -> int | None:
        """The snapshot that links name."""
        return None if self.follows else self.snapshot


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
        return image_in_words(self.image_key, self.label, self.class_names)

    def saved(self, what: str, *, image: bool = True, explained: str = "") -> Saving:
        """Name a figure of what is looked at.

        Args:
            what: the figure, in a few words, such as "conv2d_1 kernels".
            image: whether it shows something of the image.
            explained: the class that it explains; empty for none.
        """
        return Saving.of(self.weights, what, self.image_in_words if image else "", explained)


def asked_run(offered: Sequence[str], usual: str | None = None) -> Run | None:
    """Return the run that the URL asks for, else the one that the session looked at last, else the usual one.

    Args:
        offered: ids, the newest first.
        usual: the id of the run that nobody asked for; None for the first on offer.

    Returns:
        None where nothing is asked for and nothing on offer.

    Raises:
        RunError: the URL asks for a run that there is not.
    """
    run_id = chosen_run() or (usual or offered[0] if offered else None)
    return None if run_id is None else open_run(run_id)


def run_bar(
    run: Run,
    offered: Sequence[str],
    *,
    snapshots: Snapshots | None = "weights",
    follow: bool = False,
    gap: Literal["small", "xsmall"] = "small",
) -> tuple[ShownRun, DeltaGenerator]:
    """Draw the bar of a page that shows a run and no image of its data set.

    Args:
        run: from `asked_run`.
        offered: ids of the runs on offer, the newest first.
        snapshots: which are on offer; None for a page that shows all of them, or the run's model.
        follow: whether the newest snapshot of a run without a model is shown without being pinned.
        gap: between its parts.

    Returns:
        What is shown, and the bar, for what else stands in it.

    Raises:
        CnnvizError: the URL asks for a snapshot that there is not.
    """
    with _bar(gap) as drawn:
        shown = _choose_network(run, offered, snapshots, follow=follow)
    remember(run=run.id, **({"snapshot": shown.pinned} if snapshots else {}))
    return shown, drawn


def looked_run() -> tuple[Run, tuple[str, ...]]:
    """Return the run to look into, as `network_run` does."""
    return network_run(
        "look",
        "There is no trained network to look into yet. Train one: it takes a minute, and every page under Look then "
        "shows what it sees.",
        icon=":material/visibility:",
    )


def network_run(purpose: Purpose | None, none_yet: str, *, icon: str) -> tuple[Run, tuple[str, ...]]:
    """Return the run that a page asks something, and the ids of those on offer.

    Args:
        purpose: what the network is wanted for, which decides on the usual one; None for the newest.
        none_yet: what is said in a home without runs; with runs, the first snapshot is what is missing. The page ends
            then.
        icon: a Material icon, beside that.

    Raises:
        CnnvizError: the URL asks for a run that there is not.
    """
    offered = lookable()
    run = asked_run(offered, preferred_id(purpose) if purpose else None)
    if run is None or not (offered or run.snapshots()):
        waiting = "None of the runs has a snapshot yet. Wait a moment for the first one, or train another run."
        invite_to_train(waiting if run_ids() else none_yet, icon)
        st.stop()
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
    layers = shown_layers(run, layer) if layer else ()
    with _bar():
        number = _choose_network(run, offered, "weights" if snapshot else None).snapshot
        chosen = _image_chooser(run)
        shown = _layer_chooser(run, layers, last=layer == "maps") if layers else None
        unit = _filter_chooser(shown) if shown and filter else None
    if chosen.photo is not None:
        _tell_photo(chosen)
    elif chosen.compressed:
        tell_copies(run, "looked at")
    if snapshot:
        _tell_broken(run, number)
    name = (shown and shown.name) or None
    offers = {"snapshot": (snapshot, number), "layer": (bool(layers), name), "filter": (filter, unit)}
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


# --- run and snapshot -------------------------------------------------------------------------------------------


@contextmanager
def _bar(gap: Literal["small", "xsmall"] = "small") -> Iterator[DeltaGenerator]:
    """Draw an empty bar, to be filled."""
    drawn = st.container(horizontal=True, vertical_alignment="center", gap=gap, key="pinned")
    with drawn:
        st.html(BAR_STYLE)
        yield drawn


def _choose_network(run: Run, offered: Sequence[str], snapshots: Snapshots | None, *, follow: bool = False) -> ShownRun:
    """Draw the list of runs and that of the run's snapshots; see `run_bar`."""
    names = {run_id: run_label(run_id) for run_id in [*([] if run.id in offered else [run.id]), *offered]}
    dropdown("Run", "run", run.id, names, key="pinned-run", width=180)
    if snapshots is None:
        return ShownRun(run, None)
    labels = snapshot_labels(run, snapshots)
    model = run.has_final_predictions if snapshots != "weights" else Weights(run).exists
    if not labels and not model and snapshots != "weights":
        return ShownRun(run, None)  # nothing was measured yet, as the page says
    followed = max(labels) if follow and labels and not model else None
    number = _choose_snapshot(run, labels, model=model, followed=followed)
    return ShownRun(run, number, number is not None and number == followed, labels)


def _choose_snapshot(run: Run, labels: Mapping[int, str], *, model: bool, followed: int | None) -> int | None:
    """Draw the list of snapshots and return the number of the one that is shown; None for the run's model.

    Args:
        run: the run.
        labels: what its snapshots on offer are called, by number.
        model: whether its model is on offer too.
        followed: the snapshot that is shown without being pinned.

    Raises:
        RunError: the URL asks for a snapshot that is not on offer, or nothing is.
    """
    names = {**({_FINAL: TRAINED_MODEL} if model else {}), **dict(list(labels.items())[::-1])}
    if not names:
        raise RunError(f"the run {run.name} has no snapshot yet; wait until its first one, or choose another run")
    said, linked = asked("snapshot")
    number = int(said) if said and said.isdecimal() and len(said) < 6 else None
    if said is not None and number not in labels:
        if linked:
            raise no_such_snapshot(run, said, labels)
        number = None
    now = next(iter(names)) if number is None else number

    def change(choice: int) -> dict[str, int | None]:
        return {"snapshot": None if choice in (_FINAL, followed) else choice}

    dropdown("Snapshot", "snapshot", now, names, key="pinned-snapshot", width=150, change=change)
    return None if now == _FINAL else now


# --- the image --------------------------------------------------------------------------------------------------


def _image_chooser(run: Run) -> ChosenImage:
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
    current = chosen.key if chosen else ""
    image_popover(run, label, current, lambda key: go(image=key), key="pinned-image", width=180)
    st.button(
        "",
        key="pinned-surprise",
        icon=":material/casino:",
        help="Surprise me: another test image",
        on_click=_surprise,
        args=(run,),
    )
    if failure or chosen is None:
        raise failure or SpecError("there is no image; choose one")
    return chosen


def _surprise(run: Run) -> None:
    with suppress(CnnvizError):  # no data set here: the chooser says so
        go(image=any_image(run))


def _tell_photo(chosen: ChosenImage) -> None:
    """Say what was done to a photo: the network does not see it as the person does."""
    height, width = chosen.image.shape[:2]
    whose = "A photo" if chosen.key.startswith("example-") else "Your photo"
    st.caption(f"{whose}: the network sees its centre, made {width}×{height} pixels. {plain(chosen.note)}")


def _image_label(run: Run, chosen: ChosenImage) -> str:
    key, inverted = plain_image(chosen.key)
    if chosen.label is None:
        said = "example photo" if key.startswith("example-") else "your photo"
    else:
        said = f"{plain(class_names(run)[chosen.label])} · test image {key.removeprefix('test-')}"
    return f"{said}, inverted" if inverted else said


# --- layer and filter -------------------------------------------------------------------------------------------


def _layer_chooser(run: Run, layers: tuple[NetworkLayer, ...], *, last: bool) -> NetworkLayer:
    """Draw the list of layers and return the one that is shown: unless asked, the first, or that of the last maps."""
    shown = _asked_layer(run, layers) or _usual_layer(run, layers, last=last)
    words = {one.name: f"{one.name} · {one.shape_in_words}" if one.name else "the last maps" for one in layers}
    dropdown("Layer", "layer", shown.name, words, key="pinned-layer", width=240)
    return shown


def _asked_layer(run: Run, layers: tuple[NetworkLayer, ...]) -> NetworkLayer | None:
    said, linked = asked("layer")
    found = next((shown for shown in layers if shown.name == said), None)
    if said and found is None and linked and said not in [shown.name for shown in shown_layers(run, "any")]:
        raise SpecError(
            f"the link asks for the layer {said[:80]!r} of the run {run.name}, which has "
            f"{', '.join([shown.name for shown in layers if shown.name][:12])}; choose one of these"
        )
    return found if found or said is None else layers[0]


def _usual_layer(run: Run, layers: tuple[NetworkLayer, ...], *, last: bool) -> NetworkLayer:
    if last:
        return next(shown for shown in layers if shown.name == last_maps(run).name)
    # A network from elsewhere may begin with what has no windows.
    return next((shown for shown in layers if shown.kind == "convolution"), layers[0])


def _filter_chooser(shown: NetworkLayer) -> int:
    said, linked = asked("filter")
    if not linked and asked("layer")[0] not in (None, shown.name):  # carried with another layer
        said = None
    number = int(said) if said and said.isdecimal() and len(said) < 8 else None
    if number is None or number >= shown.units:
        if said is not None and linked:
            raise SpecError(
                f"the link asks for filter {said[:40]!r} of {shown.name}, which has the filters 0 to "
                f"{shown.units - 1}; choose one of these"
            )
        number = 0
    names = {unit: f"filter {unit}" for unit in range(shown.units)}
    dropdown("Filter", "filter", number, names, key="pinned-filter", width=100 if shown.units <= 100 else 124)
    return number
