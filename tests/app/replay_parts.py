"""Calls to replay, and charts in which one thing is changed."""

import asyncio
from contextlib import closing
from pathlib import Path

from interlock.app.calls.callscript import read_script
from interlock.app.calls.play import play
from interlock.app.project import flow_named, open_systems
from interlock.app.store import open_journal, open_reader

ROOT = Path(__file__).parents[2]
CHART = (ROOT / "machines/support.py").read_text(encoding="utf-8")
PERSONAL = ("Anna", "Kowalski", "charged too much")

PROVEN_OR_NOT = '''

@guard("Ask again.")
def caller_verified(facts, proposal):
    """Nobody has to prove anything."""
    return True


class SupportFacts('''
LOOSER = (
    ("caller_named, caller_verified, checks_left", "caller_named, checks_left"),
    ("from interlock.machines import", "from interlock.guards.base import guard\nfrom interlock.machines import"),
    ("\n\nclass SupportFacts(", PROVEN_OR_NOT),
)
NO_RESOLVE_FROM_BILLING = ((" | billing.to(resolved)", ""),)


def record(path: Path, *scripts: str) -> dict[str, str]:
    """Play calls from their scripts into a store, a real one; the id of each by the script's `flow/name`."""
    ids: dict[str, str] = {}

    async def play_all() -> None:
        with closing(open_journal(path)) as journal:
            for name in scripts:
                flow, script = flow_named(name.partition("/")[0]), read_script(ROOT / f"tests/calls/{name}.yaml")
                played = await play(flow, script, journal=journal, services=open_systems(flow))
                assert not played.failures
                ids[name] = played.entries[0].call_id

    asyncio.run(play_all())
    with open_reader(path) as reader:
        kept = str([reader.private(call_id) for call_id in ids.values()])
    assert [value for value in PERSONAL if value not in kept] == []
    return ids


def variant(folder: Path, *changes: tuple[str, str]) -> str:
    """The support chart with each text replaced by another, in a file of its own."""
    source = CHART
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    path = folder / "other.py"
    path.write_text(source, encoding="utf-8")
    return str(path)
