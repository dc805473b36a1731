"""How the pages of a site lead to one another: every link to something, wherever the folder lies and whatever goes."""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis.briefing.block import anchor
from analysis.catalogue import read_catalogue
from analysis.manifest.retention import EXPIRED
from analysis.page import characters, narrowed_face
from analysis.parameters import Parameters
from analysis.runner import Report
from analysis.site import Manifest, Page, is_published, is_whole, publish, read_manifest, staging
from analysis.site.index import index_files
from analysis.site.linking import linked_pages
from analysis.site.places import as_made, blocks, made_hash
from tests.sites import Reader, faults, retention

if TYPE_CHECKING:
    from collections.abc import Iterable

REPORTS = {
    name: Report(name, Path(f"{name}.ipynb"), {"zh": zh, "en": en}, needs_unit=name == "brief")
    for name, zh, en in (
        ("front", "落实情况", "Delivery"),
        ("trend", "趋势", "Trend"),
        ("ledger", "台账", "Ledger"),
        ("brief", "单位简报", "Unit brief"),
    )
}
THEMES = {"T1": ["M1", "M 2"], "T2": ["M3"]}
"""The measures of each theme; a blank in an id is an id's own affair."""
DAYS = ("2025-01-31", "2025-02-28", "2025-03-31")


def page(report: str = "front", as_of: str = DAYS[-1], *, key: str = "k", **asked: str) -> Page:
    """A page as a run makes it, at the address that a run gives it."""
    lang, known_at = asked.pop("lang", "zh"), asked.pop("known_at", as_of)
    parameters = Parameters(plan_id="plan", as_of=as_of, known_at=known_at, lang=lang, **asked)
    day = as_of + (f"_known_{known_at}" if known_at != as_of else "")
    day += f"_compared_{parameters.compare_to}" if parameters.compare_to else ""
    parts = [report, *(f"{kind}-{chosen}" for kind in ("unit", "theme") if (chosen := getattr(parameters, kind)))]
    made = Page(
        f"plan/{day}/{lang}/{'_'.join(parts)}.html",
        key,
        sha256="",
        report=report,
        plan_title="方案",
        parameters=parameters,
        selection=parameters.unit,
        title=REPORTS[report].title(lang),
        headline=key,
        measures=3,
        closed=1,
    )
    text = text_of(made)
    return replace(made, sha256=digest(text), blocks=blocks(text))


def text_of(made: Page) -> str:
    """What a run makes, before anybody knows what stands beside it: the ledger tells of each measure in full."""
    theme = made.parameters.theme
    measures = [measure for name, listed in THEMES.items() for measure in listed if theme in ("", name)]
    named = [*(f"measure:{measure}" for measure in ("M1", "M 2", "M3", "M9")), "unit:u1", "unit:u2"]
    named += [f"report:{name}" for name in (*REPORTS, "gone")]
    links = "".join(f'<a class="tile" data-to="{name}" title="x">{name}</a>' for name in named)
    told = "".join(
        f'<article id="{anchor(m)}"><h3 id="{anchor(m)}-h">{m}</h3></article>'
        for m in measures
        if made.report == "ledger"
    )
    head = "<html><head><style></style><!--face--><!--/face--></head><body><!--navigation--><!--/navigation-->"
    return f"<!doctype html>{head}<main>{made.report} {made.key}{links}{told}</main></body></html>\n"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def published(folder: Path, pages: Iterable[Page], *, keep: int = 36) -> Manifest:
    """Publish pages as a run does."""
    folder.mkdir(parents=True, exist_ok=True)
    with staging(folder) as stage:
        made = {}
        for place, one in enumerate(pages):
            made[one] = stage / f"{place}.html"
            made[one].write_text(text_of(one), "utf-8")
        told: dict[str, Any] = {"reports": REPORTS, "narrowed": face()}
        render, link = partial(index_files, **told), partial(linked_pages, **told)
        kept = retention(keep, asked={one.parameters.as_of for one in made}, retire=[EXPIRED])
        return publish(folder, stage, made=made, failed={}, render=render, link=link, retention=kept)


@cache
def face() -> bytes:
    """A face of what a site can say: what is cut down is cut down further in no time."""
    messages = "".join(f"{message.id}{message.string}" for message in read_catalogue("zh"))
    return narrowed_face(messages + "".join(title for report in REPORTS.values() for title in report.titles.values()))


