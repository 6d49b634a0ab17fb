"""How a workbook looks: a few named styles, one accent colour, and colours that mean something.

Blue on a light ground is an input, black a formula, green a value taken from another sheet.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.workbook import Workbook

ACCENT = "1F3A5F"
GREY = "595959"
INPUT = "0000FF"
INPUT_GROUND = "FFF8E1"
LINK = "00703C"
RULE = "BFC8D2"
HEADING_GROUND = "EAF0F6"
PASS, PASS_GROUND = "1B5E20", "E8F5E9"
FAIL, FAIL_GROUND = "8B0000", "FDE7E7"
QUIET_GROUND = "F2F2F2"

PALETTE = ("0072B2", "E69F00", "009E73", "CC79A7", "56B4E9", "D55E00", "F0E442", "000000")
"""Okabe and Ito's colours, which colour-blind readers can tell apart."""

NUMBER = "#,##0.00"
FORMATS: dict[str, str] = {
    "": NUMBER,
    " %": "0.0%",
    " whole": "#,##0",
    " tenths": "#,##0.0",
    " change": "+0%;-0%;0%",
    " tiny": "0.0E+00",
    " text": "General",
}
"""The number formats, by the ending that a style's name gets for them. Negatives carry a minus sign, no red."""


def _side(colour: str = RULE) -> Side:
    return Side(style="thin", color=colour)


def _font(size: float = 11, bold: bool = False, colour: str = "000000", **more: Any) -> Font:
    return Font(name="Calibri", size=size, bold=bold, color=colour, **more)


def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", fgColor=colour)


_MIDDLE = Alignment(vertical="center")
_WRAPPED = Alignment(vertical="center", wrap_text=True)
_RIGHT = Alignment(vertical="center", horizontal="right", indent=1)
_BESIDE = Alignment(vertical="center", horizontal="left", indent=1)
_BESIDE_WRAPPED = Alignment(vertical="center", horizontal="left", indent=1, wrap_text=True)

_BOX = Border(left=_side(), right=_side(), top=_side(), bottom=_side())
_UNDER = Border(bottom=_side())


def _texts() -> dict[str, dict[str, Any]]:
    heading = {"font": _font(10, True, ACCENT), "fill": _fill(HEADING_GROUND)}
    quiet = {"font": _font(10, colour=GREY), "border": _UNDER}
    key = {"border": _BOX, "alignment": _MIDDLE}
    return {
        "Title": {"font": _font(20, True, ACCENT), "alignment": _MIDDLE},
        "Subtitle": {"font": _font(11, colour=GREY), "alignment": _MIDDLE},
        "Heading": {"font": _font(13, True, ACCENT), "alignment": _MIDDLE, "border": Border(bottom=_side(ACCENT))},
        "Column heading": {**heading, "alignment": _MIDDLE},
        "Column heading beside": {**heading, "alignment": _BESIDE},
        "Column heading right": {**heading, "alignment": _RIGHT},
        "Level": {**heading, "alignment": _RIGHT, "number_format": FORMATS[" change"]},
        "Label": {"font": _font(), "alignment": _WRAPPED, "border": _UNDER},
        "Label bold": {"font": _font(bold=True), "alignment": _WRAPPED, "border": _UNDER},
        "Unit": {**quiet, "alignment": _BESIDE},
        "Note": {**quiet, "alignment": _BESIDE_WRAPPED},
        "Note across": {**quiet, "alignment": _BESIDE},
        "Remark": {"font": _font(10, colour=GREY), "alignment": _MIDDLE},
        "Text": {"font": _font(), "alignment": _BESIDE_WRAPPED},
        "Text bold": {"font": _font(bold=True, colour=ACCENT), "alignment": _WRAPPED},
        "Text date": {"font": _font(), "alignment": _BESIDE, "number_format": "d mmmm yyyy"},
        "Sheet link": {"font": _font(colour="0B5394", underline="single"), "alignment": _MIDDLE},
        "Sheet link beside": {
            "font": _font(colour="0B5394", underline="single"),
            "alignment": _BESIDE,
            "border": _UNDER,
        },
        "Logical": {"font": _font(), "alignment": _BESIDE, "border": _UNDER},
        "Verdict": {"font": _font(bold=True), "alignment": _BESIDE, "border": _UNDER},
        "Key input": {**key, "font": _font(colour=INPUT), "fill": _fill(INPUT_GROUND)},
        "Key formula": {**key, "font": _font()},
        "Key link": {**key, "font": _font(colour=LINK)},
    }


def _numbers() -> dict[str, dict[str, Any]]:
    inputs: dict[str, Any] = {
        "font": _font(colour=INPUT),
        "fill": _fill(INPUT_GROUND),
        "border": _BOX,
        "protection": Protection(locked=False),
    }
    formulas = {"font": _font(), "border": _UNDER}
    links = {"font": _font(colour=LINK), "border": _UNDER}
    headline = {"font": _font(24, True, ACCENT)}
    result = {"font": _font(bold=True), "border": _UNDER}
    kinds = {"Input": inputs, "Formula": formulas, "Link": links, "Result": result, "Headline": headline}
    styles: dict[str, dict[str, Any]] = {}
    for kind, look in kinds.items():
        for ending, number_format in FORMATS.items():
            alignment = _BESIDE if ending == " text" else _RIGHT
            styles[kind + ending] = {**look, "alignment": alignment, "number_format": number_format}
    styles["Input name"] = {**inputs, "alignment": _MIDDLE}
    styles["Headline"]["alignment"] = _BESIDE
    return styles


_STYLES = _texts() | _numbers()


class Styles:
    """The named styles of one workbook, each declared at its first use, so that a file holds only what it shows."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._ready: dict[str, StyleArray] = {}

    def dress(self, cell: Any, name: str) -> None:
        """Give a cell a named style. Looking a style up takes openpyxl long, so that each is looked up once."""
        if name not in self._ready:
            self._workbook.add_named_style(NamedStyle(name=name, **_STYLES[name]))
            cell.style = name
            self._ready[name] = copy(cell._style)
        else:
            cell._style = copy(self._ready[name])
