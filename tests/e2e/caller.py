"""A caller: joins a room with a token, speaks from WAV files, and keeps everything that reaches them, with times."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from livekit import rtc
from livekit.agents.types import ATTRIBUTE_AGENT_STATE, ATTRIBUTE_TRANSCRIPTION_FINAL, TOPIC_TRANSCRIPTION

from interlock.app.offline.sound import Sound, mono
from interlock.app.offline.wav import read_wav
from tests.e2e.microphone import Microphone
from tests.e2e.tones import HZ, Heard, Spoken, spoken
from tests.e2e.utterances import recording

JOIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Line:
    """One text stream of a transcription; `who` is the identity of the speaker."""

    at: float
    who: str
    text: str
    final: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that happened in the room: joined, left, state, lost, back, out. `what` is a state or a reason."""

    at: float
    kind: str
    who: str
    what: str = ""


class Caller:
    """One participant; an async context manager that joins and leaves. Times are seconds since it was made."""

    def __init__(self, url: str, token: str) -> None:
        self.heard: dict[str, list[Heard]] = {}
        self.lines: list[Line] = []
        self.seen: list[Seen] = []
        self._coming: dict[rtc.TextStreamReader, tuple[str, str]] = {}
        self._url, self._token = url, token
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._news = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._microphone: Microphone | None = None
        self._room: rtc.Room | None = None

    @property
    def now(self) -> float:
        """This caller's clock."""
        return self._loop.time() - self._began

    @property
    def room(self) -> rtc.Room:
        """The room of the present connection."""
        assert self._room is not None, "the caller has not joined"
        return self._room

    async def join(self) -> None:
        """Connect and turn the microphone on; raises `rtc.ConnectError` when refused, `TimeoutError` after a minute."""
        room = self._listening_room()
        async with asyncio.timeout(JOIN_S):
            await room.connect(self._url, self._token)
            self._room = room
            self._microphone = Microphone()
            track = rtc.LocalAudioTrack.create_audio_track("microphone", self._microphone.source)
            options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
            await room.local_participant.publish_track(track, options)
        for there in room.remote_participants.values():
            self._note("joined", there.identity)
            self._state(there.attributes, there)

    async def leave(self) -> None:
        """Hang up: the others learn that the caller wanted to."""
        await self._go(rtc.DisconnectReason.CLIENT_INITIATED)

    async def drop(self) -> None:
        """Be gone without having hung up: LiveKit's agents keep the call open for this one. `join` comes back."""
        await self._go(rtc.DisconnectReason.USER_UNAVAILABLE)

    async def flicker(self) -> None:
        """Lose the line to the server for a moment; LiveKit's client takes the call up again by itself."""
        await self.room.simulate_scenario(rtc.SimulateScenarioKind.SIMULATE_SIGNAL_RECONNECT)

    async def say(self, *what: str | Path | Sound) -> None:
        """Speak, one after the other: a file shipped with the support flow by its name ("02-billing"), or any sound.

        Returns when it was said. To barge in, call it while the agent speaks.
        """
        assert self._microphone is not None, "the caller has not joined"
        for sound in [_sound(each) for each in what]:
            await self._microphone.say(sound)

    def hush(self) -> None:
        """Break off what is being said."""
        assert self._microphone is not None, "the caller has not joined"
        self._microphone.hush()

    async def until(self, true: Callable[[], object], what: str, seconds: float = 60.0) -> None:
        """Wait until `true()` is; asked again whenever something arrives. Fails after `seconds`, saying `what`."""
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"after {seconds} s: not {what}. {self._account()}") from None

    def voices(self, who: str, voices: Mapping[str, float], since: float = 0.0) -> list[Spoken]:
        """Which voice this participant spoke with and when, told by tone: see `tones.spoken`."""
        return spoken([part for part in self.heard.get(who, []) if part.at >= since], voices)

    def sound_of(self, who: str, since: float = 0.0, until: float = float("inf")) -> list[Heard]:
        """What was heard of a participant in between."""
        return [part for part in self.heard.get(who, []) if since <= part.at < until]

    def states(self, who: str) -> list[str]:
        """The `lk.agent.state` values of a participant, in order."""
        return [each.what for each in self.seen if each.kind == "state" and each.who == who]

    def happened(self, kind: str, who: str | None = None) -> list[Seen]:
        """What was seen of a kind, see `Seen`."""
        return [each for each in self.seen if each.kind == kind and who in (None, each.who)]

    async def __aenter__(self) -> Self:
        await self.join()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()

    async def _go(self, reason: Any) -> None:
        if self._room is None:
            return
        room, self._room = self._room, None
        assert self._microphone is not None
        await self._microphone.aclose()
        async with asyncio.timeout(JOIN_S):
            await room.disconnect(reason=reason)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _listening_room(self) -> rtc.Room:
        room = rtc.Room()
        room.register_text_stream_handler(TOPIC_TRANSCRIPTION, lambda r, who: self._spawn(self._read(r, who)))
        room.on("track_subscribed", lambda track, _, p: self._spawn(self._record(track, p.identity)))
        room.on("participant_connected", lambda p: (self._note("joined", p.identity), self._state(p.attributes, p)))
        room.on("participant_disconnected", lambda p: self._note("left", p.identity, _reason(p.disconnect_reason)))
        room.on("participant_attributes_changed", self._state)
        room.on("reconnecting", lambda: self._note("lost", "self"))
        room.on("reconnected", lambda: self._note("back", "self"))
        room.on("disconnected", lambda reason: (self._break_off(), self._note("out", "self", _reason(reason))))
        return room

    def _state(self, changed: Mapping[str, str], participant: rtc.Participant) -> None:
        if state := changed.get(ATTRIBUTE_AGENT_STATE):
            self._note("state", participant.identity, state)

    def _note(self, kind: str, who: str, what: str = "") -> None:
        self.seen.append(Seen(self.now, kind, who, what))
        self._news.set()

    async def _read(self, reader: rtc.TextStreamReader, who: str) -> None:
        self._coming[reader] = (who, "")
        async for piece in reader:
            if reader in self._coming:
                self._coming[reader] = (who, self._coming[reader][1] + piece)
        _, text = self._coming.pop(reader, (who, ""))
        if not text:
            return
        attributes = reader.info.attributes or {}
        self.lines.append(Line(self.now, who, text, attributes.get(ATTRIBUTE_TRANSCRIPTION_FINAL) == "true"))
        self._news.set()

    def _break_off(self) -> None:
        """What a closed room cut off is kept as far as it came: its end may have been overtaken."""
        self.lines += [Line(self.now, who, text, False) for who, text in self._coming.values() if text]
        self._coming.clear()

    async def _record(self, track: rtc.Track, who: str) -> None:
        if track.kind != rtc.TrackKind.KIND_AUDIO:
            return
        kept = self.heard.setdefault(who, [])
        stream = rtc.AudioStream(track, sample_rate=HZ, num_channels=1, frame_size_ms=20)
        try:
            async for event in stream:
                kept.append(Heard(self.now, mono(event.frame)))
                self._news.set()
        finally:
            await stream.aclose()

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _account(self) -> str:
        sounds = {who: f"{sum(p.sound.size for p in parts) / HZ:.1f} s" for who, parts in self.heard.items()}
        seen = [f"{each.at:.1f} {each.kind} {each.who} {each.what}".strip() for each in self.seen[-20:]]
        said = [f"{each.at:.1f} {each.who}: {each.text}" for each in self.lines[-10:]]
        return f"Heard {sounds}; seen {seen}; lines {said}"


def _sound(what: str | Path | Sound) -> Sound:
    if isinstance(what, str):
        return recording(what)
    return read_wav(what).sound if isinstance(what, Path) else what


def _reason(reason: Any) -> str:
    return rtc.DisconnectReason.Name(reason) if reason is not None else ""
