"""The sheets Results and RFM: the figures of the customer base, and its segments."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.chart import Reference

from clv_xl.builder.charts import Placed
from clv_xl.builder.sheet import Formula, Line, Sheet
from clv_xl.reports.drawings import segment_bars
from clv_xl.reports.figures import Figures, Segment
from clv_xl.reports.looks import log_line, put_log
from clv_xl.reports.parts import ReportBook, amount, close, units_note


def results_sheet(book: ReportBook) -> None:
    """Counts from the log, and what follows from them."""
    sheet, figures, places = book.sheet("Results", (44, 18, 24, 88), notes="D"), book.figures, book.found.places
    unit, kpis = figures.source.currency, figures.kpis
    sheet.head("Results", "The customer base in a few figures: counts from the log, and what follows from them.")
    sheet.section("From the log", "Figure", "Value", "Unit", "How", space=False)
    n = log_line(
        sheet, "Customers", kpis.customers, "customers", "Customers with an order up to the last day that counts."
    )
    orders = log_line(
        sheet, "Orders", kpis.orders, "orders", "Lines of one order merged; refunds and free items are none."
    )
    revenue = log_line(sheet, "Revenue", amount(kpis.revenue), unit, "Amounts kept, net of refunds.", "Log")
    twice = log_line(sheet, "Customers with two orders or more", figures.repeats, "customers", "Repeat customers.")
    places |= {"customers": n.value, "orders": orders.value, "revenue": revenue.value, "repeats": twice.value}
    here = {name: places[name].here for name in ("customers", "orders", "revenue", "repeats")}
    _averages(sheet, book, here, unit)
    _best(sheet, book, here, unit)
    sheet.section("What a customer may cost", "Figure", "Value", "Unit", "How")
    each = places["value"].here
    profit = sheet.line(
        "Gross profit per customer so far",
        Formula(f"{each}*in_margin"),
        unit,
        "Value per customer × gross margin of the sheet Inputs.",
    )
    sheet.line(
        "Highest cost of winning one (CAC)",
        Formula(f"{profit.value.here}/in_target_ratio"),
        unit,
        "Gross profit ÷ target for value to cost: a higher cost misses the target so far.",
        bold=True,
    )
    close(sheet, "landscape", tall=False)


def _averages(sheet: Sheet, book: ReportBook, here: dict[str, str], unit: str) -> None:
    sheet.section("What follows", "Figure", "Value", "Unit", "How")
    lines: dict[str, Line] = {}
    lines["apv"] = sheet.line(
        "Average purchase value (APV)",
        Formula(f"{here['revenue']}/{here['orders']}"),
        f"{unit} an order",
        "Revenue ÷ orders.",
    )
    lines["apf"] = sheet.line(
        "Average purchase frequency (APF)",
        Formula(f"{here['orders']}/{here['customers']}"),
        "orders a customer",
        "Orders ÷ customers, over the period covered.",
    )
    lines["value"] = sheet.line(
        "Value per customer so far",
        Formula(f"{here['revenue']}/{here['customers']}"),
        f"{unit} a customer",
        "Revenue ÷ customers = APV × APF.",
        bold=True,
    )
    lines["repeat"] = sheet.line(
        "Repeat rate",
        Formula(f"{here['repeats']}/{here['customers']}"),
        "share of customers",
        "Customers with two orders or more ÷ customers.",
        style="Formula %",
    )
    book.found.places |= {name: line.value for name, line in lines.items()}


def _best(sheet: Sheet, book: ReportBook, here: dict[str, str], unit: str) -> None:
    """How much the best customers bring in: live where all customers stand on their sheet."""
    sheet.section("The best customers", "Figure", "Value", "Unit", "How")
    share = book.figures.kpis.top_share
    if not book.complete:
        found = "not defined" if share is None else amount(share)
        line = log_line(sheet, "Revenue from the best 20 %", found, "share of revenue", "From the log.", "Log %")
        book.found.places["top"] = line.value
        return
    count = sheet.line(
        "How many they are",
        Formula(f"in_top_share*{here['customers']}"),
        "customers",
        "Share of the sheet Inputs × customers. Of a customer who is in it by a fraction, that fraction counts.",
    ).value
    money = sheet.line(
        "Their revenue",
        Formula(
            f'SUMIFS(Customers[Revenue],Customers[Rank],"<="&{count.here})'
            f"+MOD({count.here},1)*SUMIFS(Customers[Revenue],Customers[Rank],INT({count.here})+1)"
        ),
        unit,
        "Summed on the sheet Customers, where they come first.",
    ).value
    part = Formula(f'IF({here["revenue"]}>0,{money.here}/{here["revenue"]},"not defined")')
    line = sheet.line("Their share of revenue", part, "share of revenue", "Their revenue ÷ revenue.", style="Formula %")
    book.found.places["top"] = line.value


def rfm_sheet(book: ReportBook) -> None:
    """Segments with shares and actions, the chart, and what the scores mean here."""
    sheet, figures = book.sheet("RFM", (24, 13, 13, 18, 13, 16, 12, 66)), book.figures
    sheet.head(
        "RFM", "Customers by how recently, how often and for how much they bought: eleven segments, and what to do."
    )
    units_note(
        sheet,
        figures,
        "Customers and revenue from the log; shares and averages follow; listed: rows of the sheet Customers.",
    )
    sheet.heading("Segments")
    sheet.columns(
        "Segment", "Customers", "Share", "Revenue", "Share", "Average", "Listed", "What to do", right="BCDEFG"
    )
    head, first = sheet.row - 1, sheet.row
    end = first + len(figures.segments)
    for segment in figures.segments:
        _segment_row(sheet, segment, end, book.complete)
    _segment_total(sheet, first, end)
    for name, column in (
        ("segments", "A"),
        ("segment customers", "B"),
        ("customer shares", "C"),
        ("segment revenue", "D"),
        ("listed", "G"),
    ):
        book.found.areas[name] = f"RFM!${column}${first}:${column}${end - 1}"
    _scores(sheet, figures)
    _segment_chart(sheet, head, end - 1)
    close(sheet, "landscape", tall=True)


def _segment_row(sheet: Sheet, segment: Segment, end: int, complete: bool) -> None:
    """Customers and revenue from the log, shares of the totals in row `end`."""
    row = sheet.row
    sheet.put("A", segment.name, "Label")
    put_log(sheet, "B", segment.customers, "Log whole")
    sheet.put("C", Formula(f"B{row}/B${end}"), "Formula %")
    put_log(sheet, "D", segment.revenue, "Log")
    sheet.put("E", Formula(f"IF(D${end}>0,D{row}/D${end},0)"), "Formula %")
    sheet.put("F", Formula(f'IF(B{row}>0,D{row}/B{row},"")'), "Formula")
    sheet.put("G", Formula(f"COUNTIF(Customers[Segment],A{row})") if complete else None, "Formula whole")
    sheet.put("H", segment.action, "Note")
    sheet.next(sheet.height(H=segment.action))


def _segment_total(sheet: Sheet, first: int, row: int) -> None:
    sheet.put("A", "All customers", "Label bold")
    sheet.put("B", Formula(f"SUM(B{first}:B{row - 1})"), "Result whole")
    sheet.put("D", Formula(f"SUM(D{first}:D{row - 1})"), "Result")
    sheet.put("F", Formula(f'IF(B{row}>0,D{row}/B{row},"")'), "Result")
    for column in "CEGH":
        sheet.put(column, None, "Note")
    sheet.next()


def _segment_chart(sheet: Sheet, head: int, last: int) -> None:
    page = sheet.worksheet
    names = Reference(page, min_col=1, min_row=head + 1, max_row=last)
    values = [Reference(page, min_col=column, min_row=head, max_row=last) for column in (3, 5)]
    sheet.skip()
    sheet.page_break()
    chart = segment_bars("Share of customers and of revenue, by segment", names, values)
    for series, words in zip(chart.series, ("Share of customers", "Share of revenue"), strict=True):
        series.tx.strRef = None
        series.tx.v = words
    alt_text = (
        "Bars: for each RFM segment its share of all customers and its share of all revenue, from the table above."
    )
    sheet.book.chart(sheet, chart, Placed(f"A{sheet.row}", alt_text, "Segments"))
    sheet.skip(23)


def _scores(sheet: Sheet, figures: Figures) -> None:
    """From where to where each score reaches in this log."""
    sheet.skip()
    sheet.heading("What the scores mean in this log")
    sheet.remarks("A score of 5 is the best fifth of the customers, 1 the last; equal values share a score.")
    sheet.columns("Score", "Days since", "", "Orders", "", "", "", "Revenue")
    who = figures.customers
    for score in range(5, 0, -1):
        put_log(sheet, "A", score, "Log name")
        for column in "CEFG":
            sheet.put(column, None, "Note")
        for values, marks, column in ((who.recency, who.r, "B"), (who.orders, who.f, "D"), (who.revenue, who.m, "H")):
            inside = [v for v, mark in zip(values, marks, strict=True) if mark == score]
            put_log(sheet, column, _span(inside, 2 if column == "H" else 0), "Log text")
        sheet.next()
    for note in figures.notes:
        sheet.remarks(note[:1].upper() + note[1:] + ".")


def _span(values: Sequence[float], digits: int) -> str:
    if not values:
        return "does not occur"
    low, high = (f"{end:,.{digits}f}" for end in (min(values), max(values)))
    return f"{low} to {high}" if low != high else f"only {low}"
