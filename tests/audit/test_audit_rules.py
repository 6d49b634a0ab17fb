"""Rule by rule: workbooks that break each one, and near misses that do not."""

from __future__ import annotations

import copy

import pytest
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.protection import WorkbookProtection

from clv_xl.worksheet.errors import CellError


def put(place: str, value: object):
    """A change that writes one cell, as "Inputs!B4"."""
    title, _, cell = place.partition("!")

    def change(wb) -> None:
        wb[title][cell] = value

    return change


def name(name: str, refers_to: str):
    return lambda wb: wb.defined_names.update({name: DefinedName(name, attr_text=refers_to)})


def style(place: str, **look: object):
    title, _, cell = place.partition("!")

    def change(wb) -> None:
        for attribute, value in look.items():
            setattr(wb[title][cell], attribute, value)

    return change


def many(*changes):
    def change(wb) -> None:
        for one in changes:
            one(wb)

    return change


def swap(part: str, old: str, new: str):
    """A change of a part's XML."""

    def change(parts: dict[str, str]) -> None:
        assert old in parts[part], f"{old} is not in {part}"
        parts[part] = parts[part].replace(old, new)

    return change


def blue_unlocked(value: object):
    return many(
        put("Inputs!B7", value),
        put("Inputs!A7", "Odd one"),
        put("Inputs!C7", "USD"),
        put("Inputs!D7", "Guess"),
        style("Inputs!B7", font=Font(color="0000FF"), protection=Protection(locked=False)),
    )


def validation(place: str, attribute: str, value: object):
    def change(wb) -> None:
        for item in wb["Inputs"].data_validations.dataValidation:
            if place in item.sqref:
                setattr(item, attribute, value)

    return change


def delete(title: str, cells: str):
    def change(wb) -> None:
        for row in wb[title][cells]:
            for cell in row:
                cell.value = None

    return change


def long_sheet(wb) -> None:
    for row in range(15, 60):
        wb["Checks"].cell(row, 1, f"Remark {row}")


def wide_numbers(wb) -> None:
    for row in range(10, 35):
        for column in range(1, 5):
            wb["Checks"].cell(row, column, row * column)


def hide_sheet(wb) -> None:
    wb["Checks"].sheet_state = "hidden"


def hide_column(wb) -> None:
    wb["Checks"].column_dimensions["F"].hidden = True


def hide_row(wb) -> None:
    wb["Checks"].row_dimensions[8].hidden = True


def rename(old: str, new: str):
    def change(wb) -> None:
        wb[old].title = new

    return change


def table_name(wb) -> None:
    wb["Inputs"].tables["Guests"].displayName = "Table1"


def without_table(wb) -> None:
    del wb["Inputs"].tables["Guests"]


def second_sheet_row(*formulas: str):
    """Formulas side by side in row 12 of Calculation, from C on."""
    return many(*(put(f"Calculation!{column}12", f) for column, f in zip("CDEFGH", formulas, strict=False)))


def no_print_area(wb) -> None:
    wb["Checks"].print_area = None


def local_name(wb) -> None:
    wb["Checks"].defined_names["in_own"] = DefinedName("in_own", attr_text="Inputs!$B$4")


def conditional_colours(wb) -> None:
    from openpyxl.formatting.rule import FormulaRule

    wb["Checks"].conditional_formatting.add(
        "D5", FormulaRule(["$E5"], font=Font(color="FFFF00"), fill=PatternFill(bgColor="FFFFFF"))
    )


def password(wb) -> None:
    wb["Checks"].protection.sheet = True
    wb["Checks"].protection.password = "secret"


def workbook_password(wb) -> None:
    wb.security = WorkbookProtection(workbookPassword="CC1A", lockStructure=True)


def chart_of(wb):
    return wb["Calculation"]._charts[0]


def no_series_colour(wb) -> None:
    from openpyxl.chart.shapes import GraphicalProperties

    chart_of(wb).series[0].graphicalProperties = GraphicalProperties()


