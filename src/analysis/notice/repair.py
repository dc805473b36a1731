"""Undo what mirror sites do to official notices, and say what could not be undone.

Four kinds of damage can be undone: characters turned traditional one by one; readings inserted behind characters,
區(qū); punctuation "found" across the border of two GBK characters, which shifts the text behind it by one byte; and
list marks lost to that shift. What is lost becomes ``□`` or stays as received, and is told as a doubt.
Synonyms and regional wording put in by a mirror look like good Chinese and cannot be seen here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from analysis.extras import need
from analysis.notice.numerals import chinese_number, to_chinese_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

DOUBT_COLUMNS = ("place", "as_received", "read_as", "doubt")
LOST = "□"

_LETTERS = "[a-zāáǎàōóǒòēéěèêīíǐìūúǔùüǖǘǚǜńňǹḿɑɡ]"
_HAN = re.compile("[㐀-鿿]")
_READING = re.compile(rf"([㐀-鿿])[(（]({_LETTERS}{{1,6}})[)）]")
_EATEN = re.compile(rf"\?({_LETTERS}{{1,6}})[)）]")
_CUT = re.compile(r"\?([！？；。!?;])")
_FULL_WIDTH = {"!": "！", "?": "？", ";": "；"}
_LIST_MARK = re.compile("[（(]([一二三四五六七八九十]{1,3})[）)]")
_USER_AREA = re.compile("[\ue000-\uf8ff]")
_LEFTOVER = re.compile("[^，。：、\\s]{0,6}(?:[\u3105-\u312f\ue000-\uf8ff\ufffd]|\\?[！？；。])[^，。：、\\s]{0,6}")
# A cut mark begins with A1 or A3, the second byte of a blank or full stop, of 省, and of 海: the byte left alone.
_ORPHANS = (0xA1, 0xCA, 0xBA)

_RESTORED = "此处曾被镜像网站截断字节，现按字节推回；请对照原文核对"
_UNRESTORED = "此处受损，未能还原，保留所收到的文字；请对照原文补正"


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

    Raises
    ------
    analysis.extras.MissingExtra
        The extra ``portplan[notice]`` is not installed.
    """
    need("notice", "opencc", "pypinyin")
    received = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    damaged_lines = _DamagedLines(keeps_user_area=bool(_USER_AREA.search(text)))
    lines = [damaged_lines.restore(place, line) for place, line in enumerate(received, start=1)]
    return Repaired("\n".join(lines), doubt_frame(damaged_lines.doubts))


def doubt_frame(doubts: Iterable[tuple[int, str, str, str]]) -> pd.DataFrame:
    """Doubts as a frame with the columns of `DOUBT_COLUMNS`, in the order of places."""
    frame = pd.DataFrame(list(doubts), columns=list(DOUBT_COLUMNS))
    return frame.sort_values("place", kind="stable", ignore_index=True).astype({"place": "int64"})


