"""From a notice to the draft of a plan: deadlines, units, what was found, and how little is left to do by hand."""

from __future__ import annotations

import re
import shutil
import tomllib
from datetime import date
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("opencc")
pytest.importorskip("pypinyin")

from analysis.cli import Exit, main
from analysis.draft import draft_of
from analysis.draft.deadlines import deadline
from analysis.draft.heading import opening
from analysis.draft.units import units_of
from analysis.marks import central_bodies, names_of
from analysis.notice import read
from analysis.schema import REQUIRED_COLUMNS
from tests.printed_notices import PUBLIC, text_of

if TYPE_CHECKING:
    from pathlib import Path

ISSUED = date(2022, 4, 14)


@pytest.mark.parametrize(
    ("printed", "due"),
    [
        ("2012年10月底前", date(2012, 10, 31)),
        ("2020年底前", date(2020, 12, 31)),
        ("2024年2月底", date(2024, 2, 29)),
        ("2024年6月30日前完成", date(2024, 6, 30)),
        ("2024年上半年", date(2024, 6, 30)),
        ("2024年三季度末", date(2024, 9, 30)),
        ("2024年5月中旬", date(2024, 5, 20)),
        ("印发之日起30日内", date(2022, 5, 14)),
        ("自印发之日起6个月内完成", date(2022, 10, 14)),
        ("长期坚持", None),
        ("", None),
    ],
)
def test_a_certain_deadline_is_a_date_without_a_doubt(printed, due):
    proposed = deadline(printed, ISSUED)
    assert (proposed.due, proposed.doubt) == (due, "")
    assert bool(proposed.reason) == bool(printed)


@pytest.mark.parametrize(
    ("printed", "due"),
    [
        ("6月底完成", date(2022, 6, 30)),
        ("年底前", date(2022, 12, 31)),
        ("3月底完成", date(2022, 3, 31)),
        ("6月底取得阶段性成效并持续推进", None),
        ("2024年6月底前；2025年底前", None),
        ("印发之日起20个工作日内", None),
        ("2024年13月底前", None),
        ("适时", None),
    ],
)
def test_what_is_uncertain_about_a_deadline_is_told(printed, due):
    proposed = deadline(printed, ISSUED)
    assert proposed.due == due
    assert printed.split("；")[0] in proposed.doubt


def test_a_deadline_without_a_year_needs_the_day_of_the_notice():
    assert deadline("6月底", None).due is None
    assert "年份" in deadline("6月底", None).doubt


@pytest.mark.parametrize(
    ("before", "found"),
    [
        (
            "某市人民政府办公室关于印发《某市行动方案》的通知\n各区：\n某市人民政府办公室\n2024年3月1日\n",
            ("某市行动方案", ("某市人民政府办公室",), date(2024, 3, 1)),
        ),
        (
            "关于支持发展的若干措施\n市商务局　市财政局\n二〇二四年十月二十一日\n",
            ("关于支持发展的若干措施", ("市商务局", "市财政局"), date(2024, 10, 21)),
        ),
        ("各区：请于2024年3月1日前报送。\n", ("", (), None)),
    ],
)  # fmt: skip
def test_what_stands_before_the_measures(before, found):
    assert opening(before, "") == found


def test_the_public_notices_tell_who_issued_them_and_when():
    drafts = {name: draft_of(read(text_of(name))).opening for name in PUBLIC}
    assert {name: found.issued for name, found in drafts.items()} == {
        "baotou-2022": ISSUED,
        "statecouncil-2020-24": date(2020, 7, 15),
        "tianjin-2024": date(2024, 5, 31),
    }
    assert drafts["tianjin-2024"].title == "天津口岸2024年促进跨境贸易便利化专项行动措施"
    assert drafts["tianjin-2024"].issuers == ("市商务局", "天津海关")
    assert drafts["statecouncil-2020-24"].issuers == ("国务院办公厅",)


# Units.


