"""Run a report's notebook: the only place that knows papermill."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from nbformat import NotebookNode

from analysis.plan import UnknownName
from analysis.report.parameters import Parameters


class NotebookFailed(RuntimeError):
    """A notebook raised; the message is its error, `notebook` the path of the run as far as it came."""

    def __init__(self, message: str, notebook: Path) -> None:
        super().__init__(message)
        self.notebook = notebook

    def __reduce__(self) -> tuple[type[NotebookFailed], tuple[str, Path]]:
        return type(self), (str(self), self.notebook)


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


def run_notebook(name: str, parameters: Parameters, output: Path) -> NotebookNode:
    """Run a report's notebook with parameters.

    Parameters
    ----------
    output : pathlib.Path
        Where the executed notebook goes; its folder must exist.

    Raises
    ------
    NotebookFailed
        When a cell raises or the kernel dies.
    """
    # Slow to import, and no other room needs them.
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    notebook = notebook_of(name)
    # Kernels started side by side race for the same TCP ports; sockets in a folder of their own have no such race.
    with tempfile.TemporaryDirectory(prefix="portplan-") as sockets:
        connection = {"transport": "ipc", "connection_file": f"{sockets}/kernel.json"}
        try:
            return papermill.execute_notebook(
                str(notebook),
                str(output),
                parameters=parameters.model_dump(),
                kernel_name="python3",
                cwd=str(notebook.parent),
                progress_bar=False,
                config=Config({"KernelManager": connection}),
            )
        except (PapermillExecutionError, DeadKernelError) as failed:
            raise NotebookFailed(str(failed).strip(), output) from failed
