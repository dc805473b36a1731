"""What `portplan verify` finds: in a record, in a site, between the two; and what it never calls sound."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis import cli, record, schema
from analysis.basis import kept_tables
from analysis.basis.packaging import package_files
from analysis.basis.tables import toml_text
from analysis.manifest import Basis, Head, Manifest, after, read_manifest
from analysis.manifest.stored import MANIFEST, manifest_text
from analysis.page import with_face
from analysis.plan import open_plan, read_folder
from analysis.verification import look_at, verify_files, verify_heads, verify_pages
from analysis.verification.derived import _differences
from tests.sites import page, put

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.verification import Checked

DATA = Path(__file__).parents[1] / "data" / "tianjin-2024"


def told(checked: Iterable[Checked]) -> list[str]:
    return [message.said("en") for one in checked for message in one.faults]


def unsure(checked: Iterable[Checked]) -> list[str]:
    return [message.said("en") for one in checked for message in one.open]


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A copy of the plan whose record has a chain."""
    folder = Path(shutil.copytree(DATA, tmp_path / "plan", ignore=shutil.ignore_patterns(".*")))
    record.begin_chain(record.place_of(folder, {}))
    return folder


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


# The record.


@pytest.mark.thorough
def test_a_record_that_is_as_it_was_written_is_sound(plan: Path, capsys: pytest.CaptureFixture[str]):
    for path in (plan, plan / "progress.csv"):
        assert cli.main(["verify", str(path), "--lang", "en"]) == cli.Exit.OK
        said = capsys.readouterr().out
        assert "progress.csv: 565 rows of the chain" in said
        assert "As it" not in said


@pytest.mark.thorough
def test_a_record_without_a_chain_is_never_called_sound(plan: Path, capsys: pytest.CaptureFixture[str]):
    (plan / "progress.chain").unlink()
    assert cli.main(["verify", str(plan), "--lang", "en"]) == cli.Exit.UNCONFIRMED
    assert "progress.csv: not chained from row 2 on (565 rows)" in capsys.readouterr().out
    assert cli.main(["verify", str(plan), "--lang", "zh"]) == cli.Exit.UNCONFIRMED
    assert "progress.csv：自第 2 行起的 565 行不在链中" in capsys.readouterr().out


@pytest.mark.thorough
def test_what_was_done_to_a_record_is_named(plan: Path, capsys: pytest.CaptureFixture[str]):
    change(plan / "progress.csv", "P0002,M30", "P0002,M29")
    lines = (plan / "decisions.csv").read_text("utf-8").splitlines(keepends=True)
    (plan / "decisions.csv").write_text("".join(lines[:-1]), "utf-8")
    (plan / "actuals.csv").unlink()
    assert cli.main(["verify", str(plan), "--lang", "en"]) == cli.Exit.NOT_SOUND
    assert told(look_at([plan])) == [
        "progress.csv: row 3 (P0002) was altered since it was appended",
        f"decisions.csv: {lines[-1].split(',')[0]} is missing, which was appended as row {len(lines)}",
        "actuals.csv: this file is missing",
    ]
    assert "progress.csv：第 3 行（P0002）在追加后被改动" in [
        message.said("zh") for one in look_at([plan]) for message in one.faults
    ]


def test_what_spreadsheets_do_is_told_and_is_no_fault(plan: Path):
    file = plan / "progress.csv"
    file.write_bytes(file.read_text("utf-8").replace("\n", "\r\n").encode("gb18030"))
    checked = list(look_at([plan]))
    assert (told(checked), unsure(checked)) == ([], [])
    remarks = [message.said("en") for one in checked for message in one.remarks]
    assert "progress.csv: saved again by another program since the last append (utf-8 LF → gb18030 CRLF)" in remarks


def test_a_record_is_not_guessed_where_its_head_cannot_be_read(plan: Path, capsys: pytest.CaptureFixture[str]):
    (plan / "plan.toml").write_text('progress = "sqlite:///progress.db\n', "utf-8")
    assert cli.main(["verify", str(plan)]) == cli.Exit.BAD_PARAMETERS
    assert "plan.toml：读不到：第 1 行" in capsys.readouterr().err


def test_what_is_no_record_and_no_site_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for path in (tmp_path, tmp_path / "no such"):
        assert cli.main(["verify", str(path)]) == cli.Exit.BAD_PARAMETERS
        assert "不是站点" in capsys.readouterr().err


def test_looking_changes_nothing(plan: Path):
    before = {file.name: file.read_bytes() for file in plan.iterdir()}
    list(look_at([plan]))
    assert {file.name: file.read_bytes() for file in plan.iterdir()} == before


# The record and what was published of it.


