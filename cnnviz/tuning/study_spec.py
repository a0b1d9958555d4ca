"""StudySpec: what a search tries, by what it chooses, and how; written once, when the study is made."""

import re
from collections.abc import Mapping
from typing import Literal, Self
from urllib.parse import parse_qsl

from pydantic import Field, model_validator

from cnnviz.errors import SpecError
from cnnviz.spec import RunSpec, Settings
from cnnviz.tuning.ranges import OneOf, Range, Value
from cnnviz.tuning.settings import present, setting

__all__ = ["NOTHING", "OBJECTIVES", "START_FROM", "Objective", "StudySpec"]

Objective = Literal["accuracy", "loss", "parameters", "milliseconds"]

# What each is called, and whether more of it is better. Accuracy and loss are those of validation images.
OBJECTIVES: Mapping[Objective, tuple[str, bool]] = {
    "accuracy": ("validation accuracy", True),
    "loss": ("validation loss", False),
    "parameters": ("parameters", False),
    "milliseconds": ("milliseconds an image", False),
}

# Not a setting of a run: the run that a trial begins with, or NOTHING for random weights.
START_FROM, NOTHING = "start_from", "nothing"

_MOST_COMBINATIONS = 100_000
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,59}")


class StudySpec(Settings):
    """A search: what it tries, by what it chooses, and how.

    Attributes:
        name: of its folder, and in a storage that others use, too.
        base: the settings that every trial begins with; its first trial has them as they are.
        space: what is tried of which setting, by `cnnviz.tuning.settings.SETTINGS` and "start_from".
        objectives: by what trials are compared; several give those that none beats in all.
        sampler: "tpe" learns from earlier trials where to look (Bergstra et al. 2011), "random" does not (Bergstra and
            Bengio 2012), "grid" tries every combination, in a random order.
        pruner: ends trials that do worse than others did: "median" worse than half of them did after as many epochs,
            "hyperband" by rounds in which the better third goes on (Li et al. 2018), "none" lets all run to their end.
        epochs: of a trial; None for those of the base.
        train_images: of a trial; None for those of the base.
        most_parameters: larger networks are passed over; None for no limit.
        behind: a trial is chosen by what all trials but the last so many gave. So many may run beside each other, and
            the same seed gives the same study, whichever of them ends first.
        seed: of the choices. Every trial's run has the base's own seed, so that trials differ by their settings alone.
        storage: the URL of a database for several machines; empty for a file beside this.
    """

    format: Literal[1] = 1
    name: str
    base: RunSpec
    space: dict[str, Range] = Field(min_length=1)
    objectives: tuple[Objective, ...] = Field(default=("accuracy",), min_length=1, max_length=3)
    sampler: Literal["tpe", "random", "grid"] = "tpe"
    pruner: Literal["median", "hyperband", "none"] = "median"
    epochs: int | None = Field(default=None, ge=1, le=1000)
    train_images: int | None = Field(default=None, ge=2, le=10_000_000)
    most_parameters: int | None = Field(default=None, ge=1)
    behind: int = Field(default=4, ge=1, le=1000)
    seed: int = Field(default=0, ge=0, lt=2**31)
    storage: str = Field(default="", max_length=500)

    @model_validator(mode="after")
    def _works(self) -> Self:
        if not _NAME.fullmatch(self.name):
            raise SpecError(f"{self.name!r:.80} cannot be a study's name; use 2 to 60 of a to z, 0 to 9 and hyphens")
        for name, tried in self.space.items():
            if name == START_FROM:
                if not isinstance(tried, OneOf) or not all(isinstance(value, str) for value in tried.values):
                    raise SpecError(f"{START_FROM} takes the ids of runs and {NOTHING!r}, separated by commas")
            else:
                _check_words(self.base, name, tried)
        if _has_password(self.storage):
            raise SpecError(
                "the storage has a password in its address, which would be kept in a file; leave it out and give it as "
                "the database's own programs take it: in PGPASSWORD, or in ~/.pgpass"
            )
        if self.base.data.validation == 0:
            raise SpecError("a search chooses by validation images and the validation share is 0; set it to 0.1, say")
        if len(set(self.objectives)) < len(self.objectives):
            raise SpecError("an objective is given twice; give each once")
        if not {"accuracy", "loss"} & set(self.objectives):
            raise SpecError("something of the objectives must be learned; add accuracy or loss")
        if self.several and self.pruner != "none":
            raise SpecError(
                f"several objectives have no order by which the pruner {self.pruner} could end a trial; use none"
            )
        if self.sampler == "grid" and self.combinations > _MOST_COMBINATIONS:
            raise SpecError(
                f"this grid has {self.combinations:,} combinations and at most {_MOST_COMBINATIONS:,} are possible; "
                "try fewer values, or choose the sampler tpe"
            )
        return self

    @property
    def several(self) -> bool:
        """Whether there is more than one objective."""
        return len(self.objectives) > 1

    @property
    def combinations(self) -> int:
        """How many combinations a grid has."""
        count = 1
        for tried in self.space.values():
            count *= len(tried.grid)
        return count

    @property
    def first_on_grid(self) -> int | None:
        """Which combination of a grid the first trial has, the last setting changing fastest; None for none of them."""
        if self.first is None:
            return None
        place = 0
        for name, value in self.first.items():
            grid = self.space[name].grid
            if value not in grid:
                return None
            place = place * len(grid) + grid.index(value)
        return place

    @property
    def whole_grid(self) -> int:
        """How many trials a grid takes: one for each combination, and the first where it has none of them."""
        return self.combinations + (self.first is not None and self.first_on_grid is None)

    @property
    def trial_base(self) -> RunSpec:
        """The settings that a trial changes: the base's, for as many epochs and images as a trial has.

        Test images are left alone: what is chosen by them says nothing of new images any more. A time to train in is
        not kept: what comes of it is another thing on every machine.
        """
        epochs = self.epochs or self.base.train.epochs
        train = self.base.train.changed(epochs=epochs, seconds=None, tests="never", views=1)
        data = self.base.data
        if self.train_images is not None:
            data = data.changed(train_images=self.train_images)
        return self.base.changed(train=train, data=data)

    @property
    def first(self) -> dict[str, Value] | None:
        """The base's own values, which the first trial has; None where one of them is not among those tried."""
        values: dict[str, Value] = {}
        for name, tried in self.space.items():
            value = NOTHING if name == START_FROM else present(self.base, [name])[name]
            if value is None or not tried.has(value):
                return None
            values[name] = value
        return values


def _check_words(base: RunSpec, name: str, tried: Range) -> None:
    """Refuse a setting that says nothing here, and words that it does not take; numbers may suit other networks."""
    one = setting(name)
    usual = one.usual(base)
    if usual is None:
        raise SpecError(f"{name} says nothing here: these settings have no such layers, so leave it out")
    for word in tried.grid:
        if isinstance(word, str):
            try:
                taken = one.read(one.change(base, word)) == word
            except SpecError:
                taken = False
            if not taken:
                raise SpecError(f"{name} takes no {word!r:.40}; give some such as {usual.words}")


def _has_password(storage: str) -> bool:
    """Say whether a database's address has a password: behind the name, or among what is asked of it."""
    rest, _, asked = storage.partition("://")[2].partition("?")
    names = {name.lower() for name, _ in parse_qsl(asked)}
    return ":" in rest.rpartition("@")[0] or not names.isdisjoint(("password", "passwd", "pwd"))
