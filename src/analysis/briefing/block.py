"""A measure of the ledger in words: how it stands, what its units say, how it got there."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

import pandas as pd

from analysis.briefing.parts import Part, arrival, lapse, quotes, repeats
from analysis.catalogue import tag_of
from analysis.language import Language, Quote, named
from analysis.schema import NO_FEEDBACK, NOT_DUE, SETTLED
from analysis.words.promises import actual, target

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from typing import Any, Self

    from analysis.plan.reading import Reading

MOST_PERIODS = 24
"""How many periods a history strip shows; of older ones the states of the last are enough."""


@dataclass(frozen=True)
class Step:
    """A period of a history strip: its short name, its state, and whether feedback on it is in."""

    label: str
    state: str
    is_in: bool


@dataclass(frozen=True)
class Decided:
    """A decision in words: what, of whom and when; by whom; why; on what evidence."""

    what: str
    by: str
    reason: str
    evidence: str


@dataclass(frozen=True)
class Promised:
    """A measurable promise: the words of the notice, its target, what was measured, and whether it is met."""

    span: str
    target: str
    actual: str
    outcome: str


@dataclass(frozen=True)
class Block:
    """A measure of the ledger in words.

    Attributes
    ----------
    anchor : str
        The id of its element: ``measure-`` and its own id, as far as an address can hold it.
    marks : str
        By what it is filtered: its state, theme and units, as classes.
    told : str
        Its history in words, for those who do not see the strip.
    """

    anchor: str
    marks: str
    number: str
    title: str
    state: str
    state_name: str
    age: str
    notes: tuple[str, ...]
    deadline: str
    text: str
    parts: tuple[Part, ...]
    apart: tuple[Part, ...]
    history: tuple[tuple[str, tuple[Step, ...]], ...]
    told: str
    decided: tuple[Decided, ...]
    promised: tuple[Promised, ...]
    evidence: str


@dataclass(frozen=True)
class Notice:
    """The notice's own words by measure and theme, each marked with its language."""

    titles: Mapping[str, str]
    texts: Mapping[str, str]
    themes: Mapping[object, str]
    has_deadlines: bool

    @classmethod
    def of(cls, now: Reading, say: Language) -> Self:
        """The words of the notice of a reading."""
        plan, tag = now.plan, tag_of(now.plan.lang)

        def told(table: pd.DataFrame, column: str) -> list[str]:
            own = say.own(table, column)
            is_own = say.lang == plan.lang
            return [
                text if is_own or text != first else Quote(text, tag)
                for text, first in zip(own, table[column], strict=True)
            ]

        measures = plan.measures
        return cls(
            dict(zip(measures["measure_id"], told(measures, "title"), strict=True)),
            {key: Quote(text, tag) for key, text in measures[["measure_id", "text"]].itertuples(index=False)},
            dict(zip(plan.themes["theme_id"], told(plan.themes, "title"), strict=True)),
            bool(now.measures[["due", "due_original"]].notna().to_numpy().any()),
        )


def anchor(measure_id: object) -> str:
    """The id of a measure's block within the page, by which `analysis.site` leads to it."""
    return f"measure-{quote(str(measure_id), safe='')}"


def block(
    row: Mapping[Hashable, Any],
    theme: str,
    told: Mapping[str, Sequence[Mapping[Hashable, Any]]],
    notice: Notice,
    now: Reading,
    say: Language,
) -> Block:
    """A measure of the ledger in words.

    Parameters
    ----------
    row : mapping
        Of `analysis.ledger.by_measure`.
    theme : str
        The key of its theme.
    told : mapping of str to sequence of mappings
        What is told of the measure, by the names of the parameters of `analysis.briefing.ledger.ledger`.
    """
    measure, is_settled = row["measure_id"], row["state"] in SETTLED
    steps = [(one["period"], one["state"], bool(one["is_in"])) for one in told["past"]]
    parts = tuple(_part(one, now, say, is_settled=is_settled) for one in told["spoken"])
    units = [f"unit-{one['unit_id']}" for one in told["spoken"]]
    return Block(
        anchor=anchor(measure),
        marks=" ".join([f"state-{kebab(row['state'])}", theme, *units]),
        number=say.name("number", measure),
        title=notice.titles[measure],
        state=row["state"],
        state_name=say.state(row["state"]),
        age=_age(row, now, say),
        notes=tuple(_notes(row, say)),
        deadline=_deadline(row, say) if notice.has_deadlines else "",
        text=notice.texts[measure],
        parts=parts,
        apart=tuple(_gone(one, say) for one in told["apart"]),
        history=tuple(_history(steps)),
        told=_told(steps, say),
        decided=tuple(_decided(one, say) for one in reversed(told["decided"])),
        promised=tuple(_promised(one, say) for one in told["promised"]),
        evidence=say.count(int(row["evidence"]), "{n} paper", "{n} papers") if row["evidence"] else say("none named"),
    )


