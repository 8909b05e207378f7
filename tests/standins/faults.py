"""What can go wrong with a provider, on demand: seven faults, and how an answer meets them.

An answer is an HTTP response, or on a WebSocket one context (TTS) or one turn (STT). A handshake meets `429`, `5xx` and
`silent`; an answer on a WebSocket meets `slow_first_byte`, `slow_drip`, `cut` and `silent`; `refused` is the server's.
"""

import asyncio
from dataclasses import dataclass
from enum import StrEnum

HOLD_S = 30.0
"""How long a slow first byte is held when nothing else is said: longer than any client's patience."""
GAP_S = 1.0
"""How long a drip holds each piece."""
CUT_AFTER = 2
"""How many pieces of an answer are sent before a cut; the other faults strike at the first."""


class Fault(StrEnum):
    """What goes wrong."""

    RATE_LIMITED = "429"
    SERVER_ERROR = "5xx"
    REFUSED = "refused"
    SLOW_FIRST_BYTE = "slow_first_byte"
    SLOW_DRIP = "slow_drip"
    CUT = "cut"
    SILENT = "silent"


AT_HANDSHAKE = frozenset({Fault.RATE_LIMITED, Fault.SERVER_ERROR, Fault.SILENT})
WITHIN = frozenset({Fault.SLOW_FIRST_BYTE, Fault.SLOW_DRIP, Fault.CUT, Fault.SILENT})
ANYWHERE = AT_HANDSHAKE | WITHIN


class CutError(Exception):
    """The connection is to be broken off here."""


@dataclass(frozen=True, slots=True, eq=False)
class Trouble:
    """One answer's fault, until `healed`; `hold_s` is the pause of a slow one, `after` the pieces it lets through."""

    fault: Fault
    hold_s: float
    after: int
    healed: asyncio.Event

    async def pause(self) -> None:
        """What a slow piece waits."""
        try:
            async with asyncio.timeout(self.hold_s):
                await self.healed.wait()
        except TimeoutError:
            pass


class Faults:
    """The fault in force, and how often it still strikes."""

    def __init__(self) -> None:
        self._trouble: Trouble | None = None
        self._left: int | None = None
        self._healed = asyncio.Event()

    @property
    def now(self) -> Fault | None:
        """The fault in force."""
        return self._trouble.fault if self._trouble else None

    def set(self, fault: Fault, *, times: int | None, hold_s: float | None, after: int | None) -> None:
        """From now on, `times` answers (all when None) meet the fault."""
        if times is not None and times < 1:
            raise ValueError(f"times is {times}, expected at least 1, or None for until healed")
        self.heal()
        self._healed = asyncio.Event()
        if hold_s is None:
            hold_s = GAP_S if fault is Fault.SLOW_DRIP else HOLD_S
        if after is None:
            after = CUT_AFTER if fault is Fault.CUT else 0
        self._trouble = Trouble(fault, hold_s, after, self._healed)
        self._left = times

    def heal(self) -> None:
        """From now on nothing goes wrong; what is held is released."""
        self._trouble = self._left = None
        self._healed.set()

    def strike(self, among: frozenset[Fault]) -> Trouble | None:
        """The trouble in force, counted, if it is one of those."""
        trouble = self._trouble
        if trouble is None or trouble.fault not in among:
            return None
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                self._trouble = self._left = None
        return trouble


class Line:
    """What one answer goes through, piece by piece. Meets a fault set while it is on its way, too."""

    def __init__(self, faults: Faults, among: frozenset[Fault]) -> None:
        self._faults, self._among = faults, among
        self._sent = 0
        self.trouble = faults.strike(among)

    async def passes(self) -> None:
        """Before each piece: waits as the fault has it. Raises `CutError` when the piece must not be sent."""
        trouble = self._in_force()
        self._sent += 1
        if trouble is None or self._sent <= trouble.after:
            return
        if trouble.fault is Fault.SILENT:
            await trouble.healed.wait()
        if trouble.fault in (Fault.SILENT, Fault.CUT):
            raise CutError
        if trouble.fault is Fault.SLOW_DRIP or self._sent == trouble.after + 1:
            await trouble.pause()

    def ends(self) -> None:
        """After the last piece: an answer too short for its cut is cut here. Raises `CutError`."""
        trouble = self._in_force()
        if trouble is not None and trouble.fault is Fault.CUT:
            raise CutError

    def _in_force(self) -> Trouble | None:
        if self.trouble is not None and self.trouble.healed.is_set():
            self.trouble = None
        self.trouble = self.trouble or self._faults.strike(self._among)
        return self.trouble
