"""Whose form it is, of which plan, about which day, and when it arrived; said when its parts do not agree."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.forms.layout import LABELS
from analysis.grids import as_written, is_blank
from analysis.intake.values import date_of
from analysis.plan import UnknownName, unit_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.forms import Head
    from analysis.intake.statements import Form
    from analysis.plan import Plan


@dataclass(frozen=True)
class Names:
    """What a plan's units and measures go by, folded → their ids."""

    units: Mapping[str, str]
    measures: Mapping[str, str]


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
    return Names(units, measures)


def folded(name: str) -> str:
    """A name as it is compared with those of a plan: half-width, without blanks, without capitals."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).casefold()


def identify(form: Form, head: Head, plan: Plan, names: Names) -> None:
    """Fill in a form's unit and day, or refuse it; without an id of ours, the labels above its tables must do."""
    before, _, id_day = unicodedata.normalize("NFKC", head.form_id).strip().rpartition("/")
    id_plan, _, id_unit = before.rpartition("/")
    if not head.form_id:
        title = plan.title["zh"]
        if unicodedata.normalize("NFKC", title) not in unicodedata.normalize("NFKC", head.above):
            form.refuse(f"看不出是哪个方案的表：表头上方应有方案名称“{title}”或表单编号")
    elif id_plan != plan.id:
        form.refuse(f"这是另一个方案的表：应为 {plan.id}", value=head.form_id, **head.place("form_id"))
        return
    if _identify_unit(form, head, plan, names, id_unit=id_unit):
        _identify_day(form, head, id_day=id_day)


def _identify_unit(form: Form, head: Head, plan: Plan, names: Names, *, id_unit: str) -> bool:
    """Whether no name was unknown: where one is, nothing else about the form is worth saying."""
    units = []
    for name in filter(None, (id_unit, head.text("unit"))):
        try:
            units.append(names.units.get(folded(name)) or plan.find_unit(name))
        except UnknownName as unknown:
            form.refuse(str(unknown.args[0]), value=name, **head.place("unit"))
            return False
    if len(set(units)) > 1:
        rule = f"填报单位与表单编号不一致：编号属于 {id_unit}"
        form.refuse(rule, value=head.text("unit"), **head.place("unit"))
    elif units:
        form.unit_id = units[0]
    else:
        form.refuse("看不出是哪个单位的表：表头上方应有“填报单位”", column=LABELS["unit"])
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
        rule = f"数据截至与表单编号不一致：编号为 {id_day}"
        form.refuse(rule, value=head.text("as_of"), **head.place("as_of"))
    elif days:
        form.as_of = days[0]
    else:
        form.refuse("看不出数据截至哪一天：表头上方应有“数据截至”", column=LABELS["as_of"])


def date_arrival(form: Form, head: Head, *, reported_at: pd.Timestamp | None) -> None:
    """Fill in when a form arrived: by its own word, which cannot be later than the office's, else by the office's."""
    received = f"{reported_at:%Y-%m-%d}" if reported_at is not None else ""
    label, place = head.labels.get("reported_at"), head.place("reported_at")
    if label is None or is_blank(label.value):
        form.reported_at = received
        if not received:
            form.refuse("没有填写报送日期，收表时也没有用 --reported-at 给出", **place)
        return
    # A form may leave a few days before the day it speaks of; a date without a year is read from that month on.
    after = pd.Timestamp(form.as_of).replace(day=1) if form.as_of else None
    day = date_of(label.value, after=after, whole_months=False)
    if day.fault:
        form.refuse(day.fault, value=as_written(label.value), **place)
    elif received and day.text > received:
        form.refuse(f"报送日期晚于收到的日期 {received}", value=as_written(label.value), **place)
    form.reported_at = day.text
    if day.note:
        form.remark(day.note, value=as_written(label.value), **place)
