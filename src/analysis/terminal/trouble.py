"""The last resort: what is said and kept when the program itself is at fault."""

from __future__ import annotations

import hashlib
import platform
import tempfile
import traceback
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from analysis.files import without_secrets, write_new
from analysis.terminal.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence


def tell_of_trouble(failed: Exception, arguments: Sequence[str]) -> Exit:
    """Say in a sentence that the program failed, and keep what whoever mends it needs."""
    kept = _kept(failed, arguments)
    where = f"详情已写入 {kept}，请查看其中有无不宜外传的内容，再发给维护人员" if kept else "详情没有地方可写"
    reason = without_secrets(f"{type(failed).__name__}: {failed}").splitlines()[0][:300]
    typer.echo(f"程序出现意外错误，已停止：{reason}。已有的页面和台账完好。{where}。", err=True)
    return Exit.FAULT


def _kept(failed: Exception, arguments: Sequence[str]) -> Path | None:
    """A file with what happened, in the current folder or else in that for temporary files; named by what it holds."""
    told = without_secrets(
        f"portplan {version('portplan')}, Python {platform.python_version()}, {platform.platform()}\n"
        f"portplan {' '.join(arguments)}\n\n{''.join(traceback.format_exception(failed))}"
    ).encode("utf-8", "backslashreplace")
    name = f"portplan-trouble-{hashlib.sha256(told).hexdigest()[:8]}.txt"
    for folder in (Path.cwd, lambda: Path(tempfile.gettempdir())):
        try:
            file = folder() / name
            # The same trouble once more is in the same file already.
            if not file.is_file():
                write_new(file, told)
        except OSError:
            continue
        return file
    return None
