"""What a published folder holds, as its manifest remembers it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from analysis.manifest.inputs import Basis, Head
    from analysis.parameters import Parameters


FORMATS = ("docx", "xlsx")
"""What may lie beside a page, under its own name with another ending."""


class SiteNotWritable(RuntimeError):
    """The folder cannot be written to, is not ours to write to, or what it holds cannot be understood."""


@dataclass(frozen=True)
class Page:
    """A published page, as the manifest remembers it.

    Attributes
    ----------
    path : str
        Its place in the site.
    key : str
        Says whether it must be made again.
    sha256 : str
        Of the page itself.
    report : str
    plan_title : str
    parameters : analysis.parameters.Parameters
        What it was asked for; `plan_id` is the plan's id, K is said.
    selection : str
        What it is narrowed to, in words; blank for the whole.
    title, headline, banner : str
    measures, closed, no_feedback : int
        Of the measures it speaks of: all, those completed, and those of which nothing was heard.
    finished : str
        The state in which a measure counts as completed (`analysis.plan.Plan.finished`).
    blocks : str
        The blocks in which it tells of measures in full (`analysis.site.places.blocks`).
    made_as : str
        A hash of the page as it was made, before it was given links; blank when it was given none.
    links : str
        Tells which links it was given.
    basis : str
        The key of the tables that it was made of in `Manifest.bases`; blank when they were not kept.
    docx, xlsx : str
        Of the document that lies beside it in that format, its hash; blank where there is none.
    """

    path: str
    key: str
    sha256: str
    report: str
    plan_title: str
    parameters: Parameters
    selection: str
    title: str
    headline: str
    banner: str = ""
    measures: int = 0
    closed: int = 0
    no_feedback: int = 0
    finished: str = "closed"
    blocks: str = ""
    made_as: str = ""
    links: str = ""
    basis: str = ""
    docx: str = ""
    xlsx: str = ""

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats in which a document lies beside it."""
        return tuple(one for one in FORMATS if getattr(self, one))

    @property
    def age(self) -> tuple[str, str, bool]:
        """The greater, the newer; of two that speak of the same days, the one that compares with no other."""
        asked = self.parameters
        return asked.as_of, asked.known_at, not asked.compare_to

    @property
    def is_narrowed(self) -> bool:
        """Whether it is about a part of the plan only."""
        return bool(self.parameters.unit or self.parameters.theme)

    @property
    def latest_path(self) -> str:
        """The address under which the newest page of its kind is always found."""
        return latest_path(self.path)


@dataclass(frozen=True)
class Failure:
    """An attempt at a page that did not end in one; `since` is when the first of an unbroken row of them began."""

    path: str
    report: str
    parameters: Parameters
    selection: str
    result: str
    since: str

    @property
    def page(self) -> str:
        """Where the page lies that says why."""
        return f"failed/{self.path}"

    @property
    def notebook(self) -> str:
        """Where the notebook is kept, with its outputs as far as it came; it may not have come to that."""
        return self.page.removesuffix(".html") + ".ipynb"


