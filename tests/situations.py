"""Plans in situations of every kind, to see what is told of them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from analysis.periods import Calendar
from analysis.plan import Plan, open_plan
from tests.strategies import typed
from tests.told import Told, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.strategies import SmallPlan

DAY = "2025-03-31"


@cache
def embedded() -> Plan:
    """The embedded plan, for what is cached between tests."""
    return open_plan("tianjin-2024")


def named_plan(small: SmallPlan) -> Plan:
    """A small plan with names in both languages, and a provenance that is not made up."""
    letters = dict(zip("abcdef", "甲乙丙丁戊己", strict=True))
    units = small.units.assign(
        short=[f"{letters[unit[-1]]}局" for unit in small.units["unit_id"]],
        short_en=[f"Office {unit[-1].upper()}" for unit in small.units["unit_id"]],
    )
    plan = small.plan
    count = len(plan.themes)
    return replace(
        plan,
        themes=plan.themes.assign(
            short=["通关", "检疫", "物流", "口岸"][:count],
            short_en=["Clearance", "Quarantine", "Logistics", "Ports"][:count],
        ),
        units=units.assign(name=units["short"], name_en=units["short_en"]),
        measures=plan.measures.assign(
            title=[f"措施{number}" for number in plan.measures["number"]],
            title_en=[f"Measure {number}" for number in plan.measures["number"]],
        ),
        progress_provenance="real",
    )


def saying(plan: Plan, state: str, *, kind: str = "") -> Plan:
    """The plan with one statement a responsibility, all in one state, and no decision."""
    pairs = plan.responsibilities[["measure_id", "unit_id"]].drop_duplicates()
    rows = [
        {
            "log_id": f"Q{place:03d}",
            "measure_id": measure,
            "unit_id": unit,
            "as_of": "2024-07-31",
            "reported_at": "2024-08-01",
            "status": state,
            "problems": "标准未定" if state == "stalled" else "",
        }
        for place, (measure, unit) in enumerate(pairs.itertuples(index=False, name=None))
    ]
    measures = plan.measures.assign(kind=kind) if kind else plan.measures
    return replace(plan, progress=typed("progress", rows), decisions=plan.decisions.head(0), measures=measures)


def deciding(plan: Plan, decision: str, measures: list[str], *, on: str = "2024-08-20", **more: str) -> Plan:
    """The plan with the same decision on some measures added."""
    rows = [
        {
            "decision_id": f"E{place:03d}",
            "measure_id": measure,
            "decision": decision,
            "effective_on": on,
            "recorded_at": on,
            "decided_by": "督查核验组（示例）",
            **more,
        }
        for place, measure in enumerate(measures)
    ]
    return replace(plan, decisions=pd.concat([plan.decisions, typed("decisions", rows)], ignore_index=True))


def only_measures(plan: Plan, kept: list[str]) -> Plan:
    """The plan with only these measures."""
    names = ("measures", "responsibilities", "commitments", "progress", "decisions")
    return replace(
        plan,
        **{name: _only(getattr(plan, name), kept) for name in names},
        actuals=plan.actuals[plan.actuals["commitment_id"].isin(_only(plan.commitments, kept)["commitment_id"])],
    )


def _only(rows: pd.DataFrame, kept: list[str]) -> pd.DataFrame:
    return rows[rows["measure_id"].isin(kept)].reset_index(drop=True)


def due_on(plan: Plan, *days: str) -> Plan:
    """The plan with deadlines, given to its measures in turn; blank for none."""
    count = len(plan.measures)
    due = pd.to_datetime(pd.Series([days[place % len(days)] or None for place in range(count)])).astype(
        "datetime64[us]"
    )
    return replace(plan, measures=plan.measures.assign(due=due.to_numpy()))


def sole_measures(plan: Plan) -> list[str]:
    """Measures that rest on one unit."""
    crowd = plan.responsibilities["measure_id"].value_counts()
    return crowd.index[crowd.eq(1)].tolist()


def _every(plan: Plan) -> list[str]:
    return plan.measures["measure_id"].tolist()


def _all_but_first(plan: Plan) -> list[str]:
    """Every measure but the first of each theme."""
    return plan.measures.loc[plan.measures["theme_id"].duplicated(), "measure_id"].tolist()


def _two_islands(plan: Plan) -> Plan:
    """Two measures of two themes, each of one unit, which is another."""
    small = only_measures(plan, ["M10", "M29"])
    own = small.responsibilities["unit_id"].mask(small.responsibilities["measure_id"].eq("M29"), "port-group")
    return replace(small, responsibilities=small.responsibilities.assign(unit_id=own))


def _quarterly(plan: Plan) -> Plan:
    calendar = Calendar("quarter", "2024-Q2", 20, timezone="Asia/Shanghai")
    return replace(plan, calendar=calendar, progress=plan.progress.assign(period=""))


Situation = "tuple[Callable[[Plan], Plan], str, dict[str, str]]"

SITUATIONS: dict[str, tuple[Callable[[Plan], Plan], str, dict[str, str]]] = {
    "before the first period": (lambda plan: plan, "2024-05-31", {}),
    "first period": (lambda plan: plan, "2024-06-30", {}),
    "mid-month": (lambda plan: plan, "2024-09-12", {}),
    "known on the day": (lambda plan: plan, "2024-10-31", {"known_at": "2024-10-31"}),
    "autumn": (lambda plan: plan, "2024-10-31", {}),
    "spring": (lambda plan: plan, DAY, {}),
    "known late": (lambda plan: plan, "2024-12-31", {"known_at": "2025-04-30"}),
    "compared": (lambda plan: plan, DAY, {"compare_to": "2024-10-31"}),
    "afterwards": (lambda plan: plan, "2025-12-31", {}),
    "one unit's": (lambda plan: plan, DAY, {"unit": "port-group"}),
    "one theme": (lambda plan: plan, DAY, {"theme": "T5"}),
    "empty": (lambda plan: plan, DAY, {"unit": "guanshuibao", "theme": "T1"}),
    "one measure": (lambda plan: only_measures(plan, ["M1"]), DAY, {}),
    "one measure, several units": (lambda plan: only_measures(plan, ["M2"]), DAY, {}),
    "one unit": (lambda plan: only_measures(plan, sole_measures(plan)), DAY, {}),
    "nobody named": (
        lambda plan: replace(plan, responsibilities=plan.responsibilities.head(0), progress=plan.progress.head(0)),
        DAY,
        {},
    ),
    "all closed": (
        lambda plan: deciding(saying(plan, "done_reported", kind="one_off"), "closed", _every(plan)),
        DAY,
        {},
    ),
    "all withdrawn": (lambda plan: deciding(saying(plan, "in_progress"), "withdrawn", _every(plan)), DAY, {}),
    "all reopened": (
        lambda plan: deciding(
            deciding(saying(plan, "done_reported", kind="one_off"), "closed", _every(plan)),
            "reopened",
            _every(plan),
            on="2024-09-20",
        ),
        DAY,
        {},
    ),
    "all ongoing": (lambda plan: saying(plan, "ongoing", kind="ongoing"), DAY, {}),
    "all stalled": (lambda plan: saying(plan, "stalled"), DAY, {}),
    "nothing reported": (
        lambda plan: replace(plan, progress=plan.progress.head(0), decisions=plan.decisions.head(0)),
        DAY,
        {},
    ),
    "all in time": (
        lambda plan: replace(
            saying(plan, "done_reported", kind="one_off"), calendar=replace(plan.calendar, first_period="2024-07")
        ),
        "2024-07-31",
        {},
    ),
    "as long in each theme": (
        lambda plan: deciding(saying(plan, "done_reported", kind="one_off"), "closed", _all_but_first(plan)),
        DAY,
        {},
    ),
    "completed in each theme": (
        lambda plan: deciding(
            saying(plan, "done_reported", kind="one_off"), "closed", _all_but_first(plan), on="2025-03-20"
        ),
        DAY,
        {},
    ),
    "two islands": (_two_islands, DAY, {}),
    "one promise measured": (
        lambda plan: replace(plan, actuals=plan.actuals[plan.actuals["commitment_id"].eq("C1")]),
        DAY,
        {},
    ),
    "due within a quarter": (lambda plan: due_on(plan, "2025-05-31", "2026-12-31"), DAY, {}),
    "overdue": (lambda plan: due_on(plan, "2024-12-31", "2025-05-31", ""), DAY, {}),
    "due later": (lambda plan: due_on(plan, "2026-12-31"), DAY, {}),
    "due soon": (
        lambda plan: due_on(saying(plan, "done_reported", kind="one_off"), "2024-08-31", "2024-11-15"),
        "2024-08-15",
        {},
    ),
    "nobody verifies": (lambda plan: replace(saying(plan, "done_reported"), deciders=()), DAY, {}),
    "nobody verifies, in progress": (
        lambda plan: replace(plan, decisions=plan.decisions.head(0), deciders=()),
        DAY,
        {},
    ),
    "quarters": (_quarterly, DAY, {}),
    "when due": (
        lambda plan: replace(
            due_on(plan, "2024-12-31", "2025-06-30"), calendar=replace(plan.calendar, owed="when-due")
        ),
        DAY,
        {},
    ),
    "no periods": (
        lambda plan: replace(
            plan, calendar=Calendar("none", timezone="Asia/Shanghai"), progress=plan.progress.assign(period="")
        ),
        DAY,
        {},
    ),
}
"""Name → what becomes of the embedded plan, the day, and what else is asked."""


@cache
def situation(name: str, report: str, lang: str = "en") -> Told:
    """What a report tells in a situation, worked out once."""
    change, day, asked = SITUATIONS[name]
    return told(report, change(embedded()), day, lang=lang, **asked)
