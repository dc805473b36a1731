"""Read a notice: themes, measures and who is responsible for each."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import zip_longest
from typing import TYPE_CHECKING

from analysis.documents import Document, from_text
from analysis.marks import Mark, central_names, find_marks, lead_rule
from analysis.notice.levels import Section, find_measures
from analysis.notice.rows import NoticeTables, Rows
from analysis.notice.tabular import find_columns, read_table
from analysis.outline import Heading, first_sentence, outline
from analysis.paragraphs import Doubt, Paragraphs, narrow, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SCORE = re.compile(r"[（(][\d.]+分[）)]\s*$")
_NOTHING = "。；;，,. \u3000\n"
_LEFTOVER = re.compile(r"[?？□\s]+$|^[\s、.．:：]+")


def read(notice: str | Document, *, known: Iterable[str] = ()) -> NoticeTables:
    """Read a notice as received.

    Parameters
    ----------
    notice : str or analysis.documents.Document
        The whole notice, damaged or not, laid out in lines, broken at a width, run together, or kept in a table.
    known : iterable of str
        Names of units that are known beforehand, as a register has them, beside those of central bodies.

    Returns
    -------
    NoticeTables
        Order of units is kept and never read as lead, unless the notice declares that the first one leads.

    Raises
    ------
    analysis.extras.MissingExtra
        The extra ``portplan[notice]`` is not installed.
    """
    document = from_text(notice) if isinstance(notice, str) else notice
    names = frozenset(known) | central_names()
    found = [(table, columns) for table in document.tables if (columns := find_columns(table))]
    reading = _Reading(normalise(_with_other_tables(document, {id(table) for table, _ in found})), names)
    reading.read()
    if not found:
        return reading.rows.tables(reading.text, reading.paragraphs.lines())
    rows = Rows(reading.rows.lead_rule or lead_rule("\n".join(map(str, (row for t, _ in found for row in t.rows)))))
    written = reading.text.split("\n")
    lines = reading.paragraphs.lines()
    for table, columns in found:
        lines += range(table.first_row + columns.header + 1, table.first_row + len(table.rows))
        read_table(rows, table, columns, known=names, written=written)
    if len(reading.rows.responsibilities) > len(rows.responsibilities):
        says = f"正文之外还有一张表（{len(rows.measures)} 行）写有责任单位，未采用；请核对"
        reading.rows.doubts.append(Doubt((found[0][0].first_row, 1), "", "", says))
        return reading.rows.tables(reading.text, reading.paragraphs.lines())
    rows.doubts += reading.paragraphs.doubts
    if reading.rows.responsibilities:
        says = f"措施取自表格；正文另读出 {len(reading.rows.measures)} 项措施，未采用；请核对"
        rows.doubts.append(Doubt((1, 1), "", "", says))
    return rows.tables("\n".join(written), lines)


def _with_other_tables(document: Document, read: set[int]) -> str:
    """The text of a document with the tables that hold no measures as lines of text."""
    others = {table.line: table for table in document.tables if id(table) not in read}
    if not others:
        return document.text
    lines: list[str] = []
    for place, line in enumerate(document.text.split("\n")):
        table = others.get(place)
        lines += ["　".join(filter(None, row)) for row in table.rows] if table else [line]
    return "\n".join(lines)


class _Reading:
    """One pass over a normalised text."""

    def __init__(self, paragraphs: Paragraphs, known: Iterable[str]) -> None:
        self.paragraphs = paragraphs
        self.text = paragraphs.text
        narrowed = narrow(self.text)
        self.marks = find_marks(self.text, narrowed, known=known)
        self.starts = [mark.start for mark in self.marks]
        self.root = outline(narrowed, behind_marks={mark.end for mark in self.marks})
        self.rows = Rows(lead_rule(self.text))
        self.rows.doubts += paragraphs.doubts

    def read(self) -> None:
        sections = _without_tails(find_measures(self.root, self.marks, self.text), self.text)
        if not sections:
            self._tell(0, "", "", "没有读出任何措施；请核对这是否为带编号措施的通知")
        theme_ids: dict[Heading, str] = {}
        is_deep = any(section.theme for section in sections)
        for section in sections:
            theme = section.theme or (section.heading if is_deep else None)
            if theme and theme not in theme_ids:
                title = self._heading_title(theme)
                theme_ids[theme] = self.rows.add_theme(title)
                if theme is not section.heading:
                    self.rows.spans.append((theme.start, theme.end + len(title), "theme", theme_ids[theme]))
            self._add_measure(theme_ids[theme] if theme else "", section)
        self._tell_of_numbers(sections)
        self._tell_of_the_rest(sections)

    def _add_measure(self, theme_id: str, section: Section) -> None:
        body = self._without_marks(section)
        measure_id = self.rows.add_measure(
            theme_id=theme_id,
            number=section.heading.number,
            title=self._measure_title(section, body),
            text=body,
            clauses=[(mark.says, self.paragraphs.place(mark.start)) for mark in section.marks],
            place=self.paragraphs.place(section.heading.start),
        )
        self.rows.spans.append((section.heading.start, section.stop, "measure", measure_id))
        self.rows.spans += [(mark.start, mark.end, "mark", measure_id) for mark in section.marks]

    def _heading_title(self, heading: Heading) -> str:
        end = heading.children[0].start if heading.children else heading.stop
        first = bisect_left(self.starts, heading.end)
        end = min([end, *self.starts[first : first + 1]])
        return _bare(first_sentence(self.text[heading.end : end].strip())) or heading.number

    def _measure_title(self, section: Section, body: str) -> str:
        title = first_sentence(body)
        if section.marks:
            # A mark may stand right behind a title, before the text.
            before = self.text[section.heading.end : section.marks[0].start].strip()
            if before and first_sentence(before) == before and title.startswith(before):
                title = before
        if section.heading.children:
            # Run together, a heading without a full stop ends where the first one below it begins.
            before = self.text[section.heading.end : section.heading.children[0].start].strip()
            if before and len(before) < len(title) and title.startswith(before):
                title = before
        return _bare(title)

    def _without_marks(self, section: Section) -> str:
        kept, start = [], section.heading.end
        for mark in section.marks:
            kept.append(self.text[start : mark.start])
            start = mark.end
        kept.append(self.text[start : section.stop])
        lines = "".join(kept).split("\n")
        return "\n".join(line.strip() for line in lines if line.strip("。；; \u3000"))

    def _tell_of_numbers(self, sections: Sequence[Section]) -> None:
        ids = {section.heading: f"M{place}" for place, section in enumerate(sections, start=1)}
        bearing = set(ids)
        for heading in ids:
            above = heading.parent
            while above and above.style:
                bearing.add(above)
                above = above.parent
        for heading in self.root:
            if heading not in bearing or not heading.finding:
                continue
            number, value = heading.number, heading.value
            says = {
                "gap": f"编号不连续，“{number}”前面缺 {heading.missing} 个；请核对是否漏收",
                "typo": f"编号“{number}”与前后不符，按第 {value} 个读；请对照原文",
                "repeat": f"编号“{number}”重复；请核对是否误排",
                "restart": f"编号在“{number}”处重新起排，可能缺一级标题；请核对",
            }[heading.finding]
            self._tell(heading.start, number, str(value), says, ids.get(heading, ""))

    def _tell_of_the_rest(self, sections: Sequence[Section]) -> None:
        """Marks that belong to no measure, and text between measures that was read as nothing."""
        owned = {mark.start for section in sections for mark in section.marks}
        for mark in self.marks:
            if mark.start not in owned and mark.says.units:
                says = "这里写有责任单位，但不在任何措施之内；请核对"
                self._tell(mark.start, self.text[mark.start : mark.end], "", says)
        measures = {section.heading for section in sections}
        leading = {above for section in sections for above in _above(section.heading)} - measures
        headings = [heading for heading in self.root if heading.style]
        for heading in headings:
            if heading in leading and heading.children:
                says = f"“{self._heading_title(heading)}”之下、第一项之前还有文字，未读作措施；请核对"
                self._tell_of_text(heading.end, heading.children[0].start, says, but=self._heading_title(heading))
        starts = [heading.start for heading in headings]
        for section, following in zip_longest(sections, sections[1:]):
            end = following.heading.start if following else len(self.text)
            first = bisect_left(starts, section.stop)
            where = "措施之间" if following else "最后一项措施之后"
            says = f"{where}还有文字，未读作措施；请核对是否有措施漏读"
            self._tell_of_text(section.stop, min(starts[first], end) if first < len(starts) else end, says)
            reached = section.stop
            for heading in headings[first : bisect_left(starts, end)]:
                # Told once, with all below it.
                if heading not in leading and heading.start >= reached:
                    reached = min(heading.stop, end)
                    says = f"“{self._heading_title(heading)}”没有责任单位，未读作措施；如是措施，请补入"
                    self._tell_of_text(heading.start, reached, says)

    def _tell_of_text(self, start: int, stop: int, says: str, *, but: str = "") -> None:
        """Tell of a stretch of text that was read as nothing, ``but`` for words at its beginning."""
        text = self.text[start:stop]
        at = text.find(but) + len(but) if but else 0
        rest = text[at:].strip(_NOTHING)
        if rest and not _SCORE.fullmatch(rest):
            self._tell(start + text.find(rest, at), rest, "", says)

    def _tell(self, place: int, as_received: str, read_as: str, says: str, measure_id: str = "") -> None:
        self.rows.doubts.append(Doubt(self.paragraphs.place(place), as_received, read_as, says, measure_id))


def _above(heading: Heading) -> set[Heading]:
    """The headings that one stands under."""
    above = set()
    while heading.parent and heading.parent.style:
        heading = heading.parent
        above.add(heading)
    return above


def _without_tails(sections: Sequence[Section], text: str) -> list[Section]:
    """Where measures end with their marks, what stands behind them is no part of the measure."""
    marked = [section for section in sections if section.marks]
    # The last one has no vote: whatever follows the measures stands behind it.
    ends = [not text[section.marks[-1].end : section.stop].strip("。；;.\u3000 \n") for section in marked[:-1]]
    if ends and sum(ends) <= len(ends) / 2:
        return list(sections)
    if ends:
        # A label in a signature or at a page's foot, 主办单位：, is no mark of the last measure.
        *others, last = marked
        bare = any(not mark.bracketed for section in others for mark in section.marks)
        last.marks = [mark for mark in last.marks if mark.bracketed or bare] or last.marks
        closing = [_closing_marks(section, text) for section in others]
        if sum(mine[-1] is section.marks[-1] for mine, section in zip(closing, others, strict=True)) >= 0.8 * len(ends):
            end = _closing_marks(last, text)[: max(map(len, closing))][-1].end
            last.marks = [mark for mark in last.marks if mark.end <= end]
    for section in marked:
        children = section.heading.children
        if not (children and children[-1].start > section.marks[-1].end):
            section.stop = min(section.marks[-1].end, section.stop)
    return list(sections)


def _closing_marks(section: Section, text: str) -> Sequence[Mark]:
    """The first mark of a measure that ends a paragraph, with those that follow it at once."""
    marks = section.marks
    for at, mark in enumerate(marks):
        if mark.says.units and text[mark.end : mark.end + 2].lstrip("。；; ")[:1] in ("", "\n"):
            last = at
            while last + 1 < len(marks) and not text[marks[last].end : marks[last + 1].start].strip("。；; \u3000\n"):
                last += 1
            return marks[at : last + 1]
    return marks[-1:]


def _bare(title: str) -> str:
    """A title without its score and without what damage left at its ends."""
    return _LEFTOVER.sub("", _SCORE.sub("", title).strip()).strip()
