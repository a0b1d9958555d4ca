"""What networks answer, in a few words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnviz.figures.guesses import percent

if TYPE_CHECKING:
    from cnnviz.inference import Classification

__all__ = ["NONE_OF_MY_CLASSES", "agreement", "answer_in_words"]

NONE_OF_MY_CLASSES = "None of my classes"


def answer_in_words(answer: "Classification") -> tuple[str, str]:
    """Return a network's answer in its own words, and how sure it is.

    Args:
        answer: with all its classes in `top`.

    Returns:
        ("cat", "83 %"); of two classes ("cat rather than dog", "83 %"); where it abstains, that and nothing.
    """
    if answer.abstained:
        return NONE_OF_MY_CLASSES, ""
    first = answer.top[0]
    if len(answer.probabilities) == 2:
        return f"{first.class_name} rather than {answer.top[1].class_name}", percent(first.probability)
    return first.class_name, percent(first.probability)


def agreement(titles: Sequence[str], answers: Sequence["Classification"]) -> str:
    """Say in one sentence whether two networks agree.

    Args:
        titles: what the two are called.
        answers: what they say.
    """
    (one, other), (a, b) = titles, answers
    says = [
        "none of its classes"
        if answer.abstained
        else f"{answer.top[0].class_name} ({percent(answer.top[0].probability)})"
        for answer in (a, b)
    ]
    if a.abstained and b.abstained:
        return "Both had better not answer."
    if a.abstained != b.abstained or a.top[0].class_name != b.top[0].class_name:
        return f"They disagree: {one} says {says[0]}, {other} {says[1]}."
    surer = one if a.top[0].probability >= b.top[0].probability else other
    shares = sorted((percent(a.top[0].probability), percent(b.top[0].probability)))
    if shares[0] == shares[1]:
        return f"Both say {a.top[0].class_name}, equally sure."
    high, low = (a, b) if surer == one else (b, a)
    return (
        f"Both say {a.top[0].class_name}; {surer} is surer, {percent(high.top[0].probability)} against "
        f"{percent(low.top[0].probability)}."
    )
