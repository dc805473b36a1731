"""A frame as a table of a page, and as the CSV that goes with it: one way for all of them, from declarations."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from analysis.catalogue import tag_of
from analysis.files import harmless
from analysis.language.cells import Cells, cells, step
from analysis.language.declared import DECLARED
from analysis.language.speaker import NOTHING
from analysis.rounding import with_round_parts
from analysis.schema import BUCKETS, COLUMNS, Column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from analysis.language.speaker import Language


_Row = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """A frame as it is printed, and the same as CSV with its numbers unrounded.

    Attributes
    ----------
    caption : str
    heads : tuple of (str, str)
        What each column is called, and how it is set: ``number``, ``date`` or blank.
    rows : tuple of tuple of str
    csv, file_name : str
    cells : analysis.language.cells.Cells
        The same for a workbook.
    marks : str
        What the marks in it mean; blank where there are none.
    groups : tuple of str
        The group of each row, where the reader can narrow the table to one of `filters`.
    of : str
        The column that names the rows, where each is named once; `totals` are the sums of the columns of numbers.
    """

    caption: str
    heads: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    cells: Cells
    csv: str
    file_name: str
    summary: str
    download: str
    groups: tuple[str, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()
    filter_name: str = ""
    everything: str = ""
    marks: str = ""
    of: str = ""
    totals: Mapping[str, float] = field(default_factory=dict)


class Quote(str):
    """What a unit or the notice wrote, in its own words and language, whatever the language of the page."""

    __slots__ = ("lang",)

    def __new__(cls, text: str, lang: str) -> Self:
        """A text, and what HTML calls its language."""
        quote = super().__new__(cls, text)
        quote.lang = lang
        return quote


class Named(str):
    """The name of a measure or unit, which leads to where it is told of in full."""

    __slots__ = ("leads_to", "tongue")

    def __new__(cls, text: str, leads_to: str, tongue: str = "") -> Self:
        """A name, what it is of (``measure:M4``, ``unit:tj-customs``), and its language where it is not the page's."""
        name = super().__new__(cls, text)
        name.leads_to = leads_to
        name.tongue = tongue
        return name


class Names(str):
    """Several names in a row, and the signs between them."""

    __slots__ = ("parts",)

    def __new__(cls, parts: Sequence[str]) -> Self:
        """The names and the signs between them, in their order."""
        row = super().__new__(cls, "".join(parts))
        row.parts = tuple(parts)
        return row


def table(frame: pd.DataFrame, name: str, say: Language, *, before: pd.DataFrame | None = None) -> Table:
    """A frame as a table of a page.

    Parameters
    ----------
    frame : pandas.DataFrame
        A row a line; the first column names the line. Columns as `analysis.schema.COLUMNS` declares them. Where
        ``frame.columns.name`` gives a name space, those after the first are counts, each named by an id of that space.
    name : str
        One of `analysis.language.declared.DECLARED`; names the CSV file as well.
    say : Language
    before : pandas.DataFrame, optional
        The same frame at an earlier date: what differs is marked.

    Raises
    ------
    KeyError
        When there is no such table, or a column is not declared.
    """
    declared = DECLARED[name]
    names = [str(key) for key in declared.columns or frame.columns]
    space = frame.columns.name
    # What follows the first column is named by ids, which may be words that columns go by.
    columns = [Column(key, key, "count") if space and place else COLUMNS[key] for place, key in enumerate(names)]
    unrounded = frame[names]
    shown = with_round_parts(unrounded, {name: COLUMNS[name].decimals for name in declared.parts})
    is_same = before is not None and before[names].equals(unrounded)
    past = None if before is None or is_same else {row[0]: row for row in _values(before[names])}
    synthetic = declared.record and say.plan.is_synthetic
    unit = f"_{say.plan.selection['unit']}" if declared.of_unit else ""
    spaces = ["column", *[str(space or "column")] * (len(names) - 1)]
    heads = tuple((say.name(of, column.name), _look(column)) for of, column in zip(spaces, columns, strict=True))
    groups = frame[declared.filter_by] if declared.filter_by else pd.Series(dtype="str")
    steps = _steps(unrounded, past or {}, columns)
    rows = tuple(_rows(shown, past, steps, columns, say))
    return Table(
        caption=say(declared.caption, total=say.number(shown[declared.parts[0]].sum()) if declared.parts else ""),
        heads=heads,
        rows=rows,
        cells=cells(rows, _values(shown), steps, columns, say, [head for head, _ in heads]),
        marks=_marks(rows, say),
        csv=_csv([head for head, _ in heads], columns, unrounded, say, synthetic=synthetic),
        file_name=f"{say.plan.id}_{name}{unit}{'_synthetic' if synthetic else ''}.csv",
        summary=say("Data table"),
        download=say("Download this table (CSV)"),
        of=names[0] if frame[names[0]].is_unique else "",
        totals={column.name: float(shown[column.name].sum()) for column in columns if column.is_number},
        groups=tuple(groups),
        filters=tuple((state, say.state(state)) for state in BUCKETS if groups.eq(state).any()),
        filter_name=say.name("column", declared.filter_by) if declared.filter_by else "",
        everything=say("All"),
    )


