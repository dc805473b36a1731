"""What the tests of publishing share: pages of a made-up site, and a reader who follows every link."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from analysis.manifest.stored import MANIFEST
from analysis.parameters import Parameters
from analysis.site import Failure, Manifest, Page, Retention, locked, publish, read_manifest, staging

if TYPE_CHECKING:
    from pathlib import Path

PLAN = "plan"


def page(
    report: str = "load",
    as_of: str = "2025-03-31",
    *,
    key: str = "k",
    lang: str = "zh",
    known_at: str = "",
    plan_id: str = PLAN,
    unit: str = "",
) -> Page:
    """A page as a manifest would remember it."""
    return Page(
        f"{PLAN}/{as_of}/{lang}/{report}{f'_unit-{unit}' if unit else ''}.html",
        key,
        sha256="",
        report=report,
        plan_title="Plan",
        parameters=Parameters(plan_id=plan_id, as_of=as_of, known_at=known_at or as_of, lang=lang, unit=unit),
        selection=unit,
        title=report,
        headline=f"{report} {key}",
    )


def failure(
    report: str = "load",
    as_of: str = "2025-03-31",
    *,
    since: str = "2025-04-06T06:00+08:00",
    known_at: str = "",
    plan_id: str = PLAN,
) -> Failure:
    """A failed attempt at the same page."""
    parameters = Parameters(plan_id=plan_id, as_of=as_of, known_at=known_at or as_of)
    return Failure(f"{PLAN}/{as_of}/zh/{report}.html", report, parameters, "", "failed", since)


def html(text: str, links: list[str] | None = None) -> str:
    """A page that is whole only with its last line."""
    anchors = "".join(f'<a href="{link}">{link}</a>' for link in links or [])
    return f"<!doctype html><html><body><h1>{text}</h1>{anchors}{'.' * 20_000}</body></html>\n"


def render(manifest: Manifest) -> dict[str, str]:
    """An index that links to all that a site has, quick to make."""
    links = [*manifest.pages, *manifest.newest(), *(failure.page for failure in manifest.failures.values())]
    return {
        "index.html": html("index", [*links, "index.en.html"]),
        "index.en.html": html("index", [*links, "index.html"]),
    }


def retention(keep: int = 36, until: str = "2030-12-31", **asked: Any) -> Retention:
    """What becomes of the dates of the made-up plan, whose periods are months."""
    return Retention(PLAN, keep, until, lambda day: (date.fromisoformat(day) + timedelta(1)).day == 1, **asked)


def put(
    folder: Path, pages: list[Page], failures: list[Failure] | None = None, *, keep: int = 36, **asked: Any
) -> Manifest:
    """Publish pages and failures with made-up contents, as a run does."""
    days = {one.parameters.as_of for one in (*pages, *(failures or []))}
    with locked(folder), staging(folder) as stage:
        made, failed = {}, {}
        for place, one in enumerate(pages):
            file = stage / f"{place}.html"
            text = html(f"{one.report} {one.key}")
            file.write_text(text, "utf-8")
            made[replace(one, sha256=hashlib.sha256(text.encode()).hexdigest())] = file
        for place, one in enumerate(failures or []):
            file, notebook = stage / f"f{place}.html", stage / f"f{place}.ipynb"
            file.write_text(html(one.result), "utf-8")
            notebook.write_text("{}", "utf-8")
            failed[one] = [file, notebook]
        given = {"retention": retention(keep, **{"asked": days, **asked})}
        return publish(folder, stage, made=made, failed=failed, render=render, **given)


def contents(folder: Path) -> dict[str, bytes | str]:
    """Every file of a folder, hidden ones included, and where every link leads; but for locks and what is staged."""
    return {
        str(file.relative_to(folder)): str(file.readlink()) if file.is_symlink() else file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if (file.is_symlink() or file.is_file()) and file.name != ".lock" and ".staging-" not in str(file)
    }


class Reader(HTMLParser):
    """The links of a page, in its order, and what a link can lead to in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if tag == "a" and name == "href"]
        self.ids |= {value or "" for name, value in attrs if name == "id"}


def _wrong_with(file: Path) -> str:
    if not file.is_file():
        return "missing"
    is_page = file.suffix == ".html"
    is_whole = file.read_text("utf-8").rstrip().endswith("</html>") if is_page else zipfile.is_zipfile(file)
    return "" if is_whole else "half of it"


def faults(folder: Path) -> list[str]:
    """Every link of a site that leads to nothing, or to half a page, from the index on; and what a manifest misses."""
    seen: set[Path] = set()
    folder = folder.resolve()
    waiting = [folder / name for name in ("index.html", "index.en.html") if (folder / name).exists()]
    broken = []
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        if wrong := _wrong_with(file):
            broken.append(f"{file.relative_to(folder)}: {wrong}")
        if wrong or file.suffix != ".html":
            continue
        for link in Reader(file.read_text("utf-8")).links:
            if link.startswith(("data:", "http")):
                continue
            name, _, place = link.partition("#")
            target = (file.parent / unquote(name)).resolve() if name else file
            waiting.append(target)
            if place and target.is_file() and place not in Reader(target.read_text("utf-8")).ids:
                broken.append(f"{file.relative_to(folder)}: {link} leads to no place of the page")
    if (folder / MANIFEST).exists():
        json.loads((folder / MANIFEST).read_text("utf-8"))
        broken += [
            f"{path}: in the manifest only" for path in read_manifest(folder).pages if not (folder / path).is_file()
        ]
    return broken
