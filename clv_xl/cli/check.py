"""`clv-xl check`: any workbook as a finance reviewer reads it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from clv_xl.cli.screen import FINDINGS, print_table, say, wrong_use

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
        say(f"{file}: nothing found by {len(RULES)} rules.")
        return
    titles = {rule.number: rule.title for rule in RULES}
    print_table(
        [(f.severity, f.where, f.message, f"{f.rule} {titles[f.rule]}") for f in findings],
        ("", "Where", "What to mend", "Rule"),
        whole=(0,),
    )
    counts = Counter(finding.severity for finding in findings)
    say()
    say(", ".join(f"{counts[severity]} {_KINDS[severity]}" for severity in Severity) + ".")
    raise typer.Exit(FINDINGS)
