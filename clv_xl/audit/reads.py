"""What is read by formulas, charts, validations and formats: which cells are used, and which formulas read nothing."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

from clv_xl.audit.cells import Cell
from clv_xl.audit.formula import Area, Facts, Reference, Token, area_at, area_of, ends_of, references, scan
from clv_xl.audit.package import CHART, inner_text
from clv_xl.audit.workbook import Sheet, Table, Workbook

# These look at where their argument stands, not at what stands in it.
_LOOK_AT_PLACE = frozenset(("ROW", "ROWS", "COLUMN", "COLUMNS", "SHEET", "SHEETS", "ISBLANK", "ISREF", "FORMULATEXT"))
_MAX_NAME_DEPTH = 8

Place = tuple[Sheet, Area]
PlacesAt = Callable[[int, int], list[Place]]


class Resolver:
    """Finds the cells that references stand for."""

    def __init__(self, book: Workbook) -> None:
        self._book = book

    def places(self, tokens: Iterable[Token], sheet: Sheet, row: int = 0) -> Iterator[tuple[Reference, Place]]:
        """Each reference with the cells it reads; the row is the formula's own, for [#This Row]."""
        yield from self._places(list(tokens), sheet, row, 0)

    def _places(self, tokens: list[Token], sheet: Sheet, row: int, depth: int) -> Iterator[tuple[Reference, Place]]:
        for reference in references(tokens):
            if reference.kind == "area":
                for target in self._sheets(reference.sheet, sheet):
                    yield reference, (target, area_of(reference.text))
            elif reference.kind == "table":
                yield from ((reference, place) for place in self._columns(reference.text, sheet, row))
            else:
                yield from self._named(reference, sheet, row, depth)

    def _named(self, reference: Reference, sheet: Sheet, row: int, depth: int) -> Iterator[tuple[Reference, Place]]:
        if table := self._book.tables.get(reference.text.casefold()):
            yield reference, (table[0], table[1].data)
        elif depth < _MAX_NAME_DEPTH and (name := self._book.named.get(reference.text.casefold())):
            inner = self._places(list(name.tokens), sheet, row, depth + 1)
            yield from ((reference, place) for _, place in inner)

    def reads(self, facts: Facts, sheet: Sheet) -> list[tuple[Reference, PlacesAt]]:
        """The references of a formula on a sheet, each with the places it means in a cell at a row and column."""
        found: list[tuple[Reference, PlacesAt]] = []
        for reference in facts.references:
            if reference.kind == "area":
                found.append((reference, self._moving(reference, facts, sheet)))
            elif reference.kind == "table":
                found.append((reference, self._of_table(reference.text, sheet)))
            else:
                found.append((reference, _always([place for _, place in self._named(reference, sheet, 0, 0)])))
        return found

    def _moving(self, reference: Reference, facts: Facts, sheet: Sheet) -> PlacesAt:
        ends, targets = ends_of(reference.text), self._sheets(reference.sheet, sheet)

        def places(row: int, column: int) -> list[Place]:
            area = area_at(ends, row - facts.row, column - facts.column)
            return [(target, area) for target in targets]

        return places

    def _of_table(self, text: str, sheet: Sheet) -> PlacesAt:
        if "this row" in text.casefold():
            return lambda row, _column: list(self._columns(text, sheet, row))
        return _always(list(self._columns(text, sheet, 0)))

    def _sheets(self, title: str | None, own: Sheet) -> list[Sheet]:
        if title is None:
            return [own]
        ends = [self._book.by_title.get(part.casefold()) for part in title.split(":")]
        known = [sheet.index for sheet in ends if sheet is not None]
        return self._book.sheets[min(known) : max(known) + 1] if known else []

    def _columns(self, text: str, own: Sheet, row: int) -> Iterator[Place]:
        name, _, inner = text.partition("[")
        found = self._book.tables.get(name.casefold()) if name else None
        if found is None:
            return
        sheet, table = found
        items = structured_items("[" + inner)
        columns = [table.columns.index(c) for item in items for c in table.columns if c.casefold() == item.casefold()]
        left = table.area.first_column
        first, last = (left + min(columns), left + max(columns)) if columns else table.area[1::2]
        rows = _rows(table, {item.casefold() for item in items}, row)
        yield sheet, Area(rows[0], first, rows[1], last)