def append(plan: Path, key: str) -> None:
    rows = pd.DataFrame("x", index=[0], columns=list(schema.REQUIRED_COLUMNS["progress"])).assign(log_id=key)
    record.append(record.place_of(plan, {}), rows, check=lambda _: schema.problem_frame())


def head(plan: Path, rows: int) -> Head:
    chain = record.read_chain(record.place_of(plan, {}))
    return Head(chain.head, len(chain.lines), rows)


@pytest.mark.thorough
def test_a_cut_tail_shows_by_a_published_head(plan: Path):
    old = {name: (plan / name).read_bytes() for name in ("progress.csv", "progress.chain")}
    heads = [head(plan, 605)]
    append(plan, "P8001")
    heads.append(head(plan, 606))
    place = record.place_of(plan, {})
    assert not verify_heads(record.read_chain(place), heads, "p").faults
    for name, content in old.items():
        (plan / name).write_bytes(content)
    # Within the folder all agrees.
    assert told(look_at([plan])) == []
    (lost,) = verify_heads(record.read_chain(place), heads, "p").faults
    assert "published with 606 rows" in lost.said("en")
    # Other rows in the place of those that were cut are no help.
    append(plan, "P8002")
    assert len(verify_heads(record.read_chain(place), heads, "p").faults) == 1
    (plan / "progress.chain").unlink()
    assert len(verify_heads(record.read_chain(place), heads, "p").faults) == 2


def test_heads_are_gathered_and_none_is_forgotten():
    one, other = Head("a", 1, 1), Head("b", 2, 3)
    manifest = Manifest()
    for published in (one, one, other, one):
        manifest = after(manifest, [], [], heads={"p": published})
    assert manifest.heads == {"p": (one, other, one)}


@pytest.mark.parametrize("links", [-1, 0, 2, 10**9])
def test_no_number_of_links_makes_a_head_right(plan: Path, links: int):
    chain = record.read_chain(record.place_of(plan, {}))
    assert verify_heads(chain, [Head("0" * 64, links, 1)], "p").faults


# The files of a site.


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    put(folder, [page("a"), page("b"), page("a", "2025-02-28")])
    return folder


def test_a_site_that_is_as_it_was_published_is_sound(site: Path):
    checked = verify_files(site, read_manifest(site))
    assert not checked.faults
    # Pages, the newest of them under addresses that stay, and the index in two languages.
    assert checked.what.values["n"] == 3 + 2 + 2


def test_every_file_that_was_altered_lost_or_put_in_is_named(site: Path):
    manifest = read_manifest(site)
    names = [*manifest.pages, *manifest.newest(), *manifest.index]
    for name in names:
        content = (site / name).read_bytes()
        # The newest page under its address that stays is the same file.
        (site / name).unlink()
        (site / name).write_bytes(content.replace(b"</h1>", b"1</h1>", 1))
        assert told([verify_files(site, manifest)]) == [f"{name}: was altered since it was published"]
        (site / name).unlink()
        assert told([verify_files(site, manifest)]) == [f"{name}: this file is missing"]
        (site / name).write_bytes(content)
    (site / "plan/2025-03-31/zh/c.html").write_text("mine", "utf-8")
    assert told([verify_files(site, manifest)]) == ["plan/2025-03-31/zh/c.html: nobody published this file here"]


def test_a_manifest_that_cannot_be_read_is_a_fault(site: Path, capsys: pytest.CaptureFixture[str]):
    (site / MANIFEST).write_text("{", "utf-8")
    assert cli.main(["verify", str(site), "--lang", "en"]) == cli.Exit.NOT_SOUND


def test_pages_whose_tables_are_not_kept_are_never_called_sound(site: Path):
    open_ = unsure(look_at([site]))
    assert len(open_) == 2
    assert all("not kept" in line for line in open_)


# The tables that pages are made of.


def kept(folder: Path, known_at: str):
    read = read_folder(folder)
    tables = {name: (file.table.header, list(file.table.rows.values())) for name, file in read.tables.items()}
    return kept_tables("tianjin-2024", read.head, tables, known_at=known_at)


@pytest.mark.thorough
def test_the_tables_that_travel_make_the_same_plan(plan: Path, tmp_path: Path):
    """Nothing is lost on the way: every row that had arrived, every cell that is read."""
    again = tmp_path / "again"
    again.mkdir()
    for name, text in kept(plan, "2099-12-31").texts.items():
        (again / name).write_text(text, "utf-8", newline="")
    before, after_ = open_plan(plan), open_plan(again)
    for name in schema.TABLES:
        pd.testing.assert_frame_equal(getattr(after_, name), getattr(before, name))
    told_of = {"folder", "sources", *schema.TABLES}
    assert {name: value for name, value in vars(after_).items() if name not in told_of} == {
        name: value for name, value in vars(before).items() if name not in told_of
    }


