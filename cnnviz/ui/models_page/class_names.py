"""What a network's outputs stand for: names of one's own, or for each output a class of a data set."""

from collections.abc import Sequence

import streamlit as st

from cnnviz.ui.loaders import datasets
from cnnviz.ui.messages import plain
from cnnviz.ui.models_page.uploading import ModelFacts, Upload

__all__ = ["ask_classes", "fitting", "mapped", "names_of", "swapped", "what_is_wrong"]

_OWN = ""
_MOST_CHOSEN = 100  # outputs that are chosen one by one; more are typed or pasted
_FEW = 10  # outputs whose choices need no scrolling
_HEIGHT = 420


def ask_classes(upload: Upload, facts: ModelFacts) -> tuple[tuple[str, ...], str]:
    """Draw the question.

    Args:
        upload: the file.
        facts: what was found in it.

    Returns:
        The classes by the network's outputs, and the data set whose classes they are; empty for names of one's own.
    """
    which = f"{upload.token}-{facts.classes}"
    kept, choice = f"cnnviz.models.names.{which}", f"models-classes-{which}"
    given = facts.class_names or tuple(f"class {number}" for number in range(facts.classes))
    names = st.session_state.get(kept, ())
    if not names:
        names = st.session_state[kept] = given
    known = {info.name: tuple(info.classes) for info in datasets() if info.available and not info.problem}
    known = known if facts.classes <= _MOST_CHOSEN else {}
    offered = fitting(names if len(names) == facts.classes else given, known)
    if choice not in st.session_state:
        same = offered[:1] if offered and _alike(names, known[offered[0]]) == facts.classes else ()
        st.session_state[choice] = same[0] if same else _OWN
        _take(kept, choice, known)
    if offered:
        st.selectbox(
            "What its outputs stand for",
            [_OWN, *offered],
            key=choice,
            on_change=_take,
            args=(kept, choice, known),
            format_func=lambda name: f"classes of the data set {name}" if name else "names of your own",
        )
    chosen = st.session_state[choice] if offered else _OWN
    if chosen in known:
        _choose(kept, upload, known[chosen], facts, chosen)
    else:
        _type(kept, upload, facts)
    if facts.units == 1:
        st.caption("The network gives one number: the probability of the second class.")
    return st.session_state[kept], chosen


def _take(kept: str, choice: str, known: dict[str, tuple[str, ...]]) -> None:
    """Name the outputs after a data set's classes, those first that are spelled alike."""
    taken = mapped(st.session_state[kept], known.get(st.session_state[choice], ()))
    if taken is not None:
        st.session_state[kept] = taken


def _choose(kept: str, upload: Upload, wanted: tuple[str, ...], facts: ModelFacts, dataset: str) -> None:
    names = st.session_state[kept]
    with (
        st.container(border=True, height=_HEIGHT if facts.classes > _FEW else "content", key="models-outputs"),
        st.container(horizontal=True, gap="small"),
    ):
        for output, name in enumerate(names):
            key = f"models-output-{upload.token}-{output}"
            st.session_state[key] = name
            said = f": {facts.class_names[output]}" if facts.class_names else ""
            st.selectbox(
                plain(f"Output {output}{said}"), wanted, key=key, width=170, on_change=_swap, args=(kept, key, output)
            )
    st.caption(
        plain(f"Which class of {dataset} each output stands for; outputs that are called like one have it already. ")
        + "Choose a class that another output has, and the two change places."
    )


def _swap(kept: str, key: str, output: int) -> None:
    st.session_state[kept] = swapped(st.session_state[kept], output, st.session_state[key])


def _type(kept: str, upload: Upload, facts: ModelFacts) -> None:
    key = f"models-names-{upload.token}-{facts.classes}"
    st.session_state[key] = "\n".join(st.session_state[kept])
    st.text_area(
        "Class names, one a line, in the order of the network's outputs",
        key=key,
        height=min(max(34 * facts.classes, 68), 270),
        on_change=_typed,
        args=(kept, key),
    )


def _typed(kept: str, key: str) -> None:
    st.session_state[kept] = names_of(st.session_state[key])


# --- names that are typed, pasted, or those of a data set, whichever order the network has them in -------------


def names_of(text: str) -> tuple[str, ...]:
    """Return the names of a text, one a line; empty lines at its end are none."""
    return tuple(" ".join(line.split()) for line in text.strip().splitlines())


def what_is_wrong(names: Sequence[str], classes: int) -> str:
    """Say why these cannot be the names of so many classes; empty where they can."""
    if len(names) != classes:
        return f"There {'is 1 name' if len(names) == 1 else f'are {len(names)} names'} for {classes} classes."
    if "" in names:
        return f"Class {names.index('')} has no name."
    for name in names:
        if names.count(name) > 1:
            return f"Two classes are called {name}."
        if len(name) > 60:
            return f"The name {name[:20]}… has more than 60 letters."
    return ""


def mapped(names: Sequence[str], wanted: Sequence[str]) -> tuple[str, ...] | None:
    """Give a network's outputs the names of a data set's classes.

    Outputs whose names are those of classes, apart from capitals, spaces, hyphens and underscores, get these classes
    wherever they stand; the others get the classes that are left, in their order.

    Args:
        names: of the outputs, as they are now.
        wanted: the data set's classes.

    Returns:
        As many names as there are outputs; None where the data set has fewer classes.
    """
    if len(wanted) < len(names):
        return None
    by_spelling = {_spelling(one): one for one in wanted}
    found = [by_spelling.get(_spelling(name)) for name in names]
    twice = {one for one in found if found.count(one) > 1}
    found = [None if one in twice else one for one in found]
    left = iter([one for one in wanted if one not in found])
    return tuple(next(left) if one is None else one for one in found)


def fitting(names: Sequence[str], datasets: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the data sets, by name, whose classes these outputs can be.

    Those come first that have the outputs' names, then those that have as many classes.

    Args:
        names: of the outputs.
        datasets: class names by the data set's name.
    """
    fits = [name for name, wanted in datasets.items() if len(wanted) >= len(names)]
    return tuple(sorted(fits, key=lambda name: (-_alike(names, datasets[name]), len(datasets[name]))))


def _alike(names: Sequence[str], wanted: Sequence[str]) -> int:
    """Count the outputs whose names are those of classes of a data set."""
    return len({_spelling(name) for name in names} & {_spelling(one) for one in wanted})


def swapped(names: Sequence[str], output: int, chosen: str) -> tuple[str, ...]:
    """Give an output a class; the output that has it already gets this one's.

    Args:
        names: of the outputs.
        output: which.
        chosen: its new class.
    """
    return tuple(chosen if n == output else names[output] if name == chosen else name for n, name in enumerate(names))


def _spelling(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum()) or name
