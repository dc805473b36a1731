"""The published folder: pages under addresses that last, a manifest of them, an index of what to read first."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

from filelock import FileLock, Timeout
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analysis import exhibits
from analysis.report.page import CONTENT_POLICY, TEMPLATES, with_face
from analysis.words import LANGUAGES, Language, site


class SiteLocked(RuntimeError):
    """Another run is publishing to the same folder."""


@dataclass(frozen=True)
class Page:
    """A published page, as the manifest remembers it."""

    path: str
    key: str
    sha256: str
    report: str
    plan_id: str
    plan_title: str
    as_of: str
    known_at: str
    lang: str
    selection: str
    title: str
    headline: str

    @property
    def latest_path(self) -> str:
        """The address under which the newest page of its kind is always found."""
        return f"{self.plan_id}/latest/{self.lang}/{Path(self.path).name}"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a site for one run.

    Raises
    ------
    SiteLocked
        When another run holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout as held:
        raise SiteLocked(f"另一次运行正在发布到 {folder}：请等它结束后再试") from held


@contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """A folder on the site's own file system for what is not published yet; gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=".staging-", dir=folder))
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def read_manifest(folder: Path) -> dict[str, Page]:
    """The pages of a site by path; empty when there is no site yet."""
    try:
        records = json.loads((folder / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return {record["path"]: Page(**record) for record in records}


def publish(folder: Path, stage: Path, pages: dict[Page, str]) -> None:
    """Put pages on a site: the pages first, then the manifest, the index last, each moved in whole."""
    manifest = read_manifest(folder)
    for page, text in pages.items():
        manifest[page.path] = page
        _place(folder / page.path, text, stage)
    for address, newest in _newest(manifest.values()).items():
        if newest in pages:
            _place(folder / address, pages[newest], stage)
    ordered = sorted(manifest.values(), key=lambda page: page.path)
    _place(
        folder / "manifest.json", json.dumps([asdict(page) for page in ordered], ensure_ascii=False, indent=1), stage
    )
    for lang in LANGUAGES:
        _place(folder / index_name(lang), index(ordered, lang), stage)


def index_name(lang: str) -> str:
    """The file of the index in a language."""
    return "index.html" if lang == LANGUAGES[0] else f"index.{lang}.html"


def index(pages: list[Page], lang: str) -> str:
    """The index of a site in a language: newest date first, every page with its title, each date with its headline."""
    say = Language(lang)
    shown = sorted((page for page in pages if page.lang == lang), key=lambda page: (page.plan_id, page.path))
    plans = []
    for _, of_plan in groupby(shown, key=lambda page: page.plan_id):
        dates = []
        newest_first = sorted(of_plan, key=lambda page: (page.as_of, page.known_at), reverse=True)
        for (as_of, known_at), of_date in groupby(newest_first, key=lambda page: (page.as_of, page.known_at)):
            entries = sorted(of_date, key=lambda page: (page.selection, page.path))
            dates.append((site.date_line(as_of, known_at, say), entries))
        plans.append((dates[0][1][0].plan_title, dates))
    other = next(language for language in LANGUAGES if language != lang)
    template = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    ).get_template("site/index.html.j2")
    page = template.render(
        lang={"zh": "zh-CN"}.get(lang, lang),
        policy=CONTENT_POLICY,
        style=Markup(exhibits.stylesheet()),
        words=site.index_words(say),
        plans=plans,
        other={"href": index_name(other), "lang": other},
    )
    return with_face(page)


def _newest(pages: Iterable[Page]) -> dict[str, Page]:
    newest: dict[str, Page] = {}
    for page in pages:
        known = newest.get(page.latest_path)
        if known is None or (known.as_of, known.known_at) <= (page.as_of, page.known_at):
            newest[page.latest_path] = page
    return newest


def _place(target: Path, text: str, stage: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=stage)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(name).chmod(0o644)
    Path(name).replace(target)
