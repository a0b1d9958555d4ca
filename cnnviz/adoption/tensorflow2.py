"""Arithmetic of TensorFlow 2 between layers, as Keras 2 kept it, and its nodes, as operations and nodes of Keras 3.

Keras 2 kept `x / 255` as a layer "TFOpLambda" with the name of TensorFlow's function, and what it is given in its node.
"""

from typing import Any

__all__ = ["ends_renumbered", "operation", "renumbered", "with_names", "with_tensors"]

_NUMPY, _NN, _CORE = "keras.src.ops.numpy", "keras.src.ops.nn", "keras.src.ops.core"
# By TensorFlow's name: Keras' operation, and which settings it has of its own.
_OF_TWO = {
    "add": "Add",
    "subtract": "Subtract",
    "sub": "Subtract",
    "multiply": "Multiply",
    "mul": "Multiply",
    "truediv": "TrueDivide",
    "divide": "Divide",
    "maximum": "Maximum",
    "minimum": "Minimum",
    "pow": "Power",
    "bias_add": "Add",
}
_OF_ONE: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "relu": (_NN, "Relu", ()),
    "relu6": (_NN, "Relu6", ()),
    "silu": (_NN, "Silu", ()),
    "swish": (_NN, "Silu", ()),
    "sigmoid": (_NN, "Sigmoid", ()),
    "softmax": (_NN, "Softmax", ("axis",)),
    "elu": (_NN, "Elu", ()),
    "softplus": (_NN, "Softplus", ()),
    "tanh": (_NUMPY, "Tanh", ()),
    "sqrt": (_NUMPY, "Sqrt", ()),
    "square": (_NUMPY, "Square", ()),
    "exp": (_NUMPY, "Exp", ()),
    "abs": (_NUMPY, "Absolute", ()),
    "negative": (_NUMPY, "Negative", ()),
    "reduce_mean": (_NUMPY, "Mean", ("axis", "keepdims")),
    "reduce_max": (_NUMPY, "Max", ("axis", "keepdims")),
    "reduce_min": (_NUMPY, "Min", ("axis", "keepdims")),
    "reduce_sum": (_NUMPY, "Sum", ("axis", "keepdims")),
    "expand_dims": (_NUMPY, "ExpandDims", ("axis",)),
    "squeeze": (_NUMPY, "Squeeze", ("axis",)),
    "cast": (_CORE, "Cast", ("dtype",)),
    "stop_gradient": (_CORE, "StopGradient", ()),
}
_FAMILIES = frozenset({"", "math", "nn", "__operators__", "compat.v1", "compat.v1.math", "compat.v1.nn"})
_OTHER_SIDE = ("y", "bias")
_CONSTANT = "_CONSTANT_VALUE"  # in place of a layer's name, where a number comes first
_IGNORED = frozenset({"name", "data_format"})


def operation(layer: dict[str, Any]) -> dict[str, Any] | None:
    """Bring an operation of TensorFlow 2 into the form of Keras 3.

    Args:
        layer: a "TFOpLambda" or "SlicingOpLambda" of a configuration.

    Returns:
        The same as Keras' operation; None where it has none.
    """
    try:
        family, _, name = str(layer["config"]["function"]).rpartition(".")
        (node,) = layer["inbound_nodes"]
        several = isinstance(node[0], list)
        sources = [_tensor(source) for source in (node if several else [node])]
        words = {key: value for key, value in (node[0] if several else node)[3].items() if key not in _IGNORED}
        made = _made(name, sources, words, several=several) if family in _FAMILIES else None
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return None
    if made is None:
        return None
    module, kind, settings, given = made
    title = layer.get("name")
    return {
        "module": module,
        "class_name": kind,
        "config": {"name": title, **settings},
        "name": title,
        "inbound_nodes": [{"args": given, "kwargs": {}}],
    }


def renumbered(layers: list[Any]) -> list[Any]:
    """Count the uses of models inside a model as Keras 3 does, from 0; Keras 2 counted their making as one."""
    inner = {_name(layer) for layer in layers if isinstance(layer, dict) and _is_model(layer)}
    return [
        {**layer, "inbound_nodes": _earlier(layer["inbound_nodes"], inner)}
        if isinstance(layer, dict) and "inbound_nodes" in layer and inner
        else layer
        for layer in layers
    ]


