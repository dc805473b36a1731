"""Which headings of an outline are measures, decided section by section."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from analysis.outline import Heading, first_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.marks import Mark

_NO_MEASURES = re.compile(
    "总体要求|指导思想|基本原则|总体目标|主要目标|工作目标|总体思路|组织领导|组织实施|保障措施|工作要求|组织保障|附则|实施保障"
)
PARAGRAPH = "paragraph"


@dataclass
class Section:
    """A measure: its heading, the heading of its theme, its marks, where it ends."""

    heading: Heading
    theme: Heading | None
    marks: list[Mark] = field(default_factory=list)
    stop: int = 0


def find_measures(root: Heading, marks: Sequence[Mark], text: str) -> list[Section]:
    """The measures of a notice, in the order printed, each with the marks that stand in it.

    Where most headings of a level below one heading hold a mark, they are measures, or hold them; where the last of
    them alone does, the mark closes the heading above them, unless the notice elsewhere marks that level one by one.
    """
    return _Levels(root, marks, text).measures()


class _Levels:
    def __init__(self, root: Heading, marks: Sequence[Mark], text: str) -> None:
        self.root, self.text = root, text
        self.marks = [mark for mark in marks if mark.says.units]
        self.starts = [mark.start for mark in self.marks]
        self.all_marks, self.all_starts = marks, [mark.start for mark in marks]
        held: Counter[tuple[str, ...]] = Counter()
        there: Counter[tuple[str, ...]] = Counter()
        self.paths = {}
        for heading in root:
            self.paths[heading] = heading.path
        for heading in root:
            if not heading.children:
                continue
            for child in heading.children:
                there[self.paths[child]] += 1
                held[self.paths[child]] += self._holds(child)
            if self._last_alone(heading):
                # It says nothing of its level: it may close the heading above.
                held[self.paths[heading.children[-1]]] -= 1
        self.share = {path: held[path] / times for path, times in there.items()}

    def measures(self) -> list[Section]:
        if not self.marks:
            return [self._section(heading) for heading in self._unmarked_level()]
        if not self.root.children:
            return self._paragraphs(self.root)
        chosen = set(self._below(self.root))
        paths = {self.paths[heading] for heading in chosen}
        whole: list[Heading] = []
        for run in _runs(self.root.children):
            marked = [place for place, heading in enumerate(run) if self._holds(heading)]
            if marked:
                for place, heading in enumerate(run):
                    whole += self._within(heading, chosen, paths, between=marked[0] < place < marked[-1])
        sections = [self._section(heading) for heading in whole]
        return self._in_paragraphs(sections)

    def _holds(self, heading: Heading) -> int:
        """How many marks stand below a heading; a paragraph's own ones, too."""
        return bisect_left(self.starts, heading.stop) - bisect_left(self.starts, heading.start)

    def _last_alone(self, heading: Heading) -> bool:
        *others, last = heading.children
        return bool(others) and bool(self._holds(last)) and not any(map(self._holds, others))

    def _below(self, heading: Heading) -> list[Heading]:
        """The headings at or below one that are measures for the marks they hold."""
        children = heading.children
        marked = [child for child in children if self._holds(child)]
        if not marked:
            return [heading] if heading.style and self._holds(heading) else []
        if heading.style and not self._divides(heading, marked):
            return [heading]
        return [measure for child in marked for measure in self._below(child)]

    def _divides(self, heading: Heading, marked: Sequence[Heading]) -> bool:
        """Whether marks belong to the headings below one, not to itself."""
        share = self.share[self.paths[marked[0]]]
        if self._last_alone(heading):
            return share > 0.5
        own = self._own(heading)
        if own and len(marked) * 2 <= len(heading.children):
            return False
        return len(marked) * 3 > len(heading.children) or share > 0.5

    def _own(self, heading: Heading) -> int:
        first = heading.children[0].start if heading.children else heading.stop
        return bisect_left(self.starts, first) - bisect_left(self.starts, heading.start)

    def _within(
        self, heading: Heading, chosen: set[Heading], paths: set[tuple[str, ...]], *, between: bool
    ) -> list[Heading]:
        """The measures of a section, with those that bear no mark but stand where others do."""
        if heading in chosen:
            return [heading]
        if not self._holds(heading) and not between and heading.parent is self.root:
            return []
        if _NO_MEASURES.search(self.title(heading)) and not self._holds(heading):
            return []
        found = [
            measure for child in heading.children for measure in self._within(child, chosen, paths, between=between)
        ]
        if found:
            return found
        # A section whose items are lost, or that never had any, stands for itself where its level holds measures.
        return [heading] if self.paths[heading] in paths and heading.value else []

    def _section(self, measure: Heading) -> Section:
        heading = measure
        above = []
        while heading.parent and heading.parent.style:
            heading = heading.parent
            above.append(heading)
        # The level of 一、 where there is one: what stands above it, 第一部分, parts the notice.
        theme = next((one for one in reversed(above) if one.style == "theme"), above[-1] if above else None)
        return Section(measure, theme, self._marks_in(measure.end, measure.stop), measure.stop)

    def _marks_in(self, start: int, stop: int) -> list[Mark]:
        return list(self.all_marks[bisect_left(self.all_starts, start) : bisect_left(self.all_starts, stop)])

    def _unmarked_level(self) -> list[Heading]:
        """Without any mark: the level with most headings, leaving out what opens and closes a notice."""
        inside = [heading for top in self.root.children if not _NO_MEASURES.search(self.title(top)) for heading in top]
        counts = Counter(len(self.paths[heading]) for heading in inside if len(self.paths[heading]) <= 3)
        depth = max(counts, key=lambda level: (counts[level], level), default=0)
        return [h for h in inside if len(self.paths[h]) == depth]

    def _in_paragraphs(self, sections: list[Section]) -> list[Section]:
        """Where each theme holds paragraphs that each end in a mark, these are the measures."""
        if any(len(self.paths[s.heading]) > 1 or s.heading.children for s in sections if s.marks):
            return sections
        parts = [self._paragraphs(section.heading) if section.marks else [] for section in sections]
        if not sections or not all(part for part, section in zip(parts, sections, strict=True) if section.marks):
            return sections
        return [measure for part in parts for measure in part]

    def _paragraphs(self, heading: Heading) -> list[Section]:
        """The paragraphs below a heading that each end in a bracketed mark; none unless they all do."""
        closing = [mark for mark in self._marks_in(heading.end, heading.stop) if mark.bracketed and mark.says.units]
        whole = all(
            self.text[mark.end : mark.end + 2].strip("。") in ("", "\n") or self.text[mark.end : mark.end + 1] == "\n"
            for mark in closing
        )
        titled = heading.style != ""
        first_line_end = self.text.find("\n", heading.end) if titled else 0
        if len(closing) < 2 or not whole or (titled and not 0 < first_line_end < closing[0].start):
            return []
        bounds = [first_line_end, *(mark.end for mark in closing)]
        if not titled:
            # What stands before the first paragraph with a mark is the notice's opening.
            bounds[0] = self.text.rfind("\n", 0, closing[0].start) + 1
        found = []
        for start, stop in pairwise(bounds):
            paragraph = Heading(start, start, PARAGRAPH, "", 0, parent=heading, stop=stop)
            found.append(Section(paragraph, heading if titled else None, self._marks_in(start, stop), stop))
        return found

    def title(self, heading: Heading) -> str:
        first = heading.children[0].start if heading.children else heading.stop
        return first_sentence(self.text[heading.end : min(first, heading.end + 200)].strip())


def _runs(headings: Sequence[Heading]) -> list[list[Heading]]:
    """Top headings cut where their numbers begin anew: a notice and its annex."""
    runs: list[list[Heading]] = []
    for heading in headings:
        if not runs or heading.finding == "restart" or heading.style != runs[-1][-1].style:
            runs.append([])
        runs[-1].append(heading)
    return runs
