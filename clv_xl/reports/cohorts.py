"""The sheet Cohorts: who comes back, as a heat map, and what customers have brought in, as curves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from openpyxl.chart import Reference
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.utils import get_column_letter

from clv_xl.builder.charts import Placed
from clv_xl.builder.sheet import Formula, Sheet
from clv_xl.core.orders import CohortTable
from clv_xl.reports.drawings import value_lines
from clv_xl.reports.looks import put_log, restyle
from clv_xl.reports.parts import ReportBook, amount, close, units_note

_FIRST = 3
"""The column of period 0, after the cohort and its customers."""
_MAX_LINES = 6
_TITLE_HEIGHT, _HEAD_HEIGHT = 70.0, 170.0
"""Of the rows repeated on each page, and of all above the first grid with its headings, in points."""


def cohorts_sheet(book: ReportBook) -> None:
    """Four grids: retention and value so far, which are formulas, from customers and revenue, which are the log's."""
    active, revenue = book.figures.active, book.figures.revenue
    periods, rows = len(active.values[0]), len(active.cohorts)
    sheet = book.sheet("Cohorts", (15, 12, *[_width(book)] * max(periods, 8)))
    sheet.head("Cohorts", f"Customers by the {active.period} of their first order, followed from {active.period} to "
               f"{active.period}. Column 0 is the {active.period} of the first order.")  # fmt: skip
    if active.period != book.figures.asked:
        sheet.remarks(f"In {active.period}s: {book.figures.asked}s would be more columns than a reader can take in.")
    units_note(sheet, book.figures, "The last period of each row may be unfinished.")
    chart_rows = 22 if periods > 1 else 0
    value = sheet.row + rows + 3 + chart_rows
    counts, money = value + rows + 3, value + 2 * (rows + 3)
    retention = sheet.row
    _grid(sheet, active, "Retention: share of the cohort that ordered", "%", lambda r, c: Formula(
        f"{c}{counts + 2 + r}/$B{counts + 2 + r}"))  # fmt: skip
    _heat(sheet, retention + 2, rows, periods)
    used = _HEAD_HEIGHT + rows * 18.0
    if chart_rows:
        used = _on_page(sheet, used, chart_rows * 15.0)
        _chart(sheet, active, value)
        sheet.skip(chart_rows)
    used = _on_page(sheet, used, rows * 18.0 + 60)
    _grid(sheet, active, "Value so far: revenue per customer of the cohort, added up", "", lambda r, c: Formula(
        f"SUM($C{money + 2 + r}:{c}{money + 2 + r})/$B{money + 2 + r}"))  # fmt: skip
    for table, title in ((active, "Customers who ordered"), (revenue, "Revenue")):
        used = _on_page(sheet, used, rows * 18.0 + 60)
        _grid(sheet, table, title, " whole", None)
    book.found.areas |= {
        "cohort sizes": f"Cohorts!$B${counts + 2}:$B${counts + 1 + rows}",
        "cohort revenue": f"Cohorts!$C${money + 2}:${get_column_letter(periods + 2)}${money + 1 + rows}",
        "retention first": f"Cohorts!$C${retention + 2}:$C${retention + 1 + rows}",
    }
    close(sheet, "landscape")


def _on_page(sheet: Sheet, used: float, height: float) -> float:
    """Begin a new page unless this still fits; what is used of the page then."""
    if sheet.fits_on_page(height, used):
        return used + height
    sheet.page_break()
    return _TITLE_HEIGHT + height


def _width(book: ReportBook) -> float:
    largest = max(abs(v) for row in book.figures.revenue.values for v in row if v is not None)
    sums = max(abs(v) for v in book.figures.customers.revenue)
    return max(9.0, len(f"{largest:,.0f}") + 3.0, len(f"{sums:,.2f}") * 0.8)


def cohort_name(day: dt.date, period: str) -> str:
    """How a cohort is called."""
    if period == "quarter":
        return f"{day.year} Q{(day.month + 2) // 3}"
    if period == "week":
        year, week, _ = day.isocalendar()
        return f"{year} week {week:02}"
    return f"{day:{ {'day': '%Y-%m-%d', 'month': '%Y-%m', 'year': 'Year %Y'}[period] }}"


def _grid(
    sheet: Sheet, table: CohortTable, title: str, style: str, formula: Callable[[int, str], Formula] | None
) -> None:
    """One row a cohort; a formula, or the values of the table."""
    sheet.heading(title)
    columns = [get_column_letter(_FIRST + n) for n in range(len(table.values[0]))]
    sheet.columns("Cohort", "Customers", right="B")
    sheet.row -= 1
    for age, column in enumerate(columns):
        restyle(sheet.book, sheet.put(column, age, "Column heading right"), "Age")
    sheet.next(22)
    for row, (start, size, values) in enumerate(zip(table.cohorts, table.sizes, table.values, strict=True)):
        put_log(sheet, "A", cohort_name(start, table.period), "Log text")
        put_log(sheet, "B", size, "Log whole")
        for column, value in zip(columns, values, strict=True):
            if value is None:
                continue
            if formula is None:
                put_log(sheet, column, amount(value), f"Log{style}")
            else:
                kind = "Formula %" if style == "%" else f"Formula{style}"
                sheet.put(column, formula(row, column), kind)
        sheet.next(18)
    sheet.skip()


def _heat(sheet: Sheet, first: int, rows: int, periods: int) -> None:
    """The colour scale, without period 0, which is 100 % by definition."""
    if periods < 2:
        return
    scale = ColorScaleRule(  # type: ignore[no-untyped-call]
        start_type="num", start_value=0, start_color="FFFFFF", end_type="max", end_color="7FB8E0"
    )
    sheet.worksheet.conditional_formatting.add(f"D{first}:{get_column_letter(periods + 2)}{first + rows - 1}", scale)


def _chart(sheet: Sheet, table: CohortTable, top: int) -> None:
    """Curves of some cohorts, the first one always among them, each as far as it goes."""
    page = sheet.worksheet
    long = [n for n, row in enumerate(table.values) if sum(v is not None for v in row) > 1]
    chosen = _spread(long)
    lines = []
    for n in chosen:
        row, length = top + 2 + n, sum(v is not None for v in table.values[n])
        values = Reference(page, min_col=_FIRST, max_col=_FIRST + length - 1, min_row=row, max_row=row)
        lines.append((Reference(page, min_col=1, max_col=1, min_row=row, max_row=row), values))
    across = Reference(
        page, min_col=_FIRST, max_col=_FIRST + len(table.values[0]) - 1, min_row=top + 1, max_row=top + 1
    )
    currency = sheet.book.figures.source.currency  # type: ignore[attr-defined]
    title = "Value so far per customer" + (f", {len(chosen)} of {len(table.cohorts)} cohorts" if len(lines) > 1 else "")
    chart = value_lines(title, f"{table.period.capitalize()}s since the first order", currency, across, lines)
    chart.width = max(18.0, min(45.0, sum(sheet.widths) * 0.175))
    alt_text = f"Lines: revenue per customer added up by {table.period} since the first order, a line for each cohort."
    sheet.book.chart(sheet, chart, Placed(f"A{sheet.row}", alt_text, "Value so far"))


def _spread(found: Sequence[int]) -> list[int]:
    if len(found) <= _MAX_LINES:
        return list(found)
    step = (len(found) - 1) / (_MAX_LINES - 1)
    return [found[round(k * step)] for k in range(_MAX_LINES)]
