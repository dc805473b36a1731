"""Run a notebook with parameters, and say what is wrong when it fails."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from types import ModuleType

    from nbformat import NotebookNode

    from analysis.parameters import Parameters

ENGINES = ("warm", "kernel")
"""How notebooks run: in a forked process that is already warm, or in a Jupyter kernel."""
_DEEPEST = 60


class NotebookFailed(RuntimeError):
    """A notebook raised, or its kernel died; the message is its error."""


def run_notebook(notebook: Path, parameters: Parameters, output: Path, *, engine: str = ENGINES[0]) -> NotebookNode:
    """Run a notebook with parameters, in this process or in a kernel that it starts.

    Parameters
    ----------
    notebook : pathlib.Path
    parameters : analysis.parameters.Parameters
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

    # A socket's address has room for a hundred characters.
    is_too_deep = engine == "kernel" and len(os.fsencode(tempfile.gettempdir())) > _DEEPEST
    with tempfile.TemporaryDirectory(prefix="portplan-", dir="/tmp" if is_too_deep else None) as folder:  # noqa: S108
        try:
            return papermill.execute_notebook(
                _literal(notebook),
                _literal(output),
                parameters=parameters.model_dump(),
                kernel_name="python3",
                cwd=str(notebook.parent),
                progress_bar=False,
                **(_kernel(folder) if engine == "kernel" else _shell()),
            )
        except (PapermillExecutionError, DeadKernelError) as failed:
            raise NotebookFailed(str(failed).strip()) from failed


def scratch_copy(notebook: Path, parameters: Parameters) -> Path:
    """A notebook with parameters put in, in a new folder where it may be changed; gives its path."""
    papermill = warm_papermill()
    import nbformat

    copy = Path(tempfile.mkdtemp(prefix="portplan-")) / notebook.name
    options = {"kernel_name": "python3", "prepare_only": True, "progress_bar": False}
    prepared = papermill.execute_notebook(_literal(notebook), None, parameters=parameters.model_dump(), **options)
    for part in (prepared, *prepared.cells):
        part.metadata.pop("papermill", None)
    nbformat.write(prepared, copy)
    return copy


def warm_papermill() -> ModuleType:
    """Papermill, imported without what only costs time.

    Where JupyterLab is installed, importing jsonschema also builds a grammar of internationalised addresses, for more
    than a second. Notebooks hold none that need checking.
    """
    costly = "rfc3987_syntax"
    # None in place of a module makes Python say that there is no such module.
    modules = cast("dict[str, ModuleType | None]", sys.modules)
    kept = {costly: modules[costly]} if costly in modules else {}
    modules[costly] = None
    try:
        import jsonschema  # noqa: F401
    finally:
        del modules[costly]
        modules |= kept
    import papermill

    return papermill


def _literal(path: Path) -> str:
    """A path that papermill, which would put parameters into it, takes as it is."""
    return str(path.absolute()).replace("{", "{{").replace("}", "}}")


def _shell() -> dict[str, Any]:
    from analysis.runner import engine

    engine.register()
    return {"engine_name": engine.NAME, "own_process": False}


def _kernel(folder: str) -> dict[str, Any]:
    from traitlets.config import Config

    # What a user has set for other work would show on the page.
    os.environ |= {"IPYTHONDIR": folder, "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    # Kernels started side by side race for the same TCP ports; sockets in a folder of their own have no such race.
    return {"config": Config({"KernelManager": {"transport": "ipc", "connection_file": f"{folder}/kernel.json"}})}
