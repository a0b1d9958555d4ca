"""Zip archives of photos, read where they are: nothing is unpacked to the disk.

What an archive says of itself is not believed: its list is counted before it is read, its members are read one at a
time and no further than a photo's size, and names that lead elsewhere are refused.
"""

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path, PurePosixPath

from cnnviz.data.known import KNOWN
from cnnviz.data.sources.folders import understand_tree
from cnnviz.data.sources.trees import Entry, Skips, check_amount, is_litter
from cnnviz.data.sources.understood import Reading, Understood
from cnnviz.errors import DataError
from cnnviz.home import datasets_folder

__all__ = ["ZipTree", "recognises", "understand"]

_ZIP, _EMPTY_ZIP = b"PK\3\4", b"PK\5\6"
_OTHERS = {
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ\0": "an xz archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
}
_SUSPECT = 4 * 2**30  # bytes; what is larger must not be packed much smaller than photos ever are
_TIMES = 100
_ENTRY, _END = struct.Struct("<4s24xHHH12x"), struct.Struct("<4s4xHHLLH")
_LONGEST_COMMENT = 2**16
_LONGEST_NAME = 255  # characters of a file or a folder, as everywhere
_LARGEST_LIST = 2**28  # bytes of the list of members
# RuntimeError is what zipfile says of a password, and the parent of what it says of an unknown compression.
_FAILURES = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, LookupError, RuntimeError, struct.error)


def recognises(path: Path, start: bytes) -> bool:
    """Say whether it is an archive of whatever kind."""
    return start.startswith((_ZIP, _EMPTY_ZIP)) or _other(start) != ""


def understand(path: Path, reading: Reading) -> Understood:
    """Understand a zip archive of photos, with the same layouts as folders.

    Raises:
        DataError: it is another archive, damaged, encrypted, hostile, or holds no labelled photos.
    """
    with path.open("rb") as file:
        kind = _other(file.read(512))
    if kind:
        raise DataError(_refused(path, kind))
    return understand_tree(ZipTree(path), reading)


def _other(start: bytes) -> str:
    """Name an archive that is not read; nothing for a zip or no archive."""
    if start[257:262] == b"ustar":
        return "a tar archive"
    return next((name for beginning, name in _OTHERS.items() if start.startswith(beginning)), "")


def _refused(path: Path, kind: str) -> str:
    for known in KNOWN.values():
        if path.name in [file.filename for file in known.files]:
            return (
                f"{path} is the published archive of {known.name}, which needs no import; put it into "
                f"{datasets_folder()} under the name {path.name} and use the data set {known.name}"
            )
    return f"{path} holds {kind}; accepted are zip archives and folders, so unpack it and give the folder it makes"


class ZipTree:
    """The files of a zip archive. Several threads can read it at once."""

    def __init__(self, path: Path) -> None:
        """Read the list of members.

        Raises:
            DataError: damaged, too much, or with members that must not be there.
        """
        self.path, self.skips = path, Skips()
        _check_list(path)
        try:
            self._archive = zipfile.ZipFile(path)
        except _FAILURES as error:
            raise _damaged(path, error) from error
        members = self._archive.infolist()
        check_amount(path, len(members), sum(member.file_size for member in members))
        _check_bomb(path, members)
        folders: set[str] = set()
        self._members: dict[str, zipfile.ZipInfo] = {}
        files: list[Entry] = []
        for member in members:
            name = _checked_name(member, path)
            if any(map(is_litter, name.rstrip("/").split("/"))):
                continue
            folders.update(str(parent) for parent in PurePosixPath(name).parents if parent.name)
            if name.endswith("/"):
                folders.add(name.rstrip("/"))
                continue
            if name in self._members:
                raise DataError(f"{path} holds {name[-80:]!r} twice; zip its folder again")
            self._members[name] = member
            files.append(Entry(name, member.file_size, name))
        self.files, self.folders = tuple(sorted(files)), tuple(sorted(folders))

    def read(self, entry: Entry, most: int) -> bytes:
        """Return the beginning of a member; its checksum is compared where all of it is read."""
        try:
            with self._archive.open(self._members[entry.key]) as member:
                return member.read(most)
        except _FAILURES as error:
            raise DataError(
                f"the file {entry.path!r} of {self.path} cannot be read ({_reason(error)}); zip its folder again"
            ) from error


def _check_list(path: Path) -> None:
    """Count the members in the list at the archive's end, before so many records are made of them.

    Raises:
        DataError: they are too many.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - _END.size - _LONGEST_COMMENT, 0))
        tail = file.read()
        at = tail.rfind(_EMPTY_ZIP)
        if at < 0 or len(tail) - at < _END.size:
            return  # zipfile says so
        _, _, count, length, _, _ = _END.unpack_from(tail, at)
        end = size - len(tail) + at
        if 0xFFFF in (count,) or length == 0xFFFFFFFF:  # zip64: the true end record stands before this one
            locator = tail[max(at - 76, 0) : at]
            record = locator.rfind(b"PK\6\6")
            if record >= 0 and len(locator) - record >= 56:
                count, length = struct.unpack_from("<32xQQ", locator, record)
                end = size - len(tail) + at - (len(locator) - record)
        if length > _LARGEST_LIST or length > end:
            raise DataError(f"{path} has a list of members that cannot be right; zip its folder again")
        file.seek(end - length)
        content = file.read(length)
    at = found = 0
    while content[at : at + 4] == b"PK\1\2" and len(content) - at >= 46:
        _, name, extra, comment = _ENTRY.unpack_from(content, at)
        at += 46 + name + extra + comment
        found += 1
        check_amount(path, found, 0)


def _check_bomb(path: Path, members: list[zipfile.ZipInfo]) -> None:
    total = sum(member.file_size for member in members)
    if total > _SUSPECT and total > _TIMES * path.stat().st_size:
        raise DataError(
            f"{path} says that it holds {total >> 30} GiB in {path.stat().st_size:,} bytes, which photos never do; "
            "zip the folder of your photos again"
        )


def _checked_name(member: zipfile.ZipInfo, path: Path) -> str:
    """Return a member's path, with "/" between.

    Raises:
        DataError: it leads elsewhere, is a link, is encrypted, or is packed in a way that is not read.
    """
    name = _text(member).replace("\\", "/")
    shown = repr(name[-80:])
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/") or "\0" in member.orig_filename:
        raise DataError(f"{path} holds {shown}, which lies outside the archive; zip a folder of photos again")
    if max(map(len, name.split("/"))) > _LONGEST_NAME:
        raise DataError(f"{path} holds a name of more than {_LONGEST_NAME} characters, {shown}; shorten it")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise DataError(f"{path} holds the link {shown}; zip the folder again with the files themselves")
    if member.flag_bits & 1:
        raise DataError(f"{path} is encrypted ({shown}); zip the folder again without a password")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DataError(
            f"{path} packs {shown} in a way that is not read (method {member.compress_type}); zip the folder again "
            'with the usual one, "deflate"'
        )
    return "/".join(part for part in name.split("/") if part not in ("", ".")) + ("/" if name.endswith("/") else "")


def _text(member: zipfile.ZipInfo) -> str:
    """Return a member's name; programs that write UTF-8 do not all say so, and zipfile takes it for MS-DOS's then."""
    name = member.filename
    if not member.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name)


def _damaged(path: Path, error: BaseException) -> DataError:
    return DataError(
        f"{path} cannot be read as a zip archive ({_reason(error)}); copy it again or zip its folder again"
    )


def _reason(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).splitlines()[0][:120]
