"""Limits that outlive a call: how often something may be tried or done, by whom, in which time.

A quota counts by several keys at once, and what is counted must fit under each of them. Which keys those are decides
whom a limit hits, so that an attacker runs into it and an honest caller does not:

- `call`: one conversation. Whoever calls without a number has no other name of their own.
- `caller`: the number somebody calls from. It is the strict one: whoever guesses uses up what is their own.
- `account`: whose secret is tried, by callers who show a number, whichever. It is the backstop against many numbers: it
  must be wider than `caller`, or one number alone could lock a customer out.
- `hidden`: the same, by callers without a number. They have a count apart, so that nobody who shows a number is turned
  away for what was tried by somebody who shows none. A quota without it counts all of them by `account`.
- `number`: the number that is called, or gets a message, whoever asks for it, but for who calls from it: nobody else
  can use up what somebody may have on their own line. What begins with a number rings it, and counts as that number.
- `anonymous`: all callers without a number together. Nothing tells them apart that they did not choose themselves, so
  they share one count; it is bounded, as numberless calls would be the way round `caller`, and its window is short, as
  one of them can use it up for the others. Callers with a number never read it.
- `share`: what all callers without a number may have of one thing that is scarce, such as the places of one hour: they
  cannot empty a calendar, however long they try, and who shows a number finds the rest.
- `world`: everybody, for each kind of secret apart; where callers without a number have `anonymous`, everybody else, so
  that those who show none use up nothing of those who do.

Where a caller proved before, from the same number or the same name in a room, that an account is theirs, they are
known for it: instead of `account`, `hidden`, `anonymous` and `world` they have a count of their own, as strict as
`caller`. So strangers who guess at an account do not lock out the customer who calls from the line they always call
from (the device cookies of OWASP's "Slow Down Online Guessing Attacks"); and whoever forges that line has the strict
count, no more.

A right proof gives back what it took, lets the account's count begin anew, and takes back that caller's failures at the
same account: who errs and then proves it is no guesser. It leaves their failures at others counted: else whoever owns
one account could guess at others for ever, proving their own in between.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from types import FunctionType
from typing import Any, Literal, Protocol, cast, get_args

from interlock.guards.base import Guard, Proposal
from interlock.guards.lines import known_by, line_of
from interlock.guards.numbers import begins_with, one_number

Whose = Literal["call", "caller", "account", "hidden", "number", "anonymous", "share", "world"]
WHOSE: tuple[Whose, ...] = get_args(Whose)
How = Literal["take", "give_back", "take_back", "begin_anew", "know"]

SHARED_WITH_STRANGERS: tuple[Whose, ...] = ("account", "hidden", "anonymous", "world")
"""What counts strangers together: who is known for an account is not one."""
KNOWN_FOR_S = 400 * 86400.0
"""How long somebody who proved that an account is theirs is known for it, from their last proof on."""

HOUR_S = 3600.0
"""The seconds of an hour, for windows (`Limit`)."""
DAY_S = 24 * HOUR_S


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` in a window of `within_s` seconds, which begins with the first that is counted.

    `longer` is another limit beside it, of a longer window: who tries every day a little is bounded by that.
    """

    most: int
    within_s: float = DAY_S
    longer: "Limit | None" = None

    def windows(self) -> "tuple[Limit, ...]":
        """This limit and the longer ones, each by itself."""
        return (replace(self, longer=None), *(self.longer.windows() if self.longer else ()))

    def widens(self) -> bool:
        """Whether each longer window lets more through than the one before: else that would never be full."""
        return all(b.most > a.most and b.within_s > a.within_s for a, b in pairwise(self.windows()))


Limits = Mapping[str, Mapping[str, Limit | None]]
"""The limits that settings change, by quota and by whose they are; None where there is none any more."""


@dataclass(frozen=True, slots=True)
class Spent:
    """A quota of which nothing is left for one of its keys, and in how many seconds it works again."""

    quota: str
    whose: str
    in_s: int


