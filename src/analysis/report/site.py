"""The published folder: pages under addresses that last, a manifest of them, an index of what to read first.

What is published is made ready in a folder of its own on the same file system and moved in, file by file, each whole;
the index comes last, and what it no longer names goes after that. So at every moment each link leads to a whole page,
whatever stops a run.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

MANIFEST = "manifest.json"
_OLDEST = timedelta(days=3 * 366)


class SiteLocked(RuntimeError):
    """Another run is publishing to the same folder."""


class SiteNotWritable(RuntimeError):
    """The folder cannot be written to, or what it holds cannot be understood."""


@dataclass(frozen=True)
class Page:
    """A published page, as the manifest remembers it."""

    path: str
    key: str
    sha256: str
    report: str
    plan_id: str
    plan_title: str
    as_of: str
    known_at: str
    compare_to: str
    lang: str
    unit: str
    theme: str
    selection: str
    title: str
    headline: str
    banner: str = ""

    @property
    def age(self) -> tuple[str, str, bool]:
        """The greater, the newer; of two that speak of the same days, the one that compares with no other."""
        return self.as_of, self.known_at, not self.compare_to

    @property
    def latest_path(self) -> str:
        """The address under which the newest page of its kind is always found."""
        return latest_path(self.path)


@dataclass(frozen=True)
class Failure:
    """An attempt at a page that did not end in one; `since` is when the first of an unbroken row of them began."""

    path: str
    report: str
    plan_id: str
    as_of: str
    known_at: str
    lang: str
    selection: str
    result: str
    since: str

    @property
    def page(self) -> str:
        """Where the traceback is told."""
        return f"failed/{self.path}"

    @property
    def notebook(self) -> str:
        """Where the notebook is kept, with its outputs as far as it came; it may not have come to that."""
        return self.page.removesuffix(".html") + ".ipynb"


@dataclass(frozen=True)
class Manifest:
    """What a site holds.

    Attributes
    ----------
    pages : mapping of str to Page
        By path.
    failures : mapping of str to Failure
        By the path of the page that is missing or was left as it is.
    index : mapping of str to str
        The hash of each file of the index.
    leaving : tuple of str
        Files that the index no longer names.
    """

    pages: Mapping[str, Page] = field(default_factory=dict)
    failures: Mapping[str, Failure] = field(default_factory=dict)
    index: Mapping[str, str] = field(default_factory=dict)
    leaving: tuple[str, ...] = ()

    def newest(self) -> dict[str, Page]:
        """The newest page of each kind, by the address at which it is always found."""
        found: dict[str, Page] = {}
        for page in self.pages.values():
            known = found.get(page.latest_path)
            if known is None or known.age <= page.age:
                found[page.latest_path] = page
        return found


def latest_path(path: str) -> str:
    """The address under which the newest page of the same kind as the one at `path` is always found."""
    plan, _, lang, name = path.split("/")
    return f"{plan}/latest/{lang}/{name}"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a site for one run.

    Raises
    ------
    SiteLocked
        When another run holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout as held:
        raise SiteLocked(f"另一次运行正在发布到 {folder}：请等它结束后再试") from held


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


def read_manifest(folder: Path) -> Manifest:
    """What a site holds; nothing when there is no site yet.

    Raises
    ------
    SiteNotWritable
        When the manifest cannot be understood.
    """
    try:
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
        return Manifest(
            pages={record["path"]: Page(**record) for record in told["pages"]},
            failures={record["path"]: Failure(**record) for record in told["failures"]},
            index=told["index"],
            leaving=tuple(told["leaving"]),
        )
    except FileNotFoundError:
        return Manifest()
    except (ValueError, TypeError, KeyError) as failed:
        raise SiteNotWritable(f"{folder / MANIFEST} 无法识别：请移走它再运行，所有页面会重新生成") from failed


def is_published(folder: Path, page: Page) -> bool:
    """Whether a page stands in its site as it was made."""
    return file_hash(folder / page.path) == page.sha256


def is_whole(folder: Path, manifest: Manifest) -> bool:
    """Whether the index is the one of the manifest, every address is there, and nothing waits to be removed."""
    named = [*manifest.newest(), *(failure.page for failure in manifest.failures.values())]
    return (
        all(file_hash(folder / name) == digest for name, digest in manifest.index.items())
        and all((folder / name).is_file() for name in named)
        and not any((folder / name).exists() for name in manifest.leaving)
    )


def expired(manifest: Manifest, keep: int, spared: Collection[str] = ()) -> set[str]:
    """The pages that a site need not hold any longer.

    Those of each plan's newest `keep` dates stay, unless they are more than three years older than the newest of all.
    Age is counted between the dates of pages: no clock that is wrong can empty a site.
    """
    dates: dict[str, set[str]] = {}
    for page in manifest.pages.values():
        dates.setdefault(page.plan_id, set()).add(page.as_of)
    staying: dict[str, set[str]] = {}
    for plan, of_plan in dates.items():
        newest_first = sorted(of_plan, reverse=True)
        oldest = (date.fromisoformat(newest_first[0]) - _OLDEST).isoformat()
        staying[plan] = {day for day in newest_first[:keep] if day >= oldest}
    return {
        path for path, page in manifest.pages.items() if page.as_of not in staying[page.plan_id] and path not in spared
    }


def publish(
    folder: Path,
    stage: Path,
    *,
    made: Mapping[Page, Path],
    failed: Mapping[Failure, Iterable[Path]],
    render: Callable[[Manifest], Mapping[str, str]],
    keep: int,
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
    """
    before = read_manifest(folder)
    after = _after(before, made, failed, keep)
    index = render(after)
    after = replace(after, index={name: _hash(text.encode("utf-8")) for name, text in index.items()})
    moves: list[tuple[Path, str]] = [(file, page.path) for page, file in made.items()]
    for address, page in after.newest().items():
        file = made.get(page)
        if file or before.newest().get(address) != page or not (folder / address).is_file():
            moves.append((_twin(file or folder / page.path, stage), address))
    for failure, files in failed.items():
        moves += [(file, failure.notebook if file.suffix == ".ipynb" else failure.page) for file in files]
    told = {
        "pages": [asdict(after.pages[path]) for path in sorted(after.pages)],
        "failures": [asdict(after.failures[path]) for path in sorted(after.failures)],
        "index": after.index,
        "leaving": after.leaving,
    }
    # Everything is on the disk before the first file moves: a disk that is full is met here, and changes nothing.
    moves.append((_written(json.dumps(told, ensure_ascii=False, indent=1), stage), MANIFEST))
    moves += [(_written(text, stage), name) for name, text in index.items()]
    for place, (file, address) in enumerate(moves):
        if address == MANIFEST:
            _sync({(folder / moved).parent for _, moved in moves[:place]})
        _move(file, folder / address)
    _sync({folder})
    for name in after.leaving:
        (folder / name).unlink(missing_ok=True)
        with suppress(OSError):
            for parent in (folder / name).relative_to(folder).parents:
                (folder / parent).rmdir()
    return after


