"""What makes Excel offer a repair: one planted fault each, at the level of the XML, and clean controls."""

from __future__ import annotations

import re

import pytest
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table

COVER, INPUTS, CALC, CHECKS = (f"xl/worksheets/sheet{n}.xml" for n in (1, 2, 3, 4))
BOOK, STYLES, TABLE, CHART = "xl/workbook.xml", "xl/styles.xml", "xl/tables/table1.xml", "xl/charts/chart1.xml"
TYPES, RELS, CORE = "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "docProps/core.xml"
COMMENTS = "xl/comments/comment1.xml"


def swap(part: str, old: str, new: str):
    """Replace the first place of a text in a part."""

    def change(parts: dict[str, str]) -> None:
        assert old in parts[part], f"{old} is not in {part}"
        parts[part] = parts[part].replace(old, new, 1)

    return change


def pattern(part: str, old: str, new: str):
    def change(parts: dict[str, str]) -> None:
        parts[part], times = re.subn(old, new, parts[part], count=1)
        assert times, f"{old} is not in {part}"

    return change


def formula(text: str):
    """Another formula in Calculation!B6."""
    stored = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return swap(CALC, "<f>B5*in_weeks*in_lifespan</f>", f"<f>{stored}</f>")


def before(part: str, mark: str, new: str):
    return swap(part, mark, new + mark)


def drop(part: str):
    return lambda parts: parts.pop(part)


def prompt(attribute: str, text: str):
    return pattern(INPUTS, rf' {attribute}="[^"]*"', f' {attribute}="{text}"')


