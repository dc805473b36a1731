"""What the brief of one unit says: what it owes by when, what blocks it, what was decided, what it carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.briefing.parts import Part, Parts, arrival, lapse, quotes, repeats
from analysis.language import Caption, Language, Names, caption, named, named_units
from analysis.opening import KeyFigure
from analysis.schema import BUCKETS, NO_FEEDBACK, SETTLED
from analysis.words.promises import quantity_in_words, target

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from typing import Any

    from analysis.plan.reading import Reading

MOST = 50
"""How many measures a unit is told by their numbers: what it owes is not cut short."""


def title(say: Language) -> str:
    """The title of the page: the unit's own name as the notice prints it."""
    units = say.plan.units
    names = dict(zip(units["unit_id"], say.own(units, "name"), strict=True))
    return say("Brief for {unit}", unit=names[say.plan.selection["unit"]])


def headline(asked: pd.DataFrame, carried: pd.DataFrame, now: Reading, say: Language) -> str:
    """What the page finds: what is asked of the unit and by when, and what it calls stalled."""
    if carried.empty:
        return say("The unit is responsible for no measure here on this day.")
    return say("{asked}. {stalled}.", asked=ask(asked, carried, now, say), stalled=_stalled(carried, say))


def key_figures(carried: pd.DataFrame, reports: pd.DataFrame, say: Language) -> list[KeyFigure]:
    """The numbers at the head of the page."""
    still_open = carried[~carried["state_of_measure"].isin(SETTLED)]
    silent = still_open["has_lapsed"] | still_open["state_of_unit"].eq(NO_FEEDBACK)
    alone = carried["other_units"].map(len).eq(0)
    own_word = say("open measures, by its own report")
    return [
        KeyFigure(
            say("Measures"),
            say.number(len(carried)),
            say.count(int(alone.sum()), "{n} of them alone", "{n} of them alone")
            if alone.any()
            else say("none of them alone"),
        ),
        KeyFigure(say("Open measures"), say.number(len(still_open)), say("neither closed nor withdrawn")),
        KeyFigure(say("Stalled"), say.number(still_open["state_of_unit"].eq("stalled").sum()), own_word),
        KeyFigure(
            say("Never reported or lapsed"),
            say.share_of(int(silent.sum()), len(still_open)),
            say("of its open measures"),
        ),
        KeyFigure(
            say("Reports in time"),
            say.share_of(int(reports["on_time"].sum()), int(reports["reports_due"].sum())),
            say("of all that were due so far"),
        ),
    ]


def ask(asked: pd.DataFrame, carried: pd.DataFrame, now: Reading, say: Language) -> str:
    """What is asked of the unit next, by which day, and what it owes beside that."""
    parts = []
    if len(asked):
        first = asked[asked["due"].eq(asked["due"].min())]
        lapsed = int(carried.loc[carried["measure_id"].isin(first["measure_id"]), "has_lapsed"].sum())
        count = first["measure_id"].nunique()
        values = {
            "date": _day(first["due"].iloc[0], now, say),
            "numbers": say.numbers_of(first["measure_id"].unique(), most=MOST),
        }
        if first["due"].iloc[0] >= now.known_at:
            part = say.count(
                count,
                "Due by {date}: a report on {n} measure ({numbers})",
                "Due by {date}: reports on {n} measures ({numbers})",
                **values,
            )
        else:
            part = say.count(
                count,
                "Was due by {date}: a report on {n} measure ({numbers})",
                "Was due by {date}: reports on {n} measures ({numbers})",
                **values,
            )
        parts.append(part + (say.count(lapsed, ", {n} of them lapsed", ", {n} of them lapsed") if lapsed else ""))
        later = asked.loc[asked["due"].gt(first["due"].iloc[0]), "measure_id"].nunique()
        if later:
            parts.append(
                say.count(
                    later,
                    "later, {n} more, the last by {date}",
                    "later, {n} more, the last by {date}",
                    date=say.date(asked["due"].max()),
                )
            )
    else:
        parts.append(say("No report is due next"))
    owing = carried[carried["missing"].gt(0) & ~carried["measure_id"].isin(asked["measure_id"])]
    if len(owing):
        numbers = say.numbers_of(owing["measure_id"], most=MOST)
        parts.append(
            say.count(
                len(owing),
                "overdue: a report on {n} measure ({numbers})",
                "overdue: reports on {n} measures ({numbers})",
                numbers=numbers,
            )
        )
    return say("; ").join(parts)


