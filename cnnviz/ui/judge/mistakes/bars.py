"""The probabilities of one image as bars: the predicted and the true class marked, many classes cut short."""

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.guesses import percent
from cnnviz.ui.styles import style

__all__ = ["MOST", "probability_bars", "shown_classes"]

MOST = 10  # bars


def shown_classes(probabilities: NDArray[np.floating], label: int) -> list[int]:
    """Return the classes with a bar: all in their order, or the most probable of many and the true one.

    Args:
        probabilities: (classes,).
        label: the true class.
    """
    if len(probabilities) <= MOST:
        return list(range(len(probabilities)))
    best = [int(one) for one in np.argsort(-probabilities, kind="stable")[:MOST]]
    return best if label in best else [*best[:-1], label]


def probability_bars(probabilities: NDArray[np.floating], label: int, class_names: Sequence[str]) -> str:
    """Draw the probabilities.

    Args:
        probabilities: (classes,) in [0, 1].
        label: the true class.
        class_names: by label; escaped.
    """
    predicted = int(np.argmax(probabilities))
    rows = []
    for one in shown_classes(probabilities, label):
        share = float(probabilities[one])
        said = ' class="said"' if one == predicted else ""
        truth = "<em>true</em>" if one == label else ""
        name = escape(class_names[one], quote=True)
        rows.append(
            f'<b{said} title="{name}">{name}{truth}</b><i{said} style="--share:{100 * share:.1f}%"></i>'
            f'<u title="{share:.6g}">{percent(share)}</u>'
        )
    return f'{style(__file__)}<div class="mistakes-bars">{"".join(rows)}</div>'
