"""The house: imports in one direction, the clock for the command alone, rooms that are read in one sitting."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import analysis

SOURCE = Path(analysis.__file__).parent
FILES = sorted(SOURCE.rglob("*.py"))

ROOMS = [
    *(
        "extras",
        "files",
        "catalogue",
        "parameters",
        "schema",
        "workdays",
        "notice",
        "sample",
        "status",
        "charts",
        "record",
        "grids",
    ),
    *("workload", "coverage", "trend", "plan"),
    *("due", "language", "words", "forms"),
    *("intake", "exhibits", "runner", "page", "site", "report", "cli"),
]
"""A room may use those before it."""

CLOCK = {"now", "today", "utcnow", "localtime", "gmtime"}


def name_of(file: Path) -> str:
    parts = ("analysis", *file.relative_to(SOURCE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(file): file for file in FILES}


def imports(file: Path) -> set[str]:
    """The modules of the package that a file names in its imports, wherever they stand."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found & MODULES.keys()


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_imports_go_in_one_direction() -> None:
    back = [
        f"{module} → {used}"
        for module, file in MODULES.items()
        for used in imports(file)
        if room_of(used) and ROOMS.index(room_of(used)) > ROOMS.index(room_of(module))
    ]
    assert back == []


def test_no_file_needs_itself() -> None:
    packages = {module for module, file in MODULES.items() if file.name == "__init__.py"}
    # What a folder gathers at its door is not a need of the files behind it.
    uses = {module: imports(file) - packages for module, file in MODULES.items() if module not in packages}
    assert list(TopologicalSorter(uses).static_order())


def test_only_the_command_looks_at_the_clock() -> None:
    looks = {
        module
        for module, file in MODULES.items()
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in CLOCK
    }
    assert {room_of(module) for module in looks} == {"cli"}


def test_only_the_command_knows_typer() -> None:
    rooms = {
        room_of(module)
        for module, file in MODULES.items()
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [str(node.module)])
        if name.split(".")[0] == "typer"
    }
    assert rooms == {"cli"}


def test_rooms_can_be_read_in_one_sitting() -> None:
    long = {module: lines for module, file in MODULES.items() if (lines := file.read_text("utf-8").count("\n")) > 400}
    assert long == {}
