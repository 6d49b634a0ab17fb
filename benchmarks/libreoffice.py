"""LibreOffice: a hard recalculation of 100,000 CLV cells against a trivial add-in function, and as one array formula.

    python benchmarks/libreoffice.py            needs LibreOffice, and a Python with `uno` (Debian: python3-uno)
    python benchmarks/libreoffice.py --quick    10,000 cells

The trivial functions are written in Python too and have CLV's signature. One answers 1, one hands its first argument
back: what they cost is LibreOffice, its bridge to Python and its conversion of values, so the rest is ours. The bridge
converts every row of a range by itself, so that a column costs much more than a block of as many cells. All are timed
in turn in one LibreOffice.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "hosts" / "libreoffice"))

import calc  # noqa: E402
import conftest  # noqa: E402

ROUNDS = 5
CLV = "CLV, a formula a cell"
TABLE = "trivial: answers 1, as a table like CLV"
PLAIN = "trivial: answers 1, not as a table"
TABLE_CELLS = "CLV of sales by margins, a formula a cell"
BLOCK = "CLV of sales by margins, one array formula"
COLUMNS = "CLV, one array formula over four columns"
ECHO = "trivial: hands the first of four columns back"
KINDS = {
    "t.idl": "application/vnd.sun.star.uno-typelibrary;type=RDB",
    "t.xcu": "application/vnd.sun.star.configuration-data",
    "t.py": "application/vnd.sun.star.uno-component;type=Python",
}
MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<m:manifest xmlns:m="http://openoffice.org/2001/manifest">
{"".join(f'<m:file-entry m:full-path="{name}" m:media-type="{kind}"/>' for name, kind in KINDS.items())}
</m:manifest>
"""
DESCRIPTION = """<?xml version="1.0" encoding="UTF-8"?>
<description xmlns="http://openoffice.org/extensions/description/2006"><identifier value="org.trivial"/>
<version value="1"/></description>
"""
TYPES = """module org { module trivial {
interface XTrivial {
  sequence< sequence< any > > trivial([in] any a, [in] any b, [in] any c, [in] any d, [in] any e);
  sequence< sequence< any > > echo([in] any a, [in] any b, [in] any c, [in] any d, [in] any e);
  any plain([in] any a, [in] any b, [in] any c, [in] any d, [in] any e); };
service Trivial : XTrivial; }; };
"""
COMPONENT = """import unohelper
from com.sun.star.lang import XServiceInfo
from org.trivial import XTrivial
SERVICES = ("org.trivial.Trivial", "com.sun.star.sheet.AddIn")
class Trivial(unohelper.Base, XTrivial, XServiceInfo):
    def __init__(self, context): pass
    def trivial(self, a, b, c, d, e): return ((1.0,),)
    def echo(self, a, b, c, d, e): return a
    def plain(self, a, b, c, d, e): return 1.0
    def getImplementationName(self): return "org.trivial.Impl"
    def supportsService(self, name): return name in SERVICES
    def getSupportedServiceNames(self): return SERVICES
g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(Trivial, "org.trivial.Impl", SERVICES)
"""


def settings() -> str:
    """The trivial functions' names in LibreOffice's configuration."""

    def function(method: str, shown: str) -> str:
        names = f'<prop oor:name="DisplayName"><value xml:lang="en">{shown}</value></prop>' + (
            f'<prop oor:name="CompatibilityName"><value xml:lang="en-US">{shown}</value></prop>'
        )
        return f'<node oor:name="{method}" oor:op="replace">{names}</node>'

    all_three = "".join(
        function(method, f"TRIVIAL_{shown}")
        for method, shown in {"trivial": "TABLE", "echo": "ECHO", "plain": "PLAIN"}.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><oor:component-data oor:name="CalcAddIns" '
        'xmlns:oor="http://openoffice.org/2001/registry" oor:package="org.openoffice.Office">'
        '<node oor:name="AddInInfo"><node oor:name="org.trivial.Impl" oor:op="replace"><node oor:name="AddInFunctions">'
        f"{all_three}</node></node></node></oor:component-data>"
    )


def add_trivial(extensions: Path) -> None:
    """An extension beside ours."""
    folder = extensions / "trivial"
    (folder / "META-INF").mkdir(parents=True)
    files = {"META-INF/manifest.xml": MANIFEST, "description.xml": DESCRIPTION, "t.idl": TYPES, "t.py": COMPONENT}
    for name, text in (files | {"t.xcu": settings()}).items():
        (folder / name).write_text(text, encoding="utf-8")


