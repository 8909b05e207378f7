"""Sentences that claim an effect: "I have refunded it", "you are being transferred", "that's cancelled".

A claim is of a kind, and each kind is known by the beginnings of words that charts name it with. What is asked, offered,
promised, denied, set under a condition or told of a past date is none.
"""

import re
from dataclasses import dataclass

ANYTHING = "anything"
"""The kind of a claim that does not say what was done: "all done"."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of effect: how it is said that it was `done`, or is being done (`doing`); `stems` begin the words that
    events, states and facts name it with. `of_callers` is done to the caller, and to things all the time."""

    name: str
    done: str
    doing: str
    stems: tuple[str, ...]
    of_callers: bool = False


KINDS = (
    Kind(
        "refund",
        r"refunded|reimbursed|credited|paid (?:\S+ ){0,3}back|returned (?:the|your|that) (?:money|payment|amount)",
        r"refunding|reimbursing|crediting|paying (?:\S+ ){0,3}back|issuing (?:\S+ ){0,2}refund",
        ("refund", "reimburs", "credit"),
    ),
    Kind(
        "book",
        r"booked|re-?booked|scheduled|reserved|arranged|set up (?:\S+ ){0,3}(?:appointment|visit|call|demo|meeting)"
        r"|made (?:\S+ ){0,2}(?:appointment|booking|reservation)",
        r"booking|scheduling|reserving|arranging",
        ("book", "reserv", "schedul", "appoint", "visit", "arrang", "callback", "follow", "move"),
    ),
    Kind("move", r"rescheduled|moved|postponed", r"rescheduling|moving|postponing", ("mov", "resched", "book")),
    Kind(
        "cancel",
        r"cancell?ed|called off|withdrawn|taken back|deleted|removed|terminated",
        r"cancell?ing|withdrawing|deleting|removing",
        ("cancel", "withdr", "remov", "delet", "terminat", "chang", "correct"),
    ),
    Kind(
        "transfer",
        r"transferred|connected|put through|forwarded|redirected|handed over|escalated"
        r"|put (?:you|your call|this|them) through|passed (?:you |your call |this |it )?(?:on|over|along)"
        r"|handed (?:you |this |it )?over",
        r"transferring|connecting|forwarding|redirecting|escalating|putting (?:you|your call|this) through"
        r"|passing (?:you|your call|this|it) (?:on|over|along)|handing (?:you|this|it) over|put through",
        (
            "transfer",
            "connect",
            "escalat",
            "take",
            "person",
            "handed",
            "handov",
            "forward",
            "route",
            "executive",
            "human",
        ),
        of_callers=True,
    ),
    Kind(
        "send",
        r"sent|texted|e-?mailed|messaged|mailed|dispatched|shipped",
        r"sending|texting|e-?mailing|dispatching|shipping",
        ("sen", "text", "mail", "deliver", "link", "dispatch", "ship"),
    ),
    Kind(
        "order",
        r"ordered|placed (?:\S+ ){0,2}order|put (?:\S+ ){0,2}order (?:in|through)",
        r"ordering|placing (?:\S+ ){0,2}order",
        ("order", "kitchen", "cook", "confirm"),
    ),
    Kind(
        "file",
        r"filed|submitted|registered|lodged|put (?:\S+ ){0,4}on (?:file|record)|listed|unsubscribed|updated your (?:\w+)"
        r"|put (?:\S+ ){0,3}on (?:the|our) (?:\S+ ){0,2}list|taken (?:\S+ ){0,3}off (?:the|our) (?:\S+ ){0,2}list",
        r"filing|submitting|registering|listing",
        ("fil", "submit", "regist", "list", "record"),
    ),
    Kind(
        "open",
        r"(?:opened|created|raised|logged|issued) (?:\S+ ){0,3}(?:ticket|case|complaint|claim|request)",
        r"(?:opening|creating|raising|logging) (?:\S+ ){0,3}(?:ticket|case|complaint|claim|request)",
        ("ticket", "case", "open", "complain"),
    ),
    Kind(
        "charge",
        r"charged (?:your|the)|taken (?:the|your) payment|processed (?:the|your) payment|debited",
        r"charging your|taking (?:the|your) payment|debiting",
        ("charg", "pay", "paid", "settl", "debit"),
    ),
    Kind(
        "switch",
        r"unlocked|reset|reactivated|activated|deactivated|blocked|unblocked|upgraded|downgraded",
        r"unlocking|resetting|activating|blocking",
        ("unlock", "reset", "activat", "block", "upgrad", "downgrad"),
    ),
    Kind(
        ANYTHING,
        r"taken care of (?:it|that|this|everything)|sorted (?:it|that|this|everything) out|completed (?:it|that|your request)"
        r"|processed (?:it|that|your request|this)|done (?:it|that|this) for you",
        r"processing your request",
        (),
    ),
)

