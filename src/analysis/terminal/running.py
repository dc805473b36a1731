"""A command as a process: it ends with a code whatever happens, and when somebody wants it to stop."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, NoReturn

import typer

from analysis.extras import MissingExtra
from analysis.terminal.exits import Exit
from analysis.terminal.output import lost_output, make_home_certain, make_output_unfailing
from analysis.terminal.trouble import tell_of_trouble

if TYPE_CHECKING:
    from collections.abc import Callable

_STOPPING = ("SIGINT", "SIGTERM", "SIGHUP")


class _Stopped(BaseException):
    """Somebody wants the program to stop; what it had begun is put away on the way out."""


def ending(app: typer.Typer, arguments: list[str] | None) -> int:
    """Run a command and give its exit code."""
    try:
        result = app(args=arguments, prog_name="portplan", standalone_mode=False)
    except typer.Exit as stopped:
        return stopped.exit_code
    except MissingExtra as missing:
        typer.echo(str(missing), err=True)
        return Exit.MISSING_EXTRA
    except typer.Abort:
        return 128 + signal.SIGINT
    except Exception as failed:
        # What typer raises for a command line that it cannot read shows itself.
        show = getattr(failed, "show", None)
        if show is None:
            return tell_of_trouble(failed, sys.argv[1:] if arguments is None else arguments)
        show()
        return Exit.USAGE
    return result if isinstance(result, int) else Exit.OK


def run_process(main: Callable[[], int]) -> NoReturn:
    """Let a command have the process: output, signals, and what the shell is told at the end."""
    make_output_unfailing()
    make_home_certain()
    numbers = [getattr(signal, name) for name in _STOPPING if hasattr(signal, name)]
    # What the caller has set, as nohup does, is the caller's wish.
    ours = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]

    def stop(number: int, _: object) -> NoReturn:
        # Once is enough: what is put away is not to be disturbed.
        for one in ours:
            signal.signal(one, signal.SIG_IGN)
        raise _Stopped(number)

    for number in ours:
        signal.signal(number, stop)
    try:
        code = main()
    except _Stopped as stopped:
        code = 128 + stopped.args[0]
        typer.echo("已按要求停止：已有的页面和台账完好，没有做完的部分可重新运行。", err=True)
    lost = lost_output()
    if lost and code == Exit.OK:
        code = Exit.NOT_WRITABLE
        typer.echo(f"所说的没有全部写出（{lost}）；所做的工作不受影响。", err=True)
    raise SystemExit(int(code))
