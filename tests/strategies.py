"""Small random plans: everything the rules of the data allow, with the border cases made likely."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from hypothesis import strategies as st

from analysis import schema
from analysis.periods import Calendar
from analysis.plan import Decider, Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FIRST_DAY, LAST_DAY = date(2024, 5, 25), date(2025, 1, 31)
ISSUED = date(2024, 5, 31)

# Ends of periods, due days and the days around them: where an off-by-one would show, and where statements tie.
_BORDERS = [
    date(2024, month, day)
    for month, days in ((6, (1, 2, 30)), (7, (5, 6, 31)), (8, (1, 5, 31)), (9, (5, 29, 30)), (12, (31,)))
    for day in days
]
days = st.one_of(st.sampled_from(_BORDERS), st.dates(FIRST_DAY, LAST_DAY))
moments = days.map(pd.Timestamp)
"""A day to ask about."""

_FIRST = {
    "month": ("2024-06", "2024-07"),
    "week": ("2024-W23", "2024-W30"),
    "quarter": ("2024-Q1", "2024-Q2"),
    "half-year": ("2023-H1", "2024-H1"),
    "year": ("2022", "2024"),
    "none": ("",),
}


@st.composite
def calendars(draw: st.DrawFn, *, every: str = "") -> Calendar:
    """A calendar of any kind, by months most often."""
    every = every or draw(st.sampled_from(["month"] * 5 + list(_FIRST)))
    return Calendar(
        every,
        draw(st.sampled_from(_FIRST[every])),
        draw(st.sampled_from([5, 5, 0, 28, -7])),
        draw(st.booleans()),
        draw(st.sampled_from(["each-period"] * 3 + ["when-due"])),
        draw(st.sampled_from(["CN", "CN", "CA"])),
        "Asia/Shanghai",
    )


@dataclass(frozen=True)
class SmallPlan:
    """The frames of a plan that metrics are made of, typed as `analysis.plan.open_plan` types them."""

    measures: pd.DataFrame
    units: pd.DataFrame
    responsibilities: pd.DataFrame
    commitments: pd.DataFrame
    progress: pd.DataFrame
    calendar: Calendar
    decisions: pd.DataFrame = field(default_factory=lambda: typed("decisions", ()))
    actuals: pd.DataFrame = field(default_factory=lambda: typed("actuals", ()))
    is_verified: bool = True

    @cached_property
    def plan(self) -> Plan:
        """The same as a plan that was opened, so that it can be read ``at`` a day."""
        theme_ids = self.measures["theme_id"].unique()
        return Plan(
            id="small",
            folder=Path("small"),
            title={"zh": "测试方案", "en": "Test plan"},
            issuers={"zh": ["某办公室"], "en": ["Some Office"]},
            issued=pd.Timestamp(ISSUED),
            lead_rule="none",
            progress_provenance="synthetic",
            calendar=self.calendar,
            themes=typed("themes", ({"theme_id": theme_id, "title": theme_id} for theme_id in theme_ids)),
            measures=self.measures,
            units=self.units,
            responsibilities=self.responsibilities,
            commitments=self.commitments,
            progress=self.progress,
            decisions=self.decisions,
            actuals=self.actuals,
            sources=pd.DataFrame({"file": [f"{table}.csv" for table in schema.TABLES], "rows": 0, "sha256": ""}),
            deciders=(Decider(DECIDER),) if self.is_verified else (),
        )

    def known(self, known_at: date) -> SmallPlan:
        """The same plan when what arrived after a day had not arrived yet."""
        day = pd.Timestamp(known_at)
        arrival = {"progress": "reported_at", "decisions": "recorded_at", "actuals": "reported_at"}
        tables = {name: getattr(self, name) for name in arrival}
        return replace(
            self, **{name: rows[rows[arrival[name]] <= day].reset_index(drop=True) for name, rows in tables.items()}
        )

    def keeping(self, kept: pd.Series) -> SmallPlan:
        """The same plan with only some of the statements."""
        return replace(self, progress=self.progress[kept].reset_index(drop=True))

    def reordered(self, chance: Any) -> SmallPlan:
        """The same plan with its record in another order, but for what arrived on one day and is true for one."""
        tables = {}
        for name, ties in _TIES.items():
            rows = getattr(self, name)
            places = list(range(len(rows)))
            chance.shuffle(places)
            # Where nothing else tells two rows apart, the later one in the record counts: their order stays.
            keys = list(rows[list(ties)].itertuples(index=False, name=None))
            tied = {key: iter([place for place, other in enumerate(keys) if other == key]) for key in set(keys)}
            order = [next(tied[keys[place]]) for place in places]
            tables[name] = rows.iloc[order].reset_index(drop=True)
        return replace(self, **tables)


DECIDER = "核验组"
_TIES = {
    "progress": ("as_of", "reported_at"),
    "decisions": ("effective_on", "recorded_at"),
    "actuals": ("as_of", "reported_at"),
}


def typed(table: str, rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Rows of text as the frame that reading them from a file gives; columns left out are blank."""
    columns = list(schema.REQUIRED_COLUMNS[table])
    texts = [[str(row.get(column, "")) for column in columns] for row in rows]
    return schema.to_types(table, pd.DataFrame(texts, columns=columns, dtype="str"))


