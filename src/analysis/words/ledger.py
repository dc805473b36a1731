"""What the ledger says: a block a measure, with how it stands and how it got there."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import pandas as pd

from analysis.catalogue import tag_of
from analysis.language import Caption, Language, Quote, caption, named
from analysis.schema import BUCKETS, NO_FEEDBACK, SETTLED
from analysis.words.coverage import actual, target
from analysis.words.page import titled

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from typing import Any

    from analysis.plan.reading import Reading

MOST_PERIODS = 24
"""How many periods a history strip shows; of older ones the states of the last are enough."""


@dataclass(frozen=True)
class Part:
    """How one unit's part of a measure stands, in words; texts are blank where there is nothing to say.

    Attributes
    ----------
    name : str
        Of the unit in the ledger, of the measure in a unit's brief.
    about : tuple of str
        What is said of the measure beside it.
    """

    name: str
    state: str
    state_name: str
    note: str
    problems: str
    request: str
    repeated: str
    progress: str
    next_step: str
    reported: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parts:
    """A list of parts: those of open measures, those of settled ones, and the words under which the latter are folded."""

    still_open: tuple[Part, ...]
    settled: tuple[Part, ...]
    folded: str


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
class Choice:
    """Something to which the ledger can be narrowed by its address: what is then shown has the class of its key."""

    key: str
    name: str
    count: str
    chosen: str
    state: str = ""


@dataclass(frozen=True)
class Ledger:
    """The ledger in words: its blocks by theme, and what it can be narrowed to."""

    themes: tuple[tuple[str, str, str, tuple[Block, ...]], ...]
    choices: tuple[tuple[str, tuple[Choice, ...]], ...]
    names: Mapping[str, str]
    is_open: bool


def title(say: Language) -> str:
    """The title of the page."""
    return titled(say("Ledger of measures"), say)


def about(now: Reading, say: Language) -> Caption:
    """Around all blocks."""
    count = len(now.measure_states)
    finding = say.count(count, "{n} measure, in the order of the notice", "{n} measures, in the order of the notice")
    note = say("Choose a state, theme or unit to see only its measures.") if count else ""
    return caption(
        say,
        key="ledger",
        finding=finding if count else say("No measure matches this selection"),
        record=True,
        note=note,
    )


def ledger(
    listed: pd.DataFrame,
    spoken: pd.DataFrame,
    apart: pd.DataFrame,
    past: pd.DataFrame,
    promised: pd.DataFrame,
    now: Reading,
    say: Language,
) -> Ledger:
    """The ledger in words.

    Parameters
    ----------
    listed, apart, past : pandas.DataFrame
        From `analysis.ledger.by_measure`, `analysis.ledger.apart` and `analysis.ledger.history`.
    spoken : pandas.DataFrame
        From `analysis.attention.voices`.
    promised : pandas.DataFrame
        From `analysis.coverage.commitments`.
    """
    rows = {name: _by_measure(frame) for name, frame in (
        ("spoken", spoken), ("apart", apart), ("past", past), ("promised", promised), ("decided", now.decisions),
    )}  # fmt: skip
    notice = _Notice.of(now, say)
    themes = []
    for place, (theme, own) in enumerate(listed.groupby("theme_id", sort=False), start=1):
        blocks = tuple(
            _block(
                row,
                f"theme-{place}",
                {name: of.get(row["measure_id"], []) for name, of in rows.items()},
                notice,
                now,
                say,
            )
            for row in own.to_dict("records")
        )
        marks = " ".join(dict.fromkeys(mark for block in blocks for mark in block.marks.split()))
        themes.append((notice.themes[theme], f"theme-{place}", marks, blocks))
    return Ledger(tuple(themes), tuple(_choices(listed, spoken, say)), part_names(say), bool((~past["is_in"]).any()))


def anchor(measure_id: object) -> str:
    """The id of a measure's block within the page: what an address cannot hold is written as its number."""
    kept = (char if char.isalnum() or char in "-._" else f"~{ord(char):x}" for char in str(measure_id))
    return f"measure-{''.join(kept)}"


@dataclass(frozen=True)
class _Notice:
    """The notice's own words by measure and theme, each marked with its language."""

    titles: Mapping[str, str]
    texts: Mapping[str, str]
    themes: Mapping[object, str]
    has_deadlines: bool

    @classmethod
    def of(cls, now: Reading, say: Language) -> _Notice:
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


def _by_measure(frame: pd.DataFrame) -> dict[object, list[dict[Hashable, Any]]]:
    return {key: rows.to_dict("records") for key, rows in frame.groupby("measure_id", sort=False)}


def part_names(say: Language) -> dict[str, str]:
    """The words that stand between the parts of a block."""
    return {
        "colon": say(": "),
        "text": say("Text of the notice"),
        "problems": say("Problem"),
        "request": say("Asks for"),
        "next_step": say("Next step"),
        "evidence": say("Evidence"),
        "apart": say("Reports by units that are not responsible"),
        "open": say("Dashed: feedback on the period is not yet due"),
        "decided": say("Decisions"),
        "promised": say("Promises"),
        "target": say("target"),
        "actual": say("measured"),
        "everything": say("Show all"),
        "choose": say("Show only"),
        "nobody": say("No unit is responsible."),
    }


