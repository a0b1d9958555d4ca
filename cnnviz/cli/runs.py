"""`cnnviz runs`: which runs there are, how one learned, and stopping, renaming, tagging or deleting one."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnviz.cli.options import AsJson, Home, RunName, home_flag
from cnnviz.cli.output import count, emit, of_images, pairs, percent, say, table
from cnnviz.errors import RunError

if TYPE_CHECKING:
    from cnnviz.runs import Run, RunSummary

__all__ = ["delete", "find", "list_", "rename", "report", "show", "stop", "tag"]

_CURVES = ("loss", "accuracy", "val_loss", "val_accuracy")


def list_(home: Home = None, as_json: AsJson = False) -> None:
    """List the runs, newest first; those that came with cnnviz last."""
    from cnnviz.runs import RunStore

    rows = RunStore(home).list()
    if as_json:
        emit([_row(row) for row in rows])
        return
    if not rows:
        say("There are no runs yet. Train one: cnnviz train --dataset cifar10-sample --preset two-conv")
        return
    table(
        ("run", "name", "state", "data set", "epochs", "test"),
        [
            (
                row.run_id,
                f"{row.name} (bundled)" if row.bundled else row.name,
                row.state if not row.problem else "damaged",
                row.dataset,
                str(row.epochs_done),
                percent(row.test_accuracy),
            )
            for row in rows
        ],
        right=("epochs", "test"),
        whole=("run", "state"),
    )
    for row in rows:
        if row.problem:
            say(f"damaged: {row.problem}")


def show(run: RunName, home: Home = None, as_json: AsJson = False) -> None:
    """Show a run: its settings, its curves, its result."""
    opened = find(run, home)
    values = describe(opened)
    if as_json:
        emit(values)
        return
    test = values["test"]
    pairs(
        [
            ("run", values["run_id"]),
            ("name", values["name"]),
            ("tags", ", ".join(values["tags"])),
            ("state", values["state"]),
            ("message", values["message"]),
            ("data set", values["dataset"]),
            ("preset", values["preset"] or ""),
            ("begins with", values["begins_with"] or ""),
            ("parameters", _parameters(values)),
            ("epochs", f"{values['epochs_done']} of {values['epochs']}"),
            ("test", f"accuracy {percent(test['accuracy'])}, loss {test['loss']:.4f}" if test else ""),
            ("validation", _validated(values)),
            ("folder", values["folder"]),
        ]
    )
    for doubt in values["doubts"]:
        say(doubt["sentence"])
    curves = {key: column for key, column in values["history"].items() if column}
    if curves:
        say("")
        rows = zip(*curves.values(), strict=True)
        table(
            ("epoch", *curves),
            [(str(number), *(f"{value:.4f}" for value in row)) for number, row in enumerate(rows, 1)],
            right=("epoch", *curves),
        )


def stop(run: RunName, home: Home = None, as_json: AsJson = False) -> None:
    """Stop a waiting or running run; it can be resumed."""
    from cnnviz import training

    opened = find(run, home)
    training.stop(opened, home)
    state = opened.state
    if as_json:
        emit({"run_id": opened.id, "state": state})
        return
    say(f"{opened.id} is {state}; resume it with: cnnviz train --resume {opened.id}")


def rename(
    run: RunName,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new name, 1 to 80 characters.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Give a run another name; its id stays."""
    opened = find(run, home)
    opened.rename(name)
    if as_json:
        emit({"run_id": opened.id, "name": opened.name})
        return
    say(f"{opened.id} is now called {opened.name!r}.")


