"""`clv-xl functions` and `clv-xl calc`: the worksheet functions explained, and calculated."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from clv_xl.catalogue import REGISTRY
from clv_xl.cli.screen import FINDINGS, err, out, print_cells, wrong_use
from clv_xl.worksheet.registry import Function


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
            out.print(table, soft_wrap=False)
            out.print()
        out.print("Explain one with: clv-xl functions NAME")
    elif name in REGISTRY:
        _explain(REGISTRY[name])
    else:
        wrong_use(f'There is no function "{name.upper()}"{_nearest(name)}.')


def _nearest(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name.upper(), [f.name for f in REGISTRY], n=3)
    return f"; did you mean {' or '.join(near)}" if near else "; clv-xl functions lists them all"


def _explain(function: Function) -> None:
    out.print(f"[bold]{escape(function.signature)}[/bold]\n{escape(function.summary)}\n")
    table = Table(box=None, pad_edge=False)
    for heading in ("Argument", "Unit", "Default", "What it is"):
        table.add_column(heading, no_wrap=heading == "Argument")
    for a in function.arguments:
        table.add_row(a.name, escape(a.unit), a.default_shown or "required", escape(a.help))
    out.print(table, soft_wrap=False)
    out.print(f"\nFormula  {escape(function.formula)}")
    if function.native:
        out.print(f"In Excel ={escape(function.native)}")
    out.print(f"Source   {escape(function.source)}")
    for note in function.notes:
        out.print(f"Note     {escape(note)}")
    for example in function.examples:
        out.print(f"\nExample  {escape(example.formula)}" + (f"   {escape(example.note)}" if example.note else ""))
        rows = example.result if isinstance(example.result, list | tuple) else [[example.result]]
        print_cells(rows)


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
        wrong_use(str(error))
    print_cells(evaluation.rows)
    if evaluation.errors:
        messages = [e.message for e in evaluation.errors.values()] + [c.error.message for c in evaluation.complaints]
        for message in dict.fromkeys(filter(None, messages)):
            err.print(escape(message))
        raise typer.Exit(FINDINGS)
