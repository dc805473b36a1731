"""What a published folder holds, as its manifest remembers it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from analysis.parameters import Parameters

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

MANIFEST = "manifest.json"
_OLDEST = timedelta(days=3 * 366)


class SiteNotWritable(RuntimeError):
    """The folder cannot be written to, or what it holds cannot be understood."""


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
        Files that the index no longer names.
    """

    pages: Mapping[str, Page] = field(default_factory=dict)
    failures: Mapping[str, Failure] = field(default_factory=dict)
    index: Mapping[str, str] = field(default_factory=dict)
    leaving: tuple[str, ...] = ()

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


def latest_path(path: str) -> str:
    """The address under which the newest page of the same kind as the one at `path` is always found."""
    plan, _, lang, name = path.split("/")
    return f"{plan}/latest/{lang}/{name}"


def read_manifest(folder: Path) -> Manifest:
    """What a site holds; nothing when there is no site yet.

    Raises
    ------
    SiteNotWritable
        When the manifest cannot be understood.
    """
    try:
        content = json.loads((folder / MANIFEST).read_text("utf-8"))
        return Manifest(
            pages={entry["path"]: _of_entry(Page, entry) for entry in content["pages"]},
            failures={entry["path"]: _of_entry(Failure, entry) for entry in content["failures"]},
            index=content["index"],
            leaving=tuple(content["leaving"]),
        )
    except FileNotFoundError:
        return Manifest()
    except (ValueError, TypeError, KeyError) as failed:
        raise SiteNotWritable(f"{folder / MANIFEST} 无法识别：请移走它再运行，所有页面会重新生成") from failed


def manifest_text(manifest: Manifest) -> str:
    """What `read_manifest` reads."""
    content = {
        "pages": [_entry(manifest.pages[path]) for path in sorted(manifest.pages)],
        "failures": [_entry(manifest.failures[path]) for path in sorted(manifest.failures)],
        "index": manifest.index,
        "leaving": manifest.leaving,
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def expired(manifest: Manifest, keep: int, spared: Collection[str] = ()) -> set[str]:
    """The pages that a site need not hold any longer.

    Those of each plan's newest `keep` dates stay, unless they are more than three years older than the newest of all.
    Age is counted between the dates of pages: no clock that is wrong can empty a site.
    """
    dates: dict[str, set[str]] = {}
    for page in manifest.pages.values():
        dates.setdefault(page.parameters.plan_id, set()).add(page.parameters.as_of)
    staying: dict[str, set[str]] = {}
    for plan, of_plan in dates.items():
        newest_first = sorted(of_plan, reverse=True)
        oldest = (date.fromisoformat(newest_first[0]) - _OLDEST).isoformat()
        staying[plan] = {day for day in newest_first[:keep] if day >= oldest}
    return {
        path
        for path, page in manifest.pages.items()
        if page.parameters.as_of not in staying[page.parameters.plan_id] and path not in spared
    }


def after(before: Manifest, made: Iterable[Page], failed: Iterable[Failure], keep: int) -> Manifest:
    """What a site will hold when pages are published and failures told of, and what has expired is gone."""
    new = {page.path: page for page in made}
    failures = {path: failure for path, failure in before.failures.items() if path not in new}
    for failure in failed:
        first = failures.get(failure.path, failure)
        failures[failure.path] = replace(failure, since=first.since)
    now = Manifest(pages={**before.pages, **new}, failures=failures)
    gone = expired(now, keep, new.keys() | {failure.path for failure in failed})
    now = replace(
        now,
        pages={path: page for path, page in now.pages.items() if path not in gone},
        failures={path: failure for path, failure in failures.items() if path not in gone},
    )
    named = _files(now)
    leaving = (_files(before) | set(before.leaving)) - named
    return replace(now, leaving=tuple(sorted(leaving)))


def _files(manifest: Manifest) -> set[str]:
    failures = manifest.failures.values()
    reasons = {name for failure in failures for name in (failure.page, failure.notebook)}
    return {*manifest.pages, *manifest.newest(), *reasons}


Kept = TypeVar("Kept", Page, Failure)


def _entry(kept: Page | Failure) -> dict[str, Any]:
    """A page or failure as the file has it: flat, the parameters beside the rest."""
    own = {part.name: getattr(kept, part.name) for part in fields(kept) if part.name != "parameters"}
    return own | kept.parameters.model_dump()


def _of_entry(kind: type[Kept], entry: dict[str, Any]) -> Kept:
    asked = {name: entry[name] for name in Parameters.model_fields if name in entry}
    own = {name: value for name, value in entry.items() if name not in asked}
    return kind(**own, parameters=Parameters.of(asked))
