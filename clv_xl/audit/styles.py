"""Cell formats as the audit needs them: number format, colours, protection, the named style."""

from __future__ import annotations

import colorsys
import re
from dataclasses import dataclass, field

from lxml import etree
from openpyxl.styles.colors import COLOR_INDEX
from openpyxl.styles.numbers import BUILTIN_FORMATS

from clv_xl.audit.package import DRAWING, MAIN, Package, flag, local, number_of

INPUT_BLUE = "0000FF"
# Excel counts theme colours light first; the theme part lists them dark first.
_THEME_ORDER = ("lt1", "dk1", "lt2", "dk2", *(f"accent{n}" for n in range(1, 7)), "hlink", "folHlink")
_OFFICE_THEME = {"lt1": "FFFFFF", "dk1": "000000", "lt2": "E7E6E6", "dk2": "44546A"}


@dataclass(frozen=True)
class Look:
    """One cell format. Colours are RRGGBB; None where nothing is set or it cannot be told."""

    number_format: str = "General"
    font: str | None = None
    fill: str | None = None
    plain_fill: bool = True
    """False for gradients and patterns, whose background is not one colour."""
    locked: bool = True
    quote_prefix: bool = False
    style_name: str = ""

    @property
    def is_input(self) -> bool:
        """The input style: a named style "Input…", or a blue font on an unlocked cell."""
        return self.style_name.startswith("Input") or (self.font == INPUT_BLUE and not self.locked)


@dataclass
class Styles:
    """The formats of a workbook by index."""

    looks: list[Look] = field(default_factory=lambda: [Look()])
    differential: list[tuple[str | None, str | None]] = field(default_factory=list)
    """Font and fill of each conditional format."""
    number_formats: list[str] = field(default_factory=list)
    theme: dict[str, str] = field(default_factory=dict)

    def look(self, index: int) -> Look:
        """The format of a cell; the default one for an index out of range, which is another rule's finding."""
        return self.looks[index] if 0 <= index < len(self.looks) else self.looks[0]


def read_styles(package: Package) -> Styles:
    """The formats of the workbook."""
    styles = Styles(theme=_theme(package))
    part = next(iter(package.related(package.workbook, "styles")), None)
    root = package.xml(part) if part else None
    if root is None:
        return styles
    fonts = [_font_colour(font, styles.theme) for font in _children(root, "fonts")]
    fills = [_fill_colour(fill, styles.theme) for fill in _children(root, "fills")]
    own_formats = {_int(f.get("numFmtId")): f.get("formatCode") or "" for f in _children(root, "numFmts")}
    styles.number_formats = list(own_formats.values())
    names = {_int(style.get("xfId")): style.get("name") or "" for style in _children(root, "cellStyles")}
    styles.looks = [_look(xf, fonts, fills, own_formats, names) for xf in _children(root, "cellXfs")] or [Look()]
    for dxf in _children(root, "dxfs"):
        font, fill = dxf.find(MAIN + "font"), dxf.find(MAIN + "fill")
        colour = _font_colour(font, styles.theme, unset=None) if font is not None else None
        styles.differential.append((colour, _dxf_fill(fill, styles.theme)))
    return styles


def _look(
    xf: etree._Element,
    fonts: list[str | None],
    fills: list[tuple[str | None, bool]],
    own_formats: dict[int, str],
    names: dict[int, str],
) -> Look:
    font, fill, number = (_int(xf.get(name)) for name in ("fontId", "fillId", "numFmtId"))
    style = _int(xf.get("xfId"))
    colour, plain = fills[fill] if 0 <= fill < len(fills) else (None, True)
    return Look(
        number_format=own_formats.get(number) or BUILTIN_FORMATS.get(number, "General"),
        font=fonts[font] if 0 <= font < len(fonts) else None,
        fill=colour,
        plain_fill=plain,
        locked=flag(xf.find(MAIN + "protection"), "locked", default=True),
        quote_prefix=flag(xf, "quotePrefix"),
        style_name=names.get(style, ""),
    )


def _children(root: etree._Element, name: str) -> list[etree._Element]:
    group = root.find(MAIN + name)
    return [] if group is None else [child for child in group if isinstance(child.tag, str)]


def _font_colour(font: etree._Element, theme: dict[str, str], unset: str | None = "000000") -> str | None:
    element = font.find(MAIN + "color")
    return unset if element is None else colour_of(element, theme, automatic="000000")


def _fill_colour(fill: etree._Element, theme: dict[str, str]) -> tuple[str | None, bool]:
    pattern = fill.find(MAIN + "patternFill")
    if pattern is None or pattern.get("patternType") not in (None, "none", "solid"):
        return None, False
    if pattern.get("patternType") != "solid":
        return None, True
    element = pattern.find(MAIN + "fgColor")
    return (None, True) if element is None else (colour_of(element, theme, automatic="FFFFFF"), True)


def _dxf_fill(fill: etree._Element | None, theme: dict[str, str]) -> str | None:
    """In conditional formats the colour of a solid fill stands in bgColor."""
    for name in ("bgColor", "fgColor"):
        element = fill.find(f"{MAIN}patternFill/{MAIN}{name}") if fill is not None else None
        if element is not None:
            return colour_of(element, theme, automatic="FFFFFF")
    return None


def colour_of(element: etree._Element, theme: dict[str, str], automatic: str) -> str | None:
    """RRGGBB of a colour element: rgb, theme with tint, or indexed."""
    if rgb := element.get("rgb"):
        return rgb[-6:].upper() if is_colour(rgb[-6:]) else None
    if (index := element.get("theme")) is not None and _int(index) < len(_THEME_ORDER) and _int(index) >= 0:
        base = theme.get(_THEME_ORDER[_int(index)])
        return tinted(base, number_of(element.get("tint"))) if base else None
    if (index := element.get("indexed")) is not None:
        return COLOR_INDEX[_int(index)][-6:].upper() if 0 <= _int(index) < len(COLOR_INDEX) else automatic
    return automatic if flag(element, "auto") else None


def is_colour(text: str) -> bool:
    """Whether a text is RRGGBB."""
    return re.fullmatch(r"[0-9A-Fa-f]{6}", text) is not None


def tinted(rgb: str, tint: float) -> str:
    """A colour made lighter (tint above 0) or darker, as Excel does it: on the luminance."""
    red, green, blue = (int(rgb[i : i + 2], 16) / 255 for i in (0, 2, 4))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    tint = max(-1.0, min(1.0, tint))
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    return "".join(f"{round(255 * part):02X}" for part in colorsys.hls_to_rgb(hue, light, saturation))


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours by WCAG 2: from 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(rgb: str) -> float:
    parts = [int(rgb[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _theme(package: Package) -> dict[str, str]:
    part = next(iter(package.related(package.workbook, "theme")), None)
    root = package.xml(part) if part else None
    scheme = root.find(f".//{DRAWING}clrScheme") if root is not None else None
    found = dict(_OFFICE_THEME)
    for slot in scheme if scheme is not None else []:
        for colour in slot:
            value = colour.get("lastClr") if local(colour) == "sysClr" else colour.get("val")
            if is_colour(value or ""):
                found[local(slot)] = (value or "").upper()
    return found


def _int(text: str | None) -> int:
    try:
        return int(text or 0)
    except ValueError:
        return -1
