"""What leaves the house: a share of pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analysis.asked import to_day
from analysis.catalogue import Message
from analysis.cli.base import PlanOption, app
from analysis.cli.reports import EVERY_LANGUAGE, Languages
from analysis.terminal import Exit, spoken, stop
from analysis.terminal.options import own_site
from analysis.terminal.writing import write_share


@app.command()
def share(
    as_of: Annotated[str, typer.Option(help="The day of the pages.")],
    known_at: Annotated[
        str, typer.Option(help="Those that count what had arrived by this day; the last day there is when left out.")
    ] = "",
    unit: Annotated[str, typer.Option(help="Only what is for this unit, and no other unit's words.")] = "",
    kinds: Annotated[str, typer.Option("--format", help="html, docx, xlsx, or several; all when left out.")] = "",
    plan: PlanOption = "tianjin-2024",
    site: Annotated[
        Path, typer.Option(callback=own_site, help="The published folder; a workplace's own inside it.")
    ] = Path("reports"),
    out: Annotated[Path | None, typer.Option(help="The zip file, or a folder for it; never written over.")] = None,
    lang: Annotated[Languages, typer.Option(help="Language of the pages.")] = EVERY_LANGUAGE,
) -> None:
    """Put the pages of a day into one zip file that opens anywhere, with its links whole, and holds nothing else."""
    from analysis.plan import UnknownName
    from analysis.report import SiteNotWritable, read_inputs, read_registry
    from analysis.sharing import KINDS, NothingToShare, archive, choose
    from analysis.site import read_manifest

    language = spoken(lang.value)
    spoken_of = "" if lang is EVERY_LANGUAGE else lang.value
    wanted = [kind.strip() for kind in kinds.split(",")] if kinds else list(KINDS)
    if unknown := [kind for kind in wanted if kind not in KINDS]:
        told = Message("{named}: not a format; there are {formats}", named=", ".join(unknown), formats=", ".join(KINDS))
        stop(Exit.USAGE, told, lang=language)
    day, known = f"{to_day(as_of, lang=language):%Y-%m-%d}", known_at and f"{to_day(known_at, lang=language):%Y-%m-%d}"
    try:
        inputs, reports, manifest = read_inputs(plan), read_registry().reports, read_manifest(site)
        chosen = inputs.unit(unit) if unit else ""
        asked = {"as_of": day, "known_at": known, "unit": chosen, "lang": spoken_of, "kinds": wanted}
        made = choose(manifest, inputs, reports, **asked)
        content = archive(site, made, reports)
    except (UnknownName, NothingToShare) as failed:
        stop(Exit.BAD_PARAMETERS, failed, lang=language)
    except SiteNotWritable as failed:
        stop(Exit.NOT_WRITABLE, failed, lang=language)
    write_share(made, content, out, lang=language)
