"""What our systems found, a read-back and a warning are told to their end, whatever a caller says meanwhile."""

import asyncio
from dataclasses import replace

import pytest

from agents.booking import BOOKING
from agents.intake import INTAKE
from agents.restaurant import RESTAURANT
from agents.service import SERVICE
from agents.support import SUPPORT
from interlock.agents.desks import GOODBYE_LIMIT_S, Farewell
from interlock.agents.speech.lines import CUTS_LIMIT, QUIET_S, SpokenLine
from interlock.app.offline.scripted import Asks, Says
from interlock.app.project import open_systems
from interlock.testing.spoken import SpokenStage

DETAILS = {
    "name": "Anna Miller",
    "date_of_birth": "1980-05-03",
    "policy_number": "4482107",
    "home_address": "12 Rose Street",
    "phone": "01512345678",
    "email": "anna@example.com",
}
TO_REVIEW = {
    "All at once.": [Says("", (Asks("note_details", DETAILS), Asks("begin_intake")))],
    "Check it.": [Says("", (Asks("check_details"),))],
}
TO_HELD = {
    "Tuesday.": [
        Says(
            "",
            (
                Asks("look_for_times", {"time": "2026-03-03T10:00"}),
                Asks("note_name", {"name": "Anna"}),
                Asks("note_phone", {"phone": "0301234567"}),
            ),
        ),
        Says("", (Asks("find_time"),)),
    ],
    "Hold it.": [Says("", (Asks("hold_time"),))],
}
TO_ORDERED = {
    "Menu.": [Says("", (Asks("see_menu"),))],
    "A margherita, no nuts.": [
        Says("", (Asks("add_dish", {"dish": "margherita"}), Asks("note_allergies", {"allergies": "nuts"}))),
        Says("", (Asks("begin_order"),)),
    ],
    "Anna.": [Says("", (Asks("note_name", {"name": "Anna"}),)), Says("Noted.")],
    "Read it to me.": [Says("", (Asks("read_back"),))],
}
TO_SAFETY = {
    "Gas cooker.": [
        Says(
            "",
            (
                Asks("note_name", {"name": "Anna"}),
                Asks("note_appliance", {"appliance": "gas_cooker"}),
                Asks("note_fault", {"fault": "dead"}),
                Asks("note_postcode", {"postcode": "10115"}),
                Asks("note_no_warranty"),
            ),
        ),
        Says("", (Asks("gather"),)),
    ],
    "Pass me on.": [Says("", (Asks("find_specialist"),))],
}
OUTCOMES = {
    "a read-back": (INTAKE, TO_REVIEW, "Is all of that right?"),
    "a time that is held": (BOOKING, TO_HELD, "I am holding"),
    "an order read back": (RESTAURANT, TO_ORDERED, "Is that right?"),
    "a question of safety": (SERVICE, TO_SAFETY, "Do you smell gas?"),
}
LEAVE = "leave the house"


@pytest.fixture
async def stages(journal):
    """
    Makes stages of any flow, and closes them.
    """
    made = []

    def make(flow, lines):
        stage = SpokenStage(flow, journal, open_systems(flow))
        stage.model.lines |= {words: list(answers) for words, answers in lines.items()}
        made.append(stage)
        return stage

    yield make
    for stage in made:
        await stage.close()


async def talked(stage, *turns):
    for words in turns:
        stage.ears.hears(words)
        await stage.quiet()


def kinds_of(stage, line):
    return [entry.kind for entry in stage.entries if entry.kind.startswith("line.") and entry.audit["line"] == line]


@pytest.mark.parametrize("point", ["effect.started: durable", "transition.accepted: durable"])
@pytest.mark.parametrize("which", OUTCOMES)
async def test_an_outcome_is_told_though_the_caller_speaks_meanwhile(stages, which, point):
    """
    One word to "one moment" is no reason to keep what was found from them; they are answered after it.
    """
    flow, lines, must = OUTCOMES[which]
    stage = stages(flow, lines)
    *before, last = lines
    await stage.start()
    await talked(stage, *before)
    stage.points.arm(point, lambda: stage.ears.hears("Okay, thanks."))
    await talked(stage, last)
    assert any(must in line for line in stage.said)
    assert "line.told" in kinds_of(stage, stage.call.state)
    stage.assert_agrees()


