"""What makes one doubt a run's numbers: right on what it learned from and near chance elsewhere, or too few images."""

from pathlib import Path
from typing import Any

import pytest

from cnnviz.evaluation import Doubt, doubts
from cnnviz.files import write_json
from cnnviz.runs import Run, Status
from cnnviz.spec import RunSpec, preset
from tests.runs.folders import batch, epoch, make_run, write_events

SIX = preset("regularised").for_data("six", (32, 32, 3), 6)


def run_of(
    home: Path, trained: float, held: float | None, *, spec: RunSpec = SIX, step: int = 9_000, **more: Any
) -> Run:
    """A completed run of 648 training images with these accuracies in its last epoch."""
    run = make_run(home, Status("completed", epoch=1, epochs=1, step=step), spec)
    values = {} if held is None else {"val_loss": 1.0, "val_accuracy": held}
    parts = [{**batch(position), "images": 324} for position in (0.5, 1.0)]
    write_events(run, *parts, {**epoch(1, **values, **more), "accuracy": trained})
    return run


def kinds(run: Run) -> list[str]:
    return [doubt.kind for doubt in doubts(run)]


def test_high_on_what_it_learned_and_near_chance_elsewhere_is_said_with_its_causes(home: Path) -> None:
    (doubt,) = doubts(run_of(home, 0.985, 0.34, val_images=72))
    assert doubt == Doubt(
        "apart",
        "It is right on 98 % of its training images and on 34 % of validation images, where guessing gets 17 %. "
        "Likely causes: so few training images (648) that it knows each by heart, labels that do not fit their images, "
        "or training images unlike the others (place, camera, crop).",
    )


@pytest.mark.parametrize(
    ("trained", "held", "said"),
    [
        (0.985, 0.43, ["apart"]),  # a quarter of the way from guessing to what training reaches
        (0.985, 0.46, []),  # more than a third of it: learned by heart, but not nothing
        (1.0, 0.167, ["apart"]),
        (0.5, 0.17, []),  # it has not learned its training images either
        (0.99, None, []),
    ],
)
def test_it_is_said_where_little_carries_over(home: Path, trained: float, held: float | None, said: list[str]) -> None:
    assert kinds(run_of(home, trained, held, val_images=72)) == said


def test_a_run_that_kept_moving_averages_is_told_that_they_had_not_arrived(home: Path) -> None:
    (short,) = doubts(run_of(home, 0.985, 0.2, step=220))  # of a version that did not say how many were held back
    assert "Likely causes: moving averages of batch normalisation that had not arrived, which training it anew" in (
        short.sentence
    )
    others = (
        run_of(home, 0.985, 0.2),
        run_of(home, 0.985, 0.2, step=220, val_images=72),
        run_of(home, 0.985, 0.1, step=220, spec=preset("two-conv")),
    )
    assert all("moving averages" not in doubts(run)[0].sentence for run in others)
    without = run_of(home, 0.985, None, step=220)  # of this version, and held nothing back
    write_json(without.folder / "evaluation.json", {"accuracy": 0.2, "loss": 1.0, "n_test": 300, "n_mistakes": 240})
    assert "moving averages" not in doubts(without)[0].sentence


def test_few_validation_images_are_said_and_the_test_images_asked_instead(home: Path) -> None:
    run = run_of(home, 1.0, 1.0, val_images=4)
    assert doubts(run) == (
        Doubt(
            "few",
            "Its validation accuracy, 100 %, is of 4 images only: "
            "what is stopped, kept or compared by it is mostly luck.",
        ),
    )
    write_json(run.folder / "evaluation.json", {"accuracy": 0.2, "loss": 1.0, "n_test": 300, "n_mistakes": 240})
    apart, few = doubts(run)
    assert (apart.kind, few.kind) == ("apart", "few")
    assert "on 20 % of test images" in apart.sentence


def test_one_image_is_one_and_thirty_are_enough(home: Path) -> None:
    assert "is of 1 image only" in doubts(run_of(home, 0.9, 1.0, val_images=1))[0].sentence
    assert kinds(run_of(home, 0.9, 0.8, val_images=29)) == ["few"]
    assert kinds(run_of(home, 0.9, 0.8, val_images=30)) == []


def test_a_damaged_report_and_no_epoch_say_nothing(home: Path) -> None:
    run = run_of(home, 0.99, None)
    write_json(run.folder / "evaluation.json", {"accuracy": -7})
    assert doubts(run) == ()
    assert doubts(make_run(home)) == ()
