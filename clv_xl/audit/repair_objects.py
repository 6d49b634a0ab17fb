"""What makes Excel offer a repair, in tables and charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from clv_xl.audit.charts import AXES
from clv_xl.audit.findings import Problem, in_workbook
from clv_xl.audit.formula import Area, area_of
from clv_xl.audit.formula_storage import Known, storage_faults
from clv_xl.audit.package import CHART, MAIN, local
from clv_xl.audit.reads import chart_parts
from clv_xl.audit.repair_sheet import overlapping
from clv_xl.audit.repair_workbook import bad_name
from clv_xl.audit.workbook import Sheet, Table, Workbook

_TWO_AXES = ("barChart", "lineChart", "areaChart", "scatterChart", "bubbleChart", "radarChart", "stockChart")


def table_faults(book: Workbook, known: Known) -> Iterator[Problem]:
    """Everything that is wrong with tables."""
    everywhere = [table for sheet in book.grids for table in sheet.tables]
    for kind, values in (
        ("name", [table.name.casefold() for table in everywhere]),
        ("id", [table.element.get("id") or "" for table in everywhere]),
    ):
        for value, times in Counter(values).items():
            if times > 1:
                yield in_workbook(f'two tables have the {kind} "{value}"; make it unique')
    for sheet in book.grids:
        for table in sheet.tables:
            messages = (*_shape_faults(table), *_header_faults(sheet, table), *_formula_faults(table, known))
            yield from (sheet.problem(f"table {table.name}: {message}", table.area[:2]) for message in messages)
        yield from _neighbour_faults(sheet)


def _shape_faults(table: Table) -> Iterator[str]:
    if reason := bad_name(table.name):
        yield f"Excel does not allow its name: {reason}"
    width = table.area.last_column - table.area.first_column + 1
    if width != len(table.columns):
        yield f"it has {len(table.columns)} columns, but {table.area} has {width}"
    if table.data.last_row < table.data.first_row:
        yield "it has no data row; leave at least one, even if it is empty"
    count = table.element.find(MAIN + "tableColumns")
    if count is not None and count.get("count") not in (None, str(len(table.columns))):
        yield f"the count of its columns is {count.get('count')}, but there are {len(table.columns)}"
    for what in ("id", "name"):
        values = Counter((c.get(what) or "").casefold() for c in table.element.iter(MAIN + "tableColumn"))
        yield from (f'two columns have the {what} "{value}"' for value, times in values.items() if times > 1)
    own_filter = table.element.find(MAIN + "autoFilter")
    filtered = area_of(own_filter.get("ref") or "A1") if own_filter is not None else None
    if filtered and (filtered[:2] != table.area[:2] or filtered.last_column != table.area.last_column):
        yield f"its filter covers {filtered}, not the table"


def _header_faults(sheet: Sheet, table: Table) -> Iterator[str]:
    for number, column in enumerate(table.columns if table.header else []):
        cell = sheet.cells.get((table.area.first_row, table.area.first_column + number))
        if cell is None or not cell.is_text:
            yield f'the header cell of column "{column}" holds no text'
        elif cell.value != column:
            yield f'the header cell says "{cell.value}", but the column is called "{column}"'


def _formula_faults(table: Table, known: Known) -> Iterator[str]:
    for name in ("calculatedColumnFormula", "totalsRowFormula"):
        for element in table.element.iter(MAIN + name):
            yield from storage_faults(element.text or "", known)


def _neighbour_faults(sheet: Sheet) -> Iterator[Problem]:
    areas = [table.area for table in sheet.tables]
    for first, second in overlapping(areas):
        yield sheet.problem(f"the tables at {first} and {second} overlap", second[:2])
    for kind, others in (("merge", _refs(sheet, "mergeCell")), ("sheet's filter", _own_filter(sheet))):
        for other in others:
            for area in (a for a in areas if a.overlaps(other)):
                yield sheet.problem(f"the {kind} {other} overlaps the table at {area}", other[:2])
    for array in sheet.data.arrays:
        if array.area is None or (array.area.single and not array.dynamic):
            continue
        if any(array.area.overlaps(area) for area in areas):
            yield sheet.problem("a formula that spills stands in a table, where Excel gives #SPILL!", array.anchor)


def _refs(sheet: Sheet, name: str) -> list[Area]:
    return [area_of(element.get("ref") or "A1") for element in sheet.elements(name)]


def _own_filter(sheet: Sheet) -> list[Area]:
    element = sheet.root.find(MAIN + "autoFilter") if sheet.root is not None else None
    return [area_of(element.get("ref") or "A1")] if element is not None else []


def chart_faults(book: Workbook, known: Known) -> Iterator[Problem]:
    """Everything that is wrong with charts."""
    for sheet in book.sheets:
        for part in chart_parts(sheet):
            yield from (sheet.problem(f"chart {part}: {message}") for message in _chart_messages(book, part, known))


def _chart_messages(book: Workbook, part: str, known: Known) -> Iterator[str]:
    root = book.package.xml(part)
    if root is None:
        return
    plot = root.find(f".//{CHART}plotArea")
    if plot is None:
        yield "it has no plot area"
        return
    for element in root.iter(CHART + "f"):
        yield from storage_faults(element.text or "", known, tables_allowed=False)
    axes = [axis for axis in plot if local(axis) in AXES]
    defined = {_value(axis, "axId") for axis in axes}
    for axis in axes:
        if _value(axis, "crossAx") not in defined:
            yield f"the axis {_value(axis, 'axId')} crosses the axis {_value(axis, 'crossAx')}, which does not exist"
    for group in plot:
        used = [e.get("val") for e in group.iterfind(CHART + "axId")] if local(group) not in AXES else []
        yield from (f"it uses the axis {axis}, which does not exist" for axis in used if axis not in defined)
        if local(group) in _TWO_AXES and len(used) != 2:
            yield f"a {local(group)} needs two axes, it has {len(used)}"
    for what in ("idx", "order"):
        numbers = Counter(_value(series, what) for series in plot.iter(CHART + "ser"))
        yield from (f"two series have the {what} {value}" for value, times in numbers.items() if times > 1)


def _value(element: etree._Element, name: str) -> str | None:
    child = element.find(CHART + name)
    return None if child is None else child.get("val")
