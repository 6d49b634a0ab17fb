"""Who is who: when two labels of a log (customers, groups) mean the same, and how they are shown.

Two labels are one where they are equal after outer spaces, zero-width characters, the Unicode form of their letters and
case; and a whole number is one with itself, however it is written: 17850, 17850.0. Three things are never taken for the
same: numbers with and without leading zeros, numbers that differ past 15 digits (a cell holds no more), and codes that
mix letters and digits without a space or an @, which keep their case: a1 and A1.

Shown is the spelling of the earliest order, the least one where several are as early: numbers before text, text by its
characters. Everything that counts by labels goes by this module.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Label: TypeAlias = str | float
"""A name as text, or a number."""

CERTAIN = 1e15
"""Below this every digit of a whole number is certain."""

_AT_EDGES = "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
_INVISIBLE = re.compile(f"[{_AT_EDGES}\u034f\u180b-\u180e\ufe00-\ufe0f\U000e0000-\U000e01ef\ud800-\udfff]")
"""Characters without width, and halves of characters (lone surrogates), which no text should hold."""
_EDGES = re.compile(rf"^[\s{_AT_EDGES}]+|[\s{_AT_EDGES}]+$")
_WHOLE = re.compile(r"(0|-?[1-9][0-9]{0,14})(?:\.0+)?")


def key(label: Label) -> str:
    """What is equal for labels that mean the same, and for no others. Empty for what is blank."""
    if not isinstance(label, str):
        return _number_key(float(label))
    text = label if label.isascii() else unicodedata.normalize("NFC", _INVISIBLE.sub("", _joined(label)))
    text = text.strip()
    whole = _WHOLE.fullmatch(text)
    if whole:
        return whole[1]
    if _is_code(text):
        return text
    return text.lower() if text.isascii() else _without_case(text)


def trimmed(label: Label) -> Label:
    """The label as it is shown: text without spaces and zero-width characters around it, and without halves of one."""
    if not isinstance(label, str):
        return label
    return label.strip() if label.isascii() else _EDGES.sub("", _joined(label))


def text_of(label: Label) -> str:
    """The label as text, whole numbers without a point."""
    if isinstance(label, str):
        return label
    return str(int(label)) if label.is_integer() and abs(label) < CERTAIN else repr(label)


def rank(label: Label) -> tuple[bool, float, str]:
    """What labels are sorted by, as Excel sorts: numbers before text."""
    return (True, 0.0, label) if isinstance(label, str) else (False, label, "")


def _number_key(number: float) -> str:
    if not number.is_integer():
        return repr(number)
    # Past 15 digits a number is itself and nothing else: text of so many digits may be another one.
    return str(int(number)) if abs(number) < CERTAIN else f"\0{number!r}"


def _is_code(text: str) -> bool:
    if "@" in text or not any(map(str.isdigit, text)) or not any(map(str.isalpha, text)):
        return False
    return not any(map(str.isspace, text))


def _without_case(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def _joined(text: str) -> str:
    """Halves of a character side by side, as some hosts have them, as that character; a half alone is left out."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return text


@dataclass(frozen=True)
class Labelled:
    """The labels of some lines.

    `lines`: for each line the number of its spelling, -1 where it is blank. `spellings`: the different ones as they are
    shown. `owners`: for each spelling the number of its label. `names`: one spelling a label, in the order of labels.
    """

    lines: NDArray[np.intp]
    spellings: NDArray[Any]
    owners: NDArray[np.intp]
    names: NDArray[Any]

    @cached_property
    def numbers(self) -> NDArray[np.intp]:
        """For each line the number of its label, -1 where it is blank."""
        import numpy as np

        return np.append(self.owners, -1)[self.lines] if self.merges else self.lines

    @property
    def merges(self) -> bool:
        """Whether some label is spelled in several ways."""
        return len(self.spellings) > len(self.names)


def labelled(labels: Any) -> Labelled:
    """The labels of lines (text, numbers; None and blank text are blank), numbered in the order of `rank`."""
    import numpy as np
    import pandas as pd

    lines, given = pd.factorize(np.asarray(labels) if _is_numeric(labels) else np.asarray(labels, dtype=object))
    different: list[Any] = given.tolist()
    shown = _distinct_text(different)
    if shown is None and given.dtype.kind == "f":
        shown, order = different, np.argsort(given)
    elif shown is not None:
        order = alphabetical(shown)
    else:
        return _merged(lines, different)
    place = np.empty(len(shown), dtype=np.intp)
    place[order] = np.arange(len(shown))
    names = np.empty(len(shown), dtype=object)
    names[place] = shown
    return Labelled(np.append(place, -1)[lines], names, np.arange(len(shown)), names)


def _is_numeric(labels: Any) -> bool:
    kind = getattr(getattr(labels, "dtype", None), "kind", "")
    return bool(kind == "f")


def _distinct_text(given: list[Any]) -> list[str] | None:
    """Texts as they are shown, if no two of them can mean the same; None where a closer look is needed.

    All are folded at once, more than `key` folds a code: what is different even then needs no key of its own.
    """
    if set(map(type, given)) != {str}:
        return None
    together = "\n".join(given)
    if ".0" in together:
        return None
    if together.isascii():
        folded = together.lower().split("\n")
    elif _INVISIBLE.search(together):
        return None
    else:
        folded = _without_case(together).split("\n")
    different = set(map(str.strip, folded))
    if len(different) < len(given) or len(folded) > len(given) or "" in different:
        return None
    return list(map(str.strip, given))


def _merged(lines: NDArray[np.intp], given: list[Any]) -> Labelled:
    """The slow way, spelling by spelling."""
    import numpy as np

    shown = [trimmed(_label(label)) for label in given]
    keys = [key(label) for label in shown]
    spellings = sorted({s: None for s, k in zip(shown, keys, strict=True) if k}, key=rank)
    spelling = {label: i for i, label in enumerate(spellings)}
    least: dict[str, Label] = {}
    for label in spellings:
        least.setdefault(key(label), label)
    owner = {k: i for i, k in enumerate(least)}
    of_given = np.array([spelling[s] if k else -1 for s, k in zip(shown, keys, strict=True)] + [-1], dtype=np.intp)
    return Labelled(
        of_given[lines],
        _objects(spellings),
        np.array([owner[key(label)] for label in spellings], dtype=np.intp),
        _objects([*least.values()]),
    )


def _label(given: Any) -> Label:
    if given is None or isinstance(given, str):
        return given or ""
    return float(given)


def _objects(values: list[Any]) -> NDArray[Any]:
    import numpy as np

    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def alphabetical(names: list[str]) -> NDArray[np.intp]:
    """The place in the list of the name that comes first by its characters, of the second, and so on.

    Up to eight characters of ASCII are the bytes of a whole number that sorts as they do: shorter ones are filled with
    NUL, the least character, which therefore must not be part of a name. Numbers sort many times as fast as text.
    """
    import numpy as np

    letters = "".join(names)
    if letters.isascii() and "\0" not in letters:
        eight, more = np.array(names, dtype="S16").view(">u8").reshape(-1, 2).T
        if not more.any():
            return np.argsort(eight)
    return np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.intp)
