"""Every number of the pages once more from the CSV files: a reader of HTML and drawings beside plain Python.

`tests.page_reader` reads, `tests.recount` counts, `tests.page_tables` says where what was counted must stand. None of
them uses the library, but for `page_reader.render`, which makes the pages.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from analysis.periods import Calendar
from tests.hand_made import hand_made
from tests.page_reader import Exhibit, Page, counted, numbers, read_page, render
from tests.page_tables import TABLES, fan, judgement, keys
from tests.page_words import Words
from tests.recount import BUCKETS, Recount, default_known_at, files_of, read_files
from tests.strategies import typed

if TYPE_CHECKING:
    from analysis.plan import Plan
    from tests.page_tables import Rows
    from tests.recount import Files

pytestmark = pytest.mark.thorough

QUARTER_NAMES = [f"{n}季" for n in range(1, 5)]  # along an axis; months and halves do not begin with a lone number
DATA = Path(__file__).parents[1] / "data"
SELECTIONS = (
    {},
    {"unit": "tj-customs"},
    {"theme": "T2"},
    {"unit": "port-group"},
    {"theme": "T5"},
    {"unit": "border-inspection"},
)


OPENED: dict[str, Plan] = {}
"""Plans that were opened, by their address, and those that have no files."""


@dataclass(frozen=True)
class Case:
    """A day asked about, what was known, and what it is compared with."""

    folder: Path
    as_of: date
    known_at: date | None = None
    compare_to: date | None = None
    unit: str = ""
    theme: str = ""

    def __str__(self) -> str:
        return "/".join(
            str(part) for part in (self.as_of, self.known_at, self.compare_to, self.unit, self.theme) if part
        )

    @cached_property
    def files(self) -> Files:
        """The plan's files; those of a plan that has none are its tables."""
        made = OPENED.get(str(self.folder))
        return files_of(made) if made and str(self.folder).startswith("odd") else read_files(self.folder)

    @property
    def asked(self) -> dict[str, str]:
        days = {name: str(getattr(self, name) or "") for name in ("as_of", "known_at", "compare_to")}
        return {"plan_id": str(self.folder), **days, "unit": self.unit, "theme": self.theme}

    @cached_property
    def now(self) -> Recount:
        return Recount(self.files.only(unit=self.unit, theme=self.theme), self.as_of, self.known_at)


def random_cases(count: int) -> list[Case]:
    """Days over the year of the record, with every selection, compared and not; ends of months, due days among them."""
    chance = random.Random(20240531)
    borders = [date(2024, 5, 31), date(2024, 6, 30), date(2024, 7, 5), date(2024, 7, 31), date(2025, 3, 31)]
    cases = []
    for place in range(count):
        as_of = borders[place] if place < len(borders) else date(2024, 6, 1) + timedelta(chance.randrange(340))
        known_at = None if place % 3 == 0 else as_of + timedelta(chance.choice([0, 1, 4, 9, 30, 90]))
        compare_to = as_of - timedelta(chance.choice([1, 30, 61, 150])) if place % 2 else None
        selection = SELECTIONS[place % 3 if place % 5 else chance.randrange(len(SELECTIONS))]
        cases.append(Case(DATA / "tianjin-2024", as_of, known_at, compare_to, **selection))
    return cases


def check(report: str, case: Case, *, with_drawings: bool) -> None:
    """A report in both languages, number by number."""
    pages = {}
    for lang in ("zh", "en"):
        pages[lang] = read_page(render(report, OPENED, with_drawings=with_drawings, lang=lang, **case.asked))
        check_page(report, pages[lang], case, Words(lang, case.files))
    check_agreement(pages["zh"], pages["en"])


