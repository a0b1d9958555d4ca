"""What a search tries of a setting, as it is written, in a grid, and what is refused."""

import pytest

from cnnviz.errors import SpecError
from cnnviz.tuning import Between, OneOf, range_of, written
from cnnviz.tuning.ranges import Range

WHOLE = Between(low=16, high=64, step=8, whole=True)
RATE = Between(low=1e-4, high=1e-2, log=True)
SHARE = Between(low=0, high=0.5, step=0.05)
NAMES = OneOf(values=("adam", "sgd"))
NUMBERS = OneOf(values=(32, 64))
SWITCH = OneOf(values=(False, True))


@pytest.mark.parametrize(
    ("text", "usual", "read"),
    [
        ("16..64/8", WHOLE, WHOLE),
        ("8..20", WHOLE, Between(low=8, high=20, step=8, whole=True)),
        ("1..9/2", WHOLE, Between(low=1, high=9, step=2, whole=True)),
        ("0.001..0.1", RATE, Between(low=0.001, high=0.1, log=True)),
        ("1e-3..1e-1", RATE, Between(low=0.001, high=0.1, log=True)),
        ("0.1..0.5/0.1", RATE, Between(low=0.1, high=0.5, step=0.1)),  # steps are even ones
        ("0..0.2", SHARE, Between(low=0, high=0.2, step=0.05)),
        ("adam,sgd", NAMES, NAMES),
        (" sgd ", NAMES, OneOf(values=("sgd",))),
        ("no,yes", SWITCH, SWITCH),
        ("yes", SWITCH, OneOf(values=(True,))),
        ("16, 128", NUMBERS, OneOf(values=(16, 128))),
        ("16,24", WHOLE, OneOf(values=(16, 24))),
        ("0.1,0.25", SHARE, OneOf(values=(0.1, 0.25))),
    ],
)
def test_ranges_are_read_as_they_are_written(text: str, usual: Range, read: Range) -> None:
    found = range_of(text, usual)
    assert found == read
    if isinstance(found, OneOf) and isinstance(read, OneOf):
        assert [type(value) for value in found.values] == [type(value) for value in read.values]
    assert range_of(found.words, usual) == found


@pytest.mark.parametrize(
    ("text", "usual", "sentence"),
    [
        ("64..16", WHOLE, "a range goes from 64 to 16; give the lower number first"),
        ("0..1", RATE, "a logarithmic range begins above 0"),
        ("1.5..8", WHOLE, "1.5 to 8 is to be whole numbers; give whole ones"),
        ("a..b", WHOLE, "the range 'a..b' is not two numbers; give one such as 16..64"),
        ("1..", RATE, "the range '1..' is not two numbers"),
        ("1..9/", WHOLE, "the range '1..9/' is not two numbers"),
        ("1..9/0", WHOLE, "the setting step cannot be used"),
        ("1..inf", RATE, "the range '1..inf' is not two numbers"),
        ("nan..1", SHARE, "the range 'nan..1' is not two numbers"),
        ("1..9", NAMES, "'1..9' is a range, and this setting takes some values, such as adam,sgd"),
        ("adam,adam", NAMES, "the values adam,adam are not all different; give each once"),
        ("maybe", SWITCH, "'maybe' is neither yes nor no"),
        ("16.5", WHOLE, "16.5 is not a whole number, which this setting takes"),
        ("nan", WHOLE, "'nan' is no number; give some such as 16,24"),
        ("inf", WHOLE, "'inf' is no number"),
        ("x", SHARE, "'x' is no number; give some such as 0,0.05"),
        ("32,many", NUMBERS, "'many' is no number; give some such as 32,64"),
        ("32.5", NUMBERS, "not a whole number"),
        ("inf", NUMBERS, "'inf' is no number"),
        (",".join(map(str, range(101))), NUMBERS, "100"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(text: str, usual: Range, sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        range_of(text, usual)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_grid_has_every_step_or_a_few_values_evenly_apart() -> None:
    assert WHOLE.grid == (16, 24, 32, 40, 48, 56, 64)
    assert all(type(value) is int for value in WHOLE.grid)
    assert SHARE.grid == (0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
    assert Between(low=0, high=1, step=0.3).grid == (0, 0.3, 0.6, 0.9)
    assert Between(low=1, high=4, whole=True).grid == (1, 2, 3, 4)
    assert Between(low=1, high=100, whole=True).grid == (1, 34, 67, 100)
    assert Between(low=0, high=3).grid == (0, 1, 2, 3)
    assert Between(low=1e-4, high=1e-1, log=True).grid == pytest.approx((1e-4, 1e-3, 1e-2, 1e-1))
    assert Between(low=2, high=2).grid == (2,)
    assert NAMES.grid == ("adam", "sgd")


@pytest.mark.parametrize("tried", [WHOLE, SHARE, RATE, NAMES, NUMBERS, SWITCH, Between(low=0, high=7)])
def test_a_range_has_its_own_grid(tried: Range) -> None:
    assert all(tried.has(value) for value in tried.grid)


def test_what_a_range_has() -> None:
    assert WHOLE.has(24)
    assert not any(WHOLE.has(value) for value in (25, 8, 72, 24.5, "24", True, None))
    assert SHARE.has(0.30000000000000004)  # as steps are added up
    assert not SHARE.has(0.31)
    assert RATE.has(0.00123)
    assert NUMBERS.has(32)
    assert not OneOf(values=(0, 1)).has(False)
    assert not SWITCH.has(1)
    assert not NAMES.has(None)


def test_values_are_written_for_people() -> None:
    assert [written(value) for value in (True, False, 64, 0.1 + 0.2, 1e-5, "sgd")] == [
        "yes",
        "no",
        "64",
        "0.3",
        "1e-05",
        "sgd",
    ]
