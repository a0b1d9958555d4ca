"""How much arithmetic a network is: floating-point operations, an addition and a multiplication counted each."""

from cnnviz.spec.layers import Convolution
from cnnviz.spec.model import ModelSpec

__all__ = ["forward_flops", "laptop_seconds", "training_flops"]

_EACH = 2  # a product and its addition
_RATE = 1e10  # products a second on a slow laptop
_VALUES = 4e7  # numbers of images that are changed and passed on a second there


def forward_flops(spec: ModelSpec) -> int:
    """Count the floating-point operations with weights in one image's forward pass.

    Args:
        spec: the network. Biases, activations, poolings and normalisations are left out: they are a few percent, and
            no matrix product.
    """
    return _EACH * spec.multiply_adds


def training_flops(spec: ModelSpec) -> int:
    """Count the floating-point operations with weights that one image takes in a training step.

    The gradient costs as much as the forward pass twice over: once for the weights, where they learn, and once for
    what went in, except before the first weights that learn.

    Args:
        spec: the network; one that begins with another one learns all of it here.
    """
    products, something_learns = 0, False
    layers = (*[None] * len(spec.below), *(layer for _, layer in spec.named_layers))
    for layer, row in zip(layers, spec.rows, strict=True):
        learns = not (isinstance(layer, Convolution) and layer.frozen)
        products += row.multiply_adds * (1 + learns + something_learns)
        something_learns |= bool(row.parameters)  # of a frozen layer the bias
    return _EACH * products


def laptop_seconds(spec: ModelSpec, images: int) -> float:
    """Estimate how many seconds so many changed images take on a slow laptop, forward alone.

    Args:
        spec: the network.
        images: how many.
    """
    height, width, channels = spec.input_shape
    return images * (spec.multiply_adds / _RATE + height * width * channels / _VALUES)
