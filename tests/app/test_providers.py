"""Names such as provider/model: what they make, whose address and key they take, and what is said when they cannot."""

import os
import sys

import pytest
from livekit.plugins import anthropic, assemblyai, cartesia, deepgram, elevenlabs, google, groq, openai

from interlock.agents.speech.providers import provider_of
from interlock.app import providers
from interlock.app.providers.fallback import FallbackLLM, FallbackTTS
from interlock.app.settings import KEYS_OF, VARIABLES_OF, SettingsError, load_settings

HERE = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def _every_key(monkeypatch, tmp_path):
    """A folder of its own, and a key for every provider."""
    for name in [n for n in os.environ if n.startswith(("INTERLOCK_", *VARIABLES_OF.values()))]:
        monkeypatch.delenv(name)
    for provider, key in KEYS_OF.items():
        monkeypatch.setenv(key, f"key-of-{provider}")
    monkeypatch.chdir(tmp_path)


async def made(monkeypatch, kind, name):
    """What a name makes."""
    monkeypatch.setenv(f"INTERLOCK_{kind.upper()}", name)
    its = providers.models(load_settings())
    await providers.close_models(*its.all)
    return getattr(its, kind)


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("llm", "openai/gpt-4.1", openai.LLM),
        ("llm", "anthropic/claude-haiku-4-5", anthropic.LLM),
        ("llm", "google/gemini-2.5-flash", google.LLM),
        ("llm", "groq/openai/gpt-oss-120b", groq.LLM),
        ("tts", "elevenlabs/anna", elevenlabs.TTS),
        ("tts", "cartesia/anna", cartesia.TTS),
        ("tts", "deepgram/aura-2-andromeda-en", deepgram.TTS),
        ("tts", "openai/ash", openai.TTS),
    ],
)
async def test_a_name_makes_its_providers_model(monkeypatch, kind, name, expected):
    """Also where the model's own name has a slash."""
    its = await made(monkeypatch, kind, name)
    assert type(its) is expected
    if kind == "llm":
        assert its.model.removeprefix("models/") == name.partition("/")[2]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("assemblyai/universal-streaming-english", assemblyai.STT),
        ("cartesia/ink-whisper", cartesia.STT),
        ("deepgram/nova-3", deepgram.STT),
    ],
)
async def test_ears_are_steady_whoever_they_are(monkeypatch, name, expected):
    """What LiveKit listens with goes on when the provider's stream does not."""
    its = await made(monkeypatch, "stt", name)
    assert type(its) is providers.ReconnectingSTT
    assert type(its.current) is expected


@pytest.mark.parametrize("name", ["openai/gpt-4o-mini-transcribe", "groq/whisper-large-v3-turbo"])
async def test_ears_that_take_whole_utterances_are_given_them(monkeypatch, name):
    """The session sees a stream either way."""
    its = await made(monkeypatch, "stt", name)
    assert its.current.capabilities.streaming


@pytest.mark.parametrize(("kind", "adapter"), [("llm", FallbackLLM), ("tts", FallbackTTS)])
async def test_names_after_commas_are_spares(monkeypatch, kind, adapter):
    """In their order; the same name twice is one. The label is of one of them, and not the adapter's."""
    its = await made(monkeypatch, kind, "openai/one, openai/two,openai/one")
    assert type(its) is adapter
    assert provider_of(its.label) == "openai"
    assert len(its._spares._named) == 2


async def test_single_roles_have_models_of_their_own(monkeypatch):
    """Voices and language models, each by its own setting."""
    monkeypatch.setenv("INTERLOCK_LLMS", '{"billing": "anthropic/claude-haiku-4-5"}')
    monkeypatch.setenv("INTERLOCK_VOICES", '{"billing": "openai/ash"}')
    its = providers.models(load_settings())
    await providers.close_models(*its.all)
    assert {role: type(model) for role, model in its.llms.items()} == {"billing": anthropic.LLM}
    assert {role: type(voice) for role, voice in its.voices.items()} == {"billing": openai.TTS}
    assert len(its.all) == 5


async def test_an_address_of_a_kind_is_that_of_the_provider_named_first(monkeypatch):
    """Others have one of their own."""
    monkeypatch.setenv("INTERLOCK_LLM", "groq/one,openai/two")
    monkeypatch.setenv("INTERLOCK_LLM_BASE_URL", f"{HERE}/groq")
    monkeypatch.setenv("OPENAI_BASE_URL", f"{HERE}/openai")
    model = providers.language_model(load_settings())
    await model.aclose()
    urls = {name: str(each._client.base_url) for name, each in model._spares._named.items()}
    assert urls == {"groq/one": f"{HERE}/groq/", "openai/two": f"{HERE}/openai/"}


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        (
            "INTERLOCK_LLM",
            "elevenlabs/x",
            'INTERLOCK_LLM is "elevenlabs/x", expected openai, anthropic, google or groq, a slash and a name, such as'
            " openai/gpt-4.1-mini",
        ),
        (
            "INTERLOCK_STT",
            "deepgram/nova-3, nobody/x",
            'INTERLOCK_STT is "nobody/x", expected assemblyai, cartesia, deepgram, groq or openai, a slash and a name,'
            " such as assemblyai/universal-streaming-english",
        ),
        (
            "INTERLOCK_LLMS",
            '{"billing": "a/b"}',
            'INTERLOCK_LLMS for billing is "a/b", expected openai, anthropic, google or groq, a slash and a name, such'
            " as openai/gpt-4.1-mini",
        ),
    ],
)
def test_a_stranger_is_a_line(monkeypatch, name, value, line):
    """What was found, who is known, and an example."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        providers.require_models(load_settings())
    assert str(raised.value) == line


@pytest.mark.parametrize("provider", ["anthropic", "cartesia", "deepgram", "google", "groq"])
def test_a_missing_extra_is_a_line(monkeypatch, provider):
    """With what to install."""
    kind = "TTS" if provider in ("cartesia", "deepgram") else "LLM"
    monkeypatch.setenv(f"INTERLOCK_{kind}", f"{provider}/x")
    monkeypatch.setitem(sys.modules, f"livekit.plugins.{provider}", None)
    with pytest.raises(SettingsError) as raised:
        providers.require_models(load_settings())
    assert str(raised.value) == (
        f"the extra {provider} is not installed, expected because INTERLOCK_{kind} is {provider}/x:"
        f" add interlock[{provider}] to the dependencies in pyproject.toml, then make lock ready"
    )


def test_every_missing_key_is_a_line(monkeypatch):
    """Of spares and roles too, each once, and the models themselves are refused like the check."""
    monkeypatch.setenv("INTERLOCK_LLM", "openai/x,groq/x")
    monkeypatch.setenv("INTERLOCK_LLMS", '{"billing": "groq/x"}')
    for key in ("GROQ_API_KEY", "ELEVEN_API_KEY"):
        monkeypatch.delenv(key)
    with pytest.raises(SettingsError) as raised:
        providers.require_models(load_settings())
    assert [line.split(" is ")[0] for line in str(raised.value).splitlines()] == [
        "GROQ_API_KEY",
        "ELEVEN_API_KEY",
        "GROQ_API_KEY",
    ]
    with pytest.raises(SettingsError, match="GROQ_API_KEY is missing"):
        providers.language_model(load_settings())


def test_a_name_given_by_hand_is_named_as_such():
    """As `interlock chat --model` does."""
    with pytest.raises(SettingsError, match='--model is "nobody/x", expected openai, anthropic, google or groq'):
        providers.language_model(load_settings(), "nobody/x")
