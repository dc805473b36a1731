"""What stands around the measures of a notice: its title, who issued it, and when."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from analysis.marks import is_organ

_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_DATE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_CHINESE_DATE = re.compile(
    "([二〇○零一九][〇○零一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
_BEHIND_DATE = re.compile(r"^\s*(?:前|起|至|以|之|内|止|[-—~～])")
_KINDS = "意见|措施|方案|计划|办法|要点|清单|规划|纲要|规定|细则|决定|通知|分工|举措"
_ISSUED_AS = re.compile(rf"印发[^。\n]{{0,12}}?《([^《》\n]{{4,80}}?(?:{_KINDS})[^《》\n]{{0,16}})》")
_NOW_ISSUED = re.compile(rf"《([^《》\n]{{4,80}}?(?:{_KINDS})[^《》\n]{{0,16}})》[^。\n]{{0,24}}印发")
_TITLE = re.compile(
    rf"《?((?:[^\s《》。，；：]{{2,40}}关于)?[^\s《》。，；：]{{4,60}}(?:{_KINDS}))(?:[（(][^（）()]{{1,24}}[）)])?》?$"
)
_ISSUER = re.compile(r"^[\s\u3000]*([^\s《》。，；：]{2,30}?)关于")
_MOST_LINES = 60


class Opening(NamedTuple):
    """Title, issuers and date of a notice; what was not found is ``""``, empty or None."""

    title: str
    issuers: tuple[str, ...]
    issued: date | None


def opening(before: str, behind: str) -> Opening:
    """What the text before and behind the measures says of the notice.

    A date alone on its line under the names of offices is the notice's; else one that follows an office's name.
    """
    lines = [line.strip() for line in before.split("\n") if line.strip()][:_MOST_LINES]
    signed, issued = (
        _signature(lines) or _signature([line.strip() for line in behind.split("\n") if line.strip()]) or ((), None)
    )
    issuers = signed or tuple(_issuers_of_title(lines))
    return Opening(_title(lines, before), issuers, issued)


def _title(lines: list[str], before: str) -> str:
    if named := _ISSUED_AS.search(before[:4000]) or _NOW_ISSUED.search(before[:4000]):
        return named[1]
    for line in lines:
        if found := _TITLE.search(line.split("　")[0] if "关于" not in line else line):
            return found[1]
    if found := re.search(rf"[^\s。]{{2,20}}关于[^\s。，]{{4,60}}?(?:{_KINDS})", before[:2000]):
        return found[0]
    return ""


def _issuers_of_title(lines: list[str]) -> list[str]:
    for line in lines:
        if (found := _ISSUER.match(line)) and is_organ(found[1]):
            return [found[1]]
    return []


def _signature(lines: list[str]) -> tuple[tuple[str, ...], date] | None:
    """The names and the date of a signature."""
    for place, line in enumerate(lines):
        day = _day(line)
        if day and not _without_date(line).strip("（）()　 "):
            names: list[str] = []
            for above in reversed(lines[max(place - 4, 0) : place]):
                parts = [part for part in re.split(r"[\s　、]+", above) if part]
                if not parts or not all(is_organ(part) and len(part) <= 30 for part in parts):
                    break
                names = [*parts, *names]
            return tuple(names), day
    for line in lines:
        for found in _DATE.finditer(line):
            before = re.search(r"[^\s。，；：）)]{2,30}$", line[: found.start()])
            if before and not _BEHIND_DATE.match(line[found.end() :]):
                name = re.split("[。！]", before[0])[-1]
                if is_organ(name) and (day := _day(found[0])):
                    return (_office(name),), day
    return None


def _office(text: str) -> str:
    """The office that a sentence run together ends with."""
    found = re.search(r"(?:国务院|中共|[^，。]{2,8}?(?:省|市|自治区|区|县))[^，。]{0,16}$", text)
    return found[0] if found else text


def _day(text: str) -> date | None:
    if found := _DATE.search(text):
        parts = [int(part) for part in found.groups()]
    elif found := _CHINESE_DATE.search(text):
        parts = [int(found[1].translate(_DIGITS)), _number(found[2]), _number(found[3])]
    else:
        return None
    try:
        return date(*parts)
    except ValueError:
        return None


def _number(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    return (int(tens.translate(_DIGITS) or 1) * 10 if ten else 0) + int(ones.translate(_DIGITS) or 0)


def _without_date(line: str) -> str:
    return _CHINESE_DATE.sub("", _DATE.sub("", line))
