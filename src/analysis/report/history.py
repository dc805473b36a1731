"""The record of runs that a site keeps: what was asked, how it ended, how long it took."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.files import write_whole
from analysis.report.keys import rows_hash, shown_versions

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from analysis.parameters import Parameters
    from analysis.report.inputs import Inputs

FOLDER = "runs"
_KEPT = 500


@dataclass(frozen=True)
class Outcome:
    """How one page came out.

    Attributes
    ----------
    report : str
    parameters : Parameters
    path : pathlib.Path
        Where the page is, or would be.
    address : str
        The same within its site.
    result : {"made", "unchanged", "failed", "timed_out", "refused", "bad_data"}
    reason : str
        Why there is no new page.
    seconds : float
    attempts : int
    """

    report: str
    parameters: Parameters
    path: Path
    address: str
    result: str
    reason: str = ""
    seconds: float = 0.0
    attempts: int = 0


@dataclass(frozen=True)
class Run:
    """How a run came out.

    Attributes
    ----------
    outcomes : tuple of Outcome
    seconds : float
    problems : pandas.DataFrame or None
        Every problem of the plan's data, when that is why nothing was made.
    """

    outcomes: tuple[Outcome, ...]
    seconds: float
    problems: pd.DataFrame | None = None

    def counts(self) -> dict[str, int]:
        """How many pages came out in each way, in the order in which the ways first came up."""
        results = [outcome.result for outcome in self.outcomes]
        return {result: results.count(result) for result in dict.fromkeys(results)}


def record_run(folder: Path, run: Run, inputs: Inputs, *, started: str, engine: str) -> Path:
    """Keep a run's record as ``runs/<number>.json``; numbers count up, whatever the clock says.

    Parameters
    ----------
    folder : pathlib.Path
        The site, held by this run.
    run : Run
    inputs : analysis.report.inputs.Inputs
        What its pages were made of.
    started : str
        The time by the clock.
    engine : str
        How its notebooks ran.
    """
    kept = {
        "started": started,
        "seconds": round(run.seconds, 3),
        "plan": inputs.id,
        "engine": engine,
        "versions": shown_versions(),
        "inputs": {name: rows_hash(rows) for name, rows in inputs.tables.items()},
        "counts": run.counts(),
        "pages": [
            {
                "path": outcome.address,
                "report": outcome.report,
                "parameters": outcome.parameters.model_dump(exclude={"plan_id"}),
                "result": outcome.result,
                "reason": outcome.reason,
                "seconds": outcome.seconds,
                "attempts": outcome.attempts,
            }
            for outcome in run.outcomes
        ],
    }
    files = _files(folder)
    number = int(files[-1].stem) + 1 if files else 1
    file = folder / FOLDER / f"{number:06d}.json"
    file.parent.mkdir(exist_ok=True)
    write_whole(file, json.dumps({"run": number, **kept}, ensure_ascii=False, indent=1).encode("utf-8"))
    for old in files[: -_KEPT + 1]:
        old.unlink(missing_ok=True)
    return file


def read_runs(folder: Path, *, last: int) -> list[dict[str, Any]]:
    """The last runs of a site, oldest first."""
    return [json.loads(file.read_text("utf-8")) for file in _files(folder)[-last:]]


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in (folder / FOLDER).glob("*.json") if file.stem.isdigit())
