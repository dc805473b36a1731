"""Forms come in whole, twice, changed and damaged, and collecting is killed in between: no row is lost or doubled."""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from analysis import intake
from analysis.inbox import JOURNAL
from analysis.plan import open_plan, read_record
from tests.returned_forms import blank_plan, measures_of
from tests.test_intake import write_form

if TYPE_CHECKING:
    from collections.abc import Hashable

UNITS = {"天津港": "port-group", "天津海关": "tj-customs"}
TODAY = pd.Timestamp("2026-11-26")
OUTCOMES = {"appended", "refused", "known"}


class Collecting(RuleBasedStateMachine):
    """An inbox, and the record that is made from it."""

    @initialize()
    def begin(self) -> None:
        self.home = Path(tempfile.mkdtemp())
        self.plan = blank_plan(self.home / "plan")
        self.inbox = self.home / "收表"
        self.inbox.mkdir()
        self.sent = 0
        self.contents: set[str] = set()
        self.before: list[dict[Hashable, Any]] = []

    def teardown(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)

    @rule(
        unit=st.sampled_from(sorted(UNITS)),
        day=st.integers(1, 9),
        percents=st.lists(st.sampled_from(["", "7", "40", "1", "140", "约"]), min_size=1, max_size=4),
        states=st.lists(st.sampled_from(["推进中", "受阻", "快了", "已办结"]), min_size=4, max_size=4),
    )
    def send(self, unit: str, day: int, percents: list[str], states: list[str]) -> None:
        measures = measures_of(self.plan, UNITS[unit])
        rows = list(zip(measures, states, percents, strict=False))
        self.sent += 1
        write_form(self.inbox / f"{self.sent}.csv", rows, unit=unit, sent=f"2024-07-0{day}")

    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        if files := sorted(self.inbox.glob("*.csv")):
            file = data.draw(st.sampled_from(files))
            self.sent += 1
            shutil.copy(file, self.inbox / f"{file.stem} ({self.sent}).csv")

    @rule(data=st.data())
    def damage(self, data: st.DataObject) -> None:
        if files := sorted(file for file in self.inbox.iterdir() if file.is_file()):
            file = data.draw(st.sampled_from(files))
            content = file.read_bytes()
            at = data.draw(st.integers(0, len(content)))
            noise = data.draw(st.binary(max_size=8))
            file.write_bytes(content[:at] + noise + content[at + data.draw(st.integers(0, 40)) :])

    @rule()
    def collect(self) -> None:
        files, unread = intake.find_files([self.inbox])
        assert unread == []
        self.contents |= {hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
        before = len(self.rows())
        with intake.receiving(open_plan(self.plan.folder), files, at="2026-11-26T09:00:00+08:00") as receipt:
            plan = open_plan(self.plan.folder)
            collected = intake.collect(files, plan, today=TODAY, contents=receipt.contents)
            intake.append(plan, collected)
            intake.write_down(receipt, collected)
        assert [form.file for form in collected.forms] == files
        for form in collected.forms:
            assert form.errors or form.unchanged or form.statements or form.unfilled or form.problems == []
            assert {statement.outcome for statement in form.statements} <= OUTCOMES
            for statement in form.statements:
                assert bool(form.errors or statement.errors) == (statement.outcome == "refused")
        counts = collected.counts
        assert counts["read"] == counts["appended"] + counts["refused"] + counts["known"]
        assert len(self.rows()) == before + counts["appended"]
        # Nothing is new when it is collected at once again.
        again = intake.collect(files, open_plan(self.plan.folder), today=TODAY)
        assert again.counts["appended"] == 0
        assert again.counts["known"] == counts["appended"] + counts["known"]

    @rule(wait=st.floats(0, 0.4))
    def collect_and_be_killed(self, wait: float) -> None:
        child = os.fork()
        if child == 0:
            try:
                self.collect()
            finally:
                os._exit(0)
        time.sleep(wait)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)

    def rows(self) -> list[dict[Hashable, Any]]:
        return read_record(self.plan).to_dict("records")

    @invariant()
    def the_record_only_grows_and_can_be_opened(self) -> None:
        if hasattr(self, "plan"):
            rows = self.rows()
            assert rows[: len(self.before)] == self.before
            assert len({row["log_id"] for row in rows}) == len(rows)
            self.before = rows
            assert open_plan(self.plan.folder)

    @invariant()
    def what_came_in_is_there(self) -> None:
        if hasattr(self, "plan"):
            folder = self.plan.folder / "received"
            kept = {file.name.partition(".")[0]: file for file in folder.glob("[0-9a-f]*.*")}
            assert self.contents <= set(kept)
            assert all(hashlib.sha256(file.read_bytes()).hexdigest() == name for name, file in kept.items())
            if (folder / JOURNAL).exists():
                with (folder / JOURNAL).open(encoding="utf-8-sig", newline="") as file:
                    assert {line["sha256"] for line in csv.DictReader(file)} <= {*kept, ""}


TestCollecting = pytest.mark.integration(Collecting.TestCase)
TestCollecting.settings = settings(max_examples=5, stateful_step_count=12, deadline=None)
