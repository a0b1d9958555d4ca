"""The settings of a run that begins with another run's network. No Keras is needed: its table of layers is enough."""

from collections.abc import Sequence
from typing import Any, Literal

from cnnviz.errors import SpecError
from cnnviz.runs.classes import read_class_names
from cnnviz.runs.run import Run
from cnnviz.runs.weights import Weights
from cnnviz.spec import ALL, Augmentation, Beginning, Body, RunSpec, TrainSpec

__all__ = ["beginning_with", "beginning_with_body", "gentle", "side_for"]

_ENLARGED = 5  # times; benchmarks/transfer.py says what more of it gains
_COARSEST = 32  # pixels of the image for one of the last maps, of nearly all networks


def gentle(*, characters: bool = False, learns: bool = False) -> TrainSpec:
    """Return how a head is usually trained on a body, or both together.

    Args:
        characters: whether the images are of letters or digits, which are not mirrored.
        learns: whether something of the body learns; then in small steps.
    """
    return TrainSpec(
        epochs=10 if learns else 30,
        batch_size=32,
        learning_rate=3e-4 if learns else 1e-3,
        schedule="one_cycle",
        augmentation=Augmentation(flip=not characters, shift=0.1, zoom=0.1),
    )


def beginning_with(
    run: Run,
    spec: RunSpec,
    class_names: Sequence[str],
    *,
    frozen: str = ALL,
    head: Literal["new", "kept"] | None = None,
    size: int | None = None,
    **values: Any,
) -> RunSpec:
    """Return the settings of a run that begins with a network, instead of with random weights.

    Args:
        run: whose network it is; it needs its weights.
        spec: for the data set at hand: its images, its output and how it learns are kept, its layers are not.
        class_names: of that data set, by label.
        frozen: as in `cnnviz.spec.Beginning`.
        head: "new" or "kept"; None keeps that of a network with the very same classes and the same output.
        size: pixels of the side to which images are brought for the network; None for its own, or for less where they
            are so small that enlarging them further only takes time.
        **values: other settings of the `Beginning`, such as `copies`.

    Raises:
        RunError: the run has no weights yet.
        SpecError: nothing can be frozen that far, or there is nothing to begin with.
    """
    weights = Weights(run).checked()
    other = run.spec.model
    if head is None:
        theirs = run.spec.data.classes or read_class_names(run.folder)
        same = tuple(theirs) == tuple(class_names) and other.output == spec.model.output
        head = "kept" if same else "new"
    body = Body.of(other)
    return beginning_with_body(
        spec,
        body.at(size) if size is not None else _fitting(body, spec.model.input_shape),
        network=run.id,
        title=run.name[:80],
        digest=weights.digest,
        frozen=frozen,
        head=head,
        **values,
    )


def beginning_with_body(spec: RunSpec, body: Body, **values: Any) -> RunSpec:
    """Return the settings of a run with a body that was taken over, and no layers of its own but the last.

    Args:
        spec: for the data set at hand.
        body: what is taken over.
        **values: settings of the `Beginning`.

    Raises:
        SpecError: they do not go with the body.
    """
    beginning = Beginning(**values)
    return spec.changed(
        preset=None,
        name=spec.name or f"from {beginning.title or beginning.network}"[:80],
        model=spec.model.changed(layers=(), body=body),
        beginning=beginning,
    )


def side_for(shape: tuple[int, int, int], own: int) -> int:
    """Return the side in pixels to which images are brought for a network.

    Args:
        shape: (height, width, channels) of the images.
        own: the side that the network was trained at.

    Returns:
        Its own, or less where the images are so small that enlarging them further takes time and gains little.
    """
    return min(-(-_ENLARGED * max(shape[:2]) // _COARSEST) * _COARSEST, own)


def _fitting(body: Body, shape: tuple[int, int, int]) -> Body:
    """Return the body for images of this shape: where they are much smaller than its own, at a size between."""
    try:
        return body.at(side_for(shape, min(body.input_shape[:2])))
    except SpecError:  # it takes its own size alone
        return body
