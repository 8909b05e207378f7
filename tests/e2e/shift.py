"""One test's share of a worker that all tests of a module call."""

from dataclasses import dataclass

from interlock.app.store import CallRow, open_reader
from tests.e2e.desk import COMES_S, Desk, whole
from tests.e2e.worker import Worker


@dataclass(frozen=True)
class Shift:
    """The desk, and what its worker has logged and recorded since the test began."""

    desk: Desk
    worker: Worker
    before: frozenset[str]
    read: int

    @classmethod
    def of(cls, desk: Desk, worker: Worker) -> "Shift":
        """It begins now."""
        return cls(desk, worker, frozenset(_calls(worker)), len(worker.lines))

    @property
    def lines(self) -> list[str]:
        """What was logged since."""
        return self.worker.lines[self.read :]

    def calls(self) -> list[CallRow]:
        """The calls on record since."""
        return [call for name, call in _calls(self.worker).items() if name not in self.before]

    async def until(self, words: str, seconds: float = COMES_S) -> None:
        """Wait for a log line."""
        await self.worker.until(words, seconds, since=self.read)

    async def the_call(self) -> tuple[CallRow, list[str]]:
        """The only call since, once it is over, and the kinds of its entries; its record is whole and replays."""
        await self.until('"call.ended"', 2 * COMES_S)
        (call,) = self.calls()
        with open_reader(self.worker.store) as record:
            return call, whole(record, call.call_id)


def _calls(worker: Worker) -> dict[str, CallRow]:
    with open_reader(worker.store) as record:
        return {call.call_id: call for call in record.calls()}
