"""Help, exit codes and the one line on standard error."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from cnnviz import __version__
from cnnviz.cli import app
from tests.cli.conftest import Call, mistake
from tests.dashboard import ROOT

HEAVY = ("keras", "numpy", "pandas", "plotly", "rich", "sklearn", "streamlit", "tensorflow")


def commands(group: Any, *before: str) -> Iterator[tuple[str, ...]]:
    yield before
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, *before, name)


COMMANDS = sorted(commands(get_command(app)))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help(command: tuple[str, ...], call: Call) -> None:
    done = call(*command, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: {' '.join(('cnnviz', *command))} ")
    assert max(map(len, done.out.splitlines())) <= 80


def test_help_imports_nothing_heavy() -> None:
    calls = [[*command, "--help"] for command in COMMANDS]
    code = f"import sys; from cnnviz.cli import main; [main(arguments) for arguments in {calls}]"
    code += f"; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.stdout.splitlines()[-1], done.stderr) == ("[]", "")


@pytest.mark.parametrize("command", [(), ("data",), ("runs",)])
def test_a_group_without_a_command_shows_its_help(command: tuple[str, ...], call: Call) -> None:
    assert call(*command) == call(*command, "--help")


def test_every_command_takes_home_and_json() -> None:
    def options(command: Any) -> set[str]:
        return {name for parameter in command.params for name in parameter.opts}

    for path in COMMANDS:
        command: Any = get_command(app)
        for name in path:
            command = command.commands[name]
        if not hasattr(command, "commands"):
            assert {"--home", "--json"} <= options(command), path


def test_version(process: Call) -> None:
    assert process("--version").out == f"cnnviz {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("lst", f"there is no command 'lst'; choose one of {', '.join(get_command(app).commands)}; see: cnnviz --help"),
        (
            "data lst",
            "there is no command 'lst'; choose one of list, show, get, import, dele"
            "te, check, correct; see: cnnviz data --help",
        ),
        ("train --epoch 3", "there is no option '--epoch'; use --epochs; see: cnnviz train --help"),
        ("train --epochs", "option '--epochs' requires an argument; see: cnnviz train --help"),
        ("train --epochs x", "--epochs is 'x', expected a whole number; see: cnnviz train --help"),
        ("train --epochs 1.5", "--epochs is '1.5', expected a whole number; see: cnnviz train --help"),
        ("train --learning-rate x", "--learning-rate is 'x', expected a number; see: cnnviz train --help"),
        (
            "train --optimizer x",
            "--optimizer: 'x' is not one of 'adam', 'sgd'; see: cnnviz train --help",
        ),
        ("train --augment=1", "option '--augment' does not take a value; see: cnnviz train --help"),
        ("data show", "NAME is missing; see: cnnviz data show --help"),
        ("runs rename latest", "NAME is missing; see: cnnviz runs rename --help"),
        ("data show a b", "got unexpected extra argument(s) (b); see: cnnviz data show --help"),
        ("app --port x", "--port is 'x', expected a whole number; see: cnnviz app --help"),
    ],
)
def test_wrong_usage_is_one_sentence(arguments: str, sentence: str, call: Call) -> None:
    assert mistake(call(*arguments.split())) == sentence


def test_a_mistake_in_a_real_process(process: Call) -> None:
    assert mistake(process("train", "--epochs", "x")).startswith("--epochs is 'x'")
    assert mistake(process("runs", "show", "nothing")).startswith("there is no run called 'nothing'")


def test_a_line_stays_a_line_and_cannot_steer_the_terminal(call: Call) -> None:
    assert "\x1b" not in mistake(call("runs", "show", "a\nb\x1b[2J"))
    assert "\x1b" not in mistake(call("data", "show", "a\nb\x1b[2J"))
    assert "\x1b" not in mistake(call("train", "--a\nb\x1b[2J"))


def test_a_closed_pipe_is_silent() -> None:
    for command in ("data list --json", "--help"):
        reader = subprocess.Popen(
            [sys.executable, "-m", "cnnviz", *command.split()],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert reader.stdout is not None
        assert reader.stderr is not None
        reader.stdout.close()
        with reader.stderr as errors:
            assert errors.read() == b""
        assert reader.wait(timeout=60) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="shells of Unix")
@pytest.mark.parametrize(
    ("redirection", "code", "out", "err"),
    [
        (">&-", 0, "", ""),
        ("2>&-", 0, "[{", ""),
        ("<&-", 0, "[{", ""),
        ("<&- >&- 2>&-", 0, "", ""),
        (">/dev/full", 2, "", "error: cannot write the output (No space left on device); free some space or send it "),
        ("2>/dev/full", 0, "[{", ""),
    ],
)
def test_streams_that_are_closed_or_full(redirection: str, code: int, out: str, err: str) -> None:
    command = f"{sys.executable} -m cnnviz data list --json {redirection}"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == code
    assert done.stdout[:2] == out
    assert done.stderr[: len(err) or None] == err
    assert done.stderr.count("\n") == (1 if err else 0)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is of Linux")
@pytest.mark.parametrize(
    ("command", "code"),
    [("data show nope 2>/dev/full", 2), ("--help >/dev/full", 2), ("data show nope 2>&-", 2), ("--help >&-", 0)],
)
def test_exit_codes_stand_where_nothing_can_be_said(command: str, code: int) -> None:
    shell = ["sh", "-c", f"{sys.executable} -m cnnviz {command}"]
    done = subprocess.run(shell, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == code


BROKEN = "import sys; from cnnviz.cli import main, data; import cnnviz.data; \
cnnviz.data.list_datasets = lambda home: 1 / 0; sys.exit(main(['data', 'list']))"


def test_a_bug_is_one_line_and_a_traceback_only_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-c", BROKEN]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("bug: ZeroDivisionError: division by zero; please report it")
    monkeypatch.setenv("CNNVIZ_DEBUG", "1")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_ascii_only_terminals(process: Call) -> None:
    done = process("data", "show", "digits", PYTHONIOENCODING="ascii:strict")
    assert (done.code, done.err) == (0, "")


def test_json_is_one_document(process: Call) -> None:
    done = process("data", "list", "--json")
    assert done.err == ""
    assert isinstance(json.loads(done.out), list)
