"""What a run predicted for one image at every snapshot: a strip of marks, and the same in words."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby

from cnnviz.evaluation import LearningOrder
from cnnviz.ui.styles import style

__all__ = ["history_in_words", "history_strip"]

_MARKS = {True: "✓", False: "✕"}


def history_strip(order: LearningOrder, index: int, moments: Mapping[int, str]) -> str:
    """Draw a bar a snapshot, as high as its prediction is confident; solid with a check where it is right.

    Args:
        order: what the run predicted at every snapshot.
        index: the number of the test image.
        moments: what each snapshot is called, by its number.

    Returns:
        HTML; names in it are escaped.
    """
    cells = []
    for at, number in enumerate(order.snapshots):
        right, share = bool(order.right[at, index]), float(order.confidence[at, index])
        name = order.class_names[order.predicted[at, index]]
        when = moments.get(int(number), f"snapshot {number}")
        told = escape(f"{when}: predicted {name}, confidence {share:.4g}, {'right' if right else 'wrong'}", quote=True)
        cells.append(
            f'<div class="{"right" if right else "wrong"}" title="{told}"><div class="room"><div class="bar" '
            f'style="height:{100 * share:.0f}%"></div></div><b>{_MARKS[right]}</b>'
            f"<span>{_short(float(order.positions[at]))}</span></div>"
        )
    return (
        f'{style(__file__)}<div class="mistakes-history" role="img" aria-label="Its predictions">{"".join(cells)}</div>'
    )


def _short(position: float) -> str:
    """An epoch's number under its bar; nothing between two epochs."""
    return f"{position:.0f}" if abs(position - round(position)) < 1e-6 else "·"


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
