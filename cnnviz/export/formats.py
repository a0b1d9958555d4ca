"""In which formats a network can be taken away, and what each of them needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType

from cnnviz.errors import MissingExtraError, SpecError

__all__ = ["FORMATS", "Format", "find_format", "require"]


@dataclass(frozen=True)
class Format:
    """A format, and what comes with it.

    Attributes:
        name: as the command line has it.
        title: as people say it.
        ending: of the file's name.
        needs: packages that exporting needs, as pip calls them.
        runtime: packages that using the file needs, beside NumPy and Pillow.
        use: what the file is good for, in a sentence.
        model: whether it holds a network; False for what trains one.
    """

    name: str
    title: str
    ending: str
    needs: tuple[str, ...]
    runtime: tuple[str, ...]
    use: str
    model: bool = True


_KERAS = ("keras", "tensorflow")

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        each.name: each
        for each in (
            Format("keras", "Keras", ".keras", _KERAS, _KERAS, "Goes on in Keras 3: look inside it, train it further."),
            Format("h5", "HDF5", ".h5", _KERAS, _KERAS, "The older format of Keras, network and weights in one file."),
            Format(
                "h5-weights",
                "HDF5 weights",
                ".weights.h5",
                _KERAS,
                _KERAS,
                "The weights alone, for a network of the same layers: `model.load_weights(...)`.",
            ),
            Format(
                "onnx",
                "ONNX",
                ".onnx",
                (*_KERAS, "onnx", "tf2onnx", "onnxruntime"),
                ("onnxruntime",),
                "Runs almost anywhere without Keras: servers, browsers, C++, C#, Java.",
            ),
            Format(
                "litert",
                "LiteRT",
                ".tflite",
                (*_KERAS, "ai-edge-litert"),
                ("ai-edge-litert",),
                "Runs on phones and small computers; it was called TensorFlow Lite.",
            ),
            Format(
                "script",
                "Python script",
                ".py",
                (),
                _KERAS,
                "Trains the same network again in plain Keras.",
                model=False,
            ),
            Format(
                "notebook",
                "notebook",
                ".ipynb",
                (),
                _KERAS,
                "The same as a notebook, cell by cell.",
                model=False,
            ),
        )
    }
)


def find_format(name: str) -> Format:
    """Return a format by its name.

    Raises:
        SpecError: there is none of that name.
    """
    if name not in FORMATS:
        raise SpecError(f"there is no format {name!r:.40}; choose one of {', '.join(FORMATS)}")
    return FORMATS[name]


def require(chosen: Format) -> None:
    """Make sure that what a format needs is installed, before anything takes time.

    Raises:
        MissingExtraError: something is not; the sentence has the line that installs it.
    """
    missing = [name for name in chosen.needs if find_spec(name.replace("-", "_")) is None]
    if missing:
        are = "is" if len(missing) == 1 else "are"
        raise MissingExtraError(
            f"exporting as {chosen.name} needs {' and '.join(missing)}, which {are} not installed; run: pip install "
            f"{' '.join(missing)}"
        )
