"""The repository keeps its own rules: imports run downwards, nothing generated is stale, everything is documented."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

import clv_xl
from clv_xl.catalogue import REGISTRY

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "clv_xl"

# From the ground up. A room may import from the rooms named before it, and from itself.
MAY_IMPORT = {
    "core": set(),
    "writing": set(),
    "worksheet": {"core"},
    "catalogue": {"worksheet"},
    "engine": {"worksheet", "catalogue"},
    "hosts": {"worksheet", "writing"},
    "functions": {"catalogue", "hosts"},
    "libreoffice": {"catalogue", "hosts"},
    "audit": {"worksheet", "catalogue", "engine"},
    "builder": {"worksheet", "catalogue", "engine", "writing"},
    "templates": {"core", "worksheet", "catalogue", "engine", "builder"},
    "sources": {"core", "writing"},
    "sample": {"sources", "writing"},
    "reports": {"core", "engine", "builder", "sources", "writing"},
    "cli": {
        "core",
        "worksheet",
        "catalogue",
        "engine",
        "hosts",
        "audit",
        "builder",
        "templates",
        "sources",
        "sample",
        "reports",
    },
    "__main__": {"cli", "writing"},
}
FORBIDDEN = {
    "core": {"xlwings", "openpyxl", "formualizer", "lxml", "typer", "rich"},
    "worksheet": {"xlwings", "openpyxl", "formualizer", "lxml", "typer", "rich"},
    "writing": {"xlwings", "openpyxl", "formualizer", "lxml", "typer", "rich"},
    "catalogue": {"numpy", "xlwings", "openpyxl", "formualizer", "lxml", "typer", "rich"},
}


def imports(path: Path) -> set[str]:
    """Every module that a file imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


FILES = [p for p in sorted(PACKAGE.rglob("*.py")) if p.parent != PACKAGE or p.name != "__init__.py"]


@pytest.mark.parametrize("path", FILES, ids=[str(p.relative_to(PACKAGE)) for p in FILES])
def test_imports_run_downwards(path: Path) -> None:
    here = room(path)
    rooms = {m.split(".")[1] for m in imports(path) if m.startswith("clv_xl.")} & set(MAY_IMPORT)
    assert rooms <= MAY_IMPORT[here] | {here}
    assert not {m.split(".")[0] for m in imports(path)} & FORBIDDEN.get(here, set())


def printing(path: Path) -> set[str]:
    """Every way in which a file prints: print and its like, or a library that does."""
    found = {module.split(".")[0] for module in imports(path)} & {"rich", "curses"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found |= {node.func.id} & {"print", "input", "pprint"}
        elif isinstance(node, ast.Attribute):
            named = ast.unparse(node)
            found |= {named} & {"sys.stdout", "sys.stderr", "typer.echo", "typer.secho", "click.echo", "os.write"}
    return found


PRINTING = {
    "cli/screen.py": "the outlet itself",
    "__main__.py": "the last words, of a fixed text",
    "sources/excel_child.py": "answers a process through a pipe",
    "hosts/libreoffice/extension_manager.py": "answers a process through a pipe",
    "hosts/libreoffice/component/clv_xl_bridge.py": "answers a process through a pipe",
}


def test_nothing_but_the_outlet_prints() -> None:
    found = {p.relative_to(PACKAGE).as_posix() for p in FILES if printing(p)}
    assert found == set(PRINTING)


def generator() -> object:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_files_are_current() -> None:
    checked = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"], capture_output=True, text=True
    )
    assert checked.returncode == 0, f"{checked.stdout}{checked.stderr}Run: python docs/generate.py"


@pytest.mark.parametrize("name", [f.name for f in REGISTRY])
def test_every_function_stands_in_the_reference_and_the_changelog(name: str) -> None:
    reference = (ROOT / "docs" / "functions.md").read_text(encoding="utf-8")
    assert f"### {name}\n" in reference
    for argument in REGISTRY[name].arguments:
        assert argument.help.replace("|", "\\|") in reference
    words = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").replace(",", " ").replace(".", " ").split()
    assert name in words


def test_the_readme_shows_its_two_commands_and_true_results() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "\n    pip install . && clv-xl build starbucks\n" in readme
    assert '\n    pip install ".[test]" && pytest\n' in readme


def readme_examples() -> list[tuple[str, str]]:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    rows = [line.split("|") for line in lines if line.startswith("| `=")]
    return [(row[1].strip(" `"), row[2].strip()) for row in rows]


@pytest.mark.parametrize(("formula", "shows"), readme_examples())
def test_the_readmes_examples_are_true(formula: str, shows: str) -> None:
    from clv_xl.engine import evaluate

    value = evaluate(formula).value
    assert (f"{value:.15g}" if isinstance(value, float) else value) == shows


def test_the_changelog_knows_this_version() -> None:
    assert f"## {clv_xl.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
