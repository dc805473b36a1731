"""A page: what an executed notebook says of itself, what becomes of it, what the gate lets through."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import nbformat
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis import exhibits
from analysis.catalogue import languages, tag_of
from analysis.exhibits import METADATA
from analysis.faces import visible
from analysis.language import Language
from analysis.opening import Chrome, opening
from analysis.page import (
    CONTENT_POLICY,
    Executed,
    Totals,
    narrowed_face,
    problems_page,
    refusals,
    to_page,
    with_face,
)
from analysis.page.face import characters
from analysis.page.markdown import to_html
from analysis.report import make_reports, read_inputs
from analysis.runner import ENGINES
from analysis.schema import BUCKETS
from analysis.site import read_manifest
from tests.plans import asked, notebook, registry_of
from tests.sites import faults
from tests.situations import deciding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from analysis.plan import Plan
    from analysis.plan.reading import Reading

CHROME = Chrome(lang="en", skip="Skip", title="Source", terms=(("Inputs", "none"),))
OPENING = {"role": "opening", "title": "T", "headline": "H", "lang": "en", "banners": ["B"], "counts": {"closed": 31}}
DATA = "data:image/png;base64,AAAA"


def shown(markup: str, declared: Mapping[str, Any] | None = None) -> nbformat.NotebookNode:
    """A cell that showed something, and what it declares of it."""
    metadata = {METADATA: declared} if declared else {}
    return new_code_cell("show()", outputs=[new_output("display_data", {"text/html": markup}, metadata=metadata)])


def executed(*cells: nbformat.NotebookNode) -> Executed:
    """A notebook with an opening and more cells, as if it had run."""
    return Executed.of(new_notebook(cells=[shown("<h1>T</h1>", OPENING), *cells]))


def test_an_executed_notebook_says_what_it_is() -> None:
    table = {"role": "exhibit", "caption": "C", "of": "unit_id", "rows": 2, "totals": {"share": 31.0}}
    stderr = new_code_cell("warn()", outputs=[new_output("stream", name="stderr", text="careful")])
    one = executed(shown("", {"role": "exhibit"}), shown("", table), stderr, new_markdown_cell("a note"))
    assert (one.title, one.headline, one.lang, one.banners, one.counts) == ("T", "H", "en", ("B",), {"closed": 31})
    assert one.totals == (Totals("C", "unit_id", 2, {"share": 31.0}),)
    assert (one.errors, one.warnings, one.source, one.traceback) == ((), ("careful",), "", "")
    assert Executed.of({}) == Executed({})


@pytest.mark.thorough
@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1))
@example('港"}</style><script>')
def test_every_sheet_says_what_it_is_of_and_that_it_is_made_up(line: str) -> None:
    """The page's title and the head of each sheet are the opening's line, whatever is in it."""
    one = Executed.of(new_notebook(cells=[shown("<h1>T</h1>", OPENING | {"running": line})]))
    page = to_page(one, CHROME)
    (head,) = re.findall(r'@top-left\{content:"([^"]*)"\}', page)
    assert re.sub(r"\\([0-9a-f]+) ", lambda found: chr(int(found[1], 16)), head) == visible(line)
    title = re.search("<title>(.*?)</title>", page)
    assert title
    assert html.unescape(title[1]) == visible(line)
    assert page.count("<style>") == page.count("</style>") == 1


@pytest.mark.thorough
def test_the_line_on_each_sheet_has_report_plan_day_and_mark(tianjin: Plan) -> None:
    now = tianjin.at("2025-03-31")
    for lang, line in {
        "zh": "题 · 天津口岸2024年促进跨境贸易便利化专项行动措施 · 截至2025年3月31日 · 合成示例",
        "en": "题 · Special Action Measures for Facilitating Cross-border Trade at the Tianjin Ports of Entry, 2024"
        " · As of 31 March 2025 · synthetic sample",
    }.items():
        assert opening(Language(lang, tianjin), title="题", headline="", now=now, then=now).running == line
    real = replace(tianjin, progress_provenance="real")
    now = real.at("2025-03-31")
    told = opening(Language("zh", real), title="题", headline="", now=now, then=now).running
    assert told == "题 · 天津口岸2024年促进跨境贸易便利化专项行动措施 · 截至2025年3月31日"


def test_an_executed_notebook_says_where_it_ended(tmp_path: Path) -> None:
    """As it lies in its file, where texts are lists of lines."""
    error = new_output("error", ename="ValueError", evalue="no", traceback=["Trace", "back"])
    raised = new_notebook(cells=[new_code_cell("a"), new_code_cell("b\nc", outputs=[error]), new_code_cell("d")])
    running = new_notebook(cells=[new_code_cell("a"), new_code_cell("b\nc"), new_code_cell("d")])
    running.cells[1].metadata["papermill"] = {"status": "running"}
    read = []
    for one in (raised, running):
        nbformat.write(one, tmp_path / "n.ipynb")
        read.append(Executed.of(json.loads((tmp_path / "n.ipynb").read_text("utf-8"))))
    assert [(one.source, one.traceback) for one in read] == [("b\nc", "Trace\nback"), ("b\nc", "")]
    assert [one.errors for one in read] == [("ValueError: no",), ()]


@pytest.mark.thorough
def test_a_page_is_the_same_whether_or_not_the_face_was_narrowed_before() -> None:
    """Of characters that the narrowed face has, of one that it lacks, of one that no face here has."""
    narrowed = narrowed_face("天津")
    for text in ("津 é…≥→", "天津港", "天\U0001f600"):
        page = f"<html><style></style><body>{text}</body></html>"
        assert with_face(page, narrowed=narrowed) == with_face(page)


def test_the_policy_allows_nothing_from_outside() -> None:
    allowed = {name: rest for name, _, rest in (part.partition(" ") for part in CONTENT_POLICY.split("; "))}
    assert allowed == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "font-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_characters_are_those_that_a_reader_sees() -> None:
    page = '<style>a{content:"x"}</style><p title="t">&lt;&#20013;&amp;</p>'
    assert characters(page).strip() == "&<中"


@pytest.mark.thorough
def test_a_page_has_a_face_of_exactly_its_own_characters() -> None:
    """The more characters, the larger; markup and style are no text."""
    small, styled, more = (
        len(with_face(f"<style></style>{text}")) - len(text)
        for text in ("<p>天津</p>", '<p class="港口货物">天津</p><style>a:港口货物</style>', "<p>天津港口货物</p>")
    )
    assert small == styled < more


@pytest.mark.thorough
@pytest.mark.parametrize("lang", languages())
def test_a_good_page_passes_in_every_language(tianjin: Plan, lang: str) -> None:
    one = executed()
    page = to_page(one, replace(CHROME, lang=lang))
    assert f'<html lang="{tag_of(lang)}">' in page
    assert refusals(one, page, at(tianjin), ZH) == []


ZH = Language("zh")


def at(tianjin: Plan) -> Reading:
    """The plan at the end of its fourth period."""
    return tianjin.at("2024-09-30")


def put(html: str) -> Callable[[str], str]:
    return lambda page: page.replace("</main>", f"{html}</main>", 1)


def swap(old: str, new: str) -> Callable[[str], str]:
    def change(page: str) -> str:
        assert old in page
        return page.replace(old, new)

    return change


OUTSIDE = "指向页面之外"
CHANGES: dict[str, tuple[Callable[[str], str], str]] = {
    "src": (put('<img alt="x" src="x.png">'), OUTSIDE),
    "an empty src": (put('<img alt="x" src="">'), OUTSIDE),
    "href": (put('<a href="https://example.org">x</a>'), OUTSIDE),
    "a script's address": (put('<a href="javascript:alert(1)">x</a>'), OUTSIDE),
    "srcset": (put('<img alt="x" srcset="https://example.org/x.png 2x">'), OUTSIDE),
    "srcset, the second": (put(f'<img alt="x" srcset="{DATA} 1x, https://example.org/x.png 2x">'), OUTSIDE),
    "srcset, without a space": (put(f'<img alt="x" srcset="{DATA} 1x,//example.org/x.png 2x">'), OUTSIDE),
    "poster": (put('<video poster="//example.org/x.png"></video>'), OUTSIDE),
    "action": (put('<button action="/x">x</button>'), OUTSIDE),
    "data": (put('<p data="x.svg"></p>'), OUTSIDE),
    "xlink:href": (put('<svg><use xlink:href="https://example.org/x.svg#a"/></svg>'), OUTSIDE),
    "a handler": (put('<p onclick="alert(1)">x</p>'), "带有脚本 onclick"),
    "a handler in capitals": (put('<svg ONLOAD="alert(1)"></svg>'), "带有脚本 onload"),
    **{
        f"<{tag}>": (put(f"<{tag}></{tag}>"), f"不允许 <{tag}>")
        for tag in ("script", "iframe", "object", "embed", "link", "base", "form")
    },
    "a picture without words": (put(f'<img src="{DATA}">'), "exhibits.picture("),
    "a picture of blank words": (put(f'<img alt="" src="{DATA}">'), "缺少替代文字 alt"),
    "a drawing without words": (put('<svg class="drawing wide"></svg>'), "aria-label"),
    "a second heading": (put("<h1>x</h1>"), "h1 应恰有一个，现有 2 个"),
    "no heading": (swap("<h1>T</h1>", "<h2>T</h2>"), "h1 应恰有一个，现有 0 个"),
    "no title": (swap("<title>T</title>", "<title> </title>"), "缺少页面标题"),
    "another language": (swap('<html lang="en-GB">', '<html lang="fr">'), "lang 应为 zh-CN、en-GB 之一"),
    "no language": (swap('<html lang="en-GB">', "<html>"), "lang 应为"),
    "no policy": (swap("Content-Security-Policy", "Content-Policy"), "内容安全策略"),
    **{
        f"a policy without {directive}": (swap(f"{directive}", "img-src *"), "内容安全策略")
        for directive in CONTENT_POLICY.split("; ")
    },
    "a policy that allows one more": (swap("img-src data:", "img-src data: https:"), "内容安全策略"),
    "too much": (put("x" * 2_000_000), "上限为 2,000,000"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("what", CHANGES)
def test_the_gate_refuses_a_changed_page(tianjin: Plan, what: str) -> None:
    change, reason = CHANGES[what]
    one = executed()
    reasons = refusals(one, change(to_page(one, CHROME)), at(tianjin), ZH)
    assert any(reason in line for line in reasons), reasons
    in_english = refusals(one, change(to_page(one, CHROME)), at(tianjin), Language("en"))
    assert len(in_english) == len(reasons)
    assert not re.search("[\u4e00-\u9fff]", "".join(in_english))


ALLOWED = [
    f'<img alt="x" src="{DATA}">',
    f'<img alt="x" srcset="{DATA} 1x, {DATA} 2x">',
    '<a href="#main">x</a>',
    '<svg><use xlink:href="#a"/></svg>',
    f'<video poster="{DATA}"></video>',
    "<p one='1'></p>".replace("one", "data-on"),
    "<td>Traceback (most recent call last)</td>",
]


@pytest.mark.thorough
@pytest.mark.parametrize("html", ALLOWED)
def test_the_gate_lets_through_what_stays_on_the_page(tianjin: Plan, html: str) -> None:
    one = executed()
    assert refusals(one, put(html)(to_page(one, CHROME)), at(tianjin), ZH) == []


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": ""}, "笔记本没有页首（标题和首行结论）"),
        ({"errors": ("ValueError: no",)}, "笔记本出错：ValueError: no"),
        ({"warnings": (" old\n",)}, "笔记本有警告输出：old"),
        ({"printed": ("1\nTraceback (most recent call last):\n",)}, "笔记本输出了错误追踪（Traceback）"),
        ({"counts": {"closed": 30}}, "首行各状态之和为 30，应为方案的 31 项措施"),
    ],
)
def test_the_gate_refuses_what_the_notebook_says(tianjin: Plan, change: dict[str, Any], reason: str) -> None:
    one = executed()
    assert refusals(replace(one, **change), to_page(one, CHROME), at(tianjin), ZH) == [reason]


STATES = dict.fromkeys(BUCKETS, 0.0)


def right_totals(plan: Plan) -> list[Totals]:
    """As the plan's own tables have it: measures, and pairs of a measure and a unit, over four periods."""
    first, ends = BUCKETS[0], 4
    measures, pairs = len(plan.measures), len(plan.responsibilities.drop_duplicates(["measure_id", "unit_id"]))
    return [
        Totals("单位", "unit_id", 24, {"share": float(measures), "named_in": pairs, "other": 5}),
        Totals("主题", "theme_id", 6, {"measures": measures}),
        Totals("单位状态", "unit_id", 24, STATES | {first: pairs}),
        Totals("主题状态", "theme_id", 6, STATES | {first: measures}),
        Totals("各期", "period_end", ends, STATES | {first: ends * measures}),
        Totals("其他", "kind", 4, {"share": 3, "measures": 7, **STATES}),
    ]


