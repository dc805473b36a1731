"""The two faces that come along: where they lie, what they draw, and what stands for a character that neither draws."""

from __future__ import annotations

import struct
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from unicodedata import category

FACE = "Noto Sans SC"
"""What pages and figures are set in."""
SECOND_FACE = "DejaVu Sans"
"""What lends the characters that `FACE` lacks."""
SUBSTITUTE = "\ufffd"
"""What is shown for a character that neither face draws: the sign that Unicode has for it."""

# Controls, characters of private use, surrogates, separators of lines: a face that draws them draws something else.
_NEVER_DRAWN = ("Cc", "Co", "Cs", "Zl", "Zp")
# They turn the text around them about.
_TURNS = frozenset([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_SPACES = frozenset(map(ord, "\t\n\r"))


@cache
def face_file() -> Path:
    """The font file of `FACE`, by the record of the package that ships it: to import that package has effects."""
    return Path(str(distribution("zhplot").locate_file("zhplot/fonts/NotoSansSC-Regular.ttf")))


@cache
def second_face_file() -> Path:
    """The font file of `SECOND_FACE`, which comes with matplotlib; to import that only to ask for a path is slow."""
    return Path(str(distribution("matplotlib").locate_file("matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf")))


@cache
def drawn_by(file: Path) -> frozenset[int]:
    """The code points that a font file has a glyph for.

    Parameters
    ----------
    file : pathlib.Path
        Of a TrueType font with a table of all of Unicode (``cmap`` of format 12).

    Raises
    ------
    ValueError
        When it has none.
    """
    # By hand: fontTools reads a table of 30,000 characters in a quarter of a second, and every check of a plan asks.
    with file.open("rb") as font:
        (count,) = struct.unpack(">4xH6x", font.read(12))
        tables = dict(struct.unpack(">4s4x8s", font.read(16)) for _ in range(count))
        offset, length = struct.unpack(">II", tables[b"cmap"])
        font.seek(offset)
        table = font.read(length)
    (count,) = struct.unpack_from(">2xH", table)
    for place in range(count):
        (start,) = struct.unpack_from(">4xI", table, 4 + 8 * place)
        form, groups = struct.unpack_from(">H10xI", table, start)
        if form == 12:
            ranges = struct.iter_unpack(">III", table[start + 16 : start + 16 + 12 * groups])
            return frozenset(code for first, last, _ in ranges for code in range(first, last + 1))
    raise ValueError(f"{file.name} 没有格式 12 的字符表")


@cache
def drawable() -> frozenset[int]:
    """The code points that can stand in a page or figure: one of the faces draws them, or they are white space."""
    either = drawn_by(face_file()) | drawn_by(second_face_file())
    return frozenset(code for code in either - _TURNS if category(chr(code)) not in _NEVER_DRAWN) | _SPACES


def visible(text: str) -> str:
    """The text with `SUBSTITUTE` for each character that cannot be drawn; the text itself when there is none."""
    lacking = set(map(ord, set(text))) - drawable()
    return text.translate(dict.fromkeys(lacking, SUBSTITUTE)) if lacking else text


def unseen(text: str) -> str:
    """The characters of a text that cannot be drawn or that nobody sees, such as a space of no width; sorted."""
    return "".join(sorted(char for char in set(text) if ord(char) not in drawable() or category(char) == "Cf"))
