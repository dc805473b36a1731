"""A plan's folder: what the embedded one holds, what is said of one that breaks the rules, and the door to a day."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import unicodedata
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import analysis
from analysis import record, schema
from analysis.basis.placing import DAYS
from analysis.cli import Exit, main
from analysis.periods import Calendar
from analysis.plan import Plan, UnknownName, check_plan, inspect_plan, known_by, open_plan, read_folder
from analysis.plan.folder import NOTICE, RECORD
from analysis.rules.days import ARRIVAL
from analysis.schema import DataError
from analysis.workload import fractional_shares
from tests.plan_folders import (
    COLUMNS,
    change,
    change_head,
    decide,
    put,
    say,
    write,
    write_actuals,
    write_decisions,
    write_record,
    write_small_plan,
)
from tests.strategies import SmallPlan, calendars, days, moments, small_plans

if TYPE_CHECKING:
    from tests.plan_folders import Statement

EMBEDDED = Path(__file__).parents[1] / "data" / "tianjin-2024"
TABLES = tuple(schema.TABLES)
NAMED_ALIKE = {"unit": "市商务", "theme": "进一步创新提升进出口全链条货物通关"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the embedded plan, to be broken."""
    return Path(shutil.copytree(EMBEDDED, tmp_path / "plan"))


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A plan of two measures that breaks no rule."""
    return write_small_plan(tmp_path / "small")


def told(problems: pd.DataFrame) -> list[tuple[str, int, str, str]]:
    """The errors: file, row, column, value."""
    assert list(problems.columns) == list(schema.PROBLEM_COLUMNS)
    assert not problems.duplicated().any()
    errors = problems[problems["severity"].eq("error")]
    assert errors["rule"].ne("").all()
    return [(str(row.file), int(row.row), str(row.column), str(row.value)) for row in errors.itertuples()]


def warned(problems: pd.DataFrame) -> list[tuple[str, int, str, str]]:
    """The warnings, when there is no error: file, row, column, value."""
    assert problems["severity"].eq("warning").all()
    return [(str(row.file), int(row.row), str(row.column), str(row.value)) for row in problems.itertuples()]


def refused(folder: Path) -> pd.DataFrame:
    """The problems with which a plan is refused."""
    with pytest.raises(DataError) as caught:
        open_plan(folder)
    return caught.value.problems


def letters(text: str) -> str:
    """Without punctuation, which a person restored by hand."""
    return re.sub(r"\W", "", unicodedata.normalize("NFKC", text))


def assert_same_data(plan: Plan, other: Plan) -> None:
    for table in TABLES:
        assert_frame_equal(getattr(plan, table), getattr(other, table))


# The embedded plan.


def test_the_counts_of_the_notice(tianjin: Plan):
    assert len(tianjin.measures) == 31
    assert len(tianjin.themes) == 6
    assert list(tianjin.measures.groupby("theme_id", sort=False).size()) == [5, 7, 5, 6, 2, 6]
    assert list(tianjin.measures["theme_id"].unique()) == list(tianjin.themes["theme_id"])
    assert len(tianjin.units) == 24
    assert len(tianjin.responsibilities) == 91
    assert set(tianjin.responsibilities["unit_id"]) == set(tianjin.units["unit_id"])
    roles = tianjin.responsibilities.drop_duplicates(["measure_id", "role"]).set_index("measure_id")["role"]
    assert roles.index.is_unique
    assert roles.value_counts().to_dict() == {"joint": 22, "sole": 8, "unmarked": 1}
    numbers = tianjin.measures.set_index("measure_id")["number"]
    assert list(numbers[roles[roles.eq("unmarked")].index]) == ["6"]


def test_what_the_notice_does_not_say_stays_missing(tianjin: Plan):
    assert tianjin.lead_rule == "none"
    assert tianjin.measures["due"].isna().all()
    assert not tianjin.responsibilities["role"].isin(["lead", "support"]).any()
    assert tianjin.progress_provenance == "synthetic"
    assert tianjin.issued == pd.Timestamp("2024-05-31")


def test_responsibilities_are_those_of_the_notice(tianjin: Plan):
    pytest.importorskip("opencc")
    pytest.importorskip("pypinyin")
    from analysis.notice import read

    notice = read((tianjin.folder / "notice.txt").read_text("utf-8"))
    names = tianjin.units.set_index("unit_id")["name"]
    columns = ["measure_id", "clause", "position", "role"]
    assert list(tianjin.responsibilities["unit_id"].map(names)) == list(notice.responsibilities["unit"])
    read_here, read_there = (
        frame[columns].astype("str") for frame in (tianjin.responsibilities, notice.responsibilities)
    )
    assert read_here.to_numpy().tolist() == read_there.to_numpy().tolist()
    assert list(tianjin.measures["title"]) == list(notice.measures["title"])
    assert [letters(text) for text in tianjin.measures["text"]] == [letters(text) for text in notice.measures["text"]]
    assert list(tianjin.measures["theme_id"]) == list(notice.measures["theme_id"])
    assert list(tianjin.themes["title"]) == list(notice.themes["title"])


def test_every_promise_stands_in_the_text_of_its_measure(tianjin: Plan):
    texts = tianjin.measures.set_index("measure_id")["text"]
    assert not tianjin.commitments.empty
    for measure, span in tianjin.commitments[["measure_id", "text_span"]].itertuples(index=False):
        assert span in texts[measure]


def test_the_basis_of_a_kind_stands_in_the_text_of_its_measure(tianjin: Plan):
    for text, basis in tianjin.measures[["text", "kind_basis"]].itertuples(index=False):
        assert basis
        assert basis in text


def test_frames_are_typed(tianjin: Plan):
    for table, column in (
        *(("progress", "as_of"), ("progress", "reported_at"), ("measures", "due"), ("measures", "from")),
        *(("responsibilities", "until"), ("decisions", "effective_on"), ("decisions", "due"), ("actuals", "as_of")),
    ):
        assert pd.api.types.is_datetime64_dtype(getattr(tianjin, table)[column])
    assert tianjin.progress["percent"].dtype == tianjin.actuals["value"].dtype == "float64"
    assert tianjin.units["is_group"].dtype == "bool"
    assert tianjin.units["is_group"].sum() == 2
    for table in TABLES:
        frame = getattr(tianjin, table)
        # English names are no column of every plan; this one has them.
        assert sorted(frame.columns) == sorted(COLUMNS[table])
        assert list(frame.index) == list(range(len(frame)))


def test_sources_are_the_files_that_were_read(tianjin: Plan):
    assert list(tianjin.sources["file"]) == [f"{table}.csv" for table in TABLES]
    assert list(tianjin.sources["rows"]) == [len(getattr(tianjin, table)) for table in TABLES]
    assert tianjin.sources["sha256"].str.fullmatch("[0-9a-f]{64}").all()


def test_the_embedded_plan_has_no_errors():
    assert told(check_plan("tianjin-2024")) == []


# Finding and narrowing.


@pytest.mark.thorough
def test_a_plan_opens_by_path(tianjin: Plan, folder: Path):
    for path in (folder, str(folder)):
        plan = open_plan(path)
        assert plan.folder == folder.resolve()
        assert plan.id == "tianjin-2024"
        assert_same_data(plan, tianjin)


@pytest.mark.parametrize("name", ["tianjin-2025", "", "no/such/folder"])
def test_an_unknown_plan_is_told_with_those_there_are(name: str):
    for ask in (open_plan, check_plan):
        with pytest.raises(UnknownName, match="tianjin-2024"):
            ask(name)


def test_a_folder_without_plan_toml_is_no_plan(tmp_path: Path):
    with pytest.raises(UnknownName, match=r"plan\.toml"):
        open_plan(tmp_path)


def test_a_path_that_cannot_be_looked_into_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    name = "方案" * 100
    (tmp_path / "loop").symlink_to("loop")
    for path, reason in ((tmp_path / name, "名称太长"), (tmp_path / "loop", "plan.toml")):
        assert main(["check", "--plan", str(path)]) == Exit.BAD_PARAMETERS
        assert reason in capsys.readouterr().err


@pytest.mark.parametrize(("what", "near"), [("unit", "市商务局"), ("theme", "进一步创新提升进出口全链条货物通关效率")])
def test_an_unknown_name_is_told_with_near_ones(tianjin: Plan, what: str, near: str):
    with pytest.raises(UnknownName, match=NAMED_ALIKE[what]) as caught:
        tianjin.select(**{what: NAMED_ALIKE[what]})
    assert near in str(caught.value).replace(f"“{NAMED_ALIKE[what]}”", "")


@pytest.mark.parametrize(("what", "known"), [("unit", "tj-customs"), ("theme", "T5")])
def test_a_name_like_no_other_is_told_with_all_there_are(tianjin: Plan, what: str, known: str):
    with pytest.raises(UnknownName, match=known):
        tianjin.select(**{what: "zzz"})


@pytest.mark.thorough
def test_a_unit_goes_by_each_of_its_names(tianjin: Plan):
    for unit in tianjin.units.itertuples():
        for name in (unit.unit_id, unit.name, unit.short, *str(unit.aliases).split("|")):
            assert tianjin.find_unit(name) == unit.unit_id
    assert tianjin.select(unit="商务局").selection == {"unit": "commerce-bureau"}


@pytest.mark.thorough
def test_a_selection_keeps_whole_measures(tianjin: Plan):
    asked = [{"unit": unit} for unit in tianjin.units["unit_id"]]
    asked += [{"theme": theme} for theme in tianjin.themes["theme_id"]]
    asked += [{"unit": unit, "theme": theme} for unit in ("tj-customs", "port-group") for theme in ("T1", "T4", "T5")]
    for selection in asked:
        plan = tianjin.select(**selection)
        assert plan.selection == selection
        assert fractional_shares(plan.responsibilities)["share"].sum() == len(plan.measures)
        of_measures = tianjin.responsibilities["measure_id"].isin(plan.measures["measure_id"])
        assert len(plan.responsibilities) == of_measures.sum()
        kept = set(plan.measures["measure_id"])
        assert set(plan.commitments["measure_id"]) == kept & set(tianjin.commitments["measure_id"])
        for table in ("progress", "decisions"):
            assert set(getattr(plan, table)["measure_id"]) == kept & set(getattr(tianjin, table)["measure_id"])
        assert set(plan.actuals["commitment_id"]) == set(plan.commitments["commitment_id"])
        if "theme" in selection:
            assert set(plan.measures["theme_id"]) <= {selection["theme"]}
        if "unit" in selection:
            assert plan.responsibilities["unit_id"].eq(selection["unit"]).sum() == len(plan.measures)


def test_units_and_themes_select_what_the_notice_gives_them(tianjin: Plan):
    assert len(tianjin.select(unit="tj-customs").measures) == 26
    assert len(tianjin.select(theme="T2").measures) == 7
    assert len(tianjin.select(theme="T2", unit="tj-customs").measures) == len(
        tianjin.select(theme="T2").select(unit="tj-customs").measures
    )
    assert_same_data(tianjin.select(), tianjin)
    assert_same_data(tianjin.select(unit="", theme=""), tianjin)


def test_a_selection_that_meets_nothing_is_empty_and_typed(tianjin: Plan):
    nothing = tianjin.select(unit="guanshuibao", theme="T1")
    for table in ("measures", "responsibilities", "commitments", *RECORD):
        frame = getattr(nothing, table)
        assert frame.empty
        assert frame.dtypes.equals(getattr(tianjin, table).dtypes)


@pytest.mark.thorough
def test_a_unit_and_a_theme_go_by_their_english_names_too(tianjin: Plan):
    for unit in tianjin.units.itertuples():
        assert tianjin.find_unit(str(unit.name_en)) == tianjin.find_unit(str(unit.short_en)) == unit.unit_id
    for theme in tianjin.themes.itertuples():
        for name in (theme.theme_id, theme.title, theme.short, theme.title_en, theme.short_en):
            assert tianjin.find_theme(str(name)) == theme.theme_id
            assert tianjin.select(theme=str(name)).selection == {"theme": theme.theme_id}


@pytest.mark.parametrize("name", ["天津海关", "Tianjin Customs", "tj-customs"])
def test_a_unit_is_selected_by_any_of_its_names(tianjin: Plan, name: str):
    assert_same_data(tianjin.select(unit=name), tianjin.select(unit="tj-customs"))


def test_a_unit_that_joined_by_decision_selects_the_measure_too(small: Path):
    write_decisions(small, decide("joined", measure_id="M2", unit_id="commerce"))
    plan = open_plan(small)
    assert plan.select(unit="commerce").measures["measure_id"].tolist() == ["M1", "M2"]
    now = plan.at("2024-09-30").responsibilities
    assert now.loc[now["measure_id"].eq("M2"), "unit_id"].tolist() == ["customs", "commerce"]
    assert plan.at("2024-08-30").responsibilities["unit_id"].eq("commerce").sum() == 1


def test_a_name_that_several_have_is_none_of_theirs():
    names = [("海关", "one"), ("海关", "two"), ("two", "two"), ("two", "three"), ("three", "three"), ("three", "three")]
    with pytest.raises(UnknownName, match="“海关”不止一个：one、two"):
        analysis.plan.find_name(names, "海关", "单位")
    # What is the id of one is no other's name.
    assert [analysis.plan.find_name(names, id, "单位") for id in ("two", "three")] == ["two", "three"]


@pytest.mark.parametrize(("column", "name"), [("number", "1"), ("title", "第一项"), ("title_en", "One")])
def test_a_measure_is_never_taken_for_another_of_its_name(small: Path, column: str, name: str):
    """Numbers begin anew in each part of many a notice, and headings repeat."""
    for row in (2, 3):
        change(small, "measures", put("measures", row, column, name))
    with pytest.raises(UnknownName, match="不止一个：M1、M2"):
        open_plan(small).find_measure(name)


def test_the_id_of_a_measure_is_no_number_of_another(small: Path):
    change(small, "measures", put("measures", 2, "number", "M2"))
    assert open_plan(small).find_measure("M2") == "M2"


# The door: a day in, a reading out.


@pytest.mark.parametrize(
    "day",
    [
        date(2024, 12, 31),
        pd.Timestamp("2024-12-31"),
        pd.Timestamp("2024-12-31 23:59").as_unit("ns"),
        datetime(2024, 12, 31, 8, 30),  # noqa: DTZ001 — this is what has no time zone
        np.datetime64("2024-12-31"),
        np.datetime64("2024-12-31T12:00", "ns"),
    ],
    ids=repr,
)
def test_a_day_is_a_day_however_it_is_written(tianjin: Plan, day: Any):
    by_text = tianjin.at("2024-12-31", known_at="2025-01-31")
    now = tianjin.at(day, known_at=day + (np.timedelta64(31, "D") if isinstance(day, np.datetime64) else timedelta(31)))
    assert (now.as_of, now.known_at) == (by_text.as_of, by_text.known_at)
    assert (now.as_of.unit, repr(now)) == (by_text.as_of.unit, repr(by_text))


TOKYO = timezone(timedelta(hours=9))


@pytest.mark.parametrize(
    "day", [pd.Timestamp("2024-12-31", tz="Asia/Shanghai"), datetime(2024, 12, 31, tzinfo=TOKYO)], ids=str
)
def test_a_time_zone_is_refused_in_words(tianjin: Plan, day: datetime):
    with pytest.raises(ValueError, match=r"as_of，值“2024-12-31.*”：日期不带时区.*如 2024-12-31"):
        tianjin.at(day)
    with pytest.raises(ValueError, match="known_at，值“2024-12-31"):
        tianjin.at("2024-01-01", known_at=day)


@pytest.mark.parametrize("day", ["", None, pd.NaT, np.datetime64("NaT")], ids=repr)
def test_no_day_is_refused(tianjin: Plan, day: Any):
    with pytest.raises(ValueError, match="as_of 为空：应为日期，如 2024-12-31"):
        tianjin.at(day)


@pytest.mark.parametrize(
    "day",
    [
        *("NaT", "today", "now", "2024-02-30", "2024-12", "20241231", "2024-1-5", "2024-12-31T00:00", "２０２４-12-31"),
        *(20241231, 45657.0, float("nan"), True, [2024, 12, 31], pd.Period("2024-12")),
    ],
    ids=repr,
)
def test_what_is_no_day_is_refused(tianjin: Plan, day: Any):
    """What pandas would make of it is the clock's day, or one in 1970."""
    with pytest.raises(ValueError, match=re.escape(f"as_of，值“{day}”：应为真实存在的日期，写作 2024-12-31")):
        tianjin.at(day)
    with pytest.raises(ValueError, match="known_at"):
        tianjin.at("2024-01-01", known_at=day)


