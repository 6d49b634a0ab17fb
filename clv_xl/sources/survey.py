"""One pass over the bytes of a text file, before anybody reads it: what it holds, however it may be encoded."""

from __future__ import annotations

import gzip
import re
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from clv_xl.sources.errors import SourceError, one_sentence

DELIMITERS = ",;\t|"
LONGEST_LINE = 1 << 21
"""Bytes of a line, and signs of a record: what is longer is no order, and would have to be held in memory."""

_GZIP = b"\x1f\x8b"
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
    nuls: int = 0
    long_line: bool = False
    ends: Counter[str] = field(default_factory=Counter)
    """How many lines end with each delimiter."""
    odd_quotes: int = 0
    """Doubled quotes, and quotes with a space beside them: readers differ about these."""
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
    last = b"\n"
    with one_sentence(f"{path} cannot be read"):
        found = Survey(path, _is_compressed(path))
        try:
            with open_bytes(path) as file:
                while chunk := file.read(_CHUNK):
                    rest = file.readline(LONGEST_LINE) if not chunk.endswith(b"\n") else b""
                    found.long_line |= len(rest) == LONGEST_LINE
                    _count(found, chunk + rest)
                    last = (rest or chunk)[-1:]
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise SourceError(f"{path} is damaged: it cannot be decompressed to its end.") from error
    found.lines += last != b"\n"
    return found


def _is_compressed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == _GZIP


def _count(found: Survey, chunk: bytes) -> None:
    if not found.head:
        found.head = chunk[:_HEAD]
    found.size += len(chunk)
    found.lines += chunk.count(b"\n")
    found.returns += chunk.count(b"\r")
    found.nuls += chunk.count(b"\0")
    for delimiter in DELIMITERS:
        found.ends[delimiter] += chunk.count(f"{delimiter}\n".encode()) + chunk.count(f"{delimiter}\r\n".encode())
    if b'"' in chunk:
        found.odd_quotes += sum(chunk.count(pair) for pair in (b'""', b' "', b'" '))
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