def words_for(value: Any, column: Column, say: Language) -> str:
    """A value of a column in words: names for ids, ISO days, counts as they are, a dash where there is nothing."""
    if isinstance(value, list):
        return _row_of(value, column, say)
    if value is None or pd.isna(value):
        return NOTHING
    if column.kind == "share":
        return say.percent(value, column.decimals)
    if column.kind == "number" or isinstance(value, float):
        return say.number(value, column.decimals)
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if column.kind == "period":
        return say.period(value)
    if column.kind in ("measure_id", "unit_id"):
        return named(value, column.kind, say)
    return _told(value, column, say)


def _row_of(values: list[Any], column: Column, say: Language) -> str:
    """Several ids or words in a row."""
    if column.kind == "reasons":
        return say.listing(say.name("reason", reason) for reason in values) or NOTHING
    if values:
        return named_units(values, say)
    return say("carries it alone") if column.kind == "other_units" else NOTHING


def _told(value: Any, column: Column, say: Language) -> str:
    """What somebody wrote, in the plan's own language; else the name of a word."""
    if column.kind == "quote":
        return Quote(value, tag_of(say.plan.lang)) if value else NOTHING
    name = say.name(column.kind, value)
    own_words = column.kind == "decider" and name == value
    tongue = tag_of(say.plan.lang) if own_words else say.lang_of(column.kind, value)
    return Quote(name, tongue) if name and tongue else name or NOTHING


def named(key: object, kind: str, say: Language) -> Named:
    """The name of a measure or unit, which leads to where it is told of."""
    return Named(say.name(kind, key), f"{kind.removesuffix('_id')}:{key}", say.lang_of(kind, key))


def named_units(unit_ids: Sequence[object], say: Language) -> Names:
    """Several units in a row."""
    parts: list[str] = []
    for unit in unit_ids:
        parts += [say(", "), named(unit, "unit_id", say)]
    return Names(parts[1:])


def _look(column: Column) -> str:
    return "number" if column.is_number else "date" if column.kind == "date" else ""


def _values(frame: pd.DataFrame) -> list[_Row]:
    return list(frame.itertuples(index=False, name=None))


def _steps(frame: pd.DataFrame, past: Mapping[Any, _Row], columns: list[Column]) -> list[dict[int, Decimal]]:
    """What the numbers of each row have moved by since an earlier frame, by the place of their column."""
    steps = []
    for values in _values(frame):
        moved = enumerate(map(step, values, past.get(values[0], ()), columns))
        steps.append({place: size for place, size in moved if size is not None})
    return steps


def _rows(
    shown: pd.DataFrame,
    past: Mapping[Any, _Row] | None,
    steps: list[dict[int, Decimal]],
    columns: list[Column],
    say: Language,
) -> list[tuple[str, ...]]:
    """The rows in words, with marks for what differs from an earlier frame."""
    rows = []
    for values, moved in zip(_values(shown), steps, strict=True):
        words = [words_for(value, column, say) for value, column in zip(values, columns, strict=True)]
        if past is not None and values[0] not in past:
            words[0] = _new(words[0], say)
        for place, then in enumerate((past or {}).get(values[0], ())):
            if columns[place].kind == "state" and values[place] != then:
                words[place] = f"{words[place]} ← {words_for(then, columns[place], say)}"
        for place, size in moved.items():
            points = say.count(abs(int(size)), "{n} point", "{n} points")
            told = points if columns[place].kind == "share" else say.number(abs(size), columns[place].decimals)
            words[place] += f" {'↑' if size > 0 else '↓'}{told}"
        rows.append(tuple(words))
    return rows


def _new(name: str, say: Language) -> str:
    """The name of a row that was not there on the earlier day; it leads where it led."""
    text = say("{name} (new)", name=name)
    return Named(text, name.leads_to, name.tongue) if isinstance(name, Named) else text


def _marks(rows: tuple[tuple[str, ...], ...], say: Language) -> str:
    """What the marks in a table mean: of those that are in it."""
    told = {
        "↑": say("↑ and ↓: grown and shrunk since the earlier day."),
        "↓": say("↑ and ↓: grown and shrunk since the earlier day."),
        "←": say("←: the state on the earlier day."),
    }
    # A unit may write such a sign itself.
    found = (
        meaning
        for mark, meaning in told.items()
        if any(mark in cell for row in rows for cell in row if not isinstance(cell, Quote))
    )
    return " ".join(dict.fromkeys(found))


def _csv(heads: list[str], columns: list[Column], frame: pd.DataFrame, say: Language, *, synthetic: bool) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    head, mark = ([say.name("column", "data")], [say("synthetic sample")]) if synthetic else ([], [])
    writer.writerow(heads + head)
    for values in _values(frame):
        writer.writerow([_cell(value, column, say) for value, column in zip(values, columns, strict=True)] + mark)
    return written.getvalue()


def _cell(value: Any, column: Column, say: Language) -> str | float | int:
    if column.is_number:
        return "" if pd.isna(value) else float(value) if column.kind == "number" else value
    text = words_for(value, column, say)
    return "" if text == NOTHING else harmless(text)
