"""What the pages say: in two whole languages, in numbers that add up, and nothing that the frames deny."""

from __future__ import annotations

import ast
import csv
import io
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from string import Formatter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis import charts, coverage, exhibits, status, trend, words, workload
from analysis.plan import Plan, open_plan, select
from analysis.schema import BUCKETS, NO_FEEDBACK
from analysis.words import LANGUAGES, Language
from analysis.words import page as page_words
from analysis.words.language import NOTHING, catalogue, round_parts
from analysis.words.page import Caption
from analysis.words.table import Quote, Table
from analysis.words.table import table as words_table
from tests.strategies import SmallPlan, moments, small_plans

ZH, EN = Language("zh"), Language("en")
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
LATIN = re.compile(r"[A-Za-z]+")
# What is the same in both languages: formats, names of measures of unevenness and of two people.
NOT_TRANSLATED = {"CSV", "SHA", "HHI", "Kaplan", "Meier", "F", "W", "S", "L"}

in_both = pytest.mark.parametrize("lang", LANGUAGES)


# The catalogue.


def strings_in(node: ast.expr) -> list[str]:
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def messages() -> set[str | tuple[str, str]]:
    """Every message of `analysis.words`: of one form, or of two when it counts something."""
    found: set[str | tuple[str, str]] = set()
    for file in Path(str(resources.files("analysis") / "words")).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("_VOCABULARY", "_COLUMNS"):
                found.update(ast.literal_eval(node.value).values())
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id in ("say", "self"):
                found.update(strings_in(node.args[0]))
            elif isinstance(node.func, ast.Attribute) and node.func.attr == "count" and len(node.args) == 3:
                found.add((strings_in(node.args[1])[0], strings_in(node.args[2])[0]))
    return found


def translations() -> dict[Any, str]:
    """Message, or its two forms, → what it is in Chinese."""
    return {entry.id: "".join(entry.string or "") for entry in catalogue("zh") if entry.id}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_the_messages_are_found():
    assert len(messages()) > 200
    assert {"Closed (verified)", "{n} closed", "{part}/{whole} ({percent})", "Unit"} <= messages()
    assert ("As of {date}, {n} measure: {parts}.", "As of {date}, {n} measures: {parts}.") in messages()


def test_no_message_is_missing_in_chinese():
    told = translations()
    assert sorted(map(str, messages() - set(told))) == []
    assert [message for message in messages() if not told[message].strip()] == []


def test_no_translation_is_left_over():
    assert sorted(map(str, set(translations()) - messages())) == []


def test_no_translation_is_uncertain():
    assert [entry.id for entry in catalogue("zh") if entry.id and entry.fuzzy] == []


def test_a_translation_says_all_that_its_message_says():
    for message, told in translations().items():
        forms = (message,) if isinstance(message, str) else message
        assert placeholders(told) == set().union(*map(placeholders, forms)), message


def test_no_english_is_left_in_chinese_and_no_chinese_in_english():
    for message, told in translations().items():
        said = "".join(text for text, *_ in Formatter().parse(told))
        assert set(LATIN.findall(said)) <= NOT_TRANSLATED, message
        assert not CHINESE.search("".join(message)), message


def test_chinese_is_punctuated_as_chinese():
    for told in translations().values():
        said = "".join(text for text, *_ in Formatter().parse(told))
        assert not re.search(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]", said), told


def test_another_language_is_refused():
    with pytest.raises(ValueError, match="zh、en"):
        Language("fr")


# Numbers.

thousandths = st.integers(0, 10**9).map(lambda number: Decimal(number) / 1000)


@given(thousandths, st.integers(0, 3))
def test_numbers_are_rounded_half_up(value: Decimal, digits: int):
    exact = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    for say in (ZH, EN):
        assert Decimal(say.number(float(value), digits).replace(",", "")) == exact


@given(st.integers(0, 2000), st.integers(0, 2))
def test_percentages_are_rounded_half_up(thousands: int, digits: int):
    exact = (Decimal(thousands) / 10).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    for say in (ZH, EN):
        told = say.percent(thousands / 1000, digits)
        assert told.endswith("%") and Decimal(told[:-1]) == exact


@in_both
def test_numbers_by_hand(lang: str):
    say = Language(lang)
    assert [say.number(value) for value in (0, 1, 0.5, 1.5, 2.5, 1234567)] == ["0", "1", "1", "2", "3", "1,234,567"]
    assert [say.number(value, 2) for value in (0, 0.005, 1.115, 2.675)] == ["0.00", "0.01", "1.12", "2.68"]
    assert [say.percent(value) for value in (0, 0.005, 0.145, 1)] == ["0%", "1%", "15%", "100%"]
    assert say.percent(0.6985, 1) == "69.9%"


@in_both
@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT])
def test_what_is_missing_is_a_dash(lang: str, missing: Any):
    say = Language(lang)
    assert say.number(missing) == say.number(missing, 2) == say.percent(missing) == NOTHING
    assert say.share_of(0, 0) == NOTHING
    if missing is pd.NaT:
        assert say.date(missing) == NOTHING


def test_dates():
    day = pd.Timestamp("2024-06-05")
    assert (ZH.date(day), EN.date(day)) == ("2024年6月5日", "5 June 2024")
    assert (ZH.month(day), EN.month(day)) == ("2024年6月", "Jun 2024")


def test_lists():
    assert [ZH.listing(items) for items in ([], ["甲"], ["甲", "乙"])] == ["", "甲", "甲、乙"]
    assert [EN.listing(items) for items in ([], ["A"], ["A", "B"])] == ["", "A", "A, B"]
    many = [str(number) for number in range(1, 10)]
    assert EN.listing(many) == "1, 2, 3, 4, 5, 6 and 3 more"
    assert EN.listing(many, most=9) == ", ".join(many)
    assert EN.listing(many, most=8).endswith("8 and 1 more")
    assert ZH.listing(many, most=3).startswith("1、2、3等另6")
    assert EN.listing(str(number) for number in range(2000)).endswith("and 1,994 more")


@given(st.integers(0, 500), st.integers(1, 500))
def test_counts_come_before_the_percentage(part: int, whole: int):
    assume(part <= whole)
    percent = (Decimal(100 * part) / whole).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert EN.share_of(part, whole) == f"{part}/{whole} ({percent}%)"
    assert ZH.share_of(part, whole) == f"{part}/{whole}（{percent}%）"


@pytest.mark.parametrize(("number", "english"), [(0, "0 units"), (1, "1 unit"), (2, "2 units"), (1000, "1,000 units")])
def test_one_and_many(number: int, english: str):
    message = ("{n} unit carries the one theme shown", "{n} units carry the one theme shown")
    assert EN.count(number, *message).startswith(english)
    assert f"由{ZH.number(number)}个单位承担" in ZH.count(number, *message)


# Small whole numbers over small whole numbers: shares as they come out of counting.
shares = st.lists(st.builds(Fraction, st.integers(0, 60), st.integers(1, 12)), max_size=40)


@given(shares, st.integers(0, 3))
def test_parts_add_to_their_rounded_total(parts: list[Fraction], digits: int):
    found = round_parts(pd.Series([float(part) for part in parts], dtype="float64"), digits)
    unit = Fraction(1, 10**digits)
    total = math.floor(sum(parts, Fraction(0)) / unit + Fraction(1, 2)) * unit
    told = [Fraction(str(part)).limit_denominator(10**digits) for part in found]
    assert sum(told, Fraction(0)) == total
    for part, exact in zip(told, parts, strict=True):
        assert abs(part - exact) < unit + Fraction(1, 10**9)
        assert part >= 0
    # What is already round stays as it is.
    if all((part / unit).denominator == 1 for part in parts):
        assert told == parts


def test_parts_by_hand():
    thirds = round_parts(pd.Series([1 / 3, 1 / 3, 1 / 3], index=list("abc"), name="share"), 2)
    assert thirds.to_dict() == {"a": 0.34, "b": 0.33, "c": 0.33} and thirds.name == "share"
    assert round_parts(pd.Series([0.5, 0.5]), 0).tolist() == [1, 0]
    assert round_parts(pd.Series([0.29, 0.29, 0.42]), 1).tolist() == [0.3, 0.3, 0.4]
    assert round_parts(pd.Series([], dtype="float64"), 2).empty


# Plans to speak of.


