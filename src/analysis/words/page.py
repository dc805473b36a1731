"""What every page says: its opening, its tables, where its figures come from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.schema import BUCKETS, NO_FEEDBACK, harmless
from analysis.words.language import NOTHING, Language

if TYPE_CHECKING:
    from analysis.plan import Plan
    from analysis.status import Snapshot

_STATES = ("state", "state_of_unit")
# Time passes by itself: that it has is nothing to mark.
_UNMARKED = ("days_since_feedback",)


@dataclass(frozen=True)
class KeyFigure:
    """A number a leader takes away, what it is, and what it is of."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Opening:
    """The head of a page."""

    lang: str
    banners: tuple[str, ...]
    plan: str
    title: str
    dates: tuple[str, ...]
    headline: str
    key_figures: tuple[KeyFigure, ...]
    counts: Mapping[str, int] = field(default_factory=dict)
    moved: str = ""


@dataclass(frozen=True)
class Caption:
    """What stands around a figure or a table: the finding, the alternative text, the source, the names to draw with."""

    key: str
    finding: str
    alt: str
    source: str
    labels: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


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


@dataclass(frozen=True)
class Method:
    """How the figures were made: terms and what they mean."""

    title: str
    terms: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Chrome:
    """The words that a page has around the outputs of its notebook."""

    lang: str
    skip: str
    title: str
    terms: tuple[tuple[str, str], ...]


def opening(
    plan: Plan,
    say: Language,
    *,
    title: str,
    key_figures: Iterable[KeyFigure],
    now: Snapshot,
    then: Snapshot,
) -> Opening:
    """The head of a page, with the leader's first line.

    Parameters
    ----------
    now, then : analysis.status.Snapshot
        The dates that the page speaks of, and those it is compared with (the same when it is compared with none).
    """
    as_of, known_at = now.as_of, now.known_at
    dates = [say("As of {date}", date=say.date(as_of)), say("As known on {date}", date=say.date(known_at))]
    if plan.selection:
        dates.append(say("Only: {names}", names=say.listing(map(say.name, plan.selection.values()))))
    return Opening(
        lang=say.lang,
        banners=(*banners(plan, say), *stale(plan, now.states, say)),
        plan=plan.title[say.lang],
        title=title,
        dates=tuple(dates),
        headline=headline(plan, now.measures, say, as_of=as_of),
        key_figures=tuple(key_figures),
        counts={str(state): int(count) for state, count in now.measures["state"].value_counts().items()},
        moved=moved(now, then, say),
    )


def titled(title: str, plan: Plan, say: Language) -> str:
    """A title with what the plan was narrowed to."""
    if not plan.selection:
        return title
    return say("{title}: {names}", title=title, names=say.listing(map(say.name, plan.selection.values())))


def moved(now: Snapshot, then: Snapshot, say: Language) -> str:
    """What has changed since the earlier date, and how the tables mark it; blank when nothing is compared."""
    if then.as_of == now.as_of:
        return ""
    both = now.measures[["measure_id", "state"]].merge(then.measures[["measure_id", "state"]], on="measure_id")
    return say.count(
        int(both["state_x"].ne(both["state_y"]).sum()),
        "Compared with {date}: {n} measure has changed its state. In the tables ↑ and ↓ mark what grew and shrank, "
        "← what a state was before, “new” what was not there.",
        "Compared with {date}: {n} measures have changed their state. In the tables ↑ and ↓ mark what grew and shrank, "
        "← what a state was before, “new” what was not there.",
        date=say.date(then.as_of),
    )


def banners(plan: Plan, say: Language) -> tuple[str, ...]:
    """What must be said before anything else: that a record is made up."""
    if plan.progress_provenance != "synthetic":
        return ()
    return (
        say(
            "Synthetic sample. The measures and units are those of the published notice; every state, date and remark "
            "on progress was made by a program for demonstration and says nothing about any unit."
        ),
    )


