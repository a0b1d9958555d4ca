"""Keeping what people have as a data set: read a picture at a time, divided, written where `load_dataset` finds it."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from os.path import lexists
from pathlib import Path
from typing import Any, get_args

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from cnnviz.data.about import AboutDataset, write_about
from cnnviz.data.catalogue import NAME_PATTERN, checked_name, info_of
from cnnviz.data.deleting import delete_dataset, is_deletable
from cnnviz.data.dividing import Division, checked_shares, divide
from cnnviz.data.dropped import dropped_files
from cnnviz.data.gathering import Gathered, gather, kept_positions
from cnnviz.data.known import KNOWN
from cnnviz.data.large import IMAGES, LABELS, MANIFEST, PART_NAMES, PARTS, manifest_of
from cnnviz.data.npz import CLASS_NAMES, write_npz
from cnnviz.data.originals import Original, originals_path, write_originals
from cnnviz.data.published import keep_published
from cnnviz.data.records import DatasetInfo, Labels
from cnnviz.data.sources import Colour, Fit, Keeping, Reading, Understood, understand
from cnnviz.data.stored import header_bytes
from cnnviz.data.validation import MOST_IMAGES, checked_class_names
from cnnviz.download import Progress
from cnnviz.errors import DataError
from cnnviz.files import storage_errors, sync_folder, write_atomically, write_json
from cnnviz.home import datasets_folder
from cnnviz.runs.locks import take

__all__ = [
    "LARGEST_IN_A_FILE",
    "LARGEST_SIZE",
    "SMALLEST_SIZE",
    "USUAL_SIZE",
    "Imported",
    "check_free",
    "free_name",
    "import_dataset",
    "is_own",
    "keep",
    "size_of",
]

USUAL_SIZE = 32  # pixels; what the presets are made for
LARGEST_IN_A_FILE = 256_000_000  # bytes of images; a larger data set stays on the disk when it is used
SMALLEST_SIZE, LARGEST_SIZE = 4, 512  # what networks take

_LONGEST_NAME = 48  # characters of a name that is proposed
_SPARE = 64_000_000  # bytes that are left on the disk


@dataclass(frozen=True)
class Imported:
    """What an import made.

    Attributes:
        info: the new data set, as `list_datasets` has it.
        skipped: what was passed over, a sentence each.
        notes: what was converted, supposed or drawn, whole sentences.
        doubts: what is probably not meant, whole sentences.
    """

    info: DatasetInfo
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What there is now, for people."""
        info = self.info
        shape = "x".join(map(str, info.shape))
        validation = f", {info.n_validation:,} validation" if info.n_validation else ""
        return (
            f"{info.name} is imported: {info.n_train:,} train{validation} and {info.n_test:,} test images ({shape}) of "
            f"{len(info.classes)} classes."
        )


