"""What tables hold: columns, vocabularies, rules of cells; and that every rule says where it is broken, and how."""

from __future__ import annotations

import ast
import importlib
import pickle
import re
import string
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import analysis
from analysis import cli, due, schema
from analysis.catalogue import languages, translations
from analysis.plan import check_plan, inspect_plan
from analysis.schema import CELL_RULES, COLUMNS, LABELS, RULES, TABLES, Calendar, DataError, Problem, Rule
from tests.plan_folders import change, change_head, put, say, write_record, write_small_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.plan_folders import Statement

SOURCE = Path(analysis.__file__).parent
CALENDAR = Calendar(pd.Period("2024-06", "M"), 5, "Asia/Shanghai")


def import_rooms_with_rules() -> None:
    """Import every module that declares a rule, so that it is among `RULES`."""
    for file in sorted(SOURCE.rglob("*.py")):
        if re.search(r"^@rule\(", file.read_text("utf-8"), re.MULTILINE):
            importlib.import_module(".".join(("analysis", *file.relative_to(SOURCE).with_suffix("").parts)))


import_rooms_with_rules()


# Every rule, broken once.


@dataclass(frozen=True)
class Case:
    """How a rule is broken in the small plan, and the place at which that is reported.

    Attributes
    ----------
    file, row, column : str, int, str
        The place; row 0 where no row is meant.
    value : str
        What is written there, for a case of one cell.
    statements : tuple
        The record, for a case of what was said.
    make : callable
        Anything else that is done to the folder.
    is_of_a_day : bool
        Whether it is the record at a day that breaks the rule, not the plan.
    """

    file: str
    row: int = 0
    column: str = ""
    value: str | None = None
    statements: tuple[Statement, ...] = ()
    make: Callable[[Path], object] | None = field(default=None, repr=False)
    is_of_a_day: bool = False

    def break_plan(self, folder: Path) -> None:
        if self.statements:
            write_record(folder, *self.statements)
        elif self.make:
            self.make(folder)
        else:
            assert self.value is not None
            table = self.file.removesuffix(".csv")
            change(folder, table, put(table, self.row, self.column, self.value))


def of_head(column: str, line: str, instead: str) -> Case:
    return Case("plan.toml", 0, column, make=lambda folder: change_head(folder, line, instead))


def of_record(row: int, column: str, *statements: Statement, is_of_a_day: bool = False) -> Case:
    return Case("progress.csv", row, column, statements=statements, is_of_a_day=is_of_a_day)


def drop_column(folder: Path) -> None:
    change(folder, "units", lambda lines: [line.pop() for line in lines])


def name_nobody(folder: Path) -> None:
    change(folder, "responsibilities", lambda lines: lines.__delitem__(slice(1, None)))
    write_record(folder)


