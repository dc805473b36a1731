"""A site under everything that people, clocks and power do to it: nothing is lost, nothing of others is touched."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from analysis.site import Manifest, SiteNotWritable, is_whole, read_manifest
from tests.sites import PLAN, contents, failure, faults, html, page, put
from tests.stopping import stop_at

if TYPE_CHECKING:
    from collections.abc import Callable

KEEP = 2
UNTIL = "2025-04-05"
ENDS = ("2024-12-31", "2025-01-31", "2025-02-28", "2025-03-31")
OTHERS = ("2024-06-15", "2025-02-10", "2025-03-30")
AHEAD = ("2025-04-30", "2052-03-31")
REPORTS = ("a", "b")

reports = st.sampled_from(REPORTS)
days = st.sampled_from([*ENDS, *OTHERS, *AHEAD])
keys = st.integers(0, 3).map(str)
wishes = st.lists(st.tuples(reports, days), min_size=1, max_size=3, unique=True)


class Site(RuleBasedStateMachine):
    """The model: what every address of a page must hold, one of the texts that may stand there."""

    @initialize()
    def begin(self) -> None:
        self.home = Path(tempfile.mkdtemp())
        self.folder = self.home / "site"
        (self.home / "precious").write_text("mine", "utf-8")
        self.held: dict[str, set[str]] = {}
        self.foreign: dict[str, str] = {}
        put(self.folder, [])

    def teardown(self) -> None:
        if hasattr(self, "home"):
            shutil.rmtree(self.home)

    def may_go(self, asked: set[str], coming: set[str]) -> list[str]:
        """The dates of pages that may go, oldest first, when some come in a run that is asked for some."""
        held = {path.split("/")[1] for path in self.held}
        ends = sorted((held | coming) & set(ENDS), reverse=True)[:KEEP]
        return sorted(day for day in held - asked if len(ends) == KEEP and day < ends[-1])

    def run(self, pages: list[tuple[str, str, str]], failed: list[tuple[str, str]], **wish: object) -> None:
        """Publish, and hold the site to what it promises."""
        made = [page(report, day, key=key) for report, day, key in pages]
        asked = {day for _, day, _ in pages} | {day for _, day in failed}
        told = [failure(report, day) for report, day in failed]
        before = contents(self.home)
        try:
            put(self.folder, made, told, keep=KEEP, until=UNTIL, **wish)
        except SiteNotWritable:
            assert contents(self.home) == before
            assert self.foreign or wish
            return
        after = read_manifest(self.folder)
        expired = self.may_go(asked, {day for _, day, _ in pages})
        self.held |= {one.path: {html(f"{one.report} {one.key}")} for one in made}
        gone = {path for path in self.held if path not in after.pages}
        named = set(wish.get("retire", []))  # type: ignore[call-overload]
        days_gone = {path.split("/")[1] for path in gone}
        assert days_gone <= named | set(expired)
        assert len(days_gone - named) <= 1 or "expired" in named
        self.held = {path: texts for path, texts in self.held.items() if path in after.pages}

    @rule(wishes=wishes, key=keys)
    def publish(self, wishes: list[tuple[str, str]], key: str) -> None:
        self.run([(report, day, key) for report, day in wishes], [])

    @rule(report=reports, day=days)
    def fail(self, report: str, day: str) -> None:
        self.run([], [(report, day)])

    @rule(day=days, report=reports)
    def retire(self, day: str, report: str) -> None:
        self.run([(report, ENDS[-1], "0")], [], retire=[day])

    @rule(report=reports)
    def retire_expired(self, report: str) -> None:
        self.run([(report, ENDS[-1], "0")], [], retire=["expired"])

    @rule(wishes=wishes, step=st.integers(1, 90))
    def power_cut(self, wishes: list[tuple[str, str]], step: int) -> None:
        made = [page(report, day, key="cut") for report, day in wishes]
        self.stopped(step, lambda: put(self.folder, made, keep=KEEP, until=UNTIL), {one.path for one in made})

    @rule(step=st.integers(1, 90))
    def power_cut_while_retiring(self, step: int) -> None:
        self.stopped(step, lambda: put(self.folder, [], keep=KEEP, until=UNTIL, retire=["expired"]), set())

    def stopped(self, step: int, do: Callable[[], Manifest], coming: set[str]) -> None:
        """What a run that may be killed leaves: each page as it was or as it was to be, or gone because it had to."""
        asked = {path.split("/")[1] for path in coming}
        expired = set(self.may_go(asked, asked))
        stop_at(step, do)
        after = read_manifest(self.folder)
        lost = {path for path in self.held if path not in after.pages}
        assert {path.split("/")[1] for path in lost} <= expired
        for path in coming:
            self.held.setdefault(path, set()).add(html(f"{path.split('/')[-1].removesuffix('.html')} cut"))
        self.held = {path: texts for path, texts in self.held.items() if path in after.pages}

    @rule(place=st.sampled_from([f"{PLAN}/{ENDS[0]}/zh/a.html", f"{PLAN}/latest/zh/b.html", f"{PLAN}/notes.txt"]))
    def somebody_puts_a_file(self, place: str) -> None:
        manifest = read_manifest(self.folder)
        file = self.folder / place
        if not file.exists() and place not in {*manifest.files(), *manifest.leaving}:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("theirs", "utf-8")
            self.foreign[place] = "theirs"

    @precondition(lambda self: self.foreign)
    @rule()
    def somebody_takes_it_away(self) -> None:
        (self.folder / self.foreign.popitem()[0]).unlink()

    @invariant()
    def every_link_leads_to_a_whole_page(self) -> None:
        if hasattr(self, "home"):
            assert faults(self.folder) == []

    @invariant()
    def what_is_held_is_there_and_nothing_else_was_touched(self) -> None:
        if not hasattr(self, "home"):
            return
        for path, texts in self.held.items():
            assert (self.folder / path).read_text("utf-8") in texts, path
        for place, text in self.foreign.items():
            assert (self.folder / place).read_text("utf-8") == text
        assert (self.home / "precious").read_text("utf-8") == "mine"

    @invariant()
    def the_next_run_makes_it_whole(self) -> None:
        """What a run that was killed has left is known to the next, which needs nobody's hand."""
        if hasattr(self, "home") and not self.foreign and not is_whole(self.folder, read_manifest(self.folder)):
            self.run([], [])
            manifest = read_manifest(self.folder)
            assert is_whole(self.folder, manifest)
            lying = {path for path in contents(self.folder) if path.endswith(".html")}
            assert lying == {path for path in manifest.files() if path.endswith(".html")} | set(manifest.index)


@pytest.mark.thorough
def test_a_site_keeps_what_it_holds() -> None:
    run_state_machine_as_test(Site, settings=settings(max_examples=12, stateful_step_count=12, deadline=None))


@pytest.mark.thorough
def test_a_site_keeps_what_it_holds_for_long() -> None:
    run_state_machine_as_test(Site, settings=settings(max_examples=80, stateful_step_count=30, deadline=None))
