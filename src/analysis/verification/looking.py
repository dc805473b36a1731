"""What a path names, looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.catalogue import Message
from analysis.manifest import MANIFEST, SiteNotWritable, read_manifest
from analysis.plan import read_folder
from analysis.record import place_of
from analysis.verification.checked import Checked
from analysis.verification.derived import verify_pages
from analysis.verification.record import verify_heads, verify_record
from analysis.verification.site import verify_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from analysis.record import Chain, Place


def look_at(paths: Sequence[Path], *, every: bool = False) -> Iterator[Checked]:
    """What comes of looking at sites and records, as it comes.

    A record is held to its chain; a site's files to its manifest, its pages to the tables that are kept with them; and
    where both are there, the record to what was published of it.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Sites, plans' folders, or tables of a record.
    every : bool
        Derive the pages of every day again, not only of the newest.

    Raises
    ------
    ValueError
        When a path names none of them.
    """
    sites = [path for path in paths if (path / MANIFEST).is_file()]
    places = {path: _place(path) for path in paths if path not in sites}
    chains: dict[str, Chain] = {}
    for place in places.values():
        chains[place.plan_id], checked = verify_record(place)
        yield from checked
    for site in sites:
        try:
            manifest = read_manifest(site)
        except SiteNotWritable as failed:
            unread = Message("{file}: cannot be read: {reason}", file=MANIFEST, reason=failed)
            yield Checked(Message("{n} files against the manifest", n=0), (unread,))
            continue
        yield verify_files(site, manifest)
        for plan, heads in manifest.heads.items():
            if plan in chains:
                yield verify_heads(chains[plan], heads, plan)
        yield verify_pages(site, manifest, every=every)


def _place(path: Path) -> Place:
    """Where the record is that a path names: a plan's folder, or a table in it."""
    folder = path if path.is_dir() else path.parent
    if not path.exists() or not any((folder / name).is_file() for name in ("plan.toml", "progress.csv")):
        raise ValueError(Message("{path}: neither a site nor a plan's folder, nor a table of a record", path=path))
    read = read_folder(folder)
    if read.head_fault and (folder / "plan.toml").exists():
        # Where the record is kept is said there, and another than that one proves nothing.
        raise ValueError(Message("{file}: cannot be read: {reason}", file=folder / "plan.toml", reason=read.head_fault))
    return place_of(folder, read.head)
