"""The workbook as the rules see it: sheets with cells, tables, names, validations, charts, recalculated values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from lxml import etree

from clv_xl.audit.cells import Cell, SheetData, SheetReader, Value, read_strings
from clv_xl.audit.findings import Problem, shown
from clv_xl.audit.formula import Area, Facts, Token, address, area_of, areas_of, relative, scan
from clv_xl.audit.package import MAIN, RELATIONSHIP, Package, damaged, decoded, flag, inner_text, local
from clv_xl.audit.styles import Look, Styles, read_styles


@dataclass
class Table:
    """A table of a sheet (Insert > Table)."""

    part: str
    name: str
    area: Area
    columns: list[str]
    header: bool
    totals: bool
    style: str
    element: etree._Element

    @property
    def data(self) -> Area:
        """The rows between header and totals."""
        top, left, bottom, right = self.area
        return Area(top + self.header, left, bottom - self.totals, right)


@dataclass(frozen=True)
class DefinedName:
    """A name of the workbook or of one sheet."""

    name: str
    formula: str
    sheet: int | None
    """Index of the sheet that owns it; None for the whole workbook."""
    hidden: bool
    tokens: tuple[Token, ...]

    @property
    def built_in(self) -> bool:
        """Whether it is one of Excel's own, as print areas are."""
        return self.name.lower().startswith("_xlnm.")


@dataclass(frozen=True)
class Validation:
    """A data validation and the cells it watches."""

    areas: tuple[Area, ...]
    kind: str
    prompt: str
    error: str
    shows_prompt: bool
    shows_error: bool
    formulas: tuple[str, ...]
    element: etree._Element


@dataclass
class Sheet:
    """One sheet. Chart sheets have no cells."""

    index: int
    title: str
    part: str
    state: str
    kind: str
    """As "worksheet" or "chartsheet"."""
    package: Package
    styles: Styles
    data: SheetData = field(default_factory=SheetData)
    root: etree._Element | None = None
    """The sheet's XML, its rows taken out."""

    @property
    def is_grid(self) -> bool:
        """Whether it has cells."""
        return self.kind == "worksheet" and self.root is not None

    @property
    def cells(self) -> dict[tuple[int, int], Cell]:
        """The stored cells by row and column."""
        return self.data.cells

    @cached_property
    def formulas(self) -> list[Cell]:
        """The formula cells."""
        return [cell for cell in self.cells.values() if cell.formula is not None]

    @cached_property
    def rows(self) -> dict[int, list[Cell]]:
        """The cells that hold something, by row, from left to right."""
        found: dict[int, list[Cell]] = {}
        for place in sorted(self.cells):
            if not self.cells[place].blank:
                found.setdefault(place[0], []).append(self.cells[place])
        return found

    @cached_property
    def column_headers(self) -> dict[tuple[int, int], Cell]:
        """For each cell the first text above it that is reached through filled cells only."""
        headers: dict[tuple[int, int], Cell] = {}
        for row, column in sorted(self.cells):
            above = self.cells.get((row - 1, column))
            if above is not None and above.is_text:
                headers[row, column] = above
            elif above is not None and not above.blank and (row - 1, column) in headers:
                headers[row, column] = headers[row - 1, column]
        return headers

    @cached_property
    def last_row(self) -> int:
        """The last row with content."""
        return max(self.rows, default=0)

    @cached_property
    def last_column(self) -> int:
        """The last column with a stored cell."""
        return max((column for _, column in self.cells), default=0)

    @cached_property
    def inputs(self) -> list[Cell]:
        """The cells in input style."""
        return [cell for cell in self.cells.values() if self.look(cell).is_input]

    def look(self, cell: Cell) -> Look:
        """How a cell is formatted."""
        return self.styles.look(cell.style)

    def problem(self, message: str, place: Cell | tuple[int, int] | None = None) -> Problem:
        """A problem of the sheet, or of one of its cells."""
        if place is None:
            return Problem((self.index, 0, 0), self.title, message)
        row, column = (place.row, place.column) if isinstance(place, Cell) else place
        return Problem((self.index, row, column), f"{self.title}!{address(row, column)}", message)

    def elements(self, name: str) -> Iterator[etree._Element]:
        """The elements of one name in the sheet's XML, in whatever namespace extensions put them."""
        return iter(()) if self.root is None else self.root.iter(f"{{*}}{name}")

    def element(self, name: str) -> etree._Element | None:
        """The first element of a name."""
        return next(self.elements(name), None)

    @cached_property
    def tables(self) -> list[Table]:
        """The tables of the sheet."""
        roots = ((part, self.package.xml(part)) for part in self.package.related(self.part, "table"))
        return [_table(part, root) for part, root in roots if root is not None]

    def table_at(self, cell: Cell) -> Table | None:
        """The table a cell lies in, header and totals included."""
        return next((t for t in self.tables if t.area.holds(cell.row, cell.column)), None)

    @cached_property
    def validations(self) -> list[Validation]:
        """The data validations."""
        return [_validation(element) for element in self.elements("dataValidation")]

    @cached_property
    def commented(self) -> set[tuple[int, int]]:
        """The cells with a comment."""
        parts = (part for kind in ("comments", "threadedComment") for part in self.package.related(self.part, kind))
        roots = (self.package.xml(part) for part in parts)
        refs = (e.get("ref") or "A1" for root in roots if root is not None for e in root.iter("{*}comment"))
        return {area_of(ref)[:2] for ref in refs}