STALE = say("in_progress", "40")
BROKEN = {
    "filled": Case("themes.csv", 2, "title", " "),
    "unique": Case("units.csv", 3, "short_en", "Customs"),
    "slug": Case("units.csv", 3, "unit_id", "Commerce_bureau"),
    "date": Case("progress.csv", 2, "as_of", "2024-02-30"),
    "date-or-blank": Case("measures.csv", 3, "due", "年底"),
    "number": Case("commitments.csv", 2, "quantity", "５"),
    "number-or-blank": Case("commitments.csv", 2, "quantity_high", "many"),
    "percent-or-blank": Case("progress.csv", 3, "percent", "100.5"),
    "positive-integer": Case("responsibilities.csv", 3, "position", "0"),
    "positive-integer-or-blank": Case("progress.csv", 2, "source_row", "1.5"),
    "true-or-false": Case("units.csv", 2, "is_group", "是"),
    "measure-kind": Case("measures.csv", 2, "kind", "quantitative"),
    "unit-kind": Case("units.csv", 2, "kind", "city"),
    "role": Case("responsibilities.csv", 2, "role", "牵头"),
    "comparator": Case("commitments.csv", 2, "comparator", "<="),
    "delivery-state": Case("progress.csv", 2, "status", "no_feedback"),
    "column-missing": Case("units.csv", 1, "aliases", make=drop_column),
    "file-missing": Case("themes.csv", make=lambda folder: (folder / "themes.csv").unlink()),
    "file-unreadable": Case("units.csv", make=lambda folder: (folder / "units.csv").write_bytes(b"\xff\xff\xff")),
    "plan-id": of_head("id", 'id = "small"', 'id = " "'),
    "plan-title": of_head("title", 'en = "Test plan"', ""),
    "plan-issuers": of_head("issuers", 'zh = ["某办公室"]', ""),
    "plan-issued": of_head("issued", "2024-05-31", '"2024-05-31"'),
    "plan-lead-rule": of_head("lead_rule", 'lead_rule = "none"', 'lead_rule = "first"'),
    "plan-provenance": of_head("progress_provenance", 'progress_provenance = "synthetic"', ""),
    "plan-reporting": of_head("reporting", "due_day = 5", "due_day = 29"),
    "plan-record": of_head("progress", "issued =", 'progress = "progress.xlsx"\nissued ='),
    "link": Case("measures.csv", 2, "theme_id", "T9"),
    "alias-taken": Case("units.csv", 3, "aliases", "商委|海关"),
    "responsibility-twice": Case("responsibilities.csv", 3, "unit_id", "customs"),
    "not-responsible": of_record(2, "unit_id", say("in_progress", measure_id="M2", unit_id="commerce")),
    "nobody-named": Case("responsibilities.csv", 0, "unit_id", make=name_nobody),
    "measure-without-unit": Case("measures.csv", 3, "measure_id", make=lambda folder: change(
        folder, "responsibilities", lambda lines: lines.pop())),
    "promise-not-in-text": Case("commitments.csv", 2, "text_span", "三日内办结"),
    "undrawable-text": of_record(2, "problems", say("not_started", problems="系统\u202e未通 \u2705")),
    "percent-not-started": of_record(2, "percent", say("not_started", "1")),
    "percent-in-progress": of_record(2, "percent", say("in_progress", "100")),
    "percent-stalled": of_record(2, "percent", say("stalled", "100")),
    "percent-closed": of_record(2, "percent", say("closed", "99")),
    "ongoing-never-done": of_record(2, "status", say("done_reported", measure_id="M2")),
    "ongoing-by-kind": of_record(2, "status", say("ongoing")),
    "arrived-early": of_record(2, "reported_at", say("in_progress", reported_at="2024-06-29")),
    "correction-unlike": of_record(3, "supersedes", STALE, say("stalled", unit_id="commerce", supersedes="P1")),
    "transition": of_record(3, "status", say("in_progress"), say("closed", "100")),
    "reopened-without-reason": of_record(3, "problems", say("closed", "100"), say("in_progress")),
    "percent-fell": of_record(3, "percent", STALE, say("in_progress", "39")),
    "feedback-missing": of_record(0, "measure_id", STALE, is_of_a_day=True),
    "units-disagree": of_record(
        0, "measure_id", STALE, say("stalled", "40", unit_id="commerce", as_of="2024-06-30", reported_at="2024-07-01"),
        is_of_a_day=True,
    ),
}  # fmt: skip
WARNINGS = {
    *("measure-without-unit", "undrawable-text", "arrived-early", "percent-fell"),
    *("feedback-missing", "units-disagree"),
}


TOGETHER = [id for id in BROKEN if id in CELL_RULES or id.startswith("plan-")]
"""Rules that can all be broken in one plan, which is then read once."""


def read_broken(folder: Path, *ids: str) -> dict[str, pd.DataFrame]:
    """The problems of a plan that breaks rules, in each language."""
    frames = {}

    def problem_frame(problems: Iterable[Problem], *, lang: str) -> pd.DataFrame:
        listed = list(problems)
        frames.update({each: schema.problems.problem_frame(listed, lang=each) for each in languages()})
        return frames[lang]

    for id in ids:
        BROKEN[id].break_plan(folder)
    with pytest.MonkeyPatch.context() as patch:
        for room in (schema, due):
            patch.setattr(room, "problem_frame", problem_frame)
        plan, _ = inspect_plan(folder)
        assert (plan is None) == ("error" in {RULES[id].severity for id in ids})
        if plan and BROKEN[ids[0]].is_of_a_day:
            due.warnings(plan.at("2024-09-15"))
    return frames


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    return read_broken(write_small_plan(tmp_path_factory.mktemp("small")), *TOGETHER)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write_small_plan(tmp_path)


