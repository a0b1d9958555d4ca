"""Progress on standard error: a bar on a terminal, now and then a line anywhere else.

Nothing here may end a training: a terminal that went away is no reason to.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from cnnviz.cli.output import complain, of_images, percent

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from cnnviz.runs import OnEvent

__all__ = ["download_progress", "file_progress", "share_progress", "step_progress", "training_progress"]

_LINE_EVERY_S = 10.0
_MEGABYTE = 1_000_000


@contextmanager
def training_progress(epochs: int) -> "Iterator[OnEvent]":
    """Show how a training goes.

    Args:
        epochs: planned; a plan that was measured replaces it.

    Yields:
        What to call with every event of the run.
    """
    if not sys.stderr.isatty():
        yield _quietly(_Lines(epochs))
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TaskProgressColumn(),
        TextColumn("{task.fields[numbers]}", markup=False),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=_console(), expand=True, transient=True) as bar:
        yield _quietly(_Bar(bar, epochs))


@contextmanager
def download_progress(name: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show how a download goes; nothing appears where nothing is downloaded.

    Yields:
        What to call with the bytes that are there and the bytes of the whole, or None.
    """
    if not sys.stderr.isatty():
        yield _CountLines(lambda done, total: f"getting {name}: {_megabytes(done, total)}")
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_console(), transient=True) as bar:
        task = bar.add_task(f"getting {name}", total=None, visible=False)

        def report(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total, visible=True)

        yield report


@contextmanager
def file_progress(what: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show how work on many files goes.

    Args:
        what: is done, such as "reading flowers".

    Yields:
        What to call with the number of files that are done and of all.
    """
    if not sys.stderr.isatty():
        lines = _CountLines(lambda done, total: f"{what}: {done:,} of {total:,} files")
        yield lines.after_a_while()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_console(), transient=True) as bar:
        task = bar.add_task(what, total=None, visible=False)
        yield lambda done, total: bar.update(task, completed=done, total=total, visible=True)


@contextmanager
def share_progress(what: str) -> Iterator[Callable[[float], None]]:
    """Show how much of some work is done.

    Args:
        what: is done, such as "opening it".

    Yields:
        What to call with the share that is done, in [0, 1].
    """
    if not sys.stderr.isatty():
        lines = _CountLines(lambda done, total: f"{what}: {done} %" if done else f"{what} ...")
        counted = lines.after_a_while()
        yield lambda share: counted(round(100 * share), None)
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_console(), transient=True) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)


@contextmanager
def step_progress(steps: int) -> Iterator[Callable[[str], None]]:
    """Show the steps of some work, in words; nothing appears before the first.

    Args:
        steps: how many there are.

    Yields:
        What to call with each step as it begins.
    """
    if not sys.stderr.isatty():
        yield complain
        return
    with ExitStack() as opened:
        advance: Callable[[str], None] | None = None

        def show(step: str) -> None:
            nonlocal advance
            with suppress(OSError, ValueError):
                advance = advance or opened.enter_context(_step_bar(steps))
                advance(step)

        yield show


@contextmanager
def _step_bar(steps: int) -> Iterator[Callable[[str], None]]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_console(), transient=True) as bar:
        task = bar.add_task("starting", total=steps + 1)
        yield lambda step: bar.update(task, description=step, advance=1)


def _megabytes(done: int, total: int | None) -> str:
    whole = f" of {total / _MEGABYTE:.0f}" if total else ""
    return f"{done / _MEGABYTE:.0f}{whole} MB"


def _console() -> "Console":
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def _quietly(show: "OnEvent") -> "OnEvent":
    def safe(event: dict[str, Any]) -> None:
        # rich ends the process where a pipe is closed
        with suppress(OSError, ValueError, SystemExit):
            show(event)

    return safe


def _epoch_line(event: dict[str, Any], epochs: int) -> str:
    parts = [f"loss {event['loss']:.4f}", f"accuracy {percent(event['accuracy'])}"]
    if "val_accuracy" in event:
        parts.append(
            f"validation loss {event['val_loss']:.4f}, accuracy {percent(event['val_accuracy'])}{of_images(event)}"
        )
    return f"epoch {event['epoch']}/{epochs}: {', '.join(parts)}"


class _Lines:
    """A line for every epoch, and one at times within a long one."""

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs
        self._due = time.monotonic() + _LINE_EVERY_S

    def __call__(self, event: dict[str, Any]) -> None:
        if event["kind"] == "plan":
            self._epochs = event["epochs"]
        elif event["kind"] == "epoch":
            self._line(_epoch_line(event, self._epochs))
        elif event["kind"] == "status" and event.get("message") and event["state"] == "running":
            self._line(event["message"])
        elif event["kind"] == "batch" and time.monotonic() >= self._due:
            share = event["position"] / self._epochs
            rate = f"{event['images_per_second']:,.0f} images/s"
            self._line(f"{share:.0%}: loss {event['loss']:.4f}, accuracy {percent(event['accuracy'])}, {rate}")

    def _line(self, text: str) -> None:
        self._due = time.monotonic() + _LINE_EVERY_S
        complain(text)


class _Bar:
    """A bar over the whole run; a line stays for every epoch."""

    def __init__(self, bar: "Progress", epochs: int) -> None:
        self._bar, self._epochs = bar, epochs
        self._task = bar.add_task("starting", total=epochs, numbers="")

    def __call__(self, event: dict[str, Any]) -> None:
        if event["kind"] == "plan":
            self._epochs = event["epochs"]
            self._bar.update(self._task, total=self._epochs)
        elif event["kind"] == "epoch":
            self._print(_epoch_line(event, self._epochs))
        elif event["kind"] == "status" and event.get("message") and event["state"] == "running":
            self._print(event["message"])
        elif event["kind"] == "batch":
            numbers = f"loss {event['loss']:.3f}  accuracy {percent(event['accuracy'])}"
            self._bar.update(
                self._task,
                description=f"epoch {event['epoch']}/{self._epochs}",
                completed=event["position"],
                numbers=f"{numbers}  {event['images_per_second']:,.0f} images/s",
            )

    def _print(self, text: str) -> None:
        self._bar.console.print(text, markup=False)


class _CountLines:
    """A line at times while something is counted, the first at once unless it is to wait."""

    def __init__(self, text: Callable[[int, int | None], str]) -> None:
        self._text = text
        self._due = time.monotonic()

    def after_a_while(self) -> "_CountLines":
        """Say nothing of what is over soon."""
        self._due += _LINE_EVERY_S
        return self

    def __call__(self, done: int, total: int | None) -> None:
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + _LINE_EVERY_S
        complain(self._text(done, total))
