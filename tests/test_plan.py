"""A plan's folder: what the embedded one holds, and what is said of one that breaks the rules."""

from __future__ import annotations

import csv
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from analysis import schema
from analysis.plan import Plan, UnknownName, check_plan, find_unit, open_plan, select
from analysis.schema import DataError
from analysis.workload import fractional_shares

EMBEDDED = Path(__file__).parents[1] / "data" / "tianjin-2024"
TABLES = tuple(schema.REQUIRED_COLUMNS)
NAMED_ALIKE = {"unit": "市商务", "theme": "进一步创新提升进出口全链条货物通关"}

Edit = Callable[[list[list[str]]], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the embedded plan, to be broken."""
    return Path(shutil.copytree(EMBEDDED, tmp_path / "plan"))


def change(folder: Path, table: str, edit: Edit) -> None:
    """Edit the lines of a table; line 0 is the header, so that line n is row n + 1 of a spreadsheet."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    edit(lines)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


def put(table: str, row: int, column: str, value: str) -> Edit:
    place = schema.REQUIRED_COLUMNS[table].index(column)
    return lambda lines: lines[row - 1].__setitem__(place, value)


def told(problems: pd.DataFrame) -> list[tuple[str, int, str, str]]:
    """The errors: file, row, column, value."""
    assert list(problems.columns) == list(schema.PROBLEM_COLUMNS)
    assert not problems.duplicated().any()
    errors = problems[problems["severity"].eq("error")]
    assert errors["rule"].ne("").all()
    return [(str(row.file), int(row.row), str(row.column), str(row.value)) for row in errors.itertuples()]


def refused(folder: Path) -> pd.DataFrame:
    """The problems with which a plan is refused, the same as those of `check_plan`."""
    with pytest.raises(DataError) as caught:
        open_plan(folder)
    assert_frame_equal(caught.value.problems, check_plan(folder))
    return caught.value.problems


def letters(text: str) -> str:
    """Without punctuation, which a person restored by hand."""
    return re.sub(r"\W", "", unicodedata.normalize("NFKC", text))


def assert_same_data(plan: Plan, other: Plan) -> None:
    for table in TABLES:
        assert_frame_equal(getattr(plan, table), getattr(other, table))


# The embedded plan.


def test_the_counts_of_the_notice(tianjin: Plan):
    assert len(tianjin.measures) == 31
    assert len(tianjin.themes) == 6
    assert list(tianjin.measures.groupby("theme_id", sort=False).size()) == [5, 7, 5, 6, 2, 6]
    assert list(tianjin.measures["theme_id"].unique()) == list(tianjin.themes["theme_id"])
    assert len(tianjin.units) == 24
    assert len(tianjin.responsibilities) == 91
    assert set(tianjin.responsibilities["unit_id"]) == set(tianjin.units["unit_id"])
    roles = tianjin.responsibilities.drop_duplicates(["measure_id", "role"]).set_index("measure_id")["role"]
    assert roles.index.is_unique
    assert roles.value_counts().to_dict() == {"joint": 22, "sole": 8, "unmarked": 1}
    numbers = tianjin.measures.set_index("measure_id")["number"]
    assert list(numbers[roles[roles.eq("unmarked")].index]) == ["6"]


def test_what_the_notice_does_not_say_stays_missing(tianjin: Plan):
    assert tianjin.lead_rule == "none"
    assert tianjin.measures["due"].isna().all()
    assert not tianjin.responsibilities["role"].isin(["lead", "support"]).any()
    assert tianjin.progress_provenance == "synthetic"
    assert tianjin.issued == pd.Timestamp("2024-05-31")


def test_responsibilities_are_those_of_the_notice(tianjin: Plan):
    pytest.importorskip("opencc")
    pytest.importorskip("pypinyin")
    from analysis.notice import read

    notice = read((tianjin.folder / "notice.txt").read_text("utf-8"))
    names = tianjin.units.set_index("unit_id")["name"]
    columns = ["measure_id", "clause", "position", "role"]
    assert list(tianjin.responsibilities["unit_id"].map(names)) == list(notice.responsibilities["unit"])
    read_here, read_there = (
        frame[columns].astype("str") for frame in (tianjin.responsibilities, notice.responsibilities)
    )
    assert read_here.to_numpy().tolist() == read_there.to_numpy().tolist()
    assert list(tianjin.measures["title"]) == list(notice.measures["title"])
    assert [letters(text) for text in tianjin.measures["text"]] == [letters(text) for text in notice.measures["text"]]
    assert list(tianjin.measures["theme_id"]) == list(notice.measures["theme_id"])
    assert list(tianjin.themes["title"]) == list(notice.themes["title"])


def test_every_promise_stands_in_the_text_of_its_measure(tianjin: Plan):
    texts = tianjin.measures.set_index("measure_id")["text"]
    assert not tianjin.commitments.empty
    for measure, span in tianjin.commitments[["measure_id", "text_span"]].itertuples(index=False):
        assert span in texts[measure]


def test_the_basis_of_a_kind_stands_in_the_text_of_its_measure(tianjin: Plan):
    for text, basis in tianjin.measures[["text", "kind_basis"]].itertuples(index=False):
        assert basis and basis in text


def test_frames_are_typed(tianjin: Plan):
    for table, column in (("progress", "as_of"), ("progress", "reported_at"), ("measures", "due")):
        assert pd.api.types.is_datetime64_dtype(getattr(tianjin, table)[column])
    assert tianjin.progress["percent"].dtype == "float64"
    assert tianjin.units["is_group"].dtype == "bool"
    assert tianjin.units["is_group"].sum() == 2
    for table in TABLES:
        frame = getattr(tianjin, table)
        assert list(frame.columns) == list(schema.REQUIRED_COLUMNS[table])
        assert list(frame.index) == list(range(len(frame)))


def test_sources_are_the_files_that_were_read(tianjin: Plan):
    assert list(tianjin.sources["file"]) == [f"{table}.csv" for table in TABLES]
    assert list(tianjin.sources["rows"]) == [len(getattr(tianjin, table)) for table in TABLES]
    assert tianjin.sources["sha256"].str.fullmatch("[0-9a-f]{64}").all()


def test_the_embedded_plan_has_no_errors():
    assert told(check_plan("tianjin-2024")) == []


# Finding and narrowing.


def test_a_plan_opens_by_path(tianjin: Plan, folder: Path):
    for path in (folder, str(folder)):
        plan = open_plan(path)
        assert plan.folder == folder.resolve()
        assert plan.id == "tianjin-2024"
        assert_same_data(plan, tianjin)


@pytest.mark.parametrize("name", ["tianjin-2025", "", "no/such/folder"])
def test_an_unknown_plan_is_told_with_those_there_are(name: str):
    for ask in (open_plan, check_plan):
        with pytest.raises(UnknownName, match="tianjin-2024"):
            ask(name)


def test_a_folder_without_plan_toml_is_no_plan(tmp_path: Path):
    with pytest.raises(UnknownName, match=r"plan\.toml"):
        open_plan(tmp_path)


@pytest.mark.parametrize(("what", "near"), [("unit", "市商务局"), ("theme", "进一步创新提升进出口全链条货物通关效率")])
def test_an_unknown_name_is_told_with_near_ones(tianjin: Plan, what: str, near: str):
    with pytest.raises(UnknownName, match=NAMED_ALIKE[what]) as caught:
        select(tianjin, **{what: NAMED_ALIKE[what]})
    assert near in str(caught.value).replace(f"“{NAMED_ALIKE[what]}”", "")


@pytest.mark.parametrize(("what", "known"), [("unit", "tj-customs"), ("theme", "T5")])
def test_a_name_like_no_other_is_told_with_all_there_are(tianjin: Plan, what: str, known: str):
    with pytest.raises(UnknownName, match=known):
        select(tianjin, **{what: "zzz"})


def test_a_unit_goes_by_each_of_its_names(tianjin: Plan):
    for unit in tianjin.units.itertuples():
        for name in (unit.unit_id, unit.name, unit.short, *str(unit.aliases).split("|")):
            assert find_unit(tianjin, name) == unit.unit_id
    assert select(tianjin, unit="商务局").selection == {"unit": "commerce-bureau"}


def test_a_selection_keeps_whole_measures(tianjin: Plan):
    asked = [{"unit": unit} for unit in tianjin.units["unit_id"]]
    asked += [{"theme": theme} for theme in tianjin.themes["theme_id"]]
    asked += [{"unit": unit, "theme": theme} for unit in ("tj-customs", "port-group") for theme in ("T1", "T4", "T5")]
    for selection in asked:
        plan = select(tianjin, **selection)
        assert plan.selection == selection
        assert sum(fractional_shares(plan.responsibilities)) == len(plan.measures)
        of_measures = tianjin.responsibilities["measure_id"].isin(plan.measures["measure_id"])
        assert len(plan.responsibilities) == of_measures.sum()
        kept = set(plan.measures["measure_id"])
        assert set(plan.commitments["measure_id"]) == kept & set(tianjin.commitments["measure_id"])
        assert set(plan.progress["measure_id"]) == kept & set(tianjin.progress["measure_id"])
        if "theme" in selection:
            assert set(plan.measures["theme_id"]) <= {selection["theme"]}
        if "unit" in selection:
            assert plan.responsibilities["unit_id"].eq(selection["unit"]).sum() == len(plan.measures)


def test_units_and_themes_select_what_the_notice_gives_them(tianjin: Plan):
    assert len(select(tianjin, unit="tj-customs").measures) == 26
    assert len(select(tianjin, theme="T2").measures) == 7
    assert len(select(tianjin, theme="T2", unit="tj-customs").measures) == len(
        select(select(tianjin, theme="T2"), unit="tj-customs").measures
    )
    assert_same_data(select(tianjin), tianjin)
    assert_same_data(select(tianjin, unit="", theme=""), tianjin)


def test_a_selection_that_meets_nothing_is_empty_and_typed(tianjin: Plan):
    nothing = select(tianjin, unit="guanshuibao", theme="T1")
    for table in ("measures", "responsibilities", "commitments", "progress"):
        frame = getattr(nothing, table)
        assert frame.empty
        assert frame.dtypes.equals(getattr(tianjin, table).dtypes)


# What is said of cells, columns and files that break a rule.


def test_every_problem_is_told_at_once(folder: Path):
    broken = [
        (3, "status", "完成"),
        (5, "measure_id", "M99"),
        (8, "as_of", "2024-02-30"),
        (10, "log_id", "P0001"),
        (12, "percent", "140"),
    ]
    for row, column, value in broken:
        change(folder, "progress", put("progress", row, column, value))
    change(folder, "units", put("units", 2, "kind", "city"))
    problems = refused(folder)
    assert sorted(told(problems)) == [
        *(("progress.csv", row, column, value) for row, column, value in broken),
        ("units.csv", 2, "kind", "city"),
    ]
    message = str(DataError(problems))
    for row, column, value in broken:
        assert f"progress.csv 第 {row} 行 {column} 列，值“{value}”" in message


def test_several_problems_of_one_row_are_all_told(folder: Path):
    for column, value in (("percent", "-1"), ("reported_at", "2024/07/01"), ("unit_id", "")):
        change(folder, "progress", put("progress", 4, column, value))
    assert {(row, column) for _, row, column, _ in told(refused(folder))} == {
        (4, "percent"),
        (4, "reported_at"),
        (4, "unit_id"),
    }


def test_bad_cells_are_told_by_their_place(folder: Path):
    broken = [
        ("themes", 2, "short", " "),
        ("measures", 3, "kind", "quantitative"),
        ("measures", 4, "theme_id", "T9"),
        ("measures", 5, "due", "2024-13-01"),
        ("units", 2, "is_group", "是"),
        # An alias that is another unit's name would make a name mean two units.
        ("units", 3, "aliases", "天津海关"),
        ("responsibilities", 2, "unit_id", "nobody"),
        ("responsibilities", 3, "role", "牵头"),
        ("responsibilities", 4, "position", "０"),
        ("commitments", 2, "text_span", "三个工作日内办结"),
        ("commitments", 3, "quantity", "２"),
        ("progress", 3, "percent", "４０"),
        ("progress", 4, "percent", "40%"),
        ("progress", 5, "as_of", "２０２４-06-30"),
        ("progress", 6, "as_of", "2024-6-30"),
        ("progress", 7, "as_of", ""),
        ("progress", 8, "expected_completion", "年底"),
        ("progress", 9, "source_row", "２"),
        ("progress", 10, "status", " closed"),
    ]
    for table, row, column, value in broken:
        change(folder, table, put(table, row, column, value))
    # Customs no longer stands on the first measure, so its reports there are told too.
    left_over = {("unit_id", "tj-customs")}
    found = [place for place in told(refused(folder)) if place[2:] not in left_over]
    assert sorted(found) == sorted((f"{table}.csv", row, column, value) for table, row, column, value in broken)


@pytest.mark.parametrize("table", TABLES)
def test_a_missing_file_is_told_beside_other_problems(small: Path, table: str):
    (small / f"{table}.csv").unlink()
    other = "themes" if table == "units" else "units"
    change(small, other, put(other, 2, "short", ""))
    problems = refused(small)
    assert set(problems["file"]) == {f"{table}.csv", f"{other}.csv"}
    missing = problems[problems["file"].eq(f"{table}.csv")]
    assert missing["rule"].item() == "缺少这个文件"
    assert missing["row"].isna().all()


@pytest.mark.parametrize(
    ("table", "column"), [("progress", "supersedes"), ("units", "aliases"), ("themes", "theme_id")]
)
def test_a_missing_column_is_told_by_name(folder: Path, table: str, column: str):
    place = schema.REQUIRED_COLUMNS[table].index(column)
    change(folder, table, lambda lines: [line.pop(place) for line in lines])
    assert told(refused(folder)) == [(f"{table}.csv", 1, column, "")]


def test_a_column_twice_is_told(small: Path):
    change(small, "units", lambda lines: [line.append(line[0]) for line in lines])
    problems = refused(small)
    assert set(problems["file"]) == {"units.csv"}
    assert "unit_id" in problems.to_string()


def test_columns_more_than_needed_and_in_another_order_are_fine(folder: Path, tianjin: Plan):
    change(folder, "progress", lambda lines: [line.insert(0, line.pop()) or line.append("备注") for line in lines])
    progress = open_plan(folder).progress
    assert_frame_equal(progress[list(tianjin.progress.columns)], tianjin.progress)


# How files are written.


@pytest.mark.parametrize(("encoding", "line_end"), [("gb18030", "\n"), ("utf-8-sig", "\n"), ("utf-8", "\r\n")])
def test_files_read_the_same_as_spreadsheets_write_them(folder: Path, tianjin: Plan, encoding: str, line_end: str):
    for table in TABLES:
        path = folder / f"{table}.csv"
        path.write_bytes(path.read_text("utf-8").replace("\n", line_end).encode(encoding))
    assert_same_data(open_plan(folder), tianjin)


TRADITIONAL_THEMES = """theme_id,title,title_en,short,short_en
T1,進一步創新提升進出口全鏈條貨物通關效率,Cargo clearance,全鏈條通關,Clearance
T2,進一步優化促進外貿新動能產業貿易便利,New trade drivers,外貿新動能,Drivers
"""


@pytest.mark.parametrize("encoding", ["big5", "utf-16-le", "utf-16-be"])
def test_other_encodings_are_refused_by_name(small: Path, encoding: str):
    (small / "themes.csv").write_bytes(TRADITIONAL_THEMES.encode(encoding))
    problems = refused(small)
    of_file = problems[problems["file"].eq("themes.csv")]
    assert len(of_file) == 1
    assert "编码" in of_file["rule"].item()


def test_a_missing_column_of_a_gb18030_file_is_told_by_name(small: Path):
    change(small, "themes", lambda lines: [line.pop() for line in lines])
    path = small / "themes.csv"
    path.write_bytes(path.read_text("utf-8").encode("gb18030"))
    assert told(refused(small)) == [("themes.csv", 1, "short_en", "")]


def test_ragged_rows_are_told_by_number(small: Path):
    change(small, "units", lambda lines: (lines[2].pop(), lines[1].append("")))
    problems = refused(small)
    assert list(problems["file"]) == ["units.csv"]
    assert "2、3" in problems["rule"].item()


def test_a_quote_left_open_is_told(small: Path):
    path = small / "progress.csv"
    # So long a cell that the reader of CSV gives up on it.
    path.write_text(path.read_text("utf-8").replace("P2,", 'P2,"', 1) + "x" * 200_000, "utf-8")
    assert list(refused(small)["file"]) == ["progress.csv"]


def test_blank_lines_are_skipped_and_counted(folder: Path, tianjin: Plan):
    def add_blanks(lines: list[list[str]]) -> None:
        lines.insert(1, [])
        lines.insert(3, [""] * len(lines[0]))
        lines.append([])

    change(folder, "progress", add_blanks)
    assert_same_data(open_plan(folder), tianjin)
    change(folder, "progress", put("progress", 5, "status", "完成"))
    assert told(refused(folder)) == [("progress.csv", 5, "status", "完成")]


def test_an_empty_record_opens(folder: Path, tianjin: Plan):
    change(folder, "progress", lambda lines: lines.__delitem__(slice(1, None)))
    progress = open_plan(folder).progress
    assert progress.empty
    assert pd.api.types.is_datetime64_dtype(progress["as_of"])
    assert list(progress.columns) == list(tianjin.progress.columns)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_a_file_without_content_has_no_columns(small: Path, content: bytes):
    (small / "themes.csv").write_bytes(content)
    assert [problem[2] for problem in told(refused(small))] == list(schema.REQUIRED_COLUMNS["themes"])


@pytest.mark.parametrize(
    ("line", "instead", "key"),
    [
        ('lead_rule = "none"', 'lead_rule = "first"', "lead_rule"),
        ("issued = 2024-05-31", 'issued = "2024-05-31"', "issued"),
        ("issued = 2024-05-31", "issued = 12:00:00", "issued"),
        ('progress_provenance = "synthetic"', "", "progress_provenance"),
        ("due_day = 5", "due_day = 31", "reporting"),
        ("due_day = 5", "due_day = true", "reporting"),
        ('first_period = "2024-06"', 'first_period = "June"', "reporting"),
        ('first_period = "2024-06"', 'first_period = ""', "reporting"),
        ('first_period = "2024-06"', "first_period = [2024]", "reporting"),
        ('timezone = "Asia/Shanghai"', 'timezone = ""', "reporting"),
        ('zh = ["市商务局", "天津海关"]', "", "issuers"),
    ],
)
def test_a_bad_head_is_told_by_its_key(small: Path, line: str, instead: str, key: str):
    path = small / "plan.toml"
    text = path.read_text("utf-8")
    assert text.count(line) == 1
    path.write_text(text.replace(line, instead), "utf-8")
    problems = refused(small)
    assert list(problems[["file", "column"]].itertuples(index=False, name=None)) == [("plan.toml", key)]


def test_a_head_that_is_not_toml_is_told(small: Path):
    (small / "plan.toml").write_text("id = tianjin", "utf-8")
    assert list(refused(small)["file"]) == ["plan.toml"]


# What statements may follow one another. A small plan, so that every row is plain to see.

SMALL_PLAN = {
    "themes": [("T1", "通关", "Clearance", "通关", "Clearance")],
    "measures": [
        ("M1", "T1", "1", "减时", "Time", "减时。五日内办结。", "one_off", "办结", "", ""),
        ("M2", "T1", "2", "宣传", "Publicity", "宣传。常讲。", "ongoing", "常讲", "", ""),
    ],
    "units": [
        ("customs", "海关", "海关", "Customs", "Customs", "central_agency", "false", ""),
        ("commerce", "商务局", "商务", "Commerce", "Commerce", "municipal_department", "false", ""),
    ],
    "responsibilities": [
        ("M1", "1", "customs", "1", "joint", ""),
        ("M1", "1", "commerce", "2", "joint", ""),
        ("M2", "1", "customs", "1", "sole", ""),
    ],
    "commitments": [("M1", "at_most", "5", "", "日", "", "五日内办结")],
}

Words = dict[str, str]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    shutil.copy(EMBEDDED / "plan.toml", tmp_path)
    for table, rows in SMALL_PLAN.items():
        write(tmp_path, table, rows)
    record(tmp_path, say("not_started"), say("in_progress", "40"))
    return tmp_path


def write(folder: Path, table: str, rows: Iterable[Iterable[str]]) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([schema.REQUIRED_COLUMNS[table], *rows])


def say(state: str, percent: str = "", **more: str) -> Words:
    return {"measure_id": "M1", "unit_id": "customs", "status": state, "percent": percent, **more}


def record(folder: Path, *said: Words) -> None:
    """Write a record: one statement a month, P1, P2, … unless they say otherwise."""
    rows = []
    for place, words in enumerate(said, start=1):
        day = f"{pd.Timestamp('2024-05-31') + pd.offsets.MonthEnd(place):%Y-%m-%d}"
        dated = {"log_id": f"P{place}", "as_of": day, "reported_at": day, **words}
        rows.append([dated.get(column, "") for column in schema.REQUIRED_COLUMNS["progress"]])
    write(folder, "progress", rows)


def check(folder: Path, *said: Words) -> pd.DataFrame:
    """The problems of a record (`record`)."""
    record(folder, *said)
    return check_plan(folder)


WHOLE_LIFE = [
    say("not_started", "0"),
    say("in_progress", "40"),
    say("stalled", "40", problems="缺经费"),
    say("in_progress"),
    say("done_reported", "100"),
    say("in_progress", "60", problems="核验退回"),
    say("done_reported"),
    say("closed", "100"),
]


def test_a_whole_life_is_lawful(small: Path):
    problems = check(small, *WHOLE_LIFE)
    assert told(problems) == []
    # 100, then 60 when it was returned.
    assert list(problems[["row", "column", "severity"]].itertuples(index=False, name=None)) == [
        (7, "percent", "warning")
    ]


def test_every_transition(small: Path):
    """Each pair of states on a measure of its own, of the kind that can have both."""
    measures, named, said, expected = [], [], [], []
    pairs = [(then, now) for then in schema.DELIVERY for now in schema.DELIVERY]
    for place, (then, now) in enumerate(pairs):
        kind = "ongoing" if "ongoing" in (then, now) else "one_off"
        if kind == "ongoing" and {then, now} & {"done_reported", "closed"}:
            continue
        measure, row = f"M{place}", len(said) + 3
        measures.append((measure, "T1", str(place), "减时", "Time", "减时。五日内办结。", kind, "", "", ""))
        named.append((measure, "1", "customs", "1", "sole", ""))
        for state in (then, now):
            more = {"measure_id": measure, "problems": "复核发现问题"}
            said.append(say(state, "100" if state == "closed" else "", **more))
        if then != now and now not in schema.TRANSITIONS[then]:
            expected.append(("progress.csv", row, "status", now))
    write(small, "measures", measures)
    write(small, "responsibilities", named)
    write(small, "commitments", [])
    assert told(check(small, *said)) == expected


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ("not_started", "done_reported"),
        ("not_started", "closed"),
        ("in_progress", "not_started"),
        ("in_progress", "closed"),
        ("stalled", "closed"),
        ("done_reported", "not_started"),
        ("closed", "not_started"),
        ("withdrawn", "in_progress"),
    ],
)
def test_steps_that_skip_or_undo_are_refused(then: str, now: str):
    assert now not in schema.TRANSITIONS[then]


