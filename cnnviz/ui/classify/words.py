"""What the Classify page says of a photo, of how it became what the network sees, and of an answer."""

from collections.abc import Sequence

from cnnviz.figures.guesses import percent
from cnnviz.inference import Classification, Crop, seen_part

__all__ = ["NONE_OF_MY_CLASSES", "agreement", "answer_in_words", "journey"]

NONE_OF_MY_CLASSES = "None of my classes"


def journey(size: tuple[int, int], crop: Crop, shape: tuple[int, int, int], note: str, *, grey: bool) -> str:
    """Say how a photo becomes what the network sees.

    Args:
        size: (height, width) of the photo as it came, upright, in pixels.
        crop: which part of it.
        shape: (height, width, channels) that the network takes.
        note: what was done to read it.
        grey: whether the photo is grey.
    """
    height, width = size
    aspect = shape[1] / shape[0]
    left, top, right, bottom = seen_part(size, crop, aspect)
    wide, high = right - left, bottom - top
    part = f"{round(wide):,}×{round(high):,} pixels"
    if crop.mode == "whole":
        bars = "above and below" if top < 0 else "left and right" if left < 0 else ""
        which = f"All of it, with grey bars {bars}," if bars else "All of it"
    elif crop.mode == "box":
        which = f"The chosen part, {part},"
    elif (round(wide), round(high)) == (width, height):
        which = "All of it"
    else:
        which = f"Its centre, {part},"
    is_it_all = which == "All of it" and (height, width) == shape[:2]
    how = "The network takes it as it is" if is_it_all else f"{which} is {_resized(wide / shape[1], shape)}"
    sentences = [f"{width:,}×{height:,} pixels.", note, f"{how}."]
    if grey != (shape[2] == 1):
        sentences.append(
            "The network takes colours, so grey stands in all three."
            if grey
            else "Made grey, as all its training images were."
        )
    return " ".join(filter(None, sentences))


def _resized(factor: float, shape: tuple[int, int, int]) -> str:
    small = f"{shape[1]}×{shape[0]}"
    if factor >= 1.5:
        return f"made {small}: each pixel is the mean of about {round(factor)}×{round(factor)}"
    return f"made {small}" if factor > 1.001 else f"shown at {small}" if factor > 0.999 else f"enlarged to {small}"


def answer_in_words(answer: Classification) -> tuple[str, str]:
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


def agreement(titles: Sequence[str], answers: Sequence[Classification]) -> str:
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