def keep(
    understood: Understood,
    name: str,
    home: str | Path | None = None,
    keeping: Keeping | None = None,
    on_progress: Progress | None = None,
    *,
    replace: bool = False,
) -> Imported:
    """Make a data set of pictures that were understood.

    Up to 256 MB of images become `<home>/datasets/NAME.npz`, more a folder `<home>/datasets/NAME` of which only what is
    looked at is read. What it was made of is written beside it, see `cnnviz.data.about`. The memory it takes does not
    grow with the number of pictures. Where it is stopped, or killed, what was read stays in `.NAME.partial`: called
    again with the same pictures and settings it goes on there, with others it begins anew.

    Args:
        understood: the pictures.
        name: of the data set; a new one.
        home: the home folder; see `cnnviz.home.resolve_home`.
        keeping: how they are kept; None for the usual.
        on_progress: called with the number of pictures that were tried and of all; what it raises stops.
        replace: whether a data set of one's own of that name goes, once all pictures are read. Ask first, and say which
            runs used it: `cnnviz.data.runs_with`.

    Returns:
        What there is now, and what was passed over.

    Raises:
        DataError: the name is taken or cannot be one, the settings cannot be, the disk has no room, or what can be read
            is no data set. The name of a published set is for that set alone, which is kept as it is published.
        StorageError: the home cannot be written.
    """
    keeping = _checked(keeping or Keeping())
    if published := _published(understood.path, name, home, keeping, understood.reading):
        return published
    _check_name(name, home, replace)
    size = size_of(understood, keeping)
    folder = datasets_folder(home)
    partial = folder / f".{name}.partial"
    _check_room(understood, keeping, size, partial)
    with _alone(folder, name):
        gathered = gather(understood, partial, keeping, size, on_progress)
        kept = _kept(understood, gathered)
        groups = None if understood.groups is None else understood.groups[kept.positions]
        where = str(understood.path)
        division = divide(kept.labels, understood.parts[kept.positions], groups, keeping, kept.class_names, where)
        if replace and _taken(name, home):
            delete_dataset(name, home)
        check_free(name, home)  # reading takes time
        skipped = (*understood.skipped, *kept.skipped)
        notes = (*understood.notes, *division.notes)
        write_about(_about(understood, keeping, size, notes, skipped), name, home)
        _write_originals(gathered, division, name, home)
        path = _write(folder / name, partial, gathered, kept, division)
        with storage_errors(partial):
            shutil.rmtree(partial, ignore_errors=True)
    return Imported(info_of(path, name), skipped, notes, understood.doubts)


def check_free(name: str, home: str | Path | None = None, path: Path | None = None) -> None:
    """Refuse a name that no new data set can have.

    Args:
        name: of the data set.
        home: the home folder; see `cnnviz.home.resolve_home`.
        path: what it is made of; None where that is not known. A published set can have its own name.

    Raises:
        DataError: it is known, taken, or no name.
    """
    if path is None or not _published_files(path, name):
        _check_name(name, home)
    elif _taken(name, home):
        raise DataError(_already(name))


def free_name(wanted: str, home: str | Path | None = None) -> str:
    """Return a name that a new data set can have, as near to a wanted one as can be.

    Args:
        wanted: anything, such as a file's name.
        home: the home folder; see `cnnviz.home.resolve_home`.
    """
    plain = re.sub(r"[^a-z0-9_-]+", "-", wanted.lower()).strip("-_")[:_LONGEST_NAME] or "my-pictures"
    names = (plain if number == 1 else f"{plain}-{number}" for number in count(1))
    return next(name for name in names if name not in KNOWN and _taken(name, home) is None)


def is_own(name: str, home: str | Path | None = None) -> bool:
    """Say whether a name is a data set of one's own, which `keep` may replace."""
    return bool(re.fullmatch(NAME_PATTERN, name)) and name not in KNOWN and is_deletable(name, home)


def _check_name(name: str, home: str | Path | None, replace: bool = False) -> None:
    checked_name(name)
    if name in KNOWN:
        files = [file.filename for file in KNOWN[name].files]
        shown = f"{files[0]} and {len(files) - 1} others" if len(files) > 1 else files[0] if files else ""
        cure = f", or put its own ({shown}) into the folder datasets of the home" if files else ""
        raise DataError(
            f"{name} is a data set that cnnviz knows already, and these files are not it; give another name{cure}"
        )
    if _taken(name, home) and not replace:
        raise DataError(_already(name))


def _already(name: str) -> str:
    return f"there is a data set {name} already; give another name, or delete that one first"


def _published_files(path: Path, name: str) -> list[Path]:
    """Return the files of a published set of that name that lie at a path; none where it holds something else."""
    known = KNOWN.get(name)
    if known is None or not known.files:
        return []
    try:
        files = dropped_files(known, path if path.is_dir() else path.parent)
    except DataError:  # other idx files, say
        return []
    return files if path.is_dir() or path in files else []


