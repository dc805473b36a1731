"""Whether a plan's folder and its site need a hand: what was left behind, forgotten, locked away or dated ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from analysis.catalogue import Message, in_language
from analysis.files import Busy
from analysis.health.folder import of_plan, rights_of
from analysis.health.ledger import of_received, of_record
from analysis.history import read_runs
from analysis.notification import BadSettings, NoSecret, read_settings, read_told
from analysis.plan import read_folder
from analysis.record import Chain, place_of
from analysis.site import Manifest, SiteNotWritable, check_site, is_published, is_twin, locked, read_manifest, unnamed
from analysis.verification import verify_heads

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from analysis.plan.folder import PlanFolder

    Needs = Iterator[Message | str]

_SCREEN = 24
_RUNS = 20
_REPORT = "portplan report"
_WORDS = {
    "failed": Message("its notebook has failed"),
    "timed_out": Message("it takes too long"),
    "refused": Message("its numbers do not add up"),
    "bad_data": Message("the data has errors"),
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    what : analysis.catalogue.Message
    needs : tuple of analysis.catalogue.Message or str
        What needs a hand, and what would help, a line each; empty when all is well.
    """

    what: Message
    needs: tuple[Message | str, ...] = ()

    def lines(self, lang: str) -> list[str]:
        """What needs a hand, in a language."""
        return [" ".join(in_language(need, lang).split()) for need in self.needs]


def examine(plan: Path, site: Path, now: datetime) -> list[Finding]:
    """Look at a plan's folder, at its record and at its site, changing none of them; as much as a screen has room for.

    Parameters
    ----------
    plan, site : pathlib.Path
    now : datetime.datetime
        With its time zone.
    """
    folder = read_folder(plan)
    about = list(of_plan(plan, folder, f"{now:%Y-%m-%d}"))
    looked: dict[Message, list[Message | str]] = {Message("the plan's folder"): about}
    chain = None
    try:
        place = place_of(plan, folder.head)
    except ValueError:
        # That the head says no place is told of the head.
        place = None
    if place:
        chain, looked[Message("the record and its chain")] = of_record(place, folder)
        looked[Message("what came in")] = list(of_received(place))
    looked |= _of_site(site, now, chain, folder) if site.exists() else {Message("{site}: no site yet", site=site): []}
    for most in (2, 1):
        findings = [Finding(what, _few(needs, most)) for what, needs in looked.items()]
        if sum(1 + len(finding.needs) for finding in findings) <= _SCREEN:
            break
    return findings


def _few(needs: list[Message | str], most: int) -> tuple[Message | str, ...]:
    if len(needs) <= most:
        return tuple(needs)
    more = Message("{need} (and {n} more)", need=needs[most - 1], n=len(needs) - most)
    return (*needs[: most - 1], more)


def _of_site(site: Path, now: datetime, chain: Chain | None, folder: PlanFolder) -> dict[Message, list[Message | str]]:
    try:
        check_site(site)
        manifest = read_manifest(site)
    except (SiteNotWritable, OSError) as failed:
        return {Message("the site"): [str(failed)]}
    return {
        Message("the site's rights and settings"): [*rights_of(site), *_settings(site)],
        Message("pages and the first page"): [*_pages(site, manifest), *_published(manifest, chain, folder)],
        Message("interrupted work, files that are not ours"): list(_left(site, manifest)),
        Message("pages that could not be made"): list(_failures(manifest)),
        Message("clock and dates"): list(_clock(site, manifest, now)),
    }


def _settings(site: Path) -> Needs:
    """Settings that cannot be understood, and secrets in files that cannot be had; not those of the environment."""
    try:
        settings = read_settings(site)
    except BadSettings as failed:
        yield from str(failed).splitlines()
        return
    try:
        read_told(site)
    except SiteNotWritable as failed:
        yield str(failed)
    for place in settings.to if settings else ():
        for name in ("webhook", "signature", "password"):
            where = getattr(place, name, None)
            try:
                if where and where.file:
                    where.read(site)
            except NoSecret as missing:
                yield Message("{place}: {reason}", place=f"site.toml {place.name}", reason=missing)


