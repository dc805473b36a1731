"""Figures: what was drawn is what the frame counts, and drawing leaves no trace."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from analysis import charts, coverage, status, trend, words, workload
from analysis.charts.style import MOST_ROWS, colour, style
from analysis.charts.trend import spread
from analysis.exhibits.drawing import to_svg
from analysis.plan import Plan
from analysis.schema import BUCKETS, FEEDBACK, NO_FEEDBACK

DAY = pd.Timestamp("2025-03-31")
LABELS = {
    "nothing": "没有符合条件的措施",
    "rows_left_out": "另有 {n} 行",
    "T1": "全链条通关",
    "T2": "外贸新动能",
    "T5": "规范进出口税费",
    "tj-customs": "天津海关",
    "port-group": "天津港集团",
    **{state: f"状态{place}" for place, state in enumerate(BUCKETS)},
}

Drawer = Callable[..., Any]


def states_frame(**rows: dict[str, int]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(rows, orient="index").reindex(columns=list(BUCKETS)).fillna(0).astype("int64")


COUNTS = states_frame(
    T2={"closed": 3, "in_progress": 2, NO_FEEDBACK: 1},
    T1={"closed": 1, "stalled": 4},
    T5={"ongoing": 2},
)
PERIOD_ENDS = pd.date_range("2024-11-30", periods=3, freq="ME")
BY_PERIOD = states_frame(
    a={NO_FEEDBACK: 5}, b={"in_progress": 3, NO_FEEDBACK: 2}, c={"closed": 4, "in_progress": 1}
).reset_index(drop=True)
BY_PERIOD.insert(0, "period_end", PERIOD_ENDS)
BURN_UP = pd.DataFrame({"period_end": PERIOD_ENDS, "scope": [6, 6, 5], "closed": [0, 2, 3], "reported": [1, 2, 4]})
BY_THEME = pd.concat(
    [BURN_UP.assign(theme_id="T2"), BURN_UP.assign(theme_id="T1", closed=[0, 0, 1])], ignore_index=True
)
LOADS = pd.DataFrame(
    {"unit_id": ["tj-customs", "port-group", "finance"], "named_in": [9, 4, 1], "open": [5, 4, 0], "sole": [2, 0, 1]}
)
MATRIX = pd.DataFrame(
    [[7, 0, 2], [1, 3, 0]], index=["tj-customs", "port-group"], columns=["T1", "T2", "T5"], dtype="int64"
)
PARTS = pd.DataFrame(
    {
        "theme_id": ["T2", "T2", "T1", "T1"],
        "period_end": [*PERIOD_ENDS[:2]] * 2,
        "current": [0, 7, 2, 5],
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
        return [label.get_text().replace("\n", "") for label in axes.get_yticklabels()]
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
    assert {draw.__name__ for draw, _ in FIGURES.values()} == set(charts.__all__)


@figures
@widths
def test_drawing_leaves_settings_and_frame_as_they_were(draw: Drawer, frame: pd.DataFrame, narrow: bool):
    settings, before = dict(mpl.rcParams), frame.copy(deep=True)
    axes = draw(frame, labels=LABELS, narrow=narrow)
    assert dict(mpl.rcParams) == settings
    pd.testing.assert_frame_equal(frame, before)
    assert all(isinstance(one, Axes) for one in (axes if isinstance(axes, list) else [axes]))
    assert len(pyplot.get_fignums()) == 1


@figures
def test_nothing_to_draw_is_said_in_words(draw: Drawer, frame: pd.DataFrame):
    axes = first(draw(frame.head(0), labels=LABELS))
    assert texts_of(axes) == [LABELS["nothing"]]
    assert not axes.axison
    assert not (axes.patches or axes.lines or axes.collections or axes.images)
    assert legend_of(axes) == []


@pytest.mark.parametrize(
    ("draw", "frame"),
    [
        (charts.draw_states, COUNTS * 0),
        (charts.draw_matrix, MATRIX * 0),
        (charts.draw_cumulative_flow, BY_PERIOD.assign(**dict.fromkeys(BUCKETS, 0))),
        (charts.draw_burn_up, BURN_UP.assign(scope=0, closed=0, reported=0)),
        (charts.draw_burn_up_by_theme, BY_THEME.assign(scope=0, closed=0, reported=0)),
    ],
    ids=["states", "matrix", "flow", "burn_up", "burn_up_by_theme"],
)
def test_nothing_but_zeros_is_said_in_words(draw: Drawer, frame: pd.DataFrame):
    axes = first(draw(frame, labels=LABELS))
    assert texts_of(axes) == [LABELS["nothing"]]
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
    named = {"T1", "T2", "tj-customs"} & ({*map(str, frame.index)} | {str(v) for v in frame.to_numpy().ravel()})
    assert named <= said


@figures
def test_drawing_twice_gives_the_same_bytes(draw: Drawer, frame: pd.DataFrame):
    caption = words.Caption(key="same", finding="", alt="图", source="", labels=LABELS)
    once, again = (to_svg(draw, frame, caption) for _ in range(2))
    assert once == again
    assert once[0] != once[1]
    assert not pyplot.get_fignums()


def real_figures(plan: Plan) -> list[tuple[Drawer, pd.DataFrame]]:
    """Every figure with the frames of the embedded plan and the longest names it has."""
    record = {"responsibilities": plan.responsibilities, "progress": plan.progress, "calendar": plan.calendar}
    states = status.latest(**record, as_of=DAY)
    measures = status.by_measure(states, plan.measures)
    feedback = status.feedback(**record, as_of=DAY)
    loads = workload.by_unit(plan.responsibilities, states, measures, feedback)
    ends = plan.calendar.period_ends(DAY)
    panel = status.by_measure(status.panel(**record, period_ends=ends, known_at=DAY), plan.measures)
    burn_up = trend.burn_up(panel)
    durations = trend.durations(
        measures, states, status.standing(plan.progress, known_at=DAY), issued=plan.issued, as_of=DAY
    )
    return [
        (charts.draw_states, workload.states_by_unit(states)),
        (charts.draw_states, workload.feedback_by_unit(feedback, loads["unit_id"])),
        (charts.draw_dots, loads[["unit_id", "named_in", "share", "sole"]].round(1)),
        (charts.draw_matrix, coverage.unit_by_theme(plan.responsibilities, plan.measures, loads["unit_id"])),
        (charts.draw_parts, coverage.feedback_by_period(panel)),
        (charts.draw_lorenz, workload.lorenz(loads["share"])),
        (charts.draw_cumulative_flow, trend.by_period(panel)),
        (charts.draw_burn_up, burn_up),
        (charts.draw_burn_up_by_theme, trend.burn_up_by_theme(panel)),
        (charts.draw_survival, trend.kaplan_meier(durations["days"], durations["closed"])),
    ]


@pytest.mark.filterwarnings("error::UserWarning")
def test_every_name_has_its_glyphs(tianjin: Plan):
    labels = words.Language("zh", tianjin).labels
    with style():
        axes = pyplot.figure(layout="none").subplots()
        axes.text(0, 0, "\n".join(labels.values()))
    figure = axes.get_figure(root=True)
    assert figure is not None
    # Outside of the style's context, as a notebook does.
    figure.draw_without_rendering()


@widths
@pytest.mark.filterwarnings("error::UserWarning")
def test_everything_finds_room(tianjin: Plan, narrow: bool):
    labels = words.Language("zh", tianjin).labels
    for draw, frame in real_figures(tianjin):
        figure = first(draw(frame, labels=labels, narrow=narrow)).get_figure(root=True)
        assert figure is not None
        figure.draw_without_rendering()
        pyplot.close(figure)


# Stacked bars.


@widths
def test_states_are_bars_as_long_as_their_counts(narrow: bool):
    axes = charts.draw_states(COUNTS, labels=LABELS, narrow=narrow)
    shown = [state for state in BUCKETS if COUNTS[state].any()]
    assert len(axes.containers) == len(shown)
    left = pd.Series(0, index=COUNTS.index)
    for state, bars in zip(shown, axes.containers, strict=True):
        drawn = {row_of(bar): (bar.get_x(), bar.get_width()) for bar in bars if bar.get_width()}
        expected = zip(left, COUNTS[state], strict=True)
        assert drawn == {row: place for row, place in enumerate(expected) if place[1]}
        assert {to_hex(bar.get_facecolor()) for bar in bars} == {colour(state)}
        left += COUNTS[state]
    assert legend_of(axes) == [LABELS[state] for state in shown]
    assert row_names(axes, narrow=narrow) == [LABELS["T2"], LABELS["T1"], LABELS["T5"]]
    # Top row first.
    bottom, top = axes.get_ylim()
    assert bottom > 2 and top < 0


def test_numbers_stand_on_the_bars_and_nought_does_not():
    printed = [text for text in texts_of(charts.draw_states(COUNTS, labels=LABELS)) if text.isdigit()]
    assert sorted(map(int, printed)) == sorted(int(count) for count in COUNTS.to_numpy().ravel() if count)


@pytest.mark.parametrize("columns", [BUCKETS, FEEDBACK], ids=["states", "feedback"])
def test_only_silence_is_hatched(columns: tuple[str, ...]):
    axes = charts.draw_states(pd.DataFrame([[1] * len(columns)], index=["T1"], columns=list(columns)))
    hatched = [state for state, bars in zip(columns, axes.containers, strict=True) if bars[0].get_hatch()]
    assert hatched == [state for state in columns if state in (NO_FEEDBACK, "missing")]


def test_states_have_colours_of_their_own():
    assert len({colour(state) for state in BUCKETS}) == len(BUCKETS)


def test_rows_that_find_no_room_are_counted_out():
    many = pd.DataFrame(1, index=[f"unit-{n}" for n in range(MOST_ROWS + 7)], columns=list(BUCKETS))
    axes = charts.draw_states(many, labels=LABELS)
    assert [len(bars) for bars in axes.containers] == [MOST_ROWS] * len(BUCKETS)
    assert "另有 7 行" in texts_of(axes)


# Dots.


@widths
def test_dots_stand_at_their_counts(narrow: bool):
    axes = charts.draw_dots(LOADS, labels=LABELS, narrow=narrow)
    _, *dots = axes.collections
    assert [dot.get_offsets().tolist() for dot in dots] == [
        [[9, 0], [4, 1], [1, 2]],
        [[5, 0], [4, 1], [0, 2]],
        # A third count of 0 is not drawn.
        [[2, 0], [1, 2]],
    ]
    assert row_names(axes, narrow=narrow) == ["天津海关", "天津港集团", "finance"]
    assert [text for text in texts_of(axes) if text.isdigit()] == ["9", "4", "1"]
    assert legend_of(axes) == ["named_in", "open", "sole"]
    bottom, top = axes.get_ylim()
    assert bottom > 2 and top < 0
    assert axes.get_xlim()[1] > 9


# Matrices.


@widths
def test_cells_hold_their_counts_and_gaps_are_empty(narrow: bool):
    axes = charts.draw_matrix(MATRIX, labels=LABELS, narrow=narrow)
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    assert cells == {(0.5, 0.5): "7", (2.5, 0.5): "2", (0.5, 1.5): "1", (1.5, 1.5): "3"}
    names = [label.get_text() for label in axes.get_yticklabels()]
    heads = [label.get_text().replace("\n", "") for label in axes.get_xticklabels()]
    assert names == ["天津海关", "天津港集团"]
    assert heads == [LABELS["T1"], LABELS["T2"], LABELS["T5"]]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]


@given(
    st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=1, max_size=4).filter(
        lambda r: max(map(max, r)) > 0
    )
)
def test_darker_cells_hold_more(rows: list[list[int]]):
    counts = pd.DataFrame(rows, columns=["T1", "T2", "T3"], dtype="int64")
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
def test_parts_are_printed_of_how_many(narrow: bool):
    axes = charts.draw_parts(PARTS, labels=LABELS, narrow=narrow)
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    assert cells == {(0.5, 0.5): "0/7", (1.5, 0.5): "7/7", (0.5, 1.5): "2/5", (1.5, 1.5): "5/5"}
    assert [label.get_text() for label in axes.get_yticklabels()] == [LABELS["T2"], LABELS["T1"]]
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
    even = axes.lines[0]
    assert list(even.get_xdata()) == list(even.get_ydata()) == [0, 1]


# Periods.


@widths
def test_bands_are_as_high_as_their_counts(narrow: bool):
    axes = charts.draw_cumulative_flow(BY_PERIOD, labels=LABELS, narrow=narrow)
    shown = ["closed", "in_progress", NO_FEEDBACK]
    assert legend_of(axes) == [LABELS[state] for state in shown]
    floor = pd.Series(0, index=BY_PERIOD.index)
    for state, bars in zip(shown, axes.containers, strict=True):
        assert [bar.get_height() for bar in bars] == BY_PERIOD[state].tolist()
        assert [bar.get_y() for bar in bars] == floor.tolist()
        floor += BY_PERIOD[state]
    assert axes.get_ylim() == (0, 5)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["11\n2024", "12", "01\n2025"]


@pytest.mark.parametrize(("narrow", "most"), [(False, 14), (True, 6)], ids=["wide", "narrow"])
@pytest.mark.parametrize("periods", [1, 14, 15, 40])
def test_months_find_room(narrow: bool, most: int, periods: int):
    long = pd.DataFrame({"period_end": pd.date_range("2024-06-30", periods=periods, freq="ME"), "scope": 9})
    axes = charts.draw_burn_up(long.assign(closed=1, reported=2), narrow=narrow)
    names = [label.get_text() for label in axes.get_xticklabels()]
    assert 1 <= len(names) <= most
    assert names[0] == "06\n2024"
    years = [name for name in names if "\n" in name]
    assert len(years) == len(set(years))


@widths
def test_steps_are_the_counts(narrow: bool):
    axes = charts.draw_burn_up(BURN_UP, labels=LABELS, narrow=narrow)
    for column, role in (("scope", "muted"), ("reported", "done-reported"), ("closed", "closed")):
        (line,) = curves(axes, role)
        assert list(line.get_ydata()) == BURN_UP[column].tolist()
        assert line.get_drawstyle() == "steps-post"
    # The last of each is told beside its line, or above the figure where there is no room beside.
    ends = [int(found[0]) for text in texts_of(axes) + legend_of(axes) if (found := re.match(r"\d+", text))]
    assert sorted(ends) == [3, 4, 5]
    assert axes.get_ylim()[0] == 0 and axes.get_ylim()[1] > 6
    assert [label.get_text() for label in axes.get_xticklabels()] == ["11\n2024", "12", "01\n2025"]


@widths
def test_small_multiples_share_their_axes(narrow: bool):
    grid = charts.draw_burn_up_by_theme(BY_THEME, labels=LABELS, narrow=narrow)
    drawn = [axes for axes in grid if axes.axison]
    assert [axes.get_title(loc="left").replace("\n", "") for axes in drawn] == [LABELS["T2"], LABELS["T1"]]
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


def test_the_fan_follows_the_past():
    axes = charts.draw_forecast(FORECAST, labels=LABELS)
    past = next(line for line in curves(axes, "closed") if line.get_drawstyle() == "steps-post")
    assert (list(past.get_xdata()), list(past.get_ydata())) == ([0, 1], [1, 3])
    marks = {line.get_label(): list(line.get_ydata()) for line in axes.lines if line.get_linestyle() == "None"}
    assert marks == {"p50": [5, 7, 9], "p85": [4, 5, 7]}
    assert legend_of(axes) == ["p50", "p85"]


@given(st.lists(st.integers(0, 31).map(float), min_size=3, max_size=3), st.sampled_from([1.0, 2.5]))
def test_labels_keep_their_order_and_distance(ends: list[float], gap: float):
    heights = spread(ends, gap=gap)
    rows = sorted(zip(ends, heights, strict=True))
    placed = [height for _, height in rows]
    assert placed == sorted(placed)
    assert all(upper - lower >= 0.74 * gap for lower, upper in pairwise(placed))
    if all(upper - lower >= gap for lower, upper in pairwise(sorted(ends))):
        assert heights == ends
