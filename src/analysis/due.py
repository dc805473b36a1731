"""What is owed: feedback that was due and has not come, and what the record says that somebody should look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import status, workdays
from analysis.schema import DELIVERY_WORDS, NO_FEEDBACK, problem_frame

if TYPE_CHECKING:
    from analysis.plan import Plan


def owed(plan: Plan, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Every report that was due by a day and has not come.

    Returns
    -------
    pandas.DataFrame
        One row a responsibility and period, units and measures in the order of the plan: unit_id, measure_id, period,
        due (the last day on which it would have been on time), working_days_late (working days of China after it, up
        to `as_of`; 0 while the first of them has not come).
    """
    reports = status.feedback(plan.responsibilities, plan.progress, calendar=plan.calendar, as_of=as_of)
    # What is said of a later period settles the earlier ones: the record knows how things stand.
    heard = plan.progress[(plan.progress["reported_at"] <= as_of) & (plan.progress["as_of"] <= as_of)]
    last = heard.groupby(status.RESPONSIBILITY)["as_of"].max().dt.to_period("M").rename("last")
    reports = reports[reports["feedback"].eq("missing")].merge(last, on=status.RESPONSIBILITY, how="left")
    missing = reports[reports["last"].isna() | (reports["period"] > reports["last"])].reset_index(drop=True)
    periods = pd.PeriodIndex(missing["period"], freq="M")
    missing["due"] = plan.calendar.due_dates(periods)
    late = {day: workdays.count_after(day, as_of) for day in missing["due"].unique()}
    missing["working_days_late"] = missing["due"].map(late).astype("int64")
    order = {
        "unit_id": {unit: place for place, unit in enumerate(plan.units["unit_id"])},
        "measure_id": {measure: place for place, measure in enumerate(plan.measures["measure_id"])},
    }
    missing = missing.sort_values(
        ["unit_id", "measure_id", "period"],
        key=lambda column: column.map(order[str(column.name)]) if column.name in order else column,
        ignore_index=True,
    )
    return missing[["unit_id", "measure_id", "period", "due", "working_days_late"]]


def by_unit(plan: Plan, owed: pd.DataFrame) -> pd.DataFrame:
    """Who owes what since when, ready to print: one row a unit and measure.

    Returns
    -------
    pandas.DataFrame
        单位, 措施, 欠报期数, 最早一期, 应报日期, 已过工作日.
    """
    names = plan.units.set_index("unit_id")["short"]
    titles = plan.measures.set_index("measure_id")
    grouped = owed.groupby(["unit_id", "measure_id"], sort=False)
    found = grouped.agg(
        periods=("period", "size"), first=("period", "min"), due=("due", "min"), late=("working_days_late", "max")
    ).reset_index()
    return pd.DataFrame(
        {
            "单位": found["unit_id"].map(names),
            "措施": [f"{titles.at[key, 'number']}. {titles.at[key, 'title']}" for key in found["measure_id"]],
            "欠报期数": found["periods"],
            "最早一期": [f"{period}" for period in found["first"]],
            "应报日期": [f"{day:%Y-%m-%d}" for day in found["due"]],
            "已过工作日": found["late"],
        }
    )


def messages(plan: Plan, owed: pd.DataFrame, *, as_of: pd.Timestamp) -> list[tuple[str, str]]:
    """A short text for each unit that owes something, ready to paste into a message: (unit_id, text)."""
    names = plan.units.set_index("unit_id")["name"]
    titles = plan.measures.set_index("measure_id")
    told = []
    for unit, rows in owed.groupby("unit_id", sort=False):
        lines = []
        for measure, missed in rows.groupby("measure_id", sort=False):
            periods = "、".join(f"{period.year}年{period.month}月" for period in missed["period"])
            if len(missed) > 3:
                first, last = missed["period"].iloc[0], missed["period"].iloc[-1]
                periods = f"{first.year}年{first.month}月至{last.year}年{last.month}月（{len(missed)} 期）"
            lines.append(f"· 第 {titles.at[measure, 'number']} 项“{titles.at[measure, 'title']}”：缺 {periods}")
        since, late = rows["due"].min(), rows["working_days_late"].max()
        text = (
            f"{names[unit]}：截至{as_of.year}年{as_of.month}月{as_of.day}日，《{plan.title['zh']}》中"
            f"贵单位有 {rows['measure_id'].nunique()} 项措施未反馈进展，最早应于 {since:%Y-%m-%d} 前报送，"
            f"已过 {late} 个工作日。请填好反馈表送回：\n" + "\n".join(lines)
        )
        told.append((str(unit), text + _caution(since, as_of)))
    return told


def warnings(plan: Plan, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """What a day's record leaves open: missing and stale feedback, joint units that contradict each other.

    Returns
    -------
    pandas.DataFrame
        `analysis.schema.PROBLEM_COLUMNS`, severity ``warning``.
    """
    names = plan.units.set_index("unit_id")["short"].to_dict()
    # The record is read last; its source is named as the plan keeps it.
    file = str(plan.sources["file"].iloc[-1])
    found = []
    states = status.latest(plan.responsibilities, plan.progress, calendar=plan.calendar, as_of=as_of)
    last = {(row.unit_id, row.measure_id): row for row in states.itertuples()}
    for (unit, measure), rows in owed(plan, as_of=as_of).groupby(["unit_id", "measure_id"], sort=False):
        word = last[unit, measure]
        heard = "从未反馈" if word.state == NO_FEEDBACK else f"最近一次为 {word.as_of:%Y-%m-%d}"
        since, late = rows["due"].min(), rows["working_days_late"].max()
        rule = f"{len(rows)} 期未反馈（{heard}），应于 {since:%Y-%m-%d} 前报送，已过 {late} 个工作日"
        found.append(_warning(file, measure, names[str(unit)], rule + _caution(since, as_of)))
    reporting = states[states["state"].ne(NO_FEEDBACK)]
    for measure, rows in reporting.groupby("measure_id", sort=False):
        if len(set(rows["state"])) > 1:
            said = "；".join(f"{names[str(row.unit_id)]} {DELIVERY_WORDS[str(row.state)]}" for row in rows.itertuples())
            found.append(_warning(file, measure, said, "各责任单位所报状态不一致，措施按最弱者计"))
    return problem_frame(found)


def _warning(file: str, measure: object, value: str, rule: str) -> dict[str, object]:
    told = {"file": file, "column": "measure_id", "value": f"{measure} {value}"}
    return {**told, "rule": rule, "severity": "warning"}


def _caution(start: pd.Timestamp, end: pd.Timestamp) -> str:
    years = workdays.unannounced_years(start, end)
    return f"（{'、'.join(map(str, years))} 年放假安排未公布，只按周末计）" if years else ""