def _published(
    path: Path, name: str, home: str | Path | None, keeping: Keeping, reading: Reading | None
) -> Imported | None:
    """Keep a published set under its own name, as it is; None where the files are something else."""
    files = _published_files(path, name)
    if not files:
        return None
    check_free(name, home, path)
    if keeping != Keeping() or (reading and (reading.invert or reading.names)):
        raise DataError(
            f"{path} holds the published {name}, which is kept as it is; for other settings give another name"
        )
    folder = datasets_folder(home)
    keep_published(KNOWN[name], files, folder)
    note = f"It is the published {name}, whose checksums were compared; its split and its size are its own."
    return Imported(info_of(folder / f"{name}.npz", name, KNOWN[name]), notes=(note,))


def _taken(name: str, home: str | Path | None) -> Path | None:
    """Return what has a name already; None where nothing has."""
    folder = datasets_folder(home)
    return next((path for path in (folder / f"{name}.npz", folder / name) if lexists(path)), None)


def _checked(keeping: Keeping) -> Keeping:
    """Refuse settings that cannot be."""
    for what, given, possible in (("fit", keeping.fit, get_args(Fit)), ("colour", keeping.colour, get_args(Colour))):
        if given not in possible:
            *others, last = (one or "nothing" for one in possible)
            raise DataError(f"the {what} is {given!r:.40}, expected {', '.join(others)} or {last}; give one of these")
    return checked_shares(keeping)


def size_of(understood: Understood, keeping: Keeping) -> tuple[int, int]:
    """Return the height and width that pictures are brought to.

    Raises:
        DataError: a side is not 4 to 512 pixels.
    """
    own = understood.shape[:2] if understood.shape else None
    size = keeping.size or own or (USUAL_SIZE, USUAL_SIZE)
    wrong = next((side for side in size if not SMALLEST_SIZE <= side <= LARGEST_SIZE), None)
    if wrong is not None:
        raise DataError(f"the size is {wrong}, expected {SMALLEST_SIZE} to {LARGEST_SIZE} pixels; give {USUAL_SIZE}")
    return size


def _check_room(understood: Understood, keeping: Keeping, size: tuple[int, int], partial: Path) -> None:
    """Refuse what the disk has no room for, before anything is read."""
    total = len(kept_positions(understood, keeping))
    if total > MOST_IMAGES:
        raise DataError(f"{understood.path} holds {total:,} pictures; keep at most {MOST_IMAGES:,}")
    images = total * size[0] * size[1] * (1 if keeping.colour == "grey" else 3)
    needed = (2 * images if images <= LARGEST_IN_A_FILE else images) + _SPARE
    with suppress(OSError):  # there is none yet
        needed -= sum(entry.lstat().st_size for entry in partial.iterdir())
    there = next(path for path in partial.parents if path.exists())
    free = shutil.disk_usage(there).free
    if needed > free:
        raise DataError(
            f"{total:,} images of {size[0]}x{size[1]} pixels take {needed / 1e9:.1f} GB and the disk of {there} has "
            f"{free / 1e9:.1f} GB free; make them smaller or fewer, or free some space"
        )


@contextmanager
def _alone(folder: Path, name: str) -> Iterator[None]:
    """Hold a name, so that two imports of it do not write the same files."""
    lock = FileLock(folder / ".locks" / f"{name}.lock")
    if not take(lock):
        raise DataError(f"a data set {name} is being imported already; wait for it, or give another name")
    try:
        yield
    finally:
        lock.release()


@dataclass(frozen=True, eq=False)
class _Kept:
    """The pictures that a data set is made of: (n,) their positions and labels, and what was passed over."""

    positions: NDArray[np.int64]
    labels: Labels
    class_names: tuple[str, ...]
    skipped: tuple[str, ...]


