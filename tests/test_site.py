"""The published folder: always whole, whatever stops a run; its manifest and its index."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from analysis.catalogue import FIRST, languages, own_name, tag_of
from analysis.files import Busy
from analysis.manifest.stored import MANIFEST, manifest_text
from analysis.page import Executed
from analysis.parameters import Parameters
from analysis.runner import Report
from analysis.site import (
    Failure,
    Manifest,
    SiteNotWritable,
    is_published,
    is_whole,
    locked,
    read_manifest,
    staging,
)
from analysis.site.index import date_id, index_files, page_of_failure
from tests.killing import HOW_OFTEN, killed
from tests.sites import contents, failure, faults, html, page, put
from tests.small_disks import small_disk_at
from tests.stopping import steps, stop_at

if TYPE_CHECKING:
    from collections.abc import Iterator

EMPTY = Manifest()
REPORTS = {
    name: Report(name, Path(f"{name}.ipynb"), titles)
    for name, titles in {"load": {"zh": "负担", "en": "Load"}, "brief": {"en": "Brief"}}.items()
}

DAYS = ("2025-01-31", "2025-02-28", "2025-03-31")


def test_pages_stand_under_their_date_and_as_the_latest(tmp_path: Path) -> None:
    put(tmp_path, [page(as_of=day, key=day) for day in DAYS])
    assert faults(tmp_path) == []
    assert (tmp_path / "plan/latest/zh/load.html").read_text("utf-8") == html("load 2025-03-31")
    assert not list(tmp_path.glob(".staging-*"))


def test_an_older_page_made_later_does_not_become_the_latest(tmp_path: Path) -> None:
    put(tmp_path, [page(key="new")])
    put(tmp_path, [page(as_of="2025-02-28", key="old")])
    assert (tmp_path / "plan/latest/zh/load.html").read_text("utf-8") == html("load new")


@pytest.mark.thorough
def test_a_failure_is_told_until_its_page_is_made(tmp_path: Path) -> None:
    put(tmp_path, [page(as_of="2025-02-28")])
    put(tmp_path, [], [failure(since="first")])
    after = put(tmp_path, [], [failure(since="second")])
    (failed,) = after.failures.values()
    assert failed.since == "first"
    assert (tmp_path / failed.page).is_file()
    assert (tmp_path / failed.notebook).is_file()
    assert faults(tmp_path) == []
    put(tmp_path, [page()])
    assert read_manifest(tmp_path).failures == {}
    assert not (tmp_path / failed.page).exists()
    assert not (tmp_path / failed.notebook).exists()


def dates_of(folder: Path) -> list[str]:
    return sorted({one.parameters.as_of for one in read_manifest(folder).pages.values()})


def test_the_newest_period_ends_are_kept_and_what_was_just_asked_for(tmp_path: Path) -> None:
    put(tmp_path, [page(as_of=day) for day in DAYS])
    put(tmp_path, [page("other", DAYS[-1])], keep=2)
    assert dates_of(tmp_path) == ["2025-02-28", "2025-03-31"]
    assert not (tmp_path / "plan/2025-01-31").exists()
    put(tmp_path, [page(as_of="2024-12-31")], keep=2)
    assert dates_of(tmp_path) == ["2024-12-31", "2025-02-28", "2025-03-31"]
    assert faults(tmp_path) == []


@pytest.mark.thorough
def test_one_date_goes_a_run_unless_somebody_says_otherwise(tmp_path: Path) -> None:
    days = [f"2024-{month:02d}-28" for month in (1, 3)] + ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
    put(tmp_path, [page(as_of=day) for day in days])
    left = sorted(days)
    for gone in (1, 2, 3):
        put(tmp_path, [page(as_of=left[-1])], keep=1)
        assert dates_of(tmp_path) == left[gone:]
    put(tmp_path, [page(as_of=left[-1])], keep=1, retire=["expired"])
    assert dates_of(tmp_path) == left[-1:]


@pytest.mark.thorough
def test_pages_of_other_days_neither_count_nor_push_others_out(tmp_path: Path) -> None:
    others = [f"2025-03-{day:02d}" for day in range(1, 31)]
    put(tmp_path, [page(as_of=day) for day in [*DAYS, *others]])
    for _ in range(3):
        put(tmp_path, [page("other", DAYS[-1])], keep=3)
    assert dates_of(tmp_path) == sorted([*DAYS, *others])


def test_an_older_date_stays_while_there_is_room(tmp_path: Path) -> None:
    """What is made for a day within a period, and then for the newest period, both stay: only age or number expires."""
    put(tmp_path / "site", [page("a", "2024-06-15")])
    manifest = put(tmp_path / "site", [page("a", "2025-03-31")])
    assert {one.parameters.as_of for one in manifest.pages.values()} == {"2024-06-15", "2025-03-31"}


@pytest.mark.thorough
def test_dates_after_the_newest_arrival_push_nothing_out(tmp_path: Path) -> None:
    """A clock that is ahead, a day mistyped: nothing is lost, and a person may remove what came of it."""
    put(tmp_path, [page(as_of=day) for day in DAYS])
    ahead = ["2052-03-31", "2052-04-30"]
    for day in ahead:
        put(tmp_path, [page(as_of=day)], keep=3, until="2025-04-05")
    put(tmp_path, [page("other", DAYS[-1])], keep=3, until="2025-04-05")
    assert dates_of(tmp_path) == [*DAYS, *ahead]
    put(tmp_path, [page(as_of=DAYS[-1])], keep=3, until="2025-04-05", retire=ahead)
    assert dates_of(tmp_path) == list(DAYS)
    assert (tmp_path / "plan/latest/zh/load.html").read_bytes() == (
        tmp_path / f"plan/{DAYS[-1]}/zh/load.html"
    ).read_bytes()


@pytest.mark.parametrize("day", ["2024-01-31", DAYS[-1], "nonsense"])
def test_a_date_that_cannot_go_is_named(tmp_path: Path, day: str) -> None:
    put(tmp_path, [page(as_of=one) for one in DAYS])
    with pytest.raises(SiteNotWritable, match=day):
        put(tmp_path, [page(as_of=DAYS[-1], key="new")], retire=[day])
    assert (tmp_path / "plan/latest/zh/load.html").read_text("utf-8") == html("load k")


def test_age_is_counted_between_period_ends(tmp_path: Path) -> None:
    put(tmp_path, [page(as_of="2020-01-31")])
    put(tmp_path, [page(as_of="2025-01-31")], keep=36)
    assert dates_of(tmp_path) == ["2025-01-31"]


def test_a_plan_expires_by_its_own_dates_alone(tmp_path: Path) -> None:
    other = replace(page(as_of="2019-01-31"), path="other/2019-01-31/zh/load.html")
    other = replace(other, parameters=other.parameters.model_copy(update={"plan_id": "other"}))
    put(tmp_path, [other])
    put(tmp_path, [page(as_of=day) for day in DAYS], keep=1)
    put(tmp_path, [page(as_of=DAYS[-1])], keep=1)
    assert "2019-01-31" in dates_of(tmp_path)


# What is not ours.


def test_a_folder_that_is_no_site_is_refused_and_named(tmp_path: Path) -> None:
    (tmp_path / "台账.xlsx").write_bytes(b"precious")
    before = contents(tmp_path)
    with pytest.raises(SiteNotWritable, match=r"台账\.xlsx"), locked(tmp_path):
        pass
    assert contents(tmp_path) == before


def test_what_says_what_a_folder_is_for_does_not_make_it_somebody_elses(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("Pages land here.", "utf-8")
    put(tmp_path, [page()])
    assert (tmp_path / "README.md").read_text("utf-8") == "Pages land here."
    assert faults(tmp_path) == []


@pytest.mark.parametrize(
    "place",
    [
        "index.html",
        "plan/2025-03-31/zh/load.html",
        "plan/latest/zh/load.html",
        "failed/plan/2025-03-31/zh/b.ipynb",
        "plan/2025-03-31",
        "plan",
    ],
)
@pytest.mark.parametrize("kind", ["file", "link", "folder"])
def test_what_stands_in_the_way_and_is_not_ours_is_never_touched(tmp_path: Path, place: str, kind: str) -> None:
    site, apart = tmp_path / "site", tmp_path / "apart"
    apart.mkdir()
    (apart / "precious").write_text("precious", "utf-8")
    with locked(site):
        pass
    foreign = site / place
    foreign.parent.mkdir(parents=True, exist_ok=True)
    if kind == "file":
        foreign.write_text("mine", "utf-8")
    elif kind == "link":
        foreign.symlink_to(apart if "." not in place.split("/")[-1] else apart / "precious")
    elif "." in place.split("/")[-1]:
        (foreign / "inner").mkdir(parents=True)
    else:
        pytest.skip("a folder where a folder is to be")
    before = contents(tmp_path)
    with pytest.raises(SiteNotWritable, match=place.split("/")[0]):
        put(site, [page()], [failure("b")])
    assert contents(tmp_path) == before


def test_a_page_that_somebody_removed_is_not_led_to(tmp_path: Path) -> None:
    put(tmp_path, [page("a"), page("b")])
    for place in (DAYS[-1], "latest"):
        (tmp_path / f"plan/{place}/zh/b.html").unlink()
    assert not is_whole(tmp_path, read_manifest(tmp_path))
    put(tmp_path, [page("a")])
    assert faults(tmp_path) == []
    assert is_whole(tmp_path, read_manifest(tmp_path))


def test_a_page_that_was_changed_or_lost_is_noticed(tmp_path: Path) -> None:
    site = put(tmp_path, [page()])
    assert is_whole(tmp_path, site)
    (one,) = site.pages.values()
    assert is_published(tmp_path, one)
    (tmp_path / one.path).write_text("changed", "utf-8")
    assert not is_published(tmp_path, one)
    (tmp_path / "plan/latest/zh/load.html").unlink()
    assert not is_whole(tmp_path, site)


@pytest.mark.parametrize("place", ["latest", DAYS[-1]])
def test_what_stands_under_the_two_addresses_of_a_page_is_the_same_again(tmp_path: Path, place: str) -> None:
    """In a site that was copied or unzipped they are two files, of which one may be changed alone."""
    site = put(tmp_path, [page()])
    file = tmp_path / f"plan/{place}/zh/load.html"
    file.unlink()
    file.write_text("changed", "utf-8")
    assert not is_whole(tmp_path, site)
    put(tmp_path, [page()])
    assert is_whole(tmp_path, read_manifest(tmp_path))
    assert "changed" not in contents(tmp_path).values()
    assert file.read_bytes() == (tmp_path / page().latest_path).read_bytes()


def test_an_index_that_was_left_behind_is_noticed(tmp_path: Path) -> None:
    put(tmp_path, [page()])
    before = (tmp_path / "index.html").read_bytes()
    site = put(tmp_path, [page("other")])
    (tmp_path / "index.html").write_bytes(before)
    assert not is_whole(tmp_path, site)


def test_two_runs_do_not_publish_at_once(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with locked(tmp_path):
            os.write(writer, b"held")
            time.sleep(60)
    os.read(reader, 4)
    try:
        with pytest.raises(Busy, match="另一次运行"), locked(tmp_path):
            pass
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with locked(tmp_path):
        pass


def test_a_manifest_that_cannot_be_read_stops_the_run(tmp_path: Path) -> None:
    put(tmp_path, [page()])
    (tmp_path / MANIFEST).write_text("[]", "utf-8")
    with pytest.raises(SiteNotWritable, match="无法识别"):
        read_manifest(tmp_path)


FLAT = """{
 "pages": [
  {
   "path": "plan/2025-03-31_known_2025-04-05_compared_2024-12-31/en/load_unit-u.html",
   "key": "k",
   "sha256": "s",
   "report": "load",
   "plan_id": "plan",
   "plan_title": "Plan",
   "as_of": "2025-03-31",
   "known_at": "2025-04-05",
   "compare_to": "2024-12-31",
   "lang": "en",
   "unit": "u",
   "theme": "",
   "selection": "Unit",
   "title": "Load",
   "headline": "Much.",
   "banner": "Made up.",
   "measures": 3,
   "closed": 2,
   "no_feedback": 1
  }
 ],
 "failures": [
  {
   "path": "plan/2025-03-31/zh/load.html",
   "report": "load",
   "plan_id": "plan",
   "as_of": "2025-03-31",
   "lang": "zh",
   "selection": "",
   "result": "failed",
   "since": "2025-04-06T06:00+08:00",
   "known_at": "2025-03-31"
  }
 ],
 "index": {
  "index.html": "h"
 },
 "leaving": ["gone.html"]
}"""
"""What the version before parameters were one value wrote."""


def test_a_manifest_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(FLAT, "utf-8-sig")
    marked = read_manifest(tmp_path)
    (tmp_path / MANIFEST).write_text(FLAT, "utf-8")
    site = read_manifest(tmp_path)
    assert marked == site, "an editor of Windows puts a mark in front"
    (one,) = site.pages.values()
    assert one.parameters == Parameters(
        plan_id="plan", as_of="2025-03-31", known_at="2025-04-05", compare_to="2024-12-31", lang="en", unit="u"
    )
    assert (one.title, one.measures, one.closed, one.no_feedback) == ("Load", 3, 2, 1)
    assert one.latest_path == "plan/latest/en/load_unit-u.html"
    (failed,) = site.failures.values()
    assert failed.parameters == Parameters(plan_id="plan", as_of="2025-03-31", known_at="2025-03-31")
    assert (site.index, site.leaving) == ({"index.html": "h"}, ("gone.html",))


def test_a_manifest_is_written_flat_and_read_again(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(FLAT, "utf-8")
    site = read_manifest(tmp_path)
    text = manifest_text(site)
    written, before = json.loads(text), json.loads(FLAT)
    unlinked = {"finished": "closed", "blocks": "", "made_as": "", "links": "", "basis": "", "docx": "", "xlsx": ""}
    assert written["pages"] == [listed | unlinked for listed in before["pages"]]
    blank = {"compare_to": "", "unit": "", "theme": ""}
    assert written["failures"] == [failed | blank for failed in before["failures"]]
    (tmp_path / MANIFEST).write_text(text, "utf-8")
    assert read_manifest(tmp_path) == site


@pytest.mark.parametrize("change", [{"as_of": "2025-02-30"}, {"lang": "xx"}, {"new": 1}])
def test_a_manifest_that_says_what_cannot_be_stops_the_run(tmp_path: Path, change: dict[str, object]) -> None:
    content = json.loads(FLAT)
    content["pages"][0] |= change
    (tmp_path / MANIFEST).write_text(json.dumps(content), "utf-8")
    with pytest.raises(SiteNotWritable, match="无法识别"):
        read_manifest(tmp_path)


def test_the_newest_is_the_latest_day_the_last_known_and_compared_with_none() -> None:
    made = [
        replace(page(as_of=day, known_at=known), path=f"plan/{day}_{known}_{compared}/zh/load.html")
        for day, known, compared in [
            ("2025-03-31", "2025-04-05", ""),
            ("2025-03-31", "2025-04-30", "2024-12-31"),
            ("2025-03-31", "2025-04-30", ""),
            ("2025-02-28", "2025-05-30", ""),
        ]
    ]
    compared = made[1].parameters.model_copy(update={"compare_to": "2024-12-31"})
    made[1] = replace(made[1], parameters=compared)
    for order in (made, made[::-1]):
        assert list(Manifest({one.path: one for one in order}).newest().values()) == [made[2]]


@pytest.mark.thorough
def test_the_index_shows_the_newest_first_and_the_greatest_share_of_it() -> None:
    kept = [
        replace(page(report, day, unit=unit), title=f"{report} {unit}", measures=measures, closed=1)
        for day in ("2025-02-28", "2025-03-31")
        for report, unit, measures in (("load", "", 31), ("b", "small", 2), ("c", "great", 26))
    ]
    text = index_files(Manifest({one.path: one for one in kept}), REPORTS)["index.html"]
    places = [text.index(f'href="plan/{day}') for day in ("2025-03-31", "2025-02-28")]
    assert places == sorted(places)
    assert text.index("c great") < text.index("b small")
    # What other dates said, and their pages, are one click away.
    at_a_glance, others = text.split("<main", 1)[1].split('<details class="others">')
    others, latest = others.split('<details class="latest">')
    assert at_a_glance.count('class="headline"') == 1
    assert at_a_glance.count('href="plan/2025-03-31') == 3
    assert 'href="plan/2025-02-28' not in at_a_glance
    assert others.count('href="plan/2025-02-28') == 3
    assert "load k" in others
    assert latest.count('href="plan/latest') == 3
    assert '<td class="number">26</td><td class="number">1</td><td class="number">0</td>' in at_a_glance


@pytest.mark.thorough
def test_the_index_begins_with_the_newest_day_of_the_whole() -> None:
    """What somebody asked for since, of a unit or in comparison, is folded among the others."""
    made = [page(as_of="2025-02-28"), page(), page("brief", "2025-04-15", unit="u")]
    compared = page().parameters.model_copy(update={"compare_to": "2024-12-31"})
    made.append(replace(page(), path="plan/2025-03-31_compared_2024-12-31/zh/load.html", parameters=compared))
    text = index_files(Manifest({one.path: one for one in made}), REPORTS)["index.html"]
    (first,) = re.findall("<h3[^>]*>(.*?)</h3>", text.split('<details class="others">')[0])
    assert first == "截至2025年3月31日"
    ids = re.findall('<h3 id="([^"]*)"', text)
    assert ids[0] == "plan_2025-03-31"
    assert sorted(ids) == sorted({date_id(one) for one in made})


@pytest.mark.thorough
def test_the_index_draws_how_many_are_completed() -> None:
    """From pages of the whole, each day as known last; said in words, too; nothing where there is one day."""
    counts = {"2025-01-31": 1, "2025-02-28": 4, "2025-03-31": 10}
    made = [replace(page(as_of=day), measures=31, closed=closed) for day, closed in counts.items()]
    late = replace(page(as_of="2025-02-28", known_at="2025-05-30"), measures=31, closed=5)
    made += [replace(late, path=late.path.replace("/zh/", "_known_2025-05-30/zh/"))]
    made += [replace(page("brief", "2025-04-30", unit="u"), measures=3, closed=3)]
    text = index_files(Manifest({one.path: one for one in made}), REPORTS)["index.html"]
    assert "已办结：2025年1月31日1项，2025年3月31日10项（共31项）" in text
    (line,) = re.findall('class="done" d="([^"]*)"', text)
    heights = [float(height) for height in re.findall("[V ]([0-9.]+)", line)]
    # Higher up is less from the top: 1, 5 and 10 of 31 are in the proportions of what they count.
    assert (heights[0] - heights[1]) / (heights[0] - heights[2]) == pytest.approx(4 / 9, abs=0.02)
    unverified = [replace(one, finished="done_reported") for one in made]
    told = index_files(Manifest({one.path: one for one in unverified}), REPORTS)["index.html"]
    assert "已办结" not in told.split("<main")[1]
    alone = index_files(Manifest({made[0].path: made[0]}), REPORTS)["index.html"]
    assert 'class="course"' not in alone


@pytest.mark.thorough
@pytest.mark.parametrize("order", [["load", "brief"], ["brief", "load"]])
def test_the_index_follows_the_order_of_the_reports(order: list[str]) -> None:
    made = [page(name) for name in ("unknown", "brief", "load")]
    reports = {name: REPORTS[name] for name in order}
    text = index_files(Manifest({one.path: one for one in made}), reports)["index.html"]
    places = [text.index(f'href="plan/2025-03-31/zh/{name}.html') for name in [*order, "unknown"]]
    assert places == sorted(places)


def test_an_index_without_pages_does_not_say_that_there_are_none() -> None:
    """Of a plan whose pages are made in one language only, the other's first page says no more than that."""
    none, some = index_files(Manifest(), {}), index_files(Manifest({(one := page(lang="en")).path: one}), {})
    assert "尚未发布任何报告" in none["index.html"]
    assert "尚未发布任何报告" not in some["index.html"]
    assert "尚未发布本语言的报告" in some["index.html"]


