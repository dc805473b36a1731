"""What a form asks for, and what it says of it: what units said last, and what the office decided since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.catalogue import Message
from analysis.forms.layout import DECISION_WORDS
from analysis.grids import as_written
from analysis.plan import to_day
from analysis.schema import DELIVERY_WORDS, SETTLED, VERIFIED

if TYPE_CHECKING:
    from analysis.plan import Plan
    from analysis.plan.reading import Reading

_PAST = {"closed": "已办结"}
_SIGNS = {"at_most": "不超过 ", "at_least": "不少于 ", "equal": ""}


def day_asked(plan: Plan, *, as_of: str = "", period: str = "") -> pd.Timestamp:
    """The day that forms ask about, from its name, or from that of the reporting period that ends on it.

    Raises
    ------
    ValueError
        When neither is said, one cannot be, or the day does not lie in the period.
    """
    if not period:
        if not as_of:
            raise ValueError(Message("Say {one} or {other}.", one="--period", other="--as-of"))
        return to_day(as_of)
    try:
        asked = plan.calendar.named(period)
    except ValueError as wrong:
        if plan.calendar.every == "none":
            raise ValueError(Message("This plan has no reporting periods: say {option}.", option="--as-of")) from wrong
        rule = Message(
            "“{period}” is no period of this plan: should be written as {example}", period=period, example=wrong
        )
        raise ValueError(rule) from wrong
    day = to_day(as_of or asked.end)
    if not asked.start <= day.date() <= asked.end:
        raise ValueError(Message("{day} does not lie in the period {period}", day=as_of, period=period))
    return day


def at_period_end(plan: Plan, as_of: pd.Timestamp) -> Reading:
    """The plan at the end of the reporting period in which a day lies; at that day where there are no periods."""
    if plan.calendar.every == "none":
        return plan.at(as_of)
    return plan.at(plan.calendar.period_of(as_of.date()).end)


def period_name(plan: Plan, as_of: pd.Timestamp) -> str:
    """The name of that period; blank where there are none."""
    return "" if plan.calendar.every == "none" else plan.calendar.period_of(as_of.date()).name


def measures_of(now: Reading, unit_id: str, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """The measures that a unit is on at a day.

    Parameters
    ----------
    now : analysis.plan.reading.Reading
        At the end of the period that is asked about (`at_period_end`).
    unit_id : str
    as_of : pandas.Timestamp
        The day that the unit is asked about: last words are those from before it.

    Returns
    -------
    pandas.DataFrame
        First what the unit owes a word on (`analysis.plan.reading.Reading.obligations`), then what it may speak of,
        then what is closed or withdrawn, each in notice order: measure_id, number, title, text, kind, is_owed,
        is_settled, last_state and last_words (as a form says them).
    """
    held = now.responsibilities.loc[now.responsibilities["unit_id"].eq(unit_id), "measure_id"]
    listed = now.measures[now.measures["measure_id"].isin(held)]
    states = now.measure_states.set_index("measure_id")["state"]
    listed = listed.assign(
        is_owed=listed["measure_id"].isin(_owed(now, unit_id)),
        is_settled=listed["measure_id"].map(states).isin(SETTLED),
    )
    words = now.standing[now.standing["unit_id"].eq(unit_id) & now.standing["as_of"].lt(as_of)]
    words = words.drop_duplicates("measure_id", keep="last").set_index("measure_id")
    earlier = now.obligations[now.obligations["unit_id"].eq(unit_id) & now.obligations["checked_on"].lt(now.as_of)]
    has_owed = set(earlier["measure_id"])
    last_states, last_words = [], []
    for measure in listed.itertuples():
        key = str(measure.measure_id)
        word = words.loc[key] if key in words.index else None
        unheard = "未反馈" if key in has_owed else "首次填报"
        last_states.append(
            "\n".join([_word(word, unheard), *_decided(now, measure, unit_id, word), *_deadline(measure)])
        )
        last_words.append("" if word is None else str(word["progress"]))
    listed = listed.assign(last_state=last_states, last_words=last_words)
    order = ["is_settled", "is_owed"]
    columns = ["measure_id", "number", "title", "text", "kind", "is_owed", "is_settled", "last_state", "last_words"]
    return listed.sort_values(order, ascending=[True, False], kind="stable", ignore_index=True)[columns]


def units_asked(now: Reading) -> list[str]:
    """The units that owe a word, in the order of the plan."""
    return [unit for unit in now.plan.units["unit_id"] if len(_owed(now, unit))]


def commitments_of(now: Reading, unit_id: str, measures: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """The measurable promises of the measures that a form asks about, each with what the unit measured last.

    Returns
    -------
    pandas.DataFrame
        commitment_id, commitment, target, last_actual, quantity_unit: text as the form says it.
    """
    open_ones = measures.loc[~measures["is_settled"], "measure_id"]
    promised = now.plan.commitments[now.plan.commitments["measure_id"].isin(open_ones)]
    actuals = now.record.actuals
    actuals = actuals[actuals["unit_id"].eq(unit_id) & actuals["as_of"].lt(as_of)]
    last = actuals.drop_duplicates("commitment_id", keep="last").set_index("commitment_id")
    rows = []
    for promise in promised.itertuples():
        told = "未统计"
        if (key := str(promise.commitment_id)) in last.index:
            measured = last.loc[key].to_dict()
            told = f"{as_written(measured['value'])}\n（{measured['as_of']:%Y-%m-%d}）"
        rows.append(
            {
                "commitment_id": promise.commitment_id,
                "commitment": commitment_text(promise),
                "target": _target(promise),
                "last_actual": told,
                "quantity_unit": promise.quantity_unit,
            }
        )
    return pd.DataFrame(rows, columns=["commitment_id", "commitment", "target", "last_actual", "quantity_unit"])


def commitment_text(promise: Any) -> str:
    """A promise, as a form shows it beside its number."""
    condition = f"（{promise.condition}）" if promise.condition else ""
    return f"{promise.measure_id} {promise.text_span}{condition}"


def to_decide(now: Reading) -> pd.DataFrame:
    """The measures on which the office has something to decide: those that wait, and those that are contradicted.

    Returns
    -------
    pandas.DataFrame
        In notice order: measure_id, measure, state, words, evidence (text as the sheet says it), is_contradicted.
    """
    states = now.measure_states
    asked = states[states["is_waiting"] | states["is_contradicted"]].set_index("measure_id")
    names = now.plan.units.set_index("unit_id")["name"]
    rows = []
    for measure in now.measures[now.measures["measure_id"].isin(asked.index)].itertuples():
        key = str(measure.measure_id)
        held = now.responsibilities.loc[now.responsibilities["measure_id"].eq(key), "unit_id"]
        own = now.standing[now.standing["measure_id"].eq(key) & now.standing["unit_id"].isin(held)]
        last = own.drop_duplicates("unit_id", keep="last").set_index("unit_id")
        is_contradicted = bool(asked.at[key, "is_contradicted"])
        state = "已办结，但有单位其后填报未完成" if is_contradicted else "各单位均已自报完成，待核验"
        told = [
            f"{names[unit]}：{_word(last.loc[unit] if unit in last.index else None, '未反馈')}"
            + (f"\n{last.at[unit, 'progress']}" if unit in last.index and last.at[unit, "progress"] else "")
            for unit in held
        ]
        named = own[own["evidence_ref"].ne("")].drop_duplicates(["unit_id", "evidence_ref"])
        evidence = [f"{names[str(row.unit_id)]}：{row.evidence_ref}" for row in named.itertuples()]
        rows.append(
            {
                "measure_id": key,
                "measure": f"{measure.number}. {measure.title}",
                "state": "\n".join([state, *_decided(now, measure, "", None), *_deadline(measure)]),
                "words": "\n".join(told),
                "evidence": "\n".join(evidence) or "未提供",
                "is_contradicted": is_contradicted,
            }
        )
    return pd.DataFrame(rows, columns=["measure_id", "measure", "state", "words", "evidence", "is_contradicted"])


def _owed(now: Reading, unit_id: str) -> list[str]:
    """The measures on which a unit owes a word: on this period, or still on an earlier one."""
    owed = now.obligations[now.obligations["unit_id"].eq(unit_id)]
    period = now.plan.calendar.period_of(now.as_of.date()).name
    asked = owed.loc[owed["period"].eq(period) | owed["feedback"].eq("missing"), "measure_id"]
    held = now.responsibilities.loc[now.responsibilities["unit_id"].eq(unit_id), "measure_id"]
    states = now.measure_states
    settled = states.loc[states["state"].isin(SETTLED), "measure_id"]
    return [measure for measure in held if measure in set(asked) - set(settled)]


def _word(word: Any, unheard: str) -> str:
    """The unit's own word, whatever was decided since."""
    if word is None:
        return unheard
    percent = "" if pd.isna(word["percent"]) else f" {word['percent']:g}%"
    return f"{DELIVERY_WORDS[word['status']]}{percent}\n（{word['as_of']:%Y-%m-%d}）"