def series_colour(colour: str):
    def change(wb) -> None:
        chart_of(wb).series[0].graphicalProperties.solidFill = colour

    return change


def chart_without(attribute: str):
    def change(wb) -> None:
        target, _, last = attribute.rpartition(".")
        setattr(getattr(chart_of(wb), target) if target else chart_of(wb), last, None)

    return change


IF_THREE = "=IF(B4>0,IF(B5>0,IF(B6>0,1,0),0),0)"
LONG = "=" + "+".join(["B4*in_weeks"] * 12)

BROKEN = [
    (1, "Cover", delete("Cover", "A3:B3")),
    (1, "Cover!A9", put("Cover!B9", None)),
    (2, "workbook", lambda wb: setattr(wb.properties, "title", " ")),
    (2, "workbook", lambda wb: setattr(wb.properties, "description", None)),
    (3, "Cover", lambda wb: setattr(wb["Cover"]["A12"], "hyperlink", None)),
    (3, "Cover!A12", lambda wb: setattr(wb["Cover"]["A12"].hyperlink, "location", "'Gone'!A1")),
    (4, "Checks", hide_sheet),
    (4, "Checks!A8", hide_row),
    (4, "Checks!F1", hide_column),
    (5, "Sheet1", lambda wb: wb.create_sheet("Sheet1")),
    (5, "Tabelle2", lambda wb: wb.create_sheet("Tabelle2")),
    (6, "Checks!A1", put("Checks!A1", None)),
    (6, "Checks!A1", put("Checks!A1", 2026)),
    (7, "Checks!A8", lambda wb: wb["Checks"].merge_cells("A8:C8")),
    (8, "Inputs", lambda wb: setattr(wb["Inputs"], "freeze_panes", None)),
    (8, "Checks", wide_numbers),
    (9, "Checks", lambda wb: setattr(wb["Checks"].page_setup, "orientation", None)),
    (9, "Checks", lambda wb: setattr(wb["Checks"].sheet_properties.pageSetUpPr, "fitToPage", False)),
    (9, "Checks", lambda wb: setattr(wb["Checks"].oddFooter.right, "text", "Finance")),
    (9, "Checks", no_print_area),
    (9, "Checks", long_sheet),
    (10, "Inputs!A10", table_name),
    (10, "Inputs!A10", put("Inputs!C10", "Column3")),
    (11, "Calculation!B6", style("Calculation!B6", style="Input")),
    (11, "Inputs!B7", blue_unlocked("=B4")),
    (12, "Calculation!B6", put("Calculation!B6", "=B5*in_weeks*20")),
    (12, "Calculation!B6", put("Calculation!B6", "=B5*in_weeks*{1;7}")),
    (12, "Calculation!B6", put("Calculation!B6", "=ROUND(B5,2)")),
    (13, "Calculation!D11", put("Calculation!D11", "=$B$5*in_weeks*C10")),
    (13, "Calculation!E12", second_sheet_row("=B5", "=C10", "=B$6")),
    (14, "Calculation!B6", put("Calculation!B6", LONG)),
    (15, "Calculation!B6", put("Calculation!B6", IF_THREE)),
    (16, "Calculation!B6", put("Calculation!B6", "=OFFSET(B5,1,0)")),
    (16, "Calculation!B6", put("Calculation!B6", "=B5+TODAY()-TODAY()")),
    (16, "Calculation!B6", put("Calculation!B6", "=NPV(1,B4:B5)")),
    (17, "Calculation!B6", put("Calculation!B6", "=[1]Prices!A1")),
    (17, "Calculation!B6", put("Calculation!B6", "='C:\\data\\[Book2.xlsx]Prices'!A1")),
    (18, "workbook", name("CLTV", "Inputs!$B$4")),
    (18, "workbook", name("in_loose", "Inputs!B4")),
    (18, "workbook", name("result", "Calculation!$B$6")),
    (18, "workbook", name("in_result", "Calculation!$B$6")),
    (18, "workbook", name("in_const", "5")),
    (18, "workbook", local_name),
    (19, "workbook", lambda wb: setattr(wb.calculation, "calcMode", "manual")),
    (19, "workbook", lambda wb: setattr(wb.calculation, "iterate", True)),
    (19, "workbook", lambda wb: setattr(wb.calculation, "fullCalcOnLoad", False)),
    (20, "Inputs!B7", blue_unlocked(3)),
    (20, "Inputs!B5", validation("B5", "prompt", "")),
    (20, "Inputs!B5", validation("B5", "showErrorMessage", False)),
    (21, "Inputs!B4", style("Inputs!B4", protection=Protection(locked=True))),
    (21, "Calculation!B6", style("Calculation!B6", protection=Protection(locked=False))),
    (21, "Checks", password),
    (21, "workbook", workbook_password),
    (22, "Calculation!C6", put("Calculation!C6", None)),
    (22, "Calculation", many(put("Calculation!C3", "Currency"), put("Calculation!B9", "Currency"))),
    (23, "Inputs!B4", put("Inputs!D4", None)),
    (23, "Inputs!B11", put("Inputs!A9", None)),
    (23, "Inputs!B7", blue_unlocked(3)),
    (23, "Calculation!B6", put("Calculation!B6", "=B5*in_weeks*Inputs!F20")),
    (23, "Calculation!B6", put("Calculation!B6", "=SUM(Inputs!F20:F30)*in_lifespan")),
    (24, "workbook", lambda wb: wb.defined_names.pop("check_master")),
    (24, "Checks!E4", many(put("Checks!D4", "fine"))),
    (26, "Checks!E6", put("Checks!E6", "=E5")),
    (27, "Calculation!A14", chart_without("title")),
    (27, "Calculation!A14", chart_without("x_axis.title")),
    (27, "Calculation!A14", series_colour("FF0000")),
    (27, "Calculation!A14", no_series_colour),
    (28, "Checks!B8", put("Checks!B8", "1234.50")),
    (28, "Checks!B8", put("Checks!B8", "12,345")),
    (29, "Calculation!B6", style("Calculation!B6", number_format="#,##0.00;[Red]#,##0.00")),
    (30, "Checks!A4", style("Checks!A4", font=Font(color="AAAAAA"))),
    (30, "Checks!A4", style("Checks!A4", fill=PatternFill("solid", fgColor="1F4E79"))),
    (30, "Checks!D5", conditional_colours),
    (32, "Checks!A8", lambda wb: setattr(wb["Checks"]["A8"], "value", "@SUM(1)")),
    (32, "Checks!A8", put("Checks!A8", "+49 30 123")),
    (32, "Calculation!B6", put("Calculation!B6", "=cmd|'/c calc'!A0")),
    (32, "Calculation!B6", put("Calculation!B6", '=_xlfn.WEBSERVICE("https://example.com")')),
    (32, "Calculation!B6", put("Calculation!B6", '=HYPERLINK("https://example.com","Look")')),
]


