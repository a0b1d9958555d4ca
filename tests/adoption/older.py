"""Files as older versions of Keras wrote them, put together by hand."""

import json
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np

from tests.adoption.made import changed

__all__ = [
    "as_keras_2",
    "as_tensorflow_2_13",
    "cats_and_dogs",
    "cats_and_dogs_layers",
    "mobile",
    "mobile_layers",
    "resnet_and_attention",
    "resnet_and_attention_layers",
]

Layers = list[dict[str, Any]]
layers = keras.layers
_ONES, _ZEROS, _GLOROT = (
    {"class_name": name, "config": config}
    for name, config in (("Ones", {}), ("Zeros", {}), ("GlorotUniform", {"seed": None}))
)
_BATCHNORM = {
    "axis": [3], "momentum": 0.99, "epsilon": 0.001, "center": True, "scale": True, "beta_initializer": _ZEROS,
    "gamma_initializer": _ONES, "moving_mean_initializer": _ZEROS, "moving_variance_initializer": _ONES,
    "beta_regularizer": None, "gamma_regularizer": None, "beta_constraint": None, "gamma_constraint": None,
}  # fmt: skip
_KERNEL = {
    "kernel_initializer": _GLOROT, "bias_initializer": _ZEROS, "kernel_regularizer": None, "bias_regularizer": None,
    "activity_regularizer": None, "kernel_constraint": None, "bias_constraint": None,
}  # fmt: skip
_CONVOLUTION = {
    "strides": [1, 1], "padding": "valid", "data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1,
    "activation": "linear", "use_bias": True, **_KERNEL,
}  # fmt: skip
_MEANS = [-103.939, -116.779, -123.68]
_DEPTHWISE = {"depth_multiplier": 1, "depthwise_initializer": _GLOROT, "depthwise_regularizer": None,
              "depthwise_constraint": None}  # fmt: skip


def _layer(kind: str, name: str, source: str = "", words: dict[str, Any] | None = None, **settings: Any) -> Any:
    """A layer with what all have, and its node."""
    node = [source, 0, 0, words or {}]
    nodes = [] if not source else [node] if kind.endswith("Lambda") else [[node]]
    config = {"name": name, "trainable": True, "dtype": "float32", **settings}
    return {"class_name": kind, "config": config, "name": name, "inbound_nodes": nodes}


def _operation(function: str, title: str, source: str, **words: Any) -> Any:
    kind = "SlicingOpLambda" if function.endswith("getitem") else "TFOpLambda"
    return _layer(kind, title, source, words, function=function)


def _input(shape: tuple[int, ...]) -> dict[str, Any]:
    config = {
        "batch_input_shape": [None, *shape],
        "dtype": "float32",
        "sparse": False,
        "ragged": False,
        "name": "image",
    }
    return {"class_name": "InputLayer", "config": config, "name": "image", "inbound_nodes": []}


def mobile() -> keras.Model:
    """MobileNet's beginning with its preprocess_input, as Keras 3 has it."""
    image = keras.Input((12, 10, 3))
    maps = layers.Conv2D(4, 3, use_bias=False, name="first")(image / 127.5 - 1)
    maps = layers.ReLU(6)(layers.BatchNormalization(name="bn")(maps))
    maps = layers.SeparableConv2D(5, 3, padding="same", name="last")(layers.DepthwiseConv2D(3, name="depthwise")(maps))
    return keras.Model(image, layers.Dense(3, activation="softmax", name="out")(layers.GlobalAveragePooling2D()(maps)))