def named_plan(tianjin: Plan, small: SmallPlan) -> Plan:
    """A small plan with names in both languages, and a provenance that is not made up."""
    letters = dict(zip("abcd", "甲乙丙丁", strict=True))
    units = small.units.assign(
        short=[f"{letters[unit[-1]]}局" for unit in small.units["unit_id"]],
        short_en=[f"Office {unit[-1].upper()}" for unit in small.units["unit_id"]],
    )
    units = units.assign(name=units["short"], name_en=units["short_en"])
    titles, english = ["通关", "检疫", "物流"], ["Clearance", "Quarantine", "Logistics"]
    ids = list(dict.fromkeys(small.measures["theme_id"]))
    themes = pd.DataFrame({"theme_id": ids, "short": titles[: len(ids)], "short_en": english[: len(ids)]})
    measures = small.measures.assign(title="措施", title_en="Measure")
    return replace(
        tianjin,
        themes=themes.assign(title=themes["short"], title_en=themes["short_en"]),
        units=units,
        measures=measures,
        responsibilities=small.responsibilities,
        commitments=small.commitments,
        progress=small.progress,
        calendar=small.calendar,
        progress_provenance="real",
    )


def saying(plan: Plan, state: str, *, kind: str | None = None) -> Plan:
    """The plan with one statement a responsibility, all in one state."""
    first = plan.progress.drop_duplicates(["measure_id", "unit_id"])
    told = plan.responsibilities[["measure_id", "unit_id"]].drop_duplicates()
    rows = told.merge(first.drop(columns=["measure_id", "unit_id"]).head(1), how="cross")
    rows = rows.assign(
        log_id=[f"Q{place:03d}" for place in range(len(rows))],
        as_of=pd.Timestamp("2024-07-31"),
        reported_at=pd.Timestamp("2024-08-01"),
        status=state,
        supersedes="",
    )
    measures = plan.measures if kind is None else plan.measures.assign(kind=kind)
    return replace(plan, progress=rows[plan.progress.columns], measures=measures)


@dataclass(frozen=True)
class Frames:
    """What the notebooks compute for a pair of dates."""

    plan: Plan
    now: status.Snapshot
    loads: pd.DataFrame
    unit_states: pd.DataFrame
    reports: pd.DataFrame
    matrix: pd.DataFrame
    shared: pd.DataFrame
    lorenz: pd.DataFrame
    concentration: pd.Series
    themes: pd.DataFrame
    theme_states: pd.DataFrame
    parts: pd.DataFrame
    alone: pd.DataFrame
    listed: pd.DataFrame
    burn_up: pd.DataFrame
    periods: pd.DataFrame
    burn_up_by_theme: pd.DataFrame
    since: pd.Timestamp
    changes: pd.DataFrame
    curve: pd.DataFrame
    told: trend.Forecast
    tested: pd.DataFrame
    slips: pd.DataFrame


def read_off(plan: Plan, as_of: pd.Timestamp, known_at: pd.Timestamp | None = None) -> Frames:
    record = {"responsibilities": plan.responsibilities, "progress": plan.progress, "calendar": plan.calendar}
    facts = {"measures": plan.measures, "issued": plan.issued}
    known_at = as_of if known_at is None else known_at
    now = status.snapshot(**record, **facts, as_of=as_of, known_at=known_at)
    since = plan.calendar.period_end_before(as_of)
    before = status.snapshot(**record, **facts, as_of=since, known_at=since + (known_at - as_of))
    loads = workload.by_unit(plan.responsibilities, now.states, now.measures, now.feedback, lead_rule=plan.lead_rule)
    order = loads["unit_id"]
    panel = status.panel(**record, period_ends=plan.calendar.period_ends(as_of), known_at=known_at)
    of_measures = status.by_measure(panel, plan.measures)
    burn_up = trend.burn_up(of_measures)
    standing = status.standing(plan.progress, known_at=known_at)
    times = trend.durations(now.measures, now.states, standing, issued=plan.issued, as_of=as_of)
    return Frames(
        plan=plan,
        now=now,
        loads=loads,
        unit_states=workload.states_by_unit(now.states).reindex(order),
        reports=workload.feedback_by_unit(now.feedback, order),
        matrix=coverage.unit_by_theme(plan.responsibilities, plan.measures, order),
        shared=workload.co_responsibility(plan.responsibilities, order),
        lorenz=workload.lorenz(loads["share"]),
        concentration=workload.concentration(loads["share"]),
        themes=coverage.by_theme(now.measures, plan.responsibilities, plan.commitments),
        theme_states=status.count_states(now.measures, "theme_id"),
        parts=coverage.feedback_by_period(of_measures),
        alone=coverage.single_unit(plan.measures, now.measures, plan.responsibilities),
        listed=coverage.measure_list(plan.measures, now.measures, plan.responsibilities, now.states, as_of=as_of),
        burn_up=burn_up,
        periods=trend.by_period(of_measures),
        burn_up_by_theme=trend.burn_up_by_theme(of_measures),
        since=since,
        changes=trend.changes(before.measures, now.measures),
        curve=trend.kaplan_meier(times["days"], times["closed"]),
        told=trend.forecast(burn_up, paths=50),
        tested=trend.backtest(burn_up, paths=20),
        slips=trend.slips(standing, as_of=as_of),
    )


def captions(frames: Frames, say: Language) -> dict[str, Caption]:
    """The caption of every figure and list of the three pages."""
    of, plan = frames, frames.plan
    return {
        "workload.load": words.workload.load(of.loads, plan, say),
        "workload.states": words.workload.states(of.unit_states, plan, say),
        "workload.feedback": words.workload.feedback(of.reports, plan, say),
        "workload.partners": words.workload.partners(of.shared, plan, say),
        "workload.concentration": words.workload.concentration(of.lorenz, of.concentration, plan, say),
        "coverage.states": words.coverage.states(of.theme_states, of.themes, plan, say),
        "coverage.feedback": words.coverage.feedback(of.parts, plan, say),
        "coverage.matrix": words.coverage.matrix(of.matrix, plan, say),
        "coverage.promises": words.coverage.promises(of.themes, plan, say),
        "coverage.alone": words.coverage.alone(of.alone, plan, say),
        "coverage.measures": words.coverage.measures(of.listed, plan, say),
        "trend.burn_up": words.trend.burn_up(of.burn_up, plan, say),
        "trend.flow": words.trend.flow(of.periods, plan, say),
        "trend.by_theme": words.trend.by_theme(of.burn_up_by_theme, plan, say),
        "trend.changes": words.trend.changes(of.changes, of.since, plan, say),
        "trend.survival": words.trend.survival(of.curve, plan, say),
        "trend.forecast": words.trend.forecast(of.told, of.tested, plan, say),
        "trend.slips": words.trend.slips(of.slips, plan, say),
    }


def tables(frames: Frames, say: Language) -> dict[str, Table]:
    """Every table of the three pages."""
    of, plan = frames, frames.plan
    return {
        "loads": words.workload.load_table(of.loads, plan, say),
        "unit_states": words.workload.states_table(of.unit_states, plan, say),
        "reports": words.workload.feedback_table(of.loads, of.reports, plan, say),
        "shared": words.workload.partners_table(of.shared, plan, say),
        "concentration": words.workload.concentration_table(of.concentration, plan, say),
        "themes": words.coverage.theme_table(of.themes, plan, say),
        "parts": words.coverage.feedback_table(of.parts, plan, say),
        "matrix": words.coverage.matrix_table(of.matrix, plan, say),
        "commitments": words.coverage.commitments_table(plan.commitments, plan, say),
        "alone": words.coverage.alone_table(of.alone, plan, say),
        "listed": words.coverage.measures_table(of.listed, plan, say),
        "burn_up": words.trend.burn_up_table(of.burn_up, plan, say),
        "changes": words.trend.changes_table(of.changes, plan, say),
        "periods": words.trend.flow_table(of.periods, plan, say),
        "burn_up_by_theme": words.trend.by_theme_table(of.burn_up_by_theme, plan, say),
        "curve": words.trend.survival_table(of.curve, plan, say),
        "fan": words.trend.forecast_table(trend.with_past(of.told, of.burn_up), plan, say),
        "slips": words.trend.slips_table(of.slips, plan, say),
    }


@cache
def brief_of(unit: str, day: str) -> tuple[Plan, dict[str, pd.DataFrame]]:
    """A unit's part of the embedded plan, and what the notebook of its brief computes."""
    plan, as_of = select(open_plan_once(), unit=unit), pd.Timestamp(day)
    facts = {"calendar": plan.calendar, "issued": plan.issued, "as_of": as_of, "known_at": as_of}
    now = status.snapshot(plan.responsibilities, plan.progress, plan.measures, **facts)
    return plan, {
        "loads": workload.by_unit(plan.responsibilities, now.states, now.measures, now.feedback),
        "carried": workload.carried(plan.responsibilities, now.states, now.measures, unit_id=unit, as_of=as_of),
        "owed": workload.owed(now.feedback, unit),
        "partners": workload.partners(plan.responsibilities, unit),
    }


