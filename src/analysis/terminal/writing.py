"""Files that a command writes where nothing stands yet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from analysis.catalogue import FIRST, Message, system_reason
from analysis.terminal.exits import Exit, stop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.sharing import Share


def write_all_new(
    folder: Path, files: Mapping[str, bytes], lang: str, *, then: Callable[[], object] = lambda: None
) -> None:
    """Write files that are not there yet, and do what completes them; all of it, or nothing, and end the command."""
    if there := [name for name in files if (folder / name).exists()]:
        message = Message(
            "{folder} already holds {files}: nothing was written; name another folder with --out, or move them away",
            folder=folder,
            files=", ".join(there),
        )
        stop(Exit.NOT_WRITABLE, message, lang=lang)
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            with (folder / name).open("xb") as new:
                written.append(folder / name)
                new.write(content)
        then()
    except OSError as failed:
        for file in written:
            file.unlink(missing_ok=True)
        _stop_unwritten(folder, failed, lang)


def write_over(file: Path, content: bytes, lang: str, *, until: bytes) -> None:
    """Write a file whole in place of one of its like, that begins as it does `until` some words, and of no other.

    What is no file, such as a pipe, is written to as it is.
    """
    from analysis.files import write_whole

    try:
        if file.is_file() and not file.read_bytes().startswith(content.partition(until)[0]):
            told = Message("{file} is there already and holds something else: it was left alone", file=file)
            stop(Exit.NOT_WRITABLE, told, lang=lang)
        if file.exists() and not file.is_file():
            file.write_bytes(content)
        else:
            write_whole(file.resolve(), content)
    except OSError as failed:
        _stop_unwritten(file, failed, lang)


def write_share(share: Share, content: bytes, out: Path | None, *, lang: str = FIRST) -> None:
    """Write a share, under a name that says so when it is made up, and say what must be known of it; else stop."""
    from analysis.files import write_new
    from analysis.sharing import file_name, mark_of

    name = file_name(share)
    file = out / name if out and out.is_dir() else out or Path(name)
    if mark_of(share) not in file.name:
        told = Message("the record of these pages is made up, and the file's name must say so, as in {name}", name=name)
        stop(Exit.BAD_PARAMETERS, told, lang=lang)
    for told in share.told:
        typer.echo(told.said(lang), err=True)
    try:
        write_new(file, content)
    except FileExistsError:
        stop(Exit.NOT_WRITABLE, Message("{out} is there already: nothing was written", out=file), lang=lang)
    except OSError as failed:
        _stop_unwritten(file, failed, lang)
    counted = Message("{file}: {n} files, {size} MB", file=file, n=len(share.files), size=f"{len(content) / 1e6:.1f}")
    typer.echo(counted.said(lang))


def _stop_unwritten(file: Path, failed: OSError, lang: str) -> NoReturn:
    told = Message("{file} cannot be written: {reason}", file=file, reason=system_reason(failed))
    stop(Exit.NOT_WRITABLE, told, lang=lang)
