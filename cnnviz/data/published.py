"""Sets that their authors publish: proving, decoding, downloading and keeping them."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from os.path import isfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.canonical import DECODERS, md5_of_members
from cnnviz.data.dropped import dropped_files
from cnnviz.data.idx import idx_start
from cnnviz.data.known import KnownSet
from cnnviz.data.npz import write_npz
from cnnviz.data.records import Dataset
from cnnviz.data.validation import checked_dataset
from cnnviz.download import DownloadError, Progress, alone, fetch, host_of
from cnnviz.errors import DataError, StorageError
from cnnviz.files import read_json, storage_errors, write_json

__all__ = ["Progress", "keep_published", "load_published", "prove"]

Arrays = Mapping[str, NDArray[Any]]


def load_published(known: KnownSet, folder: Path, on_progress: Progress | None = None) -> Dataset | None:
    """Make a data set from its published files: dropped into the folder, or else downloaded.

    Either way the arrays are kept as `<folder>/NAME.npz`, which loads much faster. Downloaded files are then
    deleted; dropped ones are their owner's and stay.

    Args:
        known: which set.
        folder: the home's datasets folder.
        on_progress: called during a download with the bytes that are there and the bytes of the whole.

    Returns:
        The data set, or None where another process has put NAME.npz there meanwhile.

    Raises:
        DataError: the files are damaged, are not the published ones, or do not come.
        StorageError: the folder cannot be written and has to be.
    """
    dropped = dropped_files(known, folder)
    if dropped:
        arrays = _proved(known, dropped)
        with suppress(StorageError):  # the .npz only makes the next load quicker
            _keep(folder, known, arrays)
    else:
        try:
            with alone(folder, known.name):
                if isfile(folder / f"{known.name}.npz"):
                    return None
                arrays = _downloaded(known, folder, on_progress)
        except DownloadError as error:
            raise DataError(
                f"{known.name} is being downloaded by another process; wait until it is done, or use "
                "cifar10-sample meanwhile"
            ) from error
    return checked_dataset(known.name, arrays, known.class_names, known.source, str(folder))


def keep_published(known: KnownSet, paths: Sequence[Path], folder: Path) -> None:
    """Keep a published set of files that lie elsewhere.

    Args:
        known: which set.
        paths: its files, of `cnnviz.data.dropped.dropped_files`.
        folder: the home's datasets folder, which gets `NAME.npz`.

    Raises:
        DataError: the files are damaged, or are not the published ones.
        StorageError: the folder cannot be written.
    """
    _keep(folder, known, _proved(known, paths))


def prove(dataset: Dataset, path: Path, known: KnownSet) -> None:
    """Compare a data set with the published checksums, and remember that this file has passed.

    The memory is a small file beside it with the size and the time of what was compared, so that only the
    first load pays.

    Args:
        dataset: what the file holds.
        path: the file.
        known: which set it says it is; of one without checksums of arrays only the numbers are compared.

    Raises:
        DataError: the arrays differ from the published ones.
    """
    record = _record(path)
    if known.files and not known.sha256:
        _compare_numbers(dataset, path, known)
    if not known.sha256 or (isfile(record) and read_json(record) == _state(path, known)):
        return
    arrays: dict[str, NDArray[Any]] = {
        "x_train": dataset.train.images,
        "y_train": dataset.train.labels,
        "x_test": dataset.test.images,
        "y_test": dataset.test.labels,
    }
    _compare(arrays, path, known)
    _remember(path, known)


def _compare(arrays: Arrays, path: Path, known: KnownSet) -> None:
    for key, expected in known.sha256.items():
        array = np.ascontiguousarray(arrays[key] if key.startswith("x") else arrays[key].astype(np.uint8))
        digest = hashlib.sha256(_idx_start(array, key) if known.as_idx else b"")
        digest.update(array.data)
        if digest.hexdigest() != expected:
            raise DataError(_other(path, known, f"{key} differs from it"))


def _idx_start(array: NDArray[np.uint8], key: str) -> bytes:
    grey = key.startswith("x") and array.shape[-1] == 1 and array.ndim == 4
    return idx_start(array[..., 0] if grey else array)


def _compare_numbers(dataset: Dataset, path: Path, known: KnownSet) -> None:
    """Notice another set where no checksum can: by its number of images, of each class, and their size."""
    for split, count in ((dataset.train, known.n_train), (dataset.test, known.n_test)):
        each = np.bincount(split.labels, minlength=len(known.class_names))
        if len(split) != count or dataset.shape != known.shape or (each != count // len(known.class_names)).any():
            raise DataError(_other(path, known, f"it has other numbers of images, or not {known.shape[0]} pixels"))


def _other(path: Path, known: KnownSet, why: str) -> str:
    return (
        f"{path} does not hold the published {known.name} ({why}); delete the file, or give it another name to use it "
        "as a data set of your own"
    )


def _prove_files(known: KnownSet, paths: Sequence[Path]) -> None:
    for remote, path in zip(known.files, paths, strict=True):
        try:
            with path.open("rb") as file:
                right = hashlib.file_digest(file, "sha256").hexdigest() == remote.sha256
        except OSError as error:
            raise DataError(f"{path} cannot be read ({error.strerror}); check its permissions") from error
        if not right and not (known.members and md5_of_members(path, [*known.members]) == known.members):
            raise DataError(f"{path} is not the published {remote.filename}; delete it or copy it again")


def _record(path: Path) -> Path:
    return path.with_name(f".{path.stem}.verified.json")


def _state(path: Path, known: KnownSet) -> dict[str, Any]:
    state = path.stat()
    return {"size": state.st_size, "modified_ns": state.st_mtime_ns, "sha256": dict(known.sha256)}


def _remember(path: Path, known: KnownSet) -> None:
    with suppress(StorageError):  # a read-only home is compared each time
        write_json(_record(path), _state(path, known), durable=False)


def _proved(known: KnownSet, paths: Sequence[Path]) -> Arrays:
    if not known.sha256:  # then only the files' own checksums can prove them
        _prove_files(known, paths)
    return _decoded(known, paths)


def _decoded(known: KnownSet, paths: Sequence[Path]) -> Arrays:
    arrays = DECODERS[known.name](paths)
    _compare(arrays, paths[0], known)
    return arrays


def _keep(folder: Path, known: KnownSet, arrays: Arrays) -> None:
    path = folder / f"{known.name}.npz"
    write_npz(path, arrays)
    if known.sha256:
        _remember(path, known)


def _downloaded(known: KnownSet, folder: Path, on_progress: Progress | None) -> Arrays:
    """Download, decode and keep a published set; its partial files go when it is kept or is wrong."""
    parts: list[Path] = []
    total = sum(remote.size for remote in known.files)
    for remote in known.files:
        before = sum(part.stat().st_size for part in parts)

        def report(done: int, _: int | None, before: int = before) -> None:
            if on_progress:
                on_progress(before + done, total)

        try:
            parts.append(fetch(remote, folder, report))
        except DownloadError as error:
            ways = " or ".join(
                dict.fromkeys([f"{known.name}.npz", " and ".join(file.filename for file in known.files)])
            )
            raise DataError(
                f"{known.name} could not be downloaded from {host_of(remote.address)}: {error}; use "
                f"cifar10-sample, which needs no network, or put {ways} into {folder}"
            ) from error
    try:
        arrays = _decoded(known, parts)
    except DataError:
        _delete(parts)
        raise
    _keep(folder, known, arrays)
    _delete(parts)
    return arrays


def _delete(paths: Sequence[Path]) -> None:
    for path in paths:
        with storage_errors(path):
            path.unlink(missing_ok=True)
