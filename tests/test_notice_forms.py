"""One notice in every form that it is handed in gives one reading; what is damaged is told."""

from __future__ import annotations

import random
import re
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytest.importorskip("opencc")
pytest.importorskip("pypinyin")

from analysis.documents import Unreadable, document_of
from analysis.notice import read, repair
from tests.garbling import garbled
from tests.printed_notices import (
    PUBLIC,
    plain,
    read_in,
    run_together,
    saved_page,
    text_of,
    truth_of,
    word_file,
    wrapped,
)


def garbled_once(text: str) -> str:
    return garbled(text, 1)


FORMS = {
    "as received": lambda text: text.encode(),
    "wrapped": lambda text: wrapped(text).encode(),
    "wrapped without indents": lambda text: wrapped(text, page="{}", indented=False).encode(),
    "wrapped narrowly": lambda text: wrapped(text, 31, page="第 {} 页 共 99 页").encode(),
    "a blank line behind each": lambda text: wrapped(text).replace("\n", "\n\n").encode(),
    "pages with heads": lambda text: wrapped(text, page="\n— {} —\x0c\n某市人民政府公报\n").encode(),
    "on one line": lambda text: run_together(text).encode(),
    "Word": lambda text: word_file(text.split("\n")),
    "web page": lambda text: saved_page(text),
    "web page, GB18030": lambda text: saved_page(text, encoding="gb18030"),
    "GB18030": lambda text: text.encode("gb18030"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 without its mark": lambda text: text.encode("utf-16-le"),
    "mail": lambda text: "\n".join(f"> {line}" for line in text.split("\n")).encode(),
    "HTML breaks": lambda text: text.replace("\n", "<br/>\n").encode(),
    "unseen signs": lambda text: re.sub("([，。])", "\\1\u200b", text).encode(),
}


@pytest.mark.parametrize("name", PUBLIC)
@pytest.mark.parametrize("form", FORMS)
def test_a_public_notice_reads_as_people_read_it(name, form):
    tables = read(document_of(FORMS[form](text_of(name))))
    assert read_in(tables) == truth_of(name)
    # No page number and nothing of a page's foot is a unit.
    assert not tables.responsibilities["unit"].str.contains(r"^\W*\d*\W*$|某市人民政府").any()


def test_numbers_that_go_on_below_the_next_heading_are_no_doubt():
    tables = read(text_of("tianjin-2024"))
    assert not tables.doubts["doubt"].str.contains("编号").any()


@pytest.mark.parametrize("layout", [str, wrapped, lambda text: text.replace("\n", "\n> "), garbled_once])
def test_a_doubt_says_where_it_stands_in_what_was_received(layout):
    lines = text_of("baotou-2022").split("\n")
    lost = places_of_measures(lines)[10:12]
    received = layout("\n".join(line for place, line in enumerate(lines) if place not in lost))
    (doubt,) = read(received).doubts.query("doubt.str.contains('缺 2 个')").to_dict("records")
    assert received.split("\n")[doubt["line"] - 1][doubt["column"] - 1 :].startswith("13．")


def test_deadlines_stand_as_printed():
    tables = read(text_of("baotou-2022"))
    assert list(tables.measures["due_text"]) == list(pd_column("baotou-2022", "due_text"))


def pd_column(name: str, column: str):
    import pandas as pd

    from tests import printed_notices

    folder = printed_notices.__file__.rpartition("printed_notices")[0]
    return pd.read_csv(f"{folder}notices/{name}.csv", dtype=str)[column]


# Damage.

MEASURE_LINE = re.compile(r"[\s　]*\d{1,2}[．.]")


def places_of_measures(lines: list[str]) -> list[int]:
    """The lines of the measures; a body before an annex has no such lines in these notices."""
    return [place for place, line in enumerate(lines) if MEASURE_LINE.match(line)]


@pytest.mark.thorough
@settings(max_examples=8, deadline=None)
@given(st.sampled_from(("baotou-2022", "tianjin-2024")), st.integers(), st.sampled_from((str, run_together, wrapped)))
def test_four_missing_paragraphs_cost_no_other_measure_and_are_told(name, seed, layout):
    lines, truth = text_of(name).split("\n"), truth_of(name)
    places = places_of_measures(lines)
    # The last measure's loss leaves no gap.
    lost = sorted(random.Random(seed).sample(range(len(places) - 1), 4))
    kept = [line for place, line in enumerate(lines) if place not in {places[at] for at in lost}]
    tables = read(layout("\n".join(kept)))
    assert read_in(tables) == [measure for at, measure in enumerate(truth) if at not in lost]
    gaps = tables.doubts["doubt"].str.extract(r"缺 (\d+) 个")[0].dropna().astype(int)
    assert gaps.sum() == 4


@pytest.mark.thorough
@settings(max_examples=8, deadline=None)
@given(st.sampled_from(("baotou-2022", "tianjin-2024")), st.integers(), st.sampled_from((str, run_together, wrapped)))
@example("baotou-2022", 676, run_together)
@example("baotou-2022", 6385, run_together)
def test_a_mistyped_number_costs_nothing_and_is_told(name, seed, layout):
    draw = random.Random(seed)
    lines = text_of(name).split("\n")
    place = draw.choice(places_of_measures(lines)[1:-1])
    right = re.search(r"\d+", lines[place])[0]
    wrong = draw.choice([number for number in map(str, range(1, 100)) if number != right])
    lines[place] = lines[place].replace(right, wrong, 1)
    tables = read(layout("\n".join(lines)))
    assert read_in(tables) == truth_of(name)
    assert tables.doubts["as_received"].eq(wrong).any() or tables.doubts["doubt"].str.contains("编号").any()


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["baotou-2022", "statecouncil-2020-24"])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("layout", [str, wrapped, run_together])
def test_a_garbled_notice_keeps_its_titles(name, seed, layout):
    text = garbled(text_of(name), seed, share=(seed + 1) / 25, keeps_user_area=seed % 2 == 0)
    tables, truth = read(layout(text)), truth_of(name)
    reading = read_in(tables)
    assert len(reading) == len(truth)
    right = sum(mine[1] == theirs[1] for mine, theirs in zip(reading, truth, strict=True))
    assert right >= 0.98 * len(truth)
    assert [(theme, units) for theme, _, units, _ in reading] == [(theme, units) for theme, _, units, _ in truth]


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["baotou-2022", "statecouncil-2020-24"])
def test_lines_that_were_broken_before_a_mirror_put_readings_in_are_joined(name):
    assert read_in(read(garbled(wrapped(text_of(name)), 1))) == truth_of(name)


