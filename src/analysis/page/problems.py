"""The problems of a plan's data as one page that needs nothing else, in the look of the reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from analysis import exhibits
from analysis.catalogue import FIRST, tag_of
from analysis.language import Language
from analysis.page.face import with_face
from analysis.page.html import CONTENT_POLICY, template

if TYPE_CHECKING:
    from collections.abc import Sequence


def problems_page(title: str, problems: pd.DataFrame, *, banners: Sequence[str] = (), lang: str = FIRST) -> str:
    """A page that lists problems, errors before warnings.

    Parameters
    ----------
    title : str
        The plan's title.
    problems : pandas.DataFrame
        Columns of `analysis.schema.PROBLEM_COLUMNS`.
    banners : sequence of str
        What must be said first, as that the record is made up.
    lang : str
        The language of what the page itself says.
    """
    say = Language(lang)
    shown = problems.assign(row=["" if row is pd.NA else say("row {row}", row=row) for row in problems["row"]])
    names = {
        "error": say("Errors: no report can be made until they are mended"),
        "warning": say("Warnings: please check"),
    }
    groups = [(name, shown[shown["severity"].eq(key)].to_dict("records")) for key, name in names.items()]
    errors, warnings = (len(rows) for _, rows in groups)
    counted = [say.count(errors, "{n} error", "{n} errors"), say.count(warnings, "{n} warning", "{n} warnings")]
    page = template("problems/index.html.j2").render(
        lang=tag_of(lang),
        title=title,
        policy=CONTENT_POLICY,
        style=Markup(exhibits.stylesheet()),
        banners=banners,
        headline=say("{errors}, {warnings}.", errors=counted[0], warnings=counted[1])
        if len(shown)
        else say("No problem was found."),
        groups=groups,
        heading=say("Check of the data"),
        heads=(say("Place"), say("Content"), say("Problem")),
    )
    return with_face(page)
