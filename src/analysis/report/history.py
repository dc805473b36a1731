"""The record of runs that a site keeps: what was asked, how it ended, how long it took."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = "runs"
_KEPT = 500


def record_run(folder: Path, run: dict[str, Any]) -> Path:
    """Keep a run's record as ``runs/<number>.json``; numbers count up, whatever the clock says.

    Parameters
    ----------
    folder : pathlib.Path
        The site, held by this run.
    run : dict
        What JSON can hold.
    """
    files = _files(folder)
    number = int(files[-1].stem) + 1 if files else 1
    file = folder / FOLDER / f"{number:06d}.json"
    file.parent.mkdir(exist_ok=True)
    unfinished = file.with_suffix(".part")
    unfinished.write_text(json.dumps({"run": number, **run}, ensure_ascii=False, indent=1), "utf-8")
    unfinished.replace(file)
    for old in files[: -_KEPT + 1]:
        old.unlink(missing_ok=True)
    return file


def read_runs(folder: Path, *, last: int) -> list[dict[str, Any]]:
    """The last runs of a site, oldest first."""
    return [json.loads(file.read_text("utf-8")) for file in _files(folder)[-last:]]


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in (folder / FOLDER).glob("*.json") if file.stem.isdigit())
