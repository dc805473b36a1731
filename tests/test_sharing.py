"""A share: what it holds and nothing else, whole wherever it lies, the same each time, marked where it is made up."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from analysis import sharing
from analysis.cli import Exit, main
from analysis.manifest import FORMATS, Manifest, read_manifest
from analysis.report import check_parameters, make_reports, read_inputs
from analysis.sharing import NothingToShare, Share, archive, choose, file_name, mark_of
from analysis.sharing.archive import start_page
from analysis.site import publish, staging
from tests.chromium import needs_chromium, running_chromium
from tests.killing import HOW_OFTEN, killed
from tests.plan_folders import write_plan
from tests.plans import change_rows
from tests.sites import Reader, contents, failure
from tests.test_site_links import DAYS, MONTH, REPORTS, digest, face, page, published, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.manifest import Page

INPUTS: Any = SimpleNamespace(id="plan", address="plan")
MADE_UP = {"zh": "合成示例数据。", "en": "Synthetic sample."}


@pytest.fixture(autouse=True)
def current(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is out of date unless a test says so: made-up pages have no notebooks."""
    monkeypatch.setattr(sharing.choice, "page_key", lambda *_: "k")


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of three days in two languages; no test may change its pages."""
    published(folder := tmp_path_factory.mktemp("month"), MONTH)
    return folder


def shared(folder: Path, **asked: Any) -> Share:
    return choose(read_manifest(folder), INPUTS, REPORTS, **{"as_of": DAYS[1], **asked})


def unzipped(folder: Path, share: Share, to: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(archive(folder, share, REPORTS, narrowed=face()))) as zipped:
        zipped.extractall(to)
    return to


def names_in(content: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(content)).namelist()


def broken(folder: Path) -> list[str]:
    """Every link of a folder of pages that leads to no file of it, or to no place of the file."""
    found = []
    for file in folder.rglob("*.html"):
        for link in Reader(file.read_text("utf-8")).links:
            if link.startswith(("data:", "http")):
                continue
            name, _, place = link.partition("#")
            target = (file.parent / name).resolve() if name else file
            is_inside = target.is_file() and target.is_relative_to(folder.resolve())
            ids = Reader(target.read_text("utf-8")).ids if is_inside and place else set()
            if not is_inside or (place and unquote(place) not in {unquote(one) for one in ids}):
                found.append(f"{file.name}: {link}")
    return found


def reached(folder: Path, start: str) -> set[str]:
    """Every file that somebody comes to who begins with the first page."""
    seen: set[Path] = set()
    waiting = [folder / start]
    while waiting:
        file = waiting.pop().resolve()
        if file not in seen:
            seen.add(file)
            links = Reader(file.read_text("utf-8")).links if file.suffix == ".html" else []
            waiting += [file.parent / link.split("#")[0] for link in links if link.split("#")[0]]
    return {file.relative_to(folder.resolve()).as_posix() for file in seen}


# What it holds.


@pytest.mark.thorough
def test_a_share_of_a_day_holds_its_pages_and_a_page_to_begin_with(month: Path):
    names = names_in(archive(month, shared(month), REPORTS, narrowed=face()))
    of_day = sorted(one.path for one in MONTH if one.parameters.as_of == DAYS[1])
    assert names == ["打开这里.html", "open-here.en.html", *of_day]


@pytest.mark.thorough
def test_every_link_of_a_share_leads_to_a_file_of_it_wherever_it_lies(month: Path, tmp_path: Path):
    there = unzipped(month, shared(month), tmp_path / "elsewhere")
    assert broken(there) == []
    assert reached(there, "打开这里.html") == {file.relative_to(there).as_posix() for file in there.rglob("*.html")}


def test_what_lies_outside_the_share_is_not_led_to_and_what_lies_inside_is(month: Path, tmp_path: Path):
    there = unzipped(month, shared(month, lang="zh"), tmp_path / "there")
    text = (there / page("front", DAYS[1]).path).read_text("utf-8")
    assert "较早" in (month / page("front", DAYS[1]).path).read_text("utf-8")
    assert not re.search("较早|较晚|English", re.sub("<style.*?</style>", "", text, flags=re.DOTALL))
    links = Reader(text).links
    assert {"../../../打开这里.html", "trend.html", "ledger.html#measure-M1", "brief_unit-u1.html"} <= set(links)


def test_a_link_that_a_notebook_wrote_itself_reads_as_text_where_it_leads_out(tmp_path: Path):
    old, out = (
        page("front", DAYS[1]),
        '<a class="x" href="../../../index.html">all</a><a href="https://gov.cn/">law</a>',
    )
    out += '<a href="/srv/x.html">x</a><a href="file:///srv/x.html">y</a><a href="../../../../up.html">z</a>'
    folder = tmp_path / "site"
    folder.mkdir()
    text = text_of(old).replace("<main>", f"<main>{out}")
    with staging(folder) as stage:
        (stage / "a").write_text(text, "utf-8")
        made = {replace(old, sha256=digest(text)): stage / "a"}
        publish(folder, stage, made=made, failed={}, render=lambda _: {"index.html": ""})
    there = unzipped(folder, shared(folder), tmp_path / "there")
    text = (there / old.path).read_text("utf-8")
    assert '<a class="x">all</a>' in text
    assert '<a href="https://gov.cn/">law</a>' in text
    assert "srv" not in text
    assert "up.html" not in text


def test_names_are_those_that_windows_can_unpack(month: Path):
    with zipfile.ZipFile(io.BytesIO(archive(month, shared(month), REPORTS, narrowed=face()))) as zipped:
        for about in zipped.infolist():
            assert about.filename.isascii() or about.flag_bits & 0x800
            assert not about.filename.startswith(("/", "\\"))
            assert not any(part.startswith(".") for part in about.filename.split("/"))
            assert not set(about.filename) & set('\\:*?"<>|')
            assert about.external_attr >> 16 == 0o100644
        assert zipped.testzip() is None


@pytest.mark.thorough
def test_the_same_pages_give_the_same_bytes_whatever_else_the_site_holds(tmp_path: Path):
    published(tmp_path / "a", MONTH)
    published(tmp_path / "b", [one for one in MONTH if one.parameters.as_of != DAYS[2]])
    published(tmp_path / "b", [page("brief", DAYS[0], unit="u1")])
    first, second = (archive(tmp_path / name, shared(tmp_path / name), REPORTS, narrowed=face()) for name in "ab")
    assert first == second


def test_the_page_to_begin_with_says_what_to_do_where_a_link_does_not_open(month: Path):
    share = shared(month)
    assert "全部解压" in start_page(share, "zh", narrowed=face())
    assert "Extract" in start_page(share, "en", narrowed=face())


# Documents.


def with_documents(folder: Path) -> Manifest:
    """A site in which documents lie beside pages."""
    pages = {}
    for path, one in read_manifest(folder).pages.items():
        hashes = {}
        for kind in FORMATS:
            content = f"{kind} of {path}".encode()
            (folder / path).with_suffix(f".{kind}").write_bytes(content)
            hashes[kind] = hashlib.sha256(content).hexdigest()
        pages[path] = replace(one, **hashes)
    return Manifest(pages)


@pytest.mark.parametrize(("kinds", "count"), [(("html",), 4), (("docx",), 4), (("html", "xlsx"), 8)])
def test_documents_beside_the_pages_come_with_them_by_their_kind(
    month: Path, tmp_path: Path, kinds: tuple[str, ...], count: int
):
    site = with_documents(month)
    share = choose(site, INPUTS, REPORTS, as_of=DAYS[1], lang="zh", kinds=kinds)
    there = unzipped(month, share, tmp_path / "there")
    files = {file.relative_to(there).as_posix() for file in there.rglob("*.*")} - {"打开这里.html"}
    assert len(files) == count + (len(kinds) if "brief" in str(files) else 0)
    assert {name.rpartition(".")[2] for name in files} == set(kinds)
    assert reached(there, "打开这里.html") == files | {"打开这里.html"}


def test_a_document_that_the_site_does_not_know_is_not_shared(month: Path):
    with_documents(month)
    assert {name.rpartition(".")[2] for name in shared(month).files} == {"html"}
    with pytest.raises(NothingToShare, match="docx"):
        shared(month, kinds=["docx"])


def by_hand(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b" and what somebody thinks of it")


def led_elsewhere(file: Path) -> None:
    elsewhere = file.with_name("elsewhere")
    elsewhere.write_text("nobody's business", "utf-8")
    file.unlink()
    file.symlink_to(elsewhere)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("harm", [Path.unlink, by_hand, led_elsewhere])
def test_a_document_that_is_not_as_it_was_published_is_refused(
    tmp_path: Path, kind: str, harm: Callable[[Path], object]
):
    published(tmp_path, MONTH)
    share = choose(with_documents(tmp_path), INPUTS, REPORTS, as_of=DAYS[1])
    harm((tmp_path / page("trend", DAYS[1]).path).with_suffix(f".{kind}"))
    with pytest.raises(NothingToShare, match=rf"trend\.{kind}"):
        archive(tmp_path, share, REPORTS)


# Of one unit.


def test_a_units_share_holds_its_brief_and_tells_what_was_left_out(tmp_path: Path):
    published(
        tmp_path / "site", [*MONTH, page("ledger", DAYS[1], unit="u1"), page("brief", DAYS[1], unit="u1", theme="T1")]
    )
    share = shared(tmp_path / "site", unit="u1")
    assert [one.path for one in share.pages] == [page("brief", DAYS[1], unit="u1").path]
    (told,) = share.told
    assert "ledger_unit-u1.html" in str(told)
    assert broken(unzipped(tmp_path / "site", share, tmp_path / "there")) == []
    with pytest.raises(NothingToShare, match="--unit u9"):
        shared(tmp_path / "site", unit="u9")


# Which pages.


def test_of_several_k_the_newest_is_taken_and_told(tmp_path: Path):
    late = [page(report, DAYS[1], known_at="2025-04-30") for report in ("front", "ledger")]
    published(tmp_path, [*MONTH, *late])
    share = shared(tmp_path)
    assert {one.parameters.known_at for one in share.pages} == {"2025-04-30"}
    assert "2025-04-30" in str(share.told[0])
    early = shared(tmp_path, known_at=DAYS[1])
    assert {one.parameters.known_at for one in early.pages} == {DAYS[1]}
    assert early.told == ()
    with pytest.raises(NothingToShare, match=f"{DAYS[1]}.*2025-04-30"):
        shared(tmp_path, known_at="2025-05-31")


def test_a_day_without_pages_is_refused_with_those_there_are(month: Path):
    with pytest.raises(NothingToShare, match=f"{DAYS[0]}.*{DAYS[2]}"):
        shared(month, as_of="2025-01-01")
    with pytest.raises(NothingToShare):
        choose(Manifest(), INPUTS, REPORTS, as_of=DAYS[1])


@pytest.mark.parametrize("harm", ["gone", "changed"])
def test_a_page_that_is_not_as_it_was_published_is_refused(tmp_path: Path, harm: str):
    published(tmp_path, MONTH)
    share, file = shared(tmp_path), tmp_path / page("trend", DAYS[1]).path
    if harm == "gone":
        file.unlink()
    else:
        file.write_text(file.read_text("utf-8").replace("trend k", "all is well"), "utf-8")
    with pytest.raises(NothingToShare, match=r"trend\.html"):
        archive(tmp_path, share, REPORTS)


def test_pages_of_which_a_later_attempt_failed_or_that_are_out_of_date_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    site = published(tmp_path, MONTH)
    failed = {
        one.path: one for one in (failure("front", DAYS[1]), failure("other", DAYS[1]), failure("front", DAYS[0]))
    }
    told = [str(one) for one in choose(replace(site, failures=failed), INPUTS, REPORTS, as_of=DAYS[1]).told]
    assert [("other.html" in one, "front.html" in one) for one in told] == [(True, False), (False, True)]
    monkeypatch.setattr(sharing.choice, "page_key", lambda *_: "another")
    (old,) = shared(tmp_path).told
    assert "portplan report" in str(old)
    # Of what failed it is said once, and by what it failed.
    *_, last = choose(replace(site, failures=failed), INPUTS, REPORTS, as_of=DAYS[1]).told
    assert "portplan report" in str(last)
    assert page("front", DAYS[1]).path not in str(last)


# That it is made up.


def made_up(one: Page) -> Page:
    return replace(one, banner=MADE_UP[one.parameters.lang])


@pytest.mark.thorough
def test_a_made_up_record_is_told_in_the_name_and_on_the_page_to_begin_with(tmp_path: Path):
    published(tmp_path / "site", map(made_up, MONTH))
    share = shared(tmp_path / "site")
    assert (file_name(share), mark_of(share)) == (f"plan_{DAYS[1]}_合成示例.zip", "合成示例")
    there = unzipped(tmp_path / "site", share, tmp_path / "there")
    assert MADE_UP["zh"] in (there / "打开这里.html").read_text("utf-8")
    assert MADE_UP["en"] in (there / "open-here.en.html").read_text("utf-8")
    english = shared(tmp_path / "site", lang="en")
    assert file_name(english) == f"plan_{DAYS[1]}_synthetic-sample.zip"
    assert file_name(shared(tmp_path / "site", unit="u1")) == f"plan_{DAYS[1]}_u1_合成示例.zip"


@pytest.mark.thorough
def test_a_real_record_is_not_called_made_up(tmp_path: Path):
    published(tmp_path, [replace(one, banner="数据陈旧。") for one in MONTH])
    assert (file_name(shared(tmp_path)), mark_of(shared(tmp_path))) == (f"plan_{DAYS[1]}.zip", "")


# The command, on a real site.


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A plan in which each unit's words bear a sign of their own, and its site."""
    folder = tmp_path_factory.mktemp("share")
    plan = folder / "plan"
    write_plan(plan, measures=6, units=3)

    def sign(row: dict[str, str]) -> None:
        for column in ("progress", "problems", "request", "next_step", "evidence_ref"):
            if row[column]:
                row[column] += sign_of(row["unit_id"])

    change_rows(plan, "progress", sign)
    inputs = read_inputs(plan)
    asked = {"plan_id": inputs.address, "as_of": inputs.last_day()}
    wanted = [("delivery", asked), ("measure_ledger", asked), ("measure_ledger", {**asked, "unit": "unit-1"})]
    wanted += [("unit_brief", {**asked, "unit": unit}) for unit in ("unit-1", "unit-2")]
    checked = [(name, check_parameters(values, inputs)) for name, values in wanted]
    run = make_reports(checked, inputs, folder=folder / "site", jobs=2)
    assert run.counts() == {"made": len(wanted)}
    return plan, folder / "site"


