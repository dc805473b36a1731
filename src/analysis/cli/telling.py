"""What a run says while it goes on."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any, Self

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from analysis.report import Outcome


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
            typer.echo(f"{outcome.result:>9}  {outcome.address}  {line}", err=True)
        elif outcome.result != "unchanged" and not self.bar:
            typer.echo(f"{outcome.result:>9}  {outcome.address}")

    def end(self, code: int, counts: Mapping[str, int], line: str) -> None:
        """Tell how the run came out, in a line."""
        self.__exit__()
        self.event("end", exit=code, counts=dict(counts), told=line)
        typer.echo(line, err=code != 0)

    def event(self, event: str, **about: Any) -> None:
        """Add an event to the log."""
        if self.log is None:
            return
        record = {"event": event, "elapsed": round(time.monotonic() - self.began, 3), **about}
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