def check_page(report: str, page: Page, case: Case, words: Words) -> None:
    now = case.now
    then = now.before(case.compare_to) if case.compare_to else None
    for key, rows_of in TABLES[report].items():
        rows = rows_of(now, then, words)
        if key not in page.exhibits:
            assert not rows, f"{key} is not on the page"
            continue
        check_table(page.exhibits[key], rows, words)
    if report == "completion_trend":
        told = [[None if cell == "—" else int(cell) for cell in row[2:]] for row in page.exhibits["forecast"].rows]
        assert told == fan(now)
    told = [numbers(value) for _, value, _ in page.keys]
    assert told == keys(report, now, then or now.before())
    if report == "delivery":
        check_front(page, now, words)
    if then:
        moved = sum(row["state"] != then.states.get(m, {}).get("state") for m, row in now.states.items())
        assert sorted(numbers(page.moved)) == sorted([str(then.t), str(then.k), str(moved)])
    else:
        assert page.moved == ""
    assert numbers(page.dates[0]) == [str(now.t)]
    assert numbers(page.dates[1]) == [str(now.k)]
    for exhibit in page.exhibits.values():
        check_drawings(exhibit, now)


def check_table(exhibit: Exhibit, rows: Rows, words: Words) -> None:
    """Every cell as it is printed, and every cell of the file unrounded."""
    printed = [[name, *map(words.printed, cells)] for name, cells in rows]
    differ = [(told, row) for told, row in zip(exhibit.rows, printed, strict=False) if told != row]
    assert exhibit.rows == printed, (exhibit.key, differ[:2])
    if not rows:
        return
    for line, (name, cells) in zip(exhibit.file[1:], rows, strict=True):
        assert name.startswith(line[0]), exhibit.key
        for told, cell in zip(line[1:], cells, strict=False):
            expected = words.in_file(cell)
            assert (float(told) if isinstance(expected, float) else told) == (
                pytest.approx(expected, abs=1e-12) if isinstance(expected, float) else expected
            ), (exhibit.key, line)
    marks = {mark for line in exhibit.rows for cell in line for mark in "↑↓←" if mark in cell}
    assert bool(marks & {"↑", "↓"}) == ("↑" in exhibit.note)
    assert ("←" in marks) == ("←" in exhibit.note)


def check_front(page: Page, now: Recount, words: Words) -> None:
    """The first line, the cases in their order, and the strip of all measures."""
    assert sorted(numbers(page.headline)) == sorted(judgement(now)), page.headline
    cases = [item for item in page.tree.walk() if "case" in item.attributes.get("class", "").split()]
    expected = now.attention()
    for item, (measure, _, _, _) in zip(cases, expected, strict=True):
        assert item.attributes["class"].split()[1] == now.states[measure]["state"]
        assert (item.first("strong") or item).text() == words.measure(measure)
    listed = page.exhibits["attention"].file[1:]
    assert [line[0] for line in listed] == [words.measure(measure) for measure, *_ in expected]
    assert [line[2] for line in listed] == [since.isoformat() for _, _, since, _ in expected]
    assert [line[3] for line in listed] == [words.units(units) for _, _, _, units in expected]
    reasons = [
        str(sum(why[0] == reason for _, why, _, _ in expected))
        for reason in dict.fromkeys(w[0] for _, w, _, _ in expected)
    ]
    assert numbers(page.exhibits["attention"].finding) == reasons
    tiles = page.tree.all("a", "tile")
    assert [tile.attributes["class"].split()[1] for tile in tiles] == [row["state"] for row in now.states.values()]
    assert [(tile.first("span", "n") or tile).text() for tile in tiles] == [
        now.measures[m]["number"] for m in now.states
    ]
    counts = [sum(row["state"] == state for row in now.states.values()) for state in BUCKETS]
    if now.states:
        told = numbers(page.exhibits["all-measures"].finding)
        assert sorted(told) == sorted([str(len(now.states)), *(str(count) for count in counts if count)])


