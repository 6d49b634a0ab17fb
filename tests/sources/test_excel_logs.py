"""Workbooks as programs and people leave them: where the table stands, which sheets are meant, and what is too much."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from typer.testing import CliRunner

from clv_xl.cli import app
from clv_xl.core.orders import clean, rows
from clv_xl.core.orders.engines import opened
from clv_xl.sources import Log, SourceError, excel, guess_columns, open_log
from clv_xl.sources.header_rows import header_row

DAY = dt.datetime(2025, 1, 5)
HEADER = ["Customer", "Date", "Amount"]
LINES = [["Ann", DAY, 100], ["Ben", DAY + dt.timedelta(31), 50]]
REQUIRED = os.environ.get("CLV_XL_REQUIRE_PROGRAMS") == "1"


def workbook(path: Path, merged: Iterable[str] = (), **sheets: list[list[Any]]) -> Path:
    """A workbook as openpyxl writes it; cells of the last sheet are merged."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    for area in merged:
        sheet.merge_cells(area)
    book.save(path)
    return path


_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def text_row(number: int, *values: str) -> str:
    """A row of text cells in the XML of a sheet."""
    cells = "".join(f'<c r="{chr(65 + i)}{number}" t="inlineStr"><is><t>{v}</t></is></c>' for i, v in enumerate(values))
    return f'<row r="{number}">{cells}</row>'


ORDER = text_row(1, "customer", "date", "amount") + text_row(2, "Ann", "2025-01-05", "5")


def raw(path: Path, *sheets: Iterable[str], top: str = "<sheetData>", end: str = "</sheetData>") -> Path:
    """A workbook of sheets S1, S2 …, whose XML is written piece by piece."""
    numbers = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers)
    relation = f'<Relationship Id="r{{0}}" Type="{_OFFICE}/worksheet" Target="worksheets/s{{0}}.xml"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(relation.format(n) for n in numbers)
        + "</Relationships>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
        for number, pieces in enumerate(sheets, 1):
            with book.open(f"xl/worksheets/s{number}.xml", "w") as part:
                for piece in (f"<worksheet {_MAIN}>{top}", *pieces, f"{end}</worksheet>"):
                    part.write(piece.encode())
    return path


def lines(log: Log) -> list[tuple[Any, ...]]:
    """All lines of a log as its columns are."""
    return [tuple(row.values()) for row in rows(opened(log.frame))]


def net(log: Log) -> float:
    """The money of the lines kept."""
    report = clean(log.frame, guess_columns(log.names)).report
    assert report.reconciles
    return next(row.amount for row in report.rows if row.role == "kept")


