"""Limits that outlive a call: how often something may be tried or done, by whom, in which time.

A quota counts by several keys at once, and what is counted must fit under each of them. Which keys those are decides
whom a limit hits, so that an attacker runs into it and an honest caller does not:

- `call`: one conversation. Whoever calls without a number has no other name of their own.
- `caller`: the number somebody calls from. It is the strict one: whoever guesses uses up what is their own.
- `account`: whose secret is tried, whoever tries it. It is the wide backstop against many numbers: it must be wider
  than `caller`, or one number alone could lock a customer out, and it is over with its window.
- `number`: the number that is called, or gets a message, whoever asks for it.
- `anonymous`: all callers without a number together. Nothing tells them apart that they did not choose themselves, so
  they share one count; it is bounded, as numberless calls would be the way round `caller`, and its window is short, as
  one of them can use it up for the others. Callers with a number never read it.
- `share`: what all callers without a number may have of one thing that is scarce, such as the places of one hour: they
  cannot empty a calendar, however long they try, and who shows a number finds the rest.
- `world`: everybody.

Where a caller proved before, from the same number or the same name in a room, that an account is theirs, they are
known for it: instead of `account` and `anonymous` they have a count of their own, as strict as `caller`. So strangers
who guess at an account do not lock out the customer who calls from the line they always call from (the device cookies
of OWASP's "Slow Down Online Guessing Attacks"); and whoever forges that line has the strict count, no more.

A right proof gives back what it took, lets the account's count begin anew, and takes back that caller's failures at the
same account: who errs and then proves it is no guesser. It leaves their failures at others counted: else whoever owns
one account could guess at others for ever, proving their own in between.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import FunctionType
from typing import Any, Literal, Protocol, cast, get_args

from interlock.guards.base import Guard, Proposal
from interlock.guards.numbers import one_number

Whose = Literal["call", "caller", "account", "number", "anonymous", "share", "world"]
WHOSE: tuple[Whose, ...] = get_args(Whose)
How = Literal["take", "give_back", "take_back", "begin_anew", "know"]

KNOWN_FOR_S = 400 * 86400.0
"""How long somebody who proved that an account is theirs is known for it, from their last proof on."""

HOUR_S = 3600.0
"""The seconds of an hour, for windows (`Limit`)."""
DAY_S = 24 * HOUR_S


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` in a window of `within_s` seconds, which begins with the first that is counted."""

    most: int
    within_s: float = DAY_S


Limits = Mapping[str, Mapping[str, Limit]]
"""The limits that settings change, by quota and by whose they are."""


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
    asked for. It is counted only `when` that is true of the facts. `instead` is what the caller is told can be done
    meanwhile.

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
            if limit.most < 1 or limit.within_s <= 0:
                raise TypeError(f"quota {self.name} lets nothing through for {whose}: expected 1 or more, in some time")
        for whose, named in (("account", self.account), ("number", self.number), ("share", self.share)):
            if whose in self.limits and not named:
                raise TypeError(f"quota {self.name} limits each {whose}: say with {whose}= which that is")

    def takes(
        self, facts: Any, args: Mapping[str, Any], changed: Limits | None = None, *, apart: str = ""
    ) -> tuple[Count, ...]:
        """What one more comes to, a count for each key there is; `apart` is what names keys that nobody else counts."""
        if not self.when(facts):
            return ()
        limits: Mapping[Any, Limit] = {**self.limits, **(changed or {}).get(self.name, {})}
        account = _bare(_named(self.account, facts, args)) if self.account else ""
        known = _known_as(facts, account)
        subjects = {
            "call": facts.call_id,
            "caller": one_number(facts.caller_phone),
            "account": account,
            "number": next((its for n in self.number if (its := one_number(_named(n, facts, args)))), ""),
            "anonymous": "" if facts.caller_phone else "anonymous",
            "share": "" if facts.caller_phone or self.share is None else self.share(facts, args),
            "world": "world",
        }
        own = limits.get("caller", self.limits.get("account"))
        its_own = f"{apart}{known}" if known else ""
        return tuple(
            Count(self.name, whose, f"{apart}{its}", limits[whose], known=its_own, instead=own)
            if whose in ("account", "anonymous") and known
            else Count(self.name, whose, f"{apart}{its}", limits[whose], known=its_own if whose == "caller" else "")
            for whose in WHOSE
            if whose in limits and (its := subjects[whose])
        )


def settled(taken: tuple[Count, ...], *, proved: bool = False) -> tuple[Count, ...]:
    """What gives back what was taken; where it `proved` right, the account's count begins anew and they are known."""
    if not proved:
        return tuple(replace(each, how="give_back") for each in taken)
    back = tuple(replace(each, how=_back(each)) for each in taken)
    anew = tuple(replace(each, how="begin_anew") for each in taken if each.whose == "account")
    return (*back, *anew, *(replace(each, how="know") for each in taken if each.whose == "account" and each.known))


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


def _known_as(facts: Any, account: str) -> str:
    who = one_number(facts.caller_phone) or facts.caller_identity
    return f"{account} {who}" if account and who else ""
