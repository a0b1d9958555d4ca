"""Images that are there twice: the same bytes, or the same picture moved, recoloured or compressed again.

Two images are near duplicates where their fine structure agrees once one is moved onto the other. What is compared is
grey, 32 pixels wide and high, and without its coarse shades: light skies and dark ground make strangers alike, edges do
not. Candidates are found by their coarse shades (8x8), by one multiplication of matrices; then each pair is compared as
`cnnviz.data.findings.likeness` does, over moves of up to 4 pixels.
benchmarks/findings.py compares that with the pairs of CIFAR-10 that Barz and Denzler 2020 (Do We Train on Test Data?)
found by a network's features and by eye.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.findings.likeness import SIDE, Greys, coarse, correlation, fine, rough_correlation
from cnnviz.data.records import Images

__all__ = ["ALIKE", "DRAWN_ALIKE", "Pairs", "Tell", "are_drawings", "exact_copies", "near_copies", "thumbnails"]

Tell = Callable[[int, int], None]

ALIKE = 0.75  # correlation from which on two images count as one picture
DRAWN_ALIKE = 0.995  # of drawings, where strangers share most of their lines
_MOVE = 4  # pixels
_COARSELY_ALIKE, _ROUGHLY_ALIKE = 0.6, 0.5  # what is worth a closer look: moved copies have little more
_CANDIDATES = 16  # the best of as many parts of the other images
_ROWS = 256  # images compared with all others at a time: 50 MB of correlations with 50,000
_PAIRS = 2_048  # compared finely at a time
_EMPTY = 0.4  # share of pixels with one value from which on an image is a drawing on a ground


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of images that are alike.

    Attributes:
        first: (pairs,) int64, positions.
        second: (pairs,) int64, positions among the others, or later ones among the same.
        likeness: (pairs,) float32, up to 1.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    likeness: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.first)


def thumbnails(images: Images) -> Greys:
    """Return images in grey and reduced by area to what is compared.

    Args:
        images: (n, height, width, 1 or 3) uint8.

    Returns:
        (n, 32, 32) uint8.
    """
    from PIL import Image  # here, because whoever reads what was found needs no decoder

    greys = np.empty((len(images), SIDE, SIDE), np.uint8)
    for at, image in enumerate(images):
        picture = Image.fromarray(image[..., 0] if image.shape[2] == 1 else image).convert("L")
        greys[at] = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX))
    return greys


def exact_copies(images: Iterable[NDArray[np.uint8]]) -> NDArray[np.int64]:
    """Say which images are the same to the byte.

    Args:
        images: n of one shape.

    Returns:
        (n,) int64, for each the position of the first that is the same: its own where it is that.
    """
    first: dict[bytes, int] = {}
    digests = (hashlib.blake2b(np.ascontiguousarray(image).data, digest_size=16).digest() for image in images)
    return np.array([first.setdefault(digest, at) for at, digest in enumerate(digests)], np.int64)


def are_drawings(greys: Greys) -> bool:
    """Say whether most of some images are lines or shapes on an even ground, such as written digits.

    Strangers among these are as alike as copies, so only what agrees almost everywhere counts as one.

    Args:
        greys: (n, 32, 32) uint8, at least one.
    """
    flat = greys[:: max(1, len(greys) // 500)].reshape(-1, SIDE * SIDE)
    share = [np.bincount(image, minlength=256).max() / flat.shape[1] for image in flat]
    return bool(np.median(share) > _EMPTY)


def near_copies(images: Greys, others: Greys | None = None, tell: Tell | None = None) -> Pairs:
    """Find pairs of images that show one picture.

    Args:
        images: (n, 32, 32) uint8, from `thumbnails`.
        others: (m, 32, 32) uint8 to compare them with; None to compare them with each other, each pair once.
        tell: called with how many of the n are compared and n; raises to stop.

    Returns:
        Each image's pairs, of at most 16 candidates among the others, the most alike first.
    """
    least, move = (DRAWN_ALIKE, 0) if are_drawings(images) else (ALIKE, _MOVE)
    against = images if others is None else others
    nobody = np.empty(0, np.int64)
    found = [(nobody, nobody, np.empty(0, np.float32))]
    for start, rows, columns in _candidates(images, against, same=others is None):
        for few in range(0, len(rows), _PAIRS):
            row, column = rows[few : few + _PAIRS], columns[few : few + _PAIRS]
            left, right = fine(images[row]), fine(against[column])
            near = np.flatnonzero(rough_correlation(left, right, move) > _ROUGHLY_ALIKE)
            likeness = correlation(left[near], right[near], move)
            kept = near[likeness >= least]
            found.append((row[kept], column[kept], likeness[likeness >= least]))
        if tell:
            tell(min(start + _ROWS, len(images)), len(images))
    first, second, likeness = (np.concatenate(part) for part in zip(*found, strict=True))
    if others is None:  # a pair may have been found from both ends
        _, once = np.unique(first * len(against) + second, return_index=True)
        first, second, likeness = first[once], second[once], likeness[once]
    order = np.argsort(-likeness, kind="stable")
    return Pairs(first[order], second[order], likeness[order])


def _candidates(images: Greys, others: Greys, same: bool) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64]]]:
    """Yield, for some images at a time, pairs of positions that are coarsely alike."""
    left, right = coarse(images), coarse(others)
    width = -(-len(right) // _CANDIDATES)
    for start in range(0, len(left), _ROWS):
        likeness = left[start : start + _ROWS] @ right.T  # (rows, others)
        if same:
            positions = np.arange(start, start + len(likeness))
            likeness[np.arange(len(likeness)), positions] = -1
        best = [part.argmax(axis=1) + at for at, part in _parts(likeness, width)]
        columns = np.stack(best, axis=1)  # (rows, parts)
        alike = np.take_along_axis(likeness, columns, axis=1) > _COARSELY_ALIKE
        rows, ranks = np.nonzero(alike)
        first, second = rows + start, columns[rows, ranks]
        yield start, *((np.minimum(first, second), np.maximum(first, second)) if same else (first, second))


def _parts(likeness: NDArray[np.float32], width: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
    for at in range(0, likeness.shape[1], width):
        yield at, likeness[:, at : at + width]
