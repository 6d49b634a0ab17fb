"""The sheet Customers: one row a customer, as a real table, the highest revenue first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clv_xl.builder.sheet import Place, Sheet
from clv_xl.reports.long_table import LongTable
from clv_xl.reports.looks import put_log
from clv_xl.reports.parts import ReportBook, close, units_note
from clv_xl.writing.cell_text import EXACT_BELOW

_HEADS = (
    "Rank", "Customer", "First order", "Last order", "Orders", "Revenue", "Average order", "Days since", "R", "F", "M",
    "Segment",
)  # fmt: skip
_READ = frozenset((0, 4, 5, 11))
"""The columns that formulas read."""
_LOOKS = (
    "Log whole", "Log name", "Log date", "Log date", "Log whole", "Log", "Log", "Log whole", "Log whole", "Log whole",
    "Log whole", "Log text",
)  # fmt: skip


def customers_sheet(book: ReportBook) -> None:
    """The table, as far as a sheet goes; where it ends is said above it."""
    who, n = book.figures.customers, book.on_sheet
    sheet = book.sheet("Customers", (9, 26, 13, 13, 10, 17, 15, 12, 6, 6, 6, 22))
    sheet.head("Customers", "One row a customer, the highest revenue first. R, F, M are scores from 1 to 5.")
    units_note(
        sheet, book.figures, f"Days since the last order, up to {book.figures.as_of.day} {book.figures.as_of:%B %Y}."
    )
    if not book.complete:
        rest = len(who) - n
        sheet.remarks(f"{rest:,} more customers do not fit on the sheet; all of them stand in the file {book.beside}.")
    head = sheet.row
    sheet.columns(*_HEADS, right="ACDEFGHIJK")
    columns = (
        range(1, n + 1), _names(who.names), who.first, who.last, who.orders, who.revenue, who.average, who.recency,
        who.r, who.f, who.m, who.segment,
    )  # fmt: skip
    chosen = [column[:n] for column in columns]
    first = sheet.row
    _samples(sheet)
    last = Place(sheet.title, "L", head + n)
    book.table(sheet, "Customers", Place(sheet.title, "A", head), last, dict.fromkeys(_HEADS))
    sheet.row = head + n + 1
    _print(sheet, head)
    part = f"xl/worksheets/sheet{len(book.sheets)}.xml"
    book.long_table = LongTable(part, first, chosen, _READ)


def _names(names: Sequence[Any]) -> Sequence[Any]:
    """Numbers as numbers, unless Excel would round them to 15 digits."""
    exact = all(isinstance(name, int) and abs(name) < EXACT_BELOW for name in names)
    return names if exact else [str(name) for name in names]


def _samples(sheet: Sheet) -> None:
    """Two rows that show how plain text, and text that must stay text, look; the rows themselves come later."""
    for sign in ("", "="):
        for letter, look in zip("ABCDEFGHIJKL", _LOOKS, strict=True):
            put_log(sheet, letter, f"{sign}sample", look)
        sheet.row += 1


def _print(sheet: Sheet, head: int) -> None:
    close(sheet, "landscape", freeze=head + 1)
    sheet.worksheet.print_title_rows = f"1:{head}"
