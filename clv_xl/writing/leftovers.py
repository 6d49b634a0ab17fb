"""Temporary files and folders of our own: how they are named, and how those of crashed runs are found and removed."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_OURS = "clv_xl_"
_DAY = 24 * 60 * 60
_FOLDER = re.compile(r"clv_xl_(?:(?P<process>[0-9]+)_)?[a-z0-9_]{8}(\.gone)?")
_FILE = re.compile(r"\..*\.clv_xl_[a-z0-9_]{8}\.part", re.DOTALL)
_KEPT_OF_NAME = 40
"""Characters of the target's name in the temporary one: both must fit into the 255 bytes of a name."""


def file_for(target: Path) -> Path:
    """A new empty file beside the target, for this user alone. Sweeps the folder first."""
    sweep(target.absolute().parent)
    begin = f".{target.name[:_KEPT_OF_NAME]}.{_OURS}"
    descriptor, name = tempfile.mkstemp(prefix=begin, suffix=".part", dir=target.parent)
    os.close(descriptor)
    return Path(name)


def folder() -> tempfile.TemporaryDirectory[str]:
    """A new folder where temporary files go, gone with the object. Sweeps that place first."""
    sweep(Path(tempfile.gettempdir()))
    return tempfile.TemporaryDirectory(prefix=f"{_OURS}{os.getpid()}_", ignore_cleanup_errors=True)


def remove(path: Path) -> None:
    """Remove a folder in which others may still be at work: under another name they can put nothing more into it."""
    gone = path.with_name(f"{path.name}.gone")
    path.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


@cache
def sweep(place: Path) -> None:
    """Remove what crashed runs left in a folder: named as ours, of this user, untouched for a day. Once a process."""
    with contextlib.suppress(OSError):
        for entry in _old(place):
            if stat.S_ISDIR(entry.stat(follow_symlinks=False).st_mode):
                shutil.rmtree(entry, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    Path(entry).unlink()


def _old(place: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(place) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                if _is_ours(entry) and time.time() - _last_touched(entry) > _DAY:
                    yield entry


def _is_ours(entry: os.DirEntry[str]) -> bool:
    found = entry.stat(follow_symlinks=False)
    if hasattr(os, "getuid") and found.st_uid != os.getuid():
        return False
    if stat.S_ISREG(found.st_mode):
        return _FILE.fullmatch(entry.name) is not None
    named = _FOLDER.fullmatch(entry.name) if stat.S_ISDIR(found.st_mode) else None
    return named is not None and not _runs(named["process"])


def _last_touched(entry: os.DirEntry[str]) -> float:
    inside = [file.lstat() for file in Path(entry).rglob("*")] if entry.is_dir(follow_symlinks=False) else []
    return max(found.st_mtime for found in (entry.stat(follow_symlinks=False), *inside))


def _runs(process: str | None) -> bool:
    """Whether the process that made a folder is still there; elsewhere than on POSIX its age alone decides."""
    if process is None or os.name != "posix":
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
