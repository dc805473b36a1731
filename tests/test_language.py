"""How things are said: catalogues that are whole, numbers that add up, names that stay in their spaces, tables."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from importlib import import_module
from pathlib import Path
from string import Formatter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import analysis
from analysis import catalogue, language
from analysis.catalogue import languages, read_catalogue
from analysis.language import NOTHING, Caption, Language, Table, table
from analysis.language.declared import DECLARED
from analysis.language.terms import TERMS
from analysis.plan import Decider
from analysis.report import check_parameters, make_reports, read_inputs
from analysis.schema import BUCKETS, COLUMNS, FEEDBACK, LABELS, RULES
from tests.situations import DAY, SITUATIONS, embedded, named_plan
from tests.strategies import moments, small_plans
from tests.told import REPORTS, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.plan import Plan
    from tests.strategies import SmallPlan

# A day that there is none of, whatever its type is called.
NO_DAY: Any = pd.NaT
ZH, EN = Language("zh"), Language("en")
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
LATIN = re.compile(r"[A-Za-z]+")
# What is the same in both languages: formats, names of measures of unevenness and of two people.
NOT_TRANSLATED = {"CSV", "SHA", "HHI", "Kaplan", "Meier", "F", "W", "S", "L", "MB"}
NOT_TRANSLATED |= {"PDF", "RTF", "UTF", "Word", "WPS", "Excel"}
# Files and options, which are called the same everywhere.
NAMES_OF_THINGS = re.compile(r"--[a-z-]+|\w*\.(?:csv|toml|docx)\b")
# Patterns of days and months, for Babel.
DATES = {"MMM yyyy", "MMM d"}
SOURCE = Path(analysis.__file__).parent

in_both = pytest.mark.parametrize("lang", ["zh", "en"])


# The catalogue.


def strings_in(node: ast.expr) -> list[str]:
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def calls() -> Iterator[ast.Call]:
    for file in SOURCE.rglob("*.py"):
        yield from (node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call))


@cache
def rule_texts() -> set[str]:
    """What every rule says; only the modules that declare rules are imported, whatever others need."""
    for file in SOURCE.rglob("*.py"):
        if re.search(r"^@rule\(|\bdeclare\(", file.read_text("utf-8"), re.MULTILINE):
            parts = file.relative_to(SOURCE.parent).with_suffix("").parts
            import_module(".".join(part for part in parts if part != "__init__"))
    return {rule.text for rule in RULES.values()}


def speaks(function: ast.expr) -> bool:
    """Whether what is called says its first argument, or keeps it until its language is known."""
    if isinstance(function, ast.Call):
        return isinstance(function.func, ast.Name) and function.func.id == "Language"
    return isinstance(function, ast.Name) and function.id in ("say", "self", "Message")


@cache
def messages() -> set[str | tuple[str, str]]:
    """Every message that is said anywhere: of one form, or of two when it counts something."""
    said: set[str | tuple[str, str]] = {word for words in LABELS.values() for word in words.values()}
    said |= {column.label for column in COLUMNS.values()}
    said |= {declared.caption for declared in DECLARED.values()} | {text for texts in TERMS.values() for text in texts}
    for call in calls():
        if speaks(call.func):
            said.update(strings_in(call.args[0]))
        elif isinstance(call.func, ast.Attribute) and call.func.attr == "count" and len(call.args) == 3:
            # Of text, too, something is counted from a place on.
            forms = [strings_in(argument) for argument in call.args[1:]]
            said.update(zip(*forms, strict=True) if all(forms) else ())
    return said | rule_texts()


def translations() -> dict[Any, str]:
    """Message, or its two forms, → what it is in Chinese."""
    return {entry.id: "".join(entry.string or "") for entry in read_catalogue("zh") if entry.id}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def bare(text: str) -> str:
    """A message without what is filled in."""
    return "".join(part for part, *_ in Formatter().parse(text))


def test_the_messages_are_found():
    assert len(messages()) > 250
    of_each_kind = {"Closed (verified)", "{part}/{whole} ({percent})", "Unit", DECLARED["units"].caption}
    assert of_each_kind <= messages()
    assert ("{n} measure: {parts}", "{n} measures: {parts}") in messages()
    assert "must not be blank" in rule_texts()


def test_no_message_is_missing_in_chinese():
    chinese = translations()
    assert sorted(map(str, messages() - set(chinese))) == []
    assert [message for message in messages() if not chinese[message].strip()] == []


def test_no_translation_is_left_over():
    assert sorted(map(str, set(translations()) - messages())) == []


def test_no_translation_is_uncertain():
    assert [entry.id for entry in read_catalogue("zh") if entry.id and entry.fuzzy] == []


def test_a_translation_says_all_that_its_message_says():
    for message, chinese in translations().items():
        forms = (message,) if isinstance(message, str) else message
        # Chinese counts what there is in all; how many of them are left out is plain from that.
        plain = {"n"} if "total" in placeholders(chinese) else set()
        assert placeholders(chinese) | plain == set().union(*map(placeholders, forms)) | plain, message


def test_no_english_is_left_in_chinese_and_no_chinese_in_english():
    # Rules name columns, files and words as they stand in the files; a pattern of dates is no text.
    for message, chinese in translations().items():
        assert not CHINESE.search("".join(message)), message
        things = set(LATIN.findall(" ".join(NAMES_OF_THINGS.findall("".join(message)))))
        as_it_stands = set(LATIN.findall(message)) if message in rule_texts() else NOT_TRANSLATED | things
        assert message in DATES or set(LATIN.findall(bare(chinese))) <= as_it_stands, message


def test_chinese_is_punctuated_as_chinese():
    for chinese in translations().values():
        assert not re.search(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]", bare(chinese)), chinese


# Languages.


def test_another_language_is_refused():
    with pytest.raises(ValueError, match="zh、en"):
        Language("fr")


def test_who_has_no_plan_speaks_of_none():
    with pytest.raises(ValueError, match="without a plan"):
        _ = EN.plan


FRENCH = """
msgid ""
msgstr ""
"Language: fr_FR\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"
"Content-Type: text/plain; charset=utf-8\\n"

