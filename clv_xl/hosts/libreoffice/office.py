"""Finds LibreOffice on this computer: its programs, its version, its Python, and where users' profiles lie."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

OLDEST = (7, 0)

_FROM = "https://www.libreoffice.org/download"
_LINUX = (
    "usr/lib/libreoffice", "usr/lib64/libreoffice", "usr/local/lib/libreoffice", "opt/libreoffice*", "opt/LibreOffice*",
)  # fmt: skip
_OF_ENVIRONMENTS = ("VIRTUAL_ENV", "CONDA_PREFIX", "__PYVENV_LAUNCHER__")
_FLATPAK = "org.libreoffice.LibreOffice"
_SANDBOXED = (
    "LibreOffice is here only as a {kind}, which is shut off from the other programs of this computer, so that "
    "its functions could not reach the Python that has clv_xl. Install LibreOffice from your distribution or from "
    f"{_FROM}, then try again."
)


class NoOffice(Exception):
    """There is no LibreOffice that can be used. The text says why and what to do."""


def _no_registry() -> str | None:
    return None


@dataclass(frozen=True)
class System:
    """What differs between computers, in one place, so that tests can pretend."""

    platform: str
    home: Path
    environment: Mapping[str, str]
    root: Path = Path("/")
    registered: Callable[[], str | None] = _no_registry
    """Where Windows' registry says that LibreOffice's programs lie."""

    @property
    def windows(self) -> bool:
        """Whether this is Windows."""
        return self.platform == "win32"

    @property
    def settings(self) -> Path:
        """The folder of users' settings."""
        if self.windows:
            return Path(self.environment.get("APPDATA") or self.home / "AppData" / "Roaming")
        if self.platform == "darwin":
            return self.home / "Library" / "Application Support"
        return Path(self.environment.get("XDG_CONFIG_HOME") or self.home / ".config")


def this_computer() -> System:
    """The computer that we run on."""
    return System(sys.platform, Path.home(), os.environ, Path("/"), _registered)


def _registered() -> str | None:
    if sys.platform != "win32":
        return None
    import winreg

    for root in (winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER):
        for view in (winreg.KEY_WOW64_64KEY, winreg.KEY_WOW64_32KEY):
            try:
                with winreg.OpenKey(root, r"SOFTWARE\LibreOffice\UNO\InstallPath", 0, winreg.KEY_READ | view) as key:
                    return str(winreg.QueryValue(key, None))
            except OSError:
                continue
    return None


@dataclass(frozen=True)
class Office:
    """An installed LibreOffice."""

    program: Path
    """The folder of its programs."""
    soffice: Path
    unopkg: Path
    version: str
    """As "7.4"; empty if it does not say."""
    profile: Path
    """Where it keeps the settings of the user who asks for nothing else."""
    pythons: tuple[Path, ...]
    """Where its Python may be, the likeliest first."""
    runs_python: bool
    """Whether the part of it that runs functions written in Python is installed."""

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        return f"LibreOffice {self.version}".rstrip()

    def python(self) -> Path | None:
        """Its Python, or where it uses the system's, that one; None if none can talk to it."""
        return next((python for python in self.pythons if _imports_uno(python, self._environment(python))), None)

    def environment(self) -> dict[str, str]:
        """What LibreOffice, or its Python, is to be started with, so that it finds what it finds from a user's menu."""
        return self._environment(self.python())

    def in_the_way(self) -> str:
        """The python3 that misleads LibreOffice when it is started from this terminal; empty if none does."""
        python = self.python()
        if python is None or self.program in python.parents or not sys.platform.startswith("linux"):
            return ""
        # The Python inside LibreOffice calls itself python3 and looks for its library where the path has that name, as
        # any Python that is started under this name does. So try one, and see whether it finds LibreOffice's modules.
        return "" if _imports_uno(python, os.environ, called="python3") else shutil.which("python3") or ""

    def _environment(self, python: Path | None) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") and k not in _OF_ENVIRONMENTS}
        if python is not None:
            # Where LibreOffice uses the system's Python, that looks for its library beside the first python3 of the
            # path: in an activated virtual environment it would find another's, without LibreOffice's modules.
            kept["PATH"] = os.pathsep.join([str(python.parent), kept.get("PATH", "")])
        return {**kept, "PYTHONPATH": str(self.program)} if sys.platform.startswith("linux") else kept


