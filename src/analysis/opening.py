"""What every page says: its opening, what stands around its figures, where they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from analysis.schema import BUCKETS, NO_FEEDBACK, NOT_DUE, SETTLED
from analysis.status import is_completable

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
    running: str = ""
    subject: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Chrome:
    """The words that a page has around the outputs of its notebook."""

    lang: str
    skip: str
    title: str
    terms: tuple[tuple[str, str], ...]


def opening(
    say: Language, *, title: str, headline: str, key_figures: Iterable[KeyFigure] = (), now: Reading, then: Reading
) -> Opening:
    """The head of a page.

    Parameters
    ----------
    title : str
    headline : str
        What the page finds, in a sentence.
    key_figures : iterable of KeyFigure
    now, then : analysis.plan.reading.Reading
        What the page speaks of, and what it is compared with (the same when it is compared with nothing).
    """
    dates = [say("As of {date}", date=say.date(now.as_of)), known(now, say), receipts(now, say)]
    if say.plan.selection:
        dates.append(say("Only: {names}", names=say.listing(say.selected())))
    return Opening(
        lang=say.lang,
        banners=(*banners(say), *stale(now, say)),
        plan=say.chosen(say.plan.title),
        title=title,
        dates=tuple(filter(None, dates)),
        headline=headline,
        key_figures=tuple(key_figures),
        counts={str(state): int(count) for state, count in now.measure_states["state"].value_counts().items()},
        moved=moved(now, then, say),
        running=" · ".join(filter(None, (title, say.chosen(say.plan.title), dates[0], mark(say)))),
        subject=subject(now, say.lang),
    )


def subject(now: Reading, lang: str) -> dict[str, str]:
    """What a page speaks of, by the names of `analysis.parameters.Parameters`, so that no other is taken for it."""
    days = {"as_of": f"{now.as_of:%Y-%m-%d}", "known_at": f"{now.known_at:%Y-%m-%d}"}
    return {"plan_id": now.plan.id, **days, "lang": lang, "unit": "", "theme": "", **now.plan.selection}


def known(now: Reading, say: Language) -> str:
    """By when what is shown had arrived."""
    return say("by feedback that had arrived by {date}", date=say.date(now.known_at))


def receipts(now: Reading, say: Language) -> str:
    """How much of the last period's feedback is in; blank where there are no periods, or nothing was asked."""
    came = now.receipts
    if say.plan.calendar.every == "none" or say.plan.calendar.owed == "when-due" or not came.owed:
        return ""
    values = {"period": say.period(came.period), "received": came.received, "owed": came.owed}
    if came.is_in:
        return say("{period}: {received} of {owed} reports received", **values)
    return say(
        "{period}: {received} of {owed} reports received so far, due by {date}", date=say.day(came.due), **values
    )


def titled(title: str, say: Language) -> str:
    """A title with what the plan was narrowed to."""
    if not say.plan.selection:
        return title
    return say("{title}: {names}", title=title, names=say.listing(say.selected()))


def moved(now: Reading, then: Reading, say: Language) -> str:
    """What has changed since the earlier date, both as they are known now; blank when nothing is compared."""
    if then.as_of == now.as_of:
        return ""
    columns = ["measure_id", "state"]
    both = now.measure_states[columns].merge(then.measure_states[columns], on="measure_id", how="left")
    return say.count(
        int(both["state_x"].ne(both["state_y"]).sum()),
        "Compared with {date}, by what had arrived by {known}: {n} measure has changed its state.",
        "Compared with {date}, by what had arrived by {known}: {n} measures have changed their state.",
        date=say.date(then.as_of),
        known=say.date(then.known_at),
    )


def mark(say: Language) -> str:
    """What stands wherever there is no room for the banner: that a record is made up; blank of a real one."""
    return say("synthetic sample") if say.plan.is_synthetic else ""


def banners(say: Language) -> tuple[str, ...]:
    """What must be said before anything else: that a record is made up."""
    if not say.plan.is_synthetic:
        return ()
    return (
        say(
            "Synthetic sample. The measures and units are those of the published notice; every state, date and remark "
            "on progress was made by a program for demonstration and says nothing about any unit."
        ),
    )


