"""Writing a file whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path


class CannotWrite(Exception):
    """A file was not written. The text is one sentence that says why and what to do."""


def write(path: str | os.PathLike[str], data: bytes, force: bool = False) -> Path:
    """Write the bytes to a temporary file beside the target and put it in place in one step.

    Whatever happens, the target either holds all of `data` or is as it was before, and no temporary file stays.
    An existing file is replaced only with `force`.
    """
    target = Path(path)
    _require_a_place(target, force)
    try:
        _put_in_place(target, data, force)
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


def _put_in_place(target: Path, data: bytes, force: bool) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(_permissions(target))
        if force:
            os.replace(temporary, target)  # noqa: PTH105 - named as the one step that matters
        else:
            _appear(temporary, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)  # noqa: PTH108
        raise
    _sync_folder(target.parent)


def _appear(temporary: str, target: Path) -> None:
    """Put the file in place unless one has appeared there meanwhile; a hard link cannot overwrite."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        os.replace(temporary, target)  # noqa: PTH105
    else:
        os.unlink(temporary)  # noqa: PTH108


def _permissions(target: Path) -> int:
    """Those of the file that is replaced, or what a new file gets; a temporary file is private."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    """Make the new name durable where the system can; the file itself is already safe."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


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
