"""A template on its way: sheets, names, checks and charts, and at the end the finished file."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table, TableFormula, TableStyleInfo

from clv_xl import __version__, engine
from clv_xl.builder import package
from clv_xl.builder.charts import Placed
from clv_xl.builder.editions import Edition
from clv_xl.builder.sheet import Formula, Guarded, Place, Sheet
from clv_xl.builder.styles import FAIL, FAIL_GROUND, GREY, PASS, PASS_GROUND, QUIET_GROUND, Styles
from clv_xl.worksheet.errors import CellError

RELEASED = dt.date(2026, 11, 21)
"""The date that workbooks of this version carry; a build does not look at the clock."""

AUTHOR = "clv_xl"
NOT_LOADED = "add-in not loaded"
NOT_COMPARED = "not compared"
_NAME = re.compile(r"(in|check)_[a-z][a-z0-9_]*")


class FailedChecks(Exception):
    """The workbook as built fails a check of its own: a fault in the template, not in what the user did."""


@dataclass(frozen=True)
class Built:
    """A finished workbook, and what a terminal can say about it."""

    data: bytes
    summary: list[tuple[str, str]] = field(default_factory=list)
    """The main figures in the order of the calculation: label, and value as text with its unit, numbers aligned."""
    checks: dict[str, str] = field(default_factory=dict)
    """What each check says: "PASS", or "not compared" where no add-in function is there to compare with."""


class Book:
    """A workbook in the making."""

    def __init__(self, title: str, description: str, edition: Edition) -> None:
        self.title = title
        self.edition = edition
        self.workbook = Workbook()
        self.workbook.remove(self.workbook.worksheets[0])
        self.styles = Styles(self.workbook)
        self.sheets: dict[str, Sheet] = {}
        self.guarded: list[Guarded] = []
        """Every input with what it may hold, in the order of the sheets."""
        self.tables: dict[str, tuple[Place, Place, list[str]]] = {}
        """Of each table: the headings of its columns to type in, from the first cell to the last, and in words."""
        self._charts: dict[str, list[Placed]] = {}
        self._verdicts: dict[str, Place] = {}
        self._summary: list[tuple[str, Place, str]] = []
        self.add_in_cell = ""
        """Where the workbook finds out whether the add-in is loaded."""
        about = self.workbook.properties
        about.title, about.creator, about.description = title, AUTHOR, description
        about.lastModifiedBy, about.version = AUTHOR, __version__
        calculation = self.workbook.calculation
        calculation.calcMode, calculation.fullCalcOnLoad, calculation.iterate = "auto", True, False

    def sheet(self, name: str, widths: Sequence[float], notes: str = "E") -> Sheet:
        """Add a sheet after those there are; `notes` is the column for what is said about a line."""
        self.sheets[name] = Sheet(self, self.workbook.create_sheet(name), widths, notes)
        return self.sheets[name]

    def name(self, name: str, place: Place, last: Place | None = None) -> None:
        """Name an input or a check, or a run of cells that ends at `last`."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name}: only inputs (in_…) and checks (check_…) are named")
        if name in self.workbook.defined_names:
            raise ValueError(f"{name}: the name is used twice")
        address = place.there + (f":{last.fixed}" if last else "")
        self.workbook.defined_names[name] = DefinedName(name, attr_text=address)

    def call(self, function: str, *arguments: str) -> Formula | None:
        """A cell that calls one of our functions, or says that the add-in is not there; None in an edition without."""
        if not self.edition.has_functions:
            return None
        if not self.add_in_cell:
            raise ValueError("the cell that looks for the add-in must be known before a function is called")
        return Formula(f'IF({self.add_in_cell},{self.edition.call(function, *arguments)},"{NOT_LOADED}")')

    def table(self, sheet: Sheet, name: str, first: Place, last: Place, columns: dict[str, Formula | None]) -> None:
        """A real table over cells that are written, with the formulas of its calculated columns, which come last."""
        table: Any = Table(displayName=name, name=name, ref=f"{first.here}:{last.here}")
        table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
        table._initialise_columns()
        table.autoFilter = None  # its buttons would cover the headings over numbers
        for column, (heading, formula) in zip(table.tableColumns, columns.items(), strict=True):
            column.name = heading
            if formula is not None:
                column.calculatedColumnFormula = TableFormula(attr_text=str(formula))
        sheet.worksheet.add_table(table)
        typed = [heading for heading, formula in columns.items() if formula is None]
        end = get_column_letter(column_index_from_string(first.column) + len(typed) - 1)
        self.tables[name] = (first, first._replace(column=end), typed)

    def chart(self, sheet: Sheet, chart: Any, placed: Placed) -> None:
        """Put a chart on a sheet, with the words that stand for it."""
        sheet.worksheet.add_chart(chart, placed.anchor)
        self._charts.setdefault(sheet.title, []).append(placed)

    def verdict(self, name: str, holds: Place, verdict: Place) -> None:
        """A check: the cell that is TRUE or FALSE gets the name, the other says it in words and in colour."""
        self.name(name, holds)
        self._verdicts[name] = verdict

    def summarise(self, label: str, place: Place, unit: str) -> None:
        """Print this figure when the template is built."""
        self._summary.append((label, place, unit))

    def finish(self) -> Built:
        """The file: every formula with its value, everything in order, the same bytes every time."""
        self.workbook.active = 0
        for number, sheet in enumerate(self.workbook.worksheets):
            sheet.sheet_view.tabSelected = number == 0
        stream = io.BytesIO()
        self.workbook.save(stream)
        values = engine.calculate(stream.getvalue())

        def cell(sheet: str, address: str) -> Any:
            calculated = values[sheet]
            return calculated[address] if address in calculated else self.workbook[sheet][address].value

        def value(place: Place) -> Any:
            return cell(place.sheet, place.here)

        data = package.finish(stream.getvalue(), values, self._charts, cell, RELEASED, AUTHOR)
        checks = {name: str(value(place)) for name, place in self._verdicts.items()}
        _require_all_well(checks, values)
        figures = [f"{value(place):,.2f}" for _, place, _ in self._summary]
        width = max(map(len, figures), default=0)
        lines = zip(self._summary, figures, strict=True)
        return Built(data, [(label, f"{figure:>{width}} {unit}") for (label, _, unit), figure in lines], checks)


def _require_all_well(checks: dict[str, str], values: dict[str, dict[str, engine.Value]]) -> None:
    errors = [f"{s}!{a} {v}" for s, cells in values.items() for a, v in cells.items() if isinstance(v, CellError)]
    failed = [name for name, verdict in checks.items() if verdict not in ("PASS", NOT_COMPARED)]
    if errors or failed:
        raise FailedChecks("; ".join(errors + failed))


def colour_verdicts(sheet: Sheet, cells: str, first: Place) -> None:
    """Colour the words PASS, FAIL and "not compared"; the words alone say it too."""
    looks = (("PASS", PASS, PASS_GROUND), ("FAIL", FAIL, FAIL_GROUND), (NOT_COMPARED, GREY, QUIET_GROUND))
    for word, ink, ground in looks:
        rule = FormulaRule(  # type: ignore[no-untyped-call]
            formula=[f'LEFT({first.here},{len(word)})="{word}"'],
            font=Font(color=ink),
            fill=PatternFill("solid", bgColor=ground),
        )
        sheet.worksheet.conditional_formatting.add(cells, rule)
