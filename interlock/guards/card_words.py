"""How card numbers begin, and the words that go with a card number, or with another."""

import re

ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|(?:30[0-59]|36\d|3[89]\d)\d{11}(?:\d{2,5})?"  # Diners Club
    r"|(?:6011|64[4-9]\d|65\d\d|62\d\d|81\d\d|35\d\d|9792|220[0-4])\d{12}(?:\d{1,3})?"  # Discover, UnionPay, JCB, Mir
    r"|(?:50(?:18|20|38)|5893|6304|67(?:0[69]|59|61|62|63|71))\d{8}(?:\d{1,7})?"  # Maestro
    r"|(?:5[0678]|6[0-9])\d{14}(?:\d{1,3})?"  # Maestro, RuPay, Elo
)
"""How card numbers begin, and how long those that begin so are."""
A_MOBILE = re.compile(r"49(?:15|16|17)\d{9}")
"""German mobile numbers, without their plus, are as long as the oldest Visa cards."""

_FILLERS = """
um uh er erm eh ah hm and then next now finally dash hyphen minus slash stroke space blank point dot comma the a is are
it its s that this there they part parts number numbers digit digits group groups block blocks followed by first second
third last other rest of comes come goes go on continues after ok okay yes so well let me see wait sorry again i said
und dann strich ahead ready got that right one two three four five six eight
"""
SAID_OF_DIGITS = frozenset(_FILLERS.split())
"""Words that callers say between the groups of one number."""
SOMETHING_ELSE = re.compile(
    r"\+|\b(?:orders?|phone|telephone|mobile|call|reach|fax|postcode|zip|accounts?|tickets?|invoices?|policy|policies"
    r"|serials?|pin|birthday|born|street|bookings?|references?|customer|quotes?|imei|iban|tracking|meter|model"
    r"|contracts?)\b",
    re.IGNORECASE,
)
"""What begins another number."""
SEVERAL = re.compile(
    r"\b(?:orders|tickets|invoices|accounts|policies|serials|references|bookings|quotes|numbers)\b", re.IGNORECASE
)
"""What says that several numbers come."""
SAYS_CARD = re.compile(r"\b(?:card|visa|master ?card|amex|american express|maestro|karte|kreditkarte)\b", re.IGNORECASE)
"""What says that a card number comes."""
MONTHS = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b", re.IGNORECASE
)
_LEADS_ON = (
    r"(?:[\s,.;:/&\-\u2013\u2014]"
    r"|\b(?:and|with|the|its|my|is|it|it's|number|on|in|at|the end|back|date|of|um|uh|er|that|was)\b)*"
)
_NAMES_IT = (
    r"\b(?:cvc2?|cvv2?|cid|csc|security code|card code|code|pin|expir(?:y|es|ing|ation)|exp"
    r"|valid (?:thru|through|until|till|to)|good (?:thru|through))\b"
)
BESIDE = re.compile(rf"{_LEADS_ON}(?P<named>{_NAMES_IT}{_LEADS_ON})?", re.IGNORECASE)
"""What leads from a card number on to its code or its expiry."""
