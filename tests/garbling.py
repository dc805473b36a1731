"""What a mirror site does to a notice: characters turned traditional, readings put in, punctuation cut on raw bytes."""

from __future__ import annotations

import random

import opencc
import pypinyin

_MARKS = {b"\xa3\xa1": "！", b"\xa3\xbf": "？", b"\xa3\xbb": "；", b"\xa1\xa3": "。"}


def garbled(text: str, seed: int, *, share: float = 0.12, keeps_user_area: bool = False) -> str:
    """A text as such a site shows it; which characters get a reading differs from site to site."""
    draw = random.Random(seed)
    one_by_one = opencc.OpenCC("s2t").convert
    traditional = {char: one_by_one(char) for char in sorted(set(text))}
    read = {char for char in traditional.values() if "一" <= char <= "鿿" and draw.random() < share}
    lines = []
    for line in text.split("\n"):
        shown = _cut("".join(traditional[char] for char in line), keeps_user_area=keeps_user_area)
        lines.append("".join(f"{char}({_reading(char)})" if char in read else char for char in shown))
    return "\n".join(lines)


def _reading(char: str) -> str:
    return pypinyin.pinyin(char, style=pypinyin.Style.TONE)[0][0]


def _cut(line: str, *, keeps_user_area: bool) -> str:
    """The line with its full stops and the like looked for on raw bytes, whatever the borders of characters."""
    pieces = [line.encode("gb18030")]
    for mark in _MARKS:
        pieces = [part for piece in pieces for part in _split(piece, mark)]
    return "".join(_MARKS.get(piece) or _shown(piece, keeps_user_area=keeps_user_area) for piece in pieces)


def _split(piece: bytes, mark: bytes) -> list[bytes]:
    if piece in _MARKS:
        return [piece]
    first, *others = piece.split(mark)
    return [first, *(part for other in others for part in (mark, other))]


def _shown(piece: bytes, *, keeps_user_area: bool) -> str:
    shown, at = "", 0
    while at < len(piece):
        step = 1 if piece[at] < 0x80 else 4 if len(piece) >= at + 4 and 0x30 <= piece[at + 1] <= 0x39 else 2
        code = piece[at : at + step]
        char = code.decode("gb18030", errors="replace") if len(code) == step else "?"
        if "\ue000" <= char <= "\uf8ff" and not keeps_user_area:
            char = ""
        shown += char.replace("\ufffd", "?")
        at += step
    return shown
