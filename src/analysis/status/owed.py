"""What units owed, and what became of it: the one definition for pages, forms and reminders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.status.measures import run_of_done

if TYPE_CHECKING:
    from analysis.periods import Calendar
    from analysis.status.units import History

_COLUMNS = ["measure_id", "unit_id", "period", "checked_on", "due", "is_in", "arrived", "feedback"]


@dataclass(frozen=True)
class Receipts:
    """How much of a period's feedback has come in.

    Attributes
    ----------
    period : str
    due : pandas.Timestamp
        The last day on which it is on time.
    is_in : bool
        Whether that day has come.
    received, owed : int
        Statements.
    """

    period: str
    due: pd.Timestamp
    is_in: bool
    received: int
    owed: int


def owed(past: History, deadlines: pd.DataFrame, calendar: Calendar, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Every statement that was owed up to `as_of`, and what became of it.

    Where units report each period, a unit owes a statement on a period if on its last day the unit is on the measure,
    the measure is neither closed nor withdrawn, and the unit has not said done in an earlier period without being sent
    back. Where they report when due, or no period is set, it owes one statement at the measure's due day.

    Parameters
    ----------
    past : History
        At the end of each period up to `as_of` (`analysis.plan.reading.Reading`), the running one at `as_of`.
    deadlines : pandas.DataFrame
        measure_id, due: the one that holds (`analysis.status.due_days`).
    calendar : analysis.periods.Calendar
    as_of : pandas.Timestamp

    Returns
    -------
    pandas.DataFrame
        Periods in turn, pairs in the order of the notice: measure_id, unit_id, period (its name), checked_on (the
        period's last day, or `as_of` while it runs), due (the last day on which a statement is on time), is_in
        (whether that day has come), arrived (the day of its own statement; missing where none came), feedback
        (`analysis.schema.FEEDBACK`; of what is not in yet, ``missing`` is what may still come).
    """
    if calendar.owed == "when-due" or calendar.every == "none":
        return _when_due(past, deadlines.set_index("measure_id")["due"], calendar, as_of=as_of)
    return _each_period(past, calendar, as_of=as_of)


def count_owed(obligations: pd.DataFrame, past: History) -> np.ndarray:
    """How many statements each pair of a history owed so far at each of its days."""
    counts = np.zeros((len(past.days) + 1, len(past.pairs)), dtype="int64")
    came = obligations[obligations["is_in"]]
    day = past.days.searchsorted(came["checked_on"].to_numpy(), side="left")
    np.add.at(counts, (day, past.pair_of(came)), 1)
    return counts.cumsum(axis=0)[:-1]


def _each_period(past: History, calendar: Calendar, *, as_of: pd.Timestamp) -> pd.DataFrame:
    periods = calendar.until(as_of.date())
    if not periods:
        return _nothing()
    # With the one that follows, so that what speaks of a later period is not taken for the last.
    starts = _days(period.start for period in [*periods, *calendar.after(periods[-1])])
    is_in = [calendar.is_in(p, as_of=as_of.date(), known_at=past.record.known_at.date()) for p in periods]
    number = np.arange(len(periods))[:, None]

    spoken = _period_places(past.record.statements, calendar, starts)
    # A place before the first stands for no word at all.
    has_been_done = (past.state == "done_reported") & (np.append(spoken, -2)[past.word] < number)
    owes = past.in_force & ~past.is_settled & ~has_been_done

    said = past.record.said[past.record.said["as_of"].le(as_of)]
    first, last = _arrivals(said, past.pair_of(said), _period_places(said, calendar, starts), shape=owes.shape)
    due = _days(calendar.due(period) for period in periods)[:, None]
    feedback = np.select(
        [first <= due, ~np.isnat(first), last[None, :] > number], ["on_time", "late", "skipped"], default="missing"
    )
    period, pair = np.nonzero(owes)
    return pd.DataFrame(
        {
            **past.pairs.iloc[pair].reset_index(drop=True),
            "period": np.array([one.name for one in periods], dtype="object")[period],
            "checked_on": past.days[period],
            "due": pd.DatetimeIndex(due[:, 0]).as_unit("us")[period],
            "is_in": np.array(is_in)[period],
            "arrived": pd.DatetimeIndex(first[period, pair]).as_unit("us"),
            "feedback": feedback[period, pair],
        }
    )


