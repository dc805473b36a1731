"""Which documents a report has, and how one is made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analysis.extras import need
from analysis.manifest import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from analysis.language import Language
    from analysis.opening import Chrome
    from analysis.page import Executed
    from analysis.runner import Report

_NO_TEXT = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MADE_WITH = {"docx": "docx", "xlsx": "openpyxl"}


def documents_of(report: Report, formats: Iterable[str]) -> tuple[str, ...]:
    """Of some formats, those in which a report is made: any is a workbook, some are on paper, too."""
    asked = set(formats)
    return tuple(one for one in FORMATS if one in asked and (one != "docx" or report.paper))


def check_formats(formats: Iterable[str]) -> None:
    """See to it that documents can be written.

    Raises
    ------
    analysis.extras.MissingExtra
        When what writes them is not installed.
    """
    need("office", *(_MADE_WITH[one] for one in formats))


def make_document(
    kind: str, executed: Executed, around: Chrome, say: Language, *, title: str, paper: str, day: pd.Timestamp
) -> bytes:
    """A document that lies beside a page; the same page gives the same bytes.

    Parameters
    ----------
    kind : {"docx", "xlsx"}
    executed : analysis.page.Executed
        The notebook that the page was made of.
    around : analysis.opening.Chrome
        Where the page's numbers come from.
    say : analysis.language.Language
        Of the plan as the page shows it.
    title : str
        What the report is called.
    paper : {"circular", "letter"}
        What kind of document it is on paper.
    day : pandas.Timestamp
        The day that the page speaks of.
    """
    shown = _writable(executed.shown)
    if kind == "xlsx":
        from analysis.office.workbook import workbook

        return workbook(shown, around, say, day=day)
    from analysis.office.paper import document

    return document(shown, say, title=title, paper=paper, day=day)


def _writable(value: Any) -> Any:
    """What is shown without what no document can hold: control characters and the like."""
    if isinstance(value, str):
        return _NO_TEXT.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(value, Mapping):
        return {name: _writable(each) for name, each in value.items()}
    return [_writable(each) for each in value] if isinstance(value, list | tuple) else value
