"""One rule of rounding: half up, exact to the last step; parts are rounded so that they add to their rounded total."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_FINEST = 10**9
_HALF = Fraction(1, 2)


def rounded(value: float | Fraction | Decimal, decimals: int = 0) -> Decimal:
    """A number as it is printed: rounded half up, away from nought.

    Parameters
    ----------
    value : float, Fraction or Decimal
        A float is taken for the decimal number that it is written as.
    decimals : int
        Decimals to keep.
    """
    exact = value if isinstance(value, Fraction) else Fraction(str(value))
    whole = floor(abs(exact) * 10**decimals + _HALF)
    # Nought has no sign and no decimals.
    return Decimal(-whole if exact < 0 else whole).scaleb(-decimals) or Decimal(0)


def round_parts(parts: pd.Series, decimals: int) -> pd.Series:
    """Parts rounded so that they add to their rounded total (largest remainders first, then in the order given).

    Parameters
    ----------
    parts : pandas.Series
        Numbers ≥ 0, exact ones (`fractions.Fraction`) or floats; of these, the simplest fraction near each is taken,
        so that two thirds are two thirds.
    decimals : int
        Decimals to keep.
    """
    import pandas as pd

    scaled = [_exact(part) * 10**decimals for part in parts]
    kept = [floor(part) for part in scaled]
    short = floor(sum(scaled, _HALF)) - sum(kept)
    largest_first = sorted(range(len(kept)), key=lambda place: kept[place] - scaled[place])
    for place in largest_first[:short]:
        kept[place] += 1
    return pd.Series([part / 10**decimals for part in kept], index=parts.index, name=parts.name, dtype="float64")


def _exact(part: float | Fraction) -> Fraction:
    return part if isinstance(part, Fraction) else Fraction(float(part)).limit_denominator(_FINEST)
