"""What a network says of a photo: its word, large, and its probabilities as bars; a click asks why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from cnnviz.ui.components.component import component, when_told

__all__ = ["ClassBar", "verdict"]

_component = component(__file__)


@dataclass(frozen=True)
class ClassBar:
    """The probability of a class.

    Attributes:
        index, name: of the class.
        share: its probability, 0 to 1.
        percent: the same in words.
        before: what it was with all dials at rest; None where they are.
        explained: whether the heatmap is for this one.
        truth: whether it is the true class.
    """

    index: int
    name: str
    share: float
    percent: str
    before: float | None = None
    explained: bool = False
    truth: bool = False


def verdict(
    word: str,
    bars: Sequence[ClassBar],
    *,
    key: str,
    state: Literal["pending", "answered", "abstained"] = "answered",
    title: str = "",
    share: str = "",
    reason: str = "",
    rest: str = "",
    most: int = 6,
    threshold: float | None = None,
    on_explain: Callable[[int], None] | None = None,
) -> None:
    """Draw what a network says.

    Args:
        word: its answer, such as "cat".
        bars: the likeliest classes, the likeliest first.
        key: unique on the page.
        state: whether it answered; "pending" keeps the place of what is still to come.
        title: which network, above it; empty for none.
        share: how sure it is, behind its answer.
        reason: why it does not answer, a sentence or two.
        rest: what is left of the classes, below the bars.
        most: for how many bars there is a place.
        threshold: the least probability that is answered, drawn over the bars; None for none.
        on_explain: called with the class whose bar was clicked, before the page runs again.
    """
    indices = {bar.index for bar in bars}
    _component(
        key=key,
        data={
            "word": word,
            "state": state,
            "title": title,
            "share": share,
            "reason": reason,
            "rest": rest,
            "most": most,
            "threshold": threshold,
            "bars": [vars(bar) for bar in bars],
            "clickable": on_explain is not None,
        },
        on_chosen_change=when_told(key, "chosen", on_explain, lambda told: isinstance(told, int) and told in indices),
    )
