"""What a site says of itself to programs that know nothing of it: a Data Package of its tables, an RO-Crate of it all.

Both are the same bytes for the same site: https://datapackage.org (2.0), https://w3id.org/ro/crate/1.1.
"""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from analysis.basis.tables import HEAD
from analysis.files import read_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from analysis.manifest import Basis, Manifest

DATA_PACKAGE, CRATE = "datapackage.json", "ro-crate-metadata.json"
_PROFILES = "https://datapackage.org/profiles/2.0"
_CRATES = "https://w3id.org/ro/crate/1.1"
_TYPES = {"text": "string"}
_SYNTHETIC = "合成示例，并非真实。Synthetic sample, not real."
_APOSTROPHE = (
    "Text that a spreadsheet would take for a formula has an apostrophe in front, which is not part of it. "
    "表格软件会当作公式的文字前加有单引号，不属于原文。"
)


def package_files(manifest: Manifest, read: Callable[[str], bytes]) -> dict[str, str]:
    """The descriptions of a site by the names of their files.

    Parameters
    ----------
    manifest : analysis.manifest.Manifest
    read : callable
        Gives the bytes of a file of a basis by its place in the site.
    """
    newest = {page.parameters.plan_id: page.basis for page in manifest.newest().values() if page.basis}
    bases = {plan: manifest.bases[key] for plan, key in sorted(newest.items()) if key in manifest.bases}
    heads = {plan: tomllib.loads(read(basis.paths()[HEAD]).decode("utf-8-sig")) for plan, basis in bases.items()}
    if not bases:
        return {}
    about = {
        "title": "；".join(next(iter(head["title"].values())) for head in heads.values()),
        "description": " ".join([*(_SYNTHETIC for head in heads.values() if _is_synthetic(head)), _APOSTROPHE]),
    }
    package = {
        "$schema": f"{_PROFILES}/datapackage.json",
        "name": "-".join(plan.lower() for plan in bases),
        **about,
        "resources": [one for basis in bases.values() for one in _resources(basis, read)],
    }
    crate = {"@context": f"{_CRATES}/context", "@graph": list(_entities(manifest, about))}
    return {name: _text(said) for name, said in ((DATA_PACKAGE, package), (CRATE, crate))}


def _is_synthetic(head: dict[str, Any]) -> bool:
    return head.get("progress_provenance") == "synthetic"


def _resources(basis: Basis, read: Callable[[str], bytes]) -> Iterator[dict[str, Any]]:
    from analysis.schema import RECORD, TABLES

    for table, declared in TABLES.items():
        path = basis.paths()[f"{table}.csv"]
        content = read(path)
        types = {field.name: _TYPES.get(field.type, field.type) for field in declared}
        fields = [{"name": name, "type": types.get(name, "string")} for name in read_csv(content).header]
        schema: dict[str, Any] = {"$schema": f"{_PROFILES}/tableschema.json", "fields": fields, "missingValues": [""]}
        if table in RECORD or "unique" in declared[0].rules:
            schema["primaryKey"] = [declared[0].name]
        yield {
            "name": f"{basis.plan_id.lower()}.{table}",
            "path": path,
            "type": "table",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": len(content),
            "hash": f"sha256:{basis.files[f'{table}.csv']}",
            "schema": schema,
        }


def _entities(manifest: Manifest, about: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The site and every file of it that lasts, as RO-Crate names them."""
    tables = {path for basis in manifest.bases.values() for path in basis.paths().values()}
    files = [*sorted(manifest.pages), *sorted(tables), DATA_PACKAGE]
    yield {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": _CRATES},
        "about": {"@id": "./"},
    }
    yield {
        "@id": "./",
        "@type": "Dataset",
        "name": about["title"],
        "description": about["description"],
        # By when what it says was known: no clock is asked, so the same site is the same bytes.
        "datePublished": max(page.parameters.known_at for page in manifest.pages.values()),
        "hasPart": [{"@id": file} for file in files],
    }
    for file in files:
        page = manifest.pages.get(file)
        entity = {"@id": file, "@type": "File", "encodingFormat": _FORMATS[file.rpartition(".")[2]]}
        if page:
            entity |= {
                "name": page.title,
                "inLanguage": page.parameters.lang,
                "temporalCoverage": page.parameters.as_of,
            }
        yield entity


_FORMATS = {"html": "text/html", "csv": "text/csv", "toml": "application/toml", "json": "application/json"}


def _text(said: object) -> str:
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"
