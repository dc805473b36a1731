"""Undo what mirror sites do to official notices, and say what could not be undone.

Four kinds of damage can be undone: characters turned traditional one by one; readings inserted behind characters,
區(qū); punctuation "found" across the border of two GBK characters, which shifts the text behind it by one byte; and
list marks lost to that shift. What is lost becomes ``□`` or stays as received, and is told as a doubt.
Synonyms and regional wording put in by a mirror look like good Chinese and cannot be seen here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from analysis.extras import need
from analysis.repair.likeliest import Likeliest
from analysis.repair.numerals import chinese_number, to_chinese_number
from analysis.repair.shifted import (
    ALONE,
    EATEN,
    LETTERS,
    LOST,
    UNREAD,
    decoded,
    gbk,
    has_reading,
    is_common,
    lows_read_as,
    made_of_words,
    orphans,
    shifted_bytes,
    to_simplified,
    with_last_lost,
    with_reading,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

DAMAGE_COLUMNS = ("place", "as_received", "read_as", "doubt")

_READING = re.compile(rf"([㐀-鿿])[(（]({LETTERS}{{1,6}})[)）]")
_CUT = re.compile(r"\?([！？；。!?;])")
_FULL_WIDTH = {"!": "！", "?": "？", ";": "；"}
_LIST_MARK = re.compile("[（(]([一二三四五六七八九十]{1,3})[）)]")
_USER_AREA = re.compile("[\ue000-\uf8ff]")
_LEFTOVER = re.compile("[^，。：、\\s]{0,6}(?:[\u3105-\u312f\ue000-\uf8ff\ufffd]|\\?[！？；。])[^，。：、\\s]{0,6}")
_SIGN_OF_DAMAGE = re.compile(f"{_CUT.pattern}|{_READING.pattern}|{EATEN.pattern}|[\u3105-\u312f\ue000-\uf8ff\ufffd]")
_SENTENCE_END = ("。", "）", ")", "；", "”")
_MOST_ROUNDS = 4
_MOST_MISSING = 9
_NUMBERS_END = 100

_RESTORED = "此处曾被镜像网站截断字节，现按字节推回；请对照原文核对"
_UNRESTORED = "此处受损，未能还原，保留所收到的文字；请对照原文补正"


class Damage(NamedTuple):
    """Something repaired or lost: the line (from 0), the text as received, what it was read as, what to check."""

    line: int
    as_received: str
    read_as: str
    says: str


@dataclass(frozen=True)
class Repaired:
    """A notice in clean simplified text, with what is uncertain about it.

    Attributes
    ----------
    text : str
        As many lines as were received, in the same places.
    doubts : pandas.DataFrame
        place (line as received, from 1), as_received, read_as, doubt (what a person should check).
    """

    text: str
    doubts: pd.DataFrame


def repair(text: str) -> Repaired:
    """Undo the damage of a mirror site.

    Parameters
    ----------
    text : str
        The notice as received. Clean simplified text comes back unchanged (but for line ends and byte order mark).

    Returns
    -------
    Repaired
        Readings are deleted only when they are a reading of the character before them; shifted bytes are restored
        only where the result is plausible; every such restoration, and everything lost, is a row of ``doubts``.
        What was repaired once is not changed by being repaired again.

    Raises
    ------
    analysis.extras.MissingExtra
        The extra ``portplan[notice]`` is not installed.
    """
    received = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines, damage = repair_lines(received)
    frame = pd.DataFrame([(d.line + 1, *d[1:]) for d in damage], columns=list(DAMAGE_COLUMNS))
    return Repaired(
        "\n".join(lines), frame.sort_values("place", kind="stable", ignore_index=True).astype({"place": int})
    )


def is_damaged(text: str) -> bool:
    """Whether a mirror left its traces on a text."""
    need("notice", "opencc", "pypinyin")
    signs = "".join(set(text))
    return bool(_SIGN_OF_DAMAGE.search(text)) or to_simplified(signs) != signs


def repair_lines(received: Sequence[str]) -> tuple[list[str], list[Damage]]:
    """Lines without the damage of a mirror site, and what is uncertain about them; as `repair` has it."""
    need("notice", "opencc", "pypinyin")
    keeps_user_area = any(_USER_AREA.search(line) for line in received)
    lines, told = list(received), {}
    for _ in range(_MOST_ROUNDS):
        damaged = _DamagedLines(lines, keeps_user_area=keeps_user_area)
        again = [damaged.restore(place, line) for place, line in enumerate(lines)]
        told |= dict.fromkeys(damaged.damage)
        if again == lines:
            break
        lines = again
    return lines, list(told)


class _DamagedLines:
    """Lines restored one after another: a lost list mark is known by the mark before it."""

    def __init__(self, lines: Sequence[str], *, keeps_user_area: bool) -> None:
        # A mirror that shows user-area characters dropped no byte pair, so shifted bytes are all there.
        self.keeps_user_area = keeps_user_area
        self.damage: list[Damage] = []
        self._lines = lines
        self._last_mark = 0

    @cached_property
    def _likeliest(self) -> Likeliest:
        return Likeliest(self._lines, drops_pairs=not self.keeps_user_area)

    def restore(self, place: int, line: str) -> str:
        def tell(as_received: str, read_as: str, doubt: str) -> None:
            self.damage.append(Damage(place, as_received, to_simplified(read_as), doubt))

        if "?" in line:
            line = self._restored(line, _CUT, self._restore_cut, tell)
            line = self._restored(line, EATEN, self._restore_eaten, tell)
        line = to_simplified(_delete_readings(line, tell))
        for damage in _LEFTOVER.finditer(line):
            tell(damage[0], damage[0], _UNRESTORED)
        self._count(line)
        return line

    def _count(self, text: str) -> None:
        for mark in _LIST_MARK.finditer(text):
            self._last_mark = chinese_number(mark[1]) or self._last_mark

    def _restored(
        self, line: str, sign: re.Pattern[str], restore: Callable, tell: Callable[[str, str, str], None]
    ) -> str:
        """The line with each place of damage restored; what one restoration takes up, the next does not see."""
        done, start, before = [], 0, ""
        for found in sign.finditer(line):
            if found.start() < start:
                continue
            self._count(line[start : found.start()])
            before = _tail(before + line[start : found.start()])
            restored, end = restore(line, found, before, tell)
            self._count(restored)
            done += [line[start : found.start()], restored]
            before, start = _tail(before + restored), end
        return "".join([*done, line[start:]])

    def _restore_cut(
        self, line: str, cut: re.Match[str], before: str, tell: Callable[[str, str, str], None]
    ) -> tuple[str, int]:
        mark = _FULL_WIDTH.get(cut[1], cut[1])
        shifted = orphans(mark, before[-1:], line[cut.end() : cut.end() + 1])
        # Where lines were run together, the list mark that is due is likelier than a character that fits.
        found = self._rebuild_list_mark(mark, line, cut.end(), before) if before.strip() else None
        found = found or self._read_shifted(shifted, mark, line, cut.end(), before)
        found = found or self._rebuild_list_mark(mark, line, cut.end(), before)
        if not found:
            return cut[0], cut.end()
        restored, end = found
        tell(line[cut.start() : end], restored.strip(), _RESTORED)
        return restored, end

    def _restore_eaten(
        self, line: str, eaten: re.Match[str], before: str, tell: Callable[[str, str, str], None]
    ) -> tuple[str, int]:
        """Put back a character cut by a reading's bracket: 理條件, where 項 was seen in its midst, → 理?xiàng)l件."""
        first = gbk(before[-1:])
        seconds = lows_read_as(first[-1], eaten[1]) if len(first) == 2 else ()
        found = self._read_shifted(seconds, "", line, eaten.end(), before)
        if found:
            tell(line[eaten.start() : found[1]], found[0], _RESTORED)
            return found
        after = line[eaten.end() : eaten.end() + 4]
        tell(before[-4:] + eaten[0] + after, before[-4:] + LOST + after, _lost(eaten[1]))
        return LOST, eaten.end()

    def _read_shifted(
        self, orphans: Iterable[int], mark: str, line: str, start: int, before: str
    ) -> tuple[str, int] | None:
        """Plausible text of a stretch that was shifted, and the place behind what it takes up."""
        shifted = shifted_bytes(line, start)
        if not shifted:
            return None
        raw, end, reading = shifted
        if UNREAD in raw:
            return None
        after = line[end : end + 4]
        for orphan in orphans:
            whole = bytes([orphan]) + gbk(mark) + raw
            if reading == ALONE:
                restored = with_last_lost(whole)
            else:
                restored = with_reading(whole, reading, after) if reading else decoded(whole)
            if restored and _fits(restored, before):
                sure = self.keeps_user_area or len(raw) <= 1
                if sure or made_of_words(to_simplified(restored), before=before, after=after):
                    return restored.lstrip("\u3000") if before.strip() else restored, end
        return None

    def _rebuild_list_mark(self, mark: str, line: str, start: int, before: str) -> tuple[str, int] | None:
        """The （一）, （二）… due next, where the bytes that are left agree with it."""
        if mark != "。":
            return None
        due = self._last_mark + 1
        for number in (due, 1, *range(due + 1, due + _MOST_MISSING)):
            if number >= _NUMBERS_END:
                continue
            rebuilt = f"（{to_chinese_number(number)}）"
            pairs = gbk(rebuilt)[1:-1]
            stray = [pairs[i : i + 2].decode("gb18030") for i in range(0, len(pairs), 2)]
            seen = "".join(char for char in stray if not _USER_AREA.match(char) or self.keeps_user_area)
            begins = line.startswith(seen, start) if seen else number == due and gbk(line[start])[:1] == gbk("）")[1:]
            if not begins:
                continue
            title, end = self._read_behind_list_mark(line, start + len(seen))
            if seen or title:
                return f"{'' if before.strip() else chr(0x3000)}{rebuilt}{title}", end
        return None

    def _read_behind_list_mark(self, line: str, start: int) -> tuple[str, int]:
        """What the shift made of the text behind a list mark, whose bracket left its last byte there."""
        raw, end, reading = shifted_bytes(line, start) or (b"", start, "")
        bracket, last = gbk("）")
        if self.keeps_user_area and raw[:1] != bytes([last]):
            return "", start
        restored = self._likeliest.text(bracket, raw, reading, opens="）", after=line[end : end + 1])
        return (restored[1:], end) if restored else ("", start)