@dataclass(frozen=True, slots=True)
class Count:
    """What is done to one counter. `subject` is whose it is, in plain: the store keeps a keyed hash of it.

    `known` is who they are known as for that account, and `instead` the limit that counts then. What a caller tries is
    counted by account, too: `take_back` takes off what of theirs was tried at this one.
    """

    quota: str
    whose: str
    subject: str = field(repr=False)
    limit: Limit
    how: How = "take"
    known: str = field(default="", repr=False)
    instead: Limit | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Quota:
    """A limit that outlives a call.

    `name` is what settings and the record call it; `what` is counted, in the plural ("call-backs"). `limits` are what
    each key may have. `account` names the argument or fact that says whose secret is tried; `number` those that say
    which number is called, the first there is. `share` gives of facts and arguments which part of something scarce is
    asked for; without it a business system counts what stands (`standing_share`). It is counted only `when` that is
    true of the facts. `instead` is what the caller is told can be done meanwhile.

    Raises `TypeError` for a name that is no identifier, no limit or none of a kind there is, one that lets nothing
    through, and a key that nothing names.
    """

    name: str
    what: str
    limits: Mapping[Whose, Limit]
    account: str = ""
    number: tuple[str, ...] = ()
    share: Callable[[Any, Mapping[str, Any]], str | None] | None = None
    when: Callable[[Any], bool] = lambda facts: True
    instead: str = "Shall I pass you on to a colleague?"

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise TypeError(f"{self.name!r} is no name of a quota, expected an identifier such as 'callbacks'")
        unknown = sorted(set(self.limits) - set(WHOSE))
        if unknown or not self.limits:
            found = ", ".join(unknown) or "nobody"
            raise TypeError(f"quota {self.name} limits {found}, expected some of {', '.join(WHOSE)}")
        for whose, limit in self.limits.items():
            if any(its.most < 1 or its.within_s <= 0 for its in limit.windows()):
                raise TypeError(f"quota {self.name} lets nothing through for {whose}: expected 1 or more, in some time")
            if not limit.widens():
                raise TypeError(f"quota {self.name} has no longer limit for {whose}: expected more, in a longer time")
        for whose, named in (
            ("account", self.account),
            ("hidden", self.account),
            ("number", self.number),
        ):
            if whose in self.limits and not named:
                raise TypeError(f"quota {self.name} limits each {whose}: say with {whose}= which that is")

    def takes(
        self, facts: Any, args: Mapping[str, Any], changed: Limits | None = None, *, apart: str = ""
    ) -> tuple[Count, ...]:
        """What one more comes to, a count for each key there is; `apart` is what names keys that nobody else counts."""
        if not self.when(facts):
            return ()
        limits = self._as_set(changed)
        account = _bare(_named(self.account, facts, args)) if self.account else ""
        own, me = limits.get("caller") or self.limits.get("account"), known_by(facts)
        known = f"{apart}{account} {me}" if account and me else ""
        apart_if_hidden = {whose for whose in ("hidden", "anonymous") if limits.get(whose) is not None}
        subjects = self._subjects(facts, args, account, apart_if_hidden)
        return tuple(
            _count(self.name, whose, f"{apart}{its}", limit, known, own)
            for whose in WHOSE
            for its, limit in _spread(whose, subjects[whose], limits.get(whose))
        )

    def standing_share(self, facts: Any, changed: Limits | None = None) -> int | None:
        """How many of something scarce a caller without a number may stand for, with all others of them; the window is
        none, as what is given up is free again. None for who shows a number, and where there is no such limit."""
        its = self._as_set(changed).get("share")
        return its.most if its is not None and not line_of(facts) else None

    def _as_set(self, changed: Limits | None) -> Mapping[Whose, Limit | None]:
        its = (changed or {}).get(self.name, {})
        return {whose: its.get(whose, limit) for whose, limit in self.limits.items()}

    def _subjects(
        self, facts: Any, args: Mapping[str, Any], account: str, apart_if_hidden: Collection[str]
    ) -> Mapping[Whose, str]:
        """Whose it is, by each key; empty where there is nobody."""
        line = line_of(facts)
        number = next((its for name in self.number if (its := one_number(_named(name, facts, args)))), "")
        return {
            "call": facts.call_id or "",
            "caller": line,
            "account": account if line or "hidden" not in apart_if_hidden else "",
            "hidden": "" if line else account,
            "number": "" if number == line else number,
            "anonymous": "" if line else "anonymous",
            "share": "" if line or self.share is None else self.share(facts, args) or "",
            "world": f"world {self.account}" if line or "anonymous" not in apart_if_hidden else "",
        }