class _DamagedLines:
    """Lines restored one after another: a lost list mark is known by the mark before it."""

    def __init__(self, *, keeps_user_area: bool) -> None:
        # A mirror that shows user-area characters dropped no byte pair, so shifted bytes are all there.
        self.keeps_user_area = keeps_user_area
        self.doubts: list[tuple[int, str, str, str]] = []
        self._last_mark = 0

    def restore(self, place: int, line: str) -> str:
        def tell(as_received: str, read_as: str, doubt: str) -> None:
            self.doubts.append((place, as_received, _to_simplified(read_as), doubt))

        line = self._restore_cuts(line, tell)
        line = self._restore_eaten(line, tell)
        line = _to_simplified(_delete_readings(line, tell))
        for damage in _LEFTOVER.finditer(line):
            tell(damage[0], damage[0], _UNRESTORED)
        for mark in _LIST_MARK.finditer(line):
            self._last_mark = chinese_number(mark[1])
        return line

    def _restore_cuts(self, line: str, tell: Callable[[str, str, str], None]) -> str:
        start = 0
        while cut := _CUT.search(line, start):
            before, tail = line[: cut.start()], line[cut.end() :]
            mark = _FULL_WIDTH.get(cut[1], cut[1])
            found = self._read_shifted(_ORPHANS, mark, tail, before) or self._rebuild_list_mark(mark, tail, before)
            start = cut.end()
            if found:
                restored, used = found
                tell(cut[0] + tail[:used], restored.strip(), _RESTORED)
                line = before + restored + tail[used:]
                start = len(before + restored)
        return line

    def _restore_eaten(self, line: str, tell: Callable[[str, str, str], None]) -> str:
        """Put back a character cut by a reading's bracket: 理條件, where 項 was seen in its midst, → 理?xiàng)l件."""
        start = 0
        while eaten := _EATEN.search(line, start):
            before, tail = line[: eaten.start()], line[eaten.end() :]
            first = _gbk(before[-1:])
            seconds = [low for low in range(0x40, 0xFF) if _has_reading(_decode(first[-1:] + bytes([low])), eaten[1])]
            found = self._read_shifted(seconds, "", tail, before) if len(first) == 2 else None
            if found:
                restored, used = found
                tell(eaten[0] + tail[:used], restored, _RESTORED)
            else:
                restored, used = LOST, 0
                tell(before[-4:] + eaten[0] + tail[:4], before[-4:] + LOST + tail[:4], _lost(eaten[1]))
            line = before + restored + tail[used:]
            start = len(before + restored)
        return line

    def _read_shifted(self, orphans: Iterable[int], mark: str, tail: str, before: str) -> tuple[str, int] | None:
        """Plausible text of a shifted stretch, and how many characters of ``tail`` it takes up."""
        shifted = _shifted_bytes(tail)
        if not shifted:
            return None
        raw, used, reading = shifted
        alone = len(raw) <= 1
        for orphan in orphans:
            whole = bytes([orphan]) + _gbk(mark) + raw
            restored = _with_reading(whole, reading, tail[used:]) if reading else _decode(whole)
            if restored and _fits(restored, before):
                sure = self.keeps_user_area or alone
                if sure or _made_of_words(_to_simplified(restored), before=before, after=tail[used:]):
                    return restored, used
        return None

    def _rebuild_list_mark(self, mark: str, tail: str, before: str) -> tuple[str, int] | None:
        """The （一）, （二）… due next, where the bytes that are left agree with it."""
        if mark != "。" or before.strip():
            return None
        for number in (self._last_mark + 1, 1):
            rebuilt = f"（{to_chinese_number(number)}）"
            pairs = _gbk(rebuilt)[1:-1]
            stray = [pairs[i : i + 2].decode("gb18030") for i in range(0, len(pairs), 2)]
            seen = [char for char in stray if not _USER_AREA.match(char) or self.keeps_user_area]
            if seen and tail.startswith("".join(seen)):
                title, used = self._read_behind_list_mark(tail[len(seen) :])
                return f"\u3000{rebuilt}{title}", len(seen) + used
        return None

    def _read_behind_list_mark(self, tail: str) -> tuple[str, int]:
        """What the shift made of the text behind a list mark, whose bracket left its last byte there."""
        raw, used, reading = _shifted_bytes(tail) or (b"", 0, "")
        if raw[:1] != _gbk("）")[-1:]:
            return "", 0
        restored = _with_reading(raw[1:], reading, tail[used:]) if reading else _decode(raw[1:])
        plausible = restored and _fits(restored, "）") and (self.keeps_user_area or len(restored) == 1)
        return (restored, used) if plausible else ("", 0)


def _shifted_bytes(tail: str) -> tuple[bytes, int, str] | None:
    """Bytes up to where the shift ends, the characters they take, and the reading that stands for a last lost byte."""
    raw = b""
    for position, char in enumerate(tail):
        code = _gbk(char)
        if len(code) == 2:
            raw += code
        elif eaten := _EATEN.match(tail, position):
            return raw, eaten.end(), eaten[1]
        elif len(code) == 1 and 0x40 <= code[0] <= 0x7E:
            return raw + code, position + 1, ""
        else:
            return None
    return None


