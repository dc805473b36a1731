"""Whether what is said is whole: in one language, with nothing left to fill in."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

from analysis.language import Quote

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_LATIN = re.compile(r"[A-Za-z]+")
_SPOKEN = {"A", "B", "C", "D"}
"""Letters that the names of small plans end in."""


def assert_whole(text: str, lang: str) -> None:
    """Nothing left to fill in, nothing of the machine's, nothing of the other language."""
    assert not re.search(r"[{}]|\b(nan|NaN|None|NaT)\b|<NA>", text), text
    if lang == "en":
        assert not _CHINESE.search(text), text
        assert not re.search(r"[a-z]_[a-z]", text), text
    else:
        assert set(_LATIN.findall(text)) <= _SPOKEN | {"Q", "H", "CSV"}, text


def texts(value: object) -> Iterator[str]:
    """Every text in a value of dataclasses and tuples, but for what units and the notice wrote themselves."""
    if isinstance(value, str):
        if value and not isinstance(value, Quote):
            yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))
    elif isinstance(value, tuple | list):
        for part in value:
            yield from texts(part)
