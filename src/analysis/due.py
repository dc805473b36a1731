"""What is owed: feedback that was due and has not come, and what the record says that somebody should look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import workdays
from analysis.catalogue import FIRST
from analysis.language import Language
from analysis.schema import DELIVERY, SETTLED, TABLES, Problem, Rule, problem_frame, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.plan.reading import Reading

_COLUMNS = ["unit_id", "measure_id", "period", "due", "days_overdue", "working_days_late"]
_NAMED_ONE_BY_ONE = 3


def outstanding(now: Reading) -> pd.DataFrame:
    """Every report that was due by the day to which a reading knows, and had not come by then.

    What is owed is `analysis.status.owed`; a report whose place a later one took is not asked for again.

    Returns
    -------
    pandas.DataFrame
        One row a responsibility and period, units and measures in the order of the plan: unit_id, measure_id, period
        (its name), due (the last day on which it would have been on time), days_overdue (calendar days since, up to
        K), working_days_late (working days of the plan's country since; 0 while the first of them has not come).
    """
    plan, today = now.plan, now.known_at
    missing = now.feedback[now.feedback["feedback"].eq("missing")]
    late = {
        day: workdays.count_after(day.date(), today.date(), plan.calendar.country) for day in missing["due"].unique()
    }
    missing = missing.assign(
        working_days_late=missing["due"].map(late).astype("int64"),
        days_overdue=(today - missing["due"]).dt.days.astype("int64"),
        unit=pd.Index(plan.units["unit_id"]).get_indexer(pd.Index(missing["unit_id"])),
        measure=pd.Index(plan.measures["measure_id"]).get_indexer(pd.Index(missing["measure_id"])),
    )
    return missing.sort_values(["unit", "measure", "due"], kind="stable", ignore_index=True)[_COLUMNS]


def by_unit(now: Reading, *, lang: str = FIRST) -> pd.DataFrame:
    """Who owes what since when, ready to print: one row a unit and measure, in a language.

    Returns
    -------
    pandas.DataFrame
        Unit, measure, how many reports it owes, the first of them, the day it was due, working days since.
    """
    say = Language(lang, now.plan)
    grouped = outstanding(now).groupby(["unit_id", "measure_id"], sort=False)
    owed = grouped.agg(
        periods=("period", "size"), first=("period", "first"), due=("due", "min"), late=("working_days_late", "max")
    ).reset_index()
    return pd.DataFrame(
        {
            say("Unit"): owed["unit_id"].map(say.unit),
            say("Measure"): owed["measure_id"].map(say.measure),
            say("Reports owed"): owed["periods"],
            say("First of them"): owed["first"].map(say.period),
            say("Due by"): [f"{day:%Y-%m-%d}" for day in owed["due"]],
            say("Working days since"): owed["late"],
        }
    )


def mark(now: Reading, *, lang: str = FIRST) -> str:
    """What a text for units begins with where the record is made up, so that it is not sent in earnest; else blank."""
    return Language(lang)("[Synthetic sample, not real] ") if now.plan.is_synthetic else ""


def messages(now: Reading, *, lang: str = FIRST) -> list[tuple[str, str]]:
    """A short text for each unit that owes something, ready to paste into a message: (unit_id, text)."""
    say = Language(lang, now.plan)
    names = dict(zip(now.plan.units["unit_id"], say.own(now.plan.units, "name"), strict=True))
    texts = []
    for unit, rows in outstanding(now).groupby("unit_id", sort=False):
        lines = [
            say("· {measure}: {reports}", measure=say.measure(measure), reports=_reports(missed, now, say))
            for measure, missed in rows.groupby("measure_id", sort=False)
        ]
        text = say(
            "{unit}: as of {date}, progress on {measures} of “{title}” has not been reported; {due}. Please fill in "
            "the form and send it back:",
            unit=names[str(unit)],
            date=say.date(now.known_at),
            measures=say.count(rows["measure_id"].nunique(), "{n} measure", "{n} measures"),
            title=say.chosen(now.plan.title),
            due=_due_since(rows, say),
        )
        said = "\n".join([text, *lines]) + _caution(rows["due"].min(), now, say)
        texts.append((str(unit), mark(now, lang=lang) + said))
    return texts


def warnings(now: Reading, *, lang: str = FIRST) -> pd.DataFrame:
    """What a day's record leaves open: what is missing, who has fallen silent, and what contradicts what.

    Returns
    -------
    pandas.DataFrame
        From `analysis.schema.problem_frame`, severity ``warning``.
    """
    say = Language(lang, now.plan)
    checks = (_missing_feedback, _units_lapsed, _contradicted, _units_disagree)
    return problem_frame([problem for check in checks for problem in check(now, say)], lang=lang)


@rule("feedback-missing", "{reports} owed and not received ({heard}); {due}{caution}", severity="warning")
def _missing_feedback(rule: Rule, now: Reading, say: Language) -> Iterator[Problem]:
    """Whoever keeps the ledger asks for what is due before anybody reads the pages."""
    last = now.states.set_index(["unit_id", "measure_id"])["as_of"]
    for key, rows in outstanding(now).groupby(["unit_id", "measure_id"], sort=False):
        heard = last.get(key)
        yield rule.broken(
            file=_record_name(now, "progress"),
            column="measure_id",
            value=f"{key[1]} {say.unit(key[0])}",
            reports=say.count(len(rows), "{n} report", "{n} reports"),
            heard=say("never heard") if pd.isna(heard) else say("last heard for {date}", date=say.date(heard)),
            due=_due_since(rows, say),
            caution=_caution(rows["due"].min(), now, say),
        )


@rule("units-lapsed", "has fallen silent: owes two reports or more in a row on {measures}", severity="warning")
def _units_lapsed(rule: Rule, now: Reading, say: Language) -> Iterator[Problem]:
    """A unit that stopped reporting on many measures at once has perhaps a new clerk, or a form that went astray."""
    spoke = now.states[now.states["has_lapsed"] & now.states["as_of"].notna()]
    for unit in now.plan.units.loc[now.plan.units["unit_id"].isin(spoke["unit_id"]), "unit_id"]:
        measures = say.numbers_of(spoke.loc[spoke["unit_id"].eq(unit), "measure_id"])
        yield rule.broken(file=_record_name(now, "progress"), column="unit_id", value=say.unit(unit), measures=measures)


@rule(
    "contradicted",
    "closed on {date}, but a unit says otherwise for a later day: ask it, and decide again",
    severity="warning",
)
def _contradicted(rule: Rule, now: Reading, say: Language) -> Iterator[Problem]:
    """A closure stands until it is decided otherwise; that somebody sees it differently must not be lost."""
    listed = now.measure_states[now.measure_states["is_contradicted"]]
    for measure, day in listed[["measure_id", "decided_on"]].itertuples(index=False, name=None):
        later = now.states["measure_id"].eq(measure) & now.states["as_of"].gt(day)
        words = now.states[later & now.states["state"].isin(DELIVERY)]
        value = f"{measure} {_words(words, say)}"
        yield rule.broken(file=_record_name(now, "decisions"), column="measure_id", value=value, date=say.date(day))


@rule(
    "units-disagree",
    "the units report different states; the measure counts as the weakest of them",
    severity="warning",
)
def _units_disagree(rule: Rule, now: Reading, say: Language) -> Iterator[Problem]:
    """A measure that one unit calls done and another stalled is worth a telephone call."""
    listed = now.measure_states
    for measure in listed.loc[listed["units_disagree"] & ~listed["state"].isin(SETTLED), "measure_id"]:
        of_measure = now.states[now.states["measure_id"].eq(measure) & now.states["state"].isin(DELIVERY)]
        value = f"{measure} {_words(of_measure, say)}"
        yield rule.broken(file=_record_name(now, "progress"), column="measure_id", value=value)


def _words(states: pd.DataFrame, say: Language) -> str:
    """What each unit says, in a row."""
    pairs = zip(states["unit_id"], states["state"], strict=True)
    return say("; ").join(f"{say.unit(unit)} {say.state(state)}" for unit, state in pairs)


def _reports(missed: pd.DataFrame, now: Reading, say: Language) -> str:
    """The reports that a unit owes on a measure, by their periods; where each is owed once, by its deadline."""
    if now.plan.calendar.every == "none" or now.plan.calendar.owed == "when-due":
        return say("the report due on {date}", date=say.date(missed["due"].iloc[0]))
    periods = [say.period(period) for period in missed["period"]]
    if len(periods) <= _NAMED_ONE_BY_ONE:
        return say("missing {periods}", periods=say(", ").join(periods))
    return say("missing {first} to {last} ({n} periods)", first=periods[0], last=periods[-1], n=len(periods))


def _due_since(rows: pd.DataFrame, say: Language) -> str:
    """By when the first of several reports was due, and how long ago that was."""
    due, late = f"{rows['due'].min():%Y-%m-%d}", int(rows["working_days_late"].max())
    if not late:
        return say("the first was due by {due}", due=due)
    ago = say.count(late, "{n} working day", "{n} working days")
    return say("the first was due by {due}, {ago} ago", due=due, ago=ago)


def _record_name(now: Reading, table: str) -> str:
    """What problems call a table of the record, as the plan keeps it."""
    return str(now.plan.sources["file"].iloc[list(TABLES).index(table)])


def _caution(start: pd.Timestamp, now: Reading, say: Language) -> str:
    country = now.plan.calendar.country
    years = workdays.unannounced_years(start.date(), now.known_at.date(), country)
    if not years:
        return ""
    return say(" (days off not announced for {years}: only weekends are counted)", years=say.listing(map(str, years)))
