"""A notice as received → its paragraphs: wrapped lines joined, page furniture left out, numbering in one form.

Every place of the normalised text is known by line and column of what was received.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from analysis.catalogue import Message
from analysis.documents import Unreadable
from analysis.paragraphs.doubts import Doubt
from analysis.repair import is_damaged, repair_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANKS = re.compile("&nbsp;|&ensp;|&emsp;|[\u00a0\u2000-\u200a\u202f\u205f]")
_LINE_BREAK = re.compile(r"\r\n?|\u2028|\u2029|\x0b|\x0c|<br\s*/?>", re.IGNORECASE)
# What mail and Markdown put around a line: quotes, headings, emphasis, bullets, escaped full stops.
_QUOTED = re.compile(
    r"^(?:[^\S\n]{0,3}>[^\S\n]?)+|^[^\S\n]{0,3}#{1,6}[^\S\n]+|^[^\S\n]*[*+•●▪■◆][^\S\n]+(?=\S)"
    r"|\*\*|__(?=\S)|(?<=\S)__|\\(?=[.()*_\[\]-])",
    re.MULTILINE,
)
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
_READING = re.compile(r"\(\w{1,6}\)")
_MOST_DAMAGE, _MOST_NUMBERS = 10_000, 12_000
_LEAST_WIDTH = 16
_FURTHEST_BREAK = 4

_CHINESE = "[一二三四五六七八九十]{1,4}"
_SPACED = re.compile(
    rf"([（(])[ \u3000]*({_CHINESE}|\d{{1,3}})[ \u3000]*([)）])"
    rf"|(?m:^([ \u3000]*(?:{_CHINESE}|\d{{1,3}}))[ \u3000]+([、.．﹒]))"
)
# 责 任 单 位 ：
_SPACED_LABEL = re.compile(
    r"(?<=[一-鿿])[ \u3000]+(?=[:：])|(?<=[:：])[ \u3000]+(?=[一-鿿])|(?<=[责牵配])[ \u3000]+(?=[任头合])"
)
_WHOLE = {
    **{chr(0x2488 + i): f"{i + 1}." for i in range(20)},
    **{chr(0x3220 + i): f"（{'一二三四五六七八九十'[i]}）" for i in range(10)},
    **{chr(0x2474 + i): f"（{i + 1}）" for i in range(20)},
}
_FOLDED = re.compile(f"[{''.join(_WHOLE)}]")


@dataclass(frozen=True)
class Paragraphs:
    """The normalised text, one paragraph a line, and where each of its places was received."""

    text: str
    starts: Sequence[int]
    places: Sequence[tuple[int, int]]
    doubts: Sequence[Doubt]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column as received, from 1, of a place in the text."""
        at = max(bisect_right(self.starts, offset) - 1, 0)
        if not self.starts:
            return 1, 1
        line, column = self.places[at]
        return line, column + offset - self.starts[at]

    def lines(self) -> list[int]:
        """For each line of the text, the line as received where it begins."""
        begins, offset = [], 0
        for line in self.text.split("\n"):
            begins.append(self.place(offset)[0])
            offset += len(line) + 1
        return begins


@dataclass
class _Piece:
    """A received line, or what is left of it, and the column where it begins."""

    line: int
    column: int
    text: str
    width: int


def normalise(received: str) -> Paragraphs:
    """The paragraphs of a notice as received, mirror damage undone."""
    received = _LINE_BREAK.sub("\n", received)
    raw = received.split("\n")
    lines = _QUOTED.sub("", _BLANKS.sub(" ", _UNSEEN.sub("", received))).split("\n")
    kept, doubts = _without_furniture(lines)
    groups = _paragraphs(lines, kept)
    _shift(groups, raw)
    refuse_too_many(sum(bool(_OPENS.match(group[0].text)) for group in groups))
    texts = ["".join(piece.text for piece in group) for group in groups]
    if received.count("?") > _MOST_DAMAGE:
        marks = received.count("?")
        raise Unreadable(Message("too much is damaged to be restored ({n} question marks): get another copy", n=marks))
    repaired, damage = repair_lines(texts) if is_damaged(received) else (texts, [])
    new = [_fold(text) for text in repaired]
    starts: list[int] = []
    places: list[tuple[int, int]] = []
    at = 0
    for group, old, text in zip(groups, texts, new, strict=True):
        if text == old:
            offset = at
            for piece in group:
                starts.append(offset)
                places.append((piece.line, piece.column))
                offset += len(piece.text)
        else:
            for offset, place in _aligned(group, old, text):
                starts.append(at + offset)
                places.append(place)
        at += len(text) + 1
    for paragraph, as_received, read_as, says in damage:
        group, inside = groups[paragraph], max(texts[paragraph].find(as_received.strip()), 0)
        doubts.append(Doubt(_place_in(group, inside), as_received, read_as, says))
    return Paragraphs("\n".join(new), starts, places, doubts)


