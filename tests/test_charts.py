"""Figures: what was drawn is what the frame counts, and drawing leaves no trace."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import date
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
from matplotlib.patches import Patch
from matplotlib.text import Text
from nbclient import NotebookClient

from analysis import charts, coverage, trend, workload
from analysis.charts import colour
from analysis.charts.legend import Legend
from analysis.charts.trend import spread
from analysis.exhibits.drawing import to_svg
from analysis.exhibits.slim import SVG
from analysis.faces import drawn_by, face_file
from analysis.language import Caption, Language
from analysis.look.palette import FEEDBACK_LOOKS, LOOKS, STATE_LOOKS
from analysis.look.periods import names_by_end, period_heads
from analysis.look.style import MOST_ROWS
from analysis.periods import Calendar
from analysis.schema import BUCKETS, FEEDBACK, NO_FEEDBACK

if TYPE_CHECKING:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    from analysis.plan import Plan

DAY = pd.Timestamp("2025-03-31")
SPACES = ("unit_id", "theme_id", "measure_id", "state", "feedback", "kind", "column", "drawing")
WORDS = ("nothing", "count_of", "scope_line", "reported_line", "closed_line", "even_load", "share_of_units")
WORDS += ("share_of_load", "days_since_notice", "p50", "p85", "planned_line", "last_open", "note", "rate_of")
WORDS += ("nothing_due", "nothing_completed", "one_unit", "no_forecast", "own_scales", "Q1", "Q2", "H1", "H2")
KINDS = ("customs", "port", "bureau")
COLUMNS = ("named_in", "open", "sole", "still_open", "scope", "reported")
IDS = ("T1", "T2", "T5", "tj-customs", "port-group", "a", "2024-11", "2024-12")


def label(space: str, key: str) -> str:
    """The label of a key, of which no two are the same: each name space names every key there is."""
    return f"{space}·{key}"


KEYS = (*IDS, *BUCKETS, *FEEDBACK, *KINDS, *COLUMNS, *WORDS)
LABELS = {space: {key: label(space, key) for key in KEYS} for space in SPACES}
LABELS["drawing"] |= {
    "rows_left_out": "另有 {n} 行",
    "columns_left_out": "另有 {n} 列",
    "shortened_beyond": "{n} 以上缩短",
}

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
BY_PERIOD["is_in"] = True
BURN_UP = pd.DataFrame(
    {
        "period_end": PERIOD_ENDS,
        "scope": [6, 6, 5],
        "closed": [0, 2, 3],
        "reported": [1, 2, 4],
        "planned": pd.Series([pd.NA] * 3, dtype="Int64"),
        "is_in": True,
    }
)
BY_THEME = pd.concat(
    [BURN_UP.assign(theme_id="T2"), BURN_UP.assign(theme_id="T1", closed=[0, 0, 1])], ignore_index=True
)
UNITS = ["tj-customs", "port-group", "finance"]
LOADS = pd.DataFrame({"unit_id": UNITS, "named_in": [9, 4, 1], "open": [5, 4, 0], "sole": [2, 0, 1]})
REPORTS = pd.DataFrame(
    {"unit_id": UNITS, "on_time": [6, 2, 0], "late": [1, 0, 0], "skipped": 0, "missing": [0, 3, 1], "stale": 9}
)
RATES = pd.DataFrame({"unit_id": [*reversed(UNITS)], "on_time": [0, 2, 6], "reports_due": [0, 5, 7]})
MATRIX = pd.DataFrame({"unit_id": UNITS[:2], "T1": [7, 1], "T2": [0, 3], "T5": [2, 0]}).rename_axis(columns="theme_id")
SQUARE = pd.DataFrame({"unit_id": UNITS[:2], "tj-customs": [7, 2], "port-group": [2, 3]})
PARTS = pd.DataFrame(
    {
        "theme_id": ["T2", "T2", "T1", "T1"],
        "period": ["2024-Q4", "2025-Q1"] * 2,
        "received": [0, 7, 2, 0],
        "reports_due": [7, 7, 5, 0],
    }
)
CURVE = workload.lorenz(pd.Series([1, 2, 5]))
SURVIVAL = trend.kaplan_meier(pd.Series([2, 3, 4, 4, 5]), pd.Series([True, False, True, True, False]))
FORECAST = pd.DataFrame(
    {
        "period_end": pd.date_range("2024-11-30", periods=5, freq="ME"),
        "scope": 9,
        "completed": pd.array([1, 3, None, None, None], dtype="Int64"),
        "p50": [None, None, 5, 7, 9],
        "p85": [None, None, 4, 5, 7],
    }
)
FIGURES: dict[str, tuple[Drawer, pd.DataFrame]] = {
    "states": (charts.draw_states, COUNTS),
    "feedback": (charts.draw_feedback, REPORTS),
    "dots": (charts.draw_dots, LOADS),
    "rates": (charts.draw_rates, RATES),
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
    beside = [tick.get_text().replace("\n", "") for tick in axes.get_yticklabels()]
    if beside or not narrow:
        return beside
    names = [text for text in axes.texts if text.get_position()[0] == 0 and re.search(r"[^\d/–]", text.get_text())]
    return [text.get_text() for text in sorted(names, key=lambda text: text.get_position()[1])]


def legend_of(axes: Axes) -> list[str]:
    figure = axes.get_figure(root=True)
    assert figure is not None
    texts = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    columns = figure.legends[0]._ncols if texts else 1  # pyright: ignore[reportAttributeAccessIssue]
    # One reads row after row what matplotlib lays column after column.
    laid = [at for column in range(columns) for at in range(column, len(texts), columns)]
    return [texts[laid.index(at)].replace("\n", "") for at in range(len(texts))]


def states_of(names: list[str]) -> list[str]:
    """The names of a legend without the marks of the states."""
    marks = {look.mark for look in LOOKS.values()}
    assert all(name[0] in marks and name[1] == " " for name in names)
    return [name[2:] for name in names]


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


def said(axes: Axes) -> str:
    """The one text of a figure that draws nothing."""
    assert not axes.axison
    assert not [*axes.patches, *axes.lines, *axes.collections, *axes.images]
    assert legend_of(axes) == []
    (text,) = texts_of(axes)
    return text.replace("\n", "")


@figures
@widths
def test_nothing_to_draw_is_said_in_words(draw: Drawer, frame: pd.DataFrame, *, narrow: bool):
    nothing = "no_forecast" if draw is charts.draw_forecast else "nothing"
    assert said(first(draw(frame.head(0), labels=LABELS, narrow=narrow))) == label("drawing", nothing)


NO_COUNTS = dict.fromkeys(BUCKETS, 0)
ZEROS: list[tuple[str, pd.DataFrame, str]] = [
    ("states", COUNTS.assign(**NO_COUNTS), "nothing"),
    ("feedback", REPORTS.assign(**dict.fromkeys(FEEDBACK, 0)), "nothing_due"),
    ("rates", RATES.assign(on_time=0, reports_due=0), "nothing_due"),
    ("parts", PARTS.assign(received=0, reports_due=0), "nothing_due"),
    ("matrix", MATRIX.assign(T1=0, T2=0, T5=0), "nothing"),
    ("flow", BY_PERIOD.assign(**NO_COUNTS), "nothing"),
    ("burn_up", BURN_UP.assign(scope=0, closed=0, reported=0), "nothing"),
    ("burn_up_by_theme", BY_THEME.assign(scope=0, closed=0, reported=0), "nothing"),
    ("survival", SURVIVAL.assign(closures=0, still_open=1.0), "nothing_completed"),
    ("lorenz", workload.lorenz(pd.Series([3])), "one_unit"),
]


@pytest.mark.parametrize(("name", "frame", "word"), ZEROS, ids=[name for name, *_ in ZEROS])
def test_nothing_but_zeros_is_said_in_words(name: str, frame: pd.DataFrame, word: str):
    draw, _ = FIGURES[name]
    assert said(first(draw(frame, labels=LABELS))) == label("drawing", word)
    usual = {"drawing": {"nothing": "没有"}}
    assert said(first(draw(frame, labels=usual))) == "没有", "where nothing more exact is known"


@pytest.mark.thorough
@widths
def test_what_has_one_row_or_period_is_said_in_words(*, narrow: bool):
    one = charts.draw_dots(LOADS.head(1), labels=LABELS, narrow=narrow)
    assert all(part in said(one) for part in (label("unit_id", UNITS[0]), "named_in 9", "open 5", "sole 2"))
    rate = charts.draw_rates(RATES.tail(1), labels=LABELS, narrow=narrow)
    assert said(rate).replace(" ", "") == f"{label('unit_id', UNITS[0])}:6/7(86%)"
    burn_up = charts.draw_burn_up(BURN_UP.tail(1), labels=LABELS, narrow=narrow)
    assert all(part in said(burn_up) for part in ("2025-01", "5", "4", "3", label("drawing", "closed_line")))
    flow = charts.draw_cumulative_flow(BY_PERIOD.tail(1), labels=LABELS, narrow=narrow)
    assert f"{STATE_LOOKS['closed'].mark} {label('state', 'closed')} 4" in said(flow)
    (themes,) = charts.draw_burn_up_by_theme(BY_THEME[BY_THEME["period_end"].eq(PERIOD_ENDS[2])], labels=LABELS)
    assert all(part in said(themes) for part in (label("theme_id", "T2"), "3/5", label("theme_id", "T1"), "1/5"))


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
        (charts.draw_rates, workload.feedback_by_unit(now)[["unit_id", "on_time", "reports_due"]]),
        (charts.draw_dots, loads[["unit_id", "named_in", "open", "sole"]]),
        (charts.draw_dots, loads[["unit_id", "named_in", "share"]]),
        (charts.draw_matrix, coverage.unit_by_theme(now)),
        (charts.draw_matrix, workload.co_responsibility(now)),
        (charts.draw_parts, coverage.feedback_by_period(now)),
        (charts.draw_parts, workload.feedback_by_period(now)),
        (charts.draw_lorenz, workload.lorenz(loads["share"])),
        (charts.draw_cumulative_flow, trend.by_period(now)),
        (charts.draw_burn_up, progressed),
        (charts.draw_burn_up_by_theme, trend.burn_up_by_theme(now)),
        (charts.draw_survival, trend.kaplan_meier(times["days"], times["closed"])),
        (charts.draw_forecast, trend.with_past(trend.forecast(now), progressed)),
    ]


@pytest.mark.thorough
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


def cut_off(axes: Axes) -> list[str]:
    """The texts of a figure that reach beyond its edges when it is drawn."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    edges = figure.bbox
    undrawn = {
        text
        for own in figure.findobj(Axes)
        for axis in (own.xaxis, own.yaxis)
        for tick in axis.get_major_ticks()
        if not own.axison or not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
        for text in (tick.label1, tick.label2)
    }
    shown = {
        text: text.get_window_extent()
        for text in figure.findobj(Text)
        if text.get_text() and text.get_visible() and text not in undrawn
    }
    return [
        text.get_text()
        for text, box in shown.items()
        if min(box.x0, box.y0) < -1 or box.x1 > edges.x1 + 1 or box.y1 > edges.y1 + 1
    ]


