"""The sheet Channels: what customers are worth by how they were won, and what winning them cost."""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from clv_xl.builder.sheet import Formula, Place, Sheet
from clv_xl.reports.looks import put_log, restyle
from clv_xl.reports.parts import ReportBook, close, units_note

_HEADS = (
    "Channel name", "Customers", "Orders", "Revenue", "CLTV so far", "Spend", "CAC", "LTV:CAC", "Payback", "Target",
)  # fmt: skip
_NO_SPEND = '"no spend"'


def channels_sheet(book: ReportBook) -> None:
    """The channels with value, cost, ratio and payback, and below the curves that payback is read from."""
    channels = book.figures.channels
    months = len(channels[0].curve)
    sheet = book.sheet("Channels", (30, 12, 12, 17, 14, 15, 13, 11, 14, 14, *[11] * max(0, months - 9)))
    sheet.head("Channels", "What customers are worth by the channel of their first order, and what winning them cost.")
    units_note(sheet, book.figures, "Spend is entered on the sheet Inputs; payback is in months.")
    sheet.heading("Value and cost by channel")
    sheet.columns(*_HEADS, right="BCDEFGHI")
    first = sheet.row
    curves = first + len(channels) + 5
    for number, channel in enumerate(channels):
        put_log(sheet, "A", channel.name, "Log text")
        put_log(sheet, "B", channel.customers, "Log whole")
        put_log(sheet, "C", channel.orders, "Log whole")
        put_log(sheet, "D", channel.revenue, "Log")
        _formulas(sheet, book, number, curves + number, months)
        sheet.next()
    ends = (Place(sheet.title, "A", first - 1), Place(sheet.title, "J", sheet.row - 1))
    book.table(sheet, "ChannelValue", *ends, dict.fromkeys(_HEADS))
    _totals(sheet, first)
    sheet.skip()
    _curves(sheet, book, months)
    last = first + len(channels) - 1
    for name, column in (("customers", "B"), ("orders", "C"), ("revenue", "D")):
        book.found.areas[f"channel {name}"] = f"Channels!${column}${first}:${column}${last}"
    close(sheet, "landscape")


def _formulas(sheet: Sheet, book: ReportBook, number: int, curve: int, months: int) -> None:
    """CLTV, spend, CAC, ratio, payback and whether the target is met, of the current row."""
    row, spend = sheet.row, book.found.places["spend"]
    end = get_column_letter(months + 1)
    sheet.put("E", Formula(f"D{row}/B{row}*in_margin"), "Formula")
    sheet.put("F", Formula(f"{spend.sheet}!B{spend.row + number}"), "Link")
    sheet.put("G", Formula(f"F{row}/B{row}"), "Formula")
    sheet.put("H", Formula(f"IF(F{row}>0,E{row}/G{row},{_NO_SPEND})"), "Formula")
    line = f"B{curve}:{end}{curve}"
    late = f'IF(MAX({line})*in_margin<G{row},"not yet",SUMPRODUCT(--({line}*in_margin<G{row})))'
    sheet.put("I", Formula(f"IF(F{row}>0,{late},{_NO_SPEND})"), "Formula whole")
    met = f'IF(H{row}>=in_target_ratio,"met","missed")'
    sheet.put("J", Formula(f"IF(F{row}>0,{met},{_NO_SPEND})"), "Formula text")


def _totals(sheet: Sheet, first: int) -> None:
    row = sheet.row
    sheet.put("A", "All channels", "Label bold")
    for column in "BC":
        sheet.put(column, Formula(f"SUM({column}{first}:{column}{row - 1})"), "Result whole")
    sheet.put("D", Formula(f"SUM(D{first}:D{row - 1})"), "Result")
    sheet.put("E", Formula(f"D{row}/B{row}*in_margin"), "Result")
    sheet.put("F", Formula(f"SUM(F{first}:F{row - 1})"), "Result")
    for column in "GHIJ":
        sheet.put(column, None, "Note")
    sheet.next()


def _curves(sheet: Sheet, book: ReportBook, months: int) -> None:
    """Revenue per customer so far, by months since the first order."""
    sheet.heading("Revenue per customer so far, by months since each customer’s first order")
    sheet.remarks("Payback counts the months in which this, times the gross margin, was still below the CAC.")
    sheet.columns("Channel name")
    sheet.row -= 1
    for month in range(months):
        cell = sheet.put(get_column_letter(month + 2), month, "Column heading right")
        restyle(sheet.book, cell, "Age")
    sheet.next(22)
    for channel in book.figures.channels:
        put_log(sheet, "A", channel.name, "Log text")
        for month, value in enumerate(channel.curve):
            put_log(sheet, get_column_letter(month + 2), value, "Log")
        sheet.next()