def _tail(text: str) -> str:
    """The last characters of what stands before a place, and whether there is anything but blanks."""
    tail = text[-8:]
    return tail if tail.strip() or not text.strip() else text.strip()[-1] + tail[1:]


def _fits(restored: str, before: str) -> bool:
    """Whether a restored stretch may stand behind ``before`` and is made of ordinary characters."""
    if restored[0] == "\u3000":
        # Where lines were run together, an indent stands behind a sentence.
        may_stand = not before.strip() or before.rstrip().endswith(_SENTENCE_END)
    else:
        may_stand = bool(before.strip()) and not (restored[0] == "。" and restored[1:2] in tuple("、，。；：！？"))
    if not may_stand:
        return False
    return sum(map(is_common, restored)) >= 0.8 * len(restored)


def _delete_readings(line: str, tell: Callable[[str, str, str], None]) -> str:
    def judge(found: re.Match[str]) -> str:
        if has_reading(found[1], found[2]):
            return found[1]
        if not found[2].isascii():
            tell(found[0], found[0], f"“{found[2]}”不是“{found[1]}”的读音，未删去；请对照原文核对这个字")
        return found[0]

    return _READING.sub(judge, line)


def _lost(reading: str) -> str:
    return f"此处丢失一个字（或连同标点），只剩读音“{reading}”；请对照原文补上"
