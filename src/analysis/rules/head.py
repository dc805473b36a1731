"""The rules of ``plan.toml``."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from analysis import record, schema, workdays
from analysis.periods import EVERY, EXAMPLES, KEYS, OWED, Calendar
from analysis.schema import Problem, Rule, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_KNOWN = (
    *("id", "lang", "issued", "lead_rule", "progress_provenance", "country", "predecessor", "progress"),
    *("title", "issuers", "reporting", "verification", "unit_kinds"),
)
_LONGEST = 500
_LATEST = timedelta(days=731)
_OLD = ("period", "due_day")

UNIT_KINDS = {
    "municipal_department": {"zh": "市级部门", "en": "Municipal department"},
    "central_agency": {"zh": "中央驻地单位", "en": "Central agency"},
    "district": {"zh": "区", "en": "District"},
    "zone": {"zh": "开发区", "en": "Zone"},
    "enterprise": {"zh": "企业", "en": "Enterprise"},
    "other": {"zh": "其他", "en": "Other"},
}
"""The kinds of units, where ``[unit_kinds]`` of ``plan.toml`` names none of its own."""


def head_problems(folder: Path, head: Mapping[str, Any]) -> Iterator[Problem]:
    """Every problem of what the ``plan.toml`` of a folder says."""
    for check in (
        *(_unknown, _id, _lang, _title, _issuers, _issued, _lead_rule, _provenance),
        *(_country, _country_elsewhere, _unit_kinds),
        *(_old_form, _reporting_unknown, _every, _first_period, _begun, _due_after, _working_day, _owed, _timezone),
    ):
        yield from check(head)
    yield from _deciders(head)
    yield from _record_place(head, folder)


def _of_head(rule: Rule, head: Mapping[str, Any], key: str, **values: object) -> Problem:
    return rule.broken(file="plan.toml", column=key, value=head.get(key, ""), **values)


def _of_reporting(rule: Rule, head: Mapping[str, Any], key: str, **values: object) -> Problem:
    return rule.broken(file="plan.toml", column=f"reporting.{key}", value=_reporting(head).get(key, ""), **values)


def _reporting(head: Mapping[str, Any]) -> Mapping[str, Any]:
    reporting = head.get("reporting")
    return reporting if isinstance(reporting, dict) else {}


@rule("plan-unknown-key", "nobody reads this key: should be one of {words}")
def _unknown(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """What is written and not read is a promise that is silently broken."""
    for key in head:
        if key not in _KNOWN:
            yield _of_head(rule, head, key, words="、".join(_KNOWN))


@rule("plan-id", "should be at most 60 lower-case letters, digits and hyphens, such as tianjin-2024")
def _id(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """A plan's id becomes a folder of the site and a part of file names."""
    value = head.get("id")
    if not isinstance(value, str) or len(value) > 60 or not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", value):
        yield _of_head(rule, head, "id")


