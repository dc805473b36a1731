"""Exhibits as HTML: where names lead, in which language words are, what stands under a table, the file beside it."""

from __future__ import annotations

import base64
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from analysis import exhibits
from analysis.language import Caption, Language, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.language import Table
    from analysis.plan import Plan

CAPTION = Caption("k", "A finding.", "", "Source.")


@pytest.fixture
def html_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What an exhibit shows, as HTML; blank where it shows nothing."""
    shown: list[str] = []
    monkeypatch.setattr(exhibits, "display", lambda html, **_: shown.append(html.data))

    def show(draw: Callable[..., Any], *arguments: Any) -> str:
        shown.clear()
        draw(*arguments)
        return "".join(shown)

    return show


class Elements(HTMLParser):
    """Every element with its attributes and its own text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open: list[list[str]] = [[]]
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        texts: list[str] = []
        self.found.append((tag, dict(attrs), texts))
        if tag not in ("input", "br", "img"):
            self._open.append(texts)

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].append(data)

    def named(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        return [(given, "".join(texts).strip()) for name, given, texts in self.found if name == tag]


FRAME = pd.DataFrame(
    {
        "measure_id": ["M1", "M2"],
        "unit_id": ["tj-customs", "port-group"],
        "unit_ids": [["port-group", "tj-customs"], []],
        "measures": [3, 4],
        "progress": ["接口<b>未通", ""],
    }
)


def table_of(plan: Plan, lang: str = "en", *, before: pd.DataFrame | None = None, frame: pd.DataFrame = FRAME) -> Table:
    return table(frame, "single_unit", Language(lang, plan), before=before)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_cell_that_names_a_measure_or_a_unit_leads_to_it(
    tianjin: Plan, html_of: Callable[..., str], lang: str
) -> None:
    say = Language(lang, tianjin)
    for before in (None, FRAME.head(1).assign(measures=1)):
        page = Elements(html_of(exhibits.tabulate, CAPTION, table_of(tianjin, lang, before=before)))
        links = [
            (given["data-to"], text.removesuffix(say("{name} (new)", name="")))
            for given, text in page.named("a")
            if "data-to" in given
        ]
        assert links == [
            ("measure:M1", say.measure("M1")),
            ("unit:tj-customs", say.unit("tj-customs")),
            ("unit:port-group", say.unit("port-group")),
            ("unit:tj-customs", say.unit("tj-customs")),
            ("measure:M2", say.measure("M2")),
            ("unit:port-group", say.unit("port-group")),
        ]


def test_what_a_unit_wrote_is_text_in_its_own_language(tianjin: Plan, html_of: Callable[..., str]) -> None:
    text = html_of(exhibits.tabulate, CAPTION, table_of(tianjin))
    assert ({"lang": "zh-CN"}, "接口<b>未通") in Elements(text).named("td")
    assert "<b>" not in text


def test_a_name_in_the_plans_language_says_so(tianjin: Plan, html_of: Callable[..., str]) -> None:
    plan = replace(tianjin, units=tianjin.units.assign(short_en=""))
    tongues = [
        (given["data-to"], given.get("lang"))
        for given, _ in Elements(html_of(exhibits.tabulate, CAPTION, table_of(plan))).named("a")
        if "data-to" in given
    ]
    assert {tongue for leads_to, tongue in tongues if leads_to and leads_to.startswith("unit:")} == {"zh-CN"}
    assert {tongue for leads_to, tongue in tongues if leads_to and leads_to.startswith("measure:")} == {None}


def test_marks_are_explained_under_a_table_that_has_any(tianjin: Plan, html_of: Callable[..., str]) -> None:
    notes = [
        [
            text
            for given, text in Elements(html_of(exhibits.tabulate, CAPTION, table_of(tianjin, before=before))).named(
                "p"
            )
            if given.get("class") == "note"
        ]
        for before in (None, FRAME, FRAME.assign(measures=[2, 4]))
    ]
    assert notes[:2] == [[], []]
    assert len(notes[2]) == 1
    assert "↑" in notes[2][0]


def test_the_file_beside_a_table_is_the_table(tianjin: Plan, html_of: Callable[..., str]) -> None:
    shown = table_of(tianjin)
    ((given, _),) = [
        link for link in Elements(html_of(exhibits.tabulate, CAPTION, shown)).named("a") if "download" in link[0]
    ]
    assert given["download"] == shown.file_name
    written = base64.b64decode(str(given["href"]).partition("base64,")[2])
    # The mark by which a spreadsheet knows its encoding, and the table.
    assert written.decode("utf-8") == "\ufeff" + shown.csv


def test_what_finds_nothing_shows_nothing(tianjin: Plan, html_of: Callable[..., str]) -> None:
    assert html_of(exhibits.tabulate, replace(CAPTION, finding=""), table_of(tianjin)) == ""
    text = html_of(exhibits.tabulate, CAPTION, table_of(tianjin, frame=FRAME.head(0)))
    assert CAPTION.finding in text
    assert "<table>" not in text
    assert "download" not in text


def test_what_is_for_analysts_is_closed_until_it_is_asked_for(tianjin: Plan, html_of: Callable[..., str]) -> None:
    closed = Elements(html_of(exhibits.tabulate, replace(CAPTION, annex="For analysts"), table_of(tianjin)))
    assert ({"class": "portplan annex"}, "") in closed.named("details")
    assert closed.named("summary")[0][1] == "For analysts"
    assert Elements(html_of(exhibits.tabulate, CAPTION, table_of(tianjin))).named("details") == []