#, python-brace-format
msgid "{n} page"
msgid_plural "{n} pages"
msgstr[0] "{n} feuille"
msgstr[1] "{n} feuilles"

msgid "Unit"
msgstr "Service"

msgid ", "
msgstr " ; "
"""


@pytest.fixture
def french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A third language, made by nothing but its catalogue."""
    for lang in ("zh", "en", "fr"):
        file = tmp_path / "locale" / lang / "LC_MESSAGES" / "portplan.po"
        file.parent.mkdir(parents=True)
        there = SOURCE / "locale" / lang / "LC_MESSAGES" / "portplan.po"
        file.write_text(FRENCH if lang == "fr" else there.read_text("utf-8"), "utf-8")
    caches = (catalogue.languages, catalogue.translations, catalogue.read_catalogue)
    with monkeypatch.context() as patched:
        patched.setattr(catalogue, "resources", SimpleNamespace(files=lambda _: tmp_path))
        for cached in caches:
            cached.cache_clear()
        yield
    for cached in caches:
        cached.cache_clear()


@pytest.mark.notebook
@pytest.mark.usefixtures("french")
def test_a_page_in_a_language_of_which_only_the_catalogue_is_there(tmp_path: Path):
    inputs = read_inputs("tianjin-2024")
    asked = check_parameters({"plan_id": inputs.address, "as_of": "2024-12-31", "lang": "fr"}, inputs)
    run = make_reports([("completion_trend", asked)], inputs, folder=tmp_path / "site", started="now")
    assert [(outcome.result, outcome.reason) for outcome in run.outcomes] == [("made", "")]
    text = run.outcomes[0].path.read_text("utf-8")
    assert '<html lang="fr-FR">' in text
    assert "天津口岸2024年促进跨境贸易便利化专项行动措施" in text


@pytest.mark.thorough
@pytest.mark.usefixtures("french")
def test_a_catalogue_is_all_that_a_language_needs(tianjin: Plan):
    assert languages() == ("zh", "en", "fr")
    say = Language("fr", tianjin)
    # 0 is of the first form in French, and of the second in English.
    assert [say.count(n, "{n} page", "{n} pages") for n in (0, 1, 2)] == ["0 feuille", "1 feuille", "2 feuilles"]
    assert [Language("en").count(n, "{n} page", "{n} pages") for n in (0, 1, 2)] == ["0 pages", "1 page", "2 pages"]
    assert say.name("column", "unit_id") == "Service"
    assert say.listing("ab") == "a ; b"
    assert (say.number(1234.5, 1), say.date(pd.Timestamp("2024-05-06"))) == ("1\u202f234,5", "6 mai 2024")
    assert catalogue.own_name("fr") == "Français"
    assert catalogue.tag_of("fr") == "fr-FR"
    # What has no French is said in English; what the plan does not say in French stands as the plan has it.
    assert say.state("closed") == "Closed (verified)"
    assert say.count(1, "{n} point", "{n} points") == "1 point"
    assert say.unit("tj-customs") == Language("zh", tianjin).unit("tj-customs")
    assert say.theme("T1") == Language("zh", tianjin).theme("T1")
    assert say.chosen(tianjin.title) == tianjin.title["zh"]
    one = told("completion_trend", tianjin, DAY, lang="fr")
    assert all(shown.heads for shown in one.tables)
    assert one.opening.title == told("completion_trend", tianjin, DAY, lang="en").opening.title


# Numbers.

thousandths = st.integers(0, 10**9).map(lambda number: Decimal(number) / 1000)


@given(thousandths, st.integers(0, 3))
def test_numbers_are_rounded_half_up(value: Decimal, decimals: int):
    exact = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    for say in (ZH, EN):
        assert Decimal(say.number(float(value), decimals).replace(",", "")) == exact


@given(st.integers(0, 2000), st.integers(0, 2))
def test_percentages_are_rounded_half_up(thousands: int, decimals: int):
    exact = (Decimal(thousands) / 10).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    for say in (ZH, EN):
        text = say.percent(thousands / 1000, decimals)
        assert text.endswith("%")
        assert Decimal(text[:-1]) == exact


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
    assert say.share_of(0, 0) == say.date(NO_DAY) == NOTHING


def test_dates():
    day = pd.Timestamp("2024-06-05")
    assert (ZH.date(day), EN.date(day)) == ("2024年6月5日", "5 June 2024")
    assert (ZH.month(day), EN.month(day)) == ("2024年6月", "Jun 2024")


