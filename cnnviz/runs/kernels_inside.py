"""The kernels inside a file in Keras' own format, read without Keras.

For networks that come with cnnviz alone: a second copy of their kernels would be most of their size again. A stranger's
HDF5 file is opened by a process of its own, see `cnnviz.adoption`.
"""

import io
import json
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

from cnnviz.arrays import Arrays
from cnnviz.files import read_regular

__all__ = ["kernels_inside"]

# How Keras names their groups in the file: by class, those after the first with a number.
_GROUPS = {"Conv2D": "conv2d", "DepthwiseConv2D": "depthwise_conv2d"}


def kernels_inside(path: Path) -> Arrays:
    """Read the convolutions' kernels and biases of a functional model without models inside it.

    Args:
        path: a .keras file.

    Returns:
        {"block1_project/kernel": (height, width, channels in, filters), "block1_project/bias": (filters,), ...}, as
        they lie in the file; of a depthwise convolution (height, width, 1, filters); zeros where there is no bias.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is damaged.
    """
    import h5py  # for these networks alone

    found: Arrays = {}
    content = read_regular(path)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            layers = json.loads(archive.read("config.json"))["config"]["layers"]
            weights = io.BytesIO(archive.read("model.weights.h5"))
        seen: Counter[str] = Counter()
        with h5py.File(weights, "r") as file:
            for layer in layers:
                group = _GROUPS.get(layer["class_name"])
                if group is None:
                    continue
                place = f"layers/{group}_{seen[group]}" if seen[group] else f"layers/{group}"
                seen[group] += 1
                values = file[place]["vars"]
                kernel = np.asarray(values["0"])
                if group == "depthwise_conv2d":
                    kernel = kernel.reshape(*kernel.shape[:2], 1, -1)
                bias = np.asarray(values["1"]) if "1" in values else np.zeros(kernel.shape[-1], np.float32)
                found |= {f"{layer['name']}/kernel": kernel, f"{layer['name']}/bias": bias}
    except (zipfile.BadZipFile, KeyError, TypeError, EOFError, RuntimeError) as error:
        raise ValueError(str(error)) from error
    return found