def laid_out(text: str) -> str:
    """A notice on one line with an indented line for each heading."""
    tables = read(text)
    headings = tables.spans[tables.spans["kind"].isin(["theme", "measure"])]
    bounds = [0, *sorted(headings["start"]), len(tables.text)]
    return "\n　　".join(tables.text[start:stop] for start, stop in pairwise(bounds))


@pytest.mark.thorough
@pytest.mark.parametrize("drops_pairs", [False, True])
@pytest.mark.parametrize("layout", [str, run_together])
def test_titles_whose_list_marks_were_cut_are_restored_or_told(layout, drops_pairs):
    # Behind an indent, the mirror takes the first byte of （一） for a full stop and shifts the title.
    text = garbled(laid_out(text_of("statecouncil-2020-24")), 0, keeps_user_area=not drops_pairs)
    tables, truth = read(layout(text)), truth_of("statecouncil-2020-24")
    assert [(theme, units) for theme, _, units, _ in read_in(tables)] == [(row[0], row[2]) for row in truth]
    told = plain("".join(tables.doubts["read_as"]))
    lost = [row[1] for row, (_, title, _, _) in zip(read_in(tables), truth, strict=True) if row[1] != title]
    assert len(lost) <= (4 if drops_pairs else 0)
    assert all(title[:4] in told for title in lost)


