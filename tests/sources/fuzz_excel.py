"""Read damaged workbooks, each in a process of its own as the command does: python tests/sources/fuzz_excel.py COUNT.

Prints what came of them. Fails where a reader took too long or too much memory. A reader that broke down is as good as
a sentence: that is what `clv_xl.sources.excel` makes of it.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import random
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

from openpyxl import Workbook

from clv_xl.sources.excel_child import main

SECONDS, KILOBYTES = 20, 2 << 20
_INSERTED = (
    b"99999999999", b"-1", b'"', b"<", b"XFD1048576", b"\0", b"&#0;", b"1e999", b"<c/>", b"<v>", b'<row r="1048576">',
    b"]]>", b"4294967295", b"<!DOCTYPE a>", b"\xff\xfe", b'r="A0"',
)  # fmt: skip


def seed() -> bytes:
    """A small workbook with a title, headings in two rows, text, numbers, dates and an error."""
    book = Workbook()
    book.active.append(["about"])
    sheet = book.create_sheet("Orders")
    for row in (["Report"], [], ["Order", None, "Customer", "Money"], ["Date", "No", "Name", "Amount"]):
        sheet.append(row)
    sheet.merge_cells("A3:B3")
    for i in range(5):
        sheet.append([dt.datetime(2025, 1, 5) + dt.timedelta(days=i), i, f"C{i % 3:04}", i * 1.25])
    sheet.append(["TOTAL", None, None, "#N/A"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def damaged(content: bytes, random_: random.Random) -> bytes:
    """The bytes with one to three of them changed, taken out, repeated or put in."""
    found = bytearray(content)
    for _ in range(random_.randint(1, 3)):
        at = random_.randrange(len(found))
        match random_.randrange(4):
            case 0:
                found[at] = random_.randrange(256)
            case 1 if len(found) > 40:
                del found[at : at + random_.randint(1, 20)]
            case 2:
                found[at:at] = found[at : at + random_.randint(1, 40)]
            case _:
                found[at:at] = random_.choice(_INSERTED)
    return bytes(found)


def damaged_book(content: bytes, random_: random.Random) -> bytes:
    """A workbook damaged as a file, or more often within one of its parts."""
    if not random_.randrange(5):
        return damaged(content, random_)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        parts = {name: book.read(name) for name in book.namelist()}
        hit = random_.choice([name for name in parts if name.startswith("xl/") and "theme" not in name])
        for name, part in parts.items():
            new.writestr(name, damaged(part, random_) if name == hit else part)
    return out.getvalue()


def outcome(path: Path) -> tuple[str, float, int]:
    """What reading the file in a process of its own comes to, and the seconds of work and kilobytes that it takes."""
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        code = 3
        try:
            code = {"read": 0, "wrong": 1}[main(path, [])[0]]
        finally:
            os._exit(code)
    _, status, used = os.wait4(child, 0)
    kind = {0: "read", 1: "refused"}.get(os.waitstatus_to_exitcode(status), "broke down")
    return kind, used.ru_utime + used.ru_stime, used.ru_maxrss


def run(count: int) -> None:
    """Read `count` damaged workbooks."""
    content, seen, worst = seed(), Counter[str](), (0.0, 0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "damaged.xlsx"
        for number in range(count):
            path.write_bytes(damaged_book(content, random.Random(number)))
            kind, seconds, kilobytes = outcome(path)
            seen[kind] += 1
            worst = (max(worst[0], seconds), max(worst[1], kilobytes))
            if seconds > SECONDS or kilobytes > KILOBYTES:
                sys.exit(f"Workbook {number} took {seconds:.1f} s and {kilobytes:,} kB.")
    print(f"{dict(seen)}, at most {worst[0]:.1f} s and {worst[1]:,} kB")


if __name__ == "__main__":
    run(int(sys.argv[1]))
