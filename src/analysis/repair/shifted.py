"""Text that was cut in the midst of its GBK characters: the bytes that are left, and what they can have been."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LETTERS = "[a-zāáǎàōóǒòēéěèêīíǐìūúǔùüǖǘǚǜńňǹḿɑɡ]"
EATEN = re.compile(rf"\?({LETTERS}{{1,6}})[)）]")
ALONE_IN_TEXT = frozenset(
    "的了和与及等在对为以将把被从到由并或不可有是中上下内外后前各其这该本同按至向经已须应市县区省"
)
ALONE = "?"
"""A byte that no other made a character: all that is left before a true mark."""
UNREAD = b"??"
"""What stands for a pair of bytes that make no character."""
LOST = "□"
_HAN = re.compile("[㐀-鿿]")
# A shift ends with the sentence; what goes on longer is no shift that can be followed.
_LONGEST_SHIFT = 600


def shifted_bytes(line: str, start: int) -> tuple[bytes, int, str] | None:
    """Bytes from a place up to where the shift ends, the place behind them, and the reading of a last lost byte.

    It ends with a single byte, with a reading, or at the next mark that is a true one: what stands before that has
    lost its last byte, of which `ALONE` or nothing is left.
    """
    raw, position = b"", start
    while position < min(len(line), start + _LONGEST_SHIFT):
        code = gbk(line[position])
        if len(code) == 2:
            raw += code
        elif eaten := EATEN.match(line, position):
            return raw, eaten.end(), eaten[1]
        elif line.startswith("??", position):
            raw += UNREAD
            position += 1
        elif line[position] == "?":
            return raw, position + 1, ALONE
        elif len(code) == 1 and 0x40 <= code[0] <= 0x7E:
            return raw + code, position + 1, ""
        else:
            return None
        position += 1
    return None


def with_last_lost(whole: bytes) -> str:
    """Text whose last byte is lost and nothing tells which it was: the character that makes a word, else `LOST`."""
    text = decoded(whole[:-1])
    if not text:
        return ""
    last = (decoded(whole[-1:] + bytes([low])) for low in range(0x40, 0xFF))
    words = known_words()
    fits = {char for char in last if char and is_common(char) and to_simplified(text[-1] + char) in words}
    return text + (fits.pop() if len({*map(to_simplified, fits)}) == 1 else LOST)


def with_reading(whole: bytes, reading: str, after: str) -> str:
    """Text whose last byte is lost and whose last character has this reading; empty unless there is just one."""
    texts = [text for low in range(0x40, 0xFF) if (text := decoded(whole + bytes([low])))]
    read = [text for text in texts if has_reading(text[-1], reading) and is_common(text[-1])]
    if len(read) > 1:
        words = known_words()
        read = [text for text in read if to_simplified(text[-1] + after[:1]) in words]
    return read[0] if len({to_simplified(text) for text in read}) == 1 else ""


@cache
def orphans(mark: str, before: str, after: str) -> tuple[int, ...]:
    """The bytes that may have been left alone before a cut mark, the likeliest first.

    A1 for a blank or a full stop; the first byte of a character that makes a word with the one before the mark
    (``before``) or with the one that the mark's second byte begins; that of 省 or 海, the commonest whose second
    byte begins a mark. ``before`` and ``after`` are one character or none.
    """
    first, second = gbk(mark)[:1], gbk(mark)[1:2]
    following = decoded(second + gbk(after)[:1])
    words = known_words()
    likely = []
    for high in range(0xB0, 0xF8):
        char = decoded(bytes([high]) + first)
        makes = [before + char] * bool(before) + [char + following] * bool(following)
        if char and is_common(char) and any(to_simplified(word) in words for word in makes):
            likely.append(high)
    return (0xA1, *likely, 0xCA if first == b"\xa1" else 0xBA)


@cache
def lows_read_as(high: int, reading: str) -> tuple[int, ...]:
    """The second bytes that make a first byte a character with this reading."""
    return tuple(low for low in range(0x40, 0xFF) if has_reading(decoded(bytes([high, low])), reading))


def made_of_words(restored: str, *, before: str, after: str) -> bool:
    """Whether every Chinese character stands in a known word or alone between marks; the first one is our guess."""
    words = known_words()
    around = to_simplified(before[-3:]) + restored + to_simplified(after[:3])
    first = len(before[-3:])
    strange = 0
    for place in range(first + 1, first + len(restored)):
        if not _HAN.match(around[place]) or around[place] in ALONE_IN_TEXT:
            continue
        alone = not any(_HAN.match(char) for char in (around[place - 1], around[place + 1 : place + 2]) if char)
        windows = (around[i:j] for i in range(max(0, place - 3), place + 1) for j in range(place + 1, i + 5))
        strange += not alone and not any(len(window) > 1 and window in words for window in windows)
    # A stretch holds names that are in no list of words; more of them are believed where the first one fits.
    sure = around[max(first - 1, 0) : first + 1] in words
    return strange <= len(restored) // (3 if sure else 12)


@cache
def is_common(char: str) -> bool:
    """Whether a character is in the rows up to D7 of GB 2312: the marks and the 3755 characters in common use."""
    code = to_simplified(char).encode("gb2312", errors="ignore")
    return bool(code) and code[0] <= 0xD7


@cache
def has_reading(char: str, reading: str) -> bool:
    """Whether a character can be read so. A single plain letter is a list mark, 第(a)项, before it is a reading."""
    if not char or (len(reading) == 1 and reading.isascii()):
        return False
    return unicodedata.normalize("NFC", reading).replace("ɑ", "a").replace("ɡ", "g") in _readings(char)


@cache
def _readings(char: str) -> frozenset[str]:
    import pypinyin

    forms = (char, to_simplified(char))
    read = [pypinyin.pinyin(form, style=pypinyin.Style.TONE, heteronym=True, errors="ignore") for form in forms]
    return frozenset(reading for groups in read for group in groups for reading in group)


def gbk(text: str) -> bytes:
    """The bytes of text in GBK; four bytes, as gb18030 has them, for what GBK does not hold."""
    return text.encode("gb18030", errors="replace")


def decoded(raw: bytes) -> str:
    """The text of GBK bytes; empty when they are none."""
    try:
        return raw.decode("gbk")
    except UnicodeDecodeError:
        return ""


@cache
def _simplifier() -> Callable[[str], str]:
    import opencc

    return opencc.OpenCC("t2s").convert


def to_simplified(text: str) -> str:
    """Traditional characters turned into simplified ones."""
    return _simplifier()(text)


def known_words() -> Mapping[str, object]:
    """Words of Chinese of two characters and more."""
    from pypinyin.constants import PHRASES_DICT

    return PHRASES_DICT
