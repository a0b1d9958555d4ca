"""Writing a Keras model in each format, with the names of its classes inside. Runs in the converter's process.

Where the names are: in a .keras file in its metadata.json, in HDF5 as an attribute of the root, in ONNX as metadata, in
LiteRT in a zip at the file's end, as other tools for phones have it. Keras, onnxruntime and LiteRT pass over all of it.
"""

import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cnnviz.errors import SpecError
from cnnviz.keras_private import graph_of, layers_inside

__all__ = ["WRITERS"]

_WRITTEN = (2026, 1, 1, 0, 0, 0)  # in archives: the same model gives the same bytes

About = Mapping[str, Any]


def _write_keras(model: keras.Model, path: Path, about: About) -> None:
    saved = path.with_name(f"saved-{path.name}")
    model.save(saved)
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(path, "w") as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename == "metadata.json":
                content = json.dumps({**json.loads(content), **about}).encode()
            new.writestr(member, content)
    saved.unlink()


def _write_h5(model: keras.Model, path: Path, about: About) -> None:
    if operations := _operations(model):
        few = ", ".join(operations[:3]) + (", ..." if len(operations) > 3 else "")
        raise SpecError(
            f"HDF5 keeps layers alone, and this network has operations between them ({few}), which nobody could open "
            "again; export it as keras, onnx or litert"
        )
    model.save(path)
    _write_attributes(path, about)


def _operations(model: keras.Model) -> list[str]:
    """The names of what is between a network's layers, such as `x + y`, those inside nested models too."""
    inside = [layer for layer in (model, *layers_inside(model)) if isinstance(layer, keras.Model)]
    graphs = map(graph_of, inside)
    made = [operation for graph in graphs for operation in getattr(graph, "operations", ())]
    return [operation.name for operation in made if not isinstance(operation, keras.layers.Layer)]


def _write_weights(model: keras.Model, path: Path, about: About) -> None:
    model.save_weights(path)
    _write_attributes(path, {**about, "architecture": model.to_json()})


def _write_attributes(path: Path, values: About) -> None:
    import h5py

    with h5py.File(path, "r+") as file:
        for name, value in values.items():
            file.attrs[name] = value if isinstance(value, str) else json.dumps(value)


def _write_onnx(model: keras.Model, path: Path, about: About) -> None:
    import onnx

    _teach_erfc()
    _functional(model).export(path, format="onnx", verbose=False)
    graph = onnx.load(path)
    _name_onnx(graph.graph)
    onnx.helper.set_model_props(graph, {key: _as_text(value) for key, value in about.items()})
    onnx.checker.check_model(graph, full_check=True)
    onnx.save(graph, path)


def _functional(model: keras.Model) -> keras.Model:
    """Return the model as a graph that was called: a Sequential has no names of its outputs, which Keras asks for."""
    functional = keras.Model(model.inputs, model.outputs)
    functional(keras.ops.zeros((1, *model.inputs[0].shape[1:])))
    return functional


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _name_onnx(graph: Any) -> None:
    """Call the output "probabilities" and the free dimension "batch"; tf2onnx leaves "Identity:0" and "unk__43"."""
    output = graph.output[0]
    for node in graph.node:
        node.output[:] = ["probabilities" if name == output.name else name for name in node.output]
        node.input[:] = ["probabilities" if name == output.name else name for name in node.input]
    output.name = "probabilities"
    del graph.value_info[:]  # shapes in between, under the old names
    for tensor in (graph.input[0], output):
        tensor.type.tensor_type.shape.dim[0].dim_param = "batch"


def _teach_erfc() -> None:
    """Teach tf2onnx (1.17) the one operation of our activations that it lacks: GELU's erfc(x) = 1 - erf(x)."""
    from tf2onnx.handler import tf_op

    class Erfc:
        @classmethod
        def version_9(cls, graph: Any, node: Any, **_: Any) -> None:
            node.type = "Erf"
            erf = node.output[0]
            one = graph.make_const(f"{node.name}_one", np.array(1, np.float32)).output[0]
            minus = graph.insert_new_node_on_output("Sub", erf, name=f"{node.name}_minus")
            graph.replace_inputs(minus, [one, erf])

    tf_op("Erfc")(Erfc)


def _write_litert(model: keras.Model, path: Path, about: About) -> None:
    _functional(model).export(path, format="litert", verbose=False)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo("labels.txt", _WRITTEN), "\n".join(about["class_names"]) + "\n")
        archive.writestr(zipfile.ZipInfo("classes.json", _WRITTEN), json.dumps(about))


WRITERS: Mapping[str, Callable[[keras.Model, Path, About], None]] = {
    "keras": _write_keras,
    "h5": _write_h5,
    "h5-weights": _write_weights,
    "onnx": _write_onnx,
    "litert": _write_litert,
}
