"""What the ledger says: a block a measure, with how it stands and how it got there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.briefing.block import Block, Notice, block, kebab
from analysis.briefing.parts import part_names
from analysis.language import Caption, Language, caption
from analysis.opening import titled
from analysis.schema import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from typing import Any

    import pandas as pd

    from analysis.plan.reading import Reading


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
    notice = Notice.of(now, say)
    themes = []
    for place, (theme, own) in enumerate(listed.groupby("theme_id", sort=False), start=1):
        blocks = tuple(
            block(
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


def _by_measure(frame: pd.DataFrame) -> dict[object, list[dict[Hashable, Any]]]:
    return {key: rows.to_dict("records") for key, rows in frame.groupby("measure_id", sort=False)}


def _choices(listed: pd.DataFrame, spoken: pd.DataFrame, say: Language) -> list[tuple[str, tuple[Choice, ...]]]:
    def choice(key: str, name: str, count: int, state: str = "") -> Choice:
        chosen = say.count(int(count), "Only {name}: {n} measure.", "Only {name}: {n} measures.", name=name)
        return Choice(key, name, say.number(count), chosen, state)

    states = listed["state"].value_counts()
    themes = listed["theme_id"].value_counts(sort=False)
    units = spoken["unit_id"].value_counts(sort=False)
    by_state = [choice(f"state-{kebab(key)}", say.state(key), states[key], key) for key in BUCKETS if key in states]
    by_theme = [choice(f"theme-{place}", say.theme(key), n) for place, (key, n) in enumerate(themes.items(), start=1)]
    by_unit = [choice(f"unit-{key}", say.unit(key), n) for key, n in units.items()]
    groups = (("state", by_state), ("theme_id", by_theme), ("unit_id", by_unit))
    # What would leave all as it is is no choice.
    return [(say.name("column", name), tuple(choices)) for name, choices in groups if len(choices) > 1]
