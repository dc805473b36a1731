"""What a report is asked for: one value, carried whole from the command to the page that says where it comes from."""

from __future__ import annotations

import ast
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator

from analysis.catalogue import FIRST, languages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PAPERMILL = "# Parameters"
"""How papermill begins the cell that it puts in."""


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
        K, an ISO day: what had arrived by it counts; blank leaves it to `analysis.plan.known_by`.
    compare_to : str
        An earlier ISO day: what has moved since is marked; blank compares with none.
    lang : str
        One of `analysis.catalogue.languages`.
    unit, theme : str
        Narrow the report to the measures of a unit or a theme; blank means all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, str_strip_whitespace=True)

    plan_id: str
    as_of: str
    known_at: str = ""
    compare_to: str = ""
    lang: str = FIRST
    unit: str = ""
    theme: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Parameters from their values by name.

        Raises
        ------
        ParameterError
            Lists every fault.
        """
        try:
            return cls.model_validate(dict(values))
        except ValidationError as failed:
            raise ParameterError("\n".join(_faults(failed))) from failed

    @classmethod
    def of_notebook(cls, namespace: Mapping[str, Any]) -> Self:
        """The parameters that a notebook was given, from its namespace: ``Parameters.of_notebook(globals())``.

        They are the names that its parameters cell and what papermill put behind it assign, so that a name which is
        mistyped in either is refused, wherever the notebook runs.

        Raises
        ------
        ParameterError
            Lists every fault.
        """
        assigned: dict[str, Any] = {}
        for source in namespace.get("In", ()):
            names = list(_assigned(source))
            if not source.startswith(_PAPERMILL):
                if "plan_id" not in names:
                    continue
                # The parameters cell, run again, takes the place of what it was.
                assigned = {}
            assigned |= {name: namespace[name] for name in names if name in namespace}
        known = {name: namespace[name] for name in cls.model_fields if name in namespace}
        return cls.of(known | assigned)

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

    @field_validator("as_of", "plan_id")
    @classmethod
    def _is_given(cls, text: str) -> str:
        if not text:
            raise ValueError("不能为空")
        return text

    @field_validator("lang")
    @classmethod
    def _is_language(cls, text: str) -> str:
        if text not in languages():
            raise ValueError(f"应为 {'、'.join(languages())} 之一")
        return text

    @field_validator("known_at")
    @classmethod
    def _is_not_before(cls, known_at: str, info: ValidationInfo) -> str:
        as_of = info.data.get("as_of", "")
        if known_at and known_at < as_of:
            raise ValueError(f"不能早于 as_of（{as_of}）：那一天还不知道这些情况")
        return known_at

    @field_validator("compare_to")
    @classmethod
    def _is_earlier(cls, compare_to: str, info: ValidationInfo) -> str:
        as_of = info.data.get("as_of", compare_to)
        if compare_to > as_of:
            raise ValueError(f"不能晚于 as_of（{as_of}）：应为更早的一天")
        return compare_to


def _faults(failed: ValidationError) -> Iterator[str]:
    rules = {"extra_forbidden": "没有这个参数", "missing": "缺少这个参数", "string_type": "应为文字，要加引号"}
    for fault in failed.errors():
        rule = rules.get(fault["type"], fault["msg"].removeprefix("Value error, "))
        name = ".".join(map(str, fault["loc"]))
        value = "" if fault["type"] == "missing" else f"，值“{fault['input']}”"
        yield f"{name}{value}：{rule}"


def _assigned(source: str) -> Iterator[str]:
    """The names that a cell assigns at its top level; none when it is not plain Python."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return
    for statement in statements:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        yield from (target.id for target in targets if isinstance(target, ast.Name))
