"""What this machine's processor can do, of what TensorFlow needs."""

from functools import cache

import pytest
import tensorflow as tf

__all__ = ["skip_without_channels_first"]


@cache
def _convolves_channels_first() -> bool:
    image, kernel = tf.zeros((1, 1, 3, 3)), tf.zeros((1, 1, 1, 1))
    try:
        tf.nn.conv2d(image, kernel, strides=1, padding="VALID", data_format="NCHW")
    except tf.errors.UnimplementedError:
        return False
    return True


def skip_without_channels_first() -> None:
    """Skip a test whose reference is a network with its channels first, which older processors do not run."""
    if not _convolves_channels_first():
        pytest.skip("TensorFlow convolves no channels first on this processor, unless TF_ENABLE_ONEDNN_OPTS is 1")
