"""Where an export lands: one file, a folder, or a zip; whole or not at all."""

import errno
import io
import os
import secrets
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cnnviz.errors import SpecError, StorageError
from cnnviz.export.formats import Format
from cnnviz.files import storage_errors, sync_folder, write_atomically

__all__ = ["Target", "pack", "target_of"]

_WRITTEN = (2026, 1, 1, 0, 0, 0)  # in archives: the same export gives the same bytes


@dataclass(frozen=True)
class Target:
    """A place for an export.

    Attributes:
        path: where it lands.
        kind: "file" for the model alone, "folder" or "zip" with what belongs to it.
    """

    path: Path
    kind: Literal["file", "folder", "zip"]

    def publish(self, files: Mapping[str, bytes]) -> bool:
        """Put the files there in one step.

        Args:
            files: by name; a target of kind "file" takes exactly one, whatever its name.

        Returns:
            Whether a file that was there before was replaced.

        Raises:
            StorageError: the disk is full, read-only or refuses; what was there before is untouched.
        """
        replaced = self.path.is_file()
        with _in_other_words(self.path):
            if self.kind == "folder":
                _make_folder(self.path, files)
            else:
                content = pack(files, self.path.stem) if self.kind == "zip" else next(iter(files.values()))
                write_atomically(self.path, content)
        return replaced


def target_of(out: str | Path, chosen: Format) -> Target:
    """Say what lands at a path, and refuse what cannot before any work is done.

    Args:
        out: a name with the format's ending for the file alone, one that ends in .zip for an archive, one without an
            ending for a folder.
        chosen: the format.

    Raises:
        SpecError: the path has another ending, or is of another kind than its name says.
        StorageError: nothing can be written there.
    """
    if "\0" in str(out):
        raise SpecError(f"{str(out)!r:.200} is no name of a file; give another")
    path = Path(out).absolute()
    target = Target(path, _kind_of(str(out), path, chosen))
    if path.is_dir() and target.kind != "folder":
        raise SpecError(f"{str(out)!r:.200} is a folder; give the name of a file in it")
    if target.kind == "folder" and os.path.lexists(path):
        if not path.is_dir():
            raise SpecError(f"{str(out)!r:.200} is there already and no folder; give another name")
        with _in_other_words(path):
            if any(path.iterdir()):
                raise SpecError(f"the folder {str(out)!r:.200} is not empty; give the name of a new one, perhaps in it")
    _refuse_unwritable(path)
    return target


def _kind_of(out: str, path: Path, chosen: Format) -> Literal["file", "folder", "zip"]:
    name = path.name.lower()
    if name.endswith(chosen.ending):
        return "file"
    if not chosen.model:
        raise SpecError(f"the {chosen.title} goes to {out!r:.200}; give a name that ends in {chosen.ending}")
    if name.endswith(".zip"):
        return "zip"
    if not path.suffix or path.is_dir() or out.endswith((os.sep, "/")):
        return "folder"
    raise SpecError(
        f"{out!r:.200} ends in {path.suffix[:20]}; for {chosen.name} give a name that ends in {chosen.ending} (the "
        "file alone), in .zip, or in nothing (a folder)"
    )


def _refuse_unwritable(path: Path) -> None:
    folder = path if path.is_dir() else path.parent
    with _in_other_words(path):
        while not os.path.lexists(folder):
            folder = folder.parent
    if not folder.is_dir():
        raise StorageError(f"cannot write {str(path)!r}: {str(folder)!r} is not a folder; choose another place")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StorageError(f"cannot write {str(path)!r}: its folder may not be written to; choose another place")


def pack(files: Mapping[str, bytes], folder: str) -> bytes:
    """Return a zip of files, all in one folder.

    Args:
        files: by name.
        folder: what it is called in the archive.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(f"{folder}/{name}", _WRITTEN)
            member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(member, content)
    return packed.getvalue()


def _make_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Fill a folder beside the target, then rename it: a reader sees all of it or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        partial.mkdir()
        for name, content in files.items():
            write_atomically(partial / name, content)
        if path.is_dir():
            path.rmdir()  # empty, as `target_of` saw; not every system renames over it
        os.rename(partial, path)
        sync_folder(path.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


@contextmanager
def _in_other_words(path: Path) -> Iterator[None]:
    """Say of a refusal what helps here: another place for the export, not another home."""
    try:
        with storage_errors(path):
            yield
    except StorageError as error:
        cause = error.__cause__
        while isinstance(cause, StorageError):
            cause = cause.__cause__
        said = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
        full = isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT)
        way_out = "free some space or choose another place" if full else "choose another place"
        raise StorageError(f"cannot write {str(path)!r}: {said[:1].lower()}{said[1:]}; {way_out}") from error
