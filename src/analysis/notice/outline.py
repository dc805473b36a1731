"""The numbered headings of a notice: 一、 （一） 1. （1）, the four levels of GB/T 9704."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.notice.numerals import chinese_number

if TYPE_CHECKING:
    from collections.abc import Sequence

_CHINESE = "[一二三四五六七八九十]{1,3}"
_MARK = re.compile(rf"({_CHINESE})、|\(({_CHINESE})\)|(?<![\d.])([0-9]{{1,3}})[.、]|\(([0-9]{{1,3}})\)")
_SENTENCE_END = "。!?;:"
_MAY_PRECEDE = _SENTENCE_END + ')”"》'
_LONGEST_TITLE = 60
_LARGEST_GAP = 3


@dataclass(frozen=True)
class Heading:
    """A numbered mark: where it starts and ends, its depth (0 for 一、), its numeral as printed and its value."""

    start: int
    end: int
    depth: int
    number: str
    value: int
    skipped: int
    """How many numbers are missing before it."""


def narrow(text: str) -> str:
    """The text with full-width signs made half-width, one for one, so that places stay the same."""
    brackets = str.maketrans("〔〕【】[]", "()()()")
    folded = (unicodedata.normalize("NFKC", char) for char in text)
    return "".join(new if len(new) == 1 else char for char, new in zip(text, folded, strict=True)).translate(brackets)


def headings(narrowed: str) -> list[Heading]:
    """Every heading of a narrowed text (`narrow`), in order.

    A mark counts where a heading may stand (at the start of a line, behind a sentence, behind a shallower heading's
    title) and only when its number is due: the next one, or 1. At the start of a line a few numbers may be missing.
    """
    accepted: list[Heading] = []
    last = [0, 0, 0, 0]
    for mark in _MARK.finditer(narrowed):
        depth = next(level for level, numeral in enumerate(mark.groups()) if numeral)
        number = mark[depth + 1]
        value = int(number) if number.isdecimal() else chinese_number(number)
        due = value == last[depth] + 1 or value == 1
        skipped = value - last[depth] - 1
        if _starts_line(narrowed, mark.start()):
            stands = due or 0 < skipped < _LARGEST_GAP
        else:
            stands = due and _may_stand_inside(narrowed, mark.start(), depth, accepted)
        # 1.5亿 is no heading, but 2.5G基站 is the second one when it starts a line.
        decimal = depth == 2 and narrowed[mark.end() : mark.end() + 1].isdecimal()
        if not stands or (decimal and not (_starts_line(narrowed, mark.start()) and skipped == 0)):
            continue
        last[depth] = value
        accepted.append(Heading(mark.start(), mark.end(), depth, number, value, max(skipped, 0) if value != 1 else 0))
    return accepted


def theme_of(heading: Heading, before: Sequence[Heading]) -> Heading | None:
    """The shallowest heading that ``heading`` stands under."""
    shallowest: Heading | None = None
    for other in reversed(before):
        if other.depth < (shallowest or heading).depth:
            shallowest = other
    return shallowest


def first_sentence(text: str) -> str:
    """Up to the first sentence end or line end outside brackets; the whole text without one."""
    inside = 0
    for place, char in enumerate(text):
        if char in "(（《":
            inside += 1
        elif char in ")）》":
            inside = max(inside - 1, 0)
        elif char == "\n" or (char in "。！？!?" and not inside):
            return text[:place].strip()
    return text.strip()


def _starts_line(narrowed: str, place: int) -> bool:
    return not narrowed[narrowed.rfind("\n", 0, place) + 1 : place].strip()


def _may_stand_inside(narrowed: str, place: int, depth: int, accepted: Sequence[Heading]) -> bool:
    if narrowed[:place].rstrip()[-1:] in tuple(_MAY_PRECEDE):
        return True
    if not accepted or accepted[-1].depth >= depth:
        return False
    title = narrowed[accepted[-1].end : place]
    return 0 < len(title) <= _LONGEST_TITLE and not any(char in _SENTENCE_END for char in title)
