"""The calculation engine: formulas that mix Excel's functions with ours, outside Excel.

Formualizer calculates; this module registers our functions with it under every name a workbook may call them by,
and translates values and errors in both directions. What the engine lacks is made up for here, and only here.
"""

from __future__ import annotations

import contextlib
import io
import math
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import formualizer
from lxml import etree

from clv_xl.catalogue import REGISTRY
from clv_xl.worksheet.call import call
from clv_xl.worksheet.errors import DIV0, NA, NAME, NULL, NUM, REF, VALUE, CellError
from clv_xl.worksheet.excel_names import BUILT_IN
from clv_xl.worksheet.registry import Function

Value: TypeAlias = float | str | bool | CellError | None

NAMESPACE = "CLV"
"""The namespace of our functions in xlwings Server: there, =CLV.CAC(…) is what a user types."""

SPELLINGS = ("{}", "_xldudf_" + NAMESPACE + "_{}", "_xldudf_{}", NAMESPACE + ".{}", "_xll.{}")
"""How workbooks spell a call: by the bare name, by the two kinds of Office.js token, by namespace, as an XLL."""

_KIND_OF_CODE = {NULL: "Null", DIV0: "Div", VALUE: "Value", REF: "Ref", NAME: "Name", NUM: "Num", NA: "Na"}
_CODE_OF_KIND = {kind: code for code, kind in _KIND_OF_CODE.items()} | {"Spill": "#SPILL!", "Calc": "#CALC!"}
_OMITTED = "\u2063omitted\u2063"
_GAPS = {("Func Open", "Sep Arg"), ("Sep Arg", "Sep Arg"), ("Sep Arg", "Func Close")}
_UNREADABLE = (formualizer.ParserError, formualizer.TokenizerError, RuntimeError, ValueError)
_BEYOND_ENGINE = (formualizer.ExcelEvaluationError,)
_OTHER_FILE = re.compile(r"(?<!\w)\[[^\[\]]+\][^\[\]'!,()]*!|'[^']*\[[^\[\]']+\][^']*'!")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_IN_TABLE = re.compile(
    r"(?<![\w.])([^\W\d][\w.]*)\[(?:(?P<row>\[#This Row\],\[)(?P<cell>[^\[\]]+)\]|(?P<column>[^\[\]#@]+))\]",
    re.IGNORECASE,
)


_ADDRESS = re.compile(r"[!\[]|^\$?[A-Z]{1,3}\$?[0-9]+$|:", re.IGNORECASE)


class FormulaError(Exception):
    """A formula cannot be read. The text is one sentence for the person who typed it."""


class WorkbookError(Exception):
    """A workbook cannot be calculated. The text is one sentence for the person who gave it."""


@dataclass(frozen=True)
class Complaint:
    """What one of our functions had to say about a call that failed, wherever in the formula it stood."""

    function: str
    error: CellError


@dataclass(frozen=True)
class Evaluation:
    """What a formula gives: the rows of its result, errors as CellError with the message of the function at fault."""

    rows: list[list[Value]]
    complaints: tuple[Complaint, ...] = ()

    @property
    def single(self) -> bool:
        """Whether the result is one cell."""
        return len(self.rows) == 1 and len(self.rows[0]) == 1

    @property
    def value(self) -> Value:
        """The top left cell: the result, where it is one cell."""
        return self.rows[0][0]

    @property
    def errors(self) -> dict[tuple[int, int], CellError]:
        """The cells that hold an error, by row and column from 0."""
        return {
            (r, c): cell for r, row in enumerate(self.rows) for c, cell in enumerate(row) if isinstance(cell, CellError)
        }


def evaluate(formula: str) -> Evaluation:
    """Calculate one formula that needs no workbook, as `=CLTV({3.5;8.5},{4;3},20,52)*2`."""
    formula = "=" + formula.strip().removeprefix("=").strip()
    if formula == "=":
        raise FormulaError("The formula is empty.")
    _refuse_other_spellings(formula)
    calculator = _Calculator(formualizer.Workbook())
    calculator.book.add_sheet("Sheet")
    try:
        formualizer.parse(formula)  # the workbook itself takes a formula that cannot be read, and answers #VALUE!
        calculator.book.set_formula("Sheet", 1, 1, _spell_out(formula))
        calculator.book.evaluate_cell("Sheet", 1, 1)
    except _UNREADABLE as error:
        raise FormulaError(_sentence(error)) from error
    return Evaluation(calculator.block("Sheet", formula), tuple(calculator.complaints))


