"""The job that makes LibreOffice find our functions in files of Excel's. Runs in LibreOffice's own Python.

Up to 7.x, reading .xlsx looks the bare names of add-in functions up in a list that has only programmatic ones, so that
=CAC(A1,B1) arrives as an unknown name. Adding and removing a defined name makes Calc compile every formula with
unknown names again, and that time it knows the bare names. Later versions find the functions in cells and in defined
names, but still not in conditional formats and validations, which take their own formulas once more.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any, Callable, Iterable, Iterator, Pattern

import uno
import unohelper
from com.sun.star.beans import PropertyValue
from com.sun.star.lang import XServiceInfo
from com.sun.star.task import XJob

NAME = "org.clvxl.Relink"
SERVICES = (NAME, "com.sun.star.task.Job")
FUNCTIONS = "/org.openoffice.Office.CalcAddIns/AddInInfo/org.clvxl.CustomerValueImpl/AddInFunctions"
PRODUCT = "/org.openoffice.Setup/Product"
FIRST_TO_KNOW_CELLS = 24
"""The version after 7."""
FORMULAS = 16
"""UNO's CellFlags.FORMULA."""
PASSING = "clv_xl_relink_"
"""A defined name that exists for a moment."""


def settings(context: Any, path: str) -> Any:
    """A node of LibreOffice's configuration."""
    provider = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.configuration.ConfigurationProvider", context
    )
    place = PropertyValue("nodepath", 0, path, 0)
    return provider.createInstanceWithArguments("com.sun.star.configuration.ConfigurationAccess", (place,))


def knows_cells(context: Any) -> bool:
    """Whether this version finds the functions in cells and defined names by itself."""
    version = str(settings(context, PRODUCT).getByName("ooSetupVersion"))
    return int(version.split(".")[0]) >= FIRST_TO_KNOW_CELLS


def unknown_calls(context: Any) -> Pattern[str]:
    """What calls of our functions look like where Calc did not know them: it writes unknown names in lower case."""
    functions = settings(context, FUNCTIONS)
    shown = (str(functions.getByName(name).getByName("DisplayName")) for name in functions.getElementNames())
    return re.compile(r"(?<![\w.])(?:%s)\s*\(" % "|".join(re.escape(name.lower()) for name in shown))


def formulas_of(sheet: Any) -> Iterator[tuple[Any, int, int, str]]:
    """Every formula of a sheet, as its cell and its text."""
    areas = sheet.queryContentCells(FORMULAS)
    for area in map(areas.getByIndex, range(areas.getCount())):
        for row, texts in enumerate(area.getFormulaArray()):
            for column, text in enumerate(texts):
                yield area, column, row, text


def names_of(owner: Any, unknown: Pattern[str]) -> list[Any]:
    """The defined names that call our functions."""
    found = (owner.NamedRanges.getByName(name) for name in owner.NamedRanges.getElementNames())
    return [name for name in found if unknown.search(name.getContent())]


def arrays_of(sheet: Any) -> Iterable[Any]:
    """The ranges of array formulas."""
    found: list[Any] = []
    inside: set[tuple[int, int]] = set()
    for area, column, row, text in formulas_of(sheet):
        if text.startswith("{="):
            cell = area.getCellByPosition(column, row)
            address = cell.CellAddress
            if (address.Column, address.Row) not in inside:
                cursor = sheet.createCursorByRange(cell)
                cursor.collapseToCurrentArray()
                place = cursor.RangeAddress
                columns = range(place.StartColumn, place.EndColumn + 1)
                inside.update((x, y) for x in columns for y in range(place.StartRow, place.EndRow + 1))
                found.append(cursor)
    return found


def compile_cells(names: Any) -> None:
    """Make Calc look up the unknown names in cells."""
    passing = PASSING
    while names.hasByName(passing):
        passing += "_"
    names.addNewByName(passing, "$A$1", uno.createUnoStruct("com.sun.star.table.CellAddress"), 0)
    names.removeByName(passing)


def relink_cells(document: Any, sheets: list[Any], unknown: Pattern[str]) -> None:
    """Find our functions in cells and defined names. A document without them is not touched."""
    names = [name for owner in [document, *sheets] for name in names_of(owner, unknown)]
    if not names and not any(unknown.search(text) for sheet in sheets for *_, text in formulas_of(sheet)):
        return
    arrays = [array for sheet in sheets for array in arrays_of(sheet)]
    automatic = document.isAutomaticCalculationEnabled()
    document.enableAutomaticCalculation(False)
    try:
        for name in names:
            attempt(name.setContent, name.getContent())
        attempt(compile_cells, document.NamedRanges)
        for array in arrays:
            # Compiling makes Calc forget the size of an array formula. Asked now, it counts the cells; once calculated,
            # it would take the size of the result and save the file with that.
            attempt(array.collapseToCurrentArray)
    finally:
        document.enableAutomaticCalculation(automatic)
    if not automatic:
        document.calculate()  # what was compiled again has lost its stored value


def compile_conditions(sheet: Any, unknown: Pattern[str]) -> None:
    """Give conditional formats their own formulas once more, where they call our functions."""
    for conditional in sheet.ConditionalFormats.getConditionalFormats():
        for entry in map(conditional.getByIndex, range(conditional.getCount())):
            for which in ("Formula1", "Formula2"):
                formula = entry.getPropertyValue(which)
                if unknown.search(formula):
                    entry.setPropertyValue(which, formula)


def compile_validations(sheet: Any, unknown: Pattern[str]) -> None:
    """Give validations their own formulas once more, where they call our functions."""
    formats = sheet.getUniqueCellFormatRanges()
    for cells in map(formats.getByIndex, range(formats.getCount())):
        rule = cells.Validation
        first, second = rule.getFormula1(), rule.getFormula2()
        if unknown.search(first) or unknown.search(second):
            rule.setFormula1(first)
            rule.setFormula2(second)
            cells.Validation = rule


def relink(document: Any, unknown: Pattern[str], cells: bool) -> None:
    """Find our functions in a document, which stays as it is otherwise: not modified, with nothing to undo."""
    modified = document.isModified()
    sheets = [document.Sheets.getByIndex(number) for number in range(document.Sheets.getCount())]
    document.UndoManager.lock()
    try:
        if cells:
            attempt(relink_cells, document, sheets, unknown)
        for sheet in sheets:
            attempt(compile_conditions, sheet, unknown)
            attempt(compile_validations, sheet, unknown)
    finally:
        document.UndoManager.unlock()
        document.setModified(modified)


def attempt(step: Callable[..., object], *arguments: Any) -> None:
    """Take a step; where LibreOffice does not allow it, as on a protected sheet, the others still count."""
    with contextlib.suppress(Exception):
        step(*arguments)


class Relink(unohelper.Base, XJob, XServiceInfo):  # type: ignore[misc]
    """Bound to the end of every loading."""

    def __init__(self, context: Any) -> None:
        self.context = context

    def execute(self, arguments: Iterable[Any]) -> None:
        """Never raises: a file opens, whatever is wrong with our functions in it."""
        with contextlib.suppress(Exception):
            given = {each.Name: each.Value for each in arguments}
            document = {each.Name: each.Value for each in given.get("Environment", ())}.get("Model")
            if document is not None and document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
                relink(document, unknown_calls(self.context), not knows_cells(self.context))

    def getImplementationName(self) -> str:
        """The name under which LibreOffice's configuration lists the job."""
        return NAME

    def supportsService(self, name: str) -> bool:
        """Whether a service is one of ours."""
        return name in SERVICES

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        """The services that this implements."""
        return SERVICES


g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(Relink, NAME, SERVICES)
