"""The way in, and every way out: exit codes and the one line on standard error."""

import errno
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper

import typer
from typer.main import get_command

from cnnviz.cli.application import app
from cnnviz.cli.codes import BUG, DONE, INTERRUPTED, MISTAKE
from cnnviz.cli.output import complain, forget
from cnnviz.cli.usage import sentence
from cnnviz.errors import CnnvizError

__all__ = ["DEBUG_VARIABLE", "main"]

DEBUG_VARIABLE = "CNNVIZ_DEBUG"

_OUTPUT_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: what follows `cnnviz`; the process's own when None.

    Returns:
        0 done; 2 the user's mistake; 130 interrupted; 1 a bug of ours.
    """
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot show is no reason to fail
    with _interrupts() as seen, warnings.catch_warnings():
        _without_keras_warning()
        try:
            return _invoke(sys.argv[1:] if arguments is None else arguments)
        except BrokenPipeError:  # whoever read our output has seen enough
            forget(sys.stdout)
            return DONE
        except KeyboardInterrupt:
            return _interrupted()
        except CnnvizError as error:
            complain(f"error: {error}")
            return MISTAKE
        except Exception as error:  # noqa: BLE001 - the last stop: a user never sees a traceback unasked
            if _is_of_output(error):
                return _no_output(error)
            # An import that is interrupted half-way may turn the interrupt into an error of its own.
            return _interrupted() if seen else _bug(error)


def _without_keras_warning() -> None:
    """Leave out what Keras warns of a softmax over a single number: it is said here in a sentence, and once."""
    warnings.filterwarnings("ignore", message="You are using a softmax over axis", category=UserWarning)


def _invoke(arguments: Sequence[str]) -> int:
    command = get_command(app)
    try:
        with command.make_context("cnnviz", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except typer.TyperException as error:
        complain(f"error: {sentence(error, command, arguments)}")
        return MISTAKE
    finally:
        sys.stdout.flush()
    return DONE


def _interrupted() -> int:
    complain("interrupted")
    return INTERRUPTED


def _bug(error: Exception) -> int:
    if os.environ.get(DEBUG_VARIABLE) == "1":
        traceback.print_exception(error)
        hint = "please report this with the lines above"
    else:
        hint = f"please report it with what the same command prints under {DEBUG_VARIABLE}=1"
    complain(f"bug: {type(error).__name__}: {error}; {hint}, on cnnviz' issue tracker")
    return BUG


def _is_of_output(error: Exception) -> bool:
    """Whether writing to standard output failed; what is written to files has become a StorageError before."""
    return isinstance(error, OSError) and error.errno in _OUTPUT_ERRORS and error.filename is None


def _no_output(error: Exception) -> int:
    forget(sys.stdout)
    reason = error.strerror if isinstance(error, OSError) else error
    complain(f"error: cannot write the output ({reason}); free some space or send it elsewhere")
    return MISTAKE


def _open_closed_streams() -> None:
    """Open the null device in the place of standard streams that are closed.

    Otherwise Python has none, and the next file that is opened takes their place and gets what is printed.
    """
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest that is free: this one
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(descriptor, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for good


@contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Collect the interrupts of this process while each still raises KeyboardInterrupt."""
    seen: list[int] = []

    def note(number: int, _frame: object) -> None:
        seen.append(number)
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    # None: set by somebody who is not Python. Ignored: a shell's background job. Neither is ours to change.
    if before in (None, signal.SIG_IGN) or threading.current_thread() is not threading.main_thread():
        yield seen
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)
