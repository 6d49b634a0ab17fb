"""The sheets that every template has: Cover, Checks, Functions. A template fills in the words."""

from __future__ import annotations

import datetime as dt

from clv_xl import __version__
from clv_xl.builder.book import AUTHOR, NOT_COMPARED, NOT_LOADED, RELEASED, Book, colour_verdicts
from clv_xl.builder.sheet import Formula, Place, Sheet
from clv_xl.catalogue import REGISTRY
from clv_xl.worksheet.registry import Example, Function

ADD_IN_CELL = "Functions!$B$5"
_MASTER = "check_master"
_WITHOUT_ADD_IN = (
    f"Where the add-in is not loaded, the cells that call its functions say “{NOT_LOADED}”, and the checks on them say "
    f"“{NOT_COMPARED}”. Everything else works without it."
)


class Checks:
    """The sheet of checks: what is expected, what is found, whether both agree, and the verdict in words.

    A check that compares with a function passes, as "not compared", where the add-in is not loaded.
    """

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._master = Place(sheet.title, "E", 6)
        self._last = self._master
        self._verdict = Place(sheet.title, "F", 6)

    def head(self, subtitle: str) -> None:
        """The title; below it the master check, written by `finish`."""
        self._sheet.head("Checks", subtitle)
        self._sheet.heading("All checks together")
        self._sheet.skip(2)

    def section(self, title: str) -> None:
        """A group of checks."""
        self._sheet.skip(self._last is not self._master)
        self._sheet.heading(title)
        self._sheet.columns("Check", "Expected", "Unit", "Found", "Holds", "Verdict", "What it compares", right="BD")

    def add(
        self, name: str, label: str, expected: Formula, found: Formula, unit: str, meaning: str, whole: bool = False
    ) -> None:
        """One check. `found` may be the text that the add-in is not loaded; any error fails. `whole` numbers count."""
        sheet, row = self._sheet, self._sheet.row
        style = "Formula whole" if whole else "Formula"
        sheet.put("A", label, "Label")
        sheet.put("B", expected, sheet.style_of(expected, style))
        sheet.put("C", unit, "Unit")
        sheet.put("D", found, sheet.style_of(found, style))
        holds = f"IF(ISTEXT(D{row}),TRUE,IFERROR(ABS(D{row}-B{row})<=in_tolerance*MAX(1,ABS(B{row})),FALSE))"
        self._last = sheet.put("E", Formula(holds), "Logical")
        said = sheet.put("F", Formula(f'IF(ISTEXT(D{row}),"{NOT_COMPARED}",IF(E{row},"PASS","FAIL"))'), "Verdict")
        sheet.put("G", meaning, "Note")
        sheet.next(sheet.height(A=label, G=meaning))
        sheet.book.verdict(name, self._last, said)

    def finish(self) -> None:
        """The master check over all, and the page."""
        sheet, end = self._sheet, self._sheet.row
        sheet.row = self._master.row
        first = sheet.row + 1
        sheet.put("A", "Every check holds", "Label bold")
        for column in "BCDG":
            sheet.put(column, None, "Note")
        sheet.put("E", Formula(f"AND(E{first}:E{self._last.row})"), "Logical")
        sheet.put("F", Formula(f'IF({_MASTER},"PASS","FAIL")'), "Verdict")
        waiting = Formula(f'COUNTIF(F{first}:F{self._last.row},"{NOT_COMPARED}")&" of the checks wait for the add-in."')
        sheet.put("G", waiting if sheet.book.edition.has_functions else None, "Formula text")
        sheet.next()
        sheet.book.verdict(_MASTER, self._master, self._verdict)
        sheet.row = end
        colour_verdicts(sheet, f"F{self._master.row}:F{self._last.row}", self._verdict)
        sheet.close("landscape")


