"""What pages share of a network: its layers and moments, the images it looks at, its model once that is ready."""

from cnnviz.ui.network.images import read_image, test_split
from cnnviz.ui.network.models import arrays_of, keep_place, keras_ready, model, wait_for_keras

__all__ = [
    "arrays_of",
    "keep_place",
    "keras_ready",
    "model",
    "read_image",
    "test_split",
    "wait_for_keras",
]
