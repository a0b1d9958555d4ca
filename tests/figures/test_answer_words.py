"""What networks answer, in words."""

import numpy as np

from cnnviz.figures.answer_words import agreement, answer_in_words
from cnnviz.inference import Classification
from cnnviz.inference.classifying import Ranked


def answer(*shares: float, names: tuple[str, ...] = ("cat", "dog", "frog"), reason: str = "") -> Classification:
    order = np.argsort(-np.array(shares), kind="stable")
    top = tuple(Ranked(names[i], int(i), shares[i]) for i in order)
    return Classification(top, np.array(shares), bool(reason), reason)


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
