"""Installs and removes an extension through a running LibreOffice, where its program unopkg refuses: for root.

A program for LibreOffice's own Python (any since 3.8), without our package: `extension_manager.py SOFFICE PROFILE_URL
add FILE_URL` or `… remove IDENTIFIER FILE_NAME`. It starts LibreOffice without a window and ends it. It prints nothing
if all went well, otherwise a sentence, and exits with 1.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from typing import Any

import uno
import unohelper
from com.sun.star.task import XInteractionApprove, XInteractionHandler
from com.sun.star.ucb import XCommandEnvironment

_START_SECONDS = 90
_END_SECONDS = 30


class _Agrees(unohelper.Base, XCommandEnvironment, XInteractionHandler):  # type: ignore[misc]
    """Answers LibreOffice's questions, such as whether to replace an older version, with yes."""

    def getInteractionHandler(self) -> Any:  # noqa: N802 - LibreOffice's name
        return self

    def getProgressHandler(self) -> Any:  # noqa: N802
        return None

    def handle(self, request: Any) -> None:
        for answer in request.getContinuations():
            approve = answer.queryInterface(uno.getTypeByName(XInteractionApprove.__pyunointerface__))
            if approve is not None:
                approve.select()
                return


def _connected(pipe: str, office: Any) -> Any:
    """The running LibreOffice's context."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and office.poll() is None:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            time.sleep(0.1)
    raise RuntimeError("LibreOffice did not start")


def _do(context: Any, what: str, arguments: Sequence[str]) -> None:
    manager = context.getValueByName("/singletons/com.sun.star.deployment.ExtensionManager")
    if what == "add":
        manager.addExtension(arguments[0], (), "user", None, _Agrees())
    else:
        manager.removeExtension(arguments[0], arguments[1], "user", None, _Agrees())


def main(soffice: str, profile: str, what: str, *arguments: str) -> int:
    """Do it; 0 if it is done."""
    pipe = "clvxl" + uuid.uuid4().hex
    office = subprocess.Popen(
        [
            soffice,
            f"-env:UserInstallation={profile}",
            "--headless",
            "--norestore",
            "--nologo",
            f"--accept=pipe,name={pipe};urp;",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Importing uno has named the LibreOffice of this Python, and the one to be started may be another.
        env={name: value for name, value in os.environ.items() if name != "URE_BOOTSTRAP"},
    )
    try:
        context = _connected(pipe, office)
        _do(context, what, arguments)
        desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        with contextlib.suppress(Exception):  # it may be gone before it has answered
            desktop.terminate()
        office.wait(_END_SECONDS)
    except Exception as error:
        print(str(error).strip() or repr(error))
        return 1
    finally:
        if office.poll() is None:
            office.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
