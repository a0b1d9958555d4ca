"""Reading the pictures of an `Understood` into one file, one at a time; what was read is there when it is called again.

A few threads decode and bring to size, a window of some pictures ahead; the pictures are written in their order. Beside
the file lies a record of how far it is, renewed every second, so that a process that is stopped or killed begins again
where it was. Images are written with one channel until the first one comes that is not grey.
"""

import hashlib
import json
import os
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.fitting import fitted
from cnnviz.data.large import IMAGES
from cnnviz.data.originals import KnowsOriginals, Original, Originals
from cnnviz.data.sources.understood import Keeping, Understood
from cnnviz.data.stored import StoredImages, header_bytes, open_array
from cnnviz.download import Progress
from cnnviz.errors import DataError
from cnnviz.files import read_json, storage_errors, write_json

__all__ = ["Gathered", "gather", "kept_positions"]

_POSITION, _ORIGINALS = "position.json", "originals.bin"
_ROW = np.dtype(np.uint32).itemsize * len(Original._fields)  # bytes of what one picture was
_THREADS = 4
_AHEAD = 4  # pictures a thread: enough that no thread waits for the writer
_NOTED_EVERY_S = 1.0
_BLOCK = 2**23  # bytes that are moved at a time

_Read = tuple[NDArray[np.uint8], Original]


@dataclass(frozen=True, eq=False)
class Gathered:
    """The pictures that were read.

    Attributes:
        path: the .npy file with the images.
        shape: (n, height, width, channels) of it.
        positions: (n,) int64, which pictures of the `Understood` they are, ascending.
        skipped: why the others could not be read, a sentence each.
    """

    path: Path
    shape: tuple[int, int, int, int]
    positions: NDArray[np.int64]
    skipped: tuple[str, ...]

    def images(self) -> StoredImages:
        """Return the images, which stay where they are."""
        file, _ = open_array(self.path, lambda shape, _: shape)
        return StoredImages.of(file, self.path, self.shape)

    def originals(self) -> Originals:
        """Return what they were, (n, 5) uint32."""
        content = self.path.with_name(_ORIGINALS).read_bytes()
        return np.frombuffer(content, np.uint32).reshape(self.shape[0], -1)


@dataclass
class _Position:
    """How far it is: a JSON file.

    Attributes:
        of: what is read, and how; another source or other settings begin anew.
        at: pictures that were tried.
        channels: of the images in the file.
        dropped: which of the tried ones are not in it.
        skipped: why, a sentence each.
    """

    of: str
    at: int = 0
    channels: int = 1
    dropped: list[int] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def kept(self) -> int:
        """How many images are in the file."""
        return self.at - len(self.dropped)


def kept_positions(understood: Understood, keeping: Keeping) -> NDArray[np.int64]:
    """Return which pictures are to be kept, ascending."""
    wanted = np.ones(len(understood), bool)
    wanted[[position for position in keeping.left_out if 0 <= position < len(understood)]] = False
    return np.flatnonzero(wanted)


def gather(
    understood: Understood,
    folder: Path,
    keeping: Keeping,
    size: tuple[int, int],
    on_progress: Progress | None = None,
) -> Gathered:
    """Read pictures into a file, or those that are still missing there.

    Args:
        understood: the pictures.
        folder: where the file lies and the record of how far it is; made when missing.
        keeping: fit, colour, and what is left out.
        size: height and width of the images.
        on_progress: called with the number of pictures that were tried and of all; it may raise to stop.

    Raises:
        StorageError: the disk is full or refuses; what was written stays.
        DataError: none of the pictures can be read.
    """
    order = kept_positions(understood, keeping)
    writer = _Writer(folder, _named(understood, keeping, size), size, keeping)
    position = writer.position
    with writer:
        if on_progress:
            on_progress(position.at, len(order))
        for picture, result in _read_all(understood, order[position.at :], keeping, size):
            if isinstance(result, DataError):
                position.dropped.append(picture)
                position.skipped.append(str(result))
            else:
                writer.add(*result)
            position.at += 1
            writer.note_sometimes()
            if on_progress:
                on_progress(position.at, len(order))
    positions = np.setdiff1d(order, np.array(position.dropped, np.int64))
    return Gathered(writer.path, (position.kept, *size, position.channels), positions, tuple(position.skipped))


def _read_all(
    understood: Understood, positions: NDArray[np.int64], keeping: Keeping, size: tuple[int, int]
) -> Iterator[tuple[int, _Read | DataError]]:
    """Yield each picture in its size with what it was, or why it cannot be read, in their order."""
    channels, pictures = {"grey": 1, "rgb": 3}.get(keeping.colour), understood.pictures

    def read(position: int) -> _Read | DataError:
        try:
            if isinstance(pictures, KnowsOriginals):
                pixels, original = pictures.read_original(position)
            else:
                pixels = pictures.read(position)
                original = Original(*pixels.shape[:2])
            return fitted(pixels, (*size, channels or pixels.shape[-1]), keeping.fit), original
        except DataError as error:
            return error

    threads = min(_THREADS, os.cpu_count() or 1)
    waiting: deque[tuple[int, Future[_Read | DataError]]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="cnnviz-import") as pool:
        try:
            for position in positions.tolist():
                waiting.append((position, pool.submit(read, position)))
                if len(waiting) > threads * _AHEAD:
                    first, future = waiting.popleft()
                    yield first, future.result()
            for first, future in waiting:
                yield first, future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


