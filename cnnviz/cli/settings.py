"""From the flags of `cnnviz train` to a RunSpec."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnviz.cli.data import find
from cnnviz.errors import SpecError

if TYPE_CHECKING:
    from cnnviz.spec import RunSpec

__all__ = ["Flags", "spec_of"]

# The first that fits the images is taken where no preset is named.
_USUAL = ("two-conv", "one-conv")
_KERAS = "keras:"
_OF_BEGINNING = ("--freeze", "--copies", "--early-rate", "--size")
_LARGEST_FILE = 4_000_000
_SHIFT = 0.125  # 4 of 32 pixels: what CIFAR-10 is usually trained with


@dataclass(frozen=True)
class Flags:
    """What was asked for on the command line; None where nothing was said.

    Attributes:
        spec: a file with a RunSpec, or "-" for standard input.
        dataset, preset: names.
        epochs, batch_size, optimizer, learning_rate, seed, seconds: as in TrainSpec.
        validation: as in DataSpec.
        augment: mirror and shift the training images.
        name: what to call the run.
        start_from: a run, or keras:NAME.
        freeze, copies, early_rate: as in Beginning.
        size: pixels of a side that images are brought to for that network.
    """

    spec: str | None = None
    dataset: str | None = None
    preset: str | None = None
    epochs: int | None = None
    batch_size: int | None = None
    optimizer: str | None = None
    learning_rate: float | None = None
    validation: float | None = None
    augment: bool = False
    seed: int | None = None
    name: str | None = None
    seconds: float | None = None
    start_from: str | None = None
    freeze: str | None = None
    copies: int | None = None
    early_rate: float | None = None
    size: int | None = None

    @property
    def beginning(self) -> dict[str, Any]:
        """What is said of the network to begin with, as `Beginning` has it."""
        values = {"frozen": self.freeze, "copies": self.copies, "early_rate": self.early_rate}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def given(self) -> tuple[str, ...]:
        """The flags that were given, as they are written."""
        names = [key for key, value in vars(self).items() if value is not None and value is not False]
        return tuple(f"--{name.replace('_', '-')}" for name in names)


def spec_of(flags: Flags, home: Path | None) -> "RunSpec":
    """Make the settings of a run: a file's or a preset's, fitted to the data set, changed by the flags.

    Raises:
        SpecError: the flags contradict each other, or the settings cannot work.
        DataError: there is no such data set.
    """
    if flags.spec is not None and flags.preset is not None:
        raise SpecError("--spec and --preset both say where the settings come from; give one of them")
    if flags.epochs is not None and flags.seconds is not None:
        raise SpecError("--epochs and --seconds both say how long to train; give one of them")
    from cnnviz.spec.words import named

    with _named_as_given(flags):
        spec = _base(flags, home) if flags.start_from is None else _begun(flags, home)
    train = {
        key: value
        for key in ("epochs", "batch_size", "optimizer", "learning_rate", "seed", "seconds")
        if (value := getattr(flags, key)) is not None
    }
    if flags.epochs is not None:
        train["seconds"] = None  # of a spec from a file: the flag is the newer wish
    if flags.augment:
        from cnnviz.data import are_characters

        mirrored = not are_characters(spec.data.classes or find(spec.data.name, home).classes)
        train["augmentation"] = spec.train.augmentation.changed(flip=mirrored, shift=_SHIFT)
    with _named_as_given(flags):
        changes: dict[str, Any] = {"train": spec.train.changed(**train)}
        if flags.validation is not None:
            changes["data"] = spec.data.changed(validation=flags.validation)
        if flags.start_from is None and (flags.beginning or flags.size is not None):
            if spec.beginning is None or flags.size is not None:
                raise SpecError(
                    f"{', '.join(flag for flag in flags.given if flag in _OF_BEGINNING)} is about a network to begin "
                    "with and none was given; add --start-from RUN"
                )
            changes["beginning"] = spec.beginning.changed(**flags.beginning)
        if flags.name is not None:
            changes["name"] = " ".join(flags.name.split())
        changed = spec.changed(**changes)
        return named(changed) if train else changed


@contextmanager
def _named_as_given(flags: Flags) -> Iterator[None]:
    """Call a setting that was given by a flag by the flag's name in a refusal."""
    try:
        yield
    except SpecError as error:
        for flag in flags.given:
            setting = f"the setting {flag.removeprefix('--').replace('-', '_')} "
            if str(error).startswith(setting):
                raise SpecError(f"{flag} {str(error).removeprefix(setting)}") from error
        raise


def _base(flags: Flags, home: Path | None) -> "RunSpec":
    from cnnviz.spec import RunSpec, as_written, preset

    named = RunSpec.from_json(_read(flags.spec)) if flags.spec is not None else None
    if flags.preset is not None:
        named = preset(flags.preset)
    if flags.dataset is None:
        return named or preset(_USUAL[0])
    info = find(flags.dataset, home)
    if named is not None:
        return as_written(named).for_data(info.name, info.shape, info.classes)
    try:
        return preset(_USUAL[0]).for_data(info.name, info.shape, info.classes)
    except SpecError:
        return preset(_USUAL[1]).for_data(info.name, info.shape, info.classes)


def _begun(flags: Flags, home: Path | None) -> "RunSpec":
    """Make settings that begin with a trained network: how it learns as a file or a preset says, or gently."""
    from cnnviz.cli.runs import find as find_run
    from cnnviz.data import are_characters
    from cnnviz.runs.beginning import beginning_with, gentle
    from cnnviz.spec import ModelSpec, RunSpec, preset

    given = RunSpec.from_json(_read(flags.spec)) if flags.spec is not None else None
    if flags.preset is not None:
        given = preset(flags.preset)
    base = given or RunSpec(model=ModelSpec())
    info = find(flags.dataset or base.data.name, home)
    bare = base.changed(
        model=base.model.changed(layers=(), foreign=(), body=None), beginning=None, name="", preset=None
    ).for_data(info.name, info.shape, info.classes)
    names = bare.data.classes or info.classes
    if given is None:
        bare = bare.changed(train=gentle(characters=are_characters(names), learns=flags.freeze not in (None, "all")))
    begin = str(flags.start_from)
    if begin.startswith(_KERAS):
        return _begun_with_published(begin.removeprefix(_KERAS), bare, flags, home)
    return beginning_with(find_run(begin, home), bare, names, size=flags.size, **flags.beginning)


def _begun_with_published(name: str, bare: "RunSpec", flags: Flags, home: Path | None) -> "RunSpec":
    from cnnviz.cli.progress import download_progress
    from cnnviz.cli.quiet_import import silent_start

    with silent_start():
        from cnnviz.adoption.published import beginning_with_published
    with download_progress(name) as on_progress:
        return beginning_with_published(name, bare, home, size=flags.size, on_progress=on_progress, **flags.beginning)


def _read(path: str) -> bytes:
    try:
        if path == "-":
            content = sys.stdin.buffer.read(_LARGEST_FILE + 1)
        else:
            with open(path, "rb") as file:
                content = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise SpecError(
            f"--spec is {path!r} and cannot be read ({error.strerror or error}); give a file with a RunSpec as JSON"
        ) from error
    if len(content) > _LARGEST_FILE:
        raise SpecError(f"--spec is {path!r} and has more than 4 MB; give a file with a RunSpec as JSON")
    return content