def asks(asked: pd.DataFrame, say: Language) -> Caption:
    """Around the list of the reports that are asked for next."""
    finding = say.count(len(asked), "{n} report due next", "{n} reports due next")
    if asked.empty:
        finding = say("No report is due next")
    return caption(say, key="asked", finding=finding, record=True, annex=say("Reports due next, one by one"))


def blockers(stalled: pd.DataFrame, say: Language) -> Caption:
    """Around the measures that the unit calls stalled."""
    return caption(say, key="blockers", finding=_stalled(stalled, say), record=True, note=_which_state(stalled, say))


def decisions(taken: pd.DataFrame, say: Language) -> Caption:
    """Around the decisions that concern the unit."""
    waits = taken[taken["waits"]]
    if taken.empty:
        finding = say("No decision concerns the unit")
    elif waits.empty:
        finding = say.count(
            len(taken),
            "{n} decision concerns the unit, and none awaits its reply",
            "{n} decisions concern the unit, and none awaits its reply",
        )
    else:
        finding = say.count(
            len(waits),
            "Sent back or reopened, reply outstanding: {n} measure ({numbers})",
            "Sent back or reopened, reply outstanding: {n} measures ({numbers})",
            numbers=say.numbers_of(waits["measure_id"]),
        )
    annex = say("Decisions that concern it") if waits.empty and len(taken) else ""
    return caption(say, key="decisions", finding=finding, record=True, annex=annex)


def carries(carried: pd.DataFrame, say: Language) -> Caption:
    """Around the list of what the unit carries."""
    still_open = int((~carried["state_of_measure"].isin(SETTLED)).sum())
    finding = say("The unit is responsible for no measure here on this day")
    note = ""
    if len(carried):
        finding = say.count(
            len(carried),
            "{n} measure in all, {open} of them open",
            "{n} measures in all, {open} of them open",
            open=say.number(still_open),
        )
        note = say(
            "By the unit's own reports: {own}. By the state of the measure, set by its weakest unit and by decisions: "
            "{measure}.",
            own=_counts(carried["state_of_unit"], say),
            measure=_counts(carried["state_of_measure"], say),
        )
    return caption(say, key="carries", finding=finding, record=True, note=note)


def parts(rows: pd.DataFrame, say: Language) -> Parts:
    """The measures of a list in words: the unit's own part, and beside it the measure; those that are settled apart."""
    is_settled = rows["state_of_measure"].isin(SETTLED)
    still_open, settled = (
        [_part(row, say) for row in rows[kept].to_dict("records")] for kept in (~is_settled, is_settled)
    )
    folded = say.count(len(settled), "{n} measure closed or withdrawn", "{n} measures closed or withdrawn")
    return Parts(tuple(still_open), tuple(settled), folded)


def reports(counts: pd.DataFrame, say: Language) -> Caption:
    """Around the table of the reports it owed."""
    due, missing = int(counts["reports_due"].sum()), int(counts["missing"].sum())
    finding = say.count(
        missing,
        "Of {due} reports due so far, {n} is missing",
        "Of {due} reports due so far, {n} are missing",
        due=say.number(due),
    )
    return caption(
        say,
        key="reports",
        finding=finding if due else say("No report was due yet"),
        record=True,
        note=say("Reports missing on measures since closed or withdrawn are counted, but no longer called for.")
        if missing
        else "",
        annex=say("Reports due so far"),
    )


