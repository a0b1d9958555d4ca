"""Configurations as older versions of Keras wrote them, brought into the form of Keras 3, without Keras.

Keras 2 named classes without their module in HDF5 files, and other modules in its .keras files; it kept constants of
arithmetic as operations of TensorFlow, and functions of TensorFlow as activations. Whatever cannot be brought over
stays as it is, and is refused by name afterwards (`cnnviz.adoption.architecture`).
"""

import re
from typing import Any

from cnnviz.adoption.tensorflow2 import ends_renumbered, operation, renumbered, with_names, with_tensors

__all__ = ["ACTIVATIONS", "translated"]

_NO_NAME = re.compile(r"[^A-Za-z0-9_.-]")  # what TensorFlow does not take in the name of a model

ACTIVATIONS = frozenset(
    {
        "celu",
        "elu",
        "exponential",
        "gelu",
        "glu",
        "hard_shrink",
        "hard_sigmoid",
        "hard_silu",
        "hard_swish",
        "hard_tanh",
        "leaky_relu",
        "linear",
        "log_sigmoid",
        "log_softmax",
        "mish",
        "relu",
        "relu6",
        "selu",
        "sigmoid",
        "silu",
        "soft_shrink",
        "softmax",
        "softplus",
        "softsign",
        "sparse_plus",
        "sparse_sigmoid",
        "sparsemax",
        "squareplus",
        "swish",
        "tanh",
        "tanh_shrink",
        "threshold",
    }
)
# What TensorFlow calls the same function, with the same usual settings.
_TENSORFLOW = {"softmax_v2": "softmax", "log_softmax_v2": "log_softmax", "swish_v1": "silu", "exp": "exponential"}
_FUNCTIONAL = {"module": "keras.src.models.functional", "class_name": "Functional"}
_MODELS = {
    "Functional": _FUNCTIONAL,
    "Model": _FUNCTIONAL,
    "Sequential": {"module": "keras", "class_name": "Sequential"},
}
_OLD_MODULES = ("keras.engine.", "keras.src.engine.", "tensorflow.python.keras.", "tf_keras.src.engine.")
_ROLES = {
    "initializer": "keras.initializers",
    "regularizer": "keras.regularizers",
    "constraint": "keras.constraints",
}
# Settings of Keras 2 that mean nothing any more; those with a value only while it is this one.
_DROPPED = frozenset(
    {
        "batch_input_shape",
        "input_dtype",
        "implementation",
        "fused",
        "virtual_batch_size",
        "adjustment",
        "rng_type",
        "query_shape",
        "key_shape",
        "value_shape",
    }
)
_DROPPED_AT = {"renorm": False, "groups": 1, "softmax_robust_masking": False, "synchronized": False}
_CALLED = {"SyncBatchNormalization": "BatchNormalization", "ThresholdedReLU": "ReLU"}  # the same, for one image
_ELSEWHERE = {  # layers of Keras' own networks
    "CustomScaleLayer": "keras.src.applications.inception_resnet_v2",
    "LayerScale": "keras.src.applications.convnext",
    "StochasticDepth": "keras.src.applications.convnext",
}
_UNGROUPED = frozenset({"DepthwiseConv2D", "Conv2DTranspose", "SeparableConv2D"})
_KERNEL = frozenset({"kernel_initializer", "kernel_regularizer", "kernel_constraint"})
_NOT_OF = {
    "DepthwiseConv2D": _KERNEL,  # theirs have other names
    "SeparableConv2D": _KERNEL,
    "SpatialDropout2D": frozenset({"trainable", "noise_shape"}),
}


def translated(config: dict[str, Any]) -> dict[str, Any]:
    """Bring a model's configuration into the form of Keras 3.

    Args:
        config: of any version, its depth checked.

    Returns:
        A copy; of a configuration of Keras 3, the same, with functions of TensorFlow's that Keras has too as its own.
    """
    config = with_names(config)
    result: dict[str, Any] = _model(config) if config.get("class_name") in _MODELS else _copied(config)
    if isinstance(result.get("config"), dict) and "name" in result["config"]:
        result["config"]["name"] = _NO_NAME.sub("_", str(result["config"]["name"])).lstrip("_-") or "model"
    return result


def _model(config: dict[str, Any]) -> dict[str, Any]:
    """A Sequential or functional model: its layers one by one."""
    module, inner = config.get("module"), config.get("config")
    old = module is None or str(module).startswith(_OLD_MODULES)
    made = {**_copied(config), **(_MODELS[config["class_name"]] if old else {})}
    if old:
        made.pop("registered_name", None)
    if isinstance(inner, list):  # the first Keras 2 wrote the layers of a Sequential alone
        inner = {"name": "sequential", "layers": inner}
    if isinstance(inner, dict):
        layers = inner.get("layers")
        made["config"] = {key: _copied(value) for key, value in inner.items() if key != "layers"}
        if isinstance(layers, list):
            layers = [*_opening(layers), *layers] if old and config["class_name"] == "Sequential" else layers
            made["config"]["layers"] = [_layer(layer) for layer in (_unbuilt(renumbered(layers)) if old else layers)]
        made["config"].setdefault("name", "model")
        for ends in [ends for ends in ("input_layers", "output_layers") if ends in inner]:
            made["config"][ends] = _single(ends_renumbered(inner[ends], layers or []) if old else inner[ends])
    return made


