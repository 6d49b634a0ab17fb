"""Watching processes that others start and end."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WAIT_SECONDS = 40


def wait_until(holds: Callable[[], Any]) -> None:
    """Poll, as another process decides when."""
    limit = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.02)


def is_running(process_id: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False
