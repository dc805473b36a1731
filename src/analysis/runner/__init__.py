"""Run notebooks: the reports there are, warm processes or kernels to run them in, limits on what each may take.

The only room that uses papermill. Importing it is quick: what is slow is imported where a notebook is run.
"""

from analysis.processes import Limits
from analysis.runner.registry import Registry, Report, notebook_folder, read_registry
from analysis.runner.run import ENGINES, NotebookFailed, run_notebook, scratch_copy
from analysis.runner.workers import Ending, run_each

__all__ = [
    "ENGINES",
    "Ending",
    "Limits",
    "NotebookFailed",
    "Registry",
    "Report",
    "notebook_folder",
    "read_registry",
    "run_each",
    "run_notebook",
    "scratch_copy",
    "warm_up",
]


def warm_up() -> None:
    """Import what every notebook needs to run, before the processes fork that run them."""
    from analysis.runner.run import warm_papermill

    # Before anything else that imports it: it knows what may be left out.
    warm_papermill()
    import nbformat

    from analysis.runner import engine, shell

    engine.register()
    shell.warm_up()
    # The first check compiles the schema of notebooks.
    nbformat.validate(nbformat.v4.new_notebook())
