"""Documents beside a page: what they hold is what the page holds, in a form that a person can file and sign."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import docx
import openpyxl
import pandas as pd
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from analysis import plan
from analysis.catalogue import languages
from analysis.cli import Exit, main
from analysis.files import settled
from analysis.language import NOTHING, Language
from analysis.manifest import FORMATS, address_beside
from analysis.office import documents_of, make_document, making
from analysis.office.tables import widths_of
from analysis.office.wording import chinese
from analysis.office.workbook import sheet_name
from analysis.page import Executed
from analysis.report import make_reports, read_inputs
from analysis.site import read_manifest
from tests.office_files import AROUND, REPORTS, Made, made, texts_of
from tests.plans import asked, notebook, registry_of

if TYPE_CHECKING:
    from pathlib import Path

OPENED: dict[str, plan.Plan] = {}
PAPERS = [report.name for report in REPORTS.values() if report.paper]
DAY = pd.Timestamp("2025-03-31")
LETTERS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)


def page_of(report: str, lang: str, **values: str) -> Made:
    unit = "tj-customs" if REPORTS[report].needs_unit else ""
    return made(report, OPENED, **{"as_of": "2025-03-31", "lang": lang, "unit": unit, **values})


# Names and texts.


@pytest.mark.thorough
@given(st.lists(LETTERS, max_size=8))
def test_sheets_have_names_that_a_spreadsheet_takes_and_each_its_own(captions: list[str]):
    names: list[str] = []
    for caption in captions:
        names.append(sheet_name(caption, names))
    for name in names:
        assert 1 <= len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\]", name)
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.casefold() != "history"
    assert len({name.casefold() for name in names}) == len(names)


def test_a_long_name_of_a_sheet_is_cut_where_it_can_be_read():
    assert sheet_name("Load of each unit; the fractional counts add to 31", []) == "Load of each unit"
    assert sheet_name("What became of the reports it owed", []) == "What became of the reports it"
    assert sheet_name("一" * 40, []) == "一" * 31


def of_texts(*texts: str) -> bytes:
    """A workbook of a made-up page whose every word is given."""
    if "tianjin-2024" not in OPENED:
        OPENED["tianjin-2024"] = plan.open_plan("tianjin-2024")
    first = texts[0]
    cells = {"heads": [first, "数"], "formats": ["", "0%"], "rows": [[text, 0.5] for text in texts]}
    caption = {"key": "k", "finding": first, "note": first, "source": first, "annex": ""}
    opening = {"title": first, "plan": first, "dates": [first], "headline": first, "moved": first}
    opening |= {"banners": [first], "key_figures": [{"name": first, "value": first, "note": first}]}
    table = {"caption": first, "cells": cells, "marks": first, "heads": [[first, ""], ["数", "number"]], "rows": texts}
    shown = [
        {"fragment": "opening", "words": opening},
        {"fragment": "exhibit", "caption": caption, "table": table, "drawings": False},
    ]
    say, executed = Language("zh", OPENED["tianjin-2024"]), Executed({}, shown=tuple(shown))
    return make_document("xlsx", executed, AROUND, say, title="", paper="", day=DAY)


def opened_book(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.mark.thorough
@given(st.builds("".join, st.tuples(st.sampled_from(["=", "+", "-", "@", "=1+1", "\t=", "{=", ""]), LETTERS)))
def test_no_text_of_a_unit_is_a_formula(text: str):
    content = of_texts(text, "甲")
    for sheet in opened_book(content):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n", "inlineStr")
                assert not isinstance(cell.value, str) or cell.data_type != "n"
                if isinstance(cell.value, str) and cell.value[:1] in ("=", "+", "-", "@"):
                    assert cell.quotePrefix
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


@pytest.mark.thorough
def test_a_text_that_is_too_long_for_a_cell_says_that_it_was_cut():
    cell = opened_book(of_texts("甲", "长" * 40_000)).worksheets[2].cell(4, 1).value
    assert len(cell) < 32_767
    assert "截断" in cell


def test_headings_of_a_table_are_told_apart():
    book = opened_book(of_texts("数"))
    heads = [cell.value for cell in book.worksheets[2][2]]
    assert len(set(heads)) == 2
    (table,) = book.worksheets[2].tables.values()
    assert [column.name for column in table.tableColumns] == heads


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (31, "三十一")]
)
def test_chapters_are_numbered_as_official_documents_are(number: int, words: str):
    assert chinese(number) == words


@pytest.mark.thorough
@given(st.lists(st.lists(LETTERS, min_size=3, max_size=3), min_size=2, max_size=5), st.floats(60, 250))
def test_columns_together_are_as_wide_as_the_page(rows: list[list[str]], room: float):
    widths = widths_of(rows, room, 12)
    assert sum(widths) == pytest.approx(room)
    assert min(widths) > 0


def test_an_office_document_holds_no_clock():
    book = openpyxl.Workbook()
    contents = []
    for year in (2001, 2002):
        book.properties.created = book.properties.modified = datetime(year, 1, 1)  # noqa: DTZ001
        written = io.BytesIO()
        book.save(written)
        contents.append(settled(written.getvalue(), date(2025, 3, 31)))
    assert contents[0] == contents[1]


# What a page holds, its documents hold.


def printed(value: Any, shape: str, say: Language) -> str:
    """A number as its format shows it."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, str):
        return value
    decimals = len(shape.partition(".")[2].rstrip("%"))
    return say.percent(value, decimals) if shape.endswith("%") else say.number(value, decimals)