@given(days, days, calendars())
def test_k_is_what_the_calendar_says_unless_it_is_said_and_never_before_t(
    as_of: date, known_at: date, calendar: Calendar
):
    assert known_by(str(as_of), calendar=calendar) == str(calendar.known_by(as_of))
    assert known_by(str(as_of), calendar=None) == known_by(str(as_of), str(as_of), calendar=calendar) == str(as_of)
    if known_at >= as_of:
        assert known_by(str(as_of), str(known_at), calendar=calendar) == str(known_at)
    else:
        with pytest.raises(ValueError, match=f"known_at（{known_at}）不能早于 as_of（{as_of}）"):
            known_by(str(as_of), str(known_at), calendar=calendar)


def test_the_door_keeps_to_the_rule_of_k(tianjin: Plan):
    # The fifth of January 2025 is a Sunday.
    assert tianjin.at("2024-12-31").known_at == pd.Timestamp("2025-01-06")
    assert tianjin.at("2024-12-30").known_at == pd.Timestamp("2024-12-30")
    assert tianjin.at("2024-12-31", known_at="2025-06-30").known_at == pd.Timestamp("2025-06-30")
    with pytest.raises(ValueError, match="known_at（2024-12-30）不能早于 as_of（2024-12-31）"):
        tianjin.at("2024-12-31", known_at="2024-12-30")


