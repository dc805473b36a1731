"""The gate: what a page must be before anyone may see it."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from analysis import exhibits
from analysis.plan import Plan
from analysis.report.face import missing_glyphs
from analysis.report.page import CONTENT_POLICY, opening_of
from analysis.schema import BUCKETS

if TYPE_CHECKING:
    from nbformat import NotebookNode

LARGEST_PAGE = 2_000_000
_LINKS = ("src", "href", "xlink:href", "srcset", "action", "data", "poster")
_FORBIDDEN = ("script", "iframe", "object", "embed", "link", "base", "form")


def refusals(notebook: NotebookNode, page: str, plan: Plan) -> list[str]:
    """Every reason, in Chinese, why a page may not be published; empty when it may.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        As it was executed.
    page : str
    plan : analysis.plan.Plan
        Narrowed to what the page is about.
    """
    found = _Reader()
    found.feed(page)
    reasons = [
        *_notebook_faults(notebook),
        *_total_faults(notebook, plan),
        *found.faults,
        *([f"h1 应恰有一个，现有 {found.headings} 个"] if found.headings != 1 else []),
        *(["缺少页面标题 title"] if not found.title.strip() else []),
        *([f"lang 应为 zh-CN 或 en，现为“{found.lang}”"] if found.lang not in ("zh-CN", "en") else []),
        *(["内容安全策略缺失或被改动"] if found.policy != CONTENT_POLICY else []),
    ]
    size = len(page.encode("utf-8"))
    if size > LARGEST_PAGE:
        reasons.append(f"页面有 {size:,} 字节，上限为 {LARGEST_PAGE:,}")
    missing = missing_glyphs(page)
    if missing:
        reasons.append(f"字体缺少这些字：{'、'.join(f'{char}（U+{ord(char):04X}）' for char in missing[:20])}")
    if "Traceback (most recent call last)" in page:
        reasons.append("页面上有错误追踪（Traceback）")
    return reasons


def _total_faults(notebook: NotebookNode, plan: Plan) -> Iterator[str]:
    """Totals that a page shows against the plan itself: measures, responsibilities, fractional counts, states."""
    measures = len(plan.measures)
    pairs = len(plan.responsibilities[["measure_id", "unit_id"]].drop_duplicates())
    stated = sum(opening_of(notebook).get("counts", {}).values())
    if stated != measures:
        yield f"首行各状态之和为 {stated}，应为方案的 {measures} 项措施"
    expected = {("unit_id", "share"): measures, ("unit_id", "named_in"): pairs, ("theme_id", "measures"): measures}
    for told in _told(notebook, "exhibit"):
        totals, of = told.get("totals", {}), told.get("of", "")
        right = {column: number for (lines, column), number in expected.items() if lines == of and column in totals}
        if totals.keys() >= set(BUCKETS):
            totals = {**totals, "states": sum(totals[state] for state in BUCKETS)}
            # Every period's line holds every measure.
            whole = {"unit_id": pairs, "theme_id": measures, "period_end": measures * told["rows"]}
            right |= {"states": whole[of]} if of in whole else {}
        for column, number in right.items():
            if abs(totals[column] - number) > 0.005:
                yield f"表“{told['caption']}”{column} 合计为 {totals[column]:g}，应为 {number}"


def _told(notebook: NotebookNode, role: str) -> Iterator[dict[str, Any]]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            told = output.get("metadata", {}).get(exhibits.METADATA, {})
            if told.get("role") == role:
                yield told


def _notebook_faults(notebook: NotebookNode) -> list[str]:
    faults = [] if opening_of(notebook) else ["笔记本没有页首（标题和首行结论）"]
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                faults.append(f"笔记本出错：{output.ename}: {output.evalue}")
            elif output.output_type == "stream" and output.name == "stderr":
                faults.append(f"笔记本有警告输出：{output.text.strip()[:300]}")
    return faults


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.headings = 0
        self.lang = self.policy = self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _FORBIDDEN:
            self.faults.append(f"不允许 <{tag}>")
        for name in set(_LINKS) & given.keys():
            if not given[name].startswith(("data:", "#")):
                self.faults.append(f"<{tag} {name}> 指向页面之外：{given[name][:80]}")
        for name in given:
            if name.startswith("on"):
                self.faults.append(f"<{tag}> 带有脚本 {name}")
        if tag == "img" and not given.get("alt"):
            self.faults.append("图片缺少替代文字 alt")
        if tag == "svg" and "drawing" in given.get("class", "") and not given.get("aria-label"):
            self.faults.append("图缺少替代文字 aria-label")
        if tag == "html":
            self.lang = given.get("lang", "")
        elif tag == "meta" and given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given.get("content", "")
        elif tag == "h1":
            self.headings += 1
        self._in_title = tag == "title"

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
