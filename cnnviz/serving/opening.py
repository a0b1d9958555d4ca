"""The engine of a run: its network as ONNX, converted the first time and kept with the run."""

import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from cnnviz.data import class_names_of
from cnnviz.data.grounds import run_ground
from cnnviz.errors import DataError, RunError, StorageError
from cnnviz.files import read_json
from cnnviz.runs import Run, Weights
from cnnviz.serving.engine import OnnxEngine

__all__ = ["engine_of"]

_FILE, _ABOUT = "served.onnx", "served.json"


def engine_of(run: Run, home: str | Path | None = None, on_step: Callable[[str], None] | None = None) -> OnnxEngine:
    """Return what answers for a run.

    The ONNX file is kept with the run (with the home, where the run is read-only); where it cannot be kept, it is
    made again the next time.

    Args:
        run: a run with a model.
        home: the home folder.
        on_step: called with what is being done, in words, where the network has to be converted first.

    Raises:
        RunError: it has no model yet.
        MissingExtraError: onnxruntime, or what converts the first time, is not installed.
        CnnvizError: the conversion failed.
    """
    additions = run.additions(home)
    folder = additions.folder
    made_of = _fingerprint(run)
    if read_json(folder / _ABOUT) == made_of:
        with suppress(DataError):  # gone or damaged: it can be made again
            return _opened(folder / _FILE, run, home)
    tell = on_step or (lambda step: None)
    tell("converting the network to ONNX, once; this takes some seconds")
    content = _converted(run, home, tell)
    try:
        additions.write(_FILE, content)
        additions.write(_ABOUT, json.dumps(made_of).encode())  # last: it says that the file is whole
    except StorageError as error:
        tell(f"it serves, and will be converted again the next time: {error}")
    return _opened(content, run, home)


def _opened(source: Path | bytes, run: Run, home: str | Path | None) -> OnnxEngine:
    return OnnxEngine(source, run.name, run.id, class_names_of(run, home), ground=run_ground(run, home))


def _fingerprint(run: Run) -> dict[str, Any]:
    """What changes when the run's model does: looked up, not computed, since starting must be quick."""
    try:
        found = Weights(run).path.stat()
    except OSError as error:
        raise RunError(f"the run {run.id} has no model yet; wait until it is completed, or serve another") from error
    return {"format": 2, "bytes": found.st_size, "changed": found.st_mtime_ns}


def _converted(run: Run, home: str | Path | None, on_step: Callable[[str], None]) -> bytes:
    from cnnviz.export import export

    with tempfile.TemporaryDirectory(prefix="cnnviz-serve-") as folder:
        made = Path(folder) / _FILE
        export(run, "onnx", made, home=home, on_step=on_step)
        return made.read_bytes()