DAY = pd.Timestamp("2025-03-31")
SITUATIONS: dict[str, Callable[[Plan], tuple[Plan, pd.Timestamp]]] = {
    "before the first period": lambda plan: (plan, pd.Timestamp("2024-05-31")),
    "first period": lambda plan: (plan, pd.Timestamp("2024-06-30")),
    "mid-month": lambda plan: (plan, pd.Timestamp("2024-09-12")),
    "autumn": lambda plan: (plan, pd.Timestamp("2024-10-31")),
    "spring": lambda plan: (plan, DAY),
    "afterwards": lambda plan: (plan, pd.Timestamp("2025-12-31")),
    "one unit's": lambda plan: (select(plan, unit="port-group"), DAY),
    "one theme": lambda plan: (select(plan, theme="T5"), DAY),
    "empty": lambda plan: (select(plan, unit="guanshuibao", theme="T1"), DAY),
    "one measure": lambda plan: (select_measures(plan, ["M1"]), DAY),
    "one measure, several units": lambda plan: (select_measures(plan, ["M2"]), DAY),
    "one unit": lambda plan: (select_measures(plan, sole_measures(plan)), DAY),
    "all closed": lambda plan: (saying(plan, "closed", kind="one_off"), DAY),
    "all withdrawn": lambda plan: (saying(plan, "withdrawn"), DAY),
    "all ongoing": lambda plan: (saying(plan, "ongoing", kind="ongoing"), DAY),
    "all stalled": lambda plan: (saying(plan, "stalled"), DAY),
    "nothing reported": lambda plan: (replace(plan, progress=plan.progress.head(0)), DAY),
}


@cache
def open_plan_once() -> Plan:
    return open_plan("tianjin-2024")


def select_measures(plan: Plan, kept: list[str]) -> Plan:
    return replace(
        plan,
        **{
            name: getattr(plan, name).loc[lambda table: table["measure_id"].isin(kept)].reset_index(drop=True)
            for name in ("measures", "responsibilities", "commitments", "progress")
        },
    )


def sole_measures(plan: Plan) -> list[str]:
    crowd = plan.responsibilities["measure_id"].value_counts()
    return crowd.index[crowd.eq(1)].tolist()


@cache
def situation(name: str) -> Frames:
    plan, day = SITUATIONS[name](open_plan_once())
    return read_off(plan, day)


in_every_situation = pytest.mark.parametrize("name", SITUATIONS)


# Whole in both languages.


def assert_whole(text: str, lang: str) -> None:
    """Nothing left to fill in, nothing of the machine's, nothing of the other language."""
    assert not re.search(r"[{}]|\b(nan|NaN|None|NaT)\b|<NA>", text), text
    if lang == "en":
        assert not CHINESE.search(text), text
        assert not re.search(r"[a-z]_[a-z]", text), text
    else:
        assert set(LATIN.findall(text)) <= NOT_TRANSLATED, text


@in_both
@in_every_situation
def test_every_caption_is_whole(name: str, lang: str):
    frames = situation(name)
    for key, caption in captions(frames, Language(lang, frames.plan)).items():
        assert caption.finding.strip(), key
        assert not caption.finding.endswith((".", "。")), key
        for text in (caption.finding, caption.alt, caption.note, caption.source):
            assert_whole(text, lang)


@in_both
@in_every_situation
def test_every_table_is_whole(name: str, lang: str):
    frames = situation(name)
    for table in tables(frames, Language(lang, frames.plan)).values():
        assert table.caption.strip() and table.summary and table.download
        heads = [head for head, _ in table.heads]
        assert len(set(heads)) == len(heads)
        for text in (table.caption, table.summary, table.download, table.everything, table.filter_name, *heads):
            assert_whole(text, lang)
        for row in table.rows:
            assert len(row) == len(heads)
            for cell in row:
                if not isinstance(cell, Quote):
                    assert cell.strip()
                    assert_whole(cell, lang)


@in_both
@in_every_situation
def test_every_opening_is_whole(name: str, lang: str):
    frames = situation(name)
    plan, say = frames.plan, Language(lang, frames.plan)
    figures = [
        *words.workload.key_figures(plan, frames.loads, frames.concentration, say),
        *words.coverage.key_figures(plan, frames.themes, say),
        *words.trend.key_figures(frames.burn_up, frames.periods, frames.changes, say),
    ]
    titles = (words.workload.title(plan, say), words.coverage.title(plan, say), words.trend.title(plan, say))
    for title in titles:
        told = words.opening(plan, say, title=title, key_figures=figures, now=frames.now, then=frames.now)
        assert told.moved == ""
        for text in (told.plan, told.title, told.headline, *told.dates, *told.banners):
            assert text.strip()
            assert_whole(text, lang)
    for figure in figures:
        assert figure.name and figure.value
        assert_whole(f"{figure.name} {figure.value} {figure.note}", lang)


@in_both
def test_every_method_is_whole(tianjin: Plan, lang: str):
    say = Language(lang, tianjin)
    for method in (
        words.workload.method(tianjin, say),
        words.workload.method(replace(tianjin, lead_rule="first_listed"), say),
        words.coverage.method(say),
        words.trend.method(say),
        words.brief.method(tianjin, say),
    ):
        assert method.title and method.terms
        for text in (method.title, *(part for term in method.terms for part in term)):
            assert text.strip()
            assert_whole(text, lang)


@in_both
@pytest.mark.parametrize("unit", ["tj-customs", "port-group", "guanshuibao", "china-life-pc"])
@pytest.mark.parametrize("day", ["2024-05-31", "2024-08-31", "2025-03-31"])
def test_every_brief_is_whole_and_true(lang: str, unit: str, day: str):
    plan, of = brief_of(unit, day)
    say = Language(lang, plan)
    told = {
        "brief.carries": words.brief.carries(of["carried"], plan, say),
        "brief.partners": words.brief.partners(of["partners"], plan, say),
        "brief.due": words.brief.due(of["owed"], plan, say),
    }
    for caption in told.values():
        for text in (caption.finding, caption.alt, caption.note, caption.source):
            assert_whole(text, lang)
        assert caption.finding.strip()
    carried, owed, partners = of["carried"], of["owed"], of["partners"]
    figures = words.brief.key_figures(of["loads"], carried, owed, plan, say)
    for figure in figures:
        assert_whole(f"{figure.name} {figure.value} {figure.note}", lang)
    printed = {row[0]: row for row in words.workload.load_table(of["loads"], plan, say).rows}
    assert tuple(figure.value for figure in figures[:3]) == printed[say.name(unit)][1:4]
    states = carried["state_of_unit"].value_counts()
    assert numbers(figures[3].value) == [states.get("closed", 0)]
    assert numbers(figures[4].value)[:2] == [states.get(NO_FEEDBACK, 0), len(carried)]
    assert numbers(told["brief.carries"].finding) == [
        len(carried),
        carried["state_of_unit"].eq("stalled").sum(),
        carried["state_of_unit"].eq(NO_FEEDBACK).sum(),
    ]
    assert say.name(unit) in told["brief.carries"].finding
    due = int(owed.to_numpy().sum())
    assert sorted(numbers(told["brief.due"].finding)) == (sorted([due, owed["missing"].sum()]) if due else [])
    if len(partners):
        closest = [other for other in partners["unit_id"] if other in most_of(partners, "shared")]
        expected = [len(partners), partners["shared"].max(), *([len(closest) - 3] if len(closest) > 3 else [])]
        assert sorted(numbers(told["brief.partners"].finding)) == sorted(expected)
        assert named(told["brief.partners"].finding, plan, lang) == {unit, *closest[:3]}
        if lang == "en":
            with_whom = say.listing(map(say.name, closest), most=3)
            assert told["brief.partners"].finding == (
                f"{say.name(unit)} works with {len(partners)} other unit{'s' * (len(partners) != 1)}; "
                f"most measures shared: {partners['shared'].max()}, with {with_whom}"
            )
    else:
        assert numbers(told["brief.partners"].finding) == []


# Findings say what their frames hold.

MONTHS = {
    name[:length]: str(number)
    # British English shortens September to four letters.
    for length in (9, 4, 3)
    for number, name in enumerate(
        (
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ),
        start=1,
    )
}  # fmt: skip


def numbers(text: str) -> list[float]:
    """Every number of a sentence; months of an English date are the number that Chinese gives them."""
    text = re.sub(
        r"\b(\d{1,2} )?(" + "|".join(MONTHS) + r") (?=\d{4})", lambda hit: f"{hit[1] or ''}{MONTHS[hit[2]]} ", text
    )
    return [float(number.replace(",", "")) for number in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text)]


def named(text: str, plan: Plan, lang: str) -> set[str]:
    """The units and themes that a sentence names, longest names first."""
    column = "short" if lang == "zh" else "short_en"
    ids = {**dict(zip(plan.units[column], plan.units["unit_id"], strict=True)),
           **dict(zip(plan.themes[column], plan.themes["theme_id"], strict=True))}  # fmt: skip
    found = set()
    for name in sorted(ids, key=len, reverse=True):
        if name in text:
            found.add(ids[name])
            text = text.replace(name, "·")
    return found


