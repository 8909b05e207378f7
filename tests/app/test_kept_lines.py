"""Fixed lines as sound: which there are, how they are kept, and how the missing ones are made."""

import os
import time

import pytest
from livekit import rtc
from livekit.agents import APIConnectionError, tts

from agents.support import SUPPORT
from agents.support.desks import BillingDesk, Reception, Triage
from interlock.agents.call.farewell import APOLOGY
from interlock.agents.speech.voice import UNHEARD
from interlock.app.kept_lines.folder import PART_LIFE_S, Folder, Key
from interlock.app.kept_lines.from_settings import kept_sound, lines_for, speakers, voice_behind
from interlock.app.kept_lines.lines import ANYBODYS, NOT_SET_UP, FlowLines, Speaker, fixed_lines, frames_of
from interlock.app.kept_lines.making import FAILURES_LIMIT, make_missing
from interlock.app.settings import Settings

HZ = 16_000
SOUND = b"\1\0" * 2_000
KEY = Key("test", "anna", "m1", "Hello.", HZ)
SPEAKERS = {"": Speaker("test", "front", "m1", HZ), "billing": Speaker("test", "money", "m1", HZ)}


class Mouth(tts.TTS):
    """Says anything, 50 ms a character, unless it is broken."""

    def __init__(self, *, broken: int = 0) -> None:
        super().__init__(capabilities=tts.TTSCapabilities(streaming=False), sample_rate=HZ, num_channels=1)
        self.asked: list[str] = []
        self.broken = broken

    def synthesize(self, text, *, conn_options=None):
        self.asked.append(text)
        return _Said(tts=self, input_text=text, conn_options=conn_options)


class _Said(tts.ChunkedStream):
    async def _run(self, output_emitter):
        if self._tts.broken:
            self._tts.broken -= 1
            raise APIConnectionError("gone")
        output_emitter.initialize(request_id="x", sample_rate=HZ, num_channels=1, mime_type="audio/pcm")
        output_emitter.push(said(self.input_text))
        output_emitter.flush()


