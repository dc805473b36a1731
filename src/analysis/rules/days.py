"""The rules of the record's days: none before there was a plan, none that has not come, none in another century."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.schema import MOST_DAYS_AHEAD, RECORD, REQUIRED_COLUMNS, Problem, Rule, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ARRIVAL = {"progress": "reported_at", "decisions": "recorded_at", "actuals": "reported_at"}
"""Of each table of the record, the column of the day on which a row arrived."""
TRUE_FOR = {"progress": "as_of", "decisions": "effective_on", "actuals": "as_of"}
"""The column of the day that a row speaks of."""
_UNTIL = {"progress": "expected_completion", "decisions": "due"}
_SPAN = {"measures": ("due", "from"), "responsibilities": ("from", "until")}
_LONG = pd.Timedelta(days=15 * 366)
_NONE, _MOST_AHEAD = pd.Timedelta(0), pd.Timedelta(days=MOST_DAYS_AHEAD)


def across_days(
    typed: Mapping[str, pd.DataFrame], issued: pd.Timestamp, *, names: Mapping[str, str], today: str = ""
) -> Iterator[Problem]:
    """Problems of the days that the record speaks of.

    Parameters
    ----------
    typed : mapping of str to pandas.DataFrame
        The tables of the record with types, without the rows that break a rule of single cells.
    issued : pandas.Timestamp
        When the plan was issued.
    names : mapping
        What problems call each table.
    today : str
        By the clock of whoever asks; blank where nobody does.
    """
    log = typed["progress"]
    yield from _early(log["as_of"], log["reported_at"], names["progress"])
    yield from _over(log[~log["status"].isin(["done_reported", "ongoing"])], names["progress"])
    for name, column in _UNTIL.items():
        yield from _far(typed[name][column], issued, names[name])
    for name, column in TRUE_FOR.items():
        if name != "actuals":
            # A value may have been measured before, to begin with.
            yield from _before_notice(typed[name][column], issued, names[name])
        yield from _ahead(typed[name][column], typed[name][ARRIVAL[name]], names[name])
    void = typed["decisions"].loc[typed["decisions"]["decision"].eq("void"), "supersedes"]
    for name in RECORD if today else ():
        rows = typed[name][~typed[name][REQUIRED_COLUMNS[name][0]].isin(void)]
        yield from _not_arrived(rows[ARRIVAL[name]], pd.Timestamp(today), names[name])


def notice_days(tables: Mapping[str, pd.DataFrame], issued: pd.Timestamp) -> Iterator[Problem]:
    """Problems of the days that a plan's notice speaks of.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Every table as text.
    issued : pandas.Timestamp
        When the plan was issued.
    """
    for name, columns in _SPAN.items():
        for column in columns:
            # What is no day is told of its cell.
            days = pd.to_datetime(tables[name][column], format="%Y-%m-%d", errors="coerce")
            yield from _far(days, issued, f"{name}.csv")
            if column == "until":
                yield from _before_notice(days, issued, f"{name}.csv")
            yield from _unlikely(days, issued, f"{name}.csv", is_early=column == "due")


@rule(
    "notice-day-unlikely",
    "is before the plan was issued, {day}, or fifteen years after: please check",
    severity="warning",
)
def _unlikely(rule: Rule, days: pd.Series, issued: pd.Timestamp, file: str, *, is_early: bool) -> Iterator[Problem]:
    """With a mistyped year a measure is overdue from its first day, or never; a unit is on none of its measures."""
    odd = (days - issued > _LONG) | (is_early & days.lt(issued))
    for row, value in days[odd].items():
        told = {"value": f"{value:%Y-%m-%d}", "day": f"{issued:%Y-%m-%d}"}
        yield rule.broken(file=file, row=row, column=str(days.name), **told)


@rule("arrived-early", "is before as_of, the day it speaks of: read as of the day it arrived", severity="warning")
def _early(rule: Rule, days: pd.Series, arrived: pd.Series, file: str) -> Iterator[Problem]:
    """A statement that arrives before the day it is true for is a forecast, or a mistyped date."""
    ahead = days - arrived
    for row, value in arrived[ahead.gt(_NONE) & ahead.le(_MOST_AHEAD)].items():
        yield rule.broken(file=file, row=row, column="reported_at", value=f"{value:%Y-%m-%d}")


@rule("completion-over", "is before {day}, of which it says that it is not done: please check", severity="warning")
def _over(rule: Rule, open_ones: pd.DataFrame, file: str) -> Iterator[Problem]:
    """What is expected for a day that is over never comes: the year is mistyped, or the day is still the old one."""
    over = open_ones[open_ones["expected_completion"] < open_ones["as_of"]]
    for row, value, day in over[["expected_completion", "as_of"]].itertuples(name=None):
        told = {"value": f"{value:%Y-%m-%d}", "day": f"{day:%Y-%m-%d}"}
        yield rule.broken(file=file, row=row, column="expected_completion", **told)


@rule("completion-far", "should be within a hundred years of {day}, when the plan was issued")
def _far(rule: Rule, days: pd.Series, issued: pd.Timestamp, file: str) -> Iterator[Problem]:
    """A mistyped century would stretch every figure and count of days."""
    for row, value in days[(days - issued).abs() > pd.Timedelta(days=36525)].items():
        yield rule.broken(
            file=file, row=row, column=str(days.name), value=f"{value:%Y-%m-%d}", day=f"{issued:%Y-%m-%d}"
        )


@rule("far-ahead", "is more than {most} days after {arrived}, when it arrived")
def _ahead(rule: Rule, days: pd.Series, arrived: pd.Series, file: str) -> Iterator[Problem]:
    """Nobody knows so early how things stand on that day: the year is mistyped."""
    both = pd.concat([days, arrived], axis="columns")
    for row, value, when in both[days - arrived > _MOST_AHEAD].itertuples(name=None):
        told = {"value": f"{value:%Y-%m-%d}", "arrived": f"{when:%Y-%m-%d}"}
        yield rule.broken(file=file, row=row, column=str(days.name), most=MOST_DAYS_AHEAD, **told)


@rule("not-arrived", "is after today, {today}: it cannot have arrived yet")
def _not_arrived(rule: Rule, arrived: pd.Series, today: pd.Timestamp, file: str) -> Iterator[Problem]:
    """What arrives in days to come counts on no page: a mistyped year makes a statement vanish."""
    for row, value in arrived[arrived > today].items():
        told = {"value": f"{value:%Y-%m-%d}", "today": f"{today:%Y-%m-%d}"}
        yield rule.broken(file=file, row=row, column=str(arrived.name), **told)


@rule("before-notice", "is before the plan was issued, {day}")
def _before_notice(rule: Rule, days: pd.Series, issued: pd.Timestamp, file: str) -> Iterator[Problem]:
    """Nothing was asked yet, so nothing can have been said or decided: the year is mistyped."""
    for row, value in days[days < issued].items():
        yield rule.broken(
            file=file, row=row, column=str(days.name), value=f"{value:%Y-%m-%d}", day=f"{issued:%Y-%m-%d}"
        )
