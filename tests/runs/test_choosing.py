from pathlib import Path

import pytest

import cnnviz
from cnnviz.files import write_json
from cnnviz.runs import Run, RunStore, Status
from cnnviz.runs.choosing import best_runs, near_chance, pin_run, pinned_run, standing
from cnnviz.spec import ModelSpec, preset


def made(home: Path, accuracy: float | None, *, classes: int = 10, n_test: int = 1000, state: str = "completed") -> Run:
    spec = preset("one-conv")
    shape = spec.model.input_shape
    model = ModelSpec(input_shape=shape, layers=spec.model.layers, classes=classes)
    run = RunStore(home).create(spec.changed(model=model), Status(state))  # type: ignore[arg-type]
    if accuracy is not None:
        wrong = round(n_test * (1 - accuracy))
        report = {"n_test": n_test, "n_mistakes": wrong, "accuracy": accuracy, "loss": 1.0}
        write_json(run.folder / "evaluation.json", report)
    return run


def names(run: Run) -> tuple[str, ...]:
    return tuple(map(str, range(run.spec.model.classes)))


@pytest.mark.parametrize(
    ("accuracy", "classes", "n_test", "near"),
    [
        (0.10, 10, 10_000, True),
        (0.2, 10, 10_000, True),
        (0.3, 10, 10_000, False),
        (0.55, 2, 1000, True),
        (0.7, 2, 1000, False),
        (0.7, 2, 10, True),
        (0.95, 2, 10, False),
        (0.05, 100, 10_000, True),
        (0.3, 100, 10_000, False),
    ],
)
def test_near_chance(home: Path, accuracy: float, classes: int, n_test: int, near: bool) -> None:
    assert near_chance(made(home, accuracy, classes=classes, n_test=n_test)) is near


def test_what_was_never_measured_is_near_chance_only_where_it_failed(home: Path) -> None:
    assert not near_chance(made(home, None, state="running"))
    assert near_chance(made(home, None, state="diverged"))
    assert standing(made(home, None)) is None


def test_how_far_from_chance(home: Path) -> None:
    assert standing(made(home, 0.55)) == pytest.approx(0.5)
    assert standing(made(home, 0.75, classes=2)) == pytest.approx(0.5)


def test_the_best_comes_first_and_bad_and_damaged_ones_are_left_out(home: Path) -> None:
    good, better = made(home, 0.5), made(home, 0.8)
    bad, broken = made(home, 0.1), made(home, 0.9)
    (broken.folder / "spec.json").write_text("{")
    for purpose in ("look", "use"):
        assert [run.id for run in best_runs([broken, bad, good, better], purpose, names)] == [better.id, good.id]  # type: ignore[arg-type]


def test_ones_own_come_first_to_look_at_and_classes_of_ones_own_to_use(home: Path) -> None:
    own, other = made(home, 0.5), made(home, 0.4, classes=4)
    came = Run(made(home, 0.9).folder, bundled=True)
    assert [run.folder for run in best_runs([own, other, came], "look", names)][-1] == came.folder
    assert [run.folder for run in best_runs([own, other, came], "use", names)] == [
        other.folder,
        came.folder,
        own.folder,
    ]


def test_what_nobody_measured_comes_after_what_was(home: Path) -> None:
    measured, unknown = made(home, 0.5), made(home, None)
    for purpose in ("look", "use"):
        assert [run.id for run in best_runs([unknown, measured], purpose, names)] == [measured.id, unknown.id]  # type: ignore[arg-type]


def test_kernels_that_learned_come_before_others_to_look_at() -> None:
    bundled = Path(cnnviz.__file__).parent / "assets" / "runs"
    strong, wide = (Run(bundled / f"bundled-{name}", bundled=True) for name in ("strong", "big-kernels"))
    assert [run.id for run in best_runs([strong, wide], "look", names)] == [wide.id, strong.id]
    assert [run.id for run in best_runs([wide, strong], "use", names)] == [strong.id, wide.id]


def test_a_pin_is_kept_in_the_home_and_taken_away(home: Path) -> None:
    assert pinned_run(home) is None
    pin_run("bundled-strong", home)
    assert pinned_run(home) == "bundled-strong"
    pin_run(None, home)
    assert pinned_run(home) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"run": 3}', '{"run": "../x"}'])
def test_a_damaged_pin_pins_nothing(home: Path, content: str) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "pinned.json").write_text(content)
    assert pinned_run(home) is None