class _Writer:
    """Writes images to a file and notes how far it is.

    Args:
        folder: of the files.
        of: what is read, and how.
        size: height and width of the images.
        keeping: its colour.
    """

    def __init__(self, folder: Path, of: str, size: tuple[int, int], keeping: Keeping) -> None:
        self._folder, self._size = folder, size
        self._header = len(header_bytes((0, *size, 3), np.uint8))
        self.position = self._resumed(of) or _Position(of, channels=3 if keeping.colour == "rgb" else 1)
        self._noted = time.monotonic()
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self._opened(self.position.channels, self.position.kept)
            self._originals = self._opened_originals(self.position.kept)

    @property
    def path(self) -> Path:
        """The file, which has another name for grey and for colour: making one of the other can be stopped too."""
        return self._path(self.position.channels)

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(self, *_: object) -> None:
        with storage_errors(self.path), self._file, self._originals:
            self._file.seek(0)
            self._file.write(header_bytes((self.position.kept, *self._size, self.position.channels), np.uint8))
            self._file.flush()
            os.fsync(self._file.fileno())
        self._note()

    def add(self, image: NDArray[np.uint8], original: Original) -> None:
        """Write an image (height, width, 1 or 3), and what it was."""
        channels = image.shape[2]
        if channels > self.position.channels:
            self._widen()
        elif channels < self.position.channels:
            image = np.repeat(image, self.position.channels, axis=2)
        with storage_errors(self.path):
            self._file.write(np.ascontiguousarray(image).data)
            self._originals.write(np.array(original, np.uint32).data)

    def note_sometimes(self) -> None:
        """Note how far it is, where that was not done for a while."""
        if time.monotonic() - self._noted > _NOTED_EVERY_S:
            with storage_errors(self.path):
                self._file.flush()
                self._originals.flush()
            self._note()

    def _note(self) -> None:
        write_json(self._folder / _POSITION, asdict(self.position), durable=False, within=self._folder)
        self._noted = time.monotonic()

    def _path(self, channels: int) -> Path:
        return self._folder / (IMAGES if channels == 3 else f"grey-{IMAGES}")

    def _bytes(self, images: int, channels: int) -> int:
        return self._header + images * self._size[0] * self._size[1] * channels

    def _opened(self, channels: int, images: int) -> BinaryIO:
        """Open the file behind so many images."""
        path = self._path(channels)
        if not images:
            path.unlink(missing_ok=True)
        file = open(path, "r+b" if images else "xb")  # noqa: SIM115 - closed at the end
        if not images:
            file.write(bytes(self._header))
        file.truncate(self._bytes(images, channels))
        file.seek(0, os.SEEK_END)
        return file

    def _opened_originals(self, images: int) -> BinaryIO:
        """Open the file of what the pictures were behind so many."""
        file = open(self._folder / _ORIGINALS, "r+b" if images else "wb")  # noqa: SIM115 - closed at the end
        file.truncate(images * _ROW)
        file.seek(0, os.SEEK_END)
        return file

    def _widen(self) -> None:
        """Go on with three channels: those that were written as grey are written again."""
        grey, kept = self._file, self.position.kept
        with storage_errors(self._path(3)):
            grey.flush()
            self._file = self._opened(3, 0)
            with open(grey.name, "rb") as source:
                source.seek(self._header)
                while block := source.read(_BLOCK):
                    self._file.write(np.repeat(np.frombuffer(block, np.uint8), 3).data)
            self._file.flush()
        self.position.channels = 3
        assert self._file.tell() == self._bytes(kept, 3)  # or the images would be those of others
        self._note()
        grey.close()
        with storage_errors(self._path(1)):
            self._path(1).unlink()

    def _resumed(self, of: str) -> _Position | None:
        """Return how far an earlier try came, where it was at the same and its file is as long as it says."""
        said = read_json(self._folder / _POSITION)
        if not said or said.get("of") != of:
            return None
        try:
            position = _Position(**said)
            size = os.stat(self._path(position.channels), follow_symlinks=False).st_size
            whole = 0 <= position.kept <= position.at and size >= self._bytes(position.kept, position.channels)
            whole &= os.stat(self._folder / _ORIGINALS, follow_symlinks=False).st_size >= position.kept * _ROW
        except (TypeError, OSError):
            return None
        return position if whole else None


def _named(understood: Understood, keeping: Keeping, size: tuple[int, int]) -> str:
    """Name what is read and how: another source, other labels or other settings have another name."""
    path = understood.path
    try:
        found = path.stat()
        changed = [found.st_size, found.st_mtime_ns]
    except OSError:
        changed = []
    settings = [repr(replace(keeping, left_out=frozenset())), sorted(keeping.left_out), size, repr(understood.reading)]
    said = [str(path.absolute()), changed, understood.form, understood.class_names, settings]
    digest = hashlib.blake2b(json.dumps(said, default=str).encode(), digest_size=16)
    digest.update(understood.labels.tobytes())
    for text in (understood.parts, understood.groups):
        digest.update(b"" if text is None else text.tobytes())
    for position in range(len(understood)):
        digest.update(understood.pictures.name(position).encode("utf-8", "replace") + b"\0")
    return digest.hexdigest()
