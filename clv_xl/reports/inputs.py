"""The sheet Inputs: what the log does not say and a reviewer may change."""

from __future__ import annotations

from clv_xl.builder.rules import above, at_least, between
from clv_xl.builder.sheet import Place, Sheet
from clv_xl.reports.figures import Figures
from clv_xl.reports.parts import ReportBook, close

_ROOM = 200
"""So much of a long name is in view; the cell holds all of it."""
HEADINGS = ("Value", "Unit", "Name in formulas", "Source or note")


def inputs_sheet(book: ReportBook) -> None:
    """Margin, target, the share that counts as the best, spend by channel, tolerance."""
    sheet, figures = book.sheet("Inputs", (34, 15, 22, 18, 66)), book.figures
    sheet.head(
        "Inputs", "What the log does not say. Change the blue cells; all that follows from them changes at once."
    )
    sheet.section("Value of a customer", "Input", *HEADINGS, space=False)
    margin, basis = _margin(figures)
    share = between(0, 1, "a share from 0 % to 100 %")
    sheet.input("in_margin", "Gross margin", margin, "share of revenue", basis, share, "Input %")
    sheet.input(
        "in_target_ratio", "Target for value to cost (LTV:CAC)", 3, "ratio",
        "Convention: three times the cost of winning a customer. Chosen, not from the log.",
        above(0, "a number above 0"), "Input tenths",
    )  # fmt: skip
    if book.complete:
        sheet.input(
            "in_top_share", "Customers that count as the best", 0.2, "share of customers",
            "Convention: the best fifth.",
            between(0.0001, 1, "a share above 0 % and up to 100 %"), "Input %",
        )  # fmt: skip
    if figures.channels:
        _spend(sheet, book)
    sheet.section("Checks", "Input", *HEADINGS)
    sheet.input(
        "in_tolerance", "Largest difference that passes", 1e-9, "share of the figure",
        "Chosen: far below a cent, above the rounding of sums. Counts must agree exactly.",
        between(0, 1, "a small number from 0 to 1"), "Input tiny",
    )  # fmt: skip
    close(sheet, "landscape", tall=len(figures.channels) > 20)


def _margin(figures: Figures) -> tuple[float, str]:
    if figures.cost is not None and figures.kpis.revenue > 0 and 0 <= figures.cost <= figures.kpis.revenue:
        known = round(1 - figures.cost / figures.kpis.revenue, 6)
        return known, "From the log: 1 − its costs ÷ its revenue. Change it to try another margin."
    return 1.0, "Not in the log. 100 % shows revenue; enter your gross margin to see profit."


def _spend(sheet: Sheet, book: ReportBook) -> None:
    """What was spent to win the customers of each channel: unknown to the log, so 0 until somebody enters it."""
    sheet.section("Spent to win customers, by channel", "Channel name", *HEADINGS)
    first = sheet.row
    for channel in book.figures.channels:
        sheet.put("A", channel.name, "Label")
        sheet.put("B", 0, "Input")
        sheet.put("C", book.figures.source.currency, "Unit")
        sheet.put("D", None, "Unit")
        note = "Not in the log; from your books, for the period covered. 0: not known, or free."
        sheet.put("E", note, "Note")
        sheet.next(sheet.height(A=channel.name[:_ROOM], E=note))
    book.found.areas["spend"] = f"Inputs!$B${first}:$B${sheet.row - 1}"
    book.found.places["spend"] = Place(sheet.title, "B", first)
    allowed = at_least(0, "an amount of 0 or more")
    validation = allowed.validation("Spend", "What was spent to win this channel's customers.", f"B{first}")
    validation.add(f"B{first}:B{sheet.row - 1}")
    sheet.worksheet.add_data_validation(validation)
