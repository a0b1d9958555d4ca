"""Pictures in files of a folder or an archive, read when they are asked for; a file may hold several pages."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.originals import Original
from cnnviz.data.photo_formats import APART, PICTURES, format_of, is_read, refusal_of
from cnnviz.data.photos import MOST_BYTES, grey_range, open_photo, pages_of
from cnnviz.data.sources import dicom
from cnnviz.data.sources.trees import Entry, Tree
from cnnviz.errors import DataError, MissingExtraError

__all__ = ["START", "FilePictures", "Levels", "Picture", "find_pictures", "is_archive", "levels_of"]

Window = tuple[float, float]

START = 1024  # bytes that tell what a file holds
_RAW_SUFFIXES = (".nef", ".arw", ".dng", ".cr2", ".pef", ".srw", ".3fr", ".iiq", ".nrw")  # TIFFs by their first bytes
_ARCHIVES = ("a zip archive", "a gzip archive", "an archive (RAR)", "an archive (7z)")
_MEASURED = 2_000  # pictures whose values are looked at for the range of all


class Picture(NamedTuple):
    """A picture in a file.

    Attributes:
        entry: the file.
        kind: "photo", "TIFF" or "DICOM".
        page: what the file finds it by.
        number: of the page, from 1; 0 in a file with a single one.
        deep: whether it is grey of more than 8 bits.
    """

    entry: Entry
    kind: str
    page: int = 0
    number: int = 0
    deep: bool = False


def find_pictures(tree: Tree) -> tuple[list[Picture], dict[Entry, str]]:
    """Tell by its first bytes which files are pictures.

    Args:
        tree: whose files; what looks like a picture and is not opened is added to its skips.

    Returns:
        The pictures, each page one of its own; and what the other files hold.

    Raises:
        MissingExtraError: all are DICOM, HEIC or AVIF, and what reads these is not installed.
    """
    found: list[Picture] = []
    others: dict[Entry, str] = {}
    absent = ""
    for entry in tree.files:
        try:
            kind = _kind(tree, entry)
            if kind == "DICOM" and not dicom.is_here():
                absent = absent or f"DICOM, which pydicom reads; {dicom.HOW_TO_GET}"
                tree.skips.add(entry.path, f"is DICOM, which pydicom reads; {dicom.HOW_TO_GET}")
            elif kind == "DICOM" or is_read(kind):
                found += _pages(tree, entry, kind)
            elif kind in PICTURES:
                absent = absent or (refusal_of(kind) if kind in APART else "")
                tree.skips.add(entry.path, f"holds {refusal_of(kind)}", f"hold {refusal_of(kind)}")
            else:
                others[entry] = kind if entry.size else "nothing"
        except DataError as error:
            tree.skips.tell(str(error))
    if absent and not found:
        raise MissingExtraError(f"the pictures of {tree.path} are {absent}")
    return found, others


def is_archive(kind: str) -> bool:
    """Say whether a kind of file, of `format_of`, is an archive of others."""
    return kind in _ARCHIVES


def _kind(tree: Tree, entry: Entry) -> str:
    kind = format_of(tree.read(entry, START))
    if kind == "TIFF" and entry.path.lower().endswith(_RAW_SUFFIXES):
        return "a camera's raw picture"
    return kind


def _pages(tree: Tree, entry: Entry, kind: str) -> Iterable[Picture]:
    """Yield the pictures of a file."""
    if kind == "PNG":
        start = tree.read(entry, 26)
        return [Picture(entry, "photo", deep=start[24:26] == b"\x10\x00")]
    if kind not in ("TIFF", "DICOM"):
        return [Picture(entry, "photo")]
    content = tree.read(entry, MOST_BYTES + 1)
    if kind == "DICOM":
        pages: Sequence[int] = range(dicom.frames(content, entry.path))
    else:
        pages = pages_of(content, entry.path)
    several = len(pages) > 1
    return [
        Picture(entry, kind, page, number if several else 0, deep=True)  # of TIFFs that is known when they are read
        for number, page in enumerate(pages, 1)
    ]


class FilePictures:
    """The pictures of files."""

    def __init__(
        self,
        tree: Tree,
        pictures: Sequence[Picture],
        *,
        window: Window | None = None,
        span: Window | None = None,
        invert: bool = False,
    ) -> None:
        """Keep what to read.

        Args:
            tree: where the files are.
            pictures: which.
            window: the values that are black and white in all grey pictures of more than 8 bits.
            span: the same where no window is given and a file does not say itself what is black and white.
            invert: whether dark becomes bright.
        """
        self._tree, self._pictures = tree, pictures
        self._window, self._span, self._invert = window, span, invert

    def __len__(self) -> int:
        return len(self._pictures)

    def name(self, position: int) -> str:
        """Return a picture's path, with its page where it has several."""
        picture = self._pictures[position]
        return f"{picture.entry.path} page {picture.number}" if picture.number else picture.entry.path

    def read(self, position: int) -> NDArray[np.uint8]:
        """Return a picture, (height, width, 1 or 3) uint8.

        Raises:
            DataError: it cannot be read.
        """
        return self.read_original(position)[0]

    def read_original(self, position: int) -> tuple[NDArray[np.uint8], Original]:
        """Return a picture, and what it was; see `read`."""
        picture, name = self._pictures[position], self.name(position)
        content = self._tree.read(picture.entry, MOST_BYTES + 1)
        original = None
        if picture.kind == "DICOM":
            pixels = dicom.picture(content, name, picture.page, self._window, self._span)
        else:
            window = (self._window or self._span) if picture.deep else None
            photo = open_photo(content, name, page=picture.page, window=window)
            pixels, original = photo.pixels, photo.original
        return 255 - pixels if self._invert else pixels, original or Original(*pixels.shape[:2])


class Levels(NamedTuple):
    """What values grey pictures of more than 8 bits have.

    Attributes:
        span: the lowest and the highest of those whose files do not say what is black and white; None where all say so.
        own: how many of those looked at say so themselves.
        measured: how many pictures were looked at.
        of: how many there are.
    """

    span: Window | None
    own: int
    measured: int
    of: int


def levels_of(tree: Tree, pictures: Sequence[Picture]) -> Levels | None:
    """Return what values the grey pictures of more than 8 bits have; None where there are none.

    Args:
        tree: where the files are.
        pictures: all pictures; of more than 2,000 some are looked at, evenly spread.
    """
    deep = [picture for picture in pictures if picture.deep]
    chosen = [deep[at] for at in np.linspace(0, len(deep) - 1, min(len(deep), _MEASURED)).astype(int)]
    spans: list[Window] = []
    own = 0
    for picture in chosen:
        content = tree.read(picture.entry, MOST_BYTES + 1)
        try:
            if picture.kind == "DICOM":
                span = dicom.span_of(content, picture.entry.path, picture.page)
                own += span is None
            else:
                span = grey_range(content, picture.entry.path, page=picture.page)
        except DataError:
            continue  # said when the picture is read for good
        if span:
            spans.append(span)
    if not spans and not own:
        return None
    span = (min(low for low, _ in spans), max(high for _, high in spans)) if spans else None
    return Levels(span, own, len(chosen), len(deep))