def test_lists():
    assert [ZH.listing(items) for items in ([], ["甲"], ["甲", "乙"])] == ["", "甲", "甲、乙"]
    assert [EN.listing(items) for items in ([], ["A"], ["A", "B"])] == ["", "A", "A, B"]
    many = [str(number) for number in range(1, 10)]
    assert EN.listing(many) == "1, 2, 3, 4, 5, 6 and 3 more, 9 in all"
    assert EN.listing(many, most=9) == ", ".join(many)
    assert EN.listing(many, most=8).endswith("8 and 1 more, 9 in all")
    assert ZH.listing(many, most=3) == "1、2、3等，共9个"
    assert EN.listing(str(number) for number in range(2000)).endswith("and 1994 more, 2000 in all")


letters = st.text(alphabet=["a", "b", ",", " ", "、", "；", ";"], min_size=1, max_size=6)


@given(st.lists(letters, min_size=1, max_size=6))
def test_names_in_a_row_can_be_told_apart(names: list[str]):
    for say in (ZH, EN):
        between, stronger = say(", "), say("; ")
        row = say.listing(names)
        if not any(stronger in name for name in names):
            assert row.split(stronger if any(between in name for name in names) else between) == names


def test_a_name_that_holds_the_sign_between_names_is_set_apart_from_others():
    assert EN.listing(["Commission of Industry, Trade", "Customs"]) == "Commission of Industry, Trade; Customs"
    assert ZH.listing(["工业、信息化局", "海关"]) == "工业、信息化局；海关"


@in_both
def test_periods_go_by_what_people_call_them(lang: str):
    names = ["2024-06", "2024-Q2", "2024-H1", "2024-W23", "2024"]
    assert [Language(lang).period(name) for name in names] == {
        "zh": ["2024年6月", "2024年第2季度", "2024年上半年", "2024年第23周", "2024年"],
        "en": ["Jun 2024", "Q2 2024", "H1 2024", "week 23 of 2024", "2024 (year)"],
    }[lang]


@given(st.dates(date(2023, 1, 1), date(2026, 12, 31)), st.integers(0, 900))
def test_an_age_is_of_whole_months(since: date, days: int):
    begin, end = pd.Timestamp(since), pd.Timestamp(since) + pd.Timedelta(days=days)
    text = EN.age(begin, end)
    number, unit = text.split()
    assert unit in ("day", "days", "month", "months")
    if unit.startswith("day"):
        assert int(number) == days
        assert begin + pd.DateOffset(months=2) > end or end.is_month_end
    else:
        months = int(number)
        assert months >= 2
        # So many months have passed, and not one more; the last day of a month ends it, however short it is.
        assert begin + pd.DateOffset(months=months) <= end
        assert end < begin + pd.DateOffset(months=months + 1)


def test_ages_by_hand():
    day = pd.Timestamp
    assert [EN.age(day(since), day("2024-08-31")) for since in ("2024-08-31", "2024-08-30", "2024-07-01")] == [
        *("0 days", "1 day", "61 days")
    ]
    assert EN.age(day("2024-06-30"), day("2024-08-31")) == "2 months"
    assert EN.age(day("2024-12-31"), day("2025-02-28")) == "2 months"
    assert EN.age(NO_DAY, day("2024-08-31")) == NOTHING


@given(st.integers(0, 500), st.integers(1, 500))
def test_counts_come_before_the_percentage(part: int, whole: int):
    assume(part <= whole)
    percent = (Decimal(100 * part) / whole).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert EN.share_of(part, whole) == f"{part}/{whole} ({percent}%)"
    assert ZH.share_of(part, whole) == f"{part}/{whole}（{percent}%）"


@pytest.mark.parametrize(("number", "english"), [(0, "0 measures"), (1, "1 measure"), (2, "2 measures")])
def test_one_and_many(number: int, english: str):
    message = ("{n} measure: {parts}", "{n} measures: {parts}")
    assert EN.count(number, *message, parts="…") == f"{english}: …"
    assert f"共{number}项" in ZH.count(number, *message, parts="…")


def test_thousands_are_counted_with_a_comma():
    assert EN.count(1234, "{n} point", "{n} points") == "1,234 points"


# Names stay in their spaces.

# What might be taken for an id: words of every vocabulary, names of columns, what Python prints.
ODD_IDS = {
    "tj-customs": "closed",
    "commerce-bureau": "share",
    "port-group": "stalled",
    "T1": "missing",
    "T2": "closed",
    "T3": "share",
    "T4": "completion",
    "M1": "True",
    "M2": "closed",
    "M3": "False",
    "M4": "hhi",
    "M5": "forward",
}


def renamed(plan: Plan, ids: dict[str, str]) -> Plan:
    """The plan with other ids; what they stand for is called as before."""
    frames = ("themes", "measures", "units", "responsibilities", "commitments", "progress", "decisions", "actuals")
    keys = ("unit_id", "theme_id", "measure_id", "parent_unit_id")
    changed = {
        name: frame.assign(**{key: frame[key].replace(ids) for key in keys if key in frame.columns})
        for name in frames
        for frame in [getattr(plan, name)]
    }
    return replace(plan, **changed)


def words_of(caption: Caption) -> tuple[str, ...]:
    return (caption.finding, caption.alt, caption.note, caption.source)


