"""The problems of a plan's data as one page that needs nothing else, in the look of the reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from analysis import exhibits
from analysis.catalogue import FIRST, tag_of
from analysis.page.face import with_face
from analysis.page.html import CONTENT_POLICY, template

if TYPE_CHECKING:
    from collections.abc import Sequence

_GROUPS = {"error": "错误：改正之前不能生成报告", "warning": "提醒：请核对"}


def problems_page(title: str, problems: pd.DataFrame, *, banners: Sequence[str] = ()) -> str:
    """A page that lists problems, errors before warnings.

    Parameters
    ----------
    title : str
        The plan's title.
    problems : pandas.DataFrame
        Columns of `analysis.schema.PROBLEM_COLUMNS`.
    banners : sequence of str
        What must be said first, as that the record is made up.
    """
    shown = problems.assign(row=["" if row is pd.NA else str(row) for row in problems["row"]])
    groups = [(name, shown[shown["severity"].eq(key)].to_dict("records")) for key, name in _GROUPS.items()]
    errors, warnings = (len(rows) for _, rows in groups)
    page = template("problems/index.html.j2").render(
        lang=tag_of(FIRST),
        title=title,
        policy=CONTENT_POLICY,
        style=Markup(exhibits.stylesheet()),
        banners=banners,
        headline=f"{errors} 处错误，{warnings} 处提醒。" if len(shown) else "没有发现问题。",
        groups=groups,
    )
    return with_face(page)
