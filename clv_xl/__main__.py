"""The command `clv-xl` as a process: how it ends when it is told to, and where its temporary files are meanwhile."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from clv_xl.writing import ending, leftovers

_CURSOR_SHOWN = b"\x1b[?25h"


def main() -> None:
    """Carry out what was typed."""
    ending.end_cleanly(_last_words)  # first, as loading the command takes a moment
    with _temporary_folder() as folder, ending.undone_if_ended(lambda: leftovers.remove(Path(folder))):
        tempfile.tempdir = folder  # whatever a library leaves there goes with the folder
        try:
            from clv_xl.cli import main as command

            command()
        finally:
            tempfile.tempdir = None


def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    try:
        return leftovers.folder()
    except OSError as error:
        from clv_xl.cli.screen import WRONG_USE, say_wrong

        say_wrong(f"There is no place for temporary files: {error.strerror}; free some space, or name one: TMPDIR.")
        sys.exit(WRONG_USE)


def _last_words() -> None:
    """The screen itself may be in the middle of a line, or wait for a reader."""
    os.set_blocking(2, False)
    os.write(2, (_CURSOR_SHOWN if sys.stderr.isatty() else b"") + b"\nclv-xl: stopped before it was done.\n")


if __name__ == "__main__":
    main()