@pytest.mark.thorough
@in_both
@pytest.mark.parametrize("report", [*REPORTS, "unit_brief"])
def test_what_ids_are_changes_nothing_that_is_said(tianjin: Plan, report: str, lang: str):
    asked = ({"unit": "port-group"}, {"unit": ODD_IDS["port-group"]}) if report == "unit_brief" else ({}, {})
    usual = told(report, tianjin, DAY, lang=lang, **asked[0])
    odd = told(report, renamed(tianjin, ODD_IDS), DAY, lang=lang, **asked[1])
    assert (odd.opening.headline, odd.opening.key_figures) == (usual.opening.headline, usual.opening.key_figures)
    assert list(map(words_of, odd.captions)) == list(map(words_of, usual.captions))
    for one, other in zip(usual.tables, odd.tables, strict=True):
        assert (one.caption, one.heads, one.filters) == (other.caption, other.heads, other.filters)
        assert list(one.totals.values()) == list(other.totals.values())
        # Of what is alike in all else, the smaller id stands first.
        assert sorted(one.rows) == sorted(other.rows)
        assert sorted(one.csv.split("\r\n")) == sorted(other.csv.split("\r\n"))


def test_each_space_names_what_is_its_own(tianjin: Plan):
    say = Language("en", tianjin)
    customs = tianjin.units.set_index("unit_id").loc["tj-customs"]
    assert say.unit("tj-customs") == customs["short_en"]
    assert Language("zh", tianjin).unit("tj-customs") == customs["short"]
    assert say.theme("T1") == tianjin.themes["short_en"].iloc[0]
    number, title = tianjin.measures[["number", "title_en"]].iloc[0]
    assert say.measure("M1") == f"{number}. {title}"
    assert say.state("closed") == say.name("column", "closed") == "Closed (verified)"
    # What a space does not know stands for itself.
    assert (say.unit("closed"), say.state("tj-customs"), say.name("nowhere", "M1")) == ("closed", "tj-customs", "M1")


def spoken_in(cell: str) -> str:
    """The language that a cell says it is in; blank where it is that of the page."""
    return cell.lang if isinstance(cell, language.Quote) else cell.tongue if isinstance(cell, language.Named) else ""


def parts_of(cell: str) -> tuple[str, ...]:
    assert isinstance(cell, language.Names)
    return cell.parts


def test_what_has_no_name_in_a_language_goes_by_that_of_the_plans_own_and_says_so(tianjin: Plan):
    units = tianjin.units.assign(
        short_en=tianjin.units["short_en"].where(tianjin.units["unit_id"].ne("tj-customs"), "")
    )
    plan = replace(tianjin, units=units, themes=tianjin.themes.drop(columns="short_en"))
    say, chinese = Language("en", plan), Language("zh", plan)
    assert say.unit("tj-customs") == chinese.unit("tj-customs")
    assert say.theme("T1") == chinese.theme("T1")
    assert say.unit("port-group") == Language("en", tianjin).unit("port-group")
    named = [("unit_id", "tj-customs"), ("theme_id", "T1"), ("unit_id", "port-group"), ("measure_id", "M1")]
    assert [say.lang_of(*name) for name in named] == ["zh-CN", "zh-CN", "", ""]
    assert [chinese.lang_of(*name) for name in named] == [""] * 4
    frame = pd.DataFrame({"unit_id": ["tj-customs", "port-group"], "theme_id": "T1", "unit_ids": [["tj-customs"], []]})
    first, second = table_of(frame, plan).rows
    assert list(map(spoken_in, [first[0], first[1], *parts_of(first[2])])) == ["zh-CN"] * 3
    assert list(map(spoken_in, second[:2])) == ["", "zh-CN"]


def test_a_plan_may_be_written_in_another_language(tianjin: Plan):
    """Its columns without a language are in its own; what it lacks in Chinese is said in that, too."""
    english = {
        "units": tianjin.units.assign(short=tianjin.units["short_en"]).drop(columns="short_en"),
        "measures": tianjin.measures.assign(title=tianjin.measures["title_en"]).drop(columns="title_en"),
    }
    title = {"en": tianjin.title["en"]}
    plan = replace(tianjin, lang="en", title=title, **english)
    assert Language("en", plan).unit("tj-customs") == Language("en", tianjin).unit("tj-customs")
    assert Language("zh", plan).unit("tj-customs") == Language("en", tianjin).unit("tj-customs")
    assert (
        Language("zh", plan).lang_of("unit_id", "tj-customs"),
        Language("en", plan).lang_of("unit_id", "tj-customs"),
    ) == (*("en-GB", ""),)
    assert Language("zh", plan).measure("M1").endswith(tianjin.measures["title_en"].iloc[0])
    assert Language("zh", plan).chosen(plan.title) == plan.title["en"]
    shown = table_of(pd.DataFrame({"unit_id": ["a"], "progress": ["Begun"]}), plan, "zh")
    assert spoken_in(shown.rows[0][1]) == "en-GB"