@pytest.mark.thorough
def test_the_gate_counts_who_is_on_a_measure_at_the_day(tianjin: Plan) -> None:
    """A unit that left a measure is counted before that day, and not after it."""
    measure, unit = tianjin.responsibilities[["measure_id", "unit_id"]].iloc[-1]
    plan = deciding(tianjin, "left", [measure], on="2024-08-20", unit_id=unit)
    pairs = len(plan.responsibilities.drop_duplicates(["measure_id", "unit_id"]))
    for day, right in (("2024-08-19", pairs), ("2024-08-21", pairs - 1)):
        for stated, told in ((right, 0), (right + 1, 1), (right - 1, 1)):
            one = replace(executed(), totals=(Totals("单位", "unit_id", 24, {"named_in": stated}),))
            assert len(refusals(one, to_page(one, CHROME), plan.at(day), ZH)) == told


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("place", "column"),
    [(0, "share"), (0, "named_in"), (1, "measures"), (2, BUCKETS[-1]), (3, BUCKETS[-1]), (4, BUCKETS[-1])],
)
def test_the_gate_adds_up_every_table(tianjin: Plan, place: int, column: str) -> None:
    one = executed()
    page = to_page(one, CHROME)
    assert refusals(replace(one, totals=tuple(right_totals(tianjin))), page, at(tianjin), ZH) == []
    for wrong in (0.01, -1.0):
        tables = right_totals(tianjin)
        columns = {**tables[place].columns, column: tables[place].columns[column] + wrong}
        tables[place] = replace(tables[place], columns=columns)
        (reason,) = refusals(replace(one, totals=tuple(tables)), page, at(tianjin), ZH)
        assert f"表“{tables[place].caption}”" in reason
        assert "合计为" in reason


