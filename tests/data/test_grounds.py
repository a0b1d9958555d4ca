"""On what ground pictures lie, and whether a photo has the other one."""

from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import importing, load_dataset
from cnnviz.data.grounds import Ground, ground_of, keep_ground, run_ground
from cnnviz.data.importing import keep
from cnnviz.data.photos import open_photo
from cnnviz.data.sources import understand
from cnnviz.runs import RunStore, Status
from cnnviz.spec import DataSpec, preset
from tests.handwriting import on_paper

DIGITS = load_dataset("digits").train.images
PAPER = 255 - DIGITS
PHOTOS = load_dataset("cifar10-sample").train.images


def test_drawings_have_one_ground_and_photos_have_many() -> None:
    assert ground_of(DIGITS) == Ground(0, 0)
    assert ground_of(PAPER) == Ground(255, 255)
    assert not ground_of(PHOTOS).even


def test_what_is_known_of_published_sets_is_what_they_have() -> None:
    run = RunStore().create(preset("one-conv"), Status("failed"))
    assert run.spec.data.name == "digits"
    assert run_ground(run) == ground_of(DIGITS)
    run = RunStore().create(preset("two-conv"), Status("failed"))
    assert run.spec.data.name == "cifar10-sample"
    found, measured = run_ground(run), ground_of(PHOTOS)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((measured.low, measured.high), abs=6)


@pytest.mark.parametrize("number", range(6))
def test_writing_on_the_other_ground_is_noticed_and_no_other(number: int) -> None:
    paper = open_photo(on_paper(number), "paper.png").pixels
    board = open_photo(on_paper(number, bright_on_dark=True), "board.png").pixels
    learned_on_dark, learned_on_bright = ground_of(DIGITS), ground_of(PAPER)
    assert learned_on_dark.hint(paper) == (
        "The images that this network knows have a dark ground and this one has a bright one, so its answer means "
        "little"
    )
    assert "have a bright ground and this one has a dark one" in learned_on_bright.hint(board)
    assert [learned_on_dark.hint(board), learned_on_bright.hint(paper)] == ["", ""]
    assert [ground_of(PHOTOS).hint(paper), ground_of(PHOTOS).hint(board)] == ["", ""]


def test_of_photos_of_things_nothing_is_said() -> None:
    dark = ground_of(DIGITS)
    assert not dark.hint(np.full((40, 40, 3), 120, np.uint8))  # inverting would change nothing
    assert not dark.hint(np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8))


def test_it_is_measured_on_a_set_of_ones_own_and_outlives_it(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = np.arange(300) % 10
    np.savez(tmp_path / "p.npz", x_train=PAPER[:300], y_train=labels, x_test=PAPER[300:400], y_test=labels[:100])
    monkeypatch.setattr(importing, "LARGEST_IN_A_FILE", 0)  # on the disk
    keep(understand(tmp_path / "p.npz"), "paper", home)
    spec = preset("one-conv")
    run = RunStore().create(spec.changed(data=DataSpec(name="paper")), Status("failed"))
    assert run_ground(run, load=load_dataset) == Ground(255, 255)
    again = RunStore().create(spec.changed(data=DataSpec(name="gone")), Status("failed"))
    assert run_ground(again) is None
    keep_ground(again, DIGITS)
    assert run_ground(again) == Ground(0, 0)
    (again.folder / "ground.json").write_text("{}")
    assert run_ground(again) is None
