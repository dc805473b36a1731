"""The sixty-second test: what a chief of staff looks for stands on the first screens of the front page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from analysis.attention import attention, voices
from analysis.catalogue import languages
from analysis.language import Language
from analysis.plan import open_plan
from analysis.report import check_parameters, make_reports, read_inputs

from .built_site import FOLDER
from .chromium import needs_chromium, running_chromium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from analysis.plan import Plan

pytestmark = needs_chromium

DAYS = ("2024-05-31", "2024-07-31", "2024-12-31", "2025-03-31")
DESK, TELEPHONE = (1440, 900), (360, 740)
SCREENS = 1.5


@pytest.fixture(scope="module")
def pages() -> dict[tuple[str, str], Path]:
    inputs = read_inputs("tianjin-2024")
    wanted = [
        ("delivery", check_parameters({"plan_id": inputs.id, "as_of": day, "lang": lang}, inputs))
        for day in DAYS
        for lang in languages()
    ]
    made = make_reports(wanted, inputs, folder=FOLDER, jobs=2).outcomes
    return {(outcome.parameters.as_of, outcome.parameters.lang): outcome.path for outcome in made}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with running_chromium() as running:
        yield running


def first_screens(browser: Any, path: Path, size: tuple[int, int]) -> str:
    """What can be read on the first screen and a half without opening anything."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    text = page.evaluate(
        """limit => {
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), seen = [];
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const range = document.createRange();
                range.selectNodeContents(node);
                const box = range.getBoundingClientRect();
                if (node.textContent.trim() && box.height && box.bottom <= limit) seen.push(node.textContent.trim());
            }
            return seen.join(' ');
        }""",
        height * SCREENS,
    )
    context.close()
    return text


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("day", DAYS)
def test_the_first_screen_and_a_half_says_what_is_stuck_and_who_must_act(
    browser: Any, pages: dict[tuple[str, str], Path], tianjin: Plan, day: str, lang: str
):
    now = tianjin.at(day)
    say = Language(lang, tianjin, as_of=now.as_of)
    cases, spoken = attention(now), voices(now).set_index(["measure_id", "unit_id"])
    desk, telephone = (first_screens(browser, pages[day, lang], size) for size in (DESK, TELEPHONE))
    for text in (desk, telephone):
        assert say.date(now.as_of) in text
    if cases.empty:
        assert say("Nothing needs coordination") in desk
        assert say("Nothing needs coordination") in telephone
    stuck = cases[cases["reason"].eq("stalled")]
    for case in stuck.to_dict("records"):
        unit = case["unit_ids"][0]
        word = spoken.loc[(case["measure_id"], unit)]
        # Stuck, why, since when, who.
        needed = [say.measure(case["measure_id"]), word["problems"], say.date(case["since"]), say.unit(unit)]
        for text in (desk, *([telephone] if case["measure_id"] == stuck["measure_id"].iloc[0] else [])):
            assert [one for one in needed if one not in text] == []
        if word["request"]:
            assert word["request"] in desk, "what is asked"
    for case in cases[cases["reason"].eq("silent")].head(3).to_dict("records"):
        assert say.measure(case["measure_id"]) in desk, "what is silent"
    assert say.date(now.before().as_of) in desk, "what changed"


def test_the_embedded_plan_has_something_to_find():
    stuck = attention(open_plan("tianjin-2024").at("2025-03-31"))
    assert {"stalled", "silent", "contradicted", "waiting"} <= set(stuck["reason"])