def test_each_index_leads_to_those_of_all_other_languages() -> None:
    texts = index_files(Manifest(), {})
    assert len(texts) == len(languages())
    assert f'<html lang="{tag_of(FIRST)}">' in texts["index.html"]
    for lang in languages():
        if lang != FIRST:
            link = f'href="index.{lang}.html" lang="{tag_of(lang)}" hreflang="{tag_of(lang)}">{own_name(lang)}</a>'
            assert link in texts["index.html"]
            assert f'<html lang="{tag_of(lang)}">' in texts[f"index.{lang}.html"]
            assert 'href="index.html"' in texts[f"index.{lang}.html"]
    assert not [name for name, text in texts.items() if f'href="{name}"' in text]


def told_of(one: Failure, site: Manifest = EMPTY, **parts: str) -> str:
    error = {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "by zero"}
    traceback = ["Traceback", "\x1b[31mZeroDivisionError: by zero\x1b[0m"]
    broken = {"cell_type": "code", "source": ["1 ", "/ 0"], "metadata": {}}
    cell = {**broken, "outputs": [{**error, "traceback": traceback}]}
    given: dict[str, Any] = {"reason": "Traceback\nZeroDivisionError: by zero", "log": "", **parts}
    return page_of_failure(site, one, Executed.of({"cells": [cell]}), reports=REPORTS, **given)