class _Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


SLY = """
# A heading
<script>alert(1)</script> and <b onclick="x()">bold</b>

<iframe src="https://example.org"></iframe>

[a site](https://example.org "title") [sly](javascript:alert(1)) [here](#main) <https://example.org/auto>
www.example.org https://example.org/bare [ref] ![pixel *x*](https://example.org/x.png) ![file](x.png)
![pasted](attachment:a.png) ![lost](attachment:lost.png) ![kept](data:image/png;base64,AAAA "t")

[ref]: https://example.org/ref

```mermaid
<img src=x onerror=alert(1)>
```

```python
"<script>"
```

| a | b |
|---|---|
| 1 | $x<y$ |

- [ ] task
"""


@pytest.mark.thorough
def test_markdown_brings_nothing_raw_and_nothing_from_elsewhere() -> None:
    html = to_html(new_markdown_cell(SLY, attachments={"a.png": {"image/png": "BBBB"}}))
    seen = _Tags(html).seen
    tags = {tag for tag, _ in seen}
    assert not tags & {"script", "iframe", "b", "h1"}
    assert [attrs for tag, attrs in seen if tag == "a"] == [{"href": "#main"}]
    pictures = [(attrs["src"], attrs["alt"]) for tag, attrs in seen if tag == "img"]
    assert pictures == [("data:image/png;base64,BBBB", "pasted"), (DATA, "kept")]
    assert not any(name.startswith("on") for _, attrs in seen for name in attrs)
    assert {"h2", "table", "code", "em"} <= tags
    for text in ("a site", "sly", "pixel", "file", "lost", "ref", "&lt;script&gt;alert(1)"):
        assert text in html
    assert 'href="http' not in html
    assert 'src="http' not in html