def test_what_arrived_later_and_what_is_the_offices_own_stays_at_home(plan: Path):
    log = pd.read_csv(plan / "progress.csv", dtype="str", keep_default_na=False)
    log.assign(备注="不外传").to_csv(plan / "progress.csv", index=False)
    change(plan / "plan.toml", 'id = "tianjin-2024"', 'id = "tianjin-2024"\nprogress = "progress.csv"  # 口令 secret')
    texts = kept(plan, "2024-12-31").texts
    assert not any("不外传" in text or "secret" in text or "progress.csv" in text for text in texts.values())
    shown = [line for line in texts["progress.csv"].splitlines()[1:] if line.startswith("P")]
    assert len(shown) == int(log["reported_at"].le("2024-12-31").sum())
    assert 0 < len(shown) < len(log)


def test_a_password_anywhere_keeps_the_tables_at_home(plan: Path):
    read = read_folder(plan)
    head_ = {**read.head, "title": {"zh": "postgresql://a:hunter2@host/base"}}
    with pytest.raises(ValueError, match=r"plan\.toml"):
        kept_tables("p", head_, {}, known_at="2024-12-31")


VALUES = st.one_of(st.text(max_size=8), st.integers(-9, 9), st.booleans(), st.dates(), st.lists(st.text(max_size=3)))
KEYS = st.text(min_size=1, max_size=4)
TABLES = st.recursive(
    st.dictionaries(KEYS, VALUES, max_size=3),
    lambda inner: st.dictionaries(KEYS, st.one_of(VALUES, inner, st.lists(inner, min_size=1, max_size=2)), max_size=3),
    max_leaves=6,
)


@given(TABLES)
@example({"units": {}})
def test_toml_is_read_as_it_was_meant(said: dict):
    assert tomllib.loads(toml_text(said)) == said


# Descriptions for programs.


def packaged(folder: Path) -> tuple[Manifest, dict[str, str], dict[str, str]]:
    tables = kept(folder, "2024-12-31")
    manifest = after(
        Manifest(), [replace(page("a"), basis=tables.basis.key)], [], bases={tables.basis.key: tables.basis}
    )
    texts = tables.in_site()
    return manifest, texts, package_files(manifest, lambda path: texts[path].encode("utf-8"))


@pytest.mark.thorough
def test_a_data_package_gives_every_row_back(plan: Path):
    """Read by what it says alone: paths, types, what is blank."""
    _, texts, files = packaged(plan)
    package = json.loads(files["datapackage.json"])
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert "合成示例" in package["description"]
    assert [one["name"] for one in package["resources"]] == [f"tianjin-2024.{name}" for name in schema.TABLES]
    for one in package["resources"]:
        content = texts[one["path"]].encode(one["encoding"])
        assert (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}") == (one["bytes"], one["hash"])
        rows = pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False)
        assert [field["name"] for field in one["schema"]["fields"]] == list(rows.columns)
        table = one["name"].rpartition(".")[2]
        types = {field.name: field.type for field in schema.TABLES[table]}
        assert {field["name"]: field["type"] for field in one["schema"]["fields"]} == {
            name: types.get(name, "text").replace("text", "string") for name in rows.columns
        }
        assert not rows.duplicated(one["schema"].get("primaryKey", list(rows.columns))).any()
        if table not in schema.RECORD:
            assert len(rows) == len(getattr(open_plan(plan), table))


