"""The builder: text stays text, styles mean something, names are guarded, the package is finished."""

import io
import zipfile

import openpyxl
import pytest
from lxml import etree

from clv_xl.builder.book import Book, FailedChecks
from clv_xl.builder.editions import EDITIONS
from clv_xl.builder.rules import above, at_least, between, one_of, words
from clv_xl.builder.sheet import Formula, Place

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def book() -> Book:
    return Book("A title", "A description", EDITIONS["classic"])


@pytest.fixture
def sheet(book):
    return book.sheet("Data", (30, 12, 12, 12, 40))


def reopened(data: bytes, values: bool = False) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def part(data: bytes, name: str):
    return etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read(name))


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://example.com")', "=cmd|' /C calc'!A0", "plain"],
)
def test_text_never_becomes_a_formula(book, sheet, text):
    sheet.put("A", text, "Text")
    data = book.finish().data
    cell = reopened(data)["Data"]["A1"]
    assert cell.data_type == "s"
    assert cell.value.replace("\n", "\r") == text
    assert cell.quotePrefix is (text != "plain")
    assert part(data, "xl/worksheets/sheet1.xml").find(f".//{MAIN}f") is None


def test_only_a_formula_is_a_formula(book, sheet):
    sheet.put("A", Formula("1+1"), "Formula")
    data = book.finish().data
    assert reopened(data)["Data"]["A1"].value == "=1+1"
    assert reopened(data, values=True)["Data"]["A1"].value == 2


def test_what_a_cell_cannot_hold_is_said(sheet):
    with pytest.raises(ValueError, match="has 40,000 characters, and a cell of Excel holds 32,767"):
        sheet.put("A", "x" * 40_000, "Text")
    for number in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="cannot hold"):
            sheet.put("A", number, "Formula")


def test_control_characters_are_replaced(book, sheet):
    sheet.put("A", "bell\a!", "Text")
    assert reopened(book.finish().data)["Data"]["A1"].value == "bell\ufffd!"


def test_blanks_around_a_text_stay(book, sheet):
    sheet.put("A", "  indented ", "Text")
    assert reopened(book.finish().data)["Data"]["A1"].value == "  indented "


@pytest.mark.parametrize(
    ("formula", "green"),
    [
        ("Inputs!$B$7", True), ("'My data'!B7", True), ("in_weeks", True),
        ("B7", False), ("Inputs!$B$7*1", False), ("SUM(Inputs!B1:B2)", False), ("in_weeks*in_margin", False),
    ],
)  # fmt: skip
def test_a_plain_link_is_green_and_a_formula_black(sheet, formula, green):
    assert sheet.style_of(Formula(formula)) == ("Link" if green else "Formula")


def test_styles_mean_something(book, sheet):
    sheet.put("A", 1, "Input")
    sheet.put("B", Formula("A1"), "Formula")
    sheet.put("C", Formula("A1"), "Link")
    row = reopened(book.finish().data)["Data"][1]
    assert [cell.font.color.rgb[2:] for cell in row[:3]] == ["0000FF", "000000", "00703C"]
    assert [cell.protection.locked for cell in row[:3]] == [False, True, True]
    assert [cell.style for cell in row[:3]] == ["Input", "Formula", "Link"]


@pytest.mark.parametrize("name", ["CAC", "rate", "in_", "check_Total", "in_a b"])
def test_only_inputs_and_checks_are_named(book, name):
    with pytest.raises(ValueError, match="only inputs"):
        book.name(name, Place("Data", "A", 1))


def test_a_name_is_used_once(book):
    book.name("in_rate", Place("Data", "A", 1))
    with pytest.raises(ValueError, match="used twice"):
        book.name("in_rate", Place("Data", "A", 2))


@pytest.mark.parametrize(
    ("allowed", "kind", "operator", "low", "high"),
    [
        (between(0, 1, "a share"), "decimal", "between", "0", "1"),
        (above(0, "a number"), "decimal", "greaterThan", "0", None),
        (at_least(-1, "a number"), "decimal", "greaterThanOrEqual", "-1", None),
        (above(-1, "a change"), "decimal", "greaterThan", "-1", None),
        (between(0, 1e-6, "a small number"), "decimal", "between", "0", "0.000001"),
        (above(0, "a share", up_to=1), "custom", None, "AND(ISNUMBER(B7),B7>0,B7<=1)", None),
        (at_least(0, "a share", below=1000), "custom", None, "AND(ISNUMBER(B7),B7>=0,B7<1000)", None),
        (one_of("a", "b"), "list", None, '"a,b"', None),
        (words(60, "a text"), "textLength", "between", "1", "60"),
    ],
)
def test_validation_prompts_and_refuses(allowed, kind, operator, low, high):
    rule = allowed.validation("A title that is much too long for Excel to show", "What it means.", "B7")
    assert (rule.type, rule.operator, rule.formula1, rule.formula2) == (kind, operator, low, high)
    assert rule.showInputMessage
    assert rule.showErrorMessage
    assert rule.prompt.startswith("What it means. Enter ")
    assert rule.error.startswith("This must be ")
    assert len(rule.promptTitle) == 32


