"""Make and publish reports: keys → notebooks in processes of their own → pages → site, and a record of the run."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.parameters import Parameters
from analysis.report.history import Outcome, Run, record_run
from analysis.report.inputs import Inputs
from analysis.report.keys import page_key, page_path, rows_hash, shown_versions
from analysis.report.manifest import Failure, Manifest, Page, SiteNotWritable, expired, read_manifest
from analysis.report.run import ENGINES, notebook_of
from analysis.report.site import is_published, is_whole, locked, publish, staging
from analysis.report.workers import Limits, run_each

if TYPE_CHECKING:
    import pandas as pd

    from analysis.plan import Plan
    from analysis.report.task import Task

Wanted = tuple[str, Parameters]
"""A report and what is asked of it."""

KEEP = 36


def make_reports(
    wanted: Iterable[Wanted],
    inputs: Inputs,
    *,
    folder: Path,
    started: str = "",
    jobs: int = 2,
    force: bool = False,
    engine: str = ENGINES[0],
    limits: Limits | None = None,
    keep: int = KEEP,
    tell: Callable[[Outcome], None] = lambda outcome: None,
    notebook: Callable[[str], Path] = notebook_of,
) -> Run:
    """Make every report that is wanted and has changed, and publish the good ones together.

    Parameters
    ----------
    wanted : iterable of (str, Parameters)
        Reports and what is asked of each, from `check_parameters`.
    inputs : analysis.report.inputs.Inputs
        The plan that all of them name.
    folder : pathlib.Path
        The site.
    started : str
        The time by the clock, as it is to stand in the records.
    jobs : int
        Notebooks that run at the same time.
    force : bool
        Run even what has not changed.
    engine : {"warm", "kernel"}
    limits : analysis.report.workers.Limits, optional
        What each notebook may take.
    keep : int
        Dates of a plan to keep.
    tell : callable
        Called with each outcome as it comes.
    notebook : callable
        Gives the notebook of a report. For tests; anything else runs only the project's own.

    Raises
    ------
    SiteLocked
        When another run is publishing to the folder.
    SiteNotWritable
        When the folder cannot be written to; what it held stands.
    """
    began = time.monotonic()
    outcomes: list[Outcome] = []
    problems = None

    def note(outcome: Outcome) -> None:
        outcomes.append(outcome)
        tell(outcome)

    is_new = not folder.exists()
    try:
        with locked(folder):
            known = read_manifest(folder)
            asked = {page_path(name, inputs, parameters): (name, parameters) for name, parameters in wanted}
            changed: dict[str, str] = {}
            for path, (name, parameters) in asked.items():
                key = page_key(notebook(name), inputs, parameters)
                page = known.pages.get(path)
                if force or page is None or page.key != key or path in known.failures or not is_published(folder, page):
                    changed[path] = key
                else:
                    note(Outcome(name, parameters, folder / path, path, "unchanged"))
            if changed or not known.index or not is_whole(folder, known) or expired(known, keep, asked):
                making = _Making(inputs, folder, started, known, engine, notebook)
                problems = making.run(
                    {path: (*asked[path], key) for path, key in changed.items()}, jobs, limits or Limits(), keep, note
                )
            run = Run(tuple(outcomes), time.monotonic() - began, problems)
            if problems is None or not is_new:
                record_run(folder, run, inputs, started=started, engine=engine)
        if problems is not None and is_new:
            # Bad data begins no site: what stands in the folder is only what this run put there to tell of it.
            shutil.rmtree(folder)
    except OSError as failed:
        raise SiteNotWritable(f"无法写入 {folder}：{failed.strerror or failed}；原有页面不变") from failed
    return run


@dataclass(frozen=True)
class _Making:
    inputs: Inputs
    folder: Path
    started: str
    known: Manifest
    engine: str
    notebook: Callable[[str], Path]

    def run(
        self,
        wanted: Mapping[str, tuple[str, Parameters, str]],
        jobs: int,
        limits: Limits,
        keep: int,
        note: Callable[[Outcome], None],
    ) -> pd.DataFrame | None:
        """Make pages and publish them; gives the problems of the data when there are any."""
        # Slow to import, and not needed when there is nothing to do.
        from analysis.plan import open_plan
        from analysis.report.face import narrowed_face
        from analysis.report.index import index_files
        from analysis.report.task import make_page, warm_up
        from analysis.schema import DataError
        from analysis.words import alphabet

        made: dict[Page, Path] = {}
        failed: dict[Failure, list[Path]] = {}
        problems = None
        narrowed = b""
        with staging(self.folder) as stage:
            try:
                plan = open_plan(self.inputs.folder) if wanted else None
            except DataError as broken:
                plan, problems = None, broken.problems
                for place, (path, (name, parameters, _)) in enumerate(wanted.items()):
                    outcome = Outcome(name, parameters, self.folder / path, path, "bad_data", str(broken))
                    failed.update(self._failure(outcome, stage / str(place)))
                    note(outcome)
            if plan:
                warm_up()
                narrowed = narrowed_face(alphabet(plan))
                tasks = {
                    path: self._task(stage / str(place), path, *asked, plan, narrowed)
                    for place, (path, asked) in enumerate(wanted.items())
                }
                for path, ending in run_each(tasks, make_page, jobs=jobs, limits=limits, logs=stage):
                    task = tasks[path]
                    took = {"seconds": round(ending.seconds, 3), "attempts": ending.attempts}
                    outcome = Outcome(task.report, task.parameters, self.folder / path, path, "", **took)
                    if ending.how == "done":
                        found = task.found()
                        outcome = replace(outcome, result=found.pop("result"), reason=found.pop("reason"))
                        if outcome.result == "made":
                            made[_page(task, found)] = task.file(".html")
                    else:
                        result = "timed_out" if ending.how == "timed_out" else "failed"
                        outcome = replace(outcome, result=result, reason=ending.told)
                    if outcome.result != "made":
                        failed.update(self._failure(outcome, task.stage))
                    note(outcome)
            render = partial(index_files, narrowed=narrowed)
            publish(self.folder, stage, made=made, failed=failed, render=render, keep=keep)
        return problems

    def _task(
        self, stage: Path, path: str, name: str, parameters: Parameters, key: str, plan: Plan, narrowed: bytes
    ) -> Task:
        from analysis.report.task import Task

        return Task(
            report=name,
            path=path,
            key=key,
            notebook=self.notebook(name),
            parameters=parameters,
            plan=replace(plan, sources=_sources(self.inputs, parameters)),
            versions=shown_versions(),
            command=_command(name, parameters, self.inputs),
            stage=stage,
            engine=self.engine,
            narrowed=narrowed,
        )

    def _failure(self, outcome: Outcome, stage: Path) -> dict[Failure, list[Path]]:
        """What is kept of a failed attempt, and the files that tell of it."""
        from analysis.report.index import failure_page, last_good, read_notebook, without_places

        parameters = outcome.parameters
        failure = Failure(
            path=outcome.address,
            report=outcome.report,
            plan_id=self.inputs.id,
            as_of=parameters.as_of,
            known_at=parameters.known,
            lang=parameters.lang,
            selection=", ".join(
                self.inputs.short_name(key, parameters.lang) for key in (parameters.unit, parameters.theme) if key
            ),
            result=outcome.result,
            since=self.started,
        )
        first = self.known.failures.get(failure.path, failure)
        places = (self.inputs.folder, self.folder.resolve())
        notebook = read_notebook(stage.with_suffix(".ipynb"), places)
        log = stage.with_suffix(".log")
        text = failure_page(
            replace(failure, since=first.since),
            notebook,
            shown=last_good(self.known, outcome.address),
            reason=without_places(outcome.reason, places),
            log=without_places(log.read_text("utf-8", "replace"), places) if log.is_file() else "",
        )
        page = stage.with_suffix(".html")
        page.write_text(text, "utf-8")
        if not notebook:
            return {failure: [page]}
        kept = stage.with_suffix(".ipynb")
        kept.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), "utf-8")
        return {failure: [page, kept]}


def _page(task: Task, found: dict[str, Any]) -> Page:
    parameters = task.parameters
    return Page(
        path=task.path,
        key=task.key,
        report=task.report,
        plan_id=task.plan.id,
        plan_title=task.plan.title[parameters.lang],
        as_of=parameters.as_of,
        known_at=parameters.known,
        compare_to=parameters.compare_to,
        lang=parameters.lang,
        unit=parameters.unit,
        theme=parameters.theme,
        **found,
    )


def _sources(inputs: Inputs, parameters: Parameters) -> pd.DataFrame:
    """A row a file with the number of rows that a page uses and their hash: the same key gives the same page."""
    import pandas as pd

    used = inputs.used(parameters)
    return pd.DataFrame(
        [{"file": f"{name}.csv", "rows": len(rows.rows), "sha256": rows_hash(rows)} for name, rows in used.items()]
    )


def _command(name: str, parameters: Parameters, inputs: Inputs) -> str:
    options = {
        "plan": inputs.id if inputs.address == inputs.id else f"…/{inputs.folder.name}",
        "as-of": parameters.as_of,
        "known-at": parameters.known_at,
        "compare-to": parameters.compare_to,
        "lang": parameters.lang,
        "unit": parameters.unit,
        "theme": parameters.theme,
    }
    return " ".join(["portplan report", name, *(f"--{option} {value}" for option, value in options.items() if value)])
