"""The command ``portplan``: parses, calls, prints, exits."""

from __future__ import annotations

# Importing them adds their commands.
from analysis.cli import (  # noqa: F401
    decisions,
    forms,
    ledger,
    notices,
    notify,
    outward,
    plans,
    reports,
    verify,
    workplace,
)
from analysis.cli.base import app
from analysis.terminal import Exit
from analysis.terminal.running import ending, run_process

__all__ = ["Exit", "app", "main", "run"]


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    return ending(app, arguments)


def run() -> None:
    """The entry point of the command."""
    run_process(main)