def _decided(now: Reading, measure: Any, unit_id: str, word: Any) -> list[str]:
    """What the office decided of a measure since a word, where it concerns the unit: a line each."""
    own = now.decisions[now.decisions["measure_id"].eq(measure.measure_id) & now.decisions["decision"].isin(VERIFIED)]
    if unit_id:
        own = own[own["unit_id"].isin(["", unit_id])]
    if word is not None:
        own = own[own["effective_on"].ge(word["as_of"])]
    return [
        f"{one.effective_on:%Y-%m-%d} {_PAST.get(str(one.decision), DECISION_WORDS[str(one.decision)])}"
        + (f"：{one.reason}" if one.reason else "")
        for one in own.itertuples()
    ]


def _deadline(measure: Any) -> list[str]:
    if pd.isna(measure.due):
        return []
    if pd.notna(measure.due_original) and measure.due != measure.due_original:
        return [f"时限延至 {measure.due:%Y-%m-%d}（原为 {measure.due_original:%Y-%m-%d}）"]
    return [f"时限 {measure.due:%Y-%m-%d}"]


def _target(promise: Any) -> str:
    if promise.comparator == "between":
        return f"{as_written(promise.quantity)} 至 {as_written(promise.quantity_high)}"
    return f"{_SIGNS[promise.comparator]}{as_written(promise.quantity)}"
