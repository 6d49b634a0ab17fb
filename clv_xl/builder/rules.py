"""What an input may hold, and how a cell says so before and after a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from openpyxl.worksheet.datavalidation import DataValidation

_MAX_TITLE = 32
_MAX_PROMPT = 255


@dataclass(frozen=True)
class Allowed:
    """A rule for an input, in the terms of a data validation and in words."""

    kind: Literal["decimal", "list", "textLength"]
    words: str
    """What is allowed, as it ends the sentence "Enter …"."""
    low: str = ""
    high: str = ""
    operator: Literal["between", "greaterThan", "greaterThanOrEqual"] = "between"

    def validation(self, title: str, meaning: str) -> DataValidation:
        """The data validation that prompts for the input and refuses another."""
        return DataValidation(
            type=self.kind,
            operator=None if self.kind == "list" else self.operator,
            formula1=self.low,
            formula2=self.high or None,
            allow_blank=False,
            showInputMessage=True,
            showErrorMessage=True,
            errorStyle="stop",
            promptTitle=title[:_MAX_TITLE],
            prompt=f"{meaning} Enter {self.words}."[:_MAX_PROMPT],
            errorTitle=title[:_MAX_TITLE],
            error=f"This must be {self.words}."[:_MAX_PROMPT],
        )


def between(low: float, high: float, words: str) -> Allowed:
    """A number within bounds, bounds included."""
    return Allowed("decimal", words, f"{low:g}", f"{high:g}")


def above(low: float, words: str) -> Allowed:
    """A number greater than a bound."""
    return Allowed("decimal", words, f"{low:g}", operator="greaterThan")


def at_least(low: float, words: str) -> Allowed:
    """A number not below a bound."""
    return Allowed("decimal", words, f"{low:g}", operator="greaterThanOrEqual")


def one_of(*options: str) -> Allowed:
    """One word of a list, which the cell offers to pick from."""
    return Allowed("list", " or ".join(f'"{option}"' for option in options), '"' + ",".join(options) + '"')


def words(longest: int, what: str) -> Allowed:
    """A text of some length."""
    return Allowed("textLength", what, "1", f"{longest}")
