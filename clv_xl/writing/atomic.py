"""A file that appears whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from clv_xl.writing import leftovers
from clv_xl.writing.ending import undone_if_ended


@contextlib.contextmanager
def put_in_place(target: Path, force: bool) -> Iterator[Path]:
    """A temporary file beside the target, to be written within the block; after it, it takes the target's place.

    Whatever happens, a signal included, the target either holds all that was written or is as it was before, and no
    temporary file stays. Without `force` an existing file is not replaced, even one that appeared meanwhile:
    FileExistsError.
    """
    temporary = leftovers.file_for(target)
    try:
        with undone_if_ended(temporary.unlink):
            yield temporary
            _sync(temporary, os.O_RDWR)
            temporary.chmod(_permissions(target))
            if force:
                os.replace(temporary, target)  # noqa: PTH105 - named as the one step that matters
            else:
                _appear(temporary, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        raise
    with contextlib.suppress(OSError):  # makes the new name durable where the system can; the file itself is safe
        _sync(target.parent, os.O_RDONLY)


def _appear(temporary: Path, target: Path) -> None:
    """Put the file in place unless one has appeared there meanwhile; a hard link cannot overwrite."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        os.replace(temporary, target)  # noqa: PTH105
    else:
        temporary.unlink()


def _permissions(target: Path) -> int:
    """Those of the file that is replaced, or what a new file gets; a temporary file is private."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync(path: Path, how: int) -> None:
    descriptor = os.open(path, how)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
