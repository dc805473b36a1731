"""Whether a plan's folder and its site need a hand: what was left behind, forgotten, locked away or dated ahead."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from analysis.files import Busy, in_installed_package, secrets_of
from analysis.history import read_runs
from analysis.plan import read_folder
from analysis.site import Manifest, SiteNotWritable, check_site, is_published, locked, read_manifest, unnamed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_MOST = 2
_RUNS = 20
_WORDS = {"failed": "笔记本出错", "timed_out": "超时", "refused": "发布前检查未通过", "bad_data": "数据有误"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    what : str
    needs : tuple of str
        What needs a hand, and what would help, a line each, in Chinese; empty when all is well.
    """

    what: str
    needs: tuple[str, ...] = ()


def examine(plan: Path, site: Path, now: datetime) -> list[Finding]:
    """Look at a plan's folder and at its site, changing neither.

    Parameters
    ----------
    plan, site : pathlib.Path
    now : datetime.datetime
        With its time zone.
    """
    findings = [Finding("方案文件夹", _few(_of_plan(plan)))]
    if not site.exists():
        return [*findings, Finding(f"站点 {site} 还没有建立")]
    try:
        check_site(site)
        manifest = read_manifest(site)
    except (SiteNotWritable, OSError) as failed:
        return [*findings, Finding("站点", (str(failed),))]
    looks: dict[str, Callable[[], Iterator[str]]] = {
        "站点的权限": lambda: _rights(site),
        "页面与首页": lambda: _pages(site, manifest),
        "中断的工作、多余的文件": lambda: _left(site, manifest),
        "未能生成的页面": lambda: _failures(manifest),
        "时钟与日期": lambda: _clock(site, manifest, now),
    }
    return [*findings, *(Finding(what, _few(look())) for what, look in looks.items())]


def _few(needs: Iterator[str]) -> tuple[str, ...]:
    """As many lines as one screen has room for, with how many more there are."""
    lines = [" ".join(need.split()) for need in needs]
    more = [f"……另有 {len(lines) - _MOST} 项"] if len(lines) > _MOST else []
    return (*lines[:_MOST], *more)


def _of_plan(plan: Path) -> Iterator[str]:
    folder = read_folder(plan)
    if in_installed_package(plan):
        yield f"{plan} 在已安装的软件包里，升级会覆盖台账：请用 portplan init 建立自己的工作文件夹"
    elif secrets_of(dict(folder.head)) and (plan / "plan.toml").stat().st_mode & 0o077:
        yield "plan.toml 中有数据库口令，其他用户也能读到：请运行 chmod 600 plan.toml"
    if folder.head_fault:
        yield f"plan.toml：{folder.head_fault}"
    yield from (f"{table.name}：{table.fault}，见 portplan check" for table in folder.tables.values() if table.fault)
    yield from _rights(plan)
    yield from (f"{file.name} 是中断的写入留下的，台账本身完好：可以删除" for file in plan.glob(".*.new"))


def _rights(folder: Path) -> Iterator[str]:
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield f"{folder} 当前用户不能写入：请检查属主和权限"
    places = [folder, *(file for file in folder.iterdir() if not file.is_symlink())]
    yield from (f"{place} 任何用户都能改动：请运行 chmod o-w" for place in places if place.stat().st_mode & 0o002)
    yield from (f"{file} 当前用户不能改写" for file in places[1:] if not os.access(file, os.W_OK))


def _pages(site: Path, manifest: Manifest) -> Iterator[str]:
    for path, page in manifest.pages.items():
        if not is_published(site, page):
            state = "被改动过" if (site / path).exists() else "不见了"
            yield f"{path} {state}：用原来的参数再运行 portplan report 即可恢复"
    gone = [
        name for name in (*manifest.index, *manifest.newest(), *manifest.documents()) if not (site / name).is_file()
    ]
    yield from (f"{name} 不见了：再运行 portplan report 即可恢复" for name in gone)


def _left(site: Path, manifest: Manifest) -> Iterator[str]:
    try:
        with locked(site):
            pass
    except Busy:
        # What is under way is not left behind.
        return
    except (SiteNotWritable, OSError):
        # Who may not write is told so already.
        pass
    stopped = sorted(name for name in manifest.leaving if (site / name).exists())
    stopped += sorted(entry.name for entry in site.glob(".staging-*"))
    yield from (f"{name} 是中断的发布留下的：再运行 portplan report 即会清理" for name in stopped)
    yield from (f"{name} 不是本软件发布的：请移到别处" for name in unnamed(site, manifest))


def _failures(manifest: Manifest) -> Iterator[str]:
    for failure in sorted(manifest.failures.values(), key=lambda one: one.since):
        yield f"{failure.path} 自 {failure.since} 起{_WORDS[failure.result]}：见 {failure.page}"


def _clock(site: Path, manifest: Manifest, now: datetime) -> Iterator[str]:
    today = now.date().isoformat()
    plans = {(one.parameters.plan_id, one.parameters.as_of) for one in manifest.pages.values()}
    for plan, day in sorted(plans):
        if day > today:
            yield f"{plan} 有 {day} 的页面，这一天还没有到：如不是有意的，请用 portplan report --retire {day} 移除"
    try:
        runs = read_runs(site, last=_RUNS)
    except SiteNotWritable as failed:
        yield str(failed)
        return
    before: datetime | None = None
    for run in runs:
        started = _moment(run["started"])
        if started and started > now:
            yield f"第 {run['run']} 次运行记为 {run['started']}，晚于现在：请核对时钟"
        elif started and before and started < before:
            yield f"第 {run['run']} 次运行的时间早于前一次（{run['started']}）：时钟曾被调动，请核对其间的页面"
        before = started or before


def _moment(text: object) -> datetime | None:
    """A time with its zone; None when it is none."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