def promises(promised: pd.DataFrame, say: Language) -> Caption:
    """Around the promises that the unit has to measure."""
    open_ = int(promised["own_values"].map(len).eq(0).sum())
    if promised.empty:
        finding = say("No measurable promise among its measures")
    elif open_:
        finding = say.count(
            open_,
            "Of {total} promises, {n} has no value from the unit",
            "Of {total} promises, {n} have no value from the unit",
            total=say.number(len(promised)),
        )
    else:
        finding = say("The unit has reported a value for every promise")
    return caption(say, key="promises", finding=finding, record=True)


def promise_rows(promised: pd.DataFrame, say: Language) -> pd.DataFrame:
    """The promises with their target and the unit's own latest value in words, as their table shows them."""
    return promised.assign(
        target=[target(promise, say) for promise in promised.to_dict("records")],
        own_value=[_own_value(values, say) for values in promised["own_values"]],
    )


def _own_value(values: list[tuple[str, float, pd.Timestamp]], say: Language) -> str:
    if not values:
        return say("not measured")
    _, value, day = values[0]
    return say("{value} ({date})", value=quantity_in_words(value, say), date=f"{day:%Y-%m-%d}")


def _part(row: Mapping[Hashable, Any], say: Language) -> Part:
    is_settled = row["state_of_measure"] in SETTLED
    others = named_units(row["other_units"], say) if len(row["other_units"]) else say("carries it alone")
    about = [
        say("measure: {state}", state=say.state(row["state_of_measure"])),
        Names([say("Also responsible: "), others]) if len(row["other_units"]) else others,
        "" if pd.isna(row["due"]) else say("due {date}", date=f"{row['due']:%Y-%m-%d}"),
    ]
    notes = [
        say("overdue") if row["urgency"] == "overdue" else "",
        say.name("mark", row["mark"]) if row["mark"] and not is_settled else "",
        lapse({**row, "state": row["state_of_unit"]}, say)
        if not is_settled or row["state_of_unit"] == NO_FEEDBACK
        else "",
    ]
    return Part(
        name=named(row["measure_id"], "measure_id", say),
        state=row["state_of_unit"],
        state_name=say.state(row["state_of_unit"]),
        note=say.listing(filter(None, notes)),
        repeated=repeats(row, say),
        reported=arrival(row, say),
        about=tuple(filter(None, about)),
        **quotes(row, say),
    )


def _stalled(carried: pd.DataFrame, say: Language) -> str:
    """Which open measures the unit calls stalled by its own word."""
    own = carried[carried["state_of_unit"].eq("stalled") & ~carried["state_of_measure"].isin(SETTLED)]
    if own.empty:
        return say("The unit reports none of its open measures stalled")
    return say.count(
        len(own),
        "The unit reports {n} of its open measures stalled ({numbers})",
        "The unit reports {n} of its open measures stalled ({numbers})",
        numbers=say.numbers_of(own["measure_id"], most=MOST),
    )


def _which_state(stalled: pd.DataFrame, say: Language) -> str:
    """Where a measure is stalled by another unit's word, so that nobody takes the two counts for one."""
    others = stalled[stalled["state_of_measure"].eq("stalled") & stalled["state_of_unit"].ne("stalled")]
    if others.empty:
        return ""
    return say.count(
        len(others),
        "Stalled on another unit's report: {n} measure ({numbers}).",
        "Stalled on another unit's report: {n} measures ({numbers}).",
        numbers=say.numbers_of(others["measure_id"]),
    )


def _counts(states: pd.Series, say: Language) -> str:
    counts = states.value_counts().reindex(list(BUCKETS), fill_value=0)
    parts = (say("{state} {n}", state=say.state(state), n=say.number(n)) for state, n in counts.items() if n)
    return say.listing(parts, most=len(BUCKETS))


def _day(due: pd.Timestamp, now: Reading, say: Language) -> str:
    """A day that is near without its year."""
    return say.day(due) if abs((due - now.as_of).days) < 120 else say.date(due)
