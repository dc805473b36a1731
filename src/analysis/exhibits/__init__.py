"""What a notebook shows and a page carries: an opening, exhibits of a finding with figure and table, a method.

The same fragments of HTML stand in JupyterLab and in the page, so that both say the same.
"""

from __future__ import annotations

import base64
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from IPython.display import HTML, display
from jinja2 import Environment, PackageLoader, StrictUndefined

from analysis.briefing import delivery
from analysis.briefing.delivery import MOST
from analysis.briefing.parts import part_names
from analysis.exhibits.drawing import to_svg
from analysis.exhibits.picture import picture as picture
from analysis.exhibits.shown import shown
from analysis.look.palette import PALETTE, STATE_LOOKS
from analysis.schema import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from analysis.briefing.delivery import Case, CaseNames, Chapters, Tile
    from analysis.briefing.ledger import Ledger
    from analysis.briefing.parts import Parts
    from analysis.language import Caption, Language, Method, Table
    from analysis.opening import Opening
    from analysis.plan.reading import Reading

METADATA = "portplan"
"""The key under which an output's metadata tells the report what it is."""


def opening(words: Opening) -> None:
    """Show what stands at the head of a page: banners, title, dates, headline and key figures."""
    style = f"<style>{stylesheet()}{_lab_rules()}</style>"
    display(HTML(style), metadata={METADATA: {"role": "lab_style"}})
    about: dict[str, Any] = {"role": "opening", "title": words.title, "headline": words.headline, "lang": words.lang}
    about |= {
        "counts": dict(words.counts),
        "banners": list(words.banners),
        "running": words.running,
        "subject": dict(words.subject),
    }
    _display("opening", about, words=words)


def show(draw: Callable[..., Axes], frame: pd.DataFrame, caption: Caption, table: Table | None = None) -> None:
    """Show a figure under its finding, with its data as a table and as a CSV file.

    Parameters
    ----------
    draw : callable
        A ``draw_*`` of `analysis.charts`.
    frame : pandas.DataFrame
        What is drawn.
    caption : analysis.language.Caption
        Finding, alternative text, source, and the names to draw with.
    table : analysis.language.Table, optional
        The same frame as a table.
    """
    drawings = to_svg(draw, frame, caption)
    _display("exhibit", _about(table), caption=caption, drawings=drawings, table=table, file=_file(table), side=False)


def tabulate(caption: Caption, table: Table, *, side: bool = False) -> None:
    """Show a table under its finding, with the same as a CSV file; nothing where there is no finding.

    `side` puts it beside what stands before it, where the page is wide.
    """
    if caption.finding:
        file = _file(table)
        _display("exhibit", _about(table), caption=caption, drawings=(), table=table, file=file, side=side)


def cases(caption: Caption, listed: Sequence[Case], table: Table, names: CaseNames) -> None:
    """Show the cases that need attention, with the same as a CSV file."""
    values = {"caption": caption, "cases": listed, "table": table, "names": names, "most": MOST}
    _display("cases", {"role": "exhibit"}, **values, file=_file(table))


def strip(caption: Caption, themes: Sequence[tuple[str, Sequence[Tile]]], say: Language, now: Reading) -> None:
    """Show every measure as a tile with the mark and letter of its state, by theme."""
    legend = delivery.legend(now, say)
    _display(
        "tiles", {"role": "exhibit"}, caption=caption, strip=themes, legend=legend, looks=STATE_LOOKS, language=say.lang
    )


def ledger(caption: Caption, listed: Ledger, table: Table, say: Language) -> None:
    """Show a block a measure, with the same as a CSV file of a row a measure and unit."""
    values = {"caption": caption, "words_of": listed, "names": listed.names, "looks": STATE_LOOKS, "language": say.lang}
    _display("ledger", _about(table), **values, table=table, file=_file(table))


def parts(caption: Caption, listed: Parts, table: Table, say: Language) -> None:
    """Show how a unit's parts of measures stand, with the same as a CSV file; nothing where there are none."""
    if not table.rows:
        return
    values = {"caption": caption, "listed": listed, "names": part_names(say), "looks": STATE_LOOKS}
    _display("parts", _about(table), **values, table=table, file=_file(table))


def chapters(listed: Chapters) -> None:
    """Show what each of the other pages of the day says, in a line."""
    _display("chapters", {"role": "exhibit"}, listed=listed)


def method(words: Method) -> None:
    """Show how the figures were made and what they do not say."""
    _display("method", {"role": "method"}, words=words)


def warm_up() -> None:
    """Read what every exhibit needs."""
    from matplotlib.backends import backend_svg  # noqa: F401

    for name in _environment().list_templates():
        _environment().get_template(name)
    stylesheet()
    _lab_rules()


@cache
def stylesheet() -> str:
    """The style sheet of fragments and pages, with the variables of `analysis.look.palette.PALETTE`."""
    # Without a script: a checked radio button hides the rows of all groups but its own. An older browser cannot do it,
    # and is not shown the buttons.
    hiding = "".join(
        f'.exhibit:has(input[value="{state}"]:checked) tr[data-group]:not([data-group="{state}"]){{display:none}}'
        for state in BUCKETS
    )
    filters = (
        f".portplan .filter{{display:none}}@supports selector(:has(*)){{.portplan .filter{{display:block}}{hiding}}}"
    )
    rules = (resources.files("analysis.exhibits") / "page.css").read_text("utf-8")
    dark = f"@media screen and (prefers-color-scheme:dark){{:root{{{_variables(1)}}}}}"
    strong = {state: ("strong" if look.strong else "pale") for state, look in STATE_LOOKS.items()}
    looks = "".join(
        f".tile.{state},.chip.{state}{{background:var(--{state.replace('_', '-')});color:var(--on-{look})}}"
        for state, look in strong.items()
    )
    return f":root{{{_variables(0)}}}{dark}{rules}{looks}{filters}"


@cache
def _lab_rules() -> str:
    """What JupyterLab and nbconvert need beside: their theme decides what is dark, and their own rules are undone."""
    themes = (
        f'body[data-jp-theme-light="{light}"]{{{_variables(place)}}}' for place, light in enumerate(("true", "false"))
    )
    return "".join(themes) + (resources.files("analysis.exhibits") / "lab.css").read_text("utf-8")


def _variables(place: int) -> str:
    return "".join(f"--{role}:{colours[place]};" for role, colours in PALETTE.items())


def _about(table: Table | None) -> dict[str, Any]:
    """What the gate learns of an exhibit, to see whether its table adds up to the plan."""
    if table is None:
        return {"role": "exhibit"}
    return {
        "role": "exhibit",
        "caption": table.caption,
        "of": table.of,
        "rows": len(table.rows),
        "totals": dict(table.totals),
    }


def _file(table: Table | None) -> dict[str, str] | None:
    if table is None:
        return None
    # The byte-order mark makes Excel read the file as UTF-8.
    content = ("\ufeff" + table.csv).encode("utf-8")
    return {"name": table.file_name, "href": f"data:text/csv;base64,{base64.b64encode(content).decode('ascii')}"}


def _display(fragment: str, about: dict[str, Any], **values: Any) -> None:
    page = _environment().get_template(f"{fragment}.html.j2").render(**values)
    display(HTML(page), metadata={METADATA: about | {"shown": {"fragment": fragment, **shown(values)}}})


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("analysis.exhibits", "fragments"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
