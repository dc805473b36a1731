"""Read a notice: themes, measures and who is responsible for each."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

import pandas as pd

from analysis.notice.clauses import Clause, NamedUnit, find_clauses, is_organ, lead_rule
from analysis.notice.outline import Heading, first_sentence, headings, narrow, theme_of
from analysis.notice.repair import doubt_frame, repair

if TYPE_CHECKING:
    from collections.abc import Sequence

THEME_COLUMNS = ("theme_id", "title")
MEASURE_COLUMNS = ("measure_id", "theme_id", "number", "title", "text", "due_text")
RESPONSIBILITY_COLUMNS = ("measure_id", "clause", "position", "unit", "role", "role_basis")

_SCORE = re.compile(r"[（(][\d.]+分[）)]\s*$")
_NO_MEASURES = re.compile("总体要求|指导思想|基本原则|总体目标|主要目标|工作目标|组织领导|组织实施|保障措施|工作要求")
_DUE_IN_TEXT = re.compile(
    r"(?:(?<=[。，；、\s])|^)((?:到|在)?\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?[底末]?(?:之)?前)(?![的已])"
)
_PARAGRAPH_DEPTH = 9


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
        place (line as received), as_received, read_as, doubt: what a person should check.
    """

    themes: pd.DataFrame
    measures: pd.DataFrame
    responsibilities: pd.DataFrame
    doubts: pd.DataFrame


def read(text: str) -> NoticeTables:
    """Read a notice as received.

    Parameters
    ----------
    text : str
        The whole notice, damaged or not (`repair` is applied first), laid out in lines or run together.

    Returns
    -------
    NoticeTables
        Measures are the items of the deepest level of numbering most of whose items carry a responsibility mark.
        Order of units is kept and never read as lead, unless the notice declares that the first one leads.

    Raises
    ------
    analysis.extras.MissingExtra
        The extra ``portplan[notice]`` is not installed.
    """
    repaired = repair(text)
    reading = _Reading(repaired.text)
    reading.read()
    doubts = doubt_frame([*repaired.doubts.itertuples(index=False, name=None), *reading.doubts])
    return NoticeTables(
        pd.DataFrame(reading.themes, columns=list(THEME_COLUMNS)),
        pd.DataFrame(reading.measures, columns=list(MEASURE_COLUMNS)),
        pd.DataFrame(reading.responsibilities, columns=list(RESPONSIBILITY_COLUMNS)),
        doubts,
    )


@dataclass(frozen=True)
class _Measure:
    heading: Heading
    end: int
    theme: Heading | None
    clauses: Sequence[Clause]