LONG = {
    "state": {"done_reported": "Reported done, not verified by anybody", "not_due": "Not due yet"},
    "feedback": {"skipped": "Skipped (only the report of a later period came)"},
    "drawing": {
        "last_open": "49 of the 57 reports on this period have been received",
        "reported_line": "that are reported done or closed",
        "rows_left_out": "{n} more rows, for which there is no room here, are in the data table",
        "note": "Nothing from this unit in three periods",
    },
}


@pytest.mark.thorough
@widths
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.filterwarnings("error::UserWarning")
def test_everything_finds_room(tianjin: Plan, lang: str, *, narrow: bool):
    own = Language(lang, tianjin).labels
    labels = {space: {**own.get(space, {}), **LONG.get(space, {})} for space in own.keys() | LONG.keys()}
    for draw, frame in real_figures(tianjin):
        if "is_in" in frame.columns:
            frame = frame.assign(is_in=frame["period_end"].lt(frame["period_end"].max()))
        if draw in (charts.draw_rates, charts.draw_burn_up):
            frame = frame.assign(is_noted=[row == 1 for row in range(len(frame))])
        axes = first(draw(frame, labels=labels, narrow=narrow))
        assert cut_off(axes) == [], draw.__name__
        pyplot.close(axes.get_figure(root=True))


