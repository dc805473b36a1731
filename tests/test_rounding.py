"""Numbers as they are printed: half up, exactly; parts that add to their printed total."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.rounding import round_parts, rounded, with_round_parts

fractions = st.builds(Fraction, st.integers(-500, 500), st.integers(1, 60))


@given(fractions, st.integers(0, 3))
def test_an_exact_number_is_rounded_half_up(exact: Fraction, decimals: int):
    away = floor(abs(exact) * 10**decimals + Fraction(1, 2)) * (1 if exact >= 0 else -1)
    assert Fraction(rounded(exact, decimals)) == Fraction(away, 10**decimals)
    assert str(rounded(Fraction(0), decimals)) == "0"


@given(st.integers(-(10**6), 10**6), st.integers(0, 3))
def test_a_float_is_the_number_it_is_written_as(thousandths: int, decimals: int):
    written = Decimal(thousandths) / 1000
    unit = Decimal(1).scaleb(-decimals)
    assert rounded(float(written), decimals) == written.quantize(unit, rounding=ROUND_HALF_UP)


parts_of = st.lists(st.builds(Fraction, st.integers(0, 60), st.integers(1, 12)), max_size=40)


@given(parts_of, st.integers(0, 3))
def test_parts_add_to_their_rounded_total(parts: list[Fraction], decimals: int):
    kept = round_parts(parts, decimals)
    assert sum(kept) == rounded(sum(parts, Fraction(0)), decimals)
    # No part is moved by a whole step.
    step = Fraction(1, 10**decimals)
    assert all(abs(Fraction(one) - part) < step for one, part in zip(kept, parts, strict=True))


@given(parts_of, st.integers(0, 3))
def test_greater_remainders_are_rounded_up_first(parts: list[Fraction], decimals: int):
    kept = round_parts(parts, decimals)
    scaled = [part * 10**decimals for part in parts]
    raised = {part % 1 for one, part in zip(kept, scaled, strict=True) if Fraction(one) * 10**decimals > part}
    lowered = {part % 1 for one, part in zip(kept, scaled, strict=True) if Fraction(one) * 10**decimals < part}
    assert not raised or not lowered or min(raised) >= max(lowered)


@pytest.mark.parametrize(
    ("parts", "decimals", "printed"),
    [
        ([Fraction(1, 3)] * 3, 2, ["0.34", "0.33", "0.33"]),
        ([Fraction(2, 3)], 2, ["0.67"]),
        ([Fraction(2, 3), Fraction(1, 3)], 2, ["0.67", "0.33"]),
        ([Fraction(1, 3), Fraction(2, 3)], 2, ["0.33", "0.67"]),
        ([Fraction(1, 2), Fraction(1, 2)], 0, ["1", "0"]),
        ([Fraction(3, 2), Fraction(3, 2), Fraction(1)], 0, ["2", "1", "1"]),
        ([], 2, []),
    ],
)
def test_parts_by_hand(parts: list[Fraction], decimals: int, printed: list[str]):
    assert [str(part.quantize(Decimal(1).scaleb(-decimals))) for part in round_parts(parts, decimals)] == printed


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [
        (Fraction(2, 3), 2, "0.67"),
        (Fraction(1, 3), 2, "0.33"),
        (Fraction(1, 2), 0, "1"),
        (Fraction(3, 2), 0, "2"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(-1, 2), 0, "-1"),
        (Fraction(-1, 3), 0, "0"),
        (Fraction(-1, 8), 2, "-0.13"),
        # As a float 0.285 lies below the half, 2.675 and 1.005, too; they are meant as they are written.
        (0.285, 2, "0.29"),
        (2.675, 2, "2.68"),
        (1.005, 2, "1.01"),
        (-0.004, 2, "0"),
    ],
)
def test_halves_and_thirds_by_hand(value: Fraction | float, decimals: int, printed: str):
    assert str(rounded(value, decimals)) == printed


def test_columns_of_parts_are_rounded_each_to_its_own_total():
    frame = pd.DataFrame({"unit_id": list("abc"), "share": [Fraction(1, 3)] * 3, "open_load": [Fraction(1, 2)] * 3})
    rounded_frame = with_round_parts(frame, {"share": 1, "open_load": 0})
    assert rounded_frame["share"].astype(str).tolist() == ["0.4", "0.3", "0.3"]
    assert rounded_frame["open_load"].astype(str).tolist() == ["1", "1", "0"]
    assert frame["share"].tolist() == [Fraction(1, 3)] * 3


@given(st.lists(st.builds(Fraction, st.integers(0, 60), st.integers(1, 12)), min_size=2, max_size=20))
def test_of_equal_remainders_the_first_is_rounded_up(parts: list[Fraction]):
    whole = round_parts(parts, 0)
    raised = [kept - floor(part) for kept, part in zip(whole, parts, strict=True)]
    for earlier in range(len(parts)):
        for later in range(earlier + 1, len(parts)):
            if parts[earlier] % 1 == parts[later] % 1:
                assert raised[earlier] >= raised[later]