@pytest.mark.thorough
def test_only_a_cell_that_is_tagged_goes_into_the_page(tianjin: Plan) -> None:
    said = new_markdown_cell("# 说明\n**要点** 1 < 2", metadata={"tags": ["page"]})
    one = executed(new_markdown_cell("a note for ourselves"), said, shown("<p>after</p>"))
    page = to_page(one, CHROME)
    assert "ourselves" not in page
    assert page.index("<h2>说明</h2>") < page.index("<strong>要点</strong> 1 &lt; 2") < page.index("<p>after</p>")
    assert refusals(one, page, at(tianjin), ZH) == []


@pytest.mark.thorough
def test_sly_markdown_passes_the_gate_as_text(tianjin: Plan) -> None:
    one = executed(new_markdown_cell(SLY.replace("attachment:a.png", "x"), metadata={"tags": ["page"]}))
    assert refusals(one, to_page(one, CHROME), at(tianjin), ZH) == []


@pytest.mark.thorough
def test_problems_are_listed_errors_first() -> None:
    rows = [
        {
            "severity": severity,
            "file": "a.csv",
            "row": row,
            "column": "c",
            "value": "<b>",
            "rule": "r",
            "message": f"规则{row}",
        }
        for severity, row in (("warning", 7), ("error", pd.NA))
    ]
    page = problems_page("方案", pd.DataFrame(rows), banners=["示例"])
    assert '<html lang="zh-CN">' in page
    assert "1 处错误，1 处提醒。" in page
    assert "示例" in page
    assert page.index("错误：") < page.index("提醒：")
    assert "第7行" in page
    assert "第<NA>" not in page
    assert "<b>" not in page
    assert "&lt;b&gt;" in page
    assert "没有发现问题。" in problems_page("方案", pd.DataFrame(rows)[:0])


