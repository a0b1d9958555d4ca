"""What stands beside the pinned image: another image, another run, or the same run at another moment."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data.photos import fit
from cnnviz.errors import CnnvizError
from cnnviz.runs import Run, Weights
from cnnviz.ui.address import bind, go
from cnnviz.ui.bar import Pinned
from cnnviz.ui.loaders import class_names, lookable, open_run
from cnnviz.ui.maps.choices import MapsPlace
from cnnviz.ui.maps.sights import Sight, run_title
from cnnviz.ui.messages import plain
from cnnviz.ui.network.activations import feature_maps
from cnnviz.ui.network.images import Chosen, choose_image, read_image
from cnnviz.ui.network.moments import no_such_snapshot, snapshot_labels
from cnnviz.ui.run_facts import run_label

__all__ = ["second"]

_FINAL, _SAME = -1, -2  # the snapshot chooser's values for the run's model, and for what the bar pins


def second(pinned: Pinned, view: MapsPlace) -> Sight | None:
    """Draw the choice of what stands beside the pinned image, and return it; None where nothing does.

    Raises:
        CnnvizError: the link asks for something that there is not.
    """
    if view.beside == "image":
        chosen = _other_image(pinned, view)
        maps = feature_maps(pinned.weights, chosen.image)
        name = _name(chosen, pinned.class_names)
        title = name.split(",")[0]
        return Sight(pinned.weights, chosen.image, name, title, maps, pinned.class_names)
    if view.beside == "run":
        with st.container(horizontal=True, gap="small", key="maps-beside"):
            run = _other_run(pinned, view)
            weights = Weights(run, _other_snapshot(pinned, run, view))
        image = _for_network(pinned, run)
        maps = feature_maps(weights, image)
        return Sight(weights, image, pinned.image_in_words, run_title(weights), maps, class_names(run))
    return None


def _for_network(pinned: Pinned, run: Run) -> NDArray[np.uint8]:
    """Return the pinned image, in the size that another network takes."""
    shape = run.spec.model.input_shape
    if pinned.image.shape == shape:
        return pinned.image
    return fit(pinned.image if pinned.photo is None else pinned.photo, shape)


def _name(chosen: Chosen, names: tuple[str, ...]) -> str:
    if chosen.label is None:
        return "a photo"
    return f"{names[chosen.label]}, {chosen.key.replace('-', ' image ')}"


def _other_image(pinned: Pinned, view: MapsPlace) -> Chosen:
    asked = view.other_image
    failure: CnnvizError | None = None
    try:
        chosen = read_image(pinned.run, asked or "test-1")
    except CnnvizError as error:
        failure, chosen = error, read_image(pinned.run, None)
    label = f"beside it: {plain(_name(chosen, pinned.class_names))}"
    fold = st.popover(label, icon=":material/image:", key="maps-images", on_change="rerun", width=290, wrap=False)
    if fold.open:
        with fold:
            choose_image(pinned.run, chosen.key, lambda key: go(other_image=key), key="maps-image", fold="maps-images")
    if failure:
        raise failure
    return chosen


def _other_run(pinned: Pinned, view: MapsPlace) -> Run:
    asked = view.other_run
    options = list(lookable())
    others = [run_id for run_id in options if run_id != pinned.run.id]
    run = open_run(asked) if asked else open_run(others[0]) if others else pinned.run
    if run.id not in options:
        options.insert(0, run.id)
    st.selectbox(
        "The run beside it", options, format_func=run_label, label_visibility="collapsed", width=330,
        **bind("other_run", run.id, key="maps-run", options=options),
    )  # fmt: skip
    return run


def _other_snapshot(pinned: Pinned, run: Run, view: MapsPlace) -> int | None:
    """Draw the choice of its moment: the pinned one where it has that, or another."""
    labels = snapshot_labels(run)
    same_run = run.id == pinned.run.id
    has_model = Weights(run).exists
    options = [*([] if same_run else [_SAME]), *([_FINAL] if has_model else []), *list(labels)[::-1]]
    now = _asked_snapshot(pinned, run, options, view.other_snapshot)
    words = {_SAME: "at the same moment", _FINAL: "trained model", **labels}
    st.selectbox(
        "Its snapshot", options, format_func=lambda option: words[option], label_visibility="collapsed", width=190,
        **bind("other_snapshot", now, key="maps-snapshot", options=options,
               change=lambda option: {"other_snapshot": _as_asked(option)}),
    )  # fmt: skip
    if now == _SAME:
        now = _at_the_moment_of(pinned, labels, has_model)
    return None if now == _FINAL else now


def _asked_snapshot(pinned: Pinned, run: Run, options: list[int], asked: str | None) -> int:
    """Read the URL; by default another run follows the bar, and the same one is seen before its training."""
    if asked is None and options:
        earliest = options[-1]
        return options[0] if options[0] == _SAME or pinned.snapshot == earliest else earliest
    known = {_as_asked(option): option for option in options}
    if asked not in known:
        raise no_such_snapshot(run, str(asked), [option for option in options if option >= 0])
    return known[asked]


def _as_asked(option: int) -> str:
    return {_SAME: "same", _FINAL: "model"}.get(option, str(option))


def _at_the_moment_of(pinned: Pinned, labels: dict[int, str], has_model: bool) -> int:
    """Return the snapshot made at the pinned moment; the last one, or the model, where there is none."""
    wanted = None if pinned.snapshot is None else pinned.weights.moment
    found = [number for number, label in labels.items() if label == wanted]
    return found[0] if found else _FINAL if has_model else max(labels)
