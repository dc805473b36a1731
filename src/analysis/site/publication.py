"""The published folder: pages under addresses that last, a manifest of them, an index of what to read first.

What is published is made ready in a folder of its own on the same file system and moved in, file by file, each whole;
the index comes last, and what it no longer names goes after that. So at every moment each link leads to a whole page,
whatever stops a run. Before the first file moves, the manifest names those that are coming: what a run that was killed
left behind is known, and what is not known is somebody else's, and never touched.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.files import held, in_installed_package, sync, undisturbed, write_whole
from analysis.manifest.pages import Failure, Manifest, Origin, Page, SiteNotWritable, after
from analysis.manifest.stored import MANIFEST, RUNS, manifest_text, read_manifest
from analysis.site.places import made_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from analysis.manifest.retention import Retention

    Link = Callable[[Manifest, Callable[[Page], bytes]], Iterable[tuple[Page, str]]]

SETTINGS, TOLD, TELLING = "site.toml", f"{RUNS}/told.json", ".telling.lock"
"""What a person says of the site, whom of what was told, and who is telling: `analysis.notification`."""
_LOCK = ".lock"
_OURS = {_LOCK, TELLING, f".{MANIFEST}.new"}
"""What a run leaves that was stopped before it had written the first manifest."""
_RUN = re.compile(rf"{RUNS}/[0-9]+\.json|{TOLD}")
_BESIDE = {"README.md", ".gitignore", ".gitkeep", "lost+found", SETTINGS}
"""What says what a folder is for, or comes with a disk: no site, and never written to."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a site for one run; an empty folder becomes one.

    Raises
    ------
    analysis.files.Busy
        When another run holds it.
    SiteNotWritable
        When the folder holds something else than a site, or lies in an installed package. Nothing was written.
    """
    if in_installed_package(folder):
        raise SiteNotWritable(
            f"{folder} 在已安装的软件包里，升级或卸载时会被删除：请用 --out 指定别的文件夹，或先运行 portplan init"
        )
    folder.mkdir(parents=True, exist_ok=True)
    check_site(folder)
    with held(folder / _LOCK, otherwise=f"另一次运行正在发布到 {folder}：请等它结束后再试"):
        if not os.path.lexists(folder / MANIFEST):
            write_whole(folder / MANIFEST, manifest_text(Manifest()).encode("utf-8"))
        yield


def check_site(folder: Path) -> None:
    """See to it that a folder is a site, or empty.

    Raises
    ------
    SiteNotWritable
        When it is neither; names what lies there.
    """
    if (folder / _LOCK).is_symlink():
        raise SiteNotWritable(f"{folder / _LOCK} 是链接，不是本软件写的：请移走它再运行")
    if os.path.lexists(folder / MANIFEST):
        read_manifest(folder)
        return
    others = sorted(entry.name for entry in folder.iterdir() if entry.name not in _OURS | _BESIDE)
    if others:
        named = "、".join(others[:6]) + (f" 等 {len(others)} 项" if len(others) > 6 else "")
        raise SiteNotWritable(
            f"{folder} 不是空文件夹，也不是本软件的站点（没有 {MANIFEST}），里面有 {named}：没有写入任何内容。"
            "请用 --out 指定空文件夹或已有的站点"
        )


def withdraw(folder: Path) -> None:
    """Take back a site that holds nothing yet, folder included; what else lies there stays, and the folder with it."""
    if read_manifest(folder) == Manifest():
        with suppress(OSError):
            for name in (MANIFEST, _LOCK):
                (folder / name).unlink(missing_ok=True)
            folder.rmdir()


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
        file = folder / page.path
        if not stat.S_ISREG(file.lstat().st_mode):
            return False
        content = file.read_bytes()
        return _hash(content) == page.sha256 or (page.made_as != "" and made_hash(content.decode()) == page.made_as)
    except (OSError, ValueError):
        return False


def is_whole(folder: Path, manifest: Manifest) -> bool:
    """Whether the index is the one of the manifest, every address is there, and nothing waits to be removed."""
    named = [*manifest.pages, *manifest.newest(), *(failure.page for failure in manifest.failures.values())]
    return (
        all(file_hash(folder / name) == digest for name, digest in manifest.index.items())
        and all((folder / name).is_file() for name in named)
        and not any((folder / name).exists() for name in manifest.leaving)
    )


def unnamed(folder: Path, manifest: Manifest) -> list[str]:
    """The files of a site's folder that nothing names: none of ours, or left behind by an older version."""
    own = manifest.files() | set(manifest.index) | set(manifest.leaving) | _OURS | _BESIDE | {MANIFEST}
    found = []
    for parent, folders, files in os.walk(folder):
        inside = Path(parent).relative_to(folder)
        folders[:] = [name for name in folders if not name.startswith(".staging-") and name not in _BESIDE]
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        found += [(inside / name).as_posix() for name in (*files, *links)]
    return sorted(name for name in found if name not in own and not _RUN.fullmatch(name))


