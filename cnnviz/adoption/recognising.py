"""What kind of file a stranger's model is, by its first bytes and not by its name; else what to do instead."""

import zipfile
from pathlib import Path
from typing import Literal

from cnnviz.errors import DataError

__all__ = ["HDF5", "Layout", "recognised"]

HDF5 = b"\x89HDF\r\n\x1a\n"
Layout = Literal["keras", "hdf5"]

_AS_KERAS = "open it where it was made and save it with model.save('model.keras')"
_FIRST = 512
_PYTORCH = (
    "is a PyTorch file, which holds code of its own; build the same network in Keras, copy the weights and save it "
    "with model.save('model.keras')"
)
_BY_NAME = {
    ".onnx": "is an ONNX file, which has no Keras layers; bring the Keras model that it was exported from",
    ".pb": f"is part of a SavedModel, which is a program of TensorFlow's; {_AS_KERAS}",
    ".pt": _PYTORCH,
    ".pth": _PYTORCH,
    ".ckpt": f"is a checkpoint, weights without a network; {_AS_KERAS}",
}


def recognised(path: Path, name: str) -> Layout:
    """Say what kind of model a file holds.

    Args:
        path: the file.
        name: what its owner calls it, for messages; its ending decides only where the bytes say nothing.

    Returns:
        "keras" for a .keras archive, "hdf5" for an HDF5 file, a whole model or weights alone.

    Raises:
        DataError: it is something else, or cannot be read; the sentence names the way out.
    """
    shown = repr(name[-60:])
    if path.is_dir():
        raise DataError(f"the model {shown} {_folder(path)}")
    try:
        with open(path, "rb") as file:
            start = file.read(_FIRST)
    except OSError as error:
        raise DataError(f"the model {shown} cannot be read ({error.strerror or error}); choose another file") from error
    if start.startswith(HDF5):
        return "hdf5"
    if start.startswith(b"PK"):
        _check_archive(path, shown)
        return "keras"
    raise DataError(f"the model {shown} {_other(start, Path(name).suffix.lower())}")


def _folder(path: Path) -> str:
    if (path / "saved_model.pb").exists():
        return f"is a SavedModel, which is a program of TensorFlow's; {_AS_KERAS}"
    return "is a folder; give the .keras or .h5 file itself"


def _check_archive(path: Path, shown: str) -> None:
    """Refuse archives of other programs; what else is wrong with one is said when it is read."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [member.filename for member in archive.infolist()[:1000]]
    except (zipfile.BadZipFile, OSError, ValueError):
        return
    if any(name.endswith(("data.pkl", "constants.pkl")) for name in names):
        raise DataError(f"the model {shown} {_PYTORCH}")
    if any(name.endswith("saved_model.pb") for name in names):
        raise DataError(f"the model {shown} is a packed SavedModel, which is a program of TensorFlow's; {_AS_KERAS}")
    inside = [name for name in names if name.lower().endswith((".keras", ".h5", ".hdf5"))]
    if "config.json" not in names and inside and "model.weights.h5" not in names:
        raise DataError(f"the model {shown} is an archive round {inside[0][-60:]!r}; unpack it and give that file")


def _other(start: bytes, ending: str) -> str:
    """Say what a file is that is neither."""
    text = start.lstrip().lower()
    if start[4:8] == b"TFL3":
        return (
            "is a LiteRT (TensorFlow Lite) file, whose layers were melted together; bring the Keras model that it was "
            "converted from"
        )
    if not start:
        return "is empty; copy or download it again"
    if text.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "is a web page, not a model; download the file itself"
    if text.startswith(b"version https://git-lfs"):
        return "is a pointer of Git LFS, not the file itself; fetch it with git lfs pull"
    if text.startswith(b"{"):
        return f"is a JSON text, an architecture at most and no weights; {_AS_KERAS}"
    if ending in _BY_NAME:
        return _BY_NAME[ending]
    if start.startswith(b"\x80") and ending in ("", ".pkl", ".pickle", ".bin", ".joblib"):
        return f"is a pickle, which runs code when it is opened; {_AS_KERAS}"
    if ending == ".safetensors" or start[8:9] == b"{":
        return "is a safetensors file, weights without a network; put them into a Keras model and save that"
    return "is no .keras file and no HDF5 file, or a damaged one; save it with model.save('model.keras')"