@pytest.mark.thorough
@given(small_plans(), moments, moments, st.integers(0, 60))
def test_an_earlier_reading_knows_what_the_later_one_knows(
    small: SmallPlan, as_of: pd.Timestamp, day: pd.Timestamp, lag: int
):
    day = min(day, as_of)
    now = small.plan.at(as_of, known_at=as_of + pd.Timedelta(days=lag))
    then = now.before(day)
    assert (then.as_of, then.known_at) == (day, now.known_at)
    assert_frame_equal(then.states, small.plan.at(day, known_at=now.known_at).states)
    compared = now.compared_with(f"{day:%Y-%m-%d}")
    assert (compared.as_of, compared.known_at, compared.plan) == (then.as_of, then.known_at, now.plan)
    assert now.compared_with("") is now.compared_with() is now
    before = now.before()
    assert before.as_of < as_of
    assert small.calendar.period_of(before.as_of.date()) == small.calendar.before(as_of.date())
    # What the earlier day's own page knew is what has been revised since.
    assert then.as_published().known_at == min(small.plan.at(day).known_at, now.known_at)


@pytest.mark.thorough
@given(small_plans(), moments, st.integers(0, 60))
def test_how_much_of_a_period_has_come_in(small: SmallPlan, as_of: pd.Timestamp, lag: int):
    now = small.plan.at(as_of, known_at=as_of + pd.Timedelta(days=lag))
    last, asked = now.periods.iloc[-1], now.obligations
    asked = asked[asked["period"].eq(last["period"])]
    receipts = now.receipts
    assert (receipts.period, receipts.is_in) == (last["period"], last["is_in"])
    assert receipts.owed == len(asked)
    assert receipts.received == asked["arrived"].notna().sum() <= receipts.owed
    assert now.feedback["is_in"].all()
    assert now.periods["period_end"].is_monotonic_increasing
    assert now.periods["period_end"].iloc[-1] == as_of


