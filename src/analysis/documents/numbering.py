"""The automatic numbers of Word: what stands before a paragraph and is not in its text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_DIGITS = "〇一二三四五六七八九"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_LEVELS = 9


@dataclass
class _Level:
    format: str = "decimal"
    text: str = ""
    start: int = 1
    is_legal: bool = False


@dataclass
class _List:
    kind: str = ""
    levels: dict[int, _Level] = field(default_factory=dict)


class Numbering:
    """The lists of a document, and how far each has been counted."""

    def __init__(self) -> None:
        self._kinds: dict[str, _List] = {}
        self._lists: dict[str, _List] = {}
        self._of_style: dict[str, tuple[str, str]] = {}
        self._based_on: dict[str, str] = {}
        self._counts: dict[str, list[int]] = {}

    def read_styles(self, events: Iterable[tuple[str, str, dict[str, str]]]) -> None:
        """Which styles of paragraphs bring a number, from ``styles.xml``."""
        style = ""
        for event, name, given in events:
            if event != "start":
                continue
            if name == "style":
                style = given.get("styleId", "")
            elif name == "basedOn":
                self._based_on[style] = given.get("val", "")
            elif name in ("numId", "ilvl"):
                list_id, level = self._of_style.get(style, ("", ""))
                self._of_style[style] = (given["val"], level) if name == "numId" else (list_id, given["val"])

    def read(self, events: Iterable[tuple[str, str, dict[str, str]]]) -> None:
        """The lists, from ``numbering.xml``."""
        current = _List()
        level = _Level()
        list_id = ""
        for event, name, given in events:
            if event != "start":
                continue
            value = given.get("val", "")
            if name == "abstractNum":
                current = self._kinds[given.get("abstractNumId", "")] = _List()
            elif name == "num":
                list_id = given.get("numId", "")
                current = self._lists[list_id] = _List()
            elif name == "abstractNumId":
                current.kind = value
            else:
                level = self._read_level(current, level, list_id, name, given)

    @staticmethod
    def _read_level(current: _List, level: _Level, list_id: str, name: str, given: dict[str, str]) -> _Level:
        """What an element says of a level of a list; gives the level that it speaks of."""
        value = given.get("val", "")
        if name in ("lvl", "lvlOverride"):
            kind = _Level(format="" if list_id else "decimal")
            return current.levels.setdefault(int(given.get("ilvl", "0")), kind)
        if name in ("start", "startOverride"):
            level.start = int(value or "1")
        elif name == "numFmt":
            level.format = value
        elif name == "lvlText":
            level.text = value
        elif name == "isLgl":
            level.is_legal = True
        return level

    def next_label(self, style: str, list_id: str, level: str) -> str:
        """The number of the next paragraph that has this style, list and level; empty when it has none."""
        seen = set()
        while style and not list_id and style not in seen:
            seen.add(style)
            inherited, inherited_level = self._of_style.get(style, ("", ""))
            list_id, level = inherited, level or inherited_level
            style = self._based_on.get(style, "")
        if not list_id or list_id == "0" or list_id not in self._lists:
            return ""
        depth = min(int(level or "0"), _LEVELS - 1)
        levels = self._levels(list_id)
        # Lists that are counted as one share their kind; an own start makes a list of its own.
        own = any(not given.format for given in self._lists[list_id].levels.values())
        key = f"own {list_id}" if own else f"kind {self._lists[list_id].kind}"
        counts = self._counts.setdefault(key, [levels[at].start - 1 for at in range(_LEVELS)])
        counts[depth] += 1
        for above in range(depth):
            counts[above] = max(counts[above], levels[above].start)
        for below in range(depth + 1, _LEVELS):
            counts[below] = levels[below].start - 1
        shown = levels[depth]
        if shown.format in ("bullet", "none"):
            return ""

        def number(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            return _written(counts[at], "decimal" if shown.is_legal else levels[at].format)

        return re.sub(r"%([1-9])", number, shown.text)

    def _levels(self, list_id: str) -> dict[int, _Level]:
        given = self._lists[list_id]
        kind = self._kinds.get(given.kind, _List())
        levels = {at: kind.levels.get(at, _Level(text=f"%{at + 1}.")) for at in range(_LEVELS)}
        for at, own in given.levels.items():
            if at not in levels:
                continue
            base = levels[at]
            levels[at] = _Level(own.format or base.format, own.text or base.text, own.start, base.is_legal)
        return levels


def chinese(number: int) -> str:
    """A number below 1,000 in Chinese, as lists have it."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    if hundreds:
        middle = f"{_DIGITS[tens]}十" if tens else ("零" if ones else "")
        return f"{_DIGITS[hundreds]}百{middle}{_DIGITS[ones] if ones else ''}"
    return ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + (_DIGITS[ones] if ones or not tens else "")


def _roman(number: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        while number >= value:
            written, number = written + letters, number - value
    return written


_FORMATS: dict[str, Callable[[int], str]] = {
    **dict.fromkeys(
        ("chineseCounting", "chineseCountingThousand", "chineseLegalSimplified", "ideographDigital", "japaneseCounting",
         "japaneseDigitalTenThousand", "taiwaneseCounting", "taiwaneseCountingThousand"),
        chinese,
    ),
    "decimalEnclosedCircle": lambda number: chr(ord("①") + number - 1) if 1 <= number <= 20 else str(number),
    "decimalEnclosedCircleChinese": lambda number: chr(ord("①") + number - 1) if 1 <= number <= 20 else str(number),
    "decimalEnclosedParen": lambda number: f"({number})",
    "decimalEnclosedFullstop": lambda number: f"{number}.",
    "decimalFullWidth": lambda number: str(number).translate({48 + i: 0xFF10 + i for i in range(10)}),
    "decimalZero": lambda number: f"{number:02}",
    "ideographTraditional": lambda number: _STEMS[(number - 1) % 10],
    "upperLetter": lambda number: chr(ord("A") + (number - 1) % 26),
    "lowerLetter": lambda number: chr(ord("a") + (number - 1) % 26),
    "upperRoman": lambda number: _roman(number).upper(),
    "lowerRoman": _roman,
}  # fmt: skip


def _written(number: int, format: str) -> str:
    return _FORMATS.get(format, str)(max(number, 0))
