"""What tables hold: columns, vocabularies, rules of cells; and how problems are told."""

from __future__ import annotations

import pickle
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from analysis import schema
from analysis.catalogue import languages, translations
from analysis.rules import UNIT_KINDS
from analysis.schema import CELL_RULES, COLUMNS, LABELS, RULES, TABLES, DataError, Problem, Rule

# Rules of cells.


@pytest.mark.parametrize(
    ("id", "right", "wrong"),
    [
        ("filled", ["x", " x "], ["", " ", "\u3000"]),
        ("slug", ["a", "tj-customs", "9-a"], ["", "A", "a_b", "-a", "a-", "a--b", "海关", "a\n"]),
        ("date", ["2024-02-29", "2024-12-31"], ["", "2023-02-29", "2024-2-29", "20240229", "２０２４-02-29", "now"]),
        ("date-or-blank", ["", "2024-12-31"], [" ", "2024-13-01"]),
        (
            "number",
            ["0", "-1.5", "007", "9" * 15],
            ["", "１", "1.", ".5", "1e3", "nan", "+1", "1,000", "9" * 16, "9" * 400],
        ),
        ("number-or-blank", ["", "2"], [" ", "二"]),
        ("percent-or-blank", ["", "0", "100", "99.5"], ["-0.1", "100.1", "80%", "８０", "nan"]),
        ("positive-integer", ["1", "10", "9" * 9], ["", "0", "-1", "01", "1.0", "9" * 10, "9" * 20]),
        ("positive-integer-or-blank", ["", "1"], ["0", " "]),
        ("true-or-false", ["true", "false"], ["", "True", "是", "1"]),
        ("measure-kind", schema.MEASURE_KINDS, ["", "One_off"]),
        ("role", schema.ROLES, ["", "牵头"]),
        ("comparator", schema.COMPARATORS, ["", "<"]),
        ("delivery-state", schema.DELIVERY, ["", "no_feedback", "closed", "withdrawn", " stalled"]),
        ("decision", schema.DECISIONS, ["", "done_reported", "Closed"]),
        ("sha256-or-blank", ["", "0" * 64, "ab" * 32], ["0", "0" * 63, "AB" * 32, " "]),
    ],
)
def test_what_a_cell_may_hold(id: str, right: list[str], wrong: list[str]):
    holds = CELL_RULES[id].holds
    assert [cell for cell in right if not holds(cell)] == []
    assert [cell for cell in wrong if holds(cell)] == []


