"""Sums as they are written: with as many decimals as it takes for what is written to add up.

Rounded each by itself, 1.04 + 0.94 + 0.87 - 0.68 is written 1.0 + 0.94 + 0.87 - 0.68 = 2.2. Whoever adds that up by
hand is right to doubt it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

__all__ = ["WrittenSum", "written_sum"]

_MORE = 1  # decimals beyond the fewest: then the terms that are nearest to the other rounding are written so
_MOST = 12  # decimals: what needs more is nothing beside float32's own rounding


@dataclass(frozen=True)
class WrittenSum:
    """Terms and their sum, rounded so that the one comes out of the other exactly.

    Attributes:
        decimals: of every term and of the sum.
        terms: as they are written; each is its number rounded, or at most one unit of its last decimal from that.
        total: their sum, the rounded number.
    """

    decimals: int
    terms: tuple[Decimal, ...]
    total: Decimal


def written_sum(terms: Sequence[float], total: float) -> WrittenSum:
    """Choose how many decimals a sum is written with.

    The fewest with which the rounded terms add up to the rounded sum, beginning with two for numbers of 0.1 to 10. Of
    many terms one may have to try long, and long numbers fit nowhere; after one decimal more, the terms that lie
    nearest to the other rounding are written so (the method of largest remainders).

    Args:
        terms: finite numbers.
        total: their sum, to float32's accuracy.

    Raises:
        ValueError: a number is not finite.
    """
    numbers = [Decimal(float(term)) for term in terms]
    wanted = Decimal(float(total))
    if not all(number.is_finite() for number in (*numbers, wanted)):
        raise ValueError("only finite numbers add up; look for what is infinite or NaN in the network's values")
    first = _fewest(max(abs(number) for number in (*numbers, wanted)))
    last = min(first + _MORE, _MOST)
    for decimals in range(first, last + 1):
        written = [_rounded(number, decimals) for number in numbers]
        if sum(written) == _rounded(wanted, decimals):
            break
    else:
        written = _settled(numbers, _rounded(wanted, last), last)
    return WrittenSum(decimals, tuple(written), _rounded(wanted, decimals))


def _fewest(size: Decimal) -> int:
    """Two decimals for what is between 0.1 and 10, one for tens, none for hundreds, three for hundredths."""
    if not size:
        return 0
    place = size.adjusted()
    return min(max(0, (2 if place >= 0 else 1) - place), _MOST)


def _rounded(number: Decimal, decimals: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0  # never a minus before zero


def _settled(numbers: Sequence[Decimal], total: Decimal, decimals: int) -> list[Decimal]:
    """Round so that the sum comes out: those move that lie nearest to the other rounding."""
    written = [_rounded(number, decimals) for number in numbers]
    missing = total - sum(written)
    unit = Decimal(1).scaleb(-decimals).copy_sign(missing)
    moved = sorted(range(len(numbers)), key=lambda at: (written[at] - numbers[at]) * int(math.copysign(1, missing)))
    for at in moved[: int(missing / unit)]:
        written[at] += unit
    return written