def file_hash(file: Path) -> str:
    """A hash of a file; empty when it cannot be read."""
    try:
        return _hash(file.read_bytes())
    except OSError:
        return ""


def _after(before: Manifest, made: Iterable[Page], failed: Iterable[Failure], keep: int) -> Manifest:
    new = {page.path: page for page in made}
    failures = {path: failure for path, failure in before.failures.items() if path not in new}
    for failure in failed:
        first = failures.get(failure.path, failure)
        failures[failure.path] = replace(failure, since=first.since)
    after = Manifest(pages={**before.pages, **new}, failures=failures)
    gone = expired(after, keep, new.keys() | {failure.path for failure in failed})
    after = replace(
        after,
        pages={path: page for path, page in after.pages.items() if path not in gone},
        failures={path: failure for path, failure in failures.items() if path not in gone},
    )
    named = _files(after)
    leaving = (_files(before) | set(before.leaving)) - named
    return replace(after, leaving=tuple(sorted(leaving)))


def _files(manifest: Manifest) -> set[str]:
    failures = manifest.failures.values()
    told = {name for failure in failures for name in (failure.page, failure.notebook)}
    return {*manifest.pages, *manifest.newest(), *told}


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


def _sync(folders: Iterable[Path]) -> None:
    """See to it that what was moved into folders is there after a power cut too."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