def test_no_rule_is_without_a_case():
    assert BROKEN.keys() == RULES.keys()
    assert {id for id, rule in RULES.items() if rule.severity == "warning"} == WARNINGS
    assert {rule.severity for rule in RULES.values()} == {"error", "warning"}


def test_the_small_plan_breaks_no_rule(small: Path):
    plan, problems = inspect_plan(small)
    assert plan is not None
    assert problems.empty


@pytest.mark.parametrize("id", BROKEN)
def test_a_broken_rule_is_reported_at_its_place_in_each_language(
    small: Path, together: dict[str, pd.DataFrame], id: str
):
    case, rule = BROKEN[id], RULES[id]
    frames = together if id in TOGETHER else read_broken(small, id)
    messages = set()
    for lang in languages():
        problems = frames[lang]
        assert list(problems.columns) == list(schema.PROBLEM_COLUMNS)
        assert not problems.duplicated().any()
        of_rule = problems[problems["rule"].eq(id)]
        # Three responsibilities are silent; anything else is broken once.
        assert len(of_rule) == (3 if id == "feedback-missing" else 1)
        reported = of_rule.iloc[0]
        assert (reported["file"], reported["column"], reported["severity"]) == (case.file, case.column, rule.severity)
        assert of_rule["row"].fillna(0).iloc[0] == case.row
        if case.value is not None:
            assert reported["value"] == case.value.rpartition("|")[2]
        filled_in = "[^{}]*".join(map(re.escape, re.split(r"{\w+}", rule.message(lang))))
        assert re.fullmatch(filled_in, reported["message"])
        messages.add(reported["message"])
    assert len(messages) == len(languages())


def test_problems_are_told_in_the_language_that_is_asked_for(small: Path):
    (small / "themes.csv").unlink()
    messages = {lang: check_plan(small, lang=lang)["message"].tolist() for lang in languages()}
    assert messages == {"zh": ["缺少这个文件"], "en": ["this file is missing"]}
    assert check_plan(small)["message"].tolist() == messages["zh"]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_is_a_thing_that_says_what_it_is(rule: Rule):
    assert re.fullmatch("[a-z]+(-[a-z]+)*", rule.id)
    assert RULES[rule.id] is rule
    assert rule.meaning.endswith(".")
    assert rule.text.isascii()
    for lang in languages():
        assert fields(rule.message(lang)) == fields(rule.text)
        assert lang == "en" or translations(lang).gettext(rule.text) != rule.text


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_two_rules_do_not_share_an_id():
    with pytest.raises(ValueError, match="filled"):
        schema.rule("filled", "must not be blank")(lambda rule: iter(()))
    assert RULES["filled"] is CELL_RULES["filled"]


def test_each_rule_of_a_room_is_declared_by_a_function_that_says_why():
    """An id in ``@rule`` is the first thing to look for in the code: it stands there as plain text."""
    declared = [
        decorator.args[0].value
        for file in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "rule"
        if isinstance(decorator.args[0], ast.Constant)
    ]
    assert sorted([*declared, *CELL_RULES]) == sorted(RULES)


def test_the_command_lists_every_rule(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["check", "--rules"]) == cli.Exit.OK
    listing = capsys.readouterr().out
    for rule in RULES.values():
        assert f"\n{rule.id} ({rule.severity})\n" in f"\n{listing}"
        for text in (rule.text, rule.message("zh"), rule.meaning.splitlines()[0]):
            assert f"    {text}\n" in listing


# Rules of cells.


