import pytest

from cnnviz.errors import CnnvizError
from cnnviz.passcode import check_passcode, hash_passcode


def test_the_right_passcode_and_only_that_one() -> None:
    stored = hash_passcode("open sesame")
    assert check_passcode("open sesame", stored)
    assert not check_passcode("open sesam", stored)
    assert not check_passcode("", stored)


def test_every_hash_has_its_own_salt_and_does_not_contain_the_passcode() -> None:
    first, second = hash_passcode("open sesame"), hash_passcode("open sesame")
    assert first != second
    assert "sesame" not in first
    assert first.isascii()
    assert not set(first) & set(" \n\0")


def test_the_same_letters_from_another_keyboard() -> None:
    assert check_passcode("cafe\u0301 noir", hash_passcode("café noir"))


@pytest.mark.parametrize("text", ["", "12345", "      ", " 12345 ", "x" * 1001])
def test_too_short_or_too_long(text: str) -> None:
    with pytest.raises(CnnvizError, match="expected 6 to 1000; choose another"):
        hash_passcode(text)


@pytest.mark.parametrize(
    "stored",
    ["", "open sesame", "a$b", "scrypt-16384-8-1$!$!", "scrypt-16384-8-1$$", "md5$AAAA$AAAA", "é$é$é", "$" * 9],
)
def test_nothing_matches_what_is_no_hash(stored: str) -> None:
    assert not check_passcode("open sesame", stored)


def test_other_work_factors_are_not_computed() -> None:
    assert not check_passcode("open sesame", hash_passcode("open sesame").replace("16384", "16385"))


def test_any_text_can_be_tried() -> None:
    stored = hash_passcode("open sesame")
    assert not check_passcode("\ud83d\x00" * 400, stored)
    assert not check_passcode("x" * 1_000_000, stored)
