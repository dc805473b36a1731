"""Rules that need more than one cell: links between tables, promises in their text, the order of statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import schema
from analysis.schema import Problem, Rule, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

Tables = dict[str, pd.DataFrame]

_LINKS = (
    ("measures", "theme_id", "themes", "theme_id"),
    ("responsibilities", "measure_id", "measures", "measure_id"),
    ("responsibilities", "unit_id", "units", "unit_id"),
    ("commitments", "measure_id", "measures", "measure_id"),
    ("progress", "measure_id", "measures", "measure_id"),
    ("progress", "unit_id", "units", "unit_id"),
)


def across(tables: Tables, bad: set[tuple[str, Any]], *, record: str) -> Iterator[Problem]:
    """Problems between the tables of a plan.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        Every table as text, indexed by the row in its file.
    bad : set
        (file, row) with a problem already listed: what their cells mean is not asked again.
    record : str
        What problems call the record of progress.
    """
    yield from _links(tables, record)
    yield from _aliases(tables["units"])
    yield from _listed_twice(tables["responsibilities"])
    yield from _not_responsible(tables, record)
    yield from _nobody_named(tables)
    yield from _measure_without_unit(tables)
    yield from _promise_not_in_text(tables)
    progress = tables["progress"]
    is_bad = pd.Series([(record, row) in bad for row in progress.index], progress.index, bool)
    log = schema.to_types("progress", progress[~is_bad])
    for check in (_percents, _ongoing_done, _ongoing_kind, _early):
        yield from check(log, tables["measures"], record)
    yield from _unlike_correction(log, set(progress.loc[is_bad, "log_id"]), record)
    if not is_bad.any():
        yield from _sequence(log, record)


@rule("link", "there is no such id in {target}.csv")
def _links(rule: Rule, tables: Tables, record: str) -> Iterator[Problem]:
    """Ids of themes, measures and units lead to a row that is there."""
    for name, column, target, key in _LINKS:
        known = set(tables[target][key])
        cells = tables[name][column]
        file = record if name == "progress" else f"{name}.csv"
        for row, value in cells[~cells.isin(known) & cells.ne("")].items():
            yield rule.broken(file=file, row=row, column=column, value=value, target=target)


@rule("alias-taken", "{owner} goes by this name, too")
def _aliases(rule: Rule, units: pd.DataFrame) -> Iterator[Problem]:
    """A name that two units share would put one unit's feedback on the other."""
    owners = {
        name: unit
        for column in ("unit_id", "name", "short")
        for name, unit in zip(units[column], units["unit_id"], strict=True)
    }
    for row, unit, aliases in units[["unit_id", "aliases"]].itertuples(name=None):
        for alias in filter(None, aliases.split("|")):
            owner = owners.setdefault(alias, unit)
            if owner != unit:
                yield rule.broken(file="units.csv", row=row, column="aliases", value=alias, owner=owner)


@rule("responsibility-twice", "the same unit stands twice on one measure")
def _listed_twice(rule: Rule, named: pd.DataFrame) -> Iterator[Problem]:
    """A unit on a measure counts once; twice would count its load twice."""
    for row, unit in named.loc[named.duplicated(["measure_id", "unit_id"]), "unit_id"].items():
        yield rule.broken(file="responsibilities.csv", row=row, column="unit_id", value=unit)


@rule("not-responsible", "this unit is not named on measure {measure}")
def _not_responsible(rule: Rule, tables: Tables, record: str) -> Iterator[Problem]:
    """Only the units that the notice names report on a measure."""
    named = tables["responsibilities"]
    pairs = set(zip(named["measure_id"], named["unit_id"], strict=True))
    units, measures = set(tables["units"]["unit_id"]), set(tables["measures"]["measure_id"])
    for row, measure, unit in tables["progress"][["measure_id", "unit_id"]].itertuples(name=None):
        if measure in measures and unit in units and (measure, unit) not in pairs:
            yield rule.broken(file=record, row=row, column="unit_id", value=unit, measure=measure)


@rule("nobody-named", "no measure names a unit: there should be one at least")
def _nobody_named(rule: Rule, tables: Tables) -> Iterator[Problem]:
    """A plan for which nobody is responsible cannot be reported on."""
    if len(tables["measures"]) and tables["responsibilities"].empty:
        yield rule.broken(file="responsibilities.csv", column="unit_id")


