"""Which handoffs a caller asks for and when they barge in, as a seed has it. Pure: the same seed, the same plan."""

from dataclasses import dataclass
from random import Random

CALLERS = {
    "Anna": "Hello, my name is Anna.",
    "Benjamin": "Good morning, this is Benjamin calling.",
    "Carolina": "Hi there! You are talking to Carolina.",
    "Dominic": "I am Dominic, and I need some help.",
    "Frederick": "Good evening. Frederick speaking.",
    "Elizabeth": "Elizabeth is my name.",
}
"""Who calls, and how each begins: the stand-in model tells the calls apart by these names."""

ANSWERS = {
    "What are your opening hours?": "We are open from nine to six.",
    "Where is my parcel, and when does it arrive?": "Your parcel arrives on Friday.",
    "Can I also change my address?": "You can change it in a letter.",
    "Hello?": "Yes, I can hear you well.",
}
"""What any desk answers by itself; "Hello?" is too short to interrupt anybody."""

ANNOUNCED, SWITCHING, FIRST_WORDS = "announced", "switching", "first words"
ANNOUNCING, HOLDING, SILENT = "One moment, please, I am putting you through to a colleague.", "Just a second.", ""
"""What the old desk says when it hands over; the stand-in voice takes `HOLD_S` to begin with the second."""
HOLD_S = 1.2
LATEST_MS = {ANNOUNCING: 1500, HOLDING: 1200, SILENT: 60}


@dataclass(frozen=True, slots=True)
class Handoff:
    """`words` make a desk ask for `event`, which leads to the state `to`."""

    words: str
    event: str
    to: str


@dataclass(frozen=True, slots=True)
class BargeIn:
    """During `handoff` from the state `start`, at this `moment` and so much after it began, the caller says `words`.

    They are answered where the handoff leads, or ask for a handoff from there: `then`.
    """

    seed: int
    nth: int
    start: str
    handoff: Handoff
    moment: str
    announcement: str
    after_ms: int
    words: str
    then: Handoff | None

    @property
    def end(self) -> str:
        """Where the call is at rest afterwards."""
        return self.then.to if self.then else self.handoff.to

    def __str__(self) -> str:
        where = f"{self.start} -{self.handoff.event}-> {self.handoff.to}"
        when = f"{self.after_ms} ms into {self.moment!r} ({self.announcement!r})"
        return f"seed {self.seed}, barge-in {self.nth}: {where}, {when}: {self.words!r}"


TO_TECHNICAL = Handoff("My router does not connect to the internet.", "route_to_technical", "technical")
TO_BILLING = Handoff("I was charged twice for my router.", "route_to_billing", "billing")
TO_PERSON = Handoff("I want to talk to a real person, please.", "escalate", "person")
SOLVED = Handoff("It works now, thank you very much.", "resolve", "resolved")
REOPENED = Handoff("Actually, there is something else.", "reopen", "triage")
BACK = Handoff("Never mind. Take me back to where I was.", "return_to_desk", "")
WORDS = (
    *CALLERS.values(),
    *ANSWERS,
    *(each.words for each in (TO_TECHNICAL, TO_BILLING, TO_PERSON, SOLVED, REOPENED, BACK)),
)

FROM = {
    "triage": (TO_TECHNICAL, TO_BILLING),
    "technical": (TO_BILLING, TO_BILLING, TO_PERSON, SOLVED),
    "billing": (TO_TECHNICAL, TO_TECHNICAL, TO_PERSON, SOLVED),
    "resolved": (REOPENED,),
}


def plan(seed: int, count: int) -> list[BargeIn]:
    """`count` barge-ins of one call, each from where the one before left it; moments take turns."""
    random = Random(seed)
    name = list(CALLERS)[seed % len(CALLERS)]
    state, before, made = "greeting", "", list[BargeIn]()
    moments = [ANNOUNCED, SWITCHING, FIRST_WORDS]
    random.shuffle(moments)
    for nth in range(count):
        first = Handoff(CALLERS[name], "begin_triage", "triage") if not nth else _from(random, state, before)
        before = state if first.to == "person" else before
        moment = moments[nth % len(moments)]
        announcement = _announcement(random, moment)
        latest = 1200 if moment == FIRST_WORDS else LATEST_MS[announcement]
        then = _from(random, first.to, before) if random.random() < 0.35 else None
        words = then.words if then else random.choice(list(ANSWERS))
        made.append(BargeIn(seed, nth, state, first, moment, announcement, random.randint(0, latest), words, then))
        before = first.to if then and then.to == "person" else before
        state = made[-1].end
    return made


def _from(random: Random, state: str, before: str) -> Handoff:
    if state == "person":
        return Handoff(BACK.words, BACK.event, before)
    return random.choice(FROM[state])


def _announcement(random: Random, moment: str) -> str:
    if moment == SWITCHING:
        return random.choice((HOLDING, SILENT))
    return ANNOUNCING if moment == ANNOUNCED else SILENT
