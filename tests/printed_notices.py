"""Notices as they are handed in: public ones with what people read in them, and the forms that files come in."""

from __future__ import annotations

import html
import io
import unicodedata
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.notice import NoticeTables

PUBLIC = ("baotou-2022", "statecouncil-2020-24", "tianjin-2024")
_HERE = Path(__file__).parent
_TIANJIN = _HERE.parent / "data" / "tianjin-2024"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def text_of(name: str) -> str:
    file = _TIANJIN / "notice.txt" if name == "tianjin-2024" else _HERE / "notices" / f"{name}.txt"
    return file.read_text("utf-8")


def truth_of(name: str) -> list[tuple[str, str, frozenset[str], bool]]:
    """Theme, title, units and whether they are jointly responsible, of each measure; read by people."""
    if name != "tianjin-2024":
        rows = pd.read_csv(_HERE / "notices" / f"{name}.csv", dtype=str)
        return [
            (plain(row.theme), plain(row.title), frozenset(map(plain, row.units.split("|"))), row.joint == "true")
            for row in rows.itertuples()
        ]
    measures, themes, units, named = (
        pd.read_csv(_TIANJIN / f"{table}.csv", dtype=str)
        for table in ("measures", "themes", "units", "responsibilities")
    )
    named["unit"] = named["unit_id"].map(units.set_index("unit_id")["name"])
    titles = themes.set_index("theme_id")["title"]
    return [
        (
            plain(titles[measure.theme_id]),
            plain(measure.title),
            frozenset(map(plain, named.loc[named["measure_id"] == measure.measure_id, "unit"])),
            "joint" in set(named.loc[named["measure_id"] == measure.measure_id, "role"]),
        )
        for measure in measures.itertuples()
    ]


def read_in(tables: NoticeTables) -> list[tuple[str, str, frozenset[str], bool]]:
    """The same of a reading."""
    titles = dict(zip(tables.themes["theme_id"], tables.themes["title"], strict=True))
    named = dict(iter(tables.responsibilities.groupby("measure_id")))
    nobody = tables.responsibilities.iloc[:0]
    return [
        (
            plain(titles.get(measure.theme_id, "")),
            plain(measure.title),
            frozenset(map(plain, named.get(measure.measure_id, nobody)["unit"])),
            "joint" in set(named.get(measure.measure_id, nobody)["role"]),
        )
        for measure in tables.measures.itertuples()
    ]


def plain(text: str) -> str:
    """Text without what people do not mean: width, white space, quotes, punctuation at the end."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(char for char in folded if not char.isspace() and char not in "\"'“”‘’。.,;:")


def wrapped(text: str, width: int = 40, *, page: str = "- {} -", lines: int = 28, indented: bool = True) -> str:
    """Text with hard line breaks at a width and a page number every so many lines, as copied out of a PDF."""
    broken: list[str] = []
    for line in text.split("\n"):
        kept = line.rstrip() if indented else line.strip()
        broken += [kept[at : at + width] for at in range(0, len(kept), width)] or [""]
    for place in range(lines, len(broken), lines + 1):
        broken.insert(place, page.format(place // lines))
    return "\n".join(broken)


def run_together(text: str) -> str:
    return "".join(line.strip() for line in text.split("\n"))


def word_file(paragraphs: Sequence[str], *, body: str = "", numbering: str = "", styles: str = "") -> bytes:
    """A .docx file: paragraphs of text, or a body, and lists, in its own XML."""
    text = "".join(f'<w:p><w:r><w:t xml:space="preserve">{html.escape(line)}</w:t></w:r></w:p>' for line in paragraphs)
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{text}{body}</w:body></w:document>',
    }
    if numbering:
        parts["word/numbering.xml"] = f'<w:numbering xmlns:w="{_WORD}">{numbering}</w:numbering>'
    if styles:
        parts["word/styles.xml"] = f'<w:styles xmlns:w="{_WORD}">{styles}</w:styles>'
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return content.getvalue()


def saved_page(text: str, *, encoding: str = "utf-8") -> bytes:
    """A web page with what such pages have around a notice."""
    paragraphs = "\n".join(f"<p>　　{html.escape(line.strip())}</p>" for line in text.split("\n") if line.strip())
    page = (
        f'<!DOCTYPE html><html><head><meta charset="{encoding}"><title>通知</title>'
        "<script>var units = '（责任单位：市某局）'</script><style>p {}</style></head><body>"
        "<div class='nav'><a href='/'>首页</a> &gt; <a>政务公开</a></div>"
        f"<div id='text'>{paragraphs}</div>"
        "<div class='foot'><p>主办单位：某市人民政府办公室</p><p>网站标识码：0000000000</p></div></body></html>"
    )
    return page.encode(encoding)
