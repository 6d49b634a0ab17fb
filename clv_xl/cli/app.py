"""The command `clv-xl` and its commands.

Exit codes: 0 all well; 1 there are findings, or the formula gives an error; 2 the command was used wrongly.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import clv_xl
from clv_xl.cli.addin import addin
from clv_xl.cli.build import build
from clv_xl.cli.check import check
from clv_xl.cli.functions import calc, functions
from clv_xl.cli.log_options import LogOptions
from clv_xl.cli.report import Report
from clv_xl.cli.sample import sample
from clv_xl.cli.screen import WRONG_USE, complain, give_up_output, say, say_wrong, take_over, visible
from clv_xl.cli.summarise import Summarise


def _carry_out(command: Any, **_: Any) -> None:
    """Commands on order logs are objects: what was typed fills their fields, and then they run."""
    if isinstance(command, LogOptions):
        command.run()


@contextmanager
def _typed_words_visible() -> Iterator[None]:
    """Typer itself prints what was typed wrongly, and in it words that may control a terminal."""
    try:
        yield
    except Exception as error:
        told = getattr(error, "format_message", None)
        if told is not None:
            error.format_message = lambda: visible(told())  # type: ignore[attr-defined]
        raise


class _Commands(TyperGroup):
    def make_context(self, *given: Any, **more: Any) -> Any:
        with _typed_words_visible():
            return super().make_context(*given, **more)

    def invoke(self, ctx: Any) -> Any:
        with _typed_words_visible():
            return super().invoke(ctx)


app = typer.Typer(
    cls=_Commands,
    name="clv-xl",
    help="Customer value for Excel: CLV, CLTV, CAC, LTV:CAC and their families, and workbooks to fill in.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    result_callback=_carry_out,
)
app.command("summarise")(Summarise)
app.command("report")(Report)
app.add_typer(addin)
for _command in (sample, build, functions, calc, check):
    app.command()(_command)


def main() -> None:
    """The command `clv-xl`."""
    take_over()
    try:
        app(prog_name="clv-xl")
    except OSError as error:  # commands say their own; this one comes from printing
        give_up_output()
        say_wrong(f"What there is to say cannot be written: {error.strerror}.")
        sys.exit(WRONG_USE)
    except Exception as error:
        for line in "".join(traceback.format_exception(error)).splitlines():
            complain(line)
        sys.exit(1)


def _version(wanted: bool) -> None:
    if wanted:
        say(f"clv-xl {clv_xl.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Customer value for Excel."""
