"""The record of runs that a site keeps: what was asked, how it ended, how long it took."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

from analysis.catalogue import system_reason
from analysis.files import write_whole
from analysis.site import SiteNotWritable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from analysis.parameters import Parameters

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
    retired, expired : tuple of str
        Dates that went with this run; those that have expired and wait.
    lost : tuple of str
        Pages that somebody has removed since they were published, and that this run does not make.
    ahead : tuple of str
        Dates of pages that have not come yet.
    unrecorded : str
        Why the site has no record of it; blank when it has.
    """

    outcomes: tuple[Outcome, ...]
    seconds: float
    problems: pd.DataFrame | None = None
    retired: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()
    unrecorded: str = ""

    def counts(self) -> dict[str, int]:
        """How many pages came out in each way, in the order in which the ways first came up."""
        results = [outcome.result for outcome in self.outcomes]
        return {result: results.count(result) for result in dict.fromkeys(results)}


def record_run(folder: Path, run: Run, **about: Any) -> str:
    """Keep a run's record as ``runs/<number>.json``; numbers count up, whatever the clock says.

    The pages are published by then: that the record could not be written is a reason that is given back, blank if not.

    Parameters
    ----------
    folder : pathlib.Path
        The site, held by this run.
    run : Run
    **about
        What else to remember: when it began, of which plan, of what inputs, by which versions.
    """
    kept = {
        **about,
        "seconds": round(run.seconds, 3),
        "counts": run.counts(),
        "retired": run.retired,
        "lost": run.lost,
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
    number = max((int(file.stem) for file in files), default=0) + 1
    file = folder / FOLDER / f"{number:06d}.json"
    content = json.dumps({"run": number, **kept}, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")
    try:
        file.parent.mkdir(exist_ok=True)
        write_whole(file, content)
        for old in files[: -_KEPT + 1]:
            old.unlink(missing_ok=True)
    except OSError as failed:
        return str(system_reason(failed))
    return ""


def read_runs(folder: Path, *, last: int) -> list[dict[str, Any]]:
    """The last runs of a site, oldest first.

    Raises
    ------
    SiteNotWritable
        When the record of one of them is damaged, or none of ours.
    """
    runs = []
    for file in _files(folder)[-last:]:
        try:
            run = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            run = None
        if not _is_ours(run):
            raise SiteNotWritable(f"{file} 无法识别：不是本软件写的，或已损坏，请移走它")
        runs.append(run)
    return runs


_OF_A_RUN = {"run": int, "started": str, "seconds": (int, float), "plan": str, "counts": dict, "pages": list}
_OF_A_PAGE = {"path": str, "result": str, "reason": str, "parameters": dict}


def _is_ours(run: object) -> bool:
    """Whether a run says all that is read of one, in the way in which it is read."""
    return _says(run, _OF_A_RUN) and all(
        _says(page, _OF_A_PAGE) and _says(page["parameters"], {"as_of": str}) for page in run["pages"]
    )


def _says(told: object, wanted: Mapping[str, Any]) -> TypeGuard[dict[str, Any]]:
    # A bool is an int to Python.
    return isinstance(told, dict) and all(
        isinstance(told.get(name), kind) and not isinstance(told[name], bool) for name, kind in wanted.items()
    )


def _files(folder: Path) -> list[Path]:
    # What somebody else put there is neither counted nor thrown away.
    return sorted(file for file in (folder / FOLDER).glob("*.json") if re.fullmatch("[0-9]{6,}", file.stem))