@pytest.mark.parametrize(
    ("allowed", "formula"),
    [
        (between(0, 53, "weeks"), 'COUNTIFS(in_a,">=0",in_a,"<=53")'),
        (above(-1, "a change"), 'COUNTIFS(in_a,">-1")'),
        (at_least(0, "a share", below=1), 'COUNTIFS(in_a,">=0",in_a,"<1")'),
        (between(0, 1e-6, "a small number"), 'COUNTIFS(in_a,">=0",in_a,"<="&1/1000/1000)'),
        (one_of("a", "b"), 'COUNTIF(in_a,"a")+COUNTIF(in_a,"b")'),
        (words(100, "a text"), 'ROWS(in_a)-COUNTBLANK(in_a)-COUNTIF(in_a,REPT("?",100)&"?*")'),
    ],
)
def test_a_check_counts_by_the_same_rule(allowed, formula):
    """Without a decimal point in a text, which a spreadsheet in another language reads otherwise."""
    assert allowed.count("in_a") == formula


def test_a_bound_that_no_formula_can_hold_is_refused():
    with pytest.raises(ValueError, match=r"not 0\.99"):
        between(0, 0.99, "a share").count("in_a")


def test_what_an_input_must_be_is_said_with_the_reason():
    allowed = above(0, "a share above 0 %", "There is no lifetime at 0 %.", up_to=1)
    assert allowed.sentence == "A share above 0 %. There is no lifetime at 0 %."
    said = allowed.validation("Churn", "Churn.", "B7").error
    assert said == "This must be a share above 0 %. There is no lifetime at 0 %."


def test_every_input_gets_a_check(book, sheet):
    sheet.input("in_rate", "Rate", 0.1, "share", "A source", between(0, 1, "a share"), "Input %")
    sheet.allow("B9:C10", "Change", "A change.", above(-1, "a change"), {"Up": "in_up", "In the table": "T[Down it]"})
    assert [(g.check, g.label, g.cells) for g in book.guarded] == [
        ("check_in_rate", "Rate", "in_rate"), ("check_in_up", "Up", "in_up"),
        ("check_t_down_it", "In the table", "T[Down it]"),
    ]  # fmt: skip


def test_a_call_needs_to_know_where_the_add_in_is_looked_for(book):
    with pytest.raises(ValueError, match="looks for the add-in"):
        book.call("CAC", "1", "1")
    book.add_in_cell = "Functions!$B$5"
    assert book.call("CAC", "1", "1") == 'IF(Functions!$B$5,CAC(1,1),"add-in not loaded")'
    assert Book("T", "D", EDITIONS["native"]).call("CAC", "1", "1") is None


def test_a_template_that_fails_its_own_checks_is_not_finished(book, sheet):
    holds = sheet.put("A", Formula("1=0"), "Logical")
    said = sheet.put("B", Formula('IF(A1,"PASS","FAIL")'), "Verdict")
    book.verdict("check_sum", holds, said)
    with pytest.raises(FailedChecks, match="check_sum"):
        book.finish()


def test_a_template_with_an_error_is_not_finished(book, sheet):
    sheet.put("A", Formula("1/0"), "Formula")
    with pytest.raises(FailedChecks, match=r"Data!A1 #DIV/0!"):
        book.finish()


@pytest.mark.parametrize(
    ("formula", "kind", "text"),
    [("1/3", None, "0.333333333333333"), ("1=1", "b", "1"), ('"a"&"b"', "str", "ab"), ('""', "str", None)],
)
def test_cached_values_have_their_type(book, sheet, formula, kind, text):
    sheet.put("A", Formula(formula), "Formula")
    cell = part(book.finish().data, "xl/worksheets/sheet1.xml").find(f".//{MAIN}c")
    assert cell.get("t") == kind
    assert cell.findtext(f"{MAIN}v") == (text or "")


def test_the_package_is_finished(book, sheet):
    sheet.put("A", "text", "Title")
    sheet.put("B", "text", "Sheet link")
    data = book.finish().data
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.namelist()[0] == "[Content_Types].xml"
    assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
    assert part(data, "xl/sharedStrings.xml").get("uniqueCount") == "1"
    order = ["b", "i", "strike", "u", "sz", "color", "name", "family", "scheme"]
    for font in part(data, "xl/styles.xml").iter(f"{MAIN}font"):
        names = [etree.QName(child).localname for child in font]
        assert names == sorted(names, key=order.index)
    properties = reopened(data).properties
    application = part(data, "docProps/app.xml").findtext("{*}Application")
    assert application == "clv_xl", "LibreOffice trusts every value in a file of Excel's"
    assert (properties.title, properties.creator, properties.description) == ("A title", "clv_xl", "A description")
    calculation = part(data, "xl/workbook.xml").find(f"{MAIN}calcPr")
    assert calculation.get("fullCalcOnLoad") == "1"


def test_openpyxl_is_left_as_it_was(book, sheet):
    from openpyxl.styles import Font

    before = Font.__elements__
    sheet.put("A", "text", "Title")
    book.finish()
    assert Font.__elements__ is before
