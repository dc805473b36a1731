"""Responsibility marks, （责任单位：A、B按职责分工负责） and their like: where they stand in a text."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.catalogue import Message
from analysis.documents import Unreadable
from analysis.marks.clauses import LABEL, Clause, is_responsibility, read_clause
from analysis.marks.names import is_alone, is_organ

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_LONGEST_BRACKET = 800
MOST_MARKS = 30_000
"""More brackets than any notice has."""
_LABEL_WITH_SIGN = rf"{LABEL}\s*(?::|为(?=[^\s。]{{2}}))"
_BARE = re.compile(rf"(?:^|(?<=[。;!\n)”\"'\s]))[^\S\n]*({_LABEL_WITH_SIGN})", re.MULTILINE)
_BARE_END = re.compile(
    r"[。\n]|\((?=[一二三四五六七八九十]{1,3}\)|\d{1,2}\))|(?<![\d.])\d{1,2}[.、](?!\d)"
    r"|(?<![一-鿿])[一二三四五六七八九十]{1,3}、|(?<=[前底日末持续成局委办部厅室院会府司关团行站所处心])[一二三四五六七八九十]{1,3}、"
)
# A bracket that is open where a numbered line begins was never closed.
_BRACKET_OR_HEADING = re.compile(
    r"[()]|\n(?=[^\S\n]*(?:[一二三四五六七八九十]{1,4}、|\((?:[一二三四五六七八九十]{1,4}|\d{1,3})\)|\d{1,3}[.、](?!\d)))"
)
_LABEL_OPENS = re.compile(rf"\(\s*{_LABEL_WITH_SIGN}")
_UNCLOSED_END = re.compile(rf"{_BARE_END.pattern}|\((?!下同)")
_MAY_BE_MARK = re.compile("[局委办部署院厅府关司会行团区县市旗省州位门构业处站所校等]|负责|牵头|完成|推进|[年月]")
_APART = tuple('。!?;:,)”"\n')


@dataclass(frozen=True)
class Mark:
    """A responsibility mark: its place in the text, what it says, and whether it stands in brackets."""

    start: int
    end: int
    says: Clause
    bracketed: bool


def find_marks(text: str, narrowed: str, *, known: Iterable[str] = ()) -> list[Mark]:
    """Every responsibility mark of a text, bracketed or bare, in order.

    Parameters
    ----------
    text, narrowed : str
        The text and its `narrow` form.
    known : iterable of str
        Names of units that are known beforehand. To them come the names that stand alone in a mark of the notice:
        they decide whether 和 parts two names or belongs to one.
    """
    spans = list(_spans(narrowed))
    if len(spans) > MOST_MARKS:
        raise Unreadable(Message("{n} brackets are no notice: keep the notice alone", n=len(spans)))
    inside = [
        text[start + bracketed : end - (bracketed and narrowed[end - 1 : end] == ")")]
        for start, end, bracketed in spans
    ]
    lexicon = set(known)
    for content in dict.fromkeys(inside):
        if _MAY_BE_MARK.search(content):
            lexicon.update(unit.name for unit in read_clause(content).units if is_alone(unit.name))
    read = {
        content: read_clause(content, lexicon=lexicon)
        for content in dict.fromkeys(inside)
        if _MAY_BE_MARK.search(content)
    }
    marks = [
        Mark(start, end, read[content], bracketed=bracketed)
        for (start, end, bracketed), content in zip(spans, inside, strict=True)
        if content in read and _stands(narrowed, start, end, read[content], bracketed=bracketed)
    ]
    # Names alone in a bracket, without a full stop before it, are a mark only where that is the way of the notice.
    alone = {mark.start for mark in marks if mark.says.units and not any(unit.basis for unit in mark.says.units)}
    if len(alone) >= max(3, 0.2 * len(marks)):
        return marks
    return [mark for mark in marks if mark.start not in alone or narrowed[mark.start - 1 : mark.start] == "。"]


def _stands(narrowed: str, start: int, end: int, says: Clause, *, bracketed: bool) -> bool:
    """Whether what could be a mark is one: （由海关负责） in mid-sentence is a remark."""
    organs = [is_organ(unit.name) for unit in says.units]
    if not bracketed:
        return bool(says.due) or 2 * sum(organs) > len(organs)
    before, after = narrowed[start - 1 : start] if start else "", narrowed[end : end + 1]
    labelled = bool(_LABEL_OPENS.match(narrowed, start)) or ":" in narrowed[start:end]
    ends = after in ("", "\n") or not narrowed[end : end + 40].partition("\n")[0].strip(" 。;")
    if any(unit.basis for unit in says.units):
        return any(organs) and (labelled or before in _APART or ends)
    if says.units:
        # Names without label or verb must end their measure.
        return all(organs) and ends
    return says.is_only_due and (ends or before == "。")


def _spans(narrowed: str) -> Iterator[tuple[int, int, bool]]:
    """Where marks may stand: brackets, brackets that open with a label and never close, and bare labels."""
    brackets = list(_brackets(narrowed))
    found = [(start, end, True) for start, end in brackets]
    starts = {start for start, _ in brackets}
    for opened in _LABEL_OPENS.finditer(narrowed):
        if opened.start() not in starts and not _inside(opened.start(), brackets):
            stop = _UNCLOSED_END.search(narrowed, opened.end())
            end = stop.start() if stop else len(narrowed)
            found.append((opened.start(), opened.end() + len(narrowed[opened.end() : end].rstrip()), True))
    taken = sorted((start, end) for start, end, _ in found)
    reached = 0
    for bare in _BARE.finditer(narrowed):
        start = bare.start(1)
        if start < reached or _inside(start, taken) or not is_responsibility(bare[1].rstrip(":为 ")):
            continue
        begin = bare.end()
        while narrowed[begin : begin + 1].isspace():
            begin += 1
        stop = begin
        while found_stop := _BARE_END.search(narrowed, stop):
            stop = found_stop.start()
            inner = _inside(stop, brackets)
            if not inner:
                break
            stop = inner[1]
        reached = found_stop.start() if found_stop else len(narrowed)
        reached = begin + len(narrowed[begin:reached].rstrip())
        found.append((start, reached, False))
    return iter(sorted(found))


def _brackets(narrowed: str) -> Iterator[tuple[int, int]]:
    """The outermost pairs of brackets, none longer than a mark can be; one that never closes opens nothing."""
    opened: deque[int] = deque()
    pairs: list[tuple[int, int]] = []
    for sign in _BRACKET_OR_HEADING.finditer(narrowed):
        place = sign.start()
        if sign[0] == "\n":
            opened.clear()
            continue
        while opened and place - opened[0] > _LONGEST_BRACKET:
            opened.popleft()
        if sign[0] == "(":
            opened.append(place)
        elif opened:
            start = opened.pop()
            while pairs and pairs[-1][0] > start:
                pairs.pop()
            pairs.append((start, place + 1))
    return iter(pairs)


def _inside(place: int, spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The span that a place lies in, behind its first character."""
    low, high = 0, len(spans)
    while low < high:
        middle = (low + high) // 2
        if spans[middle][0] < place:
            low = middle + 1
        else:
            high = middle
    return spans[low - 1] if low and place < spans[low - 1][1] else None
