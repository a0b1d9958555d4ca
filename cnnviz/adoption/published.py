"""Settings of a run that begins with a network of `keras.applications`: Keras has to build it to know its layers."""

from pathlib import Path
from typing import Any

from cnnviz.adoption.adopting import rows_of
from cnnviz.download import Progress
from cnnviz.models.published import KERAS, open_published
from cnnviz.runs.beginning import beginning_with_body, side_for
from cnnviz.spec import Body, RunSpec

__all__ = ["beginning_with_published"]

_SIDE = 224  # pixels, which most of them were trained at


def beginning_with_published(
    name: str,
    spec: RunSpec,
    home: str | Path | None = None,
    *,
    size: int | None = None,
    on_progress: Progress | None = None,
    **values: Any,
) -> RunSpec:
    """Return the settings of a run that begins with a published network, as `cnnviz.runs.beginning.beginning_with`.

    Args:
        name: of the network, such as "MobileNetV2".
        spec: for the data set at hand.
        home: where its weights are kept; None for the usual home.
        size: pixels of the side to which images are brought; None for 224, or less for small images.
        on_progress: called during the download of its weights.
        **values: settings of the `Beginning`, such as `frozen`.

    Raises:
        SpecError: there is no such network, or it cannot take images of that size.
        DataError: its weights do not come, or are not the published ones.
        StorageError: the home cannot be written.
    """
    side = size or side_for(spec.model.input_shape, _SIDE)
    network = open_published(name, home, (side, side, 3), on_progress)
    body = Body(input_shape=(side, side, 3), rows=rows_of(network))
    return beginning_with_body(spec, body, network=f"{KERAS}{name}", title=name, **values)
