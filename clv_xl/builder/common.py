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
_LAST_ROW = 100_000
"""How far down anything below a table is looked for. A range to the end of the sheet takes some programs seconds."""
_WITHOUT_ADD_IN = (
    f"Where the add-in is not loaded, the cells that call its functions say “{NOT_LOADED}”, and the checks on them say "
    f"“{NOT_COMPARED}”. Everything else works without it."
)


class Checks:
    """The sheet of checks: what is expected, what is found, whether both agree, and the verdict in words.

    Numbers agree within the tolerance of the input in_tolerance, counts exactly. An error never agrees.
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

    def section(
        self,
        title: str,
        first: str = "Check",
        expected: str = "Expected",
        found: str = "Found",
        last: str = "What it compares",
    ) -> None:
        """A group of checks."""
        self._sheet.skip(self._last is not self._master)
        self._sheet.heading(title)
        self._sheet.columns(first, expected, "Unit", found, "Holds", "Verdict", last, right="BD")

    def new_page(self) -> None:
        """Print what follows on a page of its own."""
        self._sheet.page_break()

    def equal(self, name: str, label: str, expected: Formula, found: Formula, unit: str, meaning: str) -> None:
        """Two ways to one figure."""
        row = self._sheet.row
        holds = f"IFERROR({_agree(row)},FALSE)"
        self._add(name, (label, expected, unit, found, holds, f'IF(E{row},"PASS","FAIL")', meaning))

    def function(self, name: str, label: str, native: Formula, function: Formula, unit: str, meaning: str) -> None:
        """A figure and the function for it. Only where the add-in is not loaded it passes without a comparison.

        Any other text fails, since classic xlwings shows an error as text; so does a text that looks like a number.
        """
        row = self._sheet.row
        holds = f'IFERROR(IF(D{row}="{NOT_LOADED}",TRUE,AND(ISNUMBER(D{row}),{_agree(row)})),FALSE)'
        verdict = f'IF(E{row},IF(ISTEXT(D{row}),"{NOT_COMPARED}","PASS"),"FAIL")'
        self._add(name, (label, native, unit, function, holds, verdict, meaning))

    def count(
        self, name: str, label: str, expected: Formula, found: Formula, unit: str, meaning: str, sign: str = "="
    ) -> None:
        """A number of cells, or of anything else that is counted: no tolerance, which is an input itself."""
        row = self._sheet.row
        holds = f"IFERROR(D{row}{sign}B{row},FALSE)"
        verdict = f'IF(E{row},"PASS","FAIL")'
        self._add(name, (label, expected, unit, found, holds, verdict, meaning), "Formula whole")

    def inputs(self) -> None:
        """Every input against the rule of its own validation, which looks at what is typed, not at what is pasted."""
        for check, label, cells, allowed in self._sheet.book.guarded:
            expected, found = Formula(f"ROWS({cells})"), Formula(allowed.count(cells))
            self.count(check, label, expected, found, "cells", allowed.sentence)

    def nothing_below(self, table: str, label: str, meaning: str) -> None:
        """Nothing is typed below a table without belonging to it, as where tables do not grow by themselves.

        A table that has grown beyond the last row that is looked at holds more than is found, and passes.
        """
        head, last, typed = self._sheet.book.tables[table]
        heads = f"{head.there}:{last.fixed}"
        column = f"{head.there}:${last.column}${_LAST_ROW}"
        inside = Formula("+".join(f"COUNTA({table}[{heading}])" for heading in typed))
        found = Formula(f"COUNTA({column})-COLUMNS({heads})")
        self.count(f"check_below_{table.lower()}", label, inside, found, "cells", meaning, sign="<=")

    def no_errors(self, *titles: str) -> None:
        """No cell of these sheets is an error, which a sum over them would be too."""
        for title in titles:
            found = Formula(f"IF(ISERROR(SUM({self._sheet.book.sheets[title].area})),1,0)")
            name, label = f"check_errors_{title.lower()}", f"No figure on {title} is an error"
            meaning = "Such as #DIV/0!. Most often an input is out of bounds: see below."
            self.count(name, label, Formula("0"), found, "sheets in error", meaning)

    def _add(self, name: str, cells: tuple[str, Formula, str, Formula, str, str, str], style: str = "Formula") -> None:
        sheet = self._sheet
        label, expected, unit, found, holds, verdict, meaning = cells
        sheet.put("A", label, "Label")
        sheet.put("B", expected, sheet.style_of(expected, style))
        sheet.put("C", unit, "Unit")
        sheet.put("D", found, sheet.style_of(found, style))
        self._last = sheet.put("E", Formula(holds), "Logical")
        said = sheet.put("F", Formula(verdict), "Verdict")
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
        sheet.close("landscape", tall=True)


def _agree(row: int) -> str:
    return f"ABS(D{row}-B{row})<=in_tolerance*MAX(1,ABS(B{row}))"


def functions_sheet(book: Book) -> None:
    """The functions of the add-in, and whether it is loaded: one cell that all function cells ask."""
    sheet = book.sheet("Functions", (24, 46, 52, 52))
    sheet.head("Functions", "The functions that the add-in brings to Excel: what they give, how to call them.")
    if book.edition.has_functions:
        sheet.put("A", "Add-in loaded", "Label bold")
        # Absent is an add-in whose functions have no meaning, #NAME?. One that fails in another way is there, and its
        # failures are to fail. The link beside it matters: LibreOffice calculates a cell with HYPERLINK when it opens a
        # file, and with it all that depend on it. Without, it would show the values that the file carries.
        known = f"IFERROR(ERROR.TYPE({book.edition.call('CAC', '1', '1')})<>ERROR.TYPE(#NAME?),TRUE)"
        sheet.put("B", Formula(f"AND(ISTEXT(D{sheet.row}),{known})"), "Logical")
        said = f'IF(B{sheet.row},"Loaded: function cells show its answers.","Not loaded: the model works without it.")'
        sheet.put("C", Formula(said), "Formula text")
        link = 'HYPERLINK("#Checks!A1","Do they agree with the model? See Checks")'
        sheet.put("D", Formula(link), "Sheet link beside")
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
