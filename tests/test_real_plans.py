"""Real plans of other countries: brought to the new form, opened, counted, and made into pages in both languages.

Their data is not part of the project; where it is not there, these tests are skipped.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from analysis.language import Language, alphabet
from analysis.migration import migrate
from analysis.opening import chrome
from analysis.page import Executed, narrowed_face, refusals, to_page
from analysis.parameters import Parameters
from analysis.plan import open_plan
from analysis.runner import run_notebook
from tests.page_reader import NOTEBOOKS, read_page, render
from tests.test_recomputation import Case, check

if TYPE_CHECKING:
    from analysis.plan import Plan

SHARED = Path(__file__).resolve().parents[2] / "shared" / "plans"

pytestmark = [
    pytest.mark.notebook,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the plans of other countries are not here"),
]


def migrated(name: str, folder: Path, *, decider: str = "", owed: str = "") -> Path:
    """A copy of a plan in the new form."""
    old = Path(shutil.copytree(SHARED / name, folder / "old"))
    new = folder / name
    migrate(old, new, decider=decider)
    if owed:
        head = (new / "plan.toml").read_text("utf-8")
        lines = [line for line in head.splitlines() if not line.startswith("owed")]
        place = lines.index("[reporting]") + 1
        (new / "plan.toml").write_text("\n".join([*lines[:place], f'owed = "{owed}"', *lines[place:], ""]), "utf-8")
    return new


@pytest.fixture(scope="module")
def italy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated("it-pnrr", tmp_path_factory.mktemp("italy"), decider="European Commission", owed="when-due")


@pytest.fixture(scope="module")
def digital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated("us-digital-2012", tmp_path_factory.mktemp("digital"))


def test_italy_on_the_last_day_of_2022(italy: Path):
    """151 milestones were due, each reported by one of its units at least; 376 were not."""
    plan = open_plan(str(italy))
    now = plan.at("2022-12-31")
    states = now.measure_states
    due = states["due"].le(now.as_of)
    assert (len(states), due.sum(), (~due).sum()) == (527, 151, 376)
    assert states.loc[~due, "state"].eq("not_due").all()
    # No measure that was due is silent; on six a unit is.
    assert states.loc[due, "units_reporting"].gt(0).all()
    assert not states["state"].eq("no_feedback").any()
    assert (due & states["units_reporting"].lt(states["units"])).sum() == 6
    partly = states[states["mark"].eq("partly_done")]
    assert len(partly) + (due & states["state"].eq("closed") & states["units_reporting"].lt(states["units"])).sum() == 6
    assert partly["state"].eq("in_progress").all()
    assert plan.is_verified
    assert set(plan.decisions["decided_by"]) == {"European Commission"}


def test_italy_when_the_last_was_verified(italy: Path):
    """Every row of the old record is kept: 150 were verified, none by a unit of its own."""
    states = open_plan(str(italy)).at("2023-07-31").measure_states
    decisions = open_plan(str(italy)).decisions
    assert decisions["decision"].eq("closed").sum() == states["state"].eq("closed").sum()
    assert decisions["measure_id"].nunique() == 150


def test_where_only_the_fcc_has_spoken_nasa_is_silent_and_not_absent(digital: Path):
    plan = open_plan(str(digital))
    assert not plan.is_verified
    assert len(plan.decisions) == 0
    told = plan.progress.groupby(["measure_id", "unit_id"])["reported_at"].min().unstack()
    nasa, fcc = (next(name for name in told if one in str(name)) for one in ("nasa", "fcc"))
    seen = set()
    for day in plan.progress["reported_at"].unique():
        now = plan.at(day)
        only_fcc = set(told.index[told[fcc].le(day) & ~told[nasa].le(day)])
        states = now.states.set_index(["measure_id", "unit_id"])
        measures = now.measure_states.set_index("measure_id")
        for measure in only_fcc:
            own = states.loc[(measure, nasa)].to_dict()
            assert own["state"] == ("no_feedback" if own["owed"] else "not_due")
            row = measures.loc[measure].to_dict()
            assert (row["units"], row["units_reporting"], row["units_silent"]) == (2, 1, bool(own["owed"]))
            seen.add(own["state"])
    assert "no_feedback" in seen
    assert plan.measures["due"].notna().any()


REPORTS = ("delivery", "workload_by_unit", "theme_coverage", "completion_trend")
DAYS = {"italy": "2022-12-31", "digital": "2013-06-30"}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("report", [*REPORTS, "measure_ledger"])
@pytest.mark.parametrize("name", DAYS)
def test_the_gate_refuses_no_page(name: str, report: str, lang: str, tmp_path: Path, request: pytest.FixtureRequest):
    folder: Path = request.getfixturevalue(name)
    asked = Parameters.of({"plan_id": str(folder), "as_of": DAYS[name], "lang": lang})
    executed = Executed.of(run_notebook(NOTEBOOKS / f"{report}.ipynb", asked, tmp_path / "run.ipynb", engine="warm"))
    plan: Plan = open_plan(str(folder))
    say = Language(lang, plan)
    around = chrome(say, versions={}, parameters={}, command="")
    page = to_page(executed, around, narrowed=narrowed_face(alphabet(plan)))
    assert refusals(executed, page, plan.at(asked.as_of, known_at=asked.known_at), say) == []


@pytest.mark.parametrize("name", DAYS)
def test_no_deadline_is_never_said_beside_one(name: str, request: pytest.FixtureRequest):
    folder: Path = request.getfixturevalue(name)
    for lang, sentence in (("en", "No measure has a deadline"), ("zh", "均未设定时限")):
        html = render("completion_trend", {}, plan_id=str(folder), as_of=DAYS[name], lang=lang, with_drawings=False)
        assert sentence not in html
        assert read_page(html).exhibits["schedule"].rows


@pytest.mark.parametrize("report", REPORTS)
def test_every_number_of_the_digital_strategy(digital: Path, report: str):
    for as_of in (date(2012, 12, 31), date(2013, 8, 15), date(2015, 6, 30)):
        check(report, Case(digital, as_of), with_drawings=True)
