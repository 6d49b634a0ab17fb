"""The audit: what a finance reviewer checks in a workbook, as 32 rules over any .xlsx file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from clv_xl.audit import (  # noqa: F401 - importing them declares their rules
    alike,
    charts,
    formulas,
    inputs,
    names,
    presentation,
    repair,
    results,
    structure,
    units,
)
from clv_xl.audit.cells import Value
from clv_xl.audit.findings import MAX_PLACES, Finding, Rule, Severity, declared_rules, findings_of, worst_first
from clv_xl.audit.package import NotAWorkbook
from clv_xl.audit.workbook import Workbook, load

__all__ = ["MAX_PLACES", "RULES", "Finding", "NotAWorkbook", "Rule", "Severity", "audit"]

REPAIR = 31
RULES: tuple[Rule, ...] = declared_rules()
"""The rules in the order of the checklist."""

Calculate = Callable[[bytes], Mapping[str, Mapping[str, Value]]]


def audit(source: bytes | Path, *, calculate: Calculate | None = None) -> list[Finding]:
    """All findings on a workbook: the worst first, then by rule, then by place; an empty list where there are none.

    `calculate` gives the freshly recalculated values of the formula cells by sheet and address, but for those that it
    could not recalculate; by default our own engine does. Raises NotAWorkbook for a file that cannot be audited, and
    OSError for one that cannot be read.
    """
    data = source if isinstance(source, bytes) else source.read_bytes()
    book = load(data)
    _recalculate(book, calculate)
    found = worst_first(finding for rule in RULES for finding in findings_of(rule, book))
    if book.package.damaged:  # everything else may follow from that
        found.sort(key=lambda finding: finding.rule != REPAIR)
    return found


def _own_engine() -> Calculate:
    from clv_xl import engine  # late: it takes long to load

    return engine.calculate


def _recalculate(book: Workbook, calculate: Calculate | None) -> None:
    try:
        values = (calculate or _own_engine())(book.raw)
    except Exception as error:  # an engine may fail in any way; that is a finding, not a crash
        book.calculation_failure = " ".join(str(error).split()) or type(error).__name__
        return
    book.calculated = {title: dict(cells) for title, cells in values.items()}
