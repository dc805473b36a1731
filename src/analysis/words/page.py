"""What every page says: its opening, what stands around its figures, where they come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from analysis.schema import BUCKETS, NO_FEEDBACK
from analysis.words.language import Language

if TYPE_CHECKING:
    from analysis.plan import Plan
    from analysis.status import Snapshot


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
