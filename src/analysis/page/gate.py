"""The gate: what a page must be before anyone may see it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from analysis.catalogue import languages, tag_of
from analysis.page.html import CONTENT_POLICY
from analysis.schema import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.page.executed import Executed
    from analysis.plan.reading import Reading

LARGEST_PAGE = 2_000_000
_LINKS = ("src", "href", "xlink:href", "srcset", "action", "data", "poster")
_FORBIDDEN = ("script", "iframe", "object", "embed", "link", "base", "form")
_SIZE = re.compile(r"[0-9.]+[wx],?")
"""What stands in a srcset beside an address."""


def refusals(executed: Executed, page: str, now: Reading) -> list[str]:
    """Every reason, in Chinese, why a page may not be published; empty when it may.

    Parameters
    ----------
    executed : Executed
        The notebook that it was made of.
    page : str
    now : analysis.plan.reading.Reading
        Of the plan narrowed to what the page is about.
    """
    reader = _Reader()
    reader.feed(page)
    tags = [tag_of(lang) for lang in languages()]
    reasons = [
        *([] if executed.title else ["笔记本没有页首（标题和首行结论）"]),
        *(f"笔记本出错：{error}" for error in executed.errors),
        *(f"笔记本有警告输出：{warning.strip()[:300]}" for warning in executed.warnings),
        # What is printed only: a unit may write the same words into its feedback.
        *(["笔记本输出了错误追踪（Traceback）"] if any(map(_is_traceback, executed.printed)) else []),
        *_total_faults(executed, now),
        *reader.faults,
        *([f"h1 应恰有一个，现有 {reader.headings} 个"] if reader.headings != 1 else []),
        *([] if reader.title.strip() else ["缺少页面标题 title"]),
        *([] if reader.lang in tags else [f"lang 应为 {'、'.join(tags)} 之一，现为“{reader.lang}”"]),
        *([] if reader.policy == CONTENT_POLICY else ["内容安全策略缺失或被改动"]),
    ]
    size = len(page.encode("utf-8"))
    if size > LARGEST_PAGE:
        reasons.append(f"页面有 {size:,} 字节，上限为 {LARGEST_PAGE:,}")
    return reasons


def _is_traceback(text: str) -> bool:
    return "Traceback (most recent call last)" in text


def _total_faults(executed: Executed, now: Reading) -> Iterator[str]:
    """Totals that a page shows against the plan itself: measures, responsibilities, fractional counts, states."""
    measures, named = len(now.measure_states), now.responsibilities[["measure_id", "unit_id"]].drop_duplicates()
    stated = sum(executed.counts.values())
    if stated != measures:
        yield f"首行各状态之和为 {stated}，应为方案的 {measures} 项措施"
    expected = {
        # A measure that names nobody is nobody's load.
        ("unit_id", "share"): named["measure_id"].nunique(),
        ("unit_id", "named_in"): len(named),
        ("theme_id", "measures"): measures,
    }
    whole = {"unit_id": len(named), "theme_id": measures, "period_end": len(now.measure_panel)}
    for table in executed.totals:
        totals = dict(table.columns)
        right = {column: number for (of, column), number in expected.items() if of == table.of and column in totals}
        if totals.keys() >= set(BUCKETS):
            totals["states"] = sum(totals[state] for state in BUCKETS)
            right |= {"states": whole[table.of]} if table.of in whole else {}
        for column, number in right.items():
            if abs(totals[column] - number) > 0.005:
                yield f"表“{table.caption}”{column} 合计为 {totals[column]:g}，应为 {number}"


def _points_outside(name: str, value: str) -> bool:
    addresses = [word for word in value.split() if not _SIZE.fullmatch(word)] if name == "srcset" else [value]
    return not all(address.startswith(("data:", "#")) for address in addresses or [""])


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
        self.faults += [
            f"<{tag} {name}> 指向页面之外：{given[name][:80]}"
            for name in set(_LINKS) & given.keys()
            if _points_outside(name, given[name])
        ]
        self.faults += [f"<{tag}> 带有脚本 {name}" for name in given if name.startswith("on")]
        self._look_for_words(tag, given)
        self._look_at_the_page(tag, given)
        self._in_title = tag == "title"

    def _look_for_words(self, tag: str, given: dict[str, str]) -> None:
        if tag == "img" and not given.get("alt"):
            self.faults.append('图片缺少替代文字 alt：请用 exhibits.picture(图, alt="…") 显示')
        if tag == "svg" and "drawing" in given.get("class", "") and not given.get("aria-label"):
            self.faults.append("图缺少替代文字 aria-label")

    def _look_at_the_page(self, tag: str, given: dict[str, str]) -> None:
        if tag == "html":
            self.lang = given.get("lang", "")
        elif tag == "meta" and given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given.get("content", "")
        elif tag == "h1":
            self.headings += 1

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
