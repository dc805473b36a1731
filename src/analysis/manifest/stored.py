"""A site's manifest as a file: written for us, and read as if somebody else had written it."""

from __future__ import annotations

import json
import re
import stat
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from analysis.catalogue import FIRST, system_reason
from analysis.manifest.inputs import Basis, Head
from analysis.manifest.meanings import MEANT
from analysis.manifest.pages import Failure, Manifest, Origin, Page, SiteNotWritable
from analysis.parameters import Parameters

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = "manifest.json"
RUNS = "runs"
RESULTS = ("failed", "timed_out", "refused", "bad_data")
_LARGEST = 64_000_000
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_INPUT = re.compile(r"plan\.toml|[a-z]+\.csv")
_SHA256 = re.compile("[0-9a-f]{64}")
_MEANING = re.compile("[0-9a-f]{16}")
_INDEX = re.compile(r"index(\.[A-Za-z][A-Za-z_-]*)?\.html|datapackage\.json|ro-crate-metadata\.json")


def is_slug(text: str) -> bool:
    """Whether a text can stand in an address and in the name of a file, on any machine, without being quoted."""
    return len(text) <= 200 and _SLUG.fullmatch(text) is not None


def index_name(lang: str) -> str:
    """The file of the index in a language."""
    return "index.html" if lang == FIRST else f"index.{lang}.html"


def read_manifest(folder: Path) -> Manifest:
    """What a site holds; nothing when there is no site yet.

    Raises
    ------
    SiteNotWritable
        When the manifest cannot be read or understood, or names what no site of ours could hold.
    """
    file = folder / MANIFEST
    try:
        about = file.lstat()
        if not stat.S_ISREG(about.st_mode):
            raise ValueError("不是普通文件")
        if about.st_size > _LARGEST:
            raise ValueError(f"有 {about.st_size:,} 字节，上限为 {_LARGEST:,}")
        # Editors of Windows put a mark in front.
        content = json.loads(file.read_text("utf-8-sig"))
        # Half a character, which JSON can name, could not be written again.
        json.dumps(content, ensure_ascii=False).encode("utf-8")
        return _manifest(content)
    except (FileNotFoundError, NotADirectoryError):
        return Manifest()
    except OSError as failed:
        raise SiteNotWritable(f"{file} 读不到：{system_reason(failed)}") from failed
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as failed:
        raise SiteNotWritable(
            f"{file} 无法识别（{_reason(failed)}），什么也没有改动。如果这是本软件的站点，请把整个文件夹改名保存，"
            "再重新运行，所有页面会重新生成；如果不是，请用 --out 指定另一个文件夹"
        ) from failed


