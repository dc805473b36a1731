"""What a run says while it goes on."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any, Self

import typer

from analysis.asked import opened_plan
from analysis.catalogue import system_reason
from analysis.terminal import Exit, plain, print_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from analysis.report import Inputs, Outcome
    from analysis.report.making import Wanted


_EVENT = b'{"event":'
"""How every line of a log begins."""


_EXITS = {
    "bad_data": Exit.BAD_DATA,
    "failed": Exit.NOTEBOOK_FAILED,
    "timed_out": Exit.TIMED_OUT,
    "refused": Exit.GATE_REFUSED,
}
"""How pages may fail, gravest first, with the exit code of a run that has one."""


class Telling:
    """A bar on a terminal, a line a page elsewhere, and events to a file.

    Parameters
    ----------
    pages : int
        How many are wanted.
    log : pathlib.Path, optional
        A file to which each event is added as a line of JSON.
    **about
        What the first event says of the run.
    """

    def __init__(self, pages: int, *, log: Path | None = None, **about: Any) -> None:
        self.pages = pages
        self.log = log
        self.about = about
        self.began = time.monotonic()
        self.done = self.failed = 0
        self.bar = None

    def __enter__(self) -> Self:
        self.event("begin", pages=self.pages, **self.about)
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
            # No thread of its own: processes are forked while it is shown.
            self.bar = Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True)
            self.bar.add_task("", total=self.pages)
            self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar:
            self.bar.stop()

    def page(self, outcome: Outcome) -> None:
        """Tell how one page came out."""
        failed = bool(outcome.reason)
        self.done += not failed
        self.failed += failed
        self.event(
            "page",
            path=outcome.address,
            result=outcome.result,
            reason=outcome.reason,
            took=outcome.seconds,
            attempts=outcome.attempts,
        )
        if self.bar:
            left = self.pages - self.done - self.failed
            state = f"{self.done} done, {self.failed} failed, {left} left"
            self.bar.update(self.bar.task_ids[0], completed=self.done + self.failed, description=state, refresh=True)
        if failed:
            # A traceback says what is wrong in its last line, a list of problems how many there are in its first.
            lines = outcome.reason.splitlines()
            line = lines[0 if outcome.result == "bad_data" else -1]
            typer.echo(f"{outcome.result:>9}  {outcome.address}  {plain(line)}", err=True)
        elif outcome.result != "unchanged" and not self.bar:
            typer.echo(f"{outcome.result:>9}  {outcome.address}")

    def end(self, code: int, counts: Mapping[str, int], line: str) -> None:
        """Tell how the run came out, in a line."""
        self.__exit__()
        self.event("end", exit=code, counts=dict(counts), told=line)
        typer.echo(line, err=code != 0)

    def event(self, event: str, **about: Any) -> None:
        """Add an event to the log; when it cannot be written, that is said once, and the work goes on."""
        if self.log is None:
            return
        record = {"event": event, "elapsed": round(time.monotonic() - self.began, 3), **about}
        try:
            _add_line(self.log, json.dumps(record, ensure_ascii=False))
        except OSError as failed:
            typer.echo(f"日志 {self.log} 写不进去（{system_reason(failed)}）：不再记录，生成照常进行", err=True)
            self.log = None


def make_and_tell(wanted: list[Wanted], inputs: Inputs, telling: Telling, *, folder: Path, **making: Any) -> Exit:
    """Make what is wanted, say how it ended, and give the exit code."""
    from analysis.files import Busy
    from analysis.report import ParameterError, SiteNotWritable, make_reports

    try:
        run = make_reports(wanted, inputs, folder=folder, tell=telling.page, **making)
    except Busy as busy:
        telling.end(Exit.LOCKED, {}, str(busy))
        return Exit.LOCKED
    except SiteNotWritable as failed:
        telling.end(Exit.NOT_WRITABLE, {}, str(failed))
        return Exit.NOT_WRITABLE
    except ParameterError as failed:
        # An id that is no address belongs to the data's faults, which are listed whole.
        opened_plan(str(inputs.folder))
        telling.end(Exit.BAD_PARAMETERS, {}, str(failed))
        return Exit.BAD_PARAMETERS
    counts = run.counts()
    code = next((_EXITS[result] for result in _EXITS if result in counts), Exit.OK)
    if run.problems is not None:
        print_problems(run.problems)
    if run.retired:
        typer.echo(f"移除了过期的日期：{'、'.join(run.retired)}")
    if run.expired:
        typer.echo(f"另有 {len(run.expired)} 个日期已过期，每次运行移除一个；一次移除请加 --retire expired")
    if run.lost:
        typer.echo(
            f"曾发布的 {len(run.lost)} 个页面已不在站点中，首页不再列出：{_few(run.lost)}。"
            "请从备份恢复整个站点，或用原来的参数再生成",
            err=True,
        )
    if run.ahead:
        typer.echo(
            f"站点中有还没有到的日期的页面，排在最新：{_few(run.ahead)}。请核对时钟；不要时用 --retire 移除",
            err=True,
        )
    if run.unrecorded:
        typer.echo(f"本次运行的记录没有写成（{run.unrecorded}）；页面不受影响", err=True)
    telling.end(code, counts, f"{listing(counts)}: {folder / 'index.html'} ({run.seconds:.1f} s)")
    return code


def _few(names: Sequence[str], most: int = 6) -> str:
    return "、".join(names[:most]) + (f" 等 {len(names)} 项" if len(names) > most else "")


def listing(counts: Mapping[str, int]) -> str:
    """How many pages came out how, in a line."""
    return ", ".join(f"{number} {result}" for result, number in counts.items())


def _add_line(file: Path, line: str) -> None:
    """Add a line to a log, be it a file, a device or a pipe; never to a file that is none of ours."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.is_file():
        with file.open("rb") as log:
            if log.read(len(_EVENT)) not in (b"", _EVENT):
                raise OSError(0, "已有内容不是本软件的日志")
    # Does not wait for somebody to read a pipe.
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0), 0o644)
    with os.fdopen(handle, "wb", buffering=0) as log:
        log.write(line.encode("utf-8", "backslashreplace") + b"\n")
