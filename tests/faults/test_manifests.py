"""A manifest as somebody else may have written it: understood or refused, and nobody's files are touched."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import cli
from analysis.manifest import Basis, Head, Manifest, Origin, after
from analysis.manifest.stored import MANIFEST, manifest_text
from analysis.site import SiteNotWritable, locked, read_manifest, withdraw
from tests.sites import contents, failure, page, put

HOSTILE: list[Any] = [
    *(None, True, 5, -1, 1e300, [], {}, [[]], ""),
    *("..", "../../precious", "/etc/passwd", "plan/../../precious/x.html", "plan/2025-03-31/zh/../../../../precious"),
    *("a/b/c/d.html\x00", "C:\\Windows\\a", "plan/.lock/zh/a.html", MANIFEST, "runs/000001.json", "x" * 100_000),
    *(
        "plan/2025-03-31/zh/a.html/",
        "//a/b/c.html",
        "plan/2025-03-31/zh/\ud800.html",
        "{plan}/%s/zh/#.html",
        "方案/1/2/3.html",
    ),
]


def places(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where every value of a JSON document stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [before, *(place for key, one in inner for place in places(one, (*before, key)))]


def changed(document: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    copy = json.loads(json.dumps(document))
    inner = copy
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return copy


def a_site(home: Path) -> Path:
    (home / "precious").write_text("mine", "utf-8")
    known = put(home / "site", [page("a"), page("b", "2025-02-28")], [failure("c")])
    meanings = {"units": {"unit": "0" * 16}, "commitments": {"C1": "1" * 16}}
    told = {"plans": {"plan": Origin("notice", "place", meanings)}, "heads": {"plan": (Head("2" * 64, 1, 1),)}}
    (home / "site" / MANIFEST).write_text(manifest_text(replace(known, **told)), "utf-8")
    return home / "site"


@pytest.mark.thorough
@given(data=st.data())
def test_any_value_in_any_place_is_understood_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject):
    home = tmp_path_factory.mktemp("home")
    site = a_site(home)
    document = json.loads((site / MANIFEST).read_text("utf-8"))
    for _ in range(data.draw(st.integers(1, 2))):
        place = data.draw(st.sampled_from(places(document)))
        document = changed(document, place, data.draw(st.sampled_from(HOSTILE)))
    (site / MANIFEST).write_text(json.dumps(document), "utf-8")
    before = contents(home)
    try:
        manifest = read_manifest(site)
    except SiteNotWritable:
        with pytest.raises(SiteNotWritable, match=MANIFEST):
            put(site, [page("a", key="new")])
        assert contents(home) == before
        return
    for name in (*manifest.files(), *manifest.index, *manifest.leaving):
        parts = PurePosixPath(name).parts
        assert "/".join(parts) == name
        assert not any(part.startswith(".") or part == "/" for part in parts)
    try:
        put(site, [page("a", key="new")])
    except SiteNotWritable:
        assert contents(home) == before
    assert (home / "precious").read_text("utf-8") == "mine"


@pytest.mark.thorough
@given(
    content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
)
def test_any_bytes_are_refused_in_a_sentence(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    site = tmp_path_factory.mktemp("site")
    (site / MANIFEST).write_bytes(content)
    with pytest.raises(SiteNotWritable, match="无法识别"), locked(site):
        pass
    assert (site / MANIFEST).read_bytes() == content


@pytest.mark.parametrize("spoil", ["lost", "other", "renamed"])
def test_a_manifest_whose_inputs_are_others_than_it_says_is_refused(tmp_path: Path, spoil: str):
    """What is derived again and described of a site rests on all of its inputs."""
    basis = Basis("plan", {"plan.toml": "1" * 64, "progress.csv": "2" * 64})
    manifest = after(Manifest(), [replace(page("a"), basis=basis.key)], [], bases={basis.key: basis})
    (tmp_path / MANIFEST).write_text(manifest_text(manifest), "utf-8")
    assert read_manifest(tmp_path) == manifest
    document = json.loads((tmp_path / MANIFEST).read_text("utf-8"))
    files = document["bases"][basis.key][1]
    if spoil == "lost":
        del files["plan.toml"]
    elif spoil == "other":
        files["plan.toml"] = "0" * 64
    else:
        document["bases"]["0" * 32] = document["bases"].pop(basis.key)
    (tmp_path / MANIFEST).write_text(json.dumps(document), "utf-8")
    with pytest.raises(SiteNotWritable, match="输入与其标识不符"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("meanings",), {"other": {}}),
        (("meanings", "plan"), []),
        (("meanings", "plan"), {"themes": {}}),
        (("meanings", "plan", "units"), ["unit"]),
        (("meanings", "plan", "units", "unit"), "0" * 15),
        (("meanings", "plan", "units", "unit"), ["0" * 16]),
        (("plans", "plan"), ["notice", "place", {}]),
    ],
)
def test_meanings_that_none_of_ours_could_have_written_are_refused(tmp_path: Path, place: tuple[str, ...], value: Any):
    site = a_site(tmp_path)
    document = json.loads((site / MANIFEST).read_text("utf-8"))
    (site / MANIFEST).write_text(json.dumps(changed(document, place, value)), "utf-8")
    with pytest.raises(SiteNotWritable, match="无法识别"):
        read_manifest(site)


@pytest.mark.parametrize("depth", [10_000, 1_000_000])
def test_a_manifest_that_is_deep_is_refused(tmp_path: Path, depth: int):
    (tmp_path / MANIFEST).write_text("[" * depth, "utf-8")
    with pytest.raises(SiteNotWritable, match="无法识别"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("kind", ["huge", "pipe", "folder", "link"])
def test_a_manifest_that_is_no_plain_file_is_refused_at_once(tmp_path: Path, kind: str):
    site = a_site(tmp_path)
    kept = (site / MANIFEST).rename(tmp_path / "kept.json")
    if kind == "huge":
        with (site / MANIFEST).open("wb") as file:
            file.truncate(2**33)
    elif kind == "pipe":
        os.mkfifo(site / MANIFEST)
    elif kind == "folder":
        (site / MANIFEST).mkdir()
    else:
        (site / MANIFEST).symlink_to(kept)
    with pytest.raises(SiteNotWritable, match="无法识别"), locked(site):
        pass


def test_a_folder_below_the_site_that_is_a_link_is_not_followed(tmp_path: Path):
    site, apart = a_site(tmp_path), tmp_path / "apart"
    (site / "plan/2025-02-28").rename(apart)
    (site / "plan/2025-02-28").symlink_to(apart)
    before = contents(tmp_path)
    with pytest.raises(SiteNotWritable, match="链接"):
        put(site, [page("a", key="new")], retire=["2025-02-28"])
    assert contents(tmp_path) == before


RUN = {
    "run": 1,
    "started": "2025-04-06T06:00+08:00",
    "seconds": 1.5,
    "plan": "plan",
    "counts": {"made": 1},
    "pages": [{"path": "a.html", "result": "failed", "reason": "why", "parameters": {"as_of": "2025-03-31"}}],
}


@pytest.mark.thorough
@pytest.mark.parametrize("value", [None, True, "1", [], [[]], [{}], {}, {"": []}, 1e400], ids=str)
def test_a_run_that_is_none_of_ours_is_shown_or_refused_in_a_sentence(
    tmp_path: Path, value: object, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "runs").mkdir()
    for place in places(RUN):
        (tmp_path / "runs/000001.json").write_text(json.dumps(changed(RUN, place, value)), "utf-8")
        assert cli.main(["history", "--out", str(tmp_path)]) in (cli.Exit.OK, cli.Exit.NOT_WRITABLE), place
        shown = capsys.readouterr()
        assert bool(shown.out) != ("000001.json 无法识别" in shown.err)
    (tmp_path / "runs/000001.json").write_text(json.dumps(RUN), "utf-8")
    assert cli.main(["history", "--out", str(tmp_path)]) == cli.Exit.OK


def test_a_site_with_anything_in_it_is_never_withdrawn(tmp_path: Path):
    site = a_site(tmp_path)
    before = contents(tmp_path)
    withdraw(site)
    assert contents(tmp_path) == before


def test_what_is_written_is_read_again(tmp_path: Path):
    site = a_site(tmp_path)
    manifest = read_manifest(site)
    assert manifest_text(manifest) == (site / MANIFEST).read_text("utf-8")
