"""Excel workbooks, read by calamine: values only, no formulas, macros or links are followed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clv_xl.sources.errors import SourceError, one_sentence
from clv_xl.sources.tables import columns, header

_PASSWORD = "EncryptedPackage".encode("utf-16-le")


def read(path: Path, sheet: str | None) -> tuple[dict[str, list[Any]], str]:
    """The columns of a sheet (by default the first one that holds anything), and a note which one was taken.

    Raises SourceError for a file with a password, a damaged one, a sheet that is not there, and an empty one.
    """
    from python_calamine import CalamineWorkbook

    if _PASSWORD in path.read_bytes()[: 1 << 24]:
        raise SourceError(f"{path} is protected by a password; save a copy without one.")
    with one_sentence(f"{path} cannot be read as an Excel workbook"):
        book = CalamineWorkbook.from_path(path)
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise SourceError(f'{path} has no sheet "{sheet}"; there are: {", ".join(names)}.')
        for name in [sheet] if sheet is not None else names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
            rows = [row for row in rows if any(cell != "" for cell in row)]
            if rows:
                break
        else:
            raise SourceError(f"{path} is empty." if sheet is None else f'The sheet "{sheet}" of {path} is empty.')
    where = f'the sheet "{name}" of {path}'
    found = columns(header(rows[0], where[0].upper() + where[1:]), rows[1:])
    if not rows[1:]:
        raise SourceError(f"T{where[1:]} has a header and no rows.")
    others = f" of {len(names)}" if len(names) > 1 else ""
    return found, f'Excel, sheet "{name}"{others}, {len(rows) - 1:,} rows.'
