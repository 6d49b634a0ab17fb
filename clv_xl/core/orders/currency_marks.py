"""Which currency a mark or a code means: R$, ₹, zł, kr, USD, in any case."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

CODES = frozenset(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTC BTN BWP BYN BZD CAD CDF CHF "
    "CLF CLP CNH CNY COP CRC CUC CUP CVE CZK DEM DJF DKK DOP DZD EEK EGP ERN ESP ETB ETH EUR FJD FKP FRF GBP GEL GHS GIP "
    "GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK ITL JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK "
    "LBP LKR LRD LSL LTL LVL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NLG NOK NPR NZD OMR "
    "PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB "
    "TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL".split()
)
"""The codes of ISO 4217 that money is in, and a few that it was or is in beside them."""

_DOLLARS = "USD CAD AUD NZD HKD SGD TWD MXN ARS CLP COP BBD BMD BND BSD BZD FJD GYD JMD KYD LRD NAD SRD TTD XCD"
_MARKS = {
    "$ ＄ ﹩": _DOLLARS,
    "us$ u$s $us usd$ dollar dollars": "USD",
    "ca$ c$ can$ cad$": "CAD",
    "a$ au$ aud$": "AUD",
    "nz$": "NZD",
    "hk$": "HKD",
    "s$ sg$": "SGD",
    "nt$": "TWD",
    "mx$ mex$": "MXN",
    "rd$": "DOP",
    "j$": "JMD",
    "tt$": "TTD",
    "r$": "BRL",
    "€ euro euros": "EUR",
    "£ ￡": "GBP EGP GIP",
    "¥ ￥": "JPY CNY",
    "円": "JPY",
    "元 rmb cn¥": "CNY",
    "₹ rs ₨": "INR PKR LKR NPR MUR SCR",
    "kr": "SEK NOK DKK ISK",
    "fr sfr": "CHF",
    "zł zl": "PLN",
    "kč kc": "CZK",
    "ft": "HUF",
    "lei": "RON MDL",
    "лв": "BGN",
    "kn": "HRK",
    "din дин": "RSD",
    "₽ руб р": "RUB",
    "₴ грн": "UAH",
    "₸": "KZT",
    "₺ tl": "TRY",
    "₾": "GEL",
    "₼": "AZN",
    "֏": "AMD",
    "₪": "ILS",
    "₩ 원": "KRW",
    "฿": "THB",
    "₫ đ": "VND",
    "₱": "PHP",
    "₦": "NGN",
    "₵": "GHS",
    "₡": "CRC",
    "₲": "PYG",
    "₭": "LAK",
    "₮": "MNT",
    "৳": "BDT",
    "៛": "KHR",
    "rm": "MYR",
    "rp": "IDR",
    "r": "ZAR",
    "ksh": "KES",
    "tsh": "TZS",
    "ush": "UGX",
    "s/": "PEN",
    "b/": "PAB",
    "bs": "VES BOB",
}
_MEANT = {mark: tuple(codes.split()) for marks, codes in _MARKS.items() for mark in marks.split()}
_MULTIPLES = {"MIO", "MRD", "BIO", "TSD", "MIL", "MLN", "BLN", "TRN", "THD"}


def codes_of(mark: str) -> tuple[str, ...]:
    """The codes that a mark or a code can mean, the likeliest first; none for what is no currency.

    Three capitals are a code, known or not, unless they multiply: 12 MIO is not 12.
    """
    plain = mark.strip(" .").lower()
    if plain.upper() in CODES:
        return (plain.upper(),)
    if re.fullmatch("[A-Z]{3}", mark) and mark not in _MULTIPLES:
        return (mark,)
    return _MEANT.get(plain, ())


def pieces_of(unit: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The marks that stand before and behind a number together, as $USD in $12 USD, and the codes that they mean."""
    if codes_of(unit):
        return (unit,), codes_of(unit)
    for cut in range(1, len(unit)):
        before, behind = codes_of(unit[:cut]), codes_of(unit[cut:])
        both = tuple(code for code in before if code in behind)
        if both:
            return (unit[:cut], unit[cut:]), both
    return (), ()


def removing(pieces: Iterable[str]) -> str:
    """The regular expression of these marks; of abbreviations (Fr. 12) the point too, never that of $.50."""
    longest = sorted(set(pieces), key=lambda piece: (-len(piece), piece))
    return "|".join(re.escape(p) + (r"\.?" if _is_short_form(p) else "") for p in longest)


def _is_short_form(piece: str) -> bool:
    return piece.endswith("/") or (piece[-1].isalpha() and piece.upper() not in CODES)


def meanings(found: Collection[str], stated: Collection[str] = ()) -> dict[str, str]:
    """What each spelling means in a log that has all of these: eur and € are EUR, and "$" beside USD is USD.

    A mark of several currencies means the one that stands in the log as a code, or else one that the user named.
    What is no known currency is itself, in capitals.
    """
    possible = {name: pieces_of(name)[1] for name in found}
    certain = {codes[0] for codes in possible.values() if len(codes) == 1}
    return {name: _meant(name, codes, certain, set(stated)) for name, codes in possible.items()}


def _meant(name: str, codes: tuple[str, ...], certain: set[str], stated: set[str]) -> str:
    if len(codes) < 2:
        return codes[0] if codes else name.strip().upper()
    # "$" beside CA$ is not a Canadian dollar: who writes the one so keeps "$" for another.
    for known in (certain if codes[0] != "USD" else set(), stated - certain):
        fitting = [code for code in codes if code in known]
        if len(fitting) == 1:
            return fitting[0]
    return codes[0]
