"""A telephone number in the one way our tables have it, however it was written: E.164."""

import re
import unicodedata

import phonenumbers

from interlock.guards import can_be_dialled

COUNTRY = "DE"
"""Where a number is taken to be that does not say its country."""

_SERVICE = re.compile(r"^\s*(?:[*#]{1,2}\d{2,3}(?:[*#]|\s))+")
"""What is dialled before a number to hide one's own, or to divert: *31#, #31#, *67."""
_ABROAD = re.compile(r"^(?:0011|011|010|009)(?=[1-9])")
"""How other countries dial out, where we dial 00."""
_LETTER_O = re.compile(r"(?<=[\d\s./()+-])[oO](?=[\d\s./()-]*\d)|(?<=\d)[oO](?=\W|$)")
_APART = re.compile(r"\s*(?:[;,/|&]|\b(?:or|and|oder|und)\b)\s*|\s+(?=[+0])", re.IGNORECASE)
_WHOLE = re.compile(r"[+0]")
"""How a number begins that needs nothing before it."""


def one_number(said: str) -> str:
    """The number, the first of several; what is no number anywhere, its digits."""
    return numbers_in(said)[0]


def is_whole(line: str) -> bool:
    """Whether what a line shows is a number somebody has, and not the name of a line that shows none ("anonymous")."""
    return can_be_dialled(one_number(line))


def numbers_in(said: str) -> tuple[str, ...]:
    """Every number that whoever dials this may reach, at least one; what is no number anywhere, its digits.

    Vanity letters are the digits they stand for, an extension is left out, and what hides the caller's own number.
    """
    text = _plain(said)
    found = [_parsed(text), *(_parsed(part) for part in _APART.split(text) if _WHOLE.match(part))]
    within = (its.number for its in phonenumbers.PhoneNumberMatcher(text, COUNTRY))
    valid = [its for its in (*found, *within) if its is not None and phonenumbers.is_valid_number(its)]
    kept = valid or [its for its in found if its is not None]
    return tuple(dict.fromkeys(map(_written, kept))) or ("".join(filter(str.isdecimal, text)),)


def _plain(said: str) -> str:
    """Without what makes no difference to who is rung: invisible characters, wide figures, service codes."""
    text = "".join(its for its in unicodedata.normalize("NFKC", said) if unicodedata.category(its) != "Cf")
    return _LETTER_O.sub("0", _SERVICE.sub("", text)).strip()


def _parsed(text: str) -> phonenumbers.PhoneNumber | None:
    """As it is dialled here; where that is nobody's, with its country's code but without what says so."""
    digits = "".join(filter(str.isdecimal, text))
    here, abroad = _read(text), _ABROAD.sub("+", digits)
    ways = (here, _read(abroad) if abroad != digits else None, _read(f"+{digits}") if digits[:1] != "0" else None)
    return next((its for its in ways if its is not None and phonenumbers.is_valid_number(its)), here)


def _read(text: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, COUNTRY)
    except phonenumbers.NumberParseException:
        return None


def _written(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
