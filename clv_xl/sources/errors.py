"""What is wrong with a source, in one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

_ENGINES = ("duckdb", "_duckdb", "polars", "pyspark", "py4j", "sqlalchemy", "python_calamine", "pyarrow", "lxml")
_FULL = re.compile(r"No space left|Disk quota|ENOSPC|EDQUOT")
_TOO_LARGE = re.compile(r"File too large|EFBIG")


class SourceError(Exception):
    """A source cannot be read or a result cannot be written. The text is one sentence: what is wrong, what to do."""


@contextmanager
def one_sentence(what: str) -> Iterator[None]:
    """Turn the engines' own errors, which may come as late as the last row, into SourceErrors beginning with `what`."""
    try:
        yield
    except SourceError:
        raise
    except Exception as error:
        if isinstance(error, OSError | MemoryError) or type(error).__module__.split(".")[0] in _ENGINES:
            raise SourceError(f"{what}: {reason(error)}") from error
        raise


def reason(error: BaseException) -> str:
    """The first sentence of an engine's message, without its decorations, and the line number where it names one."""
    original = getattr(error, "orig", None) or error
    text = str(original).strip() or type(original).__name__
    if _FULL.search(text):
        return "there is no space left on the disk; free some and try again."
    if _TOO_LARGE.search(text):
        return "the file would be larger than this place allows; choose another."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}."
    if ("memory" in text.lower() and "limit" in text.lower()) or isinstance(error, MemoryError):
        return "the memory is not enough; raise the memory limit."
    first = re.sub(r"^[A-Za-z ]+Error: |^\([^)]*\) |^\[[A-Z_.]+\] ", "", text.splitlines()[0]).rstrip(" .:")
    line = re.search(r"on [Ll]ine:? (\d+)", text)
    where = f" (line {line[1]})" if line and line[1] not in first else ""
    return f"{first[:300]}{where}."