def functions_sheet(book: Book) -> None:
    """The functions of the add-in, and whether it is loaded: one cell that all function cells ask."""
    sheet = book.sheet("Functions", (24, 46, 52, 52))
    sheet.head("Functions", "The functions that the add-in brings to Excel: what they give, how to call them.")
    if book.edition.has_functions:
        sheet.put("A", "Add-in loaded", "Label bold")
        sheet.put("B", Formula(f"ISNUMBER({book.edition.call('CAC', '1', '1')})"), "Logical")
        said = (
            'IF(B5,"Loaded: function cells calculate.","Not loaded: function cells say so; the model works without.")'
        )
        sheet.put("C", Formula(said), "Formula text")
        sheet.put("D", None, "Note")
    else:
        sheet.put("A", "This edition of the workbook calls no functions; it needs no add-in.", "Remark")
    sheet.next(22)
    sheet.skip()
    sheet.columns("Function", "How to call it", "What it gives", "Example")
    sheet.freeze(sheet.row)
    head = used = 170.0
    for family, functions in REGISTRY.families().items():
        heights = [_function_height(sheet, function) for function in functions]
        if used > head and not sheet.fits_on_page(sum(heights) + 24, used):
            sheet.page_break()
            used = head
        used += sum(heights) + 24
        sheet.heading(family[:1].upper() + family[1:])
        for function, height in zip(functions, heights, strict=True):
            sheet.put("A", function.name, "Label bold")
            sheet.put("B", function.signature, "Note")
            sheet.put("C", function.summary, "Note")
            sheet.put("D", _example(function.examples[0]), "Note")
            sheet.next(height)
    sheet.print_on("landscape", repeat="1:7")
    sheet.protect()


def _function_height(sheet: Sheet, function: Function) -> float:
    return sheet.height(B=function.signature, C=function.summary, D=_example(function.examples[0]))


def _example(example: Example) -> str:
    result = example.result
    if isinstance(result, float | int) and not isinstance(result, bool):
        return f"{example.formula} gives {result:,.6g}" if abs(result) < 1 else f"{example.formula} gives {result:,.2f}"
    return f"{example.formula} gives {'a table' if isinstance(result, tuple | list) else f'“{result}”'}"


class Cover:
    """The first sheet: what this workbook is and says, where things stand, what to know before relying on it."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._change = ""

    def head(self, subtitle: str) -> None:
        """The workbook's title and its promise in a line."""
        self._sheet.head(self._sheet.book.title, subtitle, back=False)
        self._sheet.row = 4

    def headline(self, label: str, value: Formula) -> None:
        """The figure that the workbook is about."""
        self._sheet.put("A", label, "Text bold")
        self._sheet.put("B", value, "Headline")
        self._sheet.next(36)

    def master_check(self) -> None:
        """Whether all checks hold, on the first page that anyone sees."""
        sheet = self._sheet
        sheet.put("A", "Checks", "Text bold")
        place = sheet.put(
            "B", Formula(f'IF({_MASTER},"PASS: every check holds","FAIL: see the sheet Checks")'), "Verdict"
        )
        colour_verdicts(sheet, place.here, place)
        sheet.next(22)
        sheet.skip()

    def about(self, purpose: str, source: str, change: str) -> None:
        """Who made it, what for, from what."""
        self._sheet.heading("About this workbook")
        edition = self._sheet.book.edition
        self._pair("Purpose", purpose)
        self._pair("Source", source)
        self._pair("Author", AUTHOR)
        self._pair("Version", f"{__version__}, edition “{edition.name}”: for {edition.made_for}")
        self._pair("Date", RELEASED)
        self._change = change

    def sheets(self, **contents: str) -> None:
        """A link to every other sheet, and what stands there."""
        self._section("Sheets")
        for name, content in contents.items():
            self._sheet.link("A", name, name)
            self._sheet.put("B", content, "Text")
            self._sheet.next()

    def colour_key(self) -> None:
        """What the colours mean, each shown on itself."""
        self._section("Colour key")
        for style, sample, meaning in (
            (
                "Key input",
                "Blue on cream",
                "An input: type here. Excel says what is allowed when the cell is selected.",
            ),
            ("Key formula", "Black", "A formula, calculated from inputs."),
            ("Key link", "Green", "A value taken unchanged from another sheet."),
        ):
            self._sheet.put("A", sample, style)
            self._sheet.put("B", meaning, "Text")
            self._sheet.next()

    def limitations(self, *sentences: str) -> None:
        """What the reader must know before relying on a figure."""
        self._section("Limitations")
        if self._sheet.book.edition.has_functions:
            sentences = (*sentences, _WITHOUT_ADD_IN)
        for number, sentence in enumerate(sentences, 1):
            self._pair(f"Limitation {number}", sentence)

    def finish(self) -> None:
        """The change log, and the page."""
        self._section("Change log")
        self._pair(f"{__version__}, {RELEASED.isoformat()}", self._change)
        self._sheet.print_on("portrait", tall=False)
        self._sheet.protect()

    def _section(self, title: str) -> None:
        self._sheet.skip()
        self._sheet.heading(title)

    def _pair(self, label: str, content: str | dt.date) -> None:
        sheet = self._sheet
        sheet.put("A", label, "Text bold")
        sheet.put("B", content, "Text" if isinstance(content, str) else "Text date")
        sheet.next(sheet.height(B=content) if isinstance(content, str) else sheet.height())