def stale(plan: Plan, states: pd.DataFrame, say: Language) -> tuple[str, ...]:
    """That what is shown is old: of nothing that is open has anything been heard for two periods or more.

    Parameters
    ----------
    states : pandas.DataFrame
        From `analysis.status.latest`.
    """
    still_open = states[states["freshness"].ne("settled")]
    missed = 0 if still_open.empty else int(still_open["periods_missed"].min())
    if missed < 2:
        return ()
    about = say.listing(map(say.name, plan.selection.values())) or plan.title[say.lang]
    told = {"about": about, "n": say.number(missed)}
    heard = states["as_of"].max()
    if pd.isna(heard):
        return (say("Stale. {about}: no feedback has come in any of the {n} periods on which it was due.", **told),)
    return (
        say(
            "Stale. {about}: no feedback on anything open has come for the last {n} periods on which it was due. "
            "Shown is what was heard last, up to {date}; it may no longer hold.",
            date=say.date(heard),
            **told,
        ),
    )


def headline(plan: Plan, measure_states: pd.DataFrame, say: Language, *, as_of: pd.Timestamp) -> str:
    """The leader's first line: how many measures are in each state; the parts add to the number of measures."""
    total = len(measure_states)
    if not total:
        return say("As of {date}: no measure matches this selection.", date=say.date(as_of))
    states = measure_states["state"].value_counts().reindex(list(BUCKETS), fill_value=0)
    silent = measure_states.loc[measure_states["state"].eq(NO_FEEDBACK), "measure_id"]
    numbers = plan.measures.set_index("measure_id")["number"].loc[silent]
    parts = {
        "closed": say("{n} closed", n=say.number(states["closed"])),
        "done_reported": say("{n} reported done and awaiting verification", n=say.number(states["done_reported"])),
        "in_progress": say("{n} in progress", n=say.number(states["in_progress"])),
        "stalled": say("{n} stalled", n=say.number(states["stalled"])),
        "not_started": say("{n} not started", n=say.number(states["not_started"])),
        "ongoing": say("{n} running continuously", n=say.number(states["ongoing"])),
        NO_FEEDBACK: say("{n} without feedback", n=say.number(states[NO_FEEDBACK]))
        + (say(" (no. {numbers})", numbers=say.listing(numbers, most=12)) if len(numbers) else ""),
        "withdrawn": say("{n} withdrawn", n=say.number(states["withdrawn"])),
    }
    return say.count(
        total,
        "As of {date}, {n} measure: {parts}.",
        "As of {date}, {n} measures: {parts}.",
        date=say.date(as_of),
        parts=say.listing((parts[state] for state in BUCKETS), most=len(BUCKETS)),
    )


def caption(
    plan: Plan, say: Language, *, key: str, finding: str, record: bool, alt: str = "", note: str = "", **labels: str
) -> Caption:
    """What stands around a figure; `labels` are names that only this figure needs, by the words its drawing uses."""
    usual = {
        "nothing": say("No measure matches this selection"),
        "rows_left_out": say("{n} more are in the data table.", n="{n}"),
        "count_of": say("Number of measures"),
    }
    return Caption(
        key=key,
        finding=finding,
        alt=alt,
        source=source(plan, say, record=record),
        labels={**say.labels, **usual, **labels},
        note=note,
    )


def source(plan: Plan, say: Language, *, record: bool) -> str:
    """Where a figure comes from: the notice alone, or the notice with the record of progress."""
    issuers = say.listing(plan.issuers[say.lang])
    notice = say("Source: notice of {date} by {issuers}", date=say.date(plan.issued), issuers=issuers)
    if not record:
        return say("{notice}.", notice=notice)
    if plan.progress_provenance == "synthetic":
        return say("{notice}; record of progress: synthetic sample, not real.", notice=notice)
    return say("{notice}; record of progress reported by the units.", notice=notice)


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


def chrome(
    plan: Plan, say: Language, *, versions: Mapping[str, str], parameters: Mapping[str, str], command: str
) -> Chrome:
    """The words around a page's outputs, with where its numbers come from and how to make it again."""
    inputs = say.listing(
        (
            say("{file}: {rows} rows, SHA-256 {hash}", file=file, rows=rows, hash=sha256[:12])
            for file, rows, sha256 in plan.sources[["file", "rows", "sha256"]].itertuples(index=False)
        ),
        most=len(plan.sources),
    )
    return Chrome(
        lang=say.lang,
        skip=say("Skip to the content"),
        title=say("Where this page comes from"),
        terms=(
            (say("Inputs"), inputs),
            (say("Parameters"), say.listing((f"{name}={value}" for name, value in parameters.items()), most=99)),
            (say("Versions"), say.listing((f"{name} {version}" for name, version in versions.items()), most=99)),
            (say("To make this page again"), command),
        ),
    )
