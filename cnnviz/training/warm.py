"""One tiny training, so that the first real one does not pay for what is slow only once."""

import numpy as np

from cnnviz.data import Split
from cnnviz.keras_private import forget_context
from cnnviz.models import build
from cnnviz.spec import Convolution, Flatten, ModelSpec, RunSpec
from cnnviz.training import execute  # noqa: F401 - imports all that a training needs
from cnnviz.training.forward import Forward
from cnnviz.training.step import TrainingStep

__all__ = ["take_one_step"]


def take_one_step() -> None:
    """Train a network of 4x4 pixels for one step; takes under a second once TensorFlow is imported.

    Every tensor of this process is lost: for a worker that has done nothing yet.
    """
    spec = RunSpec(model=ModelSpec(input_shape=(4, 4, 1), layers=(Convolution(filters=1), Flatten()), classes=2))
    images = Split(np.zeros((2, 4, 4, 1), np.uint8), np.zeros(2, np.int64))
    model = build(spec.model)
    TrainingStep(model, spec, images)(np.zeros((1, 2), np.int32), np.full(1, 1e-3, np.float32), 0)
    Forward(model)(images.images)
    forget_context()  # so that this process can still choose its threads: cnnviz/training/halves.py
