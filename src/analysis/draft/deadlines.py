"""Deadlines as printed → dates, where they are certain, each with its reason."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

_YEAR = r"(?:(?P<year>\d{4})年)"
_DATE = re.compile(
    rf"{_YEAR}?(?:(?P<month>\d{{1,2}})月(?:份)?)?(?:(?P<day>\d{{1,2}})日|(?P<part>上旬|中旬|下旬))?"
    r"(?P<end>年底|年末|年内|[底末]|上半年|[一二三四1-4]季度末?)?"
)
_FROM_ISSUE = re.compile(r"(?:印发|发布|下发|施行)之日起(\d{1,3})(日|天|个月|个工作日)内?")
_WITHOUT_END = re.compile("长期|持续|常态|定期|按进度|按时序|每年|每月|每季|每半年|全年|随时|经常")
_PARTIAL = re.compile("阶段性|明显成效|初步|取得.{0,4}(?:成效|进展)")
_QUARTERS = {"一": 3, "二": 6, "三": 9, "四": 12, "1": 3, "2": 6, "3": 9, "4": 12}
_LAST = {"上旬": 10, "中旬": 20}


class Deadline(NamedTuple):
    """A proposal: the date, or None; why; and what a person should check, ``""`` when nothing."""

    due: date | None
    reason: str
    doubt: str = ""


def deadline(due_text: str, issued: date | None) -> Deadline:
    """The date that a printed deadline sets.

    Parameters
    ----------
    due_text : str
        As printed; several parts are parted by ``；``.
    issued : datetime.date, optional
        The day of the notice: it gives the year where none is printed, which is told.
    """
    if not due_text:
        return Deadline(None, "")
    found = [one for part in re.split("[；;]", due_text) if (one := _one(part, issued)).due or one.doubt]
    dates = {one.due for one in found if one.due}
    if len(dates) > 1:
        return Deadline(None, "", f"“{due_text}”有多个时限，未填日期；请核对")
    if found:
        return found[0]
    if _WITHOUT_END.search(due_text):
        return Deadline(None, "没有完成之日")
    return Deadline(None, "", f"“{due_text}”读不出日期；请核对")


def is_without_end(due_text: str) -> bool:
    """Whether a deadline says that the work goes on."""
    return bool(_WITHOUT_END.search(due_text))


def _one(text: str, issued: date | None) -> Deadline:
    if counted := _FROM_ISSUE.search(text):
        return _from_issue(text, int(counted[1]), counted[2], issued)
    found = next((match for match in _DATE.finditer(text) if match["month"] or match["end"] or match["year"]), None)
    if not found:
        return Deadline(None, "")
    if _PARTIAL.search(text):
        return Deadline(None, "", f"“{text}”是阶段性要求，未填完成日期；请核对")
    year = int(found["year"]) if found["year"] else issued.year if issued else None
    if year is None:
        return Deadline(None, "", f"“{text}”没有年份，且印发日期不明；请补填")
    due = _end_of(found, year)
    if due is None:
        return Deadline(None, "", f"“{text}”读不出日期；请核对")
    if found["year"]:
        return Deadline(due, text)
    doubt = f"“{text}”没有年份，按印发当年 {year} 年填为 {due}；请核对"
    if issued and due < issued:
        doubt = f"“{text}”没有年份，按 {year} 年则早于印发之日，仍填 {due}；请核对"
    return Deadline(due, text, doubt)


def _from_issue(text: str, number: int, unit: str, issued: date | None) -> Deadline:
    if issued is None or unit == "个工作日":
        return Deadline(None, "", f"“{text}”须从印发之日推算，未填日期；请核对")
    if unit == "个月":
        months = issued.month - 1 + number
        return Deadline(_last_day(issued.year + months // 12, months % 12 + 1, issued.day), text)
    return Deadline(issued + timedelta(days=number), text)


def _end_of(found: re.Match[str], year: int) -> date | None:
    end = found["end"] or ""
    if found["month"]:
        month = int(found["month"])
        if not 1 <= month <= 12:
            return None
        day = int(found["day"] or _LAST.get(found["part"] or "", 31))
        return _last_day(year, month, day) if day else None
    if end == "上半年":
        return date(year, 6, 30)
    if "季度" in end:
        return _last_day(year, _QUARTERS[end[0]], 31)
    return date(year, 12, 31)


def _last_day(year: int, month: int, day: int) -> date:
    """A day of a month, or its last one."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day - 1), following - timedelta(days=1))
