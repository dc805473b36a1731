"""An IPython shell whose outputs are those of a notebook's cells: what runs them where there is no kernel."""

from __future__ import annotations

import json
import sys
import tempfile
import warnings
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from analysis.processes import lift_memory_limit

if TYPE_CHECKING:
    from collections.abc import Mapping

_DISPLAY_ID = "display_id"


def warm_up() -> None:
    """Import what a shell needs, without beginning one: that would take this process over."""
    import matplotlib_inline.backend_inline  # noqa: F401
    from IPython.core import application, completerlib, logger, magics, oinspect, pylabtools  # noqa: F401
    from IPython.core.magics import execution  # noqa: F401

    # Looks through the entry points of everything that is installed.
    pylabtools.find_gui_and_backend("inline")


def fresh_shell() -> Shell:
    """A shell with an empty namespace, as a new kernel would have it; for a process that runs one notebook."""
    if "numpy" in sys.modules:
        # Every fork would otherwise draw the numbers that its parent would have drawn.
        sys.modules["numpy"].random.seed()
    # What the parent does with warnings (a test run collects them) is not for the notebook.
    warnings.showwarning = _show_warning
    if "" not in sys.path:
        sys.path.insert(0, "")
    Shell.clear_instance()
    InteractiveShell.clear_instance()
    # The history is a database with a thread; colours would only be in the way of the text of tracebacks.
    settings = Config({"HistoryManager": {"enabled": False}, "Shell": {"colors": "nocolor", "cache_size": 0}})
    with tempfile.TemporaryDirectory(prefix="portplan-") as folder:
        shell = Shell.instance(config=settings, ipython_dir=folder)
    # Figures of plain pyplot are shown at the end of their cell. The shell must be there before the backend is.
    shell.enable_matplotlib("inline")
    return shell


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: Any = None,
    line: str | None = None,
) -> None:
    (file or sys.stderr).write(warnings.formatwarning(str(message), category, filename, lineno, line))


class _Publisher(DisplayPublisher):
    def publish(
        self,
        data: Mapping[str, Any],
        metadata: Mapping[str, Any] | None = None,
        source: object = None,
        *,
        transient: Mapping[str, Any] | None = None,
        update: bool = False,
        **others: Any,
    ) -> None:
        name = (transient or {}).get("display_id")
        shown = {"data": _plain(data), "metadata": _plain(metadata or {})}
        if update:
            for output in _outputs(self):
                if output.get(_DISPLAY_ID) == name:
                    output.update(shown)
        else:
            output = {"output_type": "display_data", **shown}
            _outputs(self).append(output if name is None else output | {_DISPLAY_ID: name})

    def clear_output(self, wait: bool = False) -> None:
        _outputs(self).clear()


class _DisplayHook(DisplayHook):
    def start_displayhook(self) -> None:
        self.result: dict[str, Any] = {"output_type": "execute_result", "execution_count": self.prompt_count}

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        self.result |= {"data": _plain(format_dict), "metadata": _plain(md_dict or {})}

    def finish_displayhook(self) -> None:
        if "data" in self.result:
            _outputs(self).append(self.result)


class Shell(InteractiveShell):
    """An IPython shell whose outputs are those of a notebook's cells."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_DisplayHook)
    outputs: list[dict[str, Any]]

    def run(self, source: str) -> tuple[int, list[dict[str, Any]]]:
        """Run a cell; its number and its outputs."""
        self.outputs = []
        before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = _Stream("stdout", self.outputs), _Stream("stderr", self.outputs)
        count = self.execution_count
        try:
            self.run_cell(source, store_history=True)
        finally:
            sys.stdout, sys.stderr = before
        return count, [{key: output[key] for key in output if key != _DISPLAY_ID} for output in self.outputs]

    def showtraceback(self, *args: Any, **options: Any) -> None:
        """Put a traceback among the outputs."""
        # Out of memory, there must be room to say so.
        lift_memory_limit()
        super().showtraceback(*args, **options)

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        error = {"ename": etype.__name__, "evalue": str(evalue), "traceback": stb}
        self.outputs.append({"output_type": "error", **error})

    def enable_gui(self, gui: str | None = None) -> None:
        """No event loop is to be had."""


def _outputs(of: DisplayPublisher | DisplayHook) -> list[dict[str, Any]]:
    assert isinstance(of.shell, Shell)
    return of.shell.outputs


class _Stream:
    """A text stream that becomes outputs; what is written to it in a row is one output."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, name: str, outputs: list[dict[str, Any]]) -> None:
        self.name = name
        self._outputs = outputs

    def write(self, text: str) -> int:
        last = self._outputs[-1] if self._outputs else {}
        if last.get("name") == self.name and last["output_type"] == "stream":
            last["text"] += text
        else:
            self._outputs.append({"output_type": "stream", "name": self.name, "text": text})
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True


def _plain(contents: Mapping[str, Any]) -> dict[str, Any]:
    """Contents as a kernel's messages would carry them: pictures in base64, the rest as JSON."""
    return json.loads(json.dumps(dict(contents), default=_encode))


def _encode(value: object) -> Any:
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    return list(value) if isinstance(value, set | frozenset) else str(value)
