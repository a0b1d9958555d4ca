"""What a frozen body makes of all images, computed once: the head then learns in seconds what took the body minutes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnnviz.data import Prepared
from cnnviz.spec import RunSpec
from cnnviz.training.augment import augment
from cnnviz.training.parts import Parts

__all__ = ["Features", "features_of"]

OnProgress = Callable[[int, int], None]
Images = NDArray[Any]

_COPY_SEED = 3  # beside those of the order and of the statistics


@dataclass(frozen=True, eq=False)
class Features:
    """What a body makes of a run's images.

    Attributes:
        train: (n, 1 + copies, ...) float32, of each image as it is and of changed copies of it.
        validation, test: (n, ...) float32.
    """

    train: NDArray[np.float32]
    validation: NDArray[np.float32]
    test: NDArray[np.float32]


def features_of(
    model: keras.Model, spec: RunSpec, data: Prepared, on_progress: OnProgress = lambda done, total: None
) -> Features | None:
    """Compute what everything below the head makes of all images, where none of it learns.

    Args:
        model: as `begin_with` makes it.
        spec: what it was made from; its seed draws the changes to the copies.
        data: prepared images.
        on_progress: called with how many are done, and of how many; what it raises ends the work.

    Returns:
        None where something below the head learns.
    """
    if not spec.computes_once:
        return None
    parts, train = Parts.of(model, spec), spec.train
    total, done = len(data.train) * (1 + spec.copies) + len(data.validation) + len(data.test), 0

    def told(count: int) -> None:
        nonlocal done
        done += count
        on_progress(done, total)

    told(0)
    each = [parts.features(data.train.images, told)]
    for copy in range(spec.copies):
        seeds = np.random.default_rng([train.seed, _COPY_SEED, copy])

        def changed(images: Images, seeds: np.random.Generator = seeds) -> Images:
            seed = tf.constant(seeds.integers(0, 2**31, 2), tf.int32)
            return np.asarray(augment(tf.constant(images, tf.float32), train.augmentation, seed))

        each.append(parts.features(data.train.images, told, changed))
    return Features(
        np.stack(each, axis=1), parts.features(data.validation.images, told), parts.features(data.test.images, told)
    )
