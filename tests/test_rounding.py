"""Numbers as they are printed: half up, exactly; parts that add to their printed total."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from analysis.rounding import round_parts, rounded

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


@given(st.lists(st.builds(Fraction, st.integers(0, 60), st.integers(1, 12)), max_size=40), st.integers(0, 3))
def test_exact_parts_and_their_floats_are_rounded_alike(parts: list[Fraction], decimals: int):
    exact = round_parts(pd.Series(parts, dtype="object"), decimals)
    near = round_parts(pd.Series([float(part) for part in parts], dtype="float64"), decimals)
    assert exact.tolist() == near.tolist()


@given(st.lists(st.builds(Fraction, st.integers(0, 60), st.integers(1, 12)), min_size=2, max_size=20))
def test_of_equal_remainders_the_first_is_rounded_up(parts: list[Fraction]):
    whole = round_parts(pd.Series(parts, dtype="object"), 0)
    raised = [kept - floor(part) for kept, part in zip(whole, parts, strict=True)]
    for earlier in range(len(parts)):
        for later in range(earlier + 1, len(parts)):
            if parts[earlier] % 1 == parts[later] % 1:
                assert raised[earlier] >= raised[later]
