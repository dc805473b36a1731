"""One page, from its notebook to the file that can be published: what a worker does."""

from __future__ import annotations

import errno
import gc
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.parameters import Parameters
from analysis.report.run import NotebookFailed, run_notebook
from analysis.schema import NO_FEEDBACK

if TYPE_CHECKING:
    from analysis.plan import Plan

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


@dataclass(frozen=True)
class Task:
    """A page to be made.

    Attributes
    ----------
    report : str
    path : str
        Its place in the site.
    key : str
    notebook : pathlib.Path
    parameters : Parameters
    plan : analysis.plan.Plan
        The whole plan; its `sources` are the rows that the page uses.
    versions : mapping of str to str
    command : str
        How to make the page again.
    stage : pathlib.Path
        Where the worker writes, without an ending: .ipynb, .html, .json.
    engine : {"warm", "kernel"}
    narrowed : bytes
        From `analysis.report.face.narrowed_face`.
    """

    report: str
    path: str
    key: str
    notebook: Path
    parameters: Parameters
    plan: Plan
    versions: Mapping[str, str]
    command: str
    stage: Path
    engine: str
    narrowed: bytes

    def file(self, ending: str) -> Path:
        """The file that the worker writes with an ending."""
        return self.stage.with_suffix(ending)

    def found(self) -> dict[str, Any]:
        """What the worker found out: result, reason, and of a good page its title, headline, names and hash."""
        return json.loads(self.file(".json").read_text("utf-8"))


def warm_up() -> None:
    """Import what every page needs, before the processes fork that make them."""
    from analysis.report.run import warm_papermill

    # Before anything else that imports it: it knows what may be left out.
    warm_papermill()
    import nbformat
    from matplotlib import pyplot  # noqa: F401

    from analysis import charts, coverage, exhibits, status, trend, words, workload  # noqa: F401
    from analysis.report import engine, gate, page, shell  # noqa: F401

    engine.register()
    for room in (shell, words, exhibits, page):
        room.warm_up()
    # The first check compiles the schema of notebooks.
    nbformat.validate(nbformat.v4.new_notebook())
    # What is there now stays: no process need look through it for something to throw away.
    gc.collect()
    gc.freeze()


def make_page(task: Task) -> None:
    """Make a page and write what came of it next to it."""
    _forget_the_user()
    try:
        found = _make(task)
    except NotebookFailed as failed:
        found = {"result": "failed", "reason": str(failed)}
    except MemoryError:
        found = {"result": "failed", "reason": "超过内存上限"}
    except OSError as failed:
        if failed.errno not in _NO_ROOM:
            raise
        found = {"result": "failed", "reason": f"无法写入：{os.strerror(failed.errno)}"}
    task.file(".json").write_text(json.dumps(found, ensure_ascii=False), "utf-8")


def _forget_the_user() -> None:
    """Draw by matplotlib's own settings, here and in a kernel: a user's would make other pages of the same inputs."""
    import matplotlib as mpl

    os.environ["MATPLOTLIBRC"] = str(Path(mpl.get_data_path()) / "matplotlibrc")
    mpl.rcdefaults()


def _make(task: Task) -> dict[str, Any]:
    parameters = task.parameters
    notebook = run_notebook(task.notebook, parameters.model_dump(), task.file(".ipynb"), engine=task.engine)

    from analysis.plan import select
    from analysis.report.gate import refusals
    from analysis.report.page import opening_of, to_page
    from analysis.words import Language, chrome

    say = Language(parameters.lang, task.plan)
    # A path would name the machine, and make the same inputs give different pages.
    told = {**parameters.model_dump(), "plan_id": task.plan.id}
    around = chrome(task.plan, say, versions=task.versions, parameters=told, command=task.command)
    page = to_page(notebook, around, narrowed=task.narrowed).encode("utf-8")
    narrowed = select(task.plan, unit=parameters.unit, theme=parameters.theme)
    reasons = refusals(notebook, page.decode("utf-8"), narrowed)
    if reasons:
        return {"result": "refused", "reason": "；".join(reasons)}
    with task.file(".html").open("wb") as file:
        file.write(page)
        file.flush()
        os.fsync(file.fileno())
    opening = opening_of(notebook)
    return {
        "result": "made",
        "reason": "",
        "title": opening["title"],
        "headline": opening["headline"],
        "banner": " ".join(opening["banners"]),
        "measures": sum(opening["counts"].values()),
        "closed": opening["counts"].get("closed", 0),
        "no_feedback": opening["counts"].get(NO_FEEDBACK, 0),
        "selection": say.listing(map(say.name, narrowed.selection.values())),
        "sha256": hashlib.sha256(page).hexdigest(),
    }
