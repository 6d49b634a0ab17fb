"""The extension: made from the registry alone, the same bytes everywhere, well formed."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest

import clv_xl
from clv_xl.catalogue import REGISTRY
from clv_xl.hosts.libreoffice import extension, names

ROOT = Path(__file__).resolve().parents[3]
OOR = "{http://openoffice.org/2001/registry}"
MANIFEST = "{http://openoffice.org/2001/manifest}"
# Words of UNO's interface language, and what it allows as a name.
IDL_WORDS = """any attribute boolean bound byte char const constants constrained context double enum exception FALSE
    False float get hyper in inout interface long maybeambiguous maybedefault maybevoid module needs observes optional
    out oneway property published raises readonly removable sequence service set short singleton string struct transient
    TRUE True type typedef union unsigned void"""
IDL_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")


@pytest.fixture(scope="module")
def parts() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(extension.build(REGISTRY, "1.2.3"))) as packed:
        return {entry.filename: packed.read(entry) for entry in packed.infolist()}


def test_the_same_bytes_twice_and_from_another_process() -> None:
    code = (
        "import sys; from clv_xl.catalogue import REGISTRY; from clv_xl.hosts.libreoffice.extension import build; "
        "sys.stdout.buffer.write(build(REGISTRY, '1.2.3'))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd="/").stdout
    assert extension.build(REGISTRY, "1.2.3") == extension.build(REGISTRY, "1.2.3") == other
    assert extension.build(REGISTRY, "1.2.4") != other


def test_nothing_of_this_computer_and_no_compression_is_in_it(parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(extension.build(REGISTRY, "1.2.3"))) as packed:
        entries = packed.infolist()
    assert {(e.date_time, e.compress_type, e.create_system) for e in entries} == {((2020, 1, 1, 0, 0, 0), 0, 3)}
    assert [e.filename for e in entries] == sorted(parts)
    assert not any(str(folder).encode() in text for folder in (ROOT, Path.home()) for text in parts.values())


def test_every_part_is_named_or_carried_along(parts: dict[str, bytes]) -> None:
    entries = ET.fromstring(parts["META-INF/manifest.xml"])
    named = {entry.get(f"{MANIFEST}full-path"): entry.get(f"{MANIFEST}media-type") for entry in entries}
    python = "application/vnd.sun.star.uno-component;type=Python"
    assert {name for name, kind in named.items() if kind == python} == {"clv_xl_component.py", "clv_xl_relink.py"}
    carried = {"META-INF/manifest.xml", "description.xml", "functions.json", "pythonpath/clv_xl_bridge.py"}
    assert set(parts) == set(named) | carried


def test_the_description(parts: dict[str, bytes]) -> None:
    space = "{http://openoffice.org/extensions/description/2006}"
    root = ET.fromstring(parts["description.xml"])
    assert root.find(f"{space}identifier").get("value") == names.EXTENSION  # type: ignore[union-attr]
    assert root.find(f"{space}version").get("value") == "1.2.3"  # type: ignore[union-attr]


def texts(node: ET.Element) -> dict[str, str]:
    return {str(p.get(f"{OOR}name")): "".join(p.itertext()) for p in node if p.tag == "prop"}


def under(node: ET.Element, *path: str) -> ET.Element:
    for name in path:
        node = next(child for child in node if child.get(f"{OOR}name") == name)
    return node


@pytest.mark.parametrize("function", REGISTRY, ids=lambda f: f.name)
def test_every_text_of_the_function_wizard(parts: dict[str, bytes], function) -> None:
    root = ET.fromstring(parts["CalcAddIns.xcu"])
    node = under(root, "AddInInfo", names.IMPLEMENTATION, "AddInFunctions", names.method(function.name))
    assert texts(node) == {
        "DisplayName": function.name,
        "Description": function.summary,
        "Category": extension.CATEGORY,
        "CompatibilityName": function.name,
    }
    shown = [texts(parameter) for parameter in under(node, "Parameters")]
    assert [(s["DisplayName"], s["Description"]) for s in shown] == [
        (a.name.replace("_", " "), f"Required. {a.help}" if a.required else a.help) for a in function.arguments
    ]


@pytest.mark.parametrize("function", REGISTRY, ids=lambda f: f.name)
def test_names_that_libreoffice_accepts(parts: dict[str, bytes], function) -> None:
    known = json.loads(parts["functions.json"])["functions"][function.name]
    line = next(line for line in parts["CustomerValue.idl"].decode().splitlines() if f" {known['method']}(" in line)
    words = re.findall(r"\[in\] (\S+) (\w+)", line)
    assert [name for kind, name in words if kind == "any"] == [extension.identifier(a.name) for a in function.arguments]
    assert [name for kind, name in words if kind != "any"] == ["options"] * known["dates"]
    for name in [known["method"], *(name for _, name in words)]:
        assert IDL_NAME.fullmatch(name)
        assert name not in IDL_WORDS.split()
    assert len({name for _, name in words}) == len(words)


def test_methods_are_told_apart_and_are_not_unos_own(parts: dict[str, bytes]) -> None:
    known = json.loads(parts["functions.json"])
    methods = {f["method"] for f in known["functions"].values()}
    assert known["version"] == "1.2.3"
    assert len(methods) == len(REGISTRY)
    assert len({method.lower() for method in methods}) == len(methods)
    assert not methods & {"queryInterface", "acquire", "release", "getTypes", "supportsService"}


def test_functions_on_dates_know_the_document() -> None:
    with_dates = {f.name for f in REGISTRY if extension.takes_dates(f)}
    assert {"RFM", "COHORT_TABLE", "CLV_BY_GROUP", "MRR_MOVEMENTS"} <= with_dates
    assert not {"CLV", "CAC", "RFM_SEGMENT", "PARETO_SHARE"} & with_dates


def test_the_job_listens_to_loaded_files(parts: dict[str, bytes]) -> None:
    root = ET.fromstring(parts["Jobs.xcu"])
    assert texts(under(root, "Jobs", names.RELINK)) == {"Service": names.RELINK}
    assert under(root, "Events", "OnLoadFinished", "JobList", names.RELINK) is not None


def test_the_component_and_the_names_agree(parts: dict[str, bytes]) -> None:
    component = parts["clv_xl_component.py"].decode()
    for name in (names.IMPLEMENTATION, names.PYTHON_FILE, names.LOG_FILE, extension.FUNCTIONS_FILE):
        assert f'"{name}"' in component
    assert f"from {names.MODULE} import {names.INTERFACE}" in component


def test_the_package_as_installed_holds_what_the_extension_is_made_of() -> None:
    """Where the tests run from a wheel, as in .ci/run, this is what the wheel holds."""
    folder = Path("clv_xl", "hosts", "libreoffice")
    for path in (*(ROOT / folder / "component").glob("*.py"), ROOT / folder / "extension_manager.py"):
        assert (Path(clv_xl.__file__).parent.parent / path.relative_to(ROOT)).read_bytes() == path.read_bytes()
