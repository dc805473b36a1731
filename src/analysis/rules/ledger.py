"""The rules of the record: who may say what, what a row may take back, and what somebody should look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import schema
from analysis.periods import Calendar
from analysis.rules.days import ARRIVAL, across_days
from analysis.rules.decisions import across_decisions
from analysis.rules.notice import links
from analysis.schema import DELIVERY, Problem, Rule, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analysis.rules.notice import Tables

_LINKS = (
    ("progress", "measure_id", "measures"),
    ("progress", "unit_id", "units"),
    ("decisions", "measure_id", "measures"),
    ("decisions", "unit_id", "units"),
    ("actuals", "commitment_id", "commitments"),
    ("actuals", "unit_id", "units"),
)
_SPEAKS_OF = {
    "progress": ["measure_id", "unit_id"],
    "decisions": ["measure_id", "unit_id"],
    "actuals": ["commitment_id", "unit_id"],
}


def across_record(
    tables: Tables, head: Mapping[str, Any], bad: set[tuple[str, Any]], *, names: Mapping[str, str], today: str = ""
) -> Iterator[Problem]:
    """Problems of the record, row against row and against the notice.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        Every table as text, indexed by the row in its file.
    head : mapping
        What ``plan.toml`` says, which breaks no rule of its own.
    bad : set
        (file, row) with a problem already listed: what their cells mean is not asked again.
    names : mapping
        What problems call each table.
    today : str
        By the clock of whoever asks; blank where nobody does.
    """
    for name, column, target in _LINKS:
        yield from links(tables[name], column, tables[target], target=target, file=names[name])
    yield from _shared_ids(tables, names)
    typed: dict[str, pd.DataFrame] = {}
    unread: set[str] = set()
    for name in schema.RECORD:
        rows = tables[name]
        is_bad = pd.Series([(names[name], row) in bad for row in rows.index], rows.index, bool)
        typed[name] = schema.to_types(name, rows[~is_bad])
        unread |= set(rows.loc[is_bad, schema.REQUIRED_COLUMNS[name][0]])
    for name in schema.RECORD:
        yield from _unlike_correction(name, typed, unread, names[name])
    log, file = typed["progress"], names["progress"]
    for check in (_not_responsible, _ongoing_done, _ongoing_kind):
        yield from check(log, tables, file)
    for check in (_percent_not_started, _percent_in_progress, _percent_stalled):
        yield from check(log["status"], log["percent"], file)
    for name in ("progress", "actuals"):
        yield from _said_twice(typed[name], typed["decisions"], name, names[name])
    is_real = head["progress_provenance"] == "real"
    yield from across_days(typed, pd.Timestamp(head["issued"]), names=names, today=today if is_real else "")
    yield from _periods(log, Calendar.of(head), file)
    if not unread:
        yield from _steps(log, typed["decisions"], file)
    if len(typed["decisions"]):
        yield from across_decisions(typed, tables, head, file=names["decisions"])


@rule("id-shared", "another table of the record has a row of this number, too")
def _shared_ids(rule: Rule, tables: Tables, names: Mapping[str, str]) -> Iterator[Problem]:
    """A row that takes back another names it by its number, whatever table it stands in."""
    seen: set[str] = set()
    for name in schema.RECORD:
        key = schema.REQUIRED_COLUMNS[name][0]
        for row, value in tables[name][key].items():
            if value in seen:
                yield rule.broken(file=names[name], row=row, column=key, value=value)
        seen |= set(tables[name][key])


@rule("not-responsible", "this unit is not named on measure {measure}: its words are kept apart", severity="warning")
def _not_responsible(rule: Rule, log: pd.DataFrame, tables: Tables, file: str) -> Iterator[Problem]:
    """What a unit says of a measure that it was never put on is shown, and changes no state."""
    joined = tables["decisions"][tables["decisions"]["decision"].eq("joined")]
    pairs = set(zip(joined["measure_id"], joined["unit_id"], strict=True))
    pairs |= set(zip(*(tables["responsibilities"][name] for name in ("measure_id", "unit_id")), strict=True))
    units, measures = set(tables["units"]["unit_id"]), set(tables["measures"]["measure_id"])
    for row, measure, unit in log[["measure_id", "unit_id"]].itertuples(name=None):
        if measure in measures and unit in units and (measure, unit) not in pairs:
            yield rule.broken(file=file, row=row, column="unit_id", value=unit, measure=measure)


def _broken_percents(rule: Rule, percent: pd.Series, file: str) -> Iterator[Problem]:
    for row, value in percent.items():
        yield rule.broken(file=file, row=row, column="percent", value="" if pd.isna(value) else f"{value:g}")


@rule("percent-not-started", "the percentage of what is not started should be blank or 0", severity="warning")
def _percent_not_started(rule: Rule, status: pd.Series, percent: pd.Series, file: str) -> Iterator[Problem]:
    """A percentage above 0 contradicts the state."""
    yield from _broken_percents(rule, percent[status.eq("not_started") & percent.gt(0)], file)


@rule("percent-in-progress", "the percentage of what is in progress should be blank or 1 to 99", severity="warning")
def _percent_in_progress(rule: Rule, status: pd.Series, percent: pd.Series, file: str) -> Iterator[Problem]:
    """0 is not started and 100 is done: either contradicts the state."""
    broken = status.eq("in_progress") & ~percent.between(1, 99) & percent.notna()
    yield from _broken_percents(rule, percent[broken], file)


@rule("percent-stalled", "the percentage of what is stalled should be below 100", severity="warning")
def _percent_stalled(rule: Rule, status: pd.Series, percent: pd.Series, file: str) -> Iterator[Problem]:
    """What is done cannot be stuck."""
    yield from _broken_percents(rule, percent[status.eq("stalled") & percent.ge(100)], file)


@rule(
    "ongoing-never-done", "an ongoing measure has no end: should be ongoing, or a state before it", severity="warning"
)
def _ongoing_done(rule: Rule, log: pd.DataFrame, tables: Tables, file: str) -> Iterator[Problem]:
    """Duties such as guidance and supervision are never finished; they count in no rate of completion."""
    broken = kinds(log, tables).eq("ongoing") & log["status"].eq("done_reported")
    for row, value in log.loc[broken, "status"].items():
        yield rule.broken(file=file, row=row, column="status", value=value)


@rule("ongoing-by-kind", "only a measure of kind ongoing can be ongoing")
def _ongoing_kind(rule: Rule, log: pd.DataFrame, tables: Tables, file: str) -> Iterator[Problem]:
    """A measure with an end must not come to rest by a word of its unit."""
    kind = kinds(log, tables)
    for row, value in log.loc[kind.notna() & kind.ne("ongoing") & log["status"].eq("ongoing"), "status"].items():
        yield rule.broken(file=file, row=row, column="status", value=value)


@rule(
    "said-twice",
    "arrived on the same day as row {before}, of the same and for the same day: only the later counts",
    severity="warning",
)
def _said_twice(rule: Rule, rows: pd.DataFrame, decisions: pd.DataFrame, name: str, file: str) -> Iterator[Problem]:
    """Forms that differ so are sent back; rows that were pasted in twice look the same."""
    key = schema.REQUIRED_COLUMNS[name][0]
    standing = rows[~rows[key].isin([*rows["supersedes"], *decisions["supersedes"]]) & rows["supersedes"].eq("")]
    same = [*_SPEAKS_OF[name], "as_of", "reported_at"]
    numbers = pd.Series(standing.index, standing.index).groupby([standing[column] for column in same]).shift()
    for row, before in numbers.dropna().astype("int").items():
        yield rule.broken(file=file, row=row, column=key, value=standing.at[row, key], before=before)


@rule("period", "should be blank, or a period of this plan, written as {example}")
def _periods(rule: Rule, log: pd.DataFrame, calendar: Calendar, file: str) -> Iterator[Problem]:
    """Which report a statement is decides whether that report came."""
    for row, name in log.loc[log["period"].ne(""), "period"].items():
        try:
            calendar.named(name)
        except ValueError as wrong:
            yield rule.broken(file=file, row=row, column="period", value=name, example=wrong)


@rule("correction-unlike", "should be the number of an earlier row that speaks of the same, and that no row took back")
def _unlike_correction(
    rule: Rule, name: str, typed: Mapping[str, pd.DataFrame], unread: set[str], file: str
) -> Iterator[Problem]:
    """A row takes back only what was said of the same measure by the same unit, and said before, and only once."""
    rows = typed[name]
    corrections = rows[rows["supersedes"].ne("")]
    if name == "decisions":
        corrections = corrections[corrections["decision"].ne("void")]
    if corrections.empty:
        return
    wrong = _wrong(
        corrections, rows, key=schema.REQUIRED_COLUMNS[name][0], arrival=ARRIVAL[name], same=_SPEAKS_OF[name]
    )
    yield from _at_supersedes(rule, wrong[~wrong["supersedes"].isin(unread)], file)


def _wrong(
    corrections: pd.DataFrame, earlier: pd.DataFrame, *, key: str, arrival: str, same: list[str]
) -> pd.DataFrame:
    """The rows that supersede what they may not."""
    known = earlier.drop_duplicates(key)[[key, *same, arrival, "supersedes"]]
    pairs = corrections.reset_index(names="row").merge(
        known, left_on="supersedes", right_on=key, how="left", suffixes=("", "_before")
    )
    right = pairs[arrival].ge(pairs[f"{arrival}_before"]) & pairs[key].ne(pairs["supersedes_before"])
    right &= ~pairs.duplicated("supersedes")
    for column in same:
        right &= pairs[column].eq(pairs[f"{column}_before"])
    return pairs[~right]


def _at_supersedes(rule: Rule, wrong: pd.DataFrame, file: str) -> Iterator[Problem]:
    for row, value in wrong[["row", "supersedes"]].itertuples(index=False):
        yield rule.broken(file=file, row=row, column="supersedes", value=value)


def _steps(log: pd.DataFrame, decisions: pd.DataFrame, file: str) -> Iterator[Problem]:
    """What went back from one standing statement of a pair to its next, unless the office had sent it back."""
    gone = {*log["supersedes"], *decisions["supersedes"]}
    standing = log[~log["log_id"].isin(gone)].sort_values(["as_of", "reported_at"], kind="stable")
    standing = standing.drop_duplicates(["measure_id", "unit_id", "as_of"], keep="last")
    earlier = standing.groupby(["measure_id", "unit_id"], sort=False)[["status", "percent", "reported_at"]].shift()
    steps = standing.join(earlier.add_suffix("_before"))
    steps = steps[steps["status_before"].notna()]
    backs = decisions[decisions["decision"].isin(["returned", "reopened"]) & ~decisions["decision_id"].isin(gone)]
    steps = steps[~_was_sent_back(steps, backs)]
    yield from _percent_fell(steps.loc[steps["percent"] < steps["percent_before"], "percent"], file)
    rank = {status: place for place, status in enumerate(DELIVERY)}
    # To be stalled is no step back: the work is where it was.
    is_back = steps["status"].map(rank).lt(steps["status_before"].map(rank)) & steps["status"].ne("stalled")
    yield from _went_back(steps.loc[is_back, ["status", "status_before"]], file)


def _was_sent_back(steps: pd.DataFrame, backs: pd.DataFrame) -> pd.Series:
    """Whether the office sent a statement back before the next one came."""
    columns = ["measure_id", "unit_id", "reported_at_before", "reported_at"]
    listed = list(backs[["measure_id", "unit_id", "effective_on"]].itertuples(index=False, name=None))
    found = [
        any(of == measure and only in ("", unit) and then <= day <= now for of, only, day in listed)
        for measure, unit, then, now in steps[columns].itertuples(index=False, name=None)
    ]
    return pd.Series(found, steps.index, bool)


@rule("went-back", "goes back from {before} to {after}: please check", severity="warning")
def _went_back(rule: Rule, steps: pd.DataFrame, file: str) -> Iterator[Problem]:
    """It happens in real ledgers; a slip of the pen looks the same."""
    for row, status, before in steps.itertuples(name=None):
        yield rule.broken(file=file, row=row, column="status", value=status, before=before, after=status)


@rule("percent-fell", "the percentage is lower than last time", severity="warning")
def _percent_fell(rule: Rule, percents: pd.Series, file: str) -> Iterator[Problem]:
    """Work can be found to be less far than was thought; a slip of the pen looks the same."""
    yield from _broken_percents(rule, percents, file)


def kinds(rows: pd.DataFrame, tables: Tables) -> pd.Series:
    """The kind of each row's measure; missing where there is no such measure."""
    return rows["measure_id"].map(tables["measures"].drop_duplicates("measure_id").set_index("measure_id")["kind"])
