"""Characters: which ones the faces draw, what stands for the rest, and that none of them stops a page."""

from __future__ import annotations

import base64
import io
import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from analysis import faces
from analysis.catalogue import languages
from analysis.exhibits import stylesheet
from analysis.exhibits.drawing import to_svg
from analysis.faces import SUBSTITUTE, drawable, drawn_by, unseen, visible
from analysis.language import Caption
from analysis.page import with_face
from analysis.plan import inspect_plan
from analysis.report import make_reports, read_inputs
from tests.chromium import needs_chromium, running_chromium
from tests.plans import asked, change_rows, copy_plan

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from analysis.plan import Plan

# A letter of the second face; an emoji, a rare Chinese character and a code point of nobody, which no face has;
# two signs that nobody sees; and words that are a program's failure only where a program writes them.
ODD = "ł ✅ \U00020bb7 \U000e0fff 零\u200b宽 \u202e倒 Traceback (most recent call last)"
FONT = re.compile(r"@font-face\{font-family:'Noto Sans SC';src:url\(data:font/woff;base64,([^)]*)\)[^}]*?(U\+[^}]*)?\}")


@pytest.mark.parametrize("file", [faces.face_file(), faces.second_face_file()], ids=lambda file: file.stem)
def test_a_face_draws_what_its_own_table_says(file: Path):
    with TTFont(file, lazy=True) as font:
        assert drawn_by(file) == font.getBestCmap().keys()


def test_a_file_that_is_no_such_font_is_refused(tmp_path: Path):
    """With an empty table of characters."""
    file = tmp_path / "none.ttf"
    file.write_bytes(b"\0\1\0\0" + b"\0\1" + bytes(6) + b"cmap" + bytes(4) + b"\0\0\0\x1c\0\0\0\4" + bytes(4))
    with pytest.raises(ValueError, match=r"none\.ttf 没有格式 12"):
        drawn_by(file)


def test_what_can_be_drawn_is_left_alone_and_the_rest_is_shown():
    assert visible("天津 ł≥→ 1\n\t") == "天津 ł≥→ 1\n\t"
    assert visible("✅\x00\x1b\ufffe\ue000\ud800\u202e\u2066\u2028") == 9 * SUBSTITUTE
    assert visible("零\u200b宽") == "零\u200b宽", "a space of no width is drawn as what it is"
    assert unseen("天津 ł") == ""
    assert unseen("津✅\u200b\u00ad\x07") == "\x07\u00ad\u200b✅"


@given(st.text())
def test_what_is_visible_can_be_drawn(text: str):
    shown = visible(text)
    assert len(shown) == len(text)
    assert visible(shown) == shown
    assert drawable().issuperset(map(ord, shown))
    assert all(char in (before, SUBSTITUTE) for before, char in zip(text, shown, strict=True))


def drawn_with(page: str) -> list[set[str]]:
    """The characters of each face that a page brings along; that it lends others than it says is a fault."""
    brought = []
    for data, only in FONT.findall(page):
        with TTFont(io.BytesIO(base64.b64decode(data))) as font:
            brought.append(set(map(chr, font.getBestCmap() or {})) - {" "})
        if only:
            assert {chr(int(code[2:], 16)) for code in only.split(",")} == brought[-1]
    return brought


@pytest.mark.thorough
def test_a_page_brings_a_second_face_only_when_it_needs_one():
    assert drawn_with(with_face("<style></style>天é")) == [{"天", "é"}]
    assert drawn_with(with_face("<style></style>天ł")) == [{"天"}, {"ł"}]
    page = with_face('<style></style><p title="✅">天&#x2705;&lt;&#322;&check;&nosuch;</p>')
    assert f'<p title="{SUBSTITUTE}">天{SUBSTITUTE}&lt;&#322;&check;&nosuch;</p>' in page
    assert drawn_with(page) == [set("天<>&;✓nosuch"), {"ł", SUBSTITUTE}]


