"""Figures: what was drawn is what the frame counts, and drawing leaves no trace."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import matplotlib as mpl
import nbformat
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgba
from matplotlib.text import Text
from nbclient import NotebookClient

from analysis import charts, coverage, trend, workload
from analysis.charts import colour
from analysis.look.style import MOST_ROWS
from analysis.charts.trend import spread
from analysis.exhibits.drawing import to_svg
from analysis.faces import face_file
from analysis.language import Caption, Language
from analysis.schema import BUCKETS, FEEDBACK, NO_FEEDBACK, UNIT_KINDS

if TYPE_CHECKING:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    from analysis.plan import Plan

DAY = pd.Timestamp("2025-03-31")
SPACES = ("unit_id", "theme_id", "measure_id", "state", "feedback", "kind", "column", "drawing")
WORDS = ("nothing", "count_of", "scope_line", "reported_line", "closed_line", "even_load", "share_of_units")
WORDS += ("share_of_load", "days_since_notice", "p50", "p85")
COLUMNS = ("named_in", "open", "sole", "still_open", "scope", "reported")
IDS = ("T1", "T2", "T5", "tj-customs", "port-group", "a", "2024-11", "2024-12")


def label(space: str, key: str) -> str:
    """The label of a key, of which no two are the same: each name space names every key there is."""
    return f"{space}·{key}"


KEYS = (*IDS, *BUCKETS, *FEEDBACK, *UNIT_KINDS, *COLUMNS, *WORDS)
LABELS = {space: {key: label(space, key) for key in KEYS} for space in SPACES}
LABELS["drawing"]["rows_left_out"] = "另有 {n} 行"

Drawer = Callable[..., Any]


def states_frame(**rows: dict[str, int]) -> pd.DataFrame:
    counts = pd.DataFrame.from_dict(rows, orient="index").reindex(columns=list(BUCKETS)).fillna(0).astype("int64")
    return counts.rename_axis("theme_id").reset_index()


COUNTS = states_frame(
    T2={"closed": 3, "in_progress": 2, NO_FEEDBACK: 1},
    T1={"closed": 1, "stalled": 4},
    T5={"ongoing": 2},
)
PERIOD_ENDS = pd.date_range("2024-11-30", periods=3, freq="ME")
BY_PERIOD = states_frame(
    a={NO_FEEDBACK: 5}, b={"in_progress": 3, NO_FEEDBACK: 2}, c={"closed": 4, "in_progress": 1}
).drop(columns="theme_id")
BY_PERIOD.insert(0, "period_end", PERIOD_ENDS)
BURN_UP = pd.DataFrame({"period_end": PERIOD_ENDS, "scope": [6, 6, 5], "closed": [0, 2, 3], "reported": [1, 2, 4]})
BY_THEME = pd.concat(
    [BURN_UP.assign(theme_id="T2"), BURN_UP.assign(theme_id="T1", closed=[0, 0, 1])], ignore_index=True
)
UNITS = ["tj-customs", "port-group", "finance"]
LOADS = pd.DataFrame({"unit_id": UNITS, "named_in": [9, 4, 1], "open": [5, 4, 0], "sole": [2, 0, 1]})
REPORTS = pd.DataFrame({"unit_id": UNITS, "on_time": [6, 2, 0], "late": [1, 0, 0], "missing": [0, 3, 1]}).assign(
    stale=9
)
MATRIX = pd.DataFrame({"unit_id": UNITS[:2], "T1": [7, 1], "T2": [0, 3], "T5": [2, 0]}).rename_axis(columns="theme_id")
SQUARE = pd.DataFrame({"unit_id": UNITS[:2], "tj-customs": [7, 2], "port-group": [2, 3]})
PARTS = pd.DataFrame(
    {
        "theme_id": ["T2", "T2", "T1", "T1"],
        "period_end": [*PERIOD_ENDS[:2]] * 2,
        "current_feedback": [0, 7, 2, 5],
        "measures": [7, 7, 5, 5],
    }
)
CURVE = workload.lorenz(pd.Series([1, 2, 5]))
SURVIVAL = trend.kaplan_meier(pd.Series([2, 3, 4, 4, 5]), pd.Series([True, False, True, True, False]))
FORECAST = pd.DataFrame(
    {
        "period_end": pd.date_range("2024-11-30", periods=5, freq="ME"),
        "scope": 9,
        "closed": [1, 3, None, None, None],
        "p50": [None, None, 5, 7, 9],
        "p85": [None, None, 4, 5, 7],
    }
)
FIGURES: dict[str, tuple[Drawer, pd.DataFrame]] = {
    "states": (charts.draw_states, COUNTS),
    "feedback": (charts.draw_feedback, REPORTS),
    "dots": (charts.draw_dots, LOADS),
    "matrix": (charts.draw_matrix, MATRIX),
    "parts": (charts.draw_parts, PARTS),
    "lorenz": (charts.draw_lorenz, CURVE),
    "flow": (charts.draw_cumulative_flow, BY_PERIOD),
    "burn_up": (charts.draw_burn_up, BURN_UP),
    "burn_up_by_theme": (charts.draw_burn_up_by_theme, BY_THEME),
    "survival": (charts.draw_survival, SURVIVAL),
    "forecast": (charts.draw_forecast, FORECAST),
}

figures = pytest.mark.parametrize(("draw", "frame"), list(FIGURES.values()), ids=list(FIGURES))
widths = pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])


def first(drawn: Axes | list[Axes]) -> Axes:
    return drawn[0] if isinstance(drawn, list) else drawn


def texts_of(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts if text.get_text()]


def row_names(axes: Axes, *, narrow: bool) -> list[str]:
    """Names of the rows, top first: tick labels beside them, or texts above them."""
    if not narrow:
        return [tick.get_text().replace("\n", "") for tick in axes.get_yticklabels()]
    assert not axes.get_yticklabels()
    names = [text for text in axes.texts if text.get_position()[0] == 0 and not text.get_text().isdigit()]
    return [text.get_text() for text in sorted(names, key=lambda text: text.get_position()[1])]


def legend_of(axes: Axes) -> list[str]:
    figure = axes.get_figure(root=True)
    assert figure is not None
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def curves(axes: Axes, role: str) -> list[Line2D]:
    """The lines and rows of marks in the colour of a role."""
    return [line for line in axes.lines if to_hex(line.get_color()) == colour(role)]


def row_of(bar: Rectangle) -> int:
    """The row, from the top, that a lying bar stands on."""
    return round(bar.get_y() + bar.get_height() / 2)


# Every figure.


def test_every_figure_is_tested_here():
    assert {draw.__name__ for draw, _ in FIGURES.values()} == {n for n in charts.__all__ if n.startswith("draw_")}


@pytest.mark.thorough
@figures
@widths
def test_drawing_leaves_settings_and_frame_as_they_were(draw: Drawer, frame: pd.DataFrame, *, narrow: bool):
    settings, before = dict(mpl.rcParams), frame.copy(deep=True)
    axes = draw(frame, labels=LABELS, narrow=narrow)
    assert dict(mpl.rcParams) == settings
    pd.testing.assert_frame_equal(frame, before)
    assert all(isinstance(one, Axes) for one in (axes if isinstance(axes, list) else [axes]))
    assert len(pyplot.get_fignums()) == 1


@figures
def test_nothing_to_draw_is_said_in_words(draw: Drawer, frame: pd.DataFrame):
    axes = first(draw(frame.head(0), labels=LABELS))
    assert texts_of(axes) == [label("drawing", "nothing")]
    assert not axes.axison
    assert not [*axes.patches, *axes.lines, *axes.collections, *axes.images]
    assert legend_of(axes) == []


@pytest.mark.parametrize(
    ("draw", "frame"),
    [
        (charts.draw_states, COUNTS.assign(**dict.fromkeys(BUCKETS, 0))),
        (charts.draw_matrix, MATRIX.assign(T1=0, T2=0, T5=0)),
        (charts.draw_cumulative_flow, BY_PERIOD.assign(**dict.fromkeys(BUCKETS, 0))),
        (charts.draw_burn_up, BURN_UP.assign(scope=0, closed=0, reported=0)),
        (charts.draw_burn_up_by_theme, BY_THEME.assign(scope=0, closed=0, reported=0)),
    ],
    ids=["states", "matrix", "flow", "burn_up", "burn_up_by_theme"],
)
def test_nothing_but_zeros_is_said_in_words(draw: Drawer, frame: pd.DataFrame):
    axes = first(draw(frame, labels=LABELS))
    assert texts_of(axes) == [label("drawing", "nothing")]
    assert not axes.axison


# Small multiples make their own axes.
@pytest.mark.parametrize("name", sorted(FIGURES.keys() - {"burn_up_by_theme"}))
def test_a_figure_is_drawn_where_it_is_asked_to_be(name: str):
    draw, frame = FIGURES[name]
    given_axes = pyplot.figure(layout="constrained").subplots()
    assert draw(frame, labels=LABELS, ax=given_axes) is given_axes
    assert len(pyplot.get_fignums()) == 1


@figures
def test_without_labels_ids_stand_for_themselves(draw: Drawer, frame: pd.DataFrame):
    axes = first(draw(frame))
    figure = axes.get_figure(root=True)
    assert figure is not None
    said = {text.get_text().replace("\n", "") for text in figure.findobj(Text)}
    named = {"T1", "T2", "tj-customs"} & {str(value) for value in frame.to_numpy().ravel()}
    assert named <= said


def test_without_labels_nothing_and_rows_left_out_are_signs():
    assert texts_of(charts.draw_states(COUNTS.head(0))) == ["–"]
    many = pd.DataFrame({"unit_id": [f"unit-{n}" for n in range(MOST_ROWS + 7)], "shared": 1})
    assert "+ 7" in texts_of(charts.draw_dots(many))
    assert texts_of(charts.draw_burn_up(BURN_UP)) == ["5 scope", "4 reported", "3 closed"]


@pytest.mark.thorough
@figures
def test_drawing_twice_gives_the_same_bytes(draw: Drawer, frame: pd.DataFrame):
    caption = Caption(key="same", finding="", alt="图", source="", labels=LABELS)
    once, again = (to_svg(draw, frame, caption) for _ in range(2))
    assert once == again
    assert once[0] != once[1]
    assert not pyplot.get_fignums()


def real_figures(plan: Plan) -> list[tuple[Drawer, pd.DataFrame]]:
    """Every figure with the frames of the embedded plan and the longest names it has."""
    now = plan.at(DAY)
    loads, times = workload.by_unit(now), trend.durations(now)
    progressed = trend.burn_up(now)
    return [
        (charts.draw_states, workload.states_by_unit(now)),
        (charts.draw_states, coverage.states_by_theme(now)),
        (charts.draw_feedback, workload.feedback_by_unit(now)),
        (charts.draw_feedback, workload.feedback_by_measure(now, unit="tj-customs")),
        (charts.draw_dots, loads[["unit_id", "named_in", "share", "sole"]].round(1)),
        (charts.draw_matrix, coverage.unit_by_theme(now)),
        (charts.draw_matrix, workload.co_responsibility(now)),
        (charts.draw_parts, coverage.feedback_by_period(now)),
        (charts.draw_lorenz, workload.lorenz(loads["share"])),
        (charts.draw_cumulative_flow, trend.by_period(now)),
        (charts.draw_burn_up, progressed),
        (charts.draw_burn_up_by_theme, trend.burn_up_by_theme(now)),
        (charts.draw_survival, trend.kaplan_meier(times["days"], times["closed"])),
        (charts.draw_forecast, trend.with_past(trend.forecast(progressed), progressed)),
    ]


@pytest.mark.filterwarnings("error::UserWarning")
def test_every_name_has_its_glyphs(tianjin: Plan):
    names = [name for space in Language("zh", tianjin).labels.values() for name in space.values()]
    with charts.style():
        axes = pyplot.figure(layout="none").subplots()
        axes.text(0, 0, "\n".join(names))
    figure = axes.get_figure(root=True)
    assert figure is not None
    # Outside of the style's context, as a notebook does.
    figure.draw_without_rendering()


@pytest.mark.thorough
@widths
@pytest.mark.filterwarnings("error::UserWarning")
def test_everything_finds_room(tianjin: Plan, *, narrow: bool):
    labels = Language("zh", tianjin).labels
    for draw, frame in real_figures(tianjin):
        figure = first(draw(frame, labels=labels, narrow=narrow)).get_figure(root=True)
        assert figure is not None
        figure.draw_without_rendering()
        pyplot.close(figure)


# Names and keys.


def test_a_unit_with_the_id_of_a_state_renames_no_state():
    counts = pd.DataFrame({"unit_id": ["closed"], "closed": [2], "stalled": [1]})
    axes = charts.draw_states(counts, labels={"unit_id": {"closed": "甲局"}, "state": {"closed": "已办结"}})
    assert row_names(axes, narrow=False) == ["甲局"]
    assert legend_of(axes) == ["已办结", "stalled"]


@pytest.mark.parametrize("name", ["states", "feedback", "dots", "matrix"])
def test_a_key_in_the_index_is_refused(name: str):
    draw, frame = FIGURES[name]
    key = frame.columns[0]
    with pytest.raises(ValueError, match=rf"索引 {key} 里.*reset_index"):
        draw(frame.set_index(key), labels=LABELS)
    assert not pyplot.get_fignums()


# A chart of one's own.


@pytest.mark.filterwarnings("error::UserWarning")
def test_a_chart_of_ones_own_takes_the_look():
    settings = dict(mpl.rcParams)
    with charts.style():
        axes = LOADS.assign(unit_id=["海关", "港口", "财政"]).plot.barh(x="unit_id", color=charts.PALETTE["accent"][0])
    assert dict(mpl.rcParams) == settings
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    assert {text.get_fontfamily()[0] for text in figure.findobj(Text)} == {"Noto Sans SC"}
    assert to_hex(axes.patches[0].get_facecolor()) == colour("accent")
    assert not axes.spines["top"].get_visible()
    legend = axes.get_legend()
    assert legend is not None
    assert {to_hex(text.get_color()) for text in legend.get_texts()} == {colour("ink")}


SOURCE = "来源：市商务局、天津海关2024年5月31日通知；截至2025年3月31日的进展记录为合成示例，并非真实。"


@pytest.mark.thorough
@pytest.mark.parametrize(("source", "fewest"), [(SOURCE, 2), ("Source: a notice. " * 9, 3), ("", 0)])
def test_what_a_figure_rests_on_stands_beneath_it(source: str, fewest: int):
    """Within its edges; the figure above is as it would be without."""
    names = ("wide", "narrow")
    with_foot, without = (
        [
            ElementTree.fromstring(svg)
            for svg in to_svg(charts.draw_states, COUNTS, Caption("k", "", "图", text, LABELS))
        ]
        for text in (source, "")
    )
    counts = {}
    for name, footed, bare in zip(names, with_foot, without, strict=True):
        *_, width, height = map(float, footed.attrib["viewBox"].split())
        old = float(bare.attrib["viewBox"].split()[3])
        foot = list(footed)[len(bare) :]
        assert [ElementTree.tostring(part) for part in list(footed)[: len(bare)]] == list(
            map(ElementTree.tostring, bare)
        )
        assert "".join(str(line.text) for line in foot).replace(" ", "") == source.replace(" ", "")
        assert footed.attrib["height"] == f"{height:g}pt"
        for line in foot:
            assert old < float(line.attrib["y"]) < height
            assert sum(8 if char > "\u2e80" else 4 for char in str(line.text)) <= width
            assert str(line.text)[0] not in "、；，。"
        counts[name] = len(foot)
    assert counts["narrow"] >= fewest
    assert counts["wide"] <= max(counts["narrow"] - 1, 0) if fewest else counts["wide"] == 0


def test_the_face_is_there_without_the_effects_of_its_package():
    charts.draw_states(COUNTS)
    assert face_file().is_file()
    assert "zhplot" not in sys.modules


CELLS = (
    """
