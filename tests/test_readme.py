"""What the README tells a newcomer to do, done."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = re.findall(r"^\$ (portplan .*)$", README, flags=re.MULTILINE)


def test_it_names_commands() -> None:
    assert len(COMMANDS) >= 6


@pytest.mark.notebook
def test_every_command_runs(tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    for command in COMMANDS:
        words = command.split()
        run = subprocess.run(
            [sys.executable, "-c", "from analysis.cli import run; run()", *words[1:]],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, f"{command}\n{run.stdout}\n{run.stderr}"
    assert (tmp_path / "reports" / "index.html").is_file()
    assert (tmp_path / "notice-tables" / "measures.csv").is_file()


def test_the_python_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})


def test_every_target_of_make_that_it_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"make ([a-z-]+)`", README)) | {"reports", "test"}:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


def test_every_linked_file_exists() -> None:
    for name in (
        "README.md",
        "README.zh.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "data/README.md",
        *(f"docs/{file.name}" for file in (ROOT / "docs").glob("*.md")),
    ):
        text = (ROOT / name).read_text("utf-8")
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            assert ((ROOT / name).parent / link).exists(), f"{name}: {link}"


def test_every_exit_code_is_documented() -> None:
    from analysis.cli import Exit

    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", README, flags=re.MULTILINE)}
    assert documented == {int(code) for code in Exit}