def test_plans_and_readings_are_things_of_their_own(tianjin: Plan):
    now = tianjin.at("2024-12-31")
    assert now == now
    assert now != tianjin.at("2024-12-31")
    assert tianjin != tianjin.select()
    assert len({tianjin, tianjin.select(), now}) == 3


@pytest.mark.thorough
def test_plans_and_readings_introduce_themselves_in_a_line(tianjin: Plan, small: Path):
    selected = tianjin.select(unit="天津海关", theme="T1")
    for thing, words in (
        (tianjin, ["tianjin-2024", "31 measures", "24 units", f"{len(tianjin.progress)} statements", "synthetic"]),
        (selected, ["tianjin-2024", "tj-customs", "T1", f"{len(selected.measures)} measures"]),
        (tianjin.at("2024-12-31", known_at="2025-01-31"), ["tianjin-2024", "2024-12-31", "2025-01-31"]),
    ):
        assert len(repr(thing)) < 200
        assert "\n" not in repr(thing)
        for word in words:
            assert word in repr(thing)
            assert word in thing._repr_html_()
    change_head(small, 'zh = "测试方案"', 'zh = "<i>&"')
    plan = replace(open_plan(small), id="<b>")
    assert "&lt;i&gt;&amp;" in plan._repr_html_()
    for thing in (plan, plan.at("2024-06-30")):
        assert "&lt;b&gt;" in thing._repr_html_()
        assert not re.search("<[bi]>", thing._repr_html_())
    counts = plan.at("2024-07-31").measure_states["state"].tolist()
    for state in counts:
        assert state in plan.at("2024-07-31")._repr_html_()


def test_the_package_says_that_it_is_typed():
    assert (Path(analysis.__file__).parent / "py.typed").is_file()


# What is said of cells, columns and files that break a rule.


@pytest.mark.thorough
def test_every_problem_is_told_at_once(folder: Path):
    broken = [
        (3, "status", "完成"),
        (5, "measure_id", "M99"),
        (8, "as_of", "2024-02-30"),
        (10, "log_id", "P0001"),
        (12, "percent", "140"),
        (14, "status", "closed"),
    ]
    for row, column, value in broken:
        change(folder, "progress", put("progress", row, column, value))
    change(folder, "units", put("units", 2, "kind", "city"))
    problems = refused(folder)
    assert_frame_equal(problems, check_plan(folder))
    assert sorted(told(problems)) == [
        *(("progress.csv", row, column, value) for row, column, value in broken),
        ("units.csv", 2, "kind", "city"),
    ]
    message = str(DataError(problems))
    for row, column, value in broken:
        assert f"progress.csv 第 {row} 行 {column} 列，值“{value}”" in message


def test_several_problems_of_one_row_are_all_told(folder: Path):
    for column, value in (("percent", "-1"), ("reported_at", "2024/07/01"), ("unit_id", "")):
        change(folder, "progress", put("progress", 4, column, value))
    assert {(row, column) for _, row, column, _ in told(refused(folder))} == {
        (4, "percent"),
        (4, "reported_at"),
        (4, "unit_id"),
    }


@pytest.mark.parametrize("table", TABLES)
def test_a_missing_file_is_told_beside_other_problems(small: Path, table: str):
    (small / f"{table}.csv").unlink()
    other = "themes" if table == "units" else "units"
    change(small, other, put(other, 2, "short", ""))
    problems = refused(small)
    assert set(problems["file"]) == {f"{table}.csv", f"{other}.csv"}
    missing = problems[problems["file"].eq(f"{table}.csv")]
    assert missing["rule"].item() == "file-missing"
    assert missing["row"].isna().all()


@pytest.mark.parametrize(
    ("table", "column"), [("progress", "supersedes"), ("units", "aliases"), ("themes", "theme_id")]
)
def test_a_missing_column_is_told_by_name(folder: Path, table: str, column: str):
    def drop(lines: list[list[str]]) -> None:
        place = lines[0].index(column)
        for line in lines:
            del line[place]

    change(folder, table, drop)
    assert told(refused(folder)) == [(f"{table}.csv", 1, column, "")]


