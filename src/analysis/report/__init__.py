"""Make and publish reports: parameters → notebook → page → gate → site.

The only room that uses papermill and nbconvert.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from analysis.plan import Plan, data_folder, select
from analysis.report.gate import refusals
from analysis.report.page import opening_of, to_page
from analysis.report.parameters import ParameterError, Parameters, check_parameters
from analysis.report.run import NotebookFailed, notebook_of, report_names, run_notebook
from analysis.report.site import Page, SiteLocked, locked, publish, read_manifest, staging
from analysis.words import Language, chrome

__all__ = [
    "NotebookFailed",
    "Outcome",
    "ParameterError",
    "Parameters",
    "SiteLocked",
    "check_parameters",
    "make_reports",
    "report_names",
]

_VERSIONS = ("portplan", "pandas", "matplotlib", "seaborn", "papermill", "nbconvert")


@dataclass(frozen=True)
class Outcome:
    """How one page came out.

    Attributes
    ----------
    report : str
    parameters : Parameters
    result : {"made", "unchanged", "failed", "refused"}
    path : pathlib.Path
        Where the page is, or would be.
    reason : str
        Why it failed or was refused.
    """

    report: str
    parameters: Parameters
    result: str
    path: Path
    reason: str = ""


def make_reports(
    names: Iterable[str],
    plan: Plan,
    asked: Iterable[Parameters],
    *,
    folder: Path,
    jobs: int = 1,
    force: bool = False,
    tell: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Make every named report for every set of parameters, and publish the good ones together.

    Parameters
    ----------
    names : iterable of str
        Reports, from `report_names`.
    plan : analysis.plan.Plan
        The whole plan that all `asked` name.
    asked : iterable of Parameters
    folder : pathlib.Path
        The site.
    jobs : int
        Notebooks that run at the same time.
    force : bool
        Run even what has not changed.
    tell : callable
        Called with each outcome as it comes.

    Raises
    ------
    SiteLocked
        When another run is publishing to the folder.
    """
    wanted = [(name, parameters) for parameters in asked for name in names]
    outcomes: list[Outcome] = []

    def note(outcome: Outcome) -> None:
        outcomes.append(outcome)
        tell(outcome)

    with locked(folder), staging(folder) as stage:
        known = read_manifest(folder)
        tasks: dict[str, tuple[str, Parameters, str]] = {}
        for name, parameters in wanted:
            path, key = page_path(name, plan, parameters), page_key(name, plan, parameters)
            if not force and path in known and known[path].key == key and _is_whole(folder / path, known[path]):
                note(Outcome(name, parameters, "unchanged", folder / path))
            else:
                tasks[path] = (name, parameters, key)
        made: dict[Page, str] = {}
        for path, result in _run_all(tasks, plan, stage, jobs):
            name, parameters, _ = tasks[path]
            if isinstance(result, tuple):
                made[result[0]] = result[1]
                note(Outcome(name, parameters, "made", folder / path))
            else:
                note(Outcome(name, parameters, result.result, folder / path, result.reason))
        if made:
            publish(folder, stage, made)
    return outcomes


def page_path(name: str, plan: Plan, parameters: Parameters) -> str:
    """Where a page lies in its site: ``plan/date/language/report.html``, made of ids only."""
    chosen = select(plan, unit=parameters.unit, theme=parameters.theme).selection
    parts = [name, *(f"{kind}-{chosen[kind]}" for kind in ("unit", "theme") if kind in chosen)]
    date = parameters.as_of
    if parameters.known_at not in ("", parameters.as_of):
        date += f"_known_{parameters.known_at}"
    if parameters.compare_to:
        date += f"_compared_{parameters.compare_to}"
    return f"{plan.id}/{date}/{parameters.lang}/{'_'.join(parts)}.html"


