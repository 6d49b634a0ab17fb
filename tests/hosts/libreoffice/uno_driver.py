"""Serves a running LibreOffice: a line of JSON in, a line of JSON out. Run with LibreOffice's own Python.

Started as `python uno_driver.py PIPE SECONDS`; the office must accept connections on that pipe. It knows nothing of
our package, so that it runs wherever LibreOffice does.
"""

import datetime as dt
import itertools
import json
import sys
import time
import traceback

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.sheet.FillDirection import TO_BOTTOM
from com.sun.star.util import Date

ERRORS = {
    521: "#NULL!",
    532: "#DIV/0!",
    519: "#VALUE!",
    524: "#REF!",
    525: "#NAME?",
    503: "#NUM!",
    32767: "#N/A",
}
FILTERS = {".xlsx": "Calc MS Excel 2007 XML", ".xlsm": "Calc MS Excel 2007 VBA XML", ".ods": "calc8"}
DOCUMENTS = {}
NUMBERS = itertools.count()


def properties(**named):
    return tuple(PropertyValue(name, 0, value, 0) for name, value in named.items())


def connected(pipe):
    """The context of the office, and its desktop, which has just opened and closed a spreadsheet.

    An office that accepts connections may still be about to start anew, as it does after setting a profile up, or may
    not open anything yet.
    """
    here = uno.getComponentContext()
    resolver = here.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", here)
    context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, properties(Hidden=True)).close(True)
    return context, desktop


def connected_within(seconds, pipe):
    limit = time.monotonic() + seconds
    while True:
        try:
            return connected(pipe)
        except Exception:
            if time.monotonic() > limit:
                raise
            time.sleep(0.05)


CONTEXT, DESKTOP = connected_within(float(sys.argv[2]), sys.argv[1])


def service(name, *arguments):
    return CONTEXT.ServiceManager.createInstanceWithArgumentsAndContext(name, arguments, CONTEXT)


def cells_of(question):
    """The range that a question names: a sheet and an address, or the sheet's whole used area."""
    sheets = DOCUMENTS[question["document"]].Sheets
    sheet = sheets.getByName(question["sheet"]) if question.get("sheet") else sheets.getByIndex(0)
    return sheet.getCellRangeByName(question["cells"])


def opened(question):
    url = uno.systemPathToFileUrl(question["path"]) if question.get("path") else "private:factory/scalc"
    arguments = properties(Hidden=True, **question.get("arguments", {}))
    document = DESKTOP.loadComponentFromURL(url, "_blank", 0, arguments)
    if document is None:
        raise ValueError(f"LibreOffice could not open {url}")
    number = next(NUMBERS)
    DOCUMENTS[number] = document
    return number


def written(question):
    """Numbers and texts into cells; a blank is None."""
    rows = tuple(tuple("" if cell is None else cell for cell in row) for row in question["rows"])
    cells_of(question).setDataArray(rows)


def filled_down(question):
    """A formula in the first cell of a column, and copied to the others as a user does."""
    cells = cells_of(question)
    cells.getCellByPosition(0, 0).setFormula(question["text"])
    cells.fillAuto(TO_BOTTOM, 1)


def read(question):
    """The rows of a range: numbers, texts, {"error": its name}. A blank cell is an empty text."""
    found = cells_of(question)
    rows = [list(row) for row in found.getDataArray()]
    for down, row in enumerate(rows):
        for across, value in enumerate(row):
            if not isinstance(value, (float, str)):
                code = found.getCellByPosition(across, down).getError()
                row[across] = {"error": ERRORS.get(code, f"Err:{code}")}
    return rows


def shown(question):
    """The rows of a range as texts, formatted as a user sees them."""
    found = cells_of(question)
    height, width = len(found.getDataArray()), len(found.getDataArray()[0])
    return [[found.getCellByPosition(x, y).String for x in range(width)] for y in range(height)]


def state(question):
    """What loading and relinking may have changed about a document."""
    document = DOCUMENTS[question["document"]]
    names = document.NamedRanges
    return {
        "modified": document.isModified(),
        "undo": list(document.UndoManager.getAllUndoActionTitles()),
        "names": {name: names.getByName(name).Content for name in names.ElementNames},
        "readonly": document.isReadonly(),
    }


def rows_inserted(question):
    """Insert a row above the range, through the whole sheet."""
    cells = cells_of(question)
    cells.Spreadsheet.Rows.insertByIndex(cells.RangeAddress.StartRow, 1)


def null_date(question):
    """Set the day that the document counts from, or read it."""
    document = DOCUMENTS[question["document"]]
    if question.get("day"):
        day = dt.date(*question["day"])
        document.NullDate = Date(day.day, day.month, day.year)
    found = document.NullDate
    return [found.Year, found.Month, found.Day]


def stored(question):
    ending = question["path"][question["path"].rindex(".") :]
    document = DOCUMENTS[question["document"]]
    document.storeToURL(uno.systemPathToFileUrl(question["path"]), properties(FilterName=FILTERS[ending]))


def configured(question):
    """Set a value of the configuration."""
    provider = service("com.sun.star.configuration.ConfigurationProvider")
    node = provider.createInstanceWithArguments(
        "com.sun.star.configuration.ConfigurationUpdateAccess", properties(nodepath=question["path"])
    )
    node.setPropertyValue(question["name"], question["value"])
    node.commitChanges()


def validity(question):
    """The formulas of a cell's validation, as LibreOffice holds them."""
    rule = cells_of(question).Validation
    return [rule.getFormula1(), rule.getFormula2()]


def conditions(question):
    """The formulas of a sheet's conditional formats, as LibreOffice holds them."""
    sheet = cells_of(question).Spreadsheet
    formats = (f for f in sheet.ConditionalFormats.getConditionalFormats())
    entries = [f.getByIndex(i) for f in formats for i in range(f.getCount())]
    return [entry.getPropertyValue("Formula1") for entry in entries]


def closed(question):
    DOCUMENTS.pop(question["document"]).close(True)


ANSWERS = {
    "open": opened,
    "set": written,
    "read": read,
    "shown": shown,
    "formulas": lambda q: [list(row) for row in cells_of(q).getFormulaArray()],
    "formula": lambda q: cells_of(q).setFormula(q["text"]),
    "array formula": lambda q: cells_of(q).setArrayFormula(q["text"]),
    "fill down": filled_down,
    "calculate": lambda q: DOCUMENTS[q["document"]].calculateAll(),
    "state": state,
    "null date": null_date,
    "insert row": rows_inserted,
    "store": stored,
    "configure": configured,
    "validity": validity,
    "conditions": conditions,
    "close": closed,
}

for line in sys.stdin:
    try:
        question = json.loads(line)
        answer = {"answer": ANSWERS[question["do"]](question)}
    except Exception:
        answer = {"fault": traceback.format_exc()}
    print(json.dumps(answer), flush=True)
