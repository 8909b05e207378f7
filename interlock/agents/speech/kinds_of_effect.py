"""The kinds of effect a sentence can claim, and the words that each is claimed in and named with."""

from dataclasses import dataclass

ANYTHING = "anything"
"""The kind of a claim that does not say what was done: "all done"."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of effect: how it is said that it was `done`, or is being done (`doing`); `stems` begin the words that
    events, states and facts name it with, and `things` are what it makes. `of_callers` is done to the caller, and to
    things all the time."""

    name: str
    done: str
    doing: str
    stems: tuple[str, ...]
    things: str = ""
    of_callers: bool = False


KINDS = (
    Kind(
        "refund",
        r"refunded|reimbursed|credited|paid (?:\S+ ){0,3}back|returned (?:the|your|that) (?:money|payment|amount)",
        r"refunding|reimbursing|crediting|paying (?:\S+ ){0,3}back|issuing (?:\S+ ){0,2}refund",
        ("refund", "reimburs", "credit"),
        "refund|reimbursement|money",
    ),
    Kind(
        "book",
        r"booked|re-?booked|scheduled|reserved|arranged|set up (?:\S+ ){0,3}(?:appointment|visit|call|demo|meeting)"
        r"|made (?:\S+ ){0,2}(?:appointment|booking|reservation)",
        r"booking|scheduling|reserving|arranging",
        ("book", "reserv", "schedul", "appoint", "visit", "arrang", "callback", "follow", "move"),
        "appointment|booking|reservation|visit|call-?back|demo|meeting|table|slot",
    ),
    Kind("move", r"rescheduled|moved|postponed", r"rescheduling|moving|postponing", ("mov", "resched", "postpon")),
    Kind(
        "cancel",
        r"cancell?ed|called off|withdrawn|taken back|deleted|removed|terminated",
        r"cancell?ing|withdrawing|deleting|removing",
        ("cancel", "withdr", "remov", "delet", "terminat"),
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
        r"sent|texted|e-?mailed|messaged|mailed",
        r"sending|texting|e-?mailing",
        ("send", "sent", "text", "mail", "deliver", "link"),
    ),
    Kind("dispatch", r"dispatched|shipped", r"dispatching|shipping", ("shipp", "visit", "deliver", "technician")),
    Kind(
        "order",
        r"ordered|placed (?:\S+ ){0,2}order|put (?:\S+ ){0,2}order (?:in|through)",
        r"ordering|placing (?:\S+ ){0,2}order",
        ("ordered", "ordering", "place", "placing", "kitchen", "cook"),
        "order",
    ),
    Kind(
        "file",
        r"filed|submitted|registered|lodged|put (?:\S+ ){0,4}on (?:file|record)|listed|unsubscribed|updated your \w+"
        r"|put (?:\S+ ){0,3}on (?:the|our) (?:\S+ ){0,2}list|taken (?:\S+ ){0,3}off (?:the|our) (?:\S+ ){0,2}list",
        r"filing|submitting|registering|listing",
        ("file", "filing", "submit", "regist", "listed", "listing", "record"),
    ),
    Kind(
        "open",
        r"(?:opened|created|raised|logged|issued) (?:\S+ ){0,3}(?:ticket|case|complaint|claim|request)",
        r"(?:opening|creating|raising|logging) (?:\S+ ){0,3}(?:ticket|case|complaint|claim|request)",
        ("ticket", "opened", "opening", "complain", "raise", "logged"),
        "ticket|case|complaint",
    ),
    Kind(
        "charge",
        r"charged (?:your|the)|taken (?:the|your) payment|processed (?:the|your) payment|debited",
        r"charging your|taking (?:the|your) payment|debiting",
        ("charg", "payment", "settl", "debit", "collect"),
        "payment",
    ),
    Kind(
        "switch",
        r"unlocked|reset|reactivated|activated|deactivated|blocked|unblocked|upgraded|downgraded",
        r"unlocking|resetting|activating|blocking",
        ("unlock", "reset", "activat", "block", "upgrad", "downgrad"),
    ),
    Kind(
        ANYTHING,
        r"taken care of (?:it|that|this|everything)|sorted (?:it|that|this|everything) out"
        r"|completed (?:it|that|your request)|processed (?:it|that|your request|this)|done (?:it|that|this) for you",
        r"processing your request",
        (),
    ),
)
