"""A cell as a person filled it in → the text that the record holds, or what is wrong with it."""

from __future__ import annotations

import calendar
import datetime
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.forms.layout import STATUS_OF_WORD, plain
from analysis.grids import Formula, as_written, is_blank
from analysis.schema import DELIVERY_WORDS

if TYPE_CHECKING:
    import pandas as pd

_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_MONTHS = {name: number for number, name in enumerate([*"一二三四五六七八九十", "十一", "十二"], start=1)}
_DATE_RULE = "应为日期，写作 2024-12-31"


@dataclass(frozen=True)
class Value:
    """What a cell was read as.

    Attributes
    ----------
    text : str
        As the record holds it.
    fault : str
        Why it cannot be taken; ``""`` when it can.
    note : str
        What was read into it, for the unit to see.
    """

    text: str = ""
    fault: str = ""
    note: str = ""


def value_of(column: str, cell: Any, *, as_of: pd.Timestamp | None) -> Value:
    """What a cell of one of the columns that units fill in says.

    Parameters
    ----------
    column : str
        One of `analysis.forms.layout.ENTRIES`.
    cell : str, number, date, Formula or None
    as_of : pandas.Timestamp, optional
        The day a form speaks of; dates without a year are taken for the first ones after it.
    """
    if isinstance(cell, Formula):
        return Value(fault="公式没有计算结果：请在表格软件中打开并保存后再报，或直接填写结果")
    if isinstance(cell, str) and cell.strip() in _ERRORS:
        return Value(fault="公式出错：请直接填写结果")
    if column == "status":
        return _status(cell)
    if is_blank(cell):
        return Value()
    if column == "percent":
        return _percent(cell)
    if column == "expected_completion":
        return date_of(cell, after=as_of)
    return _words(cell)


def date_of(cell: Any, *, after: pd.Timestamp | None, whole_months: bool = True) -> Value:
    """A date, from a date cell or from what people write: 2024年6月30日, 2024/6/30, 20240630, 6月底, 年底.

    Parameters
    ----------
    cell : str, number or date
    after : pandas.Timestamp, optional
        A date without a year is taken for the first one from this day on; without it, it is not taken.
    whole_months : bool
        Whether a month may stand for its last day.
    """
    if isinstance(cell, datetime.datetime | datetime.date):
        return Value(f"{cell:%Y-%m-%d}")
    if isinstance(cell, bool):
        return Value(fault=_DATE_RULE)
    written = as_written(cell)
    text = unicodedata.normalize("NFKC", re.sub(r"\s+", "", unicodedata.normalize("NFKC", written).split(" 00:00")[0]))
    if isinstance(cell, int | float) or re.fullmatch(r"\d{5}", text):
        return _serial(text)
    text = re.sub(r"(之前|以前|前)$", "", text)
    text = re.sub(r"(十[一二]?|[一二三四五六七八九])月", lambda month: f"{_MONTHS[month[1]]}月", text)
    year, month, day, is_exact = _parts(text)
    if month is None or (day is None and not whole_months):
        return Value(fault=_DATE_RULE)
    if year is None and after is None:
        return Value(fault=f"缺少年份：{_DATE_RULE}")
    for tried in [year] if year is not None else [after.year, after.year + 1] if after is not None else []:
        try:
            date = datetime.date(tried, month, calendar.monthrange(tried, month)[1] if day is None else day)
        except ValueError:
            continue
        if year is not None or after is None or date >= after.date():
            return Value(f"{date}", note="" if is_exact and year is not None else f"“{written}”按 {date} 记")
    return Value(fault=f"没有这一天：{_DATE_RULE}")


def _parts(text: str) -> tuple[int | None, int | None, int | None, bool]:
    """Year, month, day (None where it is not said, or the last of the month) and whether the day was said."""
    if match := re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?", text):
        return int(match[1]), int(match[2]), int(match[3]), True
    if match := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text):
        return int(match[1]), int(match[2]), int(match[3]), True
    if match := re.fullmatch(r"(\d{4})[-/.年](\d{1,2})月?[底末]?", text):
        return int(match[1]), _month(match[2]), None, False
    if match := re.fullmatch(r"(\d{1,2})月[底末]?", text):
        return None, _month(match[1]), None, False
    if match := re.fullmatch(r"(\d{1,2})月(\d{1,2})[日号]?", text):
        return None, _month(match[1]), int(match[2]), True
    if match := re.fullmatch(r"(?:(\d{4})年?|年)[底末内]", text):
        return (int(match[1]) if match[1] else None), 12, 31, False
    return None, None, None, False


def _month(digits: str) -> int | None:
    return int(digits) if 1 <= int(digits) <= 12 else None


def _serial(digits: str) -> Value:
    # What a spreadsheet shows of a date when the cell is not formatted as one: days since 1899-12-30.
    number = float(digits)
    if 36526 <= number <= 73050:
        date = datetime.date(1899, 12, 30) + datetime.timedelta(days=int(number))
        return Value(f"{date}", note=f"“{digits}”按表格软件的日期数 {date} 记")
    if len(digits) == 8:
        return date_of(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}", after=None)
    return Value(fault=_DATE_RULE)


def _status(cell: Any) -> Value:
    allowed = f"应为其中之一：{'、'.join(DELIVERY_WORDS.values())}"
    if is_blank(cell):
        return Value(fault=f"没有填写进展状态：{allowed}")
    status = STATUS_OF_WORD.get(plain(cell))
    return Value(status) if status else Value(fault=allowed)


def _percent(cell: Any) -> Value:
    digits = re.sub(r"\s", "", unicodedata.normalize("NFKC", as_written(cell))).removesuffix("%")
    if not re.fullmatch(r"\d+(\.\d+)?", digits) or float(digits) > 100:
        return Value(fault="应为 0–100 的数字，如 80")
    number = float(digits)
    # A cell shown as 80% holds 0.8, and one shown as 100% holds 1: only the unit can tell which was meant.
    if 0 < number < 1:
        return Value(fault=f"应为 0–100 的数字：是否为 {number * 100:g}？请填 {number * 100:g}，不用百分比格式")
    return Value(repr(number).removesuffix(".0"))


def _words(cell: Any) -> Value:
    written = as_written(cell).replace("\r\n", "\n").replace("\r", "\n")
    clean = _CONTROLS.sub("", written)
    return Value(clean, note="" if clean == written else "去掉了看不见的控制字符")
