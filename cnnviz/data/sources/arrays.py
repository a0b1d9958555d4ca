"""Data sets in arrays: NumPy's .npz and .npy, HDF5, MATLAB's .mat, and idx as MNIST has it.

Headers are read and checked first; pictures are read when they are asked for; nothing is ever unpickled.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.dropped import set_of_labels
from cnnviz.data.idx import header_of_idx, is_idx_name, lies_on_its_side, open_idx, stem_of_idx
from cnnviz.data.known import KNOWN
from cnnviz.data.sources.blocks import Block, understood_of_blocks
from cnnviz.data.sources.hdf5 import Turned, arrays_of_hdf5
from cnnviz.data.sources.matlab import blocks_of_mat
from cnnviz.data.sources.numpy_files import array_of_npy, arrays_of_npz
from cnnviz.data.sources.pieces import Found, one_part
from cnnviz.data.sources.places import files_below, in_one_folder, names_in_zip, understood_unpacked
from cnnviz.data.sources.roles import blocks_of, role_of
from cnnviz.data.sources.rows import FileRows, Rows, plain_file, unpacked
from cnnviz.data.sources.understood import Part, Reading, Understood
from cnnviz.errors import DataError

__all__ = ["recognises", "understand"]

_SUFFIXES = (".npz", ".npy", ".h5", ".hdf5", ".hdf", ".mat")
_HDF5, _ZIP = b"\x89HDF", b"PK\3\4"
_KINDS = {b"\x93NUMPY": "npy", _HDF5: "hdf5", b"MATLAB ": "mat", _ZIP: "npz"}
_BEFORE = 512  # bytes that MATLAB puts before HDF5

_UPRIGHT = "EMNIST's idx files hold their pictures lying on their side, mirrored; they were turned upright."
_LABEL_SHAPES = 2
_ORDER: tuple[Part, ...] = ("train", "", "validation", "test")


def recognises(path: Path, start: bytes) -> bool:
    """Say whether it is a file of arrays, or a folder or archive with such files and without photos."""
    if path.is_dir():
        return bool(files_below(path, _belongs))
    if start.startswith(_ZIP):
        return path.suffix.lower() == ".npz" or any(_belongs(Path(name)) for name in names_in_zip(path))
    return _kind_of(start) != "" or is_idx_name(path.name)


def understand(path: Path, reading: Reading) -> Understood:
    """Understand arrays of pictures and labels.

    Args:
        path: an .npz, .h5 or .mat file; an .npy or idx file, whose others lie beside it; or a folder or a zip archive
            of such.
        reading: what the person says of it.

    Raises:
        DataError: damaged, needing pickle, linking elsewhere, or no labelled pictures.
        StorageError: there is no room to unpack.
    """
    if path.is_file() and _kind(path) == "npz" and _is_unpacked(path):
        return understood_unpacked(path, _belongs, understand, reading)
    files = _files(path)
    first = files[0]
    kind = _kind(first)
    if kind == "idx":
        blocks, found = _idx_blocks(path, files)
    elif kind == "npy":
        arrays = [array_of_npy(file) for file in files if _kind(file) == "npy"]
        blocks, found = blocks_of(arrays, "NumPy arrays (.npy)", str(path), reading)
    elif kind == "npz":
        blocks, found = blocks_of(arrays_of_npz(first), "a NumPy archive (.npz)", str(first), reading)
    elif kind == "mat":
        blocks, found = blocks_of_mat(path, files, reading)
    else:
        blocks, found = blocks_of(arrays_of_hdf5(first), "an HDF5 file", str(first), reading)
    return understood_of_blocks(path, [_labels_last(block) for block in blocks], found, reading)


def _files(path: Path) -> list[Path]:
    """Return the files that belong together: all of a folder, or those beside the given one that it belongs to."""
    if path.is_dir():
        files = in_one_folder(files_below(path, _belongs), path)
        single = [file for file in files if _kind(file) in ("npz", "hdf5")]
        if single and len(files) > 1:
            raise DataError(
                f"{path} holds {', '.join(file.name for file in files[:5])}, each of which may be a data set; give one"
            )
        return _of_one_set(files, path)
    kind = _kind(path)
    if kind in ("npz", "hdf5"):
        return [path]
    named = [file for file in path.parent.iterdir() if _belongs(file) and file.is_file()]
    beside = sorted(file for file in named if _kind(file) == kind)
    rest = _rest(path)
    return [path, *(file for file in beside if file != path and _rest(file) == rest)]


def _of_one_set(files: Sequence[Path], folder: Path) -> list[Path]:
    """Refuse a folder with several sets of files, such as EMNIST's."""
    rests = list(dict.fromkeys((_kind(file), _rest(file)) for file in files))
    if len(rests) > 1 and _kind(files[0]) != "npy":
        raise DataError(
            f"{folder} holds several data sets, such as {files[0].name} and {files[-1].name}; give one file"
        )
    return list(files)


