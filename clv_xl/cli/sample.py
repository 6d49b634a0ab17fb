"""`clv-xl sample`: an order log to try the other commands with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clv_xl.cli.screen import say, wrong_use


def sample(
    output: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, .csv.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Write a small made-up order log: a shop's year, with refunds, guests and sales without a customer.

    Examples:

        clv-xl sample orders.csv
    """
    from clv_xl.sample import write_sample
    from clv_xl.sources import SourceError

    try:
        lines = write_sample(output, force)
    except SourceError as error:
        wrong_use(error)
    say(f"Wrote {lines:,} lines to {output.resolve()}")
