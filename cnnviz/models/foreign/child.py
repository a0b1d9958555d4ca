"""The process that opens a stranger's model, with little memory and time, and passes on numbers only.

    python -m cnnviz.models.foreign.child MODEL.keras FOLDER [weights]

With "weights", the configuration is ours and the weights alone are a stranger's. It writes `weights.npz` and
`facts.json` into the folder; what is wrong with the model stands in the facts as "problem". Whatever else happens (a
crash, a hang, no memory), the parent sees that there are no facts.
"""

import io
import json
import os
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

__all__ = ["main"]

MEMORY = 4 * 2**30  # bytes of address space; TensorFlow alone takes about two
PROCESSOR_S = 60
FILE = 160 * 2**20  # bytes of the largest file it may write

_SIDES = (4, 512)
_ARITHMETIC = ("add", "subtract", "multiply", "divide", "truedivide", "negative")  # of logits: logits again
_ALIKE = 1e-3  # how much of a number an answer may differ by with another image beside its own


def main() -> None:
    """Open the model, look at it, write what was found."""
    model_path, folder = Path(sys.argv[1]), Path(sys.argv[2])
    _limit()
    facts = _facts(model_path, folder, weights_alone=sys.argv[3:] == ["weights"])
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")


def _limit() -> None:
    """Take as little as will do; before anything of the file is read."""
    try:
        import resource
    except ImportError:  # Windows: the parent's time limit is what there is
        return
    limits = {"RLIMIT_AS": MEMORY, "RLIMIT_CPU": PROCESSOR_S, "RLIMIT_FSIZE": FILE, "RLIMIT_CORE": 0}
    for name, most in limits.items():
        _, hard = resource.getrlimit(getattr(resource, name))
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(getattr(resource, name), (most, most))


def _facts(path: Path, folder: Path, *, weights_alone: bool) -> dict[str, Any]:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras
    import numpy as np

    if problem := _linked(path) or (_unfit(path) if weights_alone else ""):
        return {"problem": problem}
    try:
        model = keras.models.load_model(path, custom_objects=None, compile=False, safe_mode=True)
    except Exception as error:  # noqa: BLE001 - a stranger's file: Keras raises whatever it raises
        return {"problem": f"Keras cannot open it ({_line(error)})"}
    shapes = _shapes(model)
    if isinstance(shapes, str):
        return {"problem": shapes}
    input_shape, units = shapes
    weights = [np.asarray(keras.ops.convert_to_numpy(weight)) for weight in model.weights]
    if not all(np.isfinite(weight).all() for weight in weights if weight.dtype.kind == "f"):
        return {"problem": "some of its weights are not finite numbers; train it again"}
    try:
        two = np.stack([np.full(input_shape, grey, np.float32) for grey in (127.0, 31.0)])
        answer, alone = (np.asarray(model.predict(images, verbose=0)) for images in (two, two[:1]))
    except Exception as error:  # noqa: BLE001 - as above
        return {"problem": f"it cannot look at an image ({_line(error)})"}
    if answer.shape != (2, units):
        return {"problem": f"it answers in the shape {answer.shape}, expected one number a class"}
    if not np.allclose(answer[:1], alone, _ALIKE, _ALIKE, equal_nan=True):
        return {"problem": "what it says of an image depends on the image beside it; a network of one image fits"}
    np.savez(folder / "weights.npz", allow_pickle=False, **{f"{n:05d}": array for n, array in enumerate(weights)})
    return {"problem": "", "input_shape": list(input_shape), "units": units, "ending": _ending(model)}


def _linked(path: Path) -> str:
    """Say what in the weights points out of the file: HDF5 can link to other files and take data from them."""
    import h5py

    found: list[str] = []

    def look(group: Any) -> None:
        for key in group:
            link = group.get(key, getlink=True)
            if not isinstance(link, h5py.HardLink):
                found.append(f"a link at {str(key)[:60]!r}")
                continue
            item = group[key]
            if isinstance(item, h5py.Group):
                look(item)
            elif isinstance(item, h5py.Dataset) and (item.external or item.is_virtual):
                found.append(f"data in another file at {str(key)[:60]!r}")

    try:
        with h5py.File(_member(path, "model.weights.h5"), "r") as file:
            look(file)
    except (OSError, RuntimeError, KeyError, ValueError, RecursionError) as error:
        return f"its weights are no readable HDF5 file ({_line(error)})"
    return f"its weights hold {found[0]}, which is not followed; save it again with model.save(...)" if found else ""