@pytest.mark.thorough
def test_a_failure_is_told_in_words_and_once() -> None:
    text = told_of(replace(failure("load"), selection="天津海关"))
    assert "<h1>负担、天津海关</h1>" in text
    assert "自2025年4月6日 06:00起未能生成" in text
    assert text.count("ZeroDivisionError: by zero") == 2
    assert text.count("Traceback") == 1
    assert "<pre>1 / 0</pre>" in text
    assert "\x1b" not in text
    assert 'href="../../../../index.html"' in text
    assert "<pre>&lt;b&gt;</pre>" in told_of(failure(), log="<b>")


@pytest.mark.thorough
def test_a_failure_is_told_in_one_language_with_both_days_and_a_line_a_cause() -> None:
    one = replace(failure("load", known_at="2025-04-07"), result="refused")
    text = told_of(one, reason="h1 应恰有一个；缺少页面标题 title")
    assert '<p class="dates">截至2025年3月31日 · 按2025年4月7日前收到的反馈</p>' in text
    assert "<li>h1 应恰有一个</li>\n<li>缺少页面标题 title</li>" in text
    assert "url(data:font/woff;base64," in text
    english = replace(one, parameters=one.parameters.model_copy(update={"lang": "en"}))
    assert "Index</a>" in told_of(english)
    assert not re.search("[\u4e00-\u9fff]", told_of(english).split("</style>")[1])