PICTURES = [
    "from analysis import exhibits\nfrom matplotlib import pyplot",
    "axes = pyplot.figure(figsize=(4, 2)).add_subplot()\naxes.plot([1, 3, 2])\n"
    "exhibits.picture(axes, alt='Up and down, \"fast\"')",
    "figure, (left, right) = pyplot.subplots(1, 2)\nright.bar([1, 2], [3, 4])\nexhibits.picture(figure, alt='Bars')",
    "assert pyplot.get_fignums() == []",
]


@pytest.mark.notebook
def test_an_ordinary_notebook_becomes_a_page(tmp_path: Path) -> None:
    """With plain figures and an analyst's own words, in a warm process and in a kernel: the same page."""
    file = notebook(tmp_path / "plain.ipynb", *PICTURES)
    stored = nbformat.read(file, 4)
    stored.cells.append(new_markdown_cell("## 我的看法\n见 [原文](https://example.org)。", metadata={"tags": ["page"]}))
    stored.cells.append(new_markdown_cell("内部备忘"))
    nbformat.write(stored, file)
    inputs = read_inputs("tianjin-2024")
    pages = []
    for engine in ENGINES:
        run = make_reports(
            [("plain", asked(inputs))],
            inputs,
            folder=tmp_path / engine,
            registry=registry_of({"plain": file}),
            engine=engine,
        )
        assert run.counts() == {"made": 1}, run.outcomes[0].reason
        pages.append(run.outcomes[0].path.read_text("utf-8"))
    assert pages[0] == pages[1]
    pictures = [attrs for tag, attrs in _Tags(pages[0]).seen if tag == "img"]
    assert [picture["alt"] for picture in pictures] == ['Up and down, "fast"', "Bars"]
    assert all(str(picture["src"]).startswith("data:image/png;base64,iVBOR") for picture in pictures)
    assert "<h3>我的看法</h3>" in pages[0]
    assert "见 原文。" in pages[0]
    assert "内部备忘" not in pages[0]


