"""What a terminal offers: build templates, look functions up, calculate a formula, check a workbook.

Exit codes: 0 all well; 1 there are findings, or the formula gives an error; 2 the command was used wrongly.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import clv_xl
from clv_xl.addin_cli import addin
from clv_xl.catalogue import REGISTRY
from clv_xl.orders_cli import summarise
from clv_xl.report_cli import report
from clv_xl.worksheet.errors import CellError
from clv_xl.worksheet.registry import Function

if TYPE_CHECKING:
    from clv_xl.builder.book import Built

FINDINGS = 1
WRONG_USE = 2

_KINDS = {
    "error": "errors (wrong figures, or a file that Excel repairs)",
    "warning": "warnings (errors become likely)",
    "form": "in form",
}

app = typer.Typer(
    name="clv-xl",
    help="Customer value for Excel: CLV, CLTV, CAC, LTV:CAC and their families, and workbooks to fill in.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
)
# Off a terminal nothing is wrapped: a line of a file or a pipe is one row, to be searched and cut.
_OFF_TERMINAL = 100_000
_out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _OFF_TERMINAL)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


app.command()(summarise)
app.command()(report)
app.add_typer(addin)


def main() -> None:
    """The command `clv-xl`."""
    app()


def _wrong_use(message: str) -> NoReturn:
    _err.print(f"[red]clv-xl:[/red] {escape(message)}")
    raise typer.Exit(WRONG_USE)


def _version(wanted: bool) -> None:
    if wanted:
        _out.print(f"clv-xl {clv_xl.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Customer value for Excel."""