def _belongs(path: Path) -> bool:
    return path.suffix.lower() in _SUFFIXES or is_idx_name(path.name)


def _is_unpacked(path: Path) -> bool:
    """Say whether a zip archive holds files that have to be unpacked; .npy alone are read as an .npz is."""
    names = [name for name in names_in_zip(path) if _belongs(Path(name))]
    return any(not name.endswith(".npy") for name in names)


def _kind(path: Path) -> str:
    """Return "idx", "npy", "npz", "mat" or "hdf5": what a file begins with, or else what it is called."""
    if is_idx_name(path.name):
        return "idx"
    with plain_file(path) as file:
        start = file.read(_BEFORE + len(_HDF5))
    suffix = path.suffix.lower().removeprefix(".")
    found = _kind_of(start) or (suffix if suffix in ("npy", "npz", "mat") else "hdf5")
    return "mat" if (found, suffix) == ("hdf5", "mat") else found  # MATLAB's of version 7.3


def _kind_of(start: bytes) -> str:
    if start[_BEFORE:].startswith(_HDF5):
        return "hdf5"
    return next((kind for beginning, kind in _KINDS.items() if start.startswith(beginning)), "")


def _rest(path: Path) -> tuple[str, ...]:
    return role_of(stem_of_idx(path.name) if is_idx_name(path.name) else path.stem).rest


def _labels_last(block: Block) -> Block:
    """Bring pictures whose number is the last of the sides, as MATLAB has it, to where it is the first."""
    shape, n_labels = block.images.shape, block.labels.shape[0] if block.labels.ndim else 0
    if isinstance(block.images, Turned) and shape[0] != n_labels == block.images.as_seen.shape[0]:
        return replace(block, images=block.images.as_seen)
    if len(shape) > _LABEL_SHAPES and shape[0] != n_labels and shape[-1] == n_labels:
        return replace(block, images=_LastAxis(block.images))
    return block


class _LastAxis:
    """Rows along the last axis of an array."""

    def __init__(self, rows: Rows) -> None:
        self._rows = np.asarray(rows[0 : rows.shape[0]]) if not isinstance(rows, np.ndarray) else rows
        self.shape, self.dtype = (self._rows.shape[-1], *self._rows.shape[:-1]), self._rows.dtype

    def __getitem__(self, key: slice) -> NDArray[Any]:
        return np.moveaxis(self._rows[..., key], -1, 0)


class _Upright:
    """Pictures with their rows and columns exchanged."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.shape, self.dtype = (rows.shape[0], *rows.shape[:0:-1]), rows.dtype

    def __getitem__(self, key: slice) -> NDArray[Any]:
        return self._rows[key].swapaxes(1, 2)


def _idx_blocks(path: Path, files: Sequence[Path]) -> tuple[list[Block], Found]:
    """Read idx files: those with images, and those with labels of the same part."""
    read = [(file, *_idx(file)) for file in files if is_idx_name(file.name)]
    parts: dict[tuple[Part, str], tuple[Path, Callable[[], Rows]]] = {}
    for file, shape, make in read:
        kind = "labels" if len(shape) == 1 else "images"
        key = role_of(file.name).part, kind
        if key in parts and parts[key][0].name.removesuffix(".gz") != file.name.removesuffix(".gz"):
            raise DataError(f"{path} holds {parts[key][0].name} and {file.name}, which are both {kind}; give one")
        parts.setdefault(key, (file, make))
    blocks: list[Block] = []
    skipped: list[str] = []
    notes: dict[str, None] = {}
    published = ""
    for part in _ORDER:
        images, labels = parts.get((part, "images")), parts.get((part, "labels"))
        if images and labels:
            values = labels[1]()
            rows = images[1]()
            if lies_on_its_side(images[0].name):
                rows, notes[_UPRIGHT] = _Upright(rows), None
            blocks.append(Block(part, rows, values[0 : values.shape[0]], images[0].name))
            published = published or set_of_labels(labels[0])
        elif alone := images or labels:
            skipped.append(f"{alone[0].name} has no {'labels' if images else 'images'} beside it")
    if not blocks:
        raise DataError(
            f"{path} has no images with labels ({'; '.join(skipped)}); put the files with both into one folder, such "
            "as train-images-idx3-ubyte and train-labels-idx1-ubyte"
        )
    if published:
        notes[f"The labels are those of the published {published}, whose names of classes were taken."] = None
    names = KNOWN[published].class_names if published else None
    found = Found("idx files, as MNIST's", names, notes=tuple(notes), skipped=skipped)
    return one_part(blocks), found


def _idx(path: Path) -> tuple[tuple[int, ...], Callable[[], Rows]]:
    """Return the shape that an idx file's header says, and what makes its rows available."""
    header = header_of_idx(path)

    def make() -> Rows:
        with open_idx(path) as file:
            return FileRows(
                unpacked(file, header.length, str(path)), header.offset, header.shape, header.dtype, str(path)
            )

    return header.shape, make
