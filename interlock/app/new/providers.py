"""Whose models a new project uses: which names it writes into its settings, and which extras it needs."""

from dataclasses import dataclass

from interlock.app.new.errors import NewError

USUAL = "openai,assemblyai,elevenlabs"
KINDS = ("llm", "stt", "tts")
MODELS = {
    "llm": {
        "openai": "openai/gpt-4.1-mini",
        "anthropic": "anthropic/claude-haiku-4-5",
        "google": "google/gemini-2.5-flash",
        "groq": "groq/llama-3.3-70b-versatile",
    },
    "stt": {
        "assemblyai": "assemblyai/universal-streaming-english",
        "cartesia": "cartesia/ink-whisper",
        "deepgram": "deepgram/nova-3",
        "groq": "groq/whisper-large-v3-turbo",
        "openai": "openai/gpt-4o-transcribe",
    },
    "tts": {
        "elevenlabs": "elevenlabs/hpp4J3VqNfWAUOO0d1Us",
        "cartesia": "cartesia/f786b574-daa5-4673-aa0c-cbe3e8534c02",
        "deepgram": "deepgram/aura-2-andromeda-en",
        "openai": "openai/ash",
    },
}
"""A model or voice of each provider to begin with."""
BASE = frozenset({"openai", "assemblyai", "elevenlabs"})
"""Whose plugins the engine always has; the others are extras of the same name."""
KEYS = {"elevenlabs": "ELEVEN_API_KEY"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The providers of the model, the ears and the voice."""

    llm: str
    stt: str
    tts: str

    @property
    def extras(self) -> tuple[str, ...]:
        """What the engine needs besides its base install."""
        return tuple(sorted({self.llm, self.stt, self.tts} - BASE))

    @property
    def settings(self) -> str:
        """The lines of `.env.example` that name the models, and the keys that they need."""
        keys = dict.fromkeys(KEYS.get(each, f"{each.upper()}_API_KEY") for each in (self.llm, self.stt, self.tts))
        models = (f"# INTERLOCK_{kind.upper()}={MODELS[kind][getattr(self, kind)]}" for kind in KINDS)
        return "\n".join([*(f"# {key}=" for key in keys), *models])

    def __str__(self) -> str:
        return f"{self.llm},{self.stt},{self.tts}"


def chosen(text: str) -> Chosen:
    """The three that a text such as "openai,deepgram,cartesia" names. Raises `NewError`."""
    names = [name.strip() for name in text.split(",")]
    if len(names) != len(KINDS):
        raise NewError(
            f"the providers are {text!r}, expected three: of the model, the ears and the voice, as in {USUAL}"
        )
    for kind, what, name in zip(KINDS, ("model", "ears", "voice"), names, strict=True):
        if name not in MODELS[kind]:
            raise NewError(f"the provider of the {what} is {name!r}, expected one of: {', '.join(MODELS[kind])}")
    return Chosen(*names)
