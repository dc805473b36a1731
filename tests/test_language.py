"""How things are said: catalogues that are whole, numbers that add up, names that stay in their spaces, tables."""

from __future__ import annotations

import ast
import csv
import io
import json
import math
import re
from dataclasses import replace
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
from hypothesis import assume, given
from hypothesis import strategies as st

import analysis
from analysis import catalogue, language
from analysis.catalogue import languages, read_catalogue
from analysis.language import NOTHING, Language, Table, round_parts, table
from analysis.language.declared import DECLARED
from analysis.language.terms import TERMS
from analysis.report import check_parameters, make_reports, read_inputs
from analysis.schema import BUCKETS, COLUMNS, FEEDBACK, LABELS, RULES
from tests import situations
from tests.situations import BRIEF_TABLES, TABLES, Frames, brief_captions, brief_of, brief_tables, captions, situation
from tests.strategies import moments, small_plans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.plan import Plan
    from tests.strategies import SmallPlan

ZH, EN = Language("zh"), Language("en")
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
LATIN = re.compile(r"[A-Za-z]+")
# What is the same in both languages: formats, names of measures of unevenness and of two people.
NOT_TRANSLATED = {"CSV", "SHA", "HHI", "Kaplan", "Meier", "F", "W", "S", "L"}
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


@cache
def messages() -> set[str | tuple[str, str]]:
    """Every message that is said anywhere: of one form, or of two when it counts something."""
    said: set[str | tuple[str, str]] = {word for words in LABELS.values() for word in words.values()}
    said |= {column.label for column in COLUMNS.values()}
    said |= {declared.caption for declared in DECLARED.values()} | {text for texts in TERMS.values() for text in texts}
    for call in calls():
        if isinstance(call.func, ast.Name) and call.func.id in ("say", "self", "Message"):
            said.update(strings_in(call.args[0]))
        elif isinstance(call.func, ast.Attribute) and call.func.attr == "count" and len(call.args) == 3:
            said.update(zip(strings_in(call.args[1]), strings_in(call.args[2]), strict=True))
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
    assert {"Closed (verified)", "{n} closed", "{part}/{whole} ({percent})", "Unit", "Coverage of each theme"} <= (
        messages()
    )
    assert ("As of {date}, {n} measure: {parts}.", "As of {date}, {n} measures: {parts}.") in messages()
    assert {"must not be blank", "cannot go from {before} to {after}"} <= rule_texts()


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
        assert placeholders(chinese) == set().union(*map(placeholders, forms)), message


def test_no_english_is_left_in_chinese_and_no_chinese_in_english():
    # Rules name columns, files and words as they stand in the files; a pattern of dates is no text.
    for message, chinese in translations().items():
        assert not CHINESE.search("".join(message)), message
        as_it_stands = set(LATIN.findall(message)) if message in rule_texts() else NOT_TRANSLATED
        assert message == "MMM yyyy" or set(LATIN.findall(bare(chinese))) <= as_it_stands, message


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
    for shown in situations.tables(situation("spring"), "fr").values():
        assert shown.rows
    assert captions(situation("spring"), "fr")["trend.flow"].finding.startswith("Measures without feedback")


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
    assert say.share_of(0, 0) == say.date(pd.NaT) == NOTHING


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
    assert EN.count(number, *message).startswith(f"{english} carr")
    assert f"由{ZH.number(number)}个单位承担" in ZH.count(number, *message)


# Small whole numbers over small whole numbers: shares as they come out of counting.
shares = st.lists(st.builds(Fraction, st.integers(0, 60), st.integers(1, 12)), max_size=40)


@given(shares, st.integers(0, 3))
def test_parts_add_to_their_rounded_total(parts: list[Fraction], decimals: int):
    unit = Fraction(1, 10**decimals)
    total = math.floor(sum(parts, Fraction(0)) / unit + Fraction(1, 2)) * unit
    rounded = [
        Fraction(str(part)).limit_denominator(10**decimals)
        for part in round_parts(pd.Series([float(part) for part in parts], dtype="float64"), decimals)
    ]
    assert sum(rounded, Fraction(0)) == total
    for part, exact in zip(rounded, parts, strict=True):
        assert abs(part - exact) < unit + Fraction(1, 10**9)
        assert part >= 0
    # What is already round stays as it is.
    if all((part / unit).denominator == 1 for part in parts):
        assert rounded == parts