def _spread(whose: Whose, subject: str, limit: Limit | None) -> Iterator[tuple[str, Limit]]:
    """Under which names one key is counted, in each window: a number rings all it begins with, and counts as them.

    The more numbers begin with one, the more may.
    """
    if not subject or limit is None:
        return
    beginnings = begins_with(subject) if whose == "number" else ()
    for window in limit.windows():
        for shorter_by, its in enumerate((subject, *beginnings)):
            yield its, replace(window, most=window.most * 2 ** max(0, shorter_by - 1))


def _count(quota: str, whose: Whose, subject: str, limit: Limit, known: str, own: Limit | None) -> Count:
    """`own` is what they have who are known for the account."""
    if known and whose in SHARED_WITH_STRANGERS:
        return Count(quota, whose, subject, limit, known=known, instead=replace(own, longer=None) if own else None)
    return Count(quota, whose, subject, limit, known=known if whose == "caller" else "")


def settled(taken: tuple[Count, ...], *, proved: bool = False) -> tuple[Count, ...]:
    """What gives back what was taken; where it `proved` right, the account's count begins anew and they are known."""
    if not proved:
        return tuple(replace(each, how="give_back") for each in taken)
    back = tuple(replace(each, how=_back(each)) for each in taken)
    at_account = [each for each in taken if each.whose in ("account", "hidden")][:1]  # of the shortest window
    anew = tuple(replace(each, how="begin_anew") for each in at_account)
    return (*back, *anew, *(replace(each, how="know") for each in at_account if each.known))


def _back(taken: Count) -> How:
    return "take_back" if taken.whose == "caller" and taken.known else "give_back"


class Counted(Protocol):
    """What these guards read."""

    @property
    def spent(self) -> tuple[tuple[str, str, int], ...]: ...


class QuotaLeft(Guard):
    """The guard that `left` makes; its words say when it works again."""

    quota: Quota

    def words(self, facts: Any) -> tuple[str, str]:
        """The reason and what is said, with the time in which it works again."""
        spent = [Spent(*each) for each in facts.spent]
        return words(self.quota, [each for each in spent if each.quota == self.quota.name])


def words(quota: Quota, spent: list[Spent]) -> tuple[str, str]:
    """Why no more is counted, for a model and for the caller: not which key it was, as that helps who guesses."""
    if any(each.whose == "share" for each in spent):
        reason = "There is no place left at that time for callers whose number is not shown: ask for another time."
        return (
            reason,
            "That time is not free for a caller whose number I do not see. Which other day and time suit you?",
        )
    when = in_words(max((each.in_s for each in spent), default=0))
    reason = f"There were too many {quota.what}: no more {when}. Say so, and offer what can be done meanwhile."
    return reason, f"That is not possible for now, and works again {when}. {quota.instead}"


def left(quota: Quota) -> QuotaLeft:
    """The guard that holds while something of a quota is left. One quota has one guard, however often it is asked for.

    What is left is found out, and taken, in the transaction of the verdict: it is false once that said no.
    """
    return _left(quota)


@cache
def _left(quota: Quota) -> QuotaLeft:
    def predicate(facts: Counted, proposal: Proposal) -> bool:
        return all(name != quota.name for name, _, _ in facts.spent)

    predicate.__name__ = predicate.__qualname__ = f"{quota.name}_left"
    predicate.__doc__ = f"There were not too many {quota.what} lately."
    reason = f"There were too many {quota.what} lately."
    made = QuotaLeft(cast(FunctionType, predicate), reason, f"That is not possible for now. {quota.instead}")
    made.quota = quota
    return made


def in_words(seconds: float) -> str:
    """In which time, as it is said: never sooner than it is."""
    for size, one, many in ((60, "minute", "minutes"), (3600, "hour", "hours"), (86400, "day", "days")):
        most = {60: 50, 3600: 22, 86400: 10**9}[size]
        count = max(1, -(-int(seconds) // size))
        if count <= most:
            article = "an" if one == "hour" else "a"
            return f"in about {article} {one}" if count == 1 else f"in about {count} {many}"
    raise AssertionError("a number of days is always within the last row")


def _named(name: str, facts: Any, args: Mapping[str, Any]) -> str:
    return str(args.get(name) or getattr(facts, name, None) or "")


def _bare(said: str) -> str:
    """A name as it is compared: however it was spaced, hyphenated or capitalised."""
    return "".join(filter(str.isalnum, said)).casefold()
