"""What a report is asked for: every fault told at once, the same from a command and from a notebook's own cells."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.catalogue import languages
from analysis.parameters import ParameterError, Parameters
from analysis.plan import known_by

days = st.dates(date(2024, 5, 25), date(2024, 12, 31))

RIGHT = {"plan_id": "tianjin-2024", "as_of": "2024-12-31"}
CELL = """plan_id: str = "tianjin-2024"  # a plan's id
as_of: str = "2024-12-31"
known_at: str = ""
compare_to: str = ""
lang: str = "zh"
unit: str = ""
theme: str = ""
"""
OPENING = "from analysis.parameters import Parameters\nasked = Parameters.of_notebook(globals())"


def faults(**values: Any) -> list[str]:
    """What is told of parameters that are right but for these; None leaves one out."""
    with pytest.raises(ParameterError) as refused:
        Parameters.of({name: value for name, value in {**RIGHT, **values}.items() if value is not None})
    return str(refused.value).splitlines()


def test_what_is_left_out_is_blank_and_what_is_given_is_kept():
    asked = Parameters.of({**RIGHT, "unit": " 天津海关 "})
    assert asked.model_dump() == {
        "plan_id": "tianjin-2024",
        "as_of": "2024-12-31",
        "known_at": "",
        "compare_to": "",
        "lang": "zh",
        "unit": "天津海关",
        "theme": "",
    }
    whole = {"known_at": "2025-01-31", "compare_to": "2024-11-30", "lang": "en", "theme": "T1"}
    assert Parameters.of({**RIGHT, **whole}).model_dump() == {**RIGHT, "unit": "", **whole}


def test_parameters_are_a_value():
    asked = Parameters.of(RIGHT)
    assert asked == Parameters.of(dict(RIGHT))
    assert hash(asked) == hash(Parameters.of(RIGHT))
    with pytest.raises(ValueError, match="frozen"):
        asked.as_of = "2025-01-01"  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"plan_id": None}, "plan_id：缺少这个参数"),
        ({"plan_id": ""}, "plan_id，值“”：不能为空"),
        ({"plan_id": " "}, "plan_id，值“ ”：不能为空"),
        ({"as_of": None}, "as_of：缺少这个参数"),
        ({"as_of": ""}, "as_of，值“”：不能为空"),
        ({"as_of": 20241231}, "as_of，值“20241231”：应为文字，要加引号"),
        ({"as_of": date(2024, 12, 31)}, "as_of，值“2024-12-31”：应为文字，要加引号"),
        ({"theme": 1}, "theme，值“1”：应为文字，要加引号"),
        ({"unit": True}, "unit，值“True”：应为文字，要加引号"),
        ({"unit": b"x"}, "unit，值“b'x'”：应为文字，要加引号"),
        ({"as_of": "2024-02-30"}, "as_of，值“2024-02-30”：应为真实存在的日期，写作 2024-12-31"),
        ({"as_of": "20241231"}, "as_of，值“20241231”：应为真实存在的日期，写作 2024-12-31"),
        ({"as_of": "2024-12-31T00:00"}, "as_of，值“2024-12-31T00:00”：应为真实存在的日期，写作 2024-12-31"),
        ({"as_of": "２０２４-12-31"}, "as_of，值“２０２４-12-31”：应为真实存在的日期，写作 2024-12-31"),
        ({"known_at": "today"}, "known_at，值“today”：应为真实存在的日期，写作 2024-12-31"),
        ({"compare_to": "2024-W40-1"}, "compare_to，值“2024-W40-1”：应为真实存在的日期，写作 2024-12-31"),
        ({"known_at": "2024-12-30"}, "known_at，值“2024-12-30”：不能早于 as_of（2024-12-31）：那一天还不知道这些情况"),
        ({"compare_to": "2025-01-01"}, "compare_to，值“2025-01-01”：不能晚于 as_of（2024-12-31）：应为更早的一天"),
        ({"lang": "de"}, f"lang，值“de”：应为 {'、'.join(languages())} 之一"),
        ({"lang": ""}, f"lang，值“”：应为 {'、'.join(languages())} 之一"),
        ({"untit": "天津海关"}, "untit，值“天津海关”：没有这个参数"),
    ],
)
def test_a_fault_is_told_by_name_value_and_what_would_be_right(values: dict[str, Any], fault: str):
    assert faults(**values) == [fault]


def test_every_fault_is_told_at_once():
    told = faults(plan_id=None, known_at="2024-01-01", compare_to="2025-06-30", lang="de", unit=3, untit="x")
    assert [line.partition("，")[0].partition("：")[0] for line in told] == [
        *("plan_id", "known_at", "compare_to", "lang", "unit", "untit")
    ]
    # Of a day that is none, nothing is said of those that would come before or after it.
    assert [line.partition("，")[0] for line in faults(as_of="x", known_at="2024-01-01")] == ["as_of"]


@given(days, days)
def test_k_is_refused_as_the_plan_refuses_it(as_of: date, known_at: date):
    try:
        known_by(str(as_of), str(known_at), calendar=None)
        is_right = True
    except ValueError:
        is_right = False
    assert is_right == (known_at >= as_of)
    try:
        Parameters.of({"plan_id": "x", "as_of": str(as_of), "known_at": str(known_at)})
    except ParameterError:
        assert not is_right
    else:
        assert is_right


@given(days)
def test_a_day_may_be_compared_with_itself_and_known_on_itself(day: date):
    asked = Parameters.of({"plan_id": "x", "as_of": str(day), "known_at": str(day), "compare_to": str(day)})
    assert asked.compare_to == asked.known_at == str(day)


# In a notebook.


class Notebook:
    """The namespace of a notebook whose cells have run, with their sources in ``In`` as IPython keeps them."""

    def __init__(self, *cells: str) -> None:
        self.namespace: dict[str, Any] = {"In": [""], "Out": {}, "exit": None}
        self.run(*cells)

    def run(self, *cells: str) -> Any:
        """Run cells; what the last of them left as ``asked``."""
        for source in cells:
            self.namespace["In"].append(source)
            if not source.startswith(("%", "!")):
                exec(source, self.namespace)
        return self.namespace.get("asked")


def test_a_notebook_gives_what_its_parameters_cell_says():
    assert Notebook(CELL).run(OPENING) == Parameters.of(RIGHT)


def test_what_papermill_puts_in_counts():
    asked = Notebook(CELL, '# Parameters\nas_of = "2025-03-31"\nunit = "天津海关"\n').run(OPENING)
    assert asked == Parameters.of({**RIGHT, "as_of": "2025-03-31", "unit": "天津海关"})


@pytest.mark.parametrize(
    "cells",
    [
        [CELL.replace("unit:", "untit:")],
        [CELL, '# Parameters\nuntit = "x"\n'],
        [CELL, '# Parameters\nplan_id = "tianjin-2024"\nuntit = "x"\n'],
    ],
    ids=["its own cell", "papermill's cell", "papermill's whole cell"],
)
def test_a_mistyped_name_is_refused_wherever_it_stands(cells: list[str]):
    with pytest.raises(ParameterError, match=r"untit，值“.*”：没有这个参数"):
        Notebook(*cells).run(OPENING)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("known_at = 20250131", "known_at"),
        ('as_of = "2024-02-30"', "as_of"),
        ('lang = "fr"', "lang"),
        ("theme = None", "theme"),
    ],
)
def test_a_notebook_is_refused_what_the_command_is_refused(line: str, name: str):
    for cells in ([f"{CELL}{line}\n"], [CELL, f"# Parameters\n{line}\n"]):
        with pytest.raises(ParameterError, match=f"^{name}，"):
            Notebook(*cells).run(OPENING)


def test_a_required_name_that_is_mistyped_is_missing():
    with pytest.raises(ParameterError) as refused:
        Notebook(CELL.replace("plan_id:", "plan:")).run(OPENING)
    assert str(refused.value) == "plan_id：缺少这个参数"


def test_names_that_other_cells_assign_are_none_of_its_business():
    book = Notebook(
        "import pandas as pd\nfolder = 3",
        "%matplotlib inline",
        CELL,
        OPENING,
        "for place in range(3): total = place\nsmall, large = 1, 2\nCELL: int",
        'theme = "T1"\nchart = object()\nbox = [0]\nbox[0] = 1',
    )
    assert book.run(OPENING) == Parameters.of({**RIGHT, "theme": "T1"})


def test_a_cell_that_was_mended_and_run_again_is_what_counts():
    book = Notebook(CELL.replace("unit:", "untit:"))
    with pytest.raises(ParameterError, match="untit"):
        book.run(OPENING)
    assert book.run(CELL.replace('"zh"', '"en"'), OPENING) == Parameters.of({**RIGHT, "lang": "en"})


def test_outside_of_a_notebook_the_names_are_enough():
    assert Parameters.of_notebook({**RIGHT, "something": 1}) == Parameters.of(RIGHT)
