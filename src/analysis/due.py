"""What is owed: feedback that was due and has not come, and what the record says that somebody should look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import status, workdays
from analysis.catalogue import FIRST
from analysis.schema import DELIVERY_WORDS, NO_FEEDBACK, Problem, Rule, problem_frame, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.plan.reading import Reading


def outstanding(now: Reading) -> pd.DataFrame:
    """Every report that was due by the day of a reading and has not come.

    Returns
    -------
    pandas.DataFrame
        One row a responsibility and period, units and measures in the order of the plan: unit_id, measure_id, period,
        due (the last day on which it would have been on time), days_overdue (calendar days since), working_days_late
        (working days of China since; 0 while the first of them has not come).
    """
    plan, as_of, reports = now.plan, now.as_of, now.feedback
    # What is said of a later period settles the earlier ones: the record knows how things stand.
    heard = plan.progress[(plan.progress["reported_at"] <= now.known_at) & (plan.progress["as_of"] <= as_of)]
    last = heard.groupby(status.RESPONSIBILITY)["as_of"].max().dt.to_period("M").rename("last")
    reports = reports[reports["feedback"].eq("missing")].merge(last, on=status.RESPONSIBILITY, how="left")
    missing = reports[reports["last"].isna() | (reports["period"] > reports["last"])].reset_index(drop=True)
    periods = pd.PeriodIndex(missing["period"], freq="M")
    missing["due"] = plan.calendar.due_dates(periods)
    late = {day: workdays.count_after(day, as_of) for day in missing["due"].unique()}
    missing["working_days_late"] = missing["due"].map(late).astype("int64")
    missing["days_overdue"] = (as_of - missing["due"]).dt.days.astype("int64")
    order = {
        "unit_id": {unit: place for place, unit in enumerate(plan.units["unit_id"])},
        "measure_id": {measure: place for place, measure in enumerate(plan.measures["measure_id"])},
    }
    missing = missing.sort_values(
        ["unit_id", "measure_id", "period"],
        key=lambda column: column.map(order[str(column.name)]) if column.name in order else column,
        ignore_index=True,
    )
    return missing[["unit_id", "measure_id", "period", "due", "days_overdue", "working_days_late"]]


def by_unit(now: Reading) -> pd.DataFrame:
    """Who owes what since when, ready to print: one row a unit and measure.

    Returns
    -------
    pandas.DataFrame
        单位, 措施, 欠报期数, 最早一期, 应报日期, 已过工作日.
    """
    names = now.plan.units.set_index("unit_id")["short"]
    titles = now.plan.measures.set_index("measure_id")
    grouped = outstanding(now).groupby(["unit_id", "measure_id"], sort=False)
    owed = grouped.agg(
        periods=("period", "size"), first=("period", "min"), due=("due", "min"), late=("working_days_late", "max")
    ).reset_index()
    return pd.DataFrame(
        {
            "单位": owed["unit_id"].map(names),
            "措施": [f"{titles.at[key, 'number']}. {titles.at[key, 'title']}" for key in owed["measure_id"]],
            "欠报期数": owed["periods"],
            "最早一期": [f"{period}" for period in owed["first"]],
            "应报日期": [f"{day:%Y-%m-%d}" for day in owed["due"]],
            "已过工作日": owed["late"],
        }
    )


def mark(now: Reading) -> str:
    """What a text for units begins with where the record is made up, so that it is not sent in earnest; else blank."""
    return "【合成示例，并非真实】" if now.plan.progress_provenance == "synthetic" else ""


def messages(now: Reading) -> list[tuple[str, str]]:
    """A short text for each unit that owes something, ready to paste into a message: (unit_id, text)."""
    plan, as_of = now.plan, now.as_of
    names = plan.units.set_index("unit_id")["name"]
    titles = plan.measures.set_index("measure_id")
    texts = []
    for unit, rows in outstanding(now).groupby("unit_id", sort=False):
        lines = []
        for measure, missed in rows.groupby("measure_id", sort=False):
            periods = "、".join(f"{period.year}年{period.month}月" for period in missed["period"])
            if len(missed) > 3:
                first, last = missed["period"].iloc[0], missed["period"].iloc[-1]
                periods = f"{first.year}年{first.month}月至{last.year}年{last.month}月（{len(missed)} 期）"
            lines.append(f"· 第 {titles.at[measure, 'number']} 项“{titles.at[measure, 'title']}”：缺 {periods}")
        since, late = rows["due"].min(), rows["working_days_late"].max()
        text = (
            f"{mark(now)}{names[unit]}：截至{as_of.year}年{as_of.month}月{as_of.day}日，《{plan.title['zh']}》中"
            f"贵单位有 {rows['measure_id'].nunique()} 项措施未反馈进展，最早应于 {since:%Y-%m-%d} 前报送，"
            f"已过 {late} 个工作日。请填好反馈表送回：\n" + "\n".join(lines)
        )
        texts.append((str(unit), text + _caution(since, as_of)))
    return texts


def warnings(now: Reading, *, lang: str = FIRST) -> pd.DataFrame:
    """What a day's record leaves open: missing and stale feedback, joint units that contradict each other.

    Returns
    -------
    pandas.DataFrame
        From `analysis.schema.problem_frame`, severity ``warning``.
    """
    return problem_frame([*_missing_feedback(now), *_units_disagree(now)], lang=lang)


@rule(
    "feedback-missing",
    "no feedback for {periods} periods ({heard}); it was due by {since}, {late} working days ago{caution}",
    severity="warning",
)
def _missing_feedback(rule: Rule, now: Reading) -> Iterator[Problem]:
    """Whoever keeps the ledger asks for what is due before anybody reads the pages."""
    names = now.plan.units.set_index("unit_id")["short"].to_dict()
    last = now.states.set_index(["unit_id", "measure_id"])["as_of"].to_dict()
    for (unit, measure), rows in outstanding(now).groupby(["unit_id", "measure_id"], sort=False):
        heard, since = last[unit, measure], rows["due"].min()
        yield rule.broken(
            file=_record_name(now),
            column="measure_id",
            value=f"{measure} {names[str(unit)]}",
            periods=len(rows),
            heard="从未反馈" if pd.isna(heard) else f"最近一次为 {heard:%Y-%m-%d}",
            since=f"{since:%Y-%m-%d}",
            late=rows["working_days_late"].max(),
            caution=_caution(since, now.as_of),
        )


@rule(
    "units-disagree",
    "the units report different states; the measure counts as the weakest of them",
    severity="warning",
)
def _units_disagree(rule: Rule, now: Reading) -> Iterator[Problem]:
    """A measure that one unit calls done and another stalled is worth a telephone call."""
    names = now.plan.units.set_index("unit_id")["short"].to_dict()
    reporting = now.states[now.states["state"].ne(NO_FEEDBACK)]
    for measure, rows in reporting.groupby("measure_id", sort=False):
        if len(set(rows["state"])) > 1:
            words = "；".join(
                f"{names[str(row.unit_id)]} {DELIVERY_WORDS[str(row.state)]}" for row in rows.itertuples()
            )
            yield rule.broken(file=_record_name(now), column="measure_id", value=f"{measure} {words}")


def _record_name(now: Reading) -> str:
    # The record is read last; its source is named as the plan keeps it.
    return str(now.plan.sources["file"].iloc[-1])


def _caution(start: pd.Timestamp, end: pd.Timestamp) -> str:
    years = workdays.unannounced_years(start, end)
    return f"（{'、'.join(map(str, years))} 年放假安排未公布，只按周末计）" if years else ""
