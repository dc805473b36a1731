"""What there is to tell of: read off a site and its plan as they stand, so that what one run misses the next one tells.

Each message is a sentence or two with counts, which the pages have, too, and a link; that the record is made up comes
first. No unit is named and none is quoted: a group is not the place.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from analysis.catalogue import Message
from analysis.manifest.stored import index_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    import pandas as pd

    from analysis.manifest import Failure, Manifest, Page
    from analysis.notification.settings import Settings
    from analysis.plan import Plan
    from analysis.report.inputs import Inputs
    from analysis.runner import Report

_MARK = "[Synthetic sample, not real] "


@dataclass(frozen=True)
class Event:
    """Something to tell of.

    Attributes
    ----------
    kind : str
        Of `analysis.notification.settings.EVENTS`.
    key : str
        The same for the same event, whenever it is looked for; of none other.
    subject, text : str
        The text ends with the link.
    """

    kind: str
    key: str
    subject: str
    text: str


def site_events(
    manifest: Manifest, inputs: Inputs, reports: Mapping[str, Report], settings: Settings, *, today: date
) -> list[Event]:
    """What a site has to tell of a plan: that the pages of its newest day are there, and which could not be made.

    It is quick, for no plan need be opened. The same pages that say the same are no news; nor are those of a day that
    has not come, which somebody mistyped.

    Parameters
    ----------
    manifest : analysis.manifest.Manifest
    inputs : analysis.report.Inputs
    reports : mapping of str to analysis.runner.Report
        In the order in which they are read: the first of them speaks for the day.
    settings : analysis.notification.Settings
    today : datetime.date
    """
    found = [*_published(manifest, inputs, reports, settings, today), *_failed(manifest, inputs, settings)]
    return [event for event in found if event]


def due_events(manifest: Manifest, plan: Plan, settings: Settings, *, today: date) -> list[Event]:
    """What will fall due within the days that the settings say, and what fell due so long ago and has not come.

    What is owed is `analysis.due.outstanding`. Each due day is told of once before and once after.

    Parameters
    ----------
    manifest : analysis.manifest.Manifest
    plan : analysis.plan.Plan
    settings : analysis.notification.Settings
    today : datetime.date
    """
    # Slow to import, and not needed by a run that has nothing to do.
    import pandas as pd

    from analysis import due
    from analysis.language import Language

    say = Language(settings.lang, plan)
    title = say.chosen(plan.title)
    mark = due.mark(plan.at(str(today)), lang=settings.lang)
    link = settings.address + _newest_place(manifest, plan.id, settings.lang)

    def event(kind: str, day: pd.Timestamp, text: str) -> Event:
        about = say("“{title}”: {text}", title=title, text=text)
        return Event(kind, f"{kind} {plan.id} {day:%Y-%m-%d}", f"{mark}{title}", f"{mark}{about}\n{link}")

    def counted(rows: pd.DataFrame) -> dict[str, str]:
        return {
            "reports": say.count(len(rows), "{n} piece of feedback", "{n} pieces of feedback"),
            "units": say.count(rows["unit_id"].nunique(), "{n} unit", "{n} units"),
        }

    events = []
    until = str(today + timedelta(days=settings.days_before))
    ahead = due.outstanding(plan.at(until, known_at=until))
    for day, rows in ahead[ahead["due"].ge(pd.Timestamp(today))].groupby("due"):
        day = pd.Timestamp(str(day))
        text = say("{reports} of {units} due by {due} have not come yet.", due=f"{day:%Y-%m-%d}", **counted(rows))
        events.append(event("before_due", day, text))
    owed = due.outstanding(plan.at(str(today), known_at=str(today)))
    over = owed[owed["due"].le(pd.Timestamp(today - timedelta(days=settings.days_after)))]
    if len(over):
        last = over["due"].max()
        text = say(
            "as of {today}, {reports} of {units} are overdue; {newest} of them were due by {due}.",
            today=str(today),
            newest=say.number(int(over["due"].eq(last).sum())),
            due=f"{last:%Y-%m-%d}",
            **counted(over),
        )
        events.append(event("after_due", last, text))
    return events


def _published(
    manifest: Manifest, inputs: Inputs, reports: Mapping[str, Report], settings: Settings, today: date
) -> Iterator[Event]:
    page = _newest(manifest, inputs.id, settings.lang, tuple(reports))
    if page is None or page.is_narrowed or page.parameters.as_of > str(today):
        return
    asked = page.parameters
    told = Message(
        "“{title}”: the pages as of {day}, on feedback received by {known_at}, are published. {headline}",
        title=page.plan_title,
        day=asked.as_of,
        known_at=asked.known_at,
        headline=page.headline,
    ).said(settings.lang)
    mark = _mark(inputs, page.banner, settings.lang)
    key = f"published {inputs.id} {asked.as_of} {asked.known_at} {_digest(told)}"
    yield Event("published", key, mark + page.plan_title, f"{mark}{told}\n{settings.address}{page.path}")


def _failed(manifest: Manifest, inputs: Inputs, settings: Settings) -> Iterator[Event]:
    failures = [one for one in manifest.failures.values() if one.parameters.plan_id == inputs.id]
    if not failures:
        return
    page = _newest(manifest, inputs.id, settings.lang, ())
    title = page.plan_title if page else str(inputs.head.get("title", {}).get(settings.lang, inputs.id))
    told = Message(
        "“{title}”: pages that could not be brought up to date: {n} ({results}), the first since {since}. What is "
        "shown of them is older.",
        title=title,
        n=len(failures),
        results=_results(failures, settings.lang),
        since=min(one.since for one in failures)[:16].replace("T", " "),
    ).said(settings.lang)
    mark = _mark(inputs, page.banner if page else "", settings.lang)
    key = f"failed {inputs.id} {_digest(repr(sorted((one.path, one.result, one.since) for one in failures)))}"
    yield Event("failed", key, mark + title, f"{mark}{told}\n{settings.address}{index_name(settings.lang)}")


def _results(failures: list[Failure], lang: str) -> str:
    names = {
        "bad_data": Message("the data has errors"),
        "failed": Message("its notebook failed"),
        "timed_out": Message("it ran out of time"),
        "refused": Message("the check before publication refused it"),
    }
    counts = Counter(failure.result for failure in failures)
    parts = [f"{name.said(lang)} {counts[result]}" for result, name in names.items() if counts[result]]
    return Message(", ").said(lang).join(parts)


def _newest(manifest: Manifest, plan: str, lang: str, order: tuple[str, ...]) -> Page | None:
    """The page that speaks for a plan's newest day in a language, or else in another."""
    pages = [page for page in manifest.newest().values() if page.parameters.plan_id == plan]

    def place(page: Page) -> tuple[object, ...]:
        read = order.index(page.report) if page.report in order else len(order)
        return page.is_narrowed, page.parameters.lang != lang, read, page.path

    return min(pages, key=place, default=None)


def _newest_place(manifest: Manifest, plan: str, lang: str) -> str:
    page = _newest(manifest, plan, lang, ("delivery",))
    return page.latest_path if page and not page.is_narrowed else index_name(lang)


def _mark(inputs: Inputs, banner: str, lang: str) -> str:
    """What a message begins with where the record, or the page that speaks, is made up."""
    made_up = Message("synthetic sample").said(lang).lower()
    is_made_up = inputs.is_synthetic or made_up in banner.lower()
    return Message(_MARK).said(lang) if is_made_up else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]
