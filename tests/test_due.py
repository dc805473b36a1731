"""What is owed, since when, in words; and what the calendar does not know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import cli, due, status, workdays
from analysis.plan import Plan, open_plan

DATA = Path(__file__).parents[1] / "data" / "tianjin-2024"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return open_plan(DATA)


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def test_nothing_is_owed_before_the_first_due_date(plan):
    assert due.owed(plan, as_of=day("2024-07-04")).empty
    assert due.messages(plan, due.owed(plan, as_of=day("2024-07-04")), as_of=day("2024-07-04")) == []


def test_everything_is_owed_when_nobody_says_anything(plan):
    silent = replace(plan, progress=plan.progress.iloc[:0])
    owed = due.owed(silent, as_of=day("2024-08-05"))
    assert len(owed) == 2 * 91
    assert owed["due"].unique().tolist() == [day("2024-07-05"), day("2024-08-05")]
    assert len(due.messages(silent, owed, as_of=day("2024-08-05"))) == 24


@settings(max_examples=25, deadline=None)
@given(as_of=st.dates(day("2024-06-01").date(), day("2026-12-31").date()))
def test_owed_agrees_with_the_states(plan, as_of):
    """A responsibility owes as many reports as periods have passed it by since its last word."""
    as_of = pd.Timestamp(as_of)
    owed = due.owed(plan, as_of=as_of).groupby(["measure_id", "unit_id"]).size()
    states = status.latest(plan.responsibilities, plan.progress, calendar=plan.calendar, as_of=as_of)
    open_states = states[~states["freshness"].eq("settled") & states["periods_missed"].gt(0)]
    expected = open_states.set_index(["measure_id", "unit_id"])["periods_missed"].astype("int64")
    assert owed.sort_index().to_dict() == expected.sort_index().to_dict()


def test_a_message_names_unit_measure_and_since_when(plan):
    as_of = day("2025-03-31")
    told = dict(due.messages(plan, due.owed(plan, as_of=as_of), as_of=as_of))
    text = told["transport-commission"]
    assert text.startswith("市交通运输委：截至2025年3月31日")
    assert "第 24 项“持续推进落实《清理规范海运口岸收费行动方案》”：缺 2024年6月至2025年2月（9 期）" in text
    assert "最早应于 2024-07-05 前报送" in text
    assert "未公布" not in text


def test_working_days_follow_the_announced_calendar():
    # 2024-10-01 to 07 are holidays; Saturday 2024-10-12 and Sunday 2024-09-29 are worked in exchange.
    assert workdays.count_after(day("2024-09-27"), day("2024-10-12")) == 7
    assert workdays.count_after(day("2024-10-12"), day("2024-10-12")) == 0
    assert workdays.unannounced_years(day("2023-12-31"), day("2025-01-01")) == []


def test_a_year_not_announced_is_said_to_be_so(plan):
    assert workdays.unannounced_years(day("2024-01-01"), day("2040-01-01"))[-1] == 2040
    # Only weekends are known: the first of January 2040 is a Sunday.
    assert workdays.count_after(day("2039-12-31"), day("2040-01-06")) == 5
    as_of = day("2040-01-31")
    told = due.messages(plan, due.owed(plan, as_of=as_of), as_of=as_of)
    assert all("年放假安排未公布，只按周末计）" in text for _, text in told)


def test_warnings_of_silence_and_of_units_that_disagree(plan):
    found = due.warnings(plan, as_of=day("2025-03-31"))
    assert set(found["severity"]) == {"warning"}
    assert found["rule"].str.contains("从未反馈").any()
    disagree = found[found["rule"].str.contains("不一致")]
    assert "M7 市商务局 已完成（自报）；天津海关 已办结" in disagree["value"].tolist()
    states = status.latest(plan.responsibilities, plan.progress, calendar=plan.calendar, as_of=day("2025-03-31"))
    assert len(disagree) == status.by_measure(states, plan.measures)["units_disagree"].sum()


def test_by_command(capsys):
    assert cli.main(["due", "--as-of", "2025-03-31"]) == 0
    told = capsys.readouterr().out
    assert "已过工作日" in told and "市交通运输委：截至2025年3月31日" in told
    assert cli.main(["due", "--as-of", "昨天"]) == cli.Exit.BAD_PARAMETERS
    assert cli.main(["due"]) == cli.Exit.USAGE
