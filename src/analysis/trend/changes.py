"""What changed between two days, what was revised since, and what expected days slipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import schema

if TYPE_CHECKING:
    from analysis.plan.reading import Reading

_KEYS = ["measure_id", "unit_id"]
_ORDER = (*schema.DELIVERY, "closed")
_UNHEARD = (schema.NO_FEEDBACK, schema.NOT_DUE)


def changes(then: Reading, now: Reading) -> pd.DataFrame:
    """What happened between two days, measure by measure, both as they are known at one.

    Parameters
    ----------
    then, now : analysis.plan.reading.Reading
        The earlier day (`analysis.plan.reading.Reading.before`) and the later one.

    Returns
    -------
    pandas.DataFrame
        Only measures whose state differs, in notice order: measure_id, theme_id, state_before (missing for what came
        into scope since), state, direction: ``forward`` or ``back`` along the order of delivery, ``first_word`` from
        where nobody had spoken to a word, ``entered`` into scope, else ``other``.
    """
    before = then.measure_states.set_index("measure_id")["state"]
    moved = now.measure_states[["measure_id", "theme_id", "state"]].copy()
    moved.insert(2, "state_before", [before.get(measure) for measure in moved["measure_id"]])
    moved = moved[moved["state"].ne(moved["state_before"])].reset_index(drop=True)
    steps = zip(moved["state_before"], moved["state"], strict=True)
    return moved.assign(direction=pd.Series([_direction(before, after) for before, after in steps], dtype="str"))


def revised(then: Reading) -> pd.DataFrame:
    """What is known otherwise of an earlier day than when its own page was made: columns of `changes`."""
    return changes(then.as_published(), then)


def slips(now: Reading) -> pd.DataFrame:
    """Every responsibility whose expected completion moved later, and every measure that was sent back.

    Returns
    -------
    pandas.DataFrame
        measure_id, unit_id (missing where the measure as a whole was sent back), state (of the measure), expected_first
        and expected_last (missing where no day or one day was ever given), days_slipped, times_returned (returned or
        reopened by decision); by days_slipped, most first.
    """
    pairs = now.responsibilities[_KEYS].drop_duplicates()
    words = now.standing.merge(pairs, on=_KEYS)
    expected = words.dropna(subset="expected_completion").groupby(_KEYS)["expected_completion"].agg(["first", "last"])
    backs = now.decisions[now.decisions["decision"].isin(["returned", "reopened"])]
    backs = backs[backs["measure_id"].isin(now.measures["measure_id"])]
    sent_back = backs.groupby(_KEYS).size().rename("times_returned")
    moves = expected.join(sent_back, how="outer").rename(columns={"first": "expected_first", "last": "expected_last"})
    moves["times_returned"] = moves["times_returned"].fillna(0).astype("int64")
    moves["days_slipped"] = (moves["expected_last"] - moves["expected_first"]).dt.days.astype("Int64")
    kept = moves[moves["days_slipped"].fillna(0).gt(0) | moves["times_returned"].gt(0)].reset_index()
    states = now.measure_states.set_index("measure_id")["state"]
    kept.insert(2, "state", states.reindex(kept["measure_id"]).to_numpy())
    kept = kept.sort_values(["days_slipped", *_KEYS], ascending=[False, True, True], ignore_index=True)
    kept["unit_id"] = kept["unit_id"].replace("", None)
    return kept[[*_KEYS, "state", "expected_first", "expected_last", "days_slipped", "times_returned"]]


def deadlines(now: Reading) -> pd.DataFrame:
    """Every measure with a deadline: those overdue first, then by deadline.

    Returns
    -------
    pandas.DataFrame
        measure_id, due, due_original, state, schedule, done_on, unit_ids (list).
    """
    named = now.responsibilities.drop_duplicates(_KEYS).groupby("measure_id")["unit_id"].agg(list)
    listed = now.measure_states[now.measure_states["due"].notna()]
    listed = listed[["measure_id", "due", "due_original", "state", "schedule", "done_on"]].copy()
    listed["unit_ids"] = [named.get(measure, []) for measure in listed["measure_id"]]
    later = listed["schedule"].ne("overdue")
    return (
        listed.assign(later=later).sort_values(["later", "due"], kind="stable", ignore_index=True).drop(columns="later")
    )


def _direction(before: str | None, after: str) -> str:
    if before is None or pd.isna(before):
        return "entered"
    if before in _UNHEARD and after in schema.DELIVERY:
        return "first_word"
    if before not in _ORDER or after not in _ORDER:
        return "other"
    return "forward" if _ORDER.index(after) > _ORDER.index(before) else "back"