def check_drawings(exhibit: Exhibit, now: Recount) -> None:
    """Labels stand for cells: those of a mark in the order of one column, pairs and matrices cell by cell."""
    columns = [[re.sub(r" [↑↓].*", "", cell) for cell in column] for column in zip(*exhibit.rows, strict=True)]
    if exhibit.key == "states-by-theme":
        # Its table has the rates; the states are only drawn.
        themes = list(dict.fromkeys(row["theme_id"] for row in now.measures.values()))
        counted_states = Counter((now.measures[m]["theme_id"], row["state"]) for m, row in now.states.items())
        columns = [[str(counted_states[theme, state]) for theme in themes] for state in BUCKETS]
    for place, texts in enumerate(exhibit.drawings):
        marked: dict[str, list[str]] = {}
        for label in texts:
            found = re.fullmatch(r"([■▣□▲○◇╳·⊘✓◐◌◻–])\s*(\d+)", label)
            if found:
                marked.setdefault(found[1], []).append(found[2])
        for mark, labels in marked.items():
            assert any(is_within(labels, column) for column in columns), (exhibit.key, mark, labels)
        if exhibit.key == "feedback-by-theme" and place == 0:
            pairs = [label for label in texts if re.fullmatch(r"\d+/\d+", label)]
            asked = [f"{row[2]}/{row[3]}" for row in exhibit.rows if row[3] != "0"]
            assert is_within(pairs, asked), exhibit.key
        if exhibit.key == "unit-by-theme" and place == 0:
            cells = [cell for row in exhibit.rows for cell in row[1:] if cell != "0"]
            assert is_within([label for label in texts if label.isdigit()], cells), exhibit.key
        if exhibit.key == "burn-up" and exhibit.rows:
            last = exhibit.rows[-1]
            for label in texts:
                found = re.fullmatch(r"(\d+)\D+", label)
                assert not found or label in QUARTER_NAMES or found[1] in last[1:5], (exhibit.key, label)


def is_within(labels: list[str], column: list[str]) -> bool:
    """Whether labels come in a column in their order."""
    rest = iter(column)
    return all(label in rest for label in labels)


def check_agreement(zh: Page, en: Page) -> None:
    """The two languages say the same numbers."""
    assert list(zh.exhibits) == list(en.exhibits)
    assert counted(zh.headline) == counted(en.headline), (zh.headline, en.headline)
    assert counted(zh.moved) == counted(en.moved)
    assert [counted(value) for _, value, _ in zh.keys] == [counted(value) for _, value, _ in en.keys]
    for key, one in zh.exhibits.items():
        other = en.exhibits[key]
        assert counted(one.finding) == counted(other.finding), (one.finding, other.finding)
        assert len(one.rows) == len(other.rows)
        for line, same in zip(one.file[1:], other.file[1:], strict=True):
            assert [cell for cell in line if _is_number(cell)] == [cell for cell in same if _is_number(cell)]
        # Which labels find room depends on how long names are: each language's drawings are held to the cells.
        assert len(one.drawings) == len(other.drawings)


def _is_number(cell: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell))


@pytest.mark.parametrize("report", TABLES)
@pytest.mark.parametrize("case", random_cases(24), ids=str)
def test_pages_of_the_embedded_plan(case: Case, report: str):
    check(report, case, with_drawings=case.as_of.day % 3 == 0)


@pytest.mark.exhaustive
@pytest.mark.parametrize("report", TABLES)
@pytest.mark.parametrize("is_compared", [False, True], ids=["alone", "compared"])
@pytest.mark.parametrize("selection", SELECTIONS, ids=lambda selection: "-".join(selection.values()) or "whole")
def test_every_selection_of_every_day(selection: dict[str, str], report: str, *, is_compared: bool):
    for case in random_cases(24):
        earlier = (case.compare_to or case.as_of - timedelta(45)) if is_compared else None
        whole = replace(case, compare_to=earlier, unit="", theme="")
        check(report, replace(whole, **selection), with_drawings=False)


# Odd plans.

CROWDS = {"M1": "ab", "M2": "a", "M3": "abc", "M4": "c", "M5": "b", "M6": "c"}
THEMES = {"M3": "T2", "M4": "T2", "M5": "T3", "M6": "T3"}
QUARTERS = Calendar("quarter", "2024-Q2", 28)
WHEN_DUE = Calendar("half-year", "2024-H1", -5, owed="when-due")


def done(*measures: str, day: str = "2024-07-31") -> list[str]:
    return [f"{measure} {unit} {day} done_reported" for measure in measures for unit in CROWDS[measure]]