def percent_of(part: float, whole: float) -> float:
    return float((Decimal(str(part / whole)) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def share(text: str) -> tuple[int, int]:
    """Part and whole of ``3/5 (60%)``, whose percentage is the one of the counts."""
    hit = re.fullmatch(r"([\d,]+)/([\d,]+) \((\d+)%\)", text)
    assert hit, text
    part, whole, percent = (int(number.replace(",", "")) for number in hit.groups())
    assert text == f"{part:,}/{whole:,} ({percent}%)"
    assert percent == percent_of(part, whole)
    return part, whole


def ids_of(text: str, frames: Frames) -> set[str]:
    return named(text, frames.plan, "en")


def most_of(frame: pd.DataFrame, column: str) -> set[str]:
    return set(frame.loc[frame[column].eq(frame[column].max()), "unit_id"])


def shown(ids: Any) -> set[str]:
    """What a list names of these before it counts the rest."""
    return set(list(ids)[:6])


def empty(frames: Frames) -> bool:
    return frames.plan.measures.empty


def pairs(frames: Frames) -> list[int]:
    matrix = frames.shared.to_numpy()
    return [int(matrix[row, column]) for row in range(len(matrix)) for column in range(row)]


def check_load(text: str, of: Frames) -> bool:
    most_named, heaviest = most_of(of.loads, "named_in"), most_of(of.loads, "share")
    n = len(of.plan.measures)
    if hit := re.fullmatch(r"(.+) is named in (\d+) of (\d+) measures and carries (\d+)% of the load", text):
        (unit,) = ids_of(hit[1], of)
        load = of.loads.set_index("unit_id").loc[unit]
        return {unit} == most_named & heaviest and (int(hit[2]), int(hit[3]), int(hit[4])) == (
            load["named_in"],
            n,
            percent_of(load["share"], n),
        )
    if hit := re.fullmatch(r"(.+) carry the most, each named in (\d+) of (\d+) measures", text):
        tied = [unit for unit in of.loads["unit_id"] if unit in most_named & heaviest]
        return ids_of(hit[1], of) == shown(tied) and (int(hit[2]), int(hit[3])) == (of.loads["named_in"].max(), n)
    if hit := re.fullmatch(r"Named most often: (.+); carrying the most: (.+)", text):
        places = [[unit for unit in of.loads["unit_id"] if unit in tied] for tied in (most_named, heaviest)]
        told = [ids_of(hit[1], of), ids_of(hit[2], of)]
        return not most_named & heaviest and told == [shown(tied) for tied in places]
    if hit := re.fullmatch(r"(.+) carries all of it alone", text):
        return ids_of(hit[1], of) == set(of.loads["unit_id"]) and len(of.loads) == 1
    if text == "No measure here names a unit":
        return not empty(of) and of.plan.responsibilities.empty
    return text == "No measure matches this selection, so no unit carries any" and empty(of)


def check_unit_states(text: str, of: Frames) -> bool:
    counts = of.unit_states
    total, silent = int(counts.to_numpy().sum()), int(counts[NO_FEEDBACK].sum())
    never = counts.index[counts[NO_FEEDBACK].eq(counts.sum(axis=1))]
    if hit := re.fullmatch(r"(\d+) units? ha(?:s|ve) never reported: (.+)", text):
        return int(hit[1]) == len(never) and ids_of(hit[2], of) == shown(never)
    if hit := re.fullmatch(r"(\d+) of (\d+) responsibilities ha(?:s|ve) had no feedback", text):
        return (int(hit[1]), int(hit[2])) == (silent, total)
    if hit := re.fullmatch(r"Every unit has reported on each of its measures; (\d+) of (\d+) are closed", text):
        return not silent and (int(hit[1]), int(hit[2])) == (counts["closed"].sum(), total)
    if text == "No unit has reported on anything yet":
        return silent == total > 0
    return text == "No measure matches this selection, so there is nothing to report on" and empty(of)


def check_reports(text: str, of: Frames) -> bool:
    due = int(of.reports.to_numpy().sum())
    if hit := re.fullmatch(r"(.+) of the reports due came in time; (\d+) never came", text):
        return share(hit[1]) == (of.reports["on_time"].sum(), due) and int(hit[2]) == of.reports["missing"].sum()
    return text == "No report was due yet" and not due


def check_partners(text: str, of: Frames) -> bool:
    counts = pairs(of)
    most = max(counts, default=0)
    if hit := re.fullmatch(r"(.+) and (.+) work together most: on (\d+) measures?", text):
        (one,), (other,) = ids_of(hit[1], of), ids_of(hit[2], of)
        return one != other and of.shared.loc[one, other] == most == int(hit[3]) and counts.count(most) == 1
    if hit := re.fullmatch(r"(\d+) pairs of units share (\d+) measures? each, and none shares more", text):
        return (int(hit[1]), int(hit[2])) == (counts.count(most), most) and int(hit[1]) > 1
    return text == "No two units share a measure" and most == 0


def check_concentration(text: str, of: Frames) -> bool:
    parts = of.loads["share"]
    if hit := re.fullmatch(
        r"The load lies as unevenly as if ([\d.]+) of (\d+) units carried it all in equal parts", text
    ):
        effective = parts.sum() ** 2 / (parts**2).sum()
        return abs(float(hit[1]) - effective) <= 0.05 + 1e-9 and int(hit[2]) == len(parts) > 1
    if text == "One unit carries the whole load":
        return len(parts) == 1
    return text == "No measure matches this selection, so there is no load to spread" and empty(of)


def check_theme_states(text: str, of: Frames) -> bool:
    themes = of.themes
    silent = themes.loc[themes["current_feedback"].eq(0), "theme_id"]
    closed, completable = themes["closed"].sum(), themes["completable"].sum()
    if hit := re.fullmatch(r"(\d+) themes? ha(?:s|ve) no current feedback: (.+)", text):
        return int(hit[1]) == len(silent) and ids_of(hit[2], of) == shown(silent)
    if text.startswith("Every theme has current feedback; ") and (len(silent) or themes.empty):
        return False
    if text.endswith("none holds a measure that can be completed"):
        return not completable
    if hit := re.search(r"; none of the (\d+) measures that can be completed is closed$", text):
        return int(hit[1]) == completable > 0 == closed
    if hit := re.search(r"; completion is highest in (.+?), (\d+/.+)$", text):
        best = themes[themes["completion"].eq(themes["completion"].max())]
        shares = [share(part) for part in hit[2].split(", ")]
        return ids_of(hit[1], of) == shown(best["theme_id"]) and shares == list(
            zip(best["closed"], best["completable"], strict=True)
        )
    return text == "No measure matches this selection" and empty(of)


def check_feedback(text: str, of: Frames) -> bool:
    sums = of.parts.groupby("period_end")[["current", "measures"]].sum()
    told = [tuple(map(int, row)) for row in sums.to_numpy()]
    pattern = r"(.+) of the measures have current feedback, after (.+) at the end of (.+)"
    if hit := re.fullmatch(pattern, text):
        return [share(hit[2]), share(hit[1])] == told[-2:] and hit[3] == EN.month(sums.index[-2])
    if hit := re.fullmatch(r"(.+) of the measures have current feedback", text):
        return [share(hit[1])] == told
    return text == "No measure matches this selection" and empty(of)


def check_matrix(text: str, of: Frames) -> bool:
    spans = of.matrix.gt(0).sum(axis=1)
    everywhere, once, count = spans.index[spans.eq(of.matrix.shape[1])], spans.eq(1).sum(), of.matrix.shape[1]
    if hit := re.fullmatch(r"No unit takes part in all (\d+) themes; (\d+) units? in only one", text):
        return not len(everywhere) and not empty(of) and (int(hit[1]), int(hit[2])) == (count, once)
    if hit := re.fullmatch(r"In all (\d+) themes: (.+); (\d+) units? in only one", text):
        return ids_of(hit[2], of) == shown(everywhere) != set() and (int(hit[1]), int(hit[3])) == (count, once)
    if hit := re.fullmatch(r"(\d+) units? carr(?:y|ies) the one theme shown", text):
        return int(hit[1]) == len(of.matrix) and count == 1
    return text == "No measure matches this selection" and empty(of)


def check_promises(text: str, of: Frames) -> bool:
    if hit := re.fullmatch(r"(.+) measures name evidence in a last word; (.+) hold a measurable promise", text):
        total = len(of.plan.measures)
        return (share(hit[1]), share(hit[2])) == (
            (of.now.measures["has_evidence"].sum(), total),
            (of.plan.commitments["measure_id"].nunique(), total),
        )
    return text == "No measure matches this selection" and empty(of)


def check_alone(text: str, of: Frames) -> bool:
    units = set(of.alone["unit_id"])
    if hit := re.fullmatch(r"(\d+) measures? rests? on one unit(?: each, all on|,) (.+)", text):
        return int(hit[1]) == len(of.alone) and ids_of(hit[2], of) == units and len(units) == 1
    if hit := re.fullmatch(r"(\d+) measures rest on one unit each, on (\d+) units in all", text):
        return (int(hit[1]), int(hit[2])) == (len(of.alone), len(units))
    return text == "No measure rests on one unit alone" and of.alone.empty


def check_measures(text: str, of: Frames) -> bool:
    silent, divided = of.now.measures["state"].eq(NO_FEEDBACK).sum(), of.now.measures["units_disagree"].sum()
    pattern = r"(\d+) of (\d+) measures ha(?:s|ve) had no feedback; on (\d+) the units disagree"
    if hit := re.fullmatch(pattern, text):
        return tuple(map(int, hit.groups())) == (silent, len(of.plan.measures), divided)
    if hit := re.fullmatch(r"Every measure has had feedback; on (\d+) the units disagree", text):
        return not silent and int(hit[1]) == divided and not empty(of)
    return text == "No measure matches this selection" and empty(of)


def completable(of: Frames) -> int:
    return int((of.now.measures["kind"].ne("ongoing") & of.now.measures["state"].ne("withdrawn")).sum())


def check_burn_up(text: str, of: Frames) -> bool:
    states = of.now.measures["state"]
    pattern = r"(.+) of the measures that can be completed are closed; (\d+) more (?:is|are) reported done"
    if hit := re.fullmatch(pattern, text):
        return (
            share(hit[1]) == (states.eq("closed").sum(), completable(of))
            and int(hit[2]) == states.eq("done_reported").sum()
        )
    return text == "Nothing can be completed in this selection" and not completable(of)


def check_flow(text: str, of: Frames) -> bool:
    silent = of.periods[NO_FEEDBACK].tolist()
    if hit := re.fullmatch(r"So far, (\d+) measures? (?:is|are) without feedback", text):
        return [int(hit[1])] == silent
    first = EN.month(of.periods["period_end"].iloc[0]) if len(silent) else ""
    if hit := re.fullmatch(r"Measures without feedback (fell|rose) from (\d+) in (.+) to (\d+)", text):
        before, now = int(hit[2]), int(hit[4])
        return (before, now, hit[3]) == (silent[0], silent[-1], first) and (now < before) == (hit[1] == "fell")
    if hit := re.fullmatch(r"Measures without feedback are (\d+), as many as in (.+)", text):
        return int(hit[1]) == silent[0] == silent[-1] and hit[2] == first and len(silent) > 1
    return text == "No measure matches this selection" and empty(of)


def check_by_theme(text: str, of: Frames) -> bool:
    able = of.themes[of.themes["completable"].gt(0)]
    done = able.loc[able["closed"].eq(able["completable"]), "theme_id"]
    idle = able.loc[able["closed"].eq(0), "theme_id"]
    if hit := re.fullmatch(r"(\d+) themes? ha(?:s|ve) closed all that can be completed: (.+)", text):
        return int(hit[1]) == len(done) > 0 and ids_of(hit[2], of) == shown(done)
    if hit := re.fullmatch(r"(\d+) themes? ha(?:s|ve) closed none of (?:its|their) measures yet: (.+)", text):
        return int(hit[1]) == len(idle) > 0 and ids_of(hit[2], of) == shown(idle)
    if text == "Every theme with something to complete has closed some of it, none has closed all":
        return not len(done) and not len(idle) and len(able) > 0
    return text == "Nothing can be completed in this selection" and able.empty


def check_changes(text: str, of: Frames) -> bool:
    if hit := re.fullmatch(r"(\d+) measures? ha(?:s|ve) changed (?:its|their) state since (.+?): (.+)", text):
        # Every way that a measure went, each told once, and no other: the parts add up.
        ways = of.changes["direction"].replace("other", "withdrawn or taken up again").tolist()
        parts = [f"{ways.count(way)} {way}" for way in dict.fromkeys(ways)]
        return (int(hit[1]), hit[2]) == (len(ways), EN.date(of.since)) and sorted(hit[3].split(", ")) == sorted(parts)
    return text == f"No measure has changed its state since {EN.date(of.since)}" and of.changes.empty


def day_of_half(curve: pd.DataFrame) -> int | None:
    """The first day on which at most half is open by the estimate, from its counts and in fractions."""
    still_open = Fraction(1)
    for day, at_risk, closures in curve[["days", "at_risk", "closures"]].astype(int).itertuples(index=False):
        still_open *= 1 - Fraction(closures, at_risk) if at_risk else 1
        if 2 * still_open <= 1:
            return day
    return None


def check_survival(text: str, of: Frames) -> bool:
    last, closures = of.curve.iloc[-1], of.curve["closures"].sum()
    pattern = r"By the estimate, half of the measures are closed within (\d+) days of the notice"
    if hit := re.fullmatch(pattern, text):
        closed = of.curve.loc[of.curve["days"].le(int(hit[1])), "closures"].sum()
        censored = of.now.measures["state"].eq("withdrawn").any()
        # What is withdrawn was never closed: the curve then gives an estimate, not a count.
        return int(hit[1]) == day_of_half(of.curve) and bool(censored or 2 * closed >= of.curve["at_risk"].max())
    pattern = r"(\d+)% of the measures are estimated to be open still after (\d+) days; half have not been closed yet"
    if hit := re.fullmatch(pattern, text):
        told = int(hit[1]), int(hit[2])
        return last["still_open"] > 0.5 and told == (percent_of(last["still_open"], 1), last["days"])
    if text.startswith("No measure has been closed yet"):
        return closures == 0 < of.curve["at_risk"].max()
    return text == "Nothing can be completed in this selection" and not of.curve["at_risk"].max()


def check_forecast(text: str, of: Frames) -> bool:
    # The period still running counts neither as one nor with what was closed in it.
    over = [closed for end, closed in of.burn_up[["period_end", "closed"]].to_numpy() if end.is_month_end]
    if hit := re.fullmatch(r"No forecast: it takes 8 periods, and there are (\d+)", text):
        return int(hit[1]) == len(over) < 8
    if hit := re.fullmatch(
        r"No forecast: it takes 5 closures in months that are over, and there have been (\d+)", text
    ):
        closures = sum(max(later - earlier, 0) for earlier, later in pairwise([0, *over]))
        return int(hit[1]) == closures < 5 and len(over) >= 8
    if text == "Nothing is left to forecast":
        return (
            all(of.burn_up["closed"].tail(1) >= of.burn_up["scope"].tail(1)) if len(of.burn_up) else not completable(of)
        )
    ends = {level: EN.month(day) for level, day in of.told.finish.items() if not pd.isna(day)}
    if hit := re.search(r"all is closed by (.+?) in half of the draws and by (.+) in 85% of them$", text):
        return ends == {"p50": hit[1], "p85": hit[2]}
    if hit := re.search(r"all is closed by (.+?) in half of the draws; 85% takes longer than two years$", text):
        return ends == {"p50": hit[1]}
    return text == "At the pace so far, half of the draws do not close all within two years" and not ends


def check_slips(text: str, of: Frames) -> bool:
    slipped, returned = of.slips["days_slipped"].fillna(0).gt(0).sum(), of.slips["times_returned"].gt(0).sum()
    pattern = r"Expected days that have slipped: (\d+); responsibilities returned or reopened: (\d+)"
    if hit := re.fullmatch(pattern, text):
        return (int(hit[1]), int(hit[2])) == (slipped, returned) and not of.slips.empty
    return text == "No expected day has slipped and nothing was returned" and of.slips.empty


CHECKS: dict[str, Callable[[str, Frames], bool]] = {
    "workload.load": check_load,
    "workload.states": check_unit_states,
    "workload.feedback": check_reports,
    "workload.partners": check_partners,
    "workload.concentration": check_concentration,
    "coverage.states": check_theme_states,
    "coverage.feedback": check_feedback,
    "coverage.matrix": check_matrix,
    "coverage.promises": check_promises,
    "coverage.alone": check_alone,
    "coverage.measures": check_measures,
    "trend.burn_up": check_burn_up,
    "trend.flow": check_flow,
    "trend.by_theme": check_by_theme,
    "trend.changes": check_changes,
    "trend.survival": check_survival,
    "trend.forecast": check_forecast,
    "trend.slips": check_slips,
}


def denied(frames: Frames) -> dict[str, str]:
    """Findings that say what their frame denies, and those that no check knows."""
    english = captions(frames, Language("en", frames.plan))
    assert set(english) == set(CHECKS)
    return {key: told.finding for key, told in english.items() if not CHECKS[key](told.finding, frames)}


def assert_both_languages_say_the_same(frames: Frames) -> None:
    english = captions(frames, Language("en", frames.plan))
    for key, chinese in captions(frames, Language("zh", frames.plan)).items():
        assert sorted(numbers(chinese.finding)) == sorted(numbers(english[key].finding)), key
        names = named(chinese.finding, frames.plan, "zh"), named(english[key].finding, frames.plan, "en")
        assert names[0] == names[1], key


@in_every_situation
def test_no_finding_says_what_its_frame_denies(name: str):
    assert denied(situation(name)) == {}
    assert_both_languages_say_the_same(situation(name))


def test_before_the_first_period_the_selection_is_not_said_to_be_empty():
    frames = situation("before the first period")
    assert frames.plan.calendar.periods_until(frames.now.as_of).empty
    assert frames.periods[NO_FEEDBACK].tolist() == [len(frames.plan.measures)]
    for key, told in captions(frames, EN).items():
        assert "selection" not in told.finding, key


@settings(max_examples=8)
@given(small_plans(), moments)
def test_no_finding_about_a_small_plan_says_what_its_frame_denies(small: SmallPlan, day: pd.Timestamp):
    plan = named_plan(open_plan_once(), small)
    frames = read_off(plan, day)
    assert denied(frames) == {}
    assert_both_languages_say_the_same(frames)


# Ties, said of frames made by hand.


def loads(**units: tuple[int, float]) -> pd.DataFrame:
    frame = pd.DataFrame([(unit, *load) for unit, load in units.items()], columns=["unit_id", "named_in", "share"])
    return frame.assign(sole=0, lead=0, open_load=frame["share"], overdue=0)


def plan_of(tianjin: Plan, measures: int) -> Plan:
    return replace(tianjin, measures=tianjin.measures.head(measures))


def test_the_heaviest_unit_and_its_ties(tianjin: Plan):
    plan = plan_of(tianjin, 4)

    def told(**units: tuple[int, float]) -> str:
        return words.workload.load(loads(**units), plan, EN).finding

    assert told(a=(3, 2.5), b=(2, 1.5)) == "a is named in 3 of 4 measures and carries 63% of the load"
    assert told(a=(3, 2.0), b=(3, 2.0)) == "a, b carry the most, each named in 3 of 4 measures"
    # One of two that are named as often carries more.
    assert told(a=(3, 2.5), b=(3, 1.5)) == "a is named in 3 of 4 measures and carries 63% of the load"
    assert told(a=(2, 2.5), b=(3, 1.5)) == "Named most often: b; carrying the most: a"


def test_ties_for_one_place_are_told(tianjin: Plan):
    def told(**units: tuple[int, float]) -> str:
        return words.workload.load(loads(**units), plan_of(tianjin, 4), EN).finding

    assert told(a=(2, 2.0), b=(3, 1.0), c=(3, 1.0)) == "Named most often: b, c; carrying the most: a"
    assert told(a=(2, 1.5), b=(2, 1.5), c=(3, 1.0)) == "Named most often: c; carrying the most: a, b"


def test_measures_that_name_no_unit_are_not_said_to_be_missing(tianjin: Plan):
    assert words.workload.load(loads(), plan_of(tianjin, 4), EN).finding == "No measure here names a unit"
    nothing = words.workload.load(loads(), plan_of(tianjin, 0), EN).finding
    assert nothing == "No measure matches this selection, so no unit carries any"


def test_the_closest_pair_and_its_ties(tianjin: Plan):
    def told(*rows: list[int]) -> str:
        return words.workload.partners(pd.DataFrame(rows, index=list("abc"), columns=list("abc")), tianjin, EN).finding

    assert told([3, 1, 0], [1, 3, 2], [0, 2, 3]) == "b and c work together most: on 2 measures"
    assert told([3, 1, 0], [1, 3, 0], [0, 0, 3]) == "a and b work together most: on 1 measure"
    assert told([3, 1, 0], [1, 3, 1], [0, 1, 3]) == "2 pairs of units share 1 measure each, and none shares more"
    assert told([3, 0, 0], [0, 3, 0], [0, 0, 3]) == "No two units share a measure"


def test_half_is_said_to_be_closed_by_the_estimate(tianjin: Plan):
    """Two of four withdrawn on day 10, one closed on day 20: the curve is at one half, one measure of four closed."""
    curve = trend.kaplan_meier(pd.Series([10, 10, 20, 90]), pd.Series([False, False, True, False]))
    assert curve["still_open"].iloc[-1] == 0.5
    told = words.trend.survival(curve, tianjin, EN).finding
    assert told == "By the estimate, half of the measures are closed within 20 days of the notice"


def test_a_refusal_counts_closures_and_says_so(tianjin: Plan):
    """Two measures closed, one of them twice: three closures."""
    ends = pd.date_range("2024-06-30", periods=9, freq="ME")
    closed = [1, 2, 1, 2, 2, 2, 2, 2, 2]
    burn_up = pd.DataFrame({"period_end": ends, "scope": 20, "closed": closed, "reported": closed})
    told = words.trend.forecast(trend.forecast(burn_up), trend.backtest(burn_up), tianjin, EN).finding
    assert told == "No forecast: it takes 5 closures in months that are over, and there have been 3"


def test_every_theme_is_every_theme(tianjin: Plan):
    end = pd.Timestamp("2024-06-30")
    frame = pd.DataFrame(
        {"theme_id": ["T1", "T5"], "period_end": end, "scope": [2, 0], "closed": [1, 0], "reported": [1, 0]}
    )
    told = words.trend.by_theme(frame, tianjin, EN).finding
    assert told == "Every theme with something to complete has closed some of it, none has closed all"


def test_english_counts_no_units_in_the_plural_that_are_one(tianjin: Plan):
    def everywhere(*rows: list[int]) -> str:
        matrix = pd.DataFrame(rows, index=list("abc")[: len(rows)], columns=["T1", "T2"])
        return words.coverage.matrix(matrix, tianjin, EN).finding

    assert everywhere([1, 1], [1, 1], [1, 0]) == "In all 2 themes: a, b; 1 unit in only one"
    assert everywhere([1, 1], [0, 2], [1, 0]) == "In all 2 themes: a; 2 units in only one"
    assert everywhere([0, 1]) == "No unit takes part in all 2 themes; 1 unit in only one"
    slipped = pd.DataFrame({"days_slipped": [3, np.nan], "times_returned": [1, 2]})
    told = words.trend.slips(slipped, tianjin, EN).finding
    assert told == "Expected days that have slipped: 1; responsibilities returned or reopened: 2"
    plan = select(tianjin, unit="tj-customs")

    def works_with(**shared: int) -> str:
        frame = pd.DataFrame(list(shared.items()), columns=["unit_id", "shared"])
        return words.brief.partners(frame, plan, EN).finding.removeprefix("tj-customs works with ")

    assert works_with(b=2) == "1 other unit; most measures shared: 2, with b"
    assert works_with(b=2, c=2, d=1) == "3 other units; most measures shared: 2, with b, c"


def test_every_way_that_measures_went_is_told(tianjin: Plan):
    since = pd.Timestamp("2024-06-30")

    def told(*ways: str, say: Language = EN) -> str:
        return words.trend.changes(pd.DataFrame({"direction": ways}, dtype="str"), since, tianjin, say).finding

    assert told("back") == "1 measure has changed its state since 30 June 2024: 1 back"
    assert told("other", "forward", "other", "forward", "forward", "back") == (
        "6 measures have changed their state since 30 June 2024: 3 forward, 2 withdrawn or taken up again, 1 back"
    )
    assert numbers(told("other", "other", "forward", say=ZH).split("：")[-1]) == [2, 1]
    assert told() == "No measure has changed its state since 30 June 2024"


def test_the_period_before_is_called_by_its_month(tianjin: Plan):
    """The last one may still be running, so that the one before did not end a month ago."""
    ends = pd.to_datetime(["2024-06-30", "2024-07-03"])
    parts = pd.DataFrame({"theme_id": "T1", "period_end": ends, "current": [1, 2], "measures": 5})
    told = words.coverage.feedback(parts, tianjin, EN).finding
    assert told == "2/5 (40%) of the measures have current feedback, after 1/5 (20%) at the end of Jun 2024"


# The leader's first line.

PARTS = {
    "zh": {
        "closed": "已办结", "done_reported": "已完成待核", "in_progress": "推进中", "stalled": "受阻",
        "not_started": "未启动", "ongoing": "常态化", NO_FEEDBACK: "未反馈", "withdrawn": "取消",
    },
    "en": {
        "closed": "closed", "done_reported": "reported done and awaiting verification", "in_progress": "in progress",
        "stalled": "stalled", "not_started": "not started", "ongoing": "running continuously",
        NO_FEEDBACK: "without feedback", "withdrawn": "withdrawn",
    },
}  # fmt: skip


@dataclass(frozen=True)
class FirstLine:
    """The numbers of a leader's first line."""

    total: int
    parts: dict[str, int]
    silent: list[int]
    more: int


def parsed(line: str, lang: str) -> FirstLine:
    listed = r"（第([\d、]+?)(?:等另(\d+)\D?)?项）" if lang == "zh" else r" \(no\. ([\d, ]+?)(?: and (\d+) more)?\)"
    named = re.search(listed, line)
    line = re.sub(listed, "", line)
    if lang == "zh":
        hit = re.fullmatch(r"截至(\d+年\d+月\d+日)，(\d+)项措施：(.+)。", line)
        told = [re.fullmatch(r"(\D+)(\d+)", part) for part in hit[3].split("、")] if hit else []
        parts = {part[1]: int(part[2]) for part in told if part}
    else:
        hit = re.fullmatch(r"As of (\d+ \w+ \d+), (\d+) measures?: (.+)\.", line)
        told = [re.fullmatch(r"(\d+) (.+)", part) for part in hit[3].split(", ")] if hit else []
        parts = {part[2]: int(part[1]) for part in told if part}
    assert hit and all(told), line
    names = {name: state for state, name in PARTS[lang].items()}
    silent = [int(number) for number in re.split("、|, ", named[1])] if named else []
    return FirstLine(
        int(hit[2]), {names[name]: count for name, count in parts.items()}, silent, int(named[2] or 0) if named else 0
    )


def assert_first_line_adds_up(plan: Plan, measures: pd.DataFrame, day: pd.Timestamp) -> None:
    number_of = dict(zip(plan.measures["measure_id"], plan.measures["number"].astype(int), strict=True))
    silent = [number_of[measure] for measure in measures.loc[measures["state"].eq(NO_FEEDBACK), "measure_id"]]
    for lang in LANGUAGES:
        say = Language(lang, plan)
        line = page_words.headline(plan, measures, say, as_of=day)
        assert say.date(day) in line
        told = parsed(line, lang)
        assert list(told.parts) == list(BUCKETS)
        assert sum(told.parts.values()) == told.total == len(measures) == len(plan.measures)
        assert told.parts == measures["state"].value_counts().reindex(list(BUCKETS), fill_value=0).to_dict()
        assert told.silent == silent[:12]
        assert told.more == len(silent) - len(told.silent)


@given(st.lists(st.sampled_from(BUCKETS), min_size=1, max_size=31))
def test_the_first_line_adds_up_in_every_state(states: list[str]):
    plan = plan_of(open_plan_once(), len(states))
    assert_first_line_adds_up(plan, plan.measures[["measure_id"]].assign(state=states), DAY)


@given(st.sampled_from(BUCKETS), st.integers(1, 31))
def test_the_first_line_adds_up_when_all_are_in_one_state(state: str, measures: int):
    plan = plan_of(open_plan_once(), measures)
    assert_first_line_adds_up(plan, plan.measures[["measure_id"]].assign(state=state), DAY)


@given(small_plans(all_named=False), moments)
def test_the_first_line_of_a_small_plan_adds_up(small: SmallPlan, day: pd.Timestamp):
    plan = named_plan(open_plan_once(), small)
    measures = status.by_measure(status.latest(**small.record, as_of=day), small.measures)
    assert_first_line_adds_up(plan, measures, day)


@pytest.mark.parametrize("day", pd.date_range("2024-05-31", "2025-05-31", freq="17D"), ids=str)
def test_the_first_line_of_the_embedded_plan_adds_up(tianjin: Plan, day: pd.Timestamp):
    states = status.latest(tianjin.responsibilities, tianjin.progress, calendar=tianjin.calendar, as_of=day)
    assert_first_line_adds_up(tianjin, status.by_measure(states, tianjin.measures), day)


@in_both
def test_the_first_line_of_an_empty_selection(tianjin: Plan, lang: str):
    plan = plan_of(tianjin, 0)
    line = page_words.headline(plan, pd.DataFrame({"measure_id": [], "state": []}), Language(lang), as_of=DAY)
    assert numbers(line) == numbers(Language(lang).date(DAY))


# Tables: what moved, and the file.


def table_of(frame: pd.DataFrame, plan: Plan, say: Language = EN, **options: Any) -> Table:
    return words_table(frame, plan, say, key="test", caption="Test", **{"record": True, **options})


def test_what_moved_is_marked(tianjin: Plan):
    then = pd.DataFrame(
        {
            "unit_id": ["a", "b", "c"],
            "measures": [3, 3, 3],
            "share": [1.5, 1.5, 1.5],
            "state": ["stalled", "stalled", "closed"],
            "last_words": ["x", "y", "z"],
            "days_since_feedback": [3, 4, 5],
        }
    )
    now = pd.DataFrame(
        {
            "unit_id": ["a", "b", "c", "d"],
            "measures": [5, 2, 3, 7],
            "share": [1.75, 1.25, 1.5, 2.0],
            "state": ["in_progress", "stalled", "closed", "not_started"],
            "last_words": ["new words", "y", "z", ""],
            "days_since_feedback": [33, 34, 35, 1],
        }
    )
    assert table_of(now, tianjin, before=then, quotes=["last_words"]).rows == (
        ("a", "5 ↑2", "1.75 ↑0.25", "In progress ← Stalled", "new words", "33"),
        ("b", "2 ↓1", "1.25 ↓0.25", "Stalled", "y", "34"),
        ("c", "3", "1.50", "Closed (verified)", "z", "35"),
        ("d (new)", "7", "2.00", "Not started", NOTHING, "1"),
    )
    assert table_of(now, tianjin, ZH, before=then).rows[0][3] == "推进中 ← 受阻"
    assert table_of(now, tianjin, ZH, before=then).rows[3][0] == "d（新）"


def test_what_moved_by_less_than_is_printed_is_not_marked(tianjin: Plan):
    then, now = (pd.DataFrame({"unit_id": ["a"], "share": [value]}) for value in (1.001, 1.002))
    assert table_of(now, tianjin, before=then).rows == (("a", "1.00"),)


def test_what_moved_in_percentages_is_marked_in_points(tianjin: Plan):
    then, now = (
        pd.DataFrame({"theme_id": list("abcd"), "completion": parts})
        for parts in ([0.25, 0.5, 0.5, 0.501], [0.75, 0.3, 0.5, 0.504])
    )
    cells = [row[1] for row in table_of(now, tianjin, before=then, percents=["completion"]).rows]
    assert cells == ["75% ↑50 points", "30% ↓20 points", "50%", "50%"]
    assert table_of(now, tianjin, ZH, before=then, percents=["completion"]).rows[0][1] == "75% ↑50个百分点"


def test_what_was_or_is_missing_is_not_marked(tianjin: Plan):
    then = pd.DataFrame({"unit_id": ["a", "b", "c"], "completion": [np.nan, 0.5, np.nan], "overdue": pd.NA})
    now = pd.DataFrame({"unit_id": ["a", "b", "c"], "completion": [0.5, np.nan, np.nan], "overdue": pd.NA})
    rows = table_of(now, tianjin, before=then, percents=["completion"]).rows
    assert rows == (("a", "50%", NOTHING), ("b", NOTHING, NOTHING), ("c", NOTHING, NOTHING))


def test_the_same_number_of_another_type_is_not_marked(tianjin: Plan):
    then, now = pd.DataFrame({"unit_id": ["a"], "measures": [3.0]}), pd.DataFrame({"unit_id": ["a"], "measures": [3]})
    assert table_of(now, tianjin, before=then).rows == (("a", "3"),)
    assert table_of(then, tianjin, before=now).rows == (("a", "3.00"),)


MARKS = re.compile("[↑↓←]|（新）|\\(new\\)")


@in_both
def test_nothing_is_marked_where_nothing_differs(tianjin: Plan, lang: str):
    frames = situation("spring")
    plan, say = tianjin, Language(lang, tianjin)
    for table in (
        words.workload.load_table(frames.loads, plan, say, before=frames.loads.copy()),
        words.workload.states_table(frames.unit_states, plan, say, before=frames.unit_states.copy()),
        words.coverage.theme_table(frames.themes, plan, say, before=frames.themes.copy()),
        words.coverage.measures_table(frames.listed, plan, say, before=frames.listed.copy()),
    ):
        assert not MARKS.search("".join(cell for row in table.rows for cell in row if not isinstance(cell, Quote)))


def test_the_opening_tells_how_many_moved(tianjin: Plan):
    now, then = situation("spring").now, situation("autumn").now
    moved = int(now.measures["state"].ne(then.measures["state"]).sum())
    assert moved
    for lang in LANGUAGES:
        say = Language(lang, tianjin)
        told = page_words.moved(now, then, say)
        assert numbers(told.replace(say.date(then.as_of), ""))[0] == moved
        assert all(mark in told for mark in "↑↓←")
        assert page_words.moved(now, now, say) == ""


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=6))
def test_marks_lead_back_to_what_was(values: list[tuple[int, int]]):
    plan = open_plan_once()
    then, now = (
        pd.DataFrame({"unit_id": [f"u{place}" for place in range(len(values))], "measures": [v[side] for v in values]})
        for side in (0, 1)
    )
    for (past, value), (_, cell) in zip(values, table_of(now, plan, before=then).rows, strict=True):
        told = re.fullmatch(r"(\d+)(?: ([↑↓])(\d+))?", cell)
        assert told and int(told[1]) == value
        step = int(told[3] or 0) * (-1 if told[2] == "↓" else 1)
        assert value - step == past and (told[2] is None) == (value == past)