def test_deciders_and_kinds_go_by_the_plans_own_words(tianjin: Plan):
    deciders = (Decider("核验组", names={"en": "Verifiers"}), Decider("市府办"))
    kinds = {"district": {"zh": "区", "en": "Borough"}, "college": {"zh": "院校"}, "guild": {}}
    plan = replace(tianjin, deciders=deciders, unit_kinds=kinds)
    zh, en = Language("zh", plan), Language("en", plan)
    assert [say.name("decider", one.name) for say in (zh, en) for one in deciders] == [
        *("核验组", "市府办", "Verifiers", "市府办")
    ]
    assert [say.name("kind", kind) for say in (zh, en) for kind in kinds] == [
        *("区", "院校", "guild", "Borough", "院校", "guild")
    ]
    frame = pd.DataFrame({"measure_id": ["M1", "M2"], "decided_by": ["核验组", "市府办"], "unit_kind": "district"})
    first, second = table_of(frame.drop(columns="unit_kind"), plan).rows
    assert (first[1], second[1], spoken_in(second[1])) == ("Verifiers", "市府办", "zh-CN")
    assert not isinstance(first[1], language.Quote)


# Tables: declared, and said so.


def declared_in_notebooks() -> set[str]:
    """The names of the tables that the notebooks of the project show."""
    names = set()
    for file in (SOURCE.parents[1] / "notebooks").glob("*.ipynb"):
        cells = json.loads(file.read_text("utf-8"))["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "language.table":
                names |= set(strings_in(node.args[1]))
    return names


def test_every_table_of_the_notebooks_is_declared_and_every_declared_one_is_theirs():
    assert declared_in_notebooks() == set(DECLARED)


@dataclass(frozen=True)
class Laid:
    """A table as a notebook lays it out, and the frame that it is of."""

    name: str
    frame: pd.DataFrame
    say: Language
    shown: Table


def laid(report: str, plan: Plan, day: str, **asked: str) -> list[Laid]:
    """Every table that a report lays out, whether or not it is shown."""
    found: list[Laid] = []

    def noting(frame: pd.DataFrame, name: str, say: Language, **before: Any) -> Table:
        found.append(Laid(name, frame, say, table(frame, name, say, **before)))
        return found[-1].shown

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(language, "table", noting)
        told(report, plan, day, **asked)
    return found


@cache
def all_laid(situation: str, lang: str = "en") -> list[Laid]:
    """The tables of all reports, that of one unit's brief with them, in a situation."""
    change, day, asked = SITUATIONS[situation]
    plan = change(embedded())
    found = [one for report in REPORTS for one in laid(report, plan, day, lang=lang, **asked)]
    return found + laid("unit_brief", plan, day, lang=lang, **{"unit": "port-group", **asked})


def tables(situation: str, lang: str = "en") -> dict[str, Laid]:
    return {one.name: one for one in all_laid(situation, lang)}


def undeclared(one: Laid) -> list[str]:
    """Columns that are neither declared nor ids of the name space that the frame names."""
    columns = [str(column) for column in DECLARED[one.name].columns or one.frame.columns]
    if one.frame.columns.name is None:
        return [column for column in columns if column not in COLUMNS]
    assert columns[0] in COLUMNS
    return [column for column in columns[1:] if column not in one.say.labels[str(one.frame.columns.name)]]


@pytest.mark.thorough
@in_both
@pytest.mark.parametrize("name", ["spring", "first period", "empty", "nobody named", "quarters", "nobody verifies"])
def test_every_column_of_every_table_is_declared(name: str, lang: str):
    assert tables(name, lang).keys() == DECLARED.keys()
    for one in all_laid(name, lang):
        assert undeclared(one) == [], one.name
        # No two columns of a table are called the same, and none by its id.
        heads = [head for head, _ in one.shown.heads]
        assert len(set(heads)) == len(heads), one.name
        assert not set(heads) & set(COLUMNS), one.name


@pytest.mark.thorough
@settings(max_examples=10)
@given(small_plans(all_named=False), moments, st.sampled_from(REPORTS), st.sampled_from(["zh", "en"]))
def test_every_column_of_a_small_plan_is_declared(small: SmallPlan, day: pd.Timestamp, report: str, lang: str):
    for one in laid(report, named_plan(small), f"{day:%Y-%m-%d}", lang=lang):
        assert undeclared(one) == [], one.name


@pytest.mark.thorough
def test_files_are_named_for_their_tables():
    for name, one in tables("spring").items():
        unit = "_port-group" if DECLARED[name].of_unit else ""
        made_up = "_synthetic" if DECLARED[name].record else ""
        assert one.shown.file_name == f"tianjin-2024_{name}{unit}{made_up}.csv"
    of_the_notice = {name for name, declared in DECLARED.items() if not declared.record}
    assert of_the_notice == {"co_responsibility", "concentration", "unit_by_theme"}


# Tables: what moved.


def table_of(frame: pd.DataFrame, plan: Plan, lang: str = "en", *, before: pd.DataFrame | None = None) -> Table:
    """A frame with all its columns, under one of the names for tables that have whatever columns come."""
    return table(frame, "measures" if "state" in frame.columns else "single_unit", Language(lang, plan), before=before)


def test_what_moved_is_marked(tianjin: Plan):
    then = pd.DataFrame(
        {
            "unit_id": ["a", "b", "c"],
            "measures": [3, 3, 3],
            "share": [1.5, 1.5, 1.5],
            "state": ["stalled", "stalled", "closed"],
            "progress": ["x", "y", "z"],
            "days": [3, 4, 5],
        }
    )
    now = pd.DataFrame(
        {
            "unit_id": ["a", "b", "c", "d"],
            "measures": [5, 2, 3, 7],
            "share": [1.75, 1.25, 1.5, 2.0],
            "state": ["in_progress", "stalled", "closed", "not_started"],
            "progress": ["new words", "y", "z", ""],
            "days": [33, 34, 35, 1],
        }
    )
    assert table_of(now, tianjin, before=then).rows == (
        ("a", "5 ↑2", "1.75 ↑0.25", "In progress ← Stalled", "new words", "33 ↑30"),
        ("b", "2 ↓1", "1.25 ↓0.25", "Stalled", "y", "34 ↑30"),
        ("c", "3", "1.50", "Closed (verified)", "z", "35 ↑30"),
        ("d (new)", "7", "2.00", "Not started", NOTHING, "1"),
    )
    chinese = table_of(now, tianjin, "zh", before=then).rows
    assert (chinese[0][3], chinese[3][0]) == ("推进中 ← 受阻", "d（新）")


@pytest.mark.parametrize(("before", "after"), [(1.001, 1.002), (1.004, 1.006), (Fraction(4, 3), Fraction(4, 3))])
def test_what_moved_by_less_than_is_printed_is_not_marked(tianjin: Plan, before: Any, after: Any):
    """The step is worked out before it is rounded: 1.004 and 1.006 are printed apart and differ by 0.002."""
    then, now = (pd.DataFrame({"unit_id": ["a"], "share": [value]}) for value in (before, after))
    ((_, cell),) = table_of(now, tianjin, before=then).rows
    assert cell == EN.number(after, 2)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(1, 12)), min_size=1, max_size=6))