def test_parts_by_hand():
    thirds = round_parts(pd.Series([1 / 3, 1 / 3, 1 / 3], index=list("abc"), name="share"), 2)
    assert thirds.to_dict() == {"a": 0.34, "b": 0.33, "c": 0.33}
    assert thirds.name == "share"
    assert round_parts(pd.Series([0.5, 0.5]), 0).tolist() == [1, 0]
    assert round_parts(pd.Series([0.29, 0.29, 0.42]), 1).tolist() == [0.3, 0.3, 0.4]
    assert round_parts(pd.Series([], dtype="float64"), 2).empty


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
    frames = ("themes", "measures", "units", "responsibilities", "commitments", "progress")
    keys = ("unit_id", "theme_id", "measure_id")
    changed = {
        name: frame.assign(**{key: frame[key].replace(ids) for key in keys if key in frame.columns})
        for name in frames
        for frame in [getattr(plan, name)]
    }
    return replace(plan, **changed)


@pytest.mark.thorough
@in_both
def test_what_ids_are_changes_nothing_that_is_said(tianjin: Plan, lang: str):
    usual, odd = situation("spring"), Frames(renamed(tianjin, ODD_IDS).at(situations.DAY))
    pages = [(situations.tables(of, lang), captions(of, lang)) for of in (usual, odd)]
    say = Language(lang, odd.plan)
    for space in (*LABELS, "column"):
        assert say.labels[space] == Language(lang).labels[space]
    for name in TABLES:
        one, other = (tables[name] for tables, _ in pages)
        assert (one.caption, one.heads, one.filters) == (other.caption, other.heads, other.filters)
        assert list(one.totals.values()) == list(other.totals.values())
        # Of what slipped as far, the smaller id stands first.
        assert sorted(one.rows) == sorted(other.rows) if name == "slips" else one.rows == other.rows
        assert sorted(one.csv.split("\r\n")) == sorted(other.csv.split("\r\n"))
    for key, one in pages[0][1].items():
        other = pages[1][1][key]
        assert (one.finding, one.alt, one.note, one.source) == (other.finding, other.alt, other.note, other.source), key


@in_both
def test_what_ids_are_changes_nothing_in_a_brief(tianjin: Plan, lang: str):
    odd = situations.BriefFrames(renamed(tianjin, ODD_IDS).select(unit="stalled").at(situations.DAY))
    usual = brief_of("port-group", situations.DAY)
    for name, one in brief_tables(usual, lang).items():
        other = brief_tables(odd, lang)[name]
        assert (one.heads, one.rows, one.csv) == (other.heads, other.rows, other.csv)
    for key, one in brief_captions(usual, lang).items():
        other = brief_captions(odd, lang)[key]
        assert (one.finding, one.alt) == (other.finding, other.alt)
        for space in ("state", "feedback", "column", "flag", "unit_id"):
            assert set(one.labels[space].values()) == set(other.labels[space].values())


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
    assert declared_in_notebooks() == set(DECLARED) == {*TABLES, *BRIEF_TABLES}


def undeclared(frame: pd.DataFrame, name: str, say: Language) -> list[str]:
    """Columns that are neither declared nor ids of the name space that the frame names."""
    columns = [str(column) for column in DECLARED[name].columns or frame.columns]
    if frame.columns.name is None:
        return [column for column in columns if column not in COLUMNS]
    assert columns[0] in COLUMNS
    return [column for column in columns[1:] if column not in say.labels[str(frame.columns.name)]]


@pytest.mark.thorough
@in_both
@pytest.mark.parametrize("name", ["spring", "first period", "empty", "nobody named"])
def test_every_column_of_every_table_is_declared(name: str, lang: str):
    of = situation(name)
    say = Language(lang, of.plan)
    assert {key: odd for key, frame in TABLES.items() if (odd := undeclared(frame(of), key, say))} == {}
    for key, shown in situations.tables(of, lang).items():
        # No two columns of a table are called the same, and none by its id.
        heads = [head for head, _ in shown.heads]
        assert len(set(heads)) == len(heads)
        assert not set(heads) & set(COLUMNS), key


