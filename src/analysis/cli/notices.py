"""Where a plan comes from: a notice, in whatever form it was handed in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.cli.base import Exit, app, stop
from analysis.cli.plans import plan_app

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

    tables, _ = _read(file)
    names = ("themes", "measures", "responsibilities", "doubts")
    _write_new(out, {f"{name}.csv": to_csv(getattr(tables, name).astype("str")).encode() for name in names})
    typer.echo(
        f"{len(tables.measures)} measures, {len(tables.themes)} themes, "
        f"{len(tables.responsibilities)} responsibilities, {len(tables.doubts)} doubts: {out}"
    )
    _stop_where_nothing_was_found(file, tables)


@plan_app.command("new")
def new_plan(
    file: NoticeFile,
    out: Annotated[Path, typer.Option(help="The plan's folder; nothing that is there is overwritten.")],
    units: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="A units.csv to know units from, as that of the plan before."),
    ] = None,
) -> None:
    """Draft a plan's folder from a notice: tables, plan.toml with marked blanks, and review.html to check them by."""
    from analysis.draft import draft_of
    from analysis.page import review_page

    tables, document = _read(file)
    _stop_where_nothing_was_found(file, tables)
    draft = draft_of(tables, plan_id=_id_of(out), registers=[_register(register) for register in units or []])
    review = review_page(draft.opening.title or file.name, tables, draft.tables, draft.doubts)
    received = file.read_bytes()
    kept = {"notice.txt": document.encode()}
    if received != kept["notice.txt"]:
        # The notice stays as it was received; what is no text is kept beside the text that was read from it.
        kept = {"notice.txt": received} if file.suffix.lower() == ".txt" else {**kept, f"notice{file.suffix}": received}
    _write_new(out, {**draft.files(), "review.html": review.encode(), **kept})
    blanks = draft.head.count("请填写")
    typer.echo(
        f"{out}：{len(tables.measures)} 项措施，{len(tables.themes)} 个主题，{len(draft.tables['units'])} 个单位，"
        f"{len(draft.doubts)} 处存疑。\n"
        f"请打开 {out / 'review.html'} 逐条核对，补齐 plan.toml 中标明“请填写”的 {blanks} 处，"
        f"再运行 portplan check --plan {out}"
    )


def _id_of(folder: Path) -> str:
    return re.sub("[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")


def _register(file: Path) -> list[dict[str, str]]:
    from analysis.files import as_meant, read_csv
    from analysis.marks import REGISTER_COLUMNS

    try:
        table = read_csv(file.read_bytes())
    except ValueError as failed:
        stop(Exit.BAD_DATA, f"{file}：{failed}")
    if missing := [column for column in REGISTER_COLUMNS if column not in table.header]:
        stop(Exit.BAD_DATA, f"{file}：缺少列 {'、'.join(missing)}；应为一个方案的 units.csv")
    rows = [dict(zip(table.header, map(as_meant, row), strict=True)) for row in table.rows.values()]
    return [{column: row[column] for column in REGISTER_COLUMNS} for row in rows]


def _read(file: Path) -> tuple[NoticeTables, str]:
    """A notice's reading, and its text as received."""
    from analysis import notice
    from analysis.documents import Unreadable, read_document

    try:
        document = read_document(file)
        tables = notice.read(document)
        return tables, tables.text if document.tables else document.text
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
