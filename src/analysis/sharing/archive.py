"""One file that holds what is shared, and leads nowhere else.

Its pages are those of the site, byte for byte but for what the site itself puts into them: their links are made again,
as `analysis.site.linking` makes them, for a site that holds no more than the share. A page that opens first stands at
the top in each language. The same pages give the same bytes.
"""

from __future__ import annotations

import hashlib
import html
import io
import posixpath
import re
import zipfile
from dataclasses import replace
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from analysis import exhibits
from analysis.catalogue import FIRST, Message, own_name, tag_of
from analysis.language import Language
from analysis.manifest import Manifest, Page, address_beside
from analysis.page import CONTENT_POLICY, template, with_face
from analysis.sharing.choice import NothingToShare, Share
from analysis.site import wording
from analysis.site.index import date_id
from analysis.site.linking import linked_pages
from analysis.site.moving import file_hash
from analysis.site.places import made_hash

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from analysis.runner import Report

_TEMPLATES = Path(__file__).resolve().parent / "templates"
# What a unit writes never looks like this: its quotation marks are escaped.
_LINK = re.compile(r'(<a\b[^>]*?) href="([^"]*)"')
_DOCUMENTS = {"docx": "Word", "xlsx": "Excel"}
_ELSEWHERE = ("http", "https", "mailto", "data")


def start_name(lang: str) -> str:
    """The page to begin with in a language."""
    return "打开这里.html" if lang == FIRST else f"open-here.{lang}.html"


def file_name(share: Share) -> str:
    """What a share is called when nobody says: its plan, its day, its unit, and that it is made up where it is."""
    asked = share.pages[0].parameters
    day = min((page.path.split("/")[1] for page in share.pages), key=len)
    mark = mark_of(share)
    return "_".join(filter(None, (asked.plan_id, day, *sorted(_units(share)), mark))) + ".zip"


def mark_of(share: Share) -> str:
    """What the name of a share must hold where its pages say that their record is made up; else blank."""
    lang = share.pages[0].parameters.lang if len(_spoken(share)) == 1 else FIRST
    is_made_up = any(
        _made_up(page.parameters.lang).lower() in page.banner.lower() for page in share.pages if page.banner
    )
    return _made_up(lang).replace(" ", "-") if is_made_up else ""


def archive(folder: Path, share: Share, reports: Mapping[str, Report], *, narrowed: bytes = b"") -> bytes:
    """What is shared, as one zip file.

    Parameters
    ----------
    folder : pathlib.Path
        The site.
    share : Share
    reports : mapping of str to analysis.runner.Report
        In the order in which they are read.
    narrowed : bytes
        From `analysis.page.narrowed_face`, to be quicker.

    Raises
    ------
    NothingToShare
        When a file is gone, or is not what was published.
    """
    contents = dict(_read(folder, share))
    pages = {page.path: page for page in share.pages if page.path in contents}
    # With no links yet, so that each is given those that it has here.
    bare = Manifest({path: replace(page, links="") for path, page in pages.items()})
    filled = linked_pages(bare, lambda page: contents[page.path], reports=reports, home=start_name, narrowed=narrowed)
    contents |= {page.path: text.encode("utf-8") for page, text in filled}
    starts = {start_name(lang): start_page(share, lang, narrowed=narrowed).encode("utf-8") for lang in _spoken(share)}
    names = contents.keys() | starts.keys()
    for path in pages:
        text = contents[path].decode("utf-8")
        contents[path] = _without_ways_out(text, path, names).encode("utf-8")
    return _zipped({**starts, **dict(sorted(contents.items()))}, share.pages[0].parameters.known_at)


