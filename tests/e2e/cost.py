"""What a worker's processes take of the machine, sampled while it works."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import psutil

LOOK_S = 0.5
OWN_EVERY = 16
"""Samples: what memory is a process's alone takes the kernel some 20 ms to say."""
MB = 1024 * 1024


@dataclass
class Sample:
    """One process at one moment: when (seconds since the epoch), CPU seconds since its start, memory in bytes."""

    at: float
    cpu_s: float
    own: int
    resident: int


@dataclass
class Cost:
    """Samples of every process under a worker: those of calls (the children of its forkserver), and the rest."""

    pid: int
    calls: dict[int, list[Sample]] = field(default_factory=dict)
    rest: dict[int, list[Sample]] = field(default_factory=dict)
    _looking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._looking = asyncio.ensure_future(self._look())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._looking is not None
        self._looking.cancel()
        await asyncio.gather(self._looking, return_exceptions=True)

    def cpu_per_call(self, since: float, until: float) -> float:
        """CPU seconds per second and call between two moments at which all calls run: 1.0 is one core."""
        spent = [_at(its, until).cpu_s - _at(its, since).cpu_s for its in self.calls.values()]
        return sum(spent) / len(spent) / (until - since)

    def cpu_to_begin(self, begun: float) -> float:
        """CPU seconds of a call's process up to that moment, on average."""
        spent = [_at(its, begun).cpu_s for its in self.calls.values()]
        return sum(spent) / len(spent)

    def own_mb(self) -> float:
        """The most memory a call's process had for itself alone, on average, in MB."""
        return sum(max(sample.own for sample in its) for its in self.calls.values()) / len(self.calls) / MB

    def resident_mb(self) -> float:
        """The most memory a call's process had, with what it shares, on average, in MB."""
        return sum(max(sample.resident for sample in its) for its in self.calls.values()) / len(self.calls) / MB

    def rest_mb(self) -> float:
        """The memory of the worker itself and what else it started, in MB, what they share counted once."""
        return sum(max(sample.own for sample in its) for its in self.rest.values()) / MB

    async def _look(self) -> None:
        worker = psutil.Process(self.pid)
        while True:
            with suppress(psutil.NoSuchProcess):
                self._sample(worker)
            await asyncio.sleep(LOOK_S)

    def _sample(self, worker: psutil.Process) -> None:
        children = worker.children()
        for process in [worker, *children]:
            self._add(self.rest, process)
        for process in (grandchild for child in children for grandchild in child.children()):
            self._add(self.calls, process)

    def _add(self, kept: dict[int, list[Sample]], process: psutil.Process) -> None:
        its = kept.setdefault(process.pid, [])
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
            times, own = process.cpu_times(), its[-1].own if its else 0
            if len(its) % OWN_EVERY == OWN_EVERY - 1:
                own = process.memory_full_info().uss
            its.append(Sample(time.time(), times.user + times.system, own, process.memory_info().rss))


def _at(samples: list[Sample], moment: float) -> Sample:
    return min(samples, key=lambda sample: abs(sample.at - moment))