def csv_rows(table: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.csv)))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_formulas_are_defused(tianjin: Plan, start: str):
    frame = pd.DataFrame({"unit_id": ["a"], "last_words": [f"{start}HYPERLINK(1)"], "unit_ids": [[f"{start}b", "c"]]})
    table = table_of(frame, tianjin, quotes=["last_words"])
    _, row = csv_rows(table)
    assert row[1:3] == [f"'{start}HYPERLINK(1)", f"'{start}b, c"]
    # On the page it is plain text and stays as it was written.
    assert table.rows[0][1] == f"{start}HYPERLINK(1)"


def test_numbers_of_the_file_are_not_rounded(tianjin: Plan):
    frame = pd.DataFrame({"unit_id": ["a", "b"], "share": [1 / 3, np.nan], "measures": [-2, 5]})
    header, first, second = csv_rows(table_of(frame, tianjin, record=False))
    assert header == ["Unit", "Fractional count (W)", "Measures"]
    assert [float(cell) for cell in first[1:]] == [1 / 3, -2]
    assert second[1:] == ["", "5"]


def test_the_loads_of_the_file_are_not_rounded(tianjin: Plan):
    frames = situation("spring")
    table = words.workload.load_table(frames.loads, tianjin, EN)
    heads, *rows = csv_rows(table)
    # A third has no two decimals: what is printed is rounded, what is in the file is not.
    assert [float(row[2]) for row in table.rows] != frames.loads["share"].tolist()
    for column in ("named_in", "share", "sole", "open_load", "overdue"):
        place = heads.index(EN.name(column))
        found = [float(row[place] or "nan") for row in rows]
        np.testing.assert_array_equal(found, frames.loads[column].astype("float64"))


