"""LibreOffice with our extension, in the ways in which it may run."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import clv_xl
from clv_xl.catalogue import REGISTRY
from clv_xl.hosts.libreoffice import names

ROOT = Path(__file__).resolve().parents[3]


def _beside(name: str) -> ModuleType:
    """A module beside this file: tests are no package, and their folder is not on the path."""
    spec = importlib.util.spec_from_file_location(f"clv_xl_tests_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


calc_module = _beside("calc")
processes_module = _beside("processes")


@pytest.fixture(scope="session")
def office() -> ModuleType:
    """The module that starts and drives LibreOffice."""
    return calc_module


@pytest.fixture(scope="session")
def processes() -> ModuleType:
    """The module that watches processes."""
    return processes_module


@pytest.fixture(scope="session")
def office_python(soffice: str) -> str:
    """A Python that can import `uno`: LibreOffice's own, or the system's where LibreOffice uses that."""
    program = Path(soffice).resolve().parent
    places = (program / "python", program / "python.exe", program.parent / "Resources" / "python")
    beside = [str(path) for path in places if path.exists()]
    for python in [*beside, "/usr/bin/python3"]:
        found = shutil.which(python)
        if found and subprocess.run([found, "-c", "import uno"], capture_output=True, timeout=60).returncode == 0:
            return found
    missing = "no Python with the module uno (Debian: python3-uno) was found"
    if os.environ.get("CLV_XL_REQUIRE_PROGRAMS") == "1":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def office_version(soffice: str) -> tuple[int, ...]:
    """LibreOffice's version, as (7, 4)."""
    shown = subprocess.run([soffice, "--version"], capture_output=True, text=True, timeout=60).stdout
    return tuple(int(part) for part in shown.split()[1].split(".")[:2])


def unpacked(folder: Path, in_process: bool = True) -> Path:
    """A folder with our extension, as LibreOffice holds it when it is installed, told which Python has our package.

    Without `in_process` it is told that this Python is of another kind than LibreOffice's.
    """
    from clv_xl.hosts.libreoffice import extension, install

    with zipfile.ZipFile(io.BytesIO(extension.build(REGISTRY, clv_xl.__version__))) as packed:
        packed.extractall(folder / "clv-xl")
    install.tell(folder / "clv-xl")
    if not in_process:
        python_file = folder / "clv-xl" / names.PYTHON_FILE
        told = json.loads(python_file.read_text(encoding="utf-8"))
        python_file.write_text(json.dumps(told | {"abi": "other"}), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def extensions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our extension, running inside LibreOffice where LibreOffice's Python is built as ours is."""
    return unpacked(tmp_path_factory.mktemp("extensions"))


@pytest.fixture(scope="session")
def extensions_by_worker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our extension where the two Pythons differ, so that the functions run in a process of ours."""
    return unpacked(tmp_path_factory.mktemp("extensions"), in_process=False)


@pytest.fixture(scope="session")
def start_calc(soffice: str, office_python: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Start a LibreOffice of one's own, with a fresh profile; the caller ends it."""

    def start(extensions: Path | None, profile_name: str = "profile", **environment: str) -> Any:
        profile = tmp_path_factory.mktemp(profile_name)
        return calc_module.Calc(soffice, office_python, profile, extensions, environment)

    return start


@pytest.fixture(scope="session")
def calc(start_calc: Callable[..., Any], extensions: Path) -> Iterator[Any]:
    """LibreOffice with our functions."""
    with start_calc(extensions) as running:
        yield running


@pytest.fixture(scope="session")
def calc_by_worker(start_calc: Callable[..., Any], extensions_by_worker: Path) -> Iterator[Any]:
    """LibreOffice with our functions, which run in a process of their own."""
    with start_calc(extensions_by_worker) as running:
        yield running


@pytest.fixture(scope="session")
def calc_without(start_calc: Callable[..., Any]) -> Iterator[Any]:
    """LibreOffice without our functions."""
    with start_calc(None) as running:
        yield running


@pytest.fixture
def sheet(calc: Any) -> Iterator[Any]:
    """An empty spreadsheet in LibreOffice with our functions."""
    with calc.new() as document:
        yield document


def _converter(soffice: str, extensions: Path, factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    start = calc_module.command(soffice, factory.mktemp("profile"), extensions)
    return lambda source: calc_module.converted(start, source, factory.mktemp("converted"))


@pytest.fixture(scope="session")
def convert(soffice: str, extensions: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Have LibreOffice with our functions open a file and save it as .xlsx, without a window."""
    return _converter(soffice, extensions, tmp_path_factory)


@pytest.fixture(scope="session")
def convert_by_worker(
    soffice: str, extensions_by_worker: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Path], Path]:
    """The same where the functions run in a process of their own."""
    return _converter(soffice, extensions_by_worker, tmp_path_factory)
