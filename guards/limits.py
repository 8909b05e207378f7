"""Limits that outlive a call: what may be guessed, and what costs or reaches somebody else, how often."""

from interlock.guards import HOUR_S, Limit, Quota

MINUTE_S, DAY_S = 60.0, 24 * HOUR_S
MONTH_S = 30 * DAY_S

GUESSER = Limit(3, longer=Limit(9, MONTH_S))
"""What one number may get wrong: a day's mistakes of somebody honest, and not as much every day."""
HIDDEN_GUESSERS = Limit(6, 20 * MINUTE_S)
"""What all callers without a number may get wrong together: none of them can turn the others away for long, and by
guessing at one account not at all."""
GUESSERS = Limit(500)
"""What all numbers may get wrong together in a day, of those that are not known: more is an attack by hundreds."""

PROOFS = Quota(
    "proofs",
    "failed checks",
    {
        "caller": GUESSER,
        "account": Limit(20, longer=Limit(40, MONTH_S)),
        "hidden": Limit(3, longer=Limit(9, MONTH_S)),
        "anonymous": HIDDEN_GUESSERS,
        "world": GUESSERS,
    },
    account="account_number",
    instead="A colleague can help you before. Shall I pass you on?",
)
"""Account number and postcode, in whichever flow: those who may guess at the one account are all who call."""

POLICY_PROOFS = Quota(
    "proofs",
    PROOFS.what,
    PROOFS.limits,
    account="policy_number",
    instead=PROOFS.instead,
)
"""Name and date of birth of a policyholder: a caller's failures count with those of other proofs."""

CODES = Quota(
    "proofs",
    PROOFS.what,
    {"caller": GUESSER, "anonymous": HIDDEN_GUESSERS, "world": GUESSERS},
    instead=PROOFS.instead,
)
"""A code is all there is of a secret: no account says whose it would be."""

WARRANTIES = Quota(
    "warranties",
    "warranty numbers that we could not find",
    {"caller": Limit(5, longer=Limit(15, MONTH_S)), "anonymous": HIDDEN_GUESSERS, "world": GUESSERS},
    when=lambda facts: facts.warranty_number not in (None, "", "none"),
    instead="We can go on without a warranty, or I pass you on to a colleague. Which would you like?",
)
"""The number of a warranty makes a repair cost nothing."""


APPOINTMENTS = Quota(
    "appointments",
    "appointments",
    {
        "call": Limit(4),
        "caller": Limit(4),
        "number": Limit(4),
        "anonymous": Limit(12, HOUR_S),
        "share": Limit(4),
    },
    number=("contact_phone", "caller_phone"),
)
"""A time somebody else cannot have. What callers without a number have of one day, the calendar counts as it stands."""

VISITS = Quota(
    "visits",
    "visits",
    {"call": Limit(4), "caller": Limit(4), "number": Limit(4), "anonymous": Limit(6, HOUR_S), "share": Limit(1)},
    number=("contact_phone", "caller_phone"),
)
"""A technician who comes, wherever they were sent. Of a team's day callers without a number have one visit."""

LINKS = Quota(
    "payment_links",
    "payment links",
    {"call": Limit(3), "caller": Limit(6), "number": Limit(3), "anonymous": Limit(20, HOUR_S)},
    number=("phone",),
)
"""A text message costs us money, and whoever gets it their peace."""

TRANSFERS = Quota(
    "put_throughs",
    "transfers",
    {"call": Limit(6), "caller": Limit(20)},
    instead="Shall I have a colleague call you back?",
)
"""Being put through, whatever is said to be solved in between. It reaches nobody: without a number, a call counts."""

LISTINGS = Quota(
    "listings",
    "numbers to list",
    {"call": Limit(2), "caller": Limit(3), "anonymous": Limit(30, HOUR_S)},
)
"""A number on the do-not-call list is on it for good."""

FOLLOW_UPS = Quota(
    "follow_ups",
    "follow-ups",
    {"call": Limit(2), "caller": Limit(3), "number": Limit(2), "anonymous": Limit(12, HOUR_S)},
    number=("contact_phone", "caller_phone"),
)
"""We call somebody who did not call us."""
