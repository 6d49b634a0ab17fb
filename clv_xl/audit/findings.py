"""What an audit says: findings, the rules that make them, and the list in which each rule is declared once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from clv_xl.audit.workbook import Workbook

MAX_PLACES = 20
"""How many places of one rule are listed; a reader mends a pattern, not a hundred thousand cells one by one."""


class Severity(StrEnum):
    """How much a finding matters, the worst first."""

    ERROR = "error"
    """Numbers are wrong, or cells show errors, or Excel would offer a repair."""
    WARNING = "warning"
    """Errors become likely, or stay unseen."""
    FORM = "form"
    """A convention of documents."""


_WORST_FIRST = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True)
class Finding:
    """One thing that a finance reviewer would object to."""

    rule: int
    where: str
    """As "Inputs!C5", "Inputs" for a whole sheet, or "workbook"."""
    message: str
    """What is wrong, naming the value, and how to mend it."""
    severity: Severity = Severity.ERROR


class Problem(NamedTuple):
    """A finding on its way: not yet numbered, with its position for sorting."""

    position: tuple[int, int, int]
    """Index of the sheet (-1 for the workbook), row, column."""
    where: str
    message: str
    severity: Severity | None = None
    """Where it weighs less than its rule; otherwise the rule's own counts."""

    def milder(self, severity: Severity) -> Problem:
        """The same problem with a severity of its own."""
        return self._replace(severity=severity)


Check = Callable[["Workbook"], Iterable[Problem]]


@dataclass(frozen=True)
class Rule:
    """One row of the checklist and the function that checks it."""

    number: int
    title: str
    severity: Severity
    check: Check

    @property
    def explanation(self) -> str:
        """How the rule is read, as the docstring of its check tells it."""
        return (self.check.__doc__ or "").strip()


_DECLARED: dict[int, Rule] = {}


def rule(number: int, title: str, severity: Severity) -> Callable[[Check], Check]:
    """Declare the decorated function as the check of a rule."""

    def declare(check: Check) -> Check:
        if number in _DECLARED:
            raise ValueError(f"rule {number} is declared twice")
        _DECLARED[number] = Rule(number, title, severity, check)
        return check

    return declare


def declared_rules() -> tuple[Rule, ...]:
    """All rules declared so far, in the order of the checklist."""
    return tuple(_DECLARED[number] for number in sorted(_DECLARED))


def in_workbook(message: str) -> Problem:
    """A problem that belongs to no single sheet."""
    return Problem((-1, 0, 0), "workbook", message)


def findings_of(rule: Rule, workbook: Workbook) -> Iterator[Finding]:
    """The findings of one rule, the worst first, then by place; a long tail is summed up in one line."""
    weighed = {p.milder(p.severity or rule.severity) for p in rule.check(workbook)}
    for severity in Severity:
        problems = sorted(p for p in weighed if p.severity is severity)
        for problem in problems[:MAX_PLACES]:
            yield Finding(rule.number, problem.where, problem.message, severity)
        if len(problems) > MAX_PLACES:
            rest = len(problems) - MAX_PLACES
            like = f"and {rest:,} more {'places' if rest > 1 else 'place'} like these"
            yield Finding(rule.number, "workbook", like, severity)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """By severity; those of one severity stay in their order."""
    return sorted(findings, key=lambda finding: _WORST_FIRST[finding.severity])


def shown(text: object, longest: int = 60) -> str:
    """A value as a message quotes it: on one line, and not longer than a reader needs to recognise it."""
    line = " ".join(str(text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