def tag(
    run: RunName,
    tags: Annotated[
        list[str] | None, typer.Argument(metavar="TAG...", help="The words to sort it by; none takes all away.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Give a run tags, in place of those it has: at most 12, of 1 to 30 characters."""
    opened = find(run, home)
    opened.describe(tags=tags or [])
    if as_json:
        emit({"run_id": opened.id, "tags": opened.tags})
        return
    say(f"{opened.id} has the tags {', '.join(opened.tags)}." if opened.tags else f"{opened.id} has no tags.")


def delete(run: RunName, home: Home = None, as_json: AsJson = False) -> None:
    """Delete a run and all its files, without asking."""
    from cnnviz.runs import RunStore

    run_id = RunStore(home).delete(find(run, home).id)
    if as_json:
        emit({"run_id": run_id, "deleted": True})
        return
    say(f"{run_id} is deleted.")


def find(text: str, home: Path | None) -> "Run":
    """Find a run by what was typed.

    Args:
        text: a run id, a unique beginning of one, or "latest".
        home: the home folder; None for the usual one.

    Raises:
        RunError: there is none, or more than one; where there are any, the sentence says how to see them.
    """
    from cnnviz.runs import RunStore

    store = RunStore(home)
    try:
        return store.get(text)
    except RunError as error:
        raise RunError(f"{error}; see: cnnviz runs list{home_flag(home)}" if store.ids() else str(error)) from error


def report(run: "Run") -> dict[str, Any]:
    """Return the contracted numbers of a run, as far as it has come.

    Returns:
        run_id, state, epochs_done, history (a list for each curve, empty where it has none), test (loss
        and accuracy, or None before the test set was measured), val_images (how many images the validation is of, or
        None) and doubts (kind and sentence of whatever makes one doubt these numbers).
    """
    from cnnviz.evaluation.doubts import doubts

    history, measured = run.history(), run.evaluation()
    epochs = history.epochs
    return {
        "run_id": run.id,
        "state": run.state,
        "epochs_done": len(epochs.get("loss", ())),
        "history": {key: epochs.get(key, []) for key in _CURVES},
        "test": {key: measured.get(key) for key in ("loss", "accuracy")} if measured else None,
        "val_images": history.val_images,
        "doubts": [asdict(doubt) for doubt in doubts(run)],
    }


def describe(run: "Run") -> dict[str, Any]:
    """Return everything that `runs show` says.

    Raises:
        RunError: its settings cannot be read.
    """
    from cnnviz.spec.words import origin_in_words

    spec, status = run.spec, run.status
    return {
        **report(run),
        "name": run.name,
        "tags": run.tags,
        "notes": run.notes,
        "message": status.message,
        "dataset": spec.data.name,
        "preset": spec.preset,
        "begins_with": spec.beginning and origin_in_words(spec),
        "parameters": spec.model.parameters,
        "trained_parameters": 0 if spec.model.foreign else spec.trained_parameters,
        "epochs": status.epochs,
        "seconds": (run.history().epochs.get("seconds") or [0.0])[-1],
        "bundled": run.bundled,
        "folder": str(run.folder),
        "spec": spec.model_dump(mode="json"),
    }


def _parameters(values: dict[str, Any]) -> str:
    learning = f", {values['trained_parameters']:,} of them learn" if values["begins_with"] else ""
    return f"{values['parameters']:,}{learning}"


def _row(row: "RunSummary") -> dict[str, Any]:
    return {
        "run_id": row.run_id,
        "name": row.name,
        "state": row.state,
        "dataset": row.dataset,
        "epochs_done": row.epochs_done,
        "test_accuracy": row.test_accuracy,
        "bundled": row.bundled,
        "problem": row.problem,
        "tags": row.tags,
    }


def _validated(values: dict[str, Any]) -> str:
    accuracies = values["history"]["val_accuracy"]
    return f"accuracy {percent(accuracies[-1])}{of_images(values)}" if accuracies else ""


def result_line(values: dict[str, Any]) -> str:
    """Return the accuracies of a report in one line."""
    history, test = values["history"], values["test"]
    parts = []
    if test:
        parts.append(f"test accuracy {percent(test['accuracy'])}")
    if history["val_accuracy"]:
        parts.append(f"validation {_validated(values)}")
    elif history["accuracy"]:
        parts.append(f"training accuracy {percent(history['accuracy'][-1])}")
    return f"{count(values['epochs_done'], 'epoch')}; " + ", ".join(parts or ["nothing measured yet"])
