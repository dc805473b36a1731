"""Make and publish reports: keys → notebooks in processes of their own → pages → site, and a record of the run."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from analysis.catalogue import system_reason
from analysis.files import without_secrets
from analysis.history import Outcome, Run, record_run
from analysis.manifest import Failure, Manifest, Origin, Page, Retention, SiteNotWritable, check_origin, read_manifest
from analysis.office import check_formats, documents_of
from analysis.parameters import Parameters
from analysis.report.keeping import head_of, kept_of, origin_of, reader_of, retention_of, secrets_in
from analysis.report.keys import page_key, page_path, rows_hash, shown_command, shown_sources, shown_versions
from analysis.runner import ENGINES, Limits, Registry, Report, read_registry, run_each
from analysis.site import is_kept, is_published, is_whole, locked, present, publish, staging, withdraw

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path

    import pandas as pd

    from analysis.basis import Kept
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
    retire: Collection[str] = (),
    same_plan: bool = False,
    formats: Collection[str] | None = None,
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
        Period ends of the plan to keep.
    retire : collection of str
        Dates of the plan that are to go, or `analysis.site.EXPIRED`; without it at most one goes a run.
    same_plan : bool
        Somebody says that the plan is the one that published under its id before, though it was moved or corrected, or
        its record has fewer rows.
    formats : collection of str, optional
        Of `analysis.manifest.FORMATS`: the documents that are to lie beside each page. When left out, those that lie
        there already.
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
        When the folder cannot be written to, or is not this plan's; what it held stands.
    """
    began = time.monotonic()
    check_formats(formats or ())
    registry = registry or read_registry()
    asked = {page_path(name, inputs, parameters): (registry.find(name), parameters) for name, parameters in wanted}
    outcomes: list[Outcome] = []
    problems = None

    def note(outcome: Outcome) -> None:
        outcome = replace(outcome, reason=without_secrets(outcome.reason, secrets_in(inputs)))
        outcomes.append(outcome)
        tell(outcome)

    def stands(known: Manifest, page: Page) -> bool:
        return is_published(folder, page) and is_kept(folder, known, page)

    is_new = not folder.exists()
    try:
        with locked(folder):
            known = read_manifest(folder)
            origin = check_origin(known, inputs.id, origin_of(inputs, folder), same_plan=same_plan)
            days = {parameters.as_of for _, parameters in asked.values()}
            # What is no time, as a library's caller may give, tells no day.
            today = started[:10] if "T" in started else ""
            retention = retention_of(inputs, today, keep=keep, asked=days, retire=retire)
            changed: dict[str, str] = {}
            beside: dict[str, tuple[str, ...]] = {}
            for path, (report, parameters) in asked.items():
                key = page_key(report.notebook, inputs, parameters)
                page = known.pages.get(path)
                beside[path] = documents_of(report, formats if formats is not None else page.formats if page else ())
                is_same = page and page.key == key and page.formats == beside[path] and stands(known, page)
                if force or not is_same or path in known.failures:
                    changed[path] = key
                else:
                    note(Outcome(report.name, parameters, folder / path, path, "unchanged"))
            is_current = known.plans.get(inputs.id) == origin and known.index and is_whole(folder, known)
            retired, there = retention.gone(known), present(folder, known)
            if changed or retired or not is_current:
                if not same_plan:
                    head_of(inputs, known)
                making = _Making(inputs, folder, started, known, engine, registry, origin, retention, is_new)
                todo = {path: (*asked[path], key, beside[path]) for path, key in changed.items()}
                problems = making.run(todo, jobs, limits or Limits(), note)
            left = read_manifest(folder)
            run = Run(
                tuple(outcomes),
                time.monotonic() - began,
                problems,
                retired=tuple(sorted(retention.dates(there) - retention.dates(left))),
                expired=tuple(retention.expired(left)),
                lost=tuple(sorted(known.pages.keys() - there.pages.keys() - asked.keys())),
                ahead=tuple(day for day in sorted(retention.dates(left)) if today and day > today),
            )
            begins = problems is None or not is_new
            if begins:
                hashes = {name: rows_hash(rows) for name, rows in inputs.tables.items()}
                about = {"plan": inputs.id, "engine": engine, "versions": shown_versions(), "inputs": hashes}
                run = replace(run, unrecorded=record_run(folder, run, started=started, **about))
        if not begins:
            withdraw(folder)
    except OSError as failed:
        raise SiteNotWritable(f"无法写入 {folder}：{system_reason(failed)}；站点上的页面仍然完好") from failed
    return run


_Changed = tuple[Report, Parameters, str, tuple[str, ...]]
"""A report, what is asked of it, the key of the page that comes of it, and the formats of the documents beside it."""


