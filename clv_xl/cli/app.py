"""The command `clv-xl` and its commands.

Exit codes: 0 all well; 1 there are findings, or the formula gives an error; 2 the command was used wrongly.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

import clv_xl
from clv_xl.cli.addin import addin
from clv_xl.cli.build import build
from clv_xl.cli.check import check
from clv_xl.cli.functions import calc, functions
from clv_xl.cli.log_options import LogOptions
from clv_xl.cli.report import Report
from clv_xl.cli.sample import sample
from clv_xl.cli.screen import out
from clv_xl.cli.summarise import Summarise


def _carry_out(command: Any, **_: Any) -> None:
    """Commands on order logs are objects: what was typed fills their fields, and then they run."""
    if isinstance(command, LogOptions):
        command.run()


app = typer.Typer(
    name="clv-xl",
    help="Customer value for Excel: CLV, CLTV, CAC, LTV:CAC and their families, and workbooks to fill in.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    result_callback=_carry_out,
)
app.command("summarise")(Summarise)
app.command("report")(Report)
app.add_typer(addin)
for _command in (sample, build, functions, calc, check):
    app.command()(_command)


def main() -> None:
    """The command `clv-xl`."""
    app()


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"clv-xl {clv_xl.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Customer value for Excel."""
