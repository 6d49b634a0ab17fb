"""The functions as LibreOffice sees them: an add-in with one method a function, all of them passed on to the bridge.

Part of the extension, run by LibreOffice's own Python. `functions.json` beside this file lists the functions.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
from pathlib import Path
from typing import Any, Callable, Sequence

import clv_xl_bridge as bridge
import uno
import unohelper
from com.sun.star.lang import XServiceInfo
from org.clvxl import XCustomerValue

IMPLEMENTATION = "org.clvxl.CustomerValueImpl"
SERVICES = ("org.clvxl.CustomerValue", "com.sun.star.sheet.AddIn")
_HERE = Path(__file__).resolve().parent
_LOG_BYTES = 1000000


def _log_of(context: Any) -> bridge.Log:
    """What writes into the profile's log file; the file is made with its first line."""
    paths = context.ServiceManager.createInstanceWithContext("com.sun.star.util.PathSubstitution", context)
    folder = uno.fileUrlToSystemPath(paths.substituteVariables("$(user)", True))
    logger = logging.Logger("clv_xl")
    handler = logging.handlers.RotatingFileHandler(
        Path(folder) / "clv-xl.log", maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger.addHandler(handler)
    return logger.info


class _Calls:
    """The way to the package, found at the first call: opening LibreOffice costs nothing."""

    def __init__(self) -> None:
        self._log: bridge.Log | None = None
        self._bridge: Any = None

    def connect(self, context: Any) -> None:
        log = _log_of(context)
        self._log = bridge.once(log)
        self._bridge = bridge.connect(str(_HERE / "python.json"), log)

    def answer(self, context: Any, name: str, cells: Sequence[Any], null_date: Sequence[int] | None) -> Any:
        """The function's rows; whatever goes wrong here is #VALUE! and a line in the log."""
        try:
            if self._bridge is None:
                self.connect(context)
            return self._bridge.call(name, cells, null_date)
        except Exception as fault:
            if self._log is not None:
                self._log("%s: %r" % (name, fault))
            return bridge.NO_VALUE


_calls = _Calls()


def _method(name: str, takes_document: bool) -> Callable[..., Any]:
    def on_cells(self: Any, *cells: Any) -> Any:
        return _calls.answer(self.context, name, cells, None)

    def on_dates(self: Any, document: Any, *cells: Any) -> Any:
        day = document.getPropertyValue("NullDate")
        return _calls.answer(self.context, name, cells, (day.Year, day.Month, day.Day))

    return on_dates if takes_document else on_cells


def _methods() -> dict[str, Any]:
    functions = json.loads((_HERE / "functions.json").read_text(encoding="utf-8"))["functions"]
    return {known["method"]: _method(name, known["dates"]) for name, known in functions.items()}


class _AddIn(unohelper.Base, XCustomerValue, XServiceInfo):  # type: ignore[misc]
    def __init__(self, context: Any) -> None:
        self.context = context

    def getImplementationName(self) -> str:
        return IMPLEMENTATION

    def supportsService(self, name: str) -> bool:
        return name in SERVICES

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        return SERVICES


CustomerValue = type("CustomerValue", (_AddIn,), _methods())

g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(CustomerValue, IMPLEMENTATION, SERVICES)
