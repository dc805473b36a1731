"""A workplace: a folder with a plan, its record and its pages, from which every command works."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.catalogue import Message, reason_of, system_reason
from analysis.files import in_installed_package, read_toml, write_new
from analysis.plan.folder import read_head

if TYPE_CHECKING:
    from collections.abc import Iterable

CONFIG = "portplan.toml"
_PLAN, _SITE = "plan", "reports"
_TEXT = f"""# portplan 的工作文件夹：在这里（或其下）运行的命令，没有给出 --plan、--out 时按此处的方案和站点办理。
plan = "{_PLAN}"
site = "{_SITE}"
"""


class NoWorkplace(ValueError):
    """A workplace that cannot be read or made; the message says why. Nothing was overwritten."""


@dataclass(frozen=True)
class Workplace:
    """What a workplace names.

    Attributes
    ----------
    plan, site : pathlib.Path
        The folders of its plan and of its pages.
    plan_id : str
        Blank when the plan does not say it.
    """

    plan: Path
    site: Path
    plan_id: str


def find_workplace(folders: Iterable[Path]) -> Workplace | None:
    """The workplace that the first of some folders is which is one.

    Raises
    ------
    NoWorkplace
        When what it says cannot be understood.
    """
    file = next((folder / CONFIG for folder in folders if (folder / CONFIG).is_file()), None)
    if file is None:
        return None
    try:
        said: dict[str, Any] = read_toml(file.read_bytes())
    except (OSError, ValueError) as failed:
        raise NoWorkplace(f"{file} 读不懂：{reason_of(failed)}") from failed
    if set(said) != {"plan", "site"} or not all(isinstance(value, str) and value for value in said.values()):
        raise NoWorkplace(f'{file} 应恰有两项：plan = "{_PLAN}"、site = "{_SITE}"（都是相对于该文件的文件夹）')
    plan = file.parent / said["plan"]
    try:
        head, _ = read_head((plan / "plan.toml").read_bytes())
    except OSError as failed:
        raise NoWorkplace(f"{file} 中的方案 {plan / 'plan.toml'} 读不到：{system_reason(failed)}") from failed
    return Workplace(plan, file.parent / said["site"], str(head.get("id", "")))


def make_workplace(folder: Path, plan: Path) -> None:
    """Make a folder a workplace: a copy of a plan, an empty site, and a file that names both.

    Parameters
    ----------
    folder : pathlib.Path
        Made when it is not there; may hold anything but what would have to be overwritten.
    plan : pathlib.Path
        The folder of the plan to copy.

    Raises
    ------
    NoWorkplace
        When something is in the way, or the folder cannot be written to.
    """
    if in_installed_package(folder):
        raise NoWorkplace(
            Message(
                "{folder} lies in an installed package, where an upgrade or a removal deletes it: choose another",
                folder=folder,
            )
        )
    there = [name for name in (_PLAN, _SITE, CONFIG) if os.path.lexists(folder / name)]
    if there:
        raise NoWorkplace(
            Message(
                "{folder} already holds {files}: nothing was changed; choose another folder, or move them away",
                folder=folder,
                files=", ".join(there),
            )
        )
    if folder.resolve().is_relative_to(plan.resolve()):
        raise NoWorkplace(
            Message("{folder} lies in the plan that is to be copied: choose another folder", folder=folder)
        )
    if elsewhere := _record_elsewhere(plan):
        raise NoWorkplace(
            Message(
                "the record of {plan} lies in {file}, outside its folder, and would not be copied: copy the plan by "
                "hand, with a record of its own",
                plan=plan,
                file=elsewhere,
            )
        )
    made: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # What is hidden are locks and what was left behind by a crash.
        for name in (_PLAN, _SITE):
            (folder / name).mkdir()
            made.append(folder / name)
        hidden = shutil.ignore_patterns(".*")
        shutil.copytree(plan, folder / _PLAN, ignore=hidden, copy_function=_copied, dirs_exist_ok=True)
        # Last: a folder without it is no workplace.
        write_new(folder / CONFIG, _TEXT.encode("utf-8"))
    except (OSError, _NotCopied) as failed:
        for place in made:
            shutil.rmtree(place, ignore_errors=True)
        reason = failed.args[0] if isinstance(failed, _NotCopied) else system_reason(failed)
        raise NoWorkplace(Message("{folder} was not made: {reason}", folder=folder, reason=reason)) from failed


def _record_elsewhere(plan: Path) -> Path | None:
    """The file of a plan's record where it lies outside the plan's folder: a copy would write to it, or find none."""
    from analysis.record import place_of

    with suppress(OSError, ValueError):
        head, _ = read_head((plan / "plan.toml").read_bytes())
        file = place_of(plan, head).file
        return file if file and not file.is_relative_to(plan.resolve()) else None
    return None


class _NotCopied(Exception):
    """A file could not be copied: at the first the copying ends, where `shutil` would go on to the next."""


def _copied(source: str, target: str) -> None:
    try:
        shutil.copy2(source, target)
    except OSError as failed:
        raise _NotCopied(Message("{file}: {reason}", file=Path(source).name, reason=system_reason(failed))) from failed
