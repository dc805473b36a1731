"""Checks that need more than one cell: links between tables, promises in their text, the order of statements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from analysis import schema

_LINKS = (
    ("measures", "theme_id", "themes", "theme_id"),
    ("responsibilities", "measure_id", "measures", "measure_id"),
    ("responsibilities", "unit_id", "units", "unit_id"),
    ("commitments", "measure_id", "measures", "measure_id"),
    ("progress", "measure_id", "measures", "measure_id"),
    ("progress", "unit_id", "units", "unit_id"),
)


def across(tables: dict[str, pd.DataFrame], bad: set[tuple[str, Any]]) -> Iterator[dict[str, Any]]:
    """Problems between the tables of a plan, one record each (`analysis.schema.PROBLEM_COLUMNS`).

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        Every table as text, indexed by the row in its file.
    bad : set
        (file, row) with a problem already told: what their cells mean is not asked again.
    """
    for name, column, target, key in _LINKS:
        known = set(tables[target][key])
        cells = tables[name][column]
        for row, value in cells[~cells.isin(known) & cells.ne("")].items():
            yield _problem(name, row, column, value, f"{target}.csv 中没有这个编号")
    yield from _alias_problems(tables["units"])
    yield from _responsibility_problems(tables)
    texts = tables["measures"].set_index("measure_id")["text"].to_dict()
    for row, measure_id, span in tables["commitments"][["measure_id", "text_span"]].itertuples(name=None):
        if measure_id in texts and span not in texts[measure_id]:
            yield _problem("commitments", row, "text_span", span, "应为该措施原文中的一段")
    is_bad = pd.Series(
        [("progress.csv", row) in bad for row in tables["progress"].index], tables["progress"].index, bool
    )
    log = schema.to_types("progress", tables["progress"][~is_bad])
    yield from _progress_problems(log, tables["measures"], set(tables["progress"].loc[is_bad, "log_id"]))
    if not is_bad.any():
        yield from _sequence_problems(log)


def _problem(table: str, row: Any, column: str, value: Any, rule: str, severity: str = "error") -> dict[str, Any]:
    return {
        "file": f"{table}.csv",
        "row": row,
        "column": column,
        "value": str(value),
        "rule": rule,
        "severity": severity,
    }


def _alias_problems(units: pd.DataFrame) -> Iterator[dict[str, Any]]:
    owners = {
        name: unit
        for column in ("unit_id", "name", "short")
        for name, unit in zip(units[column], units["unit_id"], strict=True)
    }
    for row, unit, aliases in units[["unit_id", "aliases"]].itertuples(name=None):
        for alias in filter(None, aliases.split("|")):
            if owners.setdefault(alias, unit) != unit:
                yield _problem("units", row, "aliases", alias, f"{owners[alias]} 也叫这个名称")


def _responsibility_problems(tables: dict[str, pd.DataFrame]) -> Iterator[dict[str, Any]]:
    named = tables["responsibilities"]
    for row, unit in named.loc[named.duplicated(["measure_id", "unit_id"]), "unit_id"].items():
        yield _problem("responsibilities", row, "unit_id", unit, "同一措施重复列出同一单位")
    pairs = set(zip(named["measure_id"], named["unit_id"], strict=True))
    units, measures = set(tables["units"]["unit_id"]), set(tables["measures"]["measure_id"])
    for row, measure, unit in tables["progress"][["measure_id", "unit_id"]].itertuples(name=None):
        if measure in measures and unit in units and (measure, unit) not in pairs:
            yield _problem("progress", row, "unit_id", unit, f"该单位不承担措施 {measure}")
    if len(measures) and named.empty:
        yield _problem("responsibilities", pd.NA, "unit_id", "", "没有任何措施指明责任单位：至少应有一条")
        return
    unnamed = tables["measures"].loc[~tables["measures"]["measure_id"].isin(named["measure_id"]), "measure_id"]
    for row, measure in unnamed.items():
        yield _problem("measures", row, "measure_id", measure, "没有责任单位", "warning")


def _progress_problems(log: pd.DataFrame, measures: pd.DataFrame, unread: set[str]) -> Iterator[dict[str, Any]]:
    kinds = log["measure_id"].map(measures.drop_duplicates("measure_id").set_index("measure_id")["kind"])
    status, percent = log["status"], log["percent"]
    breaks = {
        "未启动的完成比例应为空或 0": status.eq("not_started") & percent.gt(0),
        "推进中的完成比例应为空或 1–99": status.eq("in_progress") & ~percent.between(1, 99) & percent.notna(),
        "受阻的完成比例应小于 100": status.eq("stalled") & percent.ge(100),
        "已办结的完成比例应为 100": status.eq("closed") & percent.ne(100),
    }
    for rule, broken in breaks.items():
        for row, value in percent[broken].items():
            yield _problem("progress", row, "percent", "" if pd.isna(value) else f"{value:g}", rule)
    settles = status.isin(["done_reported", "closed"])
    for row, value in status[kinds.eq("ongoing") & settles].items():
        yield _problem("progress", row, "status", value, "常态化措施没有完成之日：应为 ongoing 或之前的状态")
    for row, value in status[kinds.notna() & kinds.ne("ongoing") & status.eq("ongoing")].items():
        yield _problem("progress", row, "status", value, "只有 kind 为 ongoing 的措施才能是常态化")
    early = log.loc[log["reported_at"] < log["as_of"], "reported_at"]
    for row, value in early.items():
        yield _problem("progress", row, "reported_at", f"{value:%Y-%m-%d}", "早于所述日期 as_of，请核对", "warning")
    corrections = _corrections(log)
    wrong = corrections[~corrections["right"] & ~corrections["supersedes"].isin(unread)]
    for row, value in wrong[["row", "supersedes"]].itertuples(index=False):
        yield _problem("progress", row, "supersedes", value, "应为同一措施、同一单位先前一条记录的 log_id")


def _corrections(log: pd.DataFrame) -> pd.DataFrame:
    """The statements that supersede another, and whether it is right that they do."""
    earlier = log.drop_duplicates("log_id")[["log_id", "measure_id", "unit_id", "reported_at", "supersedes"]]
    corrections = log[log["supersedes"].ne("")].reset_index(names="row")
    pairs = corrections.merge(earlier, left_on="supersedes", right_on="log_id", how="left", suffixes=("", "_before"))
    right = (
        pairs["measure_id"].eq(pairs["measure_id_before"])
        & pairs["unit_id"].eq(pairs["unit_id_before"])
        & pairs["reported_at"].ge(pairs["reported_at_before"])
        & pairs["log_id"].ne(pairs["supersedes_before"])
    )
    return pairs.assign(right=right)


def _sequence_problems(log: pd.DataFrame) -> Iterator[dict[str, Any]]:
    replaced = _corrections(log).query("right")["supersedes"]
    standing = log[~log["log_id"].isin(replaced)].sort_values(["as_of", "reported_at", "log_id"])
    standing = standing.drop_duplicates(["measure_id", "unit_id", "as_of"], keep="last")
    earlier = standing.groupby(["measure_id", "unit_id"], sort=False)[["status", "percent"]].shift()
    falls = standing["percent"] < earlier["percent"]
    changed = earlier["status"].notna() & earlier["status"].ne(standing["status"])
    for row in standing.index[changed | falls]:
        then, now = earlier.at[row, "status"], standing.at[row, "status"]
        if changed[row] and now not in schema.TRANSITIONS[then]:
            yield _problem("progress", row, "status", now, f"不能由 {then} 变为 {now}")
        elif then == "closed" and now == "in_progress" and not standing.at[row, "problems"]:
            yield _problem("progress", row, "problems", "", "已办结后重新打开，应写明原因")
        if falls[row]:
            yield _problem(
                "progress", row, "percent", f"{standing.at[row, 'percent']:g}", "完成比例比上次下降", "warning"
            )
