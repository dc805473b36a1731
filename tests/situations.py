"""What the notebooks compute and say, for plans in situations of every kind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING

import pandas as pd

from analysis import coverage, trend, words, workload
from analysis.language import Caption, Language, Table, table
from analysis.plan import Plan, open_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.plan.reading import Reading
    from tests.strategies import SmallPlan

DAY = "2025-03-31"


@dataclass(frozen=True, eq=False)
class Frames:
    """What the notebooks compute from a reading."""

    now: Reading

    @property
    def plan(self) -> Plan:
        return self.now.plan

    @cached_property
    def before(self) -> Reading:
        return self.now.before()

    @cached_property
    def loads(self) -> pd.DataFrame:
        return workload.by_unit(self.now)

    @cached_property
    def unit_states(self) -> pd.DataFrame:
        return workload.states_by_unit(self.now)

    @cached_property
    def reports(self) -> pd.DataFrame:
        return workload.feedback_by_unit(self.now)

    @cached_property
    def shared(self) -> pd.DataFrame:
        return workload.co_responsibility(self.now)

    @cached_property
    def pairs(self) -> pd.DataFrame:
        return workload.pairs(self.now)

    @cached_property
    def concentration(self) -> pd.Series:
        return workload.concentration(self.loads["share"])

    @cached_property
    def themes(self) -> pd.DataFrame:
        return coverage.by_theme(self.now)

    @cached_property
    def matrix(self) -> pd.DataFrame:
        return coverage.unit_by_theme(self.now)

    @cached_property
    def parts(self) -> pd.DataFrame:
        return coverage.feedback_by_period(self.now)

    @cached_property
    def alone(self) -> pd.DataFrame:
        return coverage.single_unit(self.now)

    @cached_property
    def listed(self) -> pd.DataFrame:
        return coverage.measure_list(self.now)

    @cached_property
    def burn_up(self) -> pd.DataFrame:
        return trend.burn_up(self.now)

    @cached_property
    def periods(self) -> pd.DataFrame:
        return trend.by_period(self.now)

    @cached_property
    def burn_up_by_theme(self) -> pd.DataFrame:
        return trend.burn_up_by_theme(self.now)

    @cached_property
    def changes(self) -> pd.DataFrame:
        return trend.changes(self.before, self.now)

    @cached_property
    def curve(self) -> pd.DataFrame:
        times = trend.durations(self.now)
        return trend.kaplan_meier(times["days"], times["closed"])

    @cached_property
    def outlook(self) -> trend.Forecast:
        return trend.forecast(self.burn_up, paths=50)

    @cached_property
    def tested(self) -> pd.DataFrame:
        return trend.backtest(self.burn_up, paths=20)

    @cached_property
    def slips(self) -> pd.DataFrame:
        return trend.slips(self.now)


@dataclass(frozen=True, eq=False)
class BriefFrames:
    """What the notebook of a unit's brief computes, for a plan that was narrowed to the unit."""

    now: Reading

    @property
    def unit(self) -> str:
        return self.now.plan.selection["unit"]

    @cached_property
    def loads(self) -> pd.DataFrame:
        return workload.by_unit(self.now)

    @cached_property
    def carried(self) -> pd.DataFrame:
        return workload.carried(self.now, unit=self.unit)

    @cached_property
    def partners(self) -> pd.DataFrame:
        return workload.partners(self.now, unit=self.unit)

    @cached_property
    def reports(self) -> pd.DataFrame:
        return workload.feedback_by_measure(self.now, unit=self.unit)


TABLES: dict[str, Callable[[Frames], pd.DataFrame]] = {
    "workload_by_unit": lambda of: of.loads,
    "states_by_unit": lambda of: of.unit_states,
    "feedback_by_unit": lambda of: of.reports,
    "co_responsibility": lambda of: of.pairs,
    "concentration": lambda of: of.concentration.reset_index(),
    "theme_coverage": lambda of: of.themes,
    "feedback_by_theme": lambda of: of.parts,
    "unit_by_theme": lambda of: of.matrix,
    "commitments": lambda of: of.plan.commitments,
    "single_unit": lambda of: of.alone,
    "measures": lambda of: of.listed,
    "burn_up": lambda of: of.burn_up,
    "changes": lambda of: of.changes,
    "states_by_period": lambda of: of.periods,
    "burn_up_by_theme": lambda of: of.burn_up_by_theme,
    "time_to_completion": lambda of: of.curve,
    "forecast": lambda of: trend.with_past(of.outlook, of.burn_up),
    "slips": lambda of: of.slips,
}
BRIEF_TABLES: dict[str, Callable[[BriefFrames], pd.DataFrame]] = {
    "brief": lambda of: of.carried,
    "partners": lambda of: of.partners,
    "due": lambda of: of.reports,
}
"""Declared table → the frame that its notebook hands over."""


@cache
def tables(frames: Frames, lang: str) -> dict[str, Table]:
    """Every table of the three pages."""
    say = Language(lang, frames.plan)
    return {name: table(frame(frames), name, say) for name, frame in TABLES.items()}


def brief_tables(frames: BriefFrames, lang: str) -> dict[str, Table]:
    """Every table of a unit's brief."""
    say = Language(lang, frames.now.plan)
    return {name: table(frame(frames), name, say) for name, frame in BRIEF_TABLES.items()}