import matplotlib as mpl, pandas as pd
from analysis import charts
settings = mpl.rcParams.copy()
counts = pd.DataFrame({"unit_id": ["海关"], "closed": [3], "no_feedback": [1]})
charts.draw_states(counts)
""",
    "import matplotlib.pyplot as plt; plt.plot([1, 2])",
    "with charts.style(): counts.plot.barh(x='unit_id')",
    "{key for key in settings if settings[key] != mpl.rcParams[key]}, Out[1].xaxis.label.get_fontfamily()[0]",
)


@pytest.mark.notebook
def test_each_cell_of_a_notebook_shows_its_own_chart_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    NotebookClient(notebook).execute()
    outputs = [cell.outputs for cell in notebook.cells]
    assert not [output for cell in outputs for output in cell if output.output_type in ("stream", "error")]
    pictures = [[output for output in cell if "image/png" in output.get("data", {})] for cell in outputs]
    assert [len(shown) for shown in pictures] == [1, 1, 1, 0]
    # In a dark notebook, our dark letters stand on a light ground.
    assert [shown[0].metadata.get("needs_background") for shown in pictures[:3]] == ["light", None, "light"]
    # What the backend of a notebook sets when it is first asked for a figure.
    assert outputs[3][0].data["text/plain"] == "({'interactive'}, 'Noto Sans SC')"


# Stacked bars.


@widths
def test_states_are_bars_as_long_as_their_counts(*, narrow: bool):
    axes = charts.draw_states(COUNTS, labels=LABELS, narrow=narrow)
    shown = [state for state in BUCKETS if COUNTS[state].any()]
    assert axes.get_xlabel() == label("drawing", "count_of")
    assert len(axes.containers) == len(shown)
    left = pd.Series(0, index=COUNTS.index)
    for state, bars in zip(shown, axes.containers, strict=True):
        drawn = {row_of(bar): (bar.get_x(), bar.get_width()) for bar in bars if bar.get_width()}
        expected = zip(left, COUNTS[state], strict=True)
        assert drawn == {row: place for row, place in enumerate(expected) if place[1]}
        assert {to_hex(bar.get_facecolor()) for bar in bars} == {colour(state)}
        left += COUNTS[state]
    assert legend_of(axes) == [label("state", state) for state in shown]
    assert row_names(axes, narrow=narrow) == [label("theme_id", theme) for theme in ("T2", "T1", "T5")]
    # Top row first.
    bottom, top = axes.get_ylim()
    assert bottom > 2
    assert top < 0


def test_numbers_stand_on_the_bars_and_nought_does_not():
    printed = [text for text in texts_of(charts.draw_states(COUNTS, labels=LABELS)) if text.isdigit()]
    assert sorted(map(int, printed)) == sorted(
        int(count) for count in COUNTS[list(BUCKETS)].to_numpy().ravel() if count
    )


@pytest.mark.parametrize("columns", [BUCKETS, FEEDBACK], ids=["states", "feedback"])
def test_only_silence_is_hatched(columns: tuple[str, ...]):
    axes = charts.draw_states(pd.DataFrame({"unit_id": ["a"], **dict.fromkeys(columns, 1)}), labels=LABELS)
    hatched = [state for state, bars in zip(columns, axes.containers, strict=True) if bars[0].get_hatch()]
    assert hatched == [state for state in columns if state in (NO_FEEDBACK, "missing")]
    assert [to_hex(text.get_color()) for text in axes.texts] == [colour(f"on-{state}") for state in columns]
    assert legend_of(axes) == [label("state" if columns == BUCKETS else "feedback", state) for state in columns]
    assert row_names(axes, narrow=False) == [label("unit_id", "a")]


def test_only_what_became_of_reports_is_drawn():
    axes = charts.draw_feedback(REPORTS, labels=LABELS)
    assert [bar.get_width() for bars in axes.containers for bar in bars] == [6, 2, 1, 3, 1]
    assert legend_of(axes) == [label("feedback", word) for word in FEEDBACK]


def test_states_have_colours_of_their_own():
    assert len({colour(state) for state in BUCKETS}) == len(BUCKETS)


def test_rows_that_find_no_room_are_counted_out():
    many = pd.DataFrame({"unit_id": [f"unit-{n}" for n in range(MOST_ROWS + 7)], **dict.fromkeys(BUCKETS, 1)})
    axes = charts.draw_states(many, labels=LABELS)
    assert [len(bars) for bars in axes.containers] == [MOST_ROWS] * len(BUCKETS)
    assert "另有 7 行" in texts_of(axes)


# Dots.


@widths
def test_dots_stand_at_their_counts(*, narrow: bool):
    axes = charts.draw_dots(LOADS, labels=LABELS, narrow=narrow)
    _, *dots = axes.collections
    assert [dot.get_offsets().tolist() for dot in dots] == [
        [[9, 0], [4, 1], [1, 2]],
        [[5, 0], [4, 1], [0, 2]],
        # A third count of 0 is not drawn.
        [[2, 0], [1, 2]],
    ]
    assert row_names(axes, narrow=narrow) == [label("unit_id", UNITS[0]), label("unit_id", UNITS[1]), "finance"]
    assert [text for text in texts_of(axes) if text.isdigit()] == ["9", "4", "1"]
    assert legend_of(axes) == [label("column", column) for column in ("named_in", "open", "sole")]
    assert axes.get_xlabel() == label("drawing", "count_of")
    bottom, top = axes.get_ylim()
    assert bottom > 2
    assert top < 0
    assert axes.get_xlim()[1] > 9


def test_kinds_stand_at_the_right_edge_or_beside_the_name():
    kinds = [UNIT_KINDS[1], UNIT_KINDS[4], UNIT_KINDS[0]]
    names = [label("unit_id", "tj-customs"), label("unit_id", "port-group"), "finance"]
    wide = charts.draw_dots(LOADS.assign(kind=kinds), labels=LABELS)
    (edge,) = wide.child_axes
    assert [tick.get_text() for tick in edge.get_yticklabels()] == [label("kind", kind) for kind in kinds]
    assert row_names(wide, narrow=False) == names
    assert legend_of(wide) == [label("column", column) for column in ("named_in", "open", "sole")]
    narrow = charts.draw_dots(LOADS.assign(kind=kinds), labels=LABELS, narrow=True)
    beside = [f"{name} · {label('kind', kind)}" for name, kind in zip(names, kinds, strict=True)]
    assert row_names(narrow, narrow=True) == beside
    assert not narrow.child_axes


# Matrices.


@widths
def test_cells_hold_their_counts_and_gaps_are_empty(*, narrow: bool):
    axes = charts.draw_matrix(MATRIX, labels=LABELS, narrow=narrow)
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    assert cells == {(0.5, 0.5): "7", (2.5, 0.5): "2", (0.5, 1.5): "1", (1.5, 1.5): "3"}
    names = [tick.get_text().replace("\n", "") for tick in axes.get_yticklabels()]
    heads = [tick.get_text().replace("\n", "") for tick in axes.get_xticklabels()]
    assert names == [label("unit_id", unit) for unit in UNITS[:2]]
    assert heads == [label("theme_id", theme) for theme in ("T1", "T2", "T5")]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]


def test_a_square_of_units_has_units_at_its_head():
    axes = charts.draw_matrix(SQUARE, labels=LABELS)
    heads = [tick.get_text().replace("\n", "") for tick in axes.get_xticklabels()]
    assert heads == [label("unit_id", unit) for unit in UNITS[:2]]


@pytest.mark.thorough
@given(
    st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=1, max_size=4).filter(
        lambda r: max(map(max, r)) > 0
    )
)
def test_darker_cells_hold_more(rows: list[list[int]]):
    counts = pd.DataFrame(rows, columns=["T1", "T2", "T3"], dtype="int64")
    counts.insert(0, "unit_id", [f"unit-{row}" for row in range(len(rows))])
    axes = charts.draw_matrix(counts)
    mesh = axes.collections[0]
    mesh.update_scalarmappable()
    order = [to_rgba(colour(f"heat-{step}")) for step in range(5)]
    steps = [order.index(tuple(face)) for face in mesh.get_facecolor().tolist()]
    flat = [count for row in rows for count in row]
    pyplot.close("all")
    assert all((step == 0) == (count == 0) for step, count in zip(steps, flat, strict=True))
    by_count = sorted(zip(flat, steps, strict=True))
    assert [step for _, step in by_count] == sorted(steps)


@widths
def test_parts_are_printed_of_how_many(*, narrow: bool):
    axes = charts.draw_parts(PARTS, labels=LABELS, narrow=narrow)
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    assert cells == {(0.5, 0.5): "0/7", (1.5, 0.5): "7/7", (0.5, 1.5): "2/5", (1.5, 1.5): "5/5"}
    assert row_names(axes, narrow=False) == [label("theme_id", "T2"), label("theme_id", "T1")]
    assert [tick.get_text().replace("\n", "") for tick in axes.get_xticklabels()] == ["2024-11", "2024-12"]
    mesh = axes.collections[0]
    mesh.update_scalarmappable()
    faces = [to_hex(face) for face in mesh.get_facecolor()]
    assert faces[0] == colour("heat-0")
    assert faces[1] == faces[3] == colour("heat-4")
    assert faces[2] not in (faces[0], faces[1])


# Lorenz.


def test_the_curve_is_the_frame():
    axes = charts.draw_lorenz(CURVE, labels=LABELS)
    (curve,) = curves(axes, "accent")
    assert list(curve.get_xdata()) == CURVE["share_of_units"].tolist()
    assert list(curve.get_ydata()) == CURVE["share_of_load"].tolist()
    assert axes.get_xlabel() == label("drawing", "share_of_units")
    assert axes.get_ylabel() == label("drawing", "share_of_load")
    assert texts_of(axes) == [label("drawing", "even_load")]
    even = axes.lines[0]
    assert list(even.get_xdata()) == list(even.get_ydata()) == [0, 1]


# Periods.


@widths
def test_bands_are_as_high_as_their_counts(*, narrow: bool):
    axes = charts.draw_cumulative_flow(BY_PERIOD, labels=LABELS, narrow=narrow)
    shown = ["closed", "in_progress", NO_FEEDBACK]
    assert legend_of(axes) == [label("state", state) for state in shown]
    assert axes.get_ylabel() == label("drawing", "count_of")
    floor = pd.Series(0, index=BY_PERIOD.index)
    for state, bars in zip(shown, axes.containers, strict=True):
        assert [bar.get_height() for bar in bars] == BY_PERIOD[state].tolist()
        assert [bar.get_y() for bar in bars] == floor.tolist()
        floor += BY_PERIOD[state]
    assert axes.get_ylim() == (0, 5)
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["11\n2024", "12", "01\n2025"]


@pytest.mark.parametrize(("narrow", "most"), [(False, 14), (True, 6)], ids=["wide", "narrow"])
@pytest.mark.parametrize("periods", [1, 14, 15, 40])
def test_months_find_room(most: int, periods: int, *, narrow: bool):
    long = pd.DataFrame({"period_end": pd.date_range("2024-06-30", periods=periods, freq="ME"), "scope": 9})
    axes = charts.draw_burn_up(long.assign(closed=1, reported=2), narrow=narrow)
    names = [tick.get_text() for tick in axes.get_xticklabels()]
    assert 1 <= len(names) <= most
    assert names[0] == "06\n2024"
    years = [name for name in names if "\n" in name]
    assert len(years) == len(set(years))


@widths
def test_steps_are_the_counts(*, narrow: bool):
    axes = charts.draw_burn_up(BURN_UP, labels=LABELS, narrow=narrow)
    for column, role in (("scope", "muted"), ("reported", "done-reported"), ("closed", "closed")):
        (line,) = curves(axes, role)
        assert list(line.get_ydata()) == BURN_UP[column].tolist()
        assert line.get_drawstyle() == "steps-post"
    # The last of each is told beside its line, or above the figure where there is no room beside.
    ends = [int(found[0]) for text in texts_of(axes) + legend_of(axes) if (found := re.match(r"\d+", text))]
    assert sorted(ends) == [3, 4, 5]
    assert axes.get_ylim()[0] == 0
    assert axes.get_ylim()[1] > 6
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["11\n2024", "12", "01\n2025"]


@widths
def test_small_multiples_share_their_axes(*, narrow: bool):
    grid = charts.draw_burn_up_by_theme(BY_THEME, labels=LABELS, narrow=narrow)
    drawn = [axes for axes in grid if axes.axison]
    assert [axes.get_title(loc="left").replace("\n", "") for axes in drawn] == [
        label("theme_id", "T2"),
        label("theme_id", "T1"),
    ]
    assert legend_of(grid[0]) == [label("drawing", f"{column}_line") for column in ("scope", "reported", "closed")]
    assert len({axes.get_ylim() for axes in drawn}) == 1
    for axes, theme in zip(drawn, ["T2", "T1"], strict=True):
        part = BY_THEME[BY_THEME["theme_id"].eq(theme)]
        (line,) = curves(axes, "closed")
        assert list(line.get_ydata()) == part["closed"].tolist()
        assert axes.get_title(loc="right") == f"{part['closed'].iloc[-1]}/{part['scope'].iloc[-1]}"


def test_the_survival_curve_is_the_frame():
    axes = charts.draw_survival(SURVIVAL, labels=LABELS)
    (line,) = curves(axes, "closed")
    assert list(line.get_xdata()) == SURVIVAL["days"].tolist()
    assert list(line.get_ydata()) == SURVIVAL["still_open"].tolist()
    # A mark where something was closed: on days 2 and 4, not where it was only lost from sight.
    assert [place[0] for place in axes.collections[0].get_offsets().tolist()] == [2, 4]
    assert texts_of(axes) == ["27%"]
    assert axes.get_xlabel() == label("drawing", "days_since_notice")
    assert axes.get_ylabel() == label("column", "still_open")


def test_the_fan_follows_the_past():
    axes = charts.draw_forecast(FORECAST, labels=LABELS)
    past = next(line for line in curves(axes, "closed") if line.get_drawstyle() == "steps-post")
    assert (list(past.get_xdata()), list(past.get_ydata())) == ([0, 1], [1, 3])
    marks = {line.get_label(): list(line.get_ydata()) for line in axes.lines if line.get_linestyle() == "None"}
    assert marks == {label("drawing", "p50"): [5, 7, 9], label("drawing", "p85"): [4, 5, 7]}
    assert legend_of(axes) == [label("drawing", "p50"), label("drawing", "p85")]
    assert axes.get_ylabel() == label("drawing", "count_of")
    roles = {to_hex(line.get_color()) for line in axes.lines if line.get_linestyle() == "None"}
    assert roles == {colour("done-reported"), colour("closed")}
    # Between what most draws reach and what half of them do.
    (fan,) = axes.collections
    outline = {tuple(point) for point in fan.get_paths()[0].vertices.tolist()}
    assert {(2.0, 4.0), (2.0, 5.0), (4.0, 7.0), (4.0, 9.0)} <= outline


@given(st.lists(st.integers(0, 31).map(float), min_size=3, max_size=3), st.sampled_from([1.0, 2.5]))
def test_labels_keep_their_order_and_distance(ends: list[float], gap: float):
    heights = spread(ends, gap=gap)
    rows = sorted(zip(ends, heights, strict=True))
    placed = [height for _, height in rows]
    assert placed == sorted(placed)
    assert all(upper - lower >= 0.74 * gap for lower, upper in pairwise(placed))
    if all(upper - lower >= gap for lower, upper in pairwise(sorted(ends))):
        assert heights == ends
