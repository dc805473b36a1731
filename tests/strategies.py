"""Small random plans: everything the rules of the data allow, with the border cases made likely."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from hypothesis import strategies as st

from analysis import schema
from analysis.plan import Plan
from analysis.schema import Calendar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FIRST_DAY, LAST_DAY = date(2024, 5, 25), date(2024, 12, 31)

# Ends of months, due days and the days around them: where an off-by-one would show, and where statements tie.
_BORDERS = [
    date(2024, month, day)
    for month, days in ((6, (1, 30)), (7, (5, 6, 31)), (8, (1, 5, 31)), (9, (5, 30)))
    for day in days
]
days = st.one_of(st.sampled_from(_BORDERS), st.dates(FIRST_DAY, LAST_DAY))
moments = days.map(pd.Timestamp)
"""A day to ask about."""

calendars = st.builds(
    Calendar,
    st.sampled_from(["2024-06", "2024-07"]).map(lambda month: pd.Period(month, "M")),
    st.sampled_from([1, 5, 28]),
    st.just("Asia/Shanghai"),
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

    @cached_property
    def plan(self) -> Plan:
        """The same as a plan that was opened, so that it can be read ``at`` a day."""
        theme_ids = self.measures["theme_id"].unique()
        return Plan(
            id="small",
            folder=Path("small"),
            title={"zh": "测试方案", "en": "Test plan"},
            issuers={"zh": ["某办公室"], "en": ["Some Office"]},
            issued=pd.Timestamp("2024-05-31"),
            lead_rule="none",
            progress_provenance="synthetic",
            calendar=self.calendar,
            themes=typed("themes", ({"theme_id": theme_id, "title": theme_id} for theme_id in theme_ids)),
            measures=self.measures,
            units=self.units,
            responsibilities=self.responsibilities,
            commitments=self.commitments,
            progress=self.progress,
            sources=pd.DataFrame(columns=["file", "rows", "sha256"]),
        )

    @property
    def record(self) -> dict[str, Any]:
        """What every function of `analysis.status` asks for."""
        return {"responsibilities": self.responsibilities, "progress": self.progress, "calendar": self.calendar}

    def keeping(self, kept: pd.Series) -> SmallPlan:
        """The same plan with only some of the statements."""
        return replace(self, progress=self.progress[kept].reset_index(drop=True))

    def reordered(self, chance: Any) -> SmallPlan:
        """The same plan with the statements in another order in their file."""
        order = list(range(len(self.progress)))
        chance.shuffle(order)
        return replace(self, progress=self.progress.iloc[order].reset_index(drop=True))


def typed(table: str, rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Rows of text as the frame that reading them from a file gives; columns left out are blank."""
    columns = list(schema.REQUIRED_COLUMNS[table])
    texts = [[str(row.get(column, "")) for column in columns] for row in rows]
    return schema.to_types(table, pd.DataFrame(texts, columns=columns, dtype="str"))


def lawful_states(kind: str) -> list[str]:
    """The states that a unit may enter on a measure of a kind."""
    never = {"done_reported", "closed"} if kind == "ongoing" else {"ongoing"}
    return [state for state in schema.DELIVERY if state not in never]


@st.composite
def small_plans(draw: st.DrawFn, *, all_named: bool = True) -> SmallPlan:
    """A plan of up to 5 measures, 4 units and 12 statements.

    Parameters
    ----------
    all_named : bool
        Whether every measure names a unit; a measure without one is only warned of, so it can come.
    """
    theme_sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3).filter(lambda sizes: sum(sizes) <= 5))
    theme_ids = [f"T{place}" for place, size in enumerate(theme_sizes, start=1) for _ in range(size)]
    kinds = [draw(st.sampled_from(schema.MEASURE_KINDS)) for _ in theme_ids]
    units = [f"unit-{letter}" for letter in "abcd"[: draw(st.integers(1, 4))]]
    measures, named, commitments = [], [], []
    for number, (theme_id, kind) in enumerate(zip(theme_ids, kinds, strict=True), start=1):
        measures.append({"measure_id": f"M{number}", "theme_id": theme_id, "number": number, "kind": kind})
        crowd = draw(st.lists(st.sampled_from(units), min_size=int(all_named), unique=True))
        role = "sole" if len(crowd) == 1 else draw(st.sampled_from(["joint", "unmarked"]))
        for position, unit in enumerate(crowd, start=1):
            named.append({"measure_id": f"M{number}", "clause": 1, "unit_id": unit, "position": position, "role": role})
        if draw(st.booleans()):
            commitments.append({"measure_id": f"M{number}", "comparator": "at_most", "quantity": 2})
    kind_of = {measure["measure_id"]: measure["kind"] for measure in measures}
    return SmallPlan(
        typed("measures", measures),
        typed("units", ({"unit_id": unit, "name": unit, "is_group": "false"} for unit in units)),
        typed("responsibilities", named),
        typed("commitments", commitments),
        typed("progress", draw(_logs(named, kind_of)) if named else []),
        draw(calendars),
    )


@st.composite
def _logs(draw: st.DrawFn, named: list[dict[str, Any]], kind_of: dict[str, str]) -> list[dict[str, object]]:
    """Statements with late arrivals, ties, several of one day, and corrections of earlier ones."""
    count = draw(st.integers(0, 12))
    # Ids say nothing of the order of arrival: the last tie-break must be tested against both.
    log_ids = [f"P{number:02d}" for number in draw(st.permutations(range(count)))]
    rows: list[dict[str, object]] = []
    for log_id in log_ids:
        pair = draw(st.sampled_from(named))
        as_of = draw(days)
        reported_at = as_of + timedelta(days=draw(st.sampled_from([0, 1, 5, 36, 70])))
        state = draw(st.sampled_from(lawful_states(kind_of[pair["measure_id"]])))
        earlier = [
            row["log_id"]
            for row in rows
            if (row["measure_id"], row["unit_id"]) == (pair["measure_id"], pair["unit_id"])
            and str(row["reported_at"]) <= str(reported_at)
        ]
        rows.append(
            {
                "log_id": log_id,
                "measure_id": pair["measure_id"],
                "unit_id": pair["unit_id"],
                "as_of": as_of,
                "reported_at": reported_at,
                "status": state,
                "percent": 100
                if state == "closed"
                else draw(st.sampled_from(["", 40]))
                if state == "in_progress"
                else "",
                "evidence_ref": draw(st.sampled_from(["", "文号1"])),
                "supersedes": draw(st.sampled_from(["", *earlier])),
                "source_row": draw(st.sampled_from(["", 2])),
            }
        )
    return draw(st.permutations(rows))
