"""`cnnviz classify --invert`: writing on paper for a network that learned bright on dark."""

from pathlib import Path

import pytest
from PIL import Image

from cnnviz.runs import Run
from tests.cli.conftest import Call
from tests.handwriting import COUNT, labels, on_paper, train_reader

HINT = "have a dark ground and this one has a bright one, so its answer means little; try --invert."


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return train_reader(tmp_path_factory.mktemp("reader"))


@pytest.fixture
def ask(call: Call, reader: Run, tmp_path: Path) -> Call:
    return lambda *more: call("classify", reader.id, str(tmp_path / "photos"), *more, "--home", str(reader.home))


@pytest.fixture(autouse=True)
def paper(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    for number in range(COUNT):
        (tmp_path / "photos" / f"{number:02}.png").write_bytes(on_paper(number))


def right(rows: list[dict]) -> int:
    return sum(row["top"][0]["class"] == label for row, label in zip(rows, labels(), strict=True))


def test_writing_on_paper_is_hinted_at_and_right_once_it_is_inverted(ask: Call) -> None:
    done = ask("--json")
    assert all(row["note"].endswith(HINT) for row in done.json)
    assert done.err.count(HINT) == 1
    assert f"00.png and {COUNT - 1} others: " in done.err
    assert right(done.json) <= COUNT / 2
    inverted = ask("--json", "--invert")
    assert [row["note"] for row in inverted.json] == [None] * COUNT
    assert inverted.err == ""
    assert right(inverted.json) >= COUNT - 1


def test_what_should_not_be_inverted_and_what_is_black_is_said(ask: Call, tmp_path: Path) -> None:
    for file in (tmp_path / "photos").iterdir():
        file.unlink()
    (tmp_path / "photos" / "board.png").write_bytes(on_paper(3, bright_on_dark=True))
    Image.new("L", (30, 30)).save(tmp_path / "photos" / "night.png")
    plain, (board, night) = ask("--json"), ask("--json", "--invert").json
    assert plain.json[0]["note"] is None
    assert plain.json[1]["note"].startswith("The picture is nothing but black")
    assert "night.png: The picture is nothing but black" in plain.err
    assert board["note"].endswith("; leave out --invert.")
    assert night["note"].startswith("The picture is nothing but white")