@rule("measure-without-unit", "names no unit", severity="warning")
def _measure_without_unit(rule: Rule, tables: Tables) -> Iterator[Problem]:
    """A measure that nobody is responsible for is a gap that a leader should know of."""
    measures, named = tables["measures"]["measure_id"], tables["responsibilities"]
    if named.empty:
        return
    for row, measure in measures[~measures.isin(named["measure_id"])].items():
        yield rule.broken(file="measures.csv", row=row, column="measure_id", value=measure)


@rule("promise-not-in-text", "should be a passage of the measure's own text")
def _promise_not_in_text(rule: Rule, tables: Tables) -> Iterator[Problem]:
    """What is shown as a promise of the notice is the notice's own words."""
    texts = tables["measures"].set_index("measure_id")["text"].to_dict()
    for row, measure_id, span in tables["commitments"][["measure_id", "text_span"]].itertuples(name=None):
        if measure_id in texts and span not in texts[measure_id]:
            yield rule.broken(file="commitments.csv", row=row, column="text_span", value=span)


def _percents(log: pd.DataFrame, measures: pd.DataFrame, record: str) -> Iterator[Problem]:
    for check in (_percent_not_started, _percent_in_progress, _percent_stalled, _percent_closed):
        yield from check(log["status"], log["percent"], record)


def _broken_percents(rule: Rule, percent: pd.Series, record: str) -> Iterator[Problem]:
    for row, value in percent.items():
        yield rule.broken(file=record, row=row, column="percent", value="" if pd.isna(value) else f"{value:g}")


@rule("percent-not-started", "the percentage of what is not started should be blank or 0")
def _percent_not_started(rule: Rule, status: pd.Series, percent: pd.Series, record: str) -> Iterator[Problem]:
    """A percentage above 0 contradicts the state."""
    yield from _broken_percents(rule, percent[status.eq("not_started") & percent.gt(0)], record)


@rule("percent-in-progress", "the percentage of what is in progress should be blank or 1 to 99")
def _percent_in_progress(rule: Rule, status: pd.Series, percent: pd.Series, record: str) -> Iterator[Problem]:
    """0 is not started and 100 is done: either contradicts the state."""
    broken = status.eq("in_progress") & ~percent.between(1, 99) & percent.notna()
    yield from _broken_percents(rule, percent[broken], record)


@rule("percent-stalled", "the percentage of what is stalled should be below 100")
def _percent_stalled(rule: Rule, status: pd.Series, percent: pd.Series, record: str) -> Iterator[Problem]:
    """What is done cannot be stuck."""
    yield from _broken_percents(rule, percent[status.eq("stalled") & percent.ge(100)], record)


@rule("percent-closed", "the percentage of what is closed should be 100")
def _percent_closed(rule: Rule, status: pd.Series, percent: pd.Series, record: str) -> Iterator[Problem]:
    """What is closed is whole."""
    yield from _broken_percents(rule, percent[status.eq("closed") & percent.ne(100)], record)


@rule("ongoing-never-done", "an ongoing measure has no end: should be ongoing, or a state before it")
def _ongoing_done(rule: Rule, log: pd.DataFrame, measures: pd.DataFrame, record: str) -> Iterator[Problem]:
    """Duties such as guidance and supervision are never finished; counting them as closed would flatter."""
    broken = _kinds(log, measures).eq("ongoing") & log["status"].isin(["done_reported", "closed"])
    for row, value in log.loc[broken, "status"].items():
        yield rule.broken(file=record, row=row, column="status", value=value)


@rule("ongoing-by-kind", "only a measure of kind ongoing can be ongoing")
def _ongoing_kind(rule: Rule, log: pd.DataFrame, measures: pd.DataFrame, record: str) -> Iterator[Problem]:
    """A measure with an end must not leave the denominator of completion by a word of its unit."""
    kinds = _kinds(log, measures)
    for row, value in log.loc[kinds.notna() & kinds.ne("ongoing") & log["status"].eq("ongoing"), "status"].items():
        yield rule.broken(file=record, row=row, column="status", value=value)