def _opening(layers: list[Any]) -> list[Any]:
    """What a Sequential model takes, as a layer, where only its first layer says so."""
    first: Any = {"config": {"layers": layers}}
    while isinstance(first, dict) and isinstance(first.get("config"), dict) and first["config"].get("layers"):
        first = first["config"]["layers"][0] if isinstance(first["config"]["layers"], list) else None
    settings = first.get("config") if isinstance(first, dict) else None
    shape = settings.get("batch_input_shape") if isinstance(settings, dict) else None
    is_there = isinstance(layers[0], dict) and layers[0].get("class_name") == "InputLayer" if layers else True
    if is_there or not isinstance(shape, list):
        return []
    return [{"class_name": "InputLayer", "config": {"batch_shape": shape, "dtype": "float32", "name": "image"}}]


def _unbuilt(layers: list[Any]) -> list[Any]:
    """Layers without the shapes that they were built for, which have other names now and follow from the input."""
    return [
        {key: value for key, value in layer.items() if key != "build_config"} if isinstance(layer, dict) else layer
        for layer in layers
    ]


def _single(ends: Any) -> Any:
    """One end of a model, which Keras 2 kept as a list of one and Keras 3 then answers as a list."""
    return ends[0] if isinstance(ends, list) and len(ends) == 1 and isinstance(ends[0], list) else ends


def _layer(layer: Any) -> Any:
    if not isinstance(layer, dict) or "class_name" not in layer:
        return _copied(layer)
    kind = layer["class_name"]
    if isinstance(kind, str) and kind in _MODELS and isinstance(layer.get("config"), dict | list):
        return _model(layer)
    if kind in ("TFOpLambda", "SlicingOpLambda") and (made := operation(layer)) is not None:
        return made
    made = _copied(layer)
    if "module" not in layer or str(layer["module"]).startswith("keras.layers."):
        made["module"] = _ELSEWHERE.get(str(kind), "keras.layers")
    made["inbound_nodes"] = with_tensors(made.get("inbound_nodes", []))
    settings = made.get("config")
    if isinstance(kind, str) and kind in _CALLED:
        made |= {"class_name": _CALLED[kind], "registered_name": None}
    if kind == "ThresholdedReLU" and isinstance(settings, dict):
        settings["threshold"] = settings.pop("theta", 1.0)
    if isinstance(settings, dict):
        made["config"] = _settings(settings, made["class_name"])
    return made


def _settings(settings: dict[str, Any], kind: Any) -> dict[str, Any]:
    """What a layer is set to, without what Keras 3 has no more."""
    dropped = _DROPPED | _NOT_OF.get(kind, frozenset())
    made = {key: value for key, value in settings.items() if key not in dropped}
    for key, usual in _DROPPED_AT.items():
        if made.get(key) == usual and (key != "groups" or kind in _UNGROUPED):
            del made[key]
    if kind == "InputLayer" and "batch_shape" not in made and "batch_input_shape" in settings:
        made["batch_shape"] = settings["batch_input_shape"]
    if kind == "BatchNormalization" and isinstance(made.get("axis"), list) and len(made["axis"]) == 1:
        made["axis"] = made["axis"][0]
    if kind == "RandomShear":  # Keras writes (-0.1, 0.1) for 0.1, and does not read it again
        made |= {key: [0.0, made[key][1]] for key in ("x_factor", "y_factor") if _is_both_ways(made.get(key))}
    if isinstance(made.get("layer"), dict):  # a wrapper
        made["layer"] = _layer(made["layer"])
    return made


def _is_both_ways(factor: Any) -> bool:
    return isinstance(factor, list) and len(factor) == 2 and isinstance(factor[0], float) and factor[0] < 0


def _copied(value: Any, role: str = "") -> Any:
    """A copy in which objects have modules and functions are names.

    Args:
        value: anything of a configuration.
        role: the key that it stands under, from which an object of an old configuration gets its module.
    """
    if isinstance(value, list):
        return [_copied(inner, role) for inner in value]
    if not isinstance(value, dict):
        return value
    if role.endswith("activation") and (name := _function(value)):
        return name
    if value.get("class_name") == "Policy" and role == "dtype":
        return {"module": "keras", "class_name": "DTypePolicy", "config": _copied(value.get("config"))}
    made = {key: _copied(inner, str(key)) for key, inner in value.items()}
    if "class_name" in value and "config" in value and "module" not in value:
        if role == "activation":
            made["module"] = "keras.layers"  # a layer as activation
        for word, module in _ROLES.items():
            if role.endswith(word):
                made["module"] = module
    return made


def _function(value: dict[str, Any]) -> str:
    """The name of Keras' own function that an activation is; empty where it is another object."""
    if value.get("class_name") != "function" and value.get("module") != "keras.activations":
        return ""
    for candidate in _names(value):
        name = _TENSORFLOW.get(candidate, candidate)
        if name in ACTIVATIONS:
            return name
    return ""


def _names(value: dict[str, Any]) -> list[str]:
    """What a function may be called."""
    found = (value.get("config"), value.get("registered_name"), value.get("class_name"))
    return [name for name in found if isinstance(name, str) and name != "function"]
