"""Taking a network away: written in a format, checked against the original, with what belongs to it."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

from cnnviz import __version__
from cnnviz.data import class_names_of
from cnnviz.errors import RunError, SpecError
from cnnviz.export.checking import CheckImages, images_for
from cnnviz.export.classify_script import classify_script
from cnnviz.export.companions import Facts, classes_json, readme
from cnnviz.export.conversion import convert
from cnnviz.export.formats import FORMATS, Format, find_format, require
from cnnviz.export.recipes import can_train_again, recipe
from cnnviz.export.target import Target, target_of
from cnnviz.files import storage_errors
from cnnviz.runs import Run, Weights

if TYPE_CHECKING:
    import keras

__all__ = ["Exported", "export"]

OnStep = Callable[[str], None]


@dataclass(frozen=True)
class Exported:
    """An export that is done.

    Attributes:
        path: where it is: a file, a folder, or a zip.
        format: its format's name.
        run_id: of the run it is from; None for a model from elsewhere.
        bytes: of everything at `path`.
        largest_difference: between two probabilities, of the network and of the file; None where there is no network
            in it.
        images_checked: how many images it was found on.
        images_from: whose images these are, in words.
        companions: the names of what lies beside the model in the folder or zip.
        replaced: whether a file that was there before was replaced.
    """

    path: Path
    format: str
    run_id: str | None
    bytes: int
    largest_difference: float | None = None
    images_checked: int = 0
    images_from: str = ""
    companions: tuple[str, ...] = ()
    replaced: bool = False

    @property
    def size_in_words(self) -> str:
        """How large it is, as people say it, such as "1.3 MB"."""
        return f"{self.bytes / 1e6:.1f} MB" if self.bytes >= 1e5 else f"{max(self.bytes / 1e3, 0.1):.1f} kB"

    @property
    def checked_in_words(self) -> str:
        """What its check found: "64 test images of digits: largest difference 2.1e-07"."""
        found = f"largest difference {self.largest_difference:.2g}" if self.largest_difference else ""
        return f"{self.images_checked} {self.images_from}: {found or 'exactly the same probabilities'}"


def export(
    run_or_model: Union[Run, "keras.Model"],
    format: str,  # noqa: A002 - Keras' word
    out: str | Path,
    class_names: Sequence[str] | None = None,
    *,
    snapshot: int | None = None,
    home: str | Path | None = None,
    on_step: OnStep | None = None,
) -> Exported:
    """Write a network in a format, whole and checked, or not at all.

    The file takes images as they are, 0 to 255, and carries the names of the classes. Before it is put in its place,
    real images go through it and through the network; probabilities that differ by more than 1e-4 are an error. A
    network of half precision is written to "onnx" and "litert" in single precision, and may differ by 2e-2.

    Args:
        run_or_model: a run, or a Keras model of Keras' own layers that takes images in 0..255 of one size, grey or RGB,
            and gives a number for each class, or one, the second class's. Where these are no probabilities, a softmax
            (for one number a sigmoid) is put behind, as `cnnviz.classify` understands them.
        format: a name of `FORMATS`. "script" and "notebook" train a run again.
        out: where to: a name with the format's ending gets the file alone (".weights.h5" the weights, of "h5" too), one
            that ends in ".zip" or a folder gets it with a script that classifies photos, the classes and a README.
        class_names: one for each class; None for a run's own, else "class 0" and so on.
        snapshot: a snapshot's number, None for the run's chosen model.
        home: where the data sets are; None for the usual home.
        on_step: called with what is being done, in words.

    Returns:
        What was written.

    Raises:
        SpecError: there is no such format, or it cannot go to `out`, or the model is of another kind.
        RunError: the run has no model yet, or it is damaged.
        MissingExtraError: a package that the format needs is not installed.
        StorageError: the disk is full, read-only or refuses.
        CnnvizError: the model cannot be written in this format, or the file gives other probabilities.
    """
    chosen = find_format(format)
    if chosen.name == "h5" and str(out).lower().endswith(FORMATS["h5-weights"].ending):
        chosen = FORMATS["h5-weights"]
    run = run_or_model if isinstance(run_or_model, Run) else None
    target = target_of(out, chosen)
    if run is not None and run.folder.resolve() in target.path.resolve().parents:
        raise SpecError(f"{str(out)!r:.200} is in the run's own folder; choose another place, so that the run stays")
    if not chosen.model:
        return _write_recipe(run, chosen, target, home)
    require(chosen)
    facts = _facts(run_or_model, class_names, snapshot, home)
    with storage_errors(Path(tempfile.gettempdir())):
        folder = tempfile.TemporaryDirectory(prefix="cnnviz-export-", ignore_cleanup_errors=True)
    with folder as name:
        work = _Work(run_or_model, run, snapshot, chosen, facts, Path(name), on_step or (lambda step: None))
        return work.into(target, home)


def _write_recipe(run: Run | None, chosen: Format, target: Target, home: str | Path | None) -> Exported:
    if run is None:
        raise SpecError(f"a {chosen.title} trains a run and was asked of a model; give a run, or another format")
    content = recipe(run, chosen, home).encode()
    replaced = target.publish({"": content})
    return Exported(target.path, chosen.name, run.id, len(content), replaced=replaced)


def _facts(
    run_or_model: Any, class_names: Sequence[str] | None, snapshot: int | None, home: str | Path | None
) -> Facts:
    """Find out what must be known of the network before it is opened, and refuse what cannot be exported."""
    if isinstance(run_or_model, Run):
        run, spec = run_or_model, run_or_model.spec.model
        if snapshot is not None:
            run.weights(snapshot)  # says why it cannot be opened
        elif not Weights(run).exists:
            raise RunError(f"the run {run.id} has no model yet; wait until it is completed, or export a snapshot")
        report = run.evaluation() if snapshot is None else None
        names = class_names_of(run, home) if class_names is None else tuple(class_names)
        outputs = 1 if spec.output == "sigmoid" else spec.classes
        accuracy = report["accuracy"] if report else None
        facts = Facts(run.name, names, spec.input_shape, outputs, spec.output, run.id, accuracy)
    else:
        shape, outputs = _shape_of(run_or_model)
        names = tuple(class_names or (f"class {number}" for number in range(max(outputs, 2))))
        facts = Facts(str(getattr(run_or_model, "name", "network")), names, shape, outputs)
    if len(names) != max(outputs, 2):
        raise SpecError(f"{len(names)} class names were given for {max(outputs, 2)} classes; give one for each")
    return facts


def _shape_of(model: Any) -> tuple[tuple[int, int, int], int]:
    """Return the (height, width, channels) that a model takes and how many numbers it gives."""
    taken, given = getattr(model, "input_shape", None), getattr(model, "output_shape", None)
    if not (isinstance(taken, tuple) and len(taken) == 4 and None not in taken[1:] and taken[3] in (1, 3)):
        raise SpecError(f"the model takes {taken!s:.80}; export one that takes grey or RGB images of one fixed size")
    if not (isinstance(given, tuple) and len(given) >= 2 and given[-1] and set(given[1:-1]) <= {1}):
        raise SpecError(f"the model gives {given!s:.80}; export one that gives a number for each class")
    return (taken[1], taken[2], taken[3]), int(given[-1])


@dataclass(frozen=True)
class _Work:
    """One export, with a private folder that is gone afterwards."""

    model: Any
    run: Run | None
    snapshot: int | None
    chosen: Format
    facts: Facts
    folder: Path
    on_step: OnStep

    def into(self, target: Target, home: str | Path | None) -> Exported:
        images = images_for(self.facts.shape, self.run, home)
        done = self._convert(images)
        difference = float(done["largest_difference"])
        self.on_step("putting it in its place")
        files = {self._model_file.name: self._model_file.read_bytes()}
        if target.kind != "file":
            files |= self._companions(replace(self.facts, output=done["output"]), images, difference, home)
        replaced = target.publish(files)
        size = target.path.stat().st_size if target.kind != "folder" else sum(map(len, files.values()))
        return Exported(
            path=target.path,
            format=self.chosen.name,
            run_id=self.facts.run_id,
            bytes=size,
            largest_difference=difference,
            images_checked=len(images.images),
            images_from=images.origin,
            companions=tuple(files)[1:],
            replaced=replaced,
        )

    @property
    def _model_file(self) -> Path:
        return self.folder / f"model{self.chosen.ending}"

    @property
    def _script(self) -> Path:
        return self.folder / "classify.py"

    @property
    def _about(self) -> dict[str, Any]:
        """What the file itself says."""
        run = {"run_id": self.facts.run_id} if self.facts.run_id else {}
        return {"class_names": list(self.facts.class_names), **run, "made_by": f"cnnviz {__version__}"}

    def _convert(self, images: CheckImages) -> dict[str, Any]:
        source = self.folder / "source.keras"
        with storage_errors(self.folder):
            self._script.write_text(classify_script(self.chosen, self.facts.shape), encoding="utf-8")
        if self.run is None:
            from cnnviz.models import save_model

            save_model(self.model, source)
        job = {
            "format": self.chosen.name,
            "run": str(self.run.folder) if self.run is not None else None,
            "snapshot": self.snapshot,
            "model": str(source),
            "script": str(self._script),
            "to": str(self._model_file),
            "about": self._about,
        }
        return convert(job, images, self.folder, self.on_step)

    def _companions(
        self, facts: Facts, images: CheckImages, difference: float, home: str | Path | None
    ) -> dict[str, bytes]:
        files = {
            "classify.py": self._script.read_bytes(),
            "classes.json": classes_json(facts, self._about, difference, len(images.images)),
        }
        if self.run is not None and can_train_again(self.run):
            files["train.py"] = recipe(self.run, FORMATS["script"], home).encode()
            files["train.ipynb"] = recipe(self.run, FORMATS["notebook"], home).encode()
        names = ("README.md", *files)
        return {"README.md": readme(facts, self.chosen, names, images, difference), **files}
