"""`interlock audit verify`: its exit codes, its words, its JSON, and what it refuses."""

import json
from datetime import UTC, datetime

import pytest

from interlock.app.proof.keys import key_of, new_key
from interlock.app.store import open_journal, sealing
from tests.app.test_cli import _clean_surroundings, interlock
from tests.proof.test_bundle import settings
from tests.proof.world import World
from tests.store.entries import ended, opened

__all__ = ["_clean_surroundings", "interlock"]

CHANGED = "UPDATE records SET kind = 'x' WHERE call_id = 'one' AND seq = 2"


@pytest.fixture
def verify(interlock, world: World):
    """
    The command with a worker's settings.
    """
    return lambda *args, **env: interlock("audit", "verify", *args, **{**settings(world), **env})


def test_a_clean_record_ends_with_0(verify) -> None:
    """
    And with how much there was.
    """
    assert verify() == (
        0,
        "10 records of 2 calls verified, beside 2 checkpoints. Nothing was changed that can be told.\n",
        [],
    )


def test_what_was_found_ends_with_1_and_stands_in_a_line_each(verify, world: World) -> None:
    """
    With the call it is of.
    """
    world.sql(CHANGED)
    code, said, _ = verify()
    assert code == 1
    assert said.splitlines() == [
        "call one: record 2 was changed, or record 1 was together with its hash",
        "10 records of 2 calls verified, beside 2 checkpoints. 1 finding.",
    ]
    assert verify("two")[0] == 0


def test_without_checkpoints_it_says_what_cannot_be_told(verify) -> None:
    """
    Rewriting, cutting, removing, rolling back.
    """
    code, said, _ = verify(INTERLOCK_CHECKPOINTS="", INTERLOCK_CHECKPOINT_KEY="")
    assert code == 0
    assert "Without checkpoints it cannot be told whether a whole call was removed or made up" in said
    assert "or whether the whole store was rolled back." in said
    assert "The key of the commitments is not sealed: whoever could write the store could make commitments" in said


async def test_of_a_sealed_store_less_is_left_that_cannot_be_told(interlock, tmp_path) -> None:
    """
    To whoever has its key; without that as much as ever.
    """
    store, key = tmp_path / "calls.sqlite", sealing.new_key()
    with open_journal(store, key) as journal:
        await journal.append([opened(), ended(2)])
    code, said, _ = interlock("audit", "verify", INTERLOCK_STORE=store, INTERLOCK_STORE_KEY=key)
    assert code == 0
    assert "it cannot be told whether a whole call was removed, or whether a call, or the whole store, was put" in said
    assert "made up" not in said
    assert "removed or made up" in interlock("audit", "verify", INTERLOCK_STORE=store, INTERLOCK_STORE_KEY="")[1]


async def test_calls_that_did_not_end_and_were_never_signed_are_counted(verify, world: World) -> None:
    """
    But for those of this moment: their process died, or somebody made them up.
    """
    with open_journal(world.store) as journal:
        await journal.append([opened("three")])
        await journal.append([opened("four", at=datetime.now(UTC))])
    code, said, _ = verify()
    assert code == 0
    assert "1 call that did not end was never signed: its process died in the first seconds, or it was made up." in said


def test_an_id_that_is_no_text_is_said(verify, world: World) -> None:
    """
    In a line: nothing else could be said of the store.
    """
    world.sql("UPDATE records SET call_id = CAST(x'63ff31' AS TEXT) WHERE call_id = 'one'")
    code, _, complaint = verify()
    assert (code, len(complaint)) == (2, 1), complaint[-12:]
    assert "a call's id in the store is no UTF-8 text" in complaint[0]


def test_json_is_one_value(verify, world: World) -> None:
    """
    Of findings, sums and what cannot be told; with no finding as well.
    """
    clean = json.loads(verify("--json")[1])
    assert (clean["findings"], clean["sums"]["records"], clean["untold"]) == ([], 10, [])
    world.sql(CHANGED)
    found = json.loads(verify("--json")[1])["findings"]
    assert [(each["call_id"], each["kind"], each["first"], each["last"]) for each in found] == [
        ("one", "changed", 2, 2)
    ]


def test_a_private_or_public_key_verifies_and_none_is_refused(verify, world: World, interlock) -> None:
    """
    A verification with checkpoints and no key would prove nothing.
    """
    assert verify("--public-key", world.key.public.text, INTERLOCK_CHECKPOINT_KEY="")[0] == 0
    code, _, complaints = verify(INTERLOCK_CHECKPOINT_KEY="")
    assert code == 2
    assert "checkpoints, but no key to verify them with" in " ".join(complaints)
    assert verify("--public-key", new_key().public.text, INTERLOCK_CHECKPOINT_KEY="")[0] == 1


REFUSED = {
    "no such call": (["nobody"], "there is no call 'nobody' in the record"),
    "no such folder": (["--checkpoints", "nowhere"], "no *.checkpoints.jsonl in it"),
    "no key": (["--public-key", "abc"], "expected an Ed25519 key"),
    "a bundle and a call": (["--bundle", "some.zip", "one"], "expected --bundle alone"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_makes_no_sense_ends_with_2(verify, what: str) -> None:
    """
    And says what was expected.
    """
    args, says = REFUSED[what]
    code, said, complaints = verify(*args)
    assert (code, said) == (2, "")
    assert says in " ".join(complaints)


def test_the_keys_that_are_printed_go_together(interlock) -> None:
    """
    One to sign with, one to verify with.
    """
    code, said, _ = interlock("store", "checkpoint-key")
    (_, private), (_, public) = (line.split() for line in said.splitlines())
    assert code == 0
    assert key_of(private).public.text == public == key_of(public).text


@pytest.mark.parametrize("which", [["--all", "one"], []])
def test_an_export_wants_calls_or_all(interlock, world: World, which: list[str], tmp_path) -> None:
    """
    Not both, not neither.
    """
    code, _, complaints = interlock("audit", "export", "--out", tmp_path / "b.zip", *which, **settings(world))
    assert code == 2
    assert "expected one of them" in " ".join(complaints)