@rule("arrived-early", "is before as_of, the day it speaks of: please check", severity="warning")
def _early(rule: Rule, log: pd.DataFrame, measures: pd.DataFrame, record: str) -> Iterator[Problem]:
    """A statement that arrives before the day it is true for is a forecast, or a mistyped date."""
    for row, value in log.loc[log["reported_at"] < log["as_of"], "reported_at"].items():
        yield rule.broken(file=record, row=row, column="reported_at", value=f"{value:%Y-%m-%d}")


@rule("correction-unlike", "should be the log_id of an earlier row of the same measure and unit")
def _unlike_correction(rule: Rule, log: pd.DataFrame, unread: set[str], record: str) -> Iterator[Problem]:
    """A row takes back only what the same unit said of the same measure, and said before."""
    corrections = _corrections(log)
    wrong = corrections[~corrections["right"] & ~corrections["supersedes"].isin(unread)]
    for row, value in wrong[["row", "supersedes"]].itertuples(index=False):
        yield rule.broken(file=record, row=row, column="supersedes", value=value)


def _sequence(log: pd.DataFrame, record: str) -> Iterator[Problem]:
    replaced = _corrections(log).query("right")["supersedes"]
    standing = log[~log["log_id"].isin(replaced)].sort_values(["as_of", "reported_at", "log_id"])
    standing = standing.drop_duplicates(["measure_id", "unit_id", "as_of"], keep="last")
    earlier = standing.groupby(["measure_id", "unit_id"], sort=False)[["status", "percent"]].shift()
    falls = standing["percent"] < earlier["percent"]
    changed = earlier["status"].notna() & earlier["status"].ne(standing["status"])
    steps = standing[["status", "percent", "problems"]].assign(before=earlier["status"], changed=changed, falls=falls)
    for row, status, percent, problems, before, is_changed, is_fall in steps[changed | falls].itertuples(name=None):
        if is_changed:
            yield from _transition(row, before, status, record)
            yield from _reopened(row, before, status, problems, record)
        if is_fall:
            yield from _percent_fell(row, percent, record)


@rule("transition", "cannot go from {before} to {after}")
def _transition(rule: Rule, row: Any, before: str, after: str, record: str) -> Iterator[Problem]:
    """Some steps skip what must have happened between them, such as closing what nobody reported as done."""
    if after not in schema.TRANSITIONS[before]:
        yield rule.broken(file=record, row=row, column="status", value=after, before=before, after=after)


@rule("reopened-without-reason", "was closed and is opened again: the reason should be given")
def _reopened(rule: Rule, row: Any, before: str, after: str, reason: str, record: str) -> Iterator[Problem]:
    """Closure is a verified fact; whoever takes it back says why."""
    if before == "closed" and after == "in_progress" and not reason:
        yield rule.broken(file=record, row=row, column="problems")


@rule("percent-fell", "the percentage is lower than last time", severity="warning")
def _percent_fell(rule: Rule, row: Any, percent: float, record: str) -> Iterator[Problem]:
    """Work can be found to be less far than was thought; a slip of the pen looks the same."""
    yield rule.broken(file=record, row=row, column="percent", value=f"{percent:g}")


def _kinds(log: pd.DataFrame, measures: pd.DataFrame) -> pd.Series:
    return log["measure_id"].map(measures.drop_duplicates("measure_id").set_index("measure_id")["kind"])


def _corrections(log: pd.DataFrame) -> pd.DataFrame:
    """The statements that supersede another, and whether it is right that they do."""
    earlier = log.drop_duplicates("log_id")[["log_id", "measure_id", "unit_id", "reported_at", "supersedes"]]
    corrections = log[log["supersedes"].ne("")].reset_index(names="row")
    pairs = corrections.merge(earlier, left_on="supersedes", right_on="log_id", how="left", suffixes=("", "_before"))
    right = (
        pairs["measure_id"].eq(pairs["measure_id_before"])
        & pairs["unit_id"].eq(pairs["unit_id_before"])
        & pairs["reported_at"].ge(pairs["reported_at_before"])
        & pairs["log_id"].ne(pairs["supersedes_before"])
    )
    return pairs.assign(right=right)