def _imports_uno(python: Path, environment: Mapping[str, str], called: str = "") -> bool:
    """Whether a Python finds LibreOffice's modules; it may be called by another name than its own."""
    try:
        tried = subprocess.run(
            [called or python, "-c", "import uno"],
            executable=python,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


def find(system: System, given: Path | None = None) -> Office:
    """The LibreOffice in the folder given, or the first in the usual places."""
    folders = _inside(given, system) if given is not None else _usual(system)
    for folder in folders:
        if (office := _office(folder, system)) is not None:
            if office.version and tuple(map(int, office.version.split("."))) < OLDEST:
                raise NoOffice(f"{office.name} in {office.program} is too old; 7.0 is the first that will do.")
            return office
    if given is not None:
        raise NoOffice(f"There is no LibreOffice in {given}; name the folder that its program soffice is in.")
    if kind := _sandboxed(system):
        raise NoOffice(_SANDBOXED.format(kind=kind))
    raise NoOffice(
        f"LibreOffice was not found. Install it from {_FROM}, or say where it is: --office FOLDER, the folder that its "
        "program soffice is in."
    )


def _inside(given: Path, system: System) -> Iterator[Path]:
    for folder in (given, given / "program", given / "Contents" / "MacOS"):
        yield folder.resolve()
    if given.is_file():
        yield given.resolve().parent


def _usual(system: System) -> Iterator[Path]:
    """The folders that LibreOffice's programs may be in, the one that a terminal would start first."""
    for name in ("soffice", "libreoffice"):
        if found := shutil.which(name, path=system.environment.get("PATH", "")):
            yield Path(found).resolve().parent
    if system.windows:
        if registered := system.registered():
            yield Path(registered)
        for variable in ("ProgramFiles", "ProgramW6432", "ProgramFiles(x86)"):
            if programs := system.environment.get(variable):
                yield Path(programs) / "LibreOffice" / "program"
    elif system.platform == "darwin":
        for applications in (system.root / "Applications", system.home / "Applications"):
            for app in sorted(applications.glob("LibreOffice*.app")):
                yield app / "Contents" / "MacOS"
    else:
        for pattern in _LINUX:
            # The newest last in the alphabet: libreoffice7.4, libreoffice25.2.
            for folder in sorted(system.root.glob(pattern), key=lambda f: _numbers(f.name), reverse=True):
                yield folder / "program"


def _numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


def _office(program: Path, system: System) -> Office | None:
    soffice = program / ("soffice.exe" if system.windows else "soffice")
    unopkg = program / ("unopkg.com" if system.windows else "unopkg")
    if not (soffice.is_file() and unopkg.is_file()):
        return None
    # On a Mac, programs and everything else lie in folders of their own.
    resources = program.parent / "Resources" if system.platform == "darwin" else program
    said = _said(resources / ("bootstrap.ini" if system.windows else "bootstraprc"))
    product, _, version = said.get("ProductKey", "LibreOffice").rpartition(" ")
    if "LibreOffice" not in (product, version) and not product.startswith("LibreOffice"):
        return None  # OpenOffice has the same programs
    version = version if re.fullmatch(r"\d+(\.\d+)*", version) else ""
    profile = _profile(said.get("UserInstallation", ""), system)
    runs_python = (resources / "pythonloader.py").is_file()
    return Office(program, soffice, unopkg, version, profile, tuple(_pythons(program, system)), runs_python)


def _pythons(program: Path, system: System) -> Iterator[Path]:
    own = [program / ("python.exe" if system.windows else "python"), program.parent / "Resources" / "python"]
    yield from (path for path in own if path.is_file())
    if system.platform not in ("win32", "darwin"):
        # Distributions build LibreOffice on the system's Python, whatever Python the user prefers.
        yield from (path for path in [system.root / "usr" / "bin" / "python3"] if path.is_file())
        if found := shutil.which("python3", path=system.environment.get("PATH", "")):
            yield Path(found)


def _profile(said: str, system: System) -> Path:
    """The default profile, as LibreOffice's own file of start-up values says, else as it has been for years."""
    place = re.fullmatch(r"\$\{?SYSUSERCONFIG\}?/(.+)", said)
    usual = "LibreOffice/4" if system.windows or system.platform == "darwin" else "libreoffice/4"
    return system.settings / (place[1] if place else usual)


def _said(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    return {key.strip(): value.strip() for key, equals, value in (line.partition("=") for line in lines) if equals}


def _sandboxed(system: System) -> str:
    """Which kind of sandbox LibreOffice is in, if it is in one."""
    if system.windows or system.platform == "darwin":
        return ""
    flatpaks = (system.root / "var" / "lib" / "flatpak", system.home / ".local" / "share" / "flatpak")
    if any((folder / "app" / _FLATPAK).exists() for folder in flatpaks):
        return "Flatpak"
    return "snap" if (system.root / "snap" / "libreoffice").exists() else ""
