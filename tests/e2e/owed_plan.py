"""Lines that a caller has to hear, how a call gets to each, and when they talk into it. Pure: one seed, one plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from interlock.app.offline.scripted import Asks
from tests.standins.rules import Rule

DETAILS = {
    "name": "Anna Miller",
    "date_of_birth": "1980-05-03",
    "policy_number": "4482107",
    "home_address": "12 Rose Street",
    "phone": "01512345678",
    "email": "anna@example.com",
}
ACCOUNT = {"account_number": "4471", "postcode": "80331"}
BARGES = (
    "Okay, thank you very much.",
    "Yes, that is right.",
    "Yes, please do that.",
    "No, wait a moment.",
    "How long does that take?",
)
"""What is said over a line: attention, a yes too early, a no, a question. The model takes each for a yes."""


def _tuesday() -> str:
    today = date.today()
    return f"{today + timedelta(days=(1 - today.weekday()) % 7 or 7)}T10:00"


@dataclass(frozen=True, slots=True)
class Scene:
    """One line of a flow: `turns` lead to it, and once `on` its way it has begun, `lasts_s` at the most.

    `line` is its name on record and `ends` how it ends; a yes to it does `act`, and `yes` is said once it was told.
    """

    flow: str
    line: str
    ends: str
    turns: Mapping[str, tuple[Asks, ...]]
    on: tuple[str, str]
    lasts_s: float
    act: Asks | None = None
    yes: str = ""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """What the model asks for: at each turn its calls, and the act whenever it may, whatever the caller says."""
        steps = [Rule(f"^{words}$", calls=calls) for words, calls in self.turns.items()]
        return (*steps, Rule("", calls=(self.act,))) if self.act else tuple(steps)

    @property
    def words(self) -> tuple[str, ...]:
        """All that its caller says but for what is said over the line."""
        return (*self.turns, *([self.yes] if self.yes else []))


GAS = Scene(
    "service",
    "leave_the_house",
    "Shall I have a colleague call you back?",
    {"I smell gas in my kitchen.": (Asks("report_gas_smell"),)},
    ("transition.accepted", "report_gas_smell"),
    8.0,
)
HELD = Scene(
    "booking",
    "deciding",
    "Shall I book it?",
    {
        "I would like Tuesday at ten.": (
            Asks("look_for_times", {"time": _tuesday()}),
            Asks("note_name", {"name": "Anna"}),
            Asks("note_phone", {"phone": "0301234567"}),
            Asks("find_time"),
        ),
        "Please hold that one for me.": (Asks("hold_time"),),
    },
    ("transition.accepted", "hold_time"),
    7.5,
    Asks("book"),
    "Yes, please.",
)
READ_BACK = Scene(
    "intake",
    "review",
    "Is all of that right?",
    {
        "I want to give you my details.": (Asks("note_details", DETAILS), Asks("begin_intake")),
        "Check them, please.": (Asks("check_details"),),
    },
    ("transition.accepted", "check_details"),
    13.0,
    Asks("confirm_details"),
    "Yes, all of that is right.",
)
AMOUNT = Scene(
    "support",
    "question:refund",
    "Shall I pay that back?",
    {
        "This is Anna.": (Asks("note_name", {"name": "Anna"}), Asks("begin_triage")),
        "I was charged too much.": (
            Asks("note_issue", {"category": "billing"}),
            Asks("verify_caller", ACCOUNT),
            Asks("route_to_billing"),
        ),
        "It is order 1042, and 19.90 too much.": (
            Asks("find_order", {"order_number": "1042"}),
            Asks("refund", {"amount_cents": 1990}),
        ),
    },
    ("transition.refused", "refund"),
    3.5,
    Asks("refund", {"amount_cents": 1990}),
    "Yes, please.",
)
SCENES = (GAS, HELD, READ_BACK, AMOUNT)
WORDS = tuple(dict.fromkeys((*(words for scene in SCENES for words in scene.words), *BARGES)))


@dataclass(frozen=True, slots=True)
class Moment:
    """So long after the line was on its way, the caller says `words`."""

    seed: int
    scene: Scene
    after_s: float
    words: str

    def __str__(self) -> str:
        return f"{self.scene.flow}, seed {self.seed}: {self.words!r} after {self.after_s:.2f} s"


def moment(scene: Scene, seed: int) -> Moment:
    """The same every time."""
    random = Random(f"{scene.flow} {seed}")
    return Moment(seed, scene, random.uniform(0.0, scene.lasts_s), random.choice(BARGES))