@pytest.mark.parametrize(
    "point",
    ["transition.accepted: durable", "EmergencyDesk: before update_agent", "EmergencyDesk: after update_agent"],
)
async def test_who_smells_gas_is_told_to_leave_whatever_they_say(stages, point):
    """
    The line is unbroken: nobody talks over it.
    """
    stage = stages(SERVICE, TO_SAFETY)
    stage.model.lines["Yes, I do."] = [Says("", (Asks("rule_gas_out"),)) for _ in range(2)]
    await stage.start()
    await talked(stage, *TO_SAFETY)
    assert stage.call.state == "safety"
    stage.points.arm(point, lambda: stage.ears.hears("Oh dear."))
    await talked(stage, "Yes, I do.")
    assert stage.call.state == "emergency"
    assert any(LEAVE in line for line in stage.said)
    told = next(entry.audit for entry in stage.entries if entry.kind == "line.told" and entry.audit["unbroken"])
    assert told["untold"] == 0


@pytest.mark.parametrize("word", ["Yeah.", "Right.", "Okay, yes."])
@pytest.mark.parametrize("point", ["readback: first frame", "readback: playing"])
async def test_a_word_over_a_read_back_is_no_yes_to_it(stages, word, point):
    """
    Who says "right" to their name has not heard the rest yet.
    """
    stage = stages(INTAKE, TO_REVIEW)
    stage.mouth.labels = {"Thank you, that matches.": "readback", "You are Anna Miller": "readback"}
    playing = stage.speaker.until["readback"] = asyncio.Event()
    stage.model.lines[word] = [Says("", (Asks("confirm_details"),)) for _ in range(3)]
    await stage.start()
    await talked(stage, "All at once.")
    stage.points.arm(point, lambda: stage.ears.hears(word))
    stage.ears.hears("Check it.")
    await stage.points.reached(point)
    await stage.rounds()
    playing.set()
    await stage.quiet()
    assert stage.call.facts.filing is None


async def test_a_yes_after_the_end_of_the_read_back_counts(stages):
    """
    Also where the same word was said, too early, before.
    """
    stage = stages(INTAKE, TO_REVIEW)
    stage.model.lines["Yes."] = [Says("", (Asks("confirm_details"),)) for _ in range(3)]
    await stage.start()
    await talked(stage, *TO_REVIEW, "Yes.")
    assert stage.call.facts.filing == "filed"


async def test_what_was_cut_off_is_told_once_the_agent_is_quiet(stages):
    """
    Of sound without words along with it nobody knows how far it came: all of it.
    """
    stage = stages(SUPPORT, {})
    await stage.start()
    await cut_off(stage, stage.call.lines.say(SpokenLine("found", "First. Second.", "owed")))
    stage.clock.advance(QUIET_S)
    await stage.until(lambda: "line.told" in kinds_of(stage, "found"))
    assert kinds_of(stage, "found") == ["line.cut", "line.told"]
    assert stage.said[-1] == "First. Second."


async def test_what_was_cut_off_is_told_as_soon_as_the_caller_was_answered(stages):
    """
    LiveKit says that the agent listens a moment before what it said is over: the line is not lost in that moment.
    """
    stage = stages(SUPPORT, {})
    stage.model.lines["Okay, thanks."] = Says("You are welcome.")
    await stage.start()
    await cut_off(stage, stage.call.lines.say(SpokenLine("found", "First. Second.", "owed")))
    await talked(stage, "Okay, thanks.")
    await stage.until(lambda: "line.told" in kinds_of(stage, "found"))
    assert stage.said[-2:] == ["You are welcome.", "First. Second."]