@dataclass(frozen=True)
class _Making:
    inputs: Inputs
    folder: Path
    started: str
    known: Manifest
    engine: str
    registry: Registry
    origin: Origin
    retention: Retention
    is_new: bool

    def run(
        self, changed: Mapping[str, _Changed], jobs: int, limits: Limits, note: Callable[[Outcome], None]
    ) -> pd.DataFrame | None:
        """Make pages and publish them; gives the problems of the data when there are any."""
        # Slow to import, and not needed when there is nothing to do.
        from analysis.basis.packaging import package_files
        from analysis.language import alphabet
        from analysis.page import narrowed_face
        from analysis.plan import check_plan, open_plan
        from analysis.report.failing import told_of
        from analysis.report.task import make_page, warm_up
        from analysis.schema import DataError
        from analysis.site.index import index_files
        from analysis.site.linking import linked_pages

        told = partial(told_of, inputs=self.inputs, folder=self.folder, known=self.known, since=self.started)
        told = partial(told, reports=self.registry.reports)
        made: dict[Page, Path] = {}
        failed: dict[Failure, list[Path]] = {}
        problems = None
        narrowed = b""
        kept: dict[str, Kept | None] = {}
        with staging(self.folder) as stage:
            try:
                plan = open_plan(self.inputs.folder) if changed else None
            except DataError as broken:
                plan, problems = None, broken.problems
                spoken = {asked.lang for _, asked, *_ in changed.values()}
                wrong = {lang: str(DataError(check_plan(self.inputs.folder, lang=lang))) for lang in spoken}
                for place, (path, (report, asked, *_)) in enumerate(changed.items()):
                    outcome = Outcome(report.name, asked, self.folder / path, path, "bad_data", wrong[asked.lang])
                    failed.update(told(outcome, stage / str(place)))
                    note(outcome)
            if plan:
                kept = {day: kept_of(self.inputs, day) for day in {asked.known_at for _, asked, *_ in changed.values()}}
                warm_up()
                narrowed = narrowed_face(alphabet(plan))
                tasks = {
                    path: self._task(stage / str(place), path, *asked, plan, narrowed)
                    for place, (path, asked) in enumerate(changed.items())
                }
                told = partial(told, narrowed=narrowed)
                # Closed before the stage goes, so that no process writes to it any more.
                with closing(run_each(tasks, make_page, jobs=jobs, limits=limits, logs=stage)) as endings:
                    for path, ending in endings:
                        task = tasks[path]
                        took = {"seconds": round(ending.seconds, 3), "attempts": ending.attempts}
                        outcome = Outcome(task.report, task.parameters, self.folder / path, path, "", **took)
                        if ending.how == "done":
                            work = task.ending()
                            outcome = replace(outcome, result=work.pop("result"), reason=work.pop("reason"))
                            if outcome.result == "made":
                                basis = kept[task.parameters.known_at]
                                made[_page(task, work, basis.basis.key if basis else "")] = task.file(".html")
                        else:
                            result = "timed_out" if ending.how == "timed_out" else "failed"
                            outcome = replace(outcome, result=result, reason=ending.reason)
                        if outcome.result != "made":
                            failed.update(told(outcome, task.stage))
                        note(outcome)
            if problems is None or not self.is_new:
                # Bad data begins no site.
                drawn = {"reports": self.registry.reports, "narrowed": narrowed}
                bases = [basis for basis in kept.values() if basis]
                texts = {path: text for basis in bases for path, text in basis.in_site().items()}
                link = partial(linked_pages, **drawn)

                def render(manifest: Manifest) -> dict[str, str]:
                    return index_files(manifest, **drawn) | package_files(manifest, reader_of(self.folder, texts))

                options = {
                    "retention": self.retention,
                    "plans": {self.inputs.id: self.origin},
                    "bases": {basis.basis.key: basis.basis for basis in bases},
                    "heads": head_of(self.inputs),
                    "inputs": texts,
                }
                publish(self.folder, stage, made=made, failed=failed, render=render, link=link, **options)
        return problems

    def _task(
        self,
        stage: Path,
        path: str,
        report: Report,
        parameters: Parameters,
        key: str,
        formats: tuple[str, ...],
        plan: Plan,
        narrowed: bytes,
    ) -> Task:
        from analysis.report.task import Task

        return Task(
            report=report.name,
            path=path,
            key=key,
            notebook=report.notebook,
            parameters=parameters,
            plan=replace(plan, sources=shown_sources(self.inputs, parameters)),
            versions=shown_versions(),
            command=shown_command(report.name, parameters, self.inputs),
            stage=stage,
            engine=self.engine,
            narrowed=narrowed,
            title=report.title(parameters.lang),
            paper=report.paper,
            formats=formats,
        )


def _page(task: Task, work: dict[str, Any], basis: str) -> Page:
    asked = task.parameters.model_copy(update={"plan_id": task.plan.id})
    title = task.plan.title.get(asked.lang) or task.plan.title[task.plan.lang]
    return Page(
        path=task.path, key=task.key, report=task.report, plan_title=title, parameters=asked, basis=basis, **work
    )
