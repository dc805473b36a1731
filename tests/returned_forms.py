"""A folder of forms as people send them back: one file a fault, each with what should become of it."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

from analysis.forms import make
from analysis.forms.layout import FORM_SHEET, HEADER_ROW, HEADS, HIDDEN_SHEET
from analysis.plan import data_folder, open_plan
from analysis.schema import RECORD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from analysis.plan import Plan

COLUMN = {key: place for place, key in enumerate(HEADS, start=1)}
AT_WORK = {"status": "推进中", "percent": 40, "progress": "已开展前期工作", "next_step": "继续推进"}


@dataclass
class Returned:
    """What should become of a file: rows read, rows refused, cells named with a piece of what is said of each."""

    name: str
    read: int
    refused: int = 0
    known: int = 0
    faults: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


def blank_plan(folder: Path) -> Plan:
    """The plan with a record that holds nothing yet."""
    shutil.copytree(data_folder() / "tianjin-2024", folder, ignore=shutil.ignore_patterns(".*", "*.chain"))
    for table in RECORD:
        header = (folder / f"{table}.csv").read_text("utf-8").split("\n", 1)[0]
        (folder / f"{table}.csv").write_text(header + "\n", "utf-8")
    return open_plan(folder)


def measures_of(plan: Plan, unit: str) -> list[str]:
    named = set(plan.responsibilities.loc[plan.responsibilities["unit_id"].eq(unit), "measure_id"])
    return [measure for measure in plan.measures["measure_id"] if measure in named]


def filled(
    plan: Plan, unit: str, as_of: str, *, entries: Mapping[str, Mapping[str, Any]] | None = None, sent: Any = "same day"
) -> openpyxl.Workbook:
    """A unit's form, filled in as a person does: every measure at work when no entries are given."""
    book = openpyxl.load_workbook(io.BytesIO(make(plan, unit, as_of=pd.Timestamp(as_of))))
    sheet = book[FORM_SHEET]
    sheet["G2"] = pd.Timestamp(as_of).to_pydatetime() if sent == "same day" else sent
    if entries is None:
        entries = dict.fromkeys(measures_of(plan, unit), AT_WORK)
    for row in range(HEADER_ROW + 1, sheet.max_row + 1):
        for key, value in entries.get(str(sheet.cell(row, 1).value), {}).items():
            cell = sheet.cell(row, COLUMN[key])
            cell.value = value
            if isinstance(value, str) and value.startswith("=") and not value.startswith("=SUM"):
                cell.data_type = "s"
    return book


def grid_of(book: openpyxl.Workbook) -> list[list[str]]:
    """The visible sheet as text, as a spreadsheet exports it."""
    rows = book[FORM_SHEET].iter_rows(values_only=True)
    return [
        ["" if cell is None else f"{cell:%Y/%m/%d}" if hasattr(cell, "year") else str(cell) for cell in row]
        for row in rows
    ]


def as_csv(book: openpyxl.Workbook, encoding: str, *, delimiter: str = ",") -> bytes:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="\r\n").writerows(grid_of(book))
    return written.getvalue().encode(encoding)


def encrypted(content: bytes) -> bytes:
    from msoffcrypto.format.ooxml import OOXMLFile

    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt("1234", locked)
    return locked.getvalue()


