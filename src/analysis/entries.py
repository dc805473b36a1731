"""A cell as a person filled it in → the text that the record holds, or what is wrong with it."""

from __future__ import annotations

import calendar
import datetime
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.catalogue import Message
from analysis.forms.layout import DECISION_OF_WORD, DECISION_WORDS, HEADS, NO_DECISION, STATUS_OF_WORD, plain, whole
from analysis.grids import Formula, as_written, is_blank
from analysis.schema import DELIVERY_WORDS, VERIFIED

if TYPE_CHECKING:
    import pandas as pd

_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DASHES = {NO_DECISION, "-", "–", "——", "－", "/"}
_WORDS = ("progress", "problems", "request", "next_step", "evidence_ref", "method", "reason")
_MONTHS = {name: number for number, name in enumerate([*"一二三四五六七八九十", "十一", "十二"], start=1)}
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
NUMBER_ALONE = Message("should be a number alone, without its unit of measure, such as 36.5")
_DATE_RULE = Message("should be a day, written 2024-12-31")


@dataclass(frozen=True)
class Value:
    """What a cell was read as.

    Attributes
    ----------
    text : str
        As the record holds it.
    fault : analysis.catalogue.Message, optional
        Why it cannot be taken.
    note : analysis.catalogue.Message, optional
        What was read into it, for whoever wrote it to see.
    """

    text: str = ""
    fault: Message | None = None
    note: Message | None = None


def value_of(column: str, cell: Any, *, as_of: pd.Timestamp | None) -> Value:
    """What a cell of one of the columns that are filled in says.

    Parameters
    ----------
    column : str
        One of the entries of `analysis.forms.layout.SHEETS`.
    cell : str, number, date, Formula or None
    as_of : pandas.Timestamp, optional
        The day a form speaks of; dates without a year are taken for the first ones after it.
    """
    if isinstance(cell, Formula):
        return Value(
            fault=Message("the formula has no result: open and save the file in a spreadsheet, or fill in the result")
        )
    if isinstance(cell, str) and cell.strip() in _ERRORS:
        return Value(fault=Message("the formula has failed: fill in the result itself"))
    if isinstance(cell, bool) and column in _WORDS:
        return Value(fault=Message("should be words, not {cell}", cell=str(cell).upper()))
    if column in _REQUIRED:
        return _REQUIRED[column](cell)
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
        return Value(fault=Message("the year is missing: {rule}", rule=_DATE_RULE))
    for tried in [year] if year is not None else [after.year, after.year + 1] if after is not None else []:
        try:
            date = datetime.date(tried, month, calendar.monthrange(tried, month)[1] if day is None else day)
        except ValueError:
            continue
        if year is not None or after is None or date >= after.date():
            return Value(f"{date}", note=None if is_exact and year is not None else _read_as(written, f"{date}"))
    return Value(fault=Message("there is no such day: {rule}", rule=_DATE_RULE))


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
        return Value(
            f"{date}",
            note=Message("“{written}” is read as a spreadsheet's number of {date}", written=digits, date=f"{date}"),
        )
    if len(digits) == 8:
        return date_of(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}", after=None)
    return Value(fault=_DATE_RULE)


def _read_as(written: str, text: str) -> Message:
    return Message("“{written}” is read as {text}", written=written, text=text)


def _status(cell: Any) -> Value:
    words = "、".join(DELIVERY_WORDS.values())
    if is_blank(cell):
        return Value(fault=Message("the state is missing: should be one of: {words}", words=words))
    if whole(cell) in STATUS_OF_WORD:
        return Value(STATUS_OF_WORD[whole(cell)])
    decision = DECISION_OF_WORD.get(whole(cell), DECISION_OF_WORD.get(plain(cell)))
    if decision == "closed":
        done, ongoing = DELIVERY_WORDS["done_reported"], DELIVERY_WORDS["ongoing"]
        return Value(
            fault=Message(
                "whether it is closed is for the office that verifies to decide: write {done}, or {ongoing} where it "
                "has no end",
                done=done,
                ongoing=ongoing,
            )
        )
    if decision:
        return Value(
            fault=Message(
                "that is for the office to decide: write how it stands, one of {words}, and the rest under {column}",
                words=words,
                column=f"“{HEADS['problems']}”",
            )
        )
    return Value(fault=Message("should be one of: {words}", words=words))


def _decision(cell: Any) -> Value:
    if is_blank(cell) or as_written(cell).strip() in _DASHES:
        return Value()
    words = "、".join([*(DECISION_WORDS[decision] for decision in VERIFIED), NO_DECISION])
    decision = DECISION_OF_WORD.get(whole(cell), "")
    if decision in VERIFIED:
        return Value(decision)
    if decision:
        return Value(
            fault=Message("this sheet has no room for {decision}: record it by command", decision=as_written(cell))
        )
    return Value(fault=Message("should be one of: {words}", words=words))


def _effective_on(cell: Any) -> Value:
    if is_blank(cell):
        return Value(fault=Message("the day from which it holds is missing: {rule}", rule=_DATE_RULE))
    return date_of(cell, after=None, whole_months=False)


def _number(cell: Any) -> Value:
    if is_blank(cell):
        return Value(fault=Message("the measured value is missing: what was not measured stays blank altogether"))
    digits = _half_width(cell)
    sign = "%" if digits.endswith("%") else ""
    digits = digits.removesuffix("%")
    # A comma groups thousands, or it is no number of ours: 36,5 is not 365.
    digits = digits.replace(",", "") if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", digits) else digits
    if isinstance(cell, bool) or not re.fullmatch(r"-?\d+(\.\d+)?", digits):
        return Value(fault=NUMBER_ALONE)
    whole, _, part = digits.partition(".")
    part = part.rstrip("0")
    return Value((f"{whole}.{part}" if part else whole) + sign)


def _half_width(cell: Any) -> str:
    """A number as it was written, without blanks; only what is wide is made narrow, since 10² is not 102."""
    return re.sub(r"\s", "", as_written(cell).translate(_WIDE))


def _percent(cell: Any) -> Value:
    written = _half_width(cell)
    digits = written.removesuffix("%")
    if not re.fullmatch(r"\d+(\.\d+)?", digits) or float(digits) > 100:
        return Value(fault=Message("should be a number from 0 to 100, such as 80"))
    number = float(digits)
    if digits == written and (doubt := is_it_a_percentage(number)):
        return Value(fault=doubt)
    return Value(repr(number).removesuffix(".0"))


def is_it_a_percentage(number: float) -> Message | None:
    """What is asked of a bare number where hundredths are wanted; None where it is plain.

    A cell shown as 80% holds 0.8, and one shown as 100% holds 1, too: only the unit can tell which was meant. Where the
    file tells how a cell is shown, it was read as that, with its sign.
    """
    if number == 1:
        return Message("is {one} meant, or {all}? Write it with its sign", one="1%", all="100%")
    if not 0 < number < 1:
        return None
    return Message(
        "should be a number from 0 to 100: is {percent} meant? Then write {percent}, not in the format of a percentage",
        percent=f"{number * 100:g}",
    )


def _words(cell: Any) -> Value:
    written = as_written(cell).replace("\r\n", "\n").replace("\r", "\n")
    clean = _CONTROLS.sub("", written)
    return Value(
        clean, note=None if clean == written else Message("control characters that nobody sees were taken out")
    )


_REQUIRED = {"status": _status, "decision": _decision, "effective_on": _effective_on, "value": _number}
"""Columns that a filled row must say something in."""
