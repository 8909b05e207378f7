"""Reading the record: the answers an auditor gets, in words and as JSON."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from rich.console import Console

from guards.identity import caller_verified, checks_left
from guards.issue import issue_known
from interlock.agents.call.journal import Entry
from interlock.agents.call.record import verdict_entry
from interlock.agents.speech.asking import Consent
from interlock.app.audit import AuditError, list_calls, print_calls, print_history, print_why, show, why
from interlock.app.audit.spoken import STOOD
from interlock.app.store import open_journal
from interlock.guards.base import Proposal
from interlock.machines.base import Snapshot
from interlock.machines.decide import decide
from machines.support import Support, SupportFacts

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SENTENCES = {"caller_verified": "The caller proved who they are.", "issue_known": "We know what the call is about."}


def position(epoch, state):
    return Snapshot("Support", 1, ("live", "desks", state), {}, epoch)


def verdict(kind, event="route_to_billing", before="triage", after="triage", guards=(), **more):
    return {
        "event": event,
        "by": "agent",
        "kind": kind,
        "reason": "",
        "refused_by": "",
        "seen_epoch": 1,
        "tool_call_id": "call_1",
        "before": ["live", "desks", before],
        "after": ["live", "desks", after],
        "offered": ["route_to_technical", "route_to_billing"],
        "guards": list(guards),
        **more,
    }


def guard(name, held, reason="", error=""):
    return {"name": name, "held": held, "reason": reason, "error": error}


VERIFY = "Verify the caller first."
REFUSED = verdict(
    "guard_false",
    reason=VERIFY,
    refused_by="caller_verified",
    guards=[guard("issue_known", True), guard("caller_verified", False, VERIFY)],
)
ACCEPTED = verdict(
    "accepted",
    after="billing",
    guards=[guard("issue_known", True), guard("caller_verified", True)],
)


@pytest.fixture
async def store(tmp_path):
    with open_journal(tmp_path / "calls.sqlite") as journal:
        lines = [
            ("call.opened", 0, {}, {}, position(0, "triage")),
            ("facts.claimed", 0, {"fields": ["issue_category"]}, {"issue_category": "canary"}, None),
            ("transition.refused", 0, REFUSED, {"args": {"x": "canary"}}, None),
            ("transition.accepted", 1, ACCEPTED, {}, position(1, "billing")),
            ("handoff.started", 1, {"from": "triage", "to": "billing"}, {}, None),
            ("call.ended", 1, {"reason": "caller_left"}, {}, None),
        ]
        for seq, (kind, epoch, audit, private, snapshot) in enumerate(lines, 1):
            at = AT + timedelta(seconds=seq - 1)
            await journal.append([Entry("c1", "support", seq, kind, at, epoch, audit, private, snapshot)])
        yield journal


def printed(render, *args):
    out = io.StringIO()
    render(Console(file=out, width=40), *args)
    return out.getvalue()


async def test_a_call_in_the_list_says_where_it_stands_and_how_it_ended(store):
    """What one reads before asking further."""
    (call,) = list_calls(store)
    assert call.to_json() == {
        "call_id": "c1",
        "flow": "support",
        "started_at": "2026-03-02T09:30:00.000+00:00",
        "ended_at": "2026-03-02T09:30:05.000+00:00",
        "end_reason": "caller_left",
        "state": "billing",
        "epoch": 1,
        "accepted": 1,
        "refused": 1,
        "erased": False,
    }


async def test_why_not_names_each_guard_its_sentence_and_the_one_that_refused(store):
    """The first verdict: the caller was not verified."""
    (first,) = why(store, "c1", 1, SENTENCES)
    assert (first.turn, first.event, first.by, first.kind) == (1, "route_to_billing", "agent", "guard_false")
    assert (first.before, first.after, first.refused_by, first.reason) == (
        "triage",
        "triage",
        "caller_verified",
        VERIFY,
    )
    assert first.offered == ("route_to_technical", "route_to_billing")
    assert [(g.sentence, g.held, g.reason) for g in first.guards] == [
        ("We know what the call is about.", True, ""),
        ("The caller proved who they are.", False, VERIFY),
    ]
    assert first.handoff is None


async def test_why_reads_as_prose(store):
    """For somebody who does not code."""
    assert printed(print_why, why(store, "c1", None, SENTENCES)) == (
        "Turn 1, 09:30:02 UTC: Refused: a condition was not met\n"
        "  The agent asked for “route_to_billing”. Still in triage.\n"
        "  Offered at that point: route_to_technical, route_to_billing.\n"
        "  Told to the agent: Verify the caller first.\n"
        "  Conditions:\n"
        "    held: We know what the call is about. [issue_known]\n"
        "    did not hold: The caller proved who they are. [caller_verified]\n"
        "Turn 2, 09:30:03 UTC: Accepted\n"
        "  The agent asked for “route_to_billing”. The call went from triage to billing.\n"
        "  Handed over: triage to billing.\n"
        "  Offered at that point: route_to_technical, route_to_billing.\n"
        "  Conditions:\n"
        "    held: We know what the call is about. [issue_known]\n"
        "    held: The caller proved who they are. [caller_verified]\n"
    )


async def test_what_a_call_writes_of_a_real_verdict_is_what_why_reads(store):
    """The words of the record are the call's; a new name for an entry must not silence the audit."""
    facts, asked = SupportFacts(issue_category="billing"), Proposal("route_to_billing")
    where = Snapshot("Support", 1, ("live", "desks", "triage"))
    line = verdict_entry(decide(Support, where, asked, facts), asked, facts)
    await store.append([Entry("c1", "support", 7, line.kind, AT, 1, line.audit, line.private, line.snapshot)])
    (third,) = why(store, "c1", 3, {g.name: g.sentence for g in (caller_verified, checks_left, issue_known)})
    assert (third.event, third.by, third.kind, third.refused_by) == (
        "route_to_billing",
        "agent",
        "guard_false",
        "caller_verified",
    )
    assert (third.before, third.after) == ("triage", "triage")
    assert "route_to_billing" in third.offered
    assert [(g.sentence, g.held) for g in third.guards] == [
        (issue_known.sentence, True),
        (checks_left.sentence, True),
        (caller_verified.sentence, False),
    ]
    assert list_calls(store)[0].refused == 2


