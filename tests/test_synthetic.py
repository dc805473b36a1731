"""Whatever is made from a made-up record says so."""

from __future__ import annotations

import base64
import csv
import io
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from analysis import cli
from analysis.catalogue import languages
from analysis.report import make_reports, read_inputs, read_registry
from analysis.schema import RECORD
from tests.plan_folders import change_head
from tests.plans import asked, copy_plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARK = {"zh": "合成示例", "en": "synthetic sample"}
DAY = {"zh": "2025年3月31日", "en": "31 March 2025"}
ISSUED = {"zh": "2024年5月31日", "en": "31 May 2024"}
OF_THE_NOTICE = {"load", "partners", "concentration", "unit-by-theme"}
"""The figures that rest on the notice alone."""
FILES_OF_THE_NOTICE = {f"tianjin-2024_{name}.csv" for name in ("co_responsibility", "concentration", "unit_by_theme")}


def made_of(plan: str, folder: Path, *langs: str) -> dict[tuple[str, str], str]:
    """Every report of a plan, by its name and language."""
    inputs = read_inputs(plan)
    wanted = [
        (name, asked(inputs, lang=lang, **({"unit": "tj-customs"} if report.needs_unit else {})))
        for name, report in read_registry().reports.items()
        for lang in langs
    ]
    outcomes = make_reports(wanted, inputs, folder=folder, jobs=2).outcomes
    assert {outcome.result for outcome in outcomes} == {"made"}
    return {(one.report, one.parameters.lang): one.path.read_text("utf-8") for one in outcomes}


def figures(page: str) -> Iterator[tuple[str, str]]:
    """What each drawing of a page says as text, under the key of its figure."""
    for key, section in re.findall(r'<h2 id="([^"]+)">(.*?)</section>', page, flags=re.DOTALL):
        for drawing in re.findall(r'<svg [^>]*class="drawing.*?</svg>', section, flags=re.DOTALL):
            yield key, "".join(ElementTree.fromstring(drawing).itertext())


def rows_of_files(page: str) -> Iterator[tuple[str, list[list[str]]]]:
    """The rows of each CSV file that a page carries."""
    for name, data in re.findall(r'download="([^"]+)" href="data:text/csv;base64,([^"]+)"', page):
        yield name, list(csv.reader(io.StringIO(base64.b64decode(data).decode("utf-8-sig"))))


@pytest.mark.notebook
def test_each_figure_and_file_of_a_page_says_that_its_record_is_made_up(tmp_path: Path):
    seen, files = set(), set()
    for (_, lang), page in made_of("tianjin-2024", tmp_path, *languages()).items():
        for key, text in figures(page):
            seen.add(key)
            text = text.replace(" ", "")
            assert ISSUED[lang].replace(" ", "") in text, key
            for said in (MARK[lang], DAY[lang]):
                assert (said.replace(" ", "") in text) == (key not in OF_THE_NOTICE), (key, said)
        for name, (_, *rows) in rows_of_files(page):
            files.add(name)
            assert ("_synthetic" in name) == (name not in FILES_OF_THE_NOTICE), name
            assert {row[-1] == MARK[lang] for row in rows} <= {"_synthetic" in name}
    assert seen > OF_THE_NOTICE
    assert files > FILES_OF_THE_NOTICE
    assert len(seen) > 12


@pytest.mark.notebook
def test_no_figure_of_a_real_record_is_called_made_up(tmp_path: Path):
    plan = copy_plan(tmp_path)
    change_head(plan, 'progress_provenance = "synthetic"', 'progress_provenance = "real"')
    pages = made_of(str(plan), tmp_path / "site", "en")
    texts = [text for page in pages.values() for _, text in figures(page)]
    assert len(texts) > 20
    assert not any("synthetic" in text for text in texts)
    assert not any("synthetic" in name for page in pages.values() for name, _ in rows_of_files(page))


@pytest.mark.thorough
def test_a_list_of_problems_says_that_the_record_is_made_up(tmp_path: Path):
    asked = ["check", "--csv", str(tmp_path / "a.csv"), "--html", str(tmp_path / "a.html")]
    # Again and again: the list of last month makes room for that of this one.
    assert [cli.main(asked), cli.main(asked)] == [0, 0]
    head, *rows = csv.reader(io.StringIO((tmp_path / "a.csv").read_text("utf-8-sig")))
    assert head[-1] == "data"
    assert {row[-1] for row in rows} == {"合成示例"}
    assert "合成示例数据。" in (tmp_path / "a.html").read_text("utf-8")


@pytest.mark.thorough
def test_a_made_up_record_says_so_in_each_row(tmp_path: Path):
    assert cli.main(["sample", "--out", str(tmp_path / "sample")]) == 0
    rows = {
        table: list(csv.DictReader(io.StringIO((tmp_path / "sample" / f"{table}.csv").read_text("utf-8"))))
        for table in RECORD
    }
    assert all(rows.values())
    assert all(row["progress"].startswith("（示例）") for row in rows["progress"])
    assert all("示例" in row["decided_by"] + row["reason"] + row["evidence_ref"] for row in rows["decisions"])
    assert all("示例" in row["method"] + row["evidence_ref"] for row in rows["actuals"])
