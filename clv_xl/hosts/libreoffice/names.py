"""What LibreOffice calls our functions: every name that the extension, its installer and saved files share."""

from __future__ import annotations

EXTENSION = "org.clvxl.calc"
"""The identifier under which LibreOffice lists the extension."""

MODULE = "org.clvxl"
INTERFACE = "XCustomerValue"
SERVICE = "CustomerValue"
IMPLEMENTATION = f"{MODULE}.{SERVICE}Impl"
"""Also the name of the functions' node in LibreOffice's configuration, and their prefix in some saved files."""

RELINK = f"{MODULE}.Relink"
"""The job that makes LibreOffice 7 look bare names up again after loading a file of Excel's."""

FILE = "clv-xl.oxt"
PYTHON_FILE = "python.json"
"""Beside the installed component: which Python has our package. Written by the installer, gone with the extension."""

LOG_FILE = "clv-xl.log"
"""In the profile's `user` folder: what functions and their process have to say. Made when there is something."""


def method(function: str) -> str:
    """The name of a function's method: LTV_CAC_RATIO is `ltvCacRatio`."""
    first, *rest = function.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)


def programmatic(function: str) -> str:
    """The name that LibreOffice 7 writes into .xlsx, in capitals, where Excel knows only the bare one."""
    return f"{IMPLEMENTATION}.{method(function)}".upper()