@pytest.mark.thorough
def test_a_failure_names_what_is_shown_instead() -> None:
    shown = replace(page(as_of="2025-02-28"), title="负担情况")
    text = told_of(failure(), Manifest({shown.path: shown}))
    assert "负担情况" in text
    assert "2025年2月28日" in text


@pytest.mark.thorough
def test_what_a_report_is_called_where_no_page_says_so() -> None:
    """In another language when it has no title in this one; by its name when there is no such report any more."""
    assert "<h1>Brief</h1>" in told_of(failure("brief"))
    assert "<h1>gone</h1>" in told_of(failure("gone"))


def test_what_a_stopped_run_left_is_swept(tmp_path: Path) -> None:
    (tmp_path / ".staging-old").mkdir()
    with staging(tmp_path):
        assert [left.name for left in tmp_path.glob(".staging-old")] == []


@pytest.mark.integration
def test_a_site_is_whole_when_a_run_is_stopped_before_any_step(tmp_path: Path) -> None:
    least = steps(lambda: put(tmp_path / "count", [page("a", key="1"), page("b", key="1")]))
    assert least > 15
    for step in range(1, 120):
        folder = tmp_path / str(step)
        put(folder, [page("a", key="0"), page("b", DAYS[0], key="0")], [failure("c")])
        stopped = stop_at(step, lambda folder=folder: put(folder, [page("a", key="1"), page("c", key="1")], keep=1))
        assert faults(folder) == [], step
        put(folder, [page("a", key="2"), page("c", key="2")], keep=1)
        site = read_manifest(folder)
        assert faults(folder) == []
        assert is_whole(folder, site)
        assert not list(folder.glob(".staging-*"))
        if not stopped:
            return
    raise AssertionError("more steps than expected")