def mobile_layers() -> Layers:
    """The same as Keras 2 wrote it."""
    return [
        _input((12, 10, 3)),
        _operation("math.truediv", "tf.math.truediv", "image", y=127.5, name=None),
        _operation("math.subtract", "tf.math.subtract", "tf.math.truediv", y=1.0, name=None),
        _layer(
            "Conv2D", "first", "tf.math.subtract", filters=4, kernel_size=[3, 3], **_CONVOLUTION | {"use_bias": False}
        ),
        _layer("BatchNormalization", "conv1/bn", "first", **_BATCHNORM),
        _layer("ReLU", "conv1/relu", "conv1/bn", max_value=6.0, negative_slope=0.0, threshold=0.0),
        _layer("DepthwiseConv2D", "depthwise", "conv1/relu", kernel_size=[3, 3], **_CONVOLUTION, **_DEPTHWISE),
        _layer(
            "SeparableConv2D", "last", "depthwise", filters=5, kernel_size=[3, 3], **_CONVOLUTION | {"padding": "same"},
            pointwise_initializer=_GLOROT, pointwise_regularizer=None, pointwise_constraint=None, **_DEPTHWISE,
        ),
        _layer("GlobalAveragePooling2D", "pooled", "last", data_format="channels_last", keepdims=False),
        _layer("Dropout", "dropout", "pooled", rate=0.2, noise_shape=None, seed=None),
        _layer("Dense", "out", "dropout", units=3, activation="softmax", use_bias=True, **_KERNEL),
    ]  # fmt: skip


def resnet_and_attention() -> keras.Model:
    """ResNet's preprocess_input by slicing, a model inside, attention, and arithmetic of two tensors."""
    image = keras.Input((12, 10, 3))
    blue_first = image[..., ::-1] + keras.ops.convert_to_tensor(np.array(_MEANS, np.float32))
    first = layers.Conv2D(4, 3, name="first")(blue_first)
    maps = keras.ops.silu(layers.Conv2D(4, 1, name="last")(first) * first)
    tokens = layers.Reshape((80, 4))(maps)
    tokens = layers.MultiHeadAttention(2, 3, name="attention")(tokens, tokens)
    return keras.Model(image, layers.Dense(3, activation="softmax", name="out")(keras.ops.mean(tokens, axis=1)))


def resnet_and_attention_layers() -> Layers:
    """The same as Keras 2 wrote it."""
    inner = [
        {**_input((10, 8, 4)), "name": None},
        {key: value for key, value in _layer("Conv2D", "last", filters=4, kernel_size=[1, 1], **_CONVOLUTION).items()
         if key in ("class_name", "config")},
    ]  # fmt: skip
    block = _layer("Sequential", "block", "first")
    block = {**block, "config": {"name": "block", "layers": inner}}
    tensor = ["tokens", 0, 0]
    return [
        _input((12, 10, 3)),
        _operation("__operators__.getitem", "tf.__operators__.getitem", "image",
                   slice_spec=[{"class_name": "__ellipsis__"}, {"start": None, "stop": None, "step": -1}]),
        _operation("nn.bias_add", "tf.nn.bias_add", "tf.__operators__.getitem", bias=_MEANS, data_format="NHWC"),
        _layer("Conv2D", "first", "tf.nn.bias_add", filters=4, kernel_size=[3, 3], **_CONVOLUTION),
        block,
        {**_operation("math.multiply", "tf.math.multiply", "block"),
         "inbound_nodes": [["block", 1, 0, {"y": ["first", 0, 0], "name": None}]]},
        _operation("nn.silu", "tf.nn.silu", "tf.math.multiply"),
        _layer("Reshape", "tokens", "tf.nn.silu", target_shape=[80, 4]),
        _layer(
            "MultiHeadAttention", "attention", "tokens", {"value": tensor}, num_heads=2, key_dim=3, value_dim=3,
            dropout=0.0, output_shape=None, attention_axes=[1], query_shape=[None, 80, 4], key_shape=[None, 80, 4],
            value_shape=[None, 80, 4], use_bias=True, **_KERNEL,
        ),
        _operation("math.reduce_mean", "tf.math.reduce_mean", "attention", axis=[1]),
        _layer("Dense", "out", "tf.math.reduce_mean", units=3, activation="softmax", use_bias=True, **_KERNEL),
    ]  # fmt: skip


def cats_and_dogs() -> keras.Model:
    return keras.Sequential([
        keras.Input((12, 10, 3)),
        layers.Conv2D(4, 3, activation="relu", name="first"),
        layers.MaxPooling2D(2),
        layers.Conv2D(5, 3, activation="relu", name="last"),
        layers.Flatten(),
        layers.Dense(1, activation="sigmoid", name="out"),
    ])  # fmt: skip


