"""The first layers of the runs side by side, on one scale."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.figures.tiles import Tiles, colour_tiles, signed_tiles
from cnnviz.runs import Run, Weights
from cnnviz.ui.address import page_link
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.judge.compare.chosen import Chosen
from cnnviz.ui.messages import plain
from cnnviz.ui.network.models import arrays_of
from cnnviz.ui.pages import KERNELS

__all__ = ["kernels"]

_MOST = 64  # of a layer; more would not fit beside another run's
_SMALLEST, _LARGEST, _ROOM = 32, 72, 330


def kernels(runs: Sequence[Chosen]) -> None:
    """Draw every run's first kernels; one scale for all, so that stronger ones look stronger."""
    found = [_kernels(one.run) for one in runs]
    limit = max((float(np.nan_to_num(abs(values)).max()) for _, values in found if values is not None), default=0.0)
    across = 2 if len(runs) in (2, 4) else len(runs)
    for start in range(0, len(runs), across):
        for column, place in zip(st.columns(across, gap="medium"), range(start, start + across), strict=True):
            with column:
                _draw(runs[place], *found[place], limit)


def _kernels(run: Run) -> tuple[str, np.ndarray | None]:
    """Return a run's first layer and its kernels (height, width, channels in, filters), or why there are none."""
    layer = next((row.name for row in run.spec.model.rows if row.kind == "convolution"), None)
    if layer is None:
        return "Its network has no convolution, so it has no kernels.", None
    try:
        return layer, arrays_of(Weights(run))[f"{layer}/kernel"]
    except CnnvizError as error:
        return error.sentence, None
    except KeyError:
        return "Its newest snapshot lacks the first layer's kernels.", None


def _draw(chosen: Chosen, told: str, values: np.ndarray | None, limit: float) -> None:
    if values is None:
        st.markdown(f"**{chosen.letter}**")
        st.caption(plain(told))
        return
    number = values.shape[3]
    shown = values[..., :_MOST]
    more = f"; the first {_MOST} of {number}" if number > _MOST else ""
    size = f"{values.shape[0]}×{values.shape[1]}"
    tiles(
        _pictures(shown, limit),
        key=f"compare-kernels-{chosen.letter}",
        caption=f"{chosen.letter}: the {size} kernels of {told}, {_how(values.shape[2])}{more}.",
        names=[f"filter {place}" for place in range(shown.shape[3])],
        smallest=_SMALLEST,
        largest=_LARGEST,
        room=_ROOM,
    )
    page_link(KERNELS, f"Look at all of {chosen.letter}", run=chosen.run.id, layer=told)


def _pictures(values: np.ndarray, limit: float) -> Tiles:
    limit_or_none = limit or None
    return (
        colour_tiles(values, limit=limit_or_none) if values.shape[2] == 3
        else signed_tiles(values.mean(axis=2), limit=limit_or_none)
    )  # fmt: skip


def _how(channels: int) -> str:
    if channels == 3:
        return "their three input channels drawn as red, green and blue; grey is zero"
    what = "" if channels == 1 else f"the mean over {channels} input channels, "
    return f"{what}white is zero, blue negative, red positive"
