"""The sheets of a workbook that are read, and what is said about them. Runs in the process that `excel` starts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from clv_xl.sources.errors import SourceError
from clv_xl.sources.sheet_extent import Extent, extents
from clv_xl.sources.sheets import Sheet, sheet
from clv_xl.sources.tables import check_header, columns
from clv_xl.sources.together import differing, line_up, repeats

ALL = "*"
_EXACT = 1e15
"""A cell keeps 15 digits of a number."""


def read(path: Path, wanted: Sequence[str]) -> tuple[dict[str, list[Any]], list[str]]:
    """The columns of the sheets that are wanted, of those that look like orders where none is; and notes.

    Raises SourceError for a sheet that is not there, that is empty or reaches too far, and where it is open which of
    several sheets are meant.
    """
    book = _Book(path)
    given = [_named(name, book.names, path) for name in wanted if name != ALL]
    if not given:
        given = _all(book, path) if ALL in wanted else [_only(book, path)]
    chosen = [book.sheet(name) for name in dict.fromkeys(given)]
    for each in chosen:
        if each.is_empty:
            raise SourceError(f"The sheet {each.shown} of {path} is empty.")
        check_header(each.names, f"The sheet {each.shown} of {path}")
    if differing(chosen):
        raise SourceError(f"{differing(chosen)}; give the columns one name, or read one sheet at a time.")
    names, rows = line_up(chosen)
    if not any(rows):
        listed = ", ".join(each.shown for each in chosen)
        raise SourceError(f"The sheet {listed} of {path} has a header and no rows.")
    notes = [_read_note(each, len(found), len(book.names)) for each, found in zip(chosen, rows, strict=True)]
    notes += _unread(book, [each.name for each in chosen])
    if len(chosen) > 1:
        notes += repeats(names, rows)
    found = columns(names, [row for part in rows for row in part])
    return found, [*notes, *_cautions(book, chosen, found)]


class _Book:
    """A workbook whose sheets are read when they are asked for."""

    def __init__(self, path: Path) -> None:
        from python_calamine import SheetTypeEnum

        self.extents: dict[str, Extent] = extents(path)
        self._book = _opened(path)
        kinds = {each.name: each for each in self._book.sheets_metadata}
        self.names = [n for n, each in kinds.items() if each.typ == SheetTypeEnum.WorkSheet]
        self._hidden = {n for n, each in kinds.items() if "Hidden" in str(each.visible)}
        self._sheets: dict[str, Sheet] = {}

    def reaches_too_far(self, name: str) -> bool:
        """Whether its values stand too far from each other to be read."""
        return name in self.extents and self.extents[name].too_far

    def sheet(self, name: str) -> Sheet:
        """A sheet. Raises SourceError for one that reaches too far."""
        if self.reaches_too_far(name):
            raise SourceError(
                f'The sheet "{name}" holds something far outside its table, in the cell {self.extents[name].far}, '
                "perhaps only a space; delete the rows and columns beyond the table and save, or save it as CSV."
            )
        if name not in self._sheets:
            self._sheets[name] = sheet(name, name in self._hidden, self._book.get_sheet_by_name(name))
        return self._sheets[name]

    def readable(self) -> list[Sheet]:
        """All sheets that hold something and do not reach too far."""
        found = [self.sheet(name) for name in self.names if not self.reaches_too_far(name)]
        return [each for each in found if not each.is_empty]


def _opened(path: Path) -> Any:
    """The workbook, by the ending of its name, or by its content where the ending is that of another kind."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return CalamineWorkbook.from_path(path)
    except CalamineError as error:
        try:
            return CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        except CalamineError:
            raise error from None


def _named(name: str, there: Sequence[str], path: Path) -> str:
    """The sheet with that name; to Excel, names are the same in any case."""
    if name in there:
        return name
    alike = [other for other in there if other.strip().casefold() == name.strip().casefold()]
    if len(alike) != 1:
        raise SourceError(f'{path} has no sheet "{name}"; there are: {", ".join(there)}.')
    return alike[0]


