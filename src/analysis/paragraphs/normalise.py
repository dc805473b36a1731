"""A notice as received → its paragraphs: wrapped lines joined, page furniture left out, numbering in one form.

Every place of the normalised text is known by line and column of what was received.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.catalogue import Message
from analysis.documents import Unreadable
from analysis.paragraphs.doubts import Doubt
from analysis.paragraphs.joining import Piece, joined, shift, without_furniture
from analysis.repair import is_damaged, repair_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANKS = re.compile("&nbsp;|&ensp;|&emsp;|[\u00a0\u2000-\u200a\u202f\u205f]")
# Between two pages, no paragraph ends.
_PAGE_BREAK = re.compile(r"\n?\x0c\n?")
_LINE_BREAK = re.compile(r"\r\n?|\u2028|\u2029|\x0b|<br\s*/?>", re.IGNORECASE)
# What mail and Markdown put around a line: quotes, headings, emphasis, bullets, escaped full stops.
_QUOTED = re.compile(
    r"^(?:[^\S\n]{0,3}>[^\S\n]?)+|^[^\S\n]{0,3}#{1,6}[^\S\n]+|^[^\S\n]*[*+•●▪■◆][^\S\n]+(?=\S)"
    r"|\*\*|__(?=\S)|(?<=\S)__|\\(?=[.()*_\[\]-])",
    re.MULTILINE,
)
_READING = re.compile(r"\(\w{1,6}\)")
_MOST_DAMAGE, _MOST_NUMBERS = 10_000, 12_000
_NUMBERED_LINE = re.compile(r"^[^\S\n]*(?:\d{1,5}[.．、]|[（(][一二三四五六七八九十]{1,4}[）)])", re.MULTILINE)
_CHINESE = "[一二三四五六七八九十]{1,4}"
_SPACED = re.compile(
    rf"([（(])[ \u3000]*({_CHINESE}|\d{{1,3}})[ \u3000]*([)）])"
    rf"|(?m:^([ \u3000]*(?:{_CHINESE}|\d{{1,3}}))[ \u3000]+([、.．﹒]))"
)
# 责 任 单 位 ：
_SPACED_LABEL = re.compile(
    r"(?<=[一-鿿])[ \u3000]+(?=[:：])|(?<=[:：])[ \u3000]+(?=[一-鿿])|(?<=[责牵配])[ \u3000]+(?=[任头合])"
)
_BLANK_INSIDE = re.compile("(?<=[^ \u3000])[ \u3000]")
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


def normalise(received: str) -> Paragraphs:
    """The paragraphs of a notice as received, mirror damage undone."""
    received = _LINE_BREAK.sub("\n", _PAGE_BREAK.sub("\n", received))
    refuse_too_many(sum(1 for _ in _NUMBERED_LINE.finditer(received)))
    raw = received.split("\n")
    lines = _QUOTED.sub("", _BLANKS.sub(" ", _UNSEEN.sub("", received))).split("\n")
    kept, doubts = without_furniture(lines)
    groups = joined(lines, kept)
    shift(groups, raw)
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
    if not _BLANK_INSIDE.search(text):
        return text
    text = _SPACED.sub(lambda found: "".join(filter(None, found.groups())), text)
    return _SPACED_LABEL.sub("", text)


def _place_in(group: Sequence[Piece], offset: int) -> tuple[int, int]:
    for piece in group:
        if offset < len(piece.text):
            return piece.line, piece.column + offset
        offset -= len(piece.text)
    return group[-1].line, group[-1].column + len(group[-1].text)


def _aligned(group: Sequence[Piece], old: str, new: str) -> Iterator[tuple[int, tuple[int, int]]]:
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