def steps(value: float | None, shape: str, points: Language | None) -> str:
    """How much a number has moved by, as its format shows it; a share in points."""
    if value is None:
        return ""
    up, down, _ = shape.split(";")
    arrow, digits = re.fullmatch('"(.)"(.+)', up if value > 0 else down).groups()
    if points:
        return f" {arrow}{points.count(abs(int(value)), '{n} point', '{n} points')}"
    return f" {arrow}{abs(value):,.{len(digits.partition('.')[2])}f}"


def spaceless(text: str) -> str:
    return re.sub(r"\s+", "", text)


CASES = [(report, lang, values) for report in REPORTS for lang in languages() for values in (
    {"compare_to": "2024-12-31"}, {"as_of": "2024-06-15"}, {"theme": "T5"},
)]  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize(("report", "lang", "values"), CASES)
def test_a_workbook_holds_what_its_page_holds(report: str, lang: str, values: dict[str, str]):
    one = page_of(report, lang, **values)
    book, say = one.workbook(), one.say
    sheets = {sheet.cell(1, 1).value: sheet for sheet in book.worksheets[1:]}
    said = spaceless("".join(str(cell.value) for sheet in book.worksheets[:2] for row in sheet for cell in row))
    keys = [text for key in one.page.keys for text in key]
    for text in (
        one.page.title,
        one.page.headline,
        one.page.moved,
        *one.page.dates,
        *keys,
    ):
        assert spaceless(text) in said
    for exhibit in one.page.exhibits.values():
        if exhibit.key not in ("ledger", "chapters"):
            assert spaceless(exhibit.finding) in said
    mark = "合成示例，并非真实" if lang == "zh" else "Synthetic sample, not real"
    tables = 0
    for shown in one.executed.shown:
        table = shown.get("table")
        if not table or not table["rows"]:
            continue
        sheet = sheets[f"{table['caption']} · {mark}"]
        tables += 1
        exhibit = one.page.exhibits[shown["caption"]["key"]]
        told = [[sheet.cell(2, place + 1).value for place in range(sheet.max_column)]]
        count = len(table["heads"])
        shapes = [sheet.cell(3, place + 1).number_format for place in range(sheet.max_column)]
        heads = [head for head, _ in table["heads"]]
        for row in sheet.iter_rows(min_row=3, values_only=True):
            cells = [printed(value, shape, say) for value, shape in zip(row[:count], shapes[:count], strict=True)]
            moved = [say("{column}, change", column=""), say("{column}, change in points", column="")]
            for value, shape, head in zip(row[count:], shapes[count:], told[0][count:], strict=True):
                (place,) = (at for at, name in enumerate(heads) if head in (name + moved[0], name + moved[1]))
                cells[place] += steps(value, shape, say if head.endswith(moved[1]) else None)
            told.append(cells)
        assert told[0][:count] == [*heads]
        if exhibit.rows:
            assert [[spaceless(cell) for cell in row] for row in told[1:]] == [
                [spaceless(cell) for cell in row] for row in exhibit.rows
            ]
        else:
            file = [[NOTHING if cell == "" else cell for cell in row[:count]] for row in exhibit.file]
            assert [row[:count] for row in told] == file
    assert tables == len(book.worksheets) - 2


