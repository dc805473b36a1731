"""How a command ends."""

from __future__ import annotations

import enum
from typing import NoReturn

import typer

from analysis.catalogue import FIRST, in_language
from analysis.files import without_secrets


class Exit(enum.IntEnum):
    """Exit codes; each means one thing."""

    OK = 0
    USAGE = 2
    BAD_PARAMETERS = 3
    BAD_DATA = 4
    NOTEBOOK_FAILED = 5
    TIMED_OUT = 6
    GATE_REFUSED = 7
    LOCKED = 8
    NOT_WRITABLE = 9
    MISSING_EXTRA = 10
    NO_NOTICE = 11
    NOTHING_FOUND = 12
    FAULT = 13
    NEEDS_A_HAND = 14
    NOT_SOUND = 15
    UNCONFIRMED = 16


def stop(code: Exit, message: object, *, lang: str = FIRST) -> NoReturn:
    """Say why on the error stream, and end with a code; a message, or an error raised with one, in a language."""
    typer.echo(without_secrets(in_language(message, lang)), err=True)
    raise typer.Exit(code)
