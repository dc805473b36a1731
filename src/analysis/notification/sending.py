"""Each event to each place at most once, whatever stops a run; and the record of it."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from analysis.catalogue import FIRST, Message, system_reason
from analysis.files import held, write_whole
from analysis.notification.settings import NoSecret
from analysis.notification.ways import Ending, Letter, send
from analysis.site import TELLING, TOLD, SiteNotWritable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from analysis.notification.events import Event
    from analysis.notification.settings import Place, Settings

LIMIT = 5.0
"""Seconds to wait for an answer."""
_KEPT = 2_000
_FINAL = ("sending", "sent", "unsure")
"""What is not tried again: it arrived, or may have."""
_TRIED_AGAIN = ("refused", "limited", "unreachable", "no_secret")


@dataclass(frozen=True)
class Told:
    """What became of an event at a place.

    Attributes
    ----------
    event : str
        Its key.
    to : str
        The name of the place.
    at : str
        When, by the clock.
    result : str
        As of `analysis.notification.ways.Ending`; ``no_secret`` where the secret is not to be had, ``sending`` while it
        is on its way, and for good where the run was killed then; ``waiting`` of what a dry run would send.
    reason : str
        Why it was not sent.
    is_news : bool
        False of what an earlier run settled.
    """

    event: str
    to: str
    at: str
    result: str
    reason: str = ""
    is_news: bool = True


def tell(
    site: Path,
    settings: Settings,
    events: Iterable[Event],
    *,
    now: datetime,
    is_dry: bool = False,
    lang: str = FIRST,
    limit: float = LIMIT,
) -> list[Told]:
    """Tell of events whoever is to be told and has not been, and keep what became of it.

    Parameters
    ----------
    site : pathlib.Path
    settings : Settings
    events : iterable of Event
    now : datetime.datetime
        By the clock, with its zone.
    is_dry : bool
        Send and keep nothing.
    lang : str
        The language of reasons.
    limit : float
        Seconds to wait for each answer.

    Returns
    -------
    list of Told
        One for each event and each place that is to hear of it.

    Raises
    ------
    analysis.files.Busy
        When another run is telling at this moment.
    SiteNotWritable
        When what was told before cannot be read, or what is told cannot be kept: nothing more is sent then.
    """
    wanted = [(event, place) for event in events for place in settings.to if event.kind in place.events]
    if is_dry or not wanted:
        known = {(one.event, one.to): one for one in read_told(site)}
        return [_as_known(known.get((event.key, place.name)), event, place, now) for event, place in wanted]
    with _telling(site):
        known = {(one.event, one.to): one for one in read_told(site)}
        for event, place in wanted:
            before = known.get((event.key, place.name))
            if before is None or before.result not in _FINAL:
                ending = _sent(site, known, event, place, now=now, limit=limit)
                _keep(site, known, _told(event, place, now, ending, lang))
            else:
                known[event.key, place.name] = _as_known(before, event, place, now)
    return [known[event.key, place.name] for event, place in wanted]


def read_told(site: Path) -> list[Told]:
    """What was told before, oldest first.

    Raises
    ------
    SiteNotWritable
        When it cannot be read or understood.
    """
    file = site / TOLD
    try:
        kept = json.loads(file.read_text("utf-8"))
        if isinstance(kept, list):
            return [_as_kept(one) for one in kept]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, RecursionError):
        pass
    raise SiteNotWritable(f"{file} 无法识别，不知道哪些消息已经发过：没有发送。请移走它；已发过的消息可能会再发一次")


def _as_kept(one: dict[str, Any]) -> Told:
    """What was told, read as if anybody had written it."""
    told = Told(**one)
    if not all(isinstance(said, str) for said in one.values()) or told.result not in (*_FINAL, *_TRIED_AGAIN):
        raise ValueError(one)
    return told


@contextmanager
def _telling(site: Path) -> Iterator[None]:
    """Be the only one who tells of a site."""
    with ExitStack() as stack:
        try:
            otherwise = Message("another run is sending messages at this moment: none were sent")
            stack.enter_context(held(site / TELLING, otherwise=otherwise))
        except OSError as failed:
            raise SiteNotWritable(f"{site / TELLING} 写不进去（{system_reason(failed)}）：没有发送消息") from failed
        yield


def _sent(
    site: Path, known: dict[tuple[str, str], Told], event: Event, place: Place, *, now: datetime, limit: float
) -> Ending:
    secrets: dict[str, str] = {}
    try:
        for name in ("webhook", "signature", "password"):
            where = getattr(place, name, None)
            if where:
                secrets[name] = where.read(site)
    except NoSecret as missing:
        return Ending("no_secret", missing.args[0])
    # On the disk before it is on its way: a run that is killed in between sends it no second time.
    _keep(site, known, _told(event, place, now, Ending("sending"), FIRST))
    return send(place, Letter(event.subject, event.text, f"{event.key} {place.name}", now), secrets, limit=limit)


def _told(event: Event, place: Place, now: datetime, ending: Ending, lang: str) -> Told:
    reason = ending.reason.said(lang) if ending.reason else ""
    return Told(event.key, place.name, now.isoformat(timespec="seconds"), ending.result, reason)


def _as_known(before: Told | None, event: Event, place: Place, now: datetime) -> Told:
    if before is None or before.result not in _FINAL:
        return _told(event, place, now, Ending("waiting"), FIRST)
    return Told(before.event, before.to, before.at, before.result, before.reason, is_news=False)


def _keep(site: Path, known: dict[tuple[str, str], Told], told: Told) -> None:
    """Write down what became of an event; the newest of what is known stands last."""
    known.pop((told.event, told.to), None)
    known[told.event, told.to] = told
    kept: list[dict[str, Any]] = [
        {name: value for name, value in asdict(one).items() if name != "is_news"}
        for one in list(known.values())[-_KEPT:]
    ]
    file = site / TOLD
    try:
        file.parent.mkdir(exist_ok=True)
        write_whole(file, json.dumps(kept, ensure_ascii=False, indent=1).encode("utf-8"))
    except OSError as failed:
        raise SiteNotWritable(f"{file} 写不进去（{system_reason(failed)}）：没有发送更多消息") from failed
