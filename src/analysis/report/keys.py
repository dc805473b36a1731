"""Where a page lies in its site, and the key that says whether it must be made again."""

from __future__ import annotations

import hashlib
import json
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.parameters import ParameterError
from analysis.site import is_slug

if TYPE_CHECKING:
    import pandas as pd

    from analysis.basis.placing import Rows
    from analysis.parameters import Parameters
    from analysis.report.inputs import Inputs

_PACKAGE = Path(__file__).resolve().parents[1]
_SHOWN_VERSIONS = ("portplan", "pandas", "matplotlib", "seaborn", "papermill", "nbconvert")
_FURTHER_VERSIONS = (
    "babel",
    "fonttools",
    "holidays",
    "ipython",
    "jinja2",
    "kiwisolver",
    "markupsafe",
    "matplotlib-inline",
    "mistune",
    "numpy",
    "zhplot",
)


def page_path(name: str, inputs: Inputs, parameters: Parameters) -> str:
    """Where a page lies in its site: ``plan/date/language/report.html``, made of ids only.

    The date is that of T; K is named beside it where it is not what it is when nobody says.

    Raises
    ------
    ValueError
        When the parameters do not say K: `analysis.report.check_parameters` sees to it.
    analysis.parameters.ParameterError
        When an id cannot stand in an address.
    """
    if not parameters.known_at:
        raise ValueError("参数未经 check_parameters 检查：没有 known_at")
    for id_ in (inputs.id, *filter(None, (parameters.unit, parameters.theme))):
        if not is_slug(id_):
            raise ParameterError(f"编号“{id_}”不能用作网页地址：应由英文字母、数字和 . _ - 组成，以字母或数字开头")
    parts = [name, *(f"{kind}-{chosen}" for kind in ("unit", "theme") if (chosen := getattr(parameters, kind)))]
    day = parameters.as_of
    if parameters.known_at != inputs.known_by(day):
        day += f"_known_{parameters.known_at}"
    if parameters.compare_to:
        day += f"_compared_{parameters.compare_to}"
    return f"{inputs.id}/{day}/{parameters.lang}/{'_'.join(parts)}.html"


def page_key(notebook: Path, inputs: Inputs, parameters: Parameters) -> str:
    """A hash of all that a page is made of: notebook and modules beside it, library, versions, parameters, rows."""
    modules = sorted(notebook.parent.glob("*.py"))
    parts = {
        "notebook": _digest(notebook.read_bytes()),
        "modules": [[module.name, _digest(module.read_bytes())] for module in modules],
        "library": library_hash(),
        "versions": _versions(),
        "parameters": parameters.model_dump_json(exclude={"plan_id"}),
        "plan": _digest(inputs.head_content),
        **{table: rows_hash(rows) for table, rows in inputs.used(parameters).items()},
    }
    return _digest(json.dumps(parts, sort_keys=True).encode())


def rows_hash(rows: Rows) -> str:
    """A hash of a header and its rows."""
    return said_hash([rows.header, rows.rows])


def said_hash(said: object) -> str:
    """A hash of texts and lists of them, whatever they hold."""
    return _digest(json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass"))


@cache
def library_hash(package: Path = _PACKAGE) -> str:
    """A hash of every file of the package that can change a page."""
    kinds = {".py", ".j2", ".css", ".po", ".json"}
    files = sorted(path for path in package.rglob("*") if path.suffix in kinds and "__pycache__" not in path.parts)
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def shown_versions() -> dict[str, str]:
    """The versions that a page names."""
    return {"python": platform.python_version(), **{name: version(name) for name in _SHOWN_VERSIONS}}


@cache
def _versions() -> str:
    return json.dumps([shown_versions(), [(name, version(name)) for name in _FURTHER_VERSIONS]])


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def shown_sources(inputs: Inputs, parameters: Parameters) -> pd.DataFrame:
    """A row a file with the number of rows that a page uses and their hash: the same key gives the same page."""
    import pandas as pd

    used = inputs.used(parameters)
    return pd.DataFrame(
        [{"file": f"{name}.csv", "rows": len(rows.rows), "sha256": rows_hash(rows)} for name, rows in used.items()]
    )


def shown_command(name: str, parameters: Parameters, inputs: Inputs) -> str:
    """The command that makes a page again, without the place of a plan that lies elsewhere."""
    plan = inputs.id if inputs.address == inputs.id else f"…/{inputs.folder.name}"
    options = {"plan": plan, **parameters.model_dump(exclude={"plan_id"})}
    given = (f"--{option.replace('_', '-')} {value}" for option, value in options.items() if value)
    return " ".join(["portplan report", name, *given])
