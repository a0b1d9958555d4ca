"""`cnnviz find-rate`: train for some hundred steps at a growing learning rate, and suggest one."""

from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.cli.options import AsJson, Home
from cnnviz.cli.output import complain, emit, say, table
from cnnviz.cli.progress import share_progress
from cnnviz.cli.quiet_import import silent_start
from cnnviz.cli.settings import Flags, spec_of, with_flags

if TYPE_CHECKING:
    from cnnviz.spec import RunSpec
    from cnnviz.training.rate_curve import RateCurve

__all__ = ["find_rate"]

_POINTS_A_DECADE = 1  # of rates: those of the table


@with_flags
def find_rate(flags: Flags, home: Home = None, as_json: AsJson = False) -> None:
    """Find a learning rate: train for a moment while it grows, and see where the loss falls fastest.

    Takes the options of cnnviz train and leaves no run. The rate, the length and the name make no difference.
    """
    from cnnviz.runs import RunStore
    from cnnviz.training.queue import all_taken

    spec = spec_of(flags, home)
    if all_taken(RunStore(home)):
        complain("another run is training, so this is slower than usual")
    curve = _search(spec, home)
    if as_json:
        names = ("rates", "losses", "smoothed")
        emit(
            {
                **{name: getattr(curve, name).tolist() for name in names},
                "suggested": curve.suggested,
                "remark": curve.remark,
                "ending": curve.ending,
            }
        )
    else:
        _tell(curve, spec)


def _search(spec: "RunSpec", home: Path | None) -> "RateCurve":
    from cnnviz.cli.data import fetch_where_missing

    with silent_start():  # before a download: without TensorFlow that would be for nothing
        from cnnviz.training.finding_rate import find_rate as search
        from cnnviz.training.halves import choose_threads
    fetch_where_missing(spec.data.name, home)
    choose_threads(spec.model)  # as the run will
    with share_progress("looking for a rate") as show:
        return search(spec, home, on_progress=lambda share, _: show(share))


def _tell(curve: "RateCurve", spec: "RunSpec") -> None:
    from cnnviz.figures.rate_search import shown_rate
    from cnnviz.training.rate_curve import role_of_rate

    table(
        ("rate", "loss, smoothed", ""),
        [(shown_rate(curve.rates[at]), f"{curve.smoothed[at]:.4f}", note) for at, note in _points(curve).items()],
        right=("rate", "loss, smoothed"),
    )
    if curve.suggested is None:
        say(curve.remark)
        return
    say(f"suggested: {shown_rate(curve.suggested)}, {role_of_rate(spec.train)}")


def _points(curve: "RateCurve") -> dict[int, str]:
    """Return a step for each decade of rates, that of the suggestion and the last one, with what is said of them."""
    import numpy as np

    if not len(curve.rates):
        return {}
    logs = np.log10(curve.rates)
    wanted = np.arange(logs[0], logs[-1], 1 / _POINTS_A_DECADE)
    notes = dict.fromkeys((int(np.abs(logs - one).argmin()) for one in wanted), "")
    ended = {"whole": "", "risen": "risen far above where it began", "not a number": "the next one was not a number"}
    notes |= {curve.best: "lowest", len(logs) - 1: ended[curve.ending]}
    if curve.suggested is not None:
        notes[int(np.abs(logs - np.log10(curve.suggested)).argmin())] = "falls most steeply"
    return dict(sorted(notes.items()))
