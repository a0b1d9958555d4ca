"""The probabilities of one image as bars: the predicted and the true class marked, many classes cut short."""

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.guesses import percent
from cnnviz.figures.theme import css_variables

__all__ = ["MOST", "probability_bars", "shown_classes"]

MOST = 10  # bars

_STYLE = (
    "<style>"
    + css_variables(".mistakes-bars")
    + """
.mistakes-bars { display: grid; grid-template-columns: minmax(0, max-content) minmax(2rem, 1fr) max-content;
  gap: .125rem .5rem; align-items: center; font-size: .875rem; line-height: 1.125rem; }
.mistakes-bars b { overflow: hidden; font-weight: 400; text-overflow: ellipsis; white-space: nowrap; }
.mistakes-bars b.said { font-weight: 700; }
.mistakes-bars em { margin-left: .25rem; padding: 0 .25rem; border: 1px solid var(--cnnviz-muted); border-radius: 4px;
  font-size: .75rem; font-style: normal; font-weight: 400; }
.mistakes-bars i { height: .5rem; border-radius: .25rem; background: var(--cnnviz-grid); overflow: hidden; }
.mistakes-bars i::before { content: ""; display: block; width: var(--share); height: 100%; border-radius: inherit;
  background: var(--cnnviz-muted); }
.mistakes-bars i.said::before { background: var(--cnnviz-accent); }
.mistakes-bars u { text-align: right; text-decoration: none; font-variant-numeric: tabular-nums; }
</style>"""
)


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
    return f'{_STYLE}<div class="mistakes-bars">{"".join(rows)}</div>'