def sign_of(unit: str) -> str:
    return f"ZQ{unit.replace('-', '')}ZQ"


def said_in(file: Path) -> str:
    """All that a share says: its names, its pages, and the files that its pages carry."""
    with zipfile.ZipFile(file) as zipped:
        texts = [*zipped.namelist(), *(zipped.read(name).decode("utf-8") for name in zipped.namelist())]
    carried = [data for text in texts for data in re.findall(r"data:text/csv[^,]*;base64,([^\"]+)", text)]
    return "".join([*texts, *(base64.b64decode(data).decode("utf-8-sig") for data in carried)])


def share_by_command(real: tuple[Path, Path], *options: str) -> int:
    plan, site = real
    return main(["share", "--plan", str(plan), "--site", str(site), *options])


@pytest.mark.thorough
def test_no_other_units_word_is_in_a_units_share(
    real: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.undo()
    day = read_inputs(real[0]).last_day()
    assert share_by_command(real, "--as-of", day, "--unit", "单位1", "--out", str(tmp_path)) == Exit.OK
    (file,) = tmp_path.iterdir()
    assert file.name == f"plan_{day}_unit-1_合成示例.zip"
    told = capsys.readouterr().err
    assert "measure_ledger_unit-unit-1.html" in told
    # What was made a moment ago is not out of date.
    assert "portplan report" not in told
    said = said_in(file)
    assert sign_of("unit-1") in said
    assert [unit for unit in ("unit-2", "unit-3") if sign_of(unit) in said] == []
    # The signs are found where they are.
    everything = tmp_path / "all_合成示例.zip"
    assert share_by_command(real, "--as-of", day, "--out", str(everything)) == Exit.OK
    assert all(sign_of(f"unit-{n}") in said_in(everything) for n in (1, 2, 3))
    with zipfile.ZipFile(everything) as zipped:
        zipped.extractall(tmp_path / "there")
    assert broken(tmp_path / "there") == []


@pytest.mark.thorough
def test_the_command_writes_over_nothing_and_hides_nothing(
    real: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    day = read_inputs(real[0]).last_day()
    named, given = ["--as-of", day, "--out"], tmp_path / "合成示例.zip"
    assert share_by_command(real, *named, str(given)) == Exit.OK
    first = given.read_bytes()
    assert share_by_command(real, *named, str(given)) == Exit.NOT_WRITABLE
    assert given.read_bytes() == first
    assert share_by_command(real, *named, str(tmp_path / "nowhere" / "合成示例.zip")) == Exit.NOT_WRITABLE
    assert share_by_command(real, *named, str(tmp_path / "progress.zip")) == Exit.BAD_PARAMETERS
    assert "合成示例" in capsys.readouterr().err
    assert share_by_command(real, *named, str(tmp_path), "--format", "pdf") == Exit.USAGE
    assert share_by_command(real, *named, str(tmp_path), "--unit", "nobody") == Exit.BAD_PARAMETERS
    assert share_by_command(real, "--as-of", "2020-01-01", "--out", str(tmp_path)) == Exit.BAD_PARAMETERS
    assert [file.name for file in tmp_path.iterdir()] == [given.name]


@pytest.mark.integration
@HOW_OFTEN
def test_a_share_that_is_cut_off_is_whole_or_not_there(
    real: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
):
    monkeypatch.undo()
    site = contents(real[1])
    asked = ["--as-of", read_inputs(real[0]).last_day(), "--out", str(file := tmp_path / "合成示例.zip")]
    assert share_by_command(real, *asked) == Exit.OK
    whole = file.read_bytes()
    file.unlink()

    def see(ended: bool) -> None:
        assert ended <= file.exists()
        if file.exists():
            assert file.read_bytes() == whole
            file.unlink()
        # What a kill left beside it is hidden, and nobody takes it for a share.
        assert all(left.name.startswith(".") for left in tmp_path.iterdir())
        assert contents(real[1]) == site

    killed(lambda: share_by_command(real, *asked), see, times=times)
    assert share_by_command(real, *asked) == Exit.OK


class TestInChromium:
    """A share that somebody unpacked, opened as a person opens it."""

    pytestmark = needs_chromium

    def test_every_link_is_followed_and_none_is_broken(self, real: tuple[Path, Path], tmp_path: Path):
        day = read_inputs(real[0]).last_day()
        assert share_by_command(real, "--as-of", day, "--out", str(tmp_path / "合成示例.zip")) == Exit.OK
        with zipfile.ZipFile(tmp_path / "合成示例.zip") as zipped:
            zipped.extractall(tmp_path / "解压 到这里")
        start = (tmp_path / "解压 到这里" / "打开这里.html").as_uri()
        seen, waiting, asked, missing = set(), [start], [], []
        with running_chromium() as browser:
            context = browser.new_context(offline=True)
            opened = context.new_page()
            opened.on("request", lambda request: asked.append(request.url))
            opened.on("requestfailed", lambda request: missing.append(request.url))
            while waiting:
                address = waiting.pop()
                if address in seen:
                    continue
                seen.add(address)
                opened.goto(address)
                place = address.partition("#")[2]
                if place and not opened.evaluate("id => !!document.getElementById(decodeURIComponent(id))", place):
                    missing.append(address)
                links = opened.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href)")
                waiting += [link for link in links if link.startswith("file:")]
                missing += [link for link in links if not link.startswith(("file:", "data:", "https:"))]
        assert missing == []
        assert {address for address in asked if not address.startswith(("file:", "data:"))} == set()
        with zipfile.ZipFile(tmp_path / "合成示例.zip") as zipped:
            assert len({address.partition("#")[0] for address in seen}) == len(zipped.namelist())