def links(folder: Path, one: Page | str) -> dict[str, str]:
    """Where each link of a page leads to, by what it reads."""
    text = (folder / (one if isinstance(one, str) else one.path)).read_text("utf-8")
    return {
        re.sub(r"<span.*?</span>", "", name): address
        for address, name in re.findall(r'<a[^>]* href="([^"]*)"[^>]*>(.*?)</a>', text)
    }


def files_of(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*.html")}


MONTH = [
    page(report, day, lang=lang) for report in ("front", "trend", "ledger") for day in DAYS for lang in ("zh", "en")
]
MONTH += [page("brief", day, unit=unit) for day in DAYS for unit in ("u1", "u2")]


def test_a_page_leads_to_its_neighbours_in_every_direction(tmp_path: Path):
    published(tmp_path, MONTH)
    found = links(tmp_path, page("front", DAYS[1]))
    assert found["目录"] == "../../../index.html"
    assert (found["趋势"], found["台账"]) == ("trend.html", "ledger.html")
    assert "落实情况" not in found
    assert found["较早：2025年1月31日"] == f"../../{DAYS[0]}/zh/front.html"
    assert found["较晚：2025年3月31日"] == f"../../{DAYS[2]}/zh/front.html"
    assert found["English"] == f"../../{DAYS[1]}/en/front.html"
    assert found["各单位、各主题"] == f"../../../index.html#plan_{DAYS[1]}"
    assert links(tmp_path, page("front", DAYS[1], lang="en"))["Index"] == "../../../index.en.html"


def test_what_is_named_leads_to_where_it_is_told_of(tmp_path: Path):
    published(tmp_path, MONTH)
    found = links(tmp_path, page("front", DAYS[1]))
    assert found["measure:M1"] == "ledger.html#measure-M1"
    assert found["measure:M 2"] == "ledger.html#measure-M%202"
    assert found["unit:u1"] == "brief_unit-u1.html"
    assert found["report:trend"] == "trend.html"
    # What is not there, or is this very page, reads as text.
    assert not {"measure:M9", "report:gone", "report:front"} & found.keys()
    assert links(tmp_path, page("ledger", DAYS[1]))["measure:M1"] == "#measure-M1"
    assert "unit:u1" not in links(tmp_path, page("brief", DAYS[1], unit="u1"))
    # There is no brief in English, and no other language is led to instead.
    assert "unit:u1" not in links(tmp_path, page("front", DAYS[1], lang="en"))


@pytest.mark.thorough
def test_a_ledger_in_parts_leads_as_well_as_a_whole_one(tmp_path: Path):
    published(tmp_path, [page("front"), *(page("ledger", theme=theme) for theme in THEMES)])
    found = links(tmp_path, page("front"))
    assert found["measure:M 2"] == "ledger_theme-T1.html#measure-M%202"
    assert found["measure:M3"] == "ledger_theme-T2.html#measure-M3"
    published(tmp_path, [page("ledger")])
    assert links(tmp_path, page("front"))["measure:M3"] == "ledger.html#measure-M3"
    # A part leads on within itself, and to the other part's measures in the whole.
    part = links(tmp_path, page("ledger", theme="T1"))
    assert (part["measure:M1"], part["measure:M3"]) == ("#measure-M1", "ledger.html#measure-M3")
    assert faults(tmp_path) == []


def test_a_page_of_a_part_leads_to_pages_of_the_same_part_where_there_are_any(tmp_path: Path):
    published(tmp_path, [page("front"), page("trend"), page("front", unit="u1"), page("ledger", unit="u1")])
    found = links(tmp_path, page("front", unit="u1"))
    assert (found["台账"], found["趋势"]) == ("ledger_unit-u1.html", "trend.html")
    assert "台账" not in links(tmp_path, page("front"))


@pytest.mark.thorough
def test_what_was_known_at_other_days_is_not_mixed(tmp_path: Path):
    """Pages of one day lead to those known at the same, and the latest are of one."""
    late = [page(report, known_at="2025-04-30") for report in ("front", "ledger")]
    site = published(tmp_path, [*MONTH, *late])
    assert "趋势" not in links(tmp_path, late[0])
    assert links(tmp_path, late[0])["台账"] == "ledger.html"
    assert links(tmp_path, page("front"))["台账"] == "ledger.html"
    assert sorted(site.newest()) == ["plan/latest/zh/front.html", "plan/latest/zh/ledger.html"]
    assert {one.parameters.known_at for one in site.newest().values()} == {"2025-04-30"}
    assert faults(tmp_path) == []


@pytest.mark.thorough
def test_a_single_page_of_a_unit_takes_nothing_from_the_latest(tmp_path: Path):
    site = published(tmp_path, [*MONTH, page("brief", "2025-04-15", unit="u1")])
    assert {one.parameters.as_of for one in site.newest().values()} == {DAYS[-1]}
    assert len(site.newest()) == 8
    alone = Manifest({one.path: one for one in [page("brief", day, unit="u1") for day in DAYS]})
    assert [one.parameters.as_of for one in alone.newest().values()] == [DAYS[-1]]


def test_of_two_that_compare_a_page_leads_to_the_one_that_compares_as_it_does(tmp_path: Path):
    compared = [page(report, compare_to=DAYS[0]) for report in ("front", "trend")]
    published(tmp_path, [page("front"), page("trend"), page("ledger"), *compared])
    day = f"../../{DAYS[-1]}"
    assert links(tmp_path, page("front"))["趋势"] == "trend.html"
    found = links(tmp_path, compared[0])
    assert (found["趋势"], found["台账"]) == ("trend.html", f"{day}/zh/ledger.html")
    assert "plan/latest/zh/front.html" in read_manifest(tmp_path).newest()
    assert faults(tmp_path) == []


@pytest.mark.thorough
def test_the_folder_can_be_moved_and_a_folder_of_pages_zipped(tmp_path: Path):
    published(tmp_path / "a", MONTH)
    shutil.move(tmp_path / "a", tmp_path / "elsewhere" / "b")
    assert faults(tmp_path / "elsewhere" / "b") == []
    alone = tmp_path / "zh"
    shutil.copytree(tmp_path / "elsewhere" / "b" / "plan" / DAYS[0] / "zh", alone)
    beside = [link for link in Reader((alone / "front.html").read_text("utf-8")).links if not link.startswith("..")]
    assert len(beside) > 5
    assert all((alone / link.split("#")[0]).is_file() for link in beside)


@pytest.mark.thorough
def test_no_link_leads_to_a_date_that_is_gone(tmp_path: Path):
    published(tmp_path, MONTH)
    assert f"{DAYS[0]}/zh/front.html" in links(tmp_path, page("front", DAYS[1]))["较早：2025年1月31日"]
    published(tmp_path, [page("front", "2025-04-30")], keep=2)
    assert not (tmp_path / "plan" / DAYS[0]).exists()
    assert not any("较早" in name for name in links(tmp_path, page("front", DAYS[2])))
    assert links(tmp_path, page("front", DAYS[2]))["较晚：2025年4月30日"]
    assert faults(tmp_path) == []


@pytest.mark.thorough
def test_a_neighbour_that_comes_makes_no_page_again(tmp_path: Path):
    """The page has new links; that it need not be made again is known by what it was made as."""
    old = page("front", DAYS[1])
    published(tmp_path, [old])
    before = (tmp_path / old.path).read_bytes()
    site = published(tmp_path, [page("front", DAYS[2]), page("ledger", DAYS[1])])
    known = site.pages[old.path]
    assert (tmp_path / old.path).read_bytes() != before
    assert (known.key, known.made_as) == (old.key, old.sha256)
    assert known.sha256 == digest((tmp_path / old.path).read_text("utf-8"))
    assert is_published(tmp_path, known)
    assert is_whole(tmp_path, site)
    # Its twin among the latest has the same links.
    newest = site.newest()["plan/latest/zh/front.html"]
    assert (tmp_path / "plan/latest/zh/front.html").read_bytes() == (tmp_path / newest.path).read_bytes()


@pytest.mark.thorough
def test_only_what_has_other_links_is_written(tmp_path: Path):
    published(tmp_path, MONTH)
    written = {name: (tmp_path / name).stat().st_mtime_ns for name in files_of(tmp_path)}
    published(tmp_path, [page("front", "2025-04-30")])
    touched = {name for name in written if (tmp_path / name).exists()}
    touched = {name for name in touched if (tmp_path / name).stat().st_mtime_ns != written[name]}
    index = {"index.html", "index.en.html"}
    assert {name for name in touched - index if "/latest/" not in name} == {page("front", DAYS[2]).path}


@pytest.mark.thorough
def test_a_page_that_somebody_changed_is_not_made_good_by_new_links(tmp_path: Path):
    old = page("front", DAYS[1])
    published(tmp_path, [old])
    file = tmp_path / old.path
    file.write_text(file.read_text("utf-8").replace("front k", "all is well"), "utf-8")
    site = published(tmp_path, [page("front", DAYS[2])])
    assert not is_published(tmp_path, site.pages[old.path])
    assert "all is well" in file.read_text("utf-8")


@pytest.mark.thorough
def test_links_that_a_stopped_run_had_written_are_recognised(tmp_path: Path):
    """The page is still what was made, though the manifest knows of other links; and they are put right."""
    old, gone = page("front", DAYS[1]), page("front", DAYS[2])
    published(tmp_path, [old])
    manifest = (tmp_path / "manifest.json").read_bytes()
    published(tmp_path, [gone])
    (tmp_path / "manifest.json").write_bytes(manifest)
    (tmp_path / gone.path).unlink()
    known = read_manifest(tmp_path).pages[old.path]
    assert is_published(tmp_path, known)
    published(tmp_path, [page("trend", DAYS[1])])
    assert faults(tmp_path) == []
    assert not any("较晚" in name for name in links(tmp_path, old))


def test_a_page_of_an_earlier_version_stays_as_it_is(tmp_path: Path):
    old = replace(page("front", DAYS[1]), blocks="")
    plain = "<!doctype html><html><head><style></style></head><body><main>old</main></body></html>\n"
    old = replace(old, sha256=digest(plain))
    with staging(tmp_path) as stage:
        (stage / "a").write_text(plain, "utf-8")
        publish(tmp_path, stage, made={old: stage / "a"}, failed={}, render=lambda _: {"index.html": ""})
    site = published(tmp_path, [page("front", DAYS[2])])
    assert (tmp_path / old.path).read_text("utf-8") == plain
    assert is_published(tmp_path, site.pages[old.path])


@pytest.mark.thorough
def test_the_navigation_brings_the_face_of_its_own_characters(tmp_path: Path):
    published(tmp_path, MONTH)
    text = (tmp_path / page("front", DAYS[1]).path).read_text("utf-8")
    own, navigation = characters(as_made(text)), re.search("<!--navigation-->.*?<!--/navigation-->", text, re.DOTALL)
    assert navigation
    (covered,) = re.findall(r"unicode-range:([^}]*)}", text)
    lent = {chr(int(code.removeprefix("U+"), 16)) for code in covered.split(",")}
    assert lent == set(characters(navigation[0])) - set(own)
    assert lent


def test_what_a_unit_writes_is_no_link(tmp_path: Path):
    """Its quotation marks and angle brackets are escaped before they come to a page."""
    text = text_of(page()).replace("<main>", "<main>&lt;!--navigation--&gt; data-to=&#34;report:trend&#34; ")
    assert as_made(text) == text
    assert made_hash(text) == digest(text)


@st.composite
def sites(draw: st.DrawFn) -> list[Page]:
    """Pages of any report, day, language and part, each address once."""
    chosen = draw(st.lists(st.sampled_from(_EVERY), max_size=9, unique_by=lambda one: one.path))
    return [one for one in chosen if one.report != "brief" or one.parameters.unit]


_EVERY = [
    page(report, day, lang=lang, **asked)
    for report in REPORTS
    for day in DAYS
    for lang in ("zh", "en")
    for asked in ({}, {"unit": "u1"}, {"theme": "T2"}, {"known_at": "2025-05-01"}, {"compare_to": "2024-12-31"})
    if report != "brief" or "unit" in asked
]


@pytest.mark.thorough
@given(st.lists(sites(), min_size=1, max_size=3), st.integers(1, 3))
# A day goes to which a page leads that stays.
@example([[page(as_of=DAYS[0]), page(as_of=DAYS[1])], [page(as_of=DAYS[2])]], 2)
def test_no_link_of_any_site_is_broken(runs: list[list[Page]], keep: int):
    with TemporaryDirectory() as name:
        folder = Path(name) / "site"
        for pages in runs:
            site = published(folder, pages, keep=keep)
            assert faults(folder) == []
            assert is_whole(folder, site)
            for path, one in site.pages.items():
                text = (folder / path).read_text("utf-8")
                assert (one.sha256, one.made_as) == (digest(text), digest(as_made(text)))
            # Each known at one day.
            assert len({(one.parameters.as_of, one.parameters.known_at) for one in site.newest().values()}) <= 1
        shutil.move(folder, folder.with_name("moved"))
        assert faults(folder.with_name("moved")) == []


@pytest.mark.thorough
@given(sites(), st.randoms(use_true_random=False))
def test_a_site_is_the_same_in_whatever_order_its_pages_came(pages: list[Page], chance: Any):
    with TemporaryDirectory() as name:
        at_once, one_by_one = Path(name) / "a", Path(name) / "b"
        published(at_once, pages)
        published(one_by_one, [])
        chance.shuffle(pages)
        for one in pages:
            published(one_by_one, [one])
        assert files_of(at_once) == files_of(one_by_one)
