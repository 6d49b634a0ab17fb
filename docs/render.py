"""Draw a workbook: one PNG for each printed page.

    python docs/render.py workbooks/starbucks.xlsx pages/
    python docs/render.py workbooks/starbucks.xlsx --page 4 --crop 40 45 665 915 --picture docs/images/starbucks.png

Needs LibreOffice (soffice) and poppler (pdftoppm), and the fonts Carlito and Liberation for the right widths. Cells
are drawn with the values that the file carries, so that functions of the add-in show theirs without it.
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from lxml import etree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_TIMEOUT = 180


def frozen(workbook: bytes) -> bytes:
    """A copy in which every formula is replaced by its cached value."""
    source = zipfile.ZipFile(io.BytesIO(workbook))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as copy:
        for name in source.namelist():
            part = source.read(name)
            if name.startswith("xl/worksheets/sheet"):
                root = etree.fromstring(part)
                for formula in list(root.iter(f"{_MAIN}f")):
                    cell = formula.getparent()
                    cell.remove(formula)
                    if cell.get("t") == "b":  # a constant needs a number format to be drawn as a logical
                        cell.set("t", "str")
                        cell[0].text = "TRUE" if cell[0].text == "1" else "FALSE"
                part = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            copy.writestr(name, part)
    return stream.getvalue()


def render(workbook: bytes, folder: Path, dots_per_inch: int = 90, crop: list[int] | None = None) -> list[Path]:
    """Draw the printed pages, or the same part of each, into a folder; returns the pictures in order."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        (place / "book.xlsx").write_bytes(frozen(workbook))
        profile = f"-env:UserInstallation={(place / 'profile').as_uri()}"
        convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", scratch, "book.xlsx"]
        subprocess.run(convert, check=True, cwd=scratch, capture_output=True, timeout=_TIMEOUT)
        part = [word for pair in zip(("-x", "-y", "-W", "-H"), map(str, crop or ()), strict=False) for word in pair]
        draw = ["pdftoppm", "-r", str(dots_per_inch), *part, "-png", "book.pdf", "page"]
        subprocess.run(draw, check=True, cwd=scratch, capture_output=True, timeout=_TIMEOUT)
        return [Path(shutil.copy(picture, folder / picture.name)) for picture in sorted(place.glob("page*.png"))]


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Draw a workbook: one PNG for each printed page.")
    parser.add_argument("workbook", type=Path)
    parser.add_argument("folder", type=Path, nargs="?", help="where the pages go")
    parser.add_argument("--page", type=int, default=1, help="the page for --picture, from 1")
    parser.add_argument("--picture", type=Path, help="write this one page to a file")
    parser.add_argument("--crop", type=int, nargs=4, metavar="PIXELS", help="left, top, width, height")
    parser.add_argument("--dpi", type=int, default=90)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        pages = render(options.workbook.read_bytes(), options.folder or Path(scratch), options.dpi, options.crop)
        if options.picture:
            shutil.copy(pages[options.page - 1], options.picture)
    print(f"{len(pages)} pages")


if __name__ == "__main__":
    main()
