"""`cnnviz evaluate`: how good a run is on its test images, class by class, and what it confuses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnviz.cli.options import AsJson, Home, RunName
from cnnviz.cli.output import count, emit, percent, say, table
from cnnviz.cli.progress import file_progress
from cnnviz.cli.quiet_import import silent_start
from cnnviz.cli.runs import find
from cnnviz.cli.target import check_target, write_target
from cnnviz.errors import SpecError

if TYPE_CHECKING:
    from cnnviz.evaluation import Evaluation, Judged
    from cnnviz.runs import Run
    from cnnviz.runs.views import ViewsScore

__all__ = ["evaluate"]


def evaluate(
    run: RunName,
    snapshot: Annotated[
        int | None,
        typer.Option("--snapshot", metavar="N", help="The report of a snapshot; without it of the run's model."),
    ] = None,
    views: Annotated[
        int | None,
        typer.Option("--views", metavar="2|6", help="Measure with several views of each image too."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the report too: .csv, .json, or .html to print.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Report how good a run is on its test images."""
    opened = find(run, home)
    if out is not None:
        check_target(out, tuple(_FORMATS), "the report is a table, a JSON document or a page")
    from cnnviz.evaluation import evaluate_judged, judge

    if views is not None:
        _measure(opened, views, snapshot, home)
    judged = judge(opened, snapshot, home)
    report = evaluate_judged(judged)
    if out is not None:
        write_target(out, _FORMATS[out.suffix.lower()](opened, report, judged).encode())
    if as_json:
        emit({**_document(opened, report), "out": None if out is None else str(out)})
        return
    _tell(opened, report, asked=snapshot)
    if out is not None:
        say(f"written: {out}")


def _measure(run: "Run", views: int, snapshot: int | None, home: Path | None) -> None:
    """Measure with several views, after every refusal that needs no TensorFlow."""
    from cnnviz.inference.views import checked_views, measure_views

    if snapshot is not None:
        raise SpecError("--views measures the run's model and --snapshot asks for another one; leave one of them out")
    checked_views(run, views)
    with silent_start():
        import keras  # noqa: F401 - the first import, which prints notices
    with file_progress(f"looking at {views} views of each image") as tell:
        measure_views(run, views, home, on_progress=lambda share: tell(round(100 * share), 100))


def _several(run: "Run", report: "Evaluation") -> "tuple[ViewsScore, ...]":
    """Return what was measured with several views; it is about the run's model alone."""
    from cnnviz.runs.views import read_views

    return () if report.snapshot is not None else read_views(run)


def _document(run: "Run", report: "Evaluation") -> dict[str, Any]:
    return {**report.to_json(), "views": [score.to_json() for score in _several(run, report)]}


def _csv(run: "Run", report: "Evaluation", judged: "Judged") -> str:
    from cnnviz.evaluation import report_csv

    return report_csv(report)


def _json(run: "Run", report: "Evaluation", judged: "Judged") -> str:
    return json.dumps(_document(run, report), indent=1, allow_nan=False) + "\n"


def _html(run: "Run", report: "Evaluation", judged: "Judged") -> str:
    from cnnviz.figures.report_page import report_page

    return report_page(run, judged, report)


_FORMATS: dict[str, Callable[["Run", "Evaluation", "Judged"], str]] = {".csv": _csv, ".json": _json, ".html": _html}


def _tell(run: "Run", report: "Evaluation", asked: int | None) -> None:
    low, high = report.interval
    which = "" if report.snapshot is None else f", snapshot {report.snapshot}"
    say(f"{run.name} on {run.spec.data.name}{which}: {percent(report.accuracy)} of {report.n_test:,} test images right")
    say(f"95 % interval {percent(low)} to {percent(high)}; {count(report.n_mistakes, 'mistake')}")
    for score in _several(run, report):
        say(f"over {score.views} views of each image: {percent(score.accuracy)} right")
    if asked is None and report.snapshot is not None:
        what = "train it again with a lower learning rate" if run.state == "diverged" else "finish the run"
        say(f"The run did not come to its end, so this is its newest snapshot; {what} to measure its model.")
    measured = [("loss", report.loss, "{:.4f}"), ("top-3", report.top3, "{:.1%}")]
    told = [f"{name} {form.format(value).replace('%', ' %')}" for name, value, form in measured if value is not None]
    if not report.independent:  # several classes may be right, and an image has one label
        told.append(f"expected calibration error {percent(report.calibration.expected_error)}")
    say("; ".join(told))
    say("")
    rows = [(score.name, score.precision, score.recall, score.f1, score.support) for score in report.per_class]
    mean = ("mean", report.precision_macro, report.recall_macro, report.f1_macro, report.n_test)
    table(
        ("class", "precision", "recall", "f1", "images"),
        [(name, *map(percent, scores), f"{support:,}") for name, *scores, support in (*rows, mean)],
        right=("precision", "recall", "f1", "images"),
    )
    for line in filter(None, [report.remark, run.caveat, *(pair.sentence for pair in report.pairs[:5])]):
        say(line)