@pytest.fixture(params=["duckdb", "polars"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class TestWhereTheHeaderStands:
    def test_titles_above_and_a_total_below(self, tmp_path: Path, engine: str) -> None:
        sheet = [
            ["Sales by Customer Detail"],
            ["January - March 2025"],
            [],
            ["Date", "Type", "Num", "Customer", "Amount"],
        ]
        sheet += [[DAY, "Invoice", "1", "Ann", 100], [DAY, "Credit Memo", "2", "Ann", -20], ["TOTAL", *[None] * 3, 80]]
        log = open_log(str(workbook(tmp_path / "o.xlsx", ["A1:E1"], Report=sheet)), engine)
        assert log.notes == ('Excel, sheet "Report", header in row 4, 3 rows.',)
        assert net(log) == 80

    def test_a_total_row_costs_no_column_its_type(self, tmp_path: Path) -> None:
        log = open_log(str(workbook(tmp_path / "o.xlsx", S=[HEADER, *LINES, ["TOTAL", None, 150]])))
        assert net(log) == 150
        assert [type(v) for v in lines(log)[0]] == [str, dt.date, int]

    def test_a_customer_may_be_called_total(self, tmp_path: Path) -> None:
        assert net(open_log(str(workbook(tmp_path / "o.xlsx", S=[HEADER, *LINES, ["TOTAL", DAY, 7]])))) == 157

    @pytest.mark.parametrize(
        ("head", "merged", "names"),
        [
            (
                [["Order", None, "Customer", "Money"], ["Date", "No", "Name", "Amount"]],
                ["A1:B1"],
                ("Date", "Order No", "Customer Name", "Amount"),
            ),
            (
                [["Date", "Order No", "Customer", "Money"], [None, None, None, "Amount"]],
                ["A1:A2", "B1:B2", "C1:C2"],
                ("Date", "Order No", "Customer", "Amount"),
            ),
            (
                [["Date", "Order No", "Customer", "Money", "Money"], [None] * 3 + ["Amount", "Cost"]],
                ["A1:A2", "B1:B2", "C1:C2", "D1:E1"],
                ("Date", "Order No", "Customer", "Amount", "Cost"),
            ),
            (
                [["Date", "Order No", "Customer", "Amount"], [None] * 4],
                ["A1:A2", "B1:B2", "C1:C2", "D1:D2"],
                ("Date", "Order No", "Customer", "Amount"),
            ),
            (
                [["Order", None, "Customer", None], ["Date", "Name", "Name", "Amount"]],
                ["A1:B1", "C1:D1"],
                ("Date", "Order Name", "Customer Name", "Amount"),
            ),
            (
                [["Sales"], ["Order", None, "Customer", "Money"], ["Date", "No", "Name", "Amount"]],
                ["A1:D1", "A2:B2"],
                ("Date", "Order No", "Customer Name", "Amount"),
            ),
        ],
        ids=["over two columns", "over two rows", "over both", "all over two rows", "equal headings", "below a title"],
    )
    def test_merged_headings(
        self, tmp_path: Path, head: list[list[Any]], merged: list[str], names: tuple[str, ...]
    ) -> None:
        data = [[DAY, 1, "Ann", 100], [DAY, 2, "Ben", 50]]
        log = open_log(str(workbook(tmp_path / "o.xlsx", merged, S=[*head, *data])))
        assert log.names == names
        assert net(log) == 150

    def test_what_was_put_together_is_said(self, tmp_path: Path) -> None:
        head = [["Order", None, "Customer", "Money"], ["Date", "No", "Name", "Amount"]]
        log = open_log(str(workbook(tmp_path / "o.xlsx", ["A1:B1"], S=[*head, [DAY, 1, "Ann", 100]])))
        assert log.notes[1] == "Headings in two rows were put together: “Order No”, “Customer Name”."

    def test_merged_cells_of_data_are_no_repeated_values(self, tmp_path: Path) -> None:
        file = workbook(tmp_path / "o.xlsx", ["C2:C3"], S=[HEADER, *LINES])
        log = open_log(str(file))
        assert net(log) == 100
        assert log.notes[1].startswith("1 merges of cells reach over several rows of data")

    def test_a_column_without_a_heading_stays_beside_its_table(self, tmp_path: Path) -> None:
        """As pandas writes its index; and columns without anything are no columns."""
        file = workbook(
            tmp_path / "o.xlsx", S=[[None, "Customer", None, "Date", "Amount", " "], [0, "a", None, DAY, 1]]
        )
        log = open_log(str(file))
        assert log.names == ("column 1", "Customer", "Date", "Amount")
        assert net(log) == 1

    def test_headings_that_come_again(self, tmp_path: Path) -> None:
        log = open_log(
            str(workbook(tmp_path / "o.xlsx", S=[["Customer", "Date", "Amount", "Amount"], ["a", DAY, 1, 2]]))
        )
        assert log.names == ("Customer", "Date", "Amount", "Amount (2)")
        assert "The heading Amount stands on several columns" in log.notes[1]

    def test_data_without_a_header_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="has no header"):
            open_log(str(workbook(tmp_path / "o.xlsx", S=[["a", DAY, 1], ["b", DAY, 2]])))

    @pytest.mark.parametrize(
        ("head", "place"),
        [
            ([["who", "when", "worth"], ["a", "x", "y"]], 0),
            ([["who", "when", "worth"], ["Date", "Sales", "z"], ["Net", "Total", "Price"]], 1),
            ([["As of", DAY, ""], ["Customer", "Date", "Amount"], ["a", DAY, 1]], 1),
            ([["Region", "all", "", ""], [""] * 4, ["who", "when", "worth", "what"], ["a", "2025-01-05", "1", "b"]], 2),
            ([["", "who", "when", "worth"], [0, "a", DAY, 1], [1, "b", DAY, 1]], 0),
            ([["who", "when", "worth"], ["a", "may", "x"], ["b", "june", "y"], ["Customer", "Date", "Sales"]], 0),
            ([["customer", "2024", "2025"], ["a", "1", "2"]], 0),
            ([["", ""], ["", ""]], 0),
            ([], 0),
        ],
    )
    def test_the_header_among_first_rows(self, head: list[list[Any]], place: int) -> None:
        assert header_row(head) == place


class TestWhichSheet:
    README = ([["This export was made on 2025-01-01"]], [["Field", "Meaning"], ["Customer", "who"], ["Date", "when"]])

    @pytest.mark.parametrize("readme", README)
    def test_a_read_me_first(self, tmp_path: Path, engine: str, readme: list[list[Any]]) -> None:
        log = open_log(str(workbook(tmp_path / "o.xlsx", About=readme, Orders=[HEADER, *LINES])), engine)
        assert net(log) == 150
        assert log.notes == ('Excel, sheet "Orders" of 2, 2 rows.', 'Not read: "About".')

    def test_names_that_nobody_knows_stay_with_the_first_table(self, tmp_path: Path) -> None:
        first = [["who", "moment", "worth"], *LINES]
        log = open_log(str(workbook(tmp_path / "o.xlsx", Data=first, List=[["Customer", "Land"], ["a", "b"]])))
        assert log.names == ("who", "moment", "worth")
        assert log.notes[1] == 'Not read: "List".'

    def test_a_header_without_rows_is_no_rival(self, tmp_path: Path) -> None:
        log = open_log(str(workbook(tmp_path / "o.xlsx", Empty=[HEADER], Orders=[HEADER, *LINES], Blank=[])))
        assert log.notes == ('Excel, sheet "Orders" of 3, 2 rows.', 'Not read: "Empty".')

    @pytest.mark.parametrize(
        ("second", "words"),
        [
            (HEADER, "2 sheets with the same columns"),
            (["AMOUNT", "customer", "Date "], "2 sheets with the same columns"),
            ([*HEADER, "Note"], "their columns not all the same"),
            (["Client", "Day", "Total"], "their columns not all the same"),
        ],
    )
    def test_two_sheets_of_orders_are_asked_about(self, tmp_path: Path, second: list[str], words: str) -> None:
        more = [["Cy", DAY, 1, "x"][: len(second)]]
        file = workbook(tmp_path / "o.xlsx", **{"2024": [HEADER, *LINES], "Q's": [second, *more]})
        with pytest.raises(SourceError, match=words) as raised:
            open_log(str(file))
        assert 'all of them with --sheet "*"' in str(raised.value)
        assert '--sheet "2024" --sheet "Q\'s"' in str(raised.value)

    def test_columns_that_nobody_knows_are_compared_too(self, tmp_path: Path) -> None:
        table = [["who", "moment", "worth"], *LINES]
        with pytest.raises(SourceError, match="2 sheets with the same columns"):
            open_log(str(workbook(tmp_path / "o.xlsx", A=table, B=table)))

    def test_a_hidden_sheet_is_called_so(self, tmp_path: Path) -> None:
        book = Workbook()
        for line in (HEADER, *LINES):
            book.active.append(line)
        old = book.create_sheet("Old")
        old.append(["nothing"])
        old.sheet_state = "hidden"
        book.save(tmp_path / "o.xlsx")
        assert open_log(str(tmp_path / "o.xlsx")).notes[1] == 'Not read: "Old" (hidden).'

    @pytest.mark.parametrize("name", ["Orders", "orders", " ORDERS "])
    def test_a_sheet_by_its_name(self, tmp_path: Path, name: str) -> None:
        log = open_log(str(workbook(tmp_path / "o.xlsx", Old=[HEADER, LINES[0]], Orders=[HEADER, *LINES])), sheet=name)
        assert net(log) == 150
        assert log.notes[1] == 'Not read: "Old".'

    @pytest.mark.parametrize(
        ("sheet", "words"),
        [
            ("x", 'has no sheet "x"; there are: Old, Orders, Head'),
            (["Orders", "x"], 'has no sheet "x"'),
            ("Old", 'The sheet "Old" of .* is empty'),
            ("Head", 'The sheet "Head" of .* has a header and no rows'),
        ],
    )
    def test_a_wrong_sheet_gets_one_sentence(self, tmp_path: Path, sheet: Any, words: str) -> None:
        file = workbook(tmp_path / "o.xlsx", Old=[], Orders=[HEADER, *LINES], Head=[HEADER])
        with pytest.raises(SourceError, match=words):
            open_log(str(file), sheet=sheet)


class TestSeveralSheets:
    YEARS = (
        [
            ["Invoice", "Quantity", "InvoiceDate", "Price", "Customer ID"],
            [489434, 12, DAY, 7, 13085],
            [1, 2, DAY, 4, 1],
        ],
        [["Customer ID", "Invoice", "Quantity", "InvoiceDate", "Price"], [14000, 536366, 6, DAY, 3], [1, 1, 2, DAY, 4]],
    )

    @pytest.mark.parametrize("sheet", ["*", ["2009", "2010"], ["2010", "2009"], ["*", "*"]])
    def test_all_lines_and_those_that_stand_on_both(self, tmp_path: Path, engine: str, sheet: Any) -> None:
        file = workbook(tmp_path / "o.xlsx", **{"Read me": [["text"]], "2009": self.YEARS[0], "2010": self.YEARS[1]})
        log = open_log(str(file), engine, sheet=sheet)
        assert net(log) == 84 + 18 + 8 + 8
        assert 'Not read: "Read me".' in log.notes
        assert any(
            note.startswith(
                "1 lines stand on an earlier sheet too, equal in every column, worth 8.00 by Quantity × Price"
            )
            for note in log.notes
        )

    def test_lines_equal_within_a_sheet_are_none_across_sheets(self, tmp_path: Path) -> None:
        file = workbook(tmp_path / "o.xlsx", A=[HEADER, LINES[0], LINES[0]], B=[HEADER, LINES[1]])
        assert not any("earlier sheet" in note for note in open_log(str(file), sheet="*").notes)

    def test_money_that_is_text_is_counted_in_lines_only(self, tmp_path: Path) -> None:
        table = [HEADER, ["Ann", DAY, "12,50"]]
        notes = open_log(str(workbook(tmp_path / "o.xlsx", A=table, B=table)), sheet="*").notes
        assert any(
            note.startswith("1 lines stand on an earlier sheet too, equal in every column, and") for note in notes
        )

    def test_a_column_more_on_one_sheet(self, tmp_path: Path) -> None:
        file = workbook(tmp_path / "o.xlsx", A=[HEADER, LINES[0]], B=[[*HEADER, "Note"], [*LINES[1], "x"]])
        log = open_log(str(file), sheet="*")
        assert sorted(row[3] or "" for row in lines(log)) == ["", "x"]
        assert "Not on every sheet, and taken as empty where missing: “Note”." in log.notes
        assert net(log) == 150

    def test_an_amount_with_another_name_is_refused(self, tmp_path: Path) -> None:
        file = workbook(tmp_path / "o.xlsx", A=[HEADER, LINES[0]], B=[["Customer", "Date", "Total"], LINES[1]])
        with pytest.raises(SourceError, match='column "Amount" stands on the sheet "A" and not on "B"'):
            open_log(str(file), sheet="*")

    def test_headings_that_differ_in_signs_only(self, tmp_path: Path) -> None:
        table = [[*HEADER, "Order-ID", "Order ID"], ["a", DAY, 1, 2, 3]]
        log = open_log(str(workbook(tmp_path / "o.xlsx", A=table, B=table)), sheet="*")
        assert log.names[3:] == ("Order-ID", "Order ID")
        assert [row[3:] for row in lines(log)] == [(2, 3)] * 2

    def test_the_commands(self, tmp_path: Path) -> None:
        file = workbook(tmp_path / "o.xlsx", A=[HEADER, LINES[0]], B=[HEADER, LINES[1]])
        call = ["summarise", str(file), "-o", str(tmp_path / "out.csv"), "--force"]
        assert CliRunner().invoke(app, call).exit_code == 2
        for options in (["--sheet", "*"], ["--sheet", "A", "--sheet", "B"]):
            assert CliRunner().invoke(app, [*call, *options]).exit_code == 0
            assert "Ann" in (tmp_path / "out.csv").read_text()
            assert "Ben" in (tmp_path / "out.csv").read_text()


class TestCells:
    def read(self, path: Path, values: list[Any], formats: dict[int, str] | None = None) -> list[Any]:
        book = Workbook()
        book.active.append(["id", "x"])
        for value in values:
            book.active.append([value, "y"])
        for row, shown in (formats or {}).items():
            book.active.cell(row + 2, 1).number_format = shown
        book.save(path)
        return [row[0] for row in lines(open_log(str(path)))]

    def test_ids_stay_as_they_are(self, tmp_path: Path) -> None:
        assert self.read(tmp_path / "o.xlsx", ["00123", 123, "'7", 17850.0]) == ["00123", "123", "'7", "17850"]

    def test_truth_values_are_spelled_as_excel_does(self, tmp_path: Path) -> None:
        assert self.read(tmp_path / "o.xlsx", [True, False]) == ["TRUE", "FALSE"]

    def test_numbers_formatted_as_dates(self, tmp_path: Path) -> None:
        found = self.read(tmp_path / "o.xlsx", [45662, 45662.5, 32], {0: "yyyy-mm-dd", 1: "d.m.yy h:mm", 2: "mmm d"})
        assert found == [dt.datetime(2025, 1, 5), dt.datetime(2025, 1, 5, 12), dt.datetime(1900, 2, 1)]

    def test_the_date_system_of_1904(self, tmp_path: Path) -> None:
        book = Workbook()
        book.epoch = CALENDAR_MAC_1904
        for line in (HEADER, *LINES):
            book.active.append(line)
        book.save(tmp_path / "o.xlsx")
        assert [row[1] for row in lines(open_log(str(tmp_path / "o.xlsx")))] == [line[1].date() for line in LINES]

    def test_an_error_is_missing_and_said(self, tmp_path: Path) -> None:
        log = open_log(str(workbook(tmp_path / "o.xlsx", S=[HEADER, *LINES, ["Cy", DAY, "#N/A"]])))
        assert log.notes[1] == "1 cells hold an error such as #N/A and were taken as empty."
        assert net(log) == 150

    def test_formulas_that_nobody_calculated(self, tmp_path: Path) -> None:
        log = open_log(str(workbook(tmp_path / "o.xlsx", S=[HEADER, *LINES, ["Cy", DAY, "=C2*2"]])))
        assert log.notes[1].startswith("1 formulas have no stored value")

    def test_hidden_rows_are_read_and_said(self, tmp_path: Path) -> None:
        book = Workbook()
        for line in (HEADER, *LINES):
            book.active.append(line)
        book.active.row_dimensions[3].hidden = True
        book.active.column_dimensions["C"].hidden = True
        book.save(tmp_path / "o.xlsx")
        log = open_log(str(tmp_path / "o.xlsx"))
        assert log.notes[1].startswith("1 rows are hidden")
        assert net(log) == 150

    def test_numbers_beyond_15_digits_are_said(self, tmp_path: Path) -> None:
        number = 12345678901234570
        log = open_log(str(workbook(tmp_path / "o.xlsx", S=[HEADER, [number, DAY, 5], [7, DAY, 2]])))
        assert log.notes[1].startswith("“Customer” holds numbers of more than 15 digits")
        assert {int(row[0]) for row in lines(log)} == {7, int(number)}

    @pytest.mark.parametrize("decimal", [".", ","])
    def test_a_number_among_text_is_read_by_no_decimal_sign(self, tmp_path: Path, decimal: str) -> None:
        from clv_xl.core.orders import OrderRules

        cells = [12.5, 1.234, -0.001, 1e-7, 30000000.000004, f"7{decimal}25", 100]
        file = workbook(
            tmp_path / "o.xlsx", S=[HEADER, *([f"c{i}", DAY, v] for i, v in enumerate(cells)), ["z", DAY, "?"]]
        )
        log = open_log(str(file))
        report = clean(log.frame, guess_columns(log.names), OrderRules(decimal=decimal)).report
        kept = next(row for row in report.rows if row.role == "kept")
        assert report.rows[0].amount == pytest.approx(sum(v for v in cells if not isinstance(v, str)) + 7.25, abs=1e-9)
        assert kept.amount == pytest.approx(report.rows[0].amount)


class TestOtherWriters:
    @pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
    def test_libreoffice(self, tmp_path: Path, kind: str) -> None:
        program = shutil.which("soffice")
        if program is None:
            pytest.fail("LibreOffice is required here") if REQUIRED else pytest.skip("LibreOffice is not installed")
        sheet = [["Sales"], [], HEADER, *LINES, ["007", DAY, 1.25], ["TOTAL", None, 151.25]]
        file = workbook(tmp_path / "o.xlsx", About=[["text"]], Orders=sheet)
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        target = ["--convert-to", kind, "--outdir", str(tmp_path / "out")]
        subprocess.run([program, profile, "--headless", *target, str(file)], check=True, capture_output=True)
        log = open_log(str(tmp_path / "out" / f"o.{kind}"))
        assert net(log) == 151.25
        assert log.notes == ('Excel, sheet "Orders" of 2, header in row 3, 4 rows.', 'Not read: "About".')
        assert ("007", dt.date(2025, 1, 5), 1.25) in lines(log)

    def test_a_name_that_ends_otherwise(self, tmp_path: Path) -> None:
        file = workbook(tmp_path / "o.xlsx", S=[HEADER, *LINES])
        for name in ("o.xls", "o.ods", "export"):
            shutil.copy(file, tmp_path / name)
            assert net(open_log(str(tmp_path / name))) == 150


FAR = '<row r="1048576"><c r="AMJ1048576" t="inlineStr"><is><t> </t></is></c></row>'


class TestTooMuch:
    @pytest.mark.parametrize(
        ("pieces", "cell"),
        [
            ([ORDER, FAR], "AMJ1048576"),
            ([ORDER, FAR.replace("<c r=", "<c s='0' r=")], "AMJ1048576"),
            ([ORDER, '<row r="9999999"><c r="Z9999999"><v>1</v></c></row>'], "Z9999999"),
            ([ORDER, f'<row r="2000000">{"<c><v>1</v></c>" * 30}</row>'], "AD2000000"),
            ([ORDER, '<row r="4294967295"><c r="ZZZZZZZ4294967295"><v>1</v></c></row>'], "ZZZZZZZ4294967295"),
        ],
        ids=["stray", "attributes in another order", "too many rows", "without references", "beyond any sheet"],
    )
    def test_a_far_cell_is_named(self, tmp_path: Path, pieces: list[str], cell: str) -> None:
        with pytest.raises(SourceError, match=f"far outside its table, in the cell {cell}"):
            open_log(str(raw(tmp_path / "o.xlsx", pieces)))

    def test_a_far_cell_with_a_prefix(self, tmp_path: Path) -> None:
        piece = FAR.replace("<c ", "<x:c ").replace("</c>", "</x:c>").replace("<row", "<row xmlns:x='urn:x'")
        with pytest.raises(SourceError, match="AMJ1048576"):
            open_log(str(raw(tmp_path / "o.xlsx", [ORDER, piece])))

    def test_a_far_cell_on_another_sheet(self, tmp_path: Path) -> None:
        log = open_log(str(raw(tmp_path / "o.xlsx", [text_row(1, "about"), FAR], [ORDER])))
        assert net(log) == 5
        assert log.notes[1] == 'Not read: "S1" (it holds something far outside, in AMJ1048576).'
        with pytest.raises(SourceError, match="AMJ1048576"):
            open_log(str(tmp_path / "o.xlsx"), sheet="S1")
        with pytest.raises(SourceError, match="AMJ1048576"):
            open_log(str(tmp_path / "o.xlsx"), sheet="*")

    def test_far_formats_do_not_count(self, tmp_path: Path) -> None:
        """A column formatted down to the last row, and a cell without a value in the last corner."""
        column = (f'<row r="{r}"><c r="A{r}" s="1"/></row>' for r in range(948_576, 1_048_576))
        corner = '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
        begun = time.monotonic()
        assert net(open_log(str(raw(tmp_path / "o.xlsx", [ORDER], [*column, corner])))) == 5
        assert net(open_log(str(raw(tmp_path / "p.xlsx", [ORDER, corner])))) == 5
        assert time.monotonic() - begun < 60

    def test_a_far_cell_within_26_columns_is_read(self, tmp_path: Path) -> None:
        far = '<row r="1048576"><c r="E1048576" t="inlineStr"><is><t> </t></is></c></row>'
        log = open_log(str(raw(tmp_path / "o.xlsx", [ORDER, far])))
        assert log.names == ("customer", "date", "amount")
        assert len(lines(log)) == 1

    def test_sheets_are_not_all_kept(self, tmp_path: Path) -> None:
        """Each of these fits into memory, and all of them do not."""
        far = '<row r="1048576"><c r="Z1048576" t="inlineStr"><is><t> </t></is></c></row>'
        assert net(open_log(str(raw(tmp_path / "o.xlsx", [ORDER], *[[text_row(1, "a"), far]] * 4)))) == 5

    def test_what_unpacks_to_too_much(self, tmp_path: Path) -> None:
        empty = "<c/>" * 250_000
        file = raw(tmp_path / "one.xlsx", [ORDER, *[empty] * 60])
        with pytest.raises(SourceError, match="would unpack to 60,"):
            open_log(str(file))
        with pytest.raises(SourceError, match="would unpack to 62,"):
            open_log(str(raw(tmp_path / "many.xlsx", [ORDER], *[[empty] * 31] * 2)))

    def test_merges_by_the_ten_thousand(self, tmp_path: Path) -> None:
        merges = "".join(f'<mergeCell ref="A{r}:B{r + 1}"/>' for r in range(5, 80_005, 2))
        end = f'</sheetData><mergeCells count="40000">{merges}</mergeCells>'
        assert net(open_log(str(raw(tmp_path / "o.xlsx", [ORDER], end=end)))) == 5

    def test_parts_of_one_name(self, tmp_path: Path) -> None:
        file = raw(tmp_path / "o.xlsx", [ORDER])
        with zipfile.ZipFile(file, "a") as book:
            book.writestr("xl/worksheets/S1.xml", "<worksheet/>")
        with pytest.raises(SourceError, match="no sound workbook"):
            open_log(str(file))

    def test_the_extent_that_a_sheet_states_is_not_believed(self, tmp_path: Path) -> None:
        for stated in ("A1", "A1:XFD1048576"):
            file = raw(tmp_path / "o.xlsx", [ORDER], top=f'<dimension ref="{stated}"/><sheetData>')
            assert net(open_log(str(file))) == 5


class TestTheReaderBreaksDown:
    def test_time(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(excel, "_SECONDS", 0)
        with pytest.raises(SourceError, match="was not read within 0 seconds"):
            open_log(str(workbook(tmp_path / "o.xlsx", S=[HEADER, *LINES])))

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to a limit of memory")
    def test_memory(self, tmp_path: Path) -> None:
        script = (
            "import sys; from pathlib import Path; from clv_xl.sources import excel_child; "
            "excel_child.read = lambda *_: bytearray(3 << 30); print(excel_child.main(Path(sys.argv[1]), [])[1])"
        )
        file = workbook(tmp_path / "o.xlsx", S=[HEADER, *LINES])
        done = subprocess.run([sys.executable, "-c", script, str(file)], capture_output=True, text=True, check=True)
        assert "takes more memory than its size allows for" in done.stdout

    def test_a_crash(self, tmp_path: Path) -> None:
        """An old workbook whose table of sectors points nowhere makes its reader panic."""
        head = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + b"\x3e\0\x03\0\xfe\xff\x09\0\x06\0")
        head += bytes(512 - len(head))
        head[44:52] = b"\x01\0\0\0\x7f\xff\xff\x7f"
        (tmp_path / "o.xls").write_bytes(bytes(head) + bytes(2048))
        with pytest.raises(SourceError, match="cannot be read as an Excel workbook") as raised:
            open_log(str(tmp_path / "o.xls"))
        assert "panicked" not in str(raised.value)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="each workbook is read in a process forked for it")
def test_damaged_workbooks_end_in_a_result_or_a_sentence() -> None:
    script = Path(__file__).with_name("fuzz_excel.py")
    done = subprocess.run([sys.executable, str(script), "300"], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "read" in done.stdout
    assert "refused" in done.stdout
