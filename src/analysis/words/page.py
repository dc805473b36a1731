"""What every page says: its opening, what stands around its figures, where they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from analysis.schema import BUCKETS, NO_FEEDBACK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.language import Language
    from analysis.plan.reading import Reading


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
class Chrome:
    """The words that a page has around the outputs of its notebook."""

    lang: str
    skip: str
    title: str
    terms: tuple[tuple[str, str], ...]


def opening(say: Language, *, title: str, key_figures: Iterable[KeyFigure], now: Reading, then: Reading) -> Opening:
    """The head of a page, with the leader's first line.

    Parameters
    ----------
    now, then : analysis.plan.reading.Reading
        What the page speaks of, and what it is compared with (the same when it is compared with nothing).
    """
    dates = [say("As of {date}", date=say.date(now.as_of)), say("As known on {date}", date=say.date(now.known_at))]
    if say.plan.selection:
        dates.append(say("Only: {names}", names=say.listing(say.selected())))
    return Opening(
        lang=say.lang,
        banners=(*banners(say), *stale(now, say)),
        plan=say.chosen(say.plan.title),
        title=title,
        dates=tuple(dates),
        headline=headline(now, say),
        key_figures=tuple(key_figures),
        counts={str(state): int(count) for state, count in now.measure_states["state"].value_counts().items()},
        moved=moved(now, then, say),
    )


def titled(title: str, say: Language) -> str:
    """A title with what the plan was narrowed to."""
    if not say.plan.selection:
        return title
    return say("{title}: {names}", title=title, names=say.listing(say.selected()))


def moved(now: Reading, then: Reading, say: Language) -> str:
    """What has changed since the earlier date, and how the tables mark it; blank when nothing is compared."""
    if then.as_of == now.as_of:
        return ""
    columns = ["measure_id", "state"]
    both = now.measure_states[columns].merge(then.measure_states[columns], on="measure_id")
    return say.count(
        int(both["state_x"].ne(both["state_y"]).sum()),
        "Compared with {date}: {n} measure has changed its state. In the tables ↑ and ↓ mark what grew and shrank, "
        "← what a state was before, “new” what was not there.",
        "Compared with {date}: {n} measures have changed their state. In the tables ↑ and ↓ mark what grew and shrank, "
        "← what a state was before, “new” what was not there.",
        date=say.date(then.as_of),
    )


def banners(say: Language) -> tuple[str, ...]:
    """What must be said before anything else: that a record is made up."""
    if say.plan.progress_provenance != "synthetic":
        return ()
    return (
        say(
            "Synthetic sample. The measures and units are those of the published notice; every state, date and remark "
            "on progress was made by a program for demonstration and says nothing about any unit."
        ),
    )


def stale(now: Reading, say: Language) -> tuple[str, ...]:
    """That what is shown is old: of nothing that is open has anything been heard for two periods or more."""
    still_open = now.states[now.states["freshness"].ne("settled")]
    missed = 0 if still_open.empty else int(still_open["periods_missed"].min())
    if missed < 2:
        return ()
    about = {"about": say.listing(say.selected()) or say.chosen(say.plan.title), "n": say.number(missed)}
    heard = now.states["as_of"].max()
    if pd.isna(heard):
        return (say("Stale. {about}: no feedback has come in any of the {n} periods on which it was due.", **about),)
    return (
        say(
            "Stale. {about}: no feedback on anything open has come for the last {n} periods on which it was due. "
            "Shown is what was heard last, up to {date}; it may no longer hold.",
            date=say.date(heard),
            **about,
        ),
    )


def headline(now: Reading, say: Language) -> str:
    """The leader's first line: how many measures are in each state; the parts add to the number of measures."""
    total = len(now.measure_states)
    if not total:
        return say("As of {date}: no measure matches this selection.", date=say.date(now.as_of))
    states = now.measure_states["state"].value_counts().reindex(list(BUCKETS), fill_value=0)
    silent = now.measure_states.loc[now.measure_states["state"].eq(NO_FEEDBACK), "measure_id"]
    numbers = say.plan.measures.set_index("measure_id")["number"].loc[silent]
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
        date=say.date(now.as_of),
        parts=say.listing((parts[state] for state in BUCKETS), most=len(BUCKETS)),
    )


def chrome(say: Language, *, versions: Mapping[str, str], parameters: Mapping[str, str], command: str) -> Chrome:
    """The words around a page's outputs, with where its numbers come from and how to make it again."""
    inputs = say.listing(
        (
            say("{file}: {rows} rows, SHA-256 {hash}", file=file, rows=rows, hash=sha256[:12])
            for file, rows, sha256 in say.plan.sources[["file", "rows", "sha256"]].itertuples(index=False)
        ),
        most=len(say.plan.sources),
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
