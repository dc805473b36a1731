"""Run a report's notebook: the only place that knows papermill."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from analysis.plan import UnknownName

if TYPE_CHECKING:
    from nbformat import NotebookNode

ENGINES = ("warm", "kernel")
"""How notebooks run: in a forked process that is already warm, or in a Jupyter kernel."""


class NotebookFailed(RuntimeError):
    """A notebook raised, or its kernel died; the message is its error."""


def notebook_folder() -> Path:
    """The folder of the reports' notebooks: of the checkout, or of the installed wheel. Only these are ever run."""
    package = Path(__file__).resolve().parents[1]
    return next(folder for folder in (package.parents[1] / "notebooks", package / "notebooks") if folder.is_dir())


def report_names() -> list[str]:
    """The reports that can be made, in the order in which they are read."""
    order = ["workload_by_unit", "theme_coverage", "completion_trend", "unit_brief"]
    found = sorted(path.stem for path in notebook_folder().glob("*.ipynb"))
    return [name for name in order if name in found] + [name for name in found if name not in order]


def needs_unit(name: str) -> bool:
    """Whether a report is about one unit, and so can't be made without naming it."""
    return name.startswith("unit_")


def notebook_of(name: str) -> Path:
    """The notebook of a report.

    Raises
    ------
    UnknownName
        When there is no such report.
    """
    if not re.fullmatch(r"[a-z][a-z_]*", name) or name not in report_names():
        raise UnknownName(f"没有报告“{name}”：应为 {'、'.join(report_names())} 之一")
    return notebook_folder() / f"{name}.ipynb"


def run_notebook(
    notebook: Path, parameters: Mapping[str, str], output: Path, *, engine: str = ENGINES[0]
) -> NotebookNode:
    """Run a notebook with parameters, in this process or in a kernel that it starts.

    Parameters
    ----------
    notebook : pathlib.Path
    parameters : mapping
    output : pathlib.Path
        Where the executed notebook goes, as far as it came; its folder must exist.
    engine : {"warm", "kernel"}

    Raises
    ------
    NotebookFailed
        When a cell raises or the kernel dies.
    """
    papermill = warm_papermill()
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    with tempfile.TemporaryDirectory(prefix="portplan-") as folder:
        try:
            return papermill.execute_notebook(
                str(notebook),
                str(output),
                parameters=dict(parameters),
                kernel_name="python3",
                cwd=str(notebook.parent),
                progress_bar=False,
                **(_kernel(folder) if engine == "kernel" else _shell()),
            )
        except (PapermillExecutionError, DeadKernelError) as failed:
            raise NotebookFailed(str(failed).strip()) from failed


def scratch_copy(name: str, parameters: Mapping[str, str]) -> Path:
    """A report's notebook with parameters put in, in a new folder where it may be changed."""
    papermill = warm_papermill()
    import nbformat

    copy = Path(tempfile.mkdtemp(prefix="portplan-")) / f"{name}.ipynb"
    options = {"kernel_name": "python3", "prepare_only": True, "progress_bar": False}
    notebook = papermill.execute_notebook(str(notebook_of(name)), None, parameters=dict(parameters), **options)
    for part in (notebook, *notebook.cells):
        part.metadata.pop("papermill", None)
    nbformat.write(notebook, copy)
    return copy


def warm_papermill() -> ModuleType:
    """Papermill, imported without what only costs time.

    Where JupyterLab is installed, importing jsonschema also builds a grammar of internationalised addresses, for more
    than a second. Notebooks hold none that need checking.
    """
    costly = "rfc3987_syntax"
    missing = object()
    before = sys.modules.get(costly, missing)
    sys.modules[costly] = None
    try:
        import jsonschema  # noqa: F401
    finally:
        del sys.modules[costly]
        if before is not missing:
            sys.modules[costly] = before
    import papermill

    return papermill


def _shell() -> dict[str, Any]:
    from analysis.report import engine

    engine.register()
    return {"engine_name": engine.NAME, "own_process": False}


def _kernel(folder: str) -> dict[str, Any]:
    from traitlets.config import Config

    # What a user has set for other work would show on the page.
    os.environ |= {"IPYTHONDIR": folder, "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    # Kernels started side by side race for the same TCP ports; sockets in a folder of their own have no such race.
    return {"config": Config({"KernelManager": {"transport": "ipc", "connection_file": f"{folder}/kernel.json"}})}