def test_the_first_word_may_be_any_and_units_do_not_follow_each_other(small: Path):
    assert told(check(small, say("closed", "100"), say("not_started", unit_id="commerce"))) == []


def test_reopening_needs_a_reason(small: Path):
    closed = say("closed", "100")
    assert told(check(small, closed, say("in_progress"))) == [("progress.csv", 3, "problems", "")]
    assert told(check(small, closed, say("in_progress", problems="复核发现问题"))) == []


def test_order_in_the_file_is_not_order_in_time(small: Path):
    later = say("not_started", as_of="2024-09-30", reported_at="2024-09-30")
    assert told(check(small, later, say("in_progress"))) == [("progress.csv", 2, "status", "not_started")]


def test_a_falling_percentage_is_only_a_warning(small: Path):
    problems = check(small, say("in_progress", "50"), say("in_progress", "40"))
    assert list(problems[["row", "column", "value", "severity"]].itertuples(index=False, name=None)) == [
        (3, "percent", "40", "warning")
    ]


@pytest.mark.parametrize(
    ("state", "percent", "lawful"),
    [
        ("not_started", "0", True),
        ("not_started", "1", False),
        ("in_progress", "1", True),
        ("in_progress", "99", True),
        ("in_progress", "0", False),
        ("in_progress", "100", False),
        ("stalled", "99.5", True),
        ("stalled", "100", False),
        ("closed", "100", True),
        ("closed", "99", False),
        ("closed", "", False),
    ],
)
def test_percentages_fit_their_states(small: Path, state: str, percent: str, lawful: bool):
    assert told(check(small, say(state, percent))) == ([] if lawful else [("progress.csv", 2, "percent", percent)])


