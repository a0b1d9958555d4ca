"""Typer's complaints about how a command was called, as one sentence of ours.

The classes of these errors are private to Typer, so they are told apart by what they carry; one that carries
nothing known is shown in Typer's words.
"""

from collections.abc import Sequence
from typing import Any

import typer

from cnnviz.cli.output import in_line

__all__ = ["sentence"]

_EXPECTED = {
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller whole number",
    "float_parsing": "a number",
}


def sentence(error: typer.TyperException, command: Any, arguments: Sequence[str]) -> str:
    """Return what was given, what was expected, and what to do.

    Args:
        error: what Typer raised while it read the arguments.
        command: Typer's command for `cnnviz`.
        arguments: what followed `cnnviz`.
    """
    path = ["cnnviz"]
    for word in arguments:
        if word not in getattr(command, "commands", {}):
            break
        command = command.commands[word]
        path.append(word)
    told = _bad_value(error) or _missing(error) or _unknown_option(error) or _unknown_command(error, command)
    return f"{told or in_line(error.format_message())}; see: {' '.join(path)} --help"


def _bad_value(error: Any) -> str:
    parameter, errors = getattr(error, "param", None), getattr(error.__cause__, "errors", None)
    if parameter is None or errors is None:
        return ""
    first = errors()[0]
    if first["type"] == "value_error":  # a choice: "'x' is not one of 'adam', 'sgd'"
        return f"{_shown(parameter)}: {in_line(str(first['ctx']['error'])):.200}"
    expected = _EXPECTED.get(first["type"], in_line(first["msg"]))
    return f"{_shown(parameter)} is {first['input']!r:.80}, expected {expected}"


def _missing(error: Any) -> str:
    if not hasattr(error, "param_type") or getattr(error, "param", None) is None:
        return ""
    return f"{_shown(error.param)} is missing"


def _unknown_option(error: Any) -> str:
    if not hasattr(error, "possibilities"):
        return ""
    meant = f"; use {error.possibilities[0]}" if error.possibilities else ""
    return f"there is no option {error.option_name!r:.80}{meant}"


def _unknown_command(error: typer.TyperException, command: Any) -> str:
    commands, message = getattr(command, "commands", None), error.format_message()
    if not commands or not message.startswith("No such command"):
        return ""
    given = message.removeprefix("No such command").split(". ")[0].strip(" .")
    return f"there is no command {given:.80}; choose one of {', '.join(commands)}"


def _shown(parameter: Any) -> str:
    """How a user writes the parameter: --epochs, or RUN."""
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.metavar or parameter.name.upper())
