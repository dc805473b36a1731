"""What went back: expected days that slipped, and work that was returned or reopened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from analysis.plan.reading import Reading

_KEYS = ["measure_id", "unit_id"]


def slips(now: Reading) -> pd.DataFrame:
    """Every responsibility whose expected completion moved later, or that was returned or reopened.

    Returns
    -------
    pandas.DataFrame
        measure_id, unit_id, expected_first and expected_last (missing where no day or one day was ever given),
        days_slipped, times_returned (from done or closed back to in progress); by days_slipped, most first.
    """
    words = now.standing
    expected = words.dropna(subset="expected_completion").groupby(_KEYS)["expected_completion"].agg(["first", "last"])
    before = words.groupby(_KEYS)["status"].shift()
    back = words["status"].eq("in_progress") & before.isin(["done_reported", "closed"])
    moves = pd.DataFrame(
        {
            "expected_first": expected["first"],
            "expected_last": expected["last"],
            "times_returned": words[back].groupby(_KEYS).size(),
        }
    )
    moves.index = moves.index.set_names(_KEYS)
    moves["times_returned"] = moves["times_returned"].fillna(0).astype("int64")
    moves.insert(2, "days_slipped", (moves["expected_last"] - moves["expected_first"]).dt.days.astype("Int64"))
    kept = moves[moves["days_slipped"].fillna(0).gt(0) | moves["times_returned"].gt(0)].reset_index()
    kept = kept.sort_values(["days_slipped", *_KEYS], ascending=[False, True, True], ignore_index=True)
    return kept[[*_KEYS, "expected_first", "expected_last", "days_slipped", "times_returned"]]