def stale(now: Reading, say: Language) -> tuple[str, ...]:
    """That what is shown is old: of nothing that is open has anything come for two periods or more."""
    settled = now.measure_states.loc[now.measure_states["state"].isin(SETTLED), "measure_id"]
    still_open = now.states[~now.states["measure_id"].isin(settled) & now.states["state"].ne("done_reported")]
    missed = 0 if still_open.empty else int(still_open["missing"].min())
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


def judgement(now: Reading, say: Language) -> str:
    """The leader's first line: how much is completed, what is stuck, and whether anything waits for them."""
    measures = now.measure_states
    if measures.empty:
        return say("No measure matches this selection.")
    if measures["state"].eq(NOT_DUE).all():
        return say.count(
            len(measures),
            "Of the {n} measure nothing has been reported, and nothing was due yet.",
            "Of the {n} measures nothing has been reported, and nothing was due yet.",
        )
    return say("{done}; {stuck}{waiting}.", done=_done(now, say), stuck=_stuck(now, say), waiting=_waiting(now, say))


def states_line(now: Reading, say: Language) -> str:
    """How many measures are in each state that any is in; the parts add to the number of measures."""
    states = now.measure_states["state"].value_counts().reindex(list(BUCKETS), fill_value=0)
    parts = (
        say("{state} {n}", state=say.state(state), n=say.number(count)) for state, count in states.items() if count
    )
    return say.count(
        len(now.measure_states),
        "{n} measure: {parts}",
        "{n} measures: {parts}",
        parts=say.listing(parts, most=len(BUCKETS)),
    )


def _done(now: Reading, say: Language) -> str:
    measures = now.measure_states
    able = measures[is_completable(measures)]
    done = able[able["state"].eq(now.plan.finished)]
    unheard = int(done["units_reporting"].lt(done["units"]).sum())
    if able.empty:
        return say("No measure here can be completed")
    values = {"scope": say.number(len(able))}
    if not now.plan.is_verified:
        return say.count(
            len(done),
            "{n} of {scope} measures that can be completed is reported done (nobody verifies)",
            "{n} of {scope} measures that can be completed are reported done (nobody verifies)",
            **values,
        )
    closed = say.count(
        len(done),
        "{n} of {scope} measures that can be completed is closed",
        "{n} of {scope} measures that can be completed are closed",
        **values,
    )
    if not unheard:
        return closed
    return say.count(
        unheard,
        "{closed} ({n} of these with a unit that has never reported)",
        "{closed} ({n} of these with a unit that has never reported)",
        closed=closed,
    )


def _stuck(now: Reading, say: Language) -> str:
    measures = now.measure_states
    counts = {
        "overdue": int(measures["schedule"].eq("overdue").sum()),
        "stalled": int(measures["state"].eq("stalled").sum()),
        "contradicted": int(measures["is_contradicted"].sum()),
        "silent": int(measures["state"].eq(NO_FEEDBACK).sum()),
    }
    parts = {
        "overdue": say("{n} overdue", n=counts["overdue"]),
        "stalled": say("{n} stalled", n=counts["stalled"]),
        "contradicted": say("{n} closed but contradicted by a unit", n=counts["contradicted"]),
        "silent": say("{n} without any feedback", n=counts["silent"]),
    }
    found = [parts[reason] for reason, count in counts.items() if count]
    if found:
        return say("{parts}: coordination needed", parts=say.listing(found))
    return (
        say("none is overdue, stalled or without feedback")
        if not now.measures["due"].isna().all()
        else say("none is stalled or without feedback")
    )


def _waiting(now: Reading, say: Language) -> str:
    waiting = int(now.measure_states["is_waiting"].sum())
    if not waiting:
        return ""
    return say.count(
        waiting,
        "; {n} is reported done and awaits a decision",
        "; {n} are reported done and await a decision",
    )


def chrome(say: Language, *, versions: Mapping[str, str], parameters: Mapping[str, str], command: str) -> Chrome:
    """The words around a page's outputs, with where its numbers come from and how to make it again."""
    inputs = say.listing(
        (
            say("{file}: {rows} rows used, SHA-256 {hash}", file=file, rows=rows, hash=sha256[:12])
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
