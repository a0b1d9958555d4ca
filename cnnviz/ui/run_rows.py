"""Runs as rows: name, a spark-line of accuracy, the state in words, the test accuracy."""

import math
from collections.abc import Sequence

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.runs import History, Run, Status
from cnnviz.ui.loaders import open_run
from cnnviz.ui.messages import plain, sentence

__all__ = ["accuracy_in_words", "run_row", "run_rows", "spark_line", "state_in_words"]

ROWS = 6
_WIDTH, _HEIGHT = 132, 30
# An SVG image does not know the theme: these are readable on both backgrounds.
_COLOURS = {"validation": "#E0761B", "training": "#6272EC"}


def run_rows(run_ids: Sequence[str], train_page: str, *, key: str) -> None:
    """Draw the newest runs, the others on further pages of the list.

    Args:
        run_ids: ids, newest first.
        train_page: the page file that shows a run.
        key: prefix of the widgets' keys.
    """
    pages = max(1, -(-len(run_ids) // ROWS))
    chosen = min(st.session_state.get(f"{key}-page", 1), pages)
    for run_id in run_ids[(chosen - 1) * ROWS : chosen * ROWS]:
        try:
            run_row(open_run(run_id), train_page)
        except CnnvizError as error:
            st.caption(f":material/broken_image: {plain(run_id)}: {plain(sentence(error))}")
    if pages > 1:
        st.pagination(pages, key=f"{key}-page")


def run_row(run: Run, train_page: str) -> None:
    """Draw one run.

    Raises:
        RunError: its folder is damaged; nothing was drawn then.
    """
    name, data, status = run.name, run.spec.data.name, run.status
    line, told = spark_line(run.history())
    measured = accuracy_in_words(run)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"home-run-{run.id}"):
        st.page_link(
            train_page,
            label=f"**{plain(name)}** · {plain(data)}" + (" · came with cnnviz" if run.bundled else ""),
            icon=":material/timeline:",
            query_params={"run": run.id},
            width="stretch",
        )
        if line:
            st.image(line, width=_WIDTH, alt=told)
        st.caption(state_in_words(status), width=190)
        st.markdown(measured, width=190)


def accuracy_in_words(run: Run) -> str:
    """Say how good a run's model is, as `**44 %** of test images right`; nothing before it was measured."""
    accuracy = (run.evaluation() or {}).get("accuracy")
    return f"**{100 * accuracy:.0f}\u00a0%** of test images right" if isinstance(accuracy, int | float) else ""


def state_in_words(status: Status) -> str:
    """Say where a run is, as `stopped at epoch 4`."""
    epochs = f"{status.epoch} epoch{'s' if status.epoch != 1 else ''}"
    place = f"at epoch {status.epoch}" if status.epoch else "before the first epoch ended"
    words = {
        "queued": "waits for its turn",
        "running": f"running, epoch {min(status.epoch + 1, max(status.epochs, 1))} of {status.epochs}",
        "stopping": "stopping",
        "completed": f"completed, {epochs}",
        "failed": "failed",
    }
    return words.get(status.state, f"{status.state} {place}")


def spark_line(history: History) -> tuple[str, str]:
    """Draw accuracy over the epochs as a small picture, from 0 to 100 %.

    Args:
        history: of a run.

    Returns:
        The picture as SVG, and what it shows in words; two empty texts before the first epoch has ended.
    """
    split = "validation" if history.epochs.get("val_accuracy") else "training"
    values = history.epochs.get("val_accuracy") or history.epochs.get("accuracy") or []
    values = [min(max(value, 0.0), 1.0) for value in values if math.isfinite(value)]
    if not values:
        return "", ""
    told = f"{split} accuracy by epoch: from {100 * values[0]:.0f} to {100 * values[-1]:.0f} %"
    steps = max(len(values) - 1, 1)
    points = [(4 + (_WIDTH - 8) * n / steps, 4 + (_HEIGHT - 8) * (1 - value)) for n, value in enumerate(values)]
    (x, y), drawn = points[-1], " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    colour = _COLOURS[split]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}">'
        f'<line x1="0" x2="{_WIDTH}" y1="{_HEIGHT - 2}" y2="{_HEIGHT - 2}" stroke="#808899" stroke-opacity=".4"/>'
        f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/></svg>'
    )
    return svg, told
