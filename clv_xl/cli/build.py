"""`clv-xl build`: the template workbooks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clv_xl.cli.screen import FINDINGS, say, wrong_use

if TYPE_CHECKING:
    from clv_xl.builder.book import Built


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
            wrong_use(f'There is no template "{name}"; choose from: {", ".join(TEMPLATES)}.')
    try:
        built = {name: TEMPLATES[name].build(edition.lower()) for name in names}
        for name, workbook in built.items():
            path = write(output / TEMPLATES[name].file_name, workbook.data, force)
            _show(workbook, path)
    except (UnknownEdition, CannotWrite) as error:
        wrong_use(str(error))
    if any(verdict == "FAIL" for workbook in built.values() for verdict in workbook.checks.values()):
        raise typer.Exit(FINDINGS)


def _show(workbook: Built, path: Path) -> None:
    width = max(len(label) for label, _ in workbook.summary)
    for label, value in workbook.summary:
        say(f"  {label:<{width}}  {value}")
    say()
    for name, verdict in workbook.checks.items():
        say(f"  {verdict:<12}  {name}")
    say()
    say(f"Wrote {path.resolve()}")
