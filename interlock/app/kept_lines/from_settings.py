"""Which voices the settings give to whom, as the lines on disk are named by them."""

from collections.abc import Mapping
from typing import Any

import structlog
from livekit import rtc
from livekit.agents import tts

from interlock.agents.flow import Flow
from interlock.app.kept_lines.folder import Folder
from interlock.app.kept_lines.lines import FlowLines, Speaker, frames_of
from interlock.app.providers import models
from interlock.app.providers.naming import named_for, url_of
from interlock.app.settings import Settings

log = structlog.get_logger("interlock.voiced")


def flow_lines(settings: Settings, flow: Flow) -> FlowLines:
    """The flow's lines in the voices of the settings, those that are on disk already in memory."""
    its = models(settings)
    lines = FlowLines(flow, speakers(settings, {"": its.tts, **its.voices}), Folder())
    lines.load()
    return lines


def lines_for(flow: Flow, settings: Settings, ready: FlowLines | None) -> FlowLines | None:
    """The lines made ready before the call, or read now where the call is another flow's; None where that fails."""
    if ready is not None and ready.flow == flow.name:
        return ready
    try:
        return flow_lines(settings, flow)
    except Exception as error:  # a call without them only begins later
        log.warning("lines.unread", flow=flow.name, error=type(error).__name__)
        return None


def speakers(settings: Settings, voices: Mapping[str, tts.TTS[Any]]) -> dict[str, Speaker]:
    """Each role's voice, "" the session's, by what the settings call it and where its provider is."""
    return {role: _speaker(settings, role, voice_behind(voice)) for role, voice in voices.items()}


def kept_sound(settings: Settings, voice: tts.TTS[Any], text: str) -> list[rtc.AudioFrame] | None:
    """A line's sound in the session's voice, from the disk, where there is no call whose lines are in memory."""
    speaker = speakers(settings, {"": voice})[""]
    sound = Folder().read(speaker.key(text))
    return None if sound is None else frames_of(sound, speaker.hz)


def voice_behind(voice: tts.TTS[Any]) -> tts.TTS[Any]:
    """The voice itself, or of one with spares the first: a line is kept in the voice that is meant."""
    return voice._tts_instances[0] if isinstance(voice, tts.FallbackAdapter) else voice


def _speaker(settings: Settings, role: str, voice: tts.TTS[Any]) -> Speaker:
    first = named_for(settings, "tts", role=role)[0]
    return Speaker(first.provider, first.model, voice.model, voice.sample_rate, url_of(settings, first) or "")