def test_a_column_twice_is_told(small: Path):
    change(small, "units", lambda lines: [line.append(line[0]) for line in lines])
    problems = refused(small)
    assert set(problems["file"]) == {"units.csv"}
    assert "unit_id" in problems.to_string()


@pytest.mark.thorough
def test_columns_more_than_needed_are_told_and_their_order_does_not_matter(folder: Path, tianjin: Plan):
    change(folder, "progress", lambda lines: [line.insert(0, line.pop()) or line.append("备注") for line in lines])
    problems = check_plan(folder)
    unknown = problems[problems["rule"].eq("column-unknown")]
    assert unknown[["file", "row", "column", "severity"]].to_numpy().tolist() == [
        ["progress.csv", 1, "备注", "warning"]
    ]
    progress = open_plan(folder).progress
    assert_frame_equal(progress[list(tianjin.progress.columns)], tianjin.progress)


# How files are written.


@pytest.mark.parametrize(("encoding", "line_end"), [("gb18030", "\n"), ("utf-8-sig", "\n"), ("utf-8", "\r\n")])
def test_files_read_the_same_as_spreadsheets_write_them(folder: Path, tianjin: Plan, encoding: str, line_end: str):
    for table in TABLES:
        path = folder / f"{table}.csv"
        path.write_bytes(path.read_text("utf-8").replace("\n", line_end).encode(encoding))
    head = folder / "plan.toml"
    if encoding != "gb18030":
        head.write_bytes(head.read_text("utf-8").replace("\n", line_end).encode(encoding))
    assert_same_data(open_plan(folder), tianjin)


TRADITIONAL_THEMES = """theme_id,title,title_en,short,short_en
T1,進一步創新提升進出口全鏈條貨物通關效率,Cargo clearance,全鏈條通關,Clearance
T2,進一步優化促進外貿新動能產業貿易便利,New trade drivers,外貿新動能,Drivers
"""


@pytest.mark.parametrize("encoding", ["big5", "utf-16-le", "utf-16-be"])
def test_other_encodings_are_refused_by_name(small: Path, encoding: str):
    (small / "themes.csv").write_bytes(TRADITIONAL_THEMES.encode(encoding))
    problems = refused(small)
    of_file = problems[problems["file"].eq("themes.csv")]
    assert len(of_file) == 1
    assert "编码" in of_file["message"].item()


def test_a_missing_column_of_a_gb18030_file_is_told_by_name(small: Path):
    change(small, "themes", lambda lines: [line.pop(3) for line in lines])
    path = small / "themes.csv"
    path.write_bytes(path.read_text("utf-8").encode("gb18030"))
    assert told(refused(small)) == [("themes.csv", 1, "short", "")]


def test_names_in_another_language_may_be_left_out(small: Path):
    for table in ("themes", "measures", "units"):
        places = [place for place, column in enumerate(COLUMNS[table]) if column.endswith("_en")]

        def drop(lines: list[list[str]], places: list[int] = places) -> None:
            for line in lines:
                line[:] = [cell for place, cell in enumerate(line) if place not in places]

        change(small, table, drop)
    assert check_plan(small).empty
    assert open_plan(small).find_unit("海关") == "customs"


def test_ragged_rows_are_told_by_number(small: Path):
    change(small, "units", lambda lines: (lines[2].pop(), lines[1].append("")))
    problems = refused(small)
    assert list(problems["file"]) == ["units.csv"]
    assert "2、3" in problems["message"].item()


def test_a_quote_left_open_is_told(small: Path):
    path = small / "progress.csv"
    # So long a cell that the reader of CSV gives up on it.
    path.write_text(path.read_text("utf-8").replace("P2,", 'P2,"', 1) + "x" * 200_000, "utf-8")
    assert list(refused(small)["file"]) == ["progress.csv"]


@pytest.mark.thorough
def test_blank_lines_are_skipped_and_counted(folder: Path, tianjin: Plan):
    def add_blanks(lines: list[list[str]]) -> None:
        lines.insert(1, [])
        lines.insert(3, [""] * len(lines[0]))
        lines.append([])

    change(folder, "progress", add_blanks)
    assert_same_data(open_plan(folder), tianjin)
    change(folder, "progress", put("progress", 5, "status", "完成"))
    assert told(refused(folder)) == [("progress.csv", 5, "status", "完成")]


def test_an_empty_record_opens(folder: Path, tianjin: Plan):
    change(folder, "progress", lambda lines: lines.__delitem__(slice(1, None)))
    progress = open_plan(folder).progress
    assert progress.empty
    assert pd.api.types.is_datetime64_dtype(progress["as_of"])
    assert list(progress.columns) == list(tianjin.progress.columns)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_a_file_without_content_has_no_columns(small: Path, content: bytes):
    (small / "themes.csv").write_bytes(content)
    assert [problem[2] for problem in told(refused(small))] == list(schema.REQUIRED_COLUMNS["themes"])


