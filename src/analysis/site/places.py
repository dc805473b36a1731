"""The places of a page that its site fills (`analysis.site.linking` says with what), in the page's text."""

from __future__ import annotations

import hashlib
import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_PLACES = {name: re.compile(f"(<!--{name}-->).*?(<!--/{name}-->)", re.DOTALL) for name in ("navigation", "face")}
# What a unit writes never looks like this: its quotation marks are escaped.
_NAMED = re.compile(r'( data-to="([^"]*)")(?: href="[^"]*")?')
_BLOCK = re.compile(r'<article\b[^>]* id="(measure-[^"]+)"')


def filled(text: str, *, navigation: str, face: str, address_of: Callable[[str], str]) -> str:
    """A page with its navigation, a face for it, and the addresses of what it names; what it had of them goes."""

    def addressed(named: re.Match[str]) -> str:
        address = address_of(html.unescape(named[2]))
        return named[1] + (f' href="{html.escape(address)}"' if address else "")

    text = _NAMED.sub(addressed, text)
    for name, content in {"navigation": navigation, "face": face}.items():
        text = _PLACES[name].sub(lambda found, content=content: found[1] + content + found[2], text, count=1)
    return text


def as_made(text: str) -> str:
    """A page as it was before its site filled it."""
    return filled(text, navigation="", face="", address_of=lambda name: "")


def made_hash(text: str) -> str:
    """A hash of a page as it was made, whatever links it has been given since."""
    return hashlib.sha256(as_made(text).encode("utf-8")).hexdigest()


def blocks(text: str) -> str:
    """The blocks in which a page tells of measures in full: their ids, with blanks between."""
    return " ".join(dict.fromkeys(_BLOCK.findall(text)))
