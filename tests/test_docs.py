"""What the documents show, computed again."""

from __future__ import annotations

import ast
import doctest
import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.mutations import address, of_promises, promised

if TYPE_CHECKING:
    import pytest

DOCS = Path(__file__).parents[1] / "docs"


def test_ten_questions_have_the_answers_that_are_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    results = doctest.testfile(str(DOCS / "questions.md"), module_relative=False, encoding="utf-8")
    assert (results.failed, results.attempted > 20) == (0, True)
    assert (tmp_path / "measures.xlsx").stat().st_size > 1000


def test_each_answer_takes_three_lines_at_most() -> None:
    for section in (DOCS / "questions.md").read_text("utf-8").split("\n## ")[1:]:
        code = [line for line in section.splitlines() if line.startswith((">>> ", "... "))]
        assert 1 <= len([line for line in code if "import" not in line]) <= 3, section.splitlines()[0]


def test_each_promise_names_a_test_that_is_there() -> None:
    told, _, rest = (DOCS / "promises.md").read_text("utf-8").partition("## What is not promised")
    assert rest
    promises = re.split(r"^- ", told, flags=re.MULTILINE)[1:]
    assert len(promises) > 30
    for promise in promises:
        named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", promise)
        assert named, promise
        for file, name in named:
            tree = ast.parse((DOCS.parent / file).read_text("utf-8"))
            assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, (file, name)


def test_each_promise_is_broken_by_a_mutation_that_its_test_alone_must_notice() -> None:
    """``python -m tests.mutations promises`` tries them."""
    assert sorted(set(promised()) - {address(mutation.tests).partition("[")[0] for mutation in of_promises()}) == []
