"""The sheet Checks: every total a second time, from another sheet."""

from __future__ import annotations

from clv_xl.builder.sheet import Formula
from clv_xl.reports.parts import Checks, ReportBook

_WHOLE = " whole"
_SUMS = (
    ("segment customers", "customers"),
    ("segment revenue", "revenue"),
    ("cohort sizes", "customers"),
    ("cohort revenue", "revenue"),
    ("channel customers", "customers"),
    ("channel orders", "orders"),
    ("channel revenue", "revenue"),
)
"""Cells that add up to a figure of the sheet Results."""


def checks_sheet(book: ReportBook) -> None:
    """All checks, the master check over them first."""
    checks = Checks(book.sheet("Checks", (52, 18, 18, 18, 10, 12, 62)))
    _file(checks, book)
    if book.complete:
        _customers(checks, book)
    _parts(checks, book)
    _inputs(checks, book)
    checks.finish()


def _file(checks: Checks, book: ReportBook) -> None:
    there, unit = book.found.there, book.figures.source.currency
    checks.section("The file is accounted for")
    meaning = "The file less what was left out = {} of the finished orders."
    lines, amounts = ((there(f"{what} left"), there(f"{what} kept")) for what in ("lines", "amount"))
    checks.add("check_lines", "Lines of the file", lines, "lines", meaning.format("lines"), _WHOLE)
    checks.add("check_amount", "Amount of the file", amounts, unit, meaning.format("amount"))
    checks.add("check_revenue", "Revenue", (there("amount kept"), there("revenue")), unit, "Data report = Results.")


def _customers(checks: Checks, book: ReportBook) -> None:
    """The sheet Customers, where it holds every customer, against Results and RFM."""
    there, areas, unit = book.found.there, book.found.areas, book.figures.source.currency
    checks.section("The sheet Customers agrees")
    summed = "Results = sum over the sheet Customers."
    for name, total, formula, counted, meaning, style in (
        (
            "customers",
            "customers",
            "ROWS(Customers[Rank])",
            "customers",
            "Results = rows of the sheet Customers.",
            _WHOLE,
        ),
        ("orders", "orders", "SUM(Customers[Orders])", "orders", summed, _WHOLE),
        ("customer_revenue", "revenue", "SUM(Customers[Revenue])", unit, summed, ""),
        ("repeats", "repeats", 'COUNTIF(Customers[Orders],">1")', "customers", "Rows with several orders.", _WHOLE),
    ):
        label = "Customers with two orders or more" if name == "repeats" else total.capitalize()
        checks.add(f"check_{name}", label, (there(total), formula), counted, meaning, style)
    agree = f"SUMPRODUCT(--({areas['listed']}={areas['segment customers']}))"
    meaning = "Segments, and segments with as many rows on the sheet Customers as RFM says."
    checks.add("check_segments", "Segments", (f"ROWS({areas['segments']})", agree), "segments", meaning, _WHOLE)


def _parts(checks: Checks, book: ReportBook) -> None:
    there, areas, unit = book.found.there, book.found.areas, book.figures.source.currency
    checks.section("Parts add up to the whole")
    for what, total in _SUMS:
        if what not in areas:
            continue
        where = areas[what].partition("!")[0]
        two = (there(total), Formula(f"SUM({areas[what]})"))
        counted, style = (unit, "") if total == "revenue" else (total, _WHOLE)
        label, meaning = f"{total.capitalize()} of the sheet {where}", f"Results = sum over the rows of {where}."
        checks.add(f"check_{what.replace(' ', '_')}", label, two, counted, meaning, style)
    shares, cohorts = areas["customer shares"], areas["retention first"]
    meaning = "The segments of the sheet RFM."
    checks.add("check_shares", "Shares of customers add up to 1", ("1", f"SUM({shares})"), "share", meaning)
    meaning = "Cohorts, and cohorts whose retention in period 0 is 1."
    two = (Formula(f"ROWS({cohorts})"), Formula(f"COUNTIF({cohorts},1)"))
    checks.add("check_retention", "Every cohort begins at 100 %", two, "cohorts", meaning, _WHOLE)


def _inputs(checks: Checks, book: ReportBook) -> None:
    """What was pasted past the rules of the input cells."""
    checks.section("The inputs can be used")
    two = ("ROWS(in_margin)", 'COUNTIFS(in_margin,">=0",in_margin,"<=1")')
    meaning = "25 typed instead of 25 % would show here."
    checks.add("check_margin", "Gross margin lies from 0 % to 100 %", two, "input", meaning, _WHOLE)
    two = ("ROWS(in_target_ratio)", 'COUNTIF(in_target_ratio,">0")')
    checks.add("check_target", "Target is above 0", two, "input", "It is divided by.", _WHOLE)
    if "spend" in book.found.areas:
        spend = book.found.areas["spend"]
        two = (f"ROWS({spend})", f'COUNTIF({spend},">=0")')
        meaning = "Channels, and channels with a number of 0 or more."
        checks.add("check_spend", "Spend is complete", two, "channels", meaning, _WHOLE)