def cats_and_dogs_layers() -> Layers:
    """The same as Keras 2.1 wrote it: a list of layers, of which the first says what it takes."""
    uniform = {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None}
    kernel = {**_KERNEL, "kernel_initializer": {"class_name": "VarianceScaling", "config": uniform}, "use_bias": True}
    maps = {"strides": [1, 1], "padding": "valid", "data_format": "channels_last", "dilation_rate": [1, 1],
            "activation": "relu", "kernel_size": [3, 3], **kernel}  # fmt: skip
    pooling = {"pool_size": [2, 2], "padding": "valid", "strides": [2, 2], "data_format": "channels_last"}
    made = [
        ("Conv2D", {"name": "first", "batch_input_shape": [None, 12, 10, 3], "dtype": "float32", "filters": 4, **maps}),
        ("MaxPooling2D", {"name": "max_pooling2d_1", **pooling}),
        ("Conv2D", {"name": "last", "filters": 5, **maps}),
        ("Flatten", {"name": "flatten_1"}),
        ("Dropout", {"name": "dropout_1", "rate": 0.5, "noise_shape": None, "seed": None}),
        ("Dense", {"name": "out", "units": 1, "activation": "sigmoid", **kernel}),
    ]
    return [{"class_name": kind, "config": {"trainable": True, **settings}} for kind, settings in made]


def as_keras_2(model: keras.Model, old: Layers, path: Path) -> None:
    """Write a model as Keras 2 did, with an optimizer inside: the configuration an attribute, weights by layer."""
    names = [layer["config"]["name"] for layer in old]
    ends = {"input_layers": [["image", 0, 0]], "output_layers": [[names[-1], 0, 0]]}
    config: Any = {"name": "model", "layers": old, **ends} if "name" in old[0] else old
    kind = "Model" if "name" in old[0] else "Sequential"
    with_weights = [layer for layer in model.layers if layer.weights]
    same = {"conv1/bn": "bn", "block": "last"}
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps({"class_name": kind, "config": config})
        file.attrs["keras_version"], file.attrs["backend"] = "2.4.0", "tensorflow"
        file.attrs["training_config"] = json.dumps({"loss": "my_loss", "optimizer_config": {"class_name": "Mine"}})
        file.create_dataset("optimizer_weights/Adam/iter:0", data=np.int64(3))
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [name.encode() for name in names]
        for name in names:
            weights = next((layer.weights for layer in with_weights if layer.name == same.get(name, name)), [])
            inner = group.create_group(name)
            inner.attrs["weight_names"] = [f"{name}/{number}:0".encode() for number in range(len(weights))]
            for number, weight in enumerate(weights):
                inner.create_dataset(f"{name}/{number}:0", data=weight.numpy())


def as_tensorflow_2_13(model: keras.Model, path: Path) -> None:
    """Write a functional model as the .keras file of TensorFlow 2.13 to 2.15."""

    def age(config: dict[str, Any]) -> None:
        config.update(module="keras.src.engine.functional", class_name="Functional", registered_name="Functional")
        for layer in config["config"]["layers"]:
            layer["config"].pop("optional", None)
            if "batch_shape" in layer["config"]:
                layer["config"]["batch_input_shape"] = layer["config"].pop("batch_shape")
            layer["config"]["dtype"] = "float32"
            layer["inbound_nodes"] = [[[*_history(node), {}] for node in _tensors(layer)]] if _tensors(layer) else []

    model.save(path)
    changed(path, age).replace(path)


def _tensors(layer: dict[str, Any]) -> list[Any]:
    given = [tensor for node in layer["inbound_nodes"] for tensor in node["args"]]
    return given[0] if given and isinstance(given[0], list) else given


def _history(tensor: dict[str, Any]) -> list[Any]:
    history: list[Any] = tensor["config"]["keras_history"]
    return history
