"""What people bring to the Data page: kept for a while, below the home and nowhere else."""

import os
from pathlib import Path

import pytest

from cnnviz.data import brought
from cnnviz.data.brought import (
    bring,
    brought_folder,
    find_brought,
    let_go,
    point_at,
    read_reading,
    write_reading,
)
from cnnviz.data.sources import Reading
from cnnviz.errors import DataError


def aged(token: str, home: Path, hours: float) -> None:
    record = brought_folder(home) / token / "brought.json"
    when = record.stat().st_mtime - 3600 * hours
    os.utime(record, (when, when))


def test_files_are_found_again_by_their_token(home: Path) -> None:
    made = bring([("input.csv", b"1,2"), ("labels.csv", b"0")], home)
    found = find_brought(made.token, home)
    assert found == made
    assert sorted(path.name for path in made.path.iterdir()) == ["input.csv", "labels.csv"]
    assert (made.name, made.n_files, made.n_bytes, made.stem) == ("2 files", 2, 4, "")


def test_a_single_file_is_itself_what_is_understood(home: Path) -> None:
    made = bring([("pets.zip", b"PK")], home)
    assert made.path.read_bytes() == b"PK"
    assert (made.name, made.stem) == ("pets.zip", "pets")


def test_a_folder_keeps_its_folders_and_gives_its_name(home: Path) -> None:
    made = bring([("pets/cat/1.png", b"a"), ("pets\\dog\\1.png", b"b")], home)
    assert (made.path / "pets" / "cat" / "1.png").read_bytes() == b"a"
    assert (made.path / "pets" / "dog" / "1.png").read_bytes() == b"b"
    assert (made.name, made.stem) == ("pets", "pets")


def test_files_can_be_added(home: Path) -> None:
    made = bring([("input.csv", b"1")], home)
    more = bring([("labels.csv", b"0")], home, made.token)
    assert (more.token, more.n_files) == (made.token, 2)


@pytest.mark.parametrize("name", ["../x.png", "cat/../../x.png", "", "/", "a\0b", "x" * 300, "/".join("abcdefgh" * 4)])
def test_names_that_lead_elsewhere_are_refused(name: str, home: Path) -> None:
    with pytest.raises(DataError, match="no name that can be kept"):
        bring([("good.png", b"a"), (name, b"b")], home)
    assert list(brought_folder(home).glob("*")) == []


def test_an_absolute_name_stays_below_the_folder(home: Path) -> None:
    made = bring([("/etc/passwd", b"x")], home)
    assert made.path == brought_folder(home) / made.token / "files" / "etc" / "passwd"


def test_two_files_of_one_name_are_not_mixed_up(home: Path) -> None:
    with pytest.raises(DataError, match=r"two files are called '1.png'.*choose the whole folder"):
        bring([("1.png", b"a"), ("1.png", b"b")], home)


@pytest.mark.parametrize("token", ["", "..", "../../etc", "0" * 15, "G" * 16, "0123456789abcdef"])
def test_a_wrong_token_finds_nothing(token: str, home: Path) -> None:
    bring([("a.csv", b"1")], home)
    assert find_brought(token, home) is None
    let_go(token, home)
    assert len(list(brought_folder(home).iterdir())) == 1


def test_sentences_do_not_name_where_it_lies(home: Path) -> None:
    made = bring([("a/input.csv", b"1"), ("a/labels.csv", b"1")], home)
    assert made.in_words(f"{made.path / 'a' / 'input.csv'} is empty") == "a/input.csv is empty"
    assert made.in_words(f"{made.path} holds nothing") == "a holds nothing"


def test_a_path_is_pointed_at_and_never_deleted(home: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    made = point_at(tmp_path / "mine", home)
    assert (made.path, made.name, made.kept) == (tmp_path / "mine", "mine", None)
    let_go(made.token, home)
    assert (tmp_path / "mine").is_dir()
    assert find_brought(made.token, home) is None


@pytest.mark.parametrize("path", ["", "/nowhere/at/all", "a\0b", "~nobody-of-that-name/x"])
def test_a_path_where_nothing_is(path: str, home: Path) -> None:
    with pytest.raises(DataError, match="there is nothing at"):
        point_at(path, home)


def test_what_nobody_looked_at_for_a_day_goes(home: Path) -> None:
    old, kept = (bring([("a.csv", b"1")], home).token for _ in range(2))
    aged(old, home, 25)
    aged(kept, home, 23)
    bring([("b.csv", b"1")], home)
    assert find_brought(old, home) is None
    assert find_brought(kept, home) is not None


def test_room_is_made_of_what_was_left_and_never_of_what_is_looked_at(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brought, "MOST_BYTES", 10)
    left = bring([("a.csv", b"12345678")], home).token
    with pytest.raises(DataError, match="are being looked at"):
        bring([("b.csv", b"12345678")], home)
    aged(left, home, 2)
    bring([("b.csv", b"12345678")], home)
    assert find_brought(left, home) is None


def test_how_it_is_to_be_read_is_kept_with_it(home: Path) -> None:
    here = bring([("a.csv", b"1,2")], home)
    assert read_reading(here, home) == Reading()
    said = Reading(label="y", shape=(4, 5, 1), window=(0.0, 9.5), header=False, names={"0": "cat"}, invert=True)
    write_reading(here, said, home)
    assert read_reading(here, home) == said
    assert find_brought(here.token, home) == here
    let_go(here.token, home)
    assert read_reading(here, home) == Reading()


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"label": 3}', '{"other": 1}', '{"shape": [1]}', '{"shape": "abc"}', '{"names": 3}', '{"header": "x"}'],
)
def test_a_damaged_reading_is_as_none(home: Path, content: str) -> None:
    here = bring([("a.csv", b"1,2")], home)
    (brought_folder(home) / here.token / "reading.json").write_text(content)
    assert read_reading(here, home) == Reading()