ODD: dict[str, Plan] = {
    "one measure": hand_made({"M1": "a"}, said=["M1 a 2024-06-30 in_progress"]),
    "one unit": hand_made({"M1": "a", "M2": "a"}, said=["M1 a 2024-06-30 stalled", "M2 a 2024-06-30 not_started"]),
    "none reported": hand_made(CROWDS, themes=THEMES),
    "all closed": hand_made(
        CROWDS, themes=THEMES, said=done(*CROWDS), decided=[f"{m} closed 2024-08-05" for m in CROWDS]
    ),
    "ties": hand_made(
        CROWDS,
        themes=THEMES,
        said=[*done("M1"), "M1 a 2024-07-31 in_progress", "M2 a 2024-07-31 stalled", "M2 a 2024-07-31 in_progress"],
        decided=["M3 closed 2024-08-01", "M3 reopened 2024-08-01", "M4 withdrawn 2024-08-01", "M4 closed 2024-08-01"],
    ),
    "withdrawn": hand_made(
        CROWDS, themes=THEMES, decided=[*(f"{m} withdrawn 2024-07-15" for m in CROWDS), "M1 reopened 2024-08-15"]
    ),
    "returned and reopened": hand_made(
        CROWDS,
        themes=THEMES,
        said=[*done("M1", "M2", "M3"), "M2 a 2024-08-31 done_reported"],
        decided=[
            "M1 returned 2024-08-10 unit_id=a",
            "M2 returned 2024-08-10",
            "M3 closed 2024-08-03",
            "M3 reopened 2024-08-20",
        ],
    ),
    "known late": hand_made(
        CROWDS,
        themes=THEMES,
        said=[
            "M1 a 2024-06-30 in_progress reported_at=2024-09-03",
            "M2 a 2024-07-31 stalled reported_at=2024-09-10",
            "M2 a 2024-07-31 in_progress reported_at=2024-08-02",
            "M4 c 2024-07-31 in_progress reported_at=2024-07-20",
        ],
    ),
    "deadlines": hand_made(
        CROWDS,
        themes=THEMES,
        said=[*done("M1"), *done("M2", day="2024-08-31"), "M4 c 2024-07-31 in_progress"],
        decided=["M1 closed 2024-08-15", "M5 extended 2024-08-01 due=2025-06-30"],
        due={"M1": "2024-07-31", "M2": "2024-07-31", "M3": "2024-08-15", "M4": "2024-10-31", "M5": "2024-08-01"},
    ),
    "quarterly": hand_made(CROWDS, themes=THEMES, calendar=QUARTERS, said=[*done("M1"), "M4 c 2024-06-30 in_progress"]),
    "when due": hand_made(
        CROWDS,
        themes=THEMES,
        calendar=WHEN_DUE,
        said=[*done("M1"), "M3 a 2024-07-31 done_reported"],
        due={"M1": "2024-07-31", "M3": "2024-07-31", "M4": "2024-08-15", "M5": "2024-12-31"},
    ),
    "no verification": hand_made(
        CROWDS, themes=THEMES, is_verified=False, said=[*done("M1", "M2"), "M4 c 2024-07-31 stalled"]
    ),
    "entries and exits": hand_made(
        CROWDS,
        themes=THEMES,
        said=["M1 a 2024-06-30 in_progress", "M1 c 2024-08-31 in_progress", "M4 a 2024-08-31 stalled"],
        decided=["M1 joined 2024-07-10 unit_id=c", "M1 left 2024-08-10 unit_id=a", "M5 left 2024-07-01 unit_id=b"],
        start={"M3": "2024-08-01", "M6": "2024-12-01"},
    ),
    "ongoing by nature": hand_made(
        CROWDS, themes=THEMES, kinds=dict.fromkeys(CROWDS, "ongoing"), said=["M1 a 2024-06-30 ongoing"]
    ),
    "contradicted": hand_made(
        CROWDS,
        themes=THEMES,
        said=[*done("M1"), "M1 b 2024-08-31 in_progress"],
        decided=["M1 closed 2024-08-05", "M2 closed 2024-08-05"],
    ),
    "promises": hand_made(
        CROWDS,
        themes=THEMES,
        promises=["C1 M1 at_most 2", "C2 M3 at_least 3.5", "C3 M4 equal 7"],
        measured=["C1 a 2024-07-31 2", "C1 b 2024-07-31 1.5", "C2 a 2024-07-31 4", "C3 c 2024-07-31 8"],
    ),
}


