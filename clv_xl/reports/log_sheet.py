"""The sheet Data report: what became of every line of the log."""

from __future__ import annotations

from clv_xl.builder.sheet import Formula, Place, Sheet
from clv_xl.core.orders import ReportRow
from clv_xl.reports.looks import put_log
from clv_xl.reports.parts import ReportBook, amount, close, units_note

_READ_AS = {
    "customer": "Customer", "date": "Date of the order", "amount": "Amount of the line", "quantity": "Quantity",
    "price": "Price of a piece", "order": "Order number", "channel": "Channel", "cost": "Cost of the line",
    "currency": "Currency", "status": "Whether the order happened", "refunded": "Money paid back", "email": "E-mail",
}  # fmt: skip


def log_sheet(book: ReportBook) -> None:
    """The account of the file, as live sums, then remarks and columns."""
    sheet, report = book.sheet("Data report", (46, 14, 18, 84)), book.figures.report
    sheet.head("Data report", "What was kept, merged and left out: nothing of the file disappears silently.")
    units_note(sheet, book.figures)
    sheet.heading("From the file to what is counted")
    sheet.columns("Step", "Lines", "Amount", "What was done", right="BC")
    total = _row(sheet, report.row("total"), "In the file")
    first = sheet.row
    for row in report.left_out:
        _row(sheet, row, f"− {row.step}")
    outs = sheet.row - 1
    expected = _left_over(sheet, total, first, outs)
    kept = _row(sheet, report.row("kept"), "Kept, counted from the finished orders")
    _difference(sheet, expected, kept)
    notes = [row for row in report.rows if row.role == "note"]
    if notes:
        sheet.section("Among the lines kept", "What", "Lines", "Amount", "What was done", right="BC")
        for row in notes:
            _row(sheet, row, row.step)
    _remarks(sheet, book)
    book.found.places |= {
        "lines left": expected, "amount left": expected._replace(column="C"),
        "lines kept": kept, "amount kept": kept._replace(column="C"),
    }  # fmt: skip
    close(sheet, "landscape", tall=False)


def _row(sheet: Sheet, row: ReportRow, label: str) -> Place:
    sheet.put("A", label, "Label")
    place = put_log(sheet, "B", row.lines, "Log whole")
    put_log(sheet, "C", amount(row.amount), "Log")
    sheet.put("D", row.done, "Note")
    sheet.next(sheet.height(A=label, D=row.done))
    return place


def _left_over(sheet: Sheet, total: Place, first: int, last: int) -> Place:
    """The file less what was left out."""
    sheet.put("A", "= What should be kept", "Label bold")
    place = total
    for column, style in (("C", "Result"), ("B", "Result whole")):
        out = f"-SUM({column}{first}:{column}{last})" if last >= first else ""
        place = sheet.put(column, Formula(f"{column}{total.row}{out}"), style)
    sheet.put("D", "The file less everything that was left out: a live sum.", "Note")
    sheet.next()
    return place


def _difference(sheet: Sheet, expected: Place, kept: Place) -> None:
    sheet.put("A", "Unexplained", "Label bold")
    for column, style in (("B", "Result whole"), ("C", "Result")):
        sheet.put(column, Formula(f"{column}{expected.row}-{column}{kept.row}"), style)
    sheet.put("D", "Must be 0; see the sheet Checks.", "Note")
    sheet.next()


def _remarks(sheet: Sheet, book: ReportBook) -> None:
    source = book.figures.source
    sheet.skip()
    sheet.heading("How the log was read")
    for text in (*source.notes, *book.figures.report.remarks):
        sheet.put("A", text, "Remark")
        sheet.next(17)
    sheet.section("Columns of the log", "Taken as", "", "", "Name in the log")
    for part, name in source.columns.named.items():
        sheet.put("A", _READ_AS[part], "Label")
        for column in "BC":
            sheet.put(column, None, "Note")
        put_log(sheet, "D", name, "Log text")
        sheet.next()
    if source.columns.amount is None:
        sheet.remarks("The amount of a line is quantity × price.")
