"""What had arrived by K, and what of it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.periods import Calendar


@dataclass(frozen=True, eq=False)
class Record:
    """The record of a plan as known at one day.

    Attributes
    ----------
    known_at : pandas.Timestamp
        K.
    statements : pandas.DataFrame
        What units say that stands, in its order; columns of ``progress``, with ``as_of`` no later than ``reported_at``.
    said : pandas.DataFrame
        The same with what was corrected since: a statement that was corrected was still a statement.
    decisions : pandas.DataFrame
        The decisions that stand, in the order in which they take effect; columns of ``decisions``.
    actuals : pandas.DataFrame
        The measured values that stand, in their order; columns of ``actuals``.
    """

    known_at: pd.Timestamp
    statements: pd.DataFrame
    said: pd.DataFrame
    decisions: pd.DataFrame
    actuals: pd.DataFrame


def known(
    progress: pd.DataFrame,
    decisions: pd.DataFrame,
    actuals: pd.DataFrame,
    *,
    calendar: Calendar,
    known_at: pd.Timestamp,
) -> Record:
    """The record as known at K.

    Parameters
    ----------
    progress, decisions, actuals : pandas.DataFrame
        The whole record, typed, in the order in which it was appended.
    calendar : analysis.periods.Calendar
        Names the period of a statement that arrives before the day it speaks of and names none.
    known_at : pandas.Timestamp
        K: rows that arrived later do not count.
    """
    said = progress[progress["reported_at"].le(known_at)]
    decided = decisions[decisions["recorded_at"].le(known_at)]
    measured = actuals[actuals["reported_at"].le(known_at)]
    void = set(decided.loc[decided["decision"].eq("void"), "supersedes"])
    replaced = void.union(*(set(rows["supersedes"]) for rows in (said, decided, measured)))
    # What arrives before the day it speaks of can only tell how things stood when it arrived; its period stays.
    is_early = said["reported_at"].lt(said["as_of"])
    meant = [calendar.period_of(day).name for day in said.loc[is_early, "as_of"].dt.date]
    meant = pd.Series(meant, said.index[is_early], "str")
    period = said["period"].mask(is_early & said["period"].eq(""), meant)
    said = said.assign(period=period, as_of=said["as_of"].mask(is_early, said["reported_at"]))
    said = _in_order(said, "as_of", "reported_at")
    decided = _without(decided[decided["decision"].ne("void")], "decision_id", replaced)
    return Record(
        known_at,
        statements=_without(said, "log_id", replaced),
        said=_without(said, "log_id", void),
        decisions=_in_order(decided, "effective_on", "recorded_at"),
        actuals=_in_order(_without(measured, "actual_id", replaced), "as_of", "reported_at"),
    )


def _without(rows: pd.DataFrame, key: str, ids: Iterable[str]) -> pd.DataFrame:
    return rows[~rows[key].isin(list(ids))].reset_index(drop=True)


def _in_order(rows: pd.DataFrame, day: str, arrival: str) -> pd.DataFrame:
    return rows.sort_values([day, arrival], kind="stable", ignore_index=True)
