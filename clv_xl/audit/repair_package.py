"""What makes Excel offer a repair, in the package: parts, content types, relationships, properties."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from clv_xl.audit.findings import Problem, in_workbook, shown
from clv_xl.audit.package import Package, local
from clv_xl.audit.workbook import Workbook

MAX_LINK = 2079
_CONTENT_TYPES = "[Content_Types].xml"
_BAD_LINK = re.compile(r'[\s\[\]<>"{}|\\^`]|%(?![0-9A-Fa-f]{2})')
_MOMENT = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?)?)?")
# Parts that Excel finds by content type: the general "application/xml" is not enough for them.
_TYPED = {
    "worksheet": "worksheet+xml",
    "chartsheet": "chartsheet+xml",
    "styles": "styles+xml",
    "sharedStrings": "sharedStrings+xml",
    "theme": "theme+xml",
    "table": "table+xml",
    "drawing": "drawing+xml",
    "chart": "chart+xml",
    "comments": "comments+xml",
    "sheetMetadata": "sheetMetadata+xml",
    "officeDocument": "main+xml",
}


def package_faults(book: Workbook) -> Iterator[Problem]:
    """Everything that is wrong with the package."""
    package = book.package
    yield from (in_workbook(fault) for fault in package.faults)
    if book.calculation_failure and package.damaged:
        yield in_workbook("the file is damaged, so its formulas could not be recalculated; mend it first")
    twice = [name for name, times in Counter(name.lower() for name in package.names).items() if times > 1]
    yield from (in_workbook(f"the part {name} stands twice in the file; keep one") for name in twice)
    yield from (in_workbook(message) for message in _relationship_faults(package))
    yield from (in_workbook(message) for message in _content_type_faults(package))
    yield from (in_workbook(message) for message in _property_faults(package))


def _relationship_faults(package: Package) -> Iterator[str]:
    for base in package.bases:
        owner = base or "the package"
        root = package.xml(f"{base.rpartition('/')[0]}/_rels/{base.rpartition('/')[2]}.rels".lstrip("/"))
        ids = Counter(element.get("Id") for element in (root if root is not None else []))
        yield from (f"{owner} has two relationships called {i}" for i, times in ids.items() if times > 1)
        for link in package.relationships(base).values():
            if link.external and (len(link.target) > MAX_LINK or _BAD_LINK.search(link.target)):
                yield f'{owner}: the link target "{shown(link.target)}" is no valid address; encode it or shorten it'
            elif not link.external and not link.target.startswith("#") and link.target not in package:
                yield f"{owner}: the relationship {link.id} leads to the part {link.target}, which does not exist"
    yield from package.dangling()


def _content_type_faults(package: Package) -> Iterator[str]:
    root = package.xml(_CONTENT_TYPES)
    if root is None:
        if _CONTENT_TYPES not in package:
            yield f"{_CONTENT_TYPES} is missing; save the workbook again from Excel"
        return
    overrides, defaults = (
        {name.lstrip("/").lower(): e.get("ContentType") or "" for e in root if (name := e.get(attribute))}
        for attribute in ("PartName", "Extension")
    )
    for name in package.names:
        extension = name.rpartition(".")[2].lower()
        if name != _CONTENT_TYPES and name.lower() not in overrides and extension not in defaults:
            yield f"the part {name} has no content type; declare it in {_CONTENT_TYPES}"
    present = {name.lower() for name in package.names}
    absent = (name for name in overrides if name not in present)
    yield from (f"a content type is declared for {name}, which does not exist" for name in absent)
    for base in package.bases:
        for link in package.relationships(base).values():
            ending = _TYPED.get(link.type)
            declared = overrides.get(link.target.lower(), defaults.get(link.target.rpartition(".")[2].lower(), ""))
            if ending and not link.external and link.target in package and not declared.endswith(ending):
                yield f'the part {link.target} has the content type "{declared}", which is not that of a {link.type}'


def _property_faults(package: Package) -> Iterator[str]:
    for part in package.related("", "core-properties"):
        root = package.xml(part)
        elements = [e for e in (root if root is not None else []) if isinstance(e.tag, str)]
        for name, times in Counter(local(e) for e in elements).items():
            if times > 1:
                yield f"the document property {name} is stored twice"
        for element in elements:
            if local(element) in ("created", "modified") and not _MOMENT.fullmatch((element.text or "").strip()):
                what = f'"{shown(element.text)}", which is no moment such as 2026-03-31T12:00:00Z'
                yield f"the document property {local(element)} is {what}"