def _always(places: list[Place]) -> PlacesAt:
    return lambda _row, _column: places


def structured_items(brackets: str) -> list[str]:
    """The items and columns named in the brackets of a structured reference, escapes undone."""
    inner = re.findall(r"\[((?:[^\[\]']|'.)*)\]", brackets) or [brackets.strip("[]")]
    return [re.sub(r"'(.)", r"\1", item) for item in inner if item.strip()]


def _rows(table: Table, items: set[str], row: int) -> tuple[int, int]:
    if "#this row" in items and row:
        return row, row
    if "#headers" in items:
        return table.area.first_row, table.area.first_row
    if "#all" in items:
        return table.area.first_row, table.area.last_row
    if "#totals" in items:
        return table.area.last_row, table.area.last_row
    return table.data.first_row, table.data.last_row


class Used:
    """The cells that something reads, as merged runs of rows by sheet and column."""

    def __init__(self) -> None:
        self._runs: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._seen: set[tuple[int, Area]] = set()

    def add(self, place: Place) -> None:
        """Note that these cells are read."""
        sheet, area = place
        if (sheet.index, area) in self._seen:
            return
        self._seen.add((sheet.index, area))
        for column in range(area.first_column, min(area.last_column, sheet.last_column) + 1):
            self._runs.setdefault((sheet.index, column), []).append((area.first_row, area.last_row))

    def merge(self) -> None:
        """Sort and join the runs; to be called once, before asking."""
        for key, runs in self._runs.items():
            joined: list[tuple[int, int]] = []
            for first, last in sorted(runs):
                if joined and first <= joined[-1][1] + 1:
                    joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
                else:
                    joined.append((first, last))
            self._runs[key] = joined

    def holds(self, sheet: Sheet, cell: Cell) -> bool:
        """Whether something reads the cell."""
        runs = self._runs.get((sheet.index, cell.column), [])
        at = bisect_right(runs, (cell.row, 1 << 60)) - 1
        return at >= 0 and runs[at][0] <= cell.row <= runs[at][1]


class Filled:
    """Where something stands, to tell empty ranges from filled ones without walking through them."""

    def __init__(self, sheet: Sheet) -> None:
        self._columns: dict[int, list[int]] = {}
        for (row, column), cell in sorted(sheet.cells.items()):
            if not cell.blank or cell.spilled:
                self._columns.setdefault(column, []).append(row)
        self._arrays = [a.area for a in sheet.data.arrays if a.area is not None and not a.area.single]

    def any_in(self, area: Area) -> bool:
        """Whether any cell of the area holds something."""
        columns = range(area.first_column, area.last_column + 1)
        for column in columns if area.last_column - area.first_column < len(self._columns) else self._columns:
            rows = self._columns.get(column)
            if rows and area.first_column <= column <= area.last_column:
                at = bisect_right(rows, area.last_row) - 1
                if at >= 0 and rows[at] >= area.first_row:
                    return True
        return any(array.overlaps(area) for array in self._arrays)


def read_by_others(book: Workbook, resolver: Resolver) -> Iterator[Place]:
    """What charts, validations and conditional formats read."""
    for sheet in book.sheets:
        formulas = [formula for validation in sheet.validations for formula in validation.formulas]
        formulas += [inner_text(e) for rule in sheet.elements("cfRule") for e in rule.iterfind("{*}formula")]
        formulas += [formula for part in chart_parts(sheet) for formula in _chart_formulas(sheet, part)]
        for formula in formulas:
            yield from (place for _, place in resolver.places(scan(formula), sheet))


def chart_parts(sheet: Sheet) -> list[str]:
    """The chart parts of a sheet."""
    drawings = sheet.package.related(sheet.part, "drawing")
    return [chart for drawing in drawings for chart in sheet.package.related(drawing, "chart")]


def _chart_formulas(sheet: Sheet, part: str) -> list[str]:
    root = sheet.package.xml(part)
    return [e.text or "" for e in root.iter(CHART + "f")] if root is not None else []


def reads_values(reference: Reference) -> bool:
    """Whether the reference is read for what stands in the cells."""
    return reference.within not in _LOOK_AT_PLACE
