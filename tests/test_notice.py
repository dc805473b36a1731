"""The notice reader: what holds for any notice, then the notice of the plan and damage seen on real mirrors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("opencc")
pytest.importorskip("pypinyin")

import opencc
import pypinyin

from analysis.marks import read_clause
from analysis.notice import read, repair
from analysis.outline import outline
from analysis.paragraphs import narrow
from analysis.repair.numerals import chinese_number, to_chinese_number
from analysis.schema import ROLES

NOTICE = Path(__file__).parents[1] / "data" / "tianjin-2024" / "notice.txt"

# Written alike after a turn to traditional and back; none is a list mark, a joint or the end of a name.
PLAIN = "优化通关口岸贸易便利环境提升服务水平监管创新发展进出货物"
JOINT, PLAIN_MARK = "按职责分工负责", ""

phrases = st.text(PLAIN, min_size=3, max_size=12)
unit_names = st.builds("市{}{}".format, st.text(PLAIN, min_size=2, max_size=4), st.sampled_from(("局", "委", "办公室")))


@dataclass(frozen=True)
class WrittenMeasure:
    title: str
    body: str
    units: tuple[str, ...]
    mark: str

    def roles(self) -> list[str]:
        if self.mark == "牵头":
            return ["lead"] + ["support"] * (len(self.units) - 1)
        if self.mark == JOINT:
            return ["joint"] * len(self.units)
        return ["sole"] if len(self.units) == 1 else ["unmarked"] * len(self.units)

    def printed(self) -> str:
        if self.mark == "牵头":
            helpers = f"，{'、'.join(self.units[1:])}配合" if self.units[1:] else ""
            return f"{self.title}。{self.body}。（{self.units[0]}牵头{helpers}）"
        return f"{self.title}。{self.body}。（责任单位：{'、'.join(self.units)}{self.mark}）"


measures = st.builds(
    WrittenMeasure,
    phrases,
    phrases,
    st.lists(unit_names, min_size=1, max_size=4, unique=True).map(tuple),
    st.sampled_from((JOINT, PLAIN_MARK, "牵头")),
)
themes = st.lists(st.tuples(phrases, st.lists(measures, min_size=1, max_size=4)), min_size=1, max_size=4)
layouts = st.tuples(st.sampled_from(("{}.", "{}．", "（{}）")), st.sampled_from(("\n　　", "")), st.booleans())


def print_notice(written, layout) -> str:
    form, line_break, restarts = layout
    parts, number = ["关于印发措施的通知\n各有关单位：\n　　请认真落实。"], 0
    for place, (title, items) in enumerate(written, start=1):
        parts.append(f"{to_chinese_number(place)}、{title}" + ("" if line_break else "。"))
        number = 0 if restarts else number
        for item in items:
            number += 1
            parts.append(form.format(to_chinese_number(number) if "（" in form else number) + item.printed())
    return line_break.join(parts) + "\n　　（此件公开发布）\n"


def garble(text: str, chosen: set[int]) -> str:
    to_traditional = opencc.OpenCC("s2t").convert
    garbled = ""
    for place, char in enumerate(text):
        traditional = to_traditional(char)
        reading = pypinyin.pinyin(traditional, style=pypinyin.Style.TONE, errors="ignore")
        garbled += traditional + (f"({reading[0][0]})" if reading and place % 7 in chosen else "")
    return garbled


def check_reads_back(text: str, written) -> None:
    tables = read(text)
    items = [item for _, items in written for item in items]
    assert list(tables.themes["title"]) == [title for title, _ in written]
    assert list(tables.themes["theme_id"]) == [f"T{place + 1}" for place in range(len(written))]
    assert list(tables.measures["title"]) == [item.title for item in items]
    assert list(tables.measures["text"]) == [f"{item.title}。{item.body}。" for item in items]
    assert list(tables.measures["theme_id"]) == [f"T{t}" for t, (_, its) in enumerate(written, start=1) for _ in its]
    by_measure = dict(iter(tables.responsibilities.groupby("measure_id", sort=False)))
    for place, item in enumerate(items, start=1):
        rows = by_measure[f"M{place}"]
        assert tuple(rows["unit"]) == item.units
        assert list(rows["role"]) == item.roles()
        assert list(rows["position"]) == sorted(rows["position"])


@pytest.mark.thorough
@settings(max_examples=40, deadline=None)
@given(themes, layouts)
def test_a_clean_notice_reads_back_as_it_was_written(written, layout):
    check_reads_back(print_notice(written, layout), written)


@pytest.mark.thorough
@settings(max_examples=40, deadline=None)
@given(themes, layouts, st.sets(st.integers(0, 6)))
def test_a_garbled_notice_reads_back_as_it_was_written(written, layout, chosen):
    check_reads_back(garble(print_notice(written, layout), chosen), written)


@pytest.mark.thorough
@settings(max_examples=40, deadline=None)
@given(themes, layouts)
def test_repair_leaves_clean_text_alone(written, layout):
    text = print_notice(written, layout)
    repaired = repair(text)
    assert repaired.text == text
    assert repaired.doubts.empty


@pytest.mark.thorough
@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from(PLAIN + "聯區關（）()?。！；1A.、一áqūㄒ\ue000 \n"), max_size=60))
def test_anything_can_be_read_and_keeps_its_lines(text):
    repaired = repair(text)
    assert repaired.text.count("\n") == text.count("\n")
    assert repaired.doubts["place"].between(1, text.count("\n") + 1).all()
    assert read(text).responsibilities["role"].isin(ROLES).all()


@settings(max_examples=40, deadline=None)
@given(phrases, phrases)
def test_a_lost_character_is_told_with_its_reading_and_place(before, after):
    repaired = repair(f"第一行\n{before}。?lián)1{after}")
    assert repaired.text == f"第一行\n{before}。□1{after}"
    assert list(repaired.doubts["place"]) == [2]
    assert "lián" in repaired.doubts["doubt"].item()


@given(st.integers(1, 99))
def test_list_numerals_read_back(number):
    assert chinese_number(to_chinese_number(number)) == number


def test_the_notice_of_the_plan():
    tables = read(NOTICE.read_text(encoding="utf-8"))
    responsibilities = tables.responsibilities
    assert len(tables.measures) == 31
    assert list(tables.measures["number"]) == [str(number) for number in range(1, 32)]
    assert list(tables.measures.groupby("theme_id").size()) == [5, 7, 5, 6, 2, 6]
    assert responsibilities["unit"].nunique() == 24
    assert len(responsibilities) == 91
    roles = responsibilities.groupby("role")["measure_id"].unique()
    assert len(roles["joint"]) == 22
    assert len(roles["sole"]) == 8
    assert list(roles["unmarked"]) == ["M6"]
    assert set(tables.measures["due_text"]) == {""}
    assert "责任单位" not in "".join(tables.measures["text"])
    assert tables.measures["text"].iloc[-1].endswith("便利度。")


@pytest.mark.parametrize(
    ("garbled", "clean"),
    [
        ("區(qū)域", "区域"),
        ("復(fù)制", "复制"),
        ("地理?xiàng)l件", "地理条件"),
        ("加強合作??h域", "加强合作。县域"),
        ("要求?！笆\ue1a2奈濉币?guī)劃", "要求。“十四五”规划"),
        ("開展?；\ue2c4谶@樣", "开展。基于这样"),
        ("各?。▍^(qū)、市）", "各省（区、市）"),
        (" ?。\ue7ca?lián)系人", " 　（联系人"),
        (" ?。ù思\ue49d鲃庸\ue0a6_)", " 　（此件主动公开)"),
        (" ?。ㄒ唬\n ?。ǘ\n ?。ㄈ", " 　（一）\n 　（二）\n 　（三）"),
        (" ?。ㄒ唬﹥?yōu)化", " 　（一）优化"),
        ("一、建設?。ㄒ唬\n（九十九）建設?。ㄒ唬", "一、建设（一）\n（九十九）建设（一）"),
    ],
)
def test_damage_seen_on_mirrors_is_undone(garbled, clean):
    assert repair(garbled).text == clean


@pytest.mark.parametrize("garbled", ["!锻ㄖ愤", "開展?；谶@樣", "要求?！笆奈濉币?guī)劃", " ?。ù思鲃庸_)"])
def test_damage_that_lost_bytes_is_told_and_not_guessed(garbled):
    repaired = repair(garbled)
    assert not repaired.doubts.empty
    assert not any(word in repaired.text for word in ("悔", "誓", "《", "（此"))


@pytest.mark.parametrize("text", ["企业ERP(企业管理系统)", "真的吗?!是的", "第(a)项", "关税宝(北京)公司", "件(xià)"])
def test_what_is_no_damage_is_left_alone(text):
    assert repair(text).text == text


@pytest.mark.parametrize(
    ("content", "units", "due"),
    [
        ("责任单位：市商务局、某海关，各市人民政府", "市商务局plain|某海关plain|各市人民政府plain", ""),
        ("市商务局牵头，某海关、市公安局按职责分工负责", "市商务局lead|某海关joint|市公安局joint", ""),
        ("市商务局会同有关部门负责", "市商务局plain|有关部门plain", ""),
        ("海关总署等和各有关省级人民政府负责", "海关总署plain|各有关省级人民政府plain", ""),
        ("负责部门：市商务局；适用范围：综合保税区", "市商务局plain", ""),
        (
            "牵头单位：市商务局  配合单位：市公安局，各区、县级市",
            "市商务局lead|市公安局support|各区、县级市support",
            "",
        ),
        ("6月底完成，牵头考核单位：市商务局、审批服务局", "市商务局lead|审批服务局lead", "6月底完成"),
        ("责任单位：市商务局；完成时限：2024年6月底前", "市商务局plain", "2024年6月底前"),
        ("责任单位：市商务局（牵头）、某海关", "市商务局lead|某海关plain", ""),
        (
            "中央和国家机关工委、文化和旅游部等部门及各地区负责",
            "中央和国家机关工委plain|文化和旅游部plain|各地区plain",
            "",
        ),
        ("国务院相关部门和单位及各地区按职责分工负责", "国务院相关部门和单位joint|各地区joint", ""),
        ("各行业牵头部门、市商务局和某海关配合", "各行业牵头部门support|市商务局support|某海关support", ""),
        ("某信息（北京）有限公司负责", "某信息（北京）有限公司plain", ""),
    ],
)
def test_forms_of_responsibility_marks(content, units, due):
    clause = read_clause(content)
    assert "|".join(unit.name + unit.mark for unit in clause.units) == units
    assert clause.due == due


def test_a_declared_order_rule_makes_the_first_unit_lead():
    tables = read(
        "一、通关\n1.减时。好。（责任单位：市商务局、市公安局，列第一位者为牵头单位，下同）\n2.降费。好。（责任单位：市税务局、市财政局）"
    )
    assert list(tables.responsibilities["role"]) == ["lead", "unmarked", "lead", "unmarked"]
    assert tables.responsibilities["role_basis"].iloc[0] == "列第一位者为牵头单位"


def test_a_theme_can_be_the_measure_itself():
    tables = read(
        "一、总体要求\n坚持。\n二、通关。好。（责任单位：市商务局）\n三、降费。好。（责任单位：市税务局）\n四、保障\n加强。"
    )
    assert list(tables.measures["title"]) == ["通关", "降费"]
    assert set(tables.measures["theme_id"]) == {""}


def test_paragraphs_without_numbers_are_measures_of_their_theme():
    one, two = "（责任单位：市商务局）", "（责任单位：市税务局）"
    tables = read(f"一、通关\n减时。好。{one}\n提效。好。{two}\n二、收费\n降费。好。{one}\n公示。好。{two}\n")
    assert list(tables.themes["title"]) == ["通关", "收费"]
    assert list(tables.measures["title"]) == ["减时", "提效", "降费", "公示"]
    assert set(tables.measures["number"]) == {""}


def test_items_below_a_measure_stay_in_its_text():
    tables = read(
        "一、通关\n（一）减时。做好：\n1.甲。\n2.乙。\n3.丙。（市商务局负责）\n（二）降费。\n1﹒甲。\n２﹒乙。（市税务局负责）"
    )
    assert list(tables.measures["title"]) == ["减时", "降费"]
    assert tables.measures["text"].iloc[0].endswith("1.甲。\n2.乙。\n3.丙。")


def test_a_gap_in_the_numbers_and_a_measure_without_units_are_told():
    tables = read("一、通关\n1.减时。好。（责任单位：市商务局）\n2.降费。好。（责任单位：市商务局）\n4.增效。好。")
    doubts = tables.doubts.set_index("line")["doubt"]
    assert doubts.loc[4].str.contains("缺 1 个").any()
    assert doubts.loc[4].str.contains("没有读出责任单位").any()


def test_headings_may_start_with_digits_but_decimals_are_none():
    text = narrow("1.网络建设，投入\n3.5亿元。\n2.5G基站。\n3.2020年底前完成。")
    found = [(heading.value, text[heading.end :][:2]) for heading in outline(text) if heading.style]
    assert found == [(1, "网络"), (2, "5G"), (3, "20")]
