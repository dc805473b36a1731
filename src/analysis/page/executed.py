"""An executed notebook as a value: what it says of itself, what went wrong in it, where it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from analysis import exhibits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True)
class Totals:
    """What the table of an exhibit adds up to, as the exhibit declares it.

    Attributes
    ----------
    caption : str
        The table's.
    of : str
        The column that names its rows.
    rows : int
    columns : mapping of str to number
        The total of each column that has one.
    """

    caption: str
    of: str
    rows: int
    columns: Mapping[str, float]


@dataclass(frozen=True)
class Executed:
    """An executed notebook, read once.

    Attributes
    ----------
    notebook : mapping
        The notebook itself, as nbformat keeps it.
    title, headline, lang : str
        Of its opening; blank when it has none.
    running : str
        The line that stands on each sheet of paper: report, plan, day, and that a record is made up.
    banners : tuple of str
        Of its opening.
    subject : mapping of str to str
        What its opening says that it speaks of (`analysis.opening.subject`); empty when it does not.
    counts : mapping of str to int
        How many measures the opening counts in each state; empty when it has none.
    totals : tuple of Totals
        Of every exhibit that has a table.
    shown : tuple of mappings
        What every exhibit's fragment was filled with, as plain data, and under ``fragment`` its name.
    errors : tuple of str
        What was raised, a text each.
    warnings : tuple of str
        What was written to the error stream.
    printed : tuple of str
        What was written to the other stream.
    source, traceback : str
        The cell that raised, or was running when the notebook ended; blank when it came to its end.
    """

    notebook: Mapping[str, Any] = field(repr=False)
    title: str = ""
    headline: str = ""
    lang: str = ""
    running: str = ""
    banners: tuple[str, ...] = ()
    subject: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    totals: tuple[Totals, ...] = ()
    shown: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()
    source: str = ""
    traceback: str = ""

    @classmethod
    def of(cls, notebook: Mapping[str, Any]) -> Self:
        """A notebook as papermill gave it, or as it lies in its file; an empty mapping for one that is not there."""
        cells = [cell for cell in notebook.get("cells", []) if cell["cell_type"] == "code"]
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        declared = [output.get("metadata", {}).get(exhibits.METADATA, {}) for output in outputs]
        opening = next((one for one in declared if one.get("role") == "opening"), {})
        errors = [output for output in outputs if output["output_type"] == "error"]
        source, traceback = _ending(cells)
        return cls(
            notebook,
            title=opening.get("title", ""),
            headline=opening.get("headline", ""),
            lang=opening.get("lang", ""),
            running=opening.get("running", ""),
            banners=tuple(opening.get("banners", ())),
            subject=opening.get("subject", {}),
            counts=opening.get("counts", {}),
            totals=tuple(_totals(declared)),
            shown=tuple(one["shown"] for one in declared if "shown" in one),
            errors=tuple(f"{error['ename']}: {error['evalue']}" for error in errors),
            warnings=_written(outputs, "stderr"),
            printed=_written(outputs, "stdout"),
            source=source,
            traceback=traceback,
        )


def _written(outputs: Sequence[Mapping[str, Any]], stream: str) -> tuple[str, ...]:
    return tuple(_text(output["text"]) for output in outputs if output.get("name") == stream)


def _totals(declared: Sequence[Mapping[str, Any]]) -> Iterator[Totals]:
    for one in declared:
        if one.get("role") == "exhibit" and "totals" in one:
            yield Totals(one["caption"], one["of"], one["rows"], one["totals"])


def _ending(cells: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """The source of the cell that raised, or was running when the notebook ended, and its traceback."""
    for cell in cells:
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                return _text(cell["source"]), "\n".join(output["traceback"])
    running = (cell for cell in cells if cell["metadata"].get("papermill", {}).get("status") == "running")
    return _text(next(running, {}).get("source", "")), ""


def _text(lines: str | Sequence[str]) -> str:
    """Text that a file may hold as a list of lines."""
    return "".join(lines)
