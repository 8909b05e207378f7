"""Which model a name means, where the name comes from, and what its provider needs."""

from dataclasses import dataclass
from importlib.util import find_spec
from itertools import chain

from pydantic import SecretStr

from interlock.app.settings import KEYS_OF, PREFIX, VARIABLES_OF, Settings, SettingsError, expected_of

DEFAULTS = {
    "llm": "openai/gpt-4.1-mini",
    "stt": "assemblyai/universal-streaming-english",
    "tts": "elevenlabs/hpp4J3VqNfWAUOO0d1Us",
}
PROVIDERS_OF = {
    "llm": ("openai", "anthropic", "google", "groq"),
    "stt": ("assemblyai", "cartesia", "deepgram", "groq", "openai"),
    "tts": ("elevenlabs", "cartesia", "deepgram", "openai"),
}
BASE_INSTALL = frozenset({"assemblyai", "elevenlabs", "openai"})
ROLES_OF = {"llm": "llms", "tts": "voices"}
"""The settings that give single roles a model of their own."""


@dataclass(frozen=True, slots=True)
class Named:
    """One model as somebody named it: `where` is the setting it stands in."""

    kind: str
    name: str
    where: str

    @property
    def provider(self) -> str:
        """Before the slash."""
        return self.name.partition("/")[0]

    @property
    def model(self) -> str:
        """After the slash: a model, or for speech a voice."""
        return self.name.partition("/")[2]


def named_for(settings: Settings, kind: str, *, given: str | None = None, role: str = "") -> list[Named]:
    """The models for a kind or one of its roles, the first choice first; `given` is what `--model` says instead."""
    own: str | None = getattr(settings, kind)
    where, text = (f"{PREFIX}{kind.upper()}", own) if own else ("the default", DEFAULTS[kind])
    if given:
        where, text = "--model", given
    elif role:
        field = ROLES_OF[kind]
        where, text = f"{PREFIX}{field.upper()} for {role}", getattr(settings, field)[role]
    return [Named(kind, name, where) for name in dict.fromkeys(part.strip() for part in text.split(","))]


def named_models(settings: Settings) -> list[Named]:
    """Every model the settings name, spares and roles included."""
    roles = (named_for(settings, kind, role=role) for kind, of in ROLES_OF.items() for role in getattr(settings, of))
    return list(chain(*(named_for(settings, kind) for kind in DEFAULTS), *roles))


def require_provider(settings: Settings, asked: Named) -> None:
    """Check that this model can be made. Raises `SettingsError`, one line: a stranger, a missing extra or key."""
    known = PROVIDERS_OF[asked.kind]
    if asked.provider not in known or not asked.model:
        theirs = f"{', '.join(known[:-1])} or {known[-1]}"
        raise SettingsError(
            f'{asked.where} is "{asked.name}", expected {theirs}, a slash and a name, such as {DEFAULTS[asked.kind]}'
        )
    if asked.provider not in BASE_INSTALL and find_spec(f"livekit.plugins.{asked.provider}") is None:
        raise SettingsError(
            f"the extra {asked.provider} is not installed, expected because {asked.where} is {asked.name}:"
            f" add interlock[{asked.provider}] to the dependencies in pyproject.toml, then make lock ready"
        )
    if _key(settings, asked.provider) is None:
        missing = KEYS_OF[asked.provider]
        raise SettingsError(
            f"{missing} is missing, expected {expected_of(missing)}, because {asked.where} is {asked.name}"
        )


def key_of(settings: Settings, asked: Named) -> str:
    """The provider's key, once `require_provider` found it."""
    key = _key(settings, asked.provider)
    assert key is not None, f"{asked.provider} has no key: require_provider was not asked"
    return key.get_secret_value()


def url_of(settings: Settings, asked: Named) -> str | None:
    """Where the provider is, when not at its own address.

    `INTERLOCK_LLM_BASE_URL` and its like are meant for the provider named first for the kind; others have their own.
    """
    first = named_for(settings, asked.kind)[0].provider
    its: str | None = getattr(settings, f"{asked.kind}_base_url") if asked.provider == first else None
    theirs: str | None = getattr(settings, f"{VARIABLES_OF[asked.provider].lower()}_base_url")
    return its or theirs


def _key(settings: Settings, provider: str) -> SecretStr | None:
    key: SecretStr | None = getattr(settings, KEYS_OF[provider].lower())
    return key
