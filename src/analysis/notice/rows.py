"""The tables of a reading, row by row, with the doubts about each row."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from analysis.marks import is_organ
from analysis.paragraphs import Doubt, doubt_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from analysis.marks import Clause, NamedUnit

THEME_COLUMNS = ("theme_id", "title")
MEASURE_COLUMNS = ("measure_id", "theme_id", "number", "title", "text", "due_text")
RESPONSIBILITY_COLUMNS = ("measure_id", "clause", "position", "unit", "role", "role_basis")
SPAN_COLUMNS = ("start", "end", "kind", "id")

_DUE_IN_TEXT = re.compile(
    r"(?:(?<=[。，；、\s])|^)((?:到|在)?\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?[底末]?(?:之)?前)(?![的已])"
)


@dataclass(frozen=True)
class NoticeTables:
    """What a notice says, as tables for a person to review.

    Attributes
    ----------
    themes : pandas.DataFrame
        theme_id (T1…), title: the headings that carry measures.
    measures : pandas.DataFrame
        measure_id (M1…, in the order printed), theme_id (``""`` where the notice has no themes), number (as printed,
        ``""`` when none), title (the first sentence), text (all of it without responsibility marks), due_text (as
        printed, ``""`` when none).
    responsibilities : pandas.DataFrame
        measure_id, clause (which mark of the measure, from 1), position (in the mark, from 1), unit (as printed),
        role (`analysis.schema.ROLES`), role_basis (the printed words behind the role). A unit named twice on a
        measure stands where it is named first.
    doubts : pandas.DataFrame
        line and column as received, measure_id, as_received, read_as, doubt: what a person should check.
    text : str
        The notice as it was read: normalised, a paragraph a line.
    spans : pandas.DataFrame
        start, end (in ``text``), kind (``theme``, ``measure``, ``mark``, ``doubt``), id: what each place was read as.
        What lies in none opens or closes the notice.
    lead_rule : str
        The printed words by which the first unit leads; ``""`` when the notice has no such rule.
    lines : tuple of int
        For each line of ``text``, the line as received where it begins.
    """

    themes: pd.DataFrame
    measures: pd.DataFrame
    responsibilities: pd.DataFrame
    doubts: pd.DataFrame
    text: str = ""
    spans: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(SPAN_COLUMNS)))
    lead_rule: str = ""
    lines: tuple[int, ...] = ()


class Rows:
    """Rows of a reading as they gather.

    Parameters
    ----------
    lead_rule : str
        The printed words by which the first unit leads.
    """

    def __init__(self, lead_rule: str = "") -> None:
        self.lead_rule = lead_rule
        self.themes: list[dict[str, str]] = []
        self.measures: list[dict[str, str]] = []
        self.responsibilities: list[dict[str, object]] = []
        self.doubts: list[Doubt] = []
        self.spans: list[tuple[int, int, str, str]] = []

    def tables(self, text: str, lines: Iterable[int]) -> NoticeTables:
        """What has gathered, as frames."""
        return NoticeTables(
            pd.DataFrame(self.themes, columns=list(THEME_COLUMNS)),
            pd.DataFrame(self.measures, columns=list(MEASURE_COLUMNS)),
            pd.DataFrame(self.responsibilities, columns=list(RESPONSIBILITY_COLUMNS)),
            doubt_frame(self.doubts),
            text,
            pd.DataFrame(sorted(self.spans), columns=list(SPAN_COLUMNS)),
            self.lead_rule,
            tuple(lines),
        )

    def add_theme(self, title: str) -> str:
        """A theme; gives its id."""
        theme_id = f"T{len(self.themes) + 1}"
        self.themes.append({"theme_id": theme_id, "title": title})
        return theme_id

    def add_measure(
        self,
        *,
        theme_id: str,
        number: str,
        title: str,
        text: str,
        clauses: Sequence[tuple[Clause, tuple[int, int]]],
        place: tuple[int, int],
    ) -> str:
        """A measure with its marks, each with its place; gives its id."""
        measure_id = f"M{len(self.measures) + 1}"
        dues = [clause.due for clause, _ in clauses if clause.due]
        if not dues and (found := _DUE_IN_TEXT.search(text)):
            dues = [found[1]]
            says = f"{title}：时限取自正文，可能只约束其中一部分；请核对"
            self.doubts.append(Doubt(place, found[1], found[1], says, measure_id))
        if not title:
            says = "这项措施没有文字，可能漏收；请对照原文补上"
            self.doubts.append(Doubt(place, number, "", says, measure_id))
        self.measures.append(
            {
                "measure_id": measure_id,
                "theme_id": theme_id,
                "number": number,
                "title": title or number or measure_id,
                "text": text or title or number or measure_id,
                "due_text": "；".join(dues),
            }
        )
        self._add_responsibilities(measure_id, title, [pair for pair in clauses if pair[0].units], place)
        return measure_id

    def _add_responsibilities(
        self, measure_id: str, title: str, marks: Sequence[tuple[Clause, tuple[int, int]]], place: tuple[int, int]
    ) -> None:
        def tell(at: tuple[int, int], as_received: str, read_as: str, says: str) -> None:
            self.doubts.append(Doubt(at, as_received, read_as, f"{title}：{says}", measure_id))

        for clause, at in marks:
            for unit in clause.units:
                if not is_organ(unit.name):
                    tell(at, unit.name, unit.name, "这不像单位名称；请核对")
            for name in clause.passed_over:
                tell(at, name, "", "未读作责任单位；如是，请补入")
            if clause.open_list:
                tell(at, clause.open_list, "", "责任单位未列全；请核对还有哪些单位")
        named = self._add_units(measure_id, marks, tell)
        if not named:
            tell(place, title, title, "没有读出责任单位；请核对原文是否写明")
        elif unmarked := [name for name, role in named.items() if role == "unmarked"]:
            units = "、".join(unmarked)
            tell(marks[0][1], units, units, "多个单位而未写明如何分工；请核对")

    def _add_units(
        self, measure_id: str, marks: Sequence[tuple[Clause, tuple[int, int]]], tell: Callable[..., None]
    ) -> dict[str, str]:
        """The units of a measure with their roles; each stands where it is named first."""
        named: dict[str, tuple[int, int, NamedUnit]] = {}
        for order, (clause, at) in enumerate(marks, start=1):
            for position, unit in enumerate(clause.units, start=1):
                if named.setdefault(unit.name, (order, position, unit))[2].mark != unit.mark:
                    tell(at, unit.name, unit.name, "同一单位有两种分工，取先出现的；请核对")
        alone = len(named) == 1
        leads = bool(self.lead_rule) and not alone and not any(unit.mark == "lead" for *_, unit in named.values())
        roles = [
            self._role(unit, leads=leads and not rank, alone=alone) for rank, (*_, unit) in enumerate(named.values())
        ]
        for (order, position, unit), (role, basis) in zip(named.values(), roles, strict=True):
            self.responsibilities.append(
                {
                    "measure_id": measure_id,
                    "clause": order,
                    "position": position,
                    "unit": unit.name,
                    "role": role,
                    "role_basis": basis,
                }
            )
        return {name: role for name, (role, _) in zip(named, roles, strict=True)}

    def _role(self, unit: NamedUnit, *, leads: bool, alone: bool) -> tuple[str, str]:
        if unit.mark in ("lead", "support"):
            return unit.mark, unit.basis
        if leads:
            return "lead", self.lead_rule
        if unit.mark == "joint":
            return "joint", unit.basis
        return ("sole", "唯一责任单位") if alone else ("unmarked", "")