@pytest.mark.parametrize(
    ("line", "instead", "key"),
    [
        ('lead_rule = "none"', 'lead_rule = "first"', "lead_rule"),
        ("issued = 2024-05-31", 'issued = "2024-05-31"', "issued"),
        ("issued = 2024-05-31", "issued = 12:00:00", "issued"),
        ('progress_provenance = "synthetic"', "", "progress_provenance"),
        ("due_after_days = 5", "due_after_days = 400", "reporting.due_after_days"),
        ("due_after_days = 5", "due_after_days = true", "reporting.due_after_days"),
        ("due_after_days = 5", 'due_after_days = "5"', "reporting.due_after_days"),
        ("due_after_days = 5", "due_day = 5", "reporting.due_day"),
        ('every = "month"', 'period = "quarter"\nevery = "month"', "reporting.period"),
        ('every = "month"', "", "reporting.every"),
        ('every = "month"', 'every = "Month"', "reporting.every"),
        ('every = "month"', 'every = "month"\nremind = true', "reporting.remind"),
        ('first_period = "2024-06"', 'first_period = "June"', "reporting.first_period"),
        ('first_period = "2024-06"', 'first_period = ""', "reporting.first_period"),
        ('first_period = "2024-06"', 'first_period = "0001-01"', "reporting.first_period"),
        ('first_period = "2024-06"', 'first_period = "9999-12"', "reporting.first_period"),
        ('first_period = "2024-06"', "first_period = [2024]", "reporting.first_period"),
        ('every = "month"', "every = []", "reporting.every"),
        ('timezone = "Asia/Shanghai"', 'timezone = ""', "reporting.timezone"),
        ('name = "核验组"', 'name = ""', "verification"),
        ('name = "核验组"', 'name = "核验组"\nphone = "022"', "verification"),
        ("[[verification.deciders]]", "[verification]", "verification"),
        ('zh = ["某办公室"]', "", "issuers"),
        ('zh = ["某办公室"]', "zh = [1]", "issuers"),
        ('zh = "测试方案"', "zh = true", "title"),
        ('en = "Test plan"', "en = []", "title"),
        ('zh = "测试方案"', 'zh = "测\\u0000试"', "title"),
        ('zh = "测试方案"', f'zh = "{"长" * 501}"', "title"),
        ("[issuers]", "[unit_kinds]\nagency = { zh = 1 }\n[issuers]", "unit_kinds"),
        ('id = "small"', f'id = "{"x" * 61}"', "id"),
        ('name_en = "Verifiers"', 'name_en = "\\u001b[31m"', "verification"),
        ("issued = 2024-05-31", "issued = 2024-05-31T00:00:00Z", "issued"),
        ("issued = 2024-05-31", "issued = 2024-05-31T00:00:00", "issued"),
        ('first_period = "2024-06"', 'first_period = "2024-13"', "reporting.first_period"),
        ('id = "small"', "id = 1", "id"),
    ],
)
def test_a_bad_head_is_told_by_its_key(small: Path, line: str, instead: str, key: str):
    change_head(small, line, instead)
    for table in TABLES:
        (small / f"{table}.csv").unlink()
    problems = refused(small)
    of_head = problems[problems["rule"].ne("file-missing")]
    assert list(of_head[["file", "column"]].itertuples(index=False, name=None)) == [("plan.toml", key)]
    assert len(problems) == 1 + len(TABLES)


def test_a_language_that_is_no_text_is_told(small: Path):
    change_head(small, 'id = "small"', 'id = "small"\nlang = []')
    assert set(refused(small)["column"]) == {"lang", "title", "issuers"}


@pytest.mark.parametrize(
    ("every", "first"), [("week", "2024-W23"), ("quarter", "2024-Q2"), ("half-year", "2024-H1"), ("year", "2024")]
)
def test_a_plan_may_report_in_periods_of_any_length(small: Path, every: str, first: str):
    change_head(small, 'every = "month"', f'every = "{every}"')
    change_head(small, '"2024-06"', f'"{first}"')
    change_head(small, "due_after_days = 5", "due_after_days = -7")
    assert open_plan(small).calendar == Calendar(every, first, -7, timezone="Asia/Shanghai")


def test_a_plan_may_have_no_periods_another_country_and_words_of_its_own(small: Path):
    change_head(small, 'every = "month"\nfirst_period = "2024-06"\ndue_after_days = 5', 'every = "none"')
    change_head(small, "issued =", 'country = "IT"\nlang = "it"\nissued =')
    change_head(small, 'zh = "测试方案"', 'it = "Piano"')
    change_head(small, 'zh = ["某办公室"]', 'it = ["Ufficio"]')
    change_head(small, "[issuers]", '[unit_kinds.agency]\nit = "Agenzia"\n\n[issuers]')
    for row in (2, 3):
        change(small, "units", put("units", row, "kind", "agency"))
    plan = open_plan(small)
    assert (plan.calendar.every, plan.calendar.country, plan.lang) == ("none", "IT", "it")
    assert plan.unit_kinds == {"agency": {"it": "Agenzia"}}
    assert plan.at("2024-12-31").feedback.empty


# One reader: whatever lies there is reported, and never raises.


def test_the_reader_knows_the_tables_without_pandas():
    assert tuple(schema.TABLES) == NOTICE + RECORD
    assert schema.RECORD == RECORD == tuple(DAYS)
    assert {name: arrived for name, (_, arrived) in DAYS.items()} == ARRIVAL