@in_both
@pytest.mark.parametrize("unit", ["port-group", "guanshuibao"])
def test_every_column_of_a_brief_is_declared(unit: str, lang: str):
    of = brief_of(unit, situations.DAY)
    say = Language(lang, of.now.plan)
    assert [odd for key, frame in BRIEF_TABLES.items() for odd in undeclared(frame(of), key, say)] == []


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_every_column_of_a_small_plan_is_declared(small: SmallPlan, day: pd.Timestamp):
    of = Frames(situations.named_plan(small).at(day))
    for lang in languages():
        say = Language(lang, of.plan)
        assert {key: odd for key, frame in TABLES.items() if (odd := undeclared(frame(of), key, say))} == {}


def test_files_are_named_for_their_tables(tianjin: Plan):
    files = {name: shown.file_name for name, shown in situations.tables(situation("spring"), "en").items()}
    files |= {
        name: shown.file_name for name, shown in brief_tables(brief_of("port-group", situations.DAY), "en").items()
    }
    of_the_notice = ("co_responsibility", "concentration", "unit_by_theme", "commitments")
    assert files == {
        **{name: f"tianjin-2024_{name}.csv" for name in of_the_notice},
        **{name: f"tianjin-2024_{name}_synthetic.csv" for name in set(TABLES) - set(of_the_notice)},
        "brief": "tianjin-2024_brief_port-group_synthetic.csv",
        "partners": "tianjin-2024_partners_port-group.csv",
        "due": "tianjin-2024_due_port-group_synthetic.csv",
    }


# Tables: what moved.


def table_of(frame: pd.DataFrame, plan: Plan, lang: str = "en", *, before: pd.DataFrame | None = None) -> Table:
    return table(
        frame, "measures" if "state" in frame.columns else "theme_coverage", Language(lang, plan), before=before
    )


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
    assert table_of(now, tianjin, before=then).rows == (
        ("a", "5 ↑2", "1.75 ↑0.25", "In progress ← Stalled", "new words", "33"),
        ("b", "2 ↓1", "1.25 ↓0.25", "Stalled", "y", "34"),
        ("c", "3", "1.50", "Closed (verified)", "z", "35"),
        ("d (new)", "7", "2.00", "Not started", NOTHING, "1"),
    )
    chinese = table_of(now, tianjin, "zh", before=then).rows
    assert (chinese[0][3], chinese[3][0]) == ("推进中 ← 受阻", "d（新）")


def test_what_moved_by_less_than_is_printed_is_not_marked(tianjin: Plan):
    then, now = (pd.DataFrame({"unit_id": ["a"], "share": [value]}) for value in (1.001, 1.002))
    assert table_of(now, tianjin, before=then).rows == (("a", "1.00"),)
    # The step is between what is printed: from 1.00 to 1.01, though it is smaller by far.
    then, now = (pd.DataFrame({"unit_id": ["a"], "share": [value]}) for value in (1.004, 1.006))
    assert table_of(now, tianjin, before=then).rows == (("a", "1.01 ↑0.01"),)


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


def test_rounded_parts_are_compared_as_they_are_printed(tianjin: Plan):
    """Thirds are printed as 0.34, 0.33, 0.33: in another order nothing else is printed, and nothing is marked."""
    loads = pd.DataFrame({"unit_id": list("abc"), "share": 1 / 3, "open_load": 1 / 3})
    loads = loads.assign(named_in=1, sole=0, lead=pd.NA, overdue=pd.NA)
    say = Language("en", tianjin)
    shown = table(loads, "workload_by_unit", say, before=loads.assign(named_in=2))
    assert [row[1:3] for row in shown.rows] == [("1 ↓1", "0.34"), ("1 ↓1", "0.33"), ("1 ↓1", "0.33")]
    assert shown.caption == "Load of each unit; the fractional counts add to 1"


MARKS = re.compile("[↑↓←]|（新）|\\(new\\)")


def test_nothing_is_marked_where_nothing_differs():
    of = situation("spring")
    say = Language("en", of.plan)
    for name, frame in TABLES.items():
        shown = table(frame(of), name, say, before=frame(of).copy())
        cells = [cell for row in shown.rows for cell in row if not isinstance(cell, language.Quote)]
        assert not MARKS.search("".join(cells)), name


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=6))
def test_marks_lead_back_to_what_was(values: list[tuple[int, int]]):
    then, now = (
        pd.DataFrame({"unit_id": [f"u{place}" for place in range(len(values))], "measures": [v[side] for v in values]})
        for side in (0, 1)
    )
    rows = table_of(now, situations.open_plan_once(), before=then).rows
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
    assert language.Quote.lang == "zh-CN"
    assert shown.of == "measure_id"
    assert shown.totals == {"value": 0.25581, "measures": 1234, "days": 0, "still_open": 0.125, "closed": 2}
    assert (shown.groups, shown.filters) == (("closed",), (("closed", "Closed (verified)"),))
    assert shown.filter_name == "State"


