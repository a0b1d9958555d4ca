import pytest

from cnnviz.errors import CnnvizError
from cnnviz.passcode import Attempts, check_passcode, hash_passcode


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


def test_one_place_does_not_lock_another_out() -> None:
    attempts = Attempts(limit=2, window_s=60, limit_of_all=5)
    assert [attempts.take(0, "student") for _ in range(3)] == [0, 0, 60]
    assert attempts.take(1, "lecturer") == 0
    attempts.give_back(1, "lecturer")
    assert [attempts.take(2, f"student {n}") for n in range(4)] == [0, 0, 0, 58]
    assert attempts.take(60, "lecturer") == 0


def test_attempts_come_back_after_a_minute() -> None:
    attempts = Attempts(limit=2, window_s=60)
    assert [attempts.take(0), attempts.take(10), attempts.take(20)] == [0, 0, 40]
    assert attempts.take(60) == 0
    assert attempts.take(61) == 9