def _pages(site: Path, manifest: Manifest) -> Needs:
    for path, page in manifest.pages.items():
        if not is_published(site, page):
            words = Message("was altered") if (site / path).exists() else Message("is gone")
            yield Message(
                "{file} {state}: run {command} with the same parameters again", file=path, state=words, command=_REPORT
            )
    altered = {address: path for address, path, _ in manifest.twins() if (site / address).is_file()}
    for address, path in altered.items():
        if (site / path).is_file() and not is_twin(site, address, path):
            yield Message(
                "{file} {state}: run {command} with the same parameters again",
                file=address,
                state=Message("was altered"),
                command=_REPORT,
            )
    for name in sorted({path for basis in manifest.bases.values() for path in basis.paths().values()}):
        if not (site / name).is_file():
            yield Message(
                "{file} {state}: run {command} with the same parameters again",
                file=name,
                state=Message("is gone"),
                command=_REPORT,
            )
    for name in (*manifest.index, *manifest.newest(), *manifest.documents()):
        if not (site / name).is_file():
            yield Message("{file} is gone: run {command} again", file=name, command=_REPORT)


def _published(manifest: Manifest, chain: Chain | None, folder: PlanFolder) -> Needs:
    """States of the record that were published and are no part of it any more."""
    plan = str(folder.head.get("id", ""))
    if chain is not None:
        lost = verify_heads(chain, manifest.heads.get(plan, ()), plan).faults
        for fault in lost:
            yield Message("{fault}: see {command}", fault=fault, command=f"portplan verify {folder.path}")


def _left(site: Path, manifest: Manifest) -> Needs:
    try:
        with locked(site):
            pass
    except Busy:
        # What is under way is not left behind.
        return
    except (SiteNotWritable, OSError):
        # Who may not write is told so already.
        pass
    stopped = sorted(name for name in manifest.leaving if (site / name).exists())
    stopped += sorted(entry.name for entry in site.glob(".staging-*"))
    for name in stopped:
        yield Message("{file} was left by a run that was cut off: {command} clears it away", file=name, command=_REPORT)
    for name in unnamed(site, manifest):
        yield Message("{file} was not published by this program: move it elsewhere", file=name)


def _failures(manifest: Manifest) -> Needs:
    for failure in sorted(manifest.failures.values(), key=lambda one: one.since):
        yield Message(
            "{file}, since {since}: {reason}; see {page}",
            file=failure.path,
            since=failure.since,
            reason=_WORDS[failure.result],
            page=failure.page,
        )


def _clock(site: Path, manifest: Manifest, now: datetime) -> Needs:
    today = now.date().isoformat()
    plans = {(one.parameters.plan_id, one.parameters.as_of) for one in manifest.pages.values()}
    for plan, day in sorted(plans):
        if day > today:
            yield Message(
                "{plan} has pages of {day}, which has not come yet: if nobody meant that, remove them with {command}",
                plan=plan,
                day=day,
                command=f"{_REPORT} --retire {day}",
            )
    try:
        runs = read_runs(site, last=_RUNS)
    except SiteNotWritable as failed:
        yield str(failed)
        return
    before: datetime | None = None
    for run in runs:
        started = _moment(run["started"])
        about = {"n": run["run"], "started": run["started"]}
        if started and started > now:
            yield Message("run {n} is said to be of {started}, which is later than now: see to the clock", **about)
        elif started and before and started < before:
            yield Message(
                "run {n} is earlier than the one before it ({started}): the clock was set back, see to the pages made "
                "meanwhile",
                **about,
            )
        before = started or before


def _moment(text: object) -> datetime | None:
    """A time with its zone; None when it is none."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
