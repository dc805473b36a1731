"""Who is told of what, by which way: the table ``[notify]`` of ``site.toml`` in the site's folder.

It holds no secret: it says in which variable of the environment, or in which file that nobody else can read, each is.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from analysis.catalogue import FIRST, Message, languages
from analysis.site import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVENTS = ("published", "failed", "before_due", "after_due")
"""What is told of: the pages of a new day, pages that could not be made, feedback that will be due, and that was."""
_LONGEST = 4_096
_STRICT = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class BadSettings(ValueError):
    """What ``site.toml`` says cannot be understood; the message lists every fault with its place, in Chinese."""


class NoSecret(ValueError):
    """A secret is not where it should be, or others can read it; the message says so without it."""


class Secret(BaseModel):
    """Where a secret is: exactly one of a variable of the environment, and a file."""

    model_config = _STRICT

    env: str = ""
    file: str = ""

    @model_validator(mode="after")
    def _is_one(self) -> Secret:
        if bool(self.env) == bool(self.file):
            raise ValueError("env 与 file 应恰写一项")
        return self

    def read(self, site: Path) -> str:
        """The secret itself; the file is named as seen from the site's folder.

        Raises
        ------
        NoSecret
            When it is not there, or when others can read it.
        """
        if self.env:
            said = os.environ.get(self.env, "").strip()
            if not said:
                raise NoSecret(Message("the variable {name} of the environment is not set", name=self.env))
            return said
        file = site / self.file
        try:
            about = file.stat()
            if not stat.S_ISREG(about.st_mode) or about.st_size > _LONGEST:
                raise NoSecret(Message("{file} is no file of one line", file=self.file))
            if file.resolve().is_relative_to(site.resolve()):
                raise NoSecret(Message("{file} lies in the site's folder, which others read", file=self.file))
            # Windows has other means, which do not show here.
            if os.name == "posix" and about.st_mode & 0o077:
                raise NoSecret(Message("others can read {file}: run {command}", file=self.file, command="chmod 600"))
            said = file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise NoSecret(Message("{file} cannot be read", file=self.file)) from None
        if not said or len(said.splitlines()) > 1:
            raise NoSecret(Message("{file} is no file of one line", file=self.file))
        return said


class _Place(BaseModel):
    model_config = _STRICT

    name: str = Field(min_length=1, max_length=60, pattern=r"\S")
    events: list[Literal["published", "failed", "before_due", "after_due"]] = Field(
        default_factory=lambda: [*EVENTS], min_length=1
    )


class Group(_Place):
    """A group that a robot speaks in: `webhook` is where the robot's whole address is, which is a secret."""

    kind: Literal["wecom", "dingtalk", "feishu"]
    webhook: Secret
    signature: Secret | None = None

    @model_validator(mode="after")
    def _signs(self) -> Group:
        if self.signature and self.kind == "wecom":
            raise ValueError("企业微信的机器人没有加签，不要写 signature")
        return self


class Mailbox(_Place):
    """Mailboxes that are written to by SMTP."""

    kind: Literal["smtp"]
    host: str = Field(min_length=1)
    port: int = Field(default=465, ge=1, le=65_535)
    security: Literal["tls", "starttls", "none"] = "tls"
    sender: str = Field(alias="from")
    to: list[str] = Field(min_length=1)
    user: str = ""
    password: Secret | None = None

    @field_validator("sender", "to")
    @classmethod
    def _are_addresses(cls, said: str | list[str]) -> str | list[str]:
        for one in [said] if isinstance(said, str) else said:
            name, at, domain = one.partition("@")
            if not (name and at and domain) or not one.isascii() or any(char in one for char in " \r\n<>,;\"'"):
                raise ValueError("应为邮箱地址，写作 name@example.gov.cn")
        return said

    @model_validator(mode="after")
    def _lets_in(self) -> Mailbox:
        if bool(self.user) != bool(self.password):
            raise ValueError("user 与 password 应同时写，或都不写")
        return self


Place = Group | Mailbox


