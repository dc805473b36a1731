"""What is told of an attempt at a page that failed: the reason, the cell and its traceback, what the process wrote."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from analysis import exhibits
from analysis.catalogue import FIRST, tag_of
from analysis.faces import visible
from analysis.files import without_secrets
from analysis.page.html import CONTENT_POLICY, template

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.language import Language
    from analysis.page.executed import Executed

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LONGEST = 20_000
_MOST = 200


def failure_page(
    executed: Executed, say: Language, *, title: str, dates: str, line: str, reason: str, log: str, home: str
) -> str:
    """The page of a failed attempt, without its face: one line a cause, then what happened word for word.

    Parameters
    ----------
    executed : Executed
        The notebook as far as it came.
    say : analysis.language.Language
    title, dates, line : str
        What was to be made, as of when and as known when; that it failed, since when and why.
    reason, log : str
        What was raised, or how the process ended; what the process wrote.
    home : str
        The index, as seen from this page.
    """
    words = {
        "source": say("The cell that was running"),
        "traceback": say("Traceback"),
        "log": say("Log"),
    }
    # Of a cell that raised, the whole is told below.
    reason = reason.splitlines()[-1] if executed.traceback and reason else reason
    causes = [cause for line in reason.splitlines() for cause in line.split("；") if cause.strip()]
    parts = {"source": executed.source, "traceback": executed.traceback, "log": log}
    page = template("failure/index.html.j2").render(
        lang=tag_of(say.lang),
        policy=CONTENT_POLICY,
        style=Markup(exhibits.stylesheet()),
        title=title,
        banners=executed.banners,
        dates=dates,
        line=line,
        reason=say("Reason"),
        causes=[(_COLOURS.sub("", cause), _spoken(cause, say)) for cause in causes[:_MOST]],
        parts=[(words[part], _COLOURS.sub("", text)[-_LONGEST:]) for part, text in parts.items() if text.strip()],
        home=home,
        index=say("Index"),
        site=say("Pages of this site"),
    )
    return visible(page)


def _spoken(cause: str, say: Language) -> str:
    """What HTML calls the language of a cause that is not in the page's: what ends a process is told in one."""
    return tag_of(FIRST) if say.lang != FIRST and _CHINESE.search(cause) else ""


def read_notebook(file: Path, places: Iterable[Path] = (), secrets: Iterable[str] = ()) -> dict[str, Any]:
    """An executed notebook `without_places`; empty when it was not written, or not to its end."""
    try:
        notebook = json.loads(without_places(file.read_text("utf-8"), places, secrets))
    except (OSError, ValueError):
        return {}
    notebook.get("metadata", {}).pop("papermill", None)
    return notebook


def without_places(text: str, places: Iterable[Path] = (), secrets: Iterable[str] = ()) -> str:
    """A text in which "…" stands for folders of this machine: what is published tells nobody how it is set up.

    Nor does it let anybody in: see `analysis.files.without_secrets`.

    Parameters
    ----------
    text : str
    places : iterable of pathlib.Path
        Folders besides those of Python, of this package, of the user, and for temporary files.
    secrets : iterable of str
        Passwords that are known.
    """
    package = Path(__file__).resolve().parents[2]
    known = [*places, package, Path(sys.prefix), Path(sys.base_prefix), Path(tempfile.gettempdir())]
    with suppress(RuntimeError):
        # A service may run as a user who has no home.
        known.append(Path.home())
    text = without_secrets(text, secrets)
    for place in sorted({str(place) for place in known if len(place.parts) > 1}, key=len, reverse=True):
        text = text.replace(place, "…")
    return text