def lawful_states(kind: str) -> list[str]:
    """What a unit may say on a measure of a kind without a warning."""
    never = {"done_reported"} if kind == "ongoing" else {"ongoing"}
    return [state for state in schema.DELIVERY if state not in never]


@st.composite
def small_plans(draw: st.DrawFn, *, all_named: bool = True, every: str = "", most: int = 12) -> SmallPlan:
    """A plan of up to 5 measures, 4 units, 12 statements and 8 decisions.

    Parameters
    ----------
    all_named : bool
        Whether every measure names a unit; a measure without one is only warned of, so it can come.
    every : str
        How often it reports; any when left out.
    most : int
        How many statements at most.
    """
    theme_sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3).filter(lambda sizes: sum(sizes) <= 5))
    theme_ids = [f"T{place}" for place, size in enumerate(theme_sizes, start=1) for _ in range(size)]
    kinds = [draw(st.sampled_from(schema.MEASURE_KINDS)) for _ in theme_ids]
    units = [f"unit-{letter}" for letter in "abcd"[: draw(st.integers(1, 4))]]
    seldom = st.one_of(st.just(""), st.just(""), st.just(""), days)
    measures, named, commitments = [], [], []
    for number, (theme_id, kind) in enumerate(zip(theme_ids, kinds, strict=True), start=1):
        own = {"measure_id": f"M{number}", "theme_id": theme_id, "number": number, "kind": kind}
        measures.append({**own, "due": draw(st.one_of(st.just(""), days)), "from": draw(seldom)})
        crowd = draw(st.lists(st.sampled_from(units), min_size=int(all_named), unique=True))
        role = "sole" if len(crowd) == 1 else draw(st.sampled_from(["joint", "unmarked"]))
        for position, unit in enumerate(crowd, start=1):
            begin, end = draw(seldom), draw(seldom)
            if begin and end and str(end) < str(begin):
                begin, end = end, begin
            row = {"measure_id": f"M{number}", "clause": 1, "unit_id": unit, "position": position, "role": role}
            named.append({**row, "from": begin, "until": end})
        if draw(st.booleans()):
            promise = {"commitment_id": f"C{number}", "measure_id": f"M{number}"}
            commitments.append({**promise, "comparator": "at_most", "quantity": 2})
    kind_of = {measure["measure_id"]: measure["kind"] for measure in measures}
    calendar, is_verified = draw(calendars(every=every)), draw(st.sampled_from([True, True, False]))
    progress = draw(_statements(named, units, kind_of, calendar, most)) if named else []
    return SmallPlan(
        typed("measures", measures),
        typed("units", ({"unit_id": unit, "name": unit, "short": unit, "is_group": "false"} for unit in units)),
        typed("responsibilities", named),
        typed("commitments", commitments),
        typed("progress", progress),
        calendar,
        typed("decisions", draw(_decisions(progress, units, list(kind_of), is_verified=is_verified))),
        typed("actuals", draw(_actuals(named, commitments))),
        is_verified,
    )


@st.composite
def _statements(
    draw: st.DrawFn,
    named: list[dict[str, Any]],
    units: list[str],
    kind_of: dict[str, str],
    calendar: Calendar,
    most: int,
) -> list[dict[str, object]]:
    """Statements with late and early arrivals, ties, several of one day, and corrections of earlier ones."""
    count = draw(st.integers(0, most))
    # Ids say nothing of the order of arrival: the last tie-break must be tested against both.
    log_ids = [f"P{number:02d}" for number in draw(st.permutations(range(count)))]
    rows: list[dict[str, object]] = []
    taken: set[object] = set()
    for log_id in log_ids:
        pair = draw(st.sampled_from(named))
        if draw(st.integers(0, 11)) == 0:
            # A unit that the notice may not name on the measure.
            pair = {"measure_id": pair["measure_id"], "unit_id": draw(st.sampled_from(units))}
        as_of = draw(days)
        reported_at = as_of + timedelta(days=draw(st.sampled_from([0, 0, 1, 5, 36, 70, -3])))
        earlier = _earlier(rows, taken, pair["measure_id"], pair["unit_id"], "reported_at", reported_at)
        supersedes = draw(st.sampled_from(["", "", *earlier]))
        taken.add(supersedes)
        state = draw(st.sampled_from(lawful_states(kind_of[pair["measure_id"]])))
        period = ""
        if calendar.every != "none" and draw(st.integers(0, 3)) == 0:
            period = calendar.period_of(as_of - timedelta(days=draw(st.sampled_from([0, 0, 10, 40])))).name
        rows.append(
            {
                "log_id": log_id,
                "measure_id": pair["measure_id"],
                "unit_id": pair["unit_id"],
                "period": period,
                "as_of": as_of,
                "reported_at": reported_at,
                "status": state,
                "percent": draw(st.sampled_from(["", 40])) if state == "in_progress" else "",
                "problems": draw(st.sampled_from(["", "接口未通"])) if state == "stalled" else "",
                "request": draw(st.sampled_from(["", "请协调"])) if state == "stalled" else "",
                "evidence_ref": draw(st.sampled_from(["", "文号1"])),
                "supersedes": supersedes,
                "source_row": draw(st.sampled_from(["", 2])),
            }
        )
    return draw(st.permutations(rows))


