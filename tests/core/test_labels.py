"""Who is one customer: the rule in words, against a slow reading of it, and what must never be merged."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clv_xl.core.labels import alphabetical, key, labelled, rank, trimmed

SAME = [
    ("Ann", "ann"),
    ("Ann", " ANN\t"),
    ("Ann", "\u00a0Ann\u3000"),
    ("Ann", "A\u200bnn\ufeff"),
    ("Ann", "\u200e Ann \u00ad"),
    ("Ann", "Ann\ud83d"),
    *(("Ann", f"A{c}nn{c}") for c in "\u034f\u061c\u2060\u2066\u206a\u180e\ufe0f\ufff9\U000e0041\U000e0101"),
    ("José", "Jose\u0301"),
    ("JOSÉ", "jose\u0301"),
    ("Straße", "STRASSE"),
    ("a.b@c.de", "A.B@C.DE"),
    ("ann99@c.de", "ANN99@c.de"),
    ("Ann 2", "ann 2"),
    ("\U0001f600 Ann", "\ud83d\ude00 ann"),
    (17850.0, "17850"),
    (17850.0, "17850.0"),
    ("17850", "17850.00"),
    ("17850", " 17850.0 "),
    (-1.0, "-1.0"),
    (0.0, -0.0),
    (0.0, "0.0"),
    (1.5, "1.5"),
    (999999999999999.0, "999999999999999"),
    ("a1", "a1\u200b"),
]
DIFFERENT = [
    ("17850", "017850"),
    (17850.0, "017850"),
    ("0", "00"),
    ("0.0", "00.0"),
    ("1234567890123456", "1234567890123457"),
    ("1234567890123456", "1234567890123456.0"),
    (1234567890123456.0, "1234567890123456"),
    (1e22, "10000000000000000000000"),
    ("a1", "A1"),
    ("C001x", "C001X"),
    ("É1", "é1"),
    ("Ann Lee", "AnnLee"),
    ("Ann", "Anne"),
    ("1,5", "15"),
    (15.0, 1.5),
    ("²", "2"),
    ("1e3", "1000"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_customer(one: Any, other: Any) -> None:
    assert key(one) == key(other)
    found = labelled(np.array([one, other, "Somebody else"], dtype=object))
    assert found.numbers[0] == found.numbers[1] != found.numbers[2]
    assert len(found.names) == 2


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_customers(one: Any, other: Any) -> None:
    assert key(one) != key(other)
    assert len(labelled(np.array([one, other], dtype=object)).names) == 2


@pytest.mark.parametrize("blank", [None, "", " ", "\u200b", "\ufeff \u00a0", "\ud800"])
def test_nobody(blank: Any) -> None:
    found = labelled(np.array(["Ann", blank], dtype=object))
    assert found.numbers.tolist() == [0, -1]
    assert found.names.tolist() == ["Ann"]


def test_numbers_stay_numbers_and_come_before_text_as_in_excel() -> None:
    found = labelled(np.array(["b", 10.0, "a", 9.0, "10"], dtype=object))
    assert found.names.tolist() == [9.0, 10.0, "a", "b"]
    assert found.numbers.tolist() == [3, 1, 2, 0, 1]
    only = labelled(np.array([10.0, 9.0, 10.0]))
    assert only.names.tolist() == [9.0, 10.0]
    assert all(type(name) is float for name in only.names)


def slow_key(label: Any) -> Any:
    """The rule sentence by sentence."""
    if isinstance(label, float):
        if label != int(label):
            return str(label)
        return str(int(label)) if len(str(abs(int(label)))) <= 15 else ("number", label)
    without = [c for c in label if not ("\u200b" <= c <= "\u200d" or c == "\ufeff" or "\ud800" <= c <= "\udfff")]
    text = unicodedata.normalize("NFC", "".join(without)).strip()
    digits, _, zeros = text.partition(".")
    if digits and set(digits) <= set("0123456789") and set(zeros) <= {"0"} and text[-1] != ".":
        if len(digits) <= 15 and (digits == "0" or digits[0] != "0"):
            return digits
        return text
    has_letter, has_digit = any(c.isalpha() for c in text), any(c.isdigit() for c in text)
    if has_letter and has_digit and " " not in text and "@" not in text and "\t" not in text:
        return text
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


LETTERS = st.sampled_from(
    ["A", "a", "b", "1", "0", ".", " ", "\t", "@", "\u00e9", "e\u0301", "E\u0301", "\u200b", "\ufeff", "ß"]
)
LABELS = st.lists(LETTERS, max_size=6).map("".join) | st.sampled_from(
    [0.0, 1.0, 10.0, 1.5, 101.0, 1e15, 123456789012345.0]
)


@settings(max_examples=400)
@given(st.lists(LABELS, min_size=1, max_size=25))
def test_labels_are_grouped_as_the_words_say(labels: list[Any]) -> None:
    found = labelled(np.array([*labels, None], dtype=object)[:-1])
    keys = [slow_key(label) for label in labels]
    for i, number in enumerate(found.numbers.tolist()):
        if keys[i] == "":
            assert number == -1
            continue
        assert [n == number for n in found.numbers] == [k == keys[i] for k in keys]
        spellings = [trimmed(label) for label, k in zip(labels, keys, strict=True) if k == keys[i]]
        assert found.names[number] == min(spellings, key=rank)
        assert found.spellings[found.lines[i]] == trimmed(labels[i])
    assert found.merges == (len(found.spellings) > len(found.names))
    assert [rank(name) for name in found.names] == sorted(rank(name) for name in found.names)


# What decides whether names are compared as numbers: their length, characters beyond ASCII, and NUL.
ANY = st.sampled_from(["A", "B", "a", "1", " ", "\t", "\x7f", "\0", "\u00a0", "é", "\U0001f600"])
SHORT = st.text(st.sampled_from("AB1 ~\x01"), max_size=8)


@settings(max_examples=300)
@given(st.lists(SHORT, max_size=20, unique=True) | st.lists(st.text(ANY, max_size=10), max_size=20, unique=True))
def test_names_are_in_the_order_of_their_characters(names: list[str]) -> None:
    assert [names[place] for place in alphabetical(names)] == sorted(names)
