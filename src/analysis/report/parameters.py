"""What a report may be asked for, checked before a notebook sees it."""

from __future__ import annotations

import re
from datetime import date

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

LANGUAGES = ("zh", "en")
"""Those of `analysis.words`, which is too slow to import for a run that may have nothing to do."""


class ParameterError(ValueError):
    """Parameters that cannot be; the message lists every one, in Chinese."""


class Parameters(BaseModel):
    """The parameters of a report, as its notebook's ``parameters`` cell names them.

    Attributes
    ----------
    plan_id : str
        A plan's id or the path of its folder.
    as_of : str
        T, an ISO day: what is true on it is shown.
    known_at : str
        K, an ISO day: what had arrived by it counts; blank means `as_of`.
    compare_to : str
        An earlier ISO day: what has moved since is marked; blank compares with none.
    lang : str
        ``zh`` or ``en``.
    unit, theme : str
        Narrow the report to the measures of a unit or a theme; blank means all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    plan_id: str
    as_of: str
    known_at: str = ""
    compare_to: str = ""
    lang: str = "zh"
    unit: str = ""
    theme: str = ""

    @field_validator("as_of", "known_at", "compare_to")
    @classmethod
    def _is_day(cls, text: str) -> str:
        try:
            if text:
                date.fromisoformat(text)
            right = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})?", text) is not None
        except ValueError:
            right = False
        if not right:
            raise ValueError("应为真实存在的日期，写作 2024-12-31")
        return text

    @field_validator("as_of")
    @classmethod
    def _is_given(cls, text: str) -> str:
        if not text:
            raise ValueError("不能为空")
        return text

    @field_validator("lang")
    @classmethod
    def _is_language(cls, text: str) -> str:
        if text not in LANGUAGES:
            raise ValueError(f"应为 {'、'.join(LANGUAGES)} 之一")
        return text

    @model_validator(mode="after")
    def _knows_what_it_tells(self) -> Parameters:
        if self.known_at and self.known_at < self.as_of:
            raise ValueError(f"known_at（{self.known_at}）不能早于 as_of（{self.as_of}）：那一天还不知道这些情况")
        if self.compare_to > self.as_of:
            raise ValueError(f"compare_to（{self.compare_to}）不能晚于 as_of（{self.as_of}）：应为更早的一天")
        return self

    @property
    def known(self) -> str:
        """K, an ISO day."""
        return self.known_at or self.as_of
