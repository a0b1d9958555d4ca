"""What fits this machine's memory: one training step at all, and how many images without learning from them."""

import math

import psutil

from cnnviz.errors import SpecError
from cnnviz.spec import RunSpec

__all__ = ["images_at_once", "refuse_too_large"]

_BYTES = 4  # of a float32
_COPIES = 2  # every layer's output is kept, and its gradient made
_BYTES_A_PARAMETER = 16  # value, gradient and the two moments of Adam
_GB = 1e9
_LOOKED_AT = 256  # images: their means and variances came within a point of accuracy to those of all (decision 0012)
_FOR_LOOKING = 512e6  # bytes that looking at them may take


def refuse_too_large(spec: RunSpec, images: int) -> None:
    """Refuse a training whose one step obviously needs more memory than there is; the system would kill it.

    Counted low: every layer's output and its gradient for one batch, and the parameters; frozen layers pass without.

    Args:
        spec: what is to be trained.
        images: training images there are; a batch has no more.

    Raises:
        SpecError: naming the batch size, the largest layer, and what to lower.
    """
    frozen = {row.name for row in spec.frozen_rows}
    rows = [row for row in spec.model.rows if row.name not in frozen]
    batch = min(spec.train.batch_size, images)
    of_outputs = sum(math.prod(row.output_shape) for row in rows) * batch * _BYTES * _COPIES
    learning = spec.trained_parameters
    needed = of_outputs + learning * _BYTES_A_PARAMETER + (spec.model.parameters - learning) * _BYTES
    total = psutil.virtual_memory().total
    if needed > total:
        largest = max(rows, key=lambda row: math.prod(row.output_shape))
        shape = "x".join(map(str, largest.output_shape))
        raise SpecError(
            f"one step with {batch} images needs at least {needed / _GB:,.0f} GB of memory and this machine has "
            f"{total / _GB:,.0f}; lower the batch size, or the size of the largest layer, {largest.name} ({shape})"
        )


def images_at_once(spec: RunSpec) -> int:
    """Return how many images are enough to know the means and variances of each layer, and fit the memory at once.

    Args:
        spec: what is trained. Only what goes into a layer and what comes out is there at a time; a batch always fits,
            because a step of the training has to.
    """
    largest = max(math.prod(row.output_shape) for row in spec.model.rows)
    affordable = int(_FOR_LOOKING / (largest * _BYTES * _COPIES))
    return min(_LOOKED_AT, max(affordable, spec.train.batch_size))