def start_page(share: Share, lang: str, *, narrowed: bytes = b"") -> str:
    """The page to begin with: what is shared, as of when, and what to do where a link does not open."""
    say = Language(lang)
    pages = [page for page in share.pages if page.parameters.lang == lang]
    page = template("start.html.j2", _TEMPLATES).render(
        lang=tag_of(lang),
        policy=CONTENT_POLICY,
        style=exhibits.stylesheet(),
        title=pages[0].plan_title,
        banners=list(dict.fromkeys(page.banner for page in pages if page.banner)),
        words={
            "unpack": say(
                "If a link does not open: this file was opened from inside the archive. Extract the whole archive "
                "first (right-click, Extract All), then open this file there."
            ),
            "whole": say("This folder needs no network and holds nothing but what is listed here."),
            "languages": say("Languages"),
        },
        dates=[_date(list(of_date), share, say) for _, of_date in groupby(pages, key=date_id)],
        others=[
            {"href": start_name(other), "lang": tag_of(other), "name": own_name(other)}
            for other in _spoken(share)
            if other != lang
        ],
    )
    return with_face(page, narrowed=narrowed)


def _date(pages: list[Page], share: Share, say: Language) -> dict[str, Any]:
    asked = pages[0].parameters
    # What is about the whole first.
    ordered = sorted(pages, key=lambda page: (page.is_narrowed, page.path))
    return {
        "id": date_id(pages[0]),
        "line": wording.date_line(asked.as_of, asked.known_at, asked.compare_to, say),
        "headline": next((page.headline for page in ordered if not page.is_narrowed or len(pages) == 1), ""),
        "pages": [
            {
                "title": page.title,
                "href": page.path if page.path in share.files else "",
                "documents": [
                    {"href": name, "kind": _DOCUMENTS[kind]}
                    for kind in _DOCUMENTS
                    if (name := page.path.removesuffix("html") + kind) in share.files
                ],
            }
            for page in ordered
        ],
    }


def _read(folder: Path, share: Share) -> Iterator[tuple[str, bytes]]:
    """What each file holds, once it is known to be what was published."""
    known = {page.path: page for page in share.pages}
    beside = {address_beside(page.path, one): getattr(page, one) for page in share.pages for one in page.formats}
    wrong = []
    for name in share.files:
        # A document that was opened and saved, or is a link by now, would carry out what nobody has looked at.
        if name not in known and file_hash(folder / name) != beside.get(name):
            wrong.append(name)
            continue
        try:
            content = (folder / name).read_bytes()
        except OSError:
            wrong.append(name)
            continue
        if name in known and not _is_as_published(content, known[name]):
            wrong.append(name)
        yield name, content
    if wrong:
        raise NothingToShare(
            Message(
                "{pages}: gone, or not as it was published; nothing was shared. Run {command} first",
                pages=", ".join(wrong[:6]),
                command="portplan report",
            )
        )


def _is_as_published(content: bytes, page: Page) -> bool:
    if hashlib.sha256(content).hexdigest() == page.sha256:
        return True
    try:
        return page.made_as != "" and made_hash(content.decode("utf-8")) == page.made_as
    except UnicodeDecodeError:
        return False


def _without_ways_out(text: str, path: str, names: Collection[str]) -> str:
    """A page in which what leads to no file of the share reads as text."""

    def kept(link: re.Match[str]) -> str:
        address = urlsplit(html.unescape(link[2]))
        place = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(address.path)))
        is_inside = not address.scheme and not address.netloc and (not address.path or place in names)
        return link[0] if is_inside or address.scheme in _ELSEWHERE else link[1]

    return _LINK.sub(kept, text)


def _zipped(contents: Mapping[str, bytes], day: str) -> bytes:
    """Files in one archive; each bears the day to which the share knows, so that the clock changes no byte."""
    year, month, day_of_month = date.fromisoformat(day).timetuple()[:3]
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as zipped:
        for name, content in contents.items():
            # A zip file knows no day before 1980.
            about = zipfile.ZipInfo(name, (max(year, 1980), month, day_of_month, 0, 0, 0))
            about.compress_type = zipfile.ZIP_DEFLATED
            about.create_system = 3
            about.external_attr = 0o100644 << 16
            zipped.writestr(about, content)
    return written.getvalue()


def _spoken(share: Share) -> list[str]:
    spoken = {page.parameters.lang for page in share.pages}
    return sorted(spoken, key=lambda lang: (lang != FIRST, lang))


def _units(share: Share) -> set[str]:
    """The unit that a share is for; none when it is for all."""
    units = {page.parameters.unit for page in share.pages}
    return units - {""} if len(units) == 1 else set()


def _made_up(lang: str) -> str:
    return Message("synthetic sample").said(lang)
