"""Where a plan comes from: a notice, in whatever form it was handed in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.asked.opened import opened_notice, opened_register
from analysis.catalogue import Message
from analysis.cli.base import LangOption, app
from analysis.cli.plans import plan_app
from analysis.terminal import Exit, speaking, spoken, stop, write_all_new

if TYPE_CHECKING:
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
    lang: LangOption = None,
) -> None:
    """Read a notice into themes, measures and responsibilities, with a list of what is in doubt."""
    from analysis.record import to_csv

    language = spoken(lang)
    tables, _ = opened_notice(file, lang=language)
    names = ("themes", "measures", "responsibilities", "doubts")
    rows = {f"{name}.csv": to_csv(getattr(tables, name).astype("str")).encode() for name in names}
    write_all_new(out, rows, language)
    counts = {name: len(getattr(tables, name)) for name in names}
    say = speaking(language)
    typer.echo(
        say(
            "{measures} measures, {themes} themes, {responsibilities} responsibilities, {doubts} doubts: {out}",
            **counts,
            out=out,
        )
    )
    _stop_where_nothing_was_found(file, tables, language)


@plan_app.command("new")
def new_plan(
    file: NoticeFile,
    out: Annotated[Path, typer.Option(help="The plan's folder; nothing that is there is overwritten.")],
    units: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="A units.csv to know units from, as that of the plan before."),
    ] = None,
    lang: LangOption = None,
) -> None:
    """Draft a plan's folder from a notice: tables, plan.toml with marked blanks, and review.html to check them by."""
    from analysis.draft import BLANK, draft_of
    from analysis.page import review_page

    language = spoken(lang)
    tables, document = opened_notice(file, lang=language)
    _stop_where_nothing_was_found(file, tables, language)
    registers = [opened_register(register, lang=language) for register in units or []]
    draft = draft_of(tables, plan_id=_id_of(out), registers=registers)
    review = review_page(draft.opening.title or file.name, tables, draft.tables, draft.doubts)
    received = file.read_bytes()
    kept = {"notice.txt": document.encode()}
    if received != kept["notice.txt"]:
        # The notice stays as it was received; what is no text is kept beside the text that was read from it.
        kept = {"notice.txt": received} if file.suffix.lower() == ".txt" else {**kept, f"notice{file.suffix}": received}
    write_all_new(out, {**draft.files(), "review.html": review.encode(), **kept}, language)
    say = speaking(language)
    typer.echo(
        say(
            "{out}: {measures} measures, {themes} themes, {units} units, {doubts} doubts.",
            out=out,
            measures=len(tables.measures),
            themes=len(tables.themes),
            units=len(draft.tables["units"]),
            doubts=len(draft.doubts),
        )
    )
    typer.echo(
        say(
            "Check them in {review}, fill in what is marked {mark} in plan.toml ({blanks}), then: {command}",
            review=out / "review.html",
            mark=BLANK,
            blanks=draft.head.count(BLANK),
            command=f"portplan check --plan {out}",
        )
    )


def _id_of(folder: Path) -> str:
    return re.sub("[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")


def _stop_where_nothing_was_found(file: Path, tables: NoticeTables, lang: str) -> None:
    if tables.measures.empty:
        message = Message("{file}: no measures were read; see that it is a notice of measures, and whole", file=file)
        stop(Exit.NOTHING_FOUND, message, lang=lang)
    if tables.responsibilities.empty:
        message = Message(
            "{file}: no units were read; see that its measures name units, and that it is whole", file=file
        )
        stop(Exit.NOTHING_FOUND, message, lang=lang)