def test_a_step_is_the_difference_of_what_was_counted(values: list[tuple[int, int, int]]):
    frames = [
        pd.DataFrame(
            {
                "unit_id": [f"u{place}" for place in range(len(values))],
                "share": [Fraction(v[side], v[2]) for v in values],
            }
        )
        for side in (0, 1)
    ]
    for (past, value, whole), (_, cell) in zip(
        values, table_of(frames[1], embedded(), before=frames[0]).rows, strict=True
    ):
        step = Fraction(value - past, whole)
        hundredths = int(abs(step) * 100 + Fraction(1, 2))
        mark = f" {'↑' if step > 0 else '↓'}{EN.number(Fraction(hundredths, 100), 2)}" if hundredths else ""
        assert cell == f"{EN.number(Fraction(value, whole), 2)}{mark}"


def test_what_moved_in_percentages_is_marked_in_points(tianjin: Plan):
    then, now = (
        pd.DataFrame({"theme_id": list("abcde"), "completion": parts})
        for parts in ([0.25, 0.5, 0.5, 0.501, 0.5], [0.75, 0.3, 0.5, 0.504, 0.51])
    )
    cells = [row[1] for row in table_of(now, tianjin, before=then).rows]
    assert cells == ["75% ↑50 points", "30% ↓20 points", "50%", "50%", "51% ↑1 point"]
    assert table_of(now, tianjin, "zh", before=then).rows[0][1] == "75% ↑50个百分点"


def test_what_was_or_is_missing_is_not_marked(tianjin: Plan):
    then = pd.DataFrame({"unit_id": ["a", "b", "c"], "completion": [np.nan, 0.5, np.nan], "overdue": pd.NA})
    now = pd.DataFrame({"unit_id": ["a", "b", "c"], "completion": [0.5, np.nan, np.nan], "overdue": pd.NA})
    rows = table_of(now, tianjin, before=then).rows
    assert rows == (("a", "50%", NOTHING), ("b", NOTHING, NOTHING), ("c", NOTHING, NOTHING))


def loads_of(shares: list[Fraction]) -> pd.DataFrame:
    frame = pd.DataFrame({"unit_id": [f"u{place}" for place in range(len(shares))], "share": shares})
    counts = dict.fromkeys(("named_in", "sole", "open", "stalled"), 1)
    return frame.assign(open_load=frame["share"], lead=None, overdue=None, **counts)


def test_parts_are_printed_as_parts_of_their_rounded_total(tianjin: Plan):
    """Thirds add to one: the first of the equal remainders is rounded up."""
    say = Language("en", tianjin)
    for shares, printed in (
        ([Fraction(1, 3)] * 3, ["0.34", "0.33", "0.33"]),
        ([Fraction(2, 3), Fraction(1, 3)], ["0.67", "0.33"]),
        ([Fraction(2, 3)] * 2, ["0.67", "0.66"]),
    ):
        shown = table(loads_of(shares), "workload_by_unit", say)
        assert [row[2] for row in shown.rows] == printed
        assert sum(map(Decimal, printed)) == Decimal(say.number(sum(shares), 2))


def test_parts_that_did_not_change_are_not_marked(tianjin: Plan):
    """In another order another of three thirds is the one that is rounded up: nothing has moved by that."""
    say, loads = Language("en", tianjin), loads_of([Fraction(1, 3)] * 3)
    shown = table(loads, "workload_by_unit", say, before=loads.iloc[::-1].assign(named_in=2))
    assert [row[1:3] for row in shown.rows] == [("1 ↓1", "0.34"), ("1 ↓1", "0.33"), ("1 ↓1", "0.33")]
    assert shown.caption == "Load of each unit; the fractional counts add to 1"


