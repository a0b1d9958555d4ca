"""Copies that are mirrored or turned by a quarter, a half or three quarters, as augmentation and scanners leave them.

An image has eight symmetries; under each it has a hash of 16 bits, the signs of its lowest frequencies (a perceptual
hash as of Zauner 2010, Implementation and Benchmarking of Perceptual Image Hash Functions). Two images are compared
where the hash of one that is turned is that of the other, but for the bits that are nearest to turning over. So all
seven turns together cost less than comparing all images with all.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.findings.duplicates import DRAWN_ALIKE, Pairs, Tell, are_drawings
from cnnviz.data.findings.likeness import Greys, coarse, correlation, fine, rough_correlation

__all__ = ["TURNED_ALIKE", "TURNS", "turned", "turned_copies"]

TURNED_ALIKE = 0.82  # correlation: more than of plain copies, since there are seven chances to be alike
TURNS = 7  # besides leaving an image as it is

_QUARTERS = (2, 1, 3, 1, 3)  # of the third to the last turn; of the last two after mirroring
_MOVE = 2  # pixels
_BITS, _FREE = 16, 3  # of a hash, and how many of them, those of the weakest frequencies, may differ
_COARSELY_ALIKE, _ROUGHLY_ALIKE = 0.8, 0.6  # what is worth a closer look
_PAIRS = 2_048  # compared finely at a time
_CANDIDATES = 2**17  # pairs of one hash that are looked at at a time: 70 MB of coarse shades
_OF_ONE = 16  # the best candidates of an image: where all have one shape (a disc), thousands share a hash
_NO_HASH = 2**_BITS  # of even images, which are like nothing and of which there may be many

# Vertical and horizontal frequency of each bit, the lowest first; the mean of all is none.
_FREQUENCIES = sorted(product(range(8), range(8)), key=lambda pair: (sum(pair), pair))[1 : _BITS + 1]
_WEIGHTS = 1 << np.arange(_BITS)


def turned(images: NDArray[Any], turn: int) -> NDArray[Any]:
    """Return images as one of the turns makes them.

    Args:
        images: (n, side, side, ...).
        turn: 0 to 6: left and right mirrored, upside down mirrored, turned by 180, 90 and 270 degrees (to the left),
            and mirrored then turned by 90 and 270.
    """
    if turn < 2:
        return images[:, ::-1] if turn else images[:, :, ::-1]
    return np.rot90(images[:, :, ::-1] if turn > 4 else images, _QUARTERS[turn - 2], axes=(1, 2))


def turned_copies(greys: Greys, tell: Tell | None = None) -> Pairs:
    """Find pairs of images of which one is the other, mirrored or turned.

    Args:
        greys: (n, 32, 32) uint8, from `thumbnails`.
        tell: called with how many of the turns are looked at and their number; raises to stop.

    Returns:
        The pairs, each once, the most alike first: of an image and its 16 best candidates in each turn.
    """
    least, move = (DRAWN_ALIKE, 0) if are_drawings(greys) else (TURNED_ALIKE, _MOVE)
    shades = coarse(greys)
    same = _SameHash(np.where(shades.any(axis=1), _hashes(_frequencies(shades)), _NO_HASH))
    firsts, seconds, likenesses = [], [], []
    for turn in range(TURNS):
        of_turn = turned(shades.reshape(-1, 8, 8), turn).reshape(shades.shape)
        for rows, columns in same.pairs(_probes(_frequencies(of_turn))):
            near = _best(rows, np.einsum("ps,ps->p", of_turn[rows], shades[columns]))
            for first, second in _some(rows[near], columns[near]):
                likeness = _likeness(turned(greys[first], turn), greys[second], move)
                kept = likeness >= least
                firsts.append(first[kept])
                seconds.append(second[kept])
                likenesses.append(likeness[kept])
        if tell:
            tell(turn + 1, TURNS)
    nobody = [np.empty(0, np.int64)]
    first, second = np.concatenate(nobody + firsts), np.concatenate(nobody + seconds)
    likeness = np.concatenate([np.empty(0, np.float32), *likenesses])
    order = np.argsort(-likeness, kind="stable")
    _, once = np.unique((first * len(greys) + second)[order], return_index=True)  # one that is alike in several turns
    order = order[np.sort(once)]
    return Pairs(first[order], second[order], likeness[order])


class _SameHash:
    """Finds images by their hash.

    Args:
        hashes: (n,) of all of them.
    """

    def __init__(self, hashes: NDArray[np.int64]) -> None:
        self._order = np.argsort(hashes, kind="stable")
        self._starts = np.searchsorted(hashes[self._order], np.arange(2**_BITS + 1))

    def pairs(self, probes: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Yield pairs of positions, of some images at a time.

        Args:
            probes: (n, probes), for each image the hashes that are looked for; found are images behind it.
        """
        begin = self._starts[probes]
        counts = self._starts[probes + 1] - begin
        for start, stop in _parts(counts.sum(axis=1)):
            of_each = counts[start:stop].ravel()
            rows = np.repeat(np.repeat(np.arange(start, stop), probes.shape[1]), of_each)
            inner = np.arange(len(rows)) - np.repeat(np.cumsum(of_each) - of_each, of_each)
            columns = self._order[np.repeat(begin[start:stop].ravel(), of_each) + inner]
            later = rows < columns
            yield rows[later], columns[later]


def _parts(counts: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yield from where to where images have few enough candidates to be looked at together, one image at least."""
    sums, start = np.cumsum(counts), 0
    while start < len(counts):
        before = sums[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(sums, before + _CANDIDATES, side="right")))
        yield start, stop
        start = stop


def _best(rows: NDArray[np.int64], likeness: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the positions of those that are coarsely alike, of each image the best few."""
    near = np.flatnonzero(likeness > _COARSELY_ALIKE)
    near = near[np.lexsort((-likeness[near], rows[near]))]
    begin = np.searchsorted(rows[near], rows[near])  # where each one's image begins
    return near[np.arange(len(near)) - begin < _OF_ONE]


def _frequencies(shades: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the lowest frequencies of coarse shades (n, 64), (n, bits)."""
    from scipy.fft import dctn

    found = dctn(shades.reshape(-1, 8, 8), axes=(1, 2), norm="ortho")
    down, across = zip(*_FREQUENCIES, strict=True)
    return np.asarray(found[:, down, across], np.float32)


def _hashes(frequencies: NDArray[np.float32]) -> NDArray[np.int64]:
    return np.asarray((frequencies > 0) @ _WEIGHTS, np.int64)


def _probes(frequencies: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the hashes that a changed copy may have, (n, 8): each choice of the weakest bits turned over."""
    weakest = _WEIGHTS[np.argsort(np.abs(frequencies), axis=1)[:, :_FREE]]  # (n, free)
    choices = np.array([*product((0, 1), repeat=_FREE)])
    return np.asarray(_hashes(frequencies)[:, None] ^ weakest @ choices.T)


def _some(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    for start in range(0, len(rows), _PAIRS):
        yield rows[start : start + _PAIRS], columns[start : start + _PAIRS]


def _likeness(left: Greys, right: Greys, move: int) -> NDArray[np.float32]:
    """Return how alike pairs are, (pairs,); -1 where they are plainly not."""
    first, second = fine(left), fine(right)
    near = rough_correlation(first, second, move) > _ROUGHLY_ALIKE
    likeness = np.full(len(left), -1, np.float32)
    likeness[near] = correlation(first[near], second[near], move)
    return likeness
