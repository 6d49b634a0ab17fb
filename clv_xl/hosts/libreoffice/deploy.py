"""Extensions in a LibreOffice profile: adding one, taking it out again, and finding it, without asking anybody."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from clv_xl.hosts.libreoffice import names
from clv_xl.hosts.libreoffice.office import Office
from clv_xl.writing.ending import undone_if_ended

MANAGER = Path(__file__).with_name("extension_manager.py")
_SECONDS = 300
_CACHE = "$UNO_USER_PACKAGES_CACHE/"


class CannotDeploy(Exception):
    """LibreOffice did not do it. The text says why and what to do."""


def is_root() -> bool:
    """Whether we are root, for whom unopkg does nothing."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def run(command: Sequence[str | Path], environment: dict[str, str] | None = None) -> tuple[int, str]:
    """A program's exit code and what it said.

    It says so into a file, and what it started ends with it: a LibreOffice left behind would keep a pipe open for ever.
    """
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [str(part) for part in command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            with undone_if_ended(lambda: _end(process)):
                code = process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            code = -1
        finally:
            _end(process)
        said.seek(0)
        text = said.read().decode("utf-8", "replace").strip()
    return code, text if code != -1 else f"{text}\nit did not end within {_SECONDS} seconds".strip()


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


Runner = Callable[[Sequence[str | Path], dict[str, str] | None], tuple[int, str]]


@dataclass(frozen=True)
class Profile:
    """One user's settings and extensions in one LibreOffice."""

    office: Office
    folder: Path
    as_root: bool
    run: Runner = run

    @property
    def user(self) -> Path:
        """The folder in it that LibreOffice fills."""
        return self.folder / "user"

    def require_closed(self) -> None:
        """Raise where LibreOffice has this profile open: it would not see the change, or undo it."""
        lock = self.folder / ".lock"
        if lock.exists():
            raise CannotDeploy(
                f"LibreOffice is running. Close all its windows, and the quickstarter if there is one, then try again. "
                f"(If it is not running, it ended badly: start and close it once, or delete {lock}.)"
            )

    def require_own(self) -> None:
        """Raise where root would leave files in another user's profile which that user could not change."""
        place = next(folder for folder in (self.folder, *self.folder.parents) if folder.exists())
        if self.as_root and (owner := place.stat().st_uid) != 0 and is_root():
            raise CannotDeploy(
                f"{place} belongs to the user {_user(owner)}; run this command as that user, without sudo."
            )

    def add(self, extension: Path) -> None:
        """Install an extension, in place of the version that may be there."""
        if self.as_root:
            self._by_libreoffice("add", extension.as_uri())
        else:
            self._by_unopkg("add", "--force", "--suppress-license", str(extension))

    def remove(self, folder: Path) -> None:
        """Take out our extension, which lies in this folder, with the copies of it that LibreOffice would keep."""
        if self.as_root:
            self._by_libreoffice("remove", names.EXTENSION, folder.name)
        else:
            self._by_unopkg("remove", names.EXTENSION)
        for copy in [*self.user.glob("uno_packages/cache/uno_packages/*/*"), *self.user.glob("extensions/tmp/*/*/*")]:
            if _is_ours(copy):
                shutil.rmtree(copy.parent, ignore_errors=True)

    def extension(self) -> Path | None:
        """The folder in which LibreOffice keeps our extension, if it is installed."""
        return next((folder for folder in self._registered() if _is_ours(folder)), None)

    def _registered(self) -> Iterator[Path]:
        """The folders of the extensions that are installed, from LibreOffice's own list."""
        cache = self.user / "uno_packages" / "cache"
        lists = cache / "registry" / "com.sun.star.comp.deployment.bundle.PackageRegistryBackend" / "backenddb.xml"
        try:
            root = ET.parse(lists).getroot()
        except (OSError, ET.ParseError):
            return
        for entry in root:
            _, found, place = entry.get("url", "").partition(_CACHE)
            if found and entry.get("revoked") != "true":
                yield cache / place

    def _by_unopkg(self, *arguments: str) -> None:
        start: list[str | Path] = [
            self.office.unopkg,
            arguments[0],
            f"-env:UserInstallation={self.folder.as_uri()}",
            *arguments[1:],
        ]
        code, said = self.run(start, self.office.environment())
        if code != 0:
            raise CannotDeploy(_reason(self.office, said))

    def _by_libreoffice(self, *arguments: str) -> None:
        python = self.office.python()
        if python is None:
            raise CannotDeploy(
                "LibreOffice's program for extensions, unopkg, does not work for root, and no Python was found to "
                "ask LibreOffice itself. Run this command as the user who works with LibreOffice, without sudo."
            )
        start: list[str | Path] = [python, MANAGER, self.office.soffice, self.folder.as_uri(), *arguments]
        code, said = self.run(start, self.office.environment())
        if code != 0:
            raise CannotDeploy(_reason(self.office, said))


def _is_ours(folder: Path) -> bool:
    try:
        return f'"{names.EXTENSION}"' in (folder / "description.xml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def _user(number: int) -> str:
    try:
        import pwd

        return pwd.getpwuid(number).pw_name
    except (ImportError, KeyError):
        return str(number)


def _reason(office: Office, said: str) -> str:
    """What went wrong, from what LibreOffice wrote."""
    lines = [line.removeprefix("ERROR:").strip() for line in said.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith(("Warning:", "WARNING:", "unopkg failed"))]
    if any("com.sun.star.loader.Python" in line for line in lines):
        return no_python(office)
    return f"{office.name} refused the extension: {lines[0] if lines else 'it does not say why'}"


def no_python(office: Office) -> str:
    """What to do where LibreOffice cannot run Python."""
    return (
        f"{office.name} in {office.program} lacks the part that runs Python. Install it (Debian, Ubuntu: python3-uno; "
        "Fedora: libreoffice-pyuno; openSUSE: libreoffice-pyuno; elsewhere it comes with LibreOffice), then try again."
    )