def test_a_picture_without_words_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="替代文字"):
        exhibits.picture(Figure(), alt=" ")


@pytest.mark.notebook
def test_a_plain_figure_is_refused_with_the_line_that_helps(tmp_path: Path) -> None:
    """One that comes after a picture, too: showing a picture has not hidden it."""
    file = notebook(tmp_path / "plain.ipynb", *PICTURES[:2], "pyplot.plot([1, 2])")
    inputs = read_inputs("tianjin-2024")
    registry = registry_of({"plain": file})
    (outcome,) = make_reports([("plain", asked(inputs))], inputs, folder=tmp_path / "site", registry=registry).outcomes
    assert outcome.result == "refused"
    assert outcome.reason == '图片缺少替代文字 alt：请用 exhibits.picture(figure, alt="…") 显示'
    failure = read_manifest(tmp_path / "site").failures[outcome.address]
    assert "exhibits.picture" in (tmp_path / "site" / failure.page).read_text("utf-8")


GATE = {
    "no opening": ("pass", False, "没有页首"),
    "a warning": ("import warnings; warnings.warn('old')", True, "警告输出"),
    "a traceback": ("print('Traceback (most recent call last)')", True, "错误追踪"),
    "a picture from elsewhere": (
        'from IPython.display import HTML, display; display(HTML(\'<img alt="x" src="https://example.org/x.png">\'))',
        True,
        "指向页面之外",
    ),
    "a picture without words": (
        "from matplotlib import pyplot; pyplot.plot([1, 2])[0].figure.show",
        True,
        "缺少替代文字",
    ),
    "a script": (
        "from IPython.display import HTML, display; display(HTML('<script>1</script>'))",
        True,
        "不允许 <script>",
    ),
    "a second heading": (
        "from IPython.display import HTML, display; display(HTML('<h1>x</h1>'))",
        True,
        "h1 应恰有一个",
    ),
    "too much": ("print('x' * 2_100_000)", True, "上限为"),
}


@pytest.mark.notebook
def test_the_gate_refuses_and_says_why(tmp_path: Path) -> None:
    inputs = read_inputs("tianjin-2024")
    files = {
        f"n{place}": notebook(tmp_path / f"n{place}.ipynb", source, opening=opening)
        for place, (source, opening, _) in enumerate(GATE.values())
    }
    files["totals"] = notebook(tmp_path / "totals.ipynb", measures=30)
    files["fine"] = notebook(tmp_path / "fine.ipynb")
    wanted = [(name, asked(inputs)) for name in files]
    run = make_reports(wanted, inputs, folder=tmp_path / "site", started="now", registry=registry_of(files))
    outcomes = {outcome.report: outcome for outcome in run.outcomes}
    for place, (what, (_, _, reason)) in enumerate(GATE.items()):
        assert outcomes[f"n{place}"].result == "refused", (what, outcomes[f"n{place}"])
        assert reason in outcomes[f"n{place}"].reason, what
    assert "31 项措施" in outcomes["totals"].reason
    assert outcomes["fine"].result == "made"
    assert faults(tmp_path / "site") == []
    kept = nbformat.read(
        tmp_path / "site" / read_manifest(tmp_path / "site").failures[outcomes["n1"].address].notebook, 4
    )
    assert any(
        output.name == "stderr" for cell in kept.cells for output in cell.outputs if output.output_type == "stream"
    )
