"""The flags that say what is trained, and from them to a RunSpec."""

import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

import typer

from cnnviz.cli.data import find
from cnnviz.errors import SpecError

if TYPE_CHECKING:
    from cnnviz.spec import RunSpec

__all__ = ["Flags", "spec_of", "with_flags"]

# The first that fits the images is taken where no preset is named.
_USUAL = ("two-conv", "one-conv")
_KERAS = "keras:"
_OF_BEGINNING = ("--freeze", "--copies", "--early-rate", "--size")
_LARGEST_FILE = 4_000_000
_SHIFT = 0.125  # 4 of 32 pixels: what CIFAR-10 is usually trained with


@dataclass(frozen=True)
class Flags:
    """What was asked for on the command line, a field for each option; None where nothing was said.

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

    spec: Annotated[
        str | None, typer.Option("--spec", metavar="FILE", help="Settings as JSON (a RunSpec); - for standard input.")
    ] = None
    dataset: Annotated[str | None, typer.Option("--dataset", metavar="NAME", help="The data set to learn from.")] = None
    preset: Annotated[
        str | None, typer.Option("--preset", metavar="NAME", help="Settings to begin with, such as two-conv.")
    ] = None
    epochs: Annotated[int | None, typer.Option("--epochs", metavar="N", help="Times to see each image.")] = None
    batch_size: Annotated[int | None, typer.Option("--batch-size", metavar="N", help="Images in a step.")] = None
    optimizer: Annotated[
        Literal["adam", "sgd"] | None,
        typer.Option("--optimizer", metavar="adam|sgd", help="How to change weights."),
    ] = None
    learning_rate: Annotated[float | None, typer.Option("--learning-rate", metavar="X", help="The size of a step.")] = (
        None
    )
    validation: Annotated[
        float | None,
        typer.Option("--validation", metavar="FRACTION", help="Held back, 0 to 0.5, where the data set brings none."),
    ] = None
    augment: Annotated[
        bool, typer.Option("--augment", help="Shift the training images, and mirror them unless characters.")
    ] = False
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", help="The same seed gives the same run.")] = None
    name: Annotated[str | None, typer.Option("--name", metavar="TEXT", help="What to call the run.")] = None
    seconds: Annotated[
        float | None, typer.Option("--seconds", metavar="N", help="Train as much as fits into that time.")
    ] = None
    start_from: Annotated[
        str | None,
        typer.Option(
            "--start-from", metavar="RUN|keras:NAME", help="Begin with a trained network; its last layer is made anew."
        ),
    ] = None
    freeze: Annotated[
        str | None,
        typer.Option("--freeze", metavar="LAYER|all|none", help="Which of its layers stay as they are; usually all."),
    ] = None
    copies: Annotated[
        int | None, typer.Option("--copies", metavar="N", help="Changed copies of each image, where all are frozen.")
    ] = None
    early_rate: Annotated[
        float | None,
        typer.Option("--early-rate", metavar="X", help="The first layer's rate as a share of the last one's."),
    ] = None
    size: Annotated[
        int | None,
        typer.Option("--size", metavar="N", help="Pixels of the side that images are brought to for that network."),
    ] = None

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


def with_flags(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `Flags`, before its own.

    Args:
        command: its first parameter is a `Flags`; the others are its own options.

    Returns:
        What Typer calls: with each option by its name.
    """
    names = [field.name for field in fields(Flags)]
    hints = get_type_hints(Flags, include_extras=True)

    @functools.wraps(command)
    def called(**values: Any) -> None:
        command(Flags(**{name: values.pop(name) for name in names}), **values)

    own = [*inspect.signature(command).parameters.values()][1:]
    options = [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=hints[field.name]
        )
        for field in fields(Flags)
    ]
    every = [*options, *(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own)]
    called.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
    called.__annotations__ = {one.name: one.annotation for one in every}
    return called


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
    from cnnviz.runs.presets import find_preset
    from cnnviz.spec import RunSpec, as_written, preset

    named = RunSpec.from_json(_read(flags.spec)) if flags.spec is not None else None
    if flags.preset is not None:
        named = find_preset(flags.preset, home)
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
    from cnnviz.runs.presets import find_preset
    from cnnviz.spec import ModelSpec, RunSpec

    given = RunSpec.from_json(_read(flags.spec)) if flags.spec is not None else None
    if flags.preset is not None:
        given = find_preset(flags.preset, home)
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
