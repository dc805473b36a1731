"""The command ``portplan``: parses, calls, prints, exits."""

from __future__ import annotations

import typer

# Importing them adds their commands.
from analysis.cli import decisions, forms, ledger, notices, plans, reports  # noqa: F401
from analysis.cli.base import Exit, app
from analysis.extras import MissingExtra

__all__ = ["Exit", "app", "main", "run"]


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    try:
        result = app(args=arguments, prog_name="portplan", standalone_mode=False)
    except typer.Exit as stopped:
        return stopped.exit_code
    except MissingExtra as missing:
        typer.echo(str(missing), err=True)
        return Exit.MISSING_EXTRA
    except Exception as failed:
        # What typer raises for a command line that it cannot read shows itself.
        show = getattr(failed, "show", None)
        if show is None:
            raise
        show()
        return Exit.USAGE
    return result if isinstance(result, int) else Exit.OK


def run() -> None:
    """The entry point of the command."""
    raise SystemExit(main())