@dataclass(frozen=True)
class Origin:
    """Where a plan's pages come from, so that no other plan publishes under its id.

    Attributes
    ----------
    notice : str
        A fingerprint of what the notice says; blank when it could not be read.
    place : str
        A fingerprint of where the plan's folder lies, seen from the site: no page names a machine's folders.
    meanings : mapping of str to mapping of str to str
        By the name of a table and an id in it, a fingerprint of what the id means (`analysis.manifest.meanings_of`).
    """

    notice: str
    place: str
    meanings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """What a site holds.

    Attributes
    ----------
    pages : mapping of str to Page
        By path.
    failures : mapping of str to Failure
        By the path of the page that is missing or was left as it is.
    index : mapping of str to str
        The hash of each file of the index.
    leaving : tuple of str
        Files of the site that nothing names: those that go, and those that a run was bringing when it was stopped.
    plans : mapping of str to Origin
        By the id of a plan.
    bases : mapping of str to Basis
        The tables that its pages were made of, by a hash of them all.
    heads : mapping of str to tuple of Head
        By the id of a plan, oldest first.
    """

    pages: Mapping[str, Page] = field(default_factory=dict)
    failures: Mapping[str, Failure] = field(default_factory=dict)
    index: Mapping[str, str] = field(default_factory=dict)
    leaving: tuple[str, ...] = ()
    plans: Mapping[str, Origin] = field(default_factory=dict)
    bases: Mapping[str, Basis] = field(default_factory=dict)
    heads: Mapping[str, tuple[Head, ...]] = field(default_factory=dict)

    def files(self) -> set[str]:
        """Every file that the manifest names, but for the index and what is leaving."""
        failures = self.failures.values()
        reasons = {name for failure in failures for name in (failure.page, failure.notebook)}
        inputs = {path for basis in self.bases.values() for path in basis.paths().values()}
        return {*self.pages, *self.newest(), *self.documents(), *reasons, *inputs}

    def documents(self) -> dict[str, str]:
        """The documents that lie beside pages, those of the newest day under both addresses, each with its hash."""
        pages = [*self.pages.items(), *self.newest().items()]
        return {address_beside(path, one): getattr(page, one) for path, page in pages for one in page.formats}

    def twins(self) -> list[tuple[str, str, Page]]:
        """Of the pages of the newest day and their documents both addresses: the one that stays, and the page's own."""
        newest = self.newest().items()
        endings = [(address, page, one) for address, page in newest for one in ("html", *page.formats)]
        return [(address_beside(address, one), address_beside(page.path, one), page) for address, page, one in endings]

    def newest(self) -> dict[str, Page]:
        """The pages of each plan's newest day, as known at one day, by the addresses at which they are always found.

        The newest day is the last of which a page of the whole plan is there, so that a single page that somebody asked
        for, as of a unit, takes nothing away.
        """
        days: dict[str, tuple[bool, str, str]] = {}
        for page in self.pages.values():
            asked = page.parameters
            day = (not page.is_narrowed, asked.as_of, asked.known_at)
            days[asked.plan_id] = max(day, days.get(asked.plan_id, day))
        newest: dict[str, Page] = {}
        for page in sorted(self.pages.values(), key=lambda page: (page.age, page.path)):
            asked = page.parameters
            if (asked.as_of, asked.known_at) == days[asked.plan_id][1:]:
                newest[page.latest_path] = page
        return newest


def address_beside(path: str, ending: str) -> str:
    """The address of what lies beside the page at `path` with another ending, as docx; with html it is the page."""
    return f"{path.removesuffix('html')}{ending}"


def latest_path(path: str) -> str:
    """The address under which the newest page of the same kind as the one at `path` is always found."""
    plan, _, lang, name = path.split("/")
    return f"{plan}/latest/{lang}/{name}"


def after(
    before: Manifest,
    made: Iterable[Page],
    failed: Iterable[Failure],
    *,
    gone: Collection[tuple[str, str]] = (),
    plans: Mapping[str, Origin] | None = None,
    bases: Mapping[str, Basis] | None = None,
    heads: Mapping[str, Head] | None = None,
) -> Manifest:
    """What a site will hold when pages are published and failures told of, and some dates are gone.

    Parameters
    ----------
    before : Manifest
    made, failed : iterables
    gone : collection of (str, str)
        Plans and dates of theirs that a site need not hold any longer.
    plans : mapping of str to Origin, optional
    bases : mapping of str to Basis, optional
    heads : mapping of str to Head, optional
        Of the plans that are published.
    """
    new = {page.path: page for page in made}
    failures = {path: failure for path, failure in before.failures.items() if path not in new}
    for failure in failed:
        first = failures.get(failure.path, failure)
        failures[failure.path] = replace(failure, since=first.since)

    def stays(one: Page | Failure) -> bool:
        return (one.parameters.plan_id, one.parameters.as_of) not in gone

    pages = {path: page for path, page in {**before.pages, **new}.items() if stays(page)}
    kept = {page.basis for page in pages.values()}
    published = dict(before.heads)
    for plan, head in (heads or {}).items():
        known = published.get(plan, ())
        published[plan] = known if known[-1:] == (head,) else (*known, head)
    now = Manifest(
        pages=pages,
        failures={path: failure for path, failure in failures.items() if stays(failure)},
        plans={**before.plans, **(plans or {})},
        bases={key: basis for key, basis in {**before.bases, **(bases or {})}.items() if key in kept},
        heads=published,
    )
    leaving = (before.files() | set(before.leaving)) - now.files()
    return replace(now, leaving=tuple(sorted(leaving)))
