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


def sendable(text: str) -> str:
    """The text with a mark in place of every half of a character (lone surrogate), which no encoding can carry."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


@dataclass(frozen=True, slots=True)
class CellError:
    """What stands in a cell instead of an answer: the Excel error, and what is wrong and how to mend it.

    The message may name what a cell holds, and always is text that can be sent and printed.
    """

    code: str
    message: str = ""

    def __post_init__(self) -> None:
        if not self.message.isascii():
            object.__setattr__(self, "message", sendable(self.message))

    def __str__(self) -> str:
        return f"{self.code} {self.message}".rstrip()
