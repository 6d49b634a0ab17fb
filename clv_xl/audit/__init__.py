"""The audit: what a finance reviewer checks in a workbook, as 32 rules over any .xlsx file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from clv_xl.audit import (  # noqa: F401 - importing them declares their rules
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
from clv_xl.audit.findings import MAX_PLACES, Finding, Rule, declared_rules, findings_of
from clv_xl.audit.package import NotAWorkbook
from clv_xl.audit.workbook import Workbook, load

__all__ = ["MAX_PLACES", "RULES", "Finding", "NotAWorkbook", "Rule", "audit"]

RULES: tuple[Rule, ...] = declared_rules()
"""The rules in the order of the checklist."""

Calculate = Callable[[bytes], Mapping[str, Mapping[str, Value]]]


def audit(source: bytes | Path, *, calculate: Calculate | None = None) -> list[Finding]:
    """All findings on a workbook, by rule, then by place. A workbook without findings gives an empty list.

    `calculate` gives the freshly recalculated values of all formula cells by sheet and address; by default our own
    engine does. Raises NotAWorkbook for a file that cannot be audited, and OSError for one that cannot be read.
    """
    data = source if isinstance(source, bytes) else source.read_bytes()
    book = load(data)
    _recalculate(book, calculate)
    return [finding for rule in RULES for finding in findings_of(rule, book)]


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