def said(text: str) -> bytes:
    return b"\1\0" * (HZ // 20 * len(text))


@pytest.fixture
def folder(tmp_path) -> Folder:
    """
    A folder that is not there yet.
    """
    return Folder(tmp_path / "lines")


def lines_in(folder) -> FlowLines:
    return FlowLines(SUPPORT, SPEAKERS, folder)


def test_a_line_is_read_as_it_was_written(folder):
    """
    And in one step: nothing half-written is left beside it.
    """
    assert folder.read(KEY) is None
    assert folder.write(KEY, SOUND)
    assert folder.read(KEY) == SOUND
    assert [path.name for path in folder.path.iterdir()] == [KEY.file]


@pytest.mark.parametrize("other", ["provider", "voice", "model", "text", "at"])
def test_another_voice_text_or_place_is_another_line(folder, other):
    """
    A voice of that name somewhere else is somebody else's.
    """
    folder.write(KEY, SOUND)
    fields = {name: getattr(KEY, name) for name in ("provider", "voice", "model", "text", "hz", "at")}
    assert folder.read(Key(**{**fields, other: "another"})) is None
    assert folder.read(Key(**{**fields, "hz": 24_000})) is None


DAMAGE = {
    "empty": lambda whole: b"",
    "cut": lambda whole: whole[:-2],
    "another byte": lambda whole: whole[:-1] + b"\7",
    "foreign": lambda whole: b"RIFF\n" + whole,
    "an older format": lambda whole: whole.replace(b"line 1", b"line 0"),
    "of another text": lambda whole: whole.replace(b"Hello", b"Hallo"),
    "nothing said": lambda whole: whole.partition(b"\n")[0] + b"\n",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_no_line_and_is_made_anew(folder, damage):
    """
    It is taken away at once, and the next one is good.
    """
    folder.write(KEY, SOUND)
    path = folder.path / KEY.file
    path.write_bytes(damage(path.read_bytes()))
    assert folder.read(KEY) is None
    assert not path.exists()
    assert folder.write(KEY, SOUND)
    assert folder.read(KEY) == SOUND


def test_a_folder_that_cannot_be_is_no_error(tmp_path):
    """
    A call without kept lines only begins later.
    """
    (tmp_path / "lines").write_text("a file")
    folder = Folder(tmp_path / "lines")
    assert not folder.write(KEY, SOUND)
    assert folder.read(KEY) is None
    folder.tidy()


def test_a_line_whose_use_cannot_be_noted_is_a_line(folder, monkeypatch):
    """
    Such as one in a folder that is only to be read.
    """

    def refused(*_):
        raise PermissionError

    folder.write(KEY, SOUND)
    monkeypatch.setattr(os, "utime", refused)
    assert folder.read(KEY) == SOUND


def test_what_was_not_used_for_longest_goes_first(folder):
    """
    Reading is using; what somebody began and never ended goes too.
    """
    keys = [Key("test", "anna", "m1", f"Line {n}.", HZ) for n in range(4)]
    for at, key in enumerate(keys):
        folder.write(key, SOUND)
        os.utime(folder.path / key.file, (1_000 + at, 1_000 + at))
    folder.read(keys[0])
    began, new = folder.path / "x.part", folder.path / "y.part"
    for part, age in ((began, 2 * PART_LIFE_S), (new, 0)):
        part.touch()
        os.utime(part, (time.time() - age,) * 2)
    size = (folder.path / keys[0].file).stat().st_size
    folder.tidy(limit_bytes=2 * size)
    assert [folder.read(key) is not None for key in keys] == [True, False, False, True]
    assert (began.exists(), new.exists()) == (False, True)


def test_every_fixed_sentence_is_a_line_in_the_voice_that_says_it():
    """
    Openings in their desk's, the others in everybody's; the first word of a call comes first.
    """
    lines = fixed_lines(SUPPORT, SPEAKERS)
    assert lines[:2] == ((SUPPORT.disclosure, ""), (Reception.OPENING, ""))
    assert {(BillingDesk.OPENING, "billing"), (BillingDesk.OPENINGS["refund_paid"], "billing")} <= set(lines)
    assert (Triage.OPENINGS["reopen"], "") in lines
    assert {(text, role) for text in ANYBODYS for role in SPEAKERS} <= set(lines)
    assert len(lines) == len(set(lines))


def test_roles_without_a_voice_speak_with_the_sessions():
    """
    So nothing is made in a voice that nobody speaks with.
    """
    assert {role for _, role in fixed_lines(SUPPORT, [""])} == {""}


async def test_what_is_missing_is_made_once(folder):
    """
    The next worker finds all of it, and asks nobody.
    """
    front, money = Mouth(), Mouth()
    assert await make_missing(lines_in(folder), {"": front, "billing": money}) == 0
    assert BillingDesk.OPENING in money.asked
    assert BillingDesk.OPENING not in front.asked
    asked = len(front.asked) + len(money.asked)
    assert asked == len(fixed_lines(SUPPORT, SPEAKERS))
    assert lines_in(folder).load() == 0
    assert await make_missing(lines_in(folder), {"": front, "billing": money}) == 0
    assert len(front.asked) + len(money.asked) == asked


async def test_a_dead_voice_is_given_up(folder):
    """
    After three lines in a row; a line that fails alone is only missing.
    """
    mouth = Mouth(broken=1)
    assert await make_missing(lines_in(folder), {"": mouth, "billing": mouth}) == 1
    (folder.path / SPEAKERS[""].key(APOLOGY).file).unlink()
    assert await make_missing(lines_in(folder), {"": mouth, "billing": mouth}) == 0
    elsewhere, dead = Folder(folder.path / "more"), Mouth(broken=1_000)
    assert await make_missing(lines_in(elsewhere), {"": dead, "billing": dead}) > 30
    assert len(dead.asked) == FAILURES_LIMIT


def test_a_line_spoken_in_a_call_is_kept(folder):
    """
    When it is one, and at the voice's own rate.
    """
    lines = lines_in(folder)
    sound = said(UNHEARD)
    lines.keep("Anything else.", "", frames_of(sound, HZ))
    lines.keep(UNHEARD, "", frames_of(sound, 24_000))
    lines.keep(UNHEARD, "stranger", frames_of(sound, HZ))
    assert not folder.path.exists()
    lines.keep(UNHEARD, "", frames_of(sound, HZ))
    for its in (lines, lines_in(folder)):
        assert b"".join(bytes(frame.data) for frame in its.find(UNHEARD, "") or ()) == sound
        assert its.find(UNHEARD, "billing") is None
        assert its.find_in_any(UNHEARD) is not None


def test_half_a_line_is_not_kept(folder):
    """
    A voice that broke off without an error is heard once so, and not for ever.
    """
    lines = lines_in(folder)
    lines.keep(UNHEARD, "", frames_of(said(UNHEARD[: len(UNHEARD) // 3]), HZ))
    assert lines.find(UNHEARD, "") is None
    assert not folder.path.exists()


@pytest.mark.parametrize(
    ("beginning", "could"),
    [("", True), ("I am sorry", True), (UNHEARD, True), (f"{UNHEARD} And", False), ("I am so glad", False)],
)
def test_a_beginning_could_be_a_line_or_not(folder, beginning, could):
    """
    As long as it is not told apart, the rest is waited for.
    """
    assert lines_in(folder).could_be(beginning) is could


KEYS = {"ELEVEN_API_KEY": "k", "OPENAI_API_KEY": "k", "ASSEMBLYAI_API_KEY": "k"}


def settings_with(monkeypatch, **given) -> Settings:
    for name, value in {**KEYS, **given}.items():
        monkeypatch.setenv(name, value)
    return Settings(_env_file=None)


def test_the_settings_name_each_voice(monkeypatch):
    """
    The first of several, at the address it has.
    """
    settings = settings_with(
        monkeypatch,
        INTERLOCK_TTS="elevenlabs/anna,elevenlabs/ben",
        INTERLOCK_VOICES='{"billing": "elevenlabs/carl"}',
        INTERLOCK_TTS_BASE_URL="http://127.0.0.1:1/v1",
    )
    mouth = Mouth()
    found = speakers(settings, {"": mouth, "billing": mouth})
    assert (found[""].voice, found["billing"].voice) == ("anna", "carl")
    assert found[""].at == "http://127.0.0.1:1/v1"
    assert voice_behind(tts.FallbackAdapter([mouth, Mouth()])) is mouth


async def test_lines_are_read_again_for_another_flow_only(monkeypatch, tmp_path):
    """
    And a call goes on without them when they cannot be had.
    """
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    settings = settings_with(monkeypatch)
    ready = lines_for(SUPPORT, settings, None)
    assert ready is not None
    assert lines_for(SUPPORT, settings, ready) is ready
    monkeypatch.delenv("ELEVEN_API_KEY")
    assert lines_for(SUPPORT, Settings(_env_file=None), None) is None


@pytest.mark.parametrize("words", [NOT_SET_UP, APOLOGY])
async def test_what_a_caller_hears_where_no_call_begins_is_kept(monkeypatch, tmp_path, words):
    """
    A refusal needs no provider either.
    """
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    settings, mouth = settings_with(monkeypatch), Mouth()
    assert kept_sound(settings, mouth, words) is None
    lines = FlowLines(SUPPORT, speakers(settings, {"": mouth}), Folder())
    assert await make_missing(lines, {"": mouth}) == 0
    sound = b"".join(bytes(frame.data) for frame in kept_sound(settings, mouth, words) or ())
    assert sound.startswith(said(words))


def test_frames_are_of_fifty_milliseconds():
    """
    The last one is what is left.
    """
    frames = frames_of(SOUND, HZ)
    assert [frame.samples_per_channel for frame in frames] == [800, 800, 400]
    assert all(isinstance(frame, rtc.AudioFrame) for frame in frames)