def narrow(text: str) -> str:
    """The text with full-width signs made half-width, one for one, so that places stay the same."""
    folded = {char: unicodedata.normalize("NFKC", char) for char in set(text) if not "①" <= char <= "⒛"}
    table = {ord(char): new for char, new in folded.items() if len(new) == 1 and new != char}
    return text.translate({**table, **str.maketrans("〔〕【】[]﹝﹞〖〗", "()()()()()")})


def refuse_too_many(numbers: int) -> None:
    """Stop at more numbers than any notice has.

    Raises
    ------
    analysis.documents.Unreadable
        Says how many there are.
    """
    if numbers > _MOST_NUMBERS:
        raise Unreadable(Message("{n} numbered headings are no notice: keep the notice alone", n=numbers))


def _fold(text: str) -> str:
    text = _FOLDED.sub(lambda sign: _WHOLE[sign[0]], text)
    text = _SPACED.sub(lambda found: "".join(filter(None, found.groups())), text)
    return _SPACED_LABEL.sub("", text)


def _without_furniture(lines: Sequence[str]) -> tuple[list[bool], list[Doubt]]:
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


def _paragraphs(lines: Sequence[str], kept: Sequence[bool]) -> list[list[_Piece]]:
    measure, width = _wrap_width(
        [line.rstrip() for line, keep in zip(lines, kept, strict=True) if keep and line.strip()]
    )
    groups: list[list[_Piece]] = []
    blank = False
    furniture = False
    for number, (line, keep) in enumerate(zip(lines, kept, strict=True), start=1):
        text = line.rstrip()
        if not keep or not text:
            furniture |= not keep
            blank |= keep
            continue
        piece = _Piece(number, 1, text, measure(text) if width else 0)
        apart = blank and not furniture
        blank = furniture = False
        last = groups[-1][-1] if groups else None
        if last and width and not apart and _goes_on(last, piece, width):
            indent = len(text) - len(text.lstrip())
            gap = " " if _WORD_ENDS.search(last.text) and text[indent : indent + 1].isascii() else ""
            groups[-1].append(_Piece(number, 1 + indent - len(gap), gap + text[indent:], piece.width))
        else:
            groups.append([piece])
    return groups


def _shift(groups: Iterable[Sequence[_Piece]], raw: Sequence[str]) -> None:
    """Count the columns of what was received, with the quotes and unseen signs that were taken away before it."""
    for group in groups:
        for piece in group:
            begins = piece.text.lstrip()[:4]
            if not raw[piece.line - 1].startswith(piece.text[:4]):
                indent = len(piece.text) - len(piece.text.lstrip())
                piece.column = max(raw[piece.line - 1].find(begins) + 1 - indent, 1)


def _goes_on(last: _Piece, piece: _Piece, width: int) -> bool:
    """Whether a line goes on what the line before it says."""
    if last.width < width - _FURTHEST_BREAK or _INDENT.match(piece.text):
        return False
    return not (_OPENS.match(piece.text) and last.text.endswith(_SENTENCE_END))


def _wrap_width(lines: Sequence[str]) -> tuple[Callable[[str], int], int]:
    """How lines are measured and the width at which they were broken; 0 when they were not."""
    for measure in (len, _width):
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


def _width(line: str) -> int:
    """How wide a line is, a Chinese character being two."""
    return len(line.encode("gbk", errors="replace"))


def _place_in(group: Sequence[_Piece], offset: int) -> tuple[int, int]:
    for piece in group:
        if offset < len(piece.text):
            return piece.line, piece.column + offset
        offset -= len(piece.text)
    return group[-1].line, group[-1].column + len(group[-1].text)


def _aligned(group: Sequence[_Piece], old: str, new: str) -> Iterator[tuple[int, tuple[int, int]]]:
    """Where stretches of the new text begin that lie in one received line, and the place of each."""
    sources = _sources(old, new)
    bounds = [0]
    for piece in group:
        bounds.append(bounds[-1] + len(piece.text))
    before: tuple[int, int] | None = None
    for offset, source in enumerate(sources):
        at = min(bisect_right(bounds, source) - 1, len(group) - 1)
        line, column = group[at].line, group[at].column + source - bounds[at]
        if before != (line, column - offset):
            yield offset, (line, column)
            before = (line, column - offset)
    if not new:
        yield 0, (group[0].line, group[0].column)


def _sources(old: str, new: str) -> Iterable[int]:
    """For each character of the new text, the place in the old one that it comes from, as near as can be told."""
    source, last = 0, max(len(old) - 1, 0)
    for char in new:
        if source < len(old) and old[source] != char:
            if reading := _READING.match(old, source):
                source = reading.end()
            elif old[source] in "? \u3000" and (ahead := old.find(char, source + 1, source + 4)) > 0:
                source = ahead
        yield min(source, last)
        source += 1
