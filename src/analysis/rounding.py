"""One rule of rounding: half up, exact until the last step; parts are rounded to add to their rounded total."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

Exact = int | float | Fraction | Decimal


def rounded(value: Exact, decimals: int = 0) -> Decimal:
    """A number as it is printed: rounded half up, away from zero where it is below it."""
    scaled = exact(value) * 10**decimals
    whole = int(abs(scaled) + Fraction(1, 2))
    return Decimal(whole if scaled >= 0 else -whole).scaleb(-decimals) if whole else Decimal(0)


def exact(value: Exact) -> Fraction:
    """A number as it is meant: a float as the decimal that it is written as."""
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)


def round_parts(parts: Iterable[Exact], decimals: int) -> list[Decimal]:
    """Parts rounded so that they add to their rounded total: the largest remainders up, of equal ones the first given.

    Parameters
    ----------
    parts : iterable of numbers
        0 or more each.
    decimals : int
        Decimals to keep.
    """
    scaled = [exact(part) * 10**decimals for part in parts]
    floors = [int(part) for part in scaled]
    short = int(rounded(sum(scaled, Fraction(0)))) - sum(floors)
    largest_first = sorted(range(len(scaled)), key=lambda place: floors[place] - scaled[place])
    for place in largest_first[:short]:
        floors[place] += 1
    return [Decimal(part).scaleb(-decimals) for part in floors]


def with_round_parts(frame: pd.DataFrame, decimals: dict[str, int]) -> pd.DataFrame:
    """A frame with columns of parts rounded, each so that it adds to its rounded total."""
    columns = {
        name: pd.Series(round_parts(frame[name], kept), frame.index, "object") for name, kept in decimals.items()
    }
    return frame.assign(**columns)