@pytest.mark.parametrize(("rule", "where", "change"), BROKEN, ids=[f"{n}-{i}" for i, (n, *_) in enumerate(BROKEN)])
def test_a_broken_rule_is_found_where_it_is_broken(build, findings, rule, where, change):
    found = findings(build(change), rule=rule)
    assert where in [finding.where for finding in found], found


BROKEN_PARTS = [
    (4, "Checks", swap("xl/worksheets/sheet4.xml", "<sheetFormatPr ", '<sheetFormatPr zeroHeight="1" ')),
    (10, "Inputs!A10", swap("xl/tables/table1.xml", 'headerRowCount="1"', 'headerRowCount="0"')),
    (17, "workbook", lambda parts: parts.update({"xl/vbaProject.bin": "macro"})),
    (
        17,
        "workbook",
        swap(
            "xl/_rels/workbook.xml.rels",
            "</Relationships>",
            '<Relationship Id="rId99" Type="http://x/externalLink" Target="links/link1.xml"/></Relationships>',
        ),
    ),
    (27, "Calculation!A14", swap("xl/drawings/drawing1.xml", 'descr="Bars of the value"', "")),
    (27, "Calculation!A14", swap("xl/charts/chart1.xml", 'srgbClr val="0072B2"', 'schemeClr val="accent2"')),
]


