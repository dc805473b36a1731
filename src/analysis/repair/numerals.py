"""Chinese list numerals, 一 to 九十九."""

from __future__ import annotations

_DIGITS = "零一二三四五六七八九"


def chinese_number(numeral: str) -> int:
    """一 to 九十九 as a number; 0 when the numeral is not well formed."""
    tens, ten, ones = numeral.rpartition("十")
    if any(len(part) > 1 or part not in _DIGITS for part in (tens, ones)):
        return 0
    return (_DIGITS.index(tens or "一") * 10 if ten else 0) + (_DIGITS.index(ones) if ones else 0)


def to_chinese_number(number: int) -> str:
    """1 to 99 as 一 to 九十九."""
    tens, ones = divmod(number, 10)
    return (_DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (_DIGITS[ones] if ones else "")
