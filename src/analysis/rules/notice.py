"""Rules between the tables of a notice: links, names, promises in their text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.rules.days import notice_days
from analysis.rules.head import UNIT_KINDS
from analysis.schema import Problem, Rule, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Tables = dict[str, pd.DataFrame]

_LINKS = (
    ("measures", "theme_id", "themes"),
    ("responsibilities", "measure_id", "measures"),
    ("responsibilities", "unit_id", "units"),
    ("commitments", "measure_id", "measures"),
)


def across_notice(tables: Tables, head: Mapping[str, Any]) -> Iterator[Problem]:
    """Problems between the tables of a plan's notice.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        Every table as text, indexed by the row in its file.
    head : mapping
        What ``plan.toml`` says, which breaks no rule of its own.
    """
    for name, column, target in _LINKS:
        yield from links(tables[name], column, tables[target], target=target, file=f"{name}.csv")
    yield from _kinds(tables["units"], head)
    yield from _part_of(tables["units"], head)
    yield from _aliases(tables["units"])
    yield from _listed_twice(tables["responsibilities"])
    yield from _times(tables["responsibilities"])
    yield from notice_days(tables, pd.Timestamp(head["issued"]))
    yield from _range(tables["commitments"])
    yield from _nobody_named(tables)
    yield from _measure_without_unit(tables)
    yield from _promise_not_in_text(tables)


@rule("link", "there is no such id in {target}.csv")
def links(
    rule: Rule, rows: pd.DataFrame, column: str, targets: pd.DataFrame, *, target: str, file: str
) -> Iterator[Problem]:
    """Ids of themes, measures, units and commitments lead to a row that is there."""
    cells, known = rows[column], set(targets[column])
    for row, value in cells[~cells.isin(known) & cells.ne("")].items():
        yield rule.broken(file=file, row=row, column=column, value=value, target=target)


@rule("unit-kind", "should be one of: {words}")
def _kinds(rule: Rule, units: pd.DataFrame, head: Mapping[str, Any]) -> Iterator[Problem]:
    """Units are grouped by their kind; the kinds are the plan's own words, `[unit_kinds]` of plan.toml."""
    words = head.get("unit_kinds", UNIT_KINDS)
    for row, kind in units.loc[~units["kind"].isin(list(words)) & units["kind"].ne(""), "kind"].items():
        yield rule.broken(file="units.csv", row=row, column="kind", value=kind, words="、".join(words))


@rule("decider-part-of", "there is no such id in units.csv")
def _part_of(rule: Rule, units: pd.DataFrame, head: Mapping[str, Any]) -> Iterator[Problem]:
    """Whether somebody may verify a measure depends on the unit that it belongs to."""
    for decider in head.get("verification", {}).get("deciders", ()):
        unit = decider.get("part_of", "")
        if unit and unit not in set(units["unit_id"]):
            yield rule.broken(file="plan.toml", column="verification.deciders.part_of", value=unit)


@rule("alias-taken", "{owner} goes by this name, too")
def _aliases(rule: Rule, units: pd.DataFrame) -> Iterator[Problem]:
    """A name that two units share would put one unit's feedback on the other."""
    owners = {
        name: unit
        for column in ("unit_id", "name", "short")
        for name, unit in zip(units[column], units["unit_id"], strict=True)
    }
    for row, unit, aliases in units[["unit_id", "aliases"]].itertuples(name=None):
        for alias in filter(None, map(str.strip, aliases.split("|"))):
            owner = owners.setdefault(alias, unit)
            if owner != unit:
                yield rule.broken(file="units.csv", row=row, column="aliases", value=alias, owner=owner)


@rule("responsibility-twice", "the same unit stands twice on one measure")
def _listed_twice(rule: Rule, named: pd.DataFrame) -> Iterator[Problem]:
    """A unit on a measure counts once; twice would count its load twice. It may come, go and come again."""
    ends = named["until"].where(named["until"].ne(""), "9999-12-31")
    on_until: dict[tuple[str, str], str] = {}
    for row, measure, unit, begin in named.sort_values("from", kind="stable")[
        ["measure_id", "unit_id", "from"]
    ].itertuples(name=None):
        before = on_until.get((measure, unit), "")
        if before and begin <= before:
            yield rule.broken(file="responsibilities.csv", row=row, column="unit_id", value=unit)
        on_until[measure, unit] = max(before, str(ends[row]))


@rule("promise-range", "should be a number above quantity where the comparator is between, else blank")
def _range(rule: Rule, promises: pd.DataFrame) -> Iterator[Problem]:
    """A promise of which one end is lost would be met by anything, or by nothing."""
    low, high = (pd.to_numeric(promises[column], errors="coerce") for column in ("quantity", "quantity_high"))
    is_between = promises["comparator"].eq("between")
    for row, value in promises.loc[~high.gt(low) & is_between | high.notna() & ~is_between, "quantity_high"].items():
        yield rule.broken(file="commitments.csv", row=row, column="quantity_high", value=value)


@rule("until-before-from", "is before the day on which it begins")
def _times(rule: Rule, named: pd.DataFrame) -> Iterator[Problem]:
    """A responsibility that ends before it begins holds on no day."""
    ends_early = named["until"].ne("") & named["from"].ne("") & named["until"].lt(named["from"])
    for row, until in named.loc[ends_early, "until"].items():
        yield rule.broken(file="responsibilities.csv", row=row, column="until", value=until)


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
