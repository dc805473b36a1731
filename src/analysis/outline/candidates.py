"""What looks like a numbered heading: its style, its number, and how much it looks like one."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from analysis.repair.numerals import chinese_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

_CHINESE = "[一二三四五六七八九十]{1,4}"
# In the order of their usual depth; GB/T 9704 has 一、 （一） 1. （1）.
_STYLES = (
    rf"第(?P<chapter>{_CHINESE})(?:章|部分|篇)[、\s]?",
    rf"第(?P<section>{_CHINESE})节[、\s]?",
    rf"(?P<theme>{_CHINESE})(?:、|\.(?!\d))",
    rf"\((?P<item>{_CHINESE})\)[、.]?",
    rf"第(?P<article>{_CHINESE})条[、\s]?",
    r"(?P<dotted>(?<![\d.])\d{1,2}\.\d{1,2}(?:\.\d{1,2})?(?![\d.])[、.]?)(?=\s*[^\d\s%年月日亿万个倍元分级版])",
    r"(?<![\d.])(?P<arabic>\d{1,5})(?:\.|、)",
    r"(?<![\d.])(?P<spaced>\d{1,2})[ \t]+(?=[一-鿿])(?![年月日个项家万亿倍人名次天元户条])",
    r"\((?P<bracketed>\d{1,3})\)",
    r"(?<![\d(.])(?P<half>\d{1,3})\)",
    r"(?P<circled>[①-⑳])",
)
_MARK = re.compile("|".join(_STYLES))
_MAY_OPEN = re.compile(r"[第(①-⑳一二三四五六七八九十]|\d+")
# 3.5亿 and 3.0 are numbers; 2.5G基站 and 3.2020年底前 may be headings that begin with one.
_DIGIT = re.compile(r"\d")
_DECIMAL = re.compile(r"0|(?!\d{4}年)\d+(?:版|年|月|日|%|亿|万|千|个|家|项|元|倍|公里|平方|分|吨|米|天|小时)")
# A box 专栏 lists what a measure is about, with numbers of its own.
_BOX = re.compile(r"(?:^|(?<=[。；)）]))[^\S\n]*专栏", re.MULTILINE)
_DOTTED = re.compile(r"^[^\S\n]*(\d{1,2}(?:\.\d{1,2}){1,2})(?![\d.])", re.MULTILINE)
_ORDER = (
    "chapter",
    "section",
    "theme",
    "item",
    "article",
    "spaced",
    "arabic",
    "dotted",
    "bracketed",
    "half",
    "circled",
)
RANK = {name: rank for rank, name in enumerate(_ORDER)}
CONTINUES = RANK["dotted"]
_SENTENCE_END = "。!?;:；"
_MAY_PRECEDE = _SENTENCE_END + ')”"》'
_LONGEST_TITLE = 60
# 第一、二产业 and 统一、规范 are no headings.
_OF_A_NUMBER = tuple("第其之、一二三四五六七八九十百统单唯同专万某不每任逐归合惟周期初划整")

AT_LINE, BEHIND_MARK, BEHIND_SENTENCE, BEHIND_TITLE, INSIDE = range(5)
"""Where it stands, from what is surely a heading to what is hardly one."""


class Candidate(NamedTuple):
    """What looks like a heading: where its number stands, the rank of its style, the number, the evidence for it.

    ``surcharge`` is what else speaks against it, or for it when negative; in a box it may be passed over.
    """

    start: int
    end: int
    rank: int
    number: str
    value: int
    evidence: int
    surcharge: float
    is_boxed: bool = False


def candidates(narrowed: str, behind_marks: Set[int]) -> list[Candidate]:
    """Everything in a narrowed text that looks like a heading, in order; ``behind_marks`` are the ends of marks."""
    found: list[Candidate] = []
    before: Candidate | None = None
    dotted = {mark[1] for mark in _DOTTED.finditer(narrowed)}
    for mark in _marks(narrowed):
        style = str(mark.lastgroup)
        number = mark[style]
        end = mark.end()
        if style == "dotted" and not _has_neighbour(number.strip("、."), dotted):
            # 2.5G基站 is the second heading, and no 2.5 of a 2.4.
            style, number = "arabic", number.partition(".")[0]
            end = mark.start() + len(number) + 1
        value = _value(style, number)
        if not value:
            continue
        evidence = _evidence(narrowed, mark.start(), behind_marks, before, RANK[style])
        before_it, behind_it = narrowed[max(mark.start() - 1, 0) : mark.start()], narrowed[end : end + 16]
        surcharge = _surcharge(style, number, value, evidence, before_it, behind_it)
        if surcharge is None:
            continue
        found.append(Candidate(mark.start(), end, RANK[style], number, value, evidence, surcharge))
        if surcharge <= 0:
            # A score or a version within a title, （1.5分） or 3.0版, opens no title of its own.
            before = found[-1]
    return _boxed(found, narrowed, behind_marks)


def _marks(narrowed: str) -> Iterator[re.Match[str]]:
    """Every match of `_MARK`, tried only where a number can open: the pattern is slow to fail at each character."""
    end = 0
    for sign in _MAY_OPEN.finditer(narrowed):
        if sign.start() >= end and (mark := _MARK.match(narrowed, sign.start())):
            end = mark.end()
            yield mark


def _boxed(found: list[Candidate], narrowed: str, behind_marks: Set[int]) -> list[Candidate]:
    """What looks like a heading, with the numbers of boxes marked: from a box on, up to the last one before a mark."""
    ends = sorted(behind_marks)
    starts = [candidate.start for candidate in found]
    for box in _BOX.finditer(narrowed):
        following = bisect_right(ends, box.start())
        stop = ends[following] if following < len(ends) else len(narrowed)
        # The last one before the mark is the heading of the measure that the mark closes.
        for at in range(bisect_right(starts, box.start()), bisect_right(starts, stop) - 1):
            found[at] = found[at]._replace(is_boxed=True)
    return found


def _surcharge(style: str, number: str, value: int, evidence: int, before: str, behind: str) -> float | None:
    """What else speaks against a heading; None where it cannot be one."""
    decimal = style == "arabic" and _DIGIT.match(behind)
    if evidence == INSIDE:
        if style == "theme":
            of_a_number = before in _OF_A_NUMBER or behind[:1] in _OF_A_NUMBER
            return None if of_a_number else -1.6 if value == 1 else -1.2
        # A list within a sentence, 1、2号: a number right behind the sign that would end the first one.
        return None if decimal or len(number) > 3 or style not in ("item", "arabic", "bracketed") else 0.0
    if style == "spaced":
        return 1.0 if evidence == AT_LINE else None
    if style == "dotted":
        return None if evidence == BEHIND_TITLE else 0.0 if evidence == AT_LINE else 0.8
    if len(number) > 3 and evidence not in (AT_LINE, BEHIND_MARK):
        return None
    if decimal:
        return 3.0 if _DECIMAL.match(behind) else 0.8
    return 0.0


def _has_neighbour(number: str, dotted: Set[str]) -> bool:
    """Whether 2.5 stands beside a 2.4 or 2.6, or 2.1 beside a 1.1 or 3.1."""
    prefix, _, last = number.rpartition(".")
    near = {f"{prefix}.{int(last) + step}" for step in (-1, 1)}
    if last == "1":
        above, _, first = prefix.rpartition(".")
        near |= {f"{above}.{int(first) + step}.1".lstrip(".") for step in (-1, 1)}
    return not near.isdisjoint(dotted)


def _value(style: str, number: str) -> int:
    if style == "circled":
        return ord(number) - ord("①") + 1
    if style == "dotted":
        parts = [int(part) for part in number.strip("、.").split(".")]
        return sum(part * 100**power for power, part in enumerate(reversed(parts)))
    return int(number) if number.isdecimal() else chinese_number(number)


def _evidence(narrowed: str, place: int, behind_marks: Set[int], before: Candidate | None, rank: int) -> int:
    line = narrowed.rfind("\n", max(place - 12, 0), place)
    start = line + 1 if line >= 0 else max(place - 12, 0)
    ahead = narrowed[start:place].rstrip()
    if not ahead and (line >= 0 or place <= 12):
        return AT_LINE
    end = start + len(ahead)
    if end in behind_marks or (ahead.endswith(("。", ";")) and end - 1 in behind_marks):
        return BEHIND_MARK
    if before and before.rank < rank and 0 < place - before.end <= _LONGEST_TITLE:
        title = narrowed[before.end : place]
        if not any(char in _SENTENCE_END for char in title):
            return BEHIND_TITLE
    return BEHIND_SENTENCE if ahead.endswith(tuple(_MAY_PRECEDE)) else INSIDE
