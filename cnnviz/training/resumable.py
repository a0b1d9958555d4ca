"""Whether a training can go on from the arrays of a checkpoint."""

import numpy as np

from cnnviz.arrays import Arrays

__all__ = ["resumable"]


def resumable(arrays: Arrays, like: Arrays, images: int) -> bool:
    """Say whether a state read from a file can be continued; a whole file may still be another run's, or made up.

    Args:
        arrays: the state from the file.
        like: the present state of the fit, of which it must have the names, kinds and shapes.
        images: training images there are.
    """
    if arrays.keys() != like.keys():
        return False
    if any(arrays[name].dtype.kind != array.dtype.kind for name, array in like.items()):
        return False
    grow = ("losses", "correct", "val_losses")
    if any(arrays[name].ndim != 1 if name in grow else arrays[name].shape != like[name].shape for name in like):
        return False
    epoch, batch, taken, epochs, chosen = (int(value) for value in arrays["place"])
    return (
        0 <= epoch <= epochs
        and 0 <= batch <= taken
        and 1 <= chosen <= images
        and len(arrays["losses"]) == len(arrays["correct"]) == batch
        and len(arrays["val_losses"]) in (0, epoch)
        and 0 <= float(arrays["seconds"]) < np.inf
    )
