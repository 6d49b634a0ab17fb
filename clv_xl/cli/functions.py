"""`clv-xl functions` and `clv-xl calc`: the worksheet functions explained, and calculated."""

from __future__ import annotations

from typing import Annotated

import typer

from clv_xl.catalogue import REGISTRY
from clv_xl.cli.screen import FINDINGS, complain, print_cells, print_table, say, wrong_use
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
            print_table([(f.name, f.summary) for f in members], title=family, whole=(0,), bold=(0,))
            say()
        say("Explain one with: clv-xl functions NAME")
    elif name in REGISTRY:
        _explain(REGISTRY[name])
    else:
        wrong_use(f'There is no function "{name.upper()}"{_nearest(name)}.')


def _nearest(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name.upper(), [f.name for f in REGISTRY], n=3)
    return f"; did you mean {' or '.join(near)}" if near else "; clv-xl functions lists them all"


def _explain(function: Function) -> None:
    say(function.signature, "bold")
    say(function.summary)
    say()
    print_table(
        [(a.name, a.unit, a.default_shown or "required", a.help) for a in function.arguments],
        ("Argument", "Unit", "Default", "What it is"),
        whole=(0,),
    )
    say()
    say(f"Formula  {function.formula}")
    if function.native:
        say(f"In Excel ={function.native}")
    say(f"Source   {function.source}")
    for note in function.notes:
        say(f"Note     {note}")
    for example in function.examples:
        say()
        say(f"Example  {example.formula}" + (f"   {example.note}" if example.note else ""))
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
            complain(message)
        raise typer.Exit(FINDINGS)
