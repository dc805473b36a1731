"""The SVG of a figure: what is drawn is as it was, in fewer bytes; what it rests on goes with it."""

from __future__ import annotations

import io
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot

from analysis import charts
from analysis.exhibits.drawing import to_svg
from analysis.exhibits.slim import SVG, slim
from analysis.look.palette import PALETTE
from analysis.schema import BUCKETS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")


def points(path: str) -> list[tuple[float, float]]:
    """Where a path goes, of any commands that a drawing has, each end as it lies on the page."""
    ends, here, start = [], (0.0, 0.0), (0.0, 0.0)
    for command, rest in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        numbers = [float(number) for number in NUMBER.findall(rest)]
        if command in "zZ":
            here = start
            continue
        if command in "hv":
            numbers = [numbers[0], 0.0] if command == "h" else [0.0, numbers[0]]
        for place in range(0, len(numbers), {"m": 2, "l": 2, "q": 4, "c": 6, "h": 2, "v": 2}[command.lower()]):
            size = {"q": 4, "c": 6}.get(command.lower(), 2)
            origin = (0.0, 0.0) if command.isupper() else here
            pairs = [(origin[0] + numbers[at], origin[1] + numbers[at + 1]) for at in range(place, place + size, 2)]
            ends += pairs
            here = pairs[-1]
            start = here if command.lower() == "m" else start
    return ends


def written(figure: Figure) -> ElementTree.Element:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg")
    pyplot.close(figure)
    return ElementTree.fromstring(buffer.getvalue())


def places(drawing: ElementTree.Element) -> list[tuple[str, float, float]]:
    """Every text with its place, whichever way it is written."""
    found = []
    for text in drawing.iter(f"{SVG}text"):
        moved = re.search(r"translate\(([^ )]+) ([^ )]+)\)", text.get("transform", ""))
        x, y = moved.groups() if moved else (text.get("x", "0"), text.get("y", "0"))
        found.append((str(text.text), float(x), float(y)))
    return sorted(found)


def own_chart(values: list[float]) -> Figure:
    with charts.style():
        figure, axes = pyplot.subplots(figsize=(4, 3))
        axes.bar(range(len(values)), values, color=charts.colour("closed"), hatch="//")
        axes.plot(values, marker="o", color=charts.colour("accent"))
        axes.fill_between(range(len(values)), values, alpha=0.4, color=charts.colour("stalled"))
        axes.set_xlabel("横轴")
        axes.set_title("标题", rotation=0)
        axes.text(0, 0, "竖", rotation=90)
    return figure


@pytest.mark.thorough
@given(st.lists(st.floats(0.1, 40), min_size=2, max_size=6))
def test_every_text_and_every_end_of_a_line_stays_where_it_was(values: list[float]):
    before, after = (written(own_chart(values)) for _ in range(2))
    slim(after, prefix="f")
    for (text, x, y), (again, new_x, new_y) in zip(places(before), places(after), strict=True):
        assert text == again
        assert (new_x, new_y) == pytest.approx((x, y), abs=0.051)
    unseen = {path for path in before.iter(f"{SVG}path") if path.get("style", "").strip() == "fill: none"}
    old = sorted(end for path in before.iter(f"{SVG}path") if path not in unseen for end in points(path.get("d", "")))
    new = sorted(end for path in after.iter(f"{SVG}path") for end in points(path.get("d", "")))
    # A way back to the beginning, which closing the path goes anyhow, may be left out.
    assert {(round(x), round(y)) for x, y in new} <= {
        (round(x) + across, round(y) + down) for x, y in old for across in (-1, 0, 1) for down in (-1, 0, 1)
    }
    assert len(ElementTree.tostring(after)) < 0.7 * len(ElementTree.tostring(before))


hundredths = st.integers(-50_000, 50_000).map(lambda number: number / 100)
ends_of_lines = st.lists(st.tuples(hundredths, hundredths), min_size=2, max_size=8)


@given(ends=ends_of_lines, closed=st.booleans())
def test_a_path_by_steps_ends_where_it_ended(ends: list[tuple[float, float]], *, closed: bool):
    path = "M " + " L ".join(f"{x} {y}" for x, y in ends) + (" z" if closed else "")
    drawing = ElementTree.Element(f"{SVG}svg")
    ElementTree.SubElement(drawing, f"{SVG}path", {"d": path, "style": "fill: none; stroke: red"})
    slim(drawing, prefix="f")
    (kept,) = drawing.iter(f"{SVG}path")
    # No step adds to the error of the one before.
    for (x, y), (new_x, new_y) in zip(ends, points(kept.get("d", "")), strict=False):
        assert (new_x, new_y) == pytest.approx((x, y), abs=0.051)


def test_what_is_referred_to_is_there_under_a_name_of_its_own():
    drawing = written(own_chart([3, 1, 2]))
    slim(drawing, prefix="load-w")
    text = ElementTree.tostring(drawing, encoding="unicode")
    referred = set(re.findall(r"(?:url\(#|href=\"#)([^)\"]+)", text))
    assert referred
    assert referred == set(re.findall(r' id="([^"]+)"', text))
    assert all(name.startswith("load-w") for name in referred)


def test_a_drawing_says_nothing_to_the_page_around_it():
    drawing = written(own_chart([3, 1]))
    slim(drawing, prefix="f")
    assert not list(drawing.iter(f"{SVG}style"))
    assert not list(drawing.iter(f"{SVG}metadata"))


def exhibit(**more: Any) -> Any:
    return SimpleNamespace(**{"key": "states", "alt": "图", "source": "来源：合成示例", "labels": {}, **more})


COUNTS = pd.DataFrame({"unit_id": list("abc"), **{state: [1, 0, 4] for state in BUCKETS}})


@pytest.mark.thorough
def test_a_figure_takes_its_colours_and_its_face_from_the_page():
    for drawing in to_svg(charts.draw_states, COUNTS, exhibit()):
        assert not re.findall(r"#[0-9a-f]{6}", drawing)
        assert set(re.findall(r"var\(--([a-z0-9-]+)\)", drawing)) <= set(PALETTE)
        assert "font-family" not in drawing
        assert "合成" in drawing


@pytest.mark.thorough
def test_a_large_matrix_takes_a_part_of_the_bytes_that_matplotlib_writes():
    units = [f"unit-{place}" for place in range(24)]
    frame = pd.DataFrame(np.minimum.outer(np.arange(24), np.arange(24)) % 5, columns=units)
    frame.insert(0, "unit_id", units)
    wide, _ = to_svg(charts.draw_matrix, frame, exhibit(key="matrix"))
    figure = charts.draw_matrix(frame).get_figure(root=True)
    assert figure is not None
    with charts.style():
        assert len(wide.encode()) < 0.3 * len(ElementTree.tostring(written(figure)))