@in_both
@pytest.mark.parametrize("name", ["spring", "empty", "nothing reported"])
def test_files_begin_with_their_header_and_say_that_they_are_made_up(name: str, lang: str):
    frames = situation(name)
    mark = {"zh": "合成示例", "en": "synthetic sample"}[lang]
    of_the_notice = {"shared", "matrix", "concentration", "commitments"}
    for key, table in tables(frames, Language(lang, frames.plan)).items():
        header, *rows = csv_rows(table)
        heads = [head for head, _ in table.heads]
        made_up = key not in of_the_notice
        assert header[: len(heads)] == heads
        assert len(header) == len(heads) + made_up
        assert len(rows) == len(table.rows)
        assert all(row[len(heads) :] == [mark] * made_up for row in rows)
        assert table.file_name.endswith("_synthetic.csv") == made_up
    real = tables(replace_provenance(frames), Language(lang, frames.plan))
    assert mark not in "".join(table.csv for table in real.values())


def replace_provenance(frames: Frames) -> Frames:
    return replace(frames, plan=replace(frames.plan, progress_provenance="real"))


def test_a_made_up_record_is_said_to_be_made_up(tianjin: Plan):
    real = replace(tianjin, progress_provenance="real")
    for lang in LANGUAGES:
        say = Language(lang, tianjin)
        assert len(page_words.banners(tianjin, say)) == 1 and page_words.banners(real, say) == ()
        assert page_words.source(tianjin, say, record=True) != page_words.source(real, say, record=True)
        assert page_words.source(tianjin, say, record=False) == page_words.source(real, say, record=False)


