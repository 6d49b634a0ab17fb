"""What an input may hold: how a cell says so before and after a mistake, and how a check counts what slipped past."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple, TypeAlias

from openpyxl.worksheet.datavalidation import DataValidation

_MAX_TITLE = 32
_MAX_PROMPT = 255
_OPERATORS = {">": "greaterThan", ">=": "greaterThanOrEqual"}

Sign: TypeAlias = Literal[">", ">=", "<", "<="]


class Limit(NamedTuple):
    """One side of what is allowed."""

    sign: Sign
    bound: float

    @property
    def compared(self) -> str:
        """As it stands behind a cell in a formula of a data validation."""
        return f"{self.sign}{_number(self.bound)}"

    @property
    def criterion(self) -> str:
        """As COUNTIFS takes it. A text with a decimal point is no number in half of Europe, so that none is written."""
        if self.bound == int(self.bound):
            return f'"{self.sign}{self.bound:.0f}"'
        for steps in range(1, 4):
            if self.bound == 1 / 1000**steps:
                return f'"{self.sign}"&1{"/1000" * steps}'
        raise ValueError(f"a bound is a whole number, a thousandth, a millionth or a billionth, not {self.bound}")


@dataclass(frozen=True)
class Allowed:
    """A rule for an input, once for the data validation and for the check that counts which cells keep to it."""

    kind: Literal["decimal", "list", "textLength"]
    words: str
    """What is allowed, as it ends the sentence "Enter …"."""
    limits: tuple[Limit, ...] = ()
    """What a number, or the length of a text, must satisfy."""
    options: tuple[str, ...] = ()
    why: str = ""
    """A sentence on what would go wrong otherwise."""

    def validation(self, title: str, meaning: str, first: str) -> DataValidation:
        """The data validation that prompts for the input and refuses another. `first` is the first cell it is for."""
        return DataValidation(
            **self._condition(first),
            allow_blank=False,
            showInputMessage=True,
            showErrorMessage=True,
            errorStyle="stop",
            promptTitle=title[:_MAX_TITLE],
            prompt=f"{meaning} Enter {self.words}."[:_MAX_PROMPT],
            errorTitle=title[:_MAX_TITLE],
            error=f"This must be {self.words}. {self.why}".rstrip()[:_MAX_PROMPT],
        )

    def _condition(self, first: str) -> dict[str, Any]:
        if self.options:
            return {"type": self.kind, "formula1": '"' + ",".join(self.options) + '"'}
        signs, bounds = [limit.sign for limit in self.limits], [_number(limit.bound) for limit in self.limits]
        if signs == [">=", "<="]:
            return {"type": self.kind, "operator": "between", "formula1": bounds[0], "formula2": bounds[1]}
        if len(signs) == 1:
            return {"type": self.kind, "operator": _OPERATORS[signs[0]], "formula1": bounds[0]}
        compared = ",".join(first + limit.compared for limit in self.limits)
        return {"type": "custom", "formula1": f"AND(ISNUMBER({first}),{compared})"}

    def count(self, cells: str) -> str:
        """The formula for how many of these cells hold what is allowed; blanks, texts and errors do not."""
        if self.kind == "list":
            return "+".join(f'COUNTIF({cells},"{option}")' for option in self.options)
        if self.kind == "textLength":
            longest = _number(self.limits[-1].bound)
            return f'ROWS({cells})-COUNTBLANK({cells})-COUNTIF({cells},REPT("?",{longest})&"?*")'
        return f"COUNTIFS({','.join(f'{cells},{limit.criterion}' for limit in self.limits)})"

    @property
    def sentence(self) -> str:
        """What is allowed and why, for the reader of a check."""
        return f"{self.words[:1].upper()}{self.words[1:]}. {self.why}".rstrip()


def between(low: float, high: float, words: str, why: str = "") -> Allowed:
    """A number within bounds, bounds included."""
    return Allowed("decimal", words, (Limit(">=", low), Limit("<=", high)), why=why)


def above(low: float, words: str, why: str = "", up_to: float | None = None) -> Allowed:
    """A number greater than a bound, and perhaps up to another."""
    return Allowed("decimal", words, (Limit(">", low), *([] if up_to is None else [Limit("<=", up_to)])), why=why)


def at_least(low: float, words: str, why: str = "", below: float | None = None) -> Allowed:
    """A number not below a bound, and perhaps below another."""
    return Allowed("decimal", words, (Limit(">=", low), *([] if below is None else [Limit("<", below)])), why=why)


def one_of(*options: str, why: str = "") -> Allowed:
    """One word of a list, which the cell offers to pick from."""
    return Allowed("list", " or ".join(f'"{option}"' for option in options), options=options, why=why)


def words(longest: int, what: str, why: str = "") -> Allowed:
    """A text of some length."""
    return Allowed("textLength", what, (Limit(">=", 1), Limit("<=", longest)), why=why)


def _number(bound: float) -> str:
    return f"{Decimal(repr(bound)).normalize():f}"