def test_a_crate_names_every_file_that_lasts(plan: Path):
    manifest, texts, files = packaged(plan)
    crate = json.loads(files["ro-crate-metadata.json"])
    graph = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(graph) == len(crate["@graph"])
    assert graph["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    root = graph["./"]
    parts = {part["@id"] for part in root["hasPart"]}
    assert parts == {*manifest.pages, *texts, "datapackage.json"}
    assert parts <= graph.keys()
    assert root["datePublished"] == "2025-03-31"
    assert "Synthetic" in root["description"]
    assert packaged(plan)[2] == files


def test_a_site_without_tables_describes_none():
    assert package_files(after(Manifest(), [page("a")], []), lambda path: b"") == {}


# Pages derived again.


@pytest.mark.thorough
def test_what_a_page_says_otherwise_is_found_and_placed():
    text = "<h2>Load</h2><table><tr><th>Unit</th><th>W</th></tr><tr><td>A</td><td>{}</td></tr></table><p>end</p>"
    assert list(_differences(text.format("14.04"), text.format("14.04"))) == []
    assert list(_differences(text.format("14.05"), text.format("14.04"))) == [("Load [2, 2]", "14.05", "14.04")]
    gone = text.replace("<p>end</p>", "")
    assert list(_differences(gone.format("1"), text.format("1"))) == [("Load", "—", "end")]
    # What only is drawn is text of no kind, and still not the same.
    assert len(list(_differences('<svg><path d="M1"/></svg>', '<svg><path d="M2"/></svg>'))) == 1


@pytest.mark.thorough
def test_a_face_belongs_to_the_page_that_it_comes_with():
    text = "<style></style><p>{}</p><p>portplan report load --plan {}</p>"
    here, there = (with_face(text.format("14", plan)) for plan in ("tianjin-2024", "…/港"))
    assert here.partition("<p>")[0] != there.partition("<p>")[0], "there are other characters"
    assert list(_differences(here, there)) == []
    # A face that draws other figures than the text has.
    forged = with_face(text.format("15", "tianjin-2024")).replace(">15<", ">14<")
    assert list(_differences(forged, there)) == [("@font-face", "≠", "=")]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A plan whose record has a chain, and a site of one report of it."""
    home = tmp_path_factory.mktemp("home")
    folder = Path(shutil.copytree(DATA, home / "plan", ignore=shutil.ignore_patterns(".*")))
    record.begin_chain(record.place_of(folder, {}))
    asked = ["report", "theme_coverage", "--plan", str(folder), "--as-of", "2024-12-31", "--lang", "en"]
    assert cli.main([*asked, "--out", str(home / "site")]) == cli.Exit.OK
    return folder, home / "site"


@pytest.mark.notebook
def test_a_published_site_is_derived_again_and_is_the_same(
    published: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
):
    folder, site = published
    assert cli.main(["verify", str(folder), str(site), "--lang", "en"]) == cli.Exit.OK
    said = capsys.readouterr().out
    assert "1 pages derived again from the tables in the site, 1 the same" in said
    assert "1 published states of the record" in said
    (manifest,) = [read_manifest(site)]
    assert set(manifest.bases) == {one.basis for one in manifest.pages.values()}


@pytest.mark.notebook
def test_a_report_that_is_gone_keeps_no_other_page_from_being_derived(published: tuple[Path, Path], tmp_path: Path):
    """A notebook was renamed: of its pages that is said, and of the others what is to be said of them."""
    site = Path(shutil.copytree(published[1], tmp_path / "site"))
    manifest = read_manifest(site)
    (page,) = manifest.pages.values()
    gone = replace(page, report="gone", path=page.path.replace("theme_coverage", "gone"))
    checked = verify_pages(site, replace(manifest, pages={page.path: page, gone.path: gone}))
    (unknown,) = checked.open
    assert gone.path in str(unknown)
    assert "2 pages derived again from the tables in the site, 1 the same" in checked.what.said("en")


@pytest.mark.notebook
def test_a_number_that_its_tables_do_not_give_is_found(published: tuple[Path, Path], tmp_path: Path):
    """Even when the manifest was made to agree with it."""
    site = Path(shutil.copytree(published[1], tmp_path / "site"))
    manifest = read_manifest(site)
    (old,) = manifest.pages.values()
    file = site / old.path
    text = file.read_text("utf-8")
    altered, count = re.subn(r"(<td[^>]*>)[0-9]+(</td>)", r"\g<1>99\2", text, count=1)
    assert count
    for name in (old.path, old.latest_path):
        (site / name).unlink()
        (site / name).write_text(altered, "utf-8")
    new = replace(old, sha256=hashlib.sha256(altered.encode()).hexdigest())
    (site / MANIFEST).write_text(manifest_text(replace(manifest, pages={old.path: new})), "utf-8")
    faults = told(look_at([site]))
    assert len(faults) == 1
    assert re.fullmatch(rf"{old.path}: .+ \[\d+, \d+\]: 99; derived again: \d+", faults[0])


@pytest.mark.notebook
def test_tables_that_were_altered_derive_nothing(published: tuple[Path, Path], tmp_path: Path):
    site = Path(shutil.copytree(published[1], tmp_path / "site"))
    (basis,) = read_manifest(site).bases.values()
    change(site / basis.paths()["measures.csv"], "M1,T1", "M1,T2")
    checked = list(look_at([site]))
    assert told(checked) == [f"{basis.paths()['measures.csv']}: was altered since it was published"]
    assert len(unsure(checked)) == 1


def test_a_basis_that_no_page_needs_goes():
    basis = Basis("plan", {"plan.toml": "0" * 64})
    manifest = after(Manifest(), [replace(page("a"), basis="k")], [], bases={"k": basis, "other": basis})
    assert manifest.bases == {"k": basis}
    assert basis.paths()["plan.toml"] in manifest.files()
    assert json.loads(manifest_text(manifest))["bases"] == {"k": ["plan", {"plan.toml": "0" * 64}]}
    later = after(manifest, [page("a", key="new")], [])
    assert later.bases == {}
    assert later.leaving == (basis.paths()["plan.toml"],)
