"""The sheets around the figures: Cover and Glossary."""

from __future__ import annotations

import datetime as dt

from clv_xl import __version__
from clv_xl.builder.book import AUTHOR, colour_verdicts
from clv_xl.builder.sheet import Formula, Place, Sheet
from clv_xl.reports.looks import restyle
from clv_xl.reports.parts import ReportBook, close

_GLOSSARY = {
    "Order": (
        "Lines with one order number, or of one customer at one moment. Worth more than 0; refunds and free items "
        "are no orders, but their amounts count."
    ),
    "Revenue": "Amounts of the lines kept, refunds taken off. Before costs.",
    "APV": "Average purchase value: revenue ÷ orders.",
    "APF": "Average purchase frequency: orders ÷ customers, over the period covered.",
    "Repeat rate": "Share of the customers with two orders or more.",
    "Best customers": (
        "The customers with the highest revenue: a fifth of all, unless the sheet Inputs says otherwise."
    ),
    "Value so far": "Revenue per customer up to the last day that counts. Not a forecast.",
    "CLTV so far": (
        "Value so far × gross margin. Customers go on ordering, so it can only be part of a lifetime value."
    ),
    "CAC": "Cost of winning a customer: spend on a channel ÷ customers that it won.",
    "LTV:CAC": "CLTV so far ÷ CAC. The target stands on the sheet Inputs.",
    "Payback": (
        "Months from each customer’s first order in which the CLTV so far was still below the CAC. 0: covered in "
        "the month of the first order."
    ),
    "Recency, days since": "Days from the last order to the last day that counts.",
    "R, F, M": (
        "Scores for recency, frequency (orders) and monetary value (revenue): 1 + the number of whole fifths of "
        "all customers that are strictly worse. 5 is best; equal values share a score."
    ),
    "Segment": (
        "From R and the mean of F and M, by the map “bands” of clv_xl, which reads Putler’s published grid so "
        "that each of the 125 triples of scores has exactly one segment."
    ),
    "Cohort": "Customers whose first order fell in the same period. Weeks begin on Monday.",
    "Retention": "Share of a cohort that ordered in a period. In period 0 it is 100 % by definition.",
    "Channel": "The channel of a customer’s first order. “(none)”: that order names no channel.",
}


def glossary_sheet(book: ReportBook) -> None:
    """What the words mean here."""
    sheet = book.sheet("Glossary", (28, 104))
    sheet.head("Glossary", "What the words mean in this workbook.")
    sheet.columns("Word", "Meaning")
    for word, meaning in _GLOSSARY.items():
        sheet.put("A", word, "Label bold")
        sheet.put("B", meaning, "Note")
        sheet.next(sheet.height(B=meaning))
    close(sheet, "landscape", tall=False, freeze=6)


def cover_sheet(book: ReportBook, sheet: Sheet) -> None:
    """What this is, what it says, where things stand, and what to know before relying on it."""
    figures, there = book.figures, book.found.there
    days = f"{figures.first.day} {figures.first:%B %Y} to {figures.as_of.day} {figures.as_of:%B %Y}"
    sheet.head(book.title, f"Orders from {days}.", back=False)
    sheet.row = 4
    unit = figures.source.currency
    for label, name, style in (
        ("Customers", "customers", " whole"),
        (f"Revenue, {unit}", "revenue", ""),
        ("Average purchase value", "apv", ""),
        ("Orders per customer", "apf", ""),
        ("Repeat rate", "repeat", " %"),
        ("Revenue from the best", "top", " %"),
    ):
        sheet.put("A", label, "Text bold")
        restyle(book, sheet.put("B", there(name), "Formula"), f"Key figure{style}")
        sheet.next(25)
    sheet.put("A", "Checks", "Text bold")
    place = sheet.put(
        "B", Formula('IF(check_master,"PASS: every check holds","FAIL: see the sheet Checks")'), "Verdict"
    )
    colour_verdicts(sheet, place.here, place)
    sheet.next(22)
    _about(sheet, book, days)
    _links(sheet, book)
    _colour_key(sheet)
    _limitations(sheet, book)
    _section(sheet, "Change log")
    _pair(
        sheet,
        f"{figures.as_of.day} {figures.as_of:%B %Y}",
        "First issue, made from the source above. Keep a line for every change.",
    )
    close(sheet, "portrait", tall=False, freeze=0)


