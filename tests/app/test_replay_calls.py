"""What would be decided otherwise: recorded calls under charts in which one thing is changed."""

import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console

from agents.support import SUPPORT
from interlock.agents.call.call import Call
from interlock.agents.call.draft import DraftEntry
from interlock.app.offline.clock import ManualClock
from interlock.app.replay import (
    InJson,
    InProse,
    Tally,
    of_today,
    recorded_calls,
    replay_calls,
    report_answers,
    version_named,
)
from interlock.app.store import JournalReader, open_journal, open_reader
from interlock.app.store.sealing import new_key
from tests.app.replay_parts import LOOSER, NO_RESOLVE_FROM_BILLING, PERSONAL, record, variant

SCRIPTS = ("support/good_call", "support/skips_the_identity_check", "support/forges_an_established_fact")
OTHER = "booking/goes_silent"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """
    A store with real calls, played from their scripts, and their names: script to call id.
    """
    path = tmp_path_factory.mktemp("replayed") / "calls.sqlite"
    return path, record(path, *SCRIPTS, OTHER)


@pytest.fixture
def reader(recorded: tuple[Path, dict[str, str]]) -> Iterator[JournalReader]:
    """
    The store's reader.
    """
    with open_reader(recorded[0]) as opened:
        yield opened


@pytest.fixture
def ids(recorded: tuple[Path, dict[str, str]]) -> dict[str, str]:
    """
    Script to call id.
    """
    return recorded[1]


def replayed(reader: JournalReader, flow: str = "", *calls: str) -> tuple[list[str], Tally]:
    """What is shown, a line each, and the sums."""
    out = io.StringIO()
    choose = version_named(flow).choose if flow else of_today
    answers = replay_calls(reader, recorded_calls(reader, calls, page=2), choose)
    tally = report_answers(answers, InProse(Console(file=out, width=40)), Console(file=io.StringIO()))
    assert not [value for value in PERSONAL if value in out.getvalue()]
    return out.getvalue().splitlines(), tally


def changes(reader: JournalReader, flow: str, *calls: str) -> list[tuple[str, int, str, str]]:
    """Call, turn, what would be said, and why, of each verdict that would differ."""
    answers = replay_calls(reader, recorded_calls(reader, calls), version_named(flow).choose)
    return [(a.call_id, its.turn, str(its.now), its.because) for a in answers if a for its in a.changed]


def test_an_unchanged_chart_says_the_same_of_every_verdict(reader: JournalReader) -> None:
    """
    Whatever the flow, today's machine judges its calls.
    """
    lines, tally = replayed(reader)
    assert lines == ["21 verdicts of 4 calls judged by Booking version 1, Support version 1.", "None differs."]
    assert (tally.changed_verdicts, tally.not_replayable, tally.other_flows) == (0, 0, 0)


def test_a_loosened_guard_changes_the_verdicts_it_refused_and_no_others(
    reader: JournalReader, ids: dict[str, str], tmp_path: Path
) -> None:
    """
    Four proposals were refused because the caller had not proved who they are.
    """
    good, skips = ids["support/good_call"], ids["support/skips_the_identity_check"]
    lines, tally = replayed(reader, variant(tmp_path, *LOOSER))
    said = "in triage the agent asked for route_to_billing: guard_false by caller_verified -> accepted, to billing"
    expected = {f"{good}, turn 2: {said}", *(f"{skips}, turn {turn}: {said}" for turn in (2, 3, 4))}
    assert {line for line in lines if ", turn" in line} == expected
    assert lines.count("  caller_verified: did not hold -> held") == 4
    assert lines[8:] == [
        f"16 verdicts of 3 calls judged by Support version 1 in {tmp_path}/other.py.",
        "4 verdicts of 2 calls differ.",
        "Each verdict is judged by its own record: where the call then stood, what was then known.",
        "1 call of other flows skipped.",
    ]
    assert (tally.calls, tally.changed_calls, tally.other_flows) == (3, 2, 1)


def test_a_removed_transition_changes_the_verdicts_that_took_it_and_no_others(
    reader: JournalReader, ids: dict[str, str], tmp_path: Path
) -> None:
    """
    One call was solved at the billing desk; what it did afterwards is judged from where it then was.
    """
    good = ids["support/good_call"]
    lines, _ = replayed(reader, variant(tmp_path, *NO_RESOLVE_FROM_BILLING))
    assert lines[:2] == [
        f"{good}, turn 6: in billing the agent asked for resolve: accepted, to resolved -> not_from_here",
        "  the transition from billing is no longer there",
    ]
    assert [line for line in lines[2:] if ", turn" in line] == []