def manifest_text(manifest: Manifest) -> str:
    """What `read_manifest` reads."""
    content = {
        "pages": [_entry(manifest.pages[path]) for path in sorted(manifest.pages)],
        "failures": [_entry(manifest.failures[path]) for path in sorted(manifest.failures)],
        "index": dict(manifest.index),
        "leaving": list(manifest.leaving),
        "plans": {plan: [origin.notice, origin.place] for plan, origin in sorted(manifest.plans.items())},
        # Beside the plans, not in them: an older version of ours can still read them.
        "meanings": {plan: origin.meanings for plan, origin in sorted(manifest.plans.items()) if origin.meanings},
        "bases": {key: [basis.plan_id, dict(basis.files)] for key, basis in sorted(manifest.bases.items())},
        "heads": {
            plan: [[head.sha256, head.links, head.rows] for head in heads]
            for plan, heads in sorted(manifest.heads.items())
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def _manifest(content: dict[str, Any]) -> Manifest:
    pages = [_of_entry(Page, entry) for entry in _typed(content["pages"], list)]
    failures = [_of_entry(Failure, entry) for entry in _typed(content["failures"], list)]
    for one in (*pages, *failures):
        _check_place(one.path, least=4, most=4)
        if not one.path.endswith(".html") or not is_slug(one.parameters.plan_id):
            raise ValueError(f"没有这样的页面：{one.path[:200]!r}")
    for failure in failures:
        if failure.result not in RESULTS:
            raise ValueError(f"没有这样的结果：{failure.result[:200]!r}")
    index = _typed(content["index"], dict)
    leaving = _typed(content["leaving"], list)
    for name in index:
        if not _INDEX.fullmatch(name):
            raise ValueError(f"首页文件名不对：{name[:200]!r}")
    for name in leaving:
        _check_place(_typed(name, str), least=1, most=5)
    meanings = {plan: _meanings(said) for plan, said in _typed(content.get("meanings", {}), dict).items()}
    plans = _typed(content.get("plans", {}), dict)
    if unknown := meanings.keys() - plans.keys():
        raise ValueError(f"没有这样的方案：{min(unknown)[:200]!r}")
    return Manifest(
        pages={page.path: page for page in pages},
        failures={failure.path: failure for failure in failures},
        index={name: _typed(digest, str) for name, digest in index.items()},
        leaving=tuple(leaving),
        plans={plan: _origin(meanings.get(plan, {}), *_typed(origin, list)) for plan, origin in plans.items()},
        bases={key: _basis(key, *said) for key, said in _typed(content.get("bases", {}), dict).items()},
        heads={
            plan: tuple(_head(*said) for said in _typed(heads, list))
            for plan, heads in _typed(content.get("heads", {}), dict).items()
        },
    )


def _origin(meanings: dict[str, dict[str, str]], notice: object, place: object) -> Origin:
    return Origin(_typed(notice, str), _typed(place, str), meanings)


def _meanings(said: object) -> dict[str, dict[str, str]]:
    meanings = _typed(said, dict)
    for table, ids in meanings.items():
        if table not in MEANT:
            raise ValueError(f"没有这样的编号表：{table[:200]!r}")
        for meaning in _typed(ids, dict).values():
            if not _MEANING.fullmatch(_typed(meaning, str)):
                raise ValueError(f"编号的指纹不对：{meaning[:200]!r}")
    return meanings


def _basis(key: str, plan_id: object, files: object) -> Basis:
    basis = Basis(_typed(plan_id, str), _typed(files, dict))
    if key != basis.key:
        raise ValueError(f"输入与其标识不符：{key[:200]!r}")
    for name, digest in basis.files.items():
        if not _INPUT.fullmatch(name) or not _SHA256.fullmatch(_typed(digest, str)):
            raise ValueError(f"没有这样的输入：{name[:200]!r}")
    for path in basis.paths().values():
        _check_place(path, least=3, most=3)
    return basis


def _head(sha256: object, links: object, rows: object) -> Head:
    return Head(_typed(sha256, str), _typed(links, int), _typed(rows, int))


def _check_place(path: str, *, least: int, most: int) -> None:
    """See to it that a file lies inside the site, and is none of those by which the site lives."""
    parts = path.split("/")
    if not least <= len(parts) <= most or not all(map(is_slug, parts)) or parts[0] in (MANIFEST, RUNS):
        raise ValueError(f"路径不对：{path[:200]!r}")


Kept = TypeVar("Kept", Page, Failure)


def _entry(kept: Page | Failure) -> dict[str, Any]:
    """A page or failure as the file has it: flat, the parameters beside the rest."""
    own = {part.name: getattr(kept, part.name) for part in fields(kept) if part.name != "parameters"}
    return own | kept.parameters.model_dump()


def _of_entry(kind: type[Kept], entry: dict[str, Any]) -> Kept:
    asked = {name: entry[name] for name in Parameters.model_fields if name in entry}
    own = {name: value for name, value in _typed(entry, dict).items() if name not in asked}
    for part in fields(kind):
        if part.name in own and part.name != "parameters":
            _typed(own[part.name], int if part.type == "int" else str)
    return kind(**own, parameters=Parameters.of(asked))


Value = TypeVar("Value")


def _typed(value: object, kind: type[Value]) -> Value:
    # A bool is an int to Python.
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"类型不对：{str(value)[:200]!r}")
    return value


def _reason(failed: Exception) -> str:
    told = {KeyError: "缺少 {}", RecursionError: "嵌套太深"}
    return told.get(type(failed), "{}").format(str(failed)[:300].replace("\n", "；"))