@pytest.mark.thorough
@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PUBLIC), st.integers(0, 10**6), st.integers(0, 4000), st.booleans())
def test_what_is_repaired_is_not_repaired_again(name, seed, start, keeps_user_area):
    text = garbled(text_of(name)[start : start + 600], seed, share=0.3, keeps_user_area=keeps_user_area)
    once = repair(text).text
    assert repair(once).text == once


ENDLESS = {
    "a bracket of 和": "一、甲\n1.好。（责任单位：" + "和" * 1000 + "）",
    "joined names": "一、甲\n1.好。（责任单位：" + "和".join(f"市{n}局" for n in range(1000)) + "）",
    "open brackets": "(" * 200_000,
    "pairs of brackets": "()" * 100_000,
    "open labels": "（责任单位：" * 30_000,
    "lines": "\n" * 2_000_000,
    "damage": "理?xiàng)l件" * 50_000,
    "cut marks": "?！笆" * 50_000,
    "numbers": "1.\n" * 100_000,
    "numbers within": "。1." * 100_000,
    "items": "（一）" * 100_000,
    "labels": "责任单位：市局\n" * 50_000,
    "digits": "1" * 1_000_000,
    "measures": "".join(f"{n}．推动落实工作。（牵头单位：市工信局）\n" for n in range(1, 20_001)),
}


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ENDLESS)
def test_no_text_takes_longer_than_two_seconds_or_it_is_refused(kind):
    read("一、甲\n1.好。（市局负责）\n")
    begun = process_time()
    try:
        read(ENDLESS[kind])
    except Unreadable as refused:
        assert "请" in str(refused)  # noqa: PT017
    assert process_time() - begun < 2


@pytest.mark.thorough
def test_where_too_many_titles_are_cut_the_rest_is_left_and_told():
    draw = random.Random(1)
    chars = [bytes((draw.randrange(0xB0, 0xD7), draw.randrange(0xA1, 0xFE))).decode("gbk") for _ in range(1500)]
    lines = [f"　?。ㄒ唬┙{''.join(draw.choices(chars, k=50))}A。{''.join(chars)}" for _ in range(300)]
    first, *_, last = repair("\n".join(lines)).text.split("\n")
    assert "┙" not in first
    assert "┙" in last
    assert repair("\n".join(lines)).doubts["place"].eq(300).any()


# A notice written from a table, in every form of numbers and marks.

WORDS = "优化通关口岸贸易便利环境提升服务水平监管创新发展进出货物"
phrases = st.text(WORDS, min_size=4, max_size=12)
units = st.builds(
    "{}{}{}".format,
    st.sampled_from(("市", "省", "市文化和", "和平区", "市")),
    st.text("商务财政税规划建设教科民司", min_size=2, max_size=3),
    st.sampled_from(("局", "委员会", "办公室", "厅")),
)
NUMBERS = {
    "一、": ["一、", "二、", "三、", "四、", "五、", "六、", "七、", "八、", "九、", "十、"],
    "（一）": ["（一）", "（二）", "（三）", "（四）", "（五）", "（六）", "（七）", "（八）", "（九）", "（十）"],
    "1.": [f"{n}." for n in range(1, 11)],
    "1．": [f"{n}．" for n in range(1, 11)],
    "1、": [f"{n}、" for n in range(1, 11)],
    "（1）": [f"（{n}）" for n in range(1, 11)],
    "⒈": [chr(0x2488 + n) for n in range(10)],
    "㈠": [chr(0x3220 + n) for n in range(10)],
    "①": [chr(0x2460 + n) for n in range(10)],
    "（ 一 ）": [f"（ {n} ）" for n in "一二三四五六七八九十"],
}  # fmt: skip
BELOW = ("（一）", "1.", "1．", "1、", "（1）", "⒈", "㈠", "①", "（ 一 ）")
MARKS = {
    "label": lambda u: f"（责任单位：{'、'.join(u)}）",
    "square": lambda u: f"【责任单位: {'、'.join(u)}】",
    "hexagonal": lambda u: f"〔责任部门：{'，'.join(u)}〕",
    "spaced colon": lambda u: f"（责任单位 ：{'、'.join(u)}）",
    "joint": lambda u: f"（{'、'.join(u)}按职责分工负责）",
    "verb": lambda u: f"（{'、'.join(u)}负责）",
    "lead": lambda u: f"（{u[0]}牵头" + (f"，{'、'.join(u[1:])}配合）" if u[1:] else "）"),
    "host": lambda u: f"（主办单位：{u[0]}" + (f"；协办单位：{'、'.join(u[1:])}）" if u[1:] else "）"),
    "two blanks": lambda u: f"（牵头单位：{u[0]}" + (f"  配合单位：{'、'.join(u[1:])}）" if u[1:] else "）"),
    "bare": lambda u: f"责任单位：{'、'.join(u)}。",
    "is": lambda u: f"责任单位为{'、'.join(u)}。",
    "line": lambda u: f"\n责任单位：{'、'.join(u)}",
    "lines": lambda u: f"\n牵头单位：{u[0]}" + (f"\n配合单位：{'、'.join(u[1:])}" if u[1:] else ""),
    "label above names": lambda u: f"\n责任单位：\n{'、'.join(u)}",
    "never closed": lambda u: f"（责任单位：{'、'.join(u)}",
    "and": lambda u: f"（责任单位：{'、'.join(u[:-1])}{'和' if u[1:] else ''}{u[-1]}）",
}

