"""The first line of the report: how good the network is, how sure that is, and what is missing."""

from contextlib import suppress
from html import escape

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.evaluation import Evaluation, doubts
from cnnviz.evaluation.report import wilson
from cnnviz.runs.views import ViewsScore, read_views
from cnnviz.ui import loaders
from cnnviz.ui.glossary import meaning
from cnnviz.ui.judge.bar import JudgedRun
from cnnviz.ui.messages import plain
from cnnviz.ui.run_facts import can_resume
from cnnviz.ui.styles import style

__all__ = ["headline", "remarks"]


def headline(now: JudgedRun, report: Evaluation | None) -> None:
    """Draw the accuracy large with its interval, and the other numbers of the whole test set beside it.

    Args:
        now: what is judged.
        report: its numbers; None while scikit-learn is imported: those of it are left open.
    """
    judged = now.judged
    n_right, n_test = int(judged.right.sum()), len(judged)
    low, high = wilson(n_right, n_test)
    loss = None if judged.losses is None else float(judged.losses.mean())
    top3, f1 = (report.top3, report.f1_macro) if report else (None, None)
    told = [
        _number("mistakes", f"{n_test - n_right:,}", f"of {n_test:,} test images"),
        _number("loss", _small(loss), _exact(loss)),
        _number("top 3", _written(top3, "{:.1%}"), _exact(top3)) if len(judged.class_names) > 3 else "",
        _number("mean F1", _written(f1, "{:.2f}"), _exact(f1)),
    ]
    told += [
        _number(f"over {score.views} views", _written(score.accuracy, "{:.1%}"), meaning("views"))
        for score in _several(now)
    ]
    share, sign = _written(n_right / n_test, "{:.1%}").split()
    st.html(
        f'{style(__file__)}<div class="cnnviz-headline"><div class="large" title="{_exact(n_right / n_test)}">{share} '
        f"<small>{sign}</small></div>"
        f'<div class="how"><strong>accuracy</strong><br><span>{_written(low, "{:.1%}")} to {_written(high, "{:.1%}")} '
        f"with 95 % confidence, on {n_test:,} test images</span></div><dl>{''.join(told)}</dl></div>"
    )


def _several(now: JudgedRun) -> tuple[ViewsScore, ...]:
    """Return what was measured with several views of each image; it is about the trained model alone."""
    with suppress(CnnvizError):  # a damaged file is no reason for no report
        return () if now.judged.snapshot is not None else read_views(now.run, loaders.home())
    return ()


def remarks(now: JudgedRun, report: Evaluation | None) -> None:
    """Say what is missing and why, and what these numbers are those of."""
    told = []
    if now.run.status.active:
        told.append(f"The run is still training: these are its numbers {now.moment}, and the page goes on with it.")
    elif not now.run.has_final_predictions:
        what = (
            "Resume it on the Train page to measure its model"
            if can_resume(now.run)
            else "Train it again with a lower learning rate to have a model to measure"
            if now.run.state == "diverged"
            else "Train it again to have a model to measure"
        )
        told.append(
            f"The run {plain(now.run.name)} did not come to its end: these are its numbers {now.moment}. {what}."
        )
    if not now.complete:
        where = "choose the trained model above" if now.run.has_final_predictions else "they are made at the end"
        told.append(
            f"Loss, top 3 and the curves need the probabilities of all classes, which a snapshot lacks: {where}."
        )
    if now.judged.snapshot is None:
        with suppress(CnnvizError):  # nor are damaged settings
            told += [plain(doubt.sentence) for doubt in doubts(now.run)]
    told += [plain(sentence) for sentence in (report.remark if report else "", now.run.caveat) if sentence]
    if told:
        st.caption(" ".join(told))


def _number(name: str, value: str, exact: str) -> str:
    return f'<div title="{escape(exact)}"><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>'


def _written(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value).replace("%", " %")


def _small(loss: float | None) -> str:
    """Write two digits that say something, of a loss that may be nearly nothing."""
    if loss is None or loss >= 0.1:
        return _written(loss, "{:.2f}")
    return "< 0.0001" if 0 < loss < 0.0001 else f"{loss:.2g}"


def _exact(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
