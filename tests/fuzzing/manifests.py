"""Sites whose manifest, records of runs, settings and other files somebody else has written."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import cli
from analysis.cli import Exit
from analysis.files import Busy
from analysis.site import SiteNotWritable, read_manifest
from tests.fuzzing import records
from tests.fuzzing.damage import TEXTS, spoil_bytes, spoil_toml, text
from tests.fuzzing.loop import Files, Target
from tests.fuzzing.promises import DAYS, contents, run, write
from tests.sites import failure, page, put

if TYPE_CHECKING:
    import random

SETTINGS = """[notify]
address = "https://reports.example.gov.cn/"
lang = "zh"
days_before = 3
days_after = 1

[[notify.to]]
kind = "wecom"
name = "工作群"
webhook = { env = "NO_SUCH_VARIABLE" }
events = ["published", "failed"]

[[notify.to]]
kind = "smtp"
name = "office"
host = "mail.example.gov.cn"
from = "ledger@example.gov.cn"
to = ["office@example.gov.cn"]
"""
_TOLD = {"event": "failed plan 0", "to": "office", "at": "2025-04-06T06:00+08:00", "result": "sent", "reason": ""}
_OTHERS = {"site/备注.txt": b"somebody's", "site/plan/2025-03-31/own-notes.txt": b"mine", "precious": b"mine"}
_KEYS = (
    *("notify", "address", "lang", "days_before", "days_after", "to", "kind", "name", "webhook", "events", "host"),
    *("port", "security", "from", "user", "password", "signature", "env", "file", "x"),
)
_VALUES: list[Any] = [
    *(None, True, False, 0, -1, 5, 10**30, 1e300, [], {}, [[]], [None], {"": ""}, {"a": []}, "x" * 100_000),
    *("..", "../../precious", "/etc/passwd", "plan/../../precious/x.html", "plan/2025-03-31/zh/../../../../precious"),
    *("plan/.lock/zh/a.html", "manifest.json", "runs/000001.json", "site.toml", "备注.txt", "plan/2025-03-31/zh"),
    *("plan/2025-03-31/zh/\ud800.html", "{plan}/%s/zh/#.html", "//a/b/c.html", "index.html", "closed", "wecom", "smtp"),
]


@cache
def starts() -> dict[str, Files]:
    """A made-up site, and one of real pages with the plan that they are of."""
    plan = {f"plan/{name}": content for name, content in records.starts()["small"].items()}
    made: dict[str, Files] = {}
    for name in ("made-up", "real"):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder).resolve()
            write(home, plan)
            (build if name == "real" else _make_up)(home)
            files = {str(file.relative_to(home)): file.read_bytes() for file in home.rglob("*") if file.is_file()}
        made[name] = {path: content for path, content in files.items() if not path.endswith(".lock")} | {
            "site/site.toml": SETTINGS.encode("utf-8"),
            "site/runs/told.json": json.dumps([_TOLD]).encode("ascii"),
        }
    return made


def build(home: Path) -> None:
    """A real page of each of two days."""
    for day in ("2024-09-30", "2024-12-31"):
        asked = ("--plan", str(home / "plan"), "--out", str(home / "site"), "--as-of", day, "--lang", "zh")
        with contextlib.redirect_stdout(None):
            assert cli.main(["report", "delivery", *asked]) == Exit.OK


def _make_up(home: Path) -> None:
    put(home / "site", [page("a"), page("b", "2025-02-28"), page("c", lang="en")], [failure("d")])
    about = {"run": 1, "started": "2025-04-06T06:00+08:00", "seconds": 1.5, "plan": "plan", "counts": {"made": 2}}
    told = {"path": "plan/2025-03-31/zh/a.html", "report": "a", "parameters": page().parameters.model_dump()}
    (home / "site/runs").mkdir()
    for number in (1, 2):
        one = about | {
            "run": number,
            "pages": [told | {"result": "failed", "reason": "x", "seconds": 1, "attempts": 1}],
        }
        (home / f"site/runs/00000{number}.json").write_text(json.dumps(one), "utf-8")


def spoil(files: Files, draw: random.Random) -> None:
    """Do one thing wrong to one of the files of a site."""
    names = [name for name in files if name.startswith("site/")]
    documents = [name for name in names if name.endswith(".json")]
    name = draw.choice([*names, *documents * 2, *["site/manifest.json"] * 20, *["site/site.toml"] * 3])
    if name not in files:
        return
    if draw.random() < 0.02:
        del files[name]
    elif name.endswith(".json") and draw.random() < 0.85:
        files[name] = _spoil_json(files[name], draw)
    elif name.endswith(".toml") and draw.random() < 0.85:
        files[name] = spoil_toml(files[name], draw, _KEYS)
    else:
        files[name] = spoil_bytes(files[name], draw)


def _spoil_json(content: bytes, draw: random.Random) -> bytes:
    """Another value, or one that stands elsewhere; a key or an element less, twice, or called otherwise."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return spoil_bytes(content, draw)
    around = list(_inner(document))
    if not around:
        return json.dumps(draw.choice(_VALUES)).encode("ascii")
    inner, key = draw.choice(around)
    elsewhere, other = draw.choice(around)
    way = draw.randrange(8)
    if way < 4:
        inner[key] = draw.choice([draw.choice(_VALUES), draw.choice(_VALUES), text(draw), draw.choice(DAYS)])
    elif way == 4:
        inner[key] = json.loads(json.dumps(elsewhere[other]))
    elif way == 5:
        del inner[key]
    elif isinstance(inner, list):
        inner.insert(key, json.loads(json.dumps(inner[key])))
    else:
        inner[draw.choice([*TEXTS, str(other)])] = inner[key] if way == 6 else inner.pop(key)
    return json.dumps(document).encode("ascii")


