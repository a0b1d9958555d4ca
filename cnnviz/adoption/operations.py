"""Arithmetic between layers in HDF5 files of Keras 3, which do not say which of their classes are operations.

Keras itself takes all of them for layers, and cannot open such a file: there are a layer and an operation called Add.
"""

from typing import Any

from cnnviz.adoption.architecture import ALLOWED

__all__ = ["with_operations"]

_OPERATIONS = "keras.src.ops."


def with_operations(config: dict[str, Any]) -> dict[str, Any]:
    """Give the operations of a configuration their module.

    Args:
        config: of a model in an HDF5 file, its depth checked.

    Returns:
        A copy, in which operations have the module that this version of Keras has them in.
    """
    inner = config.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or not isinstance(layers, list):
        return config
    made = [_named(layer) if isinstance(layer, dict) else layer for layer in layers]
    return {**config, "config": {**inner, "layers": made}}


def _named(layer: dict[str, Any]) -> dict[str, Any]:
    settings, nodes, kind = layer.get("config"), layer.get("inbound_nodes"), layer.get("class_name")
    if not isinstance(settings, dict) or "module" in layer or "layers" in settings:
        return with_operations(layer)
    new = isinstance(nodes, list) and bool(nodes) and isinstance(nodes[0], dict)  # Keras 2 has lists
    if not new or "dtype" in settings or "trainable" in settings:  # every layer has these
        return layer
    modules = (module for module, names in ALLOWED.items() if module.startswith(_OPERATIONS) and kind in names)
    module = next(modules, None)
    return {**layer, "module": module} if module else layer