class Settings(BaseModel):
    """What ``[notify]`` says.

    Attributes
    ----------
    address : str
        Under which readers find the site; messages link to it.
    lang : str
        The language of messages.
    days_before, days_after : int
        How long before and after feedback falls due units are reminded.
    to : list of Group and Mailbox
        Each with a name of its own.
    """

    model_config = _STRICT

    address: str
    lang: str = FIRST
    days_before: int = Field(default=3, ge=0, le=60)
    days_after: int = Field(default=1, ge=1, le=60)
    to: list[Annotated[Place, Field(discriminator="kind")]] = Field(min_length=1)

    @field_validator("address")
    @classmethod
    def _is_address(cls, address: str) -> str:
        try:
            scheme, place = urlsplit(address)[:2]
            is_place = bool(place.strip(".:")) or scheme == "file"
        except ValueError:
            place, is_place = "", False
        begins = address.startswith(("https://", "http://", "file://"))
        if not begins or not is_place or any(char.isspace() or char == "\\" for char in address):
            raise ValueError("应为读者打开站点的网址，以 https://、http:// 或 file:// 开头")
        # What is copied from a browser: every link would lead to nothing, and a password to everybody.
        if "@" in place or "?" in address or "#" in address or re.search(r"\.html?/*$", address, re.IGNORECASE):
            raise ValueError("应为站点文件夹的网址：不带 index.html、?、#，也不带用户名和口令")
        return address.rstrip("/") + "/"

    @field_validator("lang")
    @classmethod
    def _is_language(cls, lang: str) -> str:
        if lang not in languages():
            raise ValueError(f"应为 {'、'.join(languages())} 之一")
        return lang

    @field_validator("to")
    @classmethod
    def _have_names(cls, places: list[Place]) -> list[Place]:
        names = [place.name for place in places]
        if len(set(names)) < len(names):
            raise ValueError("name 不能重复：同一事件对每个 name 只发一次")
        return places


def read_settings(site: Path) -> Settings | None:
    """What a site's settings say; None where it has none, and nobody is told of anything.

    Raises
    ------
    BadSettings
        Lists every fault; never what stands there, which may be a secret that was put into the wrong place.
    """
    file = site / SETTINGS
    try:
        said: dict[str, Any] = tomllib.loads(file.read_text("utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError):
        raise BadSettings(f"{file} 读不到，或不是 UTF-8 编码") from None
    except RecursionError:
        raise BadSettings(f"{file} 嵌套太深") from None
    except tomllib.TOMLDecodeError as failed:
        place = str(failed).rpartition("(at ")[2].rstrip(")")
        raise BadSettings(f"{file} 不是有效的 TOML（{place}）") from None
    faults = [f"{SETTINGS}：{key}：没有这一项；应为 [notify]" for key in said if key != "notify"]
    settings = None
    try:
        settings = Settings.model_validate(said["notify"]) if "notify" in said else None
    except ValidationError as failed:
        faults += _faults(failed)
    if faults:
        raise BadSettings("\n".join(faults)) from None
    return settings


_RULES = {
    "extra_forbidden": "没有这一项",
    "missing": "缺少这一项",
    "string_type": "应为文字，要加引号",
    "int_type": "应为整数",
    "list_type": "应为列表，写作 [ … ]",
    "union_tag_not_found": "缺少 kind：应为 wecom、dingtalk、feishu、smtp 之一",
    "union_tag_invalid": "kind 应为 wecom、dingtalk、feishu、smtp 之一",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "不能为空",
    "string_too_long": "太长",
    "too_short": "至少要有一项",
}


def _faults(failed: ValidationError) -> Iterator[str]:
    for fault in failed.errors(include_input=False, include_url=False):
        # The kind of a place stands in the way of its keys, but in no file.
        parts = [part for number, part in enumerate(fault["loc"]) if not (number == 2 and isinstance(part, str))]
        place = "notify" + "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in parts)
        if fault["type"] in ("model_type", "model_attributes_type"):
            rule = '应写作 { env = "变量名" } 或 { file = "文件" }：地址和口令本身不能写在这里'
            if len(parts) < 3:
                rule = "应为表"
        elif fault["type"] == "literal_error":
            rule = f"应为 {fault.get('ctx', {}).get('expected', '')} 之一".replace("'", "").replace(" or ", "、")
        elif "limit" in str(fault["type"]) or fault["type"] in ("greater_than_equal", "less_than_equal"):
            rule = "超出范围"
        else:
            rule = _RULES.get(fault["type"], fault["msg"].removeprefix("Value error, "))
        yield f"{SETTINGS}：{place}：{rule}"