# No word is broken, and none is longer than a line.
words = st.lists(st.text("aW字", min_size=1, max_size=12), min_size=1, max_size=6).map(" ".join)


@pytest.mark.thorough
@given(names=st.lists(words, min_size=1, max_size=9), narrow=st.booleans())
def test_no_legend_is_cut_off(names: list[str], *, narrow: bool):
    with charts.style():
        legend = Legend([Patch(label=name) for name in names], narrow=narrow)
        _, axes = pyplot.subplots(figsize=(3.4 if narrow else 7.4, 1.5 + legend.height))
        legend.draw(axes)
    assert [name.replace(" ", "") for name in legend_of(axes)] == [name.replace(" ", "") for name in names]
    assert cut_off(axes) == []
    pyplot.close("all")


# Names and keys.


def test_a_unit_with_the_id_of_a_state_renames_no_state():
    counts = pd.DataFrame({"unit_id": ["closed"], "closed": [2], "stalled": [1]})
    axes = charts.draw_states(counts, labels={"unit_id": {"closed": "甲局"}, "state": {"closed": "已办结"}})
    assert row_names(axes, narrow=False) == ["甲局"]
    assert states_of(legend_of(axes)) == ["已办结", "stalled"]


@pytest.mark.parametrize("name", ["states", "feedback", "dots", "rates", "matrix"])
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
        # Lines of one look stand in a group that says it once.
        foot = [line for part in list(footed)[len(bare) :] for line in part.iter(f"{SVG}text")]
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
    assert states_of(legend_of(axes)) == [label("state", state) for state in shown]
    assert row_names(axes, narrow=narrow) == [label("theme_id", theme) for theme in ("T2", "T1", "T5")]
    # Top row first.
    bottom, top = axes.get_ylim()
    assert bottom > 2
    assert top < 0


