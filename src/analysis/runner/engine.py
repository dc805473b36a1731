"""A papermill engine without a kernel: cells run in an IPython shell of a process that is already warm.

``papermill --engine portplan in.ipynb out.ipynb`` finds it through the entry point ``papermill.engine``. It gives a
process of its own to each notebook, so that nothing of one is left for the next. A report's worker is such a process
already, and says so. Papermill loads this module while it is itself imported: import papermill first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import nbformat
from nbclient.exceptions import DeadKernelError
from papermill.engines import Engine, NotebookExecutionManager

from analysis.processes import process_context
from analysis.runner.shell import fresh_shell

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

NAME = "portplan"


class ShellEngine(Engine):
    """Runs notebooks in an IPython shell, without a kernel."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        own_process: bool = True,
        execution_timeout: float | None = None,
        **others: Any,
    ) -> None:
        """Run the code cells of a notebook in turn, up to the first that raises.

        Parameters
        ----------
        nb_man : papermill.engines.NotebookExecutionManager
        kernel_name : str
            Not used: the language is this Python.
        own_process : bool
            Start a process for the notebook. Off in a process that was started for it.
        execution_timeout : float, optional
            Seconds that one cell may take; only in a process of its own.
        **others
            What papermill passes to every engine.

        Raises
        ------
        nbclient.exceptions.DeadKernelError
            When the process ends before the notebook does.
        """
        sources = [cell.source if cell.cell_type == "code" else None for cell in nb_man.nb.cells]
        run = _in_own_process if own_process else _in_this_process
        nb_man.nb.metadata["language_info"] = {"name": "python"}
        results = run(sources, execution_timeout)
        for place, cell in enumerate(nb_man.nb.cells):
            if sources[place] is None:
                continue
            nb_man.cell_start(cell, place)
            count, outputs = next(results)
            cell.execution_count = count
            cell.outputs = [nbformat.from_dict(output) for output in outputs]
            if any(output["output_type"] == "error" for output in outputs):
                nb_man.cell_exception(cell, cell_index=place)
                return
            with _not_saved(nb_man):
                nb_man.cell_complete(cell, cell_index=place)


@contextmanager
def _not_saved(nb_man: NotebookExecutionManager) -> Iterator[None]:
    """What a cell showed is saved when the next one starts, at once, or with the end of the notebook."""
    path, nb_man.output_path = nb_man.output_path, None
    try:
        yield
    finally:
        nb_man.output_path = path


def register() -> None:
    """Make papermill know the engine where the package's entry points are not installed."""
    from papermill.engines import papermill_engines

    papermill_engines.register(NAME, ShellEngine)


Results = Iterator[tuple[int, list[dict[str, Any]]]]


def _in_this_process(sources: list[str | None], execution_timeout: float | None = None) -> Results:
    shell = fresh_shell()
    for source in sources:
        if source is not None:
            yield shell.run(source)


def _in_own_process(sources: list[str | None], execution_timeout: float | None) -> Results:
    context = process_context()
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_send_results, args=(sources, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        while True:
            if not ours.poll(execution_timeout):
                raise DeadKernelError(f"单元格运行超过 {execution_timeout:g} 秒，已终止")
            try:
                result = ours.recv()
            except EOFError:
                process.join()
                raise DeadKernelError(f"运行笔记本的进程意外结束（退出码 {process.exitcode}）") from None
            yield result
    finally:
        process.kill()
        process.join()


def _send_results(sources: list[str | None], pipe: Connection) -> None:
    for result in _in_this_process(sources):
        pipe.send(result)
