"""What the pictures of a data set were before they were brought to one size: how large, and how they were taken.

Kept beside the data set in `<home>/datasets/.NAME.originals.npy`, a row for each image: training, then validation, then
test images.
"""

from pathlib import Path
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.catalogue import checked_name
from cnnviz.data.stored import header_bytes, open_array
from cnnviz.errors import DataError
from cnnviz.files import write_atomically
from cnnviz.home import datasets_folder

__all__ = ["KnowsOriginals", "Original", "Originals", "originals_of", "originals_path", "write_originals"]

Originals = NDArray[np.uint32]  # (n, 5): a row for each image, its columns the fields of `Original`


class Original(NamedTuple):
    """What a picture was.

    Attributes:
        height: in pixels, upright.
        width: in pixels, upright.
        orientation: how the camera was held, as EXIF counts: 1 upright, or nobody says so, to 8.
        turned_before: whether somebody had turned the pixels and left the camera's word, which turned them once more.
        camera: a number for the camera that EXIF names; 0 for none.
    """

    height: int
    width: int
    orientation: int = 1
    turned_before: bool = False
    camera: int = 0


@runtime_checkable
class KnowsOriginals(Protocol):
    """Pictures, of `cnnviz.data.sources`, that know what each was."""

    def read_original(self, position: int) -> tuple[NDArray[np.uint8], Original]:
        """Return a picture, as `read` does, and what it was.

        Raises:
            DataError: it cannot be read.
        """


def originals_path(name: str, home: str | Path | None = None) -> Path:
    """Return where it is kept."""
    return datasets_folder(home) / f".{checked_name(name)}.originals.npy"


def originals_of(name: str, n_images: int, home: str | Path | None = None) -> Originals | None:
    """Return what the pictures of a data set were; None where nobody wrote it down, or it cannot be read.

    Args:
        name: of the data set.
        n_images: how many it has.
        home: the home folder; see `cnnviz.home.resolve_home`.

    Returns:
        (n, 5) uint32: training, then validation, then test images.
    """

    def check(shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        if shape != (n_images, len(Original._fields)) or dtype != np.uint32:
            raise DataError(f"it holds {dtype!s:.80} of shape {shape!s:.40}")

    path = originals_path(name, home)
    if not path.is_file():
        return None
    try:
        file, _ = open_array(path, check)
        with file:
            content = file.read()
        return np.frombuffer(content, np.uint32).reshape(n_images, -1)
    except (DataError, OSError, ValueError):  # another data set's, or damaged: known no more
        return None


def write_originals(originals: Originals, name: str, home: str | Path | None = None) -> None:
    """Write it down.

    Raises:
        StorageError: the home cannot be written.
    """
    write_atomically(originals_path(name, home), header_bytes(originals.shape, originals.dtype) + originals.tobytes())