def _member(path: Path, name: str) -> io.BytesIO:
    with zipfile.ZipFile(path) as archive:
        return io.BytesIO(archive.read(name))


def _unfit(path: Path) -> str:
    """Say where the weights are of other shapes than the network's: numbers alone, in whatever order they stand."""
    import h5py
    import keras

    held: list[tuple[int, ...]] = []

    def look(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and item.dtype.kind == "f" and not name.startswith("optimizer/"):
            held.append(tuple(item.shape))

    with h5py.File(_member(path, "model.weights.h5"), "r") as file:
        if "model_weights" in file or "layer_names" in file.attrs:
            return "it is of the older format of Keras; save its weights with model.save_weights('model.weights.h5')"
        file.visititems(look)
    network: Any = keras.saving.deserialize_keras_object(json.load(_member(path, "config.json")))
    needed = [tuple(one.shape) for one in network.variables if "float" in str(one.dtype)]
    lacking, left = (
        list((Counter(needed) - Counter(held)).elements()),
        list((Counter(held) - Counter(needed)).elements()),
    )
    if not lacking and not left:
        return ""
    return (
        f"its {len(held)} arrays are those of another network: this architecture has {_some(lacking)} where it has "
        f"{_some(left)}; choose the architecture that they were saved from"
    )


def _some(shapes: list[tuple[int, ...]]) -> str:
    shown = ", ".join("x".join(map(str, shape)) or "a number" for shape in shapes[:3])
    return (shown + (f" and {len(shapes) - 3} more" if len(shapes) > 3 else "")) or "nothing"


def _shapes(model: Any) -> tuple[tuple[int, ...], int] | str:
    """Return the image shape and the number of outputs, or a sentence on what does not fit."""
    inputs, outputs = model.inputs, model.outputs
    if len(inputs) != 1 or len(outputs) != 1:
        return f"it has {len(inputs)} inputs and {len(outputs)} outputs; a model of one image and one answer fits"
    shape, out = tuple(inputs[0].shape), tuple(outputs[0].shape)
    if len(shape) != 4:
        return f"it takes inputs of shape {shape[1:]}; a model of images (height, width, 1 or 3 channels) fits"
    height, width, channels = shape[1:]
    if channels not in (1, 3):
        return f"it takes images of {channels} channels; a model of grey (1) or colour (3) images fits"
    if height is None or width is None:
        return "it takes images of any size; save it with a fixed input size, such as 224x224"
    if not all(_SIDES[0] <= side <= _SIDES[1] for side in (height, width)):
        return f"it takes images of {height}x{width} pixels; sides from {_SIDES[0]} to {_SIDES[1]} fit"
    if len(out) != 2 or out[1] is None:
        return f"it answers in the shape {out[1:]}; a classifier, with one number a class, fits"
    if not _convolutions(model):
        return "it has no 2-D convolution, so there is nothing to look at; a convolutional network fits"
    return (int(height), int(width), int(channels)), int(out[1])


def _convolutions(model: Any) -> bool:
    import keras

    kinds = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)
    return any(isinstance(layer, kinds) for layer in model._flatten_layers(include_self=False))


def _ending(model: Any) -> str:
    """Say what the model ends with: "softmax", "sigmoid", or "linear" for logits; "other" for anything else."""
    layer = model.outputs[0]._keras_history.operation  # the layer or the operation that makes the answer
    while getattr(layer, "outputs", None) and hasattr(layer, "layers"):
        layer = layer.outputs[0]._keras_history.operation
    name = type(layer).__name__.lower()
    if type(layer).__module__.startswith("keras.src.ops"):
        return name if name in ("softmax", "sigmoid") else "linear" if name in _ARITHMETIC else "other"
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    if name in ("softmax", "sigmoid"):
        return name
    return activation if activation in ("softmax", "sigmoid", "linear") else "other"


def _line(error: Exception) -> str:
    text = " ".join(str(error).split())[:160] or type(error).__name__
    return "".join(character if character.isprintable() else " " for character in text)


if __name__ == "__main__":
    main()
