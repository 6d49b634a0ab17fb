"""The process that reads a workbook: python -m clv_xl.sources.excel_child FILE [SHEET ...], a pickle on its output."""

from __future__ import annotations

import contextlib
import gc
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from clv_xl.sources.errors import SourceError, reason
from clv_xl.sources.workbook import read

_BYTES, _BYTES_A_BYTE = 2 << 30, 60


def main(path: Path, sheets: Sequence[str]) -> tuple[Any, ...]:
    """What was read, or what is wrong in one sentence."""
    _limit_memory(path)
    gc.disable()  # millions of cells and no cycles: it would only look at them again and again
    try:
        return ("read", *read(path, sheets))
    except SourceError as error:
        return "wrong", str(error)
    except MemoryError:
        return "wrong", f"{path} takes more memory than its size allows for; save the sheet as CSV."
    except Exception as error:  # whatever a damaged file makes of its readers
        return "wrong", f"{path} cannot be read as an Excel workbook: {reason(error)}"


def _limit_memory(path: Path) -> None:
    """2 GB, and sixty times the size of the file. Linux keeps to it; macOS does not, and Windows has no such limit."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        most = _BYTES + _BYTES_A_BYTE * path.stat().st_size
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    pickle.dump(main(Path(sys.argv[1]), sys.argv[2:]), sys.stdout.buffer, protocol=5)
