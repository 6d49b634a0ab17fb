"""`clv-xl check`: any workbook as a finance reviewer reads it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from clv_xl.cli.screen import FINDINGS, out, wrong_use

_KINDS = {
    "error": "errors (wrong figures, or a file that Excel repairs)",
    "warning": "warnings (errors become likely)",
    "form": "in form",
}


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
        wrong_use(str(error))
    except OSError as error:
        wrong_use(f"{file} cannot be read: {error.strerror or error}.")
    if not findings:
        out.print(f"{escape(str(file))}: nothing found by {len(RULES)} rules.")
        return
    titles = {rule.number: rule.title for rule in RULES}
    table = Table(box=None, pad_edge=False)
    for heading in ("", "Where", "What to mend", "Rule"):
        table.add_column(heading, no_wrap=not heading)
    for finding in findings:
        rule = f"{finding.rule} {titles[finding.rule]}"
        table.add_row(finding.severity, escape(finding.where), escape(finding.message), rule)
    out.print(table, soft_wrap=False)
    counts = Counter(finding.severity for finding in findings)
    out.print("\n" + ", ".join(f"{counts[severity]} {_KINDS[severity]}" for severity in Severity) + ".")
    raise typer.Exit(FINDINGS)