def _when_due(past: History, deadlines: pd.Series, calendar: Calendar, *, as_of: pd.Timestamp) -> pd.DataFrame:
    days = pd.DatetimeIndex(sorted(deadlines[deadlines.le(as_of)].unique()))
    if days.empty:
        return _nothing()
    # Asked at each deadline of any measure; of a measure only its own counts.
    then = past.at(days)
    own = past.pairs["measure_id"].map(deadlines).to_numpy()[None, :] == days.to_numpy()[:, None]
    owes = own & then.in_force & ~then.is_settled
    row, pair = np.nonzero(owes)

    said = past.record.said[past.record.said["as_of"].le(as_of)]
    asked = pd.DataFrame({"row": row, "pair": pair, "due": days[row]})
    told = asked.merge(said.assign(pair=past.pair_of(said))[["pair", "as_of", "reported_at"]], on="pair")
    # What is true for that day or later, or that it had been done by then and was not sent back.
    done = [run_of_done(past.record, as_of=day).assign(row=place) for place, day in enumerate(days)]
    done = pd.concat([words.assign(pair=past.pair_of(words)) for words in done])
    settles = pd.concat([told[told["as_of"].ge(told["due"])], asked.merge(done, on=["row", "pair"])])
    first = settles.groupby(["row", "pair"])["reported_at"].min()
    arrived = first.reindex(pd.MultiIndex.from_frame(asked[["row", "pair"]])).to_numpy()
    due = asked["due"].to_numpy()
    return pd.DataFrame(
        {
            **past.pairs.iloc[pair].reset_index(drop=True),
            "period": [calendar.period_of(day.date()).name for day in asked["due"]],
            "checked_on": asked["due"],
            "due": asked["due"],
            "is_in": True,
            "arrived": arrived,
            "feedback": np.select([arrived <= due, ~pd.isna(arrived)], ["on_time", "late"], default="missing"),
        }
    )


def _period_places(statements: pd.DataFrame, calendar: Calendar, starts: np.ndarray) -> np.ndarray:
    """The place of the period of each statement: the one it names, else that of its day; -1 before the first."""
    names = {name: np.datetime64(calendar.named(name).start) for name in statements["period"].unique() if name}
    named = statements["period"].map(names).astype("datetime64[us]")
    days = named.fillna(statements["as_of"]).to_numpy(dtype="datetime64[D]")
    return np.searchsorted(starts, days, side="right") - 1


def _arrivals(
    said: pd.DataFrame, pair: np.ndarray, period: np.ndarray, *, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """When the first statement of each pair on each period arrived, and the last period that each pair spoke of."""
    never = np.iinfo("int64").max
    first, last = np.full(shape, never), np.full(shape[1], -1)
    counts = (pair >= 0) & (period >= 0) & (period < shape[0])
    days = said["reported_at"].to_numpy(dtype="datetime64[D]").astype("int64")
    np.minimum.at(first, (period[counts], pair[counts]), days[counts])
    np.maximum.at(last, pair[counts], period[counts])
    arrived = np.where(first == never, np.datetime64("NaT"), first.astype("datetime64[D]"))
    return arrived, last


def _days(days: object) -> np.ndarray:
    return np.array(list(days), dtype="datetime64[D]")  # pyright: ignore[reportArgumentType]


def _nothing() -> pd.DataFrame:
    dates = {"checked_on": "datetime64[us]", "due": "datetime64[us]", "arrived": "datetime64[us]", "is_in": "bool"}
    return pd.DataFrame(columns=_COLUMNS, dtype="str").astype(dates)


def lapsed(missing: pd.DataFrame, periods: pd.Series) -> list[tuple[str, str]]:
    """The pairs that owe two periods in a row."""
    places = pd.Index(periods).get_indexer(pd.Index(missing["period"]))
    known = missing[["measure_id", "unit_id"]].assign(place=places).drop_duplicates()
    after = known.assign(place=known["place"] - 1)
    both = known.merge(after, on=["measure_id", "unit_id", "place"])
    return list(both[["measure_id", "unit_id"]].itertuples(index=False, name=None))