MARKS = re.compile("[↑↓←]|（新）|\\(new\\)")


@pytest.mark.thorough
def test_nothing_is_marked_where_nothing_differs():
    for one in all_laid("spring"):
        again = table(one.frame, one.name, one.say, before=one.frame.copy())
        cells = [cell for row in again.rows for cell in row if not isinstance(cell, language.Quote)]
        assert not MARKS.search("".join(cells)), one.name
        assert again.marks == "", one.name


def test_marks_are_explained_where_there_are_any(tianjin: Plan):
    """Once each, and none that is not there; what a unit wrote itself is no mark."""
    then = pd.DataFrame({"unit_id": ["a", "b"], "measures": [3, 3], "state": ["stalled", "stalled"], "progress": "→←↑"})
    for change, signs in (
        ({}, ""),
        ({"measures": [4, 3]}, "↑↓"),
        ({"measures": [3, 1]}, "↑↓"),
        ({"measures": [4, 2]}, "↑↓"),
        ({"state": ["closed", "stalled"]}, "←"),
        ({"measures": [4, 2], "state": ["closed", "stalled"]}, "↑↓←"),
        ({"progress": "↓"}, ""),
    ):
        for lang in ("zh", "en"):
            marks = table_of(then.assign(**change), tianjin, lang, before=then).marks
            assert [sign for sign in "↑↓←" if sign in marks] == list(signs), (change, marks)
            assert all(marks.count(sign) == 1 for sign in signs)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=6))
def test_marks_lead_back_to_what_was(values: list[tuple[int, int]]):
    then, now = (
        pd.DataFrame({"unit_id": [f"u{place}" for place in range(len(values))], "measures": [v[side] for v in values]})
        for side in (0, 1)
    )
    rows = table_of(now, embedded(), before=then).rows
    for (past, value), (_, cell) in zip(values, rows, strict=True):
        mark = re.fullmatch(r"(\d+)(?: ([↑↓])(\d+))?", cell)
        assert mark
        assert int(mark[1]) == value
        step = int(mark[3] or 0) * (-1 if mark[2] == "↓" else 1)
        assert value - step == past
        assert (mark[2] is None) == (value == past)


# Tables: cells and the file.


def test_each_kind_of_column_is_printed_in_its_own_way(tianjin: Plan):
    row = {
        "measure_id": ["M1"],
        "unit_ids": [["tj-customs", "port-group"]],
        "state": ["closed"],
        "direction": ["back"],
        "value": [0.25581],
        "measures": [1234],
        "days": [pd.NA],
        "still_open": [0.125],
        "period_end": [pd.Timestamp("2024-06-30")],
        "units_disagree": [True],
        "text_span": ["一字不差"],
        "closed": [2.0],
    }
    shown = table_of(pd.DataFrame(row), tianjin)
    say = Language("en", tianjin)
    units = f"{say.unit('tj-customs')}, {say.unit('port-group')}"
    assert shown.rows[0][1:] == (
        *(units, "Closed (verified)", "Back", "0.2558", "1234", NOTHING, "13%", "2024-06-30", "Yes", "一字不差", "2"),
    )
    assert [look for _, look in shown.heads] == ["", "", "", "", *["number"] * 4, "date", "", "", "number"]
    quoted = [isinstance(cell, language.Quote) for cell in shown.rows[0]]
    assert quoted == [name == "text_span" for name in row]
    assert {cell.lang for cell in shown.rows[0] if isinstance(cell, language.Quote)} == {"zh-CN"}
    assert shown.of == "measure_id"
    assert shown.totals == {"value": 0.25581, "measures": 1234, "days": 0, "still_open": 0.125, "closed": 2}
    assert (shown.groups, shown.filters) == (("closed",), (("closed", "Closed (verified)"),))
    assert shown.filter_name == "State"


def test_a_row_that_is_named_twice_names_no_row(tianjin: Plan):
    assert table_of(pd.DataFrame({"unit_id": ["a", "a"], "measures": [1, 2]}), tianjin).of == ""


@pytest.mark.thorough
def test_filters_stand_in_the_order_of_the_first_line():
    shown = tables("spring")["measures"].shown
    states = [state for state, _ in shown.filters]
    assert states == [state for state in BUCKETS if state in shown.groups]
    assert len(shown.groups) == len(shown.rows) == len(embedded().measures)
    assert {name for name, one in tables("spring").items() if one.shown.filters} == {"measures"}


def test_a_name_leads_to_where_it_is_told_of(tianjin: Plan):
    """Of a measure, of a unit, of each of several units; in a row that is new as in one that was there."""
    frame = pd.DataFrame(
        {
            "measure_id": ["M1", "M2"],
            "unit_id": ["tj-customs", "port-group"],
            "unit_ids": [["tj-customs", "port-group"], []],
            "theme_id": "T1",
        }
    )
    for before in (None, frame.head(1).assign(theme_id="T2")):
        first, second = table_of(frame, tianjin, before=before).rows
        assert [getattr(cell, "leads_to", "") for cell in first] == ["measure:M1", "unit:tj-customs", "", ""]
        assert [getattr(cell, "leads_to", "") for cell in second] == ["measure:M2", "unit:port-group", "", ""]
        assert [getattr(part, "leads_to", "") for part in parts_of(first[2])] == [
            "unit:tj-customs",
            "",
            "unit:port-group",
        ]
        assert second[0].endswith(" (new)") == (before is not None)