ASKED = {"event": "refund", "version": "04755b7698e274a6"}
TOLD = {"line": "question:refund", "version": "2325465cfce8a89b", "unbroken": False, "sentences": 2}
SPOKEN = [
    ("line.cut", {**TOLD, "untold": 1, "cuts": 1}),
    ("line.told", {**TOLD, "untold": 0, "cuts": 1}),
    ("question.asked", ASKED),
    ("question.answered", {**ASKED, "answer": "question"}),
    ("transition.refused", verdict("guard_false", event="refund", refused_by="agreed", consent="question")),
    ("line.cut", {**TOLD, "line": "emergency", "unbroken": True, "untold": 2, "cuts": 3}),
]


async def test_why_tells_what_was_asked_answered_told_and_cut_off(store):
    """What was said before a verdict is told with it, and with the last one what came of it; never any words."""
    for seq, (kind, audit) in enumerate(SPOKEN, 7):
        await store.append([Entry("c1", "support", seq, kind, AT, 1, audit, {"said": "canary"})])
    assert printed(print_why, why(store, "c1", 3)) == (
        "Turn 3, 09:30:00 UTC: Refused: a condition was not met\n"
        "  The agent asked for “refund”. Still in triage.\n"
        "  Offered at that point: route_to_technical, route_to_billing.\n"
        "  The caller's yes to it: they asked something back (question).\n"
        "  Before it:\n"
        "    Cut off: the line “question:refund” (version 2325465cfce8a89b), 1 of 2 sentences untold,"
        " cut off 1 time by then.\n"
        "    Told to the end: the line “question:refund” (version 2325465cfce8a89b).\n"
        "    Asked for a yes to “refund” (version 04755b7698e274a6), told to the end.\n"
        "    The caller's answer about “refund” (version 04755b7698e274a6): question.\n"
        "  Conditions: none were asked.\n"
        "  After it:\n"
        "    Cut off: the unbroken line “emergency” (version 2325465cfce8a89b), 2 of 2 sentences untold,"
        " cut off 3 times by then.\n"
    )
    (third,) = why(store, "c1", 3)
    assert [(each.kind, each.name) for each in third.led_up] == [
        ("cut", "question:refund"),
        ("told", "question:refund"),
        ("asked", "refund"),
        ("answered", "refund"),
    ]
    told = json.dumps(third.to_json())
    assert json.loads(told) == third.to_json()
    assert "canary" not in told


@pytest.mark.parametrize("consent", get_args(Consent))
def test_how_a_caller_stood_to_it_is_on_record_and_has_words(consent):
    """Every value there is; whatever else an argument of that name holds stays among the personal data."""
    facts, where = SupportFacts(), Snapshot("Support", 1, ("live", "desks", "billing"))
    asked = Proposal("refund", {"amount_cents": 100, "consent": consent})
    assert verdict_entry(decide(Support, where, asked, facts), asked, facts).audit["consent"] == consent
    made_up = Proposal("refund", {"amount_cents": 100, "consent": "canary"})
    assert "canary" not in str(verdict_entry(decide(Support, where, made_up, facts), made_up, facts).audit)
    assert consent in STOOD


async def test_without_sentences_a_guard_goes_by_its_name(store):
    """A flow that is no longer there can still be audited."""
    assert [g.sentence for g in why(store, "c1", 1)[0].guards] == ["issue_known", "caller_verified"]


