"""Which commands there are."""

from typing import Annotated

import typer

from cnnviz import __version__
from cnnviz.cli import data, data_import, models, runs
from cnnviz.cli.classify import classify
from cnnviz.cli.dashboard import dashboard
from cnnviz.cli.data_check import check
from cnnviz.cli.data_correct import correct
from cnnviz.cli.evaluate import evaluate
from cnnviz.cli.explain import explain
from cnnviz.cli.export import export
from cnnviz.cli.find_rate import find_rate
from cnnviz.cli.serve import serve
from cnnviz.cli.train import train
from cnnviz.cli.tune import tune

__all__ = ["app"]


# Plain help: drawing it with rich takes longer than everything else that --help does.
app = typer.Typer(rich_markup_mode=None, add_completion=False)


def _group(name: str, text: str) -> typer.Typer:
    """Make a group of commands that shows its help when it is called without one."""
    group = typer.Typer(rich_markup_mode=None, help=text)
    group.callback(invoke_without_command=True)(_show_help)
    app.add_typer(group, name=name)
    return group


def _show_help(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cnnviz {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def cnnviz(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Train a convolutional network, watch it learn, and look inside.

    Every command takes --home DIR (else CNNVIZ_HOME, else ~/.cnnviz) and --json.
    """
    _show_help(context)


_data = _group("data", "Data sets: list them, look at one, get, import or delete one.")
_data.command("list")(data.list_)
_data.command("show")(data.show)
_data.command("get")(data.get)
_data.command("import")(data_import.import_)
_data.command("delete")(data.delete)
_data.command("check")(check)
_data.command("correct")(correct)
app.command("train")(train)
app.command("find-rate")(find_rate)
app.command("tune")(tune)
app.command("classify")(classify)
app.command("evaluate")(evaluate)
app.command("explain")(explain)
app.command("export")(export)
_runs = _group("runs", "Runs: list them, look at one, stop, rename, tag or delete one.")
_runs.command("list")(runs.list_)
_runs.command("show")(runs.show)
_runs.command("stop")(runs.stop)
_runs.command("rename")(runs.rename)
_runs.command("tag")(runs.tag)
_runs.command("delete")(runs.delete)
_models = _group("models", "Networks from elsewhere: import one.")
_models.command("import")(models.import_)
app.command("serve")(serve)
app.command("app")(dashboard)
