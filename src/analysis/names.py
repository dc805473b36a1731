"""Units, themes and plans by any of their names."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from analysis.catalogue import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class UnknownName(LookupError):
    """A plan, unit, theme or report that does not exist; the message names what does."""


def unit_names(units: Iterable[Mapping[Any, Any]]) -> Iterator[tuple[str, str]]:
    """Every name that a unit goes by, with its id: id, name and short name in each language, aliases.

    Parameters
    ----------
    units : iterable of mappings
        The rows of ``units.csv``.
    """
    for unit in units:
        unit_id = str(unit.get("unit_id", ""))
        aliases = map(str.strip, str(unit.get("aliases") or "").split("|"))
        yield from ((name, unit_id) for name in (*_names(unit, "unit_id", "name", "short"), *aliases) if name)


def theme_names(themes: Iterable[Mapping[Any, Any]]) -> Iterator[tuple[str, str]]:
    """Every name that a theme goes by, with its id: id, title and short title in each language."""
    for theme in themes:
        yield from ((name, str(theme.get("theme_id", ""))) for name in _names(theme, "theme_id", "title", "short"))


def measure_names(measures: Iterable[Mapping[Any, Any]]) -> Iterator[tuple[str, str]]:
    """Every name that a measure goes by, with its id: id, number, title in each language."""
    for one in measures:
        yield from ((name, str(one.get("measure_id", ""))) for name in _names(one, "measure_id", "number", "title"))


def _names(row: Mapping[Any, Any], *columns: str) -> Iterator[str]:
    """What stands in some columns and, as ``name_en``, in those of other languages; the plan's own words first."""
    translated = [
        name for column in columns for name in row if str(name).startswith(f"{column}_") and name not in columns
    ]
    for name in (*columns, *translated):
        if row.get(name):
            yield str(row[name])


def find_name(names: Iterable[tuple[str, str]], name: str, what: Message | str) -> str:
    """The id that `name` stands for; `what` says in a message what kind of thing was asked for.

    Raises
    ------
    UnknownName
        When it stands for nothing, and the message offers what is near; or for several, none of which is called so by
        its id: which of them is meant, nobody can know.
    """
    owners: dict[str, list[str]] = {}
    for known, owner in names:
        owners.setdefault(known, []).append(owner)
    found = list(dict.fromkeys(owners.get(name, ())))
    if name in found or len(found) == 1:
        return name if name in found else found[0]
    if found:
        raise UnknownName(
            Message(
                "more than one {what} goes by “{name}”: {ids}; say which by its id",
                what=what,
                name=name,
                ids="、".join(found),
            )
        )
    ids = {owner for each in owners.values() for owner in each}
    near = difflib.get_close_matches(name, owners, n=3, cutoff=0.4) or sorted(ids)
    offered = "、".join(near)
    raise UnknownName(Message("the plan has no {what} “{name}”: there are {near}", what=what, name=name, near=offered))
