"""A small clean workbook, and ways to break it: through openpyxl before it is saved, or in the XML afterwards."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, NamedStyle, PatternFill, Protection
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table, TableStyleInfo

from clv_xl.audit import audit

SPEND, VISITS = "Guests[Spend per visit (USD)]", "Guests[Visits per week]"
COVER = [
    ("Purpose", "Shows what a guest is worth."),
    ("Version", "1.0"),
    ("Author", "Finance"),
    ("Date", dt.datetime(2026, 3, 31)),
    ("Change log", "1.0: first version"),
    ("Colour key", "Blue: input. Black: formula."),
    ("Limitations", "Spend does not grow."),
]
INPUTS = [
    ("Weeks in a year", 52, "weeks", "Calendar", "in_weeks"),
    ("Lifespan", 20, "years", "Survey 2025, page 3", "in_lifespan"),
    ("Tolerance", 0.000001, "USD", "Rounding", "in_tolerance"),
]
GUESTS = [("Anna", 3.5, 4), ("Ben", 8.5, 3), ("Cleo", 5, 5)]
STEPS = [
    ("Average spend per visit", f"=AVERAGE({SPEND})", "USD", "For comparison"),
    ("Average value per week", f"=SUMPRODUCT({SPEND},{VISITS})/ROWS({SPEND})", "USD", "Mean of products"),
    ("Value over the lifespan", "=B5*in_weeks*in_lifespan", "USD", "Step by step"),
    ("The same by the function", f"=CLTV({SPEND},{VISITS},in_lifespan,in_weeks)", "USD", "In one call"),
]
WEEK = (3.5 * 4 + 8.5 * 3 + 5 * 5) / 3
VALUES = {
    "Calculation": {
        "B4": 17 / 3,
        "B5": WEEK,
        "B6": WEEK * 52 * 20,
        "B7": WEEK * 52 * 20,
        "D10": 2.0,
        "E10": 3.0,
        "C11": WEEK * 52,
        "D11": WEEK * 52 * 2,
        "E11": WEEK * 52 * 3,
    },
    "Checks": {"B4": 0.0, "D4": "PASS", "E4": True, "D5": "PASS", "E5": True},
}


def clean_workbook() -> Workbook:
    """A workbook that breaks no rule, but for the cached values, which openpyxl cannot write."""
    wb = Workbook()
    wb.remove(wb.active)
    for style in (
        NamedStyle("Input", font=Font(color="0000FF"), protection=Protection(locked=False)),
        NamedStyle("Heading", font=Font(b=True, color="FFFFFF"), fill=PatternFill("solid", fgColor="1F4E79")),
    ):
        wb.add_named_style(style)
    for title in ("Cover", "Inputs", "Calculation", "Checks"):
        sheet = wb.create_sheet(title)
        sheet["A1"] = f"Value of a guest: {title}"
        sheet.column_dimensions["A"].width = 30
    _cover(wb)
    _inputs(wb)
    _calculation(wb)
    _checks(wb)
    for sheet in wb:
        _print_set_up(sheet)
    wb.properties.title, wb.properties.creator = "Value of a guest", "Finance"
    wb.properties.description = "What a guest is worth over the years."
    wb.properties.created = wb.properties.modified = dt.datetime(2026, 3, 31)
    wb.calculation.fullCalcOnLoad = True
    return wb


def _cover(wb: Workbook) -> None:
    sheet = wb["Cover"]
    for row, (label, text) in enumerate(COVER, 3):
        sheet.cell(row, 1, label)
        sheet.cell(row, 2, text)
    for row, title in enumerate(wb.sheetnames[1:], 12):
        cell = sheet.cell(row, 1, f"Go to {title}")
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{title}'!A1", display=title)


def _head(sheet, row: int, labels: list[object]) -> None:
    for column, label in enumerate(labels, 1):
        sheet.cell(row, column, label).style = "Heading"


def _inputs(wb: Workbook) -> None:
    sheet = wb["Inputs"]
    _head(sheet, 3, ["Input", "Value", "Unit", "Source or note"])
    for row, (*cells, name) in enumerate(INPUTS, 4):
        for column, value in enumerate(cells, 1):
            sheet.cell(row, column, value)
        sheet.cell(row, 2).style = "Input"
        wb.defined_names[name] = DefinedName(name, attr_text=f"Inputs!$B${row}")
    sheet["A9"] = "Guests as counted at the till in March 2026."
    for column, label in enumerate(("Guest", "Spend per visit (USD)", "Visits per week"), 1):
        sheet.cell(10, column, label)
    for row, guest in enumerate(GUESTS, 11):
        for column, value in enumerate(guest, 1):
            sheet.cell(row, column, value).style = "Input"
    table = Table(displayName="Guests", ref="A10:C13")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleMedium2", showRowStripes=True)
    sheet.add_table(table)
    sheet["B5"].comment = Comment("Years a guest keeps coming", "Finance")
    sheet.freeze_panes = "A4"
    for kind, cells in (("decimal", "B4:B6 B11:C13"), ("textLength", "A11:A13")):
        validation = DataValidation(type=kind, operator="greaterThan", formula1="0", sqref=cells)
        validation.promptTitle, validation.prompt = "Input", "A number above zero, or a name."
        validation.errorTitle, validation.error = "Input", "Enter a number above zero, or a name."
        validation.showInputMessage = validation.showErrorMessage = True
        sheet.add_data_validation(validation)


def _calculation(wb: Workbook) -> None:
    sheet = wb["Calculation"]
    _head(sheet, 3, ["Step", "Value", "Unit", "Note"])
    for row, cells in enumerate(STEPS, 4):
        for column, value in enumerate(cells, 1):
            sheet.cell(row, column, value)
    _head(sheet, 9, ["Value by year", "Unit", "First", "Second", "Third"])
    for row, cells in enumerate(
        [["Year", "years", 1, "=C10+1", "=D10+1"], ["Value so far", "USD", *(f"=$B$5*in_weeks*{c}10" for c in "CDE")]],
        10,
    ):
        for column, value in enumerate(cells, 1):
            sheet.cell(row, column, value)
    for row in (4, 5, 6, 7):
        sheet.cell(row, 2).number_format = "#,##0.00"
    chart = BarChart()
    chart.title, chart.x_axis.title, chart.y_axis.title = "Value so far", "Year", "USD"
    chart.add_data(Reference(sheet, min_col=3, max_col=5, min_row=11), from_rows=True, titles_from_data=False)
    chart.set_categories(Reference(sheet, min_col=3, max_col=5, min_row=10))
    chart.series[0].graphicalProperties = GraphicalProperties(solidFill="0072B2")
    chart.x_axis.delete = chart.y_axis.delete = False
    sheet.add_chart(chart, "A14")


def _checks(wb: Workbook) -> None:
    sheet = wb["Checks"]
    _head(sheet, 3, ["Check", "Difference", "Unit", "Verdict", "Holds"])
    rows = [
        ("Function and steps agree", "=Calculation!B6-Calculation!B7", "USD", '=IF(E4,"PASS","FAIL")'),
        ("All checks", None, None, '=IF(E5,"PASS","FAIL")'),
    ]
    for row, cells in enumerate(rows, 4):
        for column, value in enumerate(cells, 1):
            sheet.cell(row, column, value)
    sheet["E4"], sheet["E5"] = "=ABS(B4)<in_tolerance", "=AND(E4:E4)"
    red = FormulaRule(['$D4="FAIL"'], font=Font(color="8B0000"), fill=PatternFill(bgColor="FDE7E7"))
    sheet.conditional_formatting.add("D4:D5", red)
    for name, place in (("check_function", "$E$4"), ("check_master", "$E$5")):
        wb.defined_names[name] = DefinedName(name, attr_text=f"Checks!{place}")


def _print_set_up(sheet) -> None:
    sheet.page_setup.orientation = "portrait"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_area = "A1:H40"
    sheet.oddFooter.right.text = "Page &P of &N"


_FONT_ORDER = ("b", "i", "strike", "u", "vertAlign", "sz", "color", "name", "family", "charset", "scheme")


def _ordered_fonts(styles: str) -> str:
    """openpyxl writes the parts of a font in an order that the Open XML SDK rejects."""

    def ordered(match: re.Match[str]) -> str:
        parts = re.findall(r"<[^>]+/>", match[1])
        return f"<font>{''.join(sorted(parts, key=lambda p: _FONT_ORDER.index(re.match('<([a-zA-Z]+)', p)[1])))}</font>"

    return re.sub(r"<font>(.*?)</font>", ordered, styles)


def _with_values(xml: str, values: dict[str, object]) -> str:
    """Put the cached values into a sheet as openpyxl writes it."""

    def filled(match: re.Match[str]) -> str:
        place, attributes, formula = match.groups()
        value = values.get(place)
        kind = "b" if isinstance(value, bool) else "str" if isinstance(value, str) else "n"
        text = str(int(value)) if isinstance(value, bool) else str(value)
        cached = "" if value is None else f"<v>{text}</v>"
        return f'<c r="{place}"{attributes} t="{kind}">{formula}{cached}</c>'

    return re.sub(r'<c r="([A-Z]+\d+)"((?: s="\d+")?)>(<f\b[^>]*>[^<]*</f>)<v ?(?:/>|></v>)</c>', filled, xml)


def unpacked(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def packed(parts: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def build_workbook(
    change: Callable[[Workbook], object] | None = None,
    change_parts: Callable[[dict[str, str]], object] | None = None,
    values: dict[str, dict[str, object]] = VALUES,
) -> bytes:
    wb = clean_workbook()
    if change:
        change(wb)
    buffer = io.BytesIO()
    wb.save(buffer)
    parts = unpacked(buffer.getvalue())
    parts["xl/styles.xml"] = _ordered_fonts(parts["xl/styles.xml"])
    for number, title in enumerate(wb.sheetnames, 1):
        name = f"xl/worksheets/sheet{number}.xml"
        parts[name] = _with_values(parts[name], values.get(title, {}))
    drawing = "xl/drawings/drawing1.xml"
    if drawing in parts:
        parts[drawing] = re.sub(
            r'(<(?:\w+:)?cNvPr id="1" name="[^"]*")', r'\1 descr="Bars of the value"', parts[drawing]
        )
    if change_parts:
        change_parts(parts)
    return packed(parts)


@pytest.fixture(autouse=True)
def _own_linter_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The validator program takes seconds a file; the tests that want it switch it on themselves."""
    monkeypatch.setenv("OOXML_VALIDATOR", "no-such-validator")


@pytest.fixture(scope="session")
def build():
    """Builds the clean workbook, changed on the way."""
    return build_workbook


@pytest.fixture(scope="session")
def archive():
    """A pair: bytes of a workbook to parts, and back."""
    return unpacked, packed


@pytest.fixture
def findings():
    """Audits bytes with the values that the clean workbook has, or others."""

    def run(data: bytes, values: dict[str, dict[str, object]] = VALUES, rule: int | None = None):
        found = audit(data, calculate=lambda _: values)
        return [f for f in found if rule in (None, f.rule)]

    return run


@pytest.fixture(scope="session")
def clean() -> bytes:
    """The workbook that breaks no rule."""
    return build_workbook()


@pytest.fixture(scope="session")
def clean_values() -> dict[str, dict[str, object]]:
    """What its formulas give."""
    return VALUES
