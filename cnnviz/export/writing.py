"""Writing a Keras model in each format, with the names of its classes inside. Runs in the converter's process.

Where the names are: in a .keras file in its metadata.json, in HDF5 as an attribute of the root, in ONNX as metadata, in
LiteRT in a zip at the file's end, as other tools for phones have it. Keras, onnxruntime and LiteRT pass over all of it.
"""

import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cnnviz.errors import SpecError
from cnnviz.export.portable import spelt_out
from cnnviz.keras_private import write_h5_weights

__all__ = ["WRITERS", "labels_text"]

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
    """As Keras writes it, but that layers and operations say which module they are of, as in its newer format.

    Keras opens both, and takes every operation for a layer where that is not said.
    """
    if not write_h5_weights(model, path):
        model.save(path)
    config = spelt_out(keras.saving.serialize_keras_object(model))
    own = {"keras_version": keras.version(), "backend": keras.config.backend(), "model_config": config}
    _write_attributes(path, {**about, **own})


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

    _teach_operations()
    _functional(model).export(path, format="onnx", verbose=False)
    graph = onnx.load(path)
    _refuse_unknown(graph.graph)
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


def _refuse_unknown(graph: Any) -> None:
    """Refuse what ONNX has no operation for; tf2onnx leaves TensorFlow's in place."""
    import onnx

    unknown = sorted({node.op_type for node in graph.node if not node.domain and not onnx.defs.has(node.op_type)})
    if unknown:
        few = ", ".join(unknown[:3]) + (", ..." if len(unknown) > 3 else "")
        raise SpecError(
            f"ONNX has no operation for a part of this network ({few}); export it as keras, h5 or litert instead"
        )


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


def _teach_operations() -> None:
    """Teach tf2onnx (1.17) what activations lack there: GELU's erfc(x) = 1 - erf(x), CELU's expm1(x) = exp(x) - 1."""
    from tf2onnx.handler import tf_op

    def one(graph: Any, node: Any) -> Any:
        return graph.make_const(f"{node.name}_one", np.array(1, np.float32)).output[0]

    class Erfc:
        @classmethod
        def version_9(cls, graph: Any, node: Any, **_: Any) -> None:
            node.type = "Erf"
            erf = node.output[0]
            minus = graph.insert_new_node_on_output("Sub", erf, name=f"{node.name}_minus")
            graph.replace_inputs(minus, [one(graph, node), erf])

    class Expm1:
        @classmethod
        def version_7(cls, graph: Any, node: Any, **_: Any) -> None:
            node.type = "Exp"
            power = node.output[0]
            minus = graph.insert_new_node_on_output("Sub", power, name=f"{node.name}_minus")
            graph.replace_inputs(minus, [power, one(graph, node)])

    tf_op("Erfc")(Erfc)
    tf_op("Expm1")(Expm1)


def labels_text(class_names: Sequence[str]) -> str:
    """Return what labels.txt holds: a line a class, whatever its name holds."""
    return "".join(f"{' '.join(name.splitlines())}\n" for name in class_names)


def _write_litert(model: keras.Model, path: Path, about: About) -> None:
    _functional(model).export(path, format="litert", verbose=False)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo("labels.txt", _WRITTEN), labels_text(about["class_names"]))
        archive.writestr(zipfile.ZipInfo("classes.json", _WRITTEN), json.dumps(about))


WRITERS: Mapping[str, Callable[[keras.Model, Path, About], None]] = {
    "keras": _write_keras,
    "h5": _write_h5,
    "h5-weights": _write_weights,
    "onnx": _write_onnx,
    "litert": _write_litert,
}
