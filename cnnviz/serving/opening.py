"""The engine of a run: its network as ONNX, converted the first time and kept with the run."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnnviz.data import class_names_of
from cnnviz.errors import RunError
from cnnviz.files import read_json
from cnnviz.runs import Run
from cnnviz.runs.additions import additions, write_addition
from cnnviz.serving.engine import OnnxEngine

__all__ = ["engine_of"]

_FILE, _ABOUT = "served.onnx", "served.json"


def engine_of(run: Run, home: str | Path | None = None, on_step: Callable[[str], None] | None = None) -> OnnxEngine:
    """Return what answers for a run.

    Args:
        run: a run with a model.
        home: the home folder.
        on_step: called with what is being done, in words, where the network has to be converted first.

    Raises:
        RunError: it has no model yet.
        MissingExtraError: onnxruntime, or what converts the first time, is not installed.
        CnnvizError: the conversion failed.
    """
    folder = additions(run, home)
    made_of = _fingerprint(run)
    path = folder / _FILE
    if read_json(folder / _ABOUT) != made_of or not path.is_file():
        _convert(run, home, on_step)
        write_addition(run, _ABOUT, json.dumps(made_of).encode(), home)
    return OnnxEngine(path, run.name, run.id, class_names_of(run, home))


def _fingerprint(run: Run) -> dict[str, Any]:
    """What changes when the run's model does: looked up, not computed, since starting must be quick."""
    try:
        found = (run.folder / "model.keras").stat()
    except OSError as error:
        raise RunError(f"the run {run.id} has no model yet; wait until it is completed, or serve another") from error
    return {"format": 1, "bytes": found.st_size, "changed": found.st_mtime_ns}


def _convert(run: Run, home: str | Path | None, on_step: Callable[[str], None] | None) -> None:
    from cnnviz.export import export

    if on_step:
        on_step("converting the network to ONNX, once")
    with tempfile.TemporaryDirectory(prefix="cnnviz-serve-") as folder:
        made = Path(folder) / _FILE
        export(run, "onnx", made, home=home, on_step=on_step)
        write_addition(run, _FILE, made.read_bytes(), home)
