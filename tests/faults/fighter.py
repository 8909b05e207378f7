"""A process that wants to drive one call: takes it when nobody does, decides as fast as it can, lets go when it lost.

`python -m tests.faults.fighter STORE CALL` prints `told epoch fence` for each verdict it was told is durable, and
`lost fence` when the call is another's.
"""

import asyncio
import sys

from agents.support import SUPPORT
from interlock.agents.call.call import Call
from interlock.agents.call.journal import JournalDown
from interlock.app.store import StoreJournal, open_journal
from interlock.app.store.lease import LeaseGrant, acquire
from interlock.app.worker.last_driver import last_driver_of
from interlock.app.worker.lease import Lease
from tests.bench.deciding import BACK, THERE

ASK_AGAIN_S = 0.05


async def fight(store: str, call_id: str) -> None:
    """Until standard input ends, which it does with whoever started this."""
    over = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, over.set)
    with open_journal(store) as journal:
        while not over.is_set():
            try:
                taken = await journal.transact(lambda connection: acquire(connection, call_id, journal.owner))
                if taken is None:
                    await asyncio.sleep(ASK_AGAIN_S)
                else:
                    await drive(journal, taken, over)
            except JournalDown as error:
                print(f"# {type(error).__name__}", flush=True)


async def drive(journal: StoreJournal, taken: LeaseGrant, over: asyncio.Event) -> None:
    """Decide until the call is lost."""
    call = Call(SUPPORT, call_id=taken.call_id, journal=journal, last_driver=await last_driver_of(journal, taken))
    alive = asyncio.create_task(Lease(journal, taken).keep_alive(call))
    try:
        while not call.lost and not over.is_set():
            await call.heard_caller()  # or going round in circles would be noticed
            await call.claim(issue_details=f"in epoch {call.epoch}")  # nor is it the same again
            verdict = await call.propose(THERE if call.state == "technical" else BACK)
            assert verdict.accepted, verdict.kind
            print("told", verdict.after.epoch, taken.fence, flush=True)
            await asyncio.sleep(0.001)
    finally:
        alive.cancel()
        if call.lost:
            print("lost", taken.fence, flush=True)


if __name__ == "__main__":
    asyncio.run(fight(*sys.argv[1:]))