def customers(office: Any, cells: int, formula: str, at_once: bool = False) -> Any:
    """Customers in four columns, and a fifth of formulas, or of one array formula."""
    document = office.new()
    document.set(f"A1:D{cells}", [[5.9 + n % 100 / 100, 218.4, 20.0, 0.2 + n % 7 / 100] for n in range(cells)])
    if at_once:
        document.array_formula(f"E1:E{cells}", formula)
    else:
        document.fill_down(f"E1:E{cells}", formula)
    return document


def block(office: Any, cells: int, at_once: bool) -> Any:
    """A table of a hundred margins across and average sales down, in formulas or in one array formula."""
    document, down = office.new(), cells // 100
    document.set(f"A2:A{down + 1}", [[5.9 + n / 100] for n in range(down)])
    document.set("B1:CW1", [[n / 100 for n in range(100)]])
    if at_once:
        document.array_formula(f"B2:CW{down + 1}", f"=CLV(A2:A{down + 1};218.4;20;B1:CW1)")
    else:
        for column in map(get_column_letter, range(2, 102)):
            document.fill_down(f"{column}2:{column}{down + 1}", f"=CLV($A2;218.4;20;{column}$1)")
    assert abs(document.value("V3") - 5.91 * 218.4 * 20 * 0.20) < 1e-9
    return document


def measure(office: Any, cells: int) -> dict[str, list[float]]:
    """Seconds of hard recalculations of each sheet, in turn, while all of them are open."""
    whole = ";".join(f"{column}1:{column}{cells}" for column in "ABCD")
    sheets = {
        CLV: customers(office, cells, "=CLV(A1;B1;C1;D1)"),
        TABLE: customers(office, cells, "=TRIVIAL_TABLE(A1;B1;C1;D1)"),
        PLAIN: customers(office, cells, "=TRIVIAL_PLAIN(A1;B1;C1;D1)"),
        TABLE_CELLS: block(office, cells, at_once=False),
        BLOCK: block(office, cells, at_once=True),
        COLUMNS: customers(office, cells, f"=CLV({whole})", at_once=True),
        ECHO: customers(office, cells, f"=TRIVIAL_ECHO({whole})", at_once=True),
    }
    assert sheets[CLV].rows("E1:E10") == sheets[COLUMNS].rows("E1:E10")
    assert sheets[TABLE].value(f"E{cells}") == 1.0
    seconds: dict[str, list[float]] = {name: [] for name in sheets}
    for _ in range(ROUNDS):
        for name, document in sheets.items():
            start = time.perf_counter()
            document.calculate()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def report(seconds: dict[str, list[float]], cells: int) -> None:
    """Medians, and medians of the rounds' ratios."""
    for name, found in seconds.items():
        middle = statistics.median(found)
        print(f"{name:<46}{middle:>8.3f} s{middle / cells * 1e6:>9.2f} us a cell")

    def ratio(what: str, above: str, below: str, goal: str) -> None:
        found = statistics.median(a / b for a, b in zip(seconds[above], seconds[below], strict=True))
        print(f"{what:<52}{found:>8.2f}x   {goal}")

    ratio("CLV / trivial function, a table both", CLV, TABLE, "goal 1.5x at most")
    ratio("CLV / trivial function that gives no table", CLV, PLAIN, "")
    ratio("sales by margins, a formula a cell / one for all", TABLE_CELLS, BLOCK, "goal 20x at least")
    ratio("four columns, a formula a cell / one for all", CLV, COLUMNS, "")
    ratio("  the most that is possible there", CLV, ECHO, "")


def main() -> None:
    """Measure with the package in LibreOffice's process, then in a worker."""
    soffice, python = shutil.which("soffice"), "/usr/bin/python3"
    if soffice is None:
        sys.exit("LibreOffice is not installed")
    cells = 10_000 if "--quick" in sys.argv else 100_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for mode, size in (("in process", cells), ("in a worker", cells // 10)):
            extensions = conftest.unpacked(folder / mode, mode == "in process")
            add_trivial(extensions)
            (folder / f"profile {mode}").mkdir()
            with calc.Calc(soffice, python, folder / f"profile {mode}", extensions) as office:
                print(f"\n{size:,} cells, {mode}")
                report(measure(office, size), size)


if __name__ == "__main__":
    main()
