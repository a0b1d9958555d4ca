"""Exported files, each opened by what it is made for and by nothing of ours."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

__all__ = ["READERS", "Predict"]

Predict = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def _of(model: keras.Model) -> Predict:
    return lambda images: np.asarray(model(images, training=False))


def opened_keras(path: Path) -> tuple[Predict, Any]:
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
        names = json.loads(archive.read("metadata.json"))["class_names"]
    return _of(keras.models.load_model(path)), names


def opened_h5(path: Path) -> tuple[Predict, Any]:
    import h5py

    with h5py.File(path) as file:
        names = json.loads(file.attrs["class_names"])
    return _of(keras.models.load_model(path, compile=False)), names


def opened_onnx(path: Path) -> tuple[Predict, Any]:
    import onnxruntime

    session = onnxruntime.InferenceSession(path)
    (taken,), (given,) = session.get_inputs(), session.get_outputs()
    assert (taken.shape[0], given.name, given.shape[0]) == ("batch", "probabilities", "batch")
    names = json.loads(session.get_modelmeta().custom_metadata_map["class_names"])
    return lambda images: session.run(["probabilities"], {taken.name: images})[0], names


def opened_litert(path: Path) -> tuple[Predict, Any]:
    from ai_edge_litert.interpreter import Interpreter

    run = Interpreter(str(path)).get_signature_runner("serving_default")
    with zipfile.ZipFile(path) as archive:
        names = archive.read("labels.txt").decode().splitlines()
    return lambda images: next(iter(run(**{next(iter(run.get_input_details())): images}).values())), names


READERS = {"keras": opened_keras, "h5": opened_h5, "onnx": opened_onnx, "litert": opened_litert}