measure = st.tuples(phrases, phrases, st.lists(units, min_size=1, max_size=3, unique=True))
theme = st.tuples(phrases, st.lists(measure, min_size=2, max_size=4))
notices = st.lists(theme, min_size=2, max_size=3)


def printed(notice, number, mark, *, restarts: bool) -> str:
    lines, at = ["关于印发措施的通知", "各有关单位：", "　　请认真落实。"], 0
    for place, (title, measures) in enumerate(notice):
        lines.append(f"　　{NUMBERS['一、'][place]}{title}")
        at = 0 if restarts else at
        for heading, body, named in measures:
            lines.append(f"　　{NUMBERS[number][at % 10]}{heading}。{body}。{MARKS[mark](named)}")
            at += 1
    return "\n".join(lines) + "\n"


def written(notice):
    return [(title, heading, frozenset(named)) for title, measures in notice for heading, _, named in measures]


@pytest.mark.thorough
@settings(max_examples=50, deadline=None)
@given(notices, st.sampled_from(BELOW), st.sampled_from(sorted(MARKS)), st.booleans())
def test_a_notice_reads_back_whatever_its_numbers_and_marks(notice, number, mark, restarts):
    many = sum(len(measures) for _, measures in notice) > 10
    tables = read(printed(notice, number, mark, restarts=restarts or many))
    assert [row[:3] for row in read_in(tables)] == written(notice)


styles_and_marks = st.tuples(st.sampled_from(("（一）", "1.", "（1）")), st.sampled_from(sorted(MARKS)))
MUTATIONS = ("drop", "double", "join", "split", "mistype")


@pytest.mark.thorough
@settings(max_examples=50, deadline=None)
@given(notices, styles_and_marks, st.sampled_from(MUTATIONS), st.integers(0, 10**6))
def test_what_a_slip_makes_vanish_is_told(notice, number_and_mark, mutation, seed):
    number, mark = number_and_mark
    draw = random.Random(seed)
    lines = printed(notice, number, mark, restarts=True).split("\n")
    at = draw.randrange(3, len(lines) - 2)
    line = lines[at]
    if mutation == "drop":
        lines[at : at + 1] = []
    elif mutation == "double":
        lines[at : at + 1] = [line, line]
    elif mutation == "join":
        lines[at : at + 2] = [line + lines[at + 1].strip()]
    elif mutation == "split":
        middle = draw.randrange(len(line) + 1)
        lines[at : at + 1] = [line[:middle], line[middle:]]
    else:
        middle = draw.randrange(len(line) or 1)
        lines[at] = line[:middle] + draw.choice("一二三1239、。（）") + line[middle + 1 :]
    text = "\n".join(lines)
    tables = read(text)
    told = plain("".join(tables.doubts[["as_received", "read_as", "doubt"]].to_numpy().ravel()))
    kept = plain("".join([*tables.measures["title"], *tables.measures["text"], *tables.themes["title"]]))
    units_read = plain("|".join(tables.responsibilities["unit"]))
    # What the slip cut in two stands on no line.
    seen = "|".join(map(plain, lines))
    for _, heading, named in written(notice):
        assert heading not in seen or heading in kept or heading in told
        for name in named:
            assert name not in seen or name in units_read or name in kept or name in told


