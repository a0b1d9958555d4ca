"""The layers of a network that can be looked at, read without Keras."""

from dataclasses import dataclass

from cnnviz.errors import SpecError
from cnnviz.runs import Run

__all__ = ["Stop", "last_maps", "stops_of"]


@dataclass(frozen=True)
class Stop:
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


def stops_of(run: Run, which: str) -> tuple[Stop, ...]:
    """List a network's layers in order.

    Args:
        run: its run.
        which: "convolution" for those with kernels, "maps" for those with feature maps, "any" for all.

    Raises:
        SpecError: it has none of the kind.
    """
    spec = run.spec.model
    stops = [Stop(row.name, row.kind, tuple(row.output_shape)) for row in spec.rows]
    if which == "any":
        return (*stops, Stop("probabilities", "output", stops[-1].shape))
    found = tuple(stop for stop in stops if stop.kind == "convolution")
    if not found:
        raise SpecError(
            f"the network of the run {run.name} has no convolution, so there is nothing to see; choose another"
        )
    if which == "convolution":
        return found
    maps = tuple(stop for stop in stops if len(stop.shape) == 3)
    return (_LAST_MAPS, *maps) if spec.foreign else maps


_LAST_MAPS = Stop("", "last maps", ())  # of a network from elsewhere: which layer makes them, its graph alone tells


def last_maps(run: Run) -> Stop:
    """Return where Grad-CAM looks unless told otherwise, as `cnnviz.explain.last_place` says, without Keras.

    Args:
        run: its run.

    Returns:
        The layer that makes the last maps; of a network from elsewhere a stop without a name.

    Raises:
        SpecError: it has no convolution.
    """
    stops = stops_of(run, "maps")
    if run.spec.model.foreign:
        return _LAST_MAPS
    convolutions = [number for number, stop in enumerate(stops) if stop.kind == "convolution"]
    fine = [
        stop
        for stop in stops[convolutions[0] :]
        if stop.shape[:2] != (1, 1) and stop.kind not in ("pooling", "dropout")  # a dropout hands on what it gets
    ]
    return fine[-1] if fine else stops[convolutions[-1]]
