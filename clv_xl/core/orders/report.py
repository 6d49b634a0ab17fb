"""The data report: what became of every line of the file, in lines and in money."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

_CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One step: how many lines of the file it concerns, the orders where that is known, the amount, what was done.

    `role` is "total" (the file), "out" (left out), "kept", or "note" (a remark on lines that are counted elsewhere).
    """

    step: str
    lines: int
    amount: float
    done: str
    role: str
    orders: int | None = None


@dataclass(frozen=True, slots=True)
class DataReport:
    """The rows, and remarks on how the log was read (which date form, which zone, which currency).

    The file = what was left out + what was kept, in lines and in amount: `reconciles`. The three are counted by
    separate queries, the last one from the finished orders.
    """

    rows: tuple[ReportRow, ...]
    remarks: tuple[str, ...] = ()
    gross: float = field(default=0.0)
    unknown: int = 0
    """Lines whose money is not known: their amounts are missing or could not be read."""

    def row(self, role: str) -> ReportRow:
        """The row "total" or "kept"."""
        return next(r for r in self.rows if r.role == role)

    @property
    def left_out(self) -> tuple[ReportRow, ...]:
        """What was left out, by reason, without the reasons that did not occur."""
        return tuple(r for r in self.rows if r.role == "out")

    @property
    def unexplained_lines(self) -> int:
        """Lines of the file that are neither kept nor left out; 0 unless something is wrong."""
        return self.row("total").lines - self.row("kept").lines - sum(r.lines for r in self.left_out)

    @property
    def unexplained_amount(self) -> float:
        """Money of the file that is neither kept nor left out; 0 but for the rounding of sums."""
        return math.fsum([self.row("total").amount, -self.row("kept").amount, *(-r.amount for r in self.left_out)])

    @property
    def reconciles(self) -> bool:
        """Whether every line and, to a billionth of the money that moved, every amount is accounted for."""
        return self.unexplained_lines == 0 and abs(self.unexplained_amount) <= _CLOSE * max(self.gross, 1.0)