NUMBER = r'(<c r="B4"[^>]*>)<v>52</v>'
BAD_LINK = '<Relationship Id="h" Type="http://x/hyperlink" Target="http://a b" TargetMode="External"/>'
FAULTS = [
    # The package
    (
        "no content type for a part",
        swap(TYPES, 'PartName="/xl/styles.xml"', 'PartName="/xl/styles2.xml"'),
        "styles.xml",
    ),
    (
        "a content type without a part",
        before(TYPES, "</Types>", '<Override PartName="/a.xml" ContentType="b"/>'),
        "a.xml",
    ),
    ("wrong content type", swap(TYPES, "spreadsheetml.table+xml", "spreadsheetml.sheet+xml"), "content type"),
    ("missing content types", drop(TYPES), "[Content_Types].xml"),
    ("missing part", drop(CHART), "chart1.xml"),
    ("missing table part", drop(TABLE), "table1.xml"),
    ("dangling r:id of a table", pattern(INPUTS, r'(<tablePart [^>]*)r:id="\w+"', r'\1r:id="rId77"'), "rId77"),
    ("dangling r:id of a chart", pattern("xl/drawings/drawing1.xml", r'(r|\w+):id="rId1"', r'\1:id="rId9"'), "rId9"),
    (
        "two relationships with one id",
        pattern(RELS, r'(<Relationship [^>]*Id="rId2"[^>]*/>)', r"\1\1"),
        "two relationships",
    ),
    ("malformed XML", swap(CORE, "</cp:coreProperties>", "</cp:coreProps>"), "not well-formed"),
    ("a link with blanks", before("xl/worksheets/_rels/sheet2.xml.rels", "</Relationships>", BAD_LINK), "http://a b"),
    ("a bad creation date", pattern(CORE, r"(<dcterms:created[^>]*>)[^<]*", r"\1yesterday"), "yesterday"),
    ("a property twice", pattern(CORE, r"(<dc:title[^>]*>[^<]*</dc:title>)", r"\1\1"), "title is stored twice"),
    # The workbook
    ("colon in a sheet name", swap(BOOK, 'name="Checks"', 'name="Che:cks"'), "Che:cks"),
    ("long sheet name", swap(BOOK, 'name="Checks"', f'name="{"x" * 32}"'), "x" * 32),
    ("sheet name in quotes", swap(BOOK, 'name="Checks"', "name=\"'Checks'\""), "not allowed"),
    ("reserved sheet name", swap(BOOK, 'name="Checks"', 'name="History"'), "History"),
    ("sheet name twice", swap(BOOK, 'name="Checks"', 'name="inputs"'), "used twice"),
    ("sheet id twice", swap(BOOK, 'sheetId="4"', 'sheetId="3"'), "used twice"),
    ("active tab out of range", pattern(BOOK, r'activeTab="\d+"', 'activeTab="9"'), "activeTab"),
    (
        "order of the workbook's elements",
        pattern(BOOK, r"(<definedNames>.*</definedNames>)(<calcPr[^>]*/>)", r"\2\1"),
        "<definedNames>",
    ),
    ("name like a cell", swap(BOOK, 'name="in_weeks"', 'name="AB12"'), "AB12"),
    ("name like R1C1", swap(BOOK, 'name="in_weeks"', 'name="R1C1"'), "R1C1"),
    ("name with a blank", swap(BOOK, 'name="in_weeks"', 'name="in weeks"'), "in weeks"),
    ("name starting with a digit", swap(BOOK, 'name="in_weeks"', 'name="1in"'), "1in"),
    ("name twice", swap(BOOK, 'name="in_weeks"', 'name="IN_LIFESPAN"'), "defined twice"),
    ("name of a table", swap(BOOK, 'name="in_weeks"', 'name="guests"'), "equals the name of a table"),
    ("name of a missing sheet", swap(BOOK, 'localSheetId="3"', 'localSheetId="8"'), "sheet number 8"),
    ("name with an equals sign", swap(BOOK, ">Inputs!$B$4<", ">=Inputs!$B$4<"), 'with its "="'),
    ("empty name", swap(BOOK, ">Inputs!$B$4<", "><"), "empty"),
    ("comment of a name too long", swap(BOOK, 'name="in_weeks"', f'name="in_weeks" comment="{"c" * 256}"'), "comment"),
    ("print area of another sheet", swap(BOOK, "'Checks'!$A$1:$H$40", "'Inputs'!$A$1:$H$40"), "refers to the sheet"),
    # The styles
    (
        "number format with open quotes",
        pattern(STYLES, r'formatCode="[^"]*"', 'formatCode="0&quot;x"'),
        "number format",
    ),
    (
        "number format with five sections",
        pattern(STYLES, r'formatCode="[^"]*"', 'formatCode="0;0;0;@;0"'),
        "number format",
    ),
    ("colour of three digits", pattern(STYLES, r'rgb="000000FF"', 'rgb="00F"'), '"00F"'),
    ("font out of range", pattern(STYLES, r'(<cellXfs.*?)fontId="0"', r'\1fontId="77"'), "fontId 77"),
    (
        "undefined number format",
        pattern(STYLES, r'(<cellXfs.*?)numFmtId="0"', r'\1numFmtId="190"'),
        "number format 190",
    ),
    ("style of a cell style", pattern(STYLES, r'(<cellStyle [^>]*)xfId="1"', r'\1xfId="55"'), "refers to format 55"),
    ("order of the styles", pattern(STYLES, r"(<fonts.*?</fonts>)(<fills.*?</fills>)", r"\2\1"), "<fonts>"),
    # Cells
    ("style index", pattern(CALC, r'<c r="A4"', '<c s="99" r="A4"'), "format number 99"),
    ("cells out of order", pattern(CALC, r'(<c r="A4".*?</c>)(<c r="B4".*?</c>)', r"\2\1"), "out of order"),
    ("cell twice", pattern(CALC, r'(<c r="A4".*?</c>)', r"\1\1"), "twice"),
    ("rows out of order", pattern(CALC, r'(<row r="4".*?</row>)(<row r="5".*?</row>)', r"\2\1"), "rows must ascend"),
    ("cell in another row", swap(CALC, '<c r="A4"', '<c r="A9"'), "stands in row 4"),
    (
        "shared string index",
        pattern(CALC, r'<c r="A4" t="inlineStr">.*?</c>', '<c r="A4" t="s"><v>5</v></c>'),
        "text number 5",
    ),
    ("number that is none", pattern(INPUTS, NUMBER, r"\1<v>fifty</v>"), '"fifty"'),
    ("infinite number", pattern(INPUTS, NUMBER, r"\1<v>INF</v>"), '"INF"'),
    ("not a number", pattern(INPUTS, NUMBER, r"\1<v>nan</v>"), '"nan"'),
    ("logical value", pattern(CHECKS, r'(<c r="E4" t="b">.*?)<v>1</v>', r"\1<v>yes</v>"), '"yes"'),
    ("error value", pattern(CALC, r'<c r="A4" t="inlineStr">.*?</c>', '<c r="A4" t="e"><v>#OOPS!</v></c>'), "#OOPS!"),
    ("cell type", swap(CALC, '<c r="A4" t="inlineStr"', '<c r="A4" t="text"'), '"text" does not exist'),
    ("text too long", pattern(CALC, r'(<c r="A4" t="inlineStr"><is><t>)', r"\1" + "x" * 32_768), "32,7"),
    ("row too high", swap(CALC, '<row r="4"', '<row r="4" ht="500"'), "500 points"),
    ("metadata", swap(CALC, '<c r="B6"', '<c cm="1" r="B6"'), "metadata 1"),
    ("array without its cells", swap(CALC, "<f>B5*in_weeks*in_lifespan</f>", '<f t="array">B5*in_weeks</f>'), "ref"),
    (
        "shared formula nobody holds",
        swap(CALC, "<f>B5*in_weeks*in_lifespan</f>", '<f t="shared" si="3"/>'),
        "formula 3",
    ),
    # Formulas as stored
    ("equals sign", formula("=B5*in_weeks"), 'with its "="'),
    ("empty formula", formula(""), "empty"),
    ("formula too long", formula("B5+" * 3000 + "B5"), "at most 8,192"),
    ("string too long", formula(f'LEN("{"x" * 256}")'), "256 characters"),
    ("typographic quotes", formula("LEN(“x”)"), "typographic"),
    ("at sign", formula("@B5:B6*in_weeks"), "_xlfn.SINGLE"),
    ("at sign in a table", formula("SUM(Guests[@[Visits per week]])"), "#This Row"),
    ("spill sign", formula("SUM(B5#)"), "ANCHORARRAY"),
    ("missing prefix", formula("XLOOKUP(A4,A5:A7,B5:B7)"), "_xlfn.XLOOKUP"),
    ("missing double prefix", formula("_xlfn.SORT(B4:B7)"), "_xlfn._xlws.SORT"),
    ("needless prefix", formula("_xlfn.SUM(B4:B5)"), "only newer functions"),
    ("parameter without prefix", formula("_xlfn.LET(x,B5,x*in_weeks)"), "_xlpm.x"),
    ("optional parameter", formula("_xlfn.LAMBDA([_xlpm.x],1)(B5)"), "_xlop"),
    ("open bracket", formula("SUM(B4:B5"), "not closed"),
    ("closing bracket", formula("SUM(B4:B5))"), "closes nothing"),
    ("two operands", formula("B4 in_weeks 5"), "an operator is missing"),
    ("two operators", formula("B4*/B5"), 'before "/" something is missing'),
    ("dangling operator", formula("SUM(B4,B5*)"), 'after "*"'),
    ("ends with an operator", formula("B4+"), "something must follow"),
    ("semicolons", formula("SUM(B4;B5)"), "commas"),
    ("too few arguments", formula("IF()"), "IF has no arguments"),
    ("too many arguments", formula(f"SUM({','.join(['B5'] * 256)})"), "255 arguments"),
    ("nested too deep", formula("ABS(" * 65 + "B5" + ")" * 65), "65 deep"),
    ("reference in an array constant", formula("SUM({1,B5})"), "array constant"),
    ("ragged array constant", formula("SUM({1,0;1})"), "differ in length"),
    ("open brace", formula("SUM({1,0)"), "{"),
    ("outside the grid", formula("B5+XFE1"), "XFE1"),
    ("below the grid", formula("B5+A1048577"), "A1048577"),
    ("unknown sheet", formula("Gone!B5"), '"Gone"'),
    ("unknown table", formula("SUM(Friends[Visits])"), '"Friends"'),
    ("unknown column", formula("SUM(Guests[Calls])"), '"Calls"'),
    # Tables
    ("table header differs", swap(INPUTS, "<t>Visits per week</t>", "<t>Visits a week</t>"), "Visits a week"),
    (
        "table header is a number",
        pattern(INPUTS, r'<c r="C10"[^>]*>.*?</c>', '<c r="C10"><v>7</v></c>'),
        "holds no text",
    ),
    ("table columns", swap(TABLE, 'ref="A10:C13"', 'ref="A10:D13"'), "has 4"),
    ("table column count", swap(TABLE, 'tableColumns count="3"', 'tableColumns count="2"'), "count of its columns"),
    ("table column twice", swap(TABLE, 'name="Visits per week"', 'name="guest"'), 'name "guest"'),
    ("table column id twice", swap(TABLE, 'tableColumn id="3"', 'tableColumn id="2"'), 'id "2"'),
    ("table without rows", swap(TABLE, 'ref="A10:C13"', 'ref="A10:C10"'), "no data row"),
    ("table name", swap(TABLE, 'displayName="Guests"', 'displayName="My guests"'), "does not allow its name"),
    ("table filter", swap(TABLE, '<autoFilter ref="A10:C13"', '<autoFilter ref="A11:C13"'), "its filter covers"),
    ("sheet filter on a table", before(INPUTS, "<dataValidations", '<autoFilter ref="A10:C13"/>'), "filter"),
    (
        "merge on a table",
        before(INPUTS, "<dataValidations", '<mergeCells count="1"><mergeCell ref="A12:B12"/></mergeCells>'),
        "overlaps the table",
    ),
    # Merges, columns, validations, conditional formats, page
    (
        "overlapping merges",
        before(
            CHECKS,
            "<conditionalFormatting",
            '<mergeCells><mergeCell ref="A8:B9"/><mergeCell ref="B9:C9"/></mergeCells>',
        ),
        "overlap",
    ),
    (
        "merge of one cell",
        before(CHECKS, "<conditionalFormatting", '<mergeCells><mergeCell ref="A8"/></mergeCells>'),
        "single cell",
    ),
    ("overlapping columns", before(CHECKS, "</cols>", '<col min="1" max="2" width="9"/>'), "column widths"),
    ("column too wide", swap(CHECKS, 'width="30"', 'width="300"'), "at most 255"),
    ("long prompt", prompt("prompt", "p" * 256), "prompt has 256"),
    ("long error text", prompt("error", "e" * 256), "error has 256"),
    ("long prompt title", prompt("promptTitle", "t" * 33), "promptTitle has 33"),
    ("long error title", prompt("errorTitle", "t" * 33), "errorTitle has 33"),
    (
        "long list",
        pattern(INPUTS, r'type="decimal"(.*?)<formula1>0<', rf'type="list"\1<formula1>"{"a," * 128}"<'),
        "the list has",
    ),
    ("long validation formula", pattern(INPUTS, "<formula1>0<", f"<formula1>{'B4+' * 90}B4<"), "at most 255"),
    (
        "table in a validation",
        pattern(INPUTS, "<formula1>0<", "<formula1>MIN(Guests[Visits per week])<"),
        "cannot stand here",
    ),
    ("validation without a limit", pattern(INPUTS, "<formula1>0</formula1>", ""), "no limit"),
    ("validation of no cells", pattern(INPUTS, 'sqref="A11:A13"', 'sqref=""'), "watches no cells"),
    ("overlapping validations", pattern(INPUTS, 'sqref="A11:A13"', 'sqref="A11:B13"'), "overlap"),
    (
        "count of validations",
        pattern(INPUTS, r'<dataValidations count="2"', '<dataValidations count="5"'),
        "count of data val",
    ),
    ("style of a conditional format", swap(CHECKS, 'dxfId="0"', 'dxfId="4"'), "style 4"),
    ("conditional format without priority", swap(CHECKS, ' priority="1"', ""), "no priority"),
    ("conditional format without formula", pattern(CHECKS, "<formula>.*?</formula>", ""), "no formula"),
    ("conditional format of no cells", swap(CHECKS, 'sqref="D4:D5"', 'sqref=""'), "no cells"),
    (
        "table in a conditional format",
        pattern(CHECKS, "<formula>.*?</formula>", "<formula>SUM(Guests[Visits per week])</formula>"),
        "cannot stand here",
    ),
    ("long footer", pattern(CHECKS, "<oddFooter>", "<oddFooter>" + "x" * 256), "at most 255"),
    ("print scale", swap(CHECKS, "<pageSetup ", '<pageSetup scale="5" '), "print scale"),
    (
        "order of the sheet's elements",
        pattern(CHECKS, r"(<pageMargins[^>]*/>)(<pageSetup[^>]*/>)", r"\2\1"),
        "<pageMargins>",
    ),
    ("link to nowhere", pattern(COVER, r'location="[^"]*"', ""), "leads nowhere"),
    ("link at no cell", pattern(COVER, r'<hyperlink ref="A12"', '<hyperlink ref="Twelve"'), "no cell"),
    ("comments without boxes", pattern(INPUTS, r"<legacyDrawing[^>]*/>", ""), "legacyDrawing"),
    ("author of a comment", pattern(COMMENTS, 'authorId="0"', 'authorId="4"'), "author number 4"),
    ("two comments at a cell", pattern(COMMENTS, r"(<comment .*?</comment>)", r"\1\1"), "two comments"),
    # Charts
    (
        "axis id",
        swap(CHART, '<gapWidth val="150"/><axId val="10"/>', '<gapWidth val="150"/><axId val="11"/>'),
        "axis 11",
    ),
    (
        "one axis only",
        swap(CHART, '<axId val="10"/><axId val="100"/></barChart>', '<axId val="10"/></barChart>'),
        "two axes",
    ),
    ("crossing axis", swap(CHART, '<crossAx val="100"/>', '<crossAx val="7"/>'), "crosses the axis 7"),
    ("chart of a missing sheet", swap(CHART, "'Calculation'!$C$11", "'Gone'!$C$11"), '"Gone"'),
    ("chart without a plot", pattern(CHART, r"<plotArea>.*</plotArea>", ""), "plot area"),
    ("series twice", pattern(CHART, r"(<ser>.*</ser>)", r"\1\1"), "two series"),
]


