"""Whether a record and a site are as they were written and published."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 — typer reads it
from typing import Annotated

import typer

from analysis.catalogue import Message
from analysis.cli.base import LangOption, app
from analysis.terminal import Exit, print_checked, spoken, stop
from analysis.terminal.options import own_workplace


@app.command()
def verify(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Sites and plans' folders; the plan and the site of the workplace when none is named."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Derive the pages of every day again.")] = False,
    lang: LangOption = None,
) -> None:
    """Say whether a record and a site are as they were written and published, row by row and cell by cell; offline."""
    from analysis.manifest import MANIFEST, SiteNotWritable
    from analysis.site import check_site
    from analysis.verification import look_at

    language = spoken(lang)
    own = None if paths else own_workplace()
    if own:
        is_site = (own.site / MANIFEST).is_file()
        # A site that holds nothing yet is none; of one that has lost its manifest nobody knows what was published.
        if not is_site and own.site.is_dir():
            try:
                check_site(own.site)
            except SiteNotWritable as failed:
                stop(Exit.NOT_SOUND, failed, lang=language)
        paths = [own.plan, *([own.site] if is_site else [])]
    if not paths:
        stop(Exit.USAGE, Message("name a site, or a plan's folder: this is no workplace"), lang=language)
    try:
        faults, unsure = print_checked(look_at(paths, every=every), lang=language)
    except ValueError as failed:
        stop(Exit.BAD_PARAMETERS, failed, lang=language)
    if faults:
        stop(Exit.NOT_SOUND, Message("Not as it was written or published: {n} faults.", n=faults), lang=language)
    if unsure:
        message = Message("Nothing speaks against it, but {n} things cannot be confirmed.", n=unsure)
        stop(Exit.UNCONFIRMED, message, lang=language)
    typer.echo(Message("All of it is as it was written and published.").said(language))
