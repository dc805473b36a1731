"""What a published folder holds, as its manifest remembers it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

MANIFEST = "manifest.json"
_OLDEST = timedelta(days=3 * 366)


class SiteNotWritable(RuntimeError):
    """The folder cannot be written to, or what it holds cannot be understood."""


@dataclass(frozen=True)
class Page:
    """A published page, as the manifest remembers it.

    The counts are of the measures it speaks of: all, those closed, and those of which nothing was heard.
    """

    path: str
    key: str
    sha256: str
    report: str
    plan_id: str
    plan_title: str
    as_of: str
    known_at: str
    compare_to: str
    lang: str
    unit: str
    theme: str
    selection: str
    title: str
    headline: str
    banner: str = ""
    measures: int = 0
    closed: int = 0
    no_feedback: int = 0

    @property
    def age(self) -> tuple[str, str, bool]:
        """The greater, the newer; of two that speak of the same days, the one that compares with no other."""
        return self.as_of, self.known_at, not self.compare_to

    @property
    def latest_path(self) -> str:
        """The address under which the newest page of its kind is always found."""
        return latest_path(self.path)


@dataclass(frozen=True)
class Failure:
    """An attempt at a page that did not end in one; `since` is when the first of an unbroken row of them began."""

    path: str
    report: str
    plan_id: str
    as_of: str
    lang: str
    selection: str
    result: str
    since: str
    known_at: str = ""

    @property
    def page(self) -> str:
        """Where the traceback is told."""
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
        """The newest page of each kind, by the address at which it is always found."""
        found: dict[str, Page] = {}
        for page in self.pages.values():
            known = found.get(page.latest_path)
            if known is None or known.age <= page.age:
                found[page.latest_path] = page
        return found


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
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
        return Manifest(
            pages={record["path"]: Page(**record) for record in told["pages"]},
            failures={record["path"]: Failure(**record) for record in told["failures"]},
            index=told["index"],
            leaving=tuple(told["leaving"]),
        )
    except FileNotFoundError:
        return Manifest()
    except (ValueError, TypeError, KeyError) as failed:
        raise SiteNotWritable(f"{folder / MANIFEST} 无法识别：请移走它再运行，所有页面会重新生成") from failed


def manifest_text(manifest: Manifest) -> str:
    """What `read_manifest` reads."""
    told = {
        "pages": [asdict(manifest.pages[path]) for path in sorted(manifest.pages)],
        "failures": [asdict(manifest.failures[path]) for path in sorted(manifest.failures)],
        "index": manifest.index,
        "leaving": manifest.leaving,
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def expired(manifest: Manifest, keep: int, spared: Collection[str] = ()) -> set[str]:
    """The pages that a site need not hold any longer.

    Those of each plan's newest `keep` dates stay, unless they are more than three years older than the newest of all.
    Age is counted between the dates of pages: no clock that is wrong can empty a site.
    """
    dates: dict[str, set[str]] = {}
    for page in manifest.pages.values():
        dates.setdefault(page.plan_id, set()).add(page.as_of)
    staying: dict[str, set[str]] = {}
    for plan, of_plan in dates.items():
        newest_first = sorted(of_plan, reverse=True)
        oldest = (date.fromisoformat(newest_first[0]) - _OLDEST).isoformat()
        staying[plan] = {day for day in newest_first[:keep] if day >= oldest}
    return {
        path for path, page in manifest.pages.items() if page.as_of not in staying[page.plan_id] and path not in spared
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
    told = {name for failure in failures for name in (failure.page, failure.notebook)}
    return {*manifest.pages, *manifest.newest(), *told}
