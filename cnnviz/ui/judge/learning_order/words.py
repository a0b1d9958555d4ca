"""What the page says about the groups: one sentence each."""

from cnnviz.evaluation import LearningOrder, Stages
from cnnviz.evaluation.learning import Group

__all__ = ["SOURCE", "sentence", "ticks"]

SOURCE = (
    "Forgetting as in Toneva et al. 2019, “An empirical study of example forgetting during deep neural network "
    "learning”; there it is counted on training images, here on test images between two snapshots."
)


def ticks(order: LearningOrder, most: int = 16) -> list[str]:
    """Name the measured snapshots in a few letters for an axis: whole epochs, no more than fit.

    Args:
        order: which snapshots these are.
        most: how many names fit.
    """
    whole = [round(at) for at in order.positions.tolist()]
    named = [at for at, epoch in zip(order.positions.tolist(), whole, strict=True) if abs(at - epoch) < 1e-6]
    every = -(-len(named) // most) if named else 1
    return [
        str(epoch) if abs(at - epoch) < 1e-6 and epoch % max(every, 1) == 0 else ""
        for at, epoch in zip(order.positions.tolist(), whole, strict=True)
    ]


def sentence(group: Group, stages: Stages, names: list[str]) -> str:
    """Say what the images of a group have in common.

    Args:
        group: the group.
        stages: of the run.
        names: of its snapshots.
    """
    if group == "first":
        by = names[stages.middle] if stages.middle >= 0 else "from the start"
        return f"Right {by} or before, and at every snapshot since."
    return {
        "late": "Right at the end for good, but only after that.",
        "forgotten": "Right at some snapshot, wrong at the last one; the most often forgotten stand first.",
        "never": "Right at no snapshot: hard, ambiguous, or with a wrong label. The surest mistakes stand first.",
    }[group]
