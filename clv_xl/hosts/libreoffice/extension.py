"""The extension that LibreOffice installs (.oxt), written from the registry: the same bytes for the same version."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from clv_xl.hosts.libreoffice import names
from clv_xl.worksheet.kinds import Date
from clv_xl.worksheet.registry import Argument, Function, Table

COMPONENT = Path(__file__).parent / "component"
FUNCTIONS_FILE = "functions.json"

# LibreOffice sorts functions into its own categories; any other word lands in "Add-in", between BESSELJ and BIN2HEX.
# Analysts look beside NPV and PMT.
CATEGORY = "Financial"

_LANGUAGE = "en"
_OLDEST = "7.0"
_COMPONENTS = ("clv_xl_component.py", "clv_xl_relink.py")
_DOCUMENT = "[in] com::sun::star::beans::XPropertySet options"
_MIDNIGHT = (2020, 1, 1, 0, 0, 0)
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SETTINGS = (
    '<oor:component-data xmlns:oor="http://openoffice.org/2001/registry" '
    'xmlns:xs="http://www.w3.org/2001/XMLSchema" oor:name="{name}" oor:package="org.openoffice.Office">\n'
    "{body}\n</oor:component-data>\n"
)


def build(functions: Iterable[Function], version: str) -> bytes:
    """The extension, holding these functions."""
    functions = list(functions)
    files = {
        "description.xml": _description(version),
        "CustomerValue.idl": _types(functions),
        "CalcAddIns.xcu": _texts(functions),
        "Jobs.xcu": _jobs(),
        FUNCTIONS_FILE: _table(functions, version),
        **_python_files(),
    }
    files["META-INF/manifest.xml"] = _manifest(files)
    return _packed({name: text.encode() for name, text in files.items()})


def takes_dates(function: Function) -> bool:
    """Whether dates may go in or out, so that the function must know from which day the document counts them."""
    return any(_is_date(argument) for argument in function.arguments)


def _is_date(argument: Argument) -> bool:
    if isinstance(argument.kind, Table):
        return any(_is_date(column) for column in argument.kind.columns)
    return isinstance(argument.kind, Date)


def identifier(argument: str) -> str:
    """The name of an argument between LibreOffice's parts, where underscores and words of IDL are refused.

    Texts find their argument by it. Users see another name.
    """
    return "a" + "".join(word.capitalize() for word in argument.split("_"))


def shown(argument: Argument) -> str:
    """The argument's name in the function wizard, which takes an underscore for the mark of a shortcut and drops it."""
    return argument.name.replace("_", " ")


def _types(functions: list[Function]) -> str:
    """The add-in's interface.

    Every argument is `any`, because LibreOffice lets no other be left out; every result is a table, because it takes
    arrays from nothing else and shows a table of one cell as that cell.
    """
    modules = names.MODULE.split(".")
    lines = [f"module {module} {{" for module in modules]
    lines.append(f"interface {names.INTERFACE} {{")
    for f in functions:
        arguments = [_DOCUMENT] * takes_dates(f) + [f"[in] any {identifier(a.name)}" for a in f.arguments]
        lines.append(f"  sequence< sequence< any > > {names.method(f.name)}({', '.join(arguments)});")
    lines += ["};", f"service {names.SERVICE} : {names.INTERFACE};", *["};"] * len(modules)]
    return "\n".join(lines) + "\n"


def _texts(functions: list[Function]) -> str:
    """What the function wizard shows. The document, which LibreOffice passes itself, has no text."""
    lines = ['<node oor:name="AddInInfo">', _node(names.IMPLEMENTATION), '<node oor:name="AddInFunctions">']
    for f in functions:
        lines += [
            _node(names.method(f.name)),
            _property("DisplayName", f.name, _LANGUAGE),
            _property("Description", f.summary, _LANGUAGE),
            _property("Category", CATEGORY),
            # What the function is called in files of Excel's.
            _property("CompatibilityName", f.name, "en-US"),
            '<node oor:name="Parameters">',
        ]
        for a in f.arguments:
            described = [_property("DisplayName", shown(a), _LANGUAGE), _property("Description", _help(a), _LANGUAGE)]
            lines += [_node(identifier(a.name)), *described, "</node>"]
        lines += ["</node>", "</node>"]
    return _XML + _SETTINGS.format(name="CalcAddIns", body="\n".join([*lines, *["</node>"] * 3]))


def _help(argument: Argument) -> str:
    """The argument's help. LibreOffice takes every `any` for optional, so what is not says so itself."""
    return f"Required. {argument.help}" if argument.required else argument.help


def _jobs() -> str:
    lines = [
        '<node oor:name="Jobs">',
        _node(names.RELINK) + _property("Service", names.RELINK) + "</node>",
        "</node>",
        '<node oor:name="Events"><node oor:name="OnLoadFinished" oor:op="fuse"><node oor:name="JobList">',
        _node(names.RELINK) + "</node>",
        "</node></node></node>",
    ]
    return _XML + _SETTINGS.format(name="Jobs", body="\n".join(lines))


def _node(name: str) -> str:
    return f'<node oor:name={quoteattr(name)} oor:op="replace">'


def _property(name: str, value: str, language: str = "") -> str:
    spoken = f' xml:lang="{language}"' if language else ""
    return f'<prop oor:name="{name}"><value{spoken}>{escape(value)}</value></prop>'


def _description(version: str) -> str:
    return f"""{_XML}<description xmlns="http://openoffice.org/extensions/description/2006"
    xmlns:d="http://openoffice.org/extensions/description/2006"
    xmlns:l="http://libreoffice.org/extensions/description/2011"
    xmlns:xlink="http://www.w3.org/1999/xlink">
<identifier value="{names.EXTENSION}"/>
<version value={quoteattr(version)}/>
<display-name><name lang="{_LANGUAGE}">clv_xl: customer value functions</name></display-name>
<publisher><name lang="{_LANGUAGE}">clv_xl</name></publisher>
<dependencies><l:LibreOffice-minimal-version value="{_OLDEST}" d:name="LibreOffice {_OLDEST}"/></dependencies>
</description>
"""


def _table(functions: list[Function], version: str) -> str:
    """What the component must know of each function."""
    known = {f.name: {"method": names.method(f.name), "dates": takes_dates(f)} for f in functions}
    return json.dumps({"version": version, "functions": known}, indent=1) + "\n"


def _python_files() -> dict[str, str]:
    """The components, and in the folder that LibreOffice adds to their path what they import."""
    found = sorted(COMPONENT.glob("*.py"))
    return {
        path.name if path.name in _COMPONENTS else f"pythonpath/{path.name}": path.read_text(encoding="utf-8")
        for path in found
    }


def _manifest(files: Mapping[str, str]) -> str:
    """What LibreOffice registers. Types come first: a component is loaded when it is registered, and imports them."""
    kinds = {
        ".idl": "application/vnd.sun.star.uno-typelibrary;type=RDB",
        ".xcu": "application/vnd.sun.star.configuration-data",
        ".py": "application/vnd.sun.star.uno-component;type=Python",
    }

    def entries() -> Iterator[str]:
        for ending, kind in kinds.items():
            for name in sorted(files):
                if name.endswith(ending) and "/" not in name:
                    yield f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{kind}"/>\n'

    return f"""{_XML}<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">
{"".join(entries())}</manifest:manifest>
"""


def _packed(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files. Stored, not compressed: compressed bytes differ between versions of zlib."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _MIDNIGHT)
            entry.create_system = 3  # or it would name the system that built it
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()