async def test_show_tells_the_call_in_order(store):
    """Every entry, with seconds since the start."""
    assert printed(print_history, show(store, "c1")).splitlines()[1:] == [
        "   1     0.000 s  call opened",
        "   2     1.000 s  facts claimed: issue_category",
        "   3     2.000 s  the agent asked for route_to_billing in triage: refused: a condition was not met"
        " (caller_verified)",
        "   4     3.000 s  the agent asked for route_to_billing: accepted, triage -> billing",
        "   5     4.000 s  handoff started: from triage; to billing",
        "   6     5.000 s  call ended: reason caller_left",
    ]


async def test_what_was_measured_is_told_in_milliseconds(store):
    """
    What was not measured is not told; as JSON it is what was recorded.
    """
    turn = {"state": "billing", "answer_ms": 1240, "transcription_ms": 210, "llm_ttft_ms": 300}
    heard = {"from": "triage", "to": "billing", "entered_ms": 24, "heard_ms": 310}
    first = {"joined_ms": 250, "dispatched_ms": 700}
    told = [("turn.measured", turn), ("handoff.heard", heard), ("call.first_word", first)]
    for seq, (kind, audit) in enumerate(told, 7):
        await store.append([Entry("c1", "support", seq, kind, AT, 1, audit)])
    history = show(store, "c1")
    assert [line.text for line in history.lines[6:]] == [
        "turn measured: answered after 1240 ms, words known after 210 ms, the model's first word took 300 ms",
        "handoff heard: triage -> billing: entered after 24 ms, heard after 310 ms",
        "call first word: 250 ms after the agent joined, 700 ms after the dispatch",
    ]
    assert [line["audit"] for line in history.to_json()["lines"][6:]] == [turn, heard, first]


async def test_every_answer_is_plain_json_and_holds_nothing_private(store):
    """What was kept apart stays apart."""
    answers = [c.to_json() for c in list_calls(store)] + [show(store, "c1").to_json()]
    answers += [w.to_json() for w in why(store, "c1")]
    text = json.dumps(answers)
    assert json.loads(text) == answers
    assert "canary" not in text


async def test_a_list_is_one_line_a_call_however_narrow_the_terminal(store):
    """So that it can be searched."""
    assert printed(print_calls, list_calls(store)) == (
        "c1  2026-03-02 09:30:00 UTC  support  in billing, ended (caller_left), 1 accepted, 1 refused\n"
    )


async def test_colours_are_for_terminals_only(store):
    """A file gets none, a terminal does."""
    out = io.StringIO()
    print_why(Console(file=out, force_terminal=True, color_system="standard"), why(store, "c1"))
    assert "\x1b[" in out.getvalue()
    assert "\x1b[" not in printed(print_why, why(store, "c1"))


@pytest.mark.parametrize("ask", [show, why])
async def test_an_unknown_call_is_named_with_how_to_list_those_there_are(store, ask):
    """One line."""
    with pytest.raises(AuditError, match="there is no call c9 in the record: interlock audit list shows"):
        ask(store, "c9")


@pytest.mark.parametrize("turn", [0, 3, -1])
async def test_a_turn_that_is_not_there_is_named_with_how_many_there_are(store, turn):
    """Turns count verdicts, from 1."""
    with pytest.raises(AuditError, match=f"call c1 has 2 verdicts, no turn {turn}"):
        why(store, "c1", turn)


async def test_a_call_in_which_nothing_was_proposed_says_so(store):
    """No verdicts is an answer, too."""
    await store.append([Entry("c2", "support", 1, "call.opened", AT, 0)])
    assert printed(print_why, why(store, "c2")) == "Nothing was proposed in this call.\n"
    assert "in ?, not ended" in printed(print_calls, list_calls(store))


async def test_what_a_model_made_up_cannot_write_to_the_terminal(store):
    """Escapes, zero-width and bidirectional characters, markup: shown, not obeyed."""
    nasty = verdict("unknown_event", event="a\x1b[2Jb\u200bc\u202ed\n[red]e")
    await store.append([Entry("c1", "support", 7, "transition.refused", AT, 1, nasty)])
    text = printed(print_why, why(store, "c1", 3)) + printed(print_history, show(store, "c1"))
    assert "a\ufffd[2Jb\ufffdc\ufffdd\ufffd[red]e" in text
    assert not {"\x1b", "\u200b", "\u202e"} & set(text)


async def test_a_guard_that_broke_is_said_to_be_unanswered(store):
    """Not the same as one that did not hold."""
    broken = verdict("guard_error", guards=[guard("issue_known", False, "x", "raised KeyError")])
    await store.append([Entry("c1", "support", 7, "transition.refused", AT, 1, broken)])
    assert "could not be checked: issue_known [issue_known] (raised KeyError)" in printed(
        print_why, why(store, "c1", 3)
    )