@dataclass
class Workbook:
    """A whole workbook, and what recalculation made of it."""

    package: Package
    root: etree._Element
    styles: Styles
    sheets: list[Sheet]
    strings: int
    """How many shared strings there are."""
    raw: bytes = b""
    calculated: dict[str, dict[str, Value]] = field(default_factory=dict)
    calculation_failure: str = ""
    _facts: dict[str, Facts] = field(default_factory=dict)
    _latest: dict[int, Facts] = field(default_factory=dict)
    """The last formula looked at in each column, and at 0 the last of all: the next cell often is filled from one."""
    _patterns: dict[int, list[tuple[Facts, list[Cell]]]] = field(default_factory=dict)

    @property
    def grids(self) -> list[Sheet]:
        """The sheets that have cells."""
        return [sheet for sheet in self.sheets if sheet.is_grid]

    @cached_property
    def names(self) -> list[DefinedName]:
        """The defined names."""
        return [_defined_name(element) for element in self.root.iter(MAIN + "definedName")]

    @cached_property
    def named(self) -> dict[str, DefinedName]:
        """The names of the whole workbook, in lower case."""
        return {n.name.casefold(): n for n in self.names if n.sheet is None and not n.built_in}

    @cached_property
    def tables(self) -> dict[str, tuple[Sheet, Table]]:
        """All tables by name in lower case."""
        return {table.name.casefold(): (sheet, table) for sheet in self.grids for table in sheet.tables}

    @cached_property
    def by_title(self) -> dict[str, Sheet]:
        """The sheets by title in lower case."""
        return {sheet.title.casefold(): sheet for sheet in self.sheets}

    def facts(self, cell: Cell) -> Facts:
        """What is to be said about a cell's formula, shared with all cells it was filled to."""
        if cell.facts is None:
            near = (self._latest.get(cell.column), self._latest.get(0))
            same = (f for f in near if f is not None and f.filled_to(cell.row, cell.column) == cell.formula)
            facts = next(same, None) or self._scanned(cell)
            cell.facts = self._latest[cell.column] = self._latest[0] = facts
        return cell.facts

    def _scanned(self, cell: Cell) -> Facts:
        tokens = tuple(cell.tokens)
        form = relative(tokens, cell.row, cell.column)
        return self._facts.setdefault(form, Facts(tokens, form, cell.row, cell.column))

    def patterns(self, sheet: Sheet) -> list[tuple[Facts, list[Cell]]]:
        """The formulas of a sheet, each with the cells that it was filled to."""
        if sheet.index not in self._patterns:
            cells: dict[Facts, list[Cell]] = {}
            for cell in sheet.formulas:
                cells.setdefault(self.facts(cell), []).append(cell)
            self._patterns[sheet.index] = list(cells.items())
        return self._patterns[sheet.index]

    def result(self, sheet: Sheet, cell: Cell) -> Value:
        """The value of a cell: of a formula as recalculated where that was possible, otherwise as stored."""
        fresh = self.calculated.get(sheet.title) if cell.formula is not None or cell.spilled else None
        return cell.value if fresh is None else fresh.get(cell.address, cell.value)

    def cells_of(self, name: DefinedName) -> list[tuple[Sheet, Area]]:
        """The cells a name stands for; none where it stands for something else."""
        tokens = [t for t in name.tokens if t.kind != "space"]
        found = []
        for before, token in pairwise(tokens):
            if before.kind == "sheet" and token.kind == "area":
                sheet = self.by_title.get(_title(before.text))
                found += [(sheet, area_of(token.text))] if sheet else []
        only_cells = all(t.kind in ("sheet", "area", "comma") for t in tokens)
        return found if only_cells else []