def test_the_register_of_central_bodies_names_each_once():
    rows = central_bodies()
    names = [name for row in rows for name in dict.fromkeys(names_of(row))]
    assert len(names) == len(set(names))
    assert len({row["unit_id"] for row in rows}) == len(rows)
    assert all(re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", row["unit_id"]) for row in rows)


def test_a_unit_of_a_register_is_known_by_any_of_its_names():
    register = [
        {
            "unit_id": "tax",
            "name": "市税务局",
            "short": "税务",
            "kind": "zone",
            "is_group": "false",
            "aliases": "国税局",
        }
    ]
    units, _ = units_of(["国税局", "市税务局", "国家发改委"], registers=[register])
    assert [unit.row["unit_id"] for unit in units] == ["tax", "ndrc"]
    assert units[0].printed == ("国税局", "市税务局")
    assert units[0].row["kind"] == "zone"
    assert units[0].row["name"] == "国税局"
    assert "市税务局" in units[0].row["aliases"].split("|")


def test_a_short_name_in_a_citys_notice_is_not_the_central_body():
    units, _ = units_of(["市商务局", "发展改革委"])
    assert [unit.row["unit_id"] for unit in units] == ["shi-shang-wu-ju", "fa-zhan-gai-ge-wei"]


def test_look_alikes_are_told_and_never_merged():
    units, alike = units_of(
        ["市审批服务局", "审批服务局", "市发展和改革委员会", "市发展改革委", "市财政局", "市教育局"]
    )
    assert len(units) == 6
    assert alike == [("市审批服务局", "审批服务局"), ("市发展和改革委员会", "市发展改革委")]


def test_ids_and_short_names_are_each_their_own():
    names = ["市商务局", "商务局", "市尚武局", "省商务局", "甲", "①"]
    units, _ = units_of(names)
    for column in ("unit_id", "short", "name"):
        values = [unit.row[column] for unit in units]
        assert len(set(values)) == len(names)
    assert all(re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", unit.row["unit_id"]) for unit in units)


# The folder.


@pytest.mark.parametrize("name", PUBLIC)
def test_a_draft_keeps_every_measure_unit_and_doubt(name):
    notice = read(text_of(name))
    draft = draft_of(notice, plan_id=name)
    assert {table: tuple(frame.columns) for table, frame in draft.tables.items()} == REQUIRED_COLUMNS
    assert list(draft.tables["measures"]["title"]) == list(notice.measures["title"])
    units = draft.tables["units"].set_index("unit_id")["name"]
    named = draft.tables["responsibilities"]
    assert set(named["unit_id"]) == set(units.index)
    assert len(named) == len(notice.responsibilities)
    assert list(named["unit_id"].map(units)) == list(notice.responsibilities["unit"])
    assert len(draft.doubts) >= len(notice.doubts)
    assert tomllib.loads(draft.head)["id"] == name


@pytest.fixture(scope="module")
def baotou(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plans") / "baotou-2022"
    notice = folder.parent / "received.txt"
    notice.write_text(text_of("baotou-2022"), "utf-8")
    assert main(["plan", "new", str(notice), "--out", str(folder)]) == Exit.OK
    return folder


@pytest.mark.thorough
def test_a_new_folder_holds_the_notice_as_received_and_a_page_to_check_it_by(baotou: Path):
    assert (baotou / "notice.txt").read_bytes() == text_of("baotou-2022").encode()
    page = (baotou / "review.html").read_text("utf-8")
    assert "Content-Security-Policy" in page
    assert "<script" not in page
    anchors = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors
    assert {f"M{number}" for number in range(1, 91)} <= anchors
    assert not re.findall(r'(?:src|href)="(?!#)', page)
    # Doubts come first.
    assert page.index('id="doubts"') < page.index('id="units"') < page.index('id="measures"')


@pytest.mark.thorough
def test_what_the_notice_does_not_say_is_left_blank_and_told(baotou: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check", "--plan", str(baotou)]) == Exit.BAD_DATA
    assert "first_period" in capsys.readouterr().err


BY_HAND = {'first_period = ""': 'first_period = "2022-H1"'}
"""The cells that a person fills in before the plan opens."""


@pytest.fixture
def filled(baotou: Path, tmp_path: Path) -> Path:
    """The same with what only a person can know."""
    folder = tmp_path / "baotou-2022"
    shutil.copytree(baotou, folder)
    head = folder / "plan.toml"
    for blank, cell in BY_HAND.items():
        assert blank in head.read_text("utf-8")
        head.write_text(head.read_text("utf-8").replace(blank, cell), "utf-8")
    return folder


def test_a_plan_opens_with_few_cells_filled_by_hand(filled: Path):
    from analysis.plan import open_plan

    assert len(BY_HAND) <= 60
    plan = open_plan(str(filled))
    assert (len(plan.measures), len(plan.themes), len(plan.units)) == (90, 7, 28)


@pytest.mark.notebook
def test_a_notice_becomes_published_pages(filled: Path, tmp_path: Path):
    site = tmp_path / "site"
    arguments = ["report", "--plan", str(filled), "--as-of", "2022-12-31", "--lang", "zh", "--out", str(site)]
    assert main(arguments) == Exit.OK
    assert "包头市2022年数字政府建设考评办法" in (site / "index.html").read_text("utf-8")
    pages = [page.read_text("utf-8") for page in site.rglob("baotou-2022/2022-12-31/zh/*.html")]
    assert len(pages) >= 4
    # The record is real, and empty: nothing is made up and nothing is done.
    assert not [page for page in pages if "示例" in page or "Tianjin" in page or "天津" in page]


@pytest.mark.thorough
def test_a_plan_is_never_written_over(baotou: Path, capsys: pytest.CaptureFixture[str]):
    before = {file.name: file.read_bytes() for file in baotou.iterdir()}
    assert main(["plan", "new", str(baotou.parent / "received.txt"), "--out", str(baotou)]) == Exit.NOT_WRITABLE
    assert "plan.toml" in capsys.readouterr().err
    assert {file.name: file.read_bytes() for file in baotou.iterdir()} == before


@pytest.mark.thorough
def test_units_of_the_plan_before_keep_their_ids(baotou: Path, tmp_path: Path):
    arguments = ["plan", "new", str(baotou.parent / "received.txt"), "--out", str(tmp_path / "next")]
    register = tmp_path / "units.csv"
    header, *_ = (baotou / "units.csv").read_text("utf-8").splitlines()
    register.write_text(f"{header}\nindustry,市工业和信息化局,工信局,other,false,市工信局\n", "utf-8")
    assert main([*arguments, "--units", str(register)]) == Exit.OK
    assert "industry,市工信局" in (tmp_path / "next" / "units.csv").read_text("utf-8")


@pytest.mark.thorough
def test_a_plan_kept_in_a_workbook_comes_in_by_the_same_door(tmp_path: Path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (
        ["2024年重点任务分工表"],
        ["序号", "任务类别", "主要任务", "牵头单位", "责任单位", "完成时限"],
        [1, "通关", "推进提前申报。鼓励企业提前申报。", "市商务局", "海关、边检站", "2024年6月底前"],
        [2, None, "推进两步申报", "海关", "市商务局\n市交通局", "长期"],
        [3, "收费", "清理收费", "市发展改革委", None, "2024年9月底前"],
    ):
        book.active.append(row)
    book.save(tmp_path / "tasks.xlsx")
    assert main(["plan", "new", str(tmp_path / "tasks.xlsx"), "--out", str(tmp_path / "plan")]) == Exit.OK
    measures = (tmp_path / "plan" / "measures.csv").read_text("utf-8")
    assert measures.count("\n") == 4
    assert "2024-06-30" in measures
    assert (tmp_path / "plan" / "notice.xlsx").read_bytes() == (tmp_path / "tasks.xlsx").read_bytes()
    assert "海关" in (tmp_path / "plan" / "units.csv").read_text("utf-8")