@rule("plan-lang", "should be the code of a language, such as zh, en or it")
def _lang(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """What stands in the plan's own language is marked so on pages in others."""
    value = head.get("lang", "zh")
    if not isinstance(value, str) or not re.fullmatch("[a-z]{2,3}", value):
        yield _of_head(rule, head, "lang")


@rule("plan-title", "should have a title in the plan's own language, {lang}, and be text in every other")
def _title(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """Pages name the plan; in a language in which it has no title, they show its own."""
    if not _is_said(head, "title") or not all(map(_is_text, head["title"].values())):
        yield _of_head(rule, head, "title", lang=head.get("lang", "zh"))


@rule("plan-issuers", "should have a list of issuers, as texts, in the plan's own language, {lang}")
def _issuers(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """Every figure names its source, and the notice's issuers are a part of it."""
    said = _is_said(head, "issuers") and head["issuers"].values()
    if not said or not all(isinstance(names, list) and all(map(_is_text, names)) for names in said):
        yield _of_head(rule, head, "issuers", lang=head.get("lang", "zh"))


@rule("plan-issued", "should be a date, written 2024-05-31 without quotation marks")
def _issued(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """Time to completion is counted from the day of the notice."""
    # A moment is a date to Python, too, and one with a time zone cannot be compared with a day.
    if type(head.get("issued")) is not date:
        yield _of_head(rule, head, "issued")


@rule("plan-lead-rule", "should be one of: {words}")
def _lead_rule(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """Whether the order of units names a lead is the notice's to say, never a guess."""
    if head.get("lead_rule") not in schema.LEAD_RULES:
        yield _of_head(rule, head, "lead_rule", words="、".join(schema.LEAD_RULES))


@rule("plan-provenance", "should be one of: {words}")
def _provenance(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """A made-up record must never look like a real one, so that it is always said which it is."""
    if head.get("progress_provenance") not in schema.PROVENANCES:
        yield _of_head(rule, head, "progress_provenance", words="、".join(schema.PROVENANCES))


@rule("plan-country", "should be a country whose holidays are known, by its ISO 3166 code, such as CN")
def _country(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """Working days are those of the plan's country."""
    value = head.get("country", workdays.FIRST)
    if not isinstance(value, str) or not workdays.is_known(value):
        yield _of_head(rule, head, "country")


@rule("plan-country-elsewhere", "is not where the time zone lies, {territory}: please check", severity="warning")
def _country_elsewhere(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """A plan that names no country is taken for China's, whose working days are no other country's."""
    country = str(head.get("country", workdays.FIRST))
    territory = territory_of(str(_reporting(head).get("timezone", "")))
    if territory and territory != country and workdays.is_known(country):
        yield rule.broken(file="plan.toml", column="country", value=country, territory=territory)


def territory_of(timezone: str) -> str:
    """The country in which a time zone lies, by its ISO 3166 code; blank where it lies in none."""
    from babel.core import get_global

    territory = str(get_global("zone_territories").get(timezone, ""))
    return territory if territory.isalpha() else ""


@rule("plan-unit-kinds", "should give each kind of unit its name in each language, such as agency = {{zh = …, en = …}}")
def _unit_kinds(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """Kinds of units are the plan's own words."""
    kinds = head.get("unit_kinds", {})
    if not isinstance(kinds, dict) or not all(map(_is_named, kinds.values())):
        yield _of_head(rule, head, "unit_kinds")


@rule("plan-old-form", "a key of the older form: `portplan plan migrate` writes the plan in the new one")
def _old_form(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """Until 2026 a plan could only report by the month, whatever it said."""
    for key in _OLD:
        if key in _reporting(head):
            yield _of_reporting(rule, head, key)


@rule("reporting-unknown-key", "nobody reads this key: should be one of {words}")
def _reporting_unknown(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """What is written and not read is a promise that is silently broken."""
    for key in _reporting(head):
        if key not in (*KEYS, *_OLD):
            yield _of_reporting(rule, head, key, words="、".join(KEYS))


@rule("reporting-every", "should be one of: {words}")
def _every(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """What is owed, and what is late, follows from how often units report."""
    if _reporting(head).get("every") not in EVERY:
        yield _of_reporting(rule, head, "every", words="、".join(EVERY))


@rule("reporting-first-period", "should be the first period on which feedback is owed, written as {example}")
def _first_period(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """Nothing is owed on a period before the first."""
    every, name = _reporting(head).get("every"), _reporting(head).get("first_period", "")
    if not isinstance(every, str) or every not in EXAMPLES:
        return
    try:
        Calendar(every).named(name if isinstance(name, str) else "")
    except ValueError as wrong:
        yield _of_reporting(rule, head, "first_period", example=wrong)


@rule("first-period-far", "is over before the plan was issued, {day}, or begins more than two years after")
def _begun(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """A mistyped year in either has every unit owe for years in which there was no plan, or owe nothing."""
    issued, said = head.get("issued"), _reporting(head)
    with suppress(ValueError):
        first = Calendar(str(said.get("every"))).named(str(said.get("first_period")))
        if type(issued) is date and not (first.end >= issued and first.start <= issued + _LATEST):
            yield _of_reporting(rule, head, "first_period", day=issued)


@rule("reporting-due-after-days", "should be a whole number of days, from -366 to 366")
def _due_after(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """Below 0, feedback is due before its period is over."""
    days = _reporting(head).get("due_after_days", 0)
    if type(days) is not int or abs(days) > 366:
        yield _of_reporting(rule, head, "due_after_days")


@rule("reporting-due-on-working-day", "should be true or false, without quotation marks")
def _working_day(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """A day that is off is no day to report on, where the plan says so."""
    if type(_reporting(head).get("due_on_working_day", False)) is not bool:
        yield _of_reporting(rule, head, "due_on_working_day")


@rule("reporting-owed", "should be one of: {words}")
def _owed(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """Some plans ask every period, others once, when a measure is due."""
    if _reporting(head).get("owed", OWED[0]) not in OWED:
        yield _of_reporting(rule, head, "owed", words="、".join(OWED))


@rule("reporting-timezone", "should be the name of a time zone, such as Asia/Shanghai")
def _timezone(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """The office counts its days where it sits."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(_reporting(head).get("timezone", ""))
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        yield _of_reporting(rule, head, "timezone")


@rule(
    "verification-deciders", "should list its deciders, each with a name and, where it belongs to one, a unit: part_of"
)
def _deciders(rule: Rule, head: Mapping[str, Any]) -> Iterator[Problem]:
    """That somebody verified means nothing unless it is known who may."""
    said = head.get("verification", {"deciders": [{"name": "-"}]})
    deciders = said.get("deciders") if isinstance(said, dict) and set(said) == {"deciders"} else None
    is_right = isinstance(deciders, list) and bool(deciders) and all(map(_is_decider, deciders))
    if not is_right or len({one["name"] for one in deciders or ()}) < len(deciders or ()):
        yield _of_head(rule, head, "verification")


def _is_decider(one: object) -> bool:
    if not isinstance(one, dict) or not str(one.get("name", "")).strip():
        return False
    return all(_is_text(text) and re.fullmatch("name|part_of|name_[a-z]{2,3}", key) for key, text in one.items())


@rule(
    "plan-record",
    "should be the name of a .csv or .parquet file, or a database's address such as "
    "postgresql+psycopg://user@host/base, sqlite:///progress.db",
)
def _record_place(rule: Rule, head: Mapping[str, Any], folder: Path) -> Iterator[Problem]:
    """Where the record is kept must be certain before anything is added to it."""
    try:
        record.place_of(folder, head)
    except ValueError:
        yield _of_head(rule, head, "progress")


def _is_text(said: object) -> bool:
    """Whether it is a text that can stand in a cell and on a page: controls cannot."""
    return (
        isinstance(said, str) and len(said) <= _LONGEST and not any(unicodedata.category(one) == "Cc" for one in said)
    )


def _is_named(names: object) -> bool:
    return isinstance(names, dict) and bool(names) and all(map(_is_text, names.values()))


def _is_said(head: Mapping[str, Any], key: str) -> bool:
    said, lang = head.get(key), head.get("lang", "zh")
    return isinstance(said, dict) and isinstance(lang, str) and bool(said.get(lang))