def _refuse_other_spellings(formula: str) -> None:
    """Say in words what else would come out as an error without any: local separators, cells, bare words."""
    bare = re.sub(r'"[^"]*"|\{[^}]*\}', "0", formula)
    if ";" in bare:
        raise FormulaError(
            "Write the formula as in an English Excel: commas between arguments, and a point in numbers, as 49.90."
        )
    try:
        tokens = [token for token in formualizer.Tokenizer(formula) if token is not None]
    except _UNREADABLE as error:
        raise FormulaError(_sentence(error)) from error
    local_names = re.search(r"\b(LET|LAMBDA)\(", bare, re.IGNORECASE)
    for token in tokens:
        if str(token.subtype) != "Range":
            continue
        if _ADDRESS.search(token.value):
            raise FormulaError(f"{token.value} is a cell, and there is no workbook here; write its value instead.")
        if not local_names:
            raise FormulaError(f'{token.value} is neither a number nor a function; write text in quotes, as "words".')


def calculate(workbook: bytes) -> dict[str, dict[str, Value]]:
    """The value of every formula cell of an .xlsx file, by sheet title and address.

    A formula that the engine cannot carry out, as one that reads another file, is left out of the result; formulas that
    read its cell are calculated with the value stored there.
    """
    package = _Package(workbook)
    try:
        calculator = _Calculator(formualizer.Workbook.from_bytes(workbook))
    except (*_UNREADABLE, OSError) as error:  # the words of the engine's reader are of no use to anybody
        raise WorkbookError("The workbook is damaged: the calculation engine cannot open it.") from error
    book = calculator.book
    try:
        for table in package.tables:
            book.add_table(table.name, table.sheet, table.area, list(table.columns), totals_row=table.has_totals)
        found = [
            _FormulaCell(title, address, *_row_and_column(address), formula, stored)
            for title in package.sheets
            for address, formula, stored in package.formulas(title)
        ]
        for cell in found:
            spelled = package.in_addresses(_spell_out("=" + cell.formula), cell.address)
            if spelled != "=" + cell.formula:
                with contextlib.suppress(*_UNREADABLE):  # it stays as it stands, and is left out below
                    book.set_formula(*cell.place, spelled)
        left_out = _evaluate_all(book, found)
    except (*_UNREADABLE, *_BEYOND_ENGINE, OSError) as error:
        raise WorkbookError(f"The workbook cannot be calculated: {_plain_reason(error)}.") from error
    values: dict[str, dict[str, Value]] = {title: {} for title in package.sheets}
    for cell in found:
        if cell.place not in left_out:
            value = calculator.explained(_value(book.get_value(*cell.place)), cell.formula)
            values[cell.sheet][cell.address] = value
    return values


class _FormulaCell(NamedTuple):
    sheet: str
    address: str
    row: int
    column: int
    formula: str
    stored: Any

    @property
    def place(self) -> tuple[str, int, int]:
        """As the engine asks for it."""
        return self.sheet, self.row, self.column


def _evaluate_all(book: Any, cells: list[_FormulaCell]) -> set[tuple[str, int, int]]:
    """Evaluate, and say which cells are beyond the engine; these hold their stored values afterwards.

    What reads such a cell fails with it. So all that fail get their stored values, and each is tried once more by
    itself: those that fail then are the causes.
    """
    causes = {cell.place for cell in cells if _reads_other_files(book, cell)}
    for cell in cells:
        if cell.place in causes:
            book.set_value(*cell.place, cell.stored)
    try:
        book.evaluate_all()
        failing = [cell for cell in cells if _is_beyond(book.get_value(*cell.place))]
    except _BEYOND_ENGINE:
        failing = [cell for cell in cells if cell.place not in causes and _fails(book, cell)]
    formulas = [book.get_formula(*cell.place) for cell in failing]
    for cell in failing:
        book.set_value(*cell.place, cell.stored)
    for cell, formula in zip(failing, formulas, strict=True):
        if _fails(book, cell, formula or "="):
            book.set_value(*cell.place, cell.stored)
            causes.add(cell.place)
    if failing:
        book.evaluate_all()
    return causes


def _reads_other_files(book: Any, cell: _FormulaCell) -> bool:
    formula = cell.formula or book.get_formula(*cell.place) or ""
    return "]" in formula and "!" in formula and bool(_OTHER_FILE.search(re.sub(r'"[^"]*"', '""', formula)))


def _fails(book: Any, cell: _FormulaCell, formula: str = "") -> bool:
    try:
        if formula:
            book.set_formula(*cell.place, formula)
        book.evaluate_cell(*cell.place)
    except (*_UNREADABLE, *_BEYOND_ENGINE):
        return True
    return _is_beyond(book.get_value(*cell.place))


def _is_beyond(value: Any) -> bool:
    """Whether this is what the engine answers to a formula it cannot read, or has not learnt to carry out."""
    return isinstance(value, dict) and value.get("kind") in ("NImpl", "Error")


