"""Pages as somebody reads them who has only the page: its HTML and the text of its drawings.

`render` runs the code cells of a report's notebook in this process, which is quick, and gives the HTML that they show.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from analysis import exhibits, plan

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
VOID = {"br", "hr", "img", "input", "meta", "link", "wbr"}
MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]


def render(report: str, opened: dict[str, plan.Plan], *, with_drawings: bool = True, **asked: str) -> str:
    """What a report's notebook shows; plans that were opened before are not opened again."""
    outputs = displayed(report, opened, with_drawings=with_drawings, **asked)
    return "".join(html for html, _ in outputs if not html.startswith("<style"))


def displayed(
    report: str, opened: dict[str, plan.Plan], *, with_drawings: bool = True, **asked: str
) -> list[tuple[str, dict[str, Any]]]:
    """What a report's notebook displays: HTML, and what it is said to be."""

    def open_once(name: str) -> plan.Plan:
        if name not in opened:
            opened[name] = real_open(name)
        return opened[name]

    outputs: list[tuple[str, dict[str, Any]]] = []
    real_open = plan.open_plan
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "open_plan", open_once)
        patch.setattr(exhibits, "display", lambda html, metadata: outputs.append((html.data, metadata)))
        if not with_drawings:
            patch.setattr(exhibits, "to_svg", lambda *_: ())
        names: dict[str, Any] = {
            **dict.fromkeys(("plan_id", "as_of", "known_at", "compare_to", "unit", "theme"), ""),
            "lang": "zh",
            **asked,
        }
        for cell in json.loads((NOTEBOOKS / f"{report}.ipynb").read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "code" and "parameters" not in cell["metadata"].get("tags", []):
                exec(compile("".join(cell["source"]), report, "exec"), names)
    return outputs


# HTML as a tree.


@dataclass
class Node:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, tag: str, class_: str = "") -> list[Node]:
        return [
            n for n in self.walk() if n.tag == tag and (not class_ or class_ in n.attributes.get("class", "").split())
        ]

    def first(self, tag: str, class_: str = "") -> Node | None:
        return next(iter(self.all(tag, class_)), None)

    def text(self, *, without: tuple[str, ...] = ()) -> str:
        parts = [
            child if isinstance(child, str) else child.text(without=without)
            for child in self.children
            if isinstance(child, str) or child.tag not in without
        ]
        return re.sub(r"\s+", " ", "".join(parts)).strip() if self.tag != "q" else "".join(parts)


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("root")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open[-1].tag == tag, f"{self.open[-1].tag} closed by {tag}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


# What stands on a page.


@dataclass
class Exhibit:
    """A finding with its drawing, table and file."""

    key: str
    finding: str
    note: str
    caption: str
    heads: list[str]
    rows: list[list[str]]
    file: list[list[str]]
    drawings: list[list[str]]
    alt: str


@dataclass
class Page:
    """What stands on a page, as text."""

    title: str
    headline: str
    moved: str
    dates: list[str]
    keys: list[tuple[str, str, str]]
    exhibits: dict[str, Exhibit]
    tree: Node


def read_page(html: str) -> Page:
    parser = _Tree()
    parser.feed(html)
    assert parser.open == [parser.root], "something is left open"
    tree = parser.root
    opening = tree.first("header", "opening")
    assert opening is not None
    keys = []
    for pair in (opening.first("dl", "keys") or Node("dl")).all("div"):
        told = pair.first("dd") or Node("dd")
        keys.append((_text(pair.first("dt")), _text(told.first("strong")), _text(told.first("span"))))
    dates = [span.text() for span in (opening.first("p", "dates") or Node("p")).all("span")]
    found = [_exhibit(section) for section in tree.all("section", "exhibit")]
    return Page(
        title=_text(opening.first("h1")),
        headline=_text(opening.first("p", "headline")),
        moved=_text(opening.first("p", "moved")),
        dates=dates,
        keys=keys,
        exhibits={exhibit.key: exhibit for exhibit in found},
        tree=tree,
    )


def _exhibit(section: Node) -> Exhibit:
    heading = section.first("h2") or Node("h2")
    table = section.first("table") or Node("table")
    lines = [[cell.text() for cell in row.walk() if cell.tag in ("th", "td")] for row in table.all("tr")]
    link = next((a for a in section.all("a") if a.attributes.get("href", "").startswith("data:text/csv")), None)
    drawings = [node for node in section.all("svg") if "drawing" in node.attributes.get("class", "")]
    return Exhibit(
        key=heading.attributes.get("id", ""),
        finding=heading.text(),
        note=" ".join(p.text() for p in section.all("p", "note")),
        caption=_text(table.first("caption")),
        heads=lines[0] if lines else [],
        rows=lines[1:],
        file=_file(link.attributes["href"]) if link else [],
        drawings=[[text.text() for text in drawing.all("text")] for drawing in drawings],
        alt=drawings[0].attributes.get("aria-label", "") if drawings else "",
    )


def _file(href: str) -> list[list[str]]:
    content = base64.b64decode(href.partition("base64,")[2]).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))


def _text(node: Node | None) -> str:
    return node.text() if node else ""


# Numbers in what is said.


def with_iso_days(text: str) -> str:
    """A sentence with its days as ISO days, whatever its language."""
    text = re.sub(r"(\d+)年(\d+)月(\d+)日", lambda d: f" {d[1]}-{int(d[2]):02}-{int(d[3]):02} ", text)
    return re.sub(
        rf"(\d+) ({'|'.join(MONTHS)}) (\d{{4}})",
        lambda d: f" {d[3]}-{MONTHS.index(d[2]) + 1:02}-{int(d[1]):02} ",
        text,
    )


def numbers(text: str) -> list[str]:
    """The numbers of a sentence in their order."""
    found = re.findall(r"\d{4}-\d\d-\d\d|\d{4}-\d\d(?!\d)|\d[\d,]*(?:\.\d+)?(?: ?%)?", with_iso_days(text))
    return [one.rstrip(",").replace(",", "").replace(" ", "") for one in found]


def counted(text: str) -> Counter[str]:
    """How often each number is in a sentence, in either language; of a month without a day only its year counts."""
    text = re.sub(r"(\d{4})年\d+月", r"\1", with_iso_days(text))
    # Where names are left out, English says how many, and both say how many there are.
    text = re.sub(r" and \d+ more, (?=\d+ in all)", " ", text)
    # Of one, English need not say how many.
    text = re.sub(r"(?<=the last) (?=period)|(?<=最近)一(?=期)|(?<=\bThe )one(?= promise)", " 1 ", text)
    return Counter(numbers(text))
