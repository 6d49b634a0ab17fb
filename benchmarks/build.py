"""Times building each template against writing the same cells with bare openpyxl; prints JSON. Started by run.py."""

from __future__ import annotations

import copy
import io
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from openpyxl import Workbook, load_workbook

from clv_xl.templates import TEMPLATES


def bare_writer(data: bytes, parts: tuple[str, ...]) -> Callable[[], bytes]:
    """Writes the same values and formulas with these parts of their style, and no names, charts or cached values."""
    source = load_workbook(io.BytesIO(data))
    sheets = [
        (
            sheet.title,
            [
                (cell.row, cell.column, cell.value, *(copy.copy(getattr(cell, part)) for part in parts))
                for line in sheet.iter_rows()
                for cell in line
                if cell.value is not None or cell.has_style
            ],
            {letter: dimension.width for letter, dimension in sheet.column_dimensions.items()},
        )
        for sheet in source.worksheets
    ]

    def write() -> bytes:
        book = Workbook()
        book.remove(book.active)
        for title, cells, widths in sheets:
            sheet = book.create_sheet(title)
            for letter, width in widths.items():
                sheet.column_dimensions[letter].width = width
            for at_row, column, value, *style in cells:
                cell = sheet.cell(at_row, column, value)
                for part, look in zip(parts, style, strict=True):
                    setattr(cell, part, look)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return write


STYLE = ("font", "fill", "border", "alignment", "number_format", "protection")


def seconds(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main(rounds: int) -> None:
    measured = {}
    for name, template in TEMPLATES.items():
        data = template.build("classic").data
        for what, parts in (("values and styles", STYLE), ("values only", ())):
            bare = bare_writer(data, parts)
            pairs = [(seconds(lambda t=template: t.build("classic")), seconds(bare)) for _ in range(rounds)]
            measured[f"{name} / bare openpyxl, {what}"] = {
                "ours": statistics.median(a for a, _ in pairs),
                "bare": statistics.median(b for _, b in pairs),
                "ratio": statistics.median(a / b for a, b in pairs),
            }
    print(json.dumps(measured))


if __name__ == "__main__":
    main(int(sys.argv[1]))
