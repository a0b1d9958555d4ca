"""How alike two images are: by their coarse shades, and by their fine structure once one is moved onto the other.

The measure is the normalised cross-correlation of Lewis 1995 (Fast Normalized Cross-Correlation) without coarse shades,
over moves of a few pixels: light skies and dark ground make strangers alike, edges do not.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["SIDE", "Greys", "coarse", "correlation", "fine", "rough_correlation", "unit"]

Greys = NDArray[np.uint8]  # (n, 32, 32)

SIDE = 32  # pixels of what is compared
_COARSE = 8  # pixels of its coarse shades


def coarse(greys: Greys) -> NDArray[np.float32]:
    """Return the coarse shades of images, (n, 64): each row's mean 0 and its length 1, so that products correlate."""
    step = SIDE // _COARSE
    blocks = greys.reshape(-1, _COARSE, step, _COARSE, step).mean((2, 4), dtype=np.float32)
    return unit(blocks.reshape(len(greys), -1))


def fine(greys: Greys) -> NDArray[np.float32]:
    """Return images without their coarse shades, (n, 32, 32): a Gaussian of 2 pixels is taken off."""
    from scipy.ndimage import gaussian_filter

    values = greys.astype(np.float32)
    return np.asarray(values - gaussian_filter(values, (0, 2, 2)), np.float32)


def rough_correlation(left: NDArray[np.float32], right: NDArray[np.float32], move: int) -> NDArray[np.float32]:
    """Return nearly what `correlation` does, much faster: what moves out comes in again on the other side."""
    from scipy import fft

    flat = (unit(images.reshape(len(images), SIDE * SIDE)).reshape(images.shape) for images in (left, right))
    first, second = (fft.rfft2(images) for images in flat)
    everywhere = fft.irfft2(first * second.conj(), s=left.shape[1:])
    moves = np.arange(-move, move + 1)
    return np.asarray(everywhere[:, moves[:, None], moves].max((1, 2)), np.float32)


def correlation(left: NDArray[np.float32], right: NDArray[np.float32], move: int) -> NDArray[np.float32]:
    """Return the best correlation of pairs (n, 32, 32) over moves, of what stays inside at each of them."""
    n, inner, size = len(left), slice(move, SIDE - move), SIDE - 2 * move
    middle = unit(left[:, inner, inner].reshape(n, size * size))
    best = np.full(n, -1, np.float32)
    for down in range(2 * move + 1):
        for across in range(2 * move + 1):
            moved = unit(right[:, down : down + size, across : across + size].reshape(n, size * size))
            np.maximum(best, np.einsum("np,np->n", middle, moved), out=best)
    return best


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return rows whose mean is 0 and whose length is 1; what is even everywhere becomes 0."""
    rows = rows - rows.mean(axis=1, keepdims=True)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-3), np.float32)
