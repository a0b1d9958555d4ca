"""A page's place: what its URL says, as a frozen record whose fields know how they are written; without Streamlit."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib import import_module
from typing import Any, Generic, TypeVar

from cnnviz.errors import CnnvizError, SpecError
from cnnviz.ui.pages import Page

__all__ = [
    "Carried",
    "Codec",
    "Known",
    "Param",
    "Place",
    "choice",
    "decoded",
    "label",
    "numbered",
    "pair",
    "param",
    "params_of",
    "place_of",
    "several",
    "text",
]

T = TypeVar("T")

_NAMED = 10  # classes that a refusal names


@dataclass(frozen=True)
class Known:
    """What a link is held against.

    Attributes:
        classes: names of the classes, by label.
        images: how many test images there are.
        run: what the run is called.
    """

    classes: tuple[str, ...] = ()
    images: int = 0
    run: str = ""


@dataclass(frozen=True)
class Codec(Generic[T]):
    """How a value is written in a URL.

    Attributes:
        read: makes the value of what the URL says; raises a CnnvizError where it cannot be.
        write: the other way; None takes it out of the URL.
        several: whether the parameter may stand there several times; then the value is a tuple.
    """

    read: Callable[[str, Known], T]
    write: Callable[[Any, Known], str | None] = lambda value, known: str(value)
    several: bool = False


@dataclass(frozen=True)
class Param:
    """A parameter of a URL.

    Attributes:
        name: in the URL.
        codec: how it is written.
        default: its value where the URL has none; not written.
        per: the parameter whose change takes this one away: "run" or "layer"; empty for none.
        kept: whether a session that comes back to the page finds it as it was.
        lenient: whether a value that cannot be is passed over, since little is lost with it, instead of refused.
    """

    name: str
    codec: Codec[Any]
    default: Any
    per: str
    kept: bool
    lenient: bool

    def decode(self, texts: list[str], known: Known) -> Any:
        """Return the value.

        Args:
            texts: of this parameter, as they stand in the URL.
            known: what it is held against.

        Raises:
            CnnvizError: it cannot be, and is not passed over.
        """
        said = [one for one in texts if one]
        if not said:
            return self.default
        try:
            if self.codec.several:
                return tuple(self.codec.read(one, known) for one in said)
            return self.codec.read(said[-1], known)
        except CnnvizError:
            if self.lenient:
                return self.default
            raise

    def encode(self, value: Any, known: Known) -> list[str]:
        """Return what stands in the URL for a value; nothing for the default."""
        if value is None or value == self.default or value == "":
            return []
        values = value if self.codec.several else (value,)
        written = (self.codec.write(one, known) for one in values)
        return [one for one in written if one]


def param(
    codec: Codec[Any],
    default: Any = None,
    *,
    name: str = "",
    per: str = "",
    kept: bool = False,
    lenient: bool = False,
) -> Any:
    """Make a field of a place; see `Param`.

    Args:
        codec: how it is written.
        default: its value where the URL has none.
        name: in the URL; empty for the field's own.
        per: as in `Param`.
        kept: as in `Param`.
        lenient: as in `Param`.
    """
    made = Param(name, codec, default, per, kept, lenient)
    return field(default=default, metadata={"param": made})


class Place:
    """What a page's URL says beside what all pages share; a subclass is a frozen dataclass of `param` fields."""


def place_of(page: Page) -> type[Place] | None:
    """Return the class of a page's places, importing its module; None for a page without one."""
    if not page.place:
        return None
    module, _, name = page.place.partition(":")
    found: type[Place] = getattr(import_module(f"cnnviz.ui.{module}"), name)
    return found


P = TypeVar("P", bound=Place)


def decoded(kind: type[P], query: Mapping[str, list[str]], known: Known | None = None) -> P:
    """Return the place that a query says.

    Args:
        kind: its class.
        query: texts by parameter.
        known: what it is held against.

    Raises:
        CnnvizError: it asks for what there is not; one sentence.
    """
    known = known or Known()
    return kind(**{name: one.decode(query.get(one.name, []), known) for name, one in params_of(kind).items()})


