"""Whose form it is, of which plan, about which day, and when it arrived; said when its parts do not agree."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.catalogue import Message
from analysis.entries import date_of
from analysis.forms import commitment_text, layout
from analysis.forms.layout import LABELS
from analysis.grids import as_written, is_blank
from analysis.plan import UnknownName, unit_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.plan import Plan
    from analysis.returned.statements import Form
    from analysis.returned.tables import Head

_DAY_ITSELF = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Names:
    """What the things of a plan go by, folded → their ids; deciders → the name that decisions give."""

    units: Mapping[str, str]
    measures: Mapping[str, str]
    commitments: Mapping[str, str]
    deciders: Mapping[str, str]


def names_of(plan: Plan) -> Names:
    """The names of a plan, made once for many forms."""
    units: dict[str, str] = {}
    for name, unit_id in unit_names(plan.units.to_dict("records")):
        units.setdefault(folded(name), unit_id)
    measures: dict[str, str] = {}
    for measure in plan.measures.itertuples():
        number = measure.number
        for name in (measure.measure_id, number, f"措施{number}", f"第{number}条", f"第{number}项", measure.title):
            measures.setdefault(folded(str(name)), str(measure.measure_id))
    promises = {str(one.commitment_id): folded(commitment_text(one)) for one in plan.commitments.itertuples()}
    # What two promises say in the same words tells neither.
    said = Counter(promises.values())
    commitments = {text: key for key, text in promises.items() if said[text] == 1}
    commitments |= {folded(key): key for key in promises}
    deciders = {folded(name): one.name for one in plan.deciders for name in (one.name, *one.names.values())}
    return Names(units, measures, commitments, deciders)


def folded(name: str) -> str:
    """A name as it is compared with those of a plan: half-width, without blanks, without capitals."""
    return re.sub(r"\s", "", layout.folded(name))


def identify(form: Form, head: Head, plan: Plan, names: Names) -> None:
    """Fill in a form's unit, day and period, or refuse it; without an id of ours, the labels above must do."""
    before, _, id_day = unicodedata.normalize("NFKC", head.form_id).strip().rpartition("/")
    id_plan, _, id_unit = before.rpartition("/")
    if not head.form_id:
        titles = [unicodedata.normalize("NFKC", title) for title in plan.title.values()]
        if not any(title in unicodedata.normalize("NFKC", head.above) for title in titles):
            form.refuse(
                Message(
                    "it does not say of which plan it is: above the table should stand the plan's title, {title}, or "
                    "the form's number",
                    title=f"“{plan.title[plan.lang]}”",
                )
            )
    elif id_plan != plan.id:
        rule = Message("this is a form of another plan: should be {plan}", plan=plan.id)
        form.refuse(rule, value=head.form_id, **head.place("form_id"))
        return
    if form.is_office or _identify_unit(form, head, plan, names, id_unit=id_unit):
        _identify_day(form, head, id_day=id_day)
        _identify_period(form, head, plan)


def _identify_unit(form: Form, head: Head, plan: Plan, names: Names, *, id_unit: str) -> bool:
    """Whether no name was unknown: where one is, nothing else about the form is worth saying."""
    units = []
    for name in filter(None, (id_unit, head.text("unit"))):
        try:
            units.append(names.units.get(folded(name)) or plan.find_unit(name))
        except UnknownName as unknown:
            form.refuse(unknown.args[0], value=name, **head.place("unit"))
            return False
    if len(set(units)) > 1:
        rule = Message("the unit is not that of the form's number, which belongs to {unit}", unit=id_unit)
        form.refuse(rule, value=head.text("unit"), **head.place("unit"))
    elif units:
        form.unit_id = units[0]
    else:
        rule = Message(
            "it does not say whose form it is: above the table should stand {label}", label=f"“{LABELS['unit']}”"
        )
        form.refuse(rule, column=LABELS["unit"])
    return True


