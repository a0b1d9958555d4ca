"""What tells runs apart, said in a sentence or two."""

from collections.abc import Sequence

from cnnviz.evaluation import Evaluation, only_seeds_differ, seed_spread, values_that_differ
from cnnviz.spec import RunSpec

__all__ = ["differences_in_words", "joined", "percent", "seeds_in_words"]

_MOST = 3
_LONGEST = 40  # letters
_VERSION = "version of "


def joined(parts: Sequence[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def percent(share: float) -> str:
    """Return a share as "69.4 %"."""
    return f"{100 * share:.1f}\u00a0%"


def differences_in_words(specs: Sequence[RunSpec]) -> str:
    """Say which settings runs do not share, as "They differ in learning rate (0.001 and 0.003)".

    Args:
        specs: of two or more runs, in the order of their letters.

    Returns:
        One sentence, not escaped; the versions of packages count only where nothing else differs.
    """
    table = values_that_differ(specs)
    settings = {what: values for what, values in table.items() if not what.startswith(_VERSION)} or table
    if not settings:
        return "They have the same settings, seed included."
    told = [what + _values(values) for what, values in list(settings.items())[:_MOST]]
    more = len(settings) - len(told)
    return f"They differ in {joined([*told, f'{more} more'] if more else told)}."


def _values(values: Sequence[str]) -> str:
    """Return the values behind their setting; nothing where one is too long for a sentence, such as layers."""
    return f" ({joined(values)})" if max(map(len, values)) <= _LONGEST else ""


def seeds_in_words(specs: Sequence[RunSpec], reports: Sequence[Evaluation | None]) -> str:
    """Say what runs that differ only in their seed show.

    Args:
        specs: of two or more runs.
        reports: on each, None where it was not measured; of the same test images.

    Returns:
        Two sentences; nothing where anything else differs.
    """
    if not only_seeds_differ(specs):
        return ""
    told = "These runs differ only in their seed, so this is how much one training differs from the next."
    accuracies = [report.accuracy for report in reports if report]
    if len(accuracies) < 2:
        return told
    spread = seed_spread(accuracies)
    return (
        f"{told} Mean test accuracy {percent(spread.mean)}, from {percent(spread.least)} to {percent(spread.largest)}; "
        f"standard deviation {100 * spread.deviation:.2g} points over {spread.count} seeds."
    )
