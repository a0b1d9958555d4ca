"""Which class, which methods, which check: chosen by widgets, kept in the URL."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.errors import CnnvizError, SpecError
from cnnviz.explain.methods import METHODS
from cnnviz.ui.address import bind, go, read
from cnnviz.ui.bar import Pinned
from cnnviz.ui.choosers import dropdown
from cnnviz.ui.messages import plain
from cnnviz.ui.place import Codec, Known, Place, choice, param

__all__ = ["TITLES", "AttributionPlace", "asked_choices", "choose_check", "choose_class", "choose_methods"]

TITLES = {name: method.title for name, method in METHODS.items()}

_USUAL = ("gradcam", "integrated-gradients", "occlusion")

_PREDICTED = -1
_TRUE = -2
_SPECIAL = {_PREDICTED: "predicted", _TRUE: "true"}


def _read_class(said: str, known: Known) -> int:
    found = next((option for option, word in _SPECIAL.items() if word == said), None)
    if found is None and said not in known.classes:
        raise SpecError(
            f"the link asks for the class {said[:60]!r}, which the run {known.run} does not know; choose one of "
            f"{', '.join(known.classes[:12])}"
        )
    return known.classes.index(said) if found is None else found


_METHOD = choice("method", tuple(TITLES))


def _read_methods(said: str, known: Known) -> tuple[str, ...]:
    asked = [_METHOD.read(name, known) for name in said.split(",") if name]
    return tuple(name for name in TITLES if name in asked) or _USUAL


@dataclass(frozen=True)
class AttributionPlace(Place):
    """What the URL asks for.

    Attributes:
        option: the class to explain; -1 for the predicted one, -2 for the true one.
        methods: names of methods, at least one.
        check: the method whose randomised-weights check is shown; None for none.
    """

    option: int = param(
        Codec(_read_class, lambda option, known: _SPECIAL.get(option) or known.classes[option]),
        _PREDICTED,
        name="class",
    )
    methods: tuple[str, ...] = param(Codec(_read_methods, lambda names, _: ",".join(names)), _USUAL, kept=True)
    check: str | None = param(_METHOD)

    def class_index(self, label: int | None) -> int | None:
        """Return the class to explain; None for the predicted one.

        Args:
            label: the image's class, where it is known.
        """
        return {_PREDICTED: None, _TRUE: label}.get(self.option, self.option)


def asked_choices(pinned: Pinned) -> AttributionPlace:
    """Read the URL; what cannot be is taken out of it, where it would stand in the way of the next look.

    Raises:
        SpecError: it asks for a class or a method that there is not.
    """
    try:
        return read(AttributionPlace, Known(pinned.class_names, run=pinned.run.name))
    except CnnvizError:
        go(option=None, methods=None, check=None)
        raise


def choose_class(pinned: Pinned, choices: AttributionPlace) -> None:
    """Draw the chooser of the class that is explained."""
    names = pinned.class_names
    # Labels must not change from run to run: the browser answers with the label, and an old one is no option.
    special = {_PREDICTED: "the predicted class", _TRUE: "the true class"}
    if pinned.label is None:
        del special[_TRUE]
    words = {option: f"explain {name}" for option, name in (special | dict(enumerate(map(plain, names)))).items()}
    option = choices.option if choices.option in words else _PREDICTED
    dropdown("Explained class", "option", option, words, key="attribution-class", width=230)


def choose_methods(choices: AttributionPlace) -> None:
    """Draw the chooser of methods."""
    st.pills(
        "Methods",
        list(TITLES),
        selection_mode="multi",
        label_visibility="collapsed",
        format_func=TITLES.__getitem__,
        **bind("methods", list(choices.methods), change=_ordered),
    )


def choose_check(choices: AttributionPlace) -> None:
    """Draw the chooser of the method that is checked with random weights."""
    st.pills(
        "Does the picture depend on what was learned? Check it with random weights:",
        [name for name in TITLES if name in choices.methods or name == choices.check],
        format_func=TITLES.__getitem__,
        **bind("check", choices.check),
    )


def _ordered(chosen: list[str]) -> dict[str, tuple[str, ...]]:
    """Return the methods in their order; the last one stays: a page without a heatmap shows nothing."""
    return {"methods": tuple(name for name in TITLES if name in chosen)} if chosen else {}
