"""Importing TensorFlow for a command: quietly, and with a sentence where it is missing."""

import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from cnnviz.errors import MissingExtraError

__all__ = ["silent_start"]


@contextmanager
def silent_start() -> Iterator[None]:
    """Keep what TensorFlow writes while it is imported off standard error; its settings do not silence all.

    It is shown where the import fails, or where TF_CPP_MIN_LOG_LEVEL asks for it.

    Raises:
        MissingExtraError: TensorFlow is not installed, or not whole.
    """
    try:
        if os.environ.get("TF_CPP_MIN_LOG_LEVEL", "3") == "3":
            with _silent():
                yield
        else:
            yield
    except ImportError as error:
        if not _is_of_tensorflow(error):
            raise
        reason = (str(error).splitlines() or [""])[0]
        raise MissingExtraError(
            f"this command needs TensorFlow, which cannot be imported ({reason:.120}); run: pip install tensorflow"
        ) from error


def _is_of_tensorflow(error: ImportError) -> bool:
    """Whether Keras or TensorFlow is missing, or stumbled over something that it needs itself."""
    importing = [frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__)]
    return any(name.partition(".")[0] in ("keras", "tensorflow") for name in (error.name or "", *importing))


@contextmanager
def _silent() -> Iterator[None]:
    """Keep what is written to standard error by code that is not Python; it is shown where it fails unexpectedly."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    sys.stderr.flush()
    shown = os.dup(2)
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield
        except ImportError:  # says enough itself
            raise
        except Exception:
            kept.seek(0)
            os.write(shown, kept.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(shown, 2)
            os.close(shown)
