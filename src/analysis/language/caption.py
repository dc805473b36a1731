"""What stands around a figure or a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.charts import Labels
    from analysis.language.speaker import Language


@dataclass(frozen=True)
class Caption:
    """The finding, the alternative text, the source, and the names to draw with.

    What stands in the annex, for analysts, is closed until somebody opens it, under the words of `annex`.

    The source stands inside each drawing, too, so that a figure that is copied out of its page still says what it
    rests on, and that a record is made up.
    """

    key: str
    finding: str
    alt: str
    source: str
    labels: Labels = field(default_factory=dict)
    note: str = ""
    annex: str = ""


def caption(
    say: Language,
    *,
    key: str,
    finding: str,
    record: bool,
    alt: str = "",
    note: str = "",
    names: Labels | None = None,
    drawing: Mapping[str, str] | None = None,
    annex: str = "",
) -> Caption:
    """What stands around a figure.

    Parameters
    ----------
    key : str
        Names the figure in addresses within the page.
    finding : str
        What it shows, as a sentence.
    record : bool
        Whether it rests on the record of progress.
    alt : str
        The alternative text of a figure.
    note : str
        What to know when reading it.
    names : mapping, optional
        Name spaces that this figure needs otherwise than they are.
    drawing : mapping, optional
        Words that only its drawing uses.
    annex : str
        What it is called in the annex for analysts; blank where it stands in the page itself.
    """
    usual = {
        "nothing": nothing(say),
        "rows_left_out": say("{n} more are in the data table.", n="{n}"),
        "columns_left_out": say("{n} more columns are in the data table.", n="{n}"),
        "shortened_beyond": say("beyond {n} the scale is shortened", n="{n}"),
        "own_scales": say("each on a scale of its own"),
        **{f"Q{n}": say("Q{n}", n=n) for n in range(1, 5)},
        "H1": say("H1"),
        "H2": say("H2"),
        "count_of": say("Number of measures"),
    }
    labels = {**say.labels, **(names or {}), "drawing": {**usual, **(drawing or {})}}
    return Caption(key, finding, alt, source(say, record=record), labels, note, annex)


def nothing(say: Language) -> str:
    """Why there is nothing to show: no measure names a unit, or none was selected."""
    return say("No measure here names a unit") if len(say.plan.measures) else say("No measure matches this selection")


def source(say: Language, *, record: bool) -> str:
    """Where a figure comes from: the notice alone, or the notice with the record of progress."""
    issuers = say.listing(say.chosen(say.plan.issuers))
    notice = say("Source: notice of {date} by {issuers}", date=say.date(say.plan.issued), issuers=issuers)
    if not record:
        return say("{notice}.", notice=notice)
    rests_on = say("record of progress")
    if say.as_of is not None:
        rests_on = say("record of progress as of {date}", date=say.date(say.as_of))
    if say.plan.is_synthetic:
        return say("{notice}; {record}: synthetic sample, not real.", notice=notice, record=rests_on)
    return say("{notice}; {record}.", notice=notice, record=rests_on)
