"""What the made-up office decides of its measures, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from analysis.sample import wording
from analysis.sample.fates import closed_in
from analysis.schema import REQUIRED_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from analysis.sample.fates import Fate
    from analysis.sample.statements import Statement
    from analysis.sample.times import Random, Times


def decided(
    fates: Mapping[str, Fate],
    stories: list[list[Statement]],
    decider_of: Mapping[str, str],
    times: Times,
    random: Random,
) -> pd.DataFrame:
    """The decisions that the fates of measures ask for, in the order in which they were recorded: columns of
    ``decisions``, text.

    Parameters
    ----------
    fates : mapping
        Measure → its fate.
    stories : list of list of Statement
        What each unit says of each measure; a decision follows the words that it is taken on.
    decider_of : mapping
        Measure → who may close it.
    times : Times
    random : numpy.random.Generator
    """
    rows = []
    for measure, fate in fates.items():
        for decision, place, of_one in _of(fate):
            words = [word for story in stories for word in story if story[0]["measure_id"] == measure]
            done = [word for word in words if word["status"] == "done_reported" and word["place"] < place]
            if not done and decision != "withdrawn":
                break
            unit = str(done[0]["unit_id"]) if of_one else ""
            behind = [word["reported_at"] for word in done if unit in ("", word["unit_id"])]
            taken = _day(times, place, max(behind, default=times.periods[0].end), random)
            recorded = taken + timedelta(days=times.days(int(random.integers(0, 7))))
            row = {"measure_id": measure, "unit_id": unit, "decision": decision, "decided_by": decider_of[measure]}
            row |= {
                "effective_on": taken,
                "recorded_at": recorded,
                "reason": str(random.choice(wording.REASONS[decision])),
            }
            rows.append(row)
    rows = sorted((row for row in rows if row["recorded_at"] <= times.end), key=lambda row: row["recorded_at"])
    looked_at = 0
    for number, row in enumerate(rows, start=1):
        looked_at += row["decision"] == "closed"
        row["decision_id"] = f"D{number:04d}"
        row["evidence_ref"] = f"示例核验意见-{looked_at:03d}" if row["decision"] == "closed" else ""
    columns = list(REQUIRED_COLUMNS["decisions"])
    return pd.DataFrame(rows).reindex(columns=columns, fill_value="").astype("str") if rows else _nothing(columns)


def _of(fate: Fate) -> list[tuple[str, int, bool]]:
    """The decisions of a fate: each with the place of its period, and whether it is of one unit."""
    return {
        "closed": [("closed", fate.turn, False)],
        "contradicted": [("closed", fate.turn, False)],
        "sent_back": [("returned", fate.turn - 3, True), ("closed", fate.turn, False)],
        "returned": [("returned", fate.turn, False)],
        "reopened": [("closed", closed_in(fate), False), ("reopened", fate.turn, False)],
        "withdrawn": [("withdrawn", fate.turn, False)],
    }.get(fate.end, [])


def _day(times: Times, place: int, behind: date, random: Random) -> date:
    """A day late in a period, when what it is taken on has arrived."""
    period = times.periods[place]
    day = max(period.end - timedelta(days=times.days(int(random.integers(3, 12)))), period.start)
    return max(day, behind + timedelta(days=1))


def _nothing(columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=columns, dtype="str")
