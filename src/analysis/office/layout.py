"""How a document lies on paper: in Chinese by GB/T 9704, the layout of official documents; else as a plain memorandum.

Faces are named, never embedded: a machine that has them shows them, another its nearest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import Section


@dataclass(frozen=True)
class Style:
    """A kind of paragraph: its face, its size in points, the height of its line, and how it is set."""

    face: str
    size: float
    line: float = 0
    bold: bool = False
    indent: float = 0
    align: Any = None
    before: float = 0
    after: float = 0


_CENTRE, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
_SONG, _FANG, _HEI, _KAI, _TITLE = "宋体", "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体"
# Sizes by their names: 2号 22, 3号 16, 4号 14, 小四 12, 五号 10.5 points; an indent of two characters.
OFFICIAL = {
    "Normal": Style(_FANG, 16, 28, indent=32),
    "Title": Style(_TITLE, 22, 33, align=_CENTRE, before=28, after=28),
    "Heading 1": Style(_HEI, 16, 28, indent=32),
    "Heading 2": Style(_KAI, 16, 28, indent=32),
    "Number": Style(_FANG, 16, 28, align=_CENTRE),
    "Addressee": Style(_FANG, 16, 28),
    "Signature": Style(_FANG, 16, 28, align=_RIGHT),
    "Annex": Style(_HEI, 16, 28),
    "Annex title": Style(_TITLE, 18, 28, align=_CENTRE, before=14, after=14),
    "Banner": Style(_HEI, 12, 18, after=14),
    "Cell": Style(_FANG, 12, 18, before=1, after=1),
    "Small cell": Style(_FANG, 10.5, 16, before=1, after=1),
    "Cell head": Style(_HEI, 12, 18, before=1, after=1),
    "Small cell head": Style(_HEI, 10.5, 16, before=1, after=1),
    "Term": Style(_FANG, 14, 24, indent=28),
    "Header": Style(_SONG, 10.5, align=_CENTRE),
    "Footer": Style(_SONG, 14),
}
_SERIF = "Times New Roman"
PLAIN = {
    "Normal": Style(_SERIF, 11, 15, after=6),
    "Title": Style(_SERIF, 18, 22, align=None, before=12, after=10),
    "Heading 1": Style(_SERIF, 13, 17, bold=True, before=12, after=4),
    "Heading 2": Style(_SERIF, 11, 15, bold=True, before=6, after=2),
    "Number": Style(_SERIF, 11, 15),
    "Addressee": Style(_SERIF, 11, 15, before=10, after=6),
    "Signature": Style(_SERIF, 11, 15, before=6),
    "Annex": Style(_SERIF, 11, 15, bold=True),
    "Annex title": Style(_SERIF, 14, 18, after=8),
    "Banner": Style(_SERIF, 11, 14, bold=True, after=10),
    "Cell": Style(_SERIF, 10, 13, before=1, after=1),
    "Small cell": Style(_SERIF, 9, 12, before=1, after=1),
    "Cell head": Style(_SERIF, 10, 13, bold=True, before=1, after=1),
    "Small cell head": Style(_SERIF, 9, 12, bold=True, before=1, after=1),
    "Term": Style(_SERIF, 10.5, 14, after=4),
    "Header": Style(_SERIF, 9, align=_CENTRE),
    "Footer": Style(_SERIF, 10),
}
_MARGINS = {True: (37, 35, 28, 26), False: (25, 25, 25, 25)}
"""Top, bottom, left, right in millimetres: as GB/T 9704 has them, and of a memorandum."""


def lay_out(document: Document, *, is_official: bool, language: str) -> None:
    """Give a new document its page and its styles."""
    for name, style in (OFFICIAL if is_official else PLAIN).items():
        _set_style(document, name, style, spoken=language if not is_official else "en-GB")
    set_page(document.sections[0], is_official=is_official)
    document.settings.odd_and_even_pages_header_footer = is_official


def set_page(section: Section, *, is_official: bool, on_its_side: bool = False) -> None:
    """A4 with its margins; on its side, what was at the head lies at the right."""
    top, bottom, left, right = _MARGINS[is_official]
    width, height = 210, 297
    if on_its_side:
        top, right, bottom, left = left, top, right, bottom
        width, height = height, width
    section.orientation = WD_ORIENT.LANDSCAPE if on_its_side else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    # The number stands 7 mm below the text.
    section.header_distance, section.footer_distance = Mm(top - 16), Mm(bottom - 12 if is_official else 12)


def run_heads(section: Section, text: str, *, is_official: bool) -> None:
    """What stands at the head of every sheet, and the number of the page at its outer foot."""
    sides = [(section.header, section.footer, _RIGHT)]
    if is_official:
        sides.append((section.even_page_header, section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT))
    for header, footer, side in sides:
        header.paragraphs[0].text = text
        number = footer.paragraphs[0]
        number.alignment = side if is_official else _CENTRE
        inner = Pt(14) if is_official else Pt(0)
        number.paragraph_format.left_indent = number.paragraph_format.right_indent = inner
        _page_number(number, "— {} —" if is_official else "{}")


def frame(paragraph: Any) -> None:
    """A line around a paragraph."""
    borders = OxmlElement("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "12"), ("space", "4"), ("color", "B03A2E")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    paragraph.paragraph_format.element.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _set_style(document: Document, name: str, style: Style, *, spoken: str) -> None:
    from docx.enum.style import WD_STYLE_TYPE

    styles: Any = document.styles
    made = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    if name not in ("Normal",):
        made.base_style = styles["Normal"]
    about = made.element.get_or_add_rPr()
    for child in list(about):
        about.remove(child)
    faces = OxmlElement("w:rFonts")
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        is_latin_face = style.face == _SERIF and script == "eastAsia"
        faces.set(qn(f"w:{script}"), _SONG if is_latin_face else style.face)
    about.append(faces)
    made.font.size, made.font.bold, made.font.italic = Pt(style.size), style.bold, False
    made.font.color.rgb = RGBColor(0, 0, 0)
    tongue = OxmlElement("w:lang")
    tongue.set(qn("w:val"), spoken)
    tongue.set(qn("w:eastAsia"), "zh-CN")
    about.append(tongue)
    for border in made.element.get_or_add_pPr().findall(qn("w:pBdr")):
        made.element.pPr.remove(border)
    shape = made.paragraph_format
    shape.space_before, shape.space_after = Pt(style.before), Pt(style.after)
    shape.first_line_indent, shape.left_indent = Pt(style.indent), Pt(0)
    shape.alignment = style.align if style.align is not None else WD_ALIGN_PARAGRAPH.LEFT
    shape.keep_with_next = name.startswith(("Heading", "Annex"))
    shape.widow_control = False
    if style.line:
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(style.line)


def _page_number(paragraph: Any, shape: str) -> None:
    before, after = shape.split("{}")
    paragraph.add_run(before)
    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("", "1"), ("end", "")):
        run = paragraph.add_run("1" if text == "1" else "")
        if kind:
            sign = OxmlElement("w:fldChar")
            sign.set(qn("w:fldCharType"), kind)
            run._r.append(sign)
        elif text == "PAGE":
            told = OxmlElement("w:instrText")
            told.text = text
            run._r.append(told)
    paragraph.add_run(after)
