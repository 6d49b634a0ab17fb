"""Records of a CSV file, read by one plain rule, with the numbers of their lines.

A field that begins with a quote ends with one; a doubled quote within is one; spaces may stand around. Anywhere else a
quote is a sign like any other. Records end with a line break (LF or CR LF; CR in files that have no LF).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from clv_xl.sources.survey import LONGEST_LINE

_BLANK = " \t\r\x1a"
"""What may stand in a blank line; the last sign is the end of a file to DOS."""
_DOUBLE = "close it, or write a quote within a quoted field twice."


@dataclass(frozen=True, slots=True)
class Dialect:
    """The signs of a CSV file. `escape` is a backslash where quotes within are written so, else nothing."""

    delimiter: str
    quote: str = '"'
    escape: str = ""


class Malformed(Exception):
    """A record that cannot be read, or only wrongly: its first line, and what is wrong, to be read behind "Line 7"."""

    def __init__(self, line: int, what: str, at_end: bool = False) -> None:
        super().__init__(what)
        self.line, self.what, self.at_end = line, what, at_end


def lines(pieces: Iterable[str]) -> Iterator[str]:
    """Lines of a text that comes in pieces, without their ends. Raises Malformed for one that is too long to hold."""
    rest, number, end = "", 0, ""
    for piece in pieces:
        text = rest + piece
        if not end:
            end = "\n" if "\n" in text else "\r" if "\r" in text[:-1] else ""
        found = text.split(end) if end else [text]
        rest = found.pop()
        # No piece holds so much, so only a line that goes on from piece to piece can be too long.
        if len(found[0] if found else rest) > LONGEST_LINE:
            raise Malformed(number + 1, f"is longer than {LONGEST_LINE:,} signs, which no order is.")
        number += len(found)
        yield from found
    if rest:
        yield rest


def records(found: Iterable[str], dialect: Dialect, width: int = 0) -> Iterator[tuple[int, str, list[str] | None]]:
    """The number of each record's first line, that line, and its fields; blank lines are no records.

    In place of the fields stands None where the line is one record of `width` fields in standard spelling, which is
    most often. Raises Malformed for a quote that is not closed, or closed within a field, and for a NUL.
    """
    standard = _standard(dialect, width)
    delimiter, quote = dialect.delimiter, dialect.quote
    number = 0
    source = iter(found)
    for given in source:
        number += 1
        line = given.rstrip("\r")
        if standard(line) is not None:
            yield number, line, None
        elif line.strip(_BLANK) or delimiter in line:
            reader = _Record(given, source, dialect, number)  # a CR before a break within quotes is text
            fields = reader.fields() if quote in line else line.split(delimiter)
            if any("\0" in value for value in fields):
                raise Malformed(number, "holds a NUL, which no text does; the file is damaged.")
            yield number, line, fields
            number = reader.last


def _standard(dialect: Dialect, width: int) -> Callable[[str], object]:
    """What is not None for a line that is a record of so many fields to every reader."""
    sign = re.escape(dialect.delimiter)
    quoted = '"(?:[^"\0]++|"")*+"|' if dialect == Dialect(dialect.delimiter) else ""
    one = f'(?:{quoted}[^{sign}"{dialect.quote}\r\0]*+)'
    return re.compile(f"{one}(?:{sign}{one}){{{width - 1}}}" if width else "(?!)").fullmatch


class _Record:
    """A record with quotes, which may go over several lines."""

    def __init__(self, text: str, following: Iterator[str], dialect: Dialect, number: int) -> None:
        self._text, self._following, self._dialect = text, following, dialect
        self._first = self.last = number

    def fields(self) -> list[str]:
        found: list[str] = []
        place: int | None = 0
        while place is not None:
            value, place = self._field(place)
            found.append(value)
        return found

    def _field(self, start: int) -> tuple[str, int | None]:
        """A field, and where the next one begins; None after the last one."""
        delimiter, quote = self._dialect.delimiter, self._dialect.quote
        begin = self._past_spaces(start)
        if self._text[begin : begin + 1] != quote:
            end = self._text.find(delimiter, start)
            return (self._text[start:].rstrip("\r"), None) if end < 0 else (self._text[start:end], end + 1)
        end = self._closing(begin + 1)
        value = self._plain(self._text[begin + 1 : end])
        after = self._past_spaces(end + 1)
        if after == len(self._text) or not self._text[after:].strip("\r"):
            return value, None
        if self._text[after] != delimiter:
            raise Malformed(self._first, f"goes on with {self._text[after]!r} where a quote closed; {_DOUBLE}")
        return value, after + 1

    def _closing(self, place: int) -> int:
        """Where the field that a quote opened is closed, lines further on if need be."""
        quote, escape = self._dialect.quote, self._dialect.escape
        while True:
            end = self._text.find(quote, place)
            if end < 0:
                place = len(self._text)
                self._append_lines()
            elif escape and _escaped(self._text, end, escape):
                place = end + 1
            elif self._text[end + 1 : end + 2] == quote:
                place = end + 2
            else:
                return end

    def _append_lines(self) -> None:
        """The lines as far as the next one with a quote: to look for it in each of them would take too long."""
        quote = self._dialect.quote
        parts, size = [self._text], len(self._text)
        while size <= LONGEST_LINE and (line := next(self._following, None)) is not None:
            self.last += 1
            parts.append(line)
            size += len(line) + 1
            if quote in line:
                self._text = "\n".join(parts)
                return
        raise Malformed(self._first, f"opens a quote that is never closed; {_DOUBLE}", at_end=True)

    def _past_spaces(self, place: int) -> int:
        while self._text[place : place + 1] == " " and self._dialect.delimiter != " ":
            place += 1
        return place

    def _plain(self, text: str) -> str:
        quote, escape = self._dialect.quote, self._dialect.escape
        if escape:
            text = text.replace(escape + quote, quote).replace(escape * 2, escape)
        return text.replace(quote * 2, quote)


def _escaped(text: str, place: int, escape: str) -> bool:
    before = place
    while before and text[before - 1] == escape:
        before -= 1
    return (place - before) % 2 == 1
