"""A data table of any length, written as text: no object a cell, so that a hundred thousand rows take seconds.

A sheet holds two sample rows, made by openpyxl in the styles that the table wants; the second with the prefix that
keeps text text. In the saved file they are replaced by the rows themselves.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter

from clv_xl.writing.cell_text import FIRST_DAY, spelled

_EARLIEST = (1980, 1, 1, 0, 0, 0)
_DAY_0 = dt.date(1899, 12, 30).toordinal()
_FIRST_DAY = FIRST_DAY.toordinal()
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_STYLE = re.compile(rb'<c r="[A-Z]+[0-9]+" s="([0-9]+)"')


@dataclass(frozen=True)
class LongTable:
    """Columns of plain values that go to a sheet from a row on, where two sample rows stand.

    Text is written as it is: whoever fills the columns has made sure that a cell can hold it.
    """

    part: str
    """The sheet's part in the package."""
    first_row: int
    columns: Sequence[Sequence[Any]]
    calculated_from: frozenset[int]
    """Positions of the columns that formulas read; the others are left out of the copy that is calculated."""

    def fill(self, package: bytes, *, only_calculated: bool = False) -> bytes:
        """The package with the rows in place of the samples. Compressed, with fixed dates."""
        source = zipfile.ZipFile(io.BytesIO(package))
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1 if only_calculated else 6) as archive:
            for name in source.namelist():
                content = source.read(name)
                entry = zipfile.ZipInfo(name, _EARLIEST)
                entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
                with archive.open(entry, "w") as part:
                    part.writelines(self._filled(content, only_calculated) if name == self.part else (content,))
        return stream.getvalue()

    def _filled(self, sheet: bytes, only_calculated: bool) -> Iterator[bytes]:
        plain, end = self._sample(sheet, self.first_row)
        prefixed, finish = self._sample(sheet, self.first_row + 1)
        last = self.first_row + len(self.columns[0]) - 1
        dimension = rf'\g<1>{get_column_letter(len(self.columns))}{last}"'.encode()
        yield re.sub(rb'(<dimension ref="A1:)[A-Z]+[0-9]+"', dimension, sheet[: plain[0]])
        kept = [n for n in range(len(self.columns)) if not only_calculated or n in self.calculated_from]
        makers = [_bare(get_column_letter(n + 1), _kind(self.columns[n])) for n in kept]
        if not only_calculated:
            looks = [(a.decode(), b.decode()) for a, b in zip(end, finish, strict=True)]
            makers = [_writer(get_column_letter(n + 1), *looks[n], _kind(self.columns[n])) for n in kept]
        rows = zip(*(self.columns[n] for n in kept), strict=True)
        for row, values in enumerate(rows, self.first_row):
            cells = "".join([make(row, value) for make, value in zip(makers, values, strict=True)])
            yield f'<row r="{row}">{cells}</row>'.encode()
        yield sheet[prefixed[1] :]

    @staticmethod
    def _sample(sheet: bytes, row: int) -> tuple[tuple[int, int], list[bytes]]:
        found = re.search(rb'<row r="%d".*?</row>' % row, sheet, re.DOTALL)
        if found is None:
            raise ValueError(f"row {row} of the sheet holds no sample")
        return found.span(), _STYLE.findall(found[0])


def _kind(column: Sequence[Any]) -> str:
    first = next((v for v in column if v is not None), 0)
    if isinstance(first, dt.date):
        return "day"
    return "number" if isinstance(first, int | float) and not isinstance(first, bool) else "text"


def _writer(letter: str, style: str, prefixed: str, kind: str) -> Callable[[int, Any], str]:
    def number(row: int, value: Any) -> str:
        return f'<c r="{letter}{row}" s="{style}"><v>{value!r}</v></c>'

    def day(row: int, value: Any) -> str:
        number = value.toordinal()
        if number < _FIRST_DAY:
            return text(row, f"{value:%Y-%m-%d}")
        return f'<c r="{letter}{row}" s="{style}"><v>{number - _DAY_0}</v></c>'

    def text(row: int, value: Any) -> str:
        said = spelled(str(value))
        look = prefixed if said.startswith(_RISKY) else style
        words = escape(said, {"\r": "&#13;"})
        return f'<c r="{letter}{row}" s="{look}" t="inlineStr"><is><t xml:space="preserve">{words}</t></is></c>'

    return {"number": number, "day": day, "text": text}[kind]


def _bare(letter: str, kind: str) -> Callable[[int, Any], str]:
    """Cells for calculation alone, as short as they can be: the engine reads every one of them."""
    if kind == "text":
        return lambda row, value: f'<c r="{letter}{row}" t="str"><v>{escape(str(value))}</v></c>'
    return lambda row, value: f'<c r="{letter}{row}"><v>{value!r}</v></c>'