def test_a_row_that_is_named_twice_names_no_row(tianjin: Plan):
    assert table_of(pd.DataFrame({"unit_id": ["a", "a"], "measures": [1, 2]}), tianjin).of == ""


def test_filters_stand_in_the_order_of_the_first_line():
    shown = situations.tables(situation("spring"), "en")["measures"]
    states = [state for state, _ in shown.filters]
    assert states == [state for state in BUCKETS if state in shown.groups]
    assert len(shown.groups) == len(shown.rows) == 31
    assert situations.tables(situation("spring"), "en")["slips"].filters == ()


def csv_rows(shown: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(shown.csv)))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_formulas_are_defused(tianjin: Plan, start: str):
    frame = pd.DataFrame({"unit_id": ["a"], "last_words": [f"{start}HYPERLINK(1)"], "unit_ids": [[f"{start}b", "c"]]})
    shown = table_of(frame, tianjin)
    _, row = csv_rows(shown)
    assert row[1:3] == [f"'{start}HYPERLINK(1)", f"'{start}b, c"]
    # On the page it is plain text and stays as it was written.
    assert shown.rows[0][1] == f"{start}HYPERLINK(1)"


def test_numbers_of_the_file_are_not_rounded(tianjin: Plan):
    row = {"measured": ["hhi", "gini"], "value": [1 / 3, np.nan], "share": [-2 / 3, 5], "completion": [0.125, np.nan]}
    shown = table(pd.DataFrame(row), "concentration", Language("en", tianjin))
    header, first, second = csv_rows(shown)
    assert header == ["Figure", "Value", "Fractional count (W)", "Completion"]
    assert [float(cell) for cell in first[1:]] == [1 / 3, -2 / 3, 0.125]
    assert second[1:] == ["", "5.0", ""]


def test_the_loads_of_the_file_are_not_rounded():
    of = situation("spring")
    shown = situations.tables(of, "en")["workload_by_unit"]
    heads, *rows = csv_rows(shown)
    # A third has no two decimals: what is printed is rounded, what is in the file is not.
    assert [float(row[2]) for row in shown.rows] != of.loads["share"].tolist()
    for column in ("named_in", "share", "sole", "open_load", "overdue"):
        place = heads.index(EN.name("column", column))
        written = [float(row[place] or "nan") for row in rows]
        np.testing.assert_array_equal(written, of.loads[column].astype("float64"))


@pytest.mark.thorough
@in_both
@pytest.mark.parametrize("name", ["spring", "empty", "nothing reported"])
def test_files_begin_with_their_header_and_say_that_they_are_made_up(name: str, lang: str):
    of = situation(name)
    mark = {"zh": "合成示例", "en": "synthetic sample"}[lang]
    for key, shown in situations.tables(of, lang).items():
        header, *rows = csv_rows(shown)
        heads = [head for head, _ in shown.heads]
        made_up = DECLARED[key].record
        assert header == [*heads, *[Language(lang).name("column", "data")] * made_up]
        assert len(rows) == len(shown.rows)
        assert all(row[len(heads) :] == [mark] * made_up for row in rows)
        assert shown.file_name.endswith("_synthetic.csv") == made_up
    real = situations.tables(Frames(replace(of.now, plan=replace(of.plan, progress_provenance="real"))), lang)
    assert mark not in "".join(shown.csv for shown in real.values())
    assert not any("synthetic" in shown.file_name for shown in real.values())


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["spring", "one theme", "one unit's"])
def test_printed_loads_add_to_their_caption(name: str):
    shown = situations.tables(situation(name), "en")["workload_by_unit"]
    printed = sum(Decimal(row[2]) for row in shown.rows)
    assert printed == len(situation(name).plan.measures)
    assert shown.caption == f"Load of each unit; the fractional counts add to {printed.normalize():f}"


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
    assert around.labels["drawing"] == {
        "nothing": "N",
        "rows_left_out": "{n} more are in the data table.",
        "count_of": "Number of measures",
        "p50": "P",
    }
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