# Traps of real notices: what is a measure, of which theme, and who is responsible.

TRAPS = {
    "boxes have numbers of their own": (
        "一、产业\n1﹒做强。好。（市工信局负责）\n专栏1 产业\n1.能源。\n2.材料。\n3.医药。\n"
        "２﹒做优。好。（市商务局负责）\n专栏2 平台\n1.甲。2.乙。\n３﹒引才。好。（市人社局负责）\n",
        [("产业", "做强", "市工信局"), ("产业", "做优", "市商务局"), ("产业", "引才", "市人社局")],
    ),
    "two structures": (
        "一、通关\n（一）减时。好。（市商务局负责）\n二、收费。好。（市发改委负责）\n"
        "三、服务\n1.设窗。好。（市政务办负责）\n2.代办。好。（市民政局负责）\n",
        [
            ("通关", "减时", "市商务局"),
            ("收费", "收费", "市发改委"),
            ("服务", "设窗", "市政务办"),
            ("服务", "代办", "市民政局"),
        ],
    ),
    "one mark for a theme": (
        "一、审批\n（一）减材料。\n（二）减环节。\n（责任单位：市审批局）\n二、监管\n（一）抽查。\n（二）信用。\n（责任单位：市司法局）\n",
        [("", "审批", "市审批局"), ("", "监管", "市司法局")],
    ),
    "a mark behind the title": (
        "一、审批\n（一）减材料（责任单位：市审批局）\n减少材料。\n（二）减环节（责任单位：市司法局）\n减少环节。\n",
        [("审批", "减材料", "市审批局"), ("审批", "减环节", "市司法局")],
    ),
    "principles are none": (
        "一、总体要求\n（一）坚持改革。好。\n（二）坚持创新。好。\n二、措施\n（一）减环节。好。责任单位：市发改委。\n",
        [("措施", "减环节", "市发改委")],
    ),
    "numbers with points": (
        "1 准入\n1.1 登记。好。（市司法局负责）\n1.2 注销。好。（市税务局负责）\n"
        "2 监管\n2.1 抽查。好。（市商务局负责）\n",
        [("准入", "登记", "市司法局"), ("准入", "注销", "市税务局"), ("监管", "抽查", "市商务局")],
    ),
    "parts above themes": (
        "第一部分 改革\n一、放权\n1.放权。好。（市编办负责）\n第二部分 服务\n二、便民\n2.便民。好。（市民政局负责）\n",
        [("放权", "放权", "市编办"), ("便民", "便民", "市民政局")],
    ),
    "articles": (
        "第一条 制定本措施。\n第二条 支持上市。奖励。（市金融办负责）\n"
        "第三条 支持并购。补贴。（市工信局负责）\n第四条 自印发之日起施行。\n",
        [("", "支持上市", "市金融办"), ("", "支持并购", "市工信局")],
    ),
    "two notices in one": (
        "甲方案\n一、准入\n（一）登记。好。（市司法局负责）\n（二）注销。好。（市税务局负责）\n乙方案\n一、税费\n（一）减税。好。（市财政局负责）\n",
        [("准入", "登记", "市司法局"), ("准入", "注销", "市税务局"), ("税费", "减税", "市财政局")],
    ),
    "a year behind a number": (
        "一、投资\n1.审批。好。（市发改委负责）\n2.用地。好。（市资源局负责）\n3．2020年底前建成平台。好。（市住建局负责）\n",
        [("投资", "审批", "市发改委"), ("投资", "用地", "市资源局"), ("投资", "2020年底前建成平台", "市住建局")],
    ),
    "a score in a title, and a number mistyped behind it": (
        "一、平台（一）建平台（1.5分）73.统建。好。（市大数据局负责）2.共管。好。（市工信局负责）"
        "（二）做3.0版门户37.迁移。好。（市财政局负责）4.并网。好。（市民政局负责）",
        [
            ("平台", "统建", "市大数据局"),
            ("平台", "共管", "市工信局"),
            ("平台", "迁移", "市财政局"),
            ("平台", "并网", "市民政局"),
        ],
    ),
    "统一、 is no number": (
        "一、平台（一）建平台。建设界面统一、应用便捷的平台。（市大数据局负责）（二）管平台。好。（市工信局负责）",
        [("平台", "建平台", "市大数据局"), ("平台", "管平台", "市工信局")],
    ),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_traps_of_real_notices(trap):
    text, truth = TRAPS[trap]
    assert [row[:3] for row in read_in(read(text))] == [(theme, title, {unit}) for theme, title, unit in truth]


def test_a_table_of_tasks_reads_as_the_same_notice():
    table = (
        "序号\t任务类别\t主要任务\t牵头单位\t责任单位\t完成时限\n"
        "1\t通关\t推进申报。鼓励申报。\t市商务局\t海关、边检站\t6月底\n2\t\t推进验放\t海关\t\t长期\n3\t收费\t清理收费\t\t市发改委\t\n"
    )
    tables = read(table)
    assert [row[:3] for row in read_in(tables)] == [
        ("通关", "推进申报", {"市商务局", "海关", "边检站"}),
        ("通关", "推进验放", {"海关"}),
        ("收费", "清理收费", {"市发改委"}),
    ]
    assert list(tables.measures["due_text"]) == ["6月底", "长期", ""]
    assert list(tables.responsibilities["role"]) == ["lead", "unmarked", "unmarked", "lead", "sole"]
    assert list(tables.measures["number"]) == ["1", "2", "3"]


# Names.


@pytest.mark.parametrize(
    ("elsewhere", "mark", "names"),
    [
        ("市商务局", "市文化和旅游局", ["市文化和旅游局"]),
        ("市商务局", "市商务局和市文化和旅游局", ["市商务局", "市文化和旅游局"]),
        ("市商务局", "市发展和改革委员会和市财政局", ["市发展和改革委员会", "市财政局"]),
        ("天津港", "天津港与市商务局", ["天津港", "市商务局"]),
        ("甲公司、乙公司", "甲公司/乙公司", ["甲公司", "乙公司"]),
        ("市商务局", "各船公司/船代公司", ["各船公司/船代公司"]),
        ("市商务局", "和平区、和县、和田地区", ["和平区", "和县", "和田地区"]),
        ("市商务局", "人力资源和社会保障部、文化和旅游部和商务部", ["人力资源和社会保障部", "文化和旅游部", "商务部"]),
        ("市商务局", "市商务局会同有关部门", ["市商务局", "有关部门"]),
    ],
)
def test_a_name_seen_alone_decides_what_parts_names(elsewhere, mark, names):
    tables = read(f"一、通关\n1.减时。好。（责任单位：{elsewhere}）\n2.降费。好。（责任单位：{mark}）")
    assert list(tables.responsibilities.query("measure_id == 'M2'")["unit"]) == names


def test_a_name_known_beforehand_is_not_parted():
    text = "一、通关\n1.减时。好。（责任单位：市委办公室和市政府办公室、市财政局）"
    assert len(read(text).responsibilities) == 3
    known = ["市委办公室和市政府办公室"]
    assert list(read(text, known=known).responsibilities["unit"]) == ["市委办公室和市政府办公室", "市财政局"]