def _choices(listed: pd.DataFrame, spoken: pd.DataFrame, say: Language) -> list[tuple[str, tuple[Choice, ...]]]:
    def choice(key: str, name: str, count: int, state: str = "") -> Choice:
        chosen = say.count(count, "Only {name}: {n} measure.", "Only {name}: {n} measures.", name=name)
        return Choice(key, name, say.number(count), chosen, state)

    states = listed["state"].value_counts()
    themes = listed["theme_id"].value_counts(sort=False)
    units = spoken["unit_id"].value_counts(sort=False)
    groups = [
        (say.name("column", "state"), [choice(f"state-{_kebab(key)}", say.state(key), states[key], key) for key in BUCKETS if key in states]),
        (say.name("column", "theme_id"), [choice(f"theme-{place}", say.theme(key), n) for place, (key, n) in enumerate(themes.items(), start=1)]),
        (say.name("column", "unit_id"), [choice(f"unit-{key}", say.unit(key), n) for key, n in units.items()]),
    ]  # fmt: skip
    # What would leave all as it is is no choice.
    return [(name, tuple(choices)) for name, choices in groups if len(choices) > 1]


def _block(
    row: Mapping[Hashable, Any],
    theme: str,
    told: Mapping[str, Sequence[Mapping[Hashable, Any]]],
    notice: _Notice,
    now: Reading,
    say: Language,
) -> Block:
    measure, is_settled = row["measure_id"], row["state"] in SETTLED
    steps = [(one["period"], one["state"], bool(one["is_in"])) for one in told["past"]][-MOST_PERIODS:]
    parts = tuple(_part(one, now, say, is_settled=is_settled) for one in told["spoken"])
    units = [f"unit-{one['unit_id']}" for one in told["spoken"]]
    return Block(
        anchor=anchor(measure),
        marks=" ".join([f"state-{_kebab(row['state'])}", theme, *units]),
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
    if not pd.isna(row["since"]):
        return say("{age}, since {date}", age=say.age(row["since"], now.as_of), date=say.date(row["since"]))
    return say("since {period}", period=say.period(row["since_period"])) if row["since_period"] else ""


def _notes(row: Mapping[Hashable, Any], say: Language) -> list[str]:
    silent, lapsed = int(row["units_silent"]), int(row["units_lapsed"]) if row["state"] not in SETTLED else 0
    return [
        *([say("overdue")] if row["schedule"] == "overdue" else []),
        *([say.name("mark", row["mark"])] if row["mark"] else []),
        *([say("closed, but a unit has since reported otherwise")] if row["is_contradicted"] else []),
        *([say("awaits a decision")] if row["is_waiting"] else []),
        *([say.count(silent, "{n} unit has never reported", "{n} units have never reported")] if silent and row["state"] != NO_FEEDBACK else []),
        *([say.count(lapsed, "{n} unit has stopped reporting", "{n} units have stopped reporting")] if lapsed else []),
    ]  # fmt: skip


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
    tag = tag_of(say.plan.lang)
    texts = {
        name: Quote(word[name], tag) if word[name] else "" for name in ("problems", "request", "progress", "next_step")
    }
    times = int(word["request_periods"])
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
        repeated=say.count(times, "{n} report in a row", "{n} reports in a row") if times > 1 else "",
        reported="" if pd.isna(word["reported_at"]) else say("reported {date}", date=f"{word['reported_at']:%Y-%m-%d}"),
        **texts,
    )


def lapse(word: Mapping[Hashable, Any], say: Language) -> str:
    """What a unit still owes on a measure, in words; blank where it owes nothing."""
    owed = int(word["missing"])
    if word["state"] == NO_FEEDBACK:
        return (
            say.count(owed, "never reported, {n} report owed", "never reported, {n} reports owed")
            if owed
            else say("never reported")
        )
    if word["has_lapsed"]:
        return say.count(owed, "no report for {n} period", "no report for {n} periods")
    return say.count(owed, "{n} report owed", "{n} reports owed") if owed else ""


def _gone(word: Mapping[Hashable, Any], say: Language) -> Part:
    tag = tag_of(say.plan.lang)
    texts = {
        name: Quote(word[name], tag) if word[name] else "" for name in ("problems", "request", "progress", "next_step")
    }
    return Part(
        name=named(word["unit_id"], "unit_id", say),
        state=word["status"],
        state_name=say.state(word["status"]),
        note=say("not responsible on this day") if word["was_named"] else say("never responsible"),
        repeated="",
        reported=say("reported {date}", date=f"{word['reported_at']:%Y-%m-%d}"),
        **texts,
    )


def _history(steps: Sequence[tuple[str, str, bool]]) -> list[tuple[str, tuple[Step, ...]]]:
    """The steps of each year: ``2024-06`` stands as 6 under 2024."""
    years = groupby(steps, key=lambda step: step[0].partition("-")[0])
    return [
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
    tag = tag_of(say.plan.lang)
    return Decided(
        what=say("{date} {decision}", date=f"{row['effective_on']:%Y-%m-%d}", decision=what),
        by=say.name("decider", row["decided_by"]),
        reason=Quote(row["reason"], tag) if row["reason"] else "",
        evidence=Quote(row["evidence_ref"], tag) if row["evidence_ref"] else "",
    )


def _promised(row: Mapping[Hashable, Any], say: Language) -> Promised:
    outcome = say.name("outcome", row["outcome"]) if row["outcome"] != "not_measured" else ""
    return Promised(Quote(row["text_span"], tag_of(say.plan.lang)), target(row, say), actual(row, say), outcome)


def _kebab(word: str) -> str:
    return word.replace("_", "-")