@pytest.mark.parametrize(
    ("measure", "state"), [("M1", "ongoing"), ("M2", "done_reported"), ("M2", "closed")], ids="-".join
)
def test_states_fit_the_kind_of_their_measure(small: Path, measure: str, state: str):
    said = say(state, "100" if state == "closed" else "", measure_id=measure)
    assert told(check(small, said)) == [("progress.csv", 2, "status", state)]


def test_a_unit_reports_only_on_its_own_measures(small: Path):
    said = say("in_progress", measure_id="M2", unit_id="commerce")
    assert told(check(small, said)) == [("progress.csv", 2, "unit_id", "commerce")]


def test_a_report_before_its_own_day_is_a_warning(small: Path):
    problems = check(small, say("in_progress", as_of="2024-06-30", reported_at="2024-06-28"))
    assert list(problems["severity"]) == ["warning"]


@pytest.mark.parametrize(
    ("said", "row", "value"),
    [
        ([say("in_progress", supersedes="P9")], 2, "P9"),
        ([say("in_progress", supersedes="P1")], 2, "P1"),
        ([say("in_progress"), say("in_progress", unit_id="commerce", supersedes="P1")], 3, "P1"),
        ([say("in_progress"), say("in_progress", measure_id="M2", supersedes="P1")], 3, "P1"),
        # What has not arrived cannot be corrected yet.
        ([say("in_progress", supersedes="P2"), say("in_progress")], 2, "P2"),
    ],
    ids=["nowhere", "itself", "another unit's", "another measure's", "a later one"],
)
def test_a_correction_is_of_an_earlier_word_of_the_same_unit(small: Path, said: list[Words], row: int, value: str):
    assert told(check(small, *said)) == [("progress.csv", row, "supersedes", value)]