@pytest.mark.parametrize(("change", "message"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_planted_fault_is_found(build, findings, change, message):
    found = findings(build(change_parts=change), rule=31)
    assert any(message in finding.message for finding in found), found


def test_enough_faults_are_planted():
    assert len(FAULTS) > 100
    assert len({name for name, *_ in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize(
    "stored",
    [
        "SUM((B4,B5))",
        "B4:B6 B5:C5",
        "-B4%+-B5",
        "SUM(B4,,B5)",
        "IF(B4>0,,1)",
        "_xlfn._xlws.FILTER(B4:B6,B4:B6>0)",
        "_xlfn.LET(_xlpm.x,B5,_xlpm.x*in_weeks)",
        "_xlfn.LAMBDA(_xlpm.a,_xlop.b,_xlpm.a)(B5)",
        "SUM(Guests[[#Headers],[#Data],[Guest]:[Visits per week]])",
        "SUM(Inputs:Checks!B4)",
        "SUM('Inputs'!B:B,Inputs!4:4)",
        "_xlfn.ANCHORARRAY(B5)+_xlfn.SINGLE(B4:B6)",
        'IFERROR(#N/A,"it""s {fine} (really] @ #")',
        'CHOOSE({1,-1;TRUE,"a"},B4,B5)',
        "NA()+PI()+ROW()",
        "_xldudf_CLV_CLTV(B4)",
        "CLV.CAC(B4,B5)",
        'B4^-1<>B5&"x"',
        "INDEX(B4:B7,1):INDEX(B4:B7,1)",
        "$B$4:B$5",
        "#REF!+1",
    ],
)
def test_a_formula_as_excel_stores_it_is_clean(build, findings, stored):
    assert findings(build(change_parts=formula(stored)), rule=31) == []


def test_two_tables_must_differ_and_keep_apart(build, findings):
    def second_table(wb) -> None:
        sheet = wb["Inputs"]
        sheet["C13"], sheet["C14"], sheet["D13"], sheet["D14"] = "Ten", 3, "Other", 4
        sheet.add_table(Table(displayName="Others", ref="C13:D14"))

    def same_name(parts: dict[str, str]) -> None:
        part = parts["xl/tables/table2.xml"]
        parts["xl/tables/table2.xml"] = part.replace('displayName="Others"', 'displayName="GUESTS"').replace(
            'id="2"', 'id="1"', 1
        )

    messages = " ".join(f.message for f in findings(build(second_table, same_name), rule=31))
    assert 'two tables have the name "guests"' in messages
    assert 'two tables have the id "1"' in messages
    assert "overlap" in messages


def test_array_formulas_keep_out_of_tables_and_merges(build, findings):
    def spill(wb) -> None:
        wb["Inputs"]["C13"] = ArrayFormula("C13:C15", "=B11:B13*1")
        wb["Checks"]["A8"] = ArrayFormula("A8:A9", "=B4:B5*1")
        wb["Checks"].merge_cells("A8:B8")

    found = {f.where: f.message for f in findings(build(spill), rule=31)}
    assert "#SPILL!" in found["Inputs!C13"]
    assert "lies in the merge" in found["Checks!A8"]


def test_shared_formulas_are_read(build, findings):
    """Excel stores a column that was filled down as one formula; the others refer to it."""

    def shared(parts: dict[str, str]) -> None:
        swap(CALC, "<f>$B$5*in_weeks*C10</f>", '<f t="shared" ref="C11:E11" si="0">$B$5*in_weeks*C10</f>')(parts)
        for column in "DE":
            swap(CALC, f"<f>$B$5*in_weeks*{column}10</f>", '<f t="shared" si="0"/>')(parts)

    assert findings(build(change_parts=shared)) == []


def test_no_visible_sheet(build, findings):
    def hide(parts: dict[str, str]) -> None:
        parts[BOOK] = parts[BOOK].replace('state="visible"', 'state="hidden"')

    messages = [f.message for f in findings(build(change_parts=hide), rule=31)]
    assert "no sheet is visible; show at least one" in messages


def test_a_validator_that_cannot_run_is_a_finding(clean, findings, monkeypatch, tmp_path):
    broken = tmp_path / "validator"
    broken.write_text("#!/bin/sh\necho no json\n")
    broken.chmod(0o755)
    monkeypatch.setenv("OOXML_VALIDATOR", str(broken))
    (finding,) = findings(clean, rule=31)
    assert "could not be run" in finding.message
