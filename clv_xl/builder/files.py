"""Writing a workbook whole or not at all, and one sentence where that is not possible."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from clv_xl.writing.atomic import put_in_place


class CannotWrite(Exception):
    """A file was not written. The text is one sentence that says why and what to do."""


def write(path: str | os.PathLike[str], data: bytes, force: bool = False) -> Path:
    """Write the bytes, all or nothing. An existing file is replaced only with `force`."""
    target = Path(path)
    _require_a_place(target, force)
    try:
        with put_in_place(target, force) as temporary:
            temporary.write_bytes(data)
    except OSError as error:
        raise CannotWrite(_reason(target, error)) from error
    return target


def _require_a_place(target: Path, force: bool) -> None:
    if target.is_dir():
        raise CannotWrite(f"{target} is a folder; give the name of a file.")
    if not target.parent.exists():
        raise CannotWrite(f"The folder {target.parent} does not exist; create it first.")
    if not target.parent.is_dir():
        raise CannotWrite(f"{target.parent} is a file, not a folder.")
    if target.exists() and not force:
        raise CannotWrite(f"{target} exists already; use --force to replace it.")


def _reason(target: Path, error: OSError) -> str:
    if isinstance(error, FileExistsError):
        return f"{target} exists already; use --force to replace it."
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return f"There is no space left on the disk for {target}; free some and try again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"The folder {target.parent} cannot be written to; choose another folder or ask for access."
    if error.errno == errno.ENAMETOOLONG:
        return f"The name {target.name[:40]}… is too long for a file."
    return f"{target} could not be written: {error.strerror or error}."
