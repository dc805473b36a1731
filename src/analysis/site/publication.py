"""The published folder: pages under addresses that last, a manifest of them, an index of what to read first.

What is published is made ready in a folder of its own on the same file system and moved in, file by file, each whole;
the index comes last, and what it no longer names goes after that. So at every moment each link leads to a whole page,
whatever stops a run. Before the first file moves, the manifest names those that are coming: what a run that was killed
left behind is known, and what is not known is somebody else's, and never touched.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.files import held, in_installed_package, sync, undisturbed, write_whole
from analysis.manifest.pages import Failure, Manifest, Page, SiteNotWritable, address_beside, after
from analysis.manifest.stored import MANIFEST, RUNS, manifest_text, read_manifest
from analysis.site.moving import file_hash, hash_of, move, twin, written
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
_RUN = re.compile(rf"{RUNS}/[0-9]{{6,}}\.json|{TOLD}")
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
    """Whether a page stands in its site as it was made, whatever links it has been given, and its documents with it."""
    try:
        file = folder / page.path
        if not stat.S_ISREG(file.lstat().st_mode):
            return False
        if any(file_hash(folder / address_beside(page.path, one)) != getattr(page, one) for one in page.formats):
            return False
        content = file.read_bytes()
        return hash_of(content) == page.sha256 or (page.made_as != "" and made_hash(content.decode()) == page.made_as)
    except (OSError, ValueError):
        return False


def is_kept(folder: Path, manifest: Manifest, page: Page) -> bool:
    """Whether the tables that a page was made of stand in its site as they were, if they were to be kept."""
    basis = manifest.bases.get(page.basis)
    if basis is None:
        return not page.basis
    return all(file_hash(folder / path) == basis.files[name] for name, path in basis.paths().items())


def present(folder: Path, known: Manifest) -> Manifest:
    """What a site holds without what somebody has removed: no index may lead to it, and no page to its document."""
    pages = {path: page for path, page in known.pages.items() if (folder / path).is_file()}
    for path, page in pages.items():
        gone = [one for one in page.formats if not (folder / address_beside(path, one)).is_file()]
        pages[path] = replace(page, **dict.fromkeys(gone, ""))
    return replace(
        known,
        pages=pages,
        failures={path: failure for path, failure in known.failures.items() if (folder / failure.page).is_file()},
        leaving=tuple(sorted(name for name in known.files() | set(known.leaving) if os.path.lexists(folder / name))),
    )


def is_twin(folder: Path, address: str, path: str) -> bool:
    """Whether the same stands under both addresses of a page; in a site that was copied they are two files."""
    try:
        return (folder / address).samefile(folder / path) or file_hash(folder / address) == file_hash(folder / path)
    except OSError:
        return False


def is_whole(folder: Path, manifest: Manifest) -> bool:
    """Whether the index is the one of the manifest, every address is there, and nothing waits to be removed."""
    named = manifest.files() - {failure.notebook for failure in manifest.failures.values()}
    return (
        all(file_hash(folder / name) == digest for name, digest in manifest.index.items())
        and all((folder / name).is_file() for name in named)
        and all(is_twin(folder, address, path) for address, path, _ in manifest.twins())
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
    inputs: Mapping[str, str] | None = None,
    **known_of: Any,
) -> Manifest:
    """Put pages on a site, and what is known of those that could not be made.

    Parameters
    ----------
    stage : pathlib.Path
        From `staging`.
    made : mapping of Page to pathlib.Path
        Pages and the files that hold them, their documents beside, on the file system of the site; all are moved.
    failed : mapping of Failure to paths
        Failures, each with its page (.html) and perhaps its notebook (.ipynb); the files are moved.
    render : callable
        Gives the files of the index by name.
    link : callable, optional
        Gives the pages whose links change (`analysis.site.linking.linked_pages`).
    retention : Retention, optional
        What becomes of the dates of a plan; all stay when left out.
    inputs : mapping of str to str, optional
        The files of the bases of pages, by their places in the site.
    **known_of
        What else the manifest is to know of the plans that are published (`analysis.manifest.after`).

    Raises
    ------
    SiteNotWritable
        When something stands under an address that is not the site's own. Nothing was moved.
    """
    known = read_manifest(folder)
    before = present(folder, known)
    then = after(before, made, failed, **known_of)
    if retention:
        gone = {(retention.plan_id, day) for day in retention.gone(then)}
        then = after(before, made, failed, gone=gone, **known_of)
    ready = {page.path: file for page, file in made.items()}
    ready |= {address_beside(page.path, k): f.with_suffix(f".{k}") for page, f in made.items() for k in page.formats}
    if link:
        changed = link(then, lambda page: ready.get(page.path, folder / page.path).read_bytes())
        linked = {page: written(text, stage) for page, text in changed}
        then = replace(then, pages={**then.pages, **{page.path: page for page in linked}})
        ready |= {page.path: file for page, file in linked.items()}
    index = render(then)
    then = replace(then, index={name: hash_of(text.encode("utf-8")) for name, text in index.items()})
    moves: list[tuple[Path, str]] = [(file, path) for path, file in ready.items()]
    moves += [(written(text, stage), path) for path, text in _unkept(folder, then, inputs or {})]
    for address, path, page in then.twins():
        is_same = path not in ready and before.newest().get(page.latest_path) == page
        if not is_same or not is_twin(folder, address, path):
            moves.append((twin(ready.get(path, folder / path), stage), address))
    for failure, told in failed.items():
        moves += [(file, failure.notebook if file.suffix == ".ipynb" else failure.page) for file in told]
    addresses = {address for _, address in moves} | set(index)
    _refuse_foreign(folder, known, addresses | set(then.leaving))
    # What is new comes first: no page that can be reached leads to one that is not there yet.
    moves.sort(key=lambda move: (folder / move[1]).exists())
    # Everything is on the disk before the first file moves: a disk that is full is met here, and changes nothing.
    coming = (addresses - set(index) | set(before.leaving)) - known.files()
    announced = written(manifest_text(replace(known, leaving=tuple(sorted(coming)))), stage)
    moves.append((written(manifest_text(then), stage), MANIFEST))
    moves += [(written(text, stage), name) for name, text in index.items()]
    with undisturbed():
        move(announced, folder / MANIFEST)
        sync(folder)
        for place, (file, address) in enumerate(moves):
            if address == MANIFEST:
                sync(*{(folder / moved).parent for _, moved in moves[:place]})
            move(file, folder / address)
        sync(folder)
        for name in then.leaving:
            (folder / name).unlink(missing_ok=True)
            with suppress(OSError):
                for parent in (folder / name).relative_to(folder).parents:
                    (folder / parent).rmdir()
    return then


def _refuse_foreign(folder: Path, manifest: Manifest, names: set[str]) -> None:
    """See to it that what is written over or removed is the site's own, and lies inside it."""
    own = manifest.files() | set(manifest.leaving) | set(manifest.index)
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


def _unkept(folder: Path, then: Manifest, inputs: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Tables to be kept. They are addressed by their content: what stands there as it should is not written again."""
    for path, text in inputs.items():
        if path in then.files() and file_hash(folder / path) != hash_of(text.encode("utf-8")):
            yield path, text


def _is_no_folder(place: Path) -> bool:
    return place.is_symlink() or (place.exists() and not place.is_dir())
