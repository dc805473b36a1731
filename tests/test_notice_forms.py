"""One notice in every form that it is handed in gives one reading; what is damaged is told."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("opencc")
pytest.importorskip("pypinyin")

from analysis.documents import document_of
from analysis.notice import read
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

FORMS = {
    "as received": lambda text: text.encode(),
    "wrapped": lambda text: wrapped(text).encode(),
    "wrapped without indents": lambda text: wrapped(text, page="{}", indented=False).encode(),
    "wrapped narrowly": lambda text: wrapped(text, 31, page="第 {} 页 共 99 页").encode(),
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


@settings(max_examples=15, deadline=None)
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


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(("baotou-2022", "tianjin-2024")), st.integers(), st.sampled_from((str, run_together, wrapped)))
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


@settings(max_examples=150, deadline=None)
@given(notices, st.sampled_from(BELOW), st.sampled_from(sorted(MARKS)), st.booleans())
def test_a_notice_reads_back_whatever_its_numbers_and_marks(notice, number, mark, restarts):
    many = sum(len(measures) for _, measures in notice) > 10
    tables = read(printed(notice, number, mark, restarts=restarts or many))
    assert [row[:3] for row in read_in(tables)] == written(notice)


styles_and_marks = st.tuples(st.sampled_from(("（一）", "1.", "（1）")), st.sampled_from(sorted(MARKS)))
MUTATIONS = ("drop", "double", "join", "split", "mistype")


@settings(max_examples=150, deadline=None)
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
