"""Sound as numbers: 16-bit mono at any rate."""

from typing import Any

import numpy as np
from livekit import rtc

Sound = np.ndarray[Any, np.dtype[np.int16]]


def mono(frame: rtc.AudioFrame) -> Sound:
    """A frame's channels mixed into one."""
    return mixed(np.frombuffer(frame.data, dtype=np.int16), frame.num_channels)


def mixed(samples: Sound, channels: int) -> Sound:
    """Interleaved channels mixed into one."""
    return samples if channels == 1 else samples.reshape(-1, channels).mean(axis=1).astype(np.int16)


def resampled(sound: Sound, from_hz: int, to_hz: int) -> Sound:
    """The same sound at another rate."""
    if from_hz == to_hz or not sound.size:
        return sound
    resampler = rtc.AudioResampler(from_hz, to_hz, quality=rtc.AudioResamplerQuality.HIGH)
    frames = [*resampler.push(framed(sound, from_hz)), *resampler.flush()]
    return np.concatenate([mono(frame) for frame in frames] or [sound[:0]])


def framed(sound: Sound, hz: int) -> rtc.AudioFrame:
    """The sound as LiveKit passes it around."""
    return rtc.AudioFrame(sound.tobytes(), hz, 1, sound.size)