def csv_rows(shown: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(shown.csv)))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_formulas_are_defused(tianjin: Plan, start: str):
    frame = pd.DataFrame({"unit_id": ["a"], "progress": [f"{start}HYPERLINK(1)"], "unit_ids": [[f"{start}b", "c"]]})
    shown = table_of(frame, tianjin)
    _, row = csv_rows(shown)
    assert row[1:3] == [f"'{start}HYPERLINK(1)", f"'{start}b, c"]
    # On the page it is plain text and stays as it was written.
    assert shown.rows[0][1] == f"{start}HYPERLINK(1)"


def test_a_number_below_zero_is_a_number_in_the_file(tianjin: Plan):
    frame = pd.DataFrame({"unit_id": ["a"], "value": [-2.5], "days": [-3], "progress": ["-4.5"]})
    _, row = csv_rows(table_of(frame, tianjin))
    assert list(map(float, row[1:4])) == [-2.5, -3, -4.5]


def test_numbers_of_the_file_are_not_rounded(tianjin: Plan):
    row = {
        "measured_figure": ["hhi", "gini"],
        "value": [1 / 3, np.nan],
        "share": [-2 / 3, 5],
        "completion": [0.125, np.nan],
    }
    shown = table(pd.DataFrame(row), "concentration", Language("en", tianjin))
    header, first, second = csv_rows(shown)
    assert header == ["Figure", "Value", "Fractional count (W)", "Completion"]
    assert [float(cell) for cell in first[1:]] == [1 / 3, -2 / 3, 0.125]
    assert second[1:] == ["", "5.0", ""]


@pytest.mark.thorough
def test_the_loads_of_the_file_are_not_rounded():
    one = tables("spring")["workload_by_unit"]
    heads, *rows = csv_rows(one.shown)
    # A third has no two decimals: what is printed is rounded, what is in the file is not.
    assert [Fraction(row[2]) for row in one.shown.rows] != one.frame["share"].tolist()
    for column in ("named_in", "share", "sole", "open_load"):
        place = heads.index(EN.name("column", column))
        np.testing.assert_array_equal([float(row[place]) for row in rows], one.frame[column].astype("float64"))


@pytest.mark.thorough
@in_both
@pytest.mark.parametrize("name", ["spring", "empty", "nothing reported"])
def test_files_begin_with_their_header_and_say_that_they_are_made_up(name: str, lang: str):
    mark = {"zh": "合成示例", "en": "synthetic sample"}[lang]
    for key, one in tables(name, lang).items():
        header, *rows = csv_rows(one.shown)
        heads = [head for head, _ in one.shown.heads]
        made_up = DECLARED[key].record
        assert header == [*heads, *[Language(lang).name("column", "data")] * made_up]
        assert len(rows) == len(one.shown.rows)
        assert all(row[len(heads) :] == [mark] * made_up for row in rows)
        assert one.shown.file_name.endswith("_synthetic.csv") == made_up
        real = table(one.frame, key, Language(lang, replace(one.say.plan, progress_provenance="real")))
        assert mark not in real.csv
        assert "synthetic" not in real.file_name


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["spring", "one theme", "one unit's"])
def test_printed_loads_add_to_their_caption(name: str):
    one = tables(name)["workload_by_unit"]
    printed = sum((Decimal(row[2].split()[0]) for row in one.shown.rows), Decimal(0))
    assert printed == one.say.plan.at(DAY).responsibilities["measure_id"].nunique()
    assert one.shown.caption == f"Load of each unit; the fractional counts add to {printed.normalize():f}"


def test_vocabularies_have_a_label_each():
    for say in (ZH, EN):
        for space, words in (("state", BUCKETS), ("feedback", FEEDBACK), ("column", (*BUCKETS, *FEEDBACK))):
            labels = [say.labels[space][word] for word in words]
            assert len(set(labels)) == len(labels)


# Captions.


def test_a_caption_has_the_words_of_every_figure(tianjin: Plan):
    say = Language("en", tianjin)
    around = language.caption(
        say, key="k", finding="F", record=False, names={"unit_id": {"a": "A"}}, drawing={"nothing": "N", "p50": "P"}
    )
    plain = language.caption(say, key="k", finding="F", record=False).labels["drawing"]
    assert plain["rows_left_out"] == "{n} more are in the data table."
    assert around.labels["drawing"] == {**plain, "nothing": "N", "p50": "P"}
    assert around.labels["unit_id"] == {"a": "A"}
    assert around.labels["state"] == say.labels["state"]


def test_a_source_says_where_it_comes_from(tianjin: Plan):
    real = replace(tianjin, progress_provenance="real")
    for lang in languages():
        say, of_real = Language(lang, tianjin), Language(lang, real)
        assert language.source(say, record=True) != language.source(of_real, record=True)
        assert language.source(say, record=False) == language.source(of_real, record=False)
        issuers = say.listing(tianjin.issuers[lang])
        for record in (True, False):
            assert say.date(tianjin.issued) in language.source(say, record=record)
            assert issuers in language.source(say, record=record)
    assert "synthetic" in language.source(Language("en", tianjin), record=True)
