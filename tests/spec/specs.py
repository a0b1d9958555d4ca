"""Random networks that work, for tests that compare two ways of computing the same thing."""

import random

from cnnviz.errors import SpecError
from cnnviz.spec import (
    Activation,
    BatchNormalization,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    Function,
    GlobalPooling,
    Layer,
    ModelSpec,
    Pooling,
    Scaling,
)

FUNCTIONS: tuple[Function, ...] = ("linear", "relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid")


def random_layer(rng: random.Random, flat: bool) -> Layer:
    if flat:
        dense = Dense(units=rng.randint(1, 9), activation=rng.choice(FUNCTIONS), l2=rng.choice((0.0, 0.01)))
        return rng.choice((dense, BatchNormalization(), Dropout(rate=0.5), Activation(function=rng.choice(FUNCTIONS))))
    convolution = Convolution(
        filters=rng.randint(1, 6),
        kernel_size=rng.randint(1, 5),
        stride=rng.randint(1, 3),
        padding=rng.choice(("valid", "same")),
        activation=rng.choice(FUNCTIONS),
        bias=rng.random() < 0.5,
        initial=rng.choice(("random", "identity")),
        frozen=rng.random() < 0.2,
    )
    normalisation = BatchNormalization(momentum=rng.choice((0.6, 0.99)), scale=rng.random() < 0.5)
    pooling = Pooling(size=rng.randint(2, 3), mode=rng.choice(("max", "average")))
    to_flat = rng.choice((Flatten(), GlobalPooling(mode=rng.choice(("average", "max")))))
    others = (normalisation, Scaling(factor=0.5), Dropout(rate=0.1), Activation(function="tanh"), to_flat)
    return rng.choice((convolution, convolution, pooling, *others))


def random_model(seed: int) -> ModelSpec:
    """A network of up to seven layers; what does not fit is left out."""
    rng = random.Random(seed)
    binary = rng.random() < 0.3
    model = ModelSpec(
        input_shape=(rng.randint(6, 40), rng.randint(6, 40), rng.choice((1, 3))),
        classes=2 if binary else rng.randint(2, 12),
        output="sigmoid" if binary else "softmax",
    )
    for _ in range(rng.randint(0, 7)):
        flat = any(isinstance(layer, Flatten | GlobalPooling) for layer in model.layers)
        try:
            model = model.changed(layers=(*model.layers, random_layer(rng, flat)))
        except SpecError:
            continue
    return model