def _inner(value: Any) -> Any:
    """Every place of a document: what holds a value, and where in it."""
    places = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in list(places):
        yield value, key
        yield from _inner(one)


def broken(home: Path, start: str, files: Files, draw: random.Random) -> list[str]:
    """What a site breaks: what reads it changes nothing, what publishes to it does so or leaves it as it was."""
    write(home, {**files, **_OTHERS})
    os.chdir(home)
    site, plan = home / "site", home / "plan"
    before = contents(home)
    refused = (Exit.OK, Exit.BAD_PARAMETERS, Exit.BAD_DATA, Exit.NOT_WRITABLE)
    found = run("history", "--out", site, codes=refused)[2]
    found += run("doctor", "--plan", plan, "--out", site, codes=(*refused, Exit.NEEDS_A_HAND))[2]
    found += run("notify", "--dry-run", "--plan", plan, "--out", site, codes=refused)[2]
    if start == "made-up" or draw.random() < 0.2:
        found += run("verify", site, codes=(*refused, Exit.NOT_SOUND, Exit.UNCONFIRMED))[2]
    if contents(home) != before:
        found.append(f"reading changed files: {sorted(set(contents(home).items()) ^ set(before.items()))[:4]}")
    day, asked = draw.choice(["2024-09-30", "2024-12-31"]), ("--plan", plan, "--lang", "zh")
    if start == "real":
        found += run("share", "--as-of", day, *asked, "--site", site, "--out", home / "out", codes=refused)[2]
    if start == "made-up":
        found += _broken_by_publishing(site, draw)
    elif draw.random() < 0.3:
        command = ("report", "delivery", "--as-of", day, *asked, "--out", site, "--same-plan")
        found += run(*command, *draw.choice([(), ("--retire", "2024-09-30")]), codes=refused)[2]
    after = contents(home)
    apart = {path: what for path, what in before.items() if not path.startswith("site/") or path in _OTHERS}
    if lost := [path for path, what in apart.items() if after.get(path) != what]:
        found.append(f"somebody's files were touched: {lost}")
    if strange := [path for path in after if path not in before and path.partition("/")[0] not in ("site", "out")]:
        found.append(f"files in strange places: {strange[:3]}")
    return found


def _broken_by_publishing(site: Path, draw: random.Random) -> list[str]:
    before = contents(site)
    try:
        put(site, [page("a", key="new"), page("e")], retire=draw.choice([[], ["2025-02-28"], ["expired"]]))
    except (SiteNotWritable, Busy) as failed:
        if not str(failed).strip():
            return ["publishing was refused without a word"]
        return [f"refused publishing changed the site: {failed}"] if contents(site) != before else []
    manifest = read_manifest(site)
    gone = [path for path in ("plan/2025-03-31/zh/a.html", "plan/2025-03-31/zh/e.html") if path not in manifest.pages]
    return [f"published, and not in the manifest: {gone}"] if gone else []


TARGET = Target(starts, spoil, broken)