@app.command()
def build(
    names: Annotated[list[str], typer.Argument(help="Templates to build, for example: starbucks")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder to write to.")] = Path(),
    edition: Annotated[
        str,
        typer.Option(
            metavar="EDITION",
            help="Who calculates the function cells: classic (the Windows add-in, LibreOffice), office (xlwings "
            "Server), lite (xlwings Lite), native (no function cells at all).",
        ),
    ] = "classic",
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Build template workbooks, ready to open in Excel or LibreOffice.

    Examples:

        clv-xl build starbucks

        clv-xl build starbucks -o reports --edition native --force
    """
    from clv_xl.builder.editions import UnknownEdition
    from clv_xl.builder.files import CannotWrite, write
    from clv_xl.templates import TEMPLATES

    names = list(dict.fromkeys(name.lower() for name in names))
    for name in names:
        if name not in TEMPLATES:
            _wrong_use(f'There is no template "{name}"; choose from: {", ".join(TEMPLATES)}.')
    try:
        built = {name: TEMPLATES[name].build(edition.lower()) for name in names}
        for name, workbook in built.items():
            path = write(output / TEMPLATES[name].file_name, workbook.data, force)
            _report(workbook, path)
    except (UnknownEdition, CannotWrite) as error:
        _wrong_use(str(error))
    if any(verdict == "FAIL" for workbook in built.values() for verdict in workbook.checks.values()):
        raise typer.Exit(FINDINGS)


def _report(workbook: Built, path: Path) -> None:
    width = max(len(label) for label, _ in workbook.summary)
    for label, value in workbook.summary:
        _out.print(escape(f"  {label:<{width}}  {value}"))
    _out.print()
    for name, verdict in workbook.checks.items():
        _out.print(escape(f"  {verdict:<12}  {name}"))
    _out.print(f"\nWrote {escape(str(path.resolve()))}")


@app.command()
def functions(
    name: Annotated[str | None, typer.Argument(help="One function to explain, for example: CLTV")] = None,
) -> None:
    """List the worksheet functions, or explain one.

    Examples:

        clv-xl functions

        clv-xl functions CLTV
    """
    if name is None:
        for family, members in REGISTRY.families().items():
            table = Table(title=family, title_justify="left", box=None, show_header=False, pad_edge=False)
            table.add_column(no_wrap=True, style="bold")
            table.add_column()
            for function in members:
                table.add_row(function.name, escape(function.summary))
            _out.print(table, soft_wrap=False)
            _out.print()
        _out.print("Explain one with: clv-xl functions NAME")
    elif name in REGISTRY:
        _explain(REGISTRY[name])
    else:
        _wrong_use(f'There is no function "{name.upper()}"{_nearest(name)}.')


def _nearest(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name.upper(), [f.name for f in REGISTRY], n=3)
    return f"; did you mean {' or '.join(near)}" if near else "; clv-xl functions lists them all"


def _explain(function: Function) -> None:
    _out.print(f"[bold]{escape(function.signature)}[/bold]\n{escape(function.summary)}\n")
    table = Table(box=None, pad_edge=False)
    for heading in ("Argument", "Unit", "Default", "What it is"):
        table.add_column(heading, no_wrap=heading == "Argument")
    for a in function.arguments:
        table.add_row(a.name, escape(a.unit), a.default_shown or "required", escape(a.help))
    _out.print(table, soft_wrap=False)
    _out.print(f"\nFormula  {escape(function.formula)}")
    if function.native:
        _out.print(f"In Excel ={escape(function.native)}")
    _out.print(f"Source   {escape(function.source)}")
    for note in function.notes:
        _out.print(f"Note     {escape(note)}")
    for example in function.examples:
        _out.print(f"\nExample  {escape(example.formula)}" + (f"   {escape(example.note)}" if example.note else ""))
        rows = example.result if isinstance(example.result, list | tuple) else [[example.result]]
        _print_cells(rows)


@app.command()
def calc(
    formula: Annotated[str, typer.Argument(help='A formula in quotes, for example: "=CLV(50,4,5,40%)"')],
) -> None:
    """Calculate a formula that may mix these functions with Excel's own.

    Write it as in an English Excel: commas between arguments, points in numbers, {1;2;3} for a column.

    Examples:

        clv-xl calc "=CLTV({3.5;8.5;5;6.5;6},{4;3;5;6;3},20,52)"

        clv-xl calc "=ROUND(LTV_CAC_RATIO(CLV(50,4,5,40%),CAC(50000,1000)),2)"
    """
    from clv_xl.engine import FormulaError, evaluate

    try:
        evaluation = evaluate(formula)
    except FormulaError as error:
        _wrong_use(str(error))
    _print_cells(evaluation.rows)
    if evaluation.errors:
        messages = [e.message for e in evaluation.errors.values()] + [c.error.message for c in evaluation.complaints]
        for message in dict.fromkeys(filter(None, messages)):
            _err.print(escape(message))
        raise typer.Exit(FINDINGS)


def _print_cells(rows: Sequence[Sequence[Any]]) -> None:
    """A cell, or columns under each other: numbers to the right, and never cut however narrow the window is."""
    shown = [[_shown(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    numeric = [any(isinstance(cell, float) for cell in column) for column in zip(*rows, strict=True)]
    for row in shown:
        aligned = [
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(row, widths, numeric, strict=True)
        ]
        _out.print(escape("  ".join(aligned).rstrip()))


def _shown(cell: Any) -> str:
    """A cell as Excel would show it in a wide column: 15 digits, logicals in capitals."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return f"{cell:.15g}"
    if isinstance(cell, CellError):
        return cell.code
    return "" if cell is None else str(cell)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="An .xlsx workbook; it is only read.")],
) -> None:
    """Check a workbook as a finance reviewer would, by 32 rules, and list what to mend, the worst first.

    Example:

        clv-xl check starbucks.xlsx
    """
    from clv_xl.audit import RULES, NotAWorkbook, Severity, audit

    try:
        findings = audit(file)
    except NotAWorkbook as error:
        _wrong_use(str(error))
    except OSError as error:
        _wrong_use(f"{file} cannot be read: {error.strerror or error}.")
    if not findings:
        _out.print(f"{escape(str(file))}: nothing found by {len(RULES)} rules.")
        return
    titles = {rule.number: rule.title for rule in RULES}
    table = Table(box=None, pad_edge=False)
    for heading in ("", "Where", "What to mend", "Rule"):
        table.add_column(heading, no_wrap=not heading)
    for finding in findings:
        rule = f"{finding.rule} {titles[finding.rule]}"
        table.add_row(finding.severity, escape(finding.where), escape(finding.message), rule)
    _out.print(table, soft_wrap=False)
    counts = Counter(finding.severity for finding in findings)
    _out.print("\n" + ", ".join(f"{counts[severity]} {_KINDS[severity]}" for severity in Severity) + ".")
    raise typer.Exit(FINDINGS)
