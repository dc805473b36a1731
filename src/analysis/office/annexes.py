"""What of a page stands in the annexes of a document: wide tables, figures' data, lists, how to read it all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.office.wording import part_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from analysis.language import Language

MOST_HEADS = 6
"""How many columns a table may have in the text itself."""
_MOST_ROWS = 6
"""How many rows; what is asked for next stands there whole."""
_LISTS = {"carries"}
"""Lists of parts that are no chapters."""


@dataclass(frozen=True)
class Annex:
    """An annex: its title, and a table or terms.

    Attributes
    ----------
    key : str
        Of the caption of what the page shows there; blank where no chapter leads to it.
    """

    number: int
    key: str
    title: str
    heads: Sequence[Sequence[str]] = ()
    rows: Sequence[Sequence[str]] = ()
    notes: tuple[str, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()


def annexes(shown: Sequence[Mapping[str, Any]], say: Language) -> list[Annex]:
    """The annexes of a document, in the order of the page."""
    return [Annex(number, **told) for number, told in enumerate(_each(shown, say), start=1)]


def _each(shown: Sequence[Mapping[str, Any]], say: Language) -> Iterator[dict[str, Any]]:
    for one in shown:
        table, caption = one.get("table") or {}, one.get("caption") or {}
        fragment, key = one["fragment"], caption.get("key", "")
        notes = (
            caption.get("note", "") if one.get("drawings") else "",
            table.get("marks", ""),
            caption.get("source", ""),
        )
        if fragment == "tiles" and one["strip"]:
            yield {"key": key, "title": say("All measures"), **_measures(one, say), "notes": notes}
        elif fragment == "parts" and key in _LISTS and table["rows"]:
            yield {"key": key, "title": table["caption"], **_parts(one, say), "notes": notes}
        elif fragment == "exhibit" and table.get("rows"):
            heads, rows = table["heads"], table["rows"]
            is_long = len(heads) > MOST_HEADS or (len(rows) > _MOST_ROWS and key != "asked")
            if one["drawings"] or is_long:
                yield {"key": key, "title": table["caption"], "heads": heads, "rows": rows, "notes": notes}
        elif fragment == "method":
            terms = tuple((term, meaning) for term, meaning in one["words"]["terms"])
            yield {"key": "", "title": say("Definitions"), "terms": terms}


def _measures(one: Mapping[str, Any], say: Language) -> dict[str, Any]:
    """Every measure with its theme and state, a row each."""
    names = dict(one["legend"])
    rows = tuple((theme, tile["name"], names[tile["state"]]) for theme, tiles in one["strip"] for tile in tiles)
    return {"heads": _heads(say, "theme_id", "measure_id", "state"), "rows": rows}


def _parts(one: Mapping[str, Any], say: Language) -> dict[str, Any]:
    """A unit's part of every measure, a row each: how it stands, and what it wrote."""
    listed, end = one["listed"], say("; ")
    rows = tuple(
        (
            part["name"],
            end.join(filter(None, [part["state_name"], part["note"]])),
            end.join(part_words(part, one["names"], say)),
            end.join([*part["about"], *filter(None, [part["reported"]])]),
        )
        for part in (*listed["still_open"], *listed["settled"])
    )
    return {"heads": _heads(say, "measure_id", "state_of_unit", "progress", "state_of_measure"), "rows": rows}


def _heads(say: Language, *columns: str) -> list[tuple[str, str]]:
    return [(say.name("column", column), "") for column in columns]
