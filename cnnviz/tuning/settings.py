"""What of a run's settings a search can change: how each is read, changed, and what of it is usually tried."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from cnnviz.errors import SpecError
from cnnviz.spec import FUNCTIONS, Function, RunSpec, varying
from cnnviz.tuning.ranges import Between, OneOf, Value

__all__ = ["SETTINGS", "Setting", "changed", "present", "usual_space"]

_MOST_BLOCKS = 5


@dataclass(frozen=True)
class Setting:
    """One setting of a run that a search can change.

    Attributes:
        name: on the command line and in files.
        title: for people.
        says: what it is, a sentence.
        read: its value in a run's settings; None where there is not one.
        change: returns the settings with another value.
        usual: what is usually tried, from given settings; None where they have no such thing.
        proposed: whether it is tried where nobody says what is.
    """

    name: str
    title: str
    says: str
    read: Callable[[RunSpec], Value | None]
    change: Callable[[RunSpec, Any], RunSpec]
    usual: Callable[[RunSpec], Between | OneOf | None]
    proposed: bool = True


def _layers(change: Callable[[Any, Any], Any]) -> Callable[[RunSpec, Any], RunSpec]:
    def changed(spec: RunSpec, value: Any) -> RunSpec:
        return spec.changed(model=spec.model.changed(layers=change(spec.model.layers, value)))

    return changed


def _train(name: str) -> tuple[Callable[[RunSpec], Any], Callable[[RunSpec, Any], RunSpec]]:
    def change(spec: RunSpec, value: Any) -> RunSpec:
        return spec.changed(train=spec.train.changed(**{name: value}))

    return (lambda spec: getattr(spec.train, name)), change


def _augmentation(name: str) -> tuple[Callable[[RunSpec], Any], Callable[[RunSpec, Any], RunSpec]]:
    def change(spec: RunSpec, value: Any) -> RunSpec:
        augmentation = spec.train.augmentation.changed(**{name: value})
        return spec.changed(train=spec.train.changed(augmentation=augmentation))

    return (lambda spec: getattr(spec.train.augmentation, name)), change


def _optimiser(spec: RunSpec, value: str) -> RunSpec:
    """Change the optimiser; what only plain gradient descent takes goes with it."""
    offsets = spec.train.offset_rate if value == "sgd" else 1.0
    return spec.changed(train=spec.train.changed(optimizer=value, offset_rate=offsets))


def _usual_blocks(spec: RunSpec) -> Between | None:
    """From one block to as many as the images have room for."""
    if not varying.blocks_of(spec.model.layers):
        return None
    most = 1
    for count in range(1, _MOST_BLOCKS + 1):
        try:
            spec.changed(model=spec.model.changed(layers=varying.with_blocks(spec.model.layers, count)))
        except SpecError:
            break
        most = count
    return Between(low=1, high=most, whole=True)


def _usual_filters(spec: RunSpec) -> Between | None:
    filters = varying.filters_of(spec.model.layers)
    if filters is None:
        return None
    return Between(low=max(1, filters // 2), high=2 * filters, step=max(1, filters // 4), whole=True)


def _where(usual: Between | OneOf, there: Callable[[RunSpec], Any]) -> Callable[[RunSpec], Between | OneOf | None]:
    """What is usually tried of layers, where a network has such layers."""
    return lambda spec: usual if there(spec) is not None else None


def _always(usual: Between | OneOf) -> Callable[[RunSpec], Between | OneOf]:
    return lambda spec: usual


def _around_rate(spec: RunSpec) -> Between:
    rates = (1e-4, 1e-2) if spec.train.optimizer == "adam" else (1e-3, 1.0)
    rate = spec.train.learning_rate
    return Between(low=min(rates[0], rate), high=max(rates[1], rate), log=True)


def _with_own(one: Setting) -> Setting:
    """Let what is usually tried have the value that the given settings have, so that a search begins with them."""

    def usual(spec: RunSpec) -> Between | OneOf | None:
        tried, own = one.usual(spec), one.read(spec)
        if tried is None or own is None or tried.has(own):
            return tried
        if isinstance(tried, OneOf):
            values = (*tried.values, own)
            return tried.changed(values=values if isinstance(own, str) else sorted(values))
        assert not isinstance(own, str)
        return tried.changed(low=min(tried.low, own), high=max(tried.high, own), step=None)

    return replace(one, usual=usual)


_IMAGES = OneOf(values=("flatten", "average", "max"))

_LIST: tuple[Setting, ...] = (
    Setting(
        "blocks",
        "Blocks",
        "How many blocks of convolutions, each ended by a pooling; each that is added has twice the filters.",
        lambda spec: varying.blocks_of(spec.model.layers) or None,
        _layers(varying.with_blocks),
        _usual_blocks,
    ),
    Setting(
        "filters",
        "Filters",
        "How many filters the first convolution has; the others have more or fewer in the same proportion.",
        lambda spec: varying.filters_of(spec.model.layers),
        _layers(varying.with_filters),
        _usual_filters,
    ),
    Setting(
        "kernel_size",
        "Kernel size",
        "The side of all kernels that learn, in pixels.",
        lambda spec: varying.kernel_size_of(spec.model.layers),
        _layers(varying.with_kernel_size),
        _where(OneOf(values=(3, 5)), lambda spec: varying.filters_of(spec.model.layers)),
        proposed=False,
    ),
    Setting(
        "activation",
        "Activation",
        "The function that bends every value.",
        lambda spec: varying.activation_of(spec.model.layers),
        _layers(lambda layers, value: varying.with_activation(layers, cast(Function, value))),
        _where(
            OneOf(values=tuple(name for name in FUNCTIONS if name not in ("linear", "sigmoid", "tanh"))),
            lambda spec: varying.activation_of(spec.model.layers),
        ),
        proposed=False,
    ),
    Setting(
        "normalisation",
        "Batch normalisation",
        "Whether every convolution is normalised.",
        lambda spec: varying.normalised_of(spec.model.layers),
        _layers(varying.with_normalisation),
        _where(OneOf(values=(False, True)), lambda spec: varying.filters_of(spec.model.layers)),
    ),
    Setting(
        "ending",
        "Ending",
        "How feature maps become numbers in a row: laid out, or the mean or the largest value of each.",
        lambda spec: varying.ending_of(spec.model.layers),
        _layers(varying.with_ending),
        _where(_IMAGES, lambda spec: varying.ending_of(spec.model.layers)),
    ),
    Setting(
        "units",
        "Dense units",
        "How many units each hidden dense layer has.",
        lambda spec: varying.units_of(spec.model.layers),
        _layers(varying.with_units),
        _where(Between(low=32, high=256, step=32, whole=True), lambda spec: varying.units_of(spec.model.layers)),
    ),
    Setting(
        "dropout",
        "Dropout",
        "The share of values that each dropout silences; without any, one follows each pooling and dense layer.",
        lambda spec: varying.dropout_of(spec.model.layers),
        _layers(varying.with_dropout),
        _always(Between(low=0, high=0.5, step=0.05)),
    ),
    Setting(
        "optimizer",
        "Optimiser",
        "How steps are made of gradients.",
        _train("optimizer")[0],
        _optimiser,
        _always(OneOf(values=("adam", "sgd"))),
        proposed=False,
    ),
    Setting(
        "learning_rate", "Learning rate", "The size of a step, at its highest.", *_train("learning_rate"), _around_rate
    ),
    Setting(
        "schedule",
        "Schedule",
        "How the learning rate changes.",
        *_train("schedule"),
        _always(OneOf(values=("constant", "cosine", "one_cycle"))),
        proposed=False,
    ),
    Setting(
        "weight_decay",
        "Weight decay",
        "The share of every weight that a step takes off, times its rate.",
        *_train("weight_decay"),
        _always(Between(low=0, high=0.02, step=0.002)),
        proposed=False,
    ),
    Setting(
        "batch_size",
        "Batch size",
        "Images in a step.",
        *_train("batch_size"),
        _always(OneOf(values=(32, 64, 128, 256))),
    ),
    Setting(
        "label_smoothing",
        "Label smoothing",
        "The share of the target that is spread over all classes.",
        *_train("label_smoothing"),
        lambda spec: None if spec.model.output == "sigmoid" else Between(low=0, high=0.2, step=0.05),
        proposed=False,
    ),
    Setting(
        "flip",
        "Mirror",
        "Whether training images are mirrored at random.",
        *_augmentation("flip"),
        _always(OneOf(values=(False, True))),
    ),
    Setting(
        "shift",
        "Shift",
        "How far training images are moved at random, as a share of their side.",
        *_augmentation("shift"),
        _always(Between(low=0, high=0.2, step=0.025)),
    ),
    Setting(
        "rotation",
        "Rotation",
        "How far training images are turned at random, in degrees.",
        *_augmentation("rotation"),
        _always(Between(low=0, high=20, step=5)),
        proposed=False,
    ),
    Setting(
        "zoom",
        "Zoom",
        "How much training images are enlarged or shrunk at random.",
        *_augmentation("zoom"),
        _always(Between(low=0, high=0.2, step=0.05)),
        proposed=False,
    ),
    Setting(
        "contrast",
        "Contrast",
        "How much the contrast of training images is changed at random.",
        *_augmentation("contrast"),
        _always(Between(low=0, high=0.4, step=0.1)),
        proposed=False,
    ),
)

# In this order they are changed: what a later one counts or replaces is what the earlier ones left.
SETTINGS: Mapping[str, Setting] = {setting.name: _with_own(setting) for setting in _LIST}


def setting(name: str) -> Setting:
    """Return a setting by its name.

    Raises:
        SpecError: there is none; the sentence names those there are.
    """
    if name not in SETTINGS:
        raise SpecError(f"{name!r:.40} is no setting that can be searched; choose from {', '.join(SETTINGS)}")
    return SETTINGS[name]


def usual_space(spec: RunSpec, *, characters: bool = False) -> dict[str, Between | OneOf]:
    """Return what is tried where nobody says what is.

    Args:
        spec: the settings that the search begins with.
        characters: whether the images are of letters or digits, which are not mirrored.
    """
    tried = (one for one in SETTINGS.values() if one.proposed and not (characters and one.name == "flip"))
    ranges = {one.name: one.usual(spec) for one in tried}
    return {name: tried for name, tried in ranges.items() if tried is not None and len(tried.grid) > 1}


def present(spec: RunSpec, names: Iterable[str]) -> dict[str, Value | None]:
    """Return the values that settings have in a run's settings, None where there is not one."""
    return {name: setting(name).read(spec) for name in names}


def changed(spec: RunSpec, values: Mapping[str, Value]) -> RunSpec:
    """Return a run's settings with other values.

    Args:
        spec: which to change.
        values: by the settings' names.

    Raises:
        SpecError: they do not go together: a network that does not fit the images, say.
    """
    for name in SETTINGS:
        if name in values:
            spec = SETTINGS[name].change(spec, values[name])
    for name in values:
        setting(name)
    return spec
