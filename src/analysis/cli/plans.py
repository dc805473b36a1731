"""Where a plan comes from: a notice, in whatever form it was handed in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.cli.base import Exit, app, stop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.notice import NoticeTables

notice_app = typer.Typer(no_args_is_help=True, help="Read a notice as received into tables.")
app.add_typer(notice_app, name="notice")

NoticeFile = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, help="The notice: text, a saved web page, .docx, or a table (.xlsx, .csv)."
    ),
]


@notice_app.command("read")
def read_notice(
    file: NoticeFile,
    out: Annotated[
        Path, typer.Option(help="The folder for the tables; nothing that is there is overwritten.")
    ] = Path(),
) -> None:
    """Read a notice into themes, measures and responsibilities, with a list of what is in doubt."""
    from analysis.record import to_csv

    tables = _read(file)
    names = ("themes", "measures", "responsibilities", "doubts")
    _write_new(out, {f"{name}.csv": to_csv(getattr(tables, name).astype("str")).encode() for name in names})
    typer.echo(
        f"{len(tables.measures)} measures, {len(tables.themes)} themes, "
        f"{len(tables.responsibilities)} responsibilities, {len(tables.doubts)} doubts: {out}"
    )
    _stop_where_nothing_was_found(file, tables)


def _read(file: Path) -> NoticeTables:
    from analysis import notice
    from analysis.documents import Unreadable, read_document

    try:
        return notice.read(read_document(file))
    except Unreadable as failed:
        stop(Exit.NO_NOTICE, f"{file}：{failed}")


def _write_new(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files that are not there yet; all of them, or none."""
    there = [name for name in files if (folder / name).exists()]
    if there:
        stop(
            Exit.NOT_WRITABLE, f"{folder} 中已有 {'、'.join(there)}，没有写入：请另选文件夹（--out），或先移走这些文件"
        )
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            with (folder / name).open("xb") as new:
                written.append(folder / name)
                new.write(content)
    except OSError as failed:
        for file in written:
            file.unlink(missing_ok=True)
        stop(Exit.NOT_WRITABLE, f"{folder} 无法写入：{failed.strerror}")


def _stop_where_nothing_was_found(file: Path, tables: NoticeTables) -> None:
    missing = "任何措施" if tables.measures.empty else "任何责任单位" if tables.responsibilities.empty else ""
    if missing:
        stop(Exit.NOTHING_FOUND, f"{file}：没有读出{missing}；请核对这是不是带责任单位的通知，是否收全")