@pytest.mark.integration
@HOW_OFTEN
def test_a_site_is_whole_after_a_power_cut_at_any_moment(tmp_path: Path, times: int) -> None:
    """Runs are killed at random moments; a reader follows every link after each."""
    put(tmp_path, [page(str(number), key="0") for number in range(8)])
    turn = 0

    def run() -> None:
        pages = [page(str(number), key=str(turn)) for number in range(8) if (number + turn) % 2]
        put(tmp_path, pages, [failure(str(number)) for number in range(8) if not (number + turn) % 2], keep=1)

    def see(ended: bool) -> None:
        nonlocal turn
        turn += 1
        assert faults(tmp_path) == [], turn

    killed(run, see, times=times)
    put(tmp_path, [page(str(number), key="last") for number in range(8)])
    assert faults(tmp_path) == []
    assert is_whole(tmp_path, read_manifest(tmp_path))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 KB."""
    with small_disk_at(tmp_path / "disk", "size=400k") as folder:
        yield folder


def test_a_full_disk_changes_nothing(small_disk: Path) -> None:
    put(small_disk, [page("a"), page("b")])
    before = {file: file.read_bytes() for file in small_disk.rglob("*") if file.is_file()}
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)) as full:
        put(small_disk, [page(str(number), key="new") for number in range(40)])
    assert full.value.errno == errno.ENOSPC
    assert {file: file.read_bytes() for file in small_disk.rglob("*") if file.is_file()} == before
    assert faults(small_disk) == []


def test_a_disk_that_cannot_be_written_to_changes_nothing(small_disk: Path) -> None:
    put(small_disk, [page("a")])
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(OSError, match=os.strerror(errno.EROFS)):
        put(small_disk, [page("b")])
    assert faults(small_disk) == []
