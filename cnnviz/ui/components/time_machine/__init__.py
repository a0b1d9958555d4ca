"""The time machine: one moment of a run on every panel, moved in the browser from data that are sent once."""

from collections.abc import Callable

from cnnviz.figures.replay_panels import Payload
from cnnviz.ui.components.component import component, nothing_more

__all__ = ["time_machine"]

_component = component(__file__)


def time_machine(
    base: Payload, inner: Payload | None, *, start: int, waiting: str, busy: bool, key: str, on_rest: Callable[[], None]
) -> tuple[int | None, int | None]:
    """Draw the time machine, or bring the one under the same key up to date without moving it.

    Args:
        base: from `cnnviz.figures.replay_panels.replay_payload`.
        inner: from `cnnviz.figures.replay_panels.image_payload`; None while it is not there.
        start: the number of the snapshot to open at; where it changes, the machine goes there.
        waiting: what stands in the place of what is not there yet.
        busy: whether it is being made.
        key: unique on the page.
        on_rest: called when it came to rest at another snapshot, before the script runs.

    Returns:
        The number of the snapshot it came to rest at, and the one that is to be saved; None where neither happened.
    """
    result = _component(
        key=key,
        data={"base": base, "inner": inner, "start": start, "waiting": {"text": waiting, "busy": busy}},
        on_at_change=on_rest,
        on_save_change=nothing_more,
    )
    return _number(result.get("at")), _number(result.get("save"))


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
