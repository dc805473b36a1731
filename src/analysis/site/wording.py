"""What a site says of its pages, and of those that could not be made."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from analysis.schema import NO_FEEDBACK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.language import Language


def index_words(say: Language, *, is_empty: bool = True) -> dict[str, str]:
    """The fixed words of the index; `is_empty` says whether the site has pages in no language."""
    elsewhere = say("Nothing has been published in this language yet: see the other languages above.")
    return {
        "title": say("Reports on the delivery of action plans"),
        "parts": say("By unit or theme"),
        "report": say("Report"),
        "measures": say.name("column", "measures"),
        "no_feedback": say.state(NO_FEEDBACK),
        "latest": say("The newest pages, under addresses that stay"),
        "languages": say("Languages"),
        "empty": say("Nothing has been published yet.") if is_empty else elsewhere,
        "failures": say("Could not be brought up to date"),
        "details": say("Details"),
    }


def plan_words(finished: str, others: int, say: Language) -> dict[str, str]:
    """The words of the index that depend on a plan: what completed means in it, how many dates are folded."""
    return {"finished": say.state(finished), "others": say.count(others, "{n} other date", "{n} other dates")}


def navigation_words(say: Language) -> dict[str, str]:
    """The fixed words of the navigation of a page."""
    return {
        "label": say("Pages of this site"),
        "index": say("Index"),
        "units": say("Units and themes"),
        "prev": say("Earlier: "),
        "next": say("Later: "),
        "documents": say("Download: "),
    }


def document_names(say: Language) -> dict[str, str]:
    """What the documents beside a page are called, by their format."""
    return {"docx": say("Word document"), "xlsx": say("Excel workbook")}


def day(text: str, say: Language) -> str:
    """An ISO day in words."""
    return say.date(pd.Timestamp(text))


def course_line(points: Sequence[tuple[str, int, int]], finished: str, say: Language) -> str:
    """How many were completed on the first and the last of several days."""
    (begun, first, _), (ended, last, whole) = points[0], points[-1]
    return say(
        "{state}: {first} on {begun}, {last} of {whole} on {ended}",
        state=say.state(finished),
        first=say.number(first),
        begun=day(begun, say),
        last=say.number(last),
        whole=say.number(whole),
        ended=day(ended, say),
    )


def page_count(number: int, say: Language) -> str:
    """How many pages a date has."""
    return say.count(number, "{n} page", "{n} pages")


def date_line(as_of: str, known_at: str, compare_to: str, say: Language) -> str:
    """The dates that a group of pages shares."""
    parts = [say("As of {date}", date=say.date(pd.Timestamp(as_of)))]
    if known_at != as_of:
        parts.append(say("As known on {date}", date=say.date(pd.Timestamp(known_at))))
    if compare_to:
        parts.append(say("compared with {date}", date=say.date(pd.Timestamp(compare_to))))
    return " · ".join(parts)


def moment(text: str, say: Language) -> str:
    """An ISO time as a day and a time of day; any other text as it is."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{say.date(pd.Timestamp(time.date()))} {time:%H:%M}"


def failure_line(name: str, as_of: str, *, result: str, since: str, shown: str, say: Language) -> str:
    """Which attempt failed, since when and why, and what is shown instead.

    Parameters
    ----------
    result : {"failed", "timed_out", "refused", "bad_data"}
    since : str
        When the first attempt of an unbroken row of failures began, in ISO text.
    shown : str
        The date of the page that is shown; blank when there is none.
    """
    why = {
        "failed": say("its notebook failed"),
        "timed_out": say("it ran out of time"),
        "refused": say("the check before publication refused it"),
        "bad_data": say("the data has errors"),
    }[result]
    day = say.date(pd.Timestamp(as_of))
    attempt = {"name": name, "date": day, "since": moment(since, say), "why": why}
    line = say("{name}: the latest attempt for {date} has failed since {since}: {why}.", **attempt)
    if not shown:
        return say("{details} No page is shown.", details=line)
    return say("{details} Showing the page as of {shown}.", details=line, shown=say.date(pd.Timestamp(shown)))
