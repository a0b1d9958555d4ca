"""Values that are not what a network takes."""

import numpy as np
import pytest

from cnnviz.data.levels import nothing_to_see, refuse_fractions
from cnnviz.errors import DataError

PICTURE = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)


@pytest.mark.parametrize(
    ("image", "cure"),
    [
        (PICTURE / 255, "if 0 to 1 is meant, multiply them by 255"),
        ((PICTURE / 255).astype(np.float32), "if 0 to 1 is meant, multiply them by 255"),
        ((PICTURE / 255).astype(np.float16), "if 0 to 1 is meant, multiply them by 255"),
        (PICTURE / 127.5 - 1, "if -1 to 1 is meant, add 1 and multiply them by 127.5"),
    ],
)
def test_fractions_are_refused_with_the_cure(image: np.ndarray, cure: str) -> None:
    with pytest.raises(DataError, match="fractions from") as refused:
        refuse_fractions(image)
    assert str(refused.value).endswith(cure)


@pytest.mark.parametrize(
    "image",
    [
        PICTURE,
        PICTURE.astype(float),
        PICTURE * 0.3,
        np.zeros((8, 8)),
        np.ones((8, 8)),
        np.zeros((0, 8, 8)),
        PICTURE > 9,
    ],
)
def test_others_are_not(image: np.ndarray) -> None:
    refuse_fractions(np.asarray(image))


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (np.zeros((8, 8, 1), np.uint8), "nothing but black, so the answer says nothing about it."),
        (np.eye(8, dtype=np.uint8), "if its values are meant as 0 to 1, multiply them by 255."),
        (np.full((8, 8, 3), 255.0), "nothing but white"),
        (PICTURE, ""),
        (np.full((8, 8, 3), 128), ""),
    ],
)
def test_black_and_white_are_said(image: np.ndarray, said: str) -> None:
    found = nothing_to_see(image)
    assert said in found
    assert bool(found) == bool(said)
