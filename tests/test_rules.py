"""Every rule says where it is broken, and how, in each language."""

from __future__ import annotations

import ast
import importlib
import re
import string
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import analysis
from analysis import cli, due, record, schema
from analysis.catalogue import languages, translations
from analysis.plan import check_plan, inspect_plan
from analysis.schema import CELL_RULES, RULES, Problem, Rule
from tests.plan_folders import (
    change,
    change_head,
    decide,
    put,
    say,
    write_actuals,
    write_decisions,
    write_record,
    write_small_plan,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from tests.plan_folders import Statement

SOURCE = Path(analysis.__file__).parent


def import_rooms_with_rules() -> None:
    """Import every module that declares a rule, so that it is among `RULES`."""
    for file in sorted(SOURCE.rglob("*.py")):
        if re.search(r"^@rule\(", file.read_text("utf-8"), re.MULTILINE):
            importlib.import_module(".".join(("analysis", *file.relative_to(SOURCE).with_suffix("").parts)))


import_rooms_with_rules()


@dataclass(frozen=True)
class Case:
    """How a rule is broken in the small plan, and the place at which that is reported.

    Attributes
    ----------
    file, row, column : str, int, str
        The place; row 0 where no row is meant.
    value : str
        What is written there, for a case of one cell.
    make : callable
        Anything else that is done to the folder.
    is_of_a_day : bool
        Whether it is the record at a day that breaks the rule, not the plan.
    """

    file: str
    row: int = 0
    column: str = ""
    value: str | None = None
    make: Callable[[Path], object] | None = field(default=None, repr=False)
    is_of_a_day: bool = False

    def break_plan(self, folder: Path) -> None:
        if self.make:
            self.make(folder)
        else:
            assert self.value is not None
            table = self.file.removesuffix(".csv")
            change(folder, table, put(table, self.row, self.column, self.value))


def of_head(column: str, line: str, instead: str) -> Case:
    return Case("plan.toml", 0, column, make=lambda folder: change_head(folder, line, instead))


def of_record(row: int, column: str, *statements: Statement, is_of_a_day: bool = False) -> Case:
    def make(folder: Path) -> None:
        write_record(folder, *statements)

    return Case("progress.csv", row, column, make=make, is_of_a_day=is_of_a_day)


def of_decisions(row: int, column: str, *decisions: Statement, is_of_a_day: bool = False) -> Case:
    def make(folder: Path) -> None:
        write_decisions(folder, *decisions)

    return Case("decisions.csv", row, column, make=make, is_of_a_day=is_of_a_day)


def drop_column(folder: Path) -> None:
    change(folder, "units", lambda lines: [line.pop() for line in lines])


def add_column(folder: Path) -> None:
    change(
        folder, "units", lambda lines: [line.append("tel" if place == 0 else "") for place, line in enumerate(lines)]
    )


def name_nobody(folder: Path) -> None:
    change(folder, "responsibilities", lambda lines: lines.__delitem__(slice(1, None)))
    write_record(folder)


def name_no_unit_of_the_second(folder: Path) -> None:
    change(folder, "responsibilities", lambda lines: lines.pop())


def begin_late_and_end_early(folder: Path) -> None:
    change(folder, "responsibilities", put("responsibilities", 3, "from", "2024-09-01"))
    change(folder, "responsibilities", put("responsibilities", 3, "until", "2024-08-31"))


def keep_with_another_plan(folder: Path) -> None:
    pytest.importorskip("sqlalchemy", reason="sqlalchemy is missing: pip install 'portplan[sql]' to run this")
    for table in schema.RECORD:
        rows, _ = record.read(record.place_of(folder, {}, table))
        kept_as = {"id": "another", "progress": "sqlite:///progress.db"}
        record.append(record.place_of(folder, kept_as, table), rows, check=lambda _: schema.problem_frame())
    change_head(folder, 'id = "small"', 'id = "small"\nprogress = "sqlite:///progress.db"')


def contradict(folder: Path) -> None:
    write_record(folder, say("in_progress", as_of="2024-08-30", reported_at="2024-08-31"))
    write_decisions(folder, decide("closed", effective_on="2024-08-01", evidence_ref="核验1"))


EVIDENCE = {"evidence_ref": "核验1"}
STALE = say("in_progress", "40")
REPORTING = 'every = "month"'
BROKEN = {
    "column-unknown": Case("units.csv", 1, "tel", make=add_column),
    "column-missing": Case("units.csv", 1, "aliases", make=drop_column),
    "undrawable-text": of_record(2, "problems", say("not_started", problems="系统\u202e未通 \u0378")),
    "filled": Case("themes.csv", 2, "title", " "),
    "trimmed": Case("units.csv", 3, "short", "商务\u3000"),
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
    "role": Case("responsibilities.csv", 2, "role", "牵头"),
    "comparator": Case("commitments.csv", 2, "comparator", "<="),
    "delivery-state": Case("progress.csv", 2, "status", "closed"),
    "decision": of_decisions(2, "decision", decide("办结")),
    "length": of_record(2, "progress", say("in_progress", progress="字" * 5001)),
    "sha256-or-blank": of_decisions(2, "evidence_sha256", decide("closed", evidence_sha256="abc", **EVIDENCE)),
    "file-missing": Case("actuals.csv", make=lambda folder: (folder / "actuals.csv").unlink()),
    "file-unreadable": Case("units.csv", make=lambda folder: (folder / "units.csv").write_bytes(b"\xff\xff\xff")),
    # plan.toml
    "plan-unknown-key": of_head("deadline", 'id = "small"', 'id = "small"\ndeadline = 2024-12-31'),
    "plan-id": of_head("id", 'id = "small"', 'id = " "'),
    "plan-lang": of_head("lang", 'lead_rule = "none"', 'lead_rule = "none"\nlang = "Chinese"'),
    "plan-title": of_head("title", 'zh = "测试方案"', ""),
    "plan-issuers": of_head("issuers", 'zh = ["某办公室"]', ""),
    "plan-issued": of_head("issued", "2024-05-31", '"2024-05-31"'),
    "plan-lead-rule": of_head("lead_rule", 'lead_rule = "none"', 'lead_rule = "first"'),
    "plan-provenance": of_head("progress_provenance", 'progress_provenance = "synthetic"', ""),
    "plan-country": of_head("country", "issued =", 'country = "China"\nissued ='),
    "plan-country-elsewhere": of_head("country", "issued =", 'country = "IT"\nissued ='),
    "plan-unit-kinds": of_head("unit_kinds", "[title]", 'unit_kinds = ["agency"]\n\n[title]'),
    "plan-record": of_head("progress", "issued =", 'progress = "progress.xlsx"\nissued ='),
    "plan-old-form": of_head("reporting.due_day", REPORTING, f"{REPORTING}\ndue_day = 5"),
    "reporting-unknown-key": of_head("reporting.due_days", REPORTING, f"{REPORTING}\ndue_days = 5"),
    "reporting-every": of_head("reporting.every", REPORTING, 'every = "fortnight"'),
    "reporting-first-period": of_head("reporting.first_period", '"2024-06"', '"2024-Q2"'),
    "reporting-due-after-days": of_head("reporting.due_after_days", "due_after_days = 5", "due_after_days = 5.5"),
    "reporting-due-on-working-day": of_head(
        "reporting.due_on_working_day", REPORTING, f'{REPORTING}\ndue_on_working_day = "yes"'
    ),
    "reporting-owed": of_head("reporting.owed", REPORTING, f'{REPORTING}\nowed = "sometimes"'),
    "reporting-timezone": of_head("reporting.timezone", "Asia/Shanghai", "Peking"),
    "verification-deciders": of_head("verification", 'name = "核验组"', 'who = "核验组"'),
    # The notice.
    "link": Case("measures.csv", 2, "theme_id", "T9"),
    "unit-kind": Case("units.csv", 2, "kind", "city"),
    "decider-part-of": of_head("verification.deciders.part_of", 'name = "核验组"', 'name = "核验组"\npart_of = "x"'),
    "alias-taken": Case("units.csv", 3, "aliases", "商委|海关"),
    "responsibility-twice": Case("responsibilities.csv", 3, "unit_id", "customs"),
    "first-period-far": of_head("reporting.first_period", '"2024-06"', '"2014-06"'),
    "notice-day-unlikely": Case("measures.csv", 2, "due", "2015-12-31"),
    "promise-range": Case("commitments.csv", 2, "quantity_high", "6"),
    "until-before-from": Case("responsibilities.csv", 3, "until", make=begin_late_and_end_early),
    "nobody-named": Case("responsibilities.csv", 0, "unit_id", make=name_nobody),
    "measure-without-unit": Case("measures.csv", 3, "measure_id", make=name_no_unit_of_the_second),
    "promise-not-in-text": Case("commitments.csv", 2, "text_span", "三日内办结"),
    "record-of-others": Case("plan.toml", 0, "id", make=keep_with_another_plan),
    # Statements.
    "id-shared": of_decisions(2, "decision_id", decide("closed", decision_id="P1", **EVIDENCE)),
    "not-responsible": of_record(2, "unit_id", say("in_progress", measure_id="M2", unit_id="commerce")),
    "percent-not-started": of_record(2, "percent", say("not_started", "1")),
    "percent-in-progress": of_record(2, "percent", say("in_progress", "100")),
    "percent-stalled": of_record(2, "percent", say("stalled", "100")),
    "ongoing-never-done": of_record(2, "status", say("done_reported", measure_id="M2")),
    "ongoing-by-kind": of_record(2, "status", say("ongoing")),
    "arrived-early": of_record(2, "reported_at", say("in_progress", reported_at="2024-06-29")),
    "completion-over": of_record(2, "expected_completion", say("in_progress", expected_completion="2023-12-31")),
    "completion-far": of_record(2, "expected_completion", say("in_progress", expected_completion="2224-12-31")),
    "far-ahead": of_record(2, "as_of", say("in_progress", as_of="2025-06-30")),
    "not-arrived": Case("progress.csv", 2, "reported_at", make=lambda folder: (
        change_head(folder, '"synthetic"', '"real"'),
        write_record(folder, say("in_progress", as_of="2026-06-30", reported_at="2026-06-30")))),
    "before-notice": of_record(2, "as_of", say("in_progress", as_of="2014-06-30")),
    "period": of_record(2, "period", say("in_progress", period="2024-Q2")),
    "correction-unlike": of_record(3, "supersedes", STALE, say("stalled", unit_id="commerce", supersedes="P1")),
    "went-back": of_record(3, "status", STALE, say("not_started")),
    "percent-fell": of_record(3, "percent", STALE, say("in_progress", "39")),
    "said-twice": of_record(3, "log_id", STALE, say("in_progress", "50", as_of="2024-06-30", reported_at="2024-06-30")),
    # Decisions.
    "decision-without-unit": of_decisions(2, "unit_id", decide("joined")),
    "decision-of-measure": of_decisions(2, "unit_id", decide("closed", unit_id="customs", **EVIDENCE)),
    "extension-without-due": of_decisions(2, "due", decide("extended")),
    "extension-over": of_decisions(2, "due", decide("extended", due="2014-12-31")),
    "due-without-extension": of_decisions(2, "due", decide("closed", due="2024-12-31", **EVIDENCE)),
    "void-unlike": of_decisions(2, "supersedes", decide("void", supersedes="P9")),
    "decider-unknown": of_decisions(2, "decided_by", decide("closed", decided_by="商会", **EVIDENCE)),
    "own-closure": Case("decisions.csv", 2, "decided_by", make=lambda folder: (
        change_head(folder, 'name = "核验组"', 'name = "核验组"\npart_of = "customs"'),
        write_decisions(folder, decide("closed", **EVIDENCE)))),
    "closed-without-evidence": of_decisions(2, "evidence_ref", decide("closed")),
    "joined-already": of_decisions(2, "unit_id", decide("joined", unit_id="customs")),
    "left-unnamed": of_decisions(2, "unit_id", decide("left", measure_id="M2", unit_id="commerce")),
    # The record at a day.
    "feedback-missing": of_record(0, "measure_id", STALE, is_of_a_day=True),
    "units-lapsed": of_record(0, "unit_id", STALE, is_of_a_day=True),
    "contradicted": Case("decisions.csv", 0, "measure_id", make=contradict, is_of_a_day=True),
    "units-disagree": of_record(
        0, "measure_id", STALE, say("stalled", "40", unit_id="commerce", as_of="2024-06-30", reported_at="2024-07-01"),
        is_of_a_day=True,
    ),
}  # fmt: skip
FOLLOWS = {"slug": ["link"], "plan-lang": ["plan-title", "plan-issuers"]}
"""What else a fault breaks: an id that others name, a language in which there is no title."""
WARNINGS = {
    *("notice-day-unlikely", "said-twice", "record-of-others"),
    *("column-unknown", "undrawable-text", "measure-without-unit", "not-responsible", "ongoing-never-done"),
    *("percent-not-started", "percent-in-progress", "percent-stalled", "arrived-early", "went-back", "percent-fell"),
    "completion-over",
    *("plan-country-elsewhere", "closed-without-evidence", "joined-already", "left-unnamed"),
    *("feedback-missing", "units-lapsed", "contradicted", "units-disagree"),
}


def read_broken(folder: Path, id: str) -> dict[str, pd.DataFrame]:
    """The problems of a plan that breaks a rule, in each language."""
    frames: dict[str, pd.DataFrame] = {}

    def problem_frame(problems: Iterable[Problem], *, lang: str) -> pd.DataFrame:
        listed = list(problems)
        frames.update({each: schema.problems.problem_frame(listed, lang=each) for each in languages()})
        return frames[lang]

    BROKEN[id].break_plan(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "problem_frame", problem_frame)
        plan, _ = inspect_plan(folder, today="2026-06-29")
    assert (plan is None) == (RULES[id].severity == "error")
    if plan and BROKEN[id].is_of_a_day:
        now = plan.at("2024-09-15")
        return {lang: due.warnings(now, lang=lang) for lang in languages()}
    return frames


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
def test_a_broken_rule_is_reported_at_its_place_in_each_language(small: Path, id: str):
    case, rule = BROKEN[id], RULES[id]
    frames, messages = read_broken(small, id), set()
    for lang in languages():
        problems = frames[lang]
        assert list(problems.columns) == list(schema.PROBLEM_COLUMNS)
        assert not problems.duplicated().any()
        of_rule = problems[problems["rule"].eq(id)]
        # A fault is named once, by its own rule, and does not set off others.
        assert case.is_of_a_day or set(problems["rule"]) == {id, *FOLLOWS.get(id, ())}
        # Three responsibilities are silent; anything else is broken once.
        assert len(of_rule) == (3 if id == "feedback-missing" else 1)
        reported = of_rule.iloc[0]
        assert (reported["file"], reported["column"], reported["severity"]) == (case.file, case.column, rule.severity)
        assert of_rule["row"].fillna(0).iloc[0] == case.row
        if case.value is not None:
            assert reported["value"] == case.value.rpartition("|")[2]
        filled_in = "[^{}]*".join(map(re.escape, re.split(r"{\w+}", rule.message(lang).replace("{{", "\0"))))
        told = reported["message"].replace("{", "\0")
        assert re.fullmatch(filled_in.replace(r"\}\}", r"\}"), told)
        messages.add(reported["message"])
    assert len(messages) == len(languages())


def test_problems_are_told_in_the_language_that_is_asked_for(small: Path):
    (small / "themes.csv").unlink()
    messages = {lang: check_plan(small, lang=lang)["message"].tolist() for lang in languages()}
    assert messages == {"zh": ["缺少这个文件"], "en": ["this file is missing"]}
    assert check_plan(small)["message"].tolist() == messages["zh"]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_is_a_thing_that_says_what_it_is(rule: Rule):
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", rule.id)
    assert RULES[rule.id] is rule
    assert rule.meaning.endswith(".")
    assert rule.text.replace("…", "").isascii()
    for lang in languages():
        assert fields(rule.message(lang)) == fields(rule.text)
        assert lang == "en" or translations(lang).gettext(rule.text) != rule.text


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_two_rules_do_not_share_an_id():
    with pytest.raises(ValueError, match="filled"):
        schema.rule("filled", "must not be blank")(lambda rule: iter(()))
    assert RULES["filled"] is CELL_RULES["filled"]


@pytest.mark.thorough
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


# What is lawful.


@pytest.mark.parametrize(
    "decisions",
    [
        [decide("closed", **EVIDENCE)],
        [decide("returned"), decide("returned", unit_id="commerce")],
        [decide("extended", due="2024-12-31", decided_by="办公室")],
        [decide("joined", measure_id="M2", unit_id="commerce", decided_by="办公室")],
        [decide("left", unit_id="commerce"), decide("joined", unit_id="commerce", effective_on="2024-10-01")],
        [decide("void", supersedes="P1"), decide("closed", **EVIDENCE), decide("void", supersedes="D2")],
        [decide("closed", **EVIDENCE), decide("closed", supersedes="D1", effective_on="2024-08-30", **EVIDENCE)],
        [decide("withdrawn"), decide("reopened")],
    ],
)
def test_what_the_office_may_decide(small: Path, decisions: list[Statement]):
    write_decisions(small, *decisions)
    assert check_plan(small).empty


@pytest.mark.parametrize(
    ("decisions", "rule"),
    [
        # What is void stays void.
        ([decide("void", supersedes="P1"), decide("void", supersedes="D1")], "void-unlike"),
        ([decide("void", supersedes="P1", measure_id="M2")], "void-unlike"),
        ([decide("void", supersedes="P1", unit_id="commerce")], "void-unlike"),
        ([decide("void", supersedes="P1", recorded_at="2024-06-01")], "void-unlike"),
        ([decide("void")], "void-unlike"),
        ([decide("closed", **EVIDENCE), decide("reopened", measure_id="M2", supersedes="D1")], "correction-unlike"),
        ([decide("returned", unit_id="nobody")], "link"),
        ([decide("closed", measure_id="M9", **EVIDENCE)], "link"),
        ([decide("withdrawn", decided_by="海关")], "decider-unknown"),
    ],
)
def test_what_it_may_not(small: Path, decisions: list[Statement], rule: str):
    write_decisions(small, *decisions)
    problems = check_plan(small)
    assert rule in set(problems["rule"])
    assert set(problems["file"]) == {"decisions.csv"}


def test_what_a_clock_that_was_ahead_left_can_be_retracted(small: Path):
    """A row that cannot have arrived stops every page; no file need be mended by hand to go on."""
    change_head(small, '"synthetic"', '"real"')
    write_record(small, say("in_progress", reported_at="2062-07-02"))
    ahead = decide("closed", recorded_at="2052-06-01", **EVIDENCE)
    write_decisions(small, ahead)
    write_actuals(small, {"value": "4", "reported_at": "2062-07-02"})
    today = "2024-09-30"
    assert inspect_plan(small, today=today)[1]["rule"].tolist() == ["not-arrived"] * 3
    retracted = [decide("void", supersedes=row, recorded_at=today, effective_on=today) for row in ("P1", "D1", "A1")]
    write_decisions(small, ahead, *retracted)
    plan, problems = inspect_plan(small, today=today)
    assert plan is not None
    assert problems.empty
    assert plan.at("2062-12-31").measure_states["state"].tolist() == plan.at(today).measure_states["state"].tolist()
    assert plan.at("2062-12-31").record.actuals.empty
    # Before the day that it speaks of nobody knows of it.
    early = decide("void", supersedes="P1", recorded_at="2024-06-03", effective_on="2024-06-03")
    write_decisions(small, early)
    assert "void-unlike" in set(check_plan(small)["rule"])


def test_a_plan_that_nobody_verifies_closes_nothing_but_moves_units_and_deadlines(small: Path):
    change_head(small, '[[verification.deciders]]\nname = "核验组"\nname_en = "Verifiers"\n', "")
    write_decisions(small, decide("extended", due="2024-12-31"), decide("left", unit_id="commerce"))
    plan, problems = inspect_plan(small)
    assert problems.empty
    assert plan is not None
    assert not plan.is_verified
    assert plan.finished == "done_reported"
    write_decisions(small, decide("closed", **EVIDENCE))
    assert check_plan(small)["rule"].tolist() == ["decider-unknown"]


@pytest.mark.parametrize("name", ["customs", "海关", "Customs", "关"])
def test_no_unit_closes_its_own_measure_by_any_of_its_names(small: Path, name: str):
    change(small, "units", put("units", 2, "aliases", "关|口岸"))
    change_head(small, 'name = "核验组"', f'name = "{name}"')
    write_decisions(small, decide("closed", decided_by=name, **EVIDENCE))
    assert check_plan(small)["rule"].tolist() == ["own-closure"]


def test_a_unit_that_ever_was_on_a_measure_does_not_close_it(small: Path):
    change_head(small, 'name = "核验组"', 'name = "核验组"\npart_of = "commerce"')
    closing = decide("closed", measure_id="M2", **EVIDENCE)
    write_decisions(small, closing)
    assert check_plan(small).empty
    moves = [decide(move, measure_id="M2", unit_id="commerce", effective_on=day) for move, day in (
        ("joined", "2024-09-01"), ("left", "2024-10-01"))]  # fmt: skip
    write_decisions(small, *moves, closing)
    assert check_plan(small)["rule"].tolist() == ["own-closure"]


@pytest.mark.thorough
def test_what_the_office_sent_back_may_go_back(small: Path):
    write_record(small, say("in_progress", "40"), say("done_reported", "100"), say("in_progress", "60"))
    assert check_plan(small)["rule"].tolist() == ["percent-fell", "went-back"]
    returned = decide("returned", effective_on="2024-08-05", recorded_at="2024-08-06")
    for lawful in (returned, {**returned, "unit_id": "customs"}, {**returned, "decision": "reopened"}):
        write_decisions(small, lawful)
        assert check_plan(small).empty
    for other in ({**returned, "unit_id": "commerce"}, {**returned, "effective_on": "2024-07-30"}):
        write_decisions(small, other)
        assert len(check_plan(small)) == 2
    write_decisions(small, returned, decide("void", supersedes="D1"))
    assert len(check_plan(small)) == 2


@pytest.mark.thorough
def test_values_are_of_a_commitment_and_take_back_only_their_like(small: Path):
    write_actuals(small, {"value": "4"}, {"value": "5", "supersedes": "A1"})
    assert check_plan(small).empty
    for wrong, rule in (
        ({"commitment_id": "C9"}, "link"),
        ({"unit_id": "nobody"}, "link"),
        ({"value": "five"}, "number"),
        ({"value": ""}, "number"),
        ({"unit_id": "commerce", "supersedes": "A1"}, "correction-unlike"),
    ):
        write_actuals(small, {"value": "4"}, {"value": "5", **wrong})
        assert check_plan(small)["rule"].tolist() == [rule]


@pytest.mark.parametrize(
    ("retracted", "is_right"),
    [
        ({}, True),
        ({"unit_id": "customs"}, True),
        ({"unit_id": "commerce"}, False),
        # A value is of the measure of its commitment.
        ({"measure_id": "M2"}, False),
        ({"recorded_at": "2024-08-30", "effective_on": "2024-08-30"}, False),
        ({"supersedes": "A2"}, False),
    ],
)
def test_a_value_is_retracted_by_the_measure_of_its_commitment(small: Path, retracted: Statement, *, is_right: bool):
    write_actuals(small, {"value": "4"})
    write_decisions(small, decide("void", **{"supersedes": "A1", **retracted}))
    assert check_plan(small)["rule"].tolist() == ([] if is_right else ["void-unlike"])


@pytest.mark.parametrize(
    ("named", "table", "column", "value"),
    [
        ("notice-day-unlikely", "measures", "from", "2042-06-01"),
        ("notice-day-unlikely", "responsibilities", "from", "2042-06-01"),
        ("completion-far", "measures", "due", "2205-12-31"),
        ("completion-far", "responsibilities", "from", "2205-01-01"),
        ("before-notice", "responsibilities", "until", "2004-12-31"),
    ],
)
def test_a_mistyped_year_of_a_notice_is_found_out(small: Path, named: str, table: str, column: str, value: str):
    """The unit would be on none of its measures, and nothing owed of it: nobody would ever hear of that."""
    change(small, table, put(table, 3, column, value))
    assert named in check_plan(small)["rule"].tolist()


@pytest.mark.parametrize("first", ["2024-05", "2026-05"])
def test_units_may_begin_to_report_with_the_plan_or_later(small: Path, first: str):
    change_head(small, '"2024-06"', f'"{first}"')
    assert check_plan(small).empty


@pytest.mark.parametrize(("high", "is_right"), [("6", True), ("5", False), ("4.9", False), ("", False)])
def test_a_promise_between_two_numbers_has_both(small: Path, high: str, *, is_right: bool):
    change(small, "commitments", put("commitments", 2, "comparator", "between"))
    change(small, "commitments", put("commitments", 2, "quantity_high", high))
    assert check_plan(small)["rule"].tolist() == ([] if is_right else ["promise-range"])


@pytest.mark.parametrize(
    ("until", "again", "is_right"),
    [("2024-08-31", "2024-09-01", True), ("2024-08-31", "2024-08-31", False), ("", "2024-09-01", False)],
)
def test_a_unit_comes_again_only_after_it_has_gone(small: Path, until: str, again: str, *, is_right: bool):
    change(small, "responsibilities", put("responsibilities", 2, "until", until))
    change(small, "responsibilities", lambda lines: lines.append([*lines[1][:-2], again, ""]))
    assert check_plan(small)["rule"].tolist() == ([] if is_right else ["responsibility-twice"])


def test_a_value_that_was_pasted_in_twice_is_told(small: Path):
    write_actuals(small, {"value": "4"}, {"value": "5"}, {"value": "6", "as_of": "2024-08-30"})
    assert check_plan(small)["rule"].tolist() == ["said-twice"]
    write_actuals(small, {"value": "4"}, {"value": "5", "supersedes": "A1"})
    assert check_plan(small).empty


def test_an_alias_is_known_however_it_stands_between_its_bars(small: Path):
    change(small, "units", put("units", 3, "aliases", "商委 | 市商委"))
    plan, problems = inspect_plan(small)
    assert problems.empty
    assert plan
    assert {plan.find_unit(name) for name in ("商委", "市商委")} == {"commerce"}


@pytest.mark.parametrize(
    ("named", "decided"),
    [
        ("before-notice", decide("joined", unit_id="commerce", measure_id="M2", effective_on="2023-07-31")),
        ("completion-far", decide("extended", due="2204-12-31")),
        ("far-ahead", decide("extended", effective_on="2204-08-31", due="2204-12-31")),
    ],
)
def test_a_mistyped_year_of_a_decision_is_found_out(tmp_path: Path, named: str, decided: Statement):
    write_small_plan(tmp_path / "plan")
    write_decisions(tmp_path / "plan", decided)
    assert named in check_plan(tmp_path / "plan")["rule"].tolist()


@pytest.mark.parametrize(("as_of", "named"), [("2125-08-31", ["far-ahead"]), ("2023-12-31", [])])
def test_a_value_may_be_of_before_the_notice_but_not_of_long_after_it_came(
    tmp_path: Path, as_of: str, named: list[str]
):
    write_small_plan(tmp_path / "plan")
    write_actuals(tmp_path / "plan", {"as_of": as_of, "value": "3"})
    assert check_plan(tmp_path / "plan")["rule"].tolist() == named