@pytest.mark.parametrize(("rule", "where", "change"), BROKEN_PARTS)
def test_a_broken_rule_in_the_xml_is_found(build, findings, rule, where, change):
    found = findings(build(change_parts=change), rule=rule)
    assert where in [finding.where for finding in found], found


def changed(values: dict, title: str, cell: str, value: object) -> dict:
    fresh = copy.deepcopy(values)
    fresh[title][cell] = value
    return fresh


@pytest.mark.parametrize(
    ("rule", "cell", "value", "message"),
    [
        (24, "E4", False, "check_function is FALSE"),
        (24, "E5", CellError("#N/A"), "#N/A"),
        (24, "E5", None, "empty"),
        (24, "D4", "", "PASS or FAIL"),
        (25, "B4", CellError("#DIV/0!", "nothing to divide by"), "nothing to divide by"),
    ],
)
def test_recalculated_values_count(clean, clean_values, findings, rule, cell, value, message):
    found = findings(clean, changed(clean_values, "Checks", cell, value), rule=rule)
    assert any(message in finding.message and finding.where.startswith("Checks!") for finding in found), found


def test_an_error_constant_is_found(build, findings):
    (finding,) = findings(build(put("Checks!A8", "#REF!")), rule=25)
    assert finding.where == "Checks!A8"
    assert "#REF!" in finding.message


def test_a_failing_engine_is_a_finding(clean):
    from clv_xl.audit import audit

    def fail(_: bytes):
        raise RuntimeError("no engine\nhere")

    (finding,) = audit(clean, calculate=fail)
    assert (finding.rule, finding.where) == (25, "workbook")
    assert "could not be recalculated: no engine here" in finding.message


def test_what_cannot_be_recalculated_is_named_and_the_rest_is_recalculated(build, clean_values):
    """With our own engine: a link to another file, a LAMBDA, what reads them, and an error elsewhere."""
    from clv_xl.audit import audit

    data = build(
        many(
            put("Checks!A8", "=[1]Prices!A1"),
            put("Checks!B8", "=_xlfn.LAMBDA(_xlpm.x,_xlpm.x+1)(3)"),
            put("Checks!A9", "=A8+B8"),
            put("Checks!A10", "=1/0"),
        ),
        values=changed(changed(clean_values, "Checks", "A8", 5), "Checks", "B8", 4),
    )
    found = {f.where: f for f in audit(data) if f.rule == 25}
    assert {where: f.severity for where, f in found.items()} == {
        "Checks!A8": "warning",
        "Checks!B8": "warning",
        "Checks!A10": "error",
    }
    assert "=[1]Prices!A1 could not be recalculated, so its value 5 is taken on trust" in found["Checks!A8"].message


def test_an_engine_that_lacks_a_function_of_excel_is_no_finding(build, findings, clean_values):
    data = build(put("Calculation!B6", "=_xlfn.STOCKHISTORY(B5,B5)"))
    fresh = changed(clean_values, "Calculation", "B6", CellError("#NAME?"))
    assert findings(data, fresh, rule=25) == []
    unknown = build(put("Calculation!B6", "=CLVT(B5)"))
    assert [f.where for f in findings(unknown, fresh, rule=25)] == ["Calculation!B6"]


