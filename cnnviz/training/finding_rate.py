"""The learning rate range test (Smith 2017, arXiv 1506.01186): train while the rate grows, and watch the loss."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.data import Prepared
from cnnviz.spec import RunSpec
from cnnviz.training.beginning import new_network
from cnnviz.training.loading import load_for
from cnnviz.training.pace import chosen_images, epoch_order
from cnnviz.training.rate_curve import Ending, RateCurve, growing_rates, has_risen
from cnnviz.training.remembering import features_of
from cnnviz.training.step import TrainingStep, class_weights
from cnnviz.training.whitening import whiten

__all__ = ["find_rate"]

OnProgress = Callable[[float, str], None]


def find_rate(spec: RunSpec, home: str | Path | None = None, *, on_progress: OnProgress | None = None) -> RateCurve:
    """Train a network of its own for some hundred steps, at a rate that grows from step to step.

    Everything else is as in the run: first weights, batches and their order, augmentation, optimiser, frozen layers.
    Where the images are fewer than the steps need, they come again. Averages of the weights are left out: at the end
    of a run they calm what the rate, which is low by then, cannot. Nothing is written.

    Args:
        spec: of the run. Its learning rate, schedule and length play no part; of a schedule, what is suggested is the
            highest rate.
        home: the home folder; None for `$CNNVIZ_HOME` or `~/.cnnviz`.
        on_progress: called with the share of the present work that is done, 0 to 1, and what that is; what it raises
            ends the search.

    Returns:
        The curve; the same for the same spec, on the same machine.

    Raises:
        SpecError: the network does not fit the data, one step of it not the memory, or what it begins with is gone.
        DataError: the data set, or a network to begin with, does not exist or cannot be had.
        StorageError: the home cannot keep what is downloaded.
    """
    tell = on_progress or (lambda share, phrase: None)
    data = load_for(spec, home, _told(tell, f"getting {spec.data.name}", 1e6, " MB"))
    tell(0, "making the network")
    model = new_network(spec, home, _told(tell, "getting the network to begin with", 1e6, " MB"))
    whiten(model, spec.model, data.train.images)
    batch = min(spec.train.batch_size, len(data.train))
    rates = growing_rates(batch)
    order, few = _batches(spec, data, len(rates), batch)
    features = features_of(model, spec, few, _told(tell, "passing images through the frozen layers"))
    step = TrainingStep(
        model,
        spec,
        few.train,
        class_weights(spec, data.train.labels),
        None if features is None else features.train,
    )
    losses: list[float] = []
    ending: Ending = "whole"
    for number in range(len(rates)):
        tell(number / len(rates), f"step {number + 1} of {len(rates)}")
        epoch = number * batch // len(few.train)
        following = order[number + 1] if number + 1 < len(rates) else None
        now = slice(number, number + 1)
        loss = float(step(order[now], rates[now].astype(np.float32), number, epoch=epoch, following=following)[0][0])
        if not math.isfinite(loss):
            ending = "not a number"
            break
        losses.append(loss)
        if has_risen(rates, losses):
            ending = "risen"
            break
    return RateCurve.of(rates[: len(losses)], losses, ending)


def _batches(spec: RunSpec, data: Prepared, steps: int, batch: int) -> tuple[NDArray[np.int32], Prepared]:
    """Return which images each step sees (steps, batch), and these images, without the others.

    Epoch follows epoch as in the run, without smaller batches between. Where features are computed once, each image
    has several; there are then no more of them than images are seen.
    """
    seed, wanted = spec.train.seed, steps * batch
    chosen = chosen_images(seed, len(data.train), max(batch, math.ceil(wanted / (1 + spec.copies))))
    places, epochs = np.arange(len(chosen)), range(math.ceil(wanted / len(chosen)))
    order = np.concatenate([epoch_order(seed, epoch, places) for epoch in epochs])[:wanted]
    none = data.test.sliced(slice(0))
    return order.reshape(steps, batch), Prepared(data.train.take(chosen), none, none, data.class_names)


def _told(tell: OnProgress, what: str, size: float = 1, unit: str = "") -> Callable[[int, int | None], None]:
    """Return what a download or a computation calls with how much of how much is done."""

    def told(done: int, total: int | None) -> None:
        of = f" of {total / size:,.0f}" if total else ""
        tell(done / total if total else 0.0, f"{what}: {done / size:,.0f}{of}{unit}")

    return told