class _Reading:
    """One pass over a clean text; rows gather here."""

    def __init__(self, text: str) -> None:
        self.text = text
        narrowed = narrow(text)
        self.all_headings = headings(narrowed)
        self.clauses = find_clauses(text, narrowed)
        self.lead_rule = lead_rule(text)
        self.themes: list[dict[str, str]] = []
        self.measures: list[dict[str, str]] = []
        self.responsibilities: list[dict[str, object]] = []
        self.doubts: list[tuple[int, str, str, str]] = []

    def read(self) -> None:
        measures = self._find_measures()
        if not measures:
            self._tell(0, "", "", "没有读出任何措施；请核对这是否为带编号措施的通知")
        theme_ids: dict[Heading, str] = {}
        for place, measure in enumerate(measures, start=1):
            if measure.theme and measure.theme not in theme_ids:
                theme_ids[measure.theme] = f"T{len(theme_ids) + 1}"
                self.themes.append({"theme_id": theme_ids[measure.theme], "title": self._title(measure.theme)})
            theme_id = theme_ids[measure.theme] if measure.theme else ""
            self._add_measure(f"M{place}", theme_id, measure)

    def _find_measures(self) -> list[_Measure]:
        depth, marks = self._measure_level()
        owned: dict[Heading, list[Clause]] = {mark: [] for mark in marks}
        for clause in self.clauses:
            if owner := _owner(clause, marks):
                owned[owner].append(clause)
        themes = {mark: theme_of(mark, marks[:place]) for place, mark in enumerate(marks)}
        carrying = [mark for mark in marks if owned[mark]]
        bearing = {themes[mark] for mark in carrying}
        measures: list[_Measure] = []
        for mark, following in zip_longest(marks, marks[1:]):
            is_parent = following is not None and following.depth > mark.depth
            theme = themes[mark]
            if not carrying:
                stands = mark.depth == depth and not _NO_MEASURES.search(self._title(theme or mark))
            elif mark.depth < depth or theme is None:
                # A theme may be a measure itself where it has no items; an opening or closing one bears no mark.
                stands = not is_parent and (bool(owned[mark]) or (mark.depth == depth and _between(mark, carrying)))
            else:
                stands = theme in bearing
            if stands:
                own_theme = mark if depth and mark.depth == 0 else None
                end = following.start if following else len(self.text)
                measures.append(_Measure(mark, end, theme or own_theme, owned[mark]))
        return self._cut_tails(measures)

    def _measure_level(self) -> tuple[int, list[Heading]]:
        """The depth whose items are measures, and the headings down to it."""
        for depth in sorted({mark.depth for mark in self.all_headings}, reverse=True):
            marks = [mark for mark in self.all_headings if mark.depth <= depth]
            bearing = {owner for clause in self.clauses if (owner := _owner(clause, marks)) and owner.depth == depth}
            parents = {mark: _parent(mark, marks[:place]) for place, mark in enumerate(marks)}
            bearing_parents = {parents[mark] for mark in bearing}
            peers = [mark for mark in marks if mark.depth == depth and parents[mark] in bearing_parents]
            if bearing and len(bearing) > len(peers) / 2:
                if depth == 0 and (paragraphs := self._unnumbered(marks)):
                    return _PARAGRAPH_DEPTH, paragraphs
                return depth, marks
        counts = Counter(mark.depth for mark in self.all_headings if mark.depth <= 2)
        depth = max(counts, key=lambda level: (counts[level], level), default=0)
        return depth, [mark for mark in self.all_headings if mark.depth <= depth]

    def _unnumbered(self, marks: Sequence[Heading]) -> list[Heading]:
        """Headings with a pseudo-heading a paragraph, where each 一、 holds paragraphs that each end in a mark."""
        found: list[Heading] = []
        for place, mark in enumerate(marks):
            end = marks[place + 1].start if place + 1 < len(marks) else len(self.text)
            closing = [c for c in self.clauses if mark.start < c.start < end and self.text[c.start] in "（(〔["]
            if not closing:
                found.append(mark)
                continue
            first_line_end = self.text.find("\n", mark.end)
            starts = [first_line_end, *(clause.end for clause in closing[:-1])]
            whole = all(self.text[clause.end : clause.end + 1] in ("", "\n") for clause in closing)
            if len(closing) < 2 or not whole or not 0 < first_line_end < closing[0].start:
                return []
            found += [mark, *(Heading(start, start, _PARAGRAPH_DEPTH, "", 0, 0) for start in starts)]
        return found

    def _cut_tails(self, measures: Sequence[_Measure]) -> list[_Measure]:
        """Where measures end with their mark, what stands behind the last mark is no part of the measure."""
        ends = [not self.text[m.clauses[-1].end : m.end].strip("。；;.\u3000 \n") for m in measures if m.clauses]
        # The last one has no vote: whatever follows the measures stands behind it.
        if ends[:-1] and sum(ends[:-1]) <= len(ends[:-1]) / 2:
            return list(measures)
        return [replace(m, end=m.clauses[-1].end) if m.clauses else m for m in measures]

    def _add_measure(self, measure_id: str, theme_id: str, measure: _Measure) -> None:
        body = self._without_clauses(measure)
        title = _strip_score(first_sentence(body))
        number = measure.heading.number
        if measure.heading.skipped:
            self._tell(
                measure.heading.start,
                number,
                number,
                f"编号不连续，前面缺 {measure.heading.skipped} 个；请核对是否漏收",
            )
        dues = [clause.due for clause in measure.clauses if clause.due]
        if not dues and (found := _DUE_IN_TEXT.search(body)):
            dues = [found[1]]
            self._tell(
                measure.heading.start, found[1], found[1], f"{title}：时限取自正文，可能只约束其中一部分；请核对"
            )
        self.measures.append(
            {
                "measure_id": measure_id,
                "theme_id": theme_id,
                "number": number,
                "title": title,
                "text": body,
                "due_text": "；".join(dues),
            }
        )
        self._add_responsibilities(measure_id, title, measure)

    def _add_responsibilities(self, measure_id: str, title: str, measure: _Measure) -> None:
        named: dict[str, tuple[int, int, NamedUnit]] = {}
        for order, clause in enumerate((c for c in measure.clauses if c.units), start=1):
            for position, unit in enumerate(clause.units, start=1):
                if named.setdefault(unit.name, (order, position, unit))[2].mark != unit.mark:
                    self._tell(clause.start, unit.name, unit.name, f"{title}：同一单位有两种分工，取先出现的；请核对")
                if not is_organ(unit.name):
                    self._tell(clause.start, unit.name, unit.name, f"{title}：这不像单位名称；请核对")
            if clause.open_list:
                self._tell(clause.start, clause.open_list, "", f"{title}：责任单位未列全；请核对还有哪些单位")
        roles = [
            self._role(unit, first=not place, alone=len(named) == 1) for place, (*_, unit) in enumerate(named.values())
        ]
        if self.lead_rule and any(unit.mark == "lead" for *_, unit in named.values()):
            roles = [self._role(unit, first=False, alone=len(named) == 1) for *_, unit in named.values()]
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
        if not named:
            self._tell(measure.heading.start, title, title, f"{title}：没有读出责任单位；请核对原文是否写明")
        elif "unmarked" in (role for role, _ in roles):
            units = "、".join(name for name, (role, _) in zip(named, roles, strict=True) if role == "unmarked")
            self._tell(measure.clauses[0].start, units, units, f"{title}：多个单位而未写明如何分工；请核对")

    def _role(self, unit: NamedUnit, *, first: bool, alone: bool) -> tuple[str, str]:
        if unit.mark in ("lead", "support"):
            return unit.mark, unit.basis
        if first and not alone and self.lead_rule:
            return "lead", self.lead_rule
        if unit.mark == "joint":
            return "joint", unit.basis
        return ("sole", "唯一责任单位") if alone else ("unmarked", "")

    def _title(self, heading: Heading) -> str:
        following = (mark.start for mark in self.all_headings if mark.start > heading.start)
        marks = (clause.start for clause in self.clauses if clause.start > heading.start)
        end = min(next(following, len(self.text)), next(marks, len(self.text)))
        return _strip_score(first_sentence(self.text[heading.end : end].strip()))

    def _without_clauses(self, measure: _Measure) -> str:
        kept, start = "", measure.heading.end
        for clause in measure.clauses:
            kept += self.text[start : clause.start]
            start = clause.end
        kept += self.text[start : measure.end]
        return "\n".join(line.strip() for line in kept.split("\n") if line.strip("。 \u3000"))

    def _tell(self, place: int, as_received: str, read_as: str, doubt: str) -> None:
        self.doubts.append((self.text.count("\n", 0, place) + 1, as_received, read_as, doubt))


def _owner(clause: Clause, marks: Sequence[Heading]) -> Heading | None:
    return next((mark for mark in reversed(marks) if mark.start <= clause.start), None)


def _between(mark: Heading, carrying: Sequence[Heading]) -> bool:
    return carrying[0].start <= mark.start <= carrying[-1].start


def _parent(heading: Heading, before: Sequence[Heading]) -> Heading | None:
    return next((mark for mark in reversed(before) if mark.depth < heading.depth), None)


def _strip_score(title: str) -> str:
    return _SCORE.sub("", title).strip()
