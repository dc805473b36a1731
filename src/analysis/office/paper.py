"""A page on paper: a circular of a date, or a letter to the one unit that it is about, in the page's own words."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import docx
from docx.enum.section import WD_SECTION

from analysis.catalogue import tag_of
from analysis.files import settled
from analysis.office import layout
from analysis.office.annexes import MOST_HEADS, Annex, annexes
from analysis.office.tables import add_table, fits
from analysis.office.wording import heading, key_figure, mark, paper_words, part_words, voice_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from analysis.language import Language

    Shown = Sequence[Mapping[str, Any]]

ROOM = {(True, False): 156, (True, True): 225, (False, False): 160, (False, True): 247}
"""How wide the text is, in millimetres: of an official document or not, on its side or not."""


def document(shown: Shown, say: Language, *, title: str, paper: str, day: pd.Timestamp) -> bytes:
    """The document of a page.

    Parameters
    ----------
    shown : sequence of mappings
        From `analysis.page.Executed.shown`.
    say : analysis.language.Language
    title : str
        What the report is called.
    paper : {"circular", "letter"}
    day : pandas.Timestamp
        Stands for when the document was written.
    """
    (words,) = (one["words"] for one in shown if one["fragment"] == "opening")
    return _Writer(say, words, title=title, paper=paper).written(shown, day)


class _Writer:
    """A document under way.

    In Chinese it is laid out as official documents are, its chapters numbered; in other languages as a memorandum.
    """

    def __init__(self, say: Language, words: Mapping[str, Any], *, title: str, paper: str) -> None:
        self.say, self.opening, self.paper = say, words, paper
        self.is_official = say.lang == "zh"
        self.names = paper_words(say, title=title, paper=paper)
        self.document = docx.Document()
        self.chapters = self.parts = 0

    def written(self, shown: Shown, day: pd.Timestamp) -> bytes:
        """The whole document."""
        self._describe(day)
        layout.lay_out(self.document, is_official=self.is_official, language=tag_of(self.say.lang))
        running = [mark(self.say), self.opening["title"], *self.opening["dates"][:1]]
        text = " · ".join(running) if mark(self.say) else ""
        layout.run_heads(self.document.sections[0], text, is_official=self.is_official)
        apart = annexes(shown, self.say)
        self._head()
        for one in shown:
            self._chapter(one, apart)
        self._foot(apart)
        for annex in apart:
            self._annex(annex, alone=len(apart) == 1)
        written = io.BytesIO()
        self.document.save(written)
        return settled(written.getvalue(), day)

    def _describe(self, day: pd.Timestamp) -> None:
        about = self.document.core_properties
        about.title = self.names["title"]
        about.subject = " · ".join(filter(None, [*self.opening["dates"], mark(self.say)]))
        about.author = about.last_modified_by = "portplan"
        about.comments = about.keywords = ""
        about.language = tag_of(self.say.lang)
        about.created = about.modified = day.to_pydatetime()
        about.revision = 1

    def _put(self, style: str, text: str) -> Any:
        return self.document.add_paragraph(text, style)

    def _head(self) -> None:
        """What stands before the first chapter: whose document it is, of what, to whom; the judgement."""
        opening, say, names = self.opening, self.say, self.names
        for banner in opening["banners"]:
            layout.frame(self._put("Banner", banner))
        if self.is_official:
            self._put("Number", names["number"])
            self._put("Title", names["title"])
        else:
            self._put("Title", names["kind"])
            for line in ("number", "date"):
                self._put("Number", names[line])
            self._put("Number", names["subject"]).paragraph_format.space_after = layout.Pt(10)
        if names["addressee"]:
            self._put("Addressee", names["addressee"])
        self._put("Normal", opening["headline"])
        self._put("Normal", say("{parts}.", parts=say("; ").join(opening["dates"])))
        if opening["moved"]:
            self._put("Normal", opening["moved"])
        if opening["key_figures"]:
            keys = say("; ").join(key_figure(key, say) for key in opening["key_figures"])
            self._put("Normal", say("{parts}.", parts=keys))

    def _chapter(self, one: Mapping[str, Any], apart: Sequence[Annex]) -> None:
        """What the page shows in one place, as a chapter; what is for the annex is named there."""
        fragment, say = one["fragment"], self.say
        caption = one.get("caption")
        if caption is None and fragment != "chapters":
            return
        self.parts = 0
        self._heading(caption["finding"] if caption else one["listed"]["title"])
        if caption and caption["note"] and not one.get("drawings"):
            self._put("Normal", caption["note"])
        write = {"cases": self._cases, "tiles": self._themes, "chapters": self._lines, "parts": self._parts}
        named = [place for place, annex in enumerate(apart, start=1) if annex.key == (caption or {}).get("key")]
        if fragment in write and not (fragment == "parts" and named):
            write[fragment](one)
        elif one.get("table") and one["table"]["rows"] and not named:
            self._table(one["table"]["heads"], one["table"]["rows"])
            self._put("Small cell", one["table"]["marks"])
        for place in named:
            number = "" if len(apart) == 1 else str(place)
            self._put("Normal", say("See annex {n}: {title}.", n=number, title=apart[place - 1].title))

    def _heading(self, text: str) -> None:
        self.chapters += 1
        self._put("Heading 1", heading(text, self.chapters, level=1, say=self.say))

    def _part(self, text: str) -> None:
        self.parts += 1
        self._put("Heading 2", heading(text, self.parts, level=2, say=self.say))

    def _cases(self, one: Mapping[str, Any]) -> None:
        say, names = self.say, one["names"]
        for case in one["cases"]:
            self._part(case["measure"])
            about = say("; ").join(filter(None, [case["reason"], case["age"], case["also"]]))
            self._put("Normal", say("{parts}.", parts=about))
            for voice in case["voices"]:
                self._put("Normal", say("{parts}.", parts=voice_words(voice, names, say)))
            self._put("Normal", say("{parts}.", parts=case["asked"]))

    def _themes(self, one: Mapping[str, Any]) -> None:
        """Each theme's measures by their states, by number; the measures themselves are listed in an annex."""
        say = self.say
        for theme, tiles in one["strip"]:
            self._part(theme)
            told = [
                f"{name}{say(': ')}{say(', ').join(tile['number'] for tile in tiles if tile['state'] == state)}"
                for state, name in one["legend"]
                if any(tile["state"] == state for tile in tiles)
            ]
            self._put("Normal", say("{parts}.", parts=say("; ").join(told)))

    def _lines(self, one: Mapping[str, Any]) -> None:
        for line in one["listed"]["chapters"]:
            self._put("Normal", f"{line['title']}{one['listed']['colon']}{line['headline']}")

    def _parts(self, one: Mapping[str, Any]) -> None:
        listed, say = one["listed"], self.say
        for part in (*listed["still_open"], *listed["settled"]):
            self._part(part["name"])
            told = [part["state_name"], *part_words(part, one["names"], say), part["note"], *part["about"]]
            told.append(part["reported"])
            self._put("Normal", say("{parts}.", parts=say("; ").join(filter(None, told))))

    def _foot(self, apart: Sequence[Annex]) -> None:
        """The list of annexes, and the place of signature and date, on one sheet with the end of the text."""
        last = len(self.document.paragraphs) - 1
        if apart:
            titles = [annex.title for annex in apart]
            if len(titles) > 1:
                titles = [f"{place}. {title}" for place, title in enumerate(titles, start=1)]
            self._put("Normal", "")
            for place, title in enumerate(titles):
                line = self._put("Normal", f"{self.names['annexes'] if not place else ''}{title}")
                if self.is_official:
                    # Names of annexes stand under one another, behind the word and its colon.
                    line.paragraph_format.left_indent = layout.Pt(32 + 48)
                    line.paragraph_format.first_line_indent = layout.Pt(-48 if not place else 0)
        self._put("Normal", "")
        for line in ("signature", *(["date"] if self.is_official else [])):
            signed = self._put("Signature", self.names[line])
            if self.is_official:
                signed.paragraph_format.right_indent = layout.Pt(64)
        for paragraph in self.document.paragraphs[last:-1]:
            paragraph.paragraph_format.keep_with_next = True

    def _annex(self, annex: Annex, *, alone: bool) -> None:
        lines = [[head for head, _ in annex.heads], *annex.rows]
        is_wide = bool(annex.heads) and not fits(lines, ROOM[self.is_official, False], 10.5)
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        layout.set_page(section, is_official=self.is_official, on_its_side=is_wide)
        number = "" if alone else str(annex.number)
        say = self.say
        self._put("Annex", say("Annex {n}", n=number).strip())
        self._put("Annex title", annex.title)
        for term, meaning in annex.terms:
            self._put("Term", f"{term}{say(': ')}{meaning}")
        if annex.rows:
            self._table(annex.heads, annex.rows, is_wide=is_wide)
        for line in filter(None, annex.notes):
            self._put("Small cell", line)

    def _table(self, heads: Sequence[Sequence[str]], rows: Sequence[Sequence[str]], *, is_wide: bool = False) -> None:
        style = "Small cell" if len(heads) > MOST_HEADS else "Cell"
        room = ROOM[self.is_official, is_wide]
        add_table(self.document, heads, rows, room=room, style=style, head_style=f"{style} head")
