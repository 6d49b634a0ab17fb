"""Exports that are known by their headers: which column plays which part in a log from Shopify, PayPal and so on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from clv_xl.core.column_names import plain_name
from clv_xl.core.orders import PARTS
from clv_xl.sources.errors import SourceError

_FILE = Path(__file__).with_name("profiles.toml")

Choice = tuple[str, ...]
"""Names of which one will do, the most telling first."""


@dataclass(frozen=True, slots=True)
class Profile:
    """An export, as profiles.toml describes it."""

    name: str
    headers: frozenset[Choice]
    parts: Mapping[str, Choice]
    source: str
    notes: tuple[str, ...] = ()
    refuse: str = ""
    unless: str = ""
    amount_per: str = ""

    def columns(self, names: Sequence[str]) -> dict[str, str]:
        """Part -> column, for the parts that this log has."""
        there = _by_plain_name(names)
        found = {part: _first(choice, there) for part, choice in self.parts.items()}
        return {part: name for part, name in found.items() if name is not None}


@cache
def profiles() -> tuple[Profile, ...]:
    """All known exports."""
    with _FILE.open("rb") as file:
        return tuple(_profile(entry) for entry in tomllib.load(file)["profile"])


def _profile(entry: dict[str, Any]) -> Profile:
    return Profile(
        headers=frozenset(map(_choice, entry["headers"])),
        parts={part: _choice(entry[part]) for part in PARTS if part in entry},
        notes=tuple(entry.get("notes", ())),
        **{key: entry.get(key, "") for key in ("name", "source", "refuse", "unless", "amount_per")},
    )


def _choice(text: str) -> Choice:
    return tuple(name.strip() for name in text.split(" | "))


def fitting(names: Sequence[str]) -> list[Profile]:
    """The exports that a log with these columns may be: one where it is clear, none, or several.

    One that asks for all the headers that another one asks for, and more, is the more precise and goes before it.
    """
    there = _by_plain_name(names)
    fits = [p for p in profiles() if all(_first(header, there) is not None for header in p.headers)]
    return [p for p in fits if not any(p.headers < other.headers for other in fits)]


def profile_of(names: Sequence[str], stated: Mapping[str, str]) -> tuple[Profile | None, list[str]]:
    """The export that a log is from, if one is clear, and what is to be said about it.

    Raises SourceError for one of which no log can be made, unless an option answers what is missing.
    """
    found = fitting(names)
    if len(found) > 1:
        listed = " and ".join(profile.name for profile in found)
        return None, [f"Looks like {listed}; columns were recognised by their names alone."]
    if not found:
        return None, []
    profile = found[0]
    if profile.refuse and profile.unless not in stated:
        raise SourceError(f"This is {profile.name}, {profile.refuse}, or say otherwise with --{profile.unless}.")
    return profile, [f"Looks like {profile.name}.", *profile.notes]


def _by_plain_name(names: Sequence[str]) -> dict[str, str]:
    return {plain_name(name): name for name in reversed(names)}


def _first(choice: Choice, there: Mapping[str, str]) -> str | None:
    return next((there[plain_name(name)] for name in choice if plain_name(name) in there), None)