class _Calculator:
    """A formualizer workbook that knows our functions and remembers what they complained about."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.complaints: list[Complaint] = []
        self._last_errors: dict[tuple[int, int], CellError] = {}
        book.set_temporal_egress("serial")
        for function in REGISTRY:
            for spelling in SPELLINGS:
                book.register_function(spelling.format(function.name), self._answering(function))

    def _answering(self, function: Function) -> Callable[..., Any]:
        def answer(*cells: Any) -> Any:
            result = call(function, [_argument(cell) for cell in cells])
            self._last_errors = dict(result.errors)
            self.complaints += [Complaint(function.name, error) for error in result.errors.values()]
            rows = [
                [_error_for_engine(result.errors[r, c].code) if (r, c) in result.errors else cell for c, cell in line]
                for r, line in enumerate(map(enumerate, result.rows))
            ]
            return rows[0][0] if result.single else rows

        return answer

    def block(self, sheet: str, formula: str) -> list[list[Value]]:
        """What the formula in A1 gives: its own cell, or everything that it spills."""
        spill = self.book.inspect_cell(f"{sheet}!A1").cell.spill
        _, _, last = (spill.extent if spill is not None else "A1").rpartition(":")
        rows, columns = _row_and_column(last.rpartition("!")[2])
        return [[self._cell(sheet, r, c, formula) for c in range(columns)] for r in range(rows)]

    def _cell(self, sheet: str, row: int, column: int, formula: str) -> Value:
        cell = _value(self.book.get_value(sheet, row + 1, column + 1))
        here = self._last_errors.get((row, column))
        if isinstance(cell, CellError) and here is not None and here.code == cell.code:
            return here
        return self.explained(cell, formula)

    def explained(self, cell: Value, formula: str) -> Value:
        """The cell; an error with what our functions in its formula said, where they said one thing only."""
        if not isinstance(cell, CellError) or cell.message:
            return cell
        called = {function.name for function in REGISTRY if function.name in formula.upper()}
        heard = {c.error.message for c in self.complaints if c.function in called and c.error.code == cell.code}
        message = heard.pop() if len(heard) == 1 else ""
        if not message and cell.code == NAME:
            message = "; ".join(
                f"{name} is not a function known here (names are those of an English Excel)"
                for name in _unknown_functions(formula)
            )
        return CellError(cell.code, message)


def _argument(cell: Any) -> Any:
    """From the engine to the border: errors as their codes, an omitted argument as a blank."""
    if isinstance(cell, list):
        return [_argument(item) for item in cell]
    if isinstance(cell, dict):
        return _CODE_OF_KIND.get(cell.get("kind", ""), VALUE)
    return None if cell == _OMITTED else cell


def _error_for_engine(code: str) -> dict[str, str]:
    return {"type": "Error", "kind": _KIND_OF_CODE.get(code, "Value")}


def _value(cell: Any) -> Value:
    """From the engine to us: plain floats, errors as CellError."""
    if isinstance(cell, dict):
        kind = cell.get("kind", "")
        if kind == "Circ":
            return CellError(REF, "the formula refers to itself")
        return CellError(_CODE_OF_KIND.get(kind, VALUE))
    if isinstance(cell, int) and not isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, float) and not math.isfinite(cell):
        return CellError(NUM, "the number is too large")
    return cell if cell is None or isinstance(cell, float | str | bool) else str(cell)


def _spell_out(formula: str) -> str:
    """The formula with a mark for every omitted argument of ours: the engine would hand over a zero instead."""
    if not re.search(r"[,(]\s*,|,\s*\)", formula):
        return formula
    try:
        tokens = [token for token in formualizer.Tokenizer(formula) if token is not None]
    except _UNREADABLE:
        return formula
    out, ours, before = ["="], [False], ""
    for token in tokens:
        here = f"{token.token_type} {token.subtype}"
        if ours[-1] and (before, here) in _GAPS:
            out.append(f'"{_OMITTED}"')
        if here.endswith("Open"):
            ours.append(here.startswith("Func") and _is_ours(token.value[:-1]))
        elif here.endswith("Close"):
            ours.pop()
        before = before if here.startswith("Whitespace") else here
        out.append(token.value)
    return "".join(out)


def _is_ours(name: str) -> bool:
    return re.sub(rf"^(_xldudf_({NAMESPACE}_)?|{NAMESPACE}\.|_xll\.)", "", name, flags=re.IGNORECASE) in REGISTRY


def _unknown_functions(formula: str) -> list[str]:
    called = re.findall(r"([A-Za-z_][\w.]*)\(", re.sub(r'"[^"]*"', '""', formula))
    names = {name.upper().replace("_XLFN.", "").replace("_XLWS.", ""): name for name in called}
    return [name for upper, name in names.items() if upper not in BUILT_IN and not _is_ours(name)]


def _plain_reason(error: Exception) -> str:
    """The engine's own words, without its prefix and without what only its programmers can read."""
    reason = re.sub(r"^.*?Error at position \d+: ", "", str(error))
    reason = re.sub(r"(,? got|,? found| at position \d+)?:? ?(TokenSpan|InvalidReference)\b.*", "", reason)
    return reason[:1].lower() + reason[1:].rstrip(".: ")


