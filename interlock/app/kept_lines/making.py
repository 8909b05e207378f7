"""Synthesising the lines nobody has synthesised yet, beside the calls: one after the other, given up when it fails."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

import structlog
from livekit import rtc
from livekit.agents import APIConnectOptions, tts
from livekit.agents.utils import http_context

from interlock.app.kept_lines.folder import Folder
from interlock.app.kept_lines.from_settings import speakers, voice_behind
from interlock.app.kept_lines.lines import FlowLines
from interlock.app.project import flow_named
from interlock.app.providers import close_models, models
from interlock.app.settings import Settings

log = structlog.get_logger("interlock.voiced")

LINE_LIMIT_S = 30.0
FAILURES_LIMIT = 3
"""Lines in a row after which a voice is taken for dead: those that are left are made when the worker starts again."""
REPORT_EVERY = 10
ONCE = APIConnectOptions(max_retry=0, timeout=10.0)
"""A second try of a plugin would leave the first one's beginning in the line."""


@asynccontextmanager
async def lines_in_the_making(settings: Settings) -> AsyncIterator[Callable[[], None]]:
    """While this is open, what is missing of the flow's lines is made in the background, once the yielded is called."""
    wanted = asyncio.Event()
    making = asyncio.create_task(_make(settings, wanted))
    try:
        yield wanted.set
    finally:
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)


async def make_missing(lines: FlowLines, voices: Mapping[str, tts.TTS[Any]]) -> int:
    """Have each missing line synthesised by its role's voice; how many are missing after that."""
    missing = lines.missing()
    if not missing:
        return 0
    log.info("lines.making", missing=len(missing))
    failures = 0
    for done, (text, role) in enumerate(missing, 1):
        try:
            lines.keep(text, role, await synthesised(voice_behind(voices[role]), text))
            failures = 0
        except Exception as error:
            failures += 1
            log.warning("line.unmade", voice=role, error=type(error).__name__)
        if failures == FAILURES_LIMIT:
            break
        if done % REPORT_EVERY == 0:
            log.info("lines.making", missing=len(missing) - done)
    left = len(lines.missing())
    log.info("lines.made", made=len(missing) - left, missing=left)
    return left


async def synthesised(voice: tts.TTS[Any], text: str) -> list[rtc.AudioFrame]:
    """A line's sound, whole. Raises what the plugin raises, `TimeoutError` after 30 s, `ValueError` for no sound."""
    async with asyncio.timeout(LINE_LIMIT_S), aclosing(_pieces(voice, text)) as pieces:
        frames = [frame async for frame in pieces]
    if not frames:
        raise ValueError("the voice said nothing")
    return frames


async def _pieces(voice: tts.TTS[Any], text: str) -> AsyncGenerator[rtc.AudioFrame, None]:
    """By the way the voice takes in a call, so that a line sounds like what follows it."""
    if not voice.capabilities.streaming:
        async with voice.synthesize(text, conn_options=ONCE) as spoken:
            async for audio in spoken:
                yield audio.frame
        return
    async with voice.stream(conn_options=ONCE) as stream:
        stream.push_text(text)
        stream.end_input()
        async for audio in stream:
            yield audio.frame


async def _make(settings: Settings, wanted: asyncio.Event) -> None:
    await wanted.wait()
    try:
        folder = Folder()
        await asyncio.to_thread(folder.tidy)
        async with http_context.open():
            its = models(settings)
            voices = {"": its.tts, **its.voices}
            try:
                lines = FlowLines(flow_named(settings.flow), speakers(settings, voices), folder)
                await make_missing(lines, voices)
            finally:
                await close_models(*its.all)
    except Exception as error:
        log.warning("lines.unmade", error=type(error).__name__)