def _identify_day(form: Form, head: Head, *, id_day: str) -> None:
    days = []
    label = head.labels.get("as_of")
    for cell in (id_day, label.value if label else None):
        if is_blank(cell):
            continue
        day = date_of(cell, after=None)
        if day.fault:
            form.refuse(day.fault, value=as_written(cell), **head.place("as_of"))
            return
        days.append(day.text)
    if len(set(days)) > 1:
        rule = Message("the day is not that of the form's number, {day}", day=id_day)
        form.refuse(rule, value=head.text("as_of"), **head.place("as_of"))
    elif days:
        form.as_of = days[0]
    elif not form.is_office:
        rule = Message(
            "it does not say what day it speaks of: above the table should stand {label}", label=f"“{LABELS['as_of']}”"
        )
        form.refuse(rule, column=LABELS["as_of"])


def _identify_period(form: Form, head: Head, plan: Plan) -> None:
    """The period that a form is the report on; blank where it says none, so that it is that of its day."""
    hidden = head.hidden.get("period", "")
    # Forms that were sent out before periods had names hold the day itself there.
    said = [
        name.strip() for name in ("" if _DAY_ITSELF.fullmatch(hidden) else hidden, head.text("period")) if name.strip()
    ]
    if not said or form.is_office:
        return
    if len(set(said)) > 1:
        rule = Message("the period is not that with which the form was sent out, {period}", period=said[0])
        form.refuse(rule, value=head.text("period"), **head.place("period"))
        return
    try:
        period = plan.calendar.named(unicodedata.normalize("NFKC", said[0]))
    except ValueError as wrong:
        rule = Message("should be a reporting period of the plan, written as {example}", example=str(wrong) or "—")
        form.refuse(rule, value=said[0], **head.place("period"))
        return
    if form.as_of and not f"{period.start}" <= form.as_of <= f"{period.end}":
        rule = Message("the day that the form speaks of, {day}, does not lie in this period", day=form.as_of)
        form.refuse(rule, value=said[0], **head.place("period"))
        return
    form.period = period.name


def date_arrival(
    form: Form, head: Head, *, reported_at: pd.Timestamp | None, today: pd.Timestamp | None = None
) -> None:
    """Fill in when a form arrived: by its own word, which cannot be later than the office's, else by the office's.

    Parameters
    ----------
    form : Form
    head : Head
    reported_at : pandas.Timestamp, optional
        The day the form arrived, as whoever collects it says.
    today : pandas.Timestamp, optional
        The day after which none has come in; what the office's own sheet is recorded on where it says nothing.
    """
    given = today if form.is_office and reported_at is None else reported_at
    limit = None if form.is_office and today is not None else reported_at
    received = f"{given:%Y-%m-%d}" if given is not None else ""
    latest = min((f"{day:%Y-%m-%d}" for day in (limit, today) if day is not None), default="")
    label, place = head.labels.get("reported_at"), head.place("reported_at")
    if label is None or is_blank(label.value):
        form.reported_at = received
        if not received:
            rule = Message("the day on which it was sent is missing, and so is {option}", option="--reported-at")
            form.refuse(rule, **place)
        elif latest and received > latest:
            form.refuse(
                Message("is later than the day on which it came in, {day}", day=latest), value=received, **place
            )
        return
    form.is_dated = True
    # A form may leave a few days before the day it speaks of; a date without a year is read from that month on.
    after = pd.Timestamp(form.as_of).replace(day=1) if form.as_of else None
    day = date_of(label.value, after=after, whole_months=False)
    if day.fault:
        form.refuse(day.fault, value=as_written(label.value), **place)
    elif latest and day.text > latest:
        rule = Message("is later than the day on which it came in, {day}", day=latest)
        form.refuse(rule, value=as_written(label.value), **place)
    form.reported_at = day.text
    if day.note:
        form.remark(day.note, value=as_written(label.value), **place)
