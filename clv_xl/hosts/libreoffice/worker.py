"""The process that answers LibreOffice where its own Python cannot load our package.

A frame is four bytes of length, lowest first, and JSON: a call [name, cells, null date] comes in by standard input, an
answer [rows, errors, message] goes out by standard output, one for one.
"""

from __future__ import annotations

import json
import os
import queue
import struct
import threading
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

from clv_xl.hosts.libreoffice.values import Answer

_LENGTH = struct.Struct("<I")


def serve(answer: Callable[[str, Sequence[Any], Sequence[int] | None], Answer]) -> None:
    """Answer calls until the caller goes away, which ends this process at once, also in the middle of an answer."""
    # Whatever a library prints must not end up between frames.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    calls: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(os.fdopen(os.dup(0), "rb"), calls), daemon=True).start()
    while True:
        name, cells, null_date = json.loads(calls.get())
        frame = json.dumps(answer(name, cells, null_date)).encode()
        try:
            out.write(_LENGTH.pack(len(frame)) + frame)
            out.flush()
        except OSError:
            os._exit(0)


def _listen(source: BinaryIO, calls: queue.SimpleQueue[bytes]) -> None:
    """Pass calls on. The end of input means that LibreOffice has ended, however it did."""
    while len(head := source.read(_LENGTH.size)) == _LENGTH.size:
        calls.put(source.read(_LENGTH.unpack(head)[0]))
    os._exit(0)
