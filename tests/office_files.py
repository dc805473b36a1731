"""The documents of a page, made in this process, and read back as somebody reads them who has only the document."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import docx
import openpyxl

from analysis.exhibits import METADATA
from analysis.language import Language
from analysis.office import make_document
from analysis.opening import Chrome
from analysis.page import Executed
from analysis.runner import read_registry
from tests.page_reader import Page, displayed, read_page

if TYPE_CHECKING:
    import pandas as pd
    from docx.document import Document
    from openpyxl import Workbook

    from analysis import plan

REPORTS = read_registry().reports
AROUND = Chrome(lang="en", skip="", title="", terms=(("Inputs", "progress.csv: 562 rows used"),))


@dataclass
class Made:
    """A page, and what its documents are made of."""

    report: str
    page: Page
    executed: Executed
    say: Language
    day: pd.Timestamp

    def document(self, kind: str) -> bytes:
        about = REPORTS[self.report]
        named = {"title": about.title(self.say.lang), "paper": about.paper, "day": self.day}
        return make_document(kind, self.executed, AROUND, self.say, **named)

    def workbook(self) -> Workbook:
        return openpyxl.load_workbook(io.BytesIO(self.document("xlsx")))

    def paper(self) -> Document:
        return docx.Document(io.BytesIO(self.document("docx")))


def made(report: str, opened: dict[str, plan.Plan], *, plan_id: str = "tianjin-2024", **asked: str) -> Made:
    """A page of a report; the plan is opened once."""
    outputs = displayed(report, opened, with_drawings=False, plan_id=plan_id, **asked)
    declared = [about[METADATA] for _, about in outputs]
    # As a notebook keeps it.
    shown = json.loads(json.dumps([one["shown"] for one in declared if "shown" in one]))
    for one in shown:
        # What has an alternative text is drawn.
        one["drawings"] = one.get("drawings", False) or bool(one.get("caption", {}).get("alt"))
    html = "".join(html for html, _ in outputs if not html.startswith("<style"))
    narrowed = opened[plan_id].select(unit=asked.get("unit", ""), theme=asked.get("theme", ""))
    now = narrowed.at(asked["as_of"], known_at=asked.get("known_at", ""))
    say = Language(asked.get("lang", "zh"), narrowed, as_of=now.as_of)
    return Made(report, read_page(html), Executed({}, shown=tuple(shown)), say, now.as_of)


def texts_of(document: Document) -> list[str]:
    """Every paragraph of a document, those of tables too, in no order."""
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    paragraphs: list[Any] = [*document.paragraphs, *(part for cell in cells for part in cell.paragraphs)]
    return [text for paragraph in paragraphs if (text := paragraph.text.strip())]
