"""One pass over the bytes of a text file, before anybody reads it: what it holds, however it may be encoded."""

from __future__ import annotations

import gzip
import re
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from clv_xl.sources.errors import SourceError, one_sentence

DELIMITERS = ",;\t|"
LONGEST_LINE = 1 << 21
"""Bytes of a line, and signs of a record: what is longer is no order, and would have to be held in memory."""

_GZIP = b"\x1f\x8b"
_LF, _CR, _QUOTE = b'\n\r"'
_CHUNK = 1 << 22
_HEAD = 1 << 18
_SAMPLE = 1 << 16


@dataclass(slots=True)
class Survey:
    """What one pass over the bytes of a file finds."""

    path: Path
    compressed: bool
    head: bytes = b""
    """The first bytes, decompressed."""
    size: int = 0
    """All bytes, decompressed."""
    lines: int = 0
    """Line breaks as LF, and one more for a last line without."""
    returns: int = 0
    """Line breaks, or halves of such, as CR."""
    nuls: bool = False
    quotes: bool = False
    long_line: bool = False
    blank_ends: Counter[str] = field(default_factory=Counter)
    """How many lines end with each delimiter, or with it and two quotes."""
    utf8: bool = True
    foreign: bytes = b""
    """The first lines with bytes that are not ASCII, wherever in the file they are."""


def open_bytes(path: Path) -> IO[bytes]:
    """The bytes of a file, decompressed where they are compressed by gzip."""
    if _is_compressed(path):
        return cast("IO[bytes]", gzip.open(path))
    return path.open("rb")


def survey(path: Path) -> Survey:
    """Look at every byte once. Raises SourceError for a file that cannot be read, or decompressed, to its end."""
    with one_sentence(f"{path} cannot be read"):
        found = Survey(path, _is_compressed(path))
        try:
            with open_bytes(path) as file:
                while chunk := file.read(_CHUNK):
                    rest = file.readline(LONGEST_LINE) if not chunk.endswith(b"\n") else b""
                    found.long_line |= len(rest) == LONGEST_LINE
                    _count(found, chunk + rest)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise SourceError(f"{path} is damaged: it cannot be decompressed to its end.") from error
    return found


def _is_compressed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == _GZIP


def _count(found: Survey, chunk: bytes) -> None:
    if not found.head:
        found.head = chunk[:_HEAD]
    found.size += len(chunk)
    found.returns += chunk.count(b"\r")
    found.nuls |= b"\0" in chunk
    found.quotes |= b'"' in chunk
    _count_ends(found, np.frombuffer(chunk if chunk.endswith(b"\n") else chunk + b"\n", np.uint8))
    if chunk.isascii():
        return
    if found.utf8:
        try:
            chunk.decode("utf-8")
        except UnicodeDecodeError:
            found.utf8 = False
    for line in re.finditer(rb"[^\n]*[\x80-\xff][^\n]*\n?", chunk):
        if len(found.foreign) >= _SAMPLE:
            break
        found.foreign += line[0]


def _count_ends(found: Survey, signs: NDArray[np.uint8]) -> None:
    """Lines, and what stands at their ends. A place before the first sign is one at the end, which is a line break."""
    breaks = np.flatnonzero(signs == _LF)
    found.lines += len(breaks)
    last = breaks - 1
    if found.returns:
        last = last - (signs[last] == _CR)
    quoted = last[(signs[last] == _QUOTE) & (signs[last - 1] == _QUOTE)]
    often = np.bincount(signs[last], minlength=256) + np.bincount(signs[quoted - 2], minlength=256)
    for delimiter in DELIMITERS:
        found.blank_ends[delimiter] += int(often[ord(delimiter)])


def agrees_with_spark(found: Survey) -> bool:
    """Whether Spark reads what DuckDB reads: not where a quote is doubled or has a space beside it.

    That a file is compressed, or that it is one at all, Spark tells by its name.
    """
    if found.compressed or found.path.name.startswith(("_", ".")):
        return False
    if not found.quotes:
        return True
    with open_bytes(found.path) as file:
        return not any(re.search(rb'""| "|" ', line) for line in file)
