"""What a cell of a workbook can hold without changing it, and how a file spells it."""

from __future__ import annotations

import datetime as dt
import re

MAX_TEXT = 32_767
"""Characters of a cell, counted as Excel does: those beyond the basic plane, as most emoji, are two."""
EXACT_BELOW = 10**15
"""Excel keeps 15 digits of a number; longer numbers of customers are text."""
FIRST_DAY = dt.date(1900, 3, 1)
"""Excel counts days from 1900 and takes that for a leap year; days before this are text."""

_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_SHOWN = 40


def why_not(text: str) -> str:
    """Why no cell can hold the text, as "has 40,000 characters, …"; nothing where one can."""
    if reason := too_long(text):
        return reason
    found = _NOT_TEXT.search(text)
    return f"holds the character U+{ord(found[0]):04X}, which no cell of Excel can hold" if found else ""


def too_long(text: str) -> str:
    """The same for the length alone."""
    length = len(text)
    if length > MAX_TEXT // 2:
        length += sum(ord(character) > 0xFFFF for character in text)
    return f"has {length:,} characters, and a cell of Excel holds {MAX_TEXT:,}" if length > MAX_TEXT else ""


def replaced(text: str) -> str:
    """The text with a mark for every character that no cell can hold."""
    return _NOT_TEXT.sub("\ufffd", text)


def shown(text: str) -> str:
    """The beginning of a text, for a message: one line, whatever it holds."""
    readable = "".join(character if character.isprintable() else "\ufffd" for character in text[:_SHOWN])
    return f"“{readable}{'…' if len(text) > _SHOWN else ''}”"


def spelled(text: str) -> str:
    """The text as a file spells it: Excel would read _x0041_ as the letter A."""
    return _LOOKS_ESCAPED.sub("_x005F_", text) if "_x" in text else text
