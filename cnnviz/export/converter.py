"""The converter's process: opens a model, writes it in another format, and checks the file.

A process of its own, because converters print, change other packages while they work, and may crash; whatever they do
ends with it. It hears of its job from a file and reports on standard output, a JSON object a line: {"step": ...} as it
goes, {"result": ...} or {"error": ..., "kind": ...} at the end.
"""

import errno
import json
import os
import runpy
import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import CnnvizError, MissingExtraError, RunError, SpecError, StorageError
from cnnviz.export.checking import TOLERANCE
from cnnviz.export.formats import find_format
from cnnviz.spec.base import one_line
from cnnviz.spec.model import Output

if TYPE_CHECKING:
    from cnnviz.explain.answers import Answers

__all__ = ["main"]

# What LiteRT's converter and interpreter say of operations that are TensorFlow's alone.
_LACKING = ("Could not translate MLIR", "Select TensorFlow op")

Floats = NDArray[np.float32]


def main(arguments: list[str] | None = None) -> int:
    """Do one job.

    Args:
        arguments: the path of the job's file; the process's own when None.

    Returns:
        0 when it is done, 1 when the report says why not.
    """
    path = Path((sys.argv[1:] if arguments is None else arguments)[0])
    threading.Thread(target=_end_with_the_other_process, args=(path.parent,), daemon=True).start()
    job = json.loads(path.read_text(encoding="utf-8"))
    report = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # what the converters print must not come between the lines of the report
    try:
        _tell(report, result=_work(job, lambda step: _tell(report, step=step)))
    except Exception as error:  # noqa: BLE001 - converters raise whatever they like; the other process says it
        _tell(report, **_explained(error, job["format"]))
        return 1
    return 0


def _end_with_the_other_process(folder: Path) -> None:
    """Leave nothing behind when the process that wants the export is gone, and with it its end of standard input."""
    sys.stdin.read()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def _tell(report: TextIO, **message: Any) -> None:
    report.write(json.dumps(message) + "\n")


def _work(job: dict[str, Any], on_step: Callable[[str], None]) -> dict[str, Any]:
    from cnnviz.explain.answers import completed
    from cnnviz.explain.probing import computes_in_halves
    from cnnviz.export.portable import HALVES_TOLERANCE, portable
    from cnnviz.export.writing import WRITERS

    images = np.load(job["images"]).astype(np.float32)
    on_step("opening the network")
    model = _opened(job)
    answers, expected = _answers(model, images)
    _refuse_unusable(expected, len(job["about"]["class_names"]))
    path, output = Path(job["to"]), _output(answers)
    on_step(f"writing {find_format(job['format']).title}")
    elsewhere = job["format"] in ("onnx", "litert")  # what runs these is not TensorFlow
    whole = completed(portable(model) if elsewhere else model, answers)
    WRITERS[job["format"]](whole, path, {**job["about"], "output": output})
    on_step("checking the file")
    predict, names = runpy.run_path(job["script"])["open_model"](path)  # as whoever takes it away will
    if list(names) != job["about"]["class_names"]:
        raise CnnvizError("the exported file lost the names of its classes; nothing was written, please report this")
    tolerance = HALVES_TOLERANCE if elsewhere and computes_in_halves(model) else TOLERANCE
    return {"largest_difference": _compared(expected, _in_two_batches(predict, images), tolerance), "output": output}


def _opened(job: dict[str, Any]) -> Any:
    import keras

    from cnnviz.runs import Run

    if job["run"]:
        return Run(Path(job["run"])).model(job["snapshot"])
    try:
        return keras.models.load_model(job["model"], compile=False, safe_mode=True)
    except Exception as error:
        raise SpecError(
            f"this network cannot be exported ({one_line(str(error), 160)}); use layers of Keras itself"
        ) from error


def _in_two_batches(predict: Callable[[Floats], Any], images: Floats) -> Floats:
    """Return the outputs (n, outputs) of one image and then of all others: a file that knows one batch size fails."""
    return np.concatenate([np.asarray(predict(batch), np.float32) for batch in (images[:1], images[1:])])


def _answers(model: Any, images: Floats) -> "tuple[Answers, Floats]":
    """Return what the network's outputs mean, and the probabilities (n, outputs) that they are or stand for."""
    from cnnviz.explain.answers import answers_of

    answers = answers_of(model, images.shape[1:])
    said = _in_two_batches(lambda batch: np.asarray(model(batch, training=False)), images)
    return answers, answers.probabilities(said)[:, -answers.units :].astype(np.float32)


def _output(answers: "Answers") -> Output:
    if answers.units == 1:
        return "sigmoid"
    return "independent" if answers.independent else "softmax"


def _refuse_unusable(outputs: Floats, classes: int) -> None:
    """Refuse a network that is broken, or that has another number of outputs than there are classes."""
    if not np.isfinite(outputs).all():
        raise RunError("the network gives no finite numbers; choose one whose training did not diverge")
    if outputs.shape[1] != (1 if classes == 2 and outputs.shape[1] == 1 else classes):
        raise SpecError(
            f"there are {classes} class names and the network gives {outputs.shape[1]} numbers; give a name for each"
        )


def _compared(expected: Floats, found: Floats, tolerance: float = TOLERANCE) -> float:
    if found.shape != expected.shape:
        raise CnnvizError(
            f"the exported file gives outputs of shape {found.shape} where the network gives {expected.shape}; nothing "
            "was written, so export it in another format"
        )
    difference = float(np.abs(found.astype(np.float64) - expected).max())
    if not difference <= tolerance:  # not a number, too
        raise CnnvizError(
            f"the exported file gives probabilities that differ by up to {difference:.2g} from the network's on "
            f"{len(expected)} images, more than {tolerance:g}; nothing was written, so export it in another format"
        )
    return difference


def _explained(error: Exception, format_name: str) -> dict[str, str]:
    """Return a report of an error: ours as they are, others as a sentence."""
    said = one_line(f"{type(error).__name__}: {error}", 200)
    if isinstance(error, CnnvizError):
        return {"error": str(error), "kind": type(error).__name__}
    if isinstance(error, ImportError):
        runtime = " ".join(find_format(format_name).needs)
        message = f"exporting as {format_name} needs what cannot be imported ({said}); run: pip install {runtime}"
        return {"error": message, "kind": MissingExtraError.__name__}
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        message = f"the export cannot be made ({said}); free some space for temporary files and try again"
        return {"error": message, "kind": StorageError.__name__}
    if format_name == "litert" and any(words in str(error) for words in _LACKING):
        message = "LiteRT has no operation for a part of this network; export it as keras, h5 or onnx instead"
        return {"error": message, "kind": SpecError.__name__}
    message = f"the network cannot be written as {format_name} ({said}); export it in another format"
    return {"error": message, "kind": CnnvizError.__name__}


if __name__ == "__main__":
    sys.exit(main())