def publish(
    folder: Path,
    stage: Path,
    *,
    made: Mapping[Page, Path],
    failed: Mapping[Failure, Iterable[Path]],
    render: Callable[[Manifest], Mapping[str, str]],
    link: Link | None = None,
    retention: Retention | None = None,
    plans: Mapping[str, Origin] | None = None,
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
    link : callable, optional
        Gives the pages whose links change (`analysis.site.linking.linked_pages`).
    retention : Retention, optional
        What becomes of the dates of a plan; all stay when left out.
    plans : mapping of str to Origin, optional
        Where the plans come from that are published.

    Raises
    ------
    SiteNotWritable
        When something stands under an address that is not the site's own. Nothing was moved.
    """
    known = read_manifest(folder)
    # What somebody has removed is not held any more: no index may lead to it.
    before = replace(
        known,
        pages={path: page for path, page in known.pages.items() if (folder / path).is_file()},
        failures={path: failure for path, failure in known.failures.items() if (folder / failure.page).is_file()},
        leaving=tuple(sorted(name for name in _own(known) if os.path.lexists(folder / name))),
    )
    then = after(before, made, failed, plans=plans)
    if retention:
        gone = {(retention.plan_id, day) for day in retention.gone(then)}
        then = after(before, made, failed, plans=plans, gone=gone)
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
    for failure, told in failed.items():
        moves += [(file, failure.notebook if file.suffix == ".ipynb" else failure.page) for file in told]
    addresses = {address for _, address in moves} | set(index)
    _refuse_foreign(folder, known, addresses | set(then.leaving))
    # What is new comes first: no page that can be reached leads to one that is not there yet.
    moves.sort(key=lambda move: (folder / move[1]).exists())
    # Everything is on the disk before the first file moves: a disk that is full is met here, and changes nothing.
    coming = (addresses - set(index) | set(before.leaving)) - known.files()
    announced = _written(manifest_text(replace(known, leaving=tuple(sorted(coming)))), stage)
    moves.append((_written(manifest_text(then), stage), MANIFEST))
    moves += [(_written(text, stage), name) for name, text in index.items()]
    with undisturbed():
        _move(announced, folder / MANIFEST)
        sync(folder)
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


def _refuse_foreign(folder: Path, manifest: Manifest, names: set[str]) -> None:
    """See to it that what is written over or removed is the site's own, and lies inside it."""
    own = _own(manifest) | set(manifest.index)
    foreign = sorted(
        name
        for name in names
        if any(_is_no_folder(folder / parent) for parent in list(Path(name).parents)[:-1])
        or (name not in own and os.path.lexists(folder / name))
        or (folder / name).is_dir()
    )
    if foreign:
        raise SiteNotWritable(
            f"{folder} 中的 {'、'.join(foreign[:6])} 不是本软件发布的（或在链接之下）：没有改动，请把它移走再运行"
        )


def _own(manifest: Manifest) -> set[str]:
    """Every address under which a site's pages stand, or that it has named as going."""
    return manifest.files() | set(manifest.leaving)


def _is_no_folder(place: Path) -> bool:
    return place.is_symlink() or (place.exists() and not place.is_dir())


def file_hash(file: Path) -> str:
    """A hash of a file; empty when it cannot be read, or is none but a link or the like."""
    try:
        return _hash(file.read_bytes()) if stat.S_ISREG(file.lstat().st_mode) else ""
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
