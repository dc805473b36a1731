"""What a command says of the messages that it sends, and of those that it would send."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from analysis.catalogue import FIRST, Message, in_language
from analysis.site import SETTINGS
from analysis.terminal.exits import Exit
from analysis.terminal.printing import plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from analysis.notification import Event, Settings
    from analysis.report import Inputs
    from analysis.runner import Report

_RESULTS = {
    "sent": Message("sent"),
    "refused": Message("refused; the next run tries again"),
    "limited": Message("not taken now; the next run tries again"),
    "unreachable": Message("not reached; the next run tries again"),
    "no_secret": Message("no secret; the next run tries again"),
    "unsure": Message("it may have arrived; it is not sent again"),
    "sending": Message("a run was stopped while it was sent; it is not sent again"),
    "waiting": Message("would be sent"),
}


def tell_after(inputs: Inputs, site: Path, reports: Mapping[str, Report], *, now: datetime) -> Exit:
    """Tell of what a run has published or could not make, where somebody is to be told; no run fails by it.

    Gives ``BAD_PARAMETERS`` when what the site's settings say cannot be understood, so that somebody finds out.
    """
    # What has nobody to tell need not wait for what sends.
    if not (site / SETTINGS).exists():
        return Exit.OK
    from analysis.notification import BadSettings, read_settings, site_events
    from analysis.site import SiteNotWritable, read_manifest

    try:
        settings = read_settings(site)
        if settings is None:
            return Exit.OK
        events = site_events(read_manifest(site), inputs, reports, settings, today=now.date())
    except BadSettings as failed:
        typer.echo(f"没有发送消息；页面不受影响。\n{failed}", err=True)
        return Exit.BAD_PARAMETERS
    except SiteNotWritable as failed:
        typer.echo(str(failed), err=True)
        return Exit.OK
    say_told(site, settings, events, now=now)
    return Exit.OK


def say_told(
    site: Path, settings: Settings, events: list[Event], *, now: datetime, is_dry: bool = False, lang: str = FIRST
) -> Exit:
    """Tell of events, and say what became of each; of what an earlier run settled only in a dry run."""
    from analysis.files import Busy
    from analysis.notification import tell
    from analysis.site import SiteNotWritable

    try:
        told = tell(site, settings, events, now=now, is_dry=is_dry, lang=lang)
    except Busy as busy:
        typer.echo(in_language(busy, lang), err=True)
        return Exit.LOCKED
    except SiteNotWritable as failed:
        typer.echo(str(failed), err=True)
        return Exit.NOT_WRITABLE
    places = {place.name: place for place in settings.to}
    texts = {event.key: event.text for event in events}
    for one in told:
        if is_dry or one.is_news:
            reason = f": {one.reason}" if one.reason else ""
            before = "" if one.is_news else f" ({one.at[:16].replace('T', ' ')})"
            line = f"{one.to} ({places[one.to].kind}): {_RESULTS[one.result].said(lang)}{before}{reason}"
            typer.echo(plain(line), err=one.result not in ("sent", "waiting"))
        if is_dry:
            typer.echo("    " + plain(texts[one.event]).replace("\n", "\n    "))
    return Exit.OK
