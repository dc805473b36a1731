"""One page, from its notebook to the file that can be published: what a worker does."""

from __future__ import annotations

import errno
import gc
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import runner
from analysis.catalogue import in_language, system_reason
from analysis.extras import MissingExtra
from analysis.report.inputs import read_inputs
from analysis.report.keeping import secrets_in
from analysis.report.keys import page_key
from analysis.schema import NO_FEEDBACK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.parameters import Parameters
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
    parameters : analysis.parameters.Parameters
        From `analysis.report.check_parameters`; `plan_id` is what the notebook opens the plan by.
    plan : analysis.plan.Plan
        The whole plan; its `sources` are the rows that the page uses.
    versions : mapping of str to str
    command : str
        How to make the page again.
    stage : pathlib.Path
        Where the worker writes, without an ending: .ipynb, .html, .json.
    engine : {"warm", "kernel"}
    narrowed : bytes
        From `analysis.page.narrowed_face`.
    title, paper : str
        What the report is called, and what kind of document it is on paper.
    formats : tuple of str
        Of the documents that are to lie beside the page.
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
    title: str = ""
    paper: str = ""
    formats: tuple[str, ...] = ()

    def file(self, ending: str) -> Path:
        """The file that the worker writes with an ending."""
        return self.stage.with_suffix(ending)

    def ending(self) -> dict[str, Any]:
        """How the work ended: result, reason, and of a good page what `analysis.site.Page` holds of it."""
        return json.loads(self.file(".json").read_text("utf-8"))


def warm_up() -> None:
    """Import what every page needs, before the processes fork that make them."""
    runner.warm_up()
    from matplotlib import pyplot  # noqa: F401

    from analysis import brief, charts, coverage, exhibits, language, ledger, page, trend, words, workload  # noqa: F401
    from analysis.plan import loading, reading  # noqa: F401

    for room in (language, exhibits, page):
        room.warm_up()
    # What is there now stays: no process need look through it for something to throw away.
    gc.collect()
    gc.freeze()


def make_page(task: Task) -> None:
    """Make a page and write what came of it next to it."""
    from analysis.language import Language

    _forget_the_user()
    say = Language(task.parameters.lang)
    try:
        ending = _make(task)
    except (runner.NotebookFailed, MissingExtra) as failed:
        ending = {"result": "failed", "reason": str(failed)}
    except MemoryError:
        ending = {"result": "failed", "reason": say("it ran out of memory")}
    except OSError as failed:
        if failed.errno not in _NO_ROOM:
            raise
        reason = in_language(system_reason(failed), task.parameters.lang)
        ending = {"result": "failed", "reason": say("it cannot be written: {reason}", reason=reason)}
    task.file(".json").write_text(json.dumps(ending, ensure_ascii=False), "utf-8")


def _forget_the_user() -> None:
    """Draw by matplotlib's own settings, here and in a kernel: a user's would make other pages of the same inputs."""
    import matplotlib as mpl

    os.environ["MATPLOTLIBRC"] = str(Path(mpl.get_data_path()) / "matplotlibrc")
    mpl.rcdefaults()


def _make(task: Task) -> dict[str, Any]:
    asked = task.parameters
    notebook = runner.run_notebook(task.notebook, asked, task.file(".ipynb"), engine=task.engine)

    from analysis.language import Language
    from analysis.office import make_document
    from analysis.opening import chrome
    from analysis.page import Executed, refusals, to_page
    from analysis.site.places import blocks

    inputs = read_inputs(task.plan.folder)
    if page_key(task.notebook, inputs, asked) != task.key:
        return {"result": "refused", "reason": "方案数据在生成期间有变：本页没有发布，请重新运行"}
    executed = Executed.of(notebook)
    narrowed = task.plan.select(unit=asked.unit, theme=asked.theme)
    say = Language(asked.lang, task.plan)
    # A path would name the machine, and make the same inputs give different pages.
    shown = asked.model_copy(update={"plan_id": task.plan.id}).model_dump()
    around = chrome(say, versions=task.versions, parameters=shown, command=task.command)
    page = to_page(executed, around, narrowed=task.narrowed)
    now = narrowed.at(asked.as_of, known_at=asked.known_at)
    reasons = refusals(executed, page, now, say)
    if any(secret in page for secret in secrets_in(inputs)):
        reasons.append(say("the page holds the password of a database"))
    if reasons:
        return {"result": "refused", "reason": "；".join(reasons)}
    about = Language(asked.lang, narrowed, as_of=now.as_of)
    named = {"title": task.title, "paper": task.paper, "day": now.as_of}
    files = {one: make_document(one, executed, around, about, **named) for one in task.formats}
    files["html"] = page.encode("utf-8")
    for ending, content in files.items():
        with task.file(f".{ending}").open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    hashes = {ending: hashlib.sha256(content).hexdigest() for ending, content in files.items()}
    return {
        "result": "made",
        "reason": "",
        "title": executed.title,
        "headline": executed.headline,
        "banner": " ".join(executed.banners),
        "measures": sum(executed.counts.values()),
        "closed": executed.counts.get(task.plan.finished, 0),
        "finished": task.plan.finished,
        "blocks": blocks(page),
        "no_feedback": executed.counts.get(NO_FEEDBACK, 0),
        "selection": say.listing(about.selected()),
        "sha256": hashes.pop("html"),
        **hashes,
    }