def _sentence(error: Exception) -> str:
    place = re.search(r"at position (\d+)", str(error))
    where = f", at character {place[1]}" if place else ""
    hint = " (arguments are separated by commas)" if "Sep" in str(error) else ""
    return f"The formula cannot be read{where}: {_plain_reason(error)}{hint}."


@dataclass(frozen=True)
class _Table:
    name: str
    sheet: str
    area: tuple[int, int, int, int]
    columns: tuple[str, ...]
    has_totals: bool

    @property
    def first_row(self) -> int:
        """The first row of data, below the headings."""
        return self.area[0] + 1

    @property
    def last_row(self) -> int:
        """The last row of data, above a row of totals."""
        return self.area[2] - self.has_totals


class _Package:
    """The parts of an .xlsx file that the engine does not read by itself: tables, and which cells hold formulas."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            workbook = self._xml("xl/workbook.xml")
            targets = dict(self._relations("xl/workbook.xml"))
        except (zipfile.BadZipFile, WorkbookError) as error:
            raise WorkbookError("This is not an .xlsx workbook.") from error
        self.sheets = {
            sheet.get("name", ""): targets[sheet.get(f"{_REL}id", "")]
            for sheet in workbook.iter(f"{_MAIN}sheet")
            if "worksheets/" in targets.get(sheet.get(f"{_REL}id", ""), "")
        }
        self.tables = [table for title in self.sheets for table in self._tables(title)]

    def formulas(self, title: str) -> Iterator[tuple[str, str, Any]]:
        """Address, formula and stored value of each formula cell; no text where a shared formula is repeated."""
        for cell in self._xml(self.sheets[title]).iter(f"{_MAIN}c"):
            formula = cell.find(f"{_MAIN}f")
            if formula is not None:
                yield cell.get("r", ""), formula.text or "", _stored(cell.get("t", "n"), cell.findtext(f"{_MAIN}v"))

    def in_addresses(self, formula: str, address: str) -> str:
        """The formula with `T[Column]` and `T[[#This Row],[Column]]` as addresses.

        The engine knows them, but not inside INDEX, and in a formula of the table itself it calls them circular.
        """
        return _IN_TABLE.sub(lambda match: self._addresses(match, address) or match[0], formula)

    def _addresses(self, match: re.Match[str], address: str) -> str | None:
        heading = match["cell"] or match["column"]
        for table in self.tables:
            if table.name.casefold() != match[1].casefold() or heading not in table.columns:
                continue
            column = _letters(table.area[1] + table.columns.index(heading))
            sheet = "'" + table.sheet.replace("'", "''") + "'!"
            if match["row"]:
                return f"{sheet}${column}{_row_and_column(address)[0]}"
            return f"{sheet}${column}${table.first_row}:${column}${table.last_row}"
        return None

    def _tables(self, title: str) -> Iterator[_Table]:
        for _, target in self._relations(self.sheets[title]):
            if "/tables/" not in target:
                continue
            root = self._xml(target)
            first, _, last = root.get("ref", "A1").partition(":")
            area = (*_row_and_column(first), *_row_and_column(last or first))
            columns = tuple(column.get("name", "") for column in root.iter(f"{_MAIN}tableColumn"))
            totals = root.get("totalsRowCount", "0") != "0"
            yield _Table(root.get("displayName", ""), title, area, columns, totals)

    def _relations(self, part: str) -> Iterator[tuple[str, str]]:
        folder, name = posixpath.split(part)
        path = f"{folder}/_rels/{name}.rels"
        if path not in self._zip.namelist():
            return
        for relation in self._xml(path):
            target = relation.get("Target", "")
            if relation.get("TargetMode") != "External":
                yield relation.get("Id", ""), posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")

    def _xml(self, part: str) -> Any:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        try:
            return etree.fromstring(self._zip.read(part), parser)
        except (KeyError, zipfile.BadZipFile, etree.XMLSyntaxError) as error:
            raise WorkbookError(f"The workbook is damaged: its part {part} cannot be read.") from error


def _stored(kind: str, text: str | None) -> Any:
    """A stored value as the engine takes it."""
    if not text or kind == "str":
        return text if kind == "str" else None
    if kind == "e":
        return _error_for_engine(text)
    try:
        return text == "1" if kind == "b" else float(text)
    except ValueError:
        return text


def _row_and_column(address: str) -> tuple[int, int]:
    found = re.fullmatch(r"([A-Z]+)([0-9]+)", address.replace("$", ""))
    if found is None:
        raise WorkbookError(f'The workbook names a cell "{address}", which is not an address.')
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]), column


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
