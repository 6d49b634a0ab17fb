"""How a process ends that is told to: what it has begun is undone, as after an error.

A signal's own exception would not do: engines run for minutes in code that is not Python's, swallow the exception or
make another of it. So a thread waits for signals, undoes what is registered, and ends the process.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_to_undo: dict[object, Callable[[], object]] = {}


@contextlib.contextmanager
def undone_if_ended(undo: Callable[[], object]) -> Iterator[None]:
    """Within the block, call `undo` before a signal ends the process, from another thread; errors of it are ignored."""
    key = object()
    _to_undo[key] = undo
    try:
        yield
    finally:
        _to_undo.pop(key, None)


def end_cleanly(last_words: Callable[[], object]) -> None:
    """From now on, signals that end the process undo what is registered, and say the last words.

    The exit code is 128 and the signal's number: 130 for Ctrl+C, 143 for SIGTERM. A signal that the process was started
    to ignore, as nohup does, stays ignored; a second one changes nothing.
    """
    ending = {getattr(signal, name) for name in _NAMES if hasattr(signal, name)}
    heard = {number for number in ending if signal.getsignal(number) is not signal.SIG_IGN}
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    for number in heard:
        signal.signal(number, _leave_it_to_the_thread)
    # The thread holds the writer too: once collected, it would be closed.
    threading.Thread(target=_wait, args=(reader, writer, heard, last_words), daemon=True).start()


def _leave_it_to_the_thread(number: int, frame: Any) -> None:
    """Python writes the number to the wakeup socket only for signals that have a handler."""


def _wait(reader: socket.socket, _writer: socket.socket, heard: set[int], last_words: Callable[[], object]) -> None:
    while (number := reader.recv(1)[0]) not in heard:
        pass
    for action in (*reversed(_to_undo.copy().values()), last_words):
        with contextlib.suppress(Exception):
            action()
    os._exit(128 + number)
