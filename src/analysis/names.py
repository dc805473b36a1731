"""Units, themes and plans by any of their names."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class UnknownName(LookupError):
    """A plan, unit, theme or report that does not exist; the message names what does."""


_UNIT_NAMES = ("unit_id", "name", "short", "name_en", "short_en")
_THEME_NAMES = ("theme_id", "title", "short", "title_en", "short_en")


def unit_names(units: Iterable[Mapping[Any, Any]]) -> Iterator[tuple[str, str]]:
    """Every name that a unit goes by, with its id: id, name, short name, aliases, and those in English.

    Parameters
    ----------
    units : iterable of mappings
        The rows of ``units.csv``.
    """
    for unit in units:
        for name in (*(unit.get(column) for column in _UNIT_NAMES), *str(unit.get("aliases") or "").split("|")):
            if name:
                yield str(name), str(unit.get("unit_id", ""))


def theme_names(themes: Iterable[Mapping[Any, Any]]) -> Iterator[tuple[str, str]]:
    """Every name that a theme goes by, with its id: id, title, short title, and those in English."""
    for theme in themes:
        for name in (theme.get(column) for column in _THEME_NAMES):
            if name:
                yield str(name), str(theme.get("theme_id", ""))


def measure_names(measures: Iterable[Mapping[Any, Any]]) -> Iterator[tuple[str, str]]:
    """Every name that a measure goes by, with its id: id, number, title, and its title in English."""
    for measure in measures:
        for name in (measure.get(column) for column in ("measure_id", "number", "title", "title_en")):
            if name:
                yield str(name), str(measure.get("measure_id", ""))


def find_name(names: Iterable[tuple[str, str]], name: str, what: str) -> str:
    """The id that `name` stands for; `what` says in a message what kind of thing was asked for.

    Raises
    ------
    UnknownName
        When it stands for nothing; the message offers what is near.
    """
    # Of two that share a name, the one that stands first has it.
    ids = dict(reversed(list(names)))
    if name in ids:
        return ids[name]
    near = difflib.get_close_matches(name, ids, n=3, cutoff=0.4) or sorted(set(ids.values()))
    raise UnknownName(f"方案中没有{what}“{name}”：可用 {'、'.join(near)}")
