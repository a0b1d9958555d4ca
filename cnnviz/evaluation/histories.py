"""The history of one test image in words: when a run learned it, forgot it, and what it was taken for meanwhile."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from cnnviz.evaluation.learning import LearningOrder

__all__ = ["history_in_words"]


def history_in_words(order: LearningOrder, index: int, moments: Mapping[int, str]) -> str:
    """Say when an image was learned, forgotten, or that it never was, and what it was taken for.

    Args:
        order: what the run predicted at every snapshot.
        index: the number of the test image.
        moments: what each snapshot is called, by its number.

    Returns:
        One or two sentences, not escaped.
    """
    when = [moments.get(int(number), f"at snapshot {number}") for number in order.snapshots]
    return f"{_learned(order, index, when)} {_taken_for(order, index)}".strip()


def _learned(order: LearningOrder, index: int, when: Sequence[str]) -> str:
    first, learned, times = (int(values[index]) for values in (order.first_right, order.learned, order.forgotten))
    if first < 0:
        return "Never learned: wrong at every snapshot."
    again = {0: "", 1: "forgotten once on the way, "}.get(times, f"forgotten {times} times on the way, ")
    if learned >= 0:
        if first == learned:
            return "Right from the start." if learned == 0 else f"Learned {when[learned]}, and right ever since."
        return f"First right {when[first]}, {again}learned for good {when[learned]}."
    last = max(at for at in range(len(when)) if order.right[at, index])
    if first == last:
        return f"Right only once, {when[last]}, and wrong ever since."
    often = "once" if times == 1 else f"{times} times"
    return f"First right {when[first]}, last right {when[last]}, forgotten {often}."


def _taken_for(order: LearningOrder, index: int) -> str:
    """The classes it was taken for, one after another, where there was more than one."""
    names = [order.class_names[label] for label, _ in groupby(order.predicted[:, index])]
    if len(names) < 2:
        return f"Always taken for {names[0]}." if order.learned[index] < 0 else ""
    shown = names if len(names) <= 6 else [*names[:2], "…", *names[-3:]]
    return f"Predicted one after another: {', '.join(shown)}."
