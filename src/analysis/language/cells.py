"""A table as a workbook has it: each cell is the number, the day or the text that the page prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.rounding import exact, rounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from analysis.language.speaker import Language
    from analysis.schema import Column


@dataclass(frozen=True)
class Cells:
    """What a table prints, cell by cell.

    Attributes
    ----------
    heads : tuple of str
        Those of the table; what numbers have moved by since an earlier day stands in columns of its own at the end.
    formats : tuple of str
        How a spreadsheet shows each column; blank where it holds text.
    rows : tuple of tuples of str, int, float or None
        Numbers rounded as they are printed, days in ISO text, texts; None where there is no number or day.
    """

    heads: tuple[str, ...]
    formats: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]


def cells(
    words: Sequence[Sequence[str]],
    shown: Iterable[Sequence[Any]],
    steps: Sequence[Mapping[int, Decimal]],
    columns: Sequence[Column],
    say: Language,
    heads: Sequence[str],
) -> Cells:
    """The cells of a table: of each row the words, the values, and by their place what numbers moved by."""
    moved = sorted({place for step in steps for place in step})
    plain = [say("{column}, change", column=heads[place]) for place in moved]
    points = [say("{column}, change in points", column=heads[place]) for place in moved]
    named = [points[at] if columns[place].kind == "share" else plain[at] for at, place in enumerate(moved)]
    sizes = [_format(columns[place]).rstrip("%") for place in moved]
    return Cells(
        heads=(*heads, *named),
        formats=(*map(_format, columns), *(f'"↑"{size};"↓"{size};{size}' for size in sizes)),
        rows=tuple(
            (*map(_cell, text, values, columns), *(float(step[place]) if place in step else None for place in moved))
            for text, values, step in zip(words, shown, steps, strict=True)
        ),
    )


def step(value: Any, then: Any, column: Column) -> Decimal | None:
    """What a number has moved by, a share in points; None where it has not, or either is missing."""
    if not column.is_number or pd.isna(value) or pd.isna(then):
        return None
    # The step between what was counted, rounded once: what was rounded apart may differ where nothing has changed.
    difference = exact(value) - exact(then)
    return rounded(100 * difference if column.kind == "share" else difference, column.decimals) or None


def _cell(words: str, value: Any, column: Column) -> str | float | None:
    if not _format(column):
        return str(words)
    if pd.isna(value):
        return None
    if column.kind == "date":
        return f"{value:%Y-%m-%d}"
    number = rounded(value, column.decimals + 2 * (column.kind == "share"))
    return int(number) if number == int(number) else float(number)


def _format(column: Column) -> str:
    """As a spreadsheet writes it down, whatever its language."""
    if column.kind == "date":
        return "yyyy-mm-dd"
    decimals = "." * bool(column.decimals) + "0" * column.decimals
    return f"#,##0{decimals}{'%' * (column.kind == 'share')}" if column.is_number else ""
