"""What was read from a notice beside the notice itself, doubts first, as one page that needs nothing else."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from analysis import exhibits
from analysis.catalogue import FIRST, tag_of
from analysis.page.face import with_face
from analysis.page.html import CONTENT_POLICY, template
from analysis.rules import UNIT_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from analysis.notice import NoticeTables

_ROLES = {"sole": "独立", "joint": "按职责分工", "lead": "牵头", "support": "配合", "unmarked": "未写明分工"}


def review_page(title: str, notice: NoticeTables, tables: Mapping[str, pd.DataFrame], doubts: pd.DataFrame) -> str:
    """A page to check a draft by: each doubt leads to its place in the text and to its measure.

    Parameters
    ----------
    title : str
    notice : analysis.notice.NoticeTables
    tables : mapping of str to pandas.DataFrame
        Those of the draft: themes, measures, units, responsibilities.
    doubts : pandas.DataFrame
        Columns of `analysis.paragraphs.DOUBT_COLUMNS`.
    """
    shown = [{**row, "paragraph": max(bisect_right(notice.lines, row["line"]), 1)} for row in doubts.to_dict("records")]
    doubted = {row["paragraph"] for row in shown}
    measures, named = tables["measures"], tables["responsibilities"]
    of_unit = named.groupby("unit_id")["measure_id"].agg(list).to_dict()
    page = template("review/index.html.j2").render(
        lang=tag_of(FIRST),
        title=title,
        policy=CONTENT_POLICY,
        style=Markup(exhibits.stylesheet()),
        headline=f"{len(measures)} 项措施，{len(tables['units'])} 个责任单位，{len(shown)} 处存疑。",
        doubts=shown,
        units=[
            {**unit, "kind": _kind(unit["kind"]), "measures": of_unit.get(unit["unit_id"], [])}
            for unit in tables["units"].to_dict("records")
        ],
        count=len(measures),
        paragraphs=list(_paragraphs(notice, doubted)),
        themes=list(_themes(notice, tables, {row["measure_id"] for row in shown})),
    )
    return with_face(page)


def _kind(kind: str) -> str:
    return UNIT_KINDS[kind][FIRST] if kind in UNIT_KINDS else kind


def _paragraphs(notice: NoticeTables, doubted: set[int]) -> Iterator[dict[str, Any]]:
    """The text a paragraph after another, in parts that were read alike."""
    marked = notice.spans[notice.spans["kind"] != "measure"].to_dict("records")
    heads = notice.spans[notice.spans["kind"] == "measure"].to_dict("records")
    # Of a measure, its first words are marked: its text is what lies between marks.
    marked += [{**head, "end": min(head["start"] + 6, head["end"])} for head in heads]
    marked.sort(key=lambda span: span["start"])
    start = 0
    for number, line in enumerate(notice.text.split("\n"), start=1):
        end, at, parts = start + len(line), start, []
        for span in marked:
            first, last = max(span["start"], at), min(span["end"], end)
            if first < last:
                parts += [{"kind": "", "text": notice.text[at:first]}] if at < first else []
                parts.append({"kind": span["kind"], "text": notice.text[first:last]})
                at = last
        parts += [{"kind": "", "text": notice.text[at:end]}] if at < end else []
        yield {"parts": parts, "doubted": number in doubted}
        while marked and marked[0]["end"] <= end:
            marked.pop(0)
        start = end + 1


def _themes(notice: NoticeTables, tables: Mapping[str, pd.DataFrame], doubted: set[str]) -> Iterator[dict[str, Any]]:
    """The themes with their measures, each with its units."""
    starts = notice.spans[notice.spans["kind"] == "measure"].set_index("id")["start"]
    units = tables["units"].set_index("unit_id")["name"]
    named = dict(iter(tables["responsibilities"].groupby("measure_id", sort=False)))
    titles = tables["themes"].set_index("theme_id")["title"]
    for theme_id, rows in tables["measures"].groupby("theme_id", sort=False):
        measures = []
        for row in rows.to_dict("records"):
            mine = named.get(row["measure_id"])
            of_measure = [] if mine is None else mine.to_dict("records")
            measures.append(
                {
                    **row,
                    "paragraph": notice.text.count("\n", 0, int(starts.get(row["measure_id"], 0))) + 1,
                    "units": [{"name": units[one["unit_id"]], "role": _ROLES[one["role"]]} for one in of_measure],
                    "doubted": row["measure_id"] in doubted,
                }
            )
        yield {"title": titles.get(theme_id, ""), "measures": measures}