PARTS = {
    "a guard more": (
        ("route_to_billing = triage.to(billing, cond=[", "route_to_billing = triage.to(billing, cond=[order_found, "),
        [
            (2, "guard_false by order_found", "order_found: not asked -> did not hold"),
            (3, "guard_false by order_found", "order_found: not asked -> did not hold"),
        ],
    ),
    "a guard less": (
        (
            "triage.to(billing, cond=[issue_known, checks_left, caller_verified])",
            "triage.to(billing, cond=issue_known)",
        ),
        [(2, "accepted, to billing", "checks_left: held -> not asked, caller_verified: did not hold -> not asked")],
    ),
    "a guard that breaks": (
        ("    order_found: bool = established(False)\n", ""),
        [(4, "guard_error by order_found", "order_found: held -> could not be checked (raised AttributeError)")],
    ),
    "another target": (
        ("greeting.to(triage, cond=caller_named)", "greeting.to(technical, cond=caller_named)"),
        [(1, "accepted, to technical", "the transition to triage is no longer there")],
    ),
    "another proposer": (
        ("    promises = (", '    proposers = {"resolve": frozenset({"system"})}\n    promises = ('),
        [(6, "not_yours", "the agent may no longer ask for it")],
    ),
    "no such event": (
        ("begin_triage = ", "start_triage = "),
        [(1, "unknown_event", "the event is no longer there")],
    ),
    "no such state": (
        ("resolved", "solved"),
        [
            (6, "accepted, to solved", "the transition to resolved is no longer there"),
            (7, "no_such_state", "the state resolved is no longer there"),
        ],
    ),
    "a way of its own": (
        (
            "resolve = triage.to(resolved)",
            "also = triage.to(technical)\n    also.add_event('route_to_billing')\n    resolve = triage.to(resolved)",
        ),
        [(2, "accepted, to technical", "the transition to technical is new")],
    ),
    "only what is said": (("Billing desk", "Accounts"), []),
}


@pytest.mark.parametrize("part", PARTS)
def test_why_a_verdict_would_differ_is_said(
    reader: JournalReader, ids: dict[str, str], tmp_path: Path, part: str
) -> None:
    """
    The guard that changed its mind, or what became of event, transition, proposer or state.
    """
    change, expected = PARTS[part]
    good = ids["support/good_call"]
    assert changes(reader, variant(tmp_path, change), good) == [(good, *its) for its in expected]


def test_an_event_that_a_model_made_up_is_named_only_when_the_chart_has_it_now(
    reader: JournalReader, ids: dict[str, str], tmp_path: Path
) -> None:
    """
    Until then its name may hold a caller's words.
    """
    forger = ids["support/forges_an_established_fact"]
    (turn,) = [p for p in reader.private(forger).values() if "event" in p][:1]
    made_up = variant(tmp_path, ("begin_triage = ", f"{turn['event']} = "))
    (first,) = changes(reader, made_up, forger)
    assert first[1:] == (1, "guard_false by caller_named", "the event is new")
    assert f"the agent asked for {turn['event']}" in replayed(reader, made_up, forger)[0][0]


def test_another_version_takes_states_by_their_names_and_says_so(reader: JournalReader, tmp_path: Path) -> None:
    """
    A rule that changes usually comes with a new version number.
    """
    newer = variant(tmp_path, ("    promises = (", "    version = 2\n    promises = ("))
    assert replayed(reader, newer)[0] == [
        f"16 verdicts of 3 calls judged by Support version 2 in {newer}.",
        "None differs.",
        "Recorded by Support version 1: states were taken by their names.",
        "1 call of other flows skipped.",
    ]


def test_a_state_that_another_version_does_not_have_is_not_replayable(
    reader: JournalReader, ids: dict[str, str], tmp_path: Path
) -> None:
    """
    Nobody can say where such a call would stand; its other verdicts are judged.
    """
    newer = variant(tmp_path, ("    promises = (", "    version = 2\n    promises = ("), ("resolved", "solved"))
    lines, tally = replayed(reader, newer, ids["support/good_call"])
    why = "given in resolved of Support version 1, a state Support version 2 does not have"
    assert f"{ids['support/good_call']}, turn 7: not replayable: {why}" in lines
    assert (tally.verdicts, tally.not_replayable) == (6, 1)


def test_facts_of_another_shape_are_named_and_never_shown(
    reader: JournalReader, ids: dict[str, str], tmp_path: Path
) -> None:
    """
    A new fact is not known of old calls; one that can no longer hold its value makes the verdict unjudgeable.
    """
    new = ("    account_found:", "    member: bool = established(False)\n    account_found:")
    lines, _ = replayed(reader, variant(tmp_path, new))
    assert "Facts that are not in every record, taken as not known: member." in lines
    other = ("caller_name: str | None", "caller_name: int | None")
    lines, tally = replayed(reader, variant(tmp_path, other), ids["support/good_call"])
    assert lines[0] == (
        f"{ids['support/good_call']}, turns 1-7: not replayable: SupportFacts cannot hold what was known (caller_name)"
    )
    assert (tally.verdicts, tally.not_replayable) == (0, 1)


