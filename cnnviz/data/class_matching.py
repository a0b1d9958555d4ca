"""What a network's outputs are called, held against the classes of data sets."""

from collections.abc import Sequence

__all__ = ["alike", "fitting", "mapped", "names_of", "swapped", "what_is_wrong"]


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
    return tuple(sorted(fits, key=lambda name: (-alike(names, datasets[name]), len(datasets[name]))))


def alike(names: Sequence[str], wanted: Sequence[str]) -> int:
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
