"""What is owed, since when, in words; and what somebody should look at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given

from analysis import cli, due, schema
from analysis.catalogue import languages
from analysis.periods import Calendar
from analysis.schema import DELIVERY
from tests.reference import Reference, is_working_day
from tests.strategies import SmallPlan, moments, small_plans, typed

if TYPE_CHECKING:
    from analysis.plan import Plan

COLUMNS = ["unit_id", "measure_id", "period", "due", "days_overdue", "working_days_late"]
MARKS = {"zh": "【合成示例，并非真实】", "en": "[Synthetic sample, not real] "}


@pytest.fixture(scope="module")
def silent(tianjin: Plan) -> Plan:
    """The plan when nobody has said or decided anything."""
    return replace(tianjin, progress=tianjin.progress.iloc[:0], decisions=tianjin.decisions.iloc[:0])


def with_words(plan: Plan, *statements: tuple[str, str, str]) -> Plan:
    """A plan in which customs said of measure M1 (as_of, reported_at, state), and nobody said anything else."""
    rows = [
        {**dict(zip(("as_of", "reported_at", "status"), words, strict=True)), "log_id": f"P{number}"}
        for number, words in enumerate(statements)
    ]
    named = plan.responsibilities.query("measure_id == 'M1' and unit_id == 'tj-customs'")
    assert len(named) == 1
    progress = typed("progress", ({**row, "measure_id": "M1", "unit_id": "tj-customs"} for row in rows))
    decisions = plan.decisions.iloc[:0]
    return replace(plan, responsibilities=named.reset_index(drop=True), progress=progress, decisions=decisions)


def owed_periods(plan: Plan, as_of: str, known_at: str = "") -> list[str]:
    return due.outstanding(plan.at(as_of, known_at=known_at))["period"].tolist()


# What is outstanding.


@pytest.mark.thorough
def test_nothing_is_owed_before_the_first_due_date(silent: Plan):
    for now in (silent.at("2024-06-29"), silent.at("2024-06-30", known_at="2024-07-04")):
        assert due.outstanding(now).empty
        assert list(due.outstanding(now).columns) == COLUMNS
        assert due.by_unit(now).empty
        assert due.messages(now) == []
        assert due.warnings(now).empty


def test_everything_is_owed_when_nobody_says_anything(silent: Plan):
    owed = due.outstanding(silent.at("2024-07-31"))
    assert list(owed.columns) == COLUMNS
    assert len(owed) == 2 * 91
    # On the due day itself, up to which a reading knows, the first working day after it is still to come.
    told = owed.groupby("due")[["days_overdue", "working_days_late"]].agg(set).to_dict("index")
    assert told == {
        pd.Timestamp("2024-07-05"): {"days_overdue": {31}, "working_days_late": {21}},
        pd.Timestamp("2024-08-05"): {"days_overdue": {0}, "working_days_late": {0}},
    }
    assert len(due.messages(silent.at("2024-07-31"))) == 24


def test_units_measures_and_periods_stand_in_the_order_of_the_plan(silent: Plan):
    owed = due.outstanding(silent.at("2024-09-05"))
    units, measures = (list(frame.iloc[:, 0]) for frame in (silent.units, silent.measures))
    places = [
        (units.index(row.unit_id), measures.index(row.measure_id), row.period) for row in owed.itertuples(index=False)
    ]
    assert places == sorted(places)
    # Not the order of the alphabet, in which M10 would come before M2 and each unit elsewhere.
    assert list(owed["unit_id"].unique()) == units != sorted(units)


@pytest.mark.thorough
def test_what_is_said_of_a_later_month_settles_the_earlier_ones(tianjin: Plan):
    plan = with_words(tianjin, ("2024-08-31", "2024-09-02", "in_progress"))
    assert owed_periods(plan, "2024-08-31", "2024-09-01") == ["2024-06", "2024-07"]
    assert owed_periods(plan, "2024-08-31", "2024-09-02") == []
    # The fifth of October is a holiday: until the eighth there is time.
    assert owed_periods(plan, "2024-10-07") == []
    assert owed_periods(plan, "2024-10-08") == owed_periods(plan, "2024-09-30") == ["2024-09"]
    # At the day before, as known now, it had not been true yet.
    assert owed_periods(plan, "2024-08-30", "2024-12-31") == ["2024-06", "2024-07"]


def test_whoever_is_done_owes_nothing_more(tianjin: Plan):
    said = ("2024-06-30", "2024-07-01", "done_reported")
    assert owed_periods(with_words(tianjin, said), "2025-03-31") == []


@pytest.mark.thorough
@given(small_plans(), moments, moments)
def test_what_is_outstanding_is_what_is_owed_and_never_came(
    small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp
):
    now = small.plan.at(as_of, known_at=max(as_of, known_at))
    owed = due.outstanding(now)
    defined = Reference(small, now.as_of.date(), now.known_at.date())
    missing = [(unit, of, name) for of, unit, name, came, is_in in defined.owed() if is_in and came == "missing"]
    assert sorted(owed[COLUMNS[:3]].itertuples(index=False, name=None)) == sorted(missing)
    for row in owed.itertuples():
        days = pd.date_range(row.due, now.known_at, inclusive="right")
        assert row.days_overdue == len(days)
        assert row.working_days_late == sum(is_working_day(day.date(), small.calendar.country) for day in days)


@pytest.mark.thorough
@given(small_plans(), moments, moments)
def test_every_text_is_made_in_each_language(small: SmallPlan, as_of: pd.Timestamp, known_at: pd.Timestamp):
    now = small.plan.at(as_of, known_at=max(as_of, known_at))
    owed = due.outstanding(now)
    units = [unit for unit in small.units["unit_id"] if unit in set(owed["unit_id"])]
    for lang in languages():
        texts = due.messages(now, lang=lang)
        assert [unit for unit, _ in texts] == units
        for unit, text in texts:
            assert text.startswith(MARKS[lang] + unit)
            # A line for each measure that the unit owes something on.
            assert text.count("\n") == owed.loc[owed["unit_id"].eq(unit), "measure_id"].nunique()
        table = due.by_unit(now, lang=lang)
        assert len(table) == len(owed.drop_duplicates(["unit_id", "measure_id"]))
        assert table.iloc[:, 2].sum() == len(owed)
        warned = due.warnings(now, lang=lang)
        assert (warned["rule"] == "feedback-missing").sum() == len(table)
        assert (warned["rule"] == "contradicted").sum() == now.measure_states["is_contradicted"].sum()


# In words.


def test_a_table_names_who_owes_what_since_when(silent: Plan):
    table = due.by_unit(silent.at("2024-08-31", known_at="2024-09-06"))
    assert list(table.columns) == ["单位", "措施", "欠报期数", "最早一期", "应报日期", "已过工作日"]
    assert len(table) == 91
    assert table.iloc[0].tolist() == [
        silent.units["short"].iloc[0],
        table["措施"].iloc[0],
        *(3, "2024年6月", "2024-07-05", 45),
    ]
    english = due.by_unit(silent.at("2024-08-31", known_at="2024-09-06"), lang="en")
    assert english.iloc[0].tolist()[2:] == [3, "Jun 2024", "2024-07-05", 45]
    assert set(english["Unit"]) == set(silent.units["short_en"])
    assert all(str(column).isascii() for column in english.columns)


def test_a_message_names_unit_measure_and_since_when(tianjin: Plan):
    now = tianjin.at("2025-03-31")
    owed = due.outstanding(now).query("unit_id == 'transport-commission'")
    text = dict(due.messages(now))["transport-commission"]
    late = owed["working_days_late"].max()
    assert text.startswith(
        "【合成示例，并非真实】市交通运输委：截至2025年4月7日，《天津口岸2024年促进跨境贸易便利化专项行动措施》中"
        f"贵单位有{owed['measure_id'].nunique()}项措施未反馈进展，"
        f"最早应于{owed['due'].min():%Y-%m-%d}前报送，已过{late}个工作日。"
    )
    assert "25．进一步规范进出口环节收费行为：缺2024年6月至2025年3月（10期）" in text
    assert "未公布" not in text
    english = dict(due.messages(now, lang="en"))["transport-commission"]
    assert english.startswith(
        "[Synthetic sample, not real] Tianjin Municipal Transportation Commission: as of 7 April "
    )
    assert f"{late} working days ago" in english


def test_one_of_a_thing_is_said_of_in_the_singular(tianjin: Plan):
    plan = with_words(tianjin, ("2024-06-30", "2024-07-01", "in_progress"))
    (_, text), = due.messages(plan.at("2024-07-31", known_at="2024-08-06"), lang="en")  # fmt: skip
    assert "progress on 1 measure of" in text
    assert "1 working day ago" in text
    (warned,) = due.warnings(plan.at("2024-07-31"), lang="en")["message"]
    assert warned.startswith("1 report owed and not received (last heard for 30 June 2024)")


@pytest.mark.thorough
def test_what_is_asked_of_units_on_a_made_up_record_says_so(tianjin: Plan, capsys: pytest.CaptureFixture[str]):
    real = replace(tianjin, progress_provenance="real").at("2025-03-31")
    for lang, mark in MARKS.items():
        marked, plain = due.messages(tianjin.at("2025-03-31"), lang=lang), due.messages(real, lang=lang)
        assert len(marked) > 5
        assert marked == [(unit, mark + text) for unit, text in plain]
        assert due.mark(real, lang=lang) == ""
    assert cli.main(["due", "--as-of", "2025-03-31"]) == cli.Exit.OK
    assert capsys.readouterr().out.count(MARKS["zh"]) == len(due.messages(real)) + 1


@pytest.mark.thorough
def test_up_to_three_periods_are_named_one_by_one(silent: Plan):
    texts = dict(due.messages(silent.at("2024-08-31")))
    assert "：缺2024年6月、2024年7月、2024年8月\n" in texts["tj-customs"]
    texts = dict(due.messages(silent.at("2024-09-30")))
    assert "：缺2024年6月至2024年9月（4期）\n" in texts["tj-customs"]
    assert "贵单位有26项措施" in texts["tj-customs"]
    quarters = replace(silent, calendar=Calendar("quarter", "2024-Q3", 10))
    assert "missing Q3 2024, Q4 2024\n" in dict(due.messages(quarters.at("2024-12-31"), lang="en"))["tj-customs"]


@pytest.mark.parametrize("calendar", [Calendar("none"), Calendar("quarter", "2024-Q2", owed="when-due")])
def test_what_is_owed_once_is_named_by_its_deadline(silent: Plan, calendar: Calendar):
    measures = silent.measures.assign(due=pd.NaT)
    assert due.messages(replace(silent, calendar=calendar).at("2024-12-31")) == []
    measures = measures.astype({"due": "datetime64[us]"})
    measures.loc[measures["measure_id"].eq("M1"), "due"] = pd.Timestamp("2024-09-30")
    plan = replace(silent, calendar=calendar, measures=measures)
    (_, text), = due.messages(plan.at("2024-12-31"))  # fmt: skip
    assert text.splitlines()[1].endswith("：缺2024年9月30日到期的反馈")
    assert due.messages(plan.at("2024-09-29")) == []


# What somebody should look at.


def test_warnings_name_who_was_never_heard_and_who_was_heard_when(tianjin: Plan):
    plan = with_words(tianjin, ("2024-06-30", "2024-07-01", "in_progress"))
    named = tianjin.responsibilities.query("measure_id in ['M1', 'M2']").reset_index(drop=True)
    warned = due.warnings(replace(plan, responsibilities=named).at("2024-08-31", known_at="2024-09-15"))
    assert list(warned.columns) == list(schema.PROBLEM_COLUMNS)
    assert set(warned["severity"]) == {"warning"}
    assert set(warned["file"]) == {"progress.csv"}
    missing = warned[warned["rule"].eq("feedback-missing")]
    messages = dict(zip(missing["value"], missing["message"], strict=True))
    assert messages.pop("M1 天津海关") == (
        "2期未反馈（最近一次反馈的是2024年6月30日的情况），最早应于2024-08-05前报送，已过30个工作日"
    )
    assert set(messages.values()) == {"3期未反馈（从未反馈），最早应于2024-07-05前报送，已过51个工作日"}
    lapsed = warned[warned["rule"].eq("units-lapsed")]
    assert lapsed["value"].tolist() == ["天津海关"]
    assert "第1项" in lapsed["message"].item()


@pytest.mark.thorough
def test_a_warning_names_the_table_that_it_is_of(tianjin: Plan):
    sources = tianjin.sources.replace({"file": {"progress.csv": "log.parquet", "decisions.csv": "decisions.parquet"}})
    warned = due.warnings(replace(tianjin, sources=sources).at("2025-03-31"))
    assert warned.groupby("rule")["file"].unique().map(list).to_dict() == {
        "feedback-missing": ["log.parquet"],
        "units-lapsed": ["log.parquet"],
        "units-disagree": ["log.parquet"],
        "contradicted": ["decisions.parquet"],
    }


@pytest.mark.thorough
def test_units_that_contradict_each_other_or_a_decision_are_named_with_what_they_say(tianjin: Plan):
    now = tianjin.at("2025-03-31")
    for lang, stalled in (("zh", "受阻"), ("en", "Stalled")):
        warned = due.warnings(now, lang=lang)
        disagree = warned.loc[warned["rule"].eq("units-disagree"), "value"]
        open_ones = now.measure_states[~now.measure_states["state"].isin(["closed", "withdrawn"])]
        assert len(disagree) == open_ones["units_disagree"].sum() > 0
        assert disagree.str.contains(stalled).any()
        contradicted = warned.loc[warned["rule"].eq("contradicted"), "value"]
        assert (
            contradicted.str.split().str[0].tolist()
            == now.measure_states.loc[now.measure_states["is_contradicted"], "measure_id"].tolist()
        )
        assert not warned["value"].str.contains("|".join(DELIVERY)).any()


@pytest.mark.thorough
def test_by_command(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["due", "--as-of", "2025-03-31"]) == cli.Exit.OK
    printed = capsys.readouterr().out
    assert "已过工作日" in printed
    assert "市交通运输委：截至2025年4月7日" in printed
    for nonsense in ("昨天", "2025-02-30", "today", "", "2004-03-31", "2204-03-31"):
        assert cli.main(["due", "--as-of", nonsense]) == cli.Exit.BAD_PARAMETERS
    assert cli.main(["due"]) == cli.Exit.USAGE


@pytest.mark.thorough
def test_a_year_not_announced_is_said_to_be_so(silent: Plan):
    plan = replace(silent, calendar=Calendar("month", "2039-11", 5))
    now = plan.at("2040-01-31", known_at="2040-01-31")
    for lang, caution in (
        ("zh", "（2039、2040年放假安排未公布，只按周末计）"),
        ("en", " (days off not announced for 2039, 2040: only weekends are counted)"),
    ):
        assert all(text.endswith(caution) for _, text in due.messages(now, lang=lang))
        assert due.warnings(now, lang=lang)["message"].str.endswith(caution).all()
    abroad = replace(plan, calendar=replace(plan.calendar, country="CA"))
    assert not any("2040年放假" in text for _, text in due.messages(abroad.at("2040-01-31")))
