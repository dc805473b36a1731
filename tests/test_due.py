"""What is owed, since when, in words; and what the calendar does not know."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given

from analysis import cli, due, schema, workdays
from tests.strategies import SmallPlan, moments, small_plans, typed

if TYPE_CHECKING:
    from analysis.plan import Plan

COLUMNS = ["unit_id", "measure_id", "period", "due", "days_overdue", "working_days_late"]


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


@pytest.fixture(scope="module")
def silent(tianjin: Plan) -> Plan:
    """The plan when nobody has said anything."""
    return replace(tianjin, progress=tianjin.progress.iloc[:0])


def with_words(plan: Plan, *statements: tuple[str, str, str]) -> Plan:
    """A plan in which customs said of measure M1 (as_of, reported_at, state), and nobody said anything else."""
    rows = [
        {**dict(zip(("as_of", "reported_at", "status"), words, strict=True)), "log_id": f"P{number}"}
        for number, words in enumerate(statements)
    ]
    named = plan.responsibilities.query("measure_id == 'M1' and unit_id == 'tj-customs'")
    assert len(named) == 1
    progress = typed("progress", ({**row, "measure_id": "M1", "unit_id": "tj-customs"} for row in rows))
    return replace(plan, responsibilities=named.reset_index(drop=True), progress=progress)


def owed_months(plan: Plan, as_of: str, known_at: str = "") -> list[str]:
    return due.outstanding(plan.at(as_of, known_at=known_at))["period"].astype("str").tolist()


# What is outstanding.


def test_nothing_is_owed_before_the_first_due_date(silent: Plan):
    now = silent.at("2024-07-04")
    assert due.outstanding(now).empty
    assert list(due.outstanding(now).columns) == COLUMNS
    assert due.by_unit(now).empty
    assert due.messages(now) == []
    assert due.warnings(now).empty


def test_everything_is_owed_when_nobody_says_anything(silent: Plan):
    now = silent.at("2024-08-05")
    owed = due.outstanding(now)
    assert list(owed.columns) == COLUMNS
    assert len(owed) == 2 * 91
    assert owed["due"].unique().tolist() == [day("2024-07-05"), day("2024-08-05")]
    # On the due day itself the first working day after it is still to come.
    assert owed.groupby("due")["working_days_late"].unique().map(list).to_dict() == {
        day("2024-07-05"): [21],
        day("2024-08-05"): [0],
    }
    assert owed.groupby("due")["days_overdue"].unique().map(list).tolist() == [[31], [0]]
    assert len(due.messages(now)) == 24


def test_units_measures_and_periods_stand_in_the_order_of_the_plan(silent: Plan):
    owed = due.outstanding(silent.at("2024-09-05"))
    units, measures = (list(frame.iloc[:, 0]) for frame in (silent.units, silent.measures))
    places = [
        (units.index(row.unit_id), measures.index(row.measure_id), row.period) for row in owed.itertuples(index=False)
    ]
    assert places == sorted(places)
    # Not the order of the alphabet, in which M10 would come before M2 and each unit elsewhere.
    assert list(owed["unit_id"].unique()) == units != sorted(units)


def test_what_is_said_of_a_later_month_settles_the_earlier_ones(tianjin: Plan):
    plan = with_words(tianjin, ("2024-08-31", "2024-09-02", "in_progress"))
    assert owed_months(plan, "2024-09-01") == ["2024-06", "2024-07"]
    assert owed_months(plan, "2024-09-02") == []
    assert owed_months(plan, "2024-10-05") == ["2024-09"]
    # At the day before, as known now, it had not been true yet.
    assert owed_months(plan, "2024-08-30", "2024-12-31") == ["2024-06", "2024-07"]
    assert owed_months(plan, "2024-08-31", "2024-12-31") == []


def test_whoever_is_done_owes_nothing_more(tianjin: Plan):
    assert owed_months(with_words(tianjin, ("2024-07-10", "2024-07-11", "closed")), "2025-03-31") == []


@pytest.mark.thorough
@given(small_plans(), moments, moments)
def test_a_responsibility_owes_the_months_since_its_last_word(
    small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp
):
    now = small.plan.at(as_of, known_at=max(as_of, known_at))
    owed = due.outstanding(now)
    missing = now.feedback[now.feedback["feedback"].eq("missing")]
    heard = [
        (row.measure_id, row.unit_id, row.as_of.to_period("M"))
        for row in small.progress.itertuples()
        if row.as_of <= now.as_of and row.reported_at <= now.known_at
    ]
    expected = {
        (row.unit_id, row.measure_id, row.period)
        for row in missing.itertuples()
        if all((row.measure_id, row.unit_id) != (measure, unit) or row.period > last for measure, unit, last in heard)
    }
    assert set(owed[COLUMNS[:3]].itertuples(index=False, name=None)) == expected
    assert len(owed) == len(expected)
    for row in owed.itertuples():
        assert row.due == small.calendar.due_dates(pd.PeriodIndex([row.period]))[0] <= now.as_of
        assert row.working_days_late == workdays.count_after(row.due, now.as_of)


# In words.


def test_a_table_names_who_owes_what_since_when(silent: Plan):
    table = due.by_unit(silent.at("2024-09-06"))
    assert list(table.columns) == ["单位", "措施", "欠报期数", "最早一期", "应报日期", "已过工作日"]
    assert len(table) == 91
    assert table.iloc[0].tolist() == [
        silent.units["short"].iloc[0],
        table["措施"].iloc[0],
        *(3, "2024-06", "2024-07-05", 45),
    ]
    titles = (silent.measures["number"] + ". " + silent.measures["title"]).tolist()
    assert set(table["措施"]) == set(titles)


def test_a_message_names_unit_measure_and_since_when(tianjin: Plan):
    texts = dict(due.messages(tianjin.at("2025-03-31")))
    text = texts["transport-commission"]
    assert text.startswith(
        "【合成示例，并非真实】市交通运输委：截至2025年3月31日，"
        "《天津口岸2024年促进跨境贸易便利化专项行动措施》中贵单位有 "
    )
    assert "第 24 项“持续推进落实《清理规范海运口岸收费行动方案》”：缺 2024年6月至2025年2月（9 期）" in text
    assert "最早应于 2024-07-05 前报送，已过 182 个工作日" in text
    assert "未公布" not in text


def test_what_is_asked_of_units_on_a_made_up_record_says_so(tianjin: Plan, capsys: pytest.CaptureFixture[str]):
    real = replace(tianjin, progress_provenance="real").at("2025-03-31")
    marked, plain = due.messages(tianjin.at("2025-03-31")), due.messages(real)
    assert len(marked) > 5
    assert marked == [(unit, f"【合成示例，并非真实】{text}") for unit, text in plain]
    assert not any("合成" in text for _, text in plain)
    assert cli.main(["due", "--as-of", "2025-03-31"]) == 0
    assert capsys.readouterr().out.count("【合成示例，并非真实】") == len(marked) + 1


def test_up_to_three_months_are_named_one_by_one(silent: Plan):
    texts = dict(due.messages(silent.at("2024-09-05")))
    assert "缺 2024年6月、2024年7月、2024年8月\n" in texts["tj-customs"]
    texts = dict(due.messages(silent.at("2024-10-05")))
    assert "缺 2024年6月至2024年9月（4 期）\n" in texts["tj-customs"]
    assert "贵单位有 26 项措施" in texts["tj-customs"]


def test_warnings_name_who_was_never_heard_and_who_was_heard_when(tianjin: Plan):
    plan = with_words(tianjin, ("2024-06-30", "2024-07-01", "in_progress"))
    plan = replace(
        plan, responsibilities=tianjin.responsibilities.query("measure_id in ['M1', 'M2']").reset_index(drop=True)
    )
    warned = due.warnings(plan.at("2024-09-15"))
    assert set(warned["severity"]) == {"warning"}
    assert set(warned["file"]) == {"progress.csv"}
    assert set(warned["rule"]) == {"feedback-missing"}
    messages = dict(zip(warned["value"], warned["message"], strict=True))
    assert (
        messages.pop("M1 天津海关") == "2 期未反馈（最近一次为 2024-06-30），应于 2024-08-05 前报送，已过 30 个工作日"
    )
    assert set(messages.values()) == {"3 期未反馈（从未反馈），应于 2024-07-05 前报送，已过 51 个工作日"}
    english = due.warnings(plan.at("2024-09-15"), lang="en")["message"]
    assert english.str.startswith("no feedback for ").all()


def test_units_that_contradict_each_other_are_named_with_what_they_say(tianjin: Plan):
    now = tianjin.at("2025-03-31")
    warned = due.warnings(now)
    disagree = warned[warned["rule"].eq("units-disagree")]
    assert "M7 市商务局 已完成（自报）；天津海关 已办结" in disagree["value"].tolist()
    assert len(disagree) == now.measure_states["units_disagree"].sum() > 0
    assert list(warned.columns) == list(schema.PROBLEM_COLUMNS)


@pytest.mark.thorough
def test_by_command(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["due", "--as-of", "2025-03-31"]) == 0
    printed = capsys.readouterr().out
    assert "已过工作日" in printed
    assert "市交通运输委：截至2025年3月31日" in printed
    for nonsense in ("昨天", "2025-02-30", "today", ""):
        assert cli.main(["due", "--as-of", nonsense]) == cli.Exit.BAD_PARAMETERS
    assert cli.main(["due"]) == cli.Exit.USAGE


# Working days.


def test_working_days_follow_the_announced_calendar():
    # 2024-10-01 to 07 are holidays; Saturday 2024-10-12 and Sunday 2024-09-29 are worked in exchange.
    assert workdays.count_after(day("2024-09-27"), day("2024-10-12")) == 7
    assert workdays.count_after(day("2024-10-11"), day("2024-10-12")) == 1
    assert workdays.count_after(day("2024-10-12"), day("2024-10-12")) == 0
    # 2024-10-13 is a Sunday like any other.
    assert workdays.count_after(day("2024-10-12"), day("2024-10-14")) == 1
    assert workdays.unannounced_years(day("2023-12-31"), day("2025-01-01")) == []


def test_a_year_not_announced_is_said_to_be_so(silent: Plan):
    assert workdays.unannounced_years(day("2039-01-01"), day("2040-01-01")) == [2039, 2040]
    # Only weekends are known: the first of January 2040 is a Sunday.
    assert workdays.count_after(day("2039-12-31"), day("2040-01-06")) == 5
    now = replace(silent, calendar=schema.Calendar(pd.Period("2039-11", "M"), 5, "Asia/Shanghai")).at("2040-01-31")
    caution = "（2039、2040 年放假安排未公布，只按周末计）"
    assert all(text.endswith(caution) for _, text in due.messages(now))
    assert due.warnings(now)["message"].str.endswith(caution).all()