_SOON = (
    r"(?:(?:just|now|already|also|successfully|gladly|happily|immediately|right away|gone ahead and|went ahead and|been able to"
    r"|managed to|duly|therefore|then|both|fully|all)\s+){0,3}"
)
_WE = r"\b(?:i|we|i personally|our (?:system|team|billing|colleague|department)|my colleague|the system)"
_HAVE = r"(?:'ve|'s| have| has|)\s+"
_IT = r"(?:it|that|this|everything|both|all of (?:it|that)|(?:your|the|a|an|our)(?: [\w-]+){1,5}?|they|those|[\d.,]+(?: \w+)?)"
_BEING = (
    r"(?:(?:'s|'re|'ve| has| have| is| are|) (?:now |just |already |also |all |both |hereby |successfully )*(?:been )?)"
)
_WITHOUT_ACT = r"(?:n't|\bnot\b|\bnever\b|\bno\b|\bnothing\b|\bnobody\b|\bunable\b|\bcannot\b|\bwithout\b|\bfail\w*)"
_OPEN = re.compile(
    r"\b(?:once|when|whenever|if|unless|until|till|before|after|as soon as|whether|in case|would|could|should|might|may i"
    r"|shall|can|will|'ll|going to|want(?:s|ed)?|like to|need|must|let me|to be|please|says?|said|try|make sure|how|usually"
    r"|normally|always|sometimes|every|each|only)\b|'ll\b|'d\b",
    re.IGNORECASE,
)
"""What sets the rest of a clause under a condition, into the future or in somebody else's mouth."""
_PAST = re.compile(
    r"\b(?:yesterday|(?:days?|weeks?|months?|years?|hours?) ago|earlier|previously|back then|before|last"
    r" (?:week|month|year|time|night|\w+day|spring|summer|autumn|winter)|(?:in|since|back in) (?:january|february|march|april"
    r"|may|june|july|august|september|october|november|december|\d{4})|on the \d+\w*|on \w+ (?:the )?\d+\w*|on \d+"
    r"|on \w+day)\b",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"\b(?:fully|completely|double|pre-?)[ -]?booked\b|\bbooked (?:out|up|solid|until|by)\b", re.IGNORECASE
)
_AFTER_THAT = re.compile(r"\s*(?:by|within|every|each|only|automatically|usually|once|when|if|until)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence says was done (`done`) or is being done, and whether in the past tense of a report."""

    kind: str
    done: bool
    told_of: bool = False


def claims_in(sentence: str) -> list[Claim]:
    """The effects that a sentence claims, each kind once."""
    words = sentence.replace("\u2019", "'").strip()
    found: dict[tuple[str, bool], Claim] = {}
    for kind, done, by_us, shape in _SHAPES:
        for its in shape.finditer(words):
            if _is_claim(words, its, by_us=by_us):
                found.setdefault((kind, done), Claim(kind, done, told_of=not by_us))
    return list(found.values())


def may_claim(words: str) -> bool:
    """Whether a sentence that begins so has a word in it that claims are made of."""
    return _ANY_WORD.search(words.replace("\u2019", "'")) is not None


def _is_claim(words: str, its: "re.Match[str]", *, by_us: bool) -> bool:
    clause = words[_clause_before(words, its.start()) : its.end()]
    if re.search(_WITHOUT_ACT, clause, re.IGNORECASE) or _OPEN.search(clause) or _FULL.search(words):
        return False
    rest = words[its.end() :]
    if not by_us and (words.endswith("?") or _AFTER_THAT.match(rest) or _PAST.search(words)):
        return False
    perfect = re.search(r"(?:'ve|'s|\bhave|\bhas|'m|\bam|'re|\bare|\bis)\b", its[0], re.IGNORECASE)
    return perfect is not None or _PAST.search(words) is None


def _clause_before(words: str, at: int) -> int:
    """Where the clause begins: what a condition before a comma leads to is under it as well."""
    begin = max((words.rfind(each, 0, at) for each in (";", ": ", ", so ", ", and ", ", but ", " but ")), default=-1)
    return max(begin, 0)


def _shapes() -> "list[tuple[str, bool, bool, re.Pattern[str]]]":
    made = []
    for kind in KINDS:
        passive = rf"\b(?:{_IT})" if not kind.of_callers else r"\b(?:you|your call|the call)"
        done = [
            (True, rf"{_WE}{_HAVE}{_SOON}(?:{kind.done})\b"),
            (True, rf"(?:\band |, ){_SOON}(?:{kind.done})\b(?= (?:it|that|your|the|you|them|everything)\b)"),
            (
                True,
                rf"^(?:(?:done|great|okay|ok|all right|perfect|sure|right|yes|certainly)[,.!:]? )?(?:{kind.done})\b(?=[.!,]|$| for| at| to| and| on)",
            ),
            (False, rf"{passive}{_BEING}(?:{kind.done})\b"),
            (False, rf"{passive} (?:was|were) {_SOON}(?:{kind.done})\b"),
        ]
        made += [(kind.name, True, by_us, re.compile(shape, re.IGNORECASE)) for by_us, shape in done]
        doing = [
            rf"{_WE}(?:'m|'re| am| are| is)? {_SOON}(?:{kind.doing})\b",
            rf"^(?:okay|ok|sure|right|great|now|certainly|one moment|of course)?[,.!]? ?{_SOON}(?:{kind.doing}) (?:you|it|that|your|the)\b",
            rf"{passive}(?:'s|'re| is| are) {_SOON}being (?:{kind.done})\b",
        ]
        made += [(kind.name, False, True, re.compile(shape, re.IGNORECASE)) for shape in doing]
    on_its_way = r"\b(?:your|the) (?:refund|money|payment|reimbursement)(?:'s| is| has| will be| went)? (?:now |already )?(?:on its way|on the way|gone through|through|been issued|issued)\b"
    made.append(("refund", True, True, re.compile(on_its_way, re.IGNORECASE)))
    all_done = r"^(?:(?:okay|ok|right|great|perfect|good news|yes|sure)[,.!:]? )?(?:(?:it|that|this|everything)(?:'s| is| has been)? (?:all |now )*(?:done|taken care of|sorted|settled|set|gone through)|(?:you're|you are) all set|all (?:done|set|sorted)|consider it done|done)(?=[.!,]|$| for you| now)"
    made.append((ANYTHING, True, True, re.compile(all_done, re.IGNORECASE)))
    return made


_SHAPES = _shapes()
_ANY_WORD = re.compile(
    "|".join(rf"\b(?:{kind.done}|{kind.doing})\b" for kind in KINDS)
    + r"|\b(?:put|putting|passed|passing|handed|handing|made|making|paid|paying|placed|placing|opened|opening|created|creating"
    r"|raised|raising|logged|logging|taken|taking|set|done|issued|issuing|returned|processed|processing|way|through|sorted)\b",
    re.IGNORECASE,
)