def _age(row: Mapping[Hashable, Any], now: Reading, say: Language) -> str:
    if row["state"] in SETTLED:
        return say("on {date}", date=say.date(row["since"]))
    # What is owed at the end of a period falls due a few days after it.
    if row["since"] <= now.as_of:
        return say("{age}, since {date}", age=say.age(row["since"], now.as_of), date=say.date(row["since"]))
    return say("since {period}", period=say.period(row["since_period"])) if row["since_period"] else ""


def _notes(row: Mapping[Hashable, Any], say: Language) -> list[str]:
    silent = int(row["units_silent"]) if row["state"] != NO_FEEDBACK else 0
    lapsed = int(row["units_lapsed"]) if row["state"] not in SETTLED else 0
    notes = [
        say("overdue") if row["schedule"] == "overdue" else "",
        say.name("mark", row["mark"]) if row["mark"] else "",
        say("closed, but a unit has since reported otherwise") if row["is_contradicted"] else "",
        say("awaits a decision") if row["is_waiting"] else "",
        say.count(silent, "{n} unit has never reported", "{n} units have never reported") if silent else "",
        say.count(lapsed, "{n} unit has stopped reporting", "{n} units have stopped reporting") if lapsed else "",
    ]
    return list(filter(None, notes))


def _deadline(row: Mapping[Hashable, Any], say: Language) -> str:
    if pd.isna(row["due"]):
        return say("no deadline")
    due = say("due {date}", date=say.date(row["due"]))
    if pd.isna(row["due_original"]):
        return say("{due} (set later; the notice set none)", due=due)
    if row["due"] == row["due_original"]:
        return due
    return say("{due} (originally {date})", due=due, date=say.date(row["due_original"]))


def _part(word: Mapping[Hashable, Any], now: Reading, say: Language, *, is_settled: bool) -> Part:
    notes = [
        say.name("mark", word["mark"]) if word["mark"] else "",
        lapse(word, say) if not is_settled or word["state"] == NO_FEEDBACK else "",
        say.age(word["since"], now.as_of) if word["state"] == "stalled" and not is_settled else "",
    ]
    return Part(
        name=named(word["unit_id"], "unit_id", say),
        state=word["state"],
        state_name=say.state(word["state"]),
        note=say.listing(filter(None, notes)),
        repeated=repeats(word, say),
        reported=arrival(word, say),
        **quotes(word, say),
    )


def _gone(word: Mapping[Hashable, Any], say: Language) -> Part:
    return Part(
        name=named(word["unit_id"], "unit_id", say),
        state=word["status"],
        state_name=say.state(word["status"]),
        note=say("not responsible on this day") if word["was_named"] else say("never responsible"),
        repeated="",
        reported=say("reported {date}", date=f"{word['reported_at']:%Y-%m-%d}"),
        **quotes(word, say),
    )


def _history(steps: Sequence[tuple[str, str, bool]]) -> list[tuple[str, tuple[Step, ...]]]:
    """The latest steps by year: ``2024-06`` stands as 6 under 2024; none where nothing was ever due or said."""
    if all(state == NOT_DUE for _, state, _ in steps):
        return []
    years = groupby(steps[-MOST_PERIODS:], key=lambda step: step[0].partition("-")[0])
    earlier = [("…", ())] if len(steps) > MOST_PERIODS else []
    return earlier + [
        (year, tuple(Step(period.partition("-")[2].lstrip("0"), state, is_in) for period, state, is_in in own))
        for year, own in years
    ]


def _told(steps: Sequence[tuple[str, str, bool]], say: Language) -> str:
    """The strip in words: from when it stood in which state."""
    runs = [list(run) for _, run in groupby(steps, key=lambda step: step[1:])]
    parts = [
        say("from {period} {state}", period=say.period(run[0][0]), state=say.state(run[0][1]))
        if run[0][2]
        else say(
            "from {period} {state} (feedback not in yet)", period=say.period(run[0][0]), state=say.state(run[0][1])
        )
        for run in runs
    ]
    return say("History: {parts}", parts=say.listing(parts, most=len(parts)))


def _decided(row: Mapping[Hashable, Any], say: Language) -> Decided:
    what = say.name("decision", row["decision"])
    if row["unit_id"]:
        what = say("{decision} ({unit})", decision=what, unit=say.unit(row["unit_id"]))
    if row["decision"] == "extended":
        what = say("{decision} to {date}", decision=what, date=f"{row['due']:%Y-%m-%d}")
    tag, by = tag_of(say.plan.lang), say.name("decider", row["decided_by"])
    return Decided(
        what=say("{date} {decision}", date=f"{row['effective_on']:%Y-%m-%d}", decision=what),
        by=by if by != row["decided_by"] else Quote(by, tag),
        reason=Quote(row["reason"], tag) if row["reason"] else "",
        evidence=Quote(row["evidence_ref"], tag) if row["evidence_ref"] else "",
    )


def _promised(row: Mapping[Hashable, Any], say: Language) -> Promised:
    outcome = say.name("outcome", row["outcome"]) if row["outcome"] != "not_measured" else ""
    return Promised(Quote(row["text_span"], tag_of(say.plan.lang)), target(row, say), actual(row, say), outcome)


def kebab(word: str) -> str:
    """A word of a vocabulary as part of an address."""
    return word.replace("_", "-")
