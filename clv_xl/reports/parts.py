"""The plan of the workbook while it is written: what sheets tell each other, and the checks."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from clv_xl import engine
from clv_xl.builder import package
from clv_xl.builder.book import AUTHOR, Book, Built, colour_verdicts
from clv_xl.builder.editions import edition_named
from clv_xl.builder.sheet import Formula, Place, Sheet
from clv_xl.reports.figures import Figures, money
from clv_xl.reports.long_table import LongTable

CUSTOMERS_ON_SHEET = 1_048_569
"""All of Excel's 1,048,576 rows but the seven above the table."""

_MAX_NAME = 80
"""Longer names of files end in … in the title, since a page's footer holds 255 characters; the cover has them whole."""


class ReportBook(Book):
    """A workbook that carries the date of its data, and a table that is too long for cell objects."""

    def __init__(self, figures: Figures, on_sheet: int, beside: str) -> None:
        name = figures.source.name
        title = f"Customer report: {name if len(name) <= _MAX_NAME else f'{name[: _MAX_NAME - 1]}…'}"
        super().__init__(title, "Customers, segments, cohorts and channels of an order log.", edition_named("native"))
        self.figures = figures
        self.on_sheet = on_sheet
        """How many customers stand on their sheet."""
        self.beside = beside
        """The name of the file with all customers, where the sheet does not hold them."""
        self.long_table: LongTable | None = None
        self.found = Found()

    @property
    def complete(self) -> bool:
        """Whether every customer stands on the sheet."""
        return self.on_sheet == len(self.figures.customers)

    def finish(self) -> Built:
        """The file, with the value of every formula, the same bytes every time."""
        assert self.long_table is not None
        self.workbook.active = 0
        for number, sheet in enumerate(self.workbook.worksheets):
            sheet.sheet_view.tabSelected = number == 0
        stream = io.BytesIO()
        self.workbook.save(stream)
        values = engine.calculate(self.long_table.fill(stream.getvalue(), only_calculated=True))

        def cell(sheet: str, address: str) -> object:
            calculated = values[sheet]
            return calculated[address] if address in calculated else self.workbook[sheet][address].value

        data = package.finish(stream.getvalue(), values, self._charts, cell, self.figures.as_of, AUTHOR)
        checks = {name: str(values[place.sheet][place.here]) for name, place in self._verdicts.items()}
        return Built(self.long_table.fill(data), [], checks)


@dataclass
class Found:
    """Where the cells stand that other sheets refer to, by a short name."""

    places: dict[str, Place] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)

    def there(self, name: str) -> Formula:
        """The address of a cell for formulas on other sheets."""
        place = self.places[name]
        return Formula(f"'{place.sheet}'!{place.fixed}" if " " in place.sheet else place.there)


class Checks:
    """The sheet of checks: expected, found, whether both agree, the verdict in words, and what is compared."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        sheet.head("Checks", "Each total reached in two ways, on two sheets or more. All must say PASS.")
        sheet.heading("All checks together")
        self._master = sheet.row
        sheet.skip()

    def section(self, title: str) -> None:
        """A group of checks."""
        self._sheet.skip()
        self._sheet.heading(title)
        self._sheet.columns("Check", "Expected", "Unit", "Found", "Holds", "Verdict", "What it compares", right="BD")

    def add(self, name: str, label: str, two: tuple[str, str], unit: str, meaning: str, style: str = "") -> None:
        """One check: money agrees to the tolerance of the inputs, counts exactly. An error fails."""
        sheet, row = self._sheet, self._sheet.row
        sheet.put("A", label, "Label")
        for column, formula in zip("BD", map(Formula, two), strict=True):
            sheet.put(column, formula, sheet.style_of(formula, f"Formula{style}"))
        sheet.put("C", unit, "Unit")
        agree = f"ABS(D{row}-B{row})<=in_tolerance*MAX(1,ABS(B{row}))" if style != " whole" else f"D{row}=B{row}"
        holds = sheet.put("E", Formula(f"IFERROR({agree},FALSE)"), "Logical")
        said = sheet.put("F", Formula(f'IF(E{row},"PASS","FAIL")'), "Verdict")
        sheet.put("G", meaning, "Note")
        sheet.next(sheet.height(A=label, G=meaning))
        sheet.book.verdict(name, holds, said)

    def finish(self) -> None:
        """The master check, and the page."""
        sheet, end, row = self._sheet, self._sheet.row, self._master
        sheet.row = row
        sheet.put("A", "Every check holds", "Label bold")
        for column in "BCDG":
            sheet.put(column, None, "Note")
        holds = sheet.put("E", Formula(f"AND(E{row + 1}:E{end - 1})"), "Logical")
        said = sheet.put("F", Formula('IF(check_master,"PASS","FAIL")'), "Verdict")
        sheet.next()
        sheet.book.verdict("check_master", holds, said)
        sheet.row = end
        colour_verdicts(sheet, f"F{row}:F{end - 1}", Place(sheet.title, "F", row))
        close(sheet, "landscape", tall=False)


def close(sheet: Sheet, orientation: str, tall: bool = True, protect: bool = True, freeze: int = 5) -> None:
    """What every sheet of the report ends with."""
    if freeze:
        sheet.freeze(freeze)
    sheet.print_on("portrait" if orientation == "portrait" else "landscape", tall=tall)
    if protect:
        sheet.protect()


def units_note(sheet: Sheet, figures: Figures, more: str = "") -> None:
    """What the amounts on a sheet are in."""
    sheet.remarks(f"Amounts are in {figures.source.currency}, net of refunds.{' ' + more if more else ''}")


def amount(value: float) -> float:
    """An amount as it goes into a cell."""
    return money(value)
