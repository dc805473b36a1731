"""The gate: what a page must be before anyone may see it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from analysis.catalogue import languages, tag_of
from analysis.opening import subject
from analysis.page.html import CONTENT_POLICY
from analysis.schema import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.language import Language
    from analysis.page.executed import Executed
    from analysis.plan.reading import Reading

LARGEST_PAGE = 2_000_000
_LINKS = ("src", "href", "xlink:href", "srcset", "action", "data", "poster")
_FORBIDDEN = ("script", "iframe", "object", "embed", "link", "base", "form")
_SIZE = re.compile(r"[0-9.]+[wx],?")
"""What stands in a srcset beside an address."""


def refusals(executed: Executed, page: str, now: Reading, say: Language) -> list[str]:
    """Every reason why a page may not be published, in its language; empty when it may.

    Parameters
    ----------
    executed : Executed
        The notebook that it was made of.
    page : str
    now : analysis.plan.reading.Reading
        Of the plan narrowed to what the page is about.
    say : analysis.language.Language
    """
    reader = _Reader(say)
    reader.feed(page)
    tags = [tag_of(lang) for lang in languages()]
    reasons = [
        *([] if executed.title else [say("the notebook has no opening (title and headline)")]),
        *(say("the notebook failed: {error}", error=error) for error in executed.errors),
        *(say("the notebook wrote a warning: {text}", text=text.strip()[:300]) for text in executed.warnings),
        # What is printed only: a unit may write the same words into its feedback.
        *([_traceback_fault(say)] if any(map(_is_traceback, executed.printed)) else []),
        *_subject_faults(executed, now, say),
        *_total_faults(executed, now, say),
        *reader.faults,
        *([say("there should be one {tag}; there are {n}", tag="h1", n=reader.headings)] * (reader.headings != 1)),
        *([] if reader.title.strip() else [say("the page has no title: {tag}", tag="title")]),
        *([] if reader.lang in tags else [_language_fault(reader.lang, tags, say)]),
        *([] if reader.policy == CONTENT_POLICY else [say("the content policy is missing or was changed")]),
    ]
    size = len(page.encode("utf-8"))
    if size > LARGEST_PAGE:
        limit = {"size": say.number(size), "most": say.number(LARGEST_PAGE)}
        reasons.append(say("the page has {size} bytes; the most is {most}", **limit))
    return reasons


def _language_fault(lang: str, tags: list[str], say: Language) -> str:
    values = {"attribute": "lang", "words": "、".join(tags), "value": lang}
    return say("{attribute} should be one of {words}; it is “{value}”", **values)


def _traceback_fault(say: Language) -> str:
    return say("the notebook printed what was raised: {word}", word="Traceback")


def _is_traceback(text: str) -> bool:
    return "Traceback (most recent call last)" in text


def _subject_faults(executed: Executed, now: Reading, say: Language) -> Iterator[str]:
    """What a page speaks of, against what it was asked for: a cell of the notebook may have set it otherwise."""
    for name, asked in subject(now, say.lang).items():
        said = executed.subject.get(name, asked)
        if said != asked:
            yield say(
                "the notebook speaks of {parameter} “{said}”; it was asked for “{asked}”",
                parameter=name,
                said=said,
                asked=asked,
            )


def _total_faults(executed: Executed, now: Reading, say: Language) -> Iterator[str]:
    """Totals that a page shows against the plan itself: measures, responsibilities, fractional counts, states."""
    measures, named = len(now.measure_states), now.responsibilities[["measure_id", "unit_id"]].drop_duplicates()
    stated = sum(executed.counts.values())
    if stated != measures:
        yield say(
            "the states of the headline add to {n}; the plan has {measures} measures", n=stated, measures=measures
        )
    expected = {
        # A measure that names nobody is nobody's load.
        ("unit_id", "share"): named["measure_id"].nunique(),
        ("unit_id", "named_in"): len(named),
        ("theme_id", "measures"): measures,
    }
    whole = {"unit_id": len(named), "theme_id": measures, "period_end": len(now.measure_panel)}
    for table in executed.totals:
        totals = dict(table.columns)
        right = {column: number for (of, column), number in expected.items() if of == table.of and column in totals}
        if totals.keys() >= set(BUCKETS):
            totals["states"] = sum(totals[state] for state in BUCKETS)
            right |= {"states": whole[table.of]} if table.of in whole else {}
        for column, number in right.items():
            if abs(totals[column] - number) > 0.005:
                values = {"caption": table.caption, "column": column, "total": f"{totals[column]:g}", "number": number}
                yield say("table “{caption}”: {column} adds to {total}; it should be {number}", **values)


def _points_outside(name: str, value: str) -> bool:
    addresses = [word for word in value.split() if not _SIZE.fullmatch(word)] if name == "srcset" else [value]
    return not all(address.startswith(("data:", "#")) for address in addresses or [""])


class _Reader(HTMLParser):
    def __init__(self, say: Language) -> None:
        super().__init__(convert_charrefs=True)
        self.say = say
        self.faults: list[str] = []
        self.headings = 0
        self.lang = self.policy = self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given, say = {name: value or "" for name, value in attrs}, self.say
        if tag in _FORBIDDEN:
            self.faults.append(say("{tag} is not allowed", tag=f"<{tag}>"))
        self.faults += [
            say("{place} points outside of the page: {address}", place=f"<{tag} {name}>", address=given[name][:80])
            for name in set(_LINKS) & given.keys()
            if _points_outside(name, given[name])
        ]
        scripts = (name for name in given if name.startswith("on"))
        self.faults += [say("{tag} carries a script: {name}", tag=f"<{tag}>", name=name) for name in scripts]
        self._look_for_words(tag, given)
        self._look_at_the_page(tag, given)
        self._in_title = tag == "title"

    def _look_for_words(self, tag: str, given: dict[str, str]) -> None:
        say = self.say
        if tag == "img" and not given.get("alt"):
            values = {"attribute": "alt", "call": 'exhibits.picture(figure, alt="…")'}
            self.faults.append(say("a picture has no words ({attribute}): show it by {call}", **values))
        if tag == "svg" and "drawing" in given.get("class", "") and not given.get("aria-label"):
            self.faults.append(say("a drawing has no words: {attribute}", attribute="aria-label"))

    def _look_at_the_page(self, tag: str, given: dict[str, str]) -> None:
        if tag == "html":
            self.lang = given.get("lang", "")
        elif tag == "meta" and given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given.get("content", "")
        elif tag == "h1":
            self.headings += 1

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