@pytest.mark.thorough
@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("report", REPORTS)
def test_a_workbook_can_be_heard_as_well_as_seen(report: str, lang: str):
    one = page_of(report, lang)
    book = one.workbook()
    assert book.properties.title
    assert book.properties.language in ("zh-CN", "en-GB")
    assert not book.properties.keywords
    mark = "合成示例" if lang == "zh" else "ynthetic sample"
    for number, sheet in enumerate(book.worksheets):
        assert not sheet.merged_cells.ranges
        assert any(mark in str(sheet.cell(row, 1).value) for row in (1, 2))
        assert mark in sheet.oddHeader.center.text
        assert all(any(cell.value is not None for cell in row) for row in sheet.iter_rows())
        if number:
            (table,) = sheet.tables.values()
            assert table.ref.startswith("A2:")
            assert sheet.freeze_panes in ("A3", "B3")
            assert sheet.max_row > 2


@pytest.mark.thorough
@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("report", PAPERS)
def test_the_same_page_gives_the_same_bytes(report: str, kind: str):
    one = page_of(report, "zh")
    assert one.document(kind) == one.document(kind)


SIGNS = re.compile("[；;，。“”：:、（）()]|, |\\. |\\.$")


@pytest.mark.thorough
@pytest.mark.parametrize("values", [{}, {"compare_to": "2024-12-31"}, {"as_of": "2024-06-15"}, {"theme": "T5"}])
@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("report", PAPERS)
def test_a_document_says_what_its_page_says_and_nothing_else(report: str, lang: str, values: dict[str, str]):
    one = page_of(report, lang, **values)
    document = one.paper()
    told = spaceless("".join(texts_of(document)))
    for text in (one.page.title if report != "unit_brief" else "", one.page.headline, one.page.moved, *one.page.dates):
        assert lang == "en" or spaceless(text.partition("：")[0]) in told
        assert report == "delivery" or spaceless(text) in told
    for exhibit in one.page.exhibits.values():
        assert spaceless(exhibit.finding) in told
    for case in one.page.tree.all("li", "case"):
        for quote in case.all("q"):
            assert spaceless(quote.text()) in told
    page = spaceless(one.page.tree.text())
    files = "".join("".join(row) for exhibit in one.page.exhibits.values() for row in exhibit.file)
    # What lists of parts are called stands on the page in the name of their file alone.
    captions = [shown["table"]["caption"] for shown in one.executed.shown if shown.get("table")]
    known = page + spaceless(files + "".join(captions))
    own = _own_words(one)
    for text in texts_of(document):
        for part in filter(None, map(spaceless, SIGNS.split(text))):
            assert part in known or part in own, part


@pytest.mark.thorough
@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("values", [{}, {"as_of": "2024-06-15"}])
def test_a_circular_counts_out_each_theme_as_its_page_does(lang: str, values: dict[str, str]):
    one = page_of("delivery", lang, **values)
    texts, colon = [paragraph.text for paragraph in one.paper().paragraphs], "：" if lang == "zh" else ": "
    for theme in one.page.tree.all("div", "theme"):
        heading = theme.first("h3")
        assert heading is not None
        (place,) = (at for at, text in enumerate(texts) if text.rpartition("）")[2] == heading.text())
        counted: dict[str, list[str]] = {}
        for tile in theme.all("a", "tile"):
            (number,) = (part.text() for part in tile.all("span", "n"))
            state = tile.attributes["title"].rpartition(colon)[2]
            counted.setdefault(state, []).append(number)
        told = dict(part.split(colon) for part in re.split("；|; ", re.sub("[。.]$", "", texts[place + 1])))
        assert {state: re.split("、|, ", numbers) for state, numbers in told.items()} == counted


