"""When a run learned its test images: five stages by snapshot, and four groups by class, as stacked bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.guesses import percent
from cnnviz.figures.svg import Anchor, Drawing, Frame, shortened, widest

if TYPE_CHECKING:
    from cnnviz.evaluation import LearningOrder, Stages
    from cnnviz.evaluation.learning import Group

__all__ = [
    "STAGES",
    "ClassGroups",
    "class_groups",
    "draw_class_groups",
    "draw_stages",
    "group_sentence",
    "snapshot_ticks",
    "stages_caption",
]

WIDTH = 520.0
HEIGHT = 218.0


@dataclass(frozen=True)
class _Look:
    """How a stage is drawn: a role of the palette, how strongly, what it is called, and what is told of a bar."""

    color: str
    opacity: float
    words: str
    told: str


# From the bottom up. The first, second, fourth and last are the groups in which images end.
STAGES: tuple[tuple[str, _Look], ...] = (
    ("first", _Look("accent", 1.0, "first", "learned for good, among the first")),
    ("late", _Look("accent", 0.55, "late", "learned for good, among the late ones")),
    ("passing", _Look("accent", 0.28, "right for now", "right, and wrong again later")),
    ("forgotten", _Look("validation", 0.8, "forgotten", "were right once and are wrong")),
    ("unlearned", _Look("muted", 0.35, "not yet", "not yet right")),
)
_GROUPS = (
    *(look for name, look in STAGES if name in ("first", "late", "forgotten")),
    _Look("muted", 0.35, "never", "never right"),
)


def draw_stages(stages: "Stages", moments: Sequence[str], ticks: Sequence[str]) -> Drawing:
    """Draw a bar for each snapshot: how many test images are at which stage.

    Args:
        stages: the counts.
        moments: what each snapshot is called, told under the pointer.
        ticks: the same in a few letters, for the axis; empty for none.
    """
    label = f"Test images by stage of their learning, at {len(moments)} snapshots"
    drawing = Drawing(WIDTH, HEIGHT, label)
    frame = Frame(left=52, top=30, width=WIDTH - 56, height=HEIGHT - 68)
    _key(drawing, frame.left, [look for _, look in STAGES])
    for share in (0, 0.25, 0.5, 0.75, 1):
        drawing.line(frame.at(0, share), frame.at(1, share))
        x, y = frame.at(0, share)
        drawing.text((x - 8, y + 4), percent(share), 12, color="muted", anchor="end")
    step = frame.width / len(moments)
    gap = min(3.0, step * 0.15)
    for place, moment in enumerate(moments):
        left = frame.left + step * place
        _stack(drawing, stages, place, moment, frame, (left + gap / 2, step - gap))
        if ticks[place]:
            drawing.text((left + step / 2, frame.bottom + 17), ticks[place], 12, color="muted", anchor="middle")
    drawing.text((frame.left + frame.width / 2, HEIGHT - 6), "epoch", 12, color="muted", anchor="middle")
    return drawing


def _stack(
    drawing: Drawing, stages: "Stages", place: int, moment: str, frame: Frame, span: tuple[float, float]
) -> None:
    left, width = span
    below = 0
    for name, look in STAGES:
        count = int(getattr(stages, name)[place])
        top = frame.at(0, (below + count) / stages.count)[1]
        height = frame.height * count / stages.count
        tip = f"{moment}: {count:,} of {stages.count:,} {look.told}"
        if count:
            drawing.box((left, top), width, height, look.color, opacity=look.opacity, tip=tip)
        below += count


def stages_caption(stages: "Stages", moments: Sequence[str]) -> str:
    """Say what the bars show, and what they showed at the end."""
    right, forgotten = int(stages.right[-1]), int(stages.forgotten[-1])
    last = len(moments) - 1
    early = int(stages.first[-1])
    if not last:
        return (
            f"One snapshot was measured, {moments[0]}: {right:,} of {stages.count:,} test images are right. What is "
            "learned late or forgotten shows once there are more."
        )
    settled = f" ({early:,} of them for good {moments[stages.middle]} or before)" if early else ""
    return (
        f"Each bar is one snapshot. At the last one {right:,} of {stages.count:,} test images are right{settled}; "
        f"{forgotten:,} {'was right once and is' if forgotten == 1 else 'were right once and are'} forgotten."
    )


def snapshot_ticks(order: "LearningOrder", most: int = 16) -> list[str]:
    """Name the measured snapshots in a few letters for an axis: whole epochs, at most so many names.

    Args:
        order: a run's predictions at every snapshot.
        most: names at most.
    """
    whole = [round(at) for at in order.positions.tolist()]
    named = [at for at, epoch in zip(order.positions.tolist(), whole, strict=True) if abs(at - epoch) < 1e-6]
    every = -(-len(named) // most) if named else 1
    return [
        str(epoch) if abs(at - epoch) < 1e-6 and epoch % max(every, 1) == 0 else ""
        for at, epoch in zip(order.positions.tolist(), whole, strict=True)
    ]


def group_sentence(group: "Group", stages: "Stages", moments: Sequence[str]) -> str:
    """Say what the images of a group have in common.

    Args:
        group: one of the four.
        stages: of all test images.
        moments: what each snapshot is called.
    """
    if group == "first":
        by = moments[stages.middle] if stages.middle >= 0 else "from the start"
        return f"Right {by} or before, and at every snapshot since."
    return {
        "late": "Right at the end for good, but only after that.",
        "forgotten": "Right at some snapshot, wrong at the last one; the most often forgotten stand first.",
        "never": "Right at no snapshot: hard, ambiguous, or with a wrong label. The surest mistakes stand first.",
    }[group]


@dataclass(frozen=True, eq=False)
class ClassGroups:
    """What is drawn of the groups by class.

    Attributes:
        names: of the classes that are shown, the one of which most was learned for good at the top.
        counts: (classes shown, 4) int64: first, late, forgotten, never.
        labels: of the classes shown.
        left_out: how many are not shown.
    """

    names: tuple[str, ...]
    counts: NDArray[np.int64]
    labels: tuple[int, ...]
    left_out: int

    @property
    def caption(self) -> str:
        """What is shown and how to read it, one sentence."""
        rest = f" The {len(self.names)} of which least was learned, of {len(self.names) + self.left_out} classes."
        return (
            "Each class's test images by how the run came to know them, the class it learned first at the top."
            f"{rest if self.left_out else ''}"
        )


def class_groups(counts: NDArray[np.int64], names: Sequence[str], most: int = 12) -> ClassGroups:
    """Choose and order the classes that are shown: by how many were learned first, then by how many are right.

    Args:
        counts: (classes, 4) int64, from `cnnviz.evaluation.groups_by_class`.
        names: by label.
        most: how many classes at most; those of which least was learned are kept. Classes without images are left out.
    """
    totals = np.maximum(counts.sum(axis=1), 1)
    first, right = counts[:, 0] / totals, counts[:, :2].sum(axis=1) / totals
    order = [int(label) for label in np.lexsort((np.arange(len(counts)), -right, -first)) if counts[label].sum()]
    shown = order[-most:]
    return ClassGroups(
        tuple(names[label] for label in shown), counts[shown], tuple(shown), left_out=len(order) - len(shown)
    )


def draw_class_groups(groups: ClassGroups, chosen: int | None = None) -> Drawing:
    """Draw a bar for each class.

    Args:
        groups: from `class_groups`.
        chosen: the label of a class that is set off from the others.
    """
    drawing = Drawing(WIDTH, HEIGHT, "Test images of each class by how the run came to know them")
    left = min(120.0, widest(groups.names) + 12)
    frame = Frame(left=left, top=30, width=WIDTH - left - 4, height=HEIGHT - 52)
    _key(drawing, frame.left, _GROUPS)
    for share in (0, 0.25, 0.5, 0.75, 1):
        drawing.line(frame.at(share, 0), frame.at(share, 1))
        anchor: Anchor = "end" if share == 1 else "middle"
        drawing.text((frame.at(share, 0)[0], HEIGHT - 6), percent(share), 12, color="muted", anchor=anchor)
    step = frame.height / max(len(groups.names), 1)
    size = min(13.0, step * 0.8)
    for row, (name, counts, label) in enumerate(zip(groups.names, groups.counts, groups.labels, strict=True)):
        top = frame.top + step * row
        weight = 700 if label == chosen else 400
        words = shortened(name, left - 10, size)
        drawing.text((left - 8, top + step / 2 + size * 0.35), words, size, anchor="end", weight=weight, tip=name)
        x = frame.left
        for count, look in zip(counts.tolist(), _GROUPS, strict=True):
            wide = frame.width * count / int(counts.sum())
            faded = look.opacity if chosen in (None, label) else look.opacity * 0.35
            tip = f"{name}: {count:,} of {int(counts.sum()):,} {look.told}"
            if count:
                drawing.box((x, top + step * 0.1), wide, step * 0.8, look.color, opacity=faded, tip=tip)
            x += wide
    return drawing


def _key(drawing: Drawing, left: float, looks: Sequence[_Look]) -> None:
    """What the colours mean, in one line."""
    x = left
    for look in looks:
        drawing.box((x, 3), 11, 11, look.color, opacity=look.opacity, round_=2)
        drawing.text((x + 16, 13), look.words, 12)
        x += 16 + widest([look.words], 12) + 12
