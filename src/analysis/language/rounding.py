"""One rule of rounding: half up; parts are rounded so that they add to their rounded total."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd


def rounded(value: float, decimals: int = 0) -> Decimal:
    """A number as it is printed: rounded half up."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP) or Decimal(0)


def round_parts(parts: pd.Series, decimals: int) -> pd.Series:
    """Parts rounded so that they add to their rounded total (largest remainders first, then in the order given).

    Parameters
    ----------
    parts : pandas.Series
        Numbers ≥ 0.
    decimals : int
        Decimals to keep.
    """
    scaled = parts.to_numpy(dtype="float64") * 10**decimals
    # What falls a hair short of a whole number, as sums of binary fractions do, has the largest remainder of all.
    floors = np.floor(scaled)
    total = Decimal(str(round(float(scaled.sum()), 6))).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    short = int(total) - int(floors.sum())
    largest_first = np.argsort(-(scaled - floors), kind="stable")
    floors[largest_first[:short]] += 1
    return pd.Series(floors / 10**decimals, index=parts.index, name=parts.name)