@widths
def test_counts_stand_on_the_bars_with_their_marks_and_nought_does_not(*, narrow: bool):
    axes = charts.draw_states(COUNTS, labels=LABELS, narrow=narrow)
    told = sorted(text for text in texts_of(axes) if not text.startswith("theme_id"))
    expected = [f"{STATE_LOOKS[state].mark}{count}" for state in BUCKETS for count in COUNTS[state] if count]
    assert told == sorted(expected)


def test_a_bar_too_short_for_its_mark_has_its_count_and_one_too_short_for_that_has_neither():
    counts = states_frame(a={"closed": 200, "stalled": 5, "in_progress": 2, "not_started": 30})
    told = texts_of(charts.draw_states(counts))
    assert f"{STATE_LOOKS['closed'].mark}200" in told
    assert "5" in told
    assert not {"2", f"{STATE_LOOKS['in_progress'].mark}2"} & set(told)


def test_only_what_became_of_reports_is_drawn():
    axes = charts.draw_feedback(REPORTS, labels=LABELS)
    assert [bar.get_width() for bars in axes.containers for bar in bars] == [6, 2, 1, 3, 1]
    assert states_of(legend_of(axes)) == [label("feedback", word) for word in ("on_time", "late", "missing")]


# The language of states.


def contrast(one: str, other: str) -> float:
    """By the formula of WCAG, which knows no hue: how far two colours are apart in grey."""

    def light(colour_: str) -> float:
        parts = [int(colour_[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    dark, bright = sorted([light(one), light(other)])
    return (bright + 0.05) / (dark + 0.05)


themes = pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])


def in_theme(drawn: Any, theme: int) -> str:
    """What a page makes of a colour as it was drawn."""
    return next(colours[theme] for colours in charts.PALETTE.values() if colours[0] == to_hex(drawn))


def test_no_two_roles_share_a_colour():
    light = [colours[0] for colours in charts.PALETTE.values()]
    assert len(set(light)) == len(light), "a page puts variables for colours, and could not tell which"


def test_every_state_has_a_mark_and_letters_of_its_own():
    for looks, words in ((STATE_LOOKS, BUCKETS), (FEEDBACK_LOOKS, FEEDBACK)):
        assert tuple(looks) == words
        for signs in zip(*((look.mark, look.zh, look.en) for look in looks.values()), strict=True):
            assert len(set(signs)) == len(signs)
    signs = {sign for look in LOOKS.values() for sign in (look.mark, look.zh, look.en)}
    assert all(len(sign) == 1 and ord(sign) in drawn_by(face_file()) for sign in signs)
    assert (STATE_LOOKS["closed"].letter("zh"), STATE_LOOKS["closed"].letter("fr")) == ("办", "C")


@themes
@pytest.mark.parametrize("columns", [BUCKETS, FEEDBACK], ids=["states", "feedback"])
def test_each_part_of_a_bar_is_parted_from_its_neighbours_in_grey(columns: tuple[str, ...], theme: int):
    axes = charts.draw_states(pd.DataFrame({"unit_id": ["a"], **dict.fromkeys(columns, 1)}), labels=LABELS)
    for left, right in pairwise(axes.containers):
        fills = [in_theme(bars[0].get_facecolor(), theme) for bars in (left, right)]
        if contrast(*fills) < 3:
            # The line that was drawn last lies over the other; it stands out from what it is the edge of.
            over = max((left, right), key=lambda bars: bars[0].get_zorder())
            line = in_theme(over[0].get_edgecolor(), theme)
            assert over[0].get_linewidth() > 0.5
            assert contrast(line, in_theme(over[0].get_facecolor(), theme)) >= 3


@themes
@pytest.mark.parametrize(
    ("columns", "urgent"),
    [(BUCKETS, {"stalled", NO_FEEDBACK}), (FEEDBACK, {"skipped", "missing"})],
    ids=["states", "feedback"],
)
def test_what_calls_for_somebody_stands_out_most(columns: tuple[str, ...], urgent: set[str], theme: int):
    paper = charts.PALETTE["paper"][theme]
    out = {state: contrast(charts.PALETTE[state.replace("_", "-")][theme], paper) for state in columns}
    assert min(out[state] for state in urgent) > max(out[state] for state in columns if state not in urgent)
    axes = charts.draw_states(pd.DataFrame({"unit_id": ["a"], **dict.fromkeys(columns, 1)}))
    assert not [bars for bars in axes.containers if bars[0].get_hatch()]


@themes
@pytest.mark.parametrize("columns", [BUCKETS, FEEDBACK], ids=["states", "feedback"])
def test_counts_can_be_read_on_their_bars(columns: tuple[str, ...], theme: int):
    axes = charts.draw_states(pd.DataFrame({"unit_id": ["a"], **dict.fromkeys(columns, 1)}))
    assert len(axes.texts) == len(columns)
    for text, bars in zip(axes.texts, axes.containers, strict=True):
        assert contrast(in_theme(text.get_color(), theme), in_theme(bars[0].get_facecolor(), theme)) >= 4.5


@pytest.mark.thorough
def test_rows_that_find_no_room_are_counted_out():
    many = pd.DataFrame({"unit_id": [f"unit-{n}" for n in range(MOST_ROWS + 7)], **dict.fromkeys(BUCKETS, 1)})
    axes = charts.draw_states(many, labels=LABELS)
    assert [len(bars) for bars in axes.containers] == [MOST_ROWS] * len(BUCKETS)
    assert "另有 7 行" in texts_of(axes)


# Dots.


@widths
def test_dots_stand_at_their_counts(*, narrow: bool):
    axes = charts.draw_dots(LOADS, labels=LABELS, narrow=narrow)
    dots = [line for line in axes.lines if line.get_linestyle() == "None"]
    assert [list(zip(*map(list, dot.get_data()), strict=True)) for dot in dots] == [
        [(9, 0), (4, 1), (1, 2)],
        [(5, 0), (4, 1), (0, 2)],
        # A third count of 0 is not drawn.
        [(2, 0), (1, 2)],
    ]
    assert axes.get_title(loc="right") == "", "the scale is one scale"
    assert row_names(axes, narrow=narrow) == [label("unit_id", UNITS[0]), label("unit_id", UNITS[1]), "finance"]
    assert [text for text in texts_of(axes) if text.isdigit()] == ["9", "4", "1"]
    assert legend_of(axes) == [label("column", column) for column in ("named_in", "open", "sole")]
    assert axes.get_xlabel() == label("drawing", "count_of")
    bottom, top = axes.get_ylim()
    assert bottom > 2
    assert top < 0
    assert axes.get_xlim()[1] > 9


DWARFED = pd.DataFrame({"unit_id": list("abcdefgh"), "named_in": [26, 20, 5, 4, 4, 2, 1, 1]})


@widths
def test_the_scale_is_shortened_where_one_or_two_dwarf_the_others_and_says_so(*, narrow: bool):
    axes = charts.draw_dots(DWARFED, labels=LABELS, narrow=narrow)
    assert axes.get_title(loc="right") == "5 以上缩短"
    place = axes.transData.transform
    inside = place((5, 0))[0] - place((4, 0))[0]
    beyond = place((26, 0))[0] - place((25, 0))[0]
    assert beyond < inside / 2
    at = [place((count, 0))[0] for count in sorted(DWARFED["named_in"])]
    assert at == sorted(at)
    (bend,) = [line for line in axes.lines if list(line.get_xdata()) == [5, 5]]
    assert bend.get_linestyle() != "None"
    left, right = axes.get_xlim()
    used = (place((5, 0))[0] - place((left, 0))[0]) / (place((right, 0))[0] - place((left, 0))[0])
    assert used > 0.5, "the many have most of the width"


@pytest.mark.parametrize("counts", [[26, 20, 17, 9, 4, 3, 1], [5, 5, 5, 5, 4], [9, 1, 1], [0, 0, 0, 0, 0, 0]])
def test_a_scale_without_a_dwarf_is_whole(counts: list[int]):
    axes = charts.draw_dots(pd.DataFrame({"unit_id": list("abcdefgh")[: len(counts)], "named_in": counts}))
    assert axes.get_xscale() == "linear"
    assert axes.get_title(loc="right") == ""


@widths
def test_rates_stand_at_their_part_with_both_counts(*, narrow: bool):
    frame = RATES.assign(is_noted=[False, True, False])
    axes = charts.draw_rates(frame, labels=LABELS, narrow=narrow)
    (dots,) = [line for line in axes.lines if line.get_linestyle() == "None"]
    assert list(dots.get_ydata()) == [1, 2], "nothing was due of the first"
    assert list(dots.get_xdata()) == [pytest.approx(2 / 5), pytest.approx(6 / 7)]
    assert [text for text in texts_of(axes) if re.fullmatch(r"\d+/\d+|–", text)] == ["–", "2/5", "6/7"]
    names = row_names(axes, narrow=narrow)
    assert names[0] == "finance"
    noted = names[1] if narrow else " ".join(texts_of(axes))
    assert label("drawing", "note") in noted.replace("\n", "")
    assert axes.get_xlabel() == label("drawing", "rate_of")
    ticks = [axes.xaxis.get_major_formatter()(share) for share in axes.get_xticks()]
    assert ticks == ["0%", "25%", "50%", "75%", "100%"]


def test_kinds_stand_at_the_right_edge_or_beside_the_name():
    kinds = list(KINDS)
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


def test_columns_that_find_no_room_are_counted_out():
    many = pd.DataFrame({"unit_id": ["a"], **{f"T{place}": [1] for place in range(11)}}).rename_axis(columns="theme_id")
    assert "另有 3 列" in texts_of(charts.draw_matrix(many, labels=LABELS, narrow=True))
    assert not any("另有" in text for text in texts_of(charts.draw_matrix(many, labels=LABELS)))
    months = pd.period_range("2024-01", periods=9, freq="M").astype("str")
    parts = pd.DataFrame({"unit_id": "a", "period": months, "received": 1, "reports_due": 2})
    narrow = charts.draw_parts(parts, labels=LABELS, narrow=True)
    assert "另有 3 列" in texts_of(narrow)
    heads = [tick.get_text() for tick in narrow.get_xticklabels()]
    assert heads == ["04\n2024", "05", "06", "07", "08", "09"], "the latest are kept"


@widths
def test_no_head_of_a_matrix_is_cut_in_a_word(*, narrow: bool):
    heads = {"T1": "Cargo clearance", "T2": "New trade drivers", "T5": "Public satisfaction"}
    axes = charts.draw_matrix(MATRIX, labels={"theme_id": heads}, narrow=narrow)
    shown = [tick.get_text() for tick in axes.get_xticklabels()]
    assert [name.replace("\n", " ") for name in shown] == list(heads.values())


@widths
def test_parts_are_printed_of_how_many(*, narrow: bool):
    axes = charts.draw_parts(PARTS, labels=LABELS, narrow=narrow)
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    assert cells == {(0.5, 0.5): "0/7", (1.5, 0.5): "7/7", (0.5, 1.5): "2/5", (1.5, 1.5): "–"}
    assert row_names(axes, narrow=False) == [label("theme_id", "T2"), label("theme_id", "T1")]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["Q4\n2024", f"{label('drawing', 'Q1')}\n2025"]
    mesh = axes.collections[0]
    mesh.update_scalarmappable()
    faces = [to_hex(face, keep_alpha=True) for face in mesh.get_facecolor()]
    # All missing is darkest, none missing lightest; where nothing was due nothing is painted.
    assert faces[0] == f"{colour('gap-4')}ff"
    assert faces[1] == f"{colour('gap-0')}ff"
    assert faces[2] not in (faces[0], faces[1])
    assert faces[3].endswith("00")


# Names of periods.


@pytest.mark.parametrize(
    ("names", "heads"),
    [
        (["2024-11", "2024-12", "2025-01"], ["11\n2024", "12", "01\n2025"]),
        (["2024-Q4", "2025-Q1", "2025-Q2"], ["Q4\n2024", "一季度\n2025", "Q2"]),
        (["2024-W52", "2025-W01"], ["W52\n2024", "W01\n2025"]),
        (["2024-H2", "2025-H1"], ["H2\n2024", "H1\n2025"]),
        (["2024", "2025"], ["2024", "2025"]),
    ],
)
def test_periods_are_named_shortly(names: list[str], heads: list[str]):
    assert period_heads(names, {"drawing": {"Q1": "一季度"}}) == heads


@pytest.mark.parametrize(
    ("every", "first_period"),
    [("month", "2024-06"), ("quarter", "2024-Q3"), ("half-year", "2024-H2"), ("year", "2024")],
)
@pytest.mark.parametrize("until", ["2025-12-31", "2029-12-31"])
def test_the_ends_of_periods_say_what_they_are_called(every: str, first_period: str, until: str):
    calendar = Calendar(every=every, first_period=first_period)
    periods = calendar.until(date.fromisoformat(until))
    assert len(periods) > 1
    assert names_by_end(pd.Series(pd.to_datetime([period.end for period in periods]))) == [p.name for p in periods]


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
    assert states_of(legend_of(axes)) == [label("state", state) for state in shown]
    assert axes.get_ylabel() == label("drawing", "count_of")
    floor = pd.Series(0, index=BY_PERIOD.index)
    for state, bars in zip(shown, axes.containers, strict=True):
        assert [bar.get_height() for bar in bars] == BY_PERIOD[state].tolist()
        assert [bar.get_y() for bar in bars] == floor.tolist()
        floor += BY_PERIOD[state]
    assert axes.get_ylim() == (0, 5)
    assert not any(bar.get_hatch() for bars in axes.containers for bar in bars)
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["11\n2024", "12", "01\n2025"]


@pytest.mark.parametrize(("narrow", "most"), [(False, 14), (True, 6)], ids=["wide", "narrow"])
@pytest.mark.parametrize("periods", [2, 14, 15, 40])
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
    for column, role in (("scope", "muted"), ("reported", "heat-3"), ("closed", "accent")):
        (line,) = curves(axes, role)
        assert list(line.get_ydata()) == BURN_UP[column].tolist()
        assert line.get_drawstyle() == "steps-post"
    # The last of each is told beside its line, or above the figure where there is no room beside.
    ends = [int(found[0]) for text in texts_of(axes) + legend_of(axes) if (found := re.match(r"\d+", text))]
    assert sorted(ends) == [3, 4, 5]
    assert axes.get_ylim()[0] == 0
    assert axes.get_ylim()[1] > 6
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["11\n2024", "12", "01\n2025"]


OPEN = [True, True, False]


@widths
def test_what_is_not_in_yet_is_drawn_open_and_says_so(*, narrow: bool):
    axes = charts.draw_burn_up(BURN_UP.assign(is_in=OPEN), labels=LABELS, narrow=narrow)
    assert axes.get_title(loc="right").endswith(label("drawing", "last_open"))
    for column, role in (("reported", "heat-3"), ("closed", "accent")):
        firm, thin = curves(axes, role)
        assert list(firm.get_ydata()) == BURN_UP[column].tolist()[:2]
        assert list(thin.get_ydata()) == BURN_UP[column].tolist()[1:]
        assert thin.get_linewidth() < firm.get_linewidth()
    rings = [marks for marks in axes.collections if to_hex(marks.get_facecolor()[0]) == colour("paper")]
    assert [ring.get_offsets().tolist() for ring in rings] == [[[2, 4]], [[2, 3]]]
    flow = charts.draw_cumulative_flow(BY_PERIOD.assign(is_in=OPEN), labels=LABELS, narrow=narrow)
    assert flow.get_title(loc="right").endswith(label("drawing", "last_open"))
    assert {bool(bar.get_hatch()) for bars in flow.containers for bar in bars[:2]} == {False}
    assert {bool(bars[2].get_hatch()) for bars in flow.containers} == {True}
    grid = charts.draw_burn_up_by_theme(BY_THEME.assign(is_in=OPEN * 2), labels=LABELS, narrow=narrow)
    assert legend_of(grid[0])[-1] == label("drawing", "last_open")


@pytest.mark.thorough
@pytest.mark.parametrize("open_periods", [1, 2, 3])
def test_several_periods_may_not_be_in(open_periods: int):
    is_in = [place < 3 - open_periods for place in range(3)]
    axes = charts.draw_burn_up(BURN_UP.assign(is_in=is_in))
    rings = [marks for marks in axes.collections if to_hex(marks.get_facecolor()[0]) == colour("paper")]
    assert {len(ring.get_offsets()) for ring in rings} == {open_periods}


@widths
def test_the_planned_line_is_there_where_there_is_a_plan(*, narrow: bool):
    axes = charts.draw_burn_up(BURN_UP.assign(planned=[1, 3, 5]), labels=LABELS, narrow=narrow)
    (planned,) = curves(axes, "signal")
    assert list(planned.get_ydata()) == [1, 3, 5]
    said_of = [text.replace("\n", "") for text in texts_of(axes) + legend_of(axes)]
    assert f"5 {label('drawing', 'planned_line')}" in said_of
    assert not curves(charts.draw_burn_up(BURN_UP, labels=LABELS, narrow=narrow), "signal")


@widths
def test_where_nobody_verifies_only_what_is_reported_is_drawn(*, narrow: bool):
    axes = charts.draw_burn_up(BURN_UP.drop(columns="closed"), labels=LABELS, narrow=narrow)
    assert len(curves(axes, "heat-3")) == 1
    assert not curves(axes, "accent")
    assert label("drawing", "closed_line") not in "".join(texts_of(axes) + legend_of(axes))
    grid = charts.draw_burn_up_by_theme(BY_THEME.drop(columns="closed"), labels=LABELS, narrow=narrow)
    assert [axes.get_title(loc="right") for axes in grid if axes.axison] == ["4/5", "4/5"]


def test_the_period_that_is_noted_is_annotated():
    axes = charts.draw_burn_up(BURN_UP.assign(is_noted=[False, True, False]), labels=LABELS)
    (note,) = [text for text in axes.texts if text.get_text().replace("\n", "") == label("drawing", "note")]
    assert note.xy == (1, 2)  # pyright: ignore[reportAttributeAccessIssue]


def test_themes_of_very_different_size_have_scales_of_their_own_and_say_so():
    large = BY_THEME.assign(scope=BY_THEME["scope"].where(BY_THEME["theme_id"].eq("T1"), 60))
    grid = charts.draw_burn_up_by_theme(large, labels=LABELS)
    assert legend_of(grid[0])[-1] == label("drawing", "own_scales")
    assert grid[0].get_ylim()[1] > 5 * grid[1].get_ylim()[1]


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
        (line,) = curves(axes, "accent")
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
    past = next(line for line in curves(axes, "accent") if line.get_drawstyle() == "steps-post")
    assert (list(past.get_xdata()), list(past.get_ydata())) == ([0, 1], [1, 3])
    marks = {line.get_label(): list(line.get_ydata()) for line in axes.lines if line.get_linestyle() == "None"}
    assert marks == {label("drawing", "p50"): [5, 7, 9], label("drawing", "p85"): [4, 5, 7]}
    assert legend_of(axes) == [label("drawing", "p50"), label("drawing", "p85")]
    assert axes.get_ylabel() == label("drawing", "count_of")
    fills = {line.get_label(): to_hex(line.get_markerfacecolor()) for line in axes.lines}
    assert fills[label("drawing", "p50")] != fills[label("drawing", "p85")]
    # Between what most draws reach and what half of them do.
    (fan,) = axes.collections
    outline = {tuple(point) for point in fan.get_paths()[0].vertices.tolist()}
    assert {(2.0, 4.0), (2.0, 5.0), (4.0, 7.0), (4.0, 9.0)} <= outline


@pytest.mark.thorough
@given(st.lists(st.integers(0, 31).map(float), min_size=3, max_size=3), st.sampled_from([1.0, 2.5]))
def test_labels_keep_their_order_and_distance(ends: list[float], gap: float):
    heights = spread(ends, gap=gap)
    rows = sorted(zip(ends, heights, strict=True))
    placed = [height for _, height in rows]
    assert placed == sorted(placed)
    assert all(upper - lower >= 0.74 * gap for lower, upper in pairwise(placed))
    if all(upper - lower >= gap for lower, upper in pairwise(sorted(ends))):
        assert heights == ends
