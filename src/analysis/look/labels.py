"""The names that a figure shows, and the key that names its rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

Labels = Mapping[str, Mapping[str, str]]
"""Name space → key → display name; see `name_of`."""


def name_of(labels: Labels | None, space: str, key: object, *, otherwise: str = "") -> str:
    """The display name of a key.

    Each kind of thing has a name space of its own, so that a unit with the id ``closed`` renames no state:

    ============================== ============================================================================
    unit_id, theme_id, measure_id  ids, by the column that holds them
    state, feedback                `analysis.schema.BUCKETS`, `analysis.schema.FEEDBACK`
    kind                           the plan's kinds of units
    column                         names of a frame's columns
    drawing                        words that only a drawing uses:

                                   - why there is no drawing: nothing, nothing_due, nothing_completed, one_unit,
                                     no_forecast
                                   - beneath it, with ``{n}``: rows_left_out, columns_left_out
                                   - axes: count_of, rate_of, share_of_units, share_of_load, days_since_notice;
                                     shortened_beyond (with ``{n}``); own_scales; Q1 … Q4, H1, H2
                                   - lines: scope_line, planned_line, reported_line, closed_line, even_load, p50, p85
                                   - last_open, of the periods that are not in; note, at the row that is noted
    ============================== ============================================================================

    Parameters
    ----------
    labels : mapping, optional
        Name space → key → display name; any part may be left out.
    space : str
    key : object
        As it stands in a frame.
    otherwise : str
        What to say where the label is missing; the key itself when left out.
    """
    return (labels or {}).get(space, {}).get(str(key), otherwise or str(key))


def by_key(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its first column, the key of its rows, as the index.

    Raises
    ------
    ValueError
        When the key stands in the index already, as `pandas.crosstab` and `groupby` leave it: the first column would
        be taken for it.
    """
    if frame.index.name is not None:
        raise ValueError(f"各行的标识在索引 {frame.index.name} 里；应是第一列，请先 .reset_index()")
    return frame.set_index(str(frame.columns[0]))