@cache
def _params_of(place: Any) -> Mapping[str, Param]:
    found: dict[str, Param] = {}
    for one in fields(place):
        made: Param | None = one.metadata.get("param")
        if made is not None:
            found[one.name] = made if made.name else replace(made, name=one.name)
    return found


def params_of(place: type[Place]) -> Mapping[str, Param]:
    """Return the parameters of a place by the names of its fields."""
    kind: Any = place  # mypy takes no class for something that can be hashed
    return _params_of(kind)


# --- codecs -----------------------------------------------------------------------------------------------------

text: Codec[str] = Codec(lambda said, known: said)
several: Codec[str] = Codec(lambda said, known: said, several=True)


def choice(what: str, known: Mapping[Any, str] | Iterable[str]) -> Codec[Any]:
    """Return the codec of a choice.

    Args:
        what: is chosen, to go after "the link asks for the".
        known: the choices, or what each is called in the URL.
    """
    written = dict(known) if isinstance(known, Mapping) else {one: one for one in known}
    values = {**{one: one for one in written if isinstance(one, str)}, **{said: one for one, said in written.items()}}

    def read(said: str, _: Known) -> Any:
        if said not in values:
            raise SpecError(f"the link asks for the {what} {said[:40]!r}; choose one of {', '.join(written.values())}")
        return values[said]

    return Codec(read, lambda value, _: written[value])


def label(what: str) -> Codec[int]:
    """Return the codec of a class, which a link asks for by its name or its number; it is written by its name.

    Args:
        what: is asked for, such as "true class".
    """

    def read(said: str, known: Known) -> int:
        names = known.classes
        if said in names:
            return names.index(said)
        if said.isdecimal() and len(said) < 7 and int(said) < len(names):
            return int(said)
        raise SpecError(
            f"the link asks for the {what} {said[:40]!r}, but the classes are {_some(names)}; choose one of these"
        )

    return Codec(read, lambda value, known: value if isinstance(value, str) else known.classes[value])


def numbered(what: str) -> Codec[int]:
    """Return the codec of a number that is written with what it counts, `channel 3`; the number alone is read too."""

    def read(said: str, _: Known) -> int:
        number = said.removeprefix(f"{what} ")
        if not number.isdecimal() or len(number) > 7:
            raise SpecError(f"the link asks for the {what} {said[:40]!r}; give its number")
        return int(number)

    return Codec(read, lambda value, _: f"{what} {value}")


def pair(what: str, digits: int, why: str = "give two numbers such as 3-5") -> Codec[tuple[int, int]]:
    """Return the codec of two numbers, `3-5`.

    Args:
        what: is asked for, to go after "the link asks for the".
        digits: of each at most.
        why: what to give instead of something else.
    """
    form = re.compile(rf"(\d{{1,{digits}}})-(\d{{1,{digits}}})")

    def read(said: str, _: Known) -> tuple[int, int]:
        found = form.fullmatch(said)
        if not found:
            raise SpecError(f"the link asks for the {what} {said[:40]!r}; {why}")
        return int(found[1]), int(found[2])

    return Codec(read, lambda value, _: f"{value[0]}-{value[1]}")


def _some(names: Collection[str]) -> str:
    return ", ".join(list(names)[:_NAMED]) + (" and others" if len(names) > _NAMED else "")


@dataclass(frozen=True)
class Carried(Place):
    """What a session carries from page to page, as texts: whether a run has such a layer, its page says.

    Attributes:
        run: its id.
        snapshot: a snapshot's number; none for the run's model.
        image: "test-17", "upload-1a2b3c4d" or "example-cat".
        layer: its name.
        filter: its number.
    """

    run: str | None = param(text)
    snapshot: str | None = param(text, per="run")
    image: str | None = param(text)
    layer: str | None = param(text, per="run")
    filter: str | None = param(text, per="layer")
