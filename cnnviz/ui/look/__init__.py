"""What the pages that look inside share: images, and models that are ready when they are."""

from cnnviz.ui.look.images import choose_image, read_image, test_split
from cnnviz.ui.look.models import arrays_of, keep_place, keras_ready, model, wait_for_keras

__all__ = [
    "arrays_of",
    "choose_image",
    "keep_place",
    "keras_ready",
    "model",
    "read_image",
    "test_split",
    "wait_for_keras",
]
