"""The rules of decisions: who may take which, on what, and with what it must come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.names import unit_names
from analysis.rules.days import ARRIVAL, TRUE_FOR
from analysis.schema import MOST_DAYS_AHEAD, RECORD, REQUIRED_COLUMNS, VERIFIED, Problem, Rule, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from analysis.rules.notice import Tables

_OF_A_UNIT = ("joined", "left")
_MAY_NAME_A_UNIT = (*_OF_A_UNIT, "returned", "void")


def across_decisions(
    typed: Mapping[str, pd.DataFrame], tables: Tables, head: Mapping[str, Any], *, file: str
) -> Iterator[Problem]:
    """Problems of the decisions of a plan.

    Parameters
    ----------
    typed : mapping of str to pandas.DataFrame
        The tables of the record with types, without the rows that break a rule of single cells.
    tables : dict of str to pandas.DataFrame
        Every table as text.
    head : mapping
        What ``plan.toml`` says.
    file : str
        What problems call the decisions.
    """
    decisions = typed["decisions"]
    yield from _unit_missing(decisions, file)
    yield from _unit_unneeded(decisions, file)
    yield from _due_missing(decisions, file)
    yield from _due_unneeded(decisions, file)
    yield from _due_over(decisions, file)
    promises = tables["commitments"].drop_duplicates("commitment_id").set_index("commitment_id")["measure_id"]
    measured = typed["actuals"].assign(measure_id=typed["actuals"]["commitment_id"].map(promises))
    yield from _void(decisions, {**typed, "actuals": measured}, file)
    yield from _nobody_verifies(decisions, head, file)
    yield from _own_closure(decisions, tables, head, file)
    yield from _without_evidence(decisions, file)
    yield from _moves(decisions, tables, file)


@rule("decision-without-unit", "names no unit: {decision} is of one")
def _unit_missing(rule: Rule, decisions: pd.DataFrame, file: str) -> Iterator[Problem]:
    """It must be known who joined or left."""
    rows = decisions[decisions["decision"].isin(_OF_A_UNIT) & decisions["unit_id"].eq("")]
    for row, decision in rows["decision"].items():
        yield rule.broken(file=file, row=row, column="unit_id", decision=decision)


@rule("decision-of-measure", "must be blank: {decision} is of the whole measure")
def _unit_unneeded(rule: Rule, decisions: pd.DataFrame, file: str) -> Iterator[Problem]:
    """A part of a measure cannot be closed, withdrawn or extended by itself."""
    rows = decisions[~decisions["decision"].isin(_MAY_NAME_A_UNIT) & decisions["unit_id"].ne("")]
    for row, unit, decision in rows[["unit_id", "decision"]].itertuples(name=None):
        yield rule.broken(file=file, row=row, column="unit_id", value=unit, decision=decision)


@rule("extension-without-due", "must not be blank: the new deadline")
def _due_missing(rule: Rule, decisions: pd.DataFrame, file: str) -> Iterator[Problem]:
    """An extension says until when."""
    for row in decisions.index[decisions["decision"].eq("extended") & decisions["due"].isna()]:
        yield rule.broken(file=file, row=row, column="due")


@rule("due-without-extension", "must be blank: only what is extended has a new deadline")
def _due_unneeded(rule: Rule, decisions: pd.DataFrame, file: str) -> Iterator[Problem]:
    """A date that nobody reads would look like a deadline that holds."""
    for row, due in decisions.loc[decisions["decision"].ne("extended") & decisions["due"].notna(), "due"].items():
        yield rule.broken(file=file, row=row, column="due", value=f"{due:%Y-%m-%d}")


@rule("extension-over", "is before {day}, from which the extension holds")
def _due_over(rule: Rule, decisions: pd.DataFrame, file: str) -> Iterator[Problem]:
    """Nobody is given time that is over already: the year is mistyped."""
    rows = decisions[decisions["decision"].eq("extended") & decisions["due"].lt(decisions["effective_on"])]
    for row, due, day in rows[["due", "effective_on"]].itertuples(name=None):
        yield rule.broken(file=file, row=row, column="due", value=f"{due:%Y-%m-%d}", day=f"{day:%Y-%m-%d}")


@rule("void-unlike", "should be the number of an earlier row of the same measure, and of the unit where one is named")
def _void(rule: Rule, decisions: pd.DataFrame, typed: Mapping[str, pd.DataFrame], file: str) -> Iterator[Problem]:
    """What is retracted must be there, must have come before, and stays retracted.

    What is dated far ahead never came on that day: whoever finds it may retract it today. A value is of the measure of
    its commitment.
    """
    arrived: dict[str, tuple[str, str, Any, Any]] = {}
    measures = dict(zip(decisions["decision_id"], decisions["decision"], strict=True))
    for name in RECORD:
        rows = typed[name][[REQUIRED_COLUMNS[name][0], "measure_id", "unit_id", ARRIVAL[name], TRUE_FOR[name]]]
        arrived |= {row[0]: row[1:] for row in rows.itertuples(index=False, name=None)}
    voids = decisions[decisions["decision"].eq("void")]
    columns = ["measure_id", "unit_id", "recorded_at", "supersedes"]
    for row, measure, unit, day, taken in voids[columns].itertuples(name=None):
        told = arrived.get(taken)
        is_right = told is not None and told[0] == measure and unit in ("", told[1]) and _has_come(*told[2:], day)
        if not is_right or measures.get(taken) == "void":
            yield rule.broken(file=file, row=row, column="supersedes", value=taken)


def _has_come(came: Any, holds: Any, day: Any) -> bool:
    """Whether a row can be spoken of on a day: it had arrived, or is dated so far ahead that its day is mistyped."""
    return came <= day or (holds <= day and (came - day).days > MOST_DAYS_AHEAD)


@rule("decider-unknown", "may not decide this: [verification] in plan.toml names {deciders}")
def _nobody_verifies(rule: Rule, decisions: pd.DataFrame, head: Mapping[str, Any], file: str) -> Iterator[Problem]:
    """A measure is closed, sent back, opened again or withdrawn by somebody who is named for it, or not at all."""
    names = list(_deciders(head))
    rows = decisions[decisions["decision"].isin(VERIFIED) & ~decisions["decided_by"].isin(names)]
    for row, name in rows["decided_by"].items():
        yield rule.broken(file=file, row=row, column="decided_by", value=name, deciders="、".join(names) or "—")


@rule("own-closure", "is, or belongs to, a unit of this measure: no unit closes its own measure")
def _own_closure(
    rule: Rule, decisions: pd.DataFrame, tables: Tables, head: Mapping[str, Any], file: str
) -> Iterator[Problem]:
    """Closed means that somebody else looked at evidence and said so."""
    joined = decisions.loc[decisions["decision"].eq("joined"), ["measure_id", "unit_id"]]
    pairs = set(joined.itertuples(index=False, name=None))
    pairs |= set(tables["responsibilities"][["measure_id", "unit_id"]].itertuples(index=False, name=None))
    deciders, owners = _deciders(head), _units_by_name(tables["units"])
    closures = decisions[decisions["decision"].eq("closed")]
    for row, measure, name in closures[["measure_id", "decided_by"]].itertuples(name=None):
        belongs = {deciders.get(name, ""), owners.get(name, "")} - {""}
        if any((measure, unit) in pairs for unit in belongs):
            yield rule.broken(file=file, row=row, column="decided_by", value=name)


@rule("closed-without-evidence", "names no evidence: closed means that somebody looked at some", severity="warning")
def _without_evidence(rule: Rule, decisions: pd.DataFrame, file: str) -> Iterator[Problem]:
    """What was looked at should be found again."""
    for row in decisions.index[decisions["decision"].eq("closed") & decisions["evidence_ref"].eq("")]:
        yield rule.broken(file=file, row=row, column="evidence_ref")


def _moves(decisions: pd.DataFrame, tables: Tables, file: str) -> Iterator[Problem]:
    named = set(tables["responsibilities"][["measure_id", "unit_id"]].itertuples(index=False, name=None))
    moves = decisions[decisions["decision"].isin(_OF_A_UNIT)].sort_values(
        ["effective_on", "recorded_at"], kind="stable"
    )
    for row, measure, unit, decision in moves[["measure_id", "unit_id", "decision"]].itertuples(name=None):
        is_on = (measure, unit) in named
        if is_on == (decision == "joined"):
            yield from (_joined_twice if is_on else _left_unnamed)(file, row, unit)
        (named.discard if decision == "left" else named.add)((measure, unit))


@rule("joined-already", "is on this measure already: the decision has no effect", severity="warning")
def _joined_twice(rule: Rule, file: str, row: Any, unit: str) -> Iterator[Problem]:
    """A unit that joins what it is on is probably another unit."""
    yield rule.broken(file=file, row=row, column="unit_id", value=unit)


@rule("left-unnamed", "is not on this measure: the decision has no effect", severity="warning")
def _left_unnamed(rule: Rule, file: str, row: Any, unit: str) -> Iterator[Problem]:
    """A unit that leaves what it is not on is probably another unit."""
    yield rule.broken(file=file, row=row, column="unit_id", value=unit)


def _deciders(head: Mapping[str, Any]) -> dict[str, str]:
    """Who may verify, and the unit that each belongs to."""
    return {one["name"]: one.get("part_of", "") for one in head.get("verification", {}).get("deciders", ())}


def _units_by_name(units: pd.DataFrame) -> dict[str, str]:
    return dict(unit_names(units.to_dict("records")))
