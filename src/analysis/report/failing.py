"""What is kept of an attempt at a page that failed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.page import Executed, read_notebook, without_places
from analysis.report.keeping import secrets_in
from analysis.site import Failure, Manifest
from analysis.site.index import Reports, page_of_failure

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.history import Outcome
    from analysis.report.inputs import Inputs


def told_of(
    outcome: Outcome,
    stage: Path,
    *,
    inputs: Inputs,
    folder: Path,
    known: Manifest,
    since: str,
    reports: Reports,
    narrowed: bytes = b"",
) -> dict[Failure, list[Path]]:
    """A failure, and the files that say what happened.

    Parameters
    ----------
    outcome : analysis.history.Outcome
    stage : pathlib.Path
        Where the worker wrote, without an ending.
    inputs : analysis.report.inputs.Inputs
    folder : pathlib.Path
        The site.
    known : analysis.site.Manifest
        What it holds.
    since : str
        When this run began.
    reports : mapping of str to analysis.runner.Report
    narrowed : bytes
        From `analysis.page.narrowed_face`, to be quicker.
    """
    asked = outcome.parameters
    names = [inputs.short_name(key, asked.lang) for key in (asked.unit, asked.theme) if key]
    failure = Failure(
        path=outcome.address,
        report=outcome.report,
        parameters=asked.model_copy(update={"plan_id": inputs.id}),
        selection=", ".join(names),
        result=outcome.result,
        since=since,
    )
    first = known.failures.get(failure.path, failure)
    hidden = (inputs.folder, folder.resolve()), secrets_in(inputs)
    notebook = read_notebook(stage.with_suffix(".ipynb"), *hidden)
    log = stage.with_suffix(".log")
    text = page_of_failure(
        known,
        replace(failure, since=first.since),
        Executed.of(notebook),
        reports=reports,
        reason=without_places(outcome.reason, *hidden),
        log=without_places(log.read_text("utf-8", "replace"), *hidden) if log.is_file() else "",
        narrowed=narrowed,
    )
    page = stage.with_suffix(".html")
    page.write_text(text, "utf-8")
    if not notebook:
        return {failure: [page]}
    kept = stage.with_suffix(".ipynb")
    kept.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), "utf-8")
    return {failure: [page, kept]}