def test_a_drawing_shows_a_substitute_and_warns_of_nothing(recwarn: pytest.WarningsRecorder):
    from matplotlib import pyplot

    def draw(frame: pd.DataFrame, *, labels: dict[str, dict[str, str]], narrow: bool) -> Axes:
        ax = pyplot.subplots()[1]
        ax.set_xticks([0, 1], [labels["unit_id"]["a"], labels["unit_id"]["b"]])
        return ax

    caption = Caption("k", "F", "A", "S", {"unit_id": {"a": "局✅\x00", "b": "ł局"}})
    for drawing in to_svg(draw, pd.DataFrame(), caption):
        assert f">局{2 * SUBSTITUTE}</text>" in drawing
        assert ">ł局</text>" in drawing
    assert [text for warning in recwarn if "Glyph" in (text := str(warning.message))] == []


def test_the_plan_that_comes_along_holds_nothing_unseen(tianjin: Plan):
    _, problems = inspect_plan(tianjin.id)
    assert not problems["rule"].eq("undrawable-text").any()


@needs_chromium[1]
@needs_chromium[0]
def test_a_browser_needs_no_face_of_the_machine(tmp_path: Path):
    with running_chromium() as browser:
        file = tmp_path / "page.html"
        page = f'<meta charset="utf-8"><style>{stylesheet()}</style><body class="portplan"><p>天 ł ✅ \U00020bb7 &#128;'
        file.write_text(with_face(page), "utf-8")
        opened = browser.new_page()
        opened.goto(file.as_uri())
        session = opened.context.new_cdp_session(opened)
        session.send("DOM.enable")
        session.send("CSS.enable")
        root = session.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
        (node,) = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": "p"})["nodeIds"]
        used = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    assert all(font["isCustomFont"] for font in used)
    assert sum(font["glyphCount"] for font in used) == len("天 ł ✅ 吉 €")


@pytest.mark.notebook
def test_no_character_stops_a_page(tmp_path: Path):
    """What a unit writes, and names that are drawn; the data are left as they are."""
    folder = copy_plan(tmp_path)
    change_rows(folder, "progress", lambda row: row.update(progress=row["progress"] + ODD, problems="\x07" + ODD))
    change_rows(folder, "units", lambda row: row.update(short=row["short"] + "ł✅", short_en=f"{row['short_en']} ł✅"))
    _, problems = inspect_plan(str(folder))
    rows = problems[problems["rule"].eq("undrawable-text")].set_index(["file", "column", "row"])["message"]
    assert rows["progress.csv", "progress", 2].endswith("：U+200B, U+202E, ✅ U+2705, \U00020bb7 U+20BB7, U+E0FFF")
    assert rows["progress.csv", "problems", 3].endswith(
        "：U+0007, U+200B, U+202E, ✅ U+2705, \U00020bb7 U+20BB7, U+E0FFF"
    )
    assert rows["units.csv", "short", 2].endswith("：✅ U+2705")

    inputs = read_inputs(str(folder))
    wanted = [
        (name, asked(inputs, lang=lang, **unit))
        for name, unit in {"theme_coverage": {}, "unit_brief": {"unit": "tj-customs"}}.items()
        for lang in languages()
    ]
    run = make_reports(wanted, inputs, folder=tmp_path / "site", jobs=2)
    assert run.counts() == {"made": len(wanted)}, [outcome.reason for outcome in run.outcomes]
    pages = [outcome.path.read_text("utf-8") for outcome in run.outcomes]
    for page in pages:
        assert drawable().issuperset(map(ord, page))
        assert f"ł{SUBSTITUTE}" in page
    assert all(f"ł{SUBSTITUTE}</text>" in page for page in pages if "<svg" in page and "tj-customs</dd>" not in page)
    briefs = [page for page, outcome in zip(pages, run.outcomes, strict=True) if outcome.report == "unit_brief"]
    assert len(briefs) == len(languages())
    assert all("Traceback (most recent call last)" in page for page in briefs)
    files = [
        base64.b64decode(data).decode("utf-8") for data in re.findall(r"data:text/csv;base64,([^\"]*)", "".join(pages))
    ]
    assert any(ODD in file for file in files)
