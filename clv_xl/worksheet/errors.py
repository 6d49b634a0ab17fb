"""Errors as values: an Excel error code and the message that says what to do."""

from __future__ import annotations

from dataclasses import dataclass

NULL = "#NULL!"
DIV0 = "#DIV/0!"
VALUE = "#VALUE!"
REF = "#REF!"
NAME = "#NAME?"
NUM = "#NUM!"
NA = "#N/A"

CODES = (NULL, DIV0, VALUE, REF, NAME, NUM, NA)
"""The seven errors that every host can carry."""

NEWER_CODES = (
    "#SPILL!",
    "#CALC!",
    "#GETTING_DATA",
    "#FIELD!",
    "#BLOCKED!",
    "#CONNECT!",
    "#BUSY!",
    "#UNKNOWN!",
    "#EXTERNAL!",
    "#PYTHON!",
    "#TIMEOUT!",
)
"""Errors that only some versions of Excel know; a function cannot return them, so they come out as #VALUE!."""


@dataclass(frozen=True, slots=True)
class CellError:
    """What stands in a cell instead of an answer: the Excel error, and what is wrong and how to mend it."""

    code: str
    message: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.message}".rstrip()