@cache
def captions(of: Frames, lang: str) -> dict[str, Caption]:
    """The caption of every figure and list of the three pages."""
    say = Language(lang, of.plan)
    return {
        "workload.load": words.workload.load(of.loads, say),
        "workload.states": words.workload.states(of.unit_states, say),
        "workload.feedback": words.workload.feedback(of.reports, say),
        "workload.partners": words.workload.partners(of.shared, of.pairs, say),
        "workload.concentration": words.workload.concentration(
            workload.lorenz(of.loads["share"]), of.concentration, say
        ),
        "coverage.states": words.coverage.states(of.themes, say),
        "coverage.feedback": words.coverage.feedback(of.parts, say),
        "coverage.matrix": words.coverage.matrix(of.matrix, say),
        "coverage.promises": words.coverage.promises(of.themes, say),
        "coverage.alone": words.coverage.alone(of.alone, say),
        "coverage.measures": words.coverage.measures(of.listed, say),
        "trend.burn_up": words.trend.burn_up(of.burn_up, say),
        "trend.flow": words.trend.flow(of.periods, say),
        "trend.by_theme": words.trend.by_theme(of.burn_up_by_theme, say),
        "trend.changes": words.trend.changes(of.changes, of.before.as_of, say),
        "trend.survival": words.trend.survival(of.curve, say),
        "trend.forecast": words.trend.forecast(of.outlook, of.tested, say),
        "trend.slips": words.trend.slips(of.slips, say),
    }


def brief_captions(of: BriefFrames, lang: str) -> dict[str, Caption]:
    """The caption of every figure and list of a unit's brief."""
    say = Language(lang, of.now.plan)
    return {
        "brief.carries": words.brief.carries(of.carried, say),
        "brief.partners": words.brief.partners(of.partners, say),
        "brief.due": words.brief.due(of.reports, say),
    }


# Plans to speak of.


@cache
def open_plan_once() -> Plan:
    """The embedded plan, for what is cached between tests."""
    return open_plan("tianjin-2024")


def named_plan(small: SmallPlan) -> Plan:
    """A small plan with names in both languages, and a provenance that is not made up."""
    letters = dict(zip("abcd", "甲乙丙丁", strict=True))
    units = small.units.assign(
        short=[f"{letters[unit[-1]]}局" for unit in small.units["unit_id"]],
        short_en=[f"Office {unit[-1].upper()}" for unit in small.units["unit_id"]],
    )
    plan = small.plan
    count = len(plan.themes)
    return replace(
        plan,
        themes=plan.themes.assign(
            short=["通关", "检疫", "物流"][:count], short_en=["Clearance", "Quarantine", "Logistics"][:count]
        ),
        units=units.assign(name=units["short"], name_en=units["short_en"]),
        measures=plan.measures.assign(title="措施", title_en="Measure"),
        progress_provenance="real",
    )


def saying(plan: Plan, state: str, *, kind: str | None = None) -> Plan:
    """The plan with one statement a responsibility, all in one state."""
    pairs = plan.responsibilities[["measure_id", "unit_id"]].drop_duplicates()
    rows = pairs.merge(plan.progress.drop(columns=["measure_id", "unit_id"]).head(1), how="cross")
    rows = rows.assign(
        log_id=[f"Q{place:03d}" for place in range(len(rows))],
        as_of=pd.Timestamp("2024-07-31"),
        reported_at=pd.Timestamp("2024-08-01"),
        status=state,
        supersedes="",
    )
    measures = plan.measures if kind is None else plan.measures.assign(kind=kind)
    return replace(plan, progress=rows[plan.progress.columns], measures=measures)


def only_measures(plan: Plan, kept: list[str]) -> Plan:
    """The plan with only these measures."""
    narrowed = {
        name: frame[frame["measure_id"].isin(kept)].reset_index(drop=True)
        for name, frame in (
            ("measures", plan.measures),
            ("responsibilities", plan.responsibilities),
            ("commitments", plan.commitments),
            ("progress", plan.progress),
        )
    }
    return replace(plan, **narrowed)


def sole_measures(plan: Plan) -> list[str]:
    """Measures that rest on one unit."""
    crowd = plan.responsibilities["measure_id"].value_counts()
    return crowd.index[crowd.eq(1)].tolist()


SITUATIONS: dict[str, Callable[[Plan], Reading]] = {
    "before the first period": lambda plan: plan.at("2024-05-31"),
    "first period": lambda plan: plan.at("2024-06-30"),
    "mid-month": lambda plan: plan.at("2024-09-12"),
    "autumn": lambda plan: plan.at("2024-10-31"),
    "spring": lambda plan: plan.at(DAY),
    "afterwards": lambda plan: plan.at("2025-12-31"),
    "one unit's": lambda plan: plan.select(unit="port-group").at(DAY),
    "one theme": lambda plan: plan.select(theme="T5").at(DAY),
    "empty": lambda plan: plan.select(unit="guanshuibao", theme="T1").at(DAY),
    "one measure": lambda plan: only_measures(plan, ["M1"]).at(DAY),
    "one measure, several units": lambda plan: only_measures(plan, ["M2"]).at(DAY),
    "one unit": lambda plan: only_measures(plan, sole_measures(plan)).at(DAY),
    "nobody named": lambda plan: replace(
        plan, responsibilities=plan.responsibilities.head(0), progress=plan.progress.head(0)
    ).at(DAY),
    "all closed": lambda plan: saying(plan, "closed", kind="one_off").at(DAY),
    "all withdrawn": lambda plan: saying(plan, "withdrawn").at(DAY),
    "all ongoing": lambda plan: saying(plan, "ongoing", kind="ongoing").at(DAY),
    "all stalled": lambda plan: saying(plan, "stalled").at(DAY),
    "nothing reported": lambda plan: replace(plan, progress=plan.progress.head(0)).at(DAY),
}


@cache
def situation(name: str) -> Frames:
    """The embedded plan in a situation, computed once."""
    return Frames(SITUATIONS[name](open_plan_once()))


@cache
def brief_of(unit: str, day: str) -> BriefFrames:
    """A unit's part of the embedded plan at a day."""
    return BriefFrames(open_plan_once().select(unit=unit).at(day))
