"""The face of a page: the one that figures are drawn with, cut down to the characters that the page shows."""

from __future__ import annotations

import base64
import html
import io
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from analysis.faces import FACE, drawable, drawn_by, face_file, second_face_file, visible

if TYPE_CHECKING:
    from pathlib import Path

# What lines of horizontal text do not need.
_LEFT_OUT = ("BASE", "FFTM", "GDEF", "GPOS", "GSUB", "STAT", "vhea", "vmtx")
# Latin; punctuation; arrows and operators; punctuation of Chinese.
_LETTERS_AND_SIGNS = (range(0x20, 0x180), range(0x2010, 0x2060), range(0x2190, 0x2300), range(0x3000, 0x3040))
_CHARACTER_REFERENCE = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")


def with_face(page: str, *, narrowed: bytes = b"") -> str:
    """The page with the font subset of its own characters put where its style sheet begins.

    A character that the face lacks comes from the second face; one that neither has is shown by the substitute. What
    the page carries as data, such as its CSV files, is left as it is.

    Parameters
    ----------
    page : str
    narrowed : bytes
        From `narrowed_face`, to be quicker; the page is the same without.
    """
    page = _CHARACTER_REFERENCE.sub(_visible_reference, visible(page))
    return page.replace("<style>", f"<style>{face_rules(characters(page), narrowed=narrowed)}", 1)


@lru_cache(maxsize=64)
def face_rules(wanted: str, *, narrowed: bytes = b"", only: bool = False) -> str:
    """The rules of a style sheet that bring the face for some characters.

    Parameters
    ----------
    wanted : str
        Characters, sorted; such as one face or the other draws.
    narrowed : bytes
        From `narrowed_face`, to be quicker.
    only : bool
        Whether they are for these characters alone, beside the rules that a page has already.
    """
    lent = "".join(char for char in wanted if ord(char) not in drawn_by(face_file()))
    own = "".join(char for char in wanted if char not in lent)
    rules = ""
    if own or not only:
        # WOFF, not WOFF2: a fifth larger, and made ten times faster.
        rules = _rule(_cut(own, narrowed, flavor="woff"), _range(own) if only else "")
    if lent:
        # Under the name of the first face, and for these characters alone: no style needs to name a second.
        rules += _rule(_cut(lent, source=second_face_file(), flavor="woff"), _range(lent))
    return rules


def narrowed_face(text: str) -> bytes:
    """The face with the characters of a text, letters and signs: subsets of it are made five times as fast."""
    wanted = set(map(ord, text)).union(*_LETTERS_AND_SIGNS)
    return _cut("".join(map(chr, sorted(wanted & drawn_by(face_file())))), flavor=None)


def characters(page: str) -> str:
    """Every character that a page shows, sorted."""
    shown = re.sub(r"<style.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)
    return "".join(sorted(set(html.unescape(shown)) - set("\r\n\t")))


def _rule(font: bytes, more: str = "") -> str:
    data = base64.b64encode(font).decode("ascii")
    return f"@font-face{{font-family:'{FACE}';src:url(data:font/woff;base64,{data}) format('woff'){more}}}"


def _range(characters: str) -> str:
    return ";unicode-range:" + ",".join(f"U+{ord(char):X}" for char in characters)


def _visible_reference(reference: re.Match[str]) -> str:
    """A character reference, or the substitute where it stands for what cannot be drawn."""
    meant = html.unescape(reference[0])
    return reference[0] if drawable().issuperset(map(ord, meant)) else visible(meant)


def _cut(text: str, narrowed: bytes = b"", *, flavor: str | None, source: Path | None = None) -> bytes:
    from fontTools import subset

    options = subset.Options(flavor=flavor, layout_features=[], hinting=False, name_IDs=[], recalc_timestamp=False)
    lies_in = io.BytesIO(narrowed) if narrowed else source or face_file()
    with subset.load_font(lies_in, options, lazy=True) as face:
        if narrowed and not frozenset(face.getBestCmap() or {}).issuperset(map(ord, text)):
            return _cut(text, flavor=flavor)
        for table in set(_LEFT_OUT) & set(face.keys()):
            del face[table]
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=text)
        subsetter.subset(face)
        written = io.BytesIO()
        subset.save_font(face, written, options)
    return written.getvalue()
