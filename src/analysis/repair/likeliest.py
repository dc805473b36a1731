"""The likeliest text of a stretch that was shifted by a byte, of which a mirror may have dropped pairs on the way.

Pairs that fell into the user areas of GBK are not shown by most mirrors, and leave no trace. What a notice says
elsewhere, undamaged, tells which characters stand beside one another in it.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from analysis.repair.shifted import (
    ALONE,
    ALONE_IN_TEXT,
    LOST,
    UNREAD,
    decoded,
    gbk,
    has_reading,
    is_common,
    known_words,
    shifted_bytes,
    to_simplified,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

_CUT = re.compile(r"\?[！？；。!?;]")
_READING = re.compile(r"[（(][^\W\d_㐀-鿿]{1,6}[）)]")
_HAN = re.compile("[㐀-鿿]")
_SIGNS = frozenset("、，：；“”‘’《》（）·—…％。　")
# What it costs that two characters stand side by side, or what else speaks against a reading.
_NEAR, _IN_WORDS, _FAR = 0.3, 0.4, 0.5
_STRANGER, _UNSEEN, _DROPPED, _ODD_SIGN, _LOST = 0.8, 0.3, 0.7, 3.0, 4.0
_UNCOMMON = 2.0
_AS_LIKELY = 0.25
_MOST_PATHS, _LONGEST = 16, 60
# A notice has a few hundred such places at most; what has more is left as it is, and told.
_MOST_WEIGHED = 50_000
_BYTES = range(0x40, 0xFF)


class _Path(NamedTuple):
    """A text so far; whether its last character is a stranger beside the one before it."""

    cost: float
    text: str
    ends_strange: bool


class Likeliest:
    """What shifted bytes of a notice most likely said.

    Parameters
    ----------
    lines : sequence of str
        The notice, damaged.
    drops_pairs : bool
        Whether the mirror dropped byte pairs of the user areas.
    """

    def __init__(self, lines: Sequence[str], *, drops_pairs: bool) -> None:
        clean = "\n".join(map(_undamaged, lines))
        self._drops_pairs = drops_pairs
        self._weighed = 0
        self._seen = frozenset(clean) | _SIGNS
        self._beside = Counter(map("".join, pairwise(clean)))
        self._following: dict[str, list[str]] = {}
        for first, second in self._beside:
            self._following.setdefault(first, []).append(second)
        self._options: dict[tuple[int, int, bool], list[str]] = {}

    def text(self, first: int, raw: bytes, ending: str, *, opens: str, after: str) -> str:
        """The text of bytes before ``after`` that opens with a sign; ``""`` when there is none.

        Parameters
        ----------
        first : int
            The first byte of a character whose second byte is the first one of ``raw``.
        raw : bytes
            Shifted pairs, and one byte more where the shift ends with it.
        ending : str
            The reading of a last character that lost its second byte, `ALONE` where nothing tells it, else ``""``.
        """
        if len(raw) > 2 * _LONGEST or self._weighed > _MOST_WEIGHED:
            return ""
        paths, gap = [_Path(0.0, "", ends_strange=False)], False
        for place in range(0, len(raw) - 1, 2):
            if raw[place : place + 2] == UNREAD:
                gap = True
                continue
            paths = self._longer(paths, self._read_between(first, raw[place], gap=gap), opens=opens)
            first, gap = raw[place + 1], False
        if len(raw) % 2:
            paths = self._longer(paths, self._read_between(first, raw[-1], gap=gap))
        else:
            paths = self._longer(paths, [LOST] if gap else self._read_last(first, ending, paths, after[:1]))
        whole = sorted((path.cost + self._ended(path, after[:1]), path.text) for path in paths)
        if not whole:
            return ""
        best, text = whole[0]
        likely = [other for cost, other in whole if cost <= best + _AS_LIKELY and len(other) == len(text)]
        return "".join(chars[0] if len(set(chars)) == 1 else LOST for chars in zip(*likely, strict=True))

    def _longer(self, paths: Sequence[_Path], options: Sequence[str], *, opens: str = "") -> list[_Path]:
        self._weighed += len(paths) * len(options)
        longer = {
            self._with(path, chars) for path in paths for chars in options if path.text or chars.startswith(opens)
        }
        return sorted(longer)[:_MOST_PATHS]

    def _with(self, path: _Path, chars: str) -> _Path:
        cost, text, strange = path
        cost += _DROPPED * (len(chars) - 1)
        for char in chars:
            if char == LOST:
                cost, text, strange = cost + _LOST, text + char, False
                continue
            beside = self._distance(text[-1:] + char)
            cost += beside + _STRANGER * (strange and beside == _FAR)
            cost += 0.0 if char in self._seen else _UNSEEN if is_common(char) else _UNCOMMON
            is_sign = not _HAN.match(char)
            cost += _ODD_SIGN * (is_sign and char not in _SIGNS)
            strange = beside == _FAR and not is_sign and char not in ALONE_IN_TEXT
            text += char
        return _Path(cost, text, strange)

    def _ended(self, path: _Path, following: str) -> float:
        beside = self._distance(path.text[-1:] + following) if following else 0.0
        return beside + _STRANGER * (path.ends_strange and beside == _FAR)

    def _distance(self, pair: str) -> float:
        """How far two characters are from standing beside one another."""
        if times := self._beside.get(pair):
            return _NEAR / times
        if len(pair) < 2 or pair[0] == LOST:
            return 0.0
        return _IN_WORDS if to_simplified(pair) in known_words() else _FAR

    def _read_between(self, first: int, second: int, *, gap: bool) -> list[str]:
        """What two bytes were: a character, or more between which pairs were dropped, or one that cannot be read."""
        key = (first, second, gap)
        if key not in self._options:
            whole = "" if gap else decoded(bytes([first, second]))
            options = [whole] if whole else []
            if gap or self._drops_pairs:
                options += self._read_around(first, second, _undecodable() if gap else _user_area())
            if self._drops_pairs and not gap:
                options += self._read_around_two(first, second)
            if gap or self._drops_pairs:
                options.append(LOST)
            self._options[key] = options
        return self._options[key]

    def _read_around(self, first: int, second: int, lost: Container[tuple[int, int]]) -> Iterator[str]:
        begins = [(end, char) for end in _BYTES if (char := decoded(bytes([first, end]))) in self._seen]
        ends = [(begin, char) for begin in _BYTES if (char := decoded(bytes([begin, second]))) in self._seen]
        return (
            one + other
            for end, one in begins
            for begin, other in ends
            if (end, begin) in lost and (lost is _undecodable() or self._distance(one + other) < _FAR)
        )

    def _read_around_two(self, first: int, second: int) -> Iterator[str]:
        """Three characters, of which two pairs were dropped; only such as stand beside one another elsewhere."""
        lost = _user_area()
        for end in _BYTES:
            one = decoded(bytes([first, end]))
            for middle in self._following.get(one, ()):
                bytes_within = gbk(middle)
                if len(bytes_within) == 2 and (end, bytes_within[0]) in lost:
                    for last in self._following.get(middle, ()):
                        code = gbk(last)
                        if len(code) == 2 and code[1] == second and (bytes_within[1], code[0]) in lost:
                            yield one + middle + last

    def _read_last(self, first: int, ending: str, paths: Sequence[_Path], after: str) -> list[str]:
        """What a character was that lost its second byte."""
        chars = [char for low in _BYTES if (char := decoded(bytes([first, low])))]
        if ending != ALONE:
            return [char for char in chars if has_reading(char, ending) and is_common(char)]
        if signs := {
            char: self._beside[char + after] for char in chars if char in _SIGNS and char + after in self._beside
        }:
            return [max(signs, key=signs.__getitem__)]
        # How often a pair is seen does not tell which byte was lost: only the one that alone is known is believed.
        known = [char for char in chars if any(self._distance(path.text[-1:] + char) < _FAR for path in paths[:1])]
        return known if len(known) == 1 else [LOST]


def _undamaged(line: str) -> str:
    """A line without what is shifted in it, and without readings."""
    kept, start = [], 0
    for cut in _CUT.finditer(line) if "?" in line else ():
        if cut.start() >= start:
            kept.append(line[start : cut.start()])
            shifted = shifted_bytes(line, cut.end())
            start = shifted[1] if shifted else cut.end()
    return _READING.sub("", "\n".join([*kept, line[start:]]))


@cache
def _user_area() -> frozenset[tuple[int, int]]:
    """The byte pairs of GBK that no character of Unicode but private ones stands for."""
    return frozenset(
        (first, second)
        for first in range(0x81, 0xFF)
        for second in range(0x40, 0xFF)
        if second != 0x7F and "\ue000" <= bytes([first, second]).decode("gb18030") <= "\uf8ff"
    )


@cache
def _undecodable() -> frozenset[tuple[int, int]]:
    """The byte pairs that stand for nothing."""
    return frozenset((0x80, second) for second in range(0x81, 0xFF))
