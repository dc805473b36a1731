"""A workplace: made of nothing, overwrites nothing; every command inside it works on what it names."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from analysis.cli import Exit, main
from analysis.files import in_installed_package
from analysis.plan import data_folder
from analysis.workplace import CONFIG, NoWorkplace, find_workplace, make_workplace
from tests.plan_folders import change_head, write_small_plan
from tests.sites import contents

PLAN = data_folder() / "tianjin-2024"


def test_it_holds_a_copy_of_the_plan_and_an_empty_site(tmp_path: Path) -> None:
    make_workplace(tmp_path / "a" / "office", PLAN)
    office = tmp_path / "a" / "office"
    assert contents(office / "plan") == {
        name: kept for name, kept in contents(PLAN).items() if not name.startswith(".")
    }
    assert list((office / "reports").iterdir()) == []
    below = office / "plan" / "deeper"
    found = find_workplace((below, *below.parents))
    assert found is not None
    assert (found.plan, found.site, found.plan_id) == (office / "plan", office / "reports", "tianjin-2024")
    assert find_workplace([tmp_path]) is None


@pytest.mark.parametrize("name", ["plan", "reports", CONFIG])
@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_nothing_that_is_there_is_overwritten(tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    if kind == "folder":
        (tmp_path / name).mkdir()
    elif kind == "file":
        (tmp_path / name).write_text("mine", "utf-8")
    else:
        (tmp_path / name).symlink_to(tmp_path / "nowhere")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(NoWorkplace, match=name):
        make_workplace(tmp_path, PLAN)
    assert sorted(tmp_path.rglob("*")) == before


def test_it_may_be_made_beside_what_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / ".bashrc").write_text("mine", "utf-8")
    make_workplace(tmp_path, PLAN)
    assert (tmp_path / ".bashrc").read_text("utf-8") == "mine"


def test_not_inside_the_plan_that_is_copied(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(PLAN, tmp_path / "plan"))
    before = contents(tmp_path)
    with pytest.raises(NoWorkplace, match="里面"):
        make_workplace(plan / "office", plan)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("place", ["lib/site-packages/analysis/data", "lib/dist-packages/x"])
def test_an_installed_package_is_no_place_to_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    assert in_installed_package(tmp_path / place)
    assert not in_installed_package(tmp_path)
    assert not in_installed_package(data_folder())
    assert main(["init", str(tmp_path / place)]) == Exit.NOT_WRITABLE
    options = ["--as-of", "2025-03-31", "--out", str(tmp_path / place / "site")]
    assert main(["report", "workload_by_unit", *options]) == Exit.NOT_WRITABLE
    assert capsys.readouterr().err.count("已安装的软件包") == 2
    assert list(tmp_path.iterdir()) == []


def test_a_link_into_an_installed_package_is_followed(tmp_path: Path) -> None:
    (tmp_path / "site-packages").mkdir()
    (tmp_path / "short").symlink_to(tmp_path / "site-packages")
    assert in_installed_package(tmp_path / "short" / "site")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("plan = ", "读不懂"),
        ('plan = "plan"', "应恰有两项"),
        ('plan = "plan"\nsite = "reports"\nsight = "x"', "应恰有两项"),
        ('plan = 5\nsite = "reports"', "应恰有两项"),
        ('plan = "gone"\nsite = "reports"', "读不到"),
    ],
)
def test_a_workplace_that_cannot_be_understood_stops_every_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    make_workplace(tmp_path, PLAN)
    (tmp_path / CONFIG).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path / "plan")
    for command in (["check"], ["history"], ["report"], ["doctor"]):
        assert main(command) == Exit.BAD_PARAMETERS
        assert told in capsys.readouterr().err


@pytest.mark.thorough
def test_every_command_works_on_the_workplaces_own_plan_and_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Named by nothing, by its id, from below; another plan and another site only when they are named."""
    make_workplace(tmp_path, PLAN)
    head = tmp_path / "plan" / "plan.toml"
    head.write_text(head.read_text("utf-8").replace('zh = "天津口岸', 'zh = "我们的'), "utf-8")
    monkeypatch.chdir(tmp_path / "reports")
    for options in ([], ["--plan", "tianjin-2024"], ["--plan", str(tmp_path / "plan")]):
        assert main(["check", *options]) == Exit.OK
        assert "我们的2024年" in capsys.readouterr().out
    assert main(["check", "--plan", str(PLAN)]) == Exit.OK
    assert "天津口岸2024年" in capsys.readouterr().out
    assert main(["doctor"]) in (Exit.OK, Exit.NEEDS_A_HAND)
    assert main(["open", "workload_by_unit"]) == Exit.BAD_PARAMETERS
    assert str(tmp_path / "reports") in capsys.readouterr().err


@pytest.mark.parametrize(
    "kept_as", ["../record/progress.csv", "{}/record/progress.csv", "sqlite:///{}/record/progress.db"]
)
def test_a_record_that_lies_elsewhere_is_not_shared_by_a_copy(tmp_path: Path, kept_as: str) -> None:
    plan = write_small_plan(tmp_path / "plan")
    change_head(plan, "lead_rule", f'progress = "{kept_as.format(tmp_path)}"\nlead_rule')
    before = contents(tmp_path)
    with pytest.raises(NoWorkplace, match="在方案文件夹之外"):
        make_workplace(tmp_path / "office", plan)
    assert contents(tmp_path) == before
    assert not (tmp_path / "office").exists()
    change_head(plan, kept_as.format(tmp_path), "progress.csv")
    make_workplace(tmp_path / "office", plan)


def test_in_a_plans_own_folder_that_plan_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody who stands in a plan's folder decides on the plan that comes with the program."""
    plan = write_small_plan(tmp_path / "tianjin-2024")
    (plan / "received").mkdir()
    decision = ["decide", "M1", "closed", "--by", "核验组", "--as-of", "2024-06-30", "--evidence", "1"]
    before = contents(PLAN)
    for folder in (plan, plan / "received"):
        monkeypatch.chdir(folder)
        assert main(["check"]) == Exit.OK
        assert "2项措施" in capsys.readouterr().out
    assert main([*decision, "--reason", "1"]) == Exit.OK
    # By a name that means two nobody is written to.
    monkeypatch.chdir(tmp_path)
    assert main([*decision, "--plan", "tianjin-2024"]) == Exit.BAD_PARAMETERS
    assert "./tianjin-2024" in capsys.readouterr().err
    assert main([*decision, "--plan", "./tianjin-2024"]) == Exit.OK
    assert contents(PLAN) == before
    assert (plan / "decisions.csv").read_text("utf-8").count("核验组") == 2
    monkeypatch.chdir(PLAN.parent)
    assert main(["check", "--plan", "tianjin-2024"]) == Exit.OK


def test_a_site_that_has_lost_its_manifest_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A backup left it out: of pages that can be held to nothing it is not said that they are as published."""
    make_workplace(tmp_path, PLAN)
    monkeypatch.chdir(tmp_path)
    assert main(["verify"]) == Exit.OK
    (tmp_path / "reports" / "index.html").write_text("a page", "utf-8")
    capsys.readouterr()
    assert main(["verify"]) == Exit.NOT_SOUND
    assert "manifest.json" in capsys.readouterr().err
