"""A process that ends cancels whatever it does: also a line that is being written."""

import asyncio

from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.ready import Ready
from interlock.agents.call.record import CallRecord
from interlock.app.offline.clock import ManualClock
from interlock.testing.points import rounds


async def test_a_line_whose_writing_is_cancelled_keeps_its_number(journal):
    """
    It is written all the same, so the next line comes after it and is not refused as written before.
    """
    record = CallRecord(journal, ManualClock(), call_id="call-1", flow="support")
    await record.write(Ready((DraftEntry("call.opened"),)))
    cut_off = asyncio.create_task(record.write(Ready((DraftEntry("caller.lost"),))))
    while not journal.pending:
        await rounds(1)
    cut_off.cancel()
    await asyncio.wait({cut_off})
    await record.write(Ready((DraftEntry("call.ended", {"reason": "worker_lost"}),)))
    kinds = [(line.seq, line.kind) for line in journal.records("call-1")]
    assert kinds == [(1, "call.opened"), (2, "caller.lost"), (3, "call.ended")]