def to_bytes(book: openpyxl.Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def fill_folder(folder: Path, plan: Plan) -> list[Returned]:
    """Write a folder of 45 returned forms; gives what should become of each."""
    folder.mkdir()
    units = list(plan.units["unit_id"])
    days = [f"{day:%Y-%m-%d}" for day in pd.date_range("2024-06-30", periods=40, freq="ME")]
    expected: list[Returned] = []

    def write(name: str, book: openpyxl.Workbook | bytes, **outcome: Any) -> None:
        target = folder / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(book if isinstance(book, bytes) else to_bytes(book))
        expected.append(Returned(target.name, **outcome))

    # Each unit's form of June, in good order.
    for unit in units:
        write(f"{unit}.xlsx", filled(plan, unit, days[0]), read=len(measures_of(plan, unit)))

    customs = len(measures_of(plan, "tj-customs"))
    port = len(measures_of(plan, "port-group"))

    # Things that people do and that are no fault.
    write("新建 Microsoft Excel 工作表 (2).xlsx", filled(plan, "tj-customs", days[1]), read=customs)
    write("其实是xlsx.xls", filled(plan, "tj-customs", days[2]), read=customs)
    write("各处室/补报.xlsx", filled(plan, "tj-customs", days[3]), read=customs)
    write("GB18030.csv", as_csv(filled(plan, "tj-customs", days[4]), "gb18030"), read=customs)
    write("带BOM.csv", as_csv(filled(plan, "tj-customs", days[5]), "utf-8-sig"), read=customs)
    write("制表符.txt", as_csv(filled(plan, "tj-customs", days[6]), "utf-16", delimiter="\t"), read=customs)
    write("老格式.xls", _as_xls(filled(plan, "tj-customs", days[7])), read=customs)
    write("开放格式.ods", _as_ods(filled(plan, "tj-customs", days[8])), read=customs)
    write("表头下移.xlsx", _moved(filled(plan, "port-group", days[1])), read=port)
    write("空行.xlsx", _with_blank_rows(filled(plan, "port-group", days[2])), read=port)
    write("合并单元格.xlsx", _merged(filled(plan, "port-group", days[3])), read=port)
    write("别名.xlsx", _under_alias(filled(plan, "port-group", days[4]), "天津港(集团)有限公司"), read=port)
    extra = filled(plan, "port-group", days[5])
    extra[FORM_SHEET]["M4"], extra[FORM_SHEET]["M5"] = "备注", "请审阅"
    write("多一列.xlsx", extra, read=port, notes=(("M5", "多出的一列"),))
    wide = {"M4": AT_WORK | {"percent": "４０％", "expected_completion": "２０２５年６月３０日"}}
    write("全角.xlsx", filled(plan, "port-group", days[6], entries=wide), read=1)
    dates = {
        "M4": AT_WORK | {"expected_completion": "2025年6月30日"},
        "M18": AT_WORK | {"expected_completion": "2025/6/30"},
        "M21": AT_WORK | {"expected_completion": "6月底"},
    }
    book = filled(plan, "port-group", days[7], entries=dates, sent="2025年1月31日")
    write("文字日期.xlsx", book, read=3, notes=(("L7", "2025-06-30"),))
    words = {"M4": {"status": "In progress"}, "M18": {"status": "in_progress"}, "M21": {"status": "推进中 "}}
    write("英文状态.xlsx", filled(plan, "port-group", days[8], entries=words), read=3)
    risky = {"M4": AT_WORK | {"progress": '=HYPERLINK("http://x")', "problems": "<script>alert(1)</script>"}}
    risky |= {"M18": AT_WORK | {"progress": "+1-2", "problems": "@SUM(A1)", "next_step": "-5", "evidence_ref": "=1"}}
    write("像公式.xlsx", filled(plan, "port-group", days[9], entries=risky), read=2)

    # Faults in cells.
    bad = {
        "M4": AT_WORK | {"status": "办得差不多了"},
        "M18": AT_WORK | {"percent": "约八成"},
        "M21": AT_WORK | {"expected_completion": "2025年2月30日"},
        "M30": AT_WORK | {"percent": 0.8},
        "M31": {"progress": "只写了进展"},
    }
    faults = (("E5", "应为其中之一"), ("F6", "0–100"), ("L7", "没有这一天"), ("F8", "是否为 80"), ("E9", "没有填写"))
    write("填错.xlsx", filled(plan, "port-group", days[10], entries=bad), read=5, refused=5, faults=faults)
    unread = {"M4": AT_WORK | {"progress": "=SUM(A1:A2)"}, "M18": AT_WORK}
    book = filled(plan, "port-group", days[11], entries=unread)
    write("公式无值.xlsx", book, read=2, refused=1, faults=(("G5", "公式没有计算结果"),))
    closed = {"M4": {"status": "已办结", "percent": 100}, "M30": {"status": "取消"}, "M18": {"status": "closed"}}
    closed |= {"M21": AT_WORK | {"status": "常态化"}}
    faults = (("E5", "办结由核验方决定：请填“已完成（自报）”"), ("E8", "这由核验方决定"), ("E6", "办结由核验方决定"))
    faults = (*faults, ("E7", "常态化"))
    write("不合规则.xlsx", filled(plan, "port-group", days[12], entries=closed), read=4, refused=4, faults=faults)
    book = filled(plan, "port-group", days[13])
    for cell, value in {"A5": "M1", "A6": "M99", "A7": None, "B7": "自拟措施"}.items():
        book[FORM_SHEET][cell] = value
    faults = (("A5", "编号与旁边的措施内容不符"), ("A6", "没有这个措施编号"), ("A7", "没有这个措施编号"))
    write("措施不对.xlsx", book, read=port, refused=3, faults=faults)

    # Faults of whole forms.
    write(
        "没写日期.xlsx",
        filled(plan, "port-group", days[14], sent=None),
        read=port,
        refused=port,
        faults=(("G2", "没有填写报送日期"),),
    )
    write(
        "日期看不懂.xlsx",
        filled(plan, "port-group", days[15], sent="上周五"),
        read=port,
        refused=port,
        faults=(("G2", "应为日期"),),
    )
    book = filled(plan, "port-group", days[16])
    book[FORM_SHEET]["B2"] = "天津海关"
    write("单位不符.xlsx", book, read=port, refused=port, faults=(("B2", "不一致"),))
    book = _under_alias(filled(plan, "port-group", days[17]), "港务局")
    write("没有这个单位.xlsx", book, read=port, refused=port, faults=(("B2", "没有单位“港务局”"),))
    book = filled(plan, "port-group", days[18])
    book[HIDDEN_SHEET]["B1"] = f"beijing-2023/port-group/{days[18]}"
    write("别的方案.xlsx", book, read=port, refused=port, faults=(("K2", "另一个方案"),))
    write("加密.xlsx", encrypted(to_bytes(filled(plan, "port-group", days[19]))), read=0, faults=(("", "密码"),))
    write("截断.xlsx", to_bytes(filled(plan, "port-group", days[19]))[:9000], read=0, faults=(("", "损坏"),))
    write("乱码.xls", b"\xd0\xcf\x11\xe0" + bytes(range(256)) * 8, read=0, faults=(("", "损坏"),))
    write("说明.docx", _not_a_table(), read=0, faults=(("", "不是表格"),))
    write("照片.jpg", bytes(range(128, 256)) * 20, read=0, faults=(("", "不是表格"),))
    write("空.csv", b"", read=0, faults=(("", "空的"),))
    book = filled(plan, "port-group", days[20])
    for row in book[FORM_SHEET].iter_rows(min_row=HEADER_ROW, max_row=HEADER_ROW):
        for cell in row:
            cell.value = None
    write("没有表头.xlsx", book, read=0, faults=(("", "没有找到表头"),))

    # The same form twice: alike, and not alike.
    shutil.copy(folder / "port-group.xlsx", folder / "port-group - 副本.xlsx")
    expected.append(Returned("port-group - 副本.xlsx", read=port, known=port))
    for name, percent in (("甲稿.xlsx", 50), ("乙稿.xlsx", 60)):
        entries = {"M4": AT_WORK | {"percent": percent}}
        write(
            name, filled(plan, "port-group", days[21], entries=entries), read=1, refused=1, faults=(("A5", "内容不同"),)
        )
    return expected


def _moved(book: openpyxl.Workbook) -> openpyxl.Workbook:
    sheet = book[FORM_SHEET]
    # Only cells move: what was merged stays where it was, as after cutting and pasting.
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))
    sheet.move_range(f"A1:L{sheet.max_row}", rows=3, cols=2)
    return book


