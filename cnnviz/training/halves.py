"""Two cores, two halves: each batch is cut in two, and each half goes through the network on a core of its own.

TensorFlow by itself gives both cores to one operation after the other, and both wait for each other at the end of
each. Two independent halves meet once a step, where their gradients are added: the same sums in another order, so a
run has the same curves up to the rounding of floats, and repeats exactly on the same machine.

That needs one thread for each operation, which is set for a whole process before TensorFlow starts. Where it is not
so (more cores than two, a graphics card, a batch normalisation, a process that used TensorFlow before), everything
goes through as a whole.
"""

import os
from contextlib import suppress

import keras
import tensorflow as tf

from cnnviz.spec import BatchNormalization, ModelSpec
from cnnviz.training.passing import through

__all__ = ["choose_threads", "fits_halves", "halves", "in_halves", "pass_in_halves", "share_cores"]

_CORES = 2  # where it was measured; on more of them, an operation keeps more threads busy than halves do


def choose_threads(spec: ModelSpec) -> None:
    """Set how many threads TensorFlow uses for a network, where it has not started yet.

    Args:
        spec: what will be trained. A batch normalisation looks at a whole batch, so halves would wait for each other,
            and the layers of a body need not follow each other.
    """
    normalised = any(isinstance(layer, BatchNormalization) for layer in spec.layers)
    alone = normalised or spec.body is not None or _cores() != _CORES or bool(tf.config.list_physical_devices("GPU"))
    with suppress(RuntimeError):  # it runs already, and goes on as it is
        tf.config.threading.set_intra_op_parallelism_threads(0 if alone else 1)
        tf.config.threading.set_inter_op_parallelism_threads(0 if alone else _CORES)


def share_cores(threads: int) -> None:
    """Give this process so many threads, whatever it trains; before TensorFlow starts, and for good."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.constant(0)  # it starts, so that no run chooses anew


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_halves() -> bool:
    """Say whether halves are worth it: one thread for each operation, and two operations at a time."""
    threads = tf.config.threading
    each, together = threads.get_intra_op_parallelism_threads(), threads.get_inter_op_parallelism_threads()
    return bool(each == 1 and together == _CORES)


def halves(batch: tf.Tensor) -> list[tf.Tensor]:
    """Cut a batch of two or more in two; TensorFlow's convolutions fail on an empty half."""
    middle = (tf.shape(batch)[0] + 1) // 2
    return [batch[:middle], batch[middle:]]


def fits_halves(model: keras.Model) -> bool:
    """Say whether the images of a batch go through a network without looking at each other."""
    return not any(isinstance(layer, keras.layers.BatchNormalization) for layer in model.layers)


def pass_in_halves(model: keras.Model, images: tf.Tensor) -> tf.Tensor:
    """Return a chain of layers' output as in training, each half by itself.

    Args:
        model: whose layers follow each other, as `build` makes them; one that `fits_halves`.
        images: (batch, height, width, channels) float32, two or more.

    Returns:
        (batch, ...), as the whole batch gives it; dropout leaves out the very same values.
    """
    parts = halves(images)
    for layer in model.layers[1:]:  # the first is the input
        if isinstance(layer, keras.layers.Dropout):  # drawn for the whole batch, so that it is the same
            parts = halves(through(layer, tf.concat(parts, 0)))
        else:
            parts = [through(layer, part) for part in parts]
    return tf.concat(parts, 0)
