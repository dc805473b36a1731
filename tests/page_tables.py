"""What the tables, key figures and headlines of the pages must hold, from `tests.recount` alone."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.page_words import NOTHING, Cell, Words, percent, rounded_parts
from tests.recount import BUCKETS, FEEDBACK, Recount, kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Iterable

Rows = list[tuple[str, list[Cell]]]
"""The name of each row, and its cells."""


def same(kind: str, value: Any) -> Cell:
    return kind, value, value


def text(words: str) -> Cell:
    return same("text", words)


def compared(kinds: dict[str, str], now: dict[str, Any], then: dict[str, Any] | None) -> list[Cell]:
    return [(kind, now[name], now[name] if then is None else then[name]) for name, kind in kinds.items()]


def named(words: Words, name: str, key: str, past: Iterable[str]) -> str:
    return name if key in past else words("{name} (new)", name=name)


# Workload by unit.


def loads(now: Recount, then: Recount | None, words: Words) -> Rows:
    kinds = dict.fromkeys(("named_in", "share", "sole", "lead", "open", "open_load", "stalled", "overdue"), "n0")
    kinds |= {"share": "n2", "open_load": "n2"}
    found, past = now.loads(), then.loads() if then else None
    for column in ("share", "open_load"):
        for load, printed in zip(
            found.values(), rounded_parts([load[column] for load in found.values()], 2), strict=True
        ):
            load[f"{column}_printed"] = printed
    rows = []
    for unit, load in found.items():
        told = {**load, "lead": None} | {name: (load[name], load[f"{name}_printed"]) for name in ("share", "open_load")}
        before = None if past is None or unit not in past else {**past[unit], "lead": None}
        rows.append(
            (named(words, words.unit(unit), unit, found if past is None else past), compared(kinds, told, before))
        )
    return rows


def feedback(now: Recount, then: Recount | None, words: Words) -> Rows:
    kinds = dict.fromkeys((*FEEDBACK, "reports_due"), "n0")
    kinds |= {"on_time_share": "share", "median_lag": "n1", "no_feedback": "n0", "lapsed": "n0"}
    found, past = now.loads(), then.loads() if then else None
    return [
        (
            named(words, words.unit(unit), unit, found if past is None else past),
            compared(kinds, found[unit], past.get(unit) if past else None),
        )
        for unit in now.worst_first()
    ]


def states_by_unit(now: Recount, then: Recount | None, words: Words) -> Rows:
    kinds = dict.fromkeys(BUCKETS, "n0")
    found, past = now.loads(), then.loads() if then else None
    return [
        (
            named(words, words.unit(unit), unit, found if past is None else past),
            compared(kinds, load["states"], past[unit]["states"] if past and unit in past else None),
        )
        for unit, load in found.items()
    ]


def partners(now: Recount, _: Recount | None, words: Words) -> Rows:
    return [
        (words.unit(one), [text(words.unit(other)), same("n0", count)]) for (one, other), count in now.shared().items()
    ]


# Theme coverage.


def themes(now: Recount, then: Recount | None, words: Words) -> Rows:
    names = ("measures", "withdrawn", "never_ends", "completable", "completed", "completion", "stalled", "no_feedback")
    kinds = dict.fromkeys((*names, "units", "single_unit", "with_evidence", "received", "reports_due"), "n0")
    kinds["completion"] = "share"
    found, past = now.theme_rows(), then.theme_rows() if then else None
    return [
        (
            named(words, words.theme(theme), theme, found if past is None else past),
            compared(kinds, row, past.get(theme) if past else None),
        )
        for theme, row in found.items()
    ]


def feedback_by_theme(now: Recount, _: Recount | None, words: Words) -> Rows:
    return [
        (words.theme(theme), [text(words.period(period)), same("n0", received), same("n0", due)])
        for (theme, period), (received, due) in now.feedback_by_theme().items()
    ]


def unit_by_theme(now: Recount, _: Recount | None, words: Words) -> Rows:
    rows = []
    for unit in now.units_by_load:
        own = [measure for measure, units in now.crowd.items() if unit in units]
        rows.append((words.unit(unit), [same("n0", sum(now.theme(m) == theme for m in own)) for theme in now.themes]))
    return rows


def alone(now: Recount, _: Recount | None, words: Words) -> Rows:
    return [
        (
            words.measure(m),
            [text(words.theme(now.theme(m))), text(words.units(units)), same("state", now.states[m]["state"])],
        )
        for m, units in now.crowd.items()
        if len(units) == 1
    ]


def measures(now: Recount, then: Recount | None, words: Words) -> Rows:
    rows = []
    for measure, state in now.states.items():
        before = then.states.get(measure) if then else None
        cells = [
            text(words.theme(now.theme(measure))),
            ("state", state["state"], before["state"] if before else state["state"]),
            text(words.word(state["mark"])),
            text(words.units(now.crowd[measure])),
            *compared({"units_silent": "n0", "units_lapsed": "n0"}, state, before),
            text(words.word(state["units_disagree"])),
            same("date", state["due"]),
            text(words.word(state["schedule"])),
            same("date", state["last_as_of"]),
        ]
        rows.append((named(words, words.measure(measure), measure, then.states if then else now.states), cells))
    return rows


# Completion trend.


def burn_up(now: Recount, _: Recount | None, words: Words) -> Rows:
    rows = []
    for row in now.burn_up():
        done = row["closed" if now.files.is_verified else "reported"]
        cells = [same("n0", row[name]) for name in ("scope", "closed", "reported", "planned")]
        cells += [same("share", Fraction(done, row["scope"]) if row["scope"] else None), text(words.word(row["is_in"]))]
        rows.append((row["period_end"].isoformat(), cells))
    return rows


def flow(now: Recount, _: Recount | None, words: Words) -> Rows:
    return [
        (
            row["period_end"].isoformat(),
            [*(same("n0", row["states"][state]) for state in BUCKETS), text(words.word(row["is_in"]))],
        )
        for row in now.burn_up()
    ]


def burn_up_by_theme(now: Recount, _: Recount | None, words: Words) -> Rows:
    rows = []
    for theme in now.themes:
        for (then, _is_in), row in zip(now.course, now.burn_up(theme), strict=True):
            if any(then.theme(measure) == theme for measure in then.scope):
                cells = [same("n0", row[name]) for name in ("scope", "closed", "reported", "planned")]
                cells = [same("date", row["period_end"]), *cells, text(words.word(row["is_in"]))]
                rows.append((words.theme(theme), cells))
    return rows


def changes(now: Recount, then: Recount | None, words: Words) -> Rows:
    return _changes(now, now.changes(then or now.before()), words)


def revised(now: Recount, then: Recount | None, words: Words) -> Rows:
    before = then or now.before()
    return _changes(now, before.changes(before.as_published()), words)


def _changes(now: Recount, moved: list[tuple[str, str | None, str, str]], words: Words) -> Rows:
    return [
        (
            words.measure(measure),
            [
                text(words.theme(now.theme(measure))),
                *(text(words.word(state) if state else NOTHING) for state in (before, after)),
                text(words.word(way)),
            ],
        )
        for measure, before, after, way in moved
    ]


def deadlines(now: Recount, _: Recount | None, words: Words) -> Rows:
    rows = []
    for measure in now.deadlines():
        state = now.states[measure]
        days = [same("date", state["due"]), same("date", state["due_original"])]
        told = [text(words.word(state["state"])), text(words.word(state["schedule"])), same("date", state["done_on"])]
        rows.append((words.measure(measure), [*days, *told, text(words.units(now.crowd[measure]))]))
    return rows


def slips(now: Recount, _: Recount | None, words: Words) -> Rows:
    return [
        (
            words.measure(measure),
            [
                text(words.unit(unit) if unit else NOTHING),
                text(words.word(now.states[measure]["state"])),
                same("date", first),
                same("date", last),
                same("n0", days),
                same("n0", times),
            ],
        )
        for measure, unit, days, times, first, last in now.slips()
    ]


def survival(now: Recount, _: Recount | None, words: Words) -> Rows:
    times = now.durations()
    return [
        (
            str(day),
            [
                same("n0", sum(days >= day for _, days, _ in times)),
                same("n0", sum(days == day and done for _, days, done in times)),
                same("share", part),
            ],
        )
        for day, part in kaplan_meier(times)
    ]


def fan(now: Recount) -> list[list[int | None]]:
    """Completed, and what is foretold with each chance, of each period that the forecast shows."""
    refused, ahead = now.forecast()
    if refused:
        return []
    able = sum(map(now.is_completable, now.scope))
    ends = [place for place, (_, p85) in enumerate(ahead) if p85 >= able]
    shown = ahead[: ends[0] + 1] if ends else ahead[:3]
    past = [row["closed" if now.files.is_verified else "reported"] for row in now.burn_up() if row["is_in"]]
    return [[done, None, None] for done in past] + [[None, *pair] for pair in shown]


# The front page.


def units(now: Recount, _: Recount | None, words: Words) -> Rows:
    names = ("named_in", "open", "stalled", "no_feedback", "lapsed", "on_time", "reports_due")
    found = now.loads()
    return [
        (
            words.unit(unit),
            [*(same("n0", found[unit][name]) for name in names), same("share", found[unit]["on_time_share"])],
        )
        for unit in now.worst_first()
    ]


TABLES = {
    "delivery": {"changes": changes, "revised": revised, "units": units, "burn-up": burn_up},
    "workload_by_unit": {
        "feedback": feedback,
        "states-by-unit": states_by_unit,
        "load": loads,
        "partners": partners,
    },
    "theme_coverage": {
        "states-by-theme": themes,
        "feedback-by-theme": feedback_by_theme,
        "unit-by-theme": unit_by_theme,
        "alone": alone,
        "measures": measures,
    },
    "completion_trend": {
        "burn-up": burn_up,
        "changes": changes,
        "revised": revised,
        "schedule": deadlines,
        "flow": flow,
        "burn-up-by-theme": burn_up_by_theme,
        "slips": slips,
        "survival": survival,
    },
}
"""Report → exhibit → the table that it must hold."""


# Key figures and headlines, as the numbers that they name.


def share_of(part: int, whole: int) -> list[str]:
    return [str(part), str(whole), percent(Fraction(part, whole))] if whole else []


def keys(report: str, now: Recount, then: Recount) -> list[list[str]]:
    """The numbers of each key figure, in their order."""
    if report == "workload_by_unit":
        found = now.loads().values()
        silent = sum(load["no_feedback"] + load["lapsed"] > 0 for load in found)
        return [
            [str(len(found))],
            [str(sum(load["named_in"] for load in found))],
            [str(sum(load["sole"] for load in found))],
            share_of(sum(load["on_time"] for load in found), sum(load["reports_due"] for load in found)),
            share_of(silent, len(found)),
        ]
    if report == "theme_coverage":
        rows = now.theme_rows().values()
        sums = {
            name: sum(row[name] for row in rows)
            for name in next(iter(rows), {})
            if name not in ("completion", "states")
        }
        if not sums:
            return [[], [], [], []]
        listed = [
            share_of(sums["completed"], sums["completable"]),
            share_of(sums["received"], sums["reports_due"]),
            share_of(sums["with_evidence"], sums["measures"]),
            share_of(sums["single_unit"], sums["measures"]),
        ]
        return [*listed, [str(sums["met"]), str(sums["commitments"])]] if sums["commitments"] else listed
    if report == "completion_trend":
        last, state = now.burn_up()[-1], [row["state"] for row in now.states.values()]
        schedule = [row["schedule"] for row in now.states.values()]
        listed = [share_of(last["closed" if now.files.is_verified else "reported"], last["scope"])]
        if now.files.is_verified:
            listed.append([str(last["reported"] - last["closed"])])
        if any(row["due"] for row in now.states.values()):
            listed += [[str(schedule.count("overdue"))], [str(schedule.count("due_soon"))]]
        return [
            *listed,
            [str(state.count("stalled"))],
            [str(state.count("no_feedback"))],
            [str(len(now.changes(then)))],
        ]
    return []


def judgement(now: Recount) -> list[str]:
    """The numbers of the leader's first line, in their order in English."""
    states = now.states
    if not states:
        return []
    if all(row["state"] == "not_due" for row in states.values()):
        return [str(len(states))]
    able = [m for m in now.scope if now.is_completable(m)]
    done = [m for m in able if states[m]["state"] == now.finished]
    told = [str(len(done)), str(len(able))] if able else []
    unheard = sum(states[m]["units_reporting"] < states[m]["units"] for m in done)
    told += [str(unheard)] if unheard and now.files.is_verified else []
    told += [
        str(count)
        for count in (
            sum(row["schedule"] == "overdue" for row in states.values()),
            sum(row["state"] == "stalled" for row in states.values()),
            sum(row["is_contradicted"] for row in states.values()),
            sum(row["state"] == "no_feedback" for row in states.values()),
            sum(row["is_waiting"] for row in states.values()),
        )
        if count
    ]
    return told
