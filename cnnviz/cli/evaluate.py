"""`cnnviz evaluate`: how good a run is on its test images, class by class, and what it confuses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnnviz.cli.options import AsJson, Home, RunName
from cnnviz.cli.output import count, emit, percent, say, table
from cnnviz.cli.runs import find
from cnnviz.cli.target import check_target, write_target

if TYPE_CHECKING:
    from cnnviz.evaluation import Evaluation, Judged
    from cnnviz.runs import Run

__all__ = ["evaluate"]


def evaluate(
    run: RunName,
    snapshot: Annotated[
        int | None,
        typer.Option("--snapshot", metavar="N", help="The report of a snapshot; without it of the run's model."),
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

    judged = judge(opened, snapshot, home)
    report = evaluate_judged(judged)
    if out is not None:
        write_target(out, _FORMATS[out.suffix.lower()](opened, report, judged).encode())
    if as_json:
        emit({**report.to_json(), "out": None if out is None else str(out)})
        return
    _tell(opened, report, asked=snapshot)
    if out is not None:
        say(f"written: {out}")


def _csv(run: "Run", report: "Evaluation", judged: "Judged") -> str:
    from cnnviz.evaluation import report_csv

    return report_csv(report)


def _json(run: "Run", report: "Evaluation", judged: "Judged") -> str:
    return json.dumps(report.to_json(), indent=1, allow_nan=False) + "\n"


def _html(run: "Run", report: "Evaluation", judged: "Judged") -> str:
    from cnnviz.figures.report_page import report_page

    return report_page(run, judged, report)


_FORMATS: dict[str, Callable[["Run", "Evaluation", "Judged"], str]] = {".csv": _csv, ".json": _json, ".html": _html}


def _tell(run: "Run", report: "Evaluation", asked: int | None) -> None:
    low, high = report.interval
    which = "" if report.snapshot is None else f", snapshot {report.snapshot}"
    say(f"{run.name} on {run.spec.data.name}{which}: {percent(report.accuracy)} of {report.n_test:,} test images right")
    say(f"95 % interval {percent(low)} to {percent(high)}; {count(report.n_mistakes, 'mistake')}")
    if asked is None and report.snapshot is not None:
        what = "train it again with a lower learning rate" if run.state == "diverged" else "finish the run"
        say(f"The run did not come to its end, so this is its newest snapshot; {what} to measure its model.")
    measured = [("loss", report.loss, "{:.4f}"), ("top-3", report.top3, "{:.1%}")]
    told = [f"{name} {form.format(value).replace('%', ' %')}" for name, value, form in measured if value is not None]
    say("; ".join([*told, f"expected calibration error {percent(report.calibration.expected_error)}"]))
    say("")
    rows = [(score.name, score.precision, score.recall, score.f1, score.support) for score in report.per_class]
    mean = ("mean", report.precision_macro, report.recall_macro, report.f1_macro, report.n_test)
    table(
        ("class", "precision", "recall", "f1", "images"),
        [(name, *map(percent, scores), f"{support:,}") for name, *scores, support in (*rows, mean)],
        right=("precision", "recall", "f1", "images"),
    )
    for line in filter(None, [report.remark, *(pair.sentence for pair in report.pairs[:5])]):
        say(line)
