"""Finding LibreOffice, on computers made of folders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clv_xl.hosts.libreoffice.office import NoOffice, System, find


def put(*paths: Path, text: str = "") -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)


def installed(program: Path, version: str = "LibreOffice 24.8", windows: bool = False, resources: str = "") -> Path:
    put(*(program / name for name in (("soffice.exe", "unopkg.com") if windows else ("soffice", "unopkg"))))
    values = (program.parent / resources if resources else program) / ("bootstrap.ini" if windows else "bootstraprc")
    settings = "libreoffice/4" if not (windows or resources) else "LibreOffice/4"
    put(values, text=f"[Bootstrap]\nProductKey={version}\nUserInstallation=$SYSUSERCONFIG/{settings}\n")
    put(values.with_name("pythonloader.py"))
    return program


@pytest.fixture
def linux(tmp_path: Path) -> System:
    return System("linux", tmp_path / "home" / "ann", {"PATH": str(tmp_path / "usr" / "bin")}, tmp_path)


def test_a_distributions_libreoffice_by_its_command(linux: System) -> None:
    program = installed(linux.root / "usr/lib/libreoffice/program", "LibreOffice 7.4")
    put(linux.root / "usr/bin/python3")
    (linux.root / "usr/bin/soffice").symlink_to(program / "soffice")
    found = find(linux)
    assert (found.program, found.version, found.runs_python) == (program, "7.4", True)
    assert found.profile == linux.home / ".config/libreoffice/4"
    assert linux.root / "usr/bin/python3" in found.pythons
    assert find(replace(linux, environment={"XDG_CONFIG_HOME": "/settings"})).profile == Path("/settings/libreoffice/4")


def test_the_newest_in_opt_with_its_own_python(linux: System) -> None:
    for version in ("7.6", "24.8", "25.2"):
        installed(linux.root / f"opt/libreoffice{version}/program", f"LibreOffice {version}")
    own = linux.root / "opt/libreoffice25.2/program/python"
    put(own)
    assert find(linux).version == "25.2"
    assert find(linux).pythons[0] == own


@pytest.mark.parametrize("given", ["", "program", "program/soffice"])
def test_the_folder_that_the_user_names(linux: System, given: str) -> None:
    installed(linux.root / "usr/lib/libreoffice/program")
    program = installed(linux.root / "elsewhere/lo/program", "LibreOffice 25.8")
    assert find(linux, program.parent / given).program == program


def test_a_mac(tmp_path: Path) -> None:
    mac = System("darwin", tmp_path / "Users/ann", {}, tmp_path)
    app = tmp_path / "Users/ann/Applications/LibreOffice.app/Contents"
    installed(app / "MacOS", resources="Resources")
    put(app / "Resources/python")
    found = find(mac)
    assert (found.program, found.version, found.runs_python) == (app / "MacOS", "24.8", True)
    assert found.profile == tmp_path / "Users/ann/Library/Application Support/LibreOffice/4"
    assert found.pythons == (app / "Resources/python",)
    everybodys = installed(tmp_path / "Applications/LibreOffice.app/Contents/MacOS", resources="Resources")
    assert find(mac).program == everybodys


@pytest.mark.parametrize("by_registry", [True, False])
def test_windows(tmp_path: Path, by_registry: bool) -> None:
    folder = tmp_path / ("D/LO" if by_registry else "Program Files/LibreOffice") / "program"
    program = installed(folder, windows=True)
    put(program / "python.exe")
    environment = {"ProgramFiles": str(tmp_path / "Program Files"), "APPDATA": str(tmp_path / "Roaming")}
    windows = System("win32", tmp_path, environment, tmp_path, lambda: str(program) if by_registry else None)
    found = find(windows)
    assert (found.program, found.unopkg.name, found.pythons) == (program, "unopkg.com", (program / "python.exe",))
    assert found.profile == tmp_path / "Roaming/LibreOffice/4"


def test_where_there_is_none_the_fix_is_named(linux: System) -> None:
    with pytest.raises(NoOffice, match=r"not found\. Install it from https.* --office FOLDER"):
        find(linux)
    with pytest.raises(NoOffice, match=r"There is no LibreOffice in .*nowhere; name the folder"):
        find(linux, linux.root / "nowhere")


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("var/lib/flatpak/app/org.libreoffice.LibreOffice", "Flatpak"),
        ("home/ann/.local/share/flatpak/app/org.libreoffice.LibreOffice", "Flatpak"),
        ("snap/libreoffice", "snap"),
    ],
)
def test_one_in_a_sandbox_is_recognised(linux: System, folder: str, kind: str) -> None:
    (linux.root / folder).mkdir(parents=True)
    with pytest.raises(NoOffice, match=f"only as a {kind}, which is shut off .* Install LibreOffice from"):
        find(linux)
    installed(linux.root / "usr/lib/libreoffice/program")
    assert find(linux).version == "24.8"


def test_too_old_and_other_products(linux: System) -> None:
    old = installed(linux.root / "usr/lib/libreoffice/program", "LibreOffice 6.4")
    with pytest.raises(NoOffice, match=r"LibreOffice 6\.4 .* is too old; 7\.0"):
        find(linux)
    installed(old, "OpenOffice 4.1")
    with pytest.raises(NoOffice, match="not found"):
        find(linux)


def test_one_that_says_nothing_of_itself(linux: System) -> None:
    program = linux.root / "usr/lib64/libreoffice/program"
    put(program / "soffice", program / "unopkg")
    found = find(linux)
    assert (found.name, found.profile) == ("LibreOffice", linux.home / ".config/libreoffice/4")
    assert not found.runs_python