@given(st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", fullmatch=True))
@example("2024-02-29").via("a leap year")
@example("2023-02-29").via("none")
@example("0000-01-01").via("pandas knows that year, calendars do not")
@example("9999-12-31").via("the last day")
def test_a_day_is_one_to_whoever_checks_it_and_to_whoever_reads_it(cell: str):
    read = pd.to_datetime(pd.Series([cell], dtype="str"), format="%Y-%m-%d", errors="coerce")
    assert CELL_RULES["date"].holds(cell) == (read.notna().all() and not cell.startswith("0000"))


def test_of_two_that_are_alike_the_second_is_wrong():
    frame = pd.DataFrame("", index=range(2, 7), columns=list(schema.REQUIRED_COLUMNS["themes"]), dtype="str")
    frame["theme_id"] = ["a", "b", "a", "", ""]
    problems = schema.check_cells("themes", frame, file="t.csv")
    assert [(one.row, one.column, one.value) for one in problems if one.rule.id == "unique"] == [(4, "theme_id", "a")]


def test_problems_of_cells_stand_in_the_order_of_rows():
    frame = pd.DataFrame("", index=[2, 5], columns=list(schema.REQUIRED_COLUMNS["themes"]), dtype="str")
    problems = list(schema.check_cells("themes", frame, file="t.csv"))
    places = [(problem.row, problem.column) for problem in problems]
    assert places == sorted(places)
    assert set(places) == {(row, column) for row in (2, 5) for column in frame.columns}
    assert {problem.file for problem in problems} == {"t.csv"}


def test_every_field_names_rules_that_there_are():
    for table, columns in TABLES.items():
        assert schema.REQUIRED_COLUMNS[table] == tuple(column.name for column in columns)
        for column in columns:
            assert set(column.rules) <= RULES.keys()
            # What becomes a date or a number was checked to be one.
            assert (column.type == "text") or column.rules


@given(st.lists(st.sampled_from(["", "2024-12-31", "2025-01-01"]), max_size=5))
def test_checked_text_becomes_values_and_blanks_become_missing(days: list[str]):
    columns = schema.REQUIRED_COLUMNS["progress"]
    cells = pd.DataFrame("", index=range(len(days)), columns=list(columns), dtype="str")
    cells["expected_completion"], cells["percent"], cells["source_row"] = days, "4", ""
    typed = schema.to_types("progress", cells)
    assert [f"{day:%Y-%m-%d}" if day is not pd.NaT else "" for day in typed["expected_completion"]] == days
    assert typed["percent"].dtype == "float64"
    assert typed["source_row"].dtype == "Int64"
    assert typed["source_row"].isna().all()
    assert cells["percent"].eq("4").all()


# Problems.


def test_a_frame_of_problems_has_its_columns_and_types():
    rule = Rule("x", "should be {words}")
    frame = schema.problem_frame([rule.broken(file="a.csv", row=3, column="c", value=4, words="{y}")], lang="en")
    assert list(frame.columns) == list(schema.PROBLEM_COLUMNS)
    assert frame.iloc[0].tolist() == ["a.csv", 3, "c", "4", "x", "error", "should be {y}"]
    nowhere = schema.problem_frame([Problem(rule, "a.csv", pd.NA, "", "", {"words": "z"})])
    assert nowhere["row"].isna().all()
    assert frame.dtypes["row"] == nowhere.dtypes["row"] == schema.problem_frame().dtypes["row"] == "Int64"


def problem(severity: Any, row: Any) -> Problem:
    return Rule("x", "should be otherwise", severity).broken(file="a.csv", row=row, column="c", value="v")


def test_an_error_counts_and_lists_what_is_wrong_not_what_is_only_doubtful():
    problems = schema.problem_frame([problem("warning", 2), problem("error", 3), problem("error", pd.NA)], lang="en")
    assert str(DataError(problems)).splitlines() == [
        "数据有 2 处错误：",
        "a.csv 第 3 行 c 列，值“v”：should be otherwise",
        "a.csv c 列，值“v”：should be otherwise",
    ]


def test_problems_survive_a_worker_process():
    error = DataError(schema.problem_frame([problem("error", 3)]))
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert_frame_equal(again.problems, error.problems)


# Columns and vocabularies.


def test_columns_are_called_in_every_language():
    for name, column in COLUMNS.items():
        assert column.name == name
        assert column.decimals == 0 or column.kind in ("number", "share")
        assert column.is_number == (column.kind in {"count", "number", "share", "days"})
    texts = {column.label for column in COLUMNS.values()}
    texts |= {label for labels in LABELS.values() for label in labels.values()}
    for lang in set(languages()) - {"en"}:
        untranslated = {text for text in texts if translations(lang).gettext(text) == text}
        assert untranslated <= {"HHI"}


def test_a_count_of_a_state_is_called_as_the_state_is():
    # What is missing is called what it is to whoever is asked for it: reports owed.
    for word in {*schema.BUCKETS, *schema.FEEDBACK} - {"missing"}:
        label = LABELS["state"].get(word) or LABELS["feedback"][word]
        assert (COLUMNS[word].label, COLUMNS[word].kind) == (label, "count")


def test_vocabularies_hang_together():
    assert set(schema.BUCKETS) == {*schema.DELIVERY, *schema.SETTLED, schema.NO_FEEDBACK, schema.NOT_DUE}
    assert len(set(schema.BUCKETS)) == len(schema.BUCKETS)
    assert LABELS["state"].keys() == set(schema.BUCKETS)
    assert LABELS["feedback"].keys() == set(schema.FEEDBACK)
    assert schema.DELIVERY_WORDS.keys() == set(schema.DELIVERY)
    assert len(set(schema.DELIVERY_WORDS.values())) == len(schema.DELIVERY)
    assert set(schema.VERIFIED) | set(schema.VERDICTS) <= set(schema.DECISIONS)
    assert set(schema.SETTLED) < set(schema.VERDICTS)
    for names in UNIT_KINDS.values():
        assert names.keys() == set(languages())
