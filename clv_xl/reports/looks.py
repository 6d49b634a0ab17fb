"""What the report adds to the look of workbooks: violet for values from the log, and headline figures."""

from __future__ import annotations

from typing import Any

from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

from clv_xl.builder.book import Book
from clv_xl.builder.sheet import Line, Place, Sheet
from clv_xl.builder.styles import ACCENT, HEADING_GROUND, RULE

LOG = "5B2C6F"
"""The colour of a value that comes from the log."""

_UNDER = Border(bottom=Side(style="thin", color=RULE))
_RIGHT = Alignment(vertical="center", horizontal="right", indent=1)
_LEFT = Alignment(vertical="center", horizontal="left", indent=1)
_FORMATS = {"": "#,##0.00", " whole": "#,##0", " %": "0.0%"}


def _styles() -> dict[str, dict[str, Any]]:
    log: dict[str, Any] = {"font": Font(name="Calibri", size=11, color=LOG), "border": _UNDER}
    key: dict[str, Any] = {"font": Font(name="Calibri", size=16, bold=True, color=ACCENT), "alignment": _LEFT}
    found = {f"Log{ending}": {**log, "alignment": _RIGHT, "number_format": f} for ending, f in _FORMATS.items()}
    found |= {f"Key figure{ending}": {**key, "number_format": f} for ending, f in _FORMATS.items()}
    found["Log text"] = {**log, "alignment": _LEFT}
    found["Log name"] = {**log, "alignment": _LEFT, "number_format": "0"}
    found["Log date"] = {**log, "alignment": _RIGHT, "number_format": "yyyy-mm-dd"}
    found["Log start"] = {**log, "alignment": _LEFT, "number_format": "yyyy-mm-dd"}
    line = Side(style="thin", color=RULE)
    box = Border(left=line, right=line, top=line, bottom=line)
    found["Key log"] = {**log, "alignment": Alignment(vertical="center"), "border": box}
    found["Age"] = {
        "font": Font(name="Calibri", size=10, bold=True, color=ACCENT),
        "fill": PatternFill("solid", fgColor=HEADING_GROUND),
        "alignment": _RIGHT,
        "number_format": "0",
    }
    return found


_STYLES = _styles()


def restyle(book: Book, place: Place, style: str) -> Place:
    """Give a cell that is written one of the report's own styles."""
    if style not in book.workbook.named_styles:
        book.workbook.add_named_style(NamedStyle(name=style, **_STYLES[style]))
    cell = book.workbook[place.sheet][place.here]
    text_only = cell.quotePrefix
    cell.style = style
    if text_only:
        cell.quotePrefix = True
    return place


def put_log(sheet: Sheet, column: str, value: Any, style: str = "Log") -> Place:
    """Write a value from the log."""
    return restyle(sheet.book, sheet.put(column, value, "Note"), style)


def log_line(sheet: Sheet, label: str, value: Any, unit: str, note: str, style: str = "Log whole") -> Line:
    """A labelled value from the log."""
    line = sheet.line(label, value, unit, note)
    restyle(sheet.book, line.value, style)
    return line
