"""The report of a run as one printable page: HTML that needs no network, no JavaScript and no other file."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.errors import RunError
from cnnviz.figures.class_scores import class_bars, draw_class_bars
from cnnviz.figures.confusion import confusion_picture, draw_confusion
from cnnviz.figures.reliability import draw_reliability, reliability
from cnnviz.figures.svg import STYLE, Drawing
from cnnviz.figures.theme import FONT, css_variables
from cnnviz.figures.threshold_curves import curve_sheet, draw_curves
from cnnviz.runs.views import ViewsScore, read_views

if TYPE_CHECKING:
    from cnnviz.evaluation import Evaluation, Judged
    from cnnviz.runs import Run

__all__ = ["report_page"]

_CSS = Path(__file__).with_suffix(".css")
_MATRIX = (
    "Rows are true classes, columns predicted ones; the number counts test images, the colour is the share of its row."
)
_NOTES = (
    "The test images were never trained on. The interval holds the accuracy on all images of the kind in 95 of 100 "
    "such tests (Wilson 1927). Loss is the mean cross-entropy in nats. Macro means count every class with test images "
    "the same. Calibration sorts the images into bins of equal width by confidence (Guo et al. 2017). Loss, top 3 and "
    "the curves need the probabilities of all classes, which a run keeps at its end."
)


def report_page(run: "Run", judged: "Judged", evaluation: "Evaluation") -> str:
    """Write the report of a run.

    Args:
        run: whose settings are told.
        judged: what it predicted.
        evaluation: the report on that.

    Returns:
        An HTML document; print it, or keep it: it looks the same everywhere and always.

    Raises:
        RunError: the run's settings cannot be read.
    """
    body = [
        _head(run, evaluation),
        _section("What is taken for what", _confusion(evaluation), _pairs(evaluation)),
        f'<section class="pair">{_bars(evaluation)}{_calibration(evaluation)}</section>',
        _curves(judged),
        _section("Every class", _class_table(evaluation)),
        _section("How it was trained", _settings(run), _layers(run)),
        f"<footer><p>{escape(_NOTES)}</p><p>{escape(_made_by(run))}</p></footer>",
    ]
    css = f"{css_variables(':root')}body {{ font-family: {FONT}; }}\n{STYLE}{_CSS.read_text(encoding='utf-8')}"
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Report: {escape(run.name)}</title>\n<style>\n{css}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in body if part)
        + "\n</body>\n</html>\n"
    )


def _head(run: "Run", evaluation: "Evaluation") -> str:
    low, high = evaluation.interval
    of = f"{evaluation.n_test - evaluation.n_mistakes:,} of {evaluation.n_test:,} test images right"
    moment, data = _moment(run, evaluation), run.spec.data.name
    told = [
        ("mistakes", f"{evaluation.n_mistakes:,}"),
        ("loss", _digits(evaluation.loss)),
        ("among the top 3", _percent(evaluation.top3)),
        ("precision, macro", _digits(evaluation.precision_macro)),
        ("recall, macro", _digits(evaluation.recall_macro)),
        ("F1, macro", _digits(evaluation.f1_macro)),
        *([] if evaluation.independent else [("calibration error", _percent(evaluation.calibration.expected_error))]),
    ]
    told += [(f"accuracy over {score.views} views", _percent(score.accuracy)) for score in _several(run, evaluation)]
    return (
        f"<header><h1>{escape(run.name)}</h1>"
        f'<p class="quiet">{escape(f"A report on the test images of {data}: {moment} of the run {run.id}")}</p>'
        f'<div class="head"><div class="large">{_percent(evaluation.accuracy)}</div><div><p><strong>accuracy</strong>, '
        f"{_percent(low)} to {_percent(high)} with 95 % confidence</p>"
        f'<p class="quiet">{of}</p></div></div>{_list(told)}{_note(evaluation)}</header>'
    )


def _several(run: "Run", evaluation: "Evaluation") -> tuple[ViewsScore, ...]:
    """Return what was measured with several views; a file that cannot be read is no reason for no report."""
    try:
        return () if evaluation.snapshot is not None else read_views(run)
    except RunError:
        return ()


def _note(evaluation: "Evaluation") -> str:
    told = [evaluation.remark]
    if evaluation.loss is None:
        told.append(
            "Only the winning class's probability is known here, so loss, top 3 and the curves are missing: a run "
            "keeps the others at its end."
        )
    return "".join(f'<p class="note">{escape(sentence)}</p>' for sentence in told if sentence)


def _moment(run: "Run", evaluation: "Evaluation") -> str:
    if evaluation.snapshot is None:
        return "the trained model"
    position = next((item.position for item in run.predicted_snapshots() if item.number == evaluation.snapshot), None)
    return f"snapshot {evaluation.snapshot}" + ("" if position is None else f", after {position:.3g} epochs,")


def _confusion(evaluation: "Evaluation") -> str:
    picture = confusion_picture(evaluation.confusion, evaluation.class_names)
    return _figure(draw_confusion(picture, 720), _MATRIX, "matrix")


def _pairs(evaluation: "Evaluation") -> str:
    if not evaluation.pairs:
        return "<p>It made no mistake on these images.</p>"
    rows = "".join(f"<li>{escape(pair.sentence)}</li>" for pair in evaluation.pairs)
    return f"<p>Most confused:</p><ol>{rows}</ol>"


def _bars(evaluation: "Evaluation") -> str:
    bars = class_bars(evaluation.per_class)
    return f"<div><h2>Class by class</h2>{_figure(draw_class_bars(bars), bars.caption)}</div>"


def _calibration(evaluation: "Evaluation") -> str:
    if evaluation.independent:  # several classes may be right, and an image has one label
        return ""
    record = reliability(evaluation.calibration)
    drawn = _figure(draw_reliability(record), f"{record.verdict} {record.caption}")
    return f"<div><h2>Can its confidence be believed?</h2>{drawn}</div>"


def _curves(judged: "Judged") -> str:
    if judged.probabilities is None:
        return ""
    from cnnviz.evaluation.curves import precision_recall, roc

    sheets = [
        curve_sheet("roc", roc(judged), judged.class_names),
        curve_sheet("precision-recall", precision_recall(judged), judged.class_names),
    ]
    drawn = "".join(f"<div>{_figure(draw_curves(sheet), sheet.caption)}</div>" for sheet in sheets if sheet.named)
    return f'<h2>At every threshold</h2><section class="pair">{drawn}</section>' if drawn else ""


def _class_table(evaluation: "Evaluation") -> str:
    rows = [
        (score.name, _digits(score.precision), _digits(score.recall), _digits(score.f1), f"{score.support:,}")
        for score in evaluation.per_class
    ]
    return _table(("class", "precision", "recall", "F1", "test images"), rows)


def _settings(run: "Run") -> str:
    spec, train = run.spec, run.spec.train
    if spec.model.foreign:
        return _list([("data set", spec.data.name), ("training", "elsewhere, so its settings are not known")], "small")
    told = [
        ("data set", spec.data.name),
        ("validation images", _validation(run)),
        ("epochs", f"{run.history().n_epochs:,} of {max(run.status.epochs, train.epochs):,}"),
        ("batch size", f"{train.batch_size:,}"),
        ("optimiser", f"{train.optimizer}, learning rate {train.learning_rate:g}, {train.schedule.replace('_', ' ')}"),
        ("loss", spec.loss.replace("_", " ")),
        ("augmentation", "yes" if train.augmentation.active else "none"),
        ("seed", f"{train.seed}"),
    ]
    return _list(told, "small")


def _validation(run: "Run") -> str:
    """Say where the validation images are from, as far as that is known, and how many they are."""
    from cnnviz.data import list_datasets

    data, count = run.spec.data, run.history().val_images
    if not data.validation:
        return "none"
    of = next((info for info in list_datasets(run.home) if info.name == data.name), None)
    images = "" if count is None else f"{count:,} image{'' if count == 1 else 's'}"
    if of is None:  # whether they were drawn is not known any more
        return images or f"{100 * data.validation:.3g} % or the data set's own"
    if of.n_validation:
        return f"the data set's own{images and f', {images}'}"
    return f"{100 * data.validation:.3g} % of the training images, held back{images and f' ({images})'}"


def _layers(run: "Run") -> str:
    rows = [
        (row.name, row.kind, "×".join(map(str, row.output_shape)), f"{row.parameters:,}") for row in run.spec.model.rows
    ]
    return _table(("layer", "kind", "output", "parameters"), rows)


def _made_by(run: "Run") -> str:
    from cnnviz import __version__

    versions = ", ".join(f"{name} {version}" for name, version in run.spec.versions.items())
    return f"Written by cnnviz {__version__}." + (f" Trained with {versions}." if versions else "")


# --- parts of a page --------------------------------------------------------------------------------------------


def _section(title: str, *parts: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{''.join(parts)}</section>"


def _figure(drawing: Drawing, caption: str, look: str = "") -> str:
    return f'<figure class="{look}">{drawing}<figcaption>{escape(caption)}</figcaption></figure>'


def _list(told: Iterable[tuple[str, str]], look: str = "") -> str:
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in told)
    return f'<dl class="{look}">{rows}</dl>'


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(head)}</th>" for head in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _digits(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"