def ends_renumbered(ends: Any, layers: list[Any]) -> Any:
    """The same of a model's inputs or outputs, where Keras 3 itself sees to models that are no Sequential."""
    models = [layer for layer in layers if isinstance(layer, dict) and layer.get("class_name") == "Sequential"]
    return _earlier(ends, {_name(layer) for layer in models})


def with_tensors(nodes: Any) -> Any:
    """A layer's nodes, of which those that give other layers' answers by name, as attention has them, are Keras 3's."""
    return [_with_tensors(node) for node in nodes] if isinstance(nodes, list) else nodes


def _with_tensors(node: Any) -> Any:
    sources = node if isinstance(node, list) and node and all(isinstance(one, list) for one in node) else []
    words = sources[0][3] if sources and len(sources[0]) == 4 and isinstance(sources[0][3], dict) else {}
    if not any(_is_tensor(value) for value in words.values()):
        return node
    given = [_tensor(source) for source in sources]
    named = {key: _tensor(value) if _is_tensor(value) else value for key, value in words.items()}
    return {"args": given if len(given) == 1 else [given], "kwargs": named}


def _is_tensor(value: Any) -> bool:
    return isinstance(value, list) and len(value) in (3, 4) and isinstance(value[0], str) and type(value[1]) is int


def with_names(config: dict[str, Any]) -> dict[str, Any]:
    """A configuration whose layers have no "/" in their names, which Keras 3 does not take."""
    renamed = {name: name.replace("/", "_") for name in _names(config) if "/" in name}
    made: dict[str, Any] = _renamed(config, renamed) if renamed else config
    return made


def _names(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_names, value))
    if not isinstance(value, dict):
        return set()
    own = {value["name"]} if isinstance(value.get("name"), str) else set()
    return own.union(*map(_names, value.values()))


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value


def _name(layer: dict[str, Any]) -> Any:
    """What nodes call a layer."""
    inner = layer.get("config")
    return layer.get("name", inner.get("name") if isinstance(inner, dict) else None)


def _is_model(layer: dict[str, Any]) -> bool:
    return isinstance(layer.get("config"), dict) and "layers" in layer["config"]


def _earlier(value: Any, names: set[Any]) -> Any:
    if isinstance(value, dict):
        return {key: _earlier(inner, names) for key, inner in value.items()}
    if not isinstance(value, list):
        return value
    used = len(value) >= 3 and isinstance(value[0], str) and value[0] in names and type(value[1]) is int
    if used and value[1] > 0:
        return [value[0], value[1] - 1, *(_earlier(inner, names) for inner in value[2:])]
    return [_earlier(inner, names) for inner in value]


def _made(
    name: str, sources: list[Any], words: dict[str, Any], *, several: bool
) -> tuple[str, str, dict[str, Any], list[Any]] | None:
    """An operation's module, class, settings and arguments; None where it is not among those known."""
    if name in _OF_TWO and not several:
        (other,) = (words.pop(side) for side in _OTHER_SIDE if side in words)
        return None if words else (_NUMPY, _OF_TWO[name], {}, [*sources, _value(other)])
    if name == "concat" and several:
        return _NUMPY, "Concatenate", {"axis": words["axis"]}, [sources]
    if name == "getitem" and not several:
        return _NUMPY, "GetItem", {}, [*sources, [_slice(one) for one in words["slice_spec"]]]
    if name in _OF_ONE and not several:
        module, kind, known = _OF_ONE[name]
        settings = {key: value for key, value in words.items() if value is not None}
        return (module, kind, settings, sources) if set(settings) <= {*known} else None
    return None


def _tensor(source: list[Any]) -> Any:
    """What a node is given first: [layer, which use, which output, ...], or a number in the place of the output."""
    name, use, output = source[:3]
    if name == _CONSTANT:
        return _value(output)
    return {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None], "dtype": "float32", "keras_history": [name, use, output]},
    }


def _value(value: Any) -> Any:
    if _is_tensor(value):
        return _tensor(value)
    if isinstance(value, list):
        return {"class_name": "__tensor__", "config": {"value": value, "dtype": "float32"}}
    return value


def _slice(one: Any) -> Any:
    if isinstance(one, dict) and "class_name" not in one:
        return {"class_name": "__slice__", "config": {name: one.get(name) for name in ("start", "stop", "step")}}
    return {"class_name": one["class_name"], "config": {}} if isinstance(one, dict) else one