def no_permission(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Have a file refuse to be read, which it would not to root."""
    read_bytes = Path.read_bytes

    def refuse(file: Path) -> bytes:
        if file.name == name:
            raise PermissionError(13, "Permission denied", str(file))
        return read_bytes(file)

    monkeypatch.setattr(Path, "read_bytes", refuse)


@pytest.mark.parametrize("table", ["units", "progress"])
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a,b\n1\n", "第 2 行的列数与表头不同：应为 2 列"),
        (b"a,a\n", "表头有重复的列：a"),
        (b"\xff\xff\xff", "文字编码无法识别：应为 UTF-8、GB18030"),
        ("folder", "文件打不开：这是一个文件夹"),
        ("no permission", "文件打不开：没有权限"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_the_reason(
    small: Path, monkeypatch: pytest.MonkeyPatch, table: str, content: bytes | str, reason: str
):
    file = small / f"{table}.csv"
    if content == "folder":
        file.unlink()
        file.mkdir()
    elif isinstance(content, bytes):
        file.write_bytes(content)
    else:
        no_permission(monkeypatch, file.name)
    read = read_folder(small).tables[table]
    assert (read.name, str(read.fault), list(read.records())) == (file.name, reason, [])
    assert bool(read.sha256) == isinstance(content, bytes)
    plan, problems = inspect_plan(small)
    assert plan is None
    assert problems[["file", "rule", "message"]].to_numpy().tolist() == [
        [file.name, "file-unreadable", f"无法读取：{reason}"]
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything: run the tests as an ordinary user to see this")
def test_a_file_of_somebody_elses_is_told(small: Path):
    (small / "units.csv").chmod(0)
    assert read_folder(small).tables["units"].fault == "文件打不开：没有权限"


@pytest.mark.parametrize(
    "content",
    [
        *(b"id = tianjin", b'id = "\xff"', b"[title]\n[title]", b"id = " + b"[" * 9_999, b"id = 1\nid = 2"),
        *('标题 = "甲"', "id = “甲”", "issued = 2024/5/31", 'id = "甲', "【title】"),
        "no permission",
    ],
    ids=["text", "bytes", "twice", "deep", "again", "name", "quotes", "day", "open", "brackets", "no"],
)
def test_a_head_that_cannot_be_read_is_told(small: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | str):
    if content == "no permission":
        no_permission(monkeypatch, "plan.toml")
    else:
        (small / "plan.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    read = read_folder(small)
    assert read.head == {}
    assert read.head_fault
    # Officials are not told in English what a parser expected.
    assert not re.search("[a-z]{3,} [a-z]{3,}", str(read.head_fault))
    plan, problems = inspect_plan(small)
    assert plan is None
    assert problems[["file", "rule"]].to_numpy().tolist() == [["plan.toml", "file-unreadable"]]
    assert str(read.head_fault) in problems["message"].item()


@pytest.mark.thorough
@given(st.sampled_from(["plan.toml", "themes.csv", "progress.csv"]), st.binary() | st.text().map(str.encode))
def test_no_content_of_a_file_raises(tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes):
    small = write_small_plan(tmp_path_factory.mktemp("plan"))
    (small / name).write_bytes(content)
    plan, problems = inspect_plan(small)
    assert plan is None
    assert set(problems["file"]) == {name}


@pytest.mark.thorough
@given(st.data())
def test_no_cell_raises(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject):
    small = write_small_plan(tmp_path_factory.mktemp("plan"))
    write_decisions(small, decide("closed", evidence_ref="核验1"))
    write_actuals(small, {"value": "5"})
    table = data.draw(st.sampled_from(TABLES))
    column = data.draw(st.sampled_from(schema.REQUIRED_COLUMNS[table]))
    text = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
        ["", "nan", "NaT", "0", "-1", "9999-12-31"]
    )
    change(small, table, put(table, 2, column, data.draw(text)))
    plan, problems = inspect_plan(small)
    assert (plan is None) == problems["severity"].eq("error").any()


@pytest.mark.thorough
@pytest.mark.parametrize("kept_as", ["progress.parquet", "sqlite:///progress.db"])
def test_a_record_elsewhere_is_read_as_the_same_text(small: Path, kept_as: str):
    for package in ("pyarrow", "sqlalchemy"):
        pytest.importorskip(package, reason=f"{package} is missing (pip install 'portplan[parquet,sql]')")
    write_record(small, say("not_started", progress="=1，“引号”\r\n第二行"), say("in_progress", "40", problems="'"))
    write_decisions(small, decide("closed", evidence_ref="=核验1"))
    csv = read_folder(small).tables
    rows = {table: record.meant(record.to_frame(csv[table].table)) for table in RECORD}
    head = {"id": "small", "progress": kept_as}
    for table in RECORD:
        record.append(record.place_of(small, head, table), rows[table], check=lambda _: schema.problem_frame())
    change_head(small, 'id = "small"', f'id = "small"\nprogress = "{kept_as}"')
    elsewhere = read_folder(small).tables
    for table in RECORD:
        assert elsewhere[table].table == csv[table].table
        assert re.fullmatch("[0-9a-f]{64}", elsewhere[table].sha256)
        assert elsewhere[table].name == (f"{table} (SQL)" if "://" in kept_as else f"{table}.parquet")
        (small / f"{table}.csv").unlink()
    plan = open_plan(small)
    assert plan.progress["progress"].tolist() == rows["progress"]["progress"].tolist()
    assert plan.decisions["evidence_ref"].tolist() == ["=核验1"]
    assert plan.actuals.empty


@pytest.mark.thorough
def test_a_blank_that_another_program_left_missing_is_a_blank(small: Path):
    pytest.importorskip("pyarrow", reason="pyarrow is missing (pip install 'portplan[parquet]')")
    expected = open_plan(small).progress
    rows = pd.read_csv(small / "progress.csv", dtype="str")
    assert rows.isna().any(axis=None)
    dates = {column: pd.to_datetime(rows[column]) for column in ("as_of", "reported_at")}
    change_head(small, 'id = "small"', 'id = "small"\nprogress = "progress.parquet"')
    for table in RECORD[1:]:
        pd.read_csv(small / f"{table}.csv", dtype="str").to_parquet(small / f"{table}.parquet", index=False)
    for written in (rows, rows.assign(**dates)):
        written.to_parquet(small / "progress.parquet", index=False)
        assert_frame_equal(open_plan(small).progress, expected)


def test_a_plan_can_be_read_without_pandas():
    script = (
        "import sys; from analysis.plan import find_plan, read_folder\n"
        "read_folder(find_plan('tianjin-2024')); print('pandas' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"


# What statements may follow one another. A small plan, so that every row is plain to see.


def check(folder: Path, *said: Statement) -> pd.DataFrame:
    """The problems of a record (`write_record`)."""
    write_record(folder, *said)
    return check_plan(folder)


WHOLE_LIFE = [
    say("not_started", "0"),
    say("in_progress", "40"),
    say("stalled", "40", problems="缺经费", request="请协调"),
    say("in_progress"),
    say("done_reported", "100"),
    say("in_progress", "60", problems="补充材料"),
    say("done_reported"),
]


@pytest.mark.thorough
def test_a_whole_life_is_lawful(small: Path):
    write_decisions(
        small,
        decide("returned", effective_on="2024-11-05", recorded_at="2024-11-05"),
        decide("closed", effective_on="2025-01-10", recorded_at="2025-01-12", evidence_ref="核验1"),
    )
    assert check(small, *WHOLE_LIFE).empty
    states = open_plan(small).at("2025-01-31").measure_states["state"]
    assert states.tolist() == ["closed", "no_feedback"]


def test_every_step_is_lawful_and_steps_back_are_warned_of(small: Path):
    """Each pair of states on a measure of its own, of the kind that can have both."""
    measures, named, said, expected = [], [], [], []
    pairs = [(then, now) for then in schema.DELIVERY for now in schema.DELIVERY]
    for place, (then, now) in enumerate(pairs):
        kind = "ongoing" if "ongoing" in (then, now) else "one_off"
        if kind == "ongoing" and "done_reported" in (then, now):
            continue
        measure, row = f"M{place}", len(said) + 3
        measures.append((measure, "T1", str(place), "减时", "Time", "减时。五日内办结。", kind, *[""] * 5))
        named.append((measure, "1", "customs", "1", "sole", "", "", ""))
        said += [say(state, measure_id=measure) for state in (then, now)]
        if now != "stalled" and schema.DELIVERY.index(now) < schema.DELIVERY.index(then):
            expected.append(("went-back", row))
    write(small, "measures", measures)
    write(small, "responsibilities", named)
    write(small, "commitments", [])
    problems = check(small, *said)
    assert list(problems[["rule", "row"]].itertuples(index=False, name=None)) == expected
    assert problems["severity"].eq("warning").all()


def test_the_first_word_may_be_any_and_units_do_not_follow_each_other(small: Path):
    assert check(small, say("done_reported", "100"), say("not_started", unit_id="commerce")).empty


def test_order_in_the_file_is_not_order_in_time(small: Path):
    later = say("not_started", as_of="2024-09-30", reported_at="2024-09-30")
    assert warned(check(small, later, say("in_progress"))) == [("progress.csv", 2, "status", "not_started")]


def test_percentages_fit_their_states(small: Path):
    lawful = {
        "not_started": {"": True, "0": True, "1": False},
        "in_progress": {"": True, "1": True, "99": True, "0": False, "100": False},
        "stalled": {"": True, "99.5": True, "100": False},
        "done_reported": {"": True, "100": True},
    }
    said = [(state, percent, fits) for state, fit in lawful.items() for percent, fits in fit.items()]
    problems = check(small, *(say(state, percent, measure_id="M1") for state, percent, _ in said))
    found = warned(problems[problems["rule"].ne("percent-fell")])
    assert [place for place in found if place[2] == "percent"] == [
        ("progress.csv", row, "percent", percent) for row, (_, percent, fits) in enumerate(said, start=2) if not fits
    ]


def test_states_fit_the_kind_of_their_measure(small: Path):
    assert told(check(small, say("ongoing"))) == [("progress.csv", 2, "status", "ongoing")]
    assert warned(check(small, say("done_reported", measure_id="M2"))) == [
        ("progress.csv", 2, "status", "done_reported")
    ]


@pytest.mark.parametrize(
    ("said", "row", "value"),
    [
        ([say("in_progress", supersedes="P9")], 2, "P9"),
        ([say("in_progress", supersedes="P1")], 2, "P1"),
        ([say("in_progress"), say("in_progress", unit_id="commerce", supersedes="P1")], 3, "P1"),
        ([say("in_progress"), say("in_progress", measure_id="M2", supersedes="P1")], 3, "P1"),
        # What has not arrived cannot be corrected yet.
        ([say("in_progress", supersedes="P2"), say("in_progress")], 2, "P2"),
    ],
    ids=["nowhere", "itself", "another unit's", "another measure's", "a later one"],
)
def test_a_correction_is_of_an_earlier_word_of_the_same_unit(small: Path, said: list[Statement], row: int, value: str):
    assert told(check(small, *said)) == [("progress.csv", row, "supersedes", value)]


def test_a_word_may_be_corrected_on_the_day_it_arrived(small: Path):
    day = {"as_of": "2024-06-30", "reported_at": "2024-07-01"}
    assert (
        told(check(small, say("done_reported", "100", **day), say("in_progress", "40", supersedes="P1", **day))) == []
    )


def test_of_several_words_of_one_day_the_last_is_the_step(small: Path):
    june = {"as_of": "2024-06-30"}
    slip = say("not_started", reported_at="2024-07-01", **june)
    said = [slip, say("in_progress", "40", reported_at="2024-07-02", **june), say("done_reported")]
    assert check(small, *said).empty
    assert warned(check(small, said[0], {**said[2], "as_of": "2024-05-31", "reported_at": "2024-06-01"})) == [
        ("progress.csv", 2, "status", "not_started")
    ]


@pytest.mark.parametrize("alias", ["customs", "海关总署", "海关", "关"])
def test_an_alias_is_no_other_units_id_name_short_name_or_alias(small: Path, alias: str):
    for column, name in (("name", "海关总署"), ("aliases", "关|口岸")):
        change(small, "units", put("units", 2, column, name))
    change(small, "units", put("units", 3, "aliases", f"商委|{alias}"))
    assert told(check_plan(small)) == [("units.csv", 3, "aliases", alias)]


def test_two_words_cannot_correct_each_other(small: Path):
    day = {"as_of": "2024-06-30", "reported_at": "2024-07-01"}
    problems = check(small, say("in_progress", supersedes="P2", **day), say("stalled", supersedes="P1", **day))
    assert {problem[1:3] for problem in told(problems)} == {(2, "supersedes"), (3, "supersedes")}


def test_a_corrected_word_is_no_step(small: Path):
    said = [
        say("not_started"),
        say("done_reported", "100"),
        say("in_progress", supersedes="P2"),
        say("stalled", problems="停"),
    ]
    assert check(small, *said).empty


def test_a_correction_of_a_bad_row_is_not_told_for_it(small: Path):
    said = [say("in_progress", "140"), say("in_progress", "40", supersedes="P1")]
    assert told(check(small, *said)) == [("progress.csv", 2, "percent", "140")]


def test_a_wrong_correction_does_not_hide_a_step(small: Path):
    said = [
        say("not_started"),
        say("in_progress"),
        say("done_reported"),
        say("in_progress", unit_id="commerce", supersedes="P2"),
    ]
    assert told(check(small, *said)) == [("progress.csv", 5, "supersedes", "P2")]