def test_what_was_erased_is_named_and_the_rest_is_judged(recorded: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    """
    Without facts and arguments no guard can be asked.
    """
    path, ids = recorded
    copied, good = tmp_path / "erased.sqlite", ids["support/good_call"]
    with closing(sqlite3.connect(path)) as whole, closing(sqlite3.connect(copied)) as erased:
        whole.backup(erased)
        erased.execute("DELETE FROM private WHERE call_id = ?", (good,))
        erased.commit()
    with open_reader(copied) as reader:
        lines, tally = replayed(reader, "support")
    assert lines == [
        f"{good}, turns 1-7: not replayable: what was proposed and known is gone (erased, or lost)",
        "9 verdicts of 2 calls judged by Support version 1.",
        "None differs.",
        "1 call not replayable, in whole or in part.",
        "1 call of other flows skipped.",
    ]
    assert tally.to_json()["not_replayable"] == 1


async def test_a_call_sealed_with_a_key_we_do_not_have_is_named(tmp_path: Path) -> None:
    """
    The calls that can be read are judged all the same.
    """
    path = tmp_path / "calls.sqlite"
    for call_id, key in (("open", ""), ("sealed", new_key())):
        with closing(open_journal(path, key)) as journal:
            call = Call(SUPPORT, call_id=call_id, journal=journal, clock=ManualClock())
            await call.record(DraftEntry("call.opened", snapshot=call.snapshot))
            await call.propose("escalate")
    with open_reader(path) as reader:
        lines, tally = replayed(reader)
    assert lines[0].startswith("sealed, turn 1: not replayable: the personal data in the store is sealed")
    assert (tally.verdicts, tally.not_replayable) == (1, 1)


async def test_a_record_that_was_tampered_with_is_named(tmp_path: Path) -> None:
    """
    Not a crash: `interlock audit verify` says more.
    """
    path = tmp_path / "calls.sqlite"
    with closing(open_journal(path)) as journal:
        call = Call(SUPPORT, call_id="c1", journal=journal, clock=ManualClock())
        await call.record(DraftEntry("call.opened", snapshot=call.snapshot))
        await call.propose("escalate")
        await call.propose("say_goodbye")
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE records SET audit = '{\"kind\": 1}' WHERE kind LIKE 'transition%' AND epoch = 1")
        db.commit()
    with open_reader(path) as reader:
        lines, _ = replayed(reader)
    assert lines[0] == "c1, turn 1: not replayable: record 2 is not what was written"


def test_the_json_is_one_value_with_the_changed_calls_and_the_sums(
    reader: JournalReader, ids: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Also when nothing differs.
    """
    for flow in (variant(tmp_path, *NO_RESOLVE_FROM_BILLING), "support"):
        answers = replay_calls(reader, recorded_calls(reader, ()), version_named(flow).choose)
        report_answers(answers, InJson(), Console(file=io.StringIO()))
        found = json.loads(capsys.readouterr().out)
        assert found["sums"]["verdicts"] == 16
        if flow == "support":
            assert found["calls"] == []
            continue
        (call,) = found["calls"]
        assert (call["call_id"], call["judged"], call["not_replayable"]) == (ids["support/good_call"], 7, [])
        assert call["changed"] == [
            {
                "turn": 6,
                "seq": call["changed"][0]["seq"],
                "before": "billing",
                "by": "agent",
                "event": "resolve",
                "recorded": {"kind": "accepted", "state": "resolved", "refused_by": ""},
                "now": {"kind": "not_from_here", "state": "billing", "refused_by": ""},
                "guards": [],
                "because": "the transition from billing is no longer there",
            }
        ]


def test_progress_is_shown_on_a_terminal_only_and_never_within_the_answer(
    reader: JournalReader, tmp_path: Path
) -> None:
    """
    How far it has come, on standard error.
    """
    flow = version_named(variant(tmp_path, *LOOSER))
    for terminal in (True, False):
        out, progress = io.StringIO(), io.StringIO()
        answers = replay_calls(reader, recorded_calls(reader, ()), flow.choose)
        report_answers(answers, InProse(Console(file=out)), Console(file=progress, force_terminal=terminal))
        assert ("verdicts judged" in progress.getvalue()) is terminal
        assert "\x1b" not in out.getvalue()
        assert len(out.getvalue().splitlines()) == 12
