"""What a fragment is filled with, as plain data: what is written of a page beside it is written of the same words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

_PAGES_ALONE = {"labels", "csv", "file", "looks", "groups", "filters", "choices"}
"""What only a page has a use for."""


def shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a fragment as JSON can hold them; of drawings, whether there are any."""
    return {
        name: bool(value) if name == "drawings" else _plain(value)
        for name, value in values.items()
        if name not in _PAGES_ALONE
    }


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return shown({part.name: getattr(value, part.name) for part in fields(value)})
    if isinstance(value, Mapping):
        return shown(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, str) else value
