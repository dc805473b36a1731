"""How one unit's part of a measure stands, in words: an item of the ledger and of a unit's brief."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.catalogue import tag_of
from analysis.language import Language, Quote
from analysis.schema import NO_FEEDBACK

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from typing import Any


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
    """A list of parts: of open measures, of settled ones, and the words under which the latter are folded."""

    still_open: tuple[Part, ...]
    settled: tuple[Part, ...]
    folded: str


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


def quotes(word: Mapping[Hashable, Any], say: Language) -> dict[str, Any]:
    """What a unit wrote, marked with its language; blank where it wrote nothing."""
    tag = tag_of(say.plan.lang)
    columns = ("problems", "request", "progress", "next_step")
    return {column: Quote(word[column], tag) if word[column] else "" for column in columns}


def arrival(word: Mapping[Hashable, Any], say: Language) -> str:
    """When a unit's last word arrived; nothing where none has come."""
    return "" if pd.isna(word["reported_at"]) else say("reported {date}", date=f"{word['reported_at']:%Y-%m-%d}")


def repeats(word: Mapping[Hashable, Any], say: Language) -> str:
    """In how many reports in a row a unit has made its request; blank below two."""
    times = int(word["request_periods"])
    return say.count(times, "{n} report in a row", "{n} reports in a row") if times > 1 else ""
