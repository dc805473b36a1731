"""The pages of a site, made again from the tables kept in it, and compared cell by cell."""

from __future__ import annotations

import re
import tempfile
from difflib import SequenceMatcher
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.catalogue import Message
from analysis.names import UnknownName
from analysis.page import with_face
from analysis.report import make_reports, read_inputs, read_registry
from analysis.site.moving import file_hash
from analysis.site.places import as_made
from analysis.verification.checked import Checked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analysis.manifest import Basis, Manifest, Page
    from analysis.report import Registry

_MOST = 5
# How a plan is called on the command line, and how its files are cut, is not the same elsewhere.
_ELSEWHERE = re.compile(r"portplan report [^<]*|SHA-256 [0-9a-f]{12}")
_FACE = re.compile(r"@font-face\{[^}]*\}")


def verify_pages(
    site: Path, manifest: Manifest, *, every: bool = False, jobs: int = 2, registry: Registry | None = None
) -> Checked:
    """The pages of a site's newest day made again, by the same functions, from the tables that are kept with them.

    Parameters
    ----------
    site : pathlib.Path
    manifest : analysis.manifest.Manifest
    every : bool
        Of every day.
    jobs : int
        Notebooks that run at the same time.
    registry : analysis.report.Registry, optional
        The reports there are; those of the project when left out.
    """
    pages = list(manifest.pages.values() if every else manifest.newest().values())
    by_basis: dict[str, list[Page]] = {}
    for page in pages:
        by_basis.setdefault(page.basis, []).append(page)
    faults: list[Message] = []
    unknown: list[Message] = []
    same = 0
    for key, of_basis in sorted(by_basis.items()):
        basis = manifest.bases.get(key)
        if basis is None or not _is_whole(site, basis):
            why = _NOT_KEPT if basis is None else _ALTERED
            unknown += [_not_made(page, why) for page in of_basis]
            continue
        for page, made, why in _made_again(site, basis, of_basis, jobs=jobs, registry=registry):
            if why:
                unknown.append(_not_made(page, why))
                continue
            found = list(_differences(_read(site / page.path), made))
            faults += [
                Message("{page}: {place}: {was}; derived again: {now}", page=page.path, place=place, was=was, now=now)
                for place, was, now in found[:_MOST]
            ]
            if len(found) > _MOST:
                faults.append(Message("{page}: {n} more places", page=page.path, n=len(found) - _MOST))
            same += not found
    left = len(manifest.pages) - len(pages)
    rest = (Message("{n} pages of other days were not derived again: --all does so", n=left),) if left else ()
    what = Message("{n} pages derived again from the tables in the site, {same} the same", n=len(pages), same=same)
    return Checked(what, tuple(faults), tuple(unknown), rest)


_NOT_KEPT = Message("the tables that it was made of are not kept")
_ALTERED = Message("the tables that it was made of were altered")


def _not_made(page: Page, why: object) -> Message:
    return Message("{page}: cannot be derived again: {reason}", page=page.path, reason=why)


def _is_whole(site: Path, basis: Basis) -> bool:
    return all(file_hash(site / path) == basis.files[name] for name, path in basis.paths().items())


def _made_again(
    site: Path, basis: Basis, pages: Sequence[Page], *, jobs: int, registry: Registry | None
) -> Iterator[tuple[Page, str, object]]:
    """Each page as it is made of a basis today; or why it cannot be, else blank."""
    with tempfile.TemporaryDirectory(prefix="portplan-") as made:
        plan, again = Path(made) / basis.plan_id, Path(made) / "site"
        plan.mkdir()
        for name, path in basis.paths().items():
            (plan / name).write_bytes((site / path).read_bytes())
        inputs = read_inputs(plan)
        registry = registry or read_registry()
        wanted = []
        for page in pages:
            try:
                name = registry.find(page.report).name
            except UnknownName as unknown:
                yield page, "", unknown
            else:
                wanted.append((name, page.parameters.model_copy(update={"plan_id": inputs.address})))
        run = make_reports(wanted, inputs, folder=again, jobs=jobs, registry=registry)
        reasons = {outcome.address: outcome.reason for outcome in run.outcomes if outcome.result != "made"}
        for page in (page for page in pages if page.report in registry.reports):
            reason = reasons.get(page.path, "")
            yield page, _read(again / page.path), reason


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, ValueError):
        # That it is missing, or was altered, is told of the file.
        return ""


def _differences(published: str, derived: str) -> Iterator[tuple[str, str, str]]:
    """Where a page and the same made again say different things: the place, what stands there, what should."""
    page = as_made(published)
    bare = _FACE.sub("", page)
    # The face has the characters of the command line, too: it is held to the page that it comes with.
    if with_face(bare) != page:
        yield "@font-face", "≠", "="
    was, now = (_ELSEWHERE.sub("", text) for text in (bare, _FACE.sub("", as_made(derived))))
    if was == now:
        return
    before, after = _said(was), _said(now)
    words = [[text for _, text in said] for said in (before, after)]
    found = False
    for what, a, b, c, d in SequenceMatcher(None, *words, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        found = True
        for place in range(max(b - a, d - c)):
            old = before[a + place] if a + place < b else None
            new = after[c + place] if c + place < d else None
            where = (old or new or ("", ""))[0]
            yield where, old[1] if old else "—", new[1] if new else "—"
    if not found:
        yield "svg", "≠", "="


def _said(text: str) -> list[tuple[str, str]]:
    reader = _Reader()
    reader.feed(text)
    return reader.said


class _Reader(HTMLParser):
    """What a page says, text by text, each with its place: the heading above it, and of a cell its row and column."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []
        self._heading = self._tag = ""
        self._row = self._column = 0
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        if tag in ("style", "script"):
            self._hidden = True
        elif tag == "table":
            self._row = self._column = 0
        elif tag == "tr":
            self._row, self._column = self._row + 1, 0
        elif tag in ("td", "th"):
            self._column += 1
        for name, value in attrs:
            if name in ("alt", "aria-label", "title") and value:
                self.said.append((self._heading, value))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script"):
            self._hidden = False
        elif tag == "table":
            self._row = self._column = 0

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not text or self._hidden:
            return
        if self._tag in ("h1", "h2", "h3", "caption"):
            self._heading = text
        cell = f" [{self._row}, {self._column}]" if self._row else ""
        self.said.append((self._heading + cell, text))