def _with_blank_rows(book: openpyxl.Workbook) -> openpyxl.Workbook:
    sheet = book[FORM_SHEET]
    sheet.insert_rows(7, amount=2)
    sheet.cell(sheet.max_row + 3, 1).value = None
    return book


def _merged(book: openpyxl.Workbook) -> openpyxl.Workbook:
    sheet = book[FORM_SHEET]
    sheet.merge_cells("E5:E7")
    sheet.merge_cells("G5:G7")
    return book


def _under_alias(book: openpyxl.Workbook, name: str) -> openpyxl.Workbook:
    del book[HIDDEN_SHEET]
    book[FORM_SHEET]["B2"] = name
    book[FORM_SHEET]["J2"] = book[FORM_SHEET]["K2"] = None
    return book


def _as_xls(book: openpyxl.Workbook) -> bytes:
    import xlwt

    copy = xlwt.Workbook(encoding="utf-8")
    sheet = copy.add_sheet(FORM_SHEET)
    for number, row in enumerate(grid_of(book)):
        for column, text in enumerate(row):
            sheet.write(number, column, text)
    written = io.BytesIO()
    copy.save(written)
    return written.getvalue()


def _as_ods(book: openpyxl.Workbook) -> bytes:
    written = io.BytesIO()
    pd.DataFrame(grid_of(book)).to_excel(written, engine="odf", sheet_name=FORM_SHEET, header=False, index=False)
    return written.getvalue()


def _not_a_table() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as parts:
        parts.writestr("word/document.xml", "<w:document/>")
    return written.getvalue()


def convert(file: Path, kind: str, folder: Path) -> Path:
    """A file as LibreOffice saves it in another format; skips the test when there is no LibreOffice."""
    office = shutil.which("soffice")
    if not office:
        pytest.skip("needs LibreOffice, whose program soffice is not there (Debian: apt-get install libreoffice-calc)")
    command = [office, f"-env:UserInstallation={folder.as_uri()}-profile", "--headless"]
    # A CSV is written in the encoding of the machine unless told otherwise: 76 is UTF-8.
    how = "csv:Text - txt - csv (StarCalc):44,34,76" if kind == "csv" else kind
    subprocess.run(
        [*command, "--convert-to", how, "--outdir", folder, file], check=True, capture_output=True, timeout=180
    )
    return folder / f"{file.stem}.{kind}"
