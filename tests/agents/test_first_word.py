"""How long a caller waited for the first word, on record."""

from types import SimpleNamespace

import pytest

from interlock.agents.telemetry.first_word import FirstWord, dispatched_s_ago


async def test_the_first_sound_is_measured_once(on_stage):
    """
    In whole milliseconds, from both moments; a second agent's first word is none.
    """
    stage, times = on_stage(), iter([100.0, 102.5, 102.7504])
    word = FirstWord(dispatched_s_ago=2.0, now=lambda: next(times))
    word.joined()
    word.listen(stage.session, stage.call)
    await stage.start()
    stage.ears.hears("Hello?")
    await stage.until(lambda: len(stage.said) == 2)
    await stage.quiet()
    found = [entry.audit for entry in stage.entries if entry.kind == "call.first_word"]
    assert found == [{"dispatched_ms": 4750, "joined_ms": 250}]


@pytest.mark.parametrize("ago", [None, -0.1], ids=["unknown", "a clock set back"])
async def test_a_dispatch_nobody_timed_is_left_out(on_stage, ago):
    """
    No value rather than a wrong one.
    """
    stage = on_stage()
    word = FirstWord(dispatched_s_ago=ago, now=lambda: 1.0)
    word.joined()
    word.listen(stage.session, stage.call)
    await stage.start()
    assert [entry.audit for entry in stage.entries if entry.kind == "call.first_word"] == [{"joined_ms": 0}]


def test_livekit_may_not_know_when_it_asked():
    """
    A simulated job was not asked for by a server.
    """
    assert dispatched_s_ago(SimpleNamespace(_info=SimpleNamespace(received_at=0.0))) is None
