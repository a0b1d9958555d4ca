"""The process that opens a stranger's model, with little memory and time, and passes on numbers and words only.

    python -m cnnviz.adoption.child MODEL.h5 FOLDER

It builds the network of the checked `config.json` in the folder, takes the weights from the HDF5 file and looks at what
the network does. It writes `facts.json`, `built.json`, the configuration as this version of Keras has it, and
`weights/`, a file each. What is wrong with the model stands in the facts as "problem". Whatever else happens (a crash,
a hang, no memory), the parent sees that there are no facts.
"""

import copy
import json
import os
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from cnnviz.adoption.archive import MOST_WEIGHTS
from cnnviz.adoption.hdf5 import CONFIG, limit, outside

__all__ = ["BUILT", "CONFIGURATION", "FACTS", "FIRST", "TASK", "WEIGHTS", "main"]

TASK, CONFIGURATION, FIRST = "task.json", "config.json", "first.json"  # what the parent leaves
FACTS, BUILT, WEIGHTS = "facts.json", "built.json", "weights"  # what it finds

MEMORY = 4 * 2**30  # bytes of address space; TensorFlow alone takes about two
TIMES = 5  # the weights in memory at once: read, assigned, converted, written
_SLOW = 8 * 2**20  # bytes of weights that may take a second of computing
_ALIKE = 1e-3  # how much of a number an answer may differ by with its channels last


def main() -> None:
    """Open the model, look at it, write what was found."""
    path, folder = Path(sys.argv[1]), Path(sys.argv[2])
    size = min(path.stat().st_size, MOST_WEIGHTS)
    limit(memory=MEMORY + TIMES * size, processor_s=60 + size // _SLOW, file=MOST_WEIGHTS + 2**20)
    (folder / FACTS).write_text(json.dumps(_facts(path, folder)), encoding="utf-8")


def _facts(path: Path, folder: Path) -> dict[str, Any]:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    task = json.loads((folder / TASK).read_text(encoding="utf-8"))
    if problem := outside(path):
        return {"problem": problem}
    config = json.loads((folder / CONFIGURATION).read_text(encoding="utf-8"))
    if isinstance(model := _built(config), str):
        return {"problem": model}
    from cnnviz.adoption.looking import looked_at, misfit  # imports Keras

    if problem := (_unlike(model, path) if task["weights_alone"] else "") or misfit(model):
        return {"problem": problem}
    if problem := _filled(model, path):
        return {"problem": problem}
    facts = looked_at(model)
    if not facts["problem"] and (folder / FIRST).exists():
        facts["problem"] = _otherwise(model, json.loads((folder / FIRST).read_text(encoding="utf-8")), path)
    if not facts["problem"]:
        _write(model, folder)
    return facts


def _built(config: dict[str, Any]) -> Any:
    """Build the network; a sentence where it cannot be built."""
    import keras

    from cnnviz.adoption.bounds import check_extent, extent_of
    from cnnviz.errors import DataError

    try:
        check_extent(extent_of(config))
        return keras.saving.deserialize_keras_object(copy.deepcopy(config), safe_mode=True)
    except DataError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - a stranger's file: Keras raises whatever it raises
        return f"Keras cannot build it ({_line(_first(error))}); save it again where it was made, or with another size"


def _filled(model: Any, path: Path) -> str:
    """Put the weights of the file into the network; say why they do not go in."""
    import h5py
    import numpy as np

    try:
        with h5py.File(path, "r") as file:
            older = "model_weights" in file or "layer_names" in file.attrs
        model.load_weights(_as_older(path) if older else path)
    except Exception as error:  # noqa: BLE001 - as above
        return f"Keras cannot put its weights into its layers ({_line(error)}); save it again where it was made"
    for weight in model.weights:
        array = weight.numpy()
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            return "some of its weights are not finite numbers; train it again"
    return ""


def _as_older(path: Path) -> Path:
    """The file under a name by which Keras takes it for weights of Keras 2: one that does not end in ".weights.h5"."""
    named = path.with_name("older.h5")
    if not named.exists():
        try:
            os.link(path, named)
        except OSError:  # a disk that knows no links
            shutil.copyfile(path, named)
    return named


def _write(model: Any, folder: Path) -> None:
    """Pass on the network as this version of Keras has it, and its weights one by one."""
    import keras
    import numpy as np

    (folder / WEIGHTS).mkdir()
    for number, weight in enumerate(model.weights):
        array = np.asarray(keras.ops.convert_to_numpy(weight))
        if array.dtype.kind not in "fiub":  # bfloat16, which NumPy's files do not know
            array = array.astype(np.float32)
        np.save(folder / WEIGHTS / f"{number:05d}.npy", array, allow_pickle=False)
    built = keras.saving.serialize_keras_object(model)
    (folder / BUILT).write_text(json.dumps(built), encoding="utf-8")


def _otherwise(model: Any, first: dict[str, Any], path: Path) -> str:
    """Say where a network whose channels were put last answers otherwise than it did with its channels first."""
    import numpy as np

    before = _built(first)
    if isinstance(before, str) or (problem := _filled(before, path)):
        return before if isinstance(before, str) else problem
    images = np.random.default_rng(0).integers(0, 256, (2, *model.input_shape[1:])).astype(np.float32)
    now, then = (
        np.asarray(one.predict(given, verbose=0))
        for one, given in ((model, images), (before, images.transpose(0, 3, 1, 2)))
    )
    if np.allclose(now, then, _ALIKE, _ALIKE, equal_nan=True):
        return ""
    return "it has its channels first, and answers otherwise with its channels last; build it with channels last"


def _unlike(network: Any, path: Path) -> str:
    """Say where weights alone are of other shapes than the network's: numbers alone, in whatever order they stand."""
    import h5py

    held: list[tuple[int, ...]] = []

    def look(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and item.dtype.kind == "f" and not name.startswith("optimizer"):
            held.append(tuple(item.shape))

    with h5py.File(path, "r") as file:
        if CONFIG in file.attrs:
            return "it holds a whole model, with its layers; bring it as one"
        file.visititems(look)
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


def _first(error: BaseException) -> BaseException:
    """What went wrong first; Keras wraps it once for each model inside another."""
    while error.__context__ is not None:
        error = error.__context__
    return error


def _line(error: BaseException) -> str:
    text = " ".join(str(error).split())[:160] or type(error).__name__
    return "".join(character if character.isprintable() else " " for character in text)


if __name__ == "__main__":
    main()
