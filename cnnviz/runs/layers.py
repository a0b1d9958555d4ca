"""The layers of a network that can be looked at, read without Keras."""

from dataclasses import dataclass

from cnnviz.errors import SpecError
from cnnviz.runs import Run

__all__ = ["NetworkLayer", "last_maps", "shown_layers"]


@dataclass(frozen=True)
class NetworkLayer:
    """A layer that can be looked at.

    Attributes:
        name: as Keras has it.
        kind: as the run's settings have it.
        shape: of its output: (height, width, channels) or (features,).
    """

    name: str
    kind: str
    shape: tuple[int, ...]

    @property
    def units(self) -> int:
        """How many filters or units it has."""
        return self.shape[-1]

    @property
    def shape_in_words(self) -> str:
        """`30×30×32`."""
        return "×".join(map(str, self.shape))


def shown_layers(run: Run, which: str) -> tuple[NetworkLayer, ...]:
    """List a network's layers in order.

    Args:
        run: its run.
        which: "convolution" for those with kernels, "maps" for those with feature maps, "any" for all.

    Raises:
        SpecError: it has none of the kind.
    """
    spec = run.spec.model
    layers = [NetworkLayer(row.name, row.kind, tuple(row.output_shape)) for row in spec.rows]
    if which == "any":
        return (*layers, NetworkLayer("probabilities", "output", layers[-1].shape))
    found = tuple(shown for shown in layers if shown.kind == "convolution")
    if not found:
        raise SpecError(
            f"the network of the run {run.name} has no convolution, so there is nothing to see; choose another"
        )
    if which == "convolution":
        return found
    maps = tuple(shown for shown in layers if len(shown.shape) == 3)
    return (_LAST_MAPS, *maps) if spec.foreign else maps


# Of a network from elsewhere: which layer makes them, its graph alone tells.
_LAST_MAPS = NetworkLayer("", "last maps", ())


def last_maps(run: Run) -> NetworkLayer:
    """Return where Grad-CAM looks unless told otherwise, as `cnnviz.explain.last_place` says, without Keras.

    Args:
        run: its run.

    Returns:
        The layer that makes the last maps; of a network from elsewhere a shown without a name.

    Raises:
        SpecError: it has no convolution.
    """
    layers = shown_layers(run, "maps")
    if run.spec.model.foreign:
        return _LAST_MAPS
    convolutions = [number for number, shown in enumerate(layers) if shown.kind == "convolution"]
    fine = [
        shown
        for shown in layers[convolutions[0] :]
        if shown.shape[:2] != (1, 1) and shown.kind not in ("pooling", "dropout")  # a dropout hands on what it gets
    ]
    return fine[-1] if fine else layers[convolutions[-1]]
