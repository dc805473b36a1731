"""Which pages of a site are shared, and what whoever shares them must know of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.catalogue import Message
from analysis.report.keys import page_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from analysis.manifest import Manifest, Page
    from analysis.report.inputs import Inputs
    from analysis.runner import Report

KINDS = ("html", "docx", "xlsx")
"""The pages, and the documents that may lie beside each: the same name with another ending."""
_NAMED = 6


class NothingToShare(ValueError):
    """There is nothing that could be shared, or it is not what was published; the message says why."""


@dataclass(frozen=True)
class Share:
    """What is shared.

    Attributes
    ----------
    pages : tuple of Page
        In the order of their places; those whose documents are shared, too, where pages themselves are not.
    files : tuple of str
        The places in the site of all that is shared.
    told : tuple of analysis.catalogue.Message
        What whoever shares it must know.
    """

    pages: tuple[Page, ...]
    files: tuple[str, ...]
    told: tuple[Message, ...] = ()


def choose(
    manifest: Manifest,
    inputs: Inputs,
    reports: Mapping[str, Report],
    *,
    as_of: str,
    known_at: str = "",
    unit: str = "",
    lang: str = "",
    kinds: Collection[str] = KINDS,
) -> Share:
    """What is shared of a day.

    Of a unit these are its pages of the reports that are about one unit, and of no other: the ledger of its measures,
    and any other page that was merely narrowed to it, quotes whoever else is on them.

    Parameters
    ----------
    manifest : analysis.manifest.Manifest
    inputs : analysis.report.Inputs
        The plan.
    reports : mapping of str to analysis.runner.Report
    as_of : str
        T, an ISO day.
    known_at : str
        K; when blank the newest that there is.
    unit : str
        The id of the unit that it is for; all pages when blank.
    lang : str
        All languages when blank.
    kinds : collection of str
        Of `KINDS`.

    Raises
    ------
    NothingToShare
        When there is nothing of the kind; says what there is.
    """
    of_plan = [page for page in manifest.pages.values() if page.parameters.plan_id == inputs.id]
    of_day = [page for page in of_plan if page.parameters.as_of == as_of]
    if not of_day:
        days = sorted({page.parameters.as_of for page in of_plan})
        raise NothingToShare(
            Message("no page of {day} is published; there are: {others}", day=as_of, others=", ".join(days) or "-")
        )
    meant = [page for page in of_day if lang in ("", page.parameters.lang)]
    about = [page for page in meant if _is_for(page, unit, reports)]
    if not about:
        command = f"portplan report --as-of {as_of}" + (f" --unit {unit}" if unit else "")
        raise NothingToShare(
            Message(
                "no page for {unit} of {day} is published: make it with {command}",
                unit=unit or lang,
                day=as_of,
                command=command,
            )
        )
    known = sorted({page.parameters.known_at for page in about})
    chosen = known_at or known[-1]
    pages = tuple(sorted((p for p in about if p.parameters.known_at == chosen), key=lambda page: page.path))
    if not pages:
        raise NothingToShare(
            Message("no page as known at {day} is published; there are: {others}", day=chosen, others=", ".join(known))
        )
    told: list[Message] = []
    if len(known) > 1 and not known_at:
        told.append(
            Message(
                "shared as known at {day}, the last of {others}; another with --known-at",
                day=chosen,
                others=", ".join(known),
            )
        )
    left = [p for p in meant if unit and p.parameters.unit == unit and p.parameters.known_at == chosen]
    left = [page.path for page in left if page not in pages]
    if left:
        told.append(Message("left out, for they hold words of other units: {pages}", pages=_few(left)))
    told += _doubts(manifest, pages, inputs, reports)
    files = tuple(_files(manifest, pages, kinds))
    if not files:
        raise NothingToShare(
            Message("no document of the kind {kinds} lies beside the pages of {day}", kinds=", ".join(kinds), day=as_of)
        )
    return Share(pages, files, tuple(told))


def _is_for(page: Page, unit: str, reports: Mapping[str, Report]) -> bool:
    asked = page.parameters
    if not unit:
        return True
    return asked.unit == unit and not asked.theme and page.report in reports and reports[page.report].needs_unit


def _doubts(
    manifest: Manifest, pages: tuple[Page, ...], inputs: Inputs, reports: Mapping[str, Report]
) -> Iterator[Message]:
    """What may be wrong with pages that are whole: a later attempt failed, or they would be made anew today."""
    asked = {(page.parameters.known_at, page.parameters.unit) for page in pages}
    day, is_for_one = pages[0].parameters.as_of, all(page.parameters.unit for page in pages)
    failed = [
        failure.path
        for failure in manifest.failures.values()
        if failure.parameters.plan_id == inputs.id
        and failure.parameters.as_of == day
        and (not is_for_one or (failure.parameters.known_at, failure.parameters.unit) in asked)
    ]
    shown = {page.path for page in pages}
    if missing := sorted(set(failed) - shown):
        yield Message("could not be made, and is missing: {pages}", pages=_few(missing))
    if old := sorted(set(failed) & shown):
        yield Message("the last attempt failed; what is shared is the page before it: {pages}", pages=_few(old))
    stale = [page.path for page in pages if page.path not in failed and _is_stale(page, inputs, reports)]
    if stale:
        yield Message(
            "no longer what the record and the program would give; {command} makes them anew: {pages}",
            command="portplan report",
            pages=_few(stale),
        )


def _is_stale(page: Page, inputs: Inputs, reports: Mapping[str, Report]) -> bool:
    if page.report not in reports:
        return False
    given = page.parameters.model_copy(update={"plan_id": inputs.address})
    return page.key != page_key(reports[page.report].notebook, inputs, given)


def _files(manifest: Manifest, pages: tuple[Page, ...], kinds: Collection[str]) -> Iterator[str]:
    named = manifest.files()
    for page in pages:
        for kind in KINDS:
            place = page.path.removesuffix("html") + kind
            if kind in kinds and place in named:
                yield place


def _few(names: list[str]) -> str:
    more = f" … ({len(names)})" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