def load(data: bytes) -> Workbook:
    """Read a workbook, or raise NotAWorkbook."""
    package = Package(data)
    root = package.xml(package.workbook)
    assert root is not None  # Package has looked
    styles, strings = read_styles(package), read_strings(package)
    sheets = [_sheet(i, e, package, styles, strings) for i, e in enumerate(root.iterfind(f"{MAIN}sheets/{MAIN}sheet"))]
    package.parse_all()
    return Workbook(package, root, styles, sheets, len(strings), data)


def _sheet(index: int, element: etree._Element, package: Package, styles: Styles, strings: list[str]) -> Sheet:
    link = package.relationships(package.workbook).get(element.get(RELATIONSHIP + "id") or "")
    part, kind = (link.target, link.type) if link else ("", "missing")
    sheet = Sheet(index, element.get("name") or "", part, element.get("state") or "visible", kind, package, styles)
    if kind == "missing" or (kind == "worksheet" and part not in package):
        raise damaged(f'the part with its sheet "{shown(sheet.title)}" is missing')
    if kind == "worksheet":
        sheet.data = SheetReader(strings).read(package, part)
        sheet.root = package.xml(part)
        if sheet.root is None:
            raise damaged(f'its sheet "{shown(sheet.title)}" ({part}) is cut off or not well-formed')
    return sheet


def _title(prefix: str) -> str:
    text = prefix[:-1]
    return (text[1:-1].replace("''", "'") if text.startswith("'") else text).casefold()


def _table(part: str, root: etree._Element) -> Table:
    columns = [decoded(column.get("name") or "") for column in root.iter(MAIN + "tableColumn")]
    info = root.find(MAIN + "tableStyleInfo")
    return Table(
        part,
        root.get("displayName") or "",
        area_of(root.get("ref") or "A1"),
        columns,
        root.get("headerRowCount") != "0",
        (root.get("totalsRowCount") or "0") != "0",
        (info.get("name") or "") if info is not None else "",
        root,
    )


def _defined_name(element: etree._Element) -> DefinedName:
    owner = element.get("localSheetId")
    formula = (element.text or "").strip()
    sheet = int(owner) if owner and owner.isdecimal() else None
    return DefinedName(element.get("name") or "", formula, sheet, flag(element, "hidden"), tuple(scan(formula)))


def _validation(element: etree._Element) -> Validation:
    sqref = element.get("sqref") or "".join(e.text or "" for e in element if local(e) == "sqref")
    formulas = (inner_text(e) for e in element if local(e) in ("formula1", "formula2"))
    return Validation(
        tuple(areas_of(sqref)),
        element.get("type") or "none",
        (element.get("prompt") or "").strip(),
        (element.get("error") or "").strip(),
        flag(element, "showInputMessage"),
        flag(element, "showErrorMessage"),
        tuple(formula for formula in formulas if formula),
        element,
    )