def _about(sheet: Sheet, book: ReportBook, days: str) -> None:
    figures = book.figures
    _section(sheet, "About this workbook")
    _pair(
        sheet,
        "Purpose",
        "Describes the customers of an order log for a review: who they are, how they come back, "
        "what they are worth so far, and whether every line of the log is accounted for.",
    )
    _pair(sheet, "Source", figures.source.name)
    _pair(sheet, "Period covered", f"{days}, the last day that counts")
    _pair(sheet, "Amounts", f"In {figures.source.currency}, refunds taken off")
    _pair(
        sheet,
        "Boundary",
        "Counts, sums and scores are computed from the log and stand here as values (violet); "
        "they do not change. Shares, averages, retention, value so far, costs and checks are live formulas on these "
        "values and on the inputs.",
    )
    _pair(sheet, "Author", AUTHOR)
    _pair(sheet, "Version", f"Made by clv_xl {__version__}; calls no functions but Excel’s own")
    _pair(sheet, "Date", figures.as_of)


def _links(sheet: Sheet, book: ReportBook) -> None:
    contents = {
        "Inputs": "Margin, targets and spend: the only sheet to type in.",
        "Data report": "Every line of the log: kept, merged or left out.",
        "Results": "The customer base in a few figures.",
        "RFM": "Segments by recency, frequency and monetary value, with actions.",
        "Cohorts": "Retention as a heat map, value so far as curves.",
        "Channels": "Value, cost and payback by the channel that won the customers.",
        "Customers": "One row a customer, with scores and segment.",
        "Glossary": "What the words mean.",
        "Checks": "Every total reached twice.",
    }
    _section(sheet, "Sheets")
    for name, content in contents.items():
        if name in book.sheets:
            sheet.link("A", name, name)
            sheet.put("B", content, "Text")
            sheet.next()


def _colour_key(sheet: Sheet) -> None:
    _section(sheet, "Colour key")
    for style, sample, meaning in (
        ("Key input", "Blue on cream", "An input: type here. Excel says what is allowed when the cell is selected."),
        ("Key log", "Violet", "A value from the log. It does not change."),
        ("Key formula", "Black", "A formula."),
        ("Key link", "Green", "A value taken unchanged from another sheet."),
    ):
        place = sheet.put("A", sample, "Key formula" if style == "Key log" else style)
        if style == "Key log":
            restyle(sheet.book, place, style)
        sheet.put("B", meaning, "Text")
        sheet.next()


def _limitations(sheet: Sheet, book: ReportBook) -> None:
    figures = book.figures
    sentences = [
        "All figures look back. Value so far is what customers have brought in, not what they will.",
        "Scores compare customers of this log with each other; they say nothing about other logs or days.",
        "The last period of each cohort may be unfinished, and young cohorts have had less time.",
    ]
    if not figures.channels:
        sentences.append("The log names no channels, so that there is no sheet for them.")
    if figures.cost is None:
        sentences.append(
            "The log holds no costs: value is revenue until a gross margin is entered on the sheet Inputs."
        )
    if not book.complete:
        sentences.append(
            f"The sheet Customers holds the {book.on_sheet:,} with the highest revenue; all "
            f"{len(figures.customers):,} stand in the file {book.beside}."
        )
    _section(sheet, "Limitations")
    for number, sentence in enumerate(sentences, 1):
        _pair(sheet, f"Limitation {number}", sentence)


def _section(sheet: Sheet, title: str) -> None:
    sheet.skip()
    sheet.heading(title)


def _pair(sheet: Sheet, label: str, content: str | dt.date) -> Place:
    sheet.put("A", label, "Text bold")
    place = sheet.put("B", content, "Text" if isinstance(content, str) else "Text date")
    sheet.next(sheet.height(B=content) if isinstance(content, str) else sheet.height())
    return place
