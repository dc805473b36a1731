"""Lines as received → the lines that belong together: page furniture left out, lines broken at a width joined."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from analysis.paragraphs.doubts import Doubt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_PAGE = re.compile(
    r"\s*(?:[-—–―─_·•~－]+\s*\d{1,4}\s*[-—–―─_·•~－]+|第\s*\d{1,4}\s*页(?:\s*[,，/]?\s*共\s*\d{1,4}\s*页)?"
    r"|\d{1,4}\s*/\s*\d{1,4}|(?:page|p\.)\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?)\s*",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"\s*(\d{1,4})\s*")
_SENTENCE_END = tuple("。！？；：!?;:）)”〕】]")
_INDENT = re.compile("\u3000|[ \t]{2}")
_OPENS = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,4}\s*、|[（(]\s*(?:[一二三四五六七八九十]{1,4}|\d{1,3})\s*[)）]"
    r"|[0-9０-９]{1,3}\s*[.．﹒、](?!\d)|第[一二三四五六七八九十\d]{1,3}[章节条部]|[①-⒛㈠-㈩]"
    r"|[（(【〔\[]?[^\s（()）:：。，、]{0,6}(?:单位|部门|时限|期限|完成时间)\s*[:：])"
)
# A reading that was broken, 門(mé|n), is no two words.
_WORD_ENDS = re.compile(r"(?<![(（])\b[A-Za-z]{2,}$")
_READING = re.compile(r"\([^\W\d_A-Z㐀-鿿]{1,6}\)")
_LEAST_WIDTH = 16
_OPENS_SURELY = re.compile(r"\s*(?:[（(]\s*[一二三四五六七八九十]{1,4}\s*[)）]|[①-⒛㈠-㈩])")
_LABELLED = re.compile(r"\s*[^\s（()）:：。，、]{0,6}(?:单位|部门|时限|期限|完成时间)\s*[:：]")
_FURTHEST_BREAK = 4


@dataclass
class Piece:
    """A received line, or what is left of it, and the column where it begins."""

    line: int
    column: int
    text: str
    width: int


def without_furniture(lines: Sequence[str]) -> tuple[list[bool], list[Doubt]]:
    """Which lines are no page numbers and no running heads."""
    pages = {place for place, line in enumerate(lines) if line and _PAGE.fullmatch(line)}
    bare = [
        (place, int(found[1])) for place, line in enumerate(lines) if line and (found := _BARE_NUMBER.fullmatch(line))
    ]
    if _count_pages(bare, len(lines)):
        pages |= {place for place, _ in bare}
    near = {place + step for place in pages for step in (-2, -1, 1, 2)}
    heads = Counter(lines[place].strip() for place in near if 0 <= place < len(lines) and place not in pages)
    heads = {line for line, times in heads.items() if line and len(line) <= 60 and times > max(2, len(pages) / 2)}
    dropped = pages | {place for place in near if 0 <= place < len(lines) and lines[place].strip() in heads}
    doubts = []
    if dropped:
        first = min(dropped)
        says = f"全文去掉了 {len(dropped)} 行页码或页眉；如其中有正文，请补回"
        doubts.append(Doubt((first + 1, 1), lines[first].strip(), "", says))
    return [place not in dropped for place in range(len(lines))], doubts


def _count_pages(bare: Sequence[tuple[int, int]], lines: int) -> bool:
    """Whether numbers alone on their lines count the pages: one after another, far apart."""
    if not bare:
        return False
    if len(bare) == 1:
        return bare[0][1] <= 3 and bare[0][0] >= min(8, lines - 2)
    steps = [after[1] - before[1] for before, after in pairwise(bare)]
    apart = sorted(after[0] - before[0] for before, after in pairwise(bare))
    return steps.count(1) >= 0.8 * len(steps) and apart[len(apart) // 2] >= 8


def joined(lines: Sequence[str], kept: Sequence[bool]) -> list[list[Piece]]:
    """The lines of each paragraph; a line that fills the width at which lines were broken goes on in the next one."""
    filled = [place for place, line in enumerate(lines) if line and line.strip()]
    whole = [place for place in filled if kept[place]]
    measure, width = _wrap_width([lines[place].rstrip() for place in whole])
    groups: list[list[Piece]] = []
    # Where every line has a blank one behind it, these say nothing.
    spaced = sum(after - before == 1 for before, after in pairwise(filled)) < 0.1 * len(filled)
    dropped = [place for place, keep in enumerate(kept) if not keep]
    for before, place in zip([-1, *whole], whole, strict=False):
        furniture = bisect_left(dropped, place) - bisect_left(dropped, before)
        blank = place - before - 1 > furniture
        number, text = place + 1, lines[place].rstrip()
        piece = Piece(number, 1, text, measure(text) if width else 0)
        apart = blank and not furniture and not spaced
        last = groups[-1][-1] if groups else None
        if last and width and not apart and _goes_on(last, piece, width):
            indent = len(text) - len(text.lstrip())
            gap = " " if _WORD_ENDS.search(last.text) and text[indent : indent + 1].isascii() else ""
            groups[-1].append(Piece(number, 1 + indent - len(gap), gap + text[indent:], piece.width))
        else:
            groups.append([piece])
    return groups


def shift(groups: Iterable[Sequence[Piece]], raw: Sequence[str]) -> None:
    """Count the columns of what was received, with the quotes and unseen signs that were taken away before it."""
    for group in groups:
        for piece in group:
            begins = piece.text.lstrip()[:4]
            if not raw[piece.line - 1].startswith(piece.text[:4]):
                indent = len(piece.text) - len(piece.text.lstrip())
                piece.column = max(raw[piece.line - 1].find(begins) + 1 - indent, 1)


def _goes_on(last: Piece, piece: Piece, width: int) -> bool:
    """Whether a line goes on what the line before it says."""
    if last.width < width - _FURTHEST_BREAK or _INDENT.match(piece.text):
        return False
    if not _OPENS.match(piece.text):
        return True
    # A number at the start of a line may stand there by chance, but not behind a sentence or a list of units.
    return not (last.text.endswith(_SENTENCE_END) or _OPENS_SURELY.match(piece.text) or _LABELLED.match(last.text))


def _wrap_width(lines: Sequence[str]) -> tuple[Callable[[str], int], int]:
    """How lines are measured and the width at which they were broken; 0 when they were not."""
    for measure in (len, _width, _width_without_readings):
        measured = list(map(measure, lines))
        widths = Counter(measured)
        ended = Counter(width for width, line in zip(measured, lines, strict=True) if line.endswith(("。", "）", ")")))
        for width in sorted(widths, reverse=True)[:8]:
            full = sum(widths[near] for near in range(width - 2, width + 1))
            longer = sum(times for other, times in widths.items() if other > width)
            enough = full >= max(3, 0.25 * len(lines)) and longer <= 0.02 * len(lines)
            if (
                width >= _LEAST_WIDTH
                and enough
                and sum(ended[near] for near in range(width - 2, width + 1)) <= full / 2
            ):
                return measure, width
    return len, 0


def _width_without_readings(line: str) -> int:
    """How long a line was before a mirror put readings into it."""
    return len(_READING.sub("", line))


def _width(line: str) -> int:
    """How wide a line is, a Chinese character being two."""
    return len(line.encode("gbk", errors="replace"))