def _kept(understood: Understood, gathered: Gathered) -> _Kept:
    """Leave out the classes none of whose pictures could be read or are wanted."""
    labels = understood.labels[gathered.positions]
    n_classes = len(understood.class_names)
    before, after = np.bincount(understood.labels, minlength=n_classes), np.bincount(labels, minlength=n_classes)
    gone = (before > 0) & (after == 0)
    lost = [understood.class_names[one] for one in np.flatnonzero(gone)]
    skipped = (*gathered.skipped, *(f"the class {name!r} has no picture that is kept" for name in lost))
    found = int(np.count_nonzero(after))
    if found < 2:
        over = [*understood.skipped, *gathered.skipped]
        first = f" ({len(over)} were passed over: {over[0]}, ...)" if over else ""
        raise DataError(f"{understood.path} holds images of {found} classes, expected at least two{first}; add some")
    names = tuple(name for name, left in zip(understood.class_names, gone, strict=True) if not left)
    names = checked_class_names(np.array(names, np.str_), f"the list of classes of {understood.path}")
    new_label = np.cumsum(~gone) - 1
    return _Kept(gathered.positions, new_label[labels].astype(np.int64), names, skipped)


def _write(target: Path, partial: Path, gathered: Gathered, kept: _Kept, division: Division) -> Path:
    """Put the data set where it is found, in one step; return its file or folder."""
    images = gathered.images()
    if images.nbytes <= LARGEST_IN_A_FILE:
        arrays: dict[str, Any] = {CLASS_NAMES: np.array(kept.class_names, np.str_)}
        for number, part in enumerate(PART_NAMES):
            rows = np.flatnonzero(division.parts == number)
            if len(rows) or part != "validation":
                arrays |= {f"x_{part}": images.take(rows), f"y_{part}": kept.labels[rows]}
        path = target.with_name(f"{target.name}.npz")
        write_npz(path, arrays)
        return path
    for name, values in ((LABELS, kept.labels), (PARTS, division.parts)):
        write_atomically(partial / name, _npy(values))
    write_json(partial / MANIFEST, manifest_of(kept.class_names))
    with storage_errors(target):
        os.replace(gathered.path, partial / IMAGES)
        for left in partial.iterdir():
            if left.name not in (IMAGES, LABELS, PARTS, MANIFEST):
                left.unlink()
        os.rename(partial, target)
        sync_folder(target.parent)
    return target


def _write_originals(gathered: Gathered, division: Division, name: str, home: str | Path | None) -> None:
    """Write down what the pictures were, where that says more than the images themselves."""
    originals = gathered.originals()
    originals_path(name, home).unlink(missing_ok=True)
    if (originals != Original(*gathered.shape[1:3])).any():
        write_originals(originals[np.argsort(division.parts, kind="stable")], name, home)


def _npy(values: NDArray[Any]) -> bytes:
    return header_bytes(values.shape, values.dtype) + values.tobytes()


def _about(
    understood: Understood,
    keeping: Keeping,
    size: tuple[int, int],
    notes: tuple[str, ...],
    skipped: tuple[str, ...],
) -> AboutDataset:
    return AboutDataset(
        path=str(understood.path.absolute()),
        form=understood.form,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        size=size,
        fit=keeping.fit,
        seed=keeping.seed,
        left_out=len(understood) - len(kept_positions(understood, keeping)),
        notes=notes,
        doubts=understood.doubts,
        skipped=skipped,
        n_skipped=len(skipped),
    )


def import_dataset(
    path: str | Path,
    name: str,
    home: str | Path | None = None,
    *,
    reading: Reading | None = None,
    keeping: Keeping | None = None,
    on_progress: Progress | None = None,
) -> Imported:
    """Make a data set of one's own files: understand them and keep that; see `understand` and `keep`.

    Args:
        path: a folder or a zip archive of photos, or another form that `cnnviz.data.sources` understands.
        name: of the data set; a new one.
        home: the home folder; see `cnnviz.home.resolve_home`.
        reading: how the files are read; None for what is found out.
        keeping: how the pictures are kept; None for the usual.
        on_progress: called with the number of pictures that are read and of all; what it raises stops.

    Returns:
        What there is now, and what was passed over.

    Raises:
        DataError: the name is taken or cannot be one, or the files are not a data set.
        StorageError: the home cannot be written.
        MissingExtraError: a package has to be installed for it; the sentence says how.
    """
    if published := _published(Path(path), name, home, keeping or Keeping(), reading):
        return published
    check_free(name, home)
    return keep(understand(path, reading), name, home, keeping, on_progress)
