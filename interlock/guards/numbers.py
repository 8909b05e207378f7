"""A telephone number in one canonical form, E.164, however it was written: what counts, compares or lists it uses this.

Where no numbering plan has a number its digits are all there is to compare. What is dialled after a whole number rings
that number, so one that is too long is cut to the longest its plan has. Some plans, as Germany's, have no one length:
`begins_with` names the shorter numbers that a longer one may ring.
"""

import re
import unicodedata
from functools import lru_cache

import phonenumbers

COUNTRY = "DE"
"""Where a number is taken to be that does not say its country."""
MOST_AFTER = 4
"""How many digits after a whole number are looked at for numbers that begin with it."""

_SERVICE = re.compile(r"^\s*(?:[*#]{1,2}\d{2,3}(?:[*#]|\s))+")
"""What is dialled before a number to hide one's own, or to divert: *31#, #31#, *67."""
_ABROAD = re.compile(r"^(?:0011|011|010|009)(?=[1-9])")
"""How other countries dial out, where we dial 00."""
_LETTER_O = re.compile(r"(?<=[\d\s./()+-])[oO](?=[\d\s./()-]*\d)|(?<=\d)[oO](?=\W|$)")
_APART = re.compile(r"\s*(?:[;,/|&]|\b(?:or|and|oder|und)\b)\s*|\s+(?=[+0])", re.IGNORECASE)
_WHOLE = re.compile(r"[+0]")
"""How a number begins that needs nothing before it."""


def one_number(said: str | None, country: str = COUNTRY) -> str:
    """The number, the first of several; what is no number anywhere, its digits; of what has none, nothing."""
    return numbers_in(said or "", country)[0]


def is_somebodys(said: str | None, country: str = COUNTRY) -> bool:
    """Whether it is a number that some numbering plan has, and not only digits ("0", a trunk's "100", "anonymous")."""
    text = _plain(said or "")
    read = _parsed(text, country) if text else None
    return read is not None and phonenumbers.is_valid_number(read)


def numbers_in(said: str, country: str = COUNTRY) -> tuple[str, ...]:
    """Every number that whoever dials this may reach, at least one; what is no number anywhere, its digits.

    Vanity letters are the digits they stand for, an extension is left out, and what hides the caller's own number.
    """
    return _numbers_in(said, country)


@lru_cache(maxsize=1024)
def _numbers_in(said: str, country: str) -> tuple[str, ...]:
    text = _plain(said)
    parts = (_parsed(part, country) for part in _APART.split(text) if _WHOLE.match(part))
    found = [_parsed(text, country), *parts]
    within = (its.number for its in phonenumbers.PhoneNumberMatcher(text, country))
    valid = [its for its in (*found, *within) if its is not None and phonenumbers.is_valid_number(its)]
    kept = valid or [_cut(its) for its in found if its is not None]
    return tuple(dict.fromkeys(map(_written, kept))) or ("".join(filter(str.isdecimal, text)),)


def begins_with(number: str) -> tuple[str, ...]:
    """The whole numbers, the longest first, that this one in E.164 begins with and so may ring; not itself.

    None where its plan has numbers of one length only.
    """
    shorter = (number[:-cut] for cut in range(1, MOST_AFTER + 1))
    return tuple(its for its in shorter if number.startswith("+") and is_somebodys(its))


def _plain(said: str) -> str:
    """Without what makes no difference to who is rung: invisible characters, wide figures, service codes."""
    text = "".join(its for its in unicodedata.normalize("NFKC", said) if unicodedata.category(its) != "Cf")
    return _LETTER_O.sub("0", _SERVICE.sub("", text)).strip()


def _parsed(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    """As it is dialled here; where that is nobody's, with its country's code but without what says so."""
    digits = "".join(filter(str.isdecimal, text))
    here, abroad = _read(text, country), _ABROAD.sub("+", digits)
    ways = (
        here,
        _read(abroad, country) if abroad != digits else None,
        _read(f"+{digits}", country) if digits[:1] != "0" else None,
    )
    return next((its for its in ways if its is not None and phonenumbers.is_valid_number(its)), here)


def _cut(number: phonenumbers.PhoneNumber) -> phonenumbers.PhoneNumber:
    whole = phonenumbers.PhoneNumber()
    whole.merge_from(number)
    return whole if phonenumbers.truncate_too_long_number(whole) else number


def _read(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None


def _written(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
