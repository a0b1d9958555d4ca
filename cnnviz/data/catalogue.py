"""Finding a data set by name: the home's own files first, then the package, then the published archives."""

import re
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from os.path import lexists
from pathlib import Path

from cnnviz.data.digits import load_digits
from cnnviz.data.dropped import dropped_files
from cnnviz.data.known import KNOWN, KnownSet
from cnnviz.data.large import dataset_from_folder, facts_of_folder, is_large
from cnnviz.data.npz import dataset_from_npz, facts_of_npz, regular_file
from cnnviz.data.published import Progress, load_published, prove
from cnnviz.data.records import Dataset, DatasetInfo
from cnnviz.data.sample import SAMPLE_FOLDER, load_sample
from cnnviz.errors import DataError
from cnnviz.home import datasets_folder

__all__ = ["NAME_PATTERN", "checked_name", "info_of", "list_datasets", "load_dataset"]

NAME_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,63}$"

_EMBEDDED: Mapping[str, Callable[[], Dataset]] = {"cifar10-sample": load_sample, "digits": load_digits}


def load_dataset(name: str, home: str | Path | None = None, *, on_progress: Progress | None = None) -> Dataset:
    """Load a data set by name.

    Looked for in this order: `<home>/datasets/NAME.npz`; the folder `<home>/datasets/NAME` of a large data set, whose
    images stay on the disk; embedded in the package; the published archive dropped into `<home>/datasets` (such as
    `cifar-10-python.tar.gz`), which becomes the .npz; the published archive on the network, continued where an earlier
    try stopped. A file of a published set's name is compared with the published checksums once. MNIST's and
    Fashion-MNIST's idx files are known by what they hold, gzipped or not; in a folder of the set's name both can lie
    there at once.

    Args:
        name: such as "cifar10-sample", "digits", "cifar10" or an imported set's.
        home: the home folder; see `cnnviz.home.resolve_home`.
        on_progress: called during a download with the bytes that are there and the bytes of the whole or
            None.

    Returns:
        The data set, images uint8 and read-only.

    Raises:
        DataError: the name is unknown, the files are damaged or wrong, or the network does not give them.
        StorageError: the home cannot be written and has to be.
        MissingExtraError: "digits" without scikit-learn.
    """
    checked_name(name)
    folder = datasets_folder(home)
    known = KNOWN.get(name)
    path = folder / f"{name}.npz"
    if lexists(path):  # unlike path.is_file(), False where the folder may not be looked into
        return _from_home(path, name, known)
    if known is None and is_large(folder / name):
        return dataset_from_folder(folder / name, name, _imported(folder / name))
    if name in _EMBEDDED:
        return _EMBEDDED[name]()
    if known is None:
        names = ", ".join(info.name for info in list_datasets(home))
        raise DataError(f"there is no data set {name!r}; choose one of {names}, or put {name}.npz into {folder}")
    return load_published(known, folder, on_progress) or _from_home(path, name, known)


def list_datasets(home: str | Path | None = None) -> tuple[DatasetInfo, ...]:
    """List the data sets that `load_dataset` knows: the well-known ones, then the home's own by name.

    Reads headers only and imports neither TensorFlow nor scikit-learn, so it takes milliseconds. A file
    whose name does not match `NAME_PATTERN` is passed over.

    Args:
        home: the home folder; see `cnnviz.home.resolve_home`.
    """
    folder = datasets_folder(home)
    files = {path.stem: path for path in folder.glob("*.npz") if re.fullmatch(NAME_PATTERN, path.stem)}
    infos = [_info(known, folder, files.pop(name, None)) for name, known in KNOWN.items()]
    large = {path.name: path for path in folder.glob("*") if re.fullmatch(NAME_PATTERN, path.name) and is_large(path)}
    own = {name: path for name, path in large.items() if name not in KNOWN} | files
    infos += [info_of(path, name) for name, path in sorted(own.items())]
    return tuple(infos)


def checked_name(name: str) -> str:
    """Return a data set's name, or refuse one that could not be a file's name everywhere.

    Raises:
        DataError: the name does not match `NAME_PATTERN`.
    """
    if not isinstance(name, str) or not re.fullmatch(NAME_PATTERN, name):
        raise DataError(
            f"{str(name)[:80]!r} is not a data set's name; use 1 to 64 small letters, digits, - and _, "
            "beginning with a letter or digit"
        )
    return name


def _info(known: KnownSet, folder: Path, file: Path | None) -> DatasetInfo:
    if file:
        return info_of(file, known.name, known)
    if known.name == "digits":
        available = find_spec("sklearn") is not None
    elif known.name in _EMBEDDED:
        available = (SAMPLE_FOLDER / "MANIFEST.json").is_file()
    else:
        available = _is_dropped(known, folder)
    return DatasetInfo(
        known.name,
        known.n_train,
        known.n_test,
        known.class_names,
        known.shape,
        available,
        known.source,
        _in_the_way(known, folder),
    )


def _is_dropped(known: KnownSet, folder: Path) -> bool:
    try:
        return bool(dropped_files(known, folder))
    except DataError:
        return False  # `_in_the_way` says why


def _in_the_way(known: KnownSet, folder: Path) -> str:
    """Say where a published file's name is taken by something that cannot be opened; empty where it is not."""
    try:
        for remote in known.files:
            if lexists(folder / remote.filename):
                regular_file(folder / remote.filename)
        dropped_files(known, folder)
    except DataError as error:
        return str(error)
    return ""


def info_of(path: Path, name: str, known: KnownSet | None = None) -> DatasetInfo:
    """Describe a data set's file or folder by its headers; one that cannot be used is described by its problem."""
    source = known.source if known else _imported(path)
    try:
        facts = facts_of_folder(path) if is_large(path) else facts_of_npz(path, known.class_names if known else None)
    except DataError as error:
        return DatasetInfo(name, 0, 0, (), (0, 0, 0), False, source, str(error))
    n_validation = facts.n_validation
    return DatasetInfo(
        name, facts.n_train, facts.n_test, facts.class_names, facts.shape, True, source, n_validation=n_validation
    )


def _imported(path: Path) -> str:
    return f"imported from {path.name} in the home's datasets folder"


def _from_home(path: Path, name: str, known: KnownSet | None) -> Dataset:
    if known is None:
        return dataset_from_npz(path, name, _imported(path))
    dataset = dataset_from_npz(path, name, known.source, known.class_names)
    prove(dataset, path, known)
    return dataset
