"""The published folder: pages under addresses that last, a manifest of them, an index of what to read first.

What is published is made ready in a folder of its own on the same file system and moved in, file by file, each whole;
the index comes last, and what it no longer names goes after that. So at every moment each link leads to a whole page,
whatever stops a run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.files import held, sync
from analysis.site.manifest import MANIFEST, Failure, Manifest, Page, after, manifest_text, read_manifest
from analysis.site.places import made_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Link = Callable[[Manifest, Callable[[Page], bytes]], Iterable[tuple[Page, str]]]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a site for one run.

    Raises
    ------
    analysis.files.Busy
        When another run holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with held(folder / ".lock", otherwise=f"另一次运行正在发布到 {folder}：请等它结束后再试"):
        yield


@contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """A folder on the site's own file system for what is not published yet; gone afterwards.

    Only for whoever holds the site: what an earlier run left behind, when it was stopped, goes too.
    """
    for left in folder.glob(".staging-*"):
        shutil.rmtree(left, ignore_errors=True)
    stage = Path(tempfile.mkdtemp(prefix=".staging-", dir=folder))
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def is_published(folder: Path, page: Page) -> bool:
    """Whether a page stands in its site as it was made, whatever links it has been given."""
    try:
        content = (folder / page.path).read_bytes()
        return _hash(content) == page.sha256 or (page.made_as != "" and made_hash(content.decode()) == page.made_as)
    except (OSError, ValueError):
        return False


def is_whole(folder: Path, manifest: Manifest) -> bool:
    """Whether the index is the one of the manifest, every address is there, and nothing waits to be removed."""
    named = [*manifest.newest(), *(failure.page for failure in manifest.failures.values())]
    return (
        all(file_hash(folder / name) == digest for name, digest in manifest.index.items())
        and all((folder / name).is_file() for name in named)
        and not any((folder / name).exists() for name in manifest.leaving)
    )


def publish(
    folder: Path,
    stage: Path,
    *,
    made: Mapping[Page, Path],
    failed: Mapping[Failure, Iterable[Path]],
    render: Callable[[Manifest], Mapping[str, str]],
    keep: int,
    link: Link | None = None,
) -> Manifest:
    """Put pages on a site, and what is known of those that could not be made.

    Parameters
    ----------
    stage : pathlib.Path
        From `staging`.
    made : mapping of Page to pathlib.Path
        Pages and the files that hold them, on the file system of the site; the files are moved.
    failed : mapping of Failure to paths
        Failures, each with its page (.html) and perhaps its notebook (.ipynb); the files are moved.
    render : callable
        Gives the files of the index by name.
    keep : int
        Dates of a plan to keep.
    link : callable, optional
        Gives the pages whose links change (`analysis.site.linking.linked_pages`).
    """
    before = read_manifest(folder)
    then = after(before, made, failed, keep)
    ready = {page.path: file for page, file in made.items()}
    if link:
        changed = link(then, lambda page: ready.get(page.path, folder / page.path).read_bytes())
        linked = {page: _written(text, stage) for page, text in changed}
        then = replace(then, pages={**then.pages, **{page.path: page for page in linked}})
        ready |= {page.path: file for page, file in linked.items()}
    index = render(then)
    then = replace(then, index={name: _hash(text.encode("utf-8")) for name, text in index.items()})
    moves: list[tuple[Path, str]] = [(file, path) for path, file in ready.items()]
    for address, page in then.newest().items():
        file = ready.get(page.path)
        if file or before.newest().get(address) != page or not (folder / address).is_file():
            moves.append((_twin(file or folder / page.path, stage), address))
    for failure, files in failed.items():
        moves += [(file, failure.notebook if file.suffix == ".ipynb" else failure.page) for file in files]
    # What is new comes first: no page that can be reached leads to one that is not there yet.
    moves.sort(key=lambda move: (folder / move[1]).exists())
    # Everything is on the disk before the first file moves: a disk that is full is met here, and changes nothing.
    moves.append((_written(manifest_text(then), stage), MANIFEST))
    moves += [(_written(text, stage), name) for name, text in index.items()]
    for place, (file, address) in enumerate(moves):
        if address == MANIFEST:
            sync(*{(folder / moved).parent for _, moved in moves[:place]})
        _move(file, folder / address)
    sync(folder)
    for name in then.leaving:
        (folder / name).unlink(missing_ok=True)
        with suppress(OSError):
            for parent in (folder / name).relative_to(folder).parents:
                (folder / parent).rmdir()
    return then


def file_hash(file: Path) -> str:
    """A hash of a file; empty when it cannot be read."""
    try:
        return _hash(file.read_bytes())
    except OSError:
        return ""


def _twin(file: Path, stage: Path) -> Path:
    """The same page once more, without taking room for it where the file system allows."""
    handle, name = tempfile.mkstemp(dir=stage)
    os.close(handle)
    twin = Path(name)
    twin.unlink()
    try:
        os.link(file, twin)
    except OSError:
        shutil.copyfile(file, twin)
    return twin


def _written(text: str, stage: Path) -> Path:
    handle, name = tempfile.mkstemp(dir=stage)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _move(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    file.chmod(0o644)
    file.replace(target)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
