"""Tell an encoding of one or two bytes a sign by whether the words that it gives can be words of a language."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

_LATIN = {
    "cp1252": "äöüß àâæçéèêëîïôœùûü áéíóúñü ãõáàâéêíóôúç àèéìíòóùú åäöé æøåé áðéíóúýþæö ïéèëöüá šžõäöü",
    "cp1254": "çğıöşüâîû",
    "cp1250": "ąćęłńóśźż áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž áéíóöőúüű čćđšž ăâîşţșț äöüß ëç",
    "cp1257": "āčēģīķļņšūž ąčęėįšųūž äõöüšž",
    "cp850": "äöüß àâæçéèêëîïôùûü áéíóúñü ãõáàâéêíóôúç àèéìíòóùú åäöé æøåé",
    "mac_roman": "äöüß àâæçéèêëîïôœùûü áéíóúñü ãõáàâéêíóôúç àèéìíòóùú åäöé æøåé",
}
"""Encodings with the letters of languages that are written in them, beyond a to z."""

_SCRIPTS = {
    "cp1251": "Ѐ-ҁҐґ",
    "koi8_r": "А-яЁё",
    "cp1253": "Ά-Ώά-ίΑ-ωό-ώ",
    "cp1255": "א-ת",
    "cp1256": "ء-\u0652پچژگ\u200c\u200d",
    "cp874": "ก-\u0e3aเ-\u0e5b",
}
"""Encodings with the letters that words are made of in their language."""

_WIDE = {
    "cp932": ("shift_jis", "ぁ-ゖァ-ヺー々", (0x889F, 0x9872)),
    "cp949": ("euc_kr", "", (0xB0A1, 0xC8FE)),
    "gb18030": ("gb2312", "", (0xB0A1, 0xD7F9)),
    "big5": ("big5", "", (0xA440, 0xC67E)),
    "euc_jp": ("euc_jp", "ぁ-ゖァ-ヺー々", (0xB0A1, 0xCFD3)),
}
"""Encodings of two bytes a sign: the standard, letters, and where its common signs are; the rest are rare ones."""

_PUNCTUATION = frozenset("€£¥§©®°²³·«»¿¡“”‘’‚„–—…•™ªº\xa0×´`（）【】「」『』、。，．：；／・～　－＋！？％＆￥")
"""Signs that stand beside words in any language."""

_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u064b-\u0652\u05b0-\u05c2])*")
_VOWELS = frozenset("аеёиоуыэюяіїєαεηιουωάέήίόύώ")
_ENOUGH = 0.75
_ONE_LANGUAGE = 0.01
"""What it speaks for an encoding that one language has all letters: little, but as much as decides between equals."""


def best(sample: bytes) -> str | None:
    """The encoding by which most words are plausible, the more usual one of several; a detector where none is."""
    scores = {codec: score(sample, codec) for codec in (*_LATIN, *_SCRIPTS, *_WIDE)}
    codec = max(scores, key=lambda codec: scores[codec])
    if scores[codec] >= _ENOUGH:
        return codec
    from charset_normalizer import from_bytes

    found = from_bytes(sample).best()
    return found.encoding if found is not None else codec if scores[codec] else None


def score(sample: bytes, codec: str) -> float:
    """The share of what is not ASCII that is plausible in the languages of an encoding; 0 where it does not decode."""
    try:
        text = sample.decode(codec)
    except UnicodeDecodeError:
        return 0.0
    if re.search("[\x80-\x9f\ue000-\uf8ff]", text):
        return 0.0
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    sizes = [sum(sign > "\x7f" for sign in word) for word in words]
    good: float = sum(size * _plausible(word, codec) for size, word in zip(sizes, words, strict=True))
    signs = [place.start() for place in re.finditer(r"[^\x00-\x7f]", _WORD.sub(lambda m: "a" * len(m[0]), text))]
    good += sum(_plausible_sign(text, place) for place in signs)
    one = codec in _LATIN and any(_own(word) <= letters for word in ["".join(words)] for letters in _letters(codec))
    return good / ((sum(sizes) + len(signs)) or 1) + (_ONE_LANGUAGE if one else 0.0)


def _plausible_sign(text: str, place: int) -> float:
    """A sign that is no letter: plausible where it stands beside a word, as € and quotes do, not within."""
    if text[place] not in _PUNCTUATION:
        return 0.0
    within = text[place - 1 : place].isalpha() and text[place + 1 : place + 2].isalpha()
    return 1.0 if not within or text[place] in "’´·-–" else 0.0


def _plausible(word: str, codec: str) -> float:
    if word.isascii():
        return 0.0
    if codec in _LATIN:
        return _plausible_latin(word, codec)
    if codec in _SCRIPTS:
        return _plausible_script(word, codec)
    common = _common(codec)
    if any(sign < "\x80" for sign in word):
        return 0.0
    return sum(sign in common for sign in word) / len(word)


def _plausible_latin(word: str, codec: str) -> float:
    if any(a.islower() and b.isupper() and not (a + b).isascii() for a, b in pairwise(word)):
        return 0.0  # no capital follows a small letter
    own = _own(word)
    if len(own) > 2 and not re.search("[A-Za-z]", word) and codec not in ("cp1250", "cp1257"):
        return 0.0
    rare = 0.1 if codec == "cp1252" and own & set("ðþý") else 0.0  # Turkish is read more often than Icelandic
    rare += 0.02 if codec in ("cp850", "mac_roman") else 0.0
    return any(own <= letters for letters in _letters(codec)) - rare


def _own(word: str) -> set[str]:
    """The letters beyond a to z; the second dot of a small Turkish İ is none."""
    return {sign for sign in word.lower() if sign > "\x7f"} - {"\u0307"}


@cache
def _letters(codec: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(letters) for letters in _LATIN[codec].split())


def _plausible_script(word: str, codec: str) -> float:
    if not re.fullmatch(f"[{_SCRIPTS[codec]}]+", word):
        return 0.0
    if word.lower() == word.upper():
        return 0.95  # letters without case
    vowels = sum(sign in _VOWELS for sign in word.lower())
    if len(word) > 3 and not 0.2 <= vowels / len(word) <= 0.75:
        return 0.0
    if word.isupper() or word.islower():
        return 0.85 if word.isupper() else 0.9
    return 1.0 if word[0].isupper() and word[1:].islower() else 0.0


@cache
def _common(codec: str) -> frozenset[str]:
    """The signs of an encoding that texts are mostly made of."""
    standard, letters, (first, last) = _WIDE[codec]
    found = set(re.findall(f"[{letters}]", "".join(map(chr, range(0x3000, 0x3100))))) if letters else set()
    for code in range(first, last + 1):
        try:
            found.add(code.to_bytes(2, "big").decode(standard))
        except UnicodeDecodeError:
            continue
    return frozenset(sign for sign in found if len(sign) == 1)
