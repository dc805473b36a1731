"""The command ``portplan``: parses, calls, prints, exits."""

from __future__ import annotations

import signal
import sys
from typing import NoReturn

import typer

# Importing them adds their commands.
from analysis.cli import ledger, reports, workplace  # noqa: F401
from analysis.cli.base import app
from analysis.cli.exits import Exit
from analysis.cli.output import lost_output, make_home_certain, make_output_unfailing
from analysis.extras import MissingExtra

__all__ = ["Exit", "app", "main", "run"]

_STOPPING = ("SIGINT", "SIGTERM", "SIGHUP")


class _Stopped(BaseException):
    """Somebody wants the program to stop; what it had begun is put away on the way out."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
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
            from analysis.cli.trouble import tell_of_trouble

            return tell_of_trouble(failed, sys.argv[1:] if arguments is None else arguments)
        show()
        return Exit.USAGE
    return result if isinstance(result, int) else Exit.OK


def run() -> None:
    """The entry point of the command."""
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