def states_at(plan: Plan, day: str) -> pd.DataFrame:
    return status.latest(plan.responsibilities, plan.progress, calendar=plan.calendar, as_of=pd.Timestamp(day))


def test_a_record_that_nobody_adds_to_is_said_to_be_stale(tianjin: Plan):
    last = tianjin.progress["as_of"].max().to_period("M")
    for months in range(8):
        # On the last day of a month, feedback on the month before is due, and on that month not yet.
        day = (last + 1 + months).to_timestamp(how="end").normalize()
        states = states_at(tianjin, f"{day:%Y-%m-%d}")
        for say in (Language(lang, tianjin) for lang in LANGUAGES):
            told = page_words.stale(tianjin, states, say)
            assert bool(told) == (months >= 2), (months, told)
            assert not told or (f"{months}" in told[0] and say.date(tianjin.progress["as_of"].max()) in told[0])


def test_where_nothing_is_open_nothing_is_stale(tianjin: Plan):
    settled = tianjin.progress.drop_duplicates(status.RESPONSIBILITY).assign(status="closed", supersedes="")
    plan = replace(tianjin, progress=settled)
    heard = settled[status.RESPONSIBILITY].merge(tianjin.responsibilities, on=status.RESPONSIBILITY)
    states = states_at(replace(plan, responsibilities=heard), "2030-01-31")
    assert page_words.stale(plan, states, EN) == ()
    # Of the others nothing was ever heard.
    assert "closed" in set(states["state"])
    never = states_at(replace(tianjin, progress=tianjin.progress.iloc[:0]), "2025-01-31")
    assert page_words.stale(tianjin, never, EN)[0].endswith("in any of the 7 periods on which it was due.")


