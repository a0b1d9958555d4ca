"""A network that answers requests: an ONNX file in its runtime, which starts at once and needs no TensorFlow."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.grounds import Ground
from cnnviz.errors import DataError, MissingExtraError
from cnnviz.spec.model import Output

__all__ = ["Card", "Engine", "OnnxEngine"]

_NO_MESSAGES = 4  # above errors: those are raised, and said in our own words


@dataclass(frozen=True)
class Card:
    """What a network is, as `GET /v1/model` tells.

    Attributes:
        name: what people call it.
        run_id: the run it is from.
        class_names: by index.
        shape: (height, width, channels) of the images it takes, 0..255.
        engine: what computes it.
        output: "independent" where the classes do not exclude each other, so that the probabilities need not add up to
            1; "sigmoid" where the network gives one number, the second class's; else "softmax".
        ground: of the images that it learned from; None where nobody knows.
    """

    name: str
    run_id: str
    class_names: tuple[str, ...]
    shape: tuple[int, int, int]
    engine: str
    output: Output = "softmax"
    ground: Ground | None = None


class Engine(Protocol):
    """Anything that turns images into probabilities."""

    card: Card

    def probabilities(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Return (n, classes) in [0, 1] of images (n, height, width, channels) in 0..255."""


class OnnxEngine:
    """An ONNX file in onnxruntime.

    Args:
        source: the file, or its content, as `cnnviz export --format onnx` writes it.
        name: what people call the network.
        run_id: the run it is from.
        class_names: by index.
        threads: that one call may use; None leaves it to the runtime.
        ground: of the images that it learned from; None where nobody knows.

    Raises:
        MissingExtraError: onnxruntime is not installed.
        DataError: the file is damaged, or no classifier of images.
    """

    def __init__(
        self,
        source: Path | bytes,
        name: str,
        run_id: str,
        class_names: Sequence[str],
        threads: int | None = None,
        ground: Ground | None = None,
    ) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise MissingExtraError(
                "serving needs the package onnxruntime, which is not installed; get it with: pip install onnxruntime"
            ) from error
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _NO_MESSAGES
        # between two calls its threads would keep the cores busy that decode photos meanwhile
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        if threads is not None:
            options.intra_op_num_threads = threads
        try:
            content = source if isinstance(source, bytes) else str(source)
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the runtime has a class for every cause, all of one meaning here
            raise DataError(f"{_called(source)} is no readable ONNX network; export it again") from error
        (taken,), (given,) = self._session.get_inputs(), self._session.get_outputs()
        sides = taken.shape[1:]
        if len(sides) != 3 or not all(isinstance(side, int) for side in sides):
            raise DataError(f"{_called(source)} takes {taken.shape}, not images of one size; export it again")
        self._input, self._output = taken.name, given.name
        self._single = given.shape[-1] == 1
        shape = (sides[0], sides[1], sides[2])
        self.card = Card(name, run_id, tuple(class_names), shape, "onnxruntime", self._meaning(), ground)

    def _meaning(self) -> Output:
        """Return what the file says that its outputs are."""
        if self._single:
            return "sigmoid"
        said = self._session.get_modelmeta().custom_metadata_map.get("output")
        return "independent" if said == "independent" else "softmax"

    def probabilities(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Return probabilities.

        Args:
            images: (n, height, width, channels) in 0..255, n at least 1.

        Returns:
            (n, classes) float32 in [0, 1]; a single output becomes two columns.
        """
        answer = self._session.run([self._output], {self._input: np.asarray(images, np.float32)})[0]
        if self._single:
            answer = np.concatenate([1 - answer, answer], axis=1)
        return np.asarray(answer, np.float32)


def _called(source: Path | bytes) -> str:
    return "the network" if isinstance(source, bytes) else f"the file {source.name}"
