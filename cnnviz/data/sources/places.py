"""Where files of a form lie: in a folder, perhaps with folders round them, or in a zip archive with nothing else."""

import os
import shutil
import stat
import struct
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath

from cnnviz.data.photo_formats import SUFFIXES
from cnnviz.data.sources.archives import ZipTree
from cnnviz.data.sources.rows import LARGEST_ARRAY
from cnnviz.data.sources.trees import is_litter
from cnnviz.data.sources.understood import Reading, Understood
from cnnviz.errors import DataError
from cnnviz.files import storage_errors

__all__ = ["files_below", "in_one_folder", "names_in_zip", "starts_in_zip", "understood_unpacked"]

_MOST_SEEN = 5_000
_DEEPEST = 4
_END = b"PK\5\6"
_LONGEST_END = 2**16 + 22
_MOST_MEMBERS = 1_000

Belongs = Callable[[Path], bool]


def files_below(folder: Path, belongs: Belongs) -> list[Path]:
    """Return the files of a form in a folder and those inside it, sorted; none where photos lie there, too.

    Links and hidden files are passed over.

    Args:
        folder: the folder.
        belongs: says of a path whether its name is that of such a file.
    """
    found: list[Path] = []
    seen = 0
    for root, folders, names in os.walk(folder):
        deep = len(Path(root).relative_to(folder).parts) >= _DEEPEST
        folders[:] = [] if deep else sorted(name for name in folders if not is_litter(name))
        for name in names:
            path = Path(root, name)
            seen += 1
            if seen > _MOST_SEEN or path.suffix.lower() in SUFFIXES:
                return []
            if not name.startswith(".") and belongs(path) and stat.S_ISREG(path.lstat().st_mode):
                found.append(path)
    return sorted(found)


def in_one_folder(files: Sequence[Path], path: Path) -> list[Path]:
    """Return files that all lie in one folder.

    Raises:
        DataError: there are none, or they lie in several.
    """
    places = sorted({file.parent for file in files})
    if not places:
        raise DataError(f"{path} holds no tables or arrays; give a folder with some")
    if len(places) > 1:
        raise DataError(f"{path} holds such files in {places[0].name} and in {places[1].name}; give one of the folders")
    return list(files)


def names_in_zip(path: Path) -> list[str]:
    """Return the names of an archive's files; none where it is damaged, holds very many, or photos.

    Args:
        path: a file that begins as a zip does.
    """
    try:
        with path.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - _LONGEST_END, 0))
            end = file.read()
            (count,) = struct.unpack("<H", end[end.rindex(_END) + 10 :][:2])
            if count > _MOST_MEMBERS:
                return []
            with zipfile.ZipFile(file) as archive:
                members = [member for member in archive.infolist() if not member.is_dir()]
    except (OSError, ValueError, struct.error, zipfile.BadZipFile, LookupError, RuntimeError):
        return []
    names = [member.filename for member in members if not _is_litter(member.filename)]
    return [] if any(PurePosixPath(name).suffix.lower() in SUFFIXES for name in names) else names


def starts_in_zip(path: Path, belongs: Belongs, most: int) -> Iterator[bytes]:
    """Read the beginnings of an archive's files of a form; none where it is damaged.

    Args:
        path: a file that begins as a zip does.
        belongs: says of a path whether its name is that of such a file.
        most: how many bytes of each.
    """
    names = [name for name in names_in_zip(path) if belongs(Path(name))]
    if not names:
        return
    wrong = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError)
    with suppress(*wrong), zipfile.ZipFile(path) as archive:
        for name in names:
            with archive.open(name) as member:
                yield member.read(most)


def understood_unpacked(
    path: Path, belongs: Belongs, understand: Callable[[Path, Reading], Understood], reading: Reading
) -> Understood:
    """Unpack the files of a form from a zip into a folder that goes when they are needed no more, and understand them.

    Args:
        path: the archive.
        belongs: says of a path whether its name is that of such a file; others are not unpacked.
        understand: the form's.
        reading: what the person says of it.

    Raises:
        DataError: the archive is damaged, encrypted, or larger than it may be; or what `understand` raises.
    """
    with storage_errors(Path(tempfile.gettempdir())):
        folder = tempfile.TemporaryDirectory(prefix="cnnviz-", ignore_cleanup_errors=True)
    place = Path(folder.name, path.stem)
    try:
        left_out = _unpack(path, place, belongs)
        understood = understand(place, reading)
    except DataError as error:
        folder.cleanup()
        raise DataError(str(error).replace(str(place), str(path))) from error
    except BaseException:
        folder.cleanup()
        raise
    weakref.finalize(understood.pictures, folder.cleanup)
    return replace(
        understood,
        path=path,
        form=f"a zip archive: {understood.form}",
        skipped=(*understood.skipped, *left_out),
    )


def _unpack(path: Path, place: Path, belongs: Belongs) -> list[str]:
    """Write the files that belong under their own names into one folder; return sentences on the others."""
    left_out: list[str] = []
    ZipTree(path)  # refuses what leads elsewhere, is encrypted, or lies about its size
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not (member.is_dir() or _is_litter(member.filename))]
            chosen = []
            for member in members:
                name = PurePosixPath(member.filename)
                if belongs(Path(name.name)):
                    chosen.append(member)
                else:
                    left_out.append(f"{member.filename[:100]!r} is of another form and was passed over")
            _check_room(path, chosen)
            place.mkdir()
            for member in chosen:
                target = place / PurePosixPath(member.filename.replace("\\", "/")).name
                with archive.open(member) as source, storage_errors(target), target.open("xb") as file:
                    shutil.copyfileobj(source, file)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise DataError(f"{path} cannot be unpacked ({reason}); copy it again, or give the unpacked folder") from error
    return left_out


def _check_room(path: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    names = [PurePosixPath(member.filename).name for member in members]
    if len({name.casefold() for name in names}) < len(names):
        raise DataError(f"{path} holds several files of one name; give an archive with one data set")
    total = sum(member.file_size for member in members)
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if total > min(LARGEST_ARRAY, free):
        raise DataError(
            f"{path} holds {total / 2**30:.1f} GiB and there is room for {min(LARGEST_ARRAY, free) / 2**30:.0f}; make "
            "room, or give the unpacked folder"
        )


def _is_litter(name: str) -> bool:
    return any(map(is_litter, PurePosixPath(name).parts))
