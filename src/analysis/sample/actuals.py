"""Made-up values of what the notice promises in numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.sample import wording
from analysis.schema import REQUIRED_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from analysis.sample.fates import Pair, Units
    from analysis.sample.times import Random, Times

# The way to a promise, in parts of it: the last value meets it, that of a unit that lags does not.
_WAY = {
    "at_most": (1.5, 1.25, 1.0),
    "at_least": (0.6, 0.85, 1.0),
    "equal": (0.5, 0.75, 1.0),
    "between": (0.8, 1.1, 1.2),
}


def measured(
    commitments: pd.DataFrame,
    units_of: Units,
    silent: set[Pair],
    arrivals: Mapping[str, list[date]],
    times: Times,
    random: Random,
) -> pd.DataFrame:
    """Values of the commitments from some of their units, in the order of arrival: columns of ``actuals``, text.

    Parameters
    ----------
    commitments : pandas.DataFrame
        commitment_id, measure_id, comparator, quantity, quantity_high.
    units_of : dict
        Measure → its units.
    silent : set
        The pairs that never report.
    arrivals : mapping
        Unit → when its form on each period comes in.
    times : Times
    random : numpy.random.Generator
    """
    rows: list[dict[str, Any]] = []
    # Half of a measure's units count anything; of four or more the last to do so lags behind.
    for promise in commitments.itertuples(index=False):
        units = [u for u in units_of.get(str(promise.measure_id), {}) if (promise.measure_id, u) not in silent]
        counting = units[: (len(units) + 1) // 2]
        for place, unit in enumerate(counting):
            is_behind = len(units) > 3 and place == len(counting) - 1
            way = _WAY[str(promise.comparator)][: 2 if is_behind else 3]
            method = str(random.choice(wording.METHODS))
            for step, part in enumerate(way):
                start, end = units_of[str(promise.measure_id)][unit]
                when = 2 + step * (times.last - 2) // 2
                if start <= when <= end:
                    reported = arrivals[unit][when]
                    row = {"commitment_id": promise.commitment_id, "unit_id": unit, "method": method, "supersedes": ""}
                    row |= {"as_of": min(times.periods[when].end, reported), "reported_at": reported}
                    rows.append(row | {"value": f"{float(str(promise.quantity)) * part:g}"})
    rows = sorted((row for row in rows if row["reported_at"] <= times.end), key=lambda row: row["reported_at"])
    for number, row in enumerate(rows, start=1):
        row |= {"actual_id": f"A{number:04d}", "evidence_ref": f"示例统计表-{number:03d}" if number % 3 else ""}
    if rows:
        rows.append(_corrected(rows[0], len(rows) + 1, times))
    columns = list(REQUIRED_COLUMNS["actuals"])
    return pd.DataFrame(rows, columns=columns).astype("str") if rows else pd.DataFrame(columns=columns, dtype="str")


def _corrected(first: dict[str, Any], number: int, times: Times) -> dict[str, Any]:
    """The first value once more: it was miscounted."""
    row = first | {"actual_id": f"A{number:04d}", "supersedes": first["actual_id"]}
    return row | {"reported_at": times.end - timedelta(days=1), "value": f"{float(first['value']) * 1.1:g}"}
