"""What went back: expected days that slipped, and work that was returned or reopened."""

from __future__ import annotations

import pandas as pd

_KEYS = ["measure_id", "unit_id"]


def slips(progress: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Every responsibility whose expected completion moved later, or that was returned or reopened.

    Parameters
    ----------
    progress : pandas.DataFrame
        The statements that count (`analysis.status.standing`).
    as_of : pandas.Timestamp
        Statements on later days do not count.

    Returns
    -------
    pandas.DataFrame
        measure_id, unit_id, expected_first and expected_last (missing where no day or one day was ever given),
        days_slipped, times_returned (from done or closed back to in progress); by days_slipped, most first.
    """
    told = progress[progress["as_of"].le(as_of)].sort_values(["as_of", "reported_at", "log_id"])
    expected = told.dropna(subset="expected_completion").groupby(_KEYS)["expected_completion"].agg(["first", "last"])
    before = told.groupby(_KEYS)["status"].shift()
    back = told["status"].eq("in_progress") & before.isin(["done_reported", "closed"])
    found = pd.DataFrame(
        {
            "expected_first": expected["first"],
            "expected_last": expected["last"],
            "times_returned": told[back].groupby(_KEYS).size(),
        }
    )
    found.index = found.index.set_names(_KEYS)
    found["times_returned"] = found["times_returned"].fillna(0).astype("int64")
    found.insert(2, "days_slipped", (found["expected_last"] - found["expected_first"]).dt.days.astype("Int64"))
    kept = found[found["days_slipped"].fillna(0).gt(0) | found["times_returned"].gt(0)].reset_index()
    kept = kept.sort_values(["days_slipped", *_KEYS], ascending=[False, True, True], ignore_index=True)
    return kept[[*_KEYS, "expected_first", "expected_last", "days_slipped", "times_returned"]]
