"""What each sentence of the pages claims, worked out from the states alone, in plain Python.

A claim gets the facts of a reading and what its message was filled with, and says whether it is true. A message that
only names or joins is in `NAMES`; a test holds that every message of the words is in one of the two.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import attention

if TYPE_CHECKING:
    from tests.told import Told


@dataclass(frozen=True)
class Facts:
    """A reading as lists of dictionaries."""

    told: Told

    @property
    def now(self):
        return self.told.now

    @cached_property
    def then(self):
        return self.told.namespace.get("then", self.now)

    @cached_property
    def before(self):
        return self.told.namespace.get("before", self.now)

    @cached_property
    def measures(self) -> list[dict[str, Any]]:
        return self.now.measure_states.to_dict("records")

    @cached_property
    def states(self) -> list[dict[str, Any]]:
        return self.now.states.to_dict("records")

    @cached_property
    def reports(self) -> list[dict[str, Any]]:
        return self.now.feedback.to_dict("records")

    @property
    def able(self) -> list[dict[str, Any]]:
        return [m for m in self.measures if m["kind"] != "ongoing" and m["state"] != "withdrawn"]

    @property
    def done(self) -> list[dict[str, Any]]:
        return [m for m in self.able if m["state"] == ("closed" if self.now.plan.is_verified else "done_reported")]

    @cached_property
    def cases(self) -> list[dict[str, Any]]:
        return attention.attention(self.now).to_dict("records")

    def number(self, state: str) -> int:
        return sum(m["state"] == state for m in self.measures)

    def scheduled(self, word: str) -> int:
        return sum(m["schedule"] == word for m in self.measures)

    @property
    def waiting(self) -> int:
        return self.number("done_reported") if self.now.plan.is_verified else 0

    @property
    def contradicted(self) -> int:
        return sum(bool(m["is_contradicted"]) for m in self.measures)

    @property
    def any_deadline(self) -> bool:
        return any(not pd.isna(m["due"]) for m in self.measures)

    @property
    def due_by_now(self) -> list[dict[str, Any]]:
        return [m for m in self.able if not pd.isna(m["due"]) and m["due"] <= self.now.as_of]

    @property
    def pairs(self) -> set[tuple[str, str]]:
        return {(s["measure_id"], s["unit_id"]) for s in self.states}

    @property
    def load(self) -> Counter[str]:
        return Counter(unit for _, unit in self.pairs)

    def in_time(self) -> dict[str, tuple[int, int]]:
        """Unit → reports in time, reports due."""
        due, came = Counter(), Counter()
        for report in self.reports:
            due[report["unit_id"]] += 1
            came[report["unit_id"]] += report["feedback"] == "on_time"
        on = set(self.load)
        return {unit: (came[unit], due[unit]) for unit in due if unit in on}

    def worst(self) -> list[str]:
        """The units with the least part of reports in time."""
        shares = {unit: came / due for unit, (came, due) in self.in_time().items()}
        return [unit for unit, share in shares.items() if share == min(shares.values())]

    def silent(self, unit: str) -> int:
        own = [s for s in self.states if s["unit_id"] == unit]
        return sum(s["state"] == "no_feedback" or (s["has_lapsed"] and not pd.isna(s["as_of"])) for s in own)

    def by_theme(self, measures: list[dict[str, Any]]) -> Counter[str]:
        return Counter(m["theme_id"] for m in measures)

    def named(self, space: str, name: str) -> str:
        """The id that goes by a name in either language, or the name itself."""
        table = self.now.plan.units if space == "unit_id" else self.now.plan.themes
        for row in table.to_dict("records"):
            if name in (row.get("short"), row.get("short_en"), row[space]):
                return row[space]
        return name

    def shown(self, value: object, part: int, whole: int) -> bool:
        """Whether ``3/5 (60%)`` is right, to the rounding."""
        numbers = [int(found.replace(",", "").replace(" ", "")) for found in re.findall(r"[\d,]+", str(value))]
        return numbers[:3] == [part, whole, (200 * part + whole) // (2 * whole)]


def count(text: object) -> int:
    """A count as it is printed."""
    return int(str(text).replace(",", ""))


def _is_all_in_time(facts: Facts, _: dict[str, Any]) -> bool:
    return bool(facts.reports) and all(
        report["feedback"] == "on_time" for report in facts.reports if report["unit_id"] in facts.load
    )


def _worst_one(facts: Facts, values: dict[str, Any]) -> bool:
    worst = facts.worst()
    return [facts.named("unit_id", values["unit"])] == worst and facts.silent(worst[0]) == values.get("n", 0)


def _heaviest(facts: Facts, values: dict[str, Any]) -> bool:
    unit = facts.named("unit_id", values["unit"])
    most = max(facts.load.values())
    return facts.load[unit] == most == count(values["named"]) and count(values["measures"]) == len(
        facts.now.plan.measures
    )


def _changed(facts: Facts) -> int:
    before = dict(facts.before.measure_states[["measure_id", "state"]].itertuples(index=False, name=None))
    return sum(before.get(m["measure_id"]) != m["state"] for m in facts.measures)


def _compared(facts: Facts, values: dict[str, Any]) -> bool:
    before = dict(facts.then.measure_states[["measure_id", "state"]].itertuples(index=False, name=None))
    return values["n"] == sum(before.get(m["measure_id"]) != m["state"] for m in facts.measures)


def _stuck_by_theme(facts: Facts) -> Counter[str]:
    return facts.by_theme([m for m in facts.measures if m["state"] in ("stalled", "no_feedback")])


def _idle(facts: Facts) -> set[str]:
    """Themes with something to complete, and nothing completed."""
    return set(facts.by_theme(facts.able)) - set(facts.by_theme(facts.done))


def _reasons(facts: Facts, *words: str) -> bool:
    return any(case["reason"] in words for case in facts.cases)


def _some_attention(facts: Facts) -> bool:
    return bool(
        facts.scheduled("overdue") or facts.number("stalled") or facts.contradicted or facts.number("no_feedback")
    )


Claim = "Callable[[Facts, dict[str, Any]], bool]"

CLAIMS: dict[str, Any] = {
    # The head of every page.
    "No measure matches this selection.": lambda f, v: not f.measures,
    "No measure matches this selection": lambda f, v: not f.measures,
    "Of the {n} measures nothing has been reported, and nothing was due yet.": lambda f, v: (
        v["n"] == len(f.measures) and all(m["state"] == "not_due" for m in f.measures)
    ),
    "{n} of {scope} measures that can be completed are closed": lambda f, v: (
        (v["n"], count(v["scope"])) == (len(f.done), len(f.able)) and f.now.plan.is_verified
    ),
    "{n} of {scope} measures that can be completed are reported done (nobody verifies)": lambda f, v: (
        (v["n"], count(v["scope"])) == (len(f.done), len(f.able)) and not f.now.plan.is_verified
    ),
    "{closed} ({n} of these with a unit that has never reported)": lambda f, v: (
        v["n"] == sum(m["units_reporting"] < m["units"] for m in f.done) > 0
    ),
    "No measure here can be completed": lambda f, v: not f.able,
    "No measure here can be completed.": lambda f, v: not f.able,
    "{n} overdue": lambda f, v: v["n"] == f.scheduled("overdue"),
    "{n} stalled": lambda f, v: v["n"] == f.number("stalled"),
    "{n} closed but contradicted by a unit": lambda f, v: v["n"] == f.contradicted,
    "{n} without any feedback": lambda f, v: v["n"] == f.number("no_feedback"),
    "{parts}: coordination needed": lambda f, v: _some_attention(f),
    "none is overdue, stalled or without feedback": lambda f, v: f.any_deadline and not _some_attention(f),
    "none is stalled or without feedback": lambda f, v: not f.any_deadline and not _some_attention(f),
    "; {n} are reported done and await a decision": lambda f, v: v["n"] == f.waiting > 0,
    "{n} measures: {parts}": lambda f, v: v["n"] == len(f.measures),
    "Compared with {date}, by what had arrived by {known}: {n} measures have changed their state.": _compared,
    "{period}: {received} of {owed} reports received": lambda f, v: (
        f.now.receipts.is_in and (v["received"], v["owed"]) == (f.now.receipts.received, f.now.receipts.owed)
    ),
    "{period}: {received} of {owed} reports received so far, due by {date}": lambda f, v: (
        not f.now.receipts.is_in and f.now.receipts.due > f.now.known_at
    ),
    "Stale. {about}: no feedback has come in any of the {n} periods on which it was due.": lambda f, v: (
        all(pd.isna(s["as_of"]) for s in f.states) and count(v["n"]) >= 2
    ),
    "Stale. {about}: no feedback on anything open has come for the last {n} periods on which "
    "it was due. Shown is what was "
    "heard last, up to {date}; it may no longer hold.": lambda f, v: count(v["n"]) >= 2,
    "Synthetic sample. The measures and units are those of the published notice; every state, "
    "date and remark on progress "
    "was made by a program for demonstration and says nothing about any unit.": lambda f, v: (
        f.now.plan.progress_provenance == "synthetic"
    ),
    # Workload by unit.
    "No report was due yet": lambda f, v: not [r for r in f.reports if r["unit_id"] in f.load],
    "Every report that was due came in time": _is_all_in_time,
    "Fewest reports in time: {unit}, {share}": _worst_one,
    "Fewest reports in time: {unit}, {share}, and silent on {n} of its measures": _worst_one,
    "Fewest reports in time, {share}: {units}": lambda f, v: len(f.worst()) > 1,
    "One unit carries all: {unit}": lambda f, v: set(f.load) == {f.named("unit_id", v["unit"])},
    "Most is carried by {unit}: named in {named} of {measures} measures, {share} of the load": _heaviest,
    "Named most often: {units}": lambda f, v: len(f.load) > 1,
    "Of {due} reports due, {n} are still owed. Load is not performance: units with more "
    "measures have more to report.": (
        lambda f, v: (
            (count(v["due"]), v["n"])
            == (
                len([r for r in f.reports if r["unit_id"] in f.load]),
                sum(r["feedback"] == "missing" for r in f.reports if r["unit_id"] in f.load),
            )
        )
    ),
    "On {n} of {total} responsibilities the unit has never reported": lambda f, v: (
        (v["n"], count(v["total"])) == (sum(s["state"] == "no_feedback" for s in f.states), len(f.states))
    ),
    "Stalled by their own word: {units}": lambda f, v: any(s["state"] == "stalled" for s in f.states),
    "No unit says of any of its parts that it is stalled": lambda f, v: all(s["state"] != "stalled" for s in f.states),
    "No two units share a measure": lambda f, v: all(m["units"] < 2 for m in f.measures),
    "{one} and {other} share most: {n} measures": lambda f, v: (
        v["n"] == _shared(f, f.named("unit_id", v["one"]), f.named("unit_id", v["other"]))
    ),
    "{pairs} pairs of units share {n} measures each, and none shares more": lambda f, v: (
        v["n"] > 0 and count(v["pairs"]) > 1
    ),
    "One unit carries the whole load": lambda f, v: len(f.load) == 1,
    "The load lies as unevenly as if {effective} of {units} units carried it all in equal parts": lambda f, v: (
        v["units"] == len(f.load) > 1
    ),
    # Theme coverage.
    "{still}; completed in all: {share}.": lambda f, v: f.shown(v["share"], len(f.done), len(f.able)),
    "of all {measures} measures": lambda f, v: count(v["measures"]) == len(f.able) == len(f.measures),
    "{measures} measures less {parts}: {completable} can be completed": lambda f, v: (
        (count(v["measures"]), count(v["completable"])) == (len(f.measures), len(f.able))
    ),
    "{withdrawn} withdrawn": lambda f, v: count(v["withdrawn"]) == f.number("withdrawn") > 0,
    "{never_ends} ongoing by nature": lambda f, v: (
        count(v["never_ends"]) == sum(m["kind"] == "ongoing" and m["state"] != "withdrawn" for m in f.measures)
    ),
    "Stalled or without feedback: {themes}": lambda f, v: bool(_stuck_by_theme(f)),
    "Every theme has completed all that can be completed": lambda f, v: len(f.done) == len(f.able),
    "In every theme with something left, a measure was completed in the last period": lambda f, v: (
        not ({m["theme_id"] for m in f.able if m not in f.done} - set(f.by_theme(f.done)))
    ),
    "Nothing completed yet: {themes}": lambda f, v: bool(_idle(f)),
    "Longest without a completion: {themes}, since {month}": lambda f, v: (
        f.by_theme(f.done)[f.named("theme_id", v["themes"])] < f.by_theme(f.able)[f.named("theme_id", v["themes"])]
    ),
    "Longest without a completion, for {n} periods: {themes}": lambda f, v: v["n"] > 0 and len(f.done) < len(f.able),
    "{period}: all {due} reports received": lambda f, v: v["due"] > 0,
    "{period}: {share} of the reports received; the least part in {themes}": lambda f, v: bool(f.reports),
    "No report was owed on {period}": lambda f, v: bool(f.now.periods["is_in"].any()),
    "{n} units on the one theme shown": lambda f, v: (
        v["n"] == len(f.load) and len({m["theme_id"] for m in f.measures}) == 1
    ),
    "On all {themes} themes: {units}": lambda f, v: v["themes"] == len({m["theme_id"] for m in f.measures}),
    "No unit is on all {themes} themes": lambda f, v: all(
        len({m["theme_id"] for m in f.measures if (m["measure_id"], unit) in f.pairs}) < v["themes"] for unit in f.load
    ),
    "{finding}; {n} units on only one": lambda f, v: (
        v["n"]
        == sum(len({m["theme_id"] for m in f.measures if (m["measure_id"], unit) in f.pairs}) == 1 for unit in f.load)
    ),
    "No measure here holds a measurable promise": lambda f, v: not _promises(f),
    "{n} of {total} promises are not met": lambda f, v: (
        (v["n"], v["total"]) == (_outcomes(f)["not_met"], len(_promises(f)))
    ),
    "No promise has been measured yet": lambda f, v: _outcomes(f)["not_measured"] == len(_promises(f)) > 0,
    "Of {total} promises, {n} are not measured": lambda f, v: (
        (v["n"], v["total"]) == (_outcomes(f)["not_measured"], len(_promises(f)))
    ),
    "All {n} promises are met": lambda f, v: v["n"] == _outcomes(f)["met"] == len(_promises(f)),
    "No promise is known to be missed, and not all are measured by every unit": lambda f, v: (
        not _outcomes(f)["not_met"] and _outcomes(f)["partly_measured"] > 0
    ),
    "No measure rests on one unit alone": lambda f, v: all(m["units"] != 1 for m in f.measures),
    "{n} measures rest on one and the same unit: {unit}": lambda f, v: (
        v["n"] == sum(m["units"] == 1 for m in f.measures)
    ),
    "{n} measures rest on one unit each; {units} units in all": lambda f, v: (
        (v["n"], v["units"])
        == (
            sum(m["units"] == 1 for m in f.measures),
            len({u for m, u in f.pairs if sum(other == m for other, _ in f.pairs) == 1}),
        )
    ),
    "On {n} of {total} measures the units report different states": lambda f, v: (
        (v["n"], v["total"]) == (sum(bool(m["units_disagree"]) for m in f.measures), len(f.measures))
    ),
    # Completion trend.
    "Nothing can be completed in this selection.": lambda f, v: not f.able,
    "Nothing can be completed in this selection": lambda f, v: not f.able,
    "{share} closed": lambda f, v: f.now.plan.is_verified and f.shown(v["share"], len(f.done), len(f.able)),
    "{share} reported done": lambda f, v: not f.now.plan.is_verified and f.shown(v["share"], len(f.done), len(f.able)),
    "no deadline has come yet": lambda f, v: not f.due_by_now and f.any_deadline,
    "of the {n} due by then, {done} are done": lambda f, v: (
        (v["n"], count(v["done"]))
        == (len(f.due_by_now), sum(m["state"] in ("closed", "done_reported") for m in f.due_by_now))
    ),
    "nothing completed yet": lambda f, v: not f.done and bool(f.able),
    "none completed in the last {n} periods": lambda f, v: v["n"] > 0 and bool(f.done) and len(f.done) < len(f.able),
    "{share} of the measures that can be completed are closed": lambda f, v: f.shown(
        v["share"], len(f.done), len(f.able)
    ),
    "{share} of the measures that can be completed are closed; {n} more are reported done": lambda f, v: (
        v["n"] == sum(m["state"] == "done_reported" for m in f.able) > 0
        and f.shown(v["share"], len(f.done), len(f.able))
    ),
    "{share} of the measures that can be completed are reported done": lambda f, v: (
        not f.now.plan.is_verified and f.shown(v["share"], len(f.done), len(f.able))
    ),
    "No measure has a deadline, so no planned line is drawn.": lambda f, v: not f.any_deadline,
    "The planned line counts the measures due by each day.": lambda f, v: all(
        not pd.isna(m["due"]) for m in f.measures
    ),
    "The planned line counts the measures due by each day; {share} have a deadline.": lambda f, v: (
        f.any_deadline and any(pd.isna(m["due"]) for m in f.measures)
    ),
    "No measure has changed its state since {date}": lambda f, v: _changed(f) == 0,
    "{n} measures have changed their state since {date}: {parts}": lambda f, v: v["n"] == _changed(f) > 0,
    "Of {date}, {n} measures are known otherwise than by {known}": lambda f, v: v["n"] > 0,
    "Too few periods so far to compare": lambda f, v: int(f.now.periods["is_in"].sum()) < 2,
    "Stalled or without feedback: {now}, as many on {date} as on {then}": lambda f, v: (
        int(f.now.periods["is_in"].sum()) > 1
    ),
    "Stalled or without feedback: {now} on {date}, after {before} on {then}": lambda f, v: v["now"] != v["before"],
    "All completed that can be: {themes}": lambda f, v: not _idle(f) and bool(f.done),
    "The least part is completed in {themes}": lambda f, v: not _idle(f) and len(f.done) < len(f.able),
    "{n} of {total} measures with a deadline are overdue": lambda f, v: (
        (v["n"], count(v["total"])) == (f.scheduled("overdue"), sum(not pd.isna(m["due"]) for m in f.measures))
    ),
    "None is overdue; {n} are due within three months": lambda f, v: (
        not f.scheduled("overdue") and v["n"] == f.scheduled("due_soon") > 0
    ),
    "None is overdue, and none is due within three months": lambda f, v: (
        not f.scheduled("overdue") and not f.scheduled("due_soon") and f.any_deadline
    ),
    "Done in time counts what units report; until a measure is closed it awaits verification.": lambda f, v: (
        f.now.plan.is_verified and f.scheduled("in_time") > 0
    ),
    "No measure has been completed yet, so the time to completion cannot be told": lambda f, v: not f.done,
    "By the estimate, half of the measures that can be completed are completed within {n} days "
    "of the notice": lambda f, v: bool(f.done),
    "By the estimate, {share} of the measures that can be completed are still open {days} days after the notice": (
        lambda f, v: bool(f.done)
    ),
    "Nothing is left to forecast": lambda f, v: len(f.done) == len(f.able),
    "No forecast: it takes {least} periods whose feedback is in, and there are {n}": lambda f, v: (
        v["n"] == int(f.now.periods["is_in"].sum()) < v["least"]
    ),
    "No forecast: it takes {least} completions in periods whose feedback is in, and there are {n}": lambda f, v: (
        v["n"] < v["least"]
    ),
    "At the pace so far, at least {p50} of {scope} are completed by {date} with a chance of "
    "50%, at least {p85} with a chance "
    "of 85%": lambda f, v: count(v["p85"]) <= count(v["p50"]) <= count(v["scope"]) == len(f.able),
    "That all is completed within the next {n} periods is less likely than not.": lambda f, v: (
        len(f.done) < len(f.able)
    ),
    "All completed by {p50} with a chance of 50%; with a chance of 85% only beyond the next "
    "{n} periods.": lambda f, v: True,
    "All completed by {p50} with a chance of 50%, by {p85} with a chance of 85%.": lambda f, v: True,
    "No expected day has slipped and nothing was sent back": lambda f, v: (
        not any(d in ("returned", "reopened") for d in f.now.decisions["decision"])
    ),
    "Expected days that moved later: {slipped}; measures sent back: {back}": lambda f, v: v["slipped"] + v["back"] > 0,
    # The front page.
    "Nothing needs coordination": lambda f, v: not f.cases,
    "Needs coordination: {parts}": lambda f, v: bool(f.cases),
    "To decide: {deciders}": lambda f, v: f.now.plan.is_verified and f.waiting > 0,
    "To look at again: {deciders}; says otherwise: {units}": lambda f, v: f.contradicted > 0,
    "To report: {units} (up to {n} reports owed)": lambda f, v: v["n"] > 0,
    "To answer the request of {units}": lambda f, v: _reasons(f, "stalled", "overdue"),
    "To say what would help: {units}": lambda f, v: _reasons(f, "stalled", "overdue"),
    "{n} reports in a row": lambda f, v: v["n"] > 1,
    "No measure here names a unit": lambda f, v: not f.load,
    "No unit is stalled or silent": lambda f, v: (
        not any(map(f.silent, f.load)) and all(s["state"] != "stalled" for s in f.states if _open(f, s["measure_id"]))
    ),
    "Of {total} units: {parts}": lambda f, v: count(v["total"]) == len(f.load),
    "{n} units silent on a measure": lambda f, v: v["n"] == sum(f.silent(unit) > 0 for unit in f.load),
    "{n} units stalled on one": lambda f, v: (
        v["n"] == len({s["unit_id"] for s in f.states if s["state"] == "stalled" and _open(f, s["measure_id"])})
    ),
}
"""Message → whether what it says follows from the facts."""


def _open(facts: Facts, measure: str) -> bool:
    return next(m["state"] for m in facts.measures if m["measure_id"] == measure) not in ("closed", "withdrawn")


def _shared(facts: Facts, one: str, other: str) -> int:
    of = {unit: {m for m, u in facts.pairs if u == unit} for unit in (one, other)}
    return len(of[one] & of[other])


def _promises(facts: Facts) -> list[dict[str, Any]]:
    from analysis import coverage

    return coverage.commitments(facts.now).to_dict("records")


def _outcomes(facts: Facts) -> Counter[str]:
    return Counter(promise["outcome"] for promise in _promises(facts))


NAMES = {
    "synthetic sample",
    *("by feedback that had arrived by {date}", "{title}: {names}", "{done}; {stuck}{waiting}.", "As of {date}"),
    *("{state} {n}", "Only: {names}", "{file}: {rows} rows used, SHA-256 {hash}", "Skip to the content"),
    *("Where this page comes from", "Inputs", "Parameters", "Versions", "To make this page again"),
    *("{reporting}. {load}.", "Workload by unit", "{finding}.", "{unit} {n}", "Units named", "Responsibilities"),
    *("a unit on a measure counts once", "Measures one unit carries alone", "Reports in time"),
    *("of all that were due so far", "Units silent on a measure", "never heard, or two reports owed in a row"),
    "Dots of the part of its reports that each unit sent in time, the least first. In all: {details}.",
    "Stacked bars of each unit's own parts by state. In all: {details}.",
    "Each unit's own last word on its part, also where the measure has since been closed.",
    *("{unit} {named} and {share}", "A diamond counts the measures that a unit carries alone."),
    "Dot chart of measures naming each unit and of its fractional count. {details}.",
    "Matrix of the measures that {units} units share two by two; the most is {most}.",
    "Units by load in both directions; the diagonal counts all measures of a unit. On a narrow "
    "screen only the first eight "
    "columns are drawn.",
    *("Who works with whom", "How unevenly the load lies", "Reports in time, of those due", "even load"),
    *("Lorenz curve of the load over {units} units: Gini {gini}, the three heaviest carry {top}.",),
    *("Units, lightest first", "Part of the load", "at least {quantity} {unit}", "Theme coverage", "so far"),
    *(
        "Closed",
        "Reported done",
        "{n} of them measured by all units",
        "{quantity} to {high} {unit}",
        "{quantity} {unit}",
    ),
    *("at most {quantity} {unit}", "{unit} {value} ({date})", "not measured", "Reports received"),
    *("Measures with evidence", "Measures that rest on one unit", "{theme}: {done} of {able} completed"),
    *("Stacked bars of each theme's measures by state. {details}.", "Units by themes", "All measures", "Promises met"),
    "Heatmap of themes by periods: reports received of those due. In the last one: {details}.",
    "Heatmap of the measures of each theme that name each unit: {rows} units by {columns} themes, {gaps} cells empty.",
    "An empty cell means that no measure of the theme names the unit.",
    "A measure stands where its weakest unit stands, until it is closed or withdrawn.",
    *("{bridge}.", "{theme} {current}/{measures}", "{theme} {n}"),
    "Values of several units are never added; each is what a unit reported itself.",
    *("Completion trend", "stalled {stalled}, without feedback {silent} at the end", "can be completed", "closed"),
    *("due by then", "this period {received}/{owed} received", "of measures that can be completed", "Stalled"),
    *("No feedback", "Changed since {date}", "Step chart of measures completed under the line of scope. {details}."),
    *("{deadlines} History is shown as it is known by {date}.", "Both days as known by {date}.", "Time to completion"),
    "Columns of measures by state at the end of each period: {details}.",
    "Small step charts of completed measures by theme on one scale. {details}.",
    "Step curve of the share of measures still open by days since the notice; {n} completions.",
    "Measures completed so far and those expected in the coming periods. {finding}.",
    *("reported or closed", "reported done", "Reported done, not closed", "Overdue", "Due within three months"),
    *("{month}: {closed} completed", "Days since the notice", "chance 50%", "chance 85%", "; ", ": "),
    *("{n} more cases", "{age}, since {date}", "since {date}", "Delivery", "Asks for", "Next step", "In the chapters"),
    *("nobody is named", "{measure}: {state}"),
}
"""Messages that only name, join or describe: what they are filled with is claimed elsewhere, or shown in a table."""