def test_printed_loads_add_to_their_caption():
    for name in ("spring", "one theme", "one unit's"):
        frames = situation(name)
        table = words.workload.load_table(frames.loads, frames.plan, EN)
        printed = sum(Decimal(row[2]) for row in table.rows)
        assert printed == len(frames.plan.measures) == numbers(table.caption)[-1]


@in_every_situation
def test_the_alternative_text_prints_the_numbers_of_the_table(name: str):
    frames = situation(name)
    say = Language("en", frames.plan)
    printed = {row[0]: row[2] for row in words.workload.load_table(frames.loads, frames.plan, say).rows}
    told = words.workload.load(frames.loads, frames.plan, say).alt
    cells = {unit: re.search(rf"(?<=[ .]){re.escape(unit)} \d+ and ([\d.]+\d)", told) for unit in printed}
    found = {unit: hit[1] for unit, hit in cells.items() if hit}
    assert found.items() <= printed.items()
    assert len(found) == min(len(printed), 5)


# What units wrote comes out as they wrote it, and as nothing else.


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The HTML of what is shown, in place of showing it."""
    shown_html: list[str] = []
    monkeypatch.setattr(exhibits, "display", lambda output, **_: shown_html.append(output.data))
    return shown_html


NASTY = '<script>alert("1")</script> & </td><img src=x onerror=alert(1)>'


@in_both
def test_what_a_unit_wrote_is_escaped(tianjin: Plan, displayed: list[str], lang: str):
    plan = replace(tianjin, progress=tianjin.progress.assign(progress=NASTY, problems=NASTY, next_step=NASTY))
    plan = select(plan, unit="tj-customs")
    say = Language(lang, plan)
    now = read_off(plan, DAY)
    exhibits.tabulate(
        words.coverage.measures(now.listed, plan, say), words.coverage.measures_table(now.listed, plan, say)
    )
    carried = workload.carried(plan.responsibilities, now.now.states, now.now.measures, unit_id="tj-customs", as_of=DAY)
    exhibits.tabulate(words.brief.carries(carried, plan, say), words.brief.carries_table(carried, plan, say))
    assert len(displayed) == 2
    for html in displayed:
        assert "&lt;script&gt;" in html
        assert not re.search(r"<(script|img)", html)
        # Chinese words of a unit on an English page are marked as Chinese.
        assert 'lang="zh-CN"' in html


def test_names_are_escaped_too(tianjin: Plan, displayed: list[str]):
    plan = replace(tianjin, units=tianjin.units.assign(short=NASTY, short_en=NASTY), title={"zh": NASTY, "en": NASTY})
    frames = replace(situation("spring"), plan=plan)
    say = Language("en", plan)
    caption, table = words.workload.load(frames.loads, plan, say), words.workload.load_table(frames.loads, plan, say)
    exhibits.show(charts.draw_dots, frames.loads[["unit_id", "named_in", "share"]], caption, table)
    exhibits.opening(words.opening(plan, say, title=NASTY, key_figures=[], now=frames.now, then=frames.now))
    exhibits.method(words.Method(NASTY, ((NASTY, NASTY),)))
    assert len(displayed) == 4
    assert not any(re.search(r"<(script|img)", html) for html in displayed)
    assert sum("&lt;script&gt;" in html for html in displayed) == 3