async def test_who_never_hears_it_gets_a_person(stages):
    """
    A line that is cut off again and again is not said for ever.
    """
    stage = stages(SUPPORT, {})
    await stage.start()
    await cut_off(stage, stage.call.lines.say(SpokenLine("found", "One thing.", "owed")))
    for _ in range(CUTS_LIMIT - 1):
        stage.clock.advance(QUIET_S)
        await stage.until(lambda: stage.session.current_speech is not None)
        await cut_off(stage, stage.session.current_speech)
    await stage.until(lambda: stage.call.state == "person")
    assert kinds_of(stage, "found") == ["line.cut"] * CUTS_LIMIT


async def cut_off(stage, speech):
    """Interrupt it before anything of it is played, and wait until that is on record."""
    cuts = stage.kinds().count("line.cut")
    speech.interrupt(force=True)
    await stage.until(lambda: stage.kinds().count("line.cut") > cuts)
    await stage.until(lambda: stage.session.agent_state == "listening")


async def test_a_later_line_of_a_name_takes_the_place_of_the_earlier_one(stages):
    """
    The record tells them apart by what they tell, and holds no word of either.
    """
    assert SpokenLine("found", "One.").version == SpokenLine("other", " *one* ").version
    assert SpokenLine("found", "One.").version != SpokenLine("found", "Two.").version
    stage = stages(INTAKE, TO_REVIEW)
    await stage.start()
    await talked(stage, *TO_REVIEW)
    said = str([entry.audit for entry in stage.entries if entry.kind.startswith("line.")])
    assert "Rose" not in said
    assert "Miller" not in said


async def test_our_own_work_is_no_silence(stages, monkeypatch):
    """
    Nobody asks whether the caller is still there while they wait for us.
    """
    gate = asyncio.Event()
    stage = stages(replace(SUPPORT, silence_s=3.0), {})
    refund = stage.call.services.orders.refund

    async def slow(*given):
        await gate.wait()
        return await refund(*given)

    monkeypatch.setattr(stage.call.services.orders, "refund", slow)
    about = Asks("note_issue", {"category": "billing"})
    proof = Asks("verify_caller", {"account_number": "4471", "postcode": "80331"})
    stage.model.lines |= {
        "Anna, charged too much, 4471, 80331.": [
            Says("", (Asks("note_name", {"name": "Anna"}), about, proof, Asks("begin_triage")))
        ],
        "Billing.": [Says("", (Asks("route_to_billing"),))],
        "1042.": [Says("", (Asks("find_order", {"order_number": "1042"}),)), Says("I see it.")],
        "Refund ten.": [Says("", (Asks("refund", {"amount_cents": 1000}),))],
    }
    await stage.start()
    await talked(stage, "Anna, charged too much, 4471, 80331.", "Billing.", "1042.")
    stage.ears.hears("Refund ten.")
    try:
        await stage.until(lambda: "making the refund" in stage.said[-1] and stage.session.agent_state == "listening")
        said = len(stage.said)
        for _ in range(9):
            stage.clock.advance(1.0)
            await stage.rounds()
        assert (stage.call.state, stage.said[said:]) == ("refunding", [])
    finally:
        gate.set()
    await stage.quiet()


async def test_noise_is_silence_after_a_while(on_stage):
    """
    Sounds without a word, every six seconds: whoever is not there is not waited for.
    """
    stage = on_stage()
    await stage.start()
    for _ in range(60):
        stage.session._update_user_state("speaking")
        await stage.rounds()
        stage.session._update_user_state("listening")
        stage.clock.advance(6.0)
        await stage.rounds()
        if stage.call.over:
            break
    assert stage.call.over


async def test_a_goodbye_whose_end_is_never_reported_lets_go_of_the_line(on_stage):
    """
    All is said, and nobody is to hold a line.
    """
    stage = on_stage()
    stage.mouth.labels = {Farewell.OPENING.split(". ")[0]: "goodbye", Farewell.OPENING: "goodbye"}
    stage.speaker.until["goodbye"] = never = asyncio.Event()
    stage.model.lines["Bye."] = Says("", (Asks("say_goodbye"),))
    await stage.start()
    stage.ears.hears("Bye.")
    await stage.points.reached("goodbye: playing")
    stage.clock.advance(GOODBYE_LIMIT_S)
    await stage.closed()
    never.set()
