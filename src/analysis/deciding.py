"""One decision of the office → one row of the record, and what it did to the measure."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.catalogue import Message, system_reason
from analysis.forms import NOBODY_VERIFIES, layout
from analysis.plan import read_record
from analysis.record import next_ids
from analysis.returned import names_of
from analysis.returned.identity import folded
from analysis.schema import RECORD, REQUIRED_COLUMNS, VERIFIED

if TYPE_CHECKING:
    from analysis.language import Language
    from analysis.plan import Plan

_SAME = [
    "measure_id",
    "unit_id",
    "decision",
    "effective_on",
    "decided_by",
    "due",
    "reason",
    "evidence_ref",
    "supersedes",
]


def understood(words: list[str]) -> tuple[str, str]:
    """A measure as somebody names it, blank where none is said, and the decision in the record's own word.

    Raises
    ------
    ValueError
        When it is no decision, or the measure is missing; its argument is a `analysis.catalogue.Message`.
    """
    decision = layout.DECISION_OF_WORD.get(layout.plain(words[-1]), "")
    if not decision:
        known = "、".join(f"{word} ({key})" for key, word in layout.DECISION_WORDS.items())
        raise ValueError(
            Message("“{word}” is no decision: should be one of: {words}", word=words[-1], words=known),
        )
    if len(words) > 2 or (len(words) == 1 and decision != "void"):
        raise ValueError(Message("Say one measure, then one decision."))
    return (words[0] if len(words) == 2 else ""), decision


def looked_at(evidence: str) -> tuple[str, str, Message | None]:
    """The name of what was looked at, of a file the SHA-256 of what it holds, and a doubt whether it was to be a file.

    Raises
    ------
    ValueError
        When there is such a file and it cannot be read; its argument is a `analysis.catalogue.Message`.
    """
    try:
        if evidence and (file := Path(evidence)).is_file():
            return file.name, hashlib.sha256(file.read_bytes()).hexdigest(), None
    except PermissionError as failed:
        raise ValueError(
            Message("{file} cannot be read: {reason}", file=evidence, reason=system_reason(failed))
        ) from failed
    except OSError:
        # Longer than the name of any file.
        return evidence, "", None
    is_like_one = re.fullmatch(r".*\S\.[A-Za-z0-9]{2,5}", evidence) or re.search(r"^\.?/|^[A-Za-z]:\\", evidence)
    doubt = Message("There is no file {file}: its name is kept as a text, without a SHA-256.", file=evidence)
    return evidence, "", doubt if is_like_one else None


def moved(before: Plan, after: Plan, measure: str, day: str, say: Language) -> str:
    """How a measure stood and stands at a day, where the two differ: its state, its deadline, its units."""
    then, now = (_standing(plan, measure, day, say) for plan in (before, after))
    moves = [say("{before} → {after}", before=old, after=new) for old, new in zip(then, now, strict=True) if old != new]
    return say.listing(moves) if moves else say("{state}, as before", state=now[0])


def _standing(plan: Plan, measure: str, day: str, say: Language) -> tuple[str, str, str]:
    now = plan.at(day)
    states = now.measure_states.set_index("measure_id")
    if measure not in states.index:
        return say("not in scope yet"), "", ""
    row = states.loc[measure].to_dict()
    state, due = say.state(row["state"]), say("no deadline")
    if row["mark"]:
        state = say("{state} ({mark})", state=state, mark=say.name("mark", row["mark"]))
    if pd.notna(row["due"]):
        due = say("due {day}", day=f"{row['due']:%Y-%m-%d}")
    units = now.responsibilities.loc[now.responsibilities["measure_id"].eq(measure), "unit_id"]
    return state, due, say.listing(map(say.unit, units), most=len(units))


def new_decision(plan: Plan, **said: str) -> pd.DataFrame:
    """The row that a decision would be, numbered; nothing is written.

    Parameters
    ----------
    plan : analysis.plan.Plan
    **said : str
        Columns of ``decisions`` but for its number; measure and unit by any of their names. Of what is retracted
        (``void``) and corrected (`supersedes`), measure and unit need not be said.

    Raises
    ------
    analysis.plan.UnknownName
        When the plan has no such measure or unit.
    ValueError
        When it cannot be meant; its argument is a `analysis.catalogue.Message`.
    """
    row = {**dict.fromkeys(REQUIRED_COLUMNS["decisions"], ""), **said}
    if row["supersedes"]:
        taken = _row_of(plan, row["supersedes"])
        row["measure_id"] = row["measure_id"] or taken["measure_id"]
        row["unit_id"] = row["unit_id"] or taken["unit_id"]
    elif row["decision"] == "void":
        raise ValueError(Message("say which row is retracted: {option} and its number", option="--supersedes"))
    row["measure_id"] = plan.find_measure(row["measure_id"])
    row["unit_id"] = plan.find_unit(row["unit_id"]) if row["unit_id"] else ""
    row["decided_by"] = names_of(plan).deciders.get(folded(row["decided_by"]), row["decided_by"])
    if row["decision"] in VERIFIED:
        if not plan.is_verified:
            raise ValueError(NOBODY_VERIFIES)
        if row["effective_on"] > row["recorded_at"]:
            raise ValueError(
                Message(
                    "it cannot hold from {day} on, later than the day on which it is recorded, {recorded}",
                    day=row["effective_on"],
                    recorded=row["recorded_at"],
                )
            )
    known = read_record(plan, "decisions")
    void = set(known.loc[known["decision"].eq("void"), "supersedes"])
    standing = known[known["measure_id"].eq(row["measure_id"]) & ~known["decision_id"].isin(void)]
    alike = (standing[_SAME] == pd.Series(row)[_SAME]).all(axis="columns")
    # What was decided otherwise in between, as by a slip that was put right on the same day, may be decided again.
    if alike.any() and (row["decision"] not in VERIFIED or not _has_moved(standing, alike)):
        raise ValueError(Message("this is recorded already: {id}", id=standing.loc[alike, "decision_id"].iloc[-1]))
    row["decision_id"] = next_ids(known, "decisions", 1)[0]
    return pd.DataFrame([row], columns=list(REQUIRED_COLUMNS["decisions"]), dtype="str")


def _has_moved(standing: pd.DataFrame, alike: pd.Series) -> bool:
    """Whether another verdict on the measure was recorded after the last of some decisions, and no earlier verdict."""
    last = alike[alike].index[-1]
    later = standing.loc[last:].iloc[1:]
    return bool((later["decision"].isin(VERIFIED) & later["effective_on"].ge(standing.at[last, "effective_on"])).any())


def _row_of(plan: Plan, number: str) -> dict[str, str]:
    """The measure and the unit of a row of the record, by its number; a value is of the measure of its commitment."""
    for table in RECORD:
        rows = read_record(plan, table)
        found = rows[rows[REQUIRED_COLUMNS[table][0]].eq(number)]
        if table == "actuals":
            found = found.merge(plan.commitments[["commitment_id", "measure_id"]], on="commitment_id")
        if len(found):
            row = found.iloc[0]
            return {"measure_id": str(row["measure_id"]), "unit_id": str(row["unit_id"])}
    raise ValueError(Message("the record has no row {id}", id=number))