def test_two_words_cannot_correct_each_other(small: Path):
    day = {"as_of": "2024-06-30", "reported_at": "2024-07-01"}
    problems = check(small, say("in_progress", supersedes="P2", **day), say("stalled", supersedes="P1", **day))
    assert {problem[1:3] for problem in told(problems)} == {(2, "supersedes"), (3, "supersedes")}


def test_a_corrected_word_is_no_step(small: Path):
    said = [
        say("not_started"),
        say("closed", "100"),
        say("in_progress", supersedes="P2"),
        say("stalled", problems="停"),
    ]
    assert told(check(small, *said)) == []


def test_a_correction_of_a_bad_row_is_not_told_for_it(small: Path):
    said = [say("in_progress", "140"), say("in_progress", "40", supersedes="P1")]
    assert told(check(small, *said)) == [("progress.csv", 2, "percent", "140")]


def test_a_wrong_correction_does_not_hide_a_step(small: Path):
    said = [
        say("not_started"),
        say("in_progress"),
        say("done_reported"),
        say("in_progress", unit_id="commerce", supersedes="P2"),
    ]
    assert told(check(small, *said)) == [("progress.csv", 5, "supersedes", "P2")]


def test_a_unit_twice_on_a_measure_is_told(small: Path):
    rows = SMALL_PLAN["responsibilities"]
    write(small, "responsibilities", [*rows, ("M1", "2", "customs", "1", "joint", "")])
    assert told(check(small, say("in_progress"))) == [("responsibilities.csv", 5, "unit_id", "customs")]


def test_a_measure_without_units_is_a_warning(small: Path):
    write(small, "responsibilities", SMALL_PLAN["responsibilities"][:2])
    problems = check(small, say("in_progress"))
    assert list(problems[["file", "row", "severity"]].itertuples(index=False, name=None)) == [
        ("measures.csv", 3, "warning")
    ]


def test_a_plan_in_which_nobody_is_named_is_refused(small: Path):
    write(small, "responsibilities", [])
    problems = check(small)
    assert list(problems[["file", "severity"]].itertuples(index=False, name=None)) == [
        ("responsibilities.csv", "error")
    ]


def test_problems_survive_a_worker_process(small: Path):
    import pickle

    error = DataError(check(small, say("in_progress", "140")))
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert_frame_equal(again.problems, error.problems)


def test_the_message_counts_what_it_lists(small: Path):
    said = [say("in_progress", "50"), say("in_progress", "40"), say("closed", "99", unit_id="commerce")]
    problems = check(small, *said)
    assert list(problems["severity"]) == ["error", "warning"]
    first, *lines = str(DataError(problems)).splitlines()
    assert "1 处" in first
    assert len(lines) == 1
