"""Make and publish reports: keys → notebooks in processes of their own → pages → site, and a record of the run."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from analysis.parameters import Parameters
from analysis.report.history import Outcome, Run, record_run
from analysis.report.keys import page_key, page_path, rows_hash, shown_versions
from analysis.runner import ENGINES, Limits, Registry, Report, read_registry, run_each
from analysis.site import (
    Failure,
    Manifest,
    Page,
    SiteNotWritable,
    expired,
    is_published,
    is_whole,
    locked,
    publish,
    read_manifest,
    staging,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    import pandas as pd

    from analysis.plan import Plan
    from analysis.report.inputs import Inputs
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
    registry: Registry | None = None,
) -> Run:
    """Make every report that is wanted and has changed, and publish the good ones together.

    Parameters
    ----------
    wanted : iterable of (str, Parameters)
        Reports and what is asked of each, from `check_parameters`.
    inputs : Inputs
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
    limits : analysis.runner.Limits, optional
        What each notebook may take.
    keep : int
        Dates of a plan to keep.
    tell : callable
        Called with each outcome as it comes.
    registry : analysis.runner.Registry, optional
        The reports there are; those of the project when left out.

    Raises
    ------
    analysis.files.Busy
        When another run is publishing to the folder.
    analysis.plan.UnknownName
        When there is no report of a name that is wanted.
    SiteNotWritable
        When the folder cannot be written to; what it held stands.
    """
    began = time.monotonic()
    registry = registry or read_registry()
    asked = {page_path(name, inputs, parameters): (registry.find(name), parameters) for name, parameters in wanted}
    outcomes: list[Outcome] = []
    problems = None

    def note(outcome: Outcome) -> None:
        outcomes.append(outcome)
        tell(outcome)

    is_new = not folder.exists()
    try:
        with locked(folder):
            known = read_manifest(folder)
            changed: dict[str, str] = {}
            for path, (report, parameters) in asked.items():
                key = page_key(report.notebook, inputs, parameters)
                page = known.pages.get(path)
                if force or page is None or page.key != key or path in known.failures or not is_published(folder, page):
                    changed[path] = key
                else:
                    note(Outcome(report.name, parameters, folder / path, path, "unchanged"))
            if changed or not known.index or not is_whole(folder, known) or expired(known, keep, asked):
                making = _Making(inputs, folder, started, known, engine, registry)
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


_Changed = tuple[Report, Parameters, str]
"""A report, what is asked of it, and the key of the page that comes of it."""


@dataclass(frozen=True)
class _Making:
    inputs: Inputs
    folder: Path
    started: str
    known: Manifest
    engine: str
    registry: Registry

    def run(
        self,
        changed: Mapping[str, _Changed],
        jobs: int,
        limits: Limits,
        keep: int,
        note: Callable[[Outcome], None],
    ) -> pd.DataFrame | None:
        """Make pages and publish them; gives the problems of the data when there are any."""
        # Slow to import, and not needed when there is nothing to do.
        from analysis.language import alphabet
        from analysis.page import narrowed_face
        from analysis.plan import open_plan
        from analysis.report.task import make_page, warm_up
        from analysis.schema import DataError
        from analysis.site.index import index_files
        from analysis.site.linking import linked_pages

        made: dict[Page, Path] = {}
        failed: dict[Failure, list[Path]] = {}
        problems = None
        narrowed = b""
        with staging(self.folder) as stage:
            try:
                plan = open_plan(self.inputs.folder) if changed else None
            except DataError as broken:
                plan, problems = None, broken.problems
                told = self._told({parameters.lang for _, parameters, _ in changed.values()})
                for place, (path, (report, parameters, _)) in enumerate(changed.items()):
                    outcome = Outcome(
                        report.name, parameters, self.folder / path, path, "bad_data", told[parameters.lang]
                    )
                    failed.update(self._failure(outcome, stage / str(place), narrowed))
                    note(outcome)
            if plan:
                warm_up()
                narrowed = narrowed_face(alphabet(plan))
                tasks = {
                    path: self._task(stage / str(place), path, *asked, plan, narrowed)
                    for place, (path, asked) in enumerate(changed.items())
                }
                for path, ending in run_each(tasks, make_page, jobs=jobs, limits=limits, logs=stage):
                    task = tasks[path]
                    took = {"seconds": round(ending.seconds, 3), "attempts": ending.attempts}
                    outcome = Outcome(task.report, task.parameters, self.folder / path, path, "", **took)
                    if ending.how == "done":
                        work = task.ending()
                        outcome = replace(outcome, result=work.pop("result"), reason=work.pop("reason"))
                        if outcome.result == "made":
                            made[_page(task, work)] = task.file(".html")
                    else:
                        result = "timed_out" if ending.how == "timed_out" else "failed"
                        outcome = replace(outcome, result=result, reason=ending.reason)
                    if outcome.result != "made":
                        failed.update(self._failure(outcome, task.stage, narrowed))
                    note(outcome)
            about = {"reports": self.registry.reports, "narrowed": narrowed}
            render, link = partial(index_files, **about), partial(linked_pages, **about)
            publish(self.folder, stage, made=made, failed=failed, render=render, link=link, keep=keep)
        return problems

    def _task(
        self, stage: Path, path: str, report: Report, parameters: Parameters, key: str, plan: Plan, narrowed: bytes
    ) -> Task:
        from analysis.report.task import Task

        return Task(
            report=report.name,
            path=path,
            key=key,
            notebook=report.notebook,
            parameters=parameters,
            plan=replace(plan, sources=_sources(self.inputs, parameters)),
            versions=shown_versions(),
            command=_command(report.name, parameters, self.inputs),
            stage=stage,
            engine=self.engine,
            narrowed=narrowed,
        )

    def _told(self, spoken: Iterable[str]) -> dict[str, str]:
        """What is wrong with the data, in each of some languages."""
        from analysis.plan import check_plan
        from analysis.schema import DataError

        return {lang: str(DataError(check_plan(self.inputs.folder, lang=lang))) for lang in spoken}

    def _failure(self, outcome: Outcome, stage: Path, narrowed: bytes) -> dict[Failure, list[Path]]:
        """What is kept of a failed attempt, and the files that say what happened."""
        from analysis.page import Executed, read_notebook, without_places
        from analysis.site.index import page_of_failure

        asked = outcome.parameters
        names = [self.inputs.short_name(key, asked.lang) for key in (asked.unit, asked.theme) if key]
        failure = Failure(
            path=outcome.address,
            report=outcome.report,
            parameters=asked.model_copy(update={"plan_id": self.inputs.id}),
            selection=", ".join(names),
            result=outcome.result,
            since=self.started,
        )
        first = self.known.failures.get(failure.path, failure)
        places = (self.inputs.folder, self.folder.resolve())
        notebook = read_notebook(stage.with_suffix(".ipynb"), places)
        log = stage.with_suffix(".log")
        text = page_of_failure(
            self.known,
            replace(failure, since=first.since),
            Executed.of(notebook),
            reports=self.registry.reports,
            reason=without_places(outcome.reason, places),
            log=without_places(log.read_text("utf-8", "replace"), places) if log.is_file() else "",
            narrowed=narrowed,
        )
        page = stage.with_suffix(".html")
        page.write_text(text, "utf-8")
        if not notebook:
            return {failure: [page]}
        kept = stage.with_suffix(".ipynb")
        kept.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), "utf-8")
        return {failure: [page, kept]}


def _page(task: Task, work: dict[str, Any]) -> Page:
    asked = task.parameters.model_copy(update={"plan_id": task.plan.id})
    title = task.plan.title.get(asked.lang) or task.plan.title[task.plan.lang]
    return Page(path=task.path, key=task.key, report=task.report, plan_title=title, parameters=asked, **work)


def _sources(inputs: Inputs, parameters: Parameters) -> pd.DataFrame:
    """A row a file with the number of rows that a page uses and their hash: the same key gives the same page."""
    import pandas as pd

    used = inputs.used(parameters)
    return pd.DataFrame(
        [{"file": f"{name}.csv", "rows": len(rows.rows), "sha256": rows_hash(rows)} for name, rows in used.items()]
    )


def _command(name: str, parameters: Parameters, inputs: Inputs) -> str:
    plan = inputs.id if inputs.address == inputs.id else f"…/{inputs.folder.name}"
    options = {"plan": plan, **parameters.model_dump(exclude={"plan_id"})}
    given = (f"--{option.replace('_', '-')} {value}" for option, value in options.items() if value)
    return " ".join(["portplan report", name, *given])