def _own_words(one: Made) -> str:
    """What documents say beside the words of the page, of their own kind alone."""
    say, title = one.say, REPORTS[one.report].title(one.say.lang)
    from analysis.office.wording import paper_words

    words = [*paper_words(say, title=title, paper=REPORTS[one.report].paper).values(), say("All measures")]
    words += [
        say("Annex {n}", n="0123456789"),
        say("Definitions"),
        *(say("See annex {n}: {title}.", n=n, title="") for n in ("", *range(1, 9))),
    ]
    words += [say("Annex {n}", n=n) for n in range(1, 9)] + [str(n) for n in range(1, 9)]
    words += [chinese(n) for n in range(1, 60)]
    words += [
        say.name("column", name)
        for name in ("theme_id", "measure_id", "state", "state_of_unit", "progress", "state_of_measure")
    ]
    return spaceless(" ".join(words))


@pytest.mark.thorough
@pytest.mark.parametrize("report", PAPERS)
def test_a_document_in_chinese_is_laid_out_as_official_documents_are(report: str):
    document = page_of(report, "zh").paper()
    first = document.sections[0]
    sides = (first.top_margin, first.bottom_margin, first.left_margin, first.right_margin)
    assert [round(side.mm) for side in sides] == [37, 35, 28, 26]
    assert (round(first.page_width.mm), round(first.page_height.mm)) == (210, 297)
    faces = {
        "Title": ("方正小标宋简体", 22),
        "Normal": ("仿宋_GB2312", 16),
        "Heading 1": ("黑体", 16),
        "Heading 2": ("楷体_GB2312", 16),
    }
    for name, (face, size) in faces.items():
        style = document.styles[name]
        about = style.element.rPr.find(qn("w:rFonts"))
        assert {about.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia", "cs")} == {face}
        assert not [key for key in about.attrib if "Theme" in key]
        assert style.font.size.pt == size
    assert document.styles["Normal"].paragraph_format.line_spacing.pt == 28
    assert document.styles["Normal"].paragraph_format.first_line_indent.pt == 32
    used = {paragraph.style.name for paragraph in document.paragraphs}
    used |= {part.style.name for table in document.tables for cell in table._cells for part in cell.paragraphs}
    for name in used:
        assert document.styles[name].element.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia")), name
    number, title = (next(p for p in document.paragraphs if p.style.name == name) for name in ("Number", "Title"))
    assert number.text == "×××〔××××〕××号"
    assert "《" in title.text
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "××××年×月×日" in texts
    for footer in (first.footer, first.even_page_footer):
        assert "— 1 —" in footer.paragraphs[0].text
        assert "PAGE" in footer._element.xml
    for section in document.sections:
        assert "合成示例" in section.header.paragraphs[0].text
        assert "合成示例" in section.even_page_header.paragraphs[0].text
    assert any("合成示例" in text for text in texts[:2])
    for table in document.tables:
        rows = [row._tr.trPr for row in table.rows]
        assert rows[0].find(qn("w:tblHeader")) is not None
        assert all(row.find(qn("w:cantSplit")) is not None for row in rows)


@pytest.mark.thorough
def test_a_real_record_bears_no_mark_of_a_made_up_one():
    one = page_of("delivery", "zh")
    real = replace(one.say.plan, progress_provenance="real")
    told = replace(one, say=Language("zh", real, as_of=one.day))
    shown = [dict(each) for each in one.executed.shown]
    shown[0]["words"] = {**shown[0]["words"], "banners": []}
    told = replace(told, executed=replace(one.executed, shown=tuple(shown)))
    assert not any("并非真实" in sheet.cell(1, 1).value for sheet in told.workbook())
    assert not any(section.header.paragraphs[0].text for section in told.paper().sections)


# Beside the page.


def test_any_report_is_a_workbook_and_some_are_on_paper():
    assert PAPERS == ["delivery", "unit_brief"]
    for report in REPORTS.values():
        assert documents_of(report, ["xlsx", "docx"]) == (("docx", "xlsx") if report.name in PAPERS else ("xlsx",))
        assert documents_of(report, []) == ()


def test_a_format_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    assert main(["report", "--format", "html,pdf", "--out", str(tmp_path / "site")]) == Exit.USAGE
    assert "docx" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


def test_what_is_not_installed_is_said_before_anything_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setitem(making._MADE_WITH, "docx", "no_such_module")
    asked = ["report", "delivery", "--as-of", "2025-03-31", "--format", "docx", "--out", str(tmp_path / "site")]
    assert main(asked) == Exit.MISSING_EXTRA
    assert "portplan[office]" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


@pytest.mark.notebook
def test_documents_lie_beside_their_page_as_long_as_it_does(tmp_path: Path):
    inputs, site = read_inputs("tianjin-2024"), tmp_path / "site"
    registry = registry_of({"small": notebook(tmp_path / "small.ipynb")})

    def make(**options: Any) -> str:
        wanted = [("small", asked(inputs, lang="zh"))]
        (outcome,) = make_reports(wanted, inputs, folder=site, registry=registry, **options).outcomes
        return outcome.result

    def beside() -> list[str]:
        return sorted(file.relative_to(site).as_posix() for file in site.rglob("*.xlsx"))

    path = "tianjin-2024/2025-03-31/zh/small.html"
    assert make() == "made"
    assert beside() == []
    assert make(formats=["xlsx", "docx"]) == "made"
    both = [address_beside(path, "xlsx"), "tianjin-2024/latest/zh/small.xlsx"]
    assert beside() == both
    page = read_manifest(site).pages[path]
    assert page.formats == ("xlsx",)
    assert set(both) <= read_manifest(site).files()
    assert 'href="small.xlsx" download' in (site / path).read_text("utf-8")
    # What lies there stays, whoever forgets to ask for it.
    assert make() == "unchanged"
    assert make(formats=["xlsx"]) == "unchanged"
    before = (site / both[0]).read_bytes()
    assert make(force=True) == "made"
    assert [(site / name).read_bytes() for name in both] == [before, before]
    # What was lost or changed is made again, and until then no page leads to it.
    (site / both[0]).write_bytes(b"changed")
    assert make() == "made"
    assert (site / both[0]).read_bytes() == before
    assert make(formats=[]) == "made"
    assert beside() == []
    assert "small.xlsx" not in (site / path).read_text("utf-8")


@pytest.mark.notebook
def test_a_document_that_fails_publishes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    inputs, site = read_inputs("tianjin-2024"), tmp_path / "site"
    # An opening without what a workbook needs.
    cell = "\n".join(
        [
            "from IPython.display import HTML, display",
            "display(HTML(''), metadata={'portplan': {'role': 'x', 'shown': {'fragment': 'opening'}}})",
        ]
    )
    registry = registry_of({"small": notebook(tmp_path / "small.ipynb", cell)})
    wanted = [("small", asked(inputs, lang="zh"))]
    (outcome,) = make_reports(wanted, inputs, folder=site, registry=registry, formats=["xlsx"]).outcomes
    assert outcome.result == "failed"
    manifest = read_manifest(site)
    assert not manifest.pages
    assert len(manifest.failures) == 1
    assert not list(site.rglob("*.xlsx"))
    (outcome,) = make_reports(wanted, inputs, folder=site, registry=registry).outcomes
    assert outcome.result == "made"


# In another program.


@pytest.mark.integration
@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize(("report", "kind"), [("delivery", "xlsx"), ("delivery", "docx"), ("unit_brief", "docx")])
def test_libreoffice_opens_a_document(report: str, kind: str, lang: str, tmp_path: Path):
    office, reader = shutil.which("soffice"), shutil.which("pdftotext")
    if office is None or reader is None:
        pytest.skip(
            "needs LibreOffice and poppler (Debian: apt-get install libreoffice-calc libreoffice-writer poppler-utils)"
        )
    one = page_of(report, lang)
    file = tmp_path / f"document.{kind}"
    file.write_bytes(one.document(kind))
    convert = [office, "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--convert-to", "pdf"]
    ended = subprocess.run(
        [*convert, "--outdir", str(tmp_path), str(file)], capture_output=True, text=True, timeout=300
    )
    pdf = file.with_suffix(".pdf")
    if kind == "docx" and "could not be loaded" in ended.stderr:
        empty = tmp_path / "empty.docx"
        docx.Document().save(str(empty))
        ended = subprocess.run(
            [*convert, "--outdir", str(tmp_path), str(empty)], capture_output=True, text=True, timeout=300
        )
        if not empty.with_suffix(".pdf").exists():
            pytest.skip("LibreOffice has no Writer (Debian: apt-get install libreoffice-writer)")
    assert pdf.is_file(), ended.stderr
    text = subprocess.run([reader, str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    assert spaceless(one.page.headline)[:8] in spaceless(text)
    assert ("合成示例" if lang == "zh" else "Synthetic") in text
