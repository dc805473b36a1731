"""The house: imports in one direction, the clock for the command alone, K in one place, rooms read in one sitting."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import analysis
from tests.mutations import MUTATIONS, misplaced

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(analysis.__file__).parent
FILES = sorted(SOURCE.rglob("*.py"))

FLOORS = [
    [
        "extras",
        "catalogue",
        "files",
        "processes",
        "faces",
        "parameters",
        "rounding",
        "names",
        "workdays",
        "periods",
        "schema",
    ],
    ["inbox", "repair", "grids", "documents", "paragraphs", "marks", "outline", "notice", "draft"],
    ["sample", "status", "record", "rules", "plan", "migration", "look", "charts", "manifest", "basis", "workplace"],
    ["workload", "trend", "coverage", "attention", "ledger", "brief"],
    ["language", "opening", "words", "briefing", "forms", "due"],
    ["entries", "returned", "intake", "deciding", "exhibits"],
    ["runner", "page", "office", "site"],
    ["history"],
    ["report"],
    ["verification", "sharing", "notification", "health"],
    ["terminal", "asked", "outcomes", "cli"],
]
ROOMS = [room for floor in FLOORS for room in floor]
"""A room may use those before it."""

CLOCK = {"now", "today", "utcnow", "localtime", "gmtime"}


def name_of(file: Path) -> str:
    parts = ("analysis", *file.relative_to(SOURCE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(file): file for file in FILES}


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text("utf-8"))


def named(module: str) -> set[str]:
    """What a file names in its imports, wherever they stand."""
    names = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} imports by a relative name"
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return names


def imports(module: str) -> set[str]:
    """The modules of the package that a file imports."""
    return named(module) & MODULES.keys()


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


# Imports.


def test_every_room_has_its_place():
    assert sorted(filter(None, {room_of(module) for module in MODULES})) == sorted(ROOMS)
    assert not {"utils", "helpers", "common", "misc"} & {part for module in MODULES for part in module.split(".")}


def test_imports_go_in_one_direction():
    back = [
        f"{module} → {used}"
        for module in MODULES
        for used in imports(module)
        if room_of(module) and room_of(used) and ROOMS.index(room_of(used)) > ROOMS.index(room_of(module))
    ]
    assert back == []
    assert imports("analysis") == set()


def test_no_file_needs_itself():
    packages = {module for module, file in MODULES.items() if file.name == "__init__.py"}
    # What a folder gathers at its door is not a need of the files behind it.
    uses = {module: imports(module) - packages for module in MODULES if module not in packages}
    assert list(TopologicalSorter(uses).static_order())


def test_only_the_command_knows_typer():
    assert {
        room_of(module) for module in MODULES if {"typer", "click"} & {name.split(".")[0] for name in named(module)}
    } == {"terminal", "outcomes", "cli"}


def printed(script: str) -> str:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()


def test_a_run_that_has_nothing_to_do_does_not_wait_for_pandas():
    heavy = "{'pandas', 'numpy', 'matplotlib', 'nbconvert', 'sqlalchemy'}"
    script = f"import sys, analysis.plan, analysis.report; print(sorted({heavy} & set(sys.modules)))"
    assert printed(script) == "[]"


def test_to_import_is_to_do_nothing():
    """At the top of a file things are named, not done; a rule and a command are declared where they are."""
    done = [
        f"{module}: {ast.unparse(statement).splitlines()[0]}"
        for module in MODULES
        for statement in tree_of(module).body
        if not isinstance(
            statement, ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign | ast.FunctionDef | ast.ClassDef
        )
        and not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        and not (
            isinstance(statement, ast.If) and ast.unparse(statement.test) in ("TYPE_CHECKING", "__name__ == '__main__'")
        )
    ]
    declared = "analysis.schema.cells: for _rule in CELL_RULES.values():"
    assert [line for line in done if line != declared and ".add_typer(" not in line] == []


# One thing, one place.


def test_only_the_command_looks_at_the_clock():
    looks = {
        module
        for module in MODULES
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Attribute)
        if node.attr in CLOCK or ast.unparse(node) in ("time.time", "time.time_ns", "time.ctime")
    }
    assert {room_of(module) for module in looks} == {"cli"}


def speaks_of(node: ast.AST | None) -> set[str]:
    """Which of T and K an expression is made of, by the names that they have everywhere."""
    names = {
        *(part.id for part in ast.walk(node) if isinstance(part, ast.Name)),
        *(part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)),
        *(part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)),
    } if node else set()  # fmt: skip
    return {word for word in ("as_of", "known_at") if word in names}


BOTH = {"as_of", "known_at"}


def makes_k(node: ast.AST) -> bool:
    """Whether an expression chooses between K and T, gives T for K, or asks which comes first."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        return [speaks_of(value) for value in node.values] in ([{"known_at"}, {"as_of"}], [{"as_of"}, {"known_at"}])
    if isinstance(node, ast.IfExp):
        return speaks_of(node.body) | speaks_of(node.orelse) == BOTH
    if isinstance(node, ast.Compare):
        in_order = any(isinstance(sign, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for sign in node.ops)
        return in_order and speaks_of(node) == BOTH
    if isinstance(node, ast.Call):
        if getattr(node.func, "id", "") in ("max", "min"):
            return speaks_of(node) == BOTH
        # A call with both of one value: T is handed on as K.
        given = {keyword.arg: ast.dump(keyword.value) for keyword in node.keywords}
        return "known_at" in given and given["known_at"] == given.get("as_of")
    return False


def places_that_make_k() -> Iterator[str]:
    for module in MODULES:
        for node in ast.walk(tree_of(module)):
            if makes_k(node):
                yield module


def test_k_is_made_in_one_place():
    # Parameters refuse K before T beside every other fault; that both refuse the same is a test of theirs.
    assert Counter(places_that_make_k()).keys() - {"analysis.parameters"} == {"analysis.plan.dates"}


@pytest.mark.parametrize(
    ("expression", "makes"),
    [
        ("known_at or as_of", True),
        ("asked.known_at or asked.as_of", True),
        ("values['known_at'] or values['as_of']", True),
        ("known_at if known_at else as_of", True),
        ("'' if page.known_at == page.as_of else page.known_at", False),
        ("page.as_of if not page.known_at else page.known_at", True),
        ("known_at < as_of", True),
        ("max(known_at, as_of)", True),
        ("known_at != as_of", False),
        ("status.latest(frame, as_of=day, known_at=day)", True),
        ("plan.at(as_of, known_at=known_at)", False),
        ("frame['reported_at'] <= known_at", False),
        ("known_at or ''", False),
        ("known_at and as_of == LAST_PERIOD_END", False),
        ("(progress['reported_at'] <= known_at) & (progress['as_of'] <= as_of)", False),
    ],
)
def test_the_search_for_k_finds_what_it_is_for(expression: str, makes: bool):
    assert any(map(makes_k, ast.walk(ast.parse(expression)))) == makes


# Read in one sitting.


def lines_of(module: str) -> int:
    return MODULES[module].read_text("utf-8").count("\n")


def test_files_can_be_read_in_one_sitting():
    assert {module: lines for module in MODULES if (lines := lines_of(module)) > 300} == {}


def test_rooms_can_be_read_in_an_afternoon():
    rooms = Counter()
    for module in MODULES:
        rooms[room_of(module)] += lines_of(module)
    assert {room: lines for room, lines in rooms.items() if lines > 1_100} == {}


def test_every_mutation_finds_its_place() -> None:
    """The list of small faults speaks of the code as it is; ``python -m tests.mutations`` tries them."""
    assert misplaced() == []
    assert len(MUTATIONS) >= 50
    assert {mutation.file.removesuffix(".py").split("/")[0] for mutation in MUTATIONS} >= set(ROOMS) - {
        *("extras", "workdays", "exhibits")
    }


def test_the_readme_lists_the_rooms_in_their_order() -> None:
    readme = (SOURCE.parents[1] / "README.md").read_text("utf-8").partition("| room of `src/analysis/` |")[2]
    rows = [line.split("|")[1] for line in readme.splitlines() if line.startswith("| `")]
    assert [room for row in rows for room in re.findall("`([a-z]+)`", row)] == ROOMS