@st.composite
def _decisions(
    draw: st.DrawFn, progress: list[dict[str, Any]], units: list[str], measures: list[str], *, is_verified: bool
) -> list[dict[str, object]]:
    """Decisions of every kind that the plan allows, with corrections, and rows made void."""
    kinds = ["closed", "closed", "returned", "returned", "reopened", "withdrawn"] if is_verified else []
    kinds += ["extended", "joined", "left", "void"]
    rows: list[dict[str, object]] = []
    taken: set[object] = set()
    for number in draw(st.permutations(range(draw(st.integers(0, 8))))):
        decision, measure = draw(st.sampled_from(kinds)), draw(st.sampled_from(measures))
        effective_on = draw(days)
        recorded_at = effective_on + timedelta(days=draw(st.sampled_from([0, 0, 1, 5, 40, -10])))
        of_one = decision in ("joined", "left") or (decision == "returned" and draw(st.booleans()))
        unit, supersedes = draw(st.sampled_from(units)) if of_one else "", ""
        if decision == "void":
            said = [row for row in progress if row["measure_id"] == measure and row["reported_at"] <= recorded_at]
            done = [row for row in rows if row["measure_id"] == measure and str(row["recorded_at"]) <= str(recorded_at)]
            ids = [row["log_id"] for row in said]
            ids += [row["decision_id"] for row in done if row["decision"] != "void"]
            if not ids:
                continue
            supersedes = draw(st.sampled_from(ids))
        elif draw(st.integers(0, 3)) == 0:
            same = [row for row in rows if row["decision"] != "void"]
            earlier = _earlier(same, taken, measure, unit, "recorded_at", recorded_at)
            supersedes = draw(st.sampled_from(["", *earlier]))
            taken.add(supersedes)
        rows.append(
            {
                "decision_id": f"D{number:02d}",
                "measure_id": measure,
                "unit_id": unit,
                "decision": decision,
                "effective_on": effective_on,
                "recorded_at": recorded_at,
                "decided_by": DECIDER,
                "due": draw(days) if decision == "extended" else "",
                "evidence_ref": draw(st.sampled_from(["", "核验1"])),
                "supersedes": supersedes,
            }
        )
    return draw(st.permutations(rows))


@st.composite
def _actuals(
    draw: st.DrawFn, named: list[dict[str, Any]], commitments: list[dict[str, Any]]
) -> list[dict[str, object]]:
    """Measured values of the commitments, by units of their measures."""
    able = [
        {"commitment_id": promise["commitment_id"], "unit_id": row["unit_id"]}
        for promise in commitments
        for row in named
        if row["measure_id"] == promise["measure_id"]
    ]
    rows: list[dict[str, object]] = []
    for number in range(draw(st.integers(0, 4)) if able else 0):
        as_of = draw(days)
        row = {"actual_id": f"A{number}", **draw(st.sampled_from(able)), "as_of": as_of}
        row["reported_at"] = as_of + timedelta(days=draw(st.sampled_from([0, 5, 40])))
        rows.append({**row, "value": draw(st.sampled_from([1, 2, 2.5]))})
    return rows


def _earlier(
    rows: list[dict[str, object]], taken: set[object], measure: object, unit: object, arrival: str, day: date
) -> list[object]:
    """The rows of a measure and unit that arrived by a day and that no row took back: what a correction may name."""
    key = "log_id" if arrival == "reported_at" else "decision_id"
    return [
        row[key]
        for row in rows
        if (row["measure_id"], row["unit_id"]) == (measure, unit)
        and str(row[arrival]) <= str(day)
        and row[key] not in taken
    ]
