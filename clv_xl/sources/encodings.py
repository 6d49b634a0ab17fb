"""Which encoding a text file has, and its text, read strictly: no byte is guessed, replaced or left out."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clv_xl.sources import scripts
from clv_xl.sources.errors import SourceError
from clv_xl.sources.survey import Survey, open_bytes

_CHUNK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = bytes({*range(9), *range(14, 32)})
_STRAY = 3
"""Control signs that even a short text may hold: a NUL is refused with its line, and DOS ends a file with one."""
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_MEANT = {
    "shift_jis": "cp932", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "utf-8-sig": "utf-8",
    "ansi": "cp1252", "windows-874": "cp874", "windows-31j": "cp932",
}  # fmt: skip
"""What is meant by some names: most encodings of text are those of Windows, with its additional signs."""
_SHOWN = {"cp932": "shift-jis", "cp949": "euc-kr", "cp874": "windows-874"}


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding by the name that Python has for it, and whether nothing but the text itself speaks for it."""

    codec: str
    guessed: bool = False

    @property
    def shown(self) -> str:
        """The name by which it is known outside Python, which `stated` takes as well."""
        return _SHOWN.get(self.codec) or re.sub(r"^cp(125\d)$", r"windows-\1", self.codec.replace("_", "-"))


def stated(name: str) -> Encoding:
    """The encoding that a user named. Raises SourceError for a name that is none."""
    plain = name.strip().lower()
    try:
        codec = codecs.lookup(_MEANT.get(plain, plain)).name
        "a,1\n".encode(codec)  # some of Python's codecs are no encodings of text
    except (LookupError, ValueError) as error:
        raise SourceError(
            f'There is no encoding "{name}"; write one like utf-8, windows-1252, shift-jis, gb18030 or big5.'
        ) from error
    return Encoding(_MEANT.get(codec, codec))


def encoding_of(found: Survey) -> Encoding:
    """The encoding of a file. Raises SourceError for one that is no text."""
    marked = next((codec for mark, codec in _MARKS if found.head.startswith(mark)), None)
    if marked is not None:
        return Encoding(marked)
    if b"\0" in found.head:
        wide = next((codec for codec in _WIDE if _is_text(found.head, codec)), None)
        if wide is not None:
            return Encoding(wide, guessed=True)
    control = len(found.head) - len(found.head.translate(None, _CONTROL))
    if control > max(len(found.head) / 100, _STRAY):
        raise SourceError(f"{found.path} is no text: not a CSV, Excel or Parquet file.")
    if found.utf8 or _is_damaged_utf8(found.foreign):
        return Encoding("utf-8")
    codec = scripts.best(found.foreign)
    if codec is None:
        raise SourceError(f"{found.path} is in an encoding that cannot be told; say which with --encoding NAME.")
    return Encoding(codec, guessed=True)


def _is_text(head: bytes, codec: str) -> bool:
    """Whether bytes are text with line breaks in a wide encoding, of which the last sign may be cut off."""
    text = head.decode(codec, "replace")[:-1]
    return "\n" in text and not re.search("[\0-\x08\x0e-\x1f\ufffd\ue000-\uf8ff]", text)


def _is_damaged_utf8(foreign: bytes) -> bool:
    """Whether most of what is not ASCII is UTF-8. By chance, text in another encoding hardly ever is."""
    text = foreign.decode("utf-8", "surrogateescape")
    bad = sum("\udc80" <= sign <= "\udcff" for sign in text)
    return sum(sign > "\x7f" for sign in text) - bad > bad


def text_of(path: Path, codec: str) -> Iterator[str]:
    """The text of a file, piece by piece, without a mark. Raises SourceError at the first byte that does not fit."""
    decoder = codecs.getincrementaldecoder("utf-8-sig" if codec == "utf-8" else codec)()
    line = 1
    with open_bytes(path) as file:
        end = False
        while not end:
            chunk = file.read(_CHUNK)
            end = not chunk
            try:
                text = decoder.decode(chunk, end)
            except UnicodeError as error:
                raise SourceError(_bad_byte(path, codec, line, error)) from error
            line += text.count("\n")
            yield text


def _bad_byte(path: Path, codec: str, line: int, error: UnicodeError) -> str:
    byte = ""
    if isinstance(error, UnicodeDecodeError):
        line += error.object[: error.start].decode(codec, "ignore").count("\n")
        byte = f" the byte {error.object[error.start]:02X},"
    name = Encoding(codec).shown
    return f"Line {line:,} of {path} has{byte or ' something'} that is not {name}; name the encoding: --encoding NAME."


def beginning(found: Survey, codec: str) -> str:
    """The text of the file's first bytes, as far as its last whole line; what cannot be read is left for later."""
    text = found.head.decode("utf-8-sig" if codec == "utf-8" else codec, "replace")
    whole = found.size == len(found.head)
    return text if whole else text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