def page_key(name: str, plan: Plan, parameters: Parameters) -> str:
    """A hash of all that a page is made of: notebook, library, versions, parameters, tables, and the rows it uses."""
    narrowed = select(plan, unit=parameters.unit, theme=parameters.theme)
    log = narrowed.progress
    # A correction takes its statement back whatever day it speaks of, so it counts even when that day is later.
    used = log["reported_at"].le(parameters.known()) & (log["as_of"].le(parameters.as_of) | log["supersedes"].ne(""))
    parts = {
        "notebook": notebook_of(name).read_bytes(),
        "library": _library_hash().encode(),
        "versions": json.dumps(_versions()).encode(),
        "parameters": parameters.model_dump_json(exclude={"plan_id"}).encode(),
        "plan": (plan.folder / "plan.toml").read_bytes(),
        "progress": log[used].to_csv(index=False).encode(),
        **{
            table: getattr(narrowed, table).to_csv(index=False).encode()
            for table in ("themes", "units", "measures", "responsibilities", "commitments")
        },
    }
    digests = {part: hashlib.sha256(content).hexdigest() for part, content in parts.items()}
    return hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()


def _run_all(
    tasks: dict[str, tuple[str, Parameters, str]], plan: Plan, stage: Path, jobs: int
) -> Iterable[tuple[str, tuple[Page, str] | Outcome]]:
    if jobs == 1 or len(tasks) == 1:
        for number, (path, task) in enumerate(tasks.items()):
            yield path, _make_page(path, *task, plan, stage / f"{number}.ipynb")
        return
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        running = {
            pool.submit(_make_page, path, *task, plan, stage / f"{number}.ipynb"): path
            for number, (path, task) in enumerate(tasks.items())
        }
        for finished in as_completed(running):
            yield running[finished], finished.result()


def _make_page(
    path: str, name: str, parameters: Parameters, key: str, plan: Plan, output: Path
) -> tuple[Page, str] | Outcome:
    try:
        notebook = run_notebook(name, parameters, output)
    except NotebookFailed as failed:
        return Outcome(name, parameters, "failed", Path(path), str(failed))
    say = Language(parameters.lang, plan)
    text = to_page(
        notebook,
        chrome(
            plan,
            say,
            versions=_versions(),
            parameters=_told(parameters, plan),
            command=_command(name, parameters, plan),
        ),
    )
    reasons = refusals(notebook, text)
    if reasons:
        return Outcome(name, parameters, "refused", Path(path), "；".join(reasons))
    opening = opening_of(notebook)
    chosen = select(plan, unit=parameters.unit, theme=parameters.theme).selection
    page = Page(
        path=path,
        key=key,
        sha256=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        report=name,
        plan_id=plan.id,
        plan_title=plan.title[parameters.lang],
        as_of=parameters.as_of,
        known_at=parameters.known_at or parameters.as_of,
        lang=parameters.lang,
        selection=say.listing(map(say.name, chosen.values())),
        title=opening["title"],
        headline=opening["headline"],
    )
    return page, text


def _told(parameters: Parameters, plan: Plan) -> dict[str, str]:
    # A path would name the machine, and make the same inputs give different pages.
    return {**parameters.model_dump(), "plan_id": plan.id}


def _command(name: str, parameters: Parameters, plan: Plan) -> str:
    where = plan.id if plan.folder.parent == data_folder().resolve() else f"…/{plan.folder.name}"
    options = {
        "plan": where,
        "as-of": parameters.as_of,
        "known-at": parameters.known_at,
        "compare-to": parameters.compare_to,
        "lang": parameters.lang,
        "unit": parameters.unit,
        "theme": parameters.theme,
    }
    return " ".join(["portplan report", name, *(f"--{option} {value}" for option, value in options.items() if value)])


def _is_whole(path: Path, page: Page) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == page.sha256


@cache
def _library_hash() -> str:
    package = Path(__file__).resolve().parents[1]
    files = sorted(path for path in package.rglob("*") if path.suffix in {".py", ".j2", ".css", ".po", ".json"})
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in _VERSIONS}}