def _with_reading(whole: bytes, reading: str, after: str) -> str:
    """Text whose last byte is lost and whose last character has this reading; empty unless there is just one."""
    texts = [text for low in range(0x40, 0xFF) if (text := _decode(whole + bytes([low])))]
    read = [text for text in texts if _has_reading(text[-1], reading) and _is_common(text[-1])]
    if len(read) > 1:
        words = _words()
        read = [text for text in read if _to_simplified(text[-1] + after[:1]) in words]
    return read[0] if len({_to_simplified(text) for text in read}) == 1 else ""


def _fits(restored: str, before: str) -> bool:
    """Whether a restored stretch may stand behind ``before`` and is made of ordinary characters."""
    indent = restored[0] == "\u3000"
    if indent == bool(before.strip()) or (restored[0] == "。" and restored[1:2] in tuple("、，。；：！？")):
        return False
    return sum(map(_is_common, restored)) >= 0.8 * len(restored)


def _is_common(char: str) -> bool:
    # Rows up to D7 of GB 2312 hold the marks and the 3755 characters in common use.
    code = _to_simplified(char).encode("gb2312", errors="ignore")
    return bool(code) and code[0] <= 0xD7


def _made_of_words(restored: str, *, before: str, after: str) -> bool:
    """Whether every Chinese character stands in a known word or alone between marks; the first one is our guess."""
    words = _words()
    around = _to_simplified(before[-3:]) + restored + _to_simplified(after[:3])
    first = len(before[-3:])
    for place in range(first + 1, first + len(restored)):
        if not _HAN.match(around[place]):
            continue
        alone = not any(_HAN.match(char) for char in (around[place - 1], around[place + 1 : place + 2]) if char)
        windows = (around[i:j] for i in range(max(0, place - 3), place + 1) for j in range(place + 1, i + 5))
        if not alone and not any(len(window) > 1 and window in words for window in windows):
            return False
    return True


def _delete_readings(line: str, tell: Callable[[str, str, str], None]) -> str:
    def judge(found: re.Match[str]) -> str:
        if _has_reading(found[1], found[2]):
            return found[1]
        if not found[2].isascii():
            tell(found[0], found[0], f"“{found[2]}”不是“{found[1]}”的读音，未删去；请对照原文核对这个字")
        return found[0]

    return _READING.sub(judge, line)


def _has_reading(char: str, reading: str) -> bool:
    # A single plain letter is a list mark or a variable, 第(a)项, before it is a reading.
    if not char or (len(reading) == 1 and reading.isascii()):
        return False
    return unicodedata.normalize("NFC", reading).replace("ɑ", "a").replace("ɡ", "g") in _readings(char)


@cache
def _readings(char: str) -> frozenset[str]:
    import pypinyin

    forms = (char, _to_simplified(char))
    read = [pypinyin.pinyin(form, style=pypinyin.Style.TONE, heteronym=True, errors="ignore") for form in forms]
    return frozenset(reading for groups in read for group in groups for reading in group)


def _lost(reading: str) -> str:
    return f"此处丢失一个字（或连同标点），只剩读音“{reading}”；请对照原文补上"


def _gbk(text: str) -> bytes:
    # gb18030 is GBK with the user areas mapped, and gives four bytes to what GBK does not hold.
    return text.encode("gb18030", errors="replace")


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("gbk")
    except UnicodeDecodeError:
        return ""


@cache
def _simplifier() -> Callable[[str], str]:
    import opencc

    return opencc.OpenCC("t2s").convert


def _to_simplified(text: str) -> str:
    return _simplifier()(text)


def _words() -> Mapping[str, object]:
    """Words of Chinese of two characters and more."""
    from pypinyin.constants import PHRASES_DICT

    return PHRASES_DICT