def _only(book: _Book, path: Path) -> str:
    """The sheet that is meant where none is named. Raises SourceError where it may as well be another one."""
    sheets = book.readable()
    best = _best(sheets)
    if best is None or best.parts < 3:
        far = [name for name in book.names if book.reaches_too_far(name)]
        if far:
            return far[0]
    if best is None:
        raise SourceError(f"{path} is empty.")
    rivals = [each for each in sheets if each is not best and _as_good(each, best)]
    if rivals:
        raise SourceError(_open_question(path, [each for each in sheets if each is best or each in rivals], best))
    return best.name


def _best(sheets: Sequence[Sheet]) -> Sheet | None:
    """The first table, unless a later one names more of the columns needed, two at least."""
    tables = [each for each in sheets if each.is_table]
    if not tables:
        return sheets[0] if sheets else None
    most = max(tables, key=lambda each: each.parts)
    return most if most.parts >= 2 else tables[0]


def _as_good(other: Sheet, best: Sheet) -> bool:
    return other.is_table and (other.columns == best.columns or other.parts == best.parts == 3)


def _open_question(path: Path, alike: Sequence[Sheet], best: Sheet) -> str:
    listed = ", ".join(each.shown for each in alike)
    every = " ".join(f'--sheet "{each.name}"' for each in alike)
    same = all(each.columns == best.columns for each in alike)
    what = "with the same columns" if same else "with orders, their columns not all the same"
    return (
        f'{path} has {len(alike)} sheets {what}: {listed}; read all of them with --sheet "*", '
        f'some with {every}, or one with --sheet "{best.name}".'
    )


def _all(book: _Book, path: Path) -> list[str]:
    """The sheets that hold the same table as the best one, or orders too."""
    sheets = book.readable()
    best = _best(sheets)
    if best is None:
        raise SourceError(f"{path} is empty.")
    for name in book.names:
        book.sheet(name)  # raises for one that reaches too far: nobody can say that it has no orders
    return [each.name for each in sheets if each is best or _as_good(each, best)]


def _read_note(sheet: Sheet, rows: int, of: int) -> str:
    others = f" of {of}" if of > 1 else ""
    header = f", header in row {sheet.header}" if sheet.header > 1 else ""
    return f"Excel, sheet {sheet.shown}{others}{header}, {rows:,} rows."


def _unread(book: _Book, chosen: Sequence[str]) -> list[str]:
    """The sheets that were not read, those without anything aside."""
    far = [
        f'"{n}" (it holds something far outside, in {book.extents[n].far})'
        for n in book.names
        if n not in chosen and book.reaches_too_far(n)
    ]
    others = [each.shown for each in book.readable() if each.name not in chosen]
    return [f"Not read: {', '.join([*others, *far])}."] if others or far else []


def _cautions(book: _Book, chosen: Sequence[Sheet], found: dict[str, list[Any]]) -> list[str]:
    """What a reader of the figures should know about the cells."""
    notes = [
        f"The heading {name} stands on several columns; the later ones are numbered: {name} (2)."
        for name in dict.fromkeys(name for each in chosen for name in each.repeated)
    ]
    joined = [f"“{name}”" for name in dict.fromkeys(name for each in chosen for name in each.joined)]
    if joined:
        notes.append(f"Headings in two rows were put together: {', '.join(joined)}.")
    if merged := sum(each.merged for each in chosen):
        notes.append(f"{merged:,} merges of cells reach over several rows of data: the value counts in the first one.")
    seen = [book.extents[each.name] for each in chosen if each.name in book.extents]
    for count, what in (
        (sum(each.hidden_rows for each in seen), "rows are hidden, by a filter or by hand, and were read all the same"),
        (sum(each.errors for each in seen), "cells hold an error such as #N/A and were taken as empty"),
        (
            sum(each.not_calculated for each in seen),
            "formulas have no stored value and were taken as empty; open the workbook in Excel and save it",
        ),
    ):
        if count:
            notes.append(f"{count:,} {what}.")
    for name, values in found.items():
        if any(type(v) in (int, float) and abs(v) >= _EXACT for v in values):
            notes.append(f"“{name}” holds numbers of more than 15 digits, which Excel rounds: two may have become one.")
    return notes
