"""What the Classify page says, by hand."""

import numpy as np
import pytest

from cnnviz.inference import Classification, Crop
from cnnviz.inference.classifying import Ranked
from cnnviz.ui.classify.words import agreement, answer_in_words, journey


def answer(*shares: float, names: tuple[str, ...] = ("cat", "dog", "frog"), reason: str = "") -> Classification:
    order = np.argsort(-np.array(shares), kind="stable")
    top = tuple(Ranked(names[i], int(i), shares[i]) for i in order)
    return Classification(top, np.array(shares), bool(reason), reason)


@pytest.mark.parametrize(
    ("size", "crop", "shape", "note", "grey", "says"),
    [
        ((300, 451), Crop(), (32, 32, 3), "", False,
         "451×300 pixels. Its centre, 300×300 pixels, is made 32×32: each pixel is the mean of about 9×9."),
        ((300, 450), Crop(mode="whole"), (30, 30, 3), "", False,
         "450×300 pixels. All of it, with grey bars above and below, is made 30×30: each pixel is the mean of about "
         "15×15."),
        ((450, 300), Crop(mode="whole"), (30, 30, 3), "Turned upright, as its EXIF data say.", False,
         "300×450 pixels. Turned upright, as its EXIF data say. All of it, with grey bars left and right, is made "
         "30×30: each pixel is the mean of about 15×15."),
        ((400, 400), Crop(), (32, 32, 1), "", False,
         "400×400 pixels. All of it is made 32×32: each pixel is the mean of about 12×12. Made grey, as all its "
         "training images were."),
        ((400, 400), Crop(mode="box", box=(0.5, 0.5, 0.6, 0.6)), (80, 80, 3), "", True,
         "400×400 pixels. The chosen part, 40×40 pixels, is enlarged to 80×80. The network takes colours, so grey "
         "stands in all three."),
        ((32, 32), Crop(), (32, 32, 3), "", False, "32×32 pixels. The network takes it as it is."),
    ],
)  # fmt: skip
def test_how_a_photo_becomes_what_the_network_sees(size, crop, shape, note, grey, says) -> None:
    assert journey(size, crop, shape, note, grey=grey) == says


def test_an_answer_is_a_word_and_how_sure() -> None:
    assert answer_in_words(answer(0.1, 0.7, 0.2)) == ("dog", "70 %")
    assert answer_in_words(answer(0.83, 0.17, names=("cat", "dog"))) == ("cat rather than dog", "83 %")
    assert answer_in_words(answer(0.17, 0.83, names=("cat", "dog"))) == ("dog rather than cat", "83 %")
    assert answer_in_words(answer(0.4, 0.3, 0.3, reason="Not sure enough.")) == ("None of my classes", "")


def test_two_networks_agree_or_not_in_a_sentence() -> None:
    titles = ("small", "large")
    sure, unsure, other = answer(0.9, 0.1, 0.0), answer(0.6, 0.2, 0.2), answer(0.1, 0.2, 0.7)
    silent = answer(0.4, 0.3, 0.3, reason="Not sure enough.")
    assert agreement(titles, (sure, unsure)) == "Both say cat; small is surer, 90 % against 60 %."
    assert agreement(titles, (unsure, sure)) == "Both say cat; large is surer, 90 % against 60 %."
    assert agreement(titles, (sure, sure)) == "Both say cat, equally sure."
    assert agreement(titles, (sure, other)) == "They disagree: small says cat (90 %), large frog (70 %)."
    assert agreement(titles, (silent, other)) == "They disagree: small says none of its classes, large frog (70 %)."
    assert agreement(titles, (silent, silent)) == "Both had better not answer."