NEAR_MISSES = [
    (1, put("Cover!A7", "Changes in this version")),
    (3, put("Cover!A20", '=HYPERLINK("#\'Checks\'!A1","Checks")')),
    (5, rename("Checks", "Charts of 2026")),
    (10, put("Inputs!A20", "Table1")),
    (12, put("Calculation!B6", '=B5*TEXT(1,"0.0000")*LOG10(B5)*12*-1')),
    (12, put("Calculation!B6", "=SUM(Guests[Visits per week])*1000%")),
    (13, second_sheet_row("=B5", "=B6")),
    (13, second_sheet_row("=$B$5*in_weeks*C10", "=$B$5*in_weeks*D10", "=$B$5*in_weeks*E10")),
    (14, put("Calculation!B6", '=_xlfn.XLOOKUP("' + "x" * 90 + '",A4:A7,B4:B7)')),
    (15, put("Calculation!B6", "=IF(B4>0,IF(B5>0,1,0),IF(B7>0,1,0))")),
    (16, put("Calculation!B6", '="TODAY() is text"')),
    (18, name("in_guests", "Inputs!$B$11:$C$13")),
    (22, put("Calculation!D13", 5)),
    (23, put("Calculation!B6", '=IF(Inputs!F20="",B5,Inputs!F20)')),
    (23, put("Calculation!B6", "=B5*ROWS(Inputs!F20:F30)")),
    (23, put("Calculation!B6", "=COUNTA(Inputs!F20:F30)")),
    (27, series_colour("808080")),
    (28, many(put("Checks!A8", "Customer code"), put("Checks!B8", "4711"))),
    (28, put("Checks!B8", "00123")),
    (28, put("Checks!B8", "2026-03-31")),
    (29, style("Calculation!B6", number_format="#,##0.00;[Red]-#,##0.00")),
    (29, style("Calculation!B6", number_format="#,##0;[Red](#,##0)")),
    (30, style("Checks!A4", font=Font(color="FFFFFF"), fill=PatternFill("solid", fgColor="1F4E79"))),
    (32, put("Checks!A8", "-")),
    (32, many(put("Checks!A8", "@cafe"), style("Checks!A8", quotePrefix=True))),
    (32, put("Cover!A20", '=HYPERLINK("#\'Checks\'!A1","Checks")')),
]


@pytest.mark.parametrize(("rule", "change"), NEAR_MISSES, ids=[f"{n}-{i}" for i, (n, _) in enumerate(NEAR_MISSES)])
def test_a_near_miss_is_no_finding(build, findings, rule, change):
    assert findings(build(change), rule=rule) == []


def test_a_table_column_is_judged_from_top_to_bottom(build, findings):
    def column(*formulas: str):
        def change(wb) -> None:
            table = wb["Inputs"].tables["Guests"]
            table.ref = "A10:D13"
            wb["Inputs"]["D10"] = "Total (USD)"
            for row, formula in enumerate(formulas, 11):
                wb["Inputs"].cell(row, 4, formula)

        return change

    assert findings(build(column("=B11*C11", "=B12*C12", "=B13*C13")), rule=13) == []
    (finding,) = findings(build(column("=B11*C11", "=B12*C12", "=B13*C12")), rule=13)
    assert finding.where == "Inputs!D13"


def test_messages_name_the_value_and_the_remedy(build, findings):
    (finding,) = findings(build(put("Calculation!B6", "=B5*7")), rule=12)
    assert finding.message == "the formula =B5*7 holds 7; put the number in an input cell"
    (finding,) = findings(build(rename("Checks", "Sheet7")), rule=5)
    assert "Sheet7" in finding.message
    assert "name the sheet" in finding.message


def test_every_rule_is_broken_somewhere():
    broken = {rule for rule, *_ in BROKEN} | {rule for rule, *_ in BROKEN_PARTS} | {25, 31}
    assert broken == set(range(1, 33))


def test_alignment_is_nobodys_business(build, findings):
    """A control: a harmless change of looks stays harmless."""
    assert findings(build(style("Checks!A4", alignment=Alignment(wrap_text=True)))) == []