def with_names(plan: Plan) -> Plan:
    """Tables whose names a reader can tell apart."""
    called = plan.themes["theme_id"].map({"T1": "甲题", "T2": "乙题", "T3": "丙题"})
    themes = plan.themes.assign(title=called, short=called)
    measures = plan.measures.assign(title="措施" + plan.measures["measure_id"])
    units = plan.units.assign(name="单位" + plan.units["unit_id"], short="单位" + plan.units["unit_id"])
    return replace(plan, themes=themes, measures=measures, units=units)


@pytest.mark.parametrize("report", TABLES)
@pytest.mark.parametrize("name", ODD)
def test_pages_of_odd_plans(name: str, report: str):
    address = f"odd-{name.replace(' ', '-')}"
    OPENED[address] = with_names(ODD[name])
    for case in (
        Case(Path(address), date(2024, 8, 31), compare_to=date(2024, 7, 31)),
        Case(Path(address), date(2024, 8, 31), known_at=date(2024, 9, 15)),
        Case(Path(address), date(2024, 7, 10)),
        Case(Path(address), date(2024, 9, 30), theme="T1", compare_to=date(2024, 6, 30)),
    ):
        check(report, case, with_drawings=case.known_at is not None)


# What arrives after K.


@pytest.mark.parametrize("report", TABLES)
@pytest.mark.parametrize(("as_of", "known_at"), [("2024-08-31", "2024-09-02"), ("2024-12-15", ""), ("2025-03-31", "")])
def test_rows_that_arrive_after_k_change_no_byte(tianjin: Plan, report: str, as_of: str, known_at: str):
    """Corrections, closures and values of every day of the past: what shows is what had arrived."""
    now = tianjin.at(as_of, known_at=known_at)
    later = f"{now.known_at.date() + timedelta(1)}"
    measures = tianjin.measures["measure_id"]
    words = now.record.statements.tail(40)
    corrected = words.assign(
        log_id="X" + words["log_id"], supersedes=words["log_id"], status="stalled", reported_at=pd.Timestamp(later)
    )
    closed = typed(
        "decisions",
        (
            {"decision_id": f"X{m}", "measure_id": m, "decision": kind, "effective_on": as_of, "recorded_at": later}
            for m, kind in zip(measures, ["closed", "withdrawn", "returned", "extended"] * 8, strict=False)
        ),
    )
    values = now.plan.actuals.assign(
        actual_id=lambda rows: "X" + rows["actual_id"], value=9999.0, reported_at=pd.Timestamp(later)
    )
    more = replace(
        tianjin,
        progress=pd.concat([tianjin.progress, corrected], ignore_index=True),
        decisions=pd.concat([tianjin.decisions, closed], ignore_index=True),
        actuals=pd.concat([tianjin.actuals, values], ignore_index=True),
    )
    asked = {"plan_id": "tianjin-2024", "as_of": as_of, "known_at": known_at, "lang": "en"}
    then = asked | {"known_at": later}
    one, other = (render(report, {"tianjin-2024": plan}, with_drawings=True, **asked) for plan in (tianjin, more))
    assert one == other
    # They would have changed it, had they been there.
    one, other = (render(report, {"tianjin-2024": plan}, with_drawings=False, **then) for plan in (tianjin, more))
    assert one != other


def test_nobody_asks_the_clock():
    calendar = read_files(DATA / "tianjin-2024").calendar
    assert default_known_at(calendar, date(2025, 3, 31)) == date(2025, 4, 7)
    assert default_known_at(calendar, date(2025, 3, 30)) == date(2025, 3, 30)
