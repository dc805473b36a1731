"""A frame as a table of a page, and as the CSV that goes with it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.files import harmless
from analysis.schema import BUCKETS
from analysis.words.language import NOTHING, Language

if TYPE_CHECKING:
    from analysis.plan import Plan

_STATES = ("state", "state_of_unit")
# Time passes by itself: that it has is nothing to mark.
_UNMARKED = ("days_since_feedback",)


@dataclass(frozen=True)
class Table:
    """A frame as it is printed, and the same as CSV with its numbers unrounded."""

    caption: str
    heads: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    csv: str
    file_name: str
    summary: str
    download: str
    groups: tuple[str, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()
    filter_name: str = ""
    everything: str = ""
    of: str = ""
    totals: Mapping[str, float] = field(default_factory=dict)


class Quote(str):
    """What a unit wrote, in its own words and language (Chinese), whatever the language of the page."""

    __slots__ = ()
    lang = "zh-CN"


def table(
    frame: pd.DataFrame,
    plan: Plan,
    say: Language,
    *,
    key: str,
    caption: str,
    record: bool,
    digits: Mapping[str, int] | None = None,
    percents: Iterable[str] = (),
    before: pd.DataFrame | None = None,
    group_by: str = "",
    quotes: Iterable[str] = (),
    unrounded: pd.DataFrame | None = None,
) -> Table:
    """A frame as a table of a page.

    Parameters
    ----------
    frame : pandas.DataFrame
        A row a line; the first column names the line.
    key : str
        Names the CSV file.
    record : bool
        Whether the figures rest on the record of progress; if that is synthetic, the CSV says so in every row.
    digits : mapping, optional
        Decimals of a column of fractions; 2 when left out.
    percents : iterable of str
        Columns that are shares of 1 and are printed as percentages.
    before : pandas.DataFrame, optional
        The same frame at an earlier date: what differs is marked.
    group_by : str
        A column whose values the reader can filter by.
    quotes : iterable of str
        Columns that hold what units wrote.
    unrounded : pandas.DataFrame, optional
        What the CSV holds where `frame` was rounded so that its parts add up.
    """
    digits, percents, quoted = dict(digits or {}), set(percents), set(quotes)
    earlier = {} if before is None else {record[0]: record for record in before.itertuples(index=False, name=None)}

    def printed(value: Any, column: str) -> str:
        if isinstance(value, float) and not pd.isna(value):
            return say.percent(value) if column in percents else say.number(value, digits.get(column, 2))
        if column in quoted and value:
            return Quote(value)
        return words_for(value, say)

    def look(column: str) -> str:
        return "number" if numeric[column] else "date" if pd.api.types.is_datetime64_dtype(frame[column]) else ""

    def marked(values: tuple[Any, ...], place: int) -> str:
        value, column = values[place], columns[place]
        text = printed(value, column)
        if before is None or before.equals(frame) or columns[place] in _UNMARKED:
            return text
        if values[0] not in earlier:
            return say("{name} (new)", name=text) if place == 0 else text
        past = earlier[values[0]][place]
        if numeric[column] and not pd.isna(value) and not pd.isna(past):
            places = 2 if column in percents else digits.get(column, 2) if isinstance(value, float) else 0
            # The step between what is printed, not between what it was rounded from.
            step = say.rounded(value, places) - say.rounded(past, places)
            if not step:
                return text
            told = _points(abs(step), say) if column in percents else say.number(float(abs(step)), places)
            return f"{text} {'↑' if step > 0 else '↓'}{told}"
        if column in _STATES and value != past:
            return f"{text} ← {printed(past, column)}"
        return text

    columns = list(frame.columns)
    numeric = {column: pd.api.types.is_numeric_dtype(frame[column]) for column in columns}
    numeric |= {column: False for column in columns if pd.api.types.is_bool_dtype(frame[column])}
    records = list(frame.itertuples(index=False, name=None))
    exact = records if unrounded is None else list(unrounded.itertuples(index=False, name=None))
    made_up = record and plan.progress_provenance == "synthetic"
    return Table(
        caption=caption,
        heads=tuple((say.name(column), look(column)) for column in columns),
        rows=tuple(tuple(marked(values, place) for place in range(len(columns))) for values in records),
        csv=_csv(columns, exact, say, made_up=made_up),
        file_name=f"{plan.id}_{key}{'_synthetic' if made_up else ''}.csv",
        summary=say("Data table"),
        download=say("Download this table (CSV)"),
        of=columns[0] if frame[columns[0]].is_unique else "",
        totals={column: float(frame[column].sum()) for column in columns if numeric[column]},
        groups=tuple(frame[group_by]) if group_by else (),
        filters=tuple((value, say.name(value)) for value in BUCKETS if group_by and frame[group_by].eq(value).any()),
        filter_name=say.name(group_by) if group_by else "",
        everything=say("All"),
    )


def words_for(value: Any, say: Language) -> str:
    """A value of a frame in words: names for ids, ISO days, counts as they are, a dash where there is nothing."""
    if isinstance(value, list | tuple):
        return say.listing((words_for(part, say) for part in value), most=len(value)) or NOTHING
    if value is None or pd.isna(value):
        return NOTHING
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return say.name(value) or NOTHING


def _points(step: Decimal, say: Language) -> str:
    return say.count(int(100 * step), "{n} point", "{n} points")


def _csv(columns: list[str], records: list[tuple[Any, ...]], say: Language, *, made_up: bool) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    mark = ([say.name("data")], [say("synthetic sample")]) if made_up else ([], [])
    writer.writerow([say.name(column) for column in columns] + mark[0])
    for values in records:
        writer.writerow([_cell(value, say) for value in values] + mark[1])
    return written.getvalue()


def _cell(value: Any, say: Language) -> str | float | int:
    if isinstance(value, float | int) and not isinstance(value, bool):
        return "" if pd.isna(value) else value
    text = words_for(value, say)
    return "" if text == NOTHING else harmless(text)