@pytest.mark.parametrize(
    ("id", "right", "wrong"),
    [
        ("filled", ["x", " x "], ["", " ", "\u3000"]),
        ("slug", ["a", "tj-customs", "9-a"], ["", "A", "a_b", "-a", "a-", "a--b", "海关", "a\n"]),
        ("date", ["2024-02-29", "2024-12-31"], ["", "2023-02-29", "2024-2-29", "20240229", "２０２４-02-29", "now"]),
        ("date-or-blank", ["", "2024-12-31"], [" ", "2024-13-01"]),
        ("number", ["0", "-1.5", "007"], ["", "１", "1.", ".5", "1e3", "nan", "+1", "1,000"]),
        ("number-or-blank", ["", "2"], [" ", "二"]),
        ("percent-or-blank", ["", "0", "100", "99.5"], ["-0.1", "100.1", "80%", "８０", "nan"]),
        ("positive-integer", ["1", "10"], ["", "0", "-1", "01", "1.0"]),
        ("positive-integer-or-blank", ["", "1"], ["0", " "]),
        ("true-or-false", ["true", "false"], ["", "True", "是", "1"]),
        ("measure-kind", schema.MEASURE_KINDS, ["", "One_off"]),
        ("unit-kind", schema.UNIT_KINDS, ["", "city"]),
        ("role", schema.ROLES, ["", "牵头"]),
        ("comparator", schema.COMPARATORS, ["", "<"]),
        ("delivery-state", schema.DELIVERY, ["", "no_feedback", " closed"]),
    ],
)
def test_what_a_cell_may_hold(id: str, right: list[str], wrong: list[str]):
    holds = CELL_RULES[id].holds
    assert holds(pd.Series(list(right), dtype="str")).tolist() == [True] * len(right)
    assert holds(pd.Series(wrong, dtype="str")).tolist() == [False] * len(wrong)


def test_of_two_that_are_alike_the_second_is_wrong():
    assert CELL_RULES["unique"].holds(pd.Series(["a", "b", "a", "", ""])).tolist() == [True, True, False, True, True]


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
            assert set(column.rules) <= CELL_RULES.keys()
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
    for word in (*schema.BUCKETS, *schema.FEEDBACK):
        label = LABELS["state"].get(word) or LABELS["feedback"][word]
        assert (COLUMNS[word].label, COLUMNS[word].kind) == (label, "count")


def test_vocabularies_hang_together():
    assert set(schema.BUCKETS) == {*schema.DELIVERY, schema.NO_FEEDBACK}
    assert LABELS["state"].keys() == set(schema.BUCKETS)
    assert LABELS["feedback"].keys() == set(schema.FEEDBACK)
    assert LABELS["kind"].keys() == set(schema.UNIT_KINDS)
    assert schema.DELIVERY_WORDS.keys() == schema.TRANSITIONS.keys() == set(schema.DELIVERY)
    assert len(set(schema.DELIVERY_WORDS.values())) == len(schema.DELIVERY)
    for before, afters in schema.TRANSITIONS.items():
        assert afters <= set(schema.DELIVERY) - {before}


# The calendar.


@pytest.mark.parametrize(
    ("day", "ends", "owed"),
    [
        # Before the first period there is the day alone.
        ("2024-05-31", ["2024-05-31"], 0),
        ("2024-06-01", ["2024-06-01"], 0),
        ("2024-06-30", ["2024-06-30"], 0),
        ("2024-07-04", ["2024-06-30", "2024-07-04"], 0),
        ("2024-07-05", ["2024-06-30", "2024-07-05"], 1),
        ("2024-08-31", ["2024-06-30", "2024-07-31", "2024-08-31"], 2),
    ],
)
def test_period_ends_and_periods_due(day: str, ends: list[str], owed: int):
    as_of = pd.Timestamp(day)
    assert list(CALENDAR.period_ends(as_of)) == [pd.Timestamp(end) for end in ends]
    assert len(CALENDAR.periods_due(as_of)) == owed
    assert CALENDAR.period_end_before(as_of) == as_of.replace(day=1) - pd.Timedelta(days=1)


def test_a_report_is_due_by_a_day_of_the_month_after():
    periods = pd.period_range("2024-11", "2024-12", freq="M")
    assert list(CALENDAR.due_dates(periods)) == [pd.Timestamp("2024-12-05"), pd.Timestamp("2025-01-05")]
