"""The reports there are: a notebook that says what it is in its metadata is one, and nothing else names it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.catalogue import languages
from analysis.plan import UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping

METADATA = "portplan"
"""The key of a notebook's metadata under which it says that it is a report."""
PAPERS = ("circular", "letter")
"""What a report can be on paper: to all, on a date; or to the one unit that it is about."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class _NoReport(ValueError):
    """Why a notebook is no report, in Chinese."""


@dataclass(frozen=True)
class Report:
    """A report that can be made.

    Attributes
    ----------
    name : str
        The name of its file, without the ending.
    notebook : pathlib.Path
    titles : mapping of language to str
        What it is called where no page of it can say so; in one language at least.
    order : int
        The lower, the earlier it is read.
    needs_unit : bool
        Whether it is about one unit, and so can't be made without naming one.
    paper : {"", "circular", "letter"}
        What kind of document it is on paper; blank where it is none.
    """

    name: str
    notebook: Path
    titles: Mapping[str, str]
    order: int = 0
    needs_unit: bool = False
    paper: str = ""

    def title(self, lang: str) -> str:
        """What it is called in a language, or else in the first of the others that it has a title in."""
        return next((self.titles[one] for one in (lang, *languages(), *self.titles) if self.titles.get(one)), self.name)


@dataclass(frozen=True)
class Registry:
    """The notebooks of a folder.

    Attributes
    ----------
    reports : mapping of str to Report
        By name, in the order in which they are read.
    skipped : mapping of str to str
        The names of files that are no reports, with the reason, in Chinese.
    """

    reports: Mapping[str, Report] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)

    def find(self, name: str) -> Report:
        """The report of a name.

        Raises
        ------
        analysis.plan.UnknownName
            When there is no such report; the message names those there are.
        """
        if name in self.reports:
            return self.reports[name]
        reason = self.skipped.get(f"{name}.ipynb", "")
        raise UnknownName(f"没有报告“{name}”{f'（{reason}）' if reason else ''}：应为 {'、'.join(self.reports)} 之一")


def notebook_folder() -> Path:
    """The folder of the reports' notebooks: of the checkout, or of the installed wheel. Only these are ever run."""
    package = Path(__file__).resolve().parents[1]
    own, installed = package.parents[1] / "notebooks", package / "notebooks"
    return own if own.is_dir() else installed


def read_registry(folder: Path | None = None) -> Registry:
    """The reports of a folder, and what in it is none.

    Parameters
    ----------
    folder : pathlib.Path, optional
        `notebook_folder` when left out.
    """
    reports: list[Report] = []
    skipped: dict[str, str] = {}
    for file in sorted((folder or notebook_folder()).glob("*.ipynb")):
        try:
            reports.append(_read_report(file))
        except _NoReport as reason:
            skipped[file.name] = str(reason)
    reports.sort(key=lambda report: (report.order, report.name))
    return Registry({report.name: report for report in reports}, skipped)


def _read_report(file: Path) -> Report:
    if not _NAME.fullmatch(file.stem):
        raise _NoReport("文件名应由小写字母、数字和下划线组成，以字母开头")
    try:
        notebook = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as failed:
        raise _NoReport("无法读成笔记本") from failed
    tags = [(cell, _inner(cell, "metadata").get("tags")) for cell in _listed(notebook, "cells")]
    tagged = [cell for cell, names in tags if isinstance(names, list) and "parameters" in names]
    if len(tagged) != 1:
        raise _NoReport(f"应恰有一个标记为 parameters 的单元格，现有 {len(tagged)} 个")
    # Behind any other cell papermill's parameters would be set aside by the notebook's own.
    if tagged[0].get("cell_type") != "code":
        raise _NoReport("标记为 parameters 的单元格应为代码单元格")
    return _declared(file, _inner(_inner(notebook, "metadata"), METADATA))


def _declared(file: Path, said: Mapping[str, Any]) -> Report:
    """What a notebook says of itself."""
    titles = {lang: title.strip() for lang, title in _inner(said, "title").items() if isinstance(title, str)}
    if not any(titles.values()):
        raise _NoReport(f'笔记本元数据应有 "{METADATA}": {{"title": {{"zh": "…", "en": "…"}}, "order": 10}}')
    order, needs = said.get("order"), said.get("needs")
    if type(order) is not int:
        raise _NoReport(f"笔记本元数据 {METADATA}.order 应为整数，现为“{order}”")
    if needs not in (None, "unit"):
        raise _NoReport(f'笔记本元数据 {METADATA}.needs 应为 "unit" 或不写，现为“{needs}”')
    paper = said.get("paper", "")
    if paper not in ("", *PAPERS):
        raise _NoReport(f"笔记本元数据 {METADATA}.paper 应为 {'、'.join(PAPERS)} 之一或不写，现为“{paper}”")
    if paper == "letter" and needs != "unit":
        raise _NoReport(f'笔记本元数据 {METADATA}.paper 为 "letter" 时，needs 应为 "unit"：函件须写明主送单位')
    return Report(file.stem, file, titles, order, needs_unit=needs == "unit", paper=paper)


def _inner(outer: object, key: str) -> Mapping[str, Any]:
    value = outer.get(key) if isinstance(outer, dict) else None
    return value if isinstance(value, dict) else {}


def _listed(outer: object, key: str) -> list[Any]:
    value = outer.get(key) if isinstance(outer, dict) else None
    return value if isinstance(value, list) else []
