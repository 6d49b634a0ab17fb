"""Our functions in LibreOffice: putting them in, taking them out, and what is there."""

from __future__ import annotations

import json
import os
import struct
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import clv_xl
from clv_xl.hosts.libreoffice import extension, names
from clv_xl.hosts.libreoffice.deploy import CannotDeploy, Profile, no_python
from clv_xl.writing.atomic import put_in_place

WORKER = "clv_xl.libreoffice"
BRIDGE = Path("pythonpath") / "clv_xl_bridge.py"
_LAST_LINES = 5


@dataclass(frozen=True)
class Status:
    """What is installed in a profile, and who answers."""

    version: str
    """Of the functions in LibreOffice; empty if they are not installed."""
    mode: str = ""
    """"in process", "worker" or "none"; empty if LibreOffice's Python was not found to ask."""
    reason: str = ""
    python: str = ""
    log: Path | None = None
    last_lines: tuple[str, ...] = ()


def install(profile: Profile, data: bytes) -> Path:
    """Install an extension for this Python; the folder that LibreOffice keeps it in."""
    if not profile.office.runs_python:
        raise CannotDeploy(no_python(profile.office))
    profile.require_closed()
    profile.require_own()
    with tempfile.TemporaryDirectory() as folder:
        # LibreOffice keeps the file's name, and finds an older version by it.
        packed = Path(folder) / names.FILE
        packed.write_bytes(data)
        profile.add(packed)
    installed = profile.extension()
    if installed is None:
        raise CannotDeploy(f"{profile.office.name} took the extension, but does not list it in {profile.folder}.")
    tell(installed)
    return installed


def remove(profile: Profile) -> bool:
    """Take our extension and its log out of the profile; whether there was one."""
    installed = profile.extension()
    if installed is not None:
        profile.require_closed()
        profile.require_own()
        profile.remove(installed)
    for log in _logs(profile):
        log.unlink()
    return installed is not None


def status(profile: Profile) -> Status:
    """What is there, found out by asking LibreOffice's own Python."""
    installed = profile.extension()
    if installed is None:
        return Status("")
    log = next(_logs(profile), None)
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log else []
    mode, reason, python = _decision(profile, installed)
    return Status(_version(installed), mode, reason, python, log, tuple(lines[-_LAST_LINES:]))


def _logs(profile: Profile) -> Iterator[Path]:
    """The log, and what the component keeps of the log before."""
    for log in (profile.user / names.LOG_FILE, profile.user / f"{names.LOG_FILE}.1"):
        if log.is_file():
            yield log


def _version(installed: Path) -> str:
    try:
        return str(json.loads((installed / extension.FUNCTIONS_FILE).read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError):
        return "unknown"


def _decision(profile: Profile, installed: Path) -> tuple[str, str, str]:
    """How calls are answered, as the component in LibreOffice decides it: mode, reason, Python."""
    python = profile.office.python()
    if python is None:
        return "", "LibreOffice's own Python was not found, so it cannot be asked", ""
    asked: list[str | Path] = [python, "-B", installed / BRIDGE, "--decide", installed / names.PYTHON_FILE]
    _, said = profile.run(asked, profile.office.environment())
    try:
        decided = json.loads(said.splitlines()[-1])
        mode, reason, ours = decided["mode"], decided["reason"], decided["python"] or str(python)
    except (IndexError, ValueError, KeyError, TypeError):
        return "none", f"LibreOffice's Python {python} failed: {said[-500:] or 'it does not say why'}", ""
    if mode == "worker" and (failure := _failure_of_worker(profile, installed)):
        return "none", failure, ours
    return mode, reason, ours


def _failure_of_worker(profile: Profile, installed: Path) -> str:
    """Why the Python that has, or had, our package does not load it; empty if it does."""
    told = json.loads((installed / names.PYTHON_FILE).read_text(encoding="utf-8"))
    environment = {**profile.office.environment(), "PYTHONPATH": os.pathsep.join(told["paths"])}
    code, said = profile.run([told["python"], "-P", "-c", f"import {WORKER}"], environment)
    last = said.splitlines()[-1] if said else "it does not say why"
    return f"{told['python']} does not load clv_xl any more ({last}); run: clv-xl addin install" if code else ""


def tell(folder: Path) -> None:
    """Write beside the component, in its folder, which Python has our package: this one."""
    told = json.dumps({"python": sys.executable, "abi": _abi(), "paths": _paths()}, indent=1)
    with put_in_place(folder / names.PYTHON_FILE, force=True) as file:
        file.write_text(told, encoding="utf-8")


def _abi() -> str:
    """What compiled packages of this Python are made for. The bridge spells its own in the same way."""
    return f"{sys.implementation.cache_tag}-{sys.platform}-{struct.calcsize('P') * 8}"


def _paths() -> list[str]:
    """Where this Python finds packages, its own library and the folder of its commands left out."""
    base = sysconfig.get_path("stdlib")
    without = {Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib", "scripts")}
    without |= {Path(base).resolve() / "lib-dynload", Path(sys.base_prefix).resolve() / "DLLs"}
    package = Path(clv_xl.__file__).resolve().parent.parent
    folders = [Path(entry).resolve() for entry in sys.path if entry and Path(entry).is_dir()]
    return [str(f) for f in dict.fromkeys([*folders, package]) if f not in without]
