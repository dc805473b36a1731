"""How a page prints what it counted: numbers, shares, days and arrows once more, and the words of two languages.

The words are read from the catalogue's file as text. Nothing of the library is used.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.recount import Files

CATALOGUE = Path(__file__).parents[1] / "src" / "analysis" / "locale" / "zh" / "LC_MESSAGES" / "portplan.po"
NOTHING = "—"

ENGLISH = {
    "closed": "Closed (verified)", "done_reported": "Reported done", "in_progress": "In progress", "stalled": "Stalled",
    "not_started": "Not started", "ongoing": "Ongoing", "no_feedback": "No feedback", "not_due": "Not due yet",
    "withdrawn": "Withdrawn",
    "returned": "sent back", "reopened": "opened again", "partly_done": "some units report it done",
    "no_unit": "no unit named",
    "forward": "Forward", "back": "Back", "first_word": "First feedback", "entered": "Entered", "other": "By decision",
    "in_time": "Done in time", "late": "Done late", "overdue": "Overdue", "due_soon": "Due within three months",
    "later": "Due later", "no_deadline": "No deadline",
    "met": "Met", "not_met": "Not met", "partly_measured": "Met so far, not all measured",
    "not_measured": "Not measured",
    "True": "Yes", "False": "No",
}  # fmt: skip
"""What a word of a table is called."""

Cell = tuple[str, Any, Any]
"""Kind, value, the value on the earlier day (itself where nothing is compared)."""


@cache
def chinese() -> dict[str, str]:
    """English message → Chinese, the first form where there are several."""
    found: dict[str, str] = {}
    for block in CATALOGUE.read_text("utf-8").split("\n\n"):
        told: dict[str, str] = {}
        field = ""
        for line in block.splitlines():
            start = re.match(r"(msgid_plural|msgid|msgstr(?:\[0\])?) ", line)
            if start:
                field, line = start[1].removesuffix("[0]"), line[start.end() :]
            if field and line.startswith('"'):
                told[field] = told.get(field, "") + ast.literal_eval(line)
        if told.get("msgid"):
            found[told["msgid"]] = told["msgstr"]
    return found


def fixed(value: Fraction | float, decimals: int = 0) -> str:
    """A number with so many decimals, halves away from zero, thousands parted by commas."""
    exact = Fraction(str(value)) if isinstance(value, float) else Fraction(value)
    scaled = int(abs(exact) * 10**decimals + Fraction(1, 2))
    whole, rest = divmod(scaled, 10**decimals)
    sign = "-" if exact < 0 and scaled else ""
    return f"{sign}{whole:,}" + (f".{rest:0{decimals}}" if decimals else "")


def percent(value: Fraction) -> str:
    return f"{fixed(100 * value)}%"


def rounded_parts(parts: Sequence[Fraction], decimals: int) -> list[Fraction]:
    """Parts that add to their rounded total: the largest remainders up, of equal ones the first."""
    unit = Fraction(1, 10**decimals)
    floors = [part // unit for part in parts]
    short = int(sum(parts, Fraction(0)) / unit + Fraction(1, 2)) - sum(floors)
    largest = sorted(range(len(parts)), key=lambda place: floors[place] - parts[place] / unit)
    return [(floor + (place in largest[:short])) * unit for place, floor in enumerate(floors)]


@dataclass(frozen=True)
class Words:
    """How one language speaks of a plan."""

    lang: str
    files: Files

    def __call__(self, message: str, **values: object) -> str:
        told = message if self.lang == "en" else chinese()[message]
        return told.format(**values)

    def word(self, word: object) -> str:
        return NOTHING if word in ("", None) else self(ENGLISH[str(word)])

    def own(self, row: dict[str, Any], column: str) -> str:
        return row.get(f"{column}_{self.lang}") or row[column]

    def unit(self, unit: str) -> str:
        return next(self.own(row, "short") for row in self.files.units if row["unit_id"] == unit)

    def theme(self, theme: str) -> str:
        return next(self.own(row, "short") for row in self.files.themes if row["theme_id"] == theme)

    def measure(self, measure: str) -> str:
        row = next(row for row in self.files.measures if row["measure_id"] == measure)
        return self("{number}. {title}", number=row["number"], title=self.own(row, "title"))

    def units(self, units: Iterable[str]) -> str:
        return self(", ").join(map(self.unit, units)) or NOTHING

    def period(self, name: str) -> str:
        year, _, part = name.partition("-")
        if not part:
            return self("{year} (year)", year=year)
        if part.isdigit() and self.lang == "zh":
            return f"{year}年{int(part)}月"
        if part.isdigit():
            months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"]
            return f"{months[int(part) - 1]} {year}"
        message = {"Q": "Q{n} {year}", "H": f"{part} {{year}}", "W": "week {n} of {year}"}[part[0]]
        return self(message, n=int(part[1:]), year=year)

    def printed(self, cell: Cell) -> str:
        """A cell as it stands in a table, with how it differs from the earlier day."""
        kind, value, then = cell
        text = self.plain(kind, value)
        if kind == "state" and value != then:
            return f"{text} ← {self.plain(kind, then)}"
        if kind in ("text", "state", "date") or value is None or then is None:
            return text
        raw, before = (one[0] if isinstance(one, tuple) else one for one in (value, then))
        step = _exact(raw) - _exact(before)
        decimals = 2 if kind == "share" else int(kind[1:])
        size = fixed(abs(step), decimals)
        if not float(size.replace(",", "")):
            return text
        if kind == "share":
            points = fixed(abs(step) * 100)
            size = self("{n} points" if self.lang == "en" and points != "1" else "{n} point", n=points)
        return f"{text} {'↑' if step > 0 else '↓'}{size}"

    def plain(self, kind: str, value: Any) -> str:
        if value is None:
            return NOTHING
        if kind == "state":
            return self.word(value)
        if kind == "share":
            return percent(value)
        if kind == "date":
            assert isinstance(value, date)
            return value.isoformat()
        if kind == "text":
            return value
        # What is rounded as a part of its column: the exact value, and how it is printed.
        return fixed(value[1] if isinstance(value, tuple) else value, int(kind[1:]))

    def in_file(self, cell: Cell) -> str | float:
        """A cell as it stands in the file: numbers as they are."""
        kind, value, _ = cell
        if value is None or (kind == "text" and value == NOTHING):
            return ""
        if kind in ("text", "state", "date"):
            return self.plain(kind, value)
        return float(value[0] if isinstance(value, tuple) else value)


def _exact(value: Any) -> Fraction:
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)
