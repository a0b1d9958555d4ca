"""What a search tries of a setting: a range of numbers, or some values."""

from collections.abc import Iterable
from math import isfinite
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cnnviz.errors import SpecError
from cnnviz.spec import Settings

__all__ = ["Between", "OneOf", "Range", "Value", "range_of", "written"]

Value = bool | int | float | str

_MOST_VALUES = 100
_GRID = 4  # values of a range that has no steps of its own, in a grid


class Between(Settings):
    """Any number from the lowest to the highest.

    Attributes:
        low, high: both are tried, too.
        step: only these steps from the lowest on; None for any number.
        log: as likely between 0.001 and 0.01 as between 0.01 and 0.1; without steps.
        whole: whole numbers alone.
    """

    kind: Literal["between"] = "between"
    low: float
    high: float
    step: float | None = Field(default=None, gt=0)
    log: bool = False
    whole: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise SpecError(f"a range goes from {self.low:g} to {self.high:g}; give the lower number first")
        if self.log and (self.low <= 0 or self.step is not None):
            raise SpecError("a logarithmic range begins above 0 and has no steps; change that, or make it an even one")
        if self.whole and any(number != int(number) for number in (self.low, self.high, self.step or 1)):
            raise SpecError(f"{self.low:g} to {self.high:g} is to be whole numbers; give whole ones")
        return self

    def has(self, value: Value | None) -> bool:
        """Say whether a value is one that is tried."""
        if isinstance(value, bool | str) or value is None or not self.low <= value <= self.high:
            return False
        steps = (value - self.low) / self.step if self.step is not None else 0.0
        return abs(steps - round(steps)) < 1e-6 and (not self.whole or value == int(value))

    @property
    def grid(self) -> tuple[Value, ...]:
        """The values of a grid: every step, or a few evenly apart."""
        if self.step is not None or (self.whole and self.high - self.low < _GRID):
            step = self.step or 1.0
            count = int((self.high - self.low) / step + 1e-6) + 1
            numbers: Iterable[float] = (self.low + number * step for number in range(count))
        elif self.log:
            numbers = (self.low * (self.high / self.low) ** (number / (_GRID - 1)) for number in range(_GRID))
        else:
            numbers = (self.low + (self.high - self.low) * number / (_GRID - 1) for number in range(_GRID))
        return tuple(dict.fromkeys(round(number) if self.whole else float(f"{number:.12g}") for number in numbers))

    @property
    def words(self) -> str:
        """The range as people write it: 16..64/8."""
        return f"{self.low:g}..{self.high:g}" + (f"/{self.step:g}" if self.step is not None else "")


class OneOf(Settings):
    """One of some values.

    Attributes:
        values: from one to a hundred, each once.
    """

    kind: Literal["one of"] = "one of"
    values: tuple[Value, ...] = Field(min_length=1, max_length=_MOST_VALUES)

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if len({written(value) for value in self.values}) < len(self.values):
            raise SpecError(f"the values {self.words} are not all different; give each once")
        return self

    def has(self, value: Value | None) -> bool:
        """Say whether a value is one that is tried."""
        return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in self.values)

    @property
    def grid(self) -> tuple[Value, ...]:
        """The values of a grid: all."""
        return self.values

    @property
    def words(self) -> str:
        """The values as people write them: adam,sgd."""
        return ",".join(map(written, self.values))


Range = Annotated[Between | OneOf, Field(discriminator="kind")]


def written(value: Value) -> str:
    """Return a value as it is written on the command line and in tables."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def range_of(text: str, usual: Between | OneOf) -> Between | OneOf:
    """Read a range as it is written.

    Args:
        text: "16..64", "16..64/8" or "adam,sgd".
        usual: of the same setting: says whether its numbers are whole, and how they are spread.

    Raises:
        SpecError: it is neither, or its values are of another kind than the setting's.
    """
    low, dots, rest = text.partition("..")
    if dots:
        if isinstance(usual, OneOf):
            raise SpecError(f"{text!r:.60} is a range, and this setting takes some values, such as {usual.words}")
        high, slash, step = rest.partition("/")
        otherwise = f"the range {text!r:.60} is not two numbers; give one such as 16..64 or 0.001..0.1"
        numbers = [_number(one, otherwise) for one in (low, high)]
        steps = _number(step, otherwise) if slash else (usual.step if not usual.log else None)
        return Between(low=numbers[0], high=numbers[1], step=steps, log=usual.log and not slash, whole=usual.whole)
    return OneOf(values=tuple(_value(one.strip(), usual) for one in text.split(",")))


def _number(text: str, otherwise: str) -> float:
    """Read a number, or refuse with a sentence."""
    try:
        number = float(text)
    except ValueError:
        raise SpecError(otherwise) from None
    if not isfinite(number):
        raise SpecError(otherwise)
    return number


def _value(text: str, usual: Between | OneOf) -> Value:
    example: Value = usual.grid[0]
    if isinstance(usual, OneOf):
        known = {written(value): value for value in usual.values}
        if text in known:
            return known[text]
        if isinstance(example, bool):
            raise SpecError(f"{text!r:.40} is neither yes nor no")
        if isinstance(example, str):
            return text
    number = _number(text, f"{text!r:.40} is no number; give some such as {','.join(map(written, usual.grid[:2]))}")
    if not isinstance(example, int):
        return number
    if number != int(number):
        raise SpecError(f"{text} is not a whole number, which this setting takes")
    return int(number)
